// Package discovery is how people in need are found before they ask (主动发现; DOMAIN 1, D): the
// rules of what the village reports and visits. What it finds becomes a ticket like a call's.
package discovery

import (
	"errors"
	"fmt"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Rules are one version of policy/discovery-….yaml.
type Rules struct {
	Version    string      `yaml:"version"`
	ValidFrom  ticket.Date `yaml:"valid_from"`
	ValidUntil ticket.Date `yaml:"valid_until"`
	Source     string      `yaml:"source"`

	Reports Reports `yaml:"reports"`
	Alerts  Alerts  `yaml:"alerts"`
	Visits  Visits  `yaml:"visits"`
}

// Reports are the rules of what is written without a network.
type Reports struct {
	ClaimDays int `yaml:"claim_days"` // how long after its author last signed in a report may still come in their name, by another's session
}

// Alerts are the rules of what other departments' data tells.
type Alerts struct {
	WindowDays int         `yaml:"window_days"` // within how many days an alert goes onto the open ticket of the same household
	Kinds      []AlertRule `yaml:"kinds"`       // that are taken; no other one is
}

// AlertRule is how urgent an alert of a kind is.
type AlertRule struct {
	Kind          ticket.AlertKind `yaml:"kind"`
	Priority      ticket.Priority  `yaml:"priority"`        // P2 or P3
	UrgentFromFen int64            `yaml:"urgent_from_fen"` // P2 from this sum on; 0: whatever the sum
}

// Of is the rule of a kind.
func (a Alerts) Of(kind ticket.AlertKind) (AlertRule, bool) {
	i := slices.IndexFunc(a.Kinds, func(r AlertRule) bool { return r.Kind == kind })
	if i < 0 {
		return AlertRule{}, false
	}
	return a.Kinds[i], true
}

// For is the priority of an alert that names a sum, or none.
func (r AlertRule) For(fen int64) ticket.Priority {
	if r.UrgentFromFen > 0 && fen >= r.UrgentFromFen {
		return ticket.P2
	}
	return r.Priority
}

// Validate lists every fault of the version.
func (r *Rules) Validate() error {
	var faults []error
	check := func(ok bool, path, detail string) {
		if !ok {
			faults = append(faults, act.Invalid(path, "out_of_range", detail))
		}
	}
	check(r.Version != "", "version", "name the version")
	check(r.ValidFrom != "", "valid_from", "give the first day on which the version is in force")
	check(r.ValidUntil == "" || r.ValidUntil >= r.ValidFrom, "valid_until", "must not lie before valid_from")
	check(r.Reports.ClaimDays >= 1 && r.Reports.ClaimDays <= 365, "reports.claim_days", "must lie between 1 and 365 days")
	check(r.Alerts.WindowDays >= 1 && r.Alerts.WindowDays <= 365, "alerts.window_days", "must lie between 1 and 365 days")
	seen := map[ticket.AlertKind]bool{}
	for i, k := range r.Alerts.Kinds {
		at := fmt.Sprintf("alerts.kinds[%d]", i)
		check(slices.Contains(ticket.AlertKinds(), k.Kind), at+".kind", "is no kind of alert that the line knows: use medical_bill, disability, unemployment, death, arrears or other")
		check(!seen[k.Kind], at+".kind", "has a rule already: leave one out")
		check(k.Priority == ticket.P2 || k.Priority == ticket.P3, at+".priority", "must be P2 or P3: nobody has called, so nothing is P1")
		check(k.UrgentFromFen >= 0, at+".urgent_from_fen", "must not lie below 0")
		seen[k.Kind] = true
	}
	faults = append(faults, r.Visits.faults()...)
	return errors.Join(faults...)
}

// Term is the version's name, its first day, and its last one where it names it.
func (r *Rules) Term() (version string, from, until ticket.Date) {
	return r.Version, r.ValidFrom, r.ValidUntil
}

// Versions are the dated versions, the oldest first.
type Versions []*Rules

// On is the version in force on a day; the first one before its day.
func (v Versions) On(day ticket.Date) *Rules { return ticket.InForce(v, day) }
