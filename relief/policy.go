package relief

import (
	"errors"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// Policy is one dated version of the amounts, limits and papers of urgent aid
// (configs/policy/relief-*.yaml). Each act is measured by the version in force on its
// day; decisions and payouts keep which one that was. All amounts are integer fen.
type Policy struct {
	Version    string                 `yaml:"version"`     // "relief-2026": kept by every decision and payout
	ValidFrom  ticket.Date            `yaml:"valid_from"`  // the first day on which it is in force
	ValidUntil ticket.Date            `yaml:"valid_until"` // the last day, where the document names one; a version that was not followed by another stays in force after it
	Basis      Basis                  `yaml:"basis"`       // the document the amounts rest on, for pages
	Source     string                 `yaml:"source"`      // where the numbers come from, for those who check the file
	Limits     Limits                 `yaml:"limits"`
	Fast       FastTrack              `yaml:"fast_track"`
	Papers     Papers                 `yaml:"papers"`
	Monitoring people.MonitoringRules `yaml:"monitoring"` // of households of tier 2
}

// Term is the version's name, its first day, and its last one where it names it.
func (p *Policy) Term() (version string, from, until ticket.Date) {
	return p.Version, p.ValidFrom, p.ValidUntil
}

// Basis names the document that amounts rest on.
type Basis struct {
	Zh string `yaml:"zh" json:"zh"`
	En string `yaml:"en" json:"en"`
}

// Limits say how much who may decide and pay (DOMAIN 0a.8).
type Limits struct {
	SoloFen            int64            `yaml:"solo_fen"`              // up to this one worker may make and pay; above it three people (promise 7)
	TownshipFen        int64            `yaml:"township_fen"`          // up to this the township approves; above it the county
	FloatFen           int64            `yaml:"float_fen"`             // what a township's float holds when full
	FloatLowPercent    int              `yaml:"float_low_percent"`     // below this share of the float an alarm is raised
	FundFen            int64            `yaml:"fund_fen"`              // what a county's fund holds when full; 0: no alarm about funds
	FundLowPercent     int              `yaml:"fund_low_percent"`      // below this share of it an alarm is raised
	AdvanceFen         int64            `yaml:"advance_fen"`           // most that a worker carries as a standing advance; 0: nobody does
	HouseholdFen       int64            `yaml:"household_fen"`         // most a household may receive within HouseholdMonths
	HouseholdMonths    int              `yaml:"household_months"`      // counted back from the act
	AccountFen         int64            `yaml:"account_fen"`           // most that may go to one bank account within HouseholdMonths, whoever's it is; 0: as HouseholdFen
	EntitledFen        int64            `yaml:"entitled_fen"`          // most monthly aid that a household, or an account, may receive within HouseholdMonths, counted by itself; 0: what was granted is the bound
	AidKindFen         map[string]int64 `yaml:"aid_kind_fen"`          // most of one kind of aid that a household may receive within HouseholdMonths
	WorkerDayFen       int64            `yaml:"worker_day_fen"`        // what one worker may make or pay alone in a day; above it another checks
	TownshipDayFen     int64            `yaml:"township_day_fen"`      // what a township may start in a day; above it the county checks
	SecondSignature    time.Duration    `yaml:"second_signature"`      // a solo payout must be signed by a second person within this
	CountyMayCheck     time.Duration    `yaml:"county_may_check"`      // if the township head has not answered for this long, the county's duty officer may check
	AfterReviewPercent int              `yaml:"after_review_percent"`  // so many of a hundred payouts, drawn once the money has arrived, are looked at by county finance
	AfterReviewDays    int              `yaml:"after_review_days"`     // working days that it has for one
	LargeCashTwoPeople bool             `yaml:"large_cash_two_people"` // cash above SoloFen is handed over by two people (DOMAIN 0a.10)
}

// CapPer says what the fast-track cap multiplies.
type CapPer string

// The two readings of 小额快救: no source says which; the city decides.
const (
	CapPerPerson    CapPer = "person"    // one month's standard for each person helped
	CapPerHousehold CapPer = "household" // one month's standard, however many they are
)

// FastTrack caps what is paid before any check (小额快救, 2026-01-29: one month
// of the local dibao standard). Above the cap the urgent path asks an approver
// first (DOMAIN 0a.7).
type FastTrack struct {
	DibaoMonthFen int64  `yaml:"dibao_month_fen"` // the local standard, per person and month
	CapMonths     int    `yaml:"cap_months"`      // 1 under law-2026; 0 means no cap, as under seed-2021
	CapPer        CapPer `yaml:"cap_per"`
}

// CapFen is the most the fast track pays for so many people; ok is false where
// the version knows no cap.
func (f FastTrack) CapFen(persons int) (fen int64, ok bool) {
	if f.CapMonths == 0 {
		return 0, false
	}
	fen = f.DibaoMonthFen * int64(f.CapMonths)
	if f.CapPer == CapPerPerson {
		fen *= int64(max(persons, 1))
	}
	return fen, true
}

// Papers rule what is handed in afterwards (容缺办理).
type Papers struct {
	DueWorkingDays int         `yaml:"due_working_days"` // after the payment
	RemindBefore   []int       `yaml:"remind_before"`    // working days before the due day, largest first
	Kinds          []PaperKind `yaml:"kinds"`
}

// PaperKind is one paper that may be missing at the time of payment.
type PaperKind struct {
	Code string `yaml:"code" json:"code"` // stable: rows hold it
	Zh   string `yaml:"zh" json:"zh"`
	En   string `yaml:"en" json:"en"`
}

// Paper finds a kind by its code.
func (p Papers) Paper(code string) (PaperKind, bool) {
	for _, kind := range p.Kinds {
		if kind.Code == code {
			return kind, true
		}
	}
	return PaperKind{}, false
}

// Validate reports every fault of the policy at once, joined. Each is an
// *act.Fault whose Field is the path in the file ("limits.solo_fen").
func (p *Policy) Validate() error {
	var faults []error
	check := func(ok bool, path, detail string) {
		if !ok {
			faults = append(faults, act.Invalid(path, "out_of_range", detail))
		}
	}
	check(p.Version != "", "version", "name the version; decisions keep it for ever")
	check(p.ValidFrom != "", "valid_from", "give the first day on which the version is in force, as 2026-07-01")
	check(p.ValidUntil == "" || p.ValidUntil >= p.ValidFrom, "valid_until", "must not lie before valid_from")
	check(p.Basis.Zh != "" && p.Basis.En != "", "basis", "name the document that the amounts rest on, in zh and en")
	l := p.Limits
	check(l.SoloFen > 0, "limits.solo_fen", "must be above 0 fen")
	check(l.TownshipFen >= l.SoloFen, "limits.township_fen", "must not be below solo_fen")
	check(l.FloatFen >= l.TownshipFen, "limits.float_fen", "must not be below township_fen, or the township could not pay what it may approve")
	check(l.FloatLowPercent > 0 && l.FloatLowPercent < 100, "limits.float_low_percent", "must lie between 1 and 99")
	check(l.FundFen == 0 || l.FundFen >= l.FloatFen, "limits.fund_fen", "must not be below float_fen, which the fund fills; 0: no alarm about funds")
	check(l.FundFen == 0 || l.FundLowPercent > 0 && l.FundLowPercent < 100, "limits.fund_low_percent", "must lie between 1 and 99")
	check(l.AdvanceFen >= 0 && l.AdvanceFen <= l.FloatFen, "limits.advance_fen", "must lie between 0 (no standing advances) and float_fen")
	check(l.HouseholdFen >= l.TownshipFen, "limits.household_fen", "must not be below township_fen")
	check(l.HouseholdMonths >= 1 && l.HouseholdMonths <= 60, "limits.household_months", "must lie between 1 and 60")
	check(l.WorkerDayFen >= l.SoloFen, "limits.worker_day_fen", "must not be below solo_fen")
	check(l.TownshipDayFen >= l.TownshipFen, "limits.township_day_fen", "must not be below township_fen")
	check(l.AccountFen >= 0, "limits.account_fen", "must not be below 0; 0 is as household_fen")
	check(l.EntitledFen >= 0, "limits.entitled_fen", "must not be below 0; 0 is no bound but what was granted")
	for kind, fen := range l.AidKindFen {
		check(fen > 0 && fen <= l.HouseholdFen, "limits.aid_kind_fen."+kind, "must be above 0 fen and not above household_fen")
	}
	check(l.SecondSignature >= time.Hour && l.SecondSignature <= 72*time.Hour, "limits.second_signature", "must lie between 1h and 72h")
	check(l.CountyMayCheck >= time.Minute && l.CountyMayCheck <= 2*time.Hour, "limits.county_may_check", "must lie between 1m and 2h, since the 2 h clock runs")
	check(l.AfterReviewPercent >= 1 && l.AfterReviewPercent <= 100, "limits.after_review_percent", "must lie between 1 and 100: some payouts are always reviewed (5 by the rules)")
	check(l.AfterReviewDays >= 1 && l.AfterReviewDays <= 60, "limits.after_review_days", "must lie between 1 and 60 working days")
	check(l.LargeCashTwoPeople, "limits.large_cash_two_people", "must be true: the ledger takes no receipt for large cash from one person alone")
	check(p.Monitoring.EveryDays >= 1 && p.Monitoring.EveryDays <= 3660, "monitoring.every_days", "must lie between 1 and 3660: within so many days a household of tier 2 is looked at again")
	f := p.Fast
	check(f.DibaoMonthFen > 0, "fast_track.dibao_month_fen", "must be above 0 fen")
	check(f.CapMonths >= 0 && f.CapMonths <= 12, "fast_track.cap_months", "must lie between 0 (no cap) and 12")
	check(f.CapPer == CapPerPerson || f.CapPer == CapPerHousehold, "fast_track.cap_per", "must be person or household")
	check(p.Papers.DueWorkingDays >= 1 && p.Papers.DueWorkingDays <= 60, "papers.due_working_days", "must lie between 1 and 60")
	for i, days := range p.Papers.RemindBefore {
		fits := days >= 1 && days < p.Papers.DueWorkingDays && (i == 0 || days < p.Papers.RemindBefore[i-1])
		check(fits, "papers.remind_before", "must fall from left to right, each at least 1 and below due_working_days")
	}
	check(len(p.Papers.Kinds) > 0, "papers.kinds", "name at least one paper")
	seen := map[string]bool{}
	for _, kind := range p.Papers.Kinds {
		check(kind.Code != "" && kind.Zh != "" && kind.En != "" && !seen[kind.Code], "papers.kinds", "each needs its own code, and a name in zh and en")
		seen[kind.Code] = true
	}
	return errors.Join(faults...)
}
