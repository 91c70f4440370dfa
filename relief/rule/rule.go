// Package rule is what the law and the city say about aid, in dated versions, and the
// arithmetic that follows from it. It is pure: a version is data (configs/policy/aid-*.yaml),
// an assessment is a function of a version and of inputs that were frozen with a decision, so
// that the same answer can be shown line by line years later.
//
// Several versions stand side by side. Each is in force from its day; a case keeps the
// version that decided it. What urgent aid is measured by stands in relief-*.yaml (package
// relief) and is not repeated here.
package rule

import (
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Version is one dated version of the policy of aid. All amounts are integer fen, all
// shares are percent.
type Version struct {
	Version    string      `yaml:"version"`     // "aid-law-2026": decisions keep it for ever
	ValidFrom  ticket.Date `yaml:"valid_from"`  // the first day on which it is in force
	ValidUntil ticket.Date `yaml:"valid_until"` // the last day, where the document names one
	Basis      Basis       `yaml:"basis"`       // the document that it rests on, for pages
	Source     string      `yaml:"source"`      // where the numbers come from, for those who check the file

	Standards []Standard  `yaml:"standards"`
	Classes   []Class     `yaml:"classes"`
	Income    Income      `yaml:"income"`
	Spending  []SpendCode `yaml:"spending"`
	Property  Property    `yaml:"property"`
	Edge      []EdgeRatio `yaml:"edge"`
	Single    *Single     `yaml:"single"`   // absent: a version that knows no dibao for one person alone
	Hardship  *Hardship   `yaml:"hardship"` // absent: a version that knows no hardship by spending
	Tekun     TekunRules  `yaml:"tekun"`
	Tiers     []TierRule  `yaml:"tiers"`
	Amount    AmountRules `yaml:"amount"`

	Purposes  []Purpose `yaml:"purposes"`
	Catalogue []Aid     `yaml:"catalogue"`
	Cascade   Cascade   `yaml:"cascade"`

	AuthorityTable []Grant    `yaml:"authority"`
	Clocks         Clocks     `yaml:"clocks"`
	Visit          VisitRules `yaml:"visit"`
	NoticeRules    Notice     `yaml:"notice"`
	FirstPay       FirstPay   `yaml:"first_pay"`
	PaperKinds     []Paper    `yaml:"papers"`
	Fines          Fines      `yaml:"fines"`
}

// Term is the version's name, its first day, and its last one where it names it.
func (v *Version) Term() (version string, from, until ticket.Date) {
	return v.Version, v.ValidFrom, v.ValidUntil
}

// Basis names the document that a rule rests on.
type Basis struct {
	Zh string `yaml:"zh" json:"zh"`
	En string `yaml:"en" json:"en"`
}

// Versions are the dated versions, the oldest first, no two of one day.
type Versions []*Version

// At is the version in force at a moment: the newest whose day has come in Shanghai. Before
// the first day it is the first: a line that was started has one whose day had come.
func (v Versions) At(now time.Time) *Version { return v.On(ticket.DateOf(now)) }

// On is the version in force on a day.
func (v Versions) On(day ticket.Date) *Version { return ticket.InForce(v, day) }

// Named is the version of a name, as a decision kept it; act.ErrNotFound where it is not
// loaded any more.
func (v Versions) Named(name string) (*Version, error) {
	for _, one := range v {
		if one.Version == name {
			return one, nil
		}
	}
	return nil, act.NotFound("version of the rules")
}
