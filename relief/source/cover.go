package source

import (
	"slices"
	"time"

	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// Standing is how the sources stand to a case: for each that was asked, whether
// everybody it was asked about is known.
type Standing struct {
	Covering []string // everybody is known, and it counts now
	Failed   []string // asked, and of somebody nothing is known: unknown is never "has nothing"
	Waiting  []string // being asked
}

// Stand tells how the sources stand by the newest check that asked each.
// checks come newest first.
func Stand(checks []Check, now time.Time) Standing {
	var s Standing
	told := map[string]bool{}
	for _, c := range checks {
		for source, state := range c.states(now) {
			if told[source] {
				continue
			}
			told[source] = true
			switch state {
			case waiting:
				s.Waiting = append(s.Waiting, source)
			case covering:
				s.Covering = append(s.Covering, source)
			default:
				s.Failed = append(s.Failed, source)
			}
		}
	}
	slices.Sort(s.Covering)
	slices.Sort(s.Failed)
	slices.Sort(s.Waiting)
	return s
}

type standing int

const (
	covering standing = iota
	waiting
	failing
)

// states are the sources of one check: one unknown person is enough to fail.
func (c Check) states(now time.Time) map[string]standing {
	states := map[string]standing{}
	for _, a := range c.Answers {
		one := covering
		if a.Status == Asking {
			one = waiting
		} else if _, known := a.Look(now); !known {
			one = failing
		}
		states[a.Source] = max(states[a.Source], one)
	}
	return states
}

// Covered reports whether a paper is not to be asked of a household because a data
// source has said, freshly and about every member it is about, what the paper would
// prove, and which one (DOMAIN 46, 社会救助法 Art 62). A member who was not asked
// about is not known.
func Covered(paper rule.Paper, h people.Household, checks []Check, now time.Time) (covered bool, by string) {
	for _, source := range paper.Sources {
		if known(source, h, checks, now) {
			return true, source
		}
	}
	return false, ""
}

// known reports whether a source has spoken of every member who was to be asked about in the newest check that asked it.
func known(source string, h people.Household, checks []Check, now time.Time) bool {
	for _, c := range checks {
		if c.Household != h.ID || !slices.ContainsFunc(c.Answers, func(a Answer) bool { return a.Source == source }) {
			continue
		}
		asked := map[people.PersonID]bool{}
		for _, a := range c.Answers {
			asked[a.Person] = true
			if a.Source != source {
				continue
			}
			if _, ok := a.Look(now); !ok {
				return false
			}
		}
		return !slices.ContainsFunc(h.Members, func(m people.Member) bool { return !asked[m.Person.ID] })
	}
	return false
}

// Violation is a paper that is owed although a source covers it.
type Violation struct {
	Ticket  string    `json:"ticket" doc:"Public id"`
	Number  string    `json:"number" doc:"The ticket's"`
	Paper   string    `json:"paper" doc:"Code"`
	Source  string    `json:"source" doc:"Code of the source that covers it"`
	AskedAt time.Time `json:"asked_at"`
	AskedBy string    `json:"asked_by,omitempty"`
}

// Owed is a paper that is owed and that a source may cover.
type Owed struct {
	Of ticket.ID
	Violation
}

// Violations are those of the papers that a source covers: what it has said makes the
// paper unnecessary, and asking for it breaks the rule. caseOf tells household and
// checks of a ticket; kinds are the papers of the rules in force.
func Violations(owed []Owed, kinds []rule.Paper, now time.Time, caseOf func(ticket.ID) (people.Household, []Check, error)) ([]Violation, error) {
	list := []Violation{}
	for _, o := range owed {
		i := slices.IndexFunc(kinds, func(p rule.Paper) bool { return p.Code == o.Paper })
		if i < 0 {
			continue
		}
		h, checks, err := caseOf(o.Of)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if covered, by := Covered(kinds[i], h, checks, now); covered {
			v := o.Violation
			v.Source = by
			list = append(list, v)
		}
	}
	return list, nil
}
