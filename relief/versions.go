package relief

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"example.org/hotline/ticket"
)

// Versions are the dated versions of the policy, the oldest first, no two of one day.
type Versions []*Policy

// At is the version in force at a moment: the newest whose day has come in Shanghai, so
// that a limit changes at midnight. Before the first day it is the first: a line that was
// started has one whose day had come.
func (v Versions) At(now time.Time) *Policy { return v[v.index(now)] }

func (v Versions) index(now time.Time) int {
	today, at := ticket.DateOf(now), 0
	for i, p := range v {
		if p.ValidFrom <= today {
			at = i
		}
	}
	return at
}

// Next is the version that follows the one in force; false where none is announced.
func (v Versions) Next(now time.Time) (*Policy, bool) {
	if at := v.index(now) + 1; at < len(v) {
		return v[at], true
	}
	return nil, false
}

// LimitName names one limit on pages.
type LimitName string

// The limits, in the order in which pages show them.
const (
	LimitSolo            LimitName = "solo"
	LimitWorkerDay       LimitName = "worker_day"
	LimitTownship        LimitName = "township"
	LimitTownshipDay     LimitName = "township_day"
	LimitAdvance         LimitName = "advance"
	LimitHousehold       LimitName = "household"
	LimitHouseholdMonths LimitName = "household_months"
	LimitAidKind         LimitName = "aid_kind"
	LimitAccount         LimitName = "account"
	LimitEntitled        LimitName = "entitled"
	LimitFastPerson      LimitName = "fast_person"
	LimitFastHousehold   LimitName = "fast_household"
	LimitFloat           LimitName = "float"
	LimitFloatLow        LimitName = "float_low"
	LimitFund            LimitName = "fund"
	LimitFundLow         LimitName = "fund_low"
	LimitSecondSignature LimitName = "second_signature"
	LimitCountyMayCheck  LimitName = "county_may_check"
	LimitReviewShare     LimitName = "after_review"
	LimitReviewDays      LimitName = "after_review_days"
)

// LimitUnit is what a limit counts.
type LimitUnit string

// The units.
const (
	UnitFen         LimitUnit = "fen"
	UnitPercent     LimitUnit = "percent"
	UnitMonths      LimitUnit = "months"
	UnitWorkingDays LimitUnit = "working_days"
	UnitMinutes     LimitUnit = "minutes"
)

// DatedLimit is one limit as it stands: how much, from which day until which, and what comes next.
type DatedLimit struct {
	Name    LimitName   `json:"limit"`
	AidKind string      `json:"aid_kind,omitempty" doc:"Of the limit of one kind of aid"`
	Unit    LimitUnit   `json:"unit" enum:"fen,percent,months,working_days,minutes"`
	Value   int64       `json:"value" doc:"0: there is none"`
	From    ticket.Date `json:"valid_from" doc:"Since this day it has been so"`
	Until   ticket.Date `json:"valid_until,omitempty" doc:"Its last day; absent where no end is known"`
	Policy  string      `json:"policy" doc:"The version that made it so"`
	Basis   Basis       `json:"basis"`
	Next    *NextLimit  `json:"next,omitempty" doc:"What was announced to follow"`
}

// NextLimit is what a limit becomes.
type NextLimit struct {
	Value  int64       `json:"value" doc:"0: there is none any more"`
	From   ticket.Date `json:"valid_from"`
	Policy string      `json:"policy"`
	Basis  Basis       `json:"basis"`
}

// limit is one limit of one version.
type limit struct {
	name    LimitName
	aidKind string
	unit    LimitUnit
	value   int64
}

func (l limit) same(other limit) bool { return l.name == other.name && l.aidKind == other.aidKind }

// limits lists what a version bounds; a limit that it does not know is 0 or missing.
func (p *Policy) limits() []limit {
	l := p.Limits
	all := []limit{
		{LimitSolo, "", UnitFen, l.SoloFen}, {LimitWorkerDay, "", UnitFen, l.WorkerDayFen}, {LimitTownship, "", UnitFen, l.TownshipFen},
		{LimitTownshipDay, "", UnitFen, l.TownshipDayFen}, {LimitAdvance, "", UnitFen, l.AdvanceFen}, {LimitHousehold, "", UnitFen, l.HouseholdFen},
		{LimitHouseholdMonths, "", UnitMonths, int64(l.HouseholdMonths)}, {LimitAccount, "", UnitFen, cmp.Or(l.AccountFen, l.HouseholdFen)},
		{LimitEntitled, "", UnitFen, l.EntitledFen},
		{LimitFloat, "", UnitFen, l.FloatFen}, {LimitFloatLow, "", UnitPercent, int64(l.FloatLowPercent)},
		{LimitFund, "", UnitFen, l.FundFen}, {LimitFundLow, "", UnitPercent, int64(l.FundLowPercent)},
		{LimitSecondSignature, "", UnitMinutes, int64(l.SecondSignature / time.Minute)}, {LimitCountyMayCheck, "", UnitMinutes, int64(l.CountyMayCheck / time.Minute)},
		{LimitReviewShare, "", UnitPercent, int64(l.AfterReviewPercent)}, {LimitReviewDays, "", UnitWorkingDays, int64(l.AfterReviewDays)},
	}
	for _, kind := range slices.Sorted(maps.Keys(l.AidKindFen)) {
		all = append(all, limit{LimitAidKind, kind, UnitFen, l.AidKindFen[kind]})
	}
	if most, capped := p.Fast.CapFen(1); capped && p.Fast.CapPer == CapPerPerson {
		all = append(all, limit{LimitFastPerson, "", UnitFen, most})
	} else if capped {
		all = append(all, limit{LimitFastHousehold, "", UnitFen, most})
	}
	return all
}

// valueOf is what a version says of a limit; 0 where it has none.
func (p *Policy) valueOf(of limit) int64 {
	all := p.limits()
	if at := slices.IndexFunc(all, of.same); at >= 0 {
		return all[at].value
	}
	return 0
}

// Dated lists every limit that holds at a moment, or was announced.
func (v Versions) Dated(now time.Time) []DatedLimit {
	at := v.index(now)
	var known []limit
	for _, p := range v[at:] {
		for _, l := range p.limits() {
			if !slices.ContainsFunc(known, l.same) {
				known = append(known, l)
			}
		}
	}
	list := []DatedLimit{}
	for _, l := range known {
		if d := v.dated(l, at); d.Value != 0 || d.Next != nil {
			list = append(list, d)
		}
	}
	return list
}

// dated follows one limit back to the version that made it so, and on to the one that changes it.
func (v Versions) dated(of limit, at int) DatedLimit {
	value, since := v[at].valueOf(of), at
	for since > 0 && v[since-1].valueOf(of) == value {
		since--
	}
	d := DatedLimit{Name: of.name, AidKind: of.aidKind, Unit: of.unit, Value: value, From: v[since].ValidFrom, Until: v[len(v)-1].ValidUntil, Policy: v[since].Version, Basis: v[since].Basis}
	for _, later := range v[at+1:] {
		if next := later.valueOf(of); next != value {
			d.Until = later.ValidFrom.Before()
			d.Next = &NextLimit{Value: next, From: later.ValidFrom, Policy: later.Version, Basis: later.Basis}
			break
		}
	}
	return d
}
