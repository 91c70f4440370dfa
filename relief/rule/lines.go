package rule

// LineCode says what one line of the arithmetic is.
type LineCode string

// The lines, in the order in which they may appear.
const (
	LineNotCounted  LineCode = "not_counted"
	LineIncome      LineCode = "income"
	LineIncomeCost  LineCode = "income_cost"
	LineExcluded    LineCode = "excluded"
	LineWorkCost    LineCode = "work_cost"
	LineMember      LineCode = "member"
	LineExempt      LineCode = "exempt"
	LineVeto        LineCode = "veto"
	LinePropertyOK  LineCode = "property_ok"
	LineTekun       LineCode = "tekun"
	LineTekunIncome LineCode = "tekun_income"
	LineDeduction   LineCode = "deduction"
	LineIncomeAll   LineCode = "income_all"
	LinePerCapita   LineCode = "per_capita"
	LineBelow       LineCode = "below"
	LineWithinEdge  LineCode = "within_edge"
	LineAbove       LineCode = "above"
	LineHardship    LineCode = "hardship"
	LineNoHardship  LineCode = "no_hardship"
	LineDifference  LineCode = "difference"
	LineBand        LineCode = "band"
	LineTopUp       LineCode = "top_up"
	LineSingle      LineCode = "single"
	LineMonthly     LineCode = "monthly"
	LineTier        LineCode = "tier"
	LineNoTier      LineCode = "no_tier"
)

// Line is one line of the arithmetic: a code with what it was made of, and what it comes to.
type Line struct {
	Code LineCode          `json:"code"`
	Args map[string]string `json:"args,omitempty" doc:"Codes, references of persons, and amounts in yuan"`
	Fen  int64             `json:"fen,omitempty"`
}

// line adds a line; args are names and values in turn.
func (s *sheet) line(code LineCode, fen int64, args ...string) {
	l := Line{Code: code, Fen: fen}
	if len(args) > 0 {
		l.Args = map[string]string{}
	}
	for i := 0; i+1 < len(args); i += 2 {
		l.Args[args[i]] = args[i+1]
	}
	s.lines = append(s.lines, l)
}
