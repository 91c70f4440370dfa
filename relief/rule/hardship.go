package rule

// Hardship is the test of households that necessary spending has made poor (刚性支出困难家庭,
// 社会救助法 Art 22).
type Hardship struct {
	SpendPercent int64 `yaml:"spend_percent"` // necessary spending must come to more of the income than this
}

// hardship tests a household that is neither on dibao nor on the edge: income per head below
// last year's local disposable income, property below the lines, and necessary spending
// above the share of the income.
func (s *sheet) hardship(a *Assessment, in Inputs) error {
	if s.v.Hardship == nil || a.Dibao || a.Edge || !a.PropertyOK {
		return nil
	}
	year, err := s.v.Standard(StandardDisposable, in.Area, in.On)
	if err != nil {
		return err
	}
	spent, percent := s.v.necessary(in), s.v.Hardship.SpendPercent
	// twelve months of income per head against the year's, without rounding in between
	belowYear := a.IncomeFen*12 < year.Fen*s.months*a.Persons
	above := spent*100 > a.IncomeFen*percent
	a.Hardship = belowYear && above
	code := LineNoHardship
	if a.Hardship {
		code = LineHardship
	}
	s.line(code, spent, "income", yuan(a.IncomeFen), "percent", number(percent), "year", yuan(year.Fen))
	return nil
}
