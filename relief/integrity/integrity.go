// Package integrity is a person's integrity file (诚信档案, DOMAIN 49–52): what they pledged,
// what they were told, and entries of promises kept and broken. An entry is reported by one
// person and decided by another, the person is heard before, and it ends by its day or by
// being repaired.
//
// It never touches emergency aid or the children's share: no room that decides or pays
// imports this one, which a test holds. It is pure domain over a transaction that store
// provides.
package integrity

import (
	"errors"
	"fmt"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Rules are one dated version of what an entry means (configs/policy/integrity-*.yaml).
type Rules struct {
	Version    string      `yaml:"version"`
	ValidFrom  ticket.Date `yaml:"valid_from"`
	ValidUntil ticket.Date `yaml:"valid_until"`
	Source     string      `yaml:"source"`

	AnswerDays   int         `yaml:"answer_days"`         // calendar days that a person has to answer
	AppealDays   int         `yaml:"appeal_days"`         // calendar days after the decision
	KeptMonths   int         `yaml:"kept_months"`         // how long a promise that was kept stands
	Months       Months      `yaml:"broken_months"`       // how long one that was broken stands
	RepairMonths int         `yaml:"repair_after_months"` // how long after the decision it may be repaired
	Kept         []Behaviour `yaml:"kept"`
	Broken       []Behaviour `yaml:"broken"`
	Incentives   []Behaviour `yaml:"incentives"` // what kept promises bring
	Sanctions    []Behaviour `yaml:"sanctions"`  // what broken ones do
}

// Months is how long an entry stands by its weight.
type Months struct {
	Light   int `yaml:"light"`
	Serious int `yaml:"serious"`
}

// Behaviour is a code with its words.
type Behaviour struct {
	Code string `yaml:"code" json:"code"`
	Zh   string `yaml:"zh" json:"zh"`
	En   string `yaml:"en" json:"en"`
}

// Term is the version's name, its first day, and its last one where it names it.
func (r *Rules) Term() (version string, from, until ticket.Date) {
	return r.Version, r.ValidFrom, r.ValidUntil
}

// Versions are the dated versions, the oldest first.
type Versions []*Rules

// On is the version in force on a day.
func (v Versions) On(day ticket.Date) *Rules { return ticket.InForce(v, day) }

// Validate reports every fault of the version at once, joined, each with its path.
func (r *Rules) Validate() error {
	var faults []error
	check := func(ok bool, path, detail string) {
		if !ok {
			faults = append(faults, act.Invalid(path, "out_of_range", detail))
		}
	}
	check(r.Version != "", "version", "name the version; entries keep it")
	check(r.ValidFrom != "", "valid_from", "give the first day on which the version is in force")
	check(r.ValidUntil == "" || r.ValidUntil >= r.ValidFrom, "valid_until", "must not lie before valid_from")
	check(r.AnswerDays >= 3 && r.AnswerDays <= 60, "answer_days", "must lie between 3 and 60 calendar days")
	check(r.AppealDays >= 3 && r.AppealDays <= 180, "appeal_days", "must lie between 3 and 180 calendar days")
	check(r.KeptMonths >= 1 && r.KeptMonths <= 60, "kept_months", "must lie between 1 and 60")
	check(r.Months.Light >= 1 && r.Months.Light <= r.Months.Serious, "broken_months.light", "must be at least 1 and not above serious")
	check(r.Months.Serious <= 60, "broken_months.serious", "must not be above 60: what never ends cannot be repaired")
	check(r.RepairMonths >= 0 && r.RepairMonths < max(r.Months.Light, 1), "repair_after_months", "must lie below broken_months.light, or it could not be repaired")
	for path, list := range map[string][]Behaviour{"kept": r.Kept, "broken": r.Broken, "incentives": r.Incentives, "sanctions": r.Sanctions} {
		seen := map[string]bool{}
		check(len(list) > 0, path, "name at least one")
		for i, b := range list {
			check(b.Code != "" && b.Zh != "" && b.En != "" && !seen[b.Code], fmt.Sprintf("%s[%d]", path, i), "needs a code of its own, and words in zh and en")
			seen[b.Code] = true
		}
	}
	return errors.Join(faults...)
}

// behaviours are the codes that an entry of a kind may have.
func (r *Rules) behaviours(kind Kind) []Behaviour {
	if kind == Kept {
		return r.Kept
	}
	return r.Broken
}
