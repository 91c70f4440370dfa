package rule

import (
	"slices"

	"example.org/hotline/internal/act"
)

// Care is how far a person can care for themselves.
type Care string

// The degrees (特困人员认定办法): none of the six items failed, one to three, four to six; the
// bounds are the version's.
const (
	CareAble   Care = "able"
	CarePartly Care = "partly"
	CareLost   Care = "lost"
)

// standard is what is paid for the care.
func (c Care) standard() StandardKind { return StandardKind("care_" + string(c)) }

// TekunRules say who is cared for as tekun (特困人员): old, young or not able to work, with
// nobody to keep them and nothing to live on.
type TekunRules struct {
	Items      []Named  `yaml:"items"`       // the six things a person does for themselves
	PartlyFrom int      `yaml:"partly_from"` // failed items from which the ability is partly lost
	LostFrom   int      `yaml:"lost_from"`   // … fully lost
	OldFrom    int      `yaml:"old_from"`    // years
	MinorBelow int      `yaml:"minor_below"` // years
	SchoolOn   bool     `yaml:"school_on"`   // who came in as a minor stays while in school (社会救助法 Art 16)
	Classes    []string `yaml:"classes"`     // classes of those who cannot work
	ReviewDays int      `yaml:"review_days"` // working days for a new test after a change was reported
}

func (t TekunRules) checkSelfCare(test *SelfCare) error {
	if test == nil {
		return nil
	}
	for i, item := range test.Failed {
		known := slices.ContainsFunc(t.Items, func(n Named) bool { return n.Code == item })
		if !known || slices.Contains(test.Failed[:i], item) {
			return act.Invalid("self_care", "unknown_item", "Name each failed item once: eat, dress, bed, toilet, walk, wash.")
		}
	}
	return nil
}

// Care is the degree that follows from how many items were failed.
func (t TekunRules) Care(failed int) Care {
	switch {
	case failed >= t.LostFrom:
		return CareLost
	case failed >= t.PartlyFrom:
		return CarePartly
	default:
		return CareAble
	}
}

// Kept is a member who is cared for as tekun.
type Kept struct {
	Ref  string `json:"ref"`
	Care Care   `json:"care" enum:"able,partly,lost"`
	Fen  int64  `json:"fen" doc:"A month: living and care together"`
}

// tekun finds the members who are cared for on their own. Their own income decides, not the
// household's; property is the household's.
func (s *sheet) tekun(in Inputs, incomes map[string]int64, propertyOK bool) ([]Kept, error) {
	kept := []Kept{}
	for _, m := range in.Members {
		if !m.NoCarer || !s.v.counted(m) || !s.v.cannotWork(m, in) || !propertyOK {
			continue
		}
		living, err := s.v.Standard(StandardTekun, in.Area, in.On)
		if err != nil {
			return nil, err
		}
		own := divide(incomes[m.Ref], s.months)
		if own >= living.Fen {
			s.line(LineTekunIncome, own, "person", m.Ref, "standard", yuan(living.Fen))
			continue
		}
		failed := 0
		if m.SelfCare != nil {
			failed = len(m.SelfCare.Failed)
		}
		care := s.v.Tekun.Care(failed)
		caring, err := s.v.Standard(care.standard(), in.Area, in.On)
		if err != nil {
			return nil, err
		}
		one := Kept{Ref: m.Ref, Care: care, Fen: living.Fen + caring.Fen}
		kept = append(kept, one)
		s.line(LineTekun, one.Fen, "person", m.Ref, "living", yuan(living.Fen), "care", string(care), "caring", yuan(caring.Fen), "failed", number(int64(failed)))
	}
	return kept, nil
}

// cannotWork reports whether a person is too old, too young or not able to earn.
func (v *Version) cannotWork(m Member, in Inputs) bool {
	t := v.Tekun
	if slices.ContainsFunc(m.Classes, func(c string) bool { return slices.Contains(t.Classes, c) }) {
		return true
	}
	age, known := AgeOn(m.Born, in.On)
	if !known {
		return false
	}
	return age >= t.OldFrom || age < t.MinorBelow || t.SchoolOn && v.keptInSchool(m)
}

// keptInSchool reports whether a grown person goes on as a minor did because they are in school.
func (v *Version) keptInSchool(m Member) bool {
	return m.KeptAsMinor && slices.ContainsFunc(m.Classes, func(code string) bool {
		c, _ := v.class(code)
		return c.StudentOn
	})
}
