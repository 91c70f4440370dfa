package rule

import "slices"

// HoldingKind is a sort of property.
type HoldingKind string

// The kinds of property (DOMAIN 2.2).
const (
	HoldingHome      HoldingKind = "home"
	HoldingVehicle   HoldingKind = "vehicle"
	HoldingDeposit   HoldingKind = "deposit"
	HoldingSecurity  HoldingKind = "security"
	HoldingFund      HoldingKind = "fund"
	HoldingInsurance HoldingKind = "insurance"
	HoldingClaim     HoldingKind = "claim"
	HoldingCompany   HoldingKind = "company"
)

// HoldingKinds lists every HoldingKind.
func HoldingKinds() []HoldingKind {
	return []HoldingKind{HoldingHome, HoldingVehicle, HoldingDeposit, HoldingSecurity, HoldingFund, HoldingInsurance, HoldingClaim, HoldingCompany}
}

func (k HoldingKind) valid() bool { return slices.Contains(HoldingKinds(), k) }

// Property draws the lines above which a household is not poor, whatever it earns.
type Property struct {
	Lines  []PropertyLine `yaml:"lines"`
	Exempt []Exempt       `yaml:"exempt"`
}

// LineUnit is what a line counts.
type LineUnit string

// The units of a line.
const (
	UnitItems          LineUnit = "items"            // how many there are
	UnitFenPerHead     LineUnit = "fen_per_head"     // worth, over the persons of the household
	UnitMonthsPerHead  LineUnit = "months_per_head"  // the same, measured in monthly dibao standards
	UnitItemsPerPerson LineUnit = "items_per_person" // how many there are, over the persons
)

// LineUnits lists every LineUnit.
func LineUnits() []LineUnit {
	return []LineUnit{UnitItems, UnitFenPerHead, UnitMonthsPerHead, UnitItemsPerPerson}
}

// PropertyLine is one line: of some kinds of property, so much and no more.
type PropertyLine struct {
	Code  string        `yaml:"code"`
	Zh    string        `yaml:"zh"`
	En    string        `yaml:"en"`
	Kinds []HoldingKind `yaml:"kinds"`
	Unit  LineUnit      `yaml:"unit"`
	Most  int64         `yaml:"most"` // still allowed
}

// Exempt is goods that do not count: what a household needs to live and to work.
type Exempt struct {
	Code string      `yaml:"code" json:"code"`
	Kind HoldingKind `yaml:"kind" json:"kind"`
	Zh   string      `yaml:"zh" json:"zh"`
	En   string      `yaml:"en" json:"en"`
}

func (p Property) exempt(h Holding) bool {
	return slices.ContainsFunc(p.Exempt, func(e Exempt) bool { return e.Code == h.Code && e.Kind == h.Kind })
}

// Veto is a line that a household stands above.
type Veto struct {
	Line string   `json:"line" doc:"Code of the line in the version"`
	Unit LineUnit `json:"unit" enum:"items,fen_per_head,months_per_head,items_per_person"`
	Have int64    `json:"have" doc:"Items, or fen"`
	Most int64    `json:"most" doc:"Items, or fen"`
}

// vetoes holds the property against every line. std is the monthly dibao standard.
func (s *sheet) vetoes(in Inputs, persons, std int64) []Veto {
	list := []Veto{}
	for _, h := range in.Property {
		if h.Code != "" {
			s.line(LineExempt, h.Fen, "goods", h.Code)
		}
	}
	for _, l := range s.v.Property.Lines {
		items, worth := l.sum(in.Property)
		veto := Veto{Line: l.Code, Unit: l.Unit}
		switch l.Unit {
		case UnitItems:
			veto.Have, veto.Most = items, l.Most
		case UnitItemsPerPerson:
			veto.Have, veto.Most = items, l.Most*persons
		case UnitFenPerHead:
			veto.Have, veto.Most = worth, l.Most*persons
		case UnitMonthsPerHead:
			veto.Have, veto.Most = worth, l.Most*std*persons
		}
		if veto.Have > veto.Most {
			list = append(list, veto)
			s.line(LineVeto, 0, "line", l.Code, "have", veto.words(veto.Have), "most", veto.words(veto.Most))
		}
	}
	if len(list) == 0 {
		s.line(LinePropertyOK, 0)
	}
	return list
}

// sum is how many there are of the kinds of the line and what they are worth, without what is exempt.
func (l PropertyLine) sum(all []Holding) (items, worth int64) {
	for _, h := range all {
		if h.Code == "" && slices.Contains(l.Kinds, h.Kind) {
			items += max(h.Count, 1)
			worth += h.Fen
		}
	}
	return items, worth
}

// words writes an amount as yuan, a number as it is.
func (v Veto) words(n int64) string {
	if v.Unit == UnitFenPerHead || v.Unit == UnitMonthsPerHead {
		return yuan(n)
	}
	return number(n)
}
