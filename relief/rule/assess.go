package rule

import (
	"encoding/json"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// Assessment is what a version says of inputs. It can be made again from the inputs at any
// time, and holds every line of the arithmetic.
type Assessment struct {
	Version string      `json:"version"`
	Area    area.Code   `json:"area"`
	On      ticket.Date `json:"on"`
	Months  int64       `json:"months" doc:"In how many months the sums were received"`
	Persons int64       `json:"persons" doc:"Members that count, those cared for as tekun apart"`

	IncomeFen    int64  `json:"income_fen" doc:"What counts, of all of them, over the months"`
	PerCapitaFen int64  `json:"per_capita_fen" doc:"For one person and month"`
	StandardFen  int64  `json:"standard_fen" doc:"The dibao standard, for one person and month"`
	EdgeFen      int64  `json:"edge_fen" doc:"Below this a household is on the edge, for one person and month"`
	PropertyOK   bool   `json:"property_ok"`
	Vetoes       []Veto `json:"vetoes" doc:"Lines of property that the household stands above"`

	Dibao    bool     `json:"dibao"`
	Edge     bool     `json:"edge"`
	Hardship bool     `json:"hardship" doc:"Necessary spending leaves too little (a version that knows it)"`
	Single   []string `json:"single" doc:"Members who may be put on dibao alone"`
	Tekun    []Kept   `json:"tekun" doc:"Members who are cared for as tekun"`
	Groups   []Group  `json:"groups" doc:"The groups that the household belongs to"`
	Tier     int      `json:"tier" doc:"1, 2 or 3; 0: none"`

	Amounts    []Monthly `json:"amounts" doc:"What is due a month, by aid"`
	MonthlyFen int64     `json:"monthly_fen" doc:"Their sum"`
	Lines      []Line    `json:"lines"`
}

// Monthly is what one aid comes to in a month.
type Monthly struct {
	Aid     string   `json:"aid" doc:"Code of the catalogue: dibao, tekun"`
	Persons []string `json:"persons" doc:"For whom, by their references"`
	Fen     int64    `json:"fen"`
}

// The aids that an assessment computes; every version's catalogue has them.
const (
	AidDibao = "dibao"
	AidTekun = "tekun"
)

// Due is what an aid comes to in a month, nothing where it is not due.
func (a Assessment) Due(aid string) Monthly {
	for _, m := range a.Amounts {
		if m.Aid == aid {
			return m
		}
	}
	return Monthly{Aid: aid}
}

// sheet is an assessment being made.
type sheet struct {
	v      *Version
	months int64
	lines  []Line
}

// Assess says what a version says of inputs: income per head, the lines of property, whom it
// makes a recipient of what, and the month's amount with every line of the arithmetic. The
// error is an act.Fault about inputs that cannot be meant, or act.ErrRefused where the
// version has no standard for the place.
//
//	per head  = what counts of all members / months / members   (divided last, half up to the fen)
//	dibao     = per head <  standard                     and no line of property crossed
//	edge      = standard <= per head < standard × ratio  and no line of property crossed
//	amount    = members × (standard − per head), or the sum of the members' bands; and top-ups
func (v *Version) Assess(in Inputs) (Assessment, error) {
	if err := v.check(in); err != nil {
		return Assessment{}, err
	}
	standard, err := v.Standard(StandardDibao, in.Area, in.On)
	if err != nil {
		return Assessment{}, err
	}
	s := &sheet{v: v, months: int64(max(in.Months, 1)), lines: []Line{}}
	a := Assessment{Version: v.Version, Area: in.Area, On: in.On, Months: s.months, StandardFen: standard.Fen,
		Single: []string{}, Tekun: []Kept{}, Amounts: []Monthly{}}

	incomes := s.incomes(in)
	a.Vetoes = s.vetoes(in, int64(len(incomes)), standard.Fen)
	a.PropertyOK = len(a.Vetoes) == 0
	if a.Tekun, err = s.tekun(in, incomes, a.PropertyOK); err != nil {
		return Assessment{}, err
	}
	rest := v.household(in, a.Tekun)
	a.Persons = int64(len(rest))
	if a.Persons > 0 {
		s.perHead(&a, in, rest, incomes)
		s.qualify(&a, in, rest)
		if err := s.hardship(&a, in); err != nil {
			return Assessment{}, err
		}
	}
	s.amounts(&a, rest)
	s.tier(&a, in)
	a.Lines = s.lines
	return a, nil
}

// incomes is what counts of each member who counts, over the months.
func (s *sheet) incomes(in Inputs) map[string]int64 {
	all := map[string]int64{}
	for _, m := range in.Members {
		if !s.v.counted(m) {
			s.line(LineNotCounted, 0, "person", m.Ref)
			continue
		}
		all[m.Ref] = s.incomeOf(m)
	}
	return all
}

// household is whoever counts and is not cared for alone.
func (v *Version) household(in Inputs, kept []Kept) []Member {
	return slices.DeleteFunc(slices.Clone(in.Members), func(m Member) bool {
		return !v.counted(m) || slices.ContainsFunc(kept, func(k Kept) bool { return k.Ref == m.Ref })
	})
}

// perHead divides what counts by the months and the members, last of all.
func (s *sheet) perHead(a *Assessment, in Inputs, rest []Member, incomes map[string]int64) {
	for _, m := range rest {
		a.IncomeFen += incomes[m.Ref]
	}
	a.IncomeFen = max(a.IncomeFen-s.deductions(in), 0)
	a.PerCapitaFen = divide(a.IncomeFen, s.months*a.Persons)
	s.line(LineIncomeAll, a.IncomeFen, "months", number(s.months))
	s.line(LinePerCapita, a.PerCapitaFen, "income", yuan(a.IncomeFen), "months", number(s.months), "persons", number(a.Persons))
}

// qualify holds the income against the standard: strictly below it is dibao, from it to the
// edge is the edge.
func (s *sheet) qualify(a *Assessment, in Inputs, rest []Member) {
	percent := s.v.EdgePercent(in.Area)
	a.EdgeFen = percentOf(a.StandardFen, percent)
	below, within := a.PerCapitaFen < a.StandardFen, a.PerCapitaFen*100 < a.StandardFen*percent
	a.Dibao = below && a.PropertyOK
	a.Edge = !below && within && a.PropertyOK
	compared := LineAbove
	switch {
	case below:
		compared = LineBelow
	case within:
		compared = LineWithinEdge
	}
	s.line(compared, a.PerCapitaFen, "standard", yuan(a.StandardFen), "edge", yuan(a.EdgeFen), "percent", number(percent))
	if !a.Edge && !a.Dibao || s.v.Single == nil {
		return
	}
	for _, m := range rest {
		if slices.ContainsFunc(s.v.ClassesOf(m, in.On), func(c string) bool { return slices.Contains(s.v.Single.Classes, c) }) {
			a.Single = append(a.Single, m.Ref)
		}
	}
}

// Freeze is the inputs as a decision keeps them.
func (in Inputs) Freeze() ([]byte, error) { return json.Marshal(in) }
