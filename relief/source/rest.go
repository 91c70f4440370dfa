package source

import (
	"slices"
	"time"

	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// Rest is what may be rested on of the checks of a household: of each source and each
// member whom it is asked about the newest answer that is known. A later question that
// failed takes nothing away from what is known and still counts.
type Rest struct {
	Newest  Check    // the newest that has ended; ID is zero where none has
	Running bool     // one is still waited for
	Answers []Answer // one of each source and member: what is known, or an error where nothing is
	Unknown []string // the sources that have not spoken of everybody: never "has nothing"
}

// RestOn gathers it at a moment. checks come newest first; those of another household count nothing.
func RestOn(checks []Check, h people.Household, c *Catalogue, now time.Time) Rest {
	var r Rest
	checks = slices.DeleteFunc(slices.Clone(checks), func(one Check) bool { return one.Household != h.ID })
	for _, one := range checks {
		switch {
		case one.Finished.IsZero():
			r.Running = true
		case r.Newest.ID == 0:
			r.Newest = one
		}
	}
	today := ticket.DateOf(now)
	for _, s := range c.Sources {
		for _, m := range h.Members {
			if age := m.Person.Age(today); age >= 0 && age < s.FromAge {
				continue
			}
			a, known := newestKnown(checks, s.Code, m.Person.ID, now)
			if !known {
				a = Answer{Source: s.Code, Person: m.Person.ID, PersonRef: m.Person.PublicID, Status: Error}
			}
			if !known && !slices.Contains(r.Unknown, s.Code) {
				r.Unknown = append(r.Unknown, s.Code)
			}
			r.Answers = append(r.Answers, a)
		}
	}
	return r
}

func newestKnown(checks []Check, source string, person people.PersonID, now time.Time) (Answer, bool) {
	for _, c := range checks {
		for _, a := range c.Answers {
			if a.Source != source || a.Person != person {
				continue
			}
			if _, known := a.Look(now); known {
				return a, true
			}
		}
	}
	return Answer{}, false
}

// Same reports whether two differences are one: what was found and what was declared
// are the same, so that what was said of the one holds for the other.
func (f Flag) Same(g Flag) bool {
	return f.Code == g.Code && f.Person == g.Person && f.Source == g.Source && same(f.Found, g.Found) && same(f.Declared, g.Declared)
}

func same(a, b *int64) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
