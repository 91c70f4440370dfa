// Package care is what is done for a household beside money, and afterwards: looks after
// it with a next date, services of the township's social-work station, a plan of who
// needs what, and the ways to offices that the citizen was spared. All of it hangs on a
// case, and what it is made of is data (DOMAIN 1, 23, 25, 27 to 29, 48, 52).
package care

import (
	"errors"
	"fmt"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/referral"
	"example.org/hotline/ticket"
)

// Word is a code of the catalogue with its names.
type Word struct {
	Code string `yaml:"code" json:"code"`
	Zh   string `yaml:"zh" json:"zh"`
	En   string `yaml:"en" json:"en"`
}

// FollowUp is a reason to look at a household again, in calendar days.
type FollowUp struct {
	Code  string `yaml:"code" json:"code"`
	Zh    string `yaml:"zh" json:"zh"`
	En    string `yaml:"en" json:"en"`
	First int    `yaml:"first_days" json:"first_days"` // until the first look
	Every int    `yaml:"every_days" json:"every_days"` // from one look to the next; 0: a single look
	Again int    `yaml:"again_days" json:"again_days"` // after nobody was met, or it was not enough
	Late  int    `yaml:"late_days" json:"late_days"`   // after its day, until the head is told
	Holds bool   `yaml:"holds" json:"holds"`           // the case stays open while the plan runs
}

// Service is one that a township's station gives; times in working days.
type Service struct {
	Code       string           `yaml:"code" json:"code"`
	Zh         string           `yaml:"zh" json:"zh"`
	En         string           `yaml:"en" json:"en"`
	Fields     []referral.Field `yaml:"fields" json:"fields"`
	Consent    bool             `yaml:"consent" json:"consent"` // the citizen must have agreed before the station learns of them
	AcceptDays int              `yaml:"accept_days" json:"accept_days"`
	DoneDays   int              `yaml:"done_days" json:"done_days"` // from acceptance
}

// Measure is what is done about a need; of work, where it is to bring an income of their own.
type Measure struct {
	Code string `yaml:"code" json:"code"`
	Zh   string `yaml:"zh" json:"zh"`
	En   string `yaml:"en" json:"en"`
	Work bool   `yaml:"work" json:"work"`
}

// Catalogue is one dated version of all that.
type Catalogue struct {
	Version   string      `yaml:"version" json:"version"`
	ValidFrom ticket.Date `yaml:"valid_from" json:"valid_from"`
	Source    string      `yaml:"source" json:"source"`
	Counts    Counts      `yaml:"counts" json:"counts"`
	TaskDays  int         `yaml:"task_days" json:"task_days"` // working days, for what a look asks for
	Trips     int         `yaml:"trips" json:"trips"`         // the most that a case should cost a citizen
	FollowUps []FollowUp  `yaml:"follow_ups" json:"follow_ups"`
	Services  []Service   `yaml:"services" json:"services"`
	Needs     []Word      `yaml:"needs" json:"needs"`
	Measures  []Measure   `yaml:"measures" json:"measures"`
	Results   []Measure   `yaml:"results" json:"results"` // of work for measures of work
}

// Counts are how many services the file says that it holds, so that a line lost in
// editing is found.
type Counts struct {
	Services int `yaml:"services" json:"services"`
}

// Catalogues are the dated versions, the oldest first, no two of one day.
type Catalogues []*Catalogue

// On is the version in force on a day: the newest whose day has come; before the first, the first.
func (all Catalogues) On(day ticket.Date) *Catalogue { return ticket.InForce(all, day) }

// Named is the version of a name; the newest for a name that is gone.
func (all Catalogues) Named(version string) *Catalogue {
	for _, c := range all {
		if c.Version == version {
			return c
		}
	}
	return all[len(all)-1]
}

// Term is the version's name and its first day; a catalogue ends when the next begins.
func (c *Catalogue) Term() (version string, from, until ticket.Date) {
	return c.Version, c.ValidFrom, ""
}

func byCode[T any](list []T, code string, of func(T) string) (T, bool) {
	if i := slices.IndexFunc(list, func(x T) bool { return of(x) == code }); i >= 0 {
		return list[i], true
	}
	var none T
	return none, false
}

// FollowUp finds a reason to look again by its code.
func (c *Catalogue) FollowUp(code string) (FollowUp, bool) {
	return byCode(c.FollowUps, code, func(f FollowUp) string { return f.Code })
}

// Service finds a service by its code.
func (c *Catalogue) Service(code string) (Service, bool) {
	return byCode(c.Services, code, func(s Service) string { return s.Code })
}

