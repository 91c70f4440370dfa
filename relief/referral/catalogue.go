// Package referral sends a case, or a part of it, to another department and keeps it
// until that department's answer has reached the citizen (跟踪转介). The catalogue says
// what is referred where, within which times, and which fields leave with it: nothing
// else of a case does (DOMAIN 1, 42: 横向对接12个部门31项救助事项).
package referral

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Field is something of a case that may go along with a referral.
type Field string

// The fields. The ticket's number and what is asked for always go.
const (
	FieldArea     Field = "area"     // the township where it happened, no address
	FieldCause    Field = "cause"    // as found
	FieldPeople   Field = "people"   // how many live together, how many are affected
	FieldNeeds    Field = "needs"    // codes
	FieldIncome   Field = "income"   // as declared, before and now
	FieldMedical  Field = "medical"  // paid out of pocket, as declared
	FieldName     Field = "name"     // the applicant's
	FieldPhone    Field = "phone"    // the number that called or was reported
	FieldIdentity Field = "identity" // the applicant's identity number
)

// Fields lists every Field.
func Fields() []Field {
	return []Field{FieldArea, FieldCause, FieldPeople, FieldNeeds, FieldIncome, FieldMedical, FieldName, FieldPhone, FieldIdentity}
}

// Aid is which special aid an item is, or a service (DOMAIN 1, 20: seven special aids).
type Aid string

// The aids.
const (
	AidMedical    Aid = "medical"
	AidEducation  Aid = "education"
	AidHousing    Aid = "housing"
	AidEmployment Aid = "employment"
	AidDisaster   Aid = "disaster"
	AidRehab      Aid = "rehabilitation"
	AidJustice    Aid = "justice"
	AidOther      Aid = "other" // no special aid: insurance, allowances, gifts, services
)

// Aids lists every Aid.
func Aids() []Aid {
	return []Aid{AidMedical, AidEducation, AidHousing, AidEmployment, AidDisaster, AidRehab, AidJustice, AidOther}
}

// Special reports whether, once it was granted, the cascade asks for temporary aid (DOMAIN 1, 21).
func (a Aid) Special() bool { return a != AidOther }

// Times are the limits of a referral in working days.
type Times struct {
	Send    int `yaml:"send_days" json:"send_days"`       // from writing it down until it is sent
	Answer  int `yaml:"answer_days" json:"answer_days"`   // until it is accepted, or returned with the reason
	Result  int `yaml:"result_days" json:"result_days"`   // from acceptance until the result
	Extend  int `yaml:"extend_days" json:"extend_days"`   // what is added to it, once, where the department asks
	Confirm int `yaml:"confirm_days" json:"confirm_days"` // until the citizen was asked whether it reached them
	Task    int `yaml:"task_days" json:"task_days"`       // for what a return, a refusal or a grant asks for
}

// over takes the times that an item sets itself; zero leaves the catalogue's.
func (t Times) over(own Times) Times {
	return Times{Send: cmp.Or(own.Send, t.Send), Answer: cmp.Or(own.Answer, t.Answer), Result: cmp.Or(own.Result, t.Result),
		Extend: cmp.Or(own.Extend, t.Extend), Confirm: cmp.Or(own.Confirm, t.Confirm), Task: cmp.Or(own.Task, t.Task)}
}

// Department is one that cases are referred to.
type Department struct {
	Code string `yaml:"code" json:"code"`
	Zh   string `yaml:"zh" json:"zh"`
	En   string `yaml:"en" json:"en"`
}

// Item is one thing that a department decides.
type Item struct {
	Code       string  `yaml:"code" json:"code"`
	Department string  `yaml:"department" json:"department"`
	Zh         string  `yaml:"zh" json:"zh"`
	En         string  `yaml:"en" json:"en"`
	Aid        Aid     `yaml:"aid" json:"aid"`
	Fields     []Field `yaml:"fields" json:"fields"`
	Consent    bool    `yaml:"consent" json:"consent"` // the citizen must have agreed before it leaves
	Times      Times   `yaml:"times" json:"times"`     // in a file: those that differ
}

// Catalogue is one dated version of departments and items.
type Catalogue struct {
	Version     string       `yaml:"version" json:"version"`
	ValidFrom   ticket.Date  `yaml:"valid_from" json:"valid_from"`
	Source      string       `yaml:"source" json:"source"`
	Counts      Counts       `yaml:"counts" json:"counts"`
	Times       Times        `yaml:"times" json:"times"`
	Departments []Department `yaml:"departments" json:"departments"`
	Items       []Item       `yaml:"items" json:"items"`
}

