// Package discovery is how people in need are found before they ask (主动发现; DOMAIN 1, D): the
// rules of what the village reports and visits. What it finds becomes a ticket like a call's.
package discovery

import (
	"errors"

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
}

// Reports are the rules of what is written without a network.
type Reports struct {
	ClaimDays int `yaml:"claim_days"` // how long after its author last signed in a report may still come in their name, by another's session
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
	return errors.Join(faults...)
}

// Term is the version's name, its first day, and its last one where it names it.
func (r *Rules) Term() (version string, from, until ticket.Date) {
	return r.Version, r.ValidFrom, r.ValidUntil
}

// Versions are the dated versions, the oldest first.
type Versions []*Rules

// On is the version in force on a day; the first one before its day.
func (v Versions) On(day ticket.Date) *Rules {
	in := v[0]
	for _, r := range v {
		if r.ValidFrom <= day {
			in = r
		}
	}
	return in
}
