package rule

import (
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// AidClass is one of the four kinds of aid.
type AidClass string

// The four kinds (DOMAIN 19).
const (
	ClassSpecial   AidClass = "special"   // 专项救助, by other departments
	ClassTemporary AidClass = "temporary" // 临时救助
	ClassBasic     AidClass = "basic"     // 基本生活救助
	ClassService   AidClass = "service"   // 帮扶服务
)

// AidClasses lists every AidClass.
func AidClasses() []AidClass {
	return []AidClass{ClassSpecial, ClassTemporary, ClassBasic, ClassService}
}

// Purpose is what an aid is for. Two aids for one purpose are not given at once.
type Purpose struct {
	Code string `yaml:"code" json:"code"`
	Zh   string `yaml:"zh" json:"zh"`
	En   string `yaml:"en" json:"en"`
}

// Aid is one aid of the catalogue.
type Aid struct {
	Code       string   `yaml:"code" json:"code"` // stable: rows hold it
	Kind       AidClass `yaml:"kind" json:"kind" enum:"special,temporary,basic,service"`
	Zh         string   `yaml:"zh" json:"zh"`
	En         string   `yaml:"en" json:"en"`
	Purposes   []string `yaml:"purposes" json:"purposes"`
	Department string   `yaml:"department" json:"department"` // code of the department that gives it
	Monthly    bool     `yaml:"monthly" json:"monthly"`
	Register   string   `yaml:"register" json:"register,omitempty" doc:"The register of tier 1 in which those stand whom it counts"`
	FastTrack  bool     `yaml:"fast_track" json:"fast_track" doc:"Decided as urgent aid, by relief-*.yaml"`
	Cap        *Cap     `yaml:"cap" json:"cap,omitempty"`
	// Households of these tiers were looked into before: for this aid their data are not checked again, and nobody is asked about them.
	SparedTiers []int  `yaml:"spared_tiers" json:"spared_tiers,omitempty"`
	Form        string `yaml:"form" json:"form,omitempty" doc:"The form it is applied for with, where there is one"`
}

// Registers are those of tier 1, by the codes of people.RegisterKinds.
func Registers() []string {
	return []string{"dibao", "tekun", "orphan", "child_hardship", "disabled_subsidy"}
}

// CapPer says what a cap multiplies.
type CapPer string

// The answers.
const (
	CapPerPerson    CapPer = "person"
	CapPerHousehold CapPer = "household"
)

// Cap is the most of one aid that is given within a time, and what it rests on.
type Cap struct {
	Fen            int64  `yaml:"fen" json:"fen,omitempty"`                         // or:
	StandardMonths int64  `yaml:"standard_months" json:"standard_months,omitempty"` // so many monthly dibao standards
	Per            CapPer `yaml:"per" json:"per" enum:"person,household"`
	WindowMonths   int    `yaml:"window_months" json:"window_months"` // counted back from the act
	Basis          Basis  `yaml:"basis" json:"basis"`
}

// Aid finds an aid of the catalogue; act.ErrInvalid where there is none.
func (v *Version) Aid(code string) (Aid, error) {
	for _, a := range v.Catalogue {
		if a.Code == code {
			return a, nil
		}
	}
	return Aid{}, act.Invalid("aid", "unknown_aid", "Choose an aid of the catalogue.")
}

// CapFen is the most of an aid for so many persons in a place on a day; false where it has
// no cap.
func (v *Version) CapFen(code string, place area.Code, persons int, on ticket.Date) (fen int64, capped bool, err error) {
	a, err := v.Aid(code)
	if err != nil || a.Cap == nil {
		return 0, false, err
	}
	fen = a.Cap.Fen
	if a.Cap.StandardMonths > 0 {
		standard, err := v.Standard(StandardDibao, place, on)
		if err != nil {
			return 0, false, err
		}
		fen = standard.Fen * a.Cap.StandardMonths
	}
	if a.Cap.Per == CapPerPerson {
		fen *= int64(max(persons, 1))
	}
	return fen, true, nil
}

// Double says which of the aids that run already serves a purpose of the one that is wanted
// for the same time; false where none does. An aid doubles itself where it is monthly.
func (v *Version) Double(want string, running []string) (other, purpose string, doubled bool) {
	wanted, err := v.Aid(want)
	if err != nil {
		return "", "", false
	}
	for _, code := range running {
		runs, err := v.Aid(code)
		if err != nil || code == want && !wanted.Monthly {
			continue
		}
		for _, p := range runs.Purposes {
			if slices.Contains(wanted.Purposes, p) {
				return code, p, true
			}
		}
	}
	return "", "", false
}

// Cascade is the order in which the kinds of aid are looked at, as advice: it never forbids
// (DOMAIN 0.3).
type Cascade struct {
	Order  []AidClass `yaml:"order"`
	Beside []AidClass `yaml:"beside"` // may come at any time
	Steps  []Step     `yaml:"steps"`
}

// Step says what is looked at after aid of a kind was given.
type Step struct {
	After AidClass `yaml:"after" json:"after"`
	Next  AidClass `yaml:"next" json:"next"`
	Tests []Named  `yaml:"tests" json:"tests"` // each is a reason to go on
	Days  int      `yaml:"days" json:"days"`   // working days in which the owner looks; 0: what has its limit elsewhere, as a referral has
}

// After is what is looked at after aid of a kind was given; false where nothing is.
func (v *Version) After(given AidClass) (Step, bool) {
	i := slices.IndexFunc(v.Cascade.Steps, func(s Step) bool { return s.After == given })
	if i < 0 {
		return Step{}, false
	}
	return v.Cascade.Steps[i], true
}

// Advice is what the cascade says of a kind of aid that somebody wants to give.
type Advice struct {
	InOrder bool       `json:"in_order"`
	First   []AidClass `json:"first" doc:"Kinds to look at before; going on without them needs a reason"`
}

// Advise says whether the kinds that come before the wanted one were given or looked at.
func (v *Version) Advise(want AidClass, had []AidClass) Advice {
	advice := Advice{First: []AidClass{}}
	if !slices.Contains(v.Cascade.Beside, want) {
		for _, kind := range v.Cascade.Order {
			if kind == want {
				break
			}
			if !slices.Contains(had, kind) {
				advice.First = append(advice.First, kind)
			}
		}
	}
	advice.InOrder = len(advice.First) == 0
	return advice
}

// Then is what is looked at after aid of a kind was given; false where the cascade ends.
func (v *Version) Then(given AidClass) (Step, bool) {
	for _, s := range v.Cascade.Steps {
		if s.After == given {
			return s, true
		}
	}
	return Step{}, false
}