// Need finds a need by its code.
func (c *Catalogue) Need(code string) (Word, bool) {
	return byCode(c.Needs, code, func(w Word) string { return w.Code })
}

// Measure finds a measure by its code.
func (c *Catalogue) Measure(code string) (Measure, bool) {
	return byCode(c.Measures, code, func(m Measure) string { return m.Code })
}

// Result finds a result by its code.
func (c *Catalogue) Result(code string) (Measure, bool) {
	return byCode(c.Results, code, func(m Measure) string { return m.Code })
}

// StationFields are what a station may be told at most: no income, no medical cost and
// no identity number (DOMAIN 1, 38).
func StationFields() []referral.Field {
	return []referral.Field{referral.FieldArea, referral.FieldCause, referral.FieldPeople, referral.FieldNeeds, referral.FieldName, referral.FieldPhone}
}

// Validate reports every fault of a catalogue at once, joined. Each is an *act.Fault
// whose Field is the path in the file ("services[3].fields").
func (c *Catalogue) Validate() error {
	f := new(faults)
	f.check(c.Version != "", "version", "name the version; what was begun under it keeps it for ever")
	f.check(c.ValidFrom != "", "valid_from", "give the first day on which the version is in force, as 2026-07-01")
	f.days("task_days", c.TaskDays, 1, 60)
	f.days("trips", c.Trips, 0, 10)
	f.check(len(c.Services) == c.Counts.Services, "counts.services", "says %d, and the file lists %d: add the service that is missing, remove the one too many, or correct the number",
		c.Counts.Services, len(c.Services))
	f.check(len(c.FollowUps) > 0, "follow_ups", "name at least one reason to look again")
	words(f, "follow_ups", c.FollowUps, func(x FollowUp) Word { return Word{x.Code, x.Zh, x.En} })
	for i, u := range c.FollowUps {
		at := fmt.Sprintf("follow_ups[%d]", i)
		f.days(at+".first_days", u.First, 1, 730)
		f.days(at+".every_days", u.Every, 0, 730)
		f.days(at+".again_days", u.Again, 1, 90)
		f.days(at+".late_days", u.Late, 1, 90)
		f.check(u.Holds || u.Every > 0, at+".every_days", "must be more than 0 where the plan goes on beside a closed case")
	}
	words(f, "services", c.Services, func(x Service) Word { return Word{x.Code, x.Zh, x.En} })
	for i, s := range c.Services {
		at := fmt.Sprintf("services[%d]", i)
		f.days(at+".accept_days", s.AcceptDays, 1, 60)
		f.days(at+".done_days", s.DoneDays, 1, 250)
		for j, field := range s.Fields {
			f.check(slices.Contains(StationFields(), field), fmt.Sprintf("%s.fields[%d]", at, j), "must be area, cause, people, needs, name or phone: a station learns no more")
		}
		f.check(s.Consent || !slices.Contains(s.Fields, referral.FieldPhone) && !slices.Contains(s.Fields, referral.FieldName), at+".consent", "must be true where a name or a telephone leaves")
	}
	words(f, "needs", c.Needs, func(x Word) Word { return x })
	words(f, "measures", c.Measures, func(x Measure) Word { return Word{x.Code, x.Zh, x.En} })
	words(f, "results", c.Results, func(x Measure) Word { return Word{x.Code, x.Zh, x.En} })
	for _, work := range []bool{true, false} {
		f.check(slices.ContainsFunc(c.Results, func(r Measure) bool { return r.Work == work }), "results", "name at least one result with work: %t", work)
	}
	return errors.Join(f.list...)
}

// faults collects what is wrong with a file.
type faults struct{ list []error }

func (f *faults) check(ok bool, path, detail string, args ...any) {
	if !ok {
		f.list = append(f.list, act.Invalid(path, "out_of_range", fmt.Sprintf(detail, args...)))
	}
}

func (f *faults) days(path string, n, from, to int) {
	f.check(n >= from && n <= to, path, "must lie between %d and %d", from, to)
}

func words[T any](f *faults, path string, list []T, word func(T) Word) {
	seen := map[string]bool{}
	for i, x := range list {
		w, at := word(x), fmt.Sprintf("%s[%d]", path, i)
		f.check(w.Code != "" && w.Zh != "" && w.En != "", at, "needs a code, and a name in zh and en")
		f.check(!seen[w.Code], at+".code", "%s is there twice: give one of the two another code, or remove it", w.Code)
		seen[w.Code] = true
	}
}
