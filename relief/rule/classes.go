package rule

import (
	"slices"
	"strconv"

	"example.org/hotline/ticket"
)

// Class is what a person is, where rules depend on it: old, a minor, severely disabled.
type Class struct {
	Code      string `yaml:"code" json:"code"`
	Zh        string `yaml:"zh" json:"zh"`
	En        string `yaml:"en" json:"en"`
	AgeFrom   int    `yaml:"age_from" json:"age_from,omitempty"`       // years completed; with age_below it follows from the birth date and is not declared
	AgeBelow  int    `yaml:"age_below" json:"age_below,omitempty"`     // 0: no upper end
	NotCount  bool   `yaml:"not_counted" json:"not_counted,omitempty"` // such a person lives elsewhere and is not counted as a member (in prison, in an order)
	Group     Group  `yaml:"group" json:"group,omitempty"`             // the group of recipients that one belongs to by it; empty: none
	StudentOn bool   `yaml:"in_school" json:"in_school,omitempty"`     // in school: a minor in tekun care stays in it while it holds
}

func (c Class) byAge() bool { return c.AgeFrom > 0 || c.AgeBelow > 0 }

func (v *Version) class(code string) (Class, bool) {
	for _, c := range v.Classes {
		if c.Code == code {
			return c, true
		}
	}
	return Class{}, false
}

// ClassesOf lists the classes of a person on a day in the order of the version, those that
// follow from age among them.
func (v *Version) ClassesOf(m Member, on ticket.Date) []string {
	age, known := AgeOn(m.Born, on)
	list := []string{}
	for _, c := range v.Classes {
		fits := slices.Contains(m.Classes, c.Code)
		if c.byAge() {
			fits = known && age >= c.AgeFrom && (c.AgeBelow == 0 || age < c.AgeBelow)
		}
		if fits {
			list = append(list, c.Code)
		}
	}
	return list
}

// counted reports whether a person counts as a member of the household.
func (v *Version) counted(m Member) bool {
	return !slices.ContainsFunc(m.Classes, func(code string) bool {
		c, _ := v.class(code)
		return c.NotCount
	})
}

// AgeOn is the years that somebody has completed on a day; false where the birth is not
// known. Who was born on 29 February completes a year on 1 March.
func AgeOn(born, on ticket.Date) (years int, known bool) {
	if len(born) != len("2026-10-01") || len(on) != len(born) || born > on {
		return 0, false
	}
	b, _ := strconv.Atoi(string(born[:4]))
	o, _ := strconv.Atoi(string(on[:4]))
	years = o - b
	if on[4:] < born[4:] {
		years--
	}
	return years, true
}