// Counts are how many departments and items the file says that it holds, so that a line
// lost in editing is found.
type Counts struct {
	Departments int `yaml:"departments" json:"departments"`
	Items       int `yaml:"items" json:"items"`
}

// Item finds an item by its code, with all its times.
func (c *Catalogue) Item(code string) (Item, bool) {
	for _, i := range c.Items {
		if i.Code == code {
			i.Times = c.Times.over(i.Times)
			return i, true
		}
	}
	return Item{}, false
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

// Validate reports every fault of a catalogue at once, joined. Each is an *act.Fault
// whose Field is the path in the file ("items[3].department").
func (c *Catalogue) Validate() error {
	var faults []error
	check := func(ok bool, path, detail string, args ...any) {
		if !ok {
			faults = append(faults, act.Invalid(path, "out_of_range", fmt.Sprintf(detail, args...)))
		}
	}
	check(c.Version != "", "version", "name the version; referrals keep it for ever")
	check(c.ValidFrom != "", "valid_from", "give the first day on which the version is in force, as 2026-07-01")
	check(len(c.Departments) == c.Counts.Departments, "counts.departments", "says %d, and the file lists %d: add the department that is missing, remove the one too many, or correct the number",
		c.Counts.Departments, len(c.Departments))
	check(len(c.Items) == c.Counts.Items, "counts.items", "says %d, and the file lists %d: add the item that is missing, remove the one too many, or correct the number",
		c.Counts.Items, len(c.Items))
	for path, days := range map[string]int{"send_days": c.Times.Send, "answer_days": c.Times.Answer, "result_days": c.Times.Result, "extend_days": c.Times.Extend,
		"confirm_days": c.Times.Confirm, "task_days": c.Times.Task} {
		check(days >= 1 && days <= 60, "times."+path, "must lie between 1 and 60 working days")
	}
	known := map[string]int{}
	for i, d := range c.Departments {
		at := fmt.Sprintf("departments[%d]", i)
		_, twice := known[d.Code]
		check(d.Code != "" && d.Zh != "" && d.En != "", at, "needs a code, and a name in zh and en")
		check(!twice, at+".code", "%s is there twice: give one of the two another code, or remove it", d.Code)
		known[d.Code] = 0
	}
	seen := map[string]bool{}
	for i, item := range c.Items {
		at := fmt.Sprintf("items[%d]", i)
		check(item.Code != "" && item.Zh != "" && item.En != "", at, "needs a code, and a name in zh and en")
		check(!seen[item.Code], at+".code", "%s is there twice: give one of the two another code, or remove it", item.Code)
		seen[item.Code] = true
		if _, ok := known[item.Department]; ok {
			known[item.Department]++
		} else {
			check(false, at+".department", "names no department of this file: use one of its codes")
		}
		faults = append(faults, item.faults(at)...)
	}
	for i, d := range c.Departments {
		check(known[d.Code] > 0, fmt.Sprintf("departments[%d]", i), "has no item: name one, or remove it")
	}
	return errors.Join(faults...)
}

func (i Item) faults(at string) (faults []error) {
	add := func(path, detail string) { faults = append(faults, act.Invalid(at+path, "out_of_range", detail)) }
	if !slices.Contains(Aids(), i.Aid) {
		add(".aid", "must be medical, education, housing, employment, disaster, rehabilitation, justice or other")
	}
	for n, f := range i.Fields {
		path := fmt.Sprintf(".fields[%d]", n)
		if !slices.Contains(Fields(), f) {
			add(path, "must be area, cause, people, needs, income, medical, name, phone or identity")
		}
		if slices.Contains(i.Fields[:n], f) {
			add(path, "is there twice: remove one")
		}
	}
	personal := slices.ContainsFunc(i.Fields, func(f Field) bool { return f == FieldIdentity || f == FieldIncome || f == FieldMedical })
	if personal && !i.Consent {
		add(".consent", "must be true where an identity number, incomes or medical costs leave: ask the citizen first")
	}
	for path, days := range map[string]int{"send_days": i.Times.Send, "answer_days": i.Times.Answer, "result_days": i.Times.Result, "extend_days": i.Times.Extend,
		"confirm_days": i.Times.Confirm, "task_days": i.Times.Task} {
		if days < 0 || days > 60 {
			add(".times."+path, "must lie between 1 and 60 working days, or be left out")
		}
	}
	return faults
}
