package rule

import (
	"example.org/hotline/ticket"
)

// IncomeKind is one of the four kinds of income.
type IncomeKind string

// The kinds (DOMAIN 2.2).
const (
	IncomeWage     IncomeKind = "wage"     // 工资性收入, net of what working costs
	IncomeBusiness IncomeKind = "business" // 经营净收入
	IncomeProperty IncomeKind = "property" // 财产净收入
	IncomeTransfer IncomeKind = "transfer" // 转移净收入, what kin outside the household owe among it
)

// IncomeKinds lists every IncomeKind.
func IncomeKinds() []IncomeKind {
	return []IncomeKind{IncomeWage, IncomeBusiness, IncomeProperty, IncomeTransfer}
}

// Income says what counts as income.
type Income struct {
	LookbackMonths int          `yaml:"lookback_months"` // income is that of so many months before the application
	WorkCost       WorkCost     `yaml:"work_cost"`
	Codes          []IncomeCode `yaml:"codes"`
	Excluded       []Named      `yaml:"excluded"` // what never counts, whatever its kind
}

// WorkCost is what is taken off a wage because working costs something.
type WorkCost struct {
	Percent int64 `yaml:"percent"`
	MostFen int64 `yaml:"most_fen"` // for one earner and month; 0: no end
}

// IncomeCode is one sort of income.
type IncomeCode struct {
	Code    string     `yaml:"code"`
	Kind    IncomeKind `yaml:"kind"`
	Zh      string     `yaml:"zh"`
	En      string     `yaml:"en"`
	Percent int64      `yaml:"percent"`  // of it that counts; 0 is 100
	FreeFen int64      `yaml:"free_fen"` // what does not count for one person and month
	Cost    bool       `yaml:"cost"`     // it is what was paid out to earn income of its kind, and is taken off
	Earned  bool       `yaml:"earned"`   // work cost is taken off
}

// Named is a code with its words.
type Named struct {
	Code string `yaml:"code" json:"code"`
	Zh   string `yaml:"zh" json:"zh"`
	En   string `yaml:"en" json:"en"`
}

// IncomeUse is one sort of income as a form offers it.
type IncomeUse struct {
	Code string     `json:"code"`
	Zh   string     `json:"zh"`
	En   string     `json:"en"`
	Kind IncomeKind `json:"kind,omitempty" enum:"wage,business,property,transfer" doc:"Absent: it does not count"`
	Cost bool       `json:"cost" doc:"It was paid out, and comes off"`
}

// Uses lists what a form offers, those that do not count at the end.
func (i Income) Uses() []IncomeUse {
	list := []IncomeUse{}
	for _, c := range i.Codes {
		list = append(list, IncomeUse{c.Code, c.Zh, c.En, c.Kind, c.Cost})
	}
	for _, e := range i.Excluded {
		list = append(list, IncomeUse{Code: e.Code, Zh: e.Zh, En: e.En})
	}
	return list
}

// SpendingNames lists the sorts of spending that a form offers.
func (v *Version) SpendingNames() []Named {
	list := []Named{}
	for _, s := range v.Spending {
		list = append(list, Named{s.Code, s.Zh, s.En})
	}
	return list
}

// code finds a sort of income; excluded ones are found with no kind.
func (i Income) code(code string) (IncomeCode, bool) {
	for _, c := range i.Codes {
		if c.Code == code {
			return c, true
		}
	}
	for _, e := range i.Excluded {
		if e.Code == code {
			return IncomeCode{Code: e.Code, Zh: e.Zh, En: e.En}, true
		}
	}
	return IncomeCode{}, false
}

// SpendCode is one sort of spending.
type SpendCode struct {
	Code      string `yaml:"code"`
	Zh        string `yaml:"zh"`
	En        string `yaml:"en"`
	Deduct    int64  `yaml:"deduct_percent"` // of it that is taken off the income; 0: nothing
	Necessary bool   `yaml:"necessary"`      // it counts as necessary spending (刚性支出)
}

func (v *Version) spendCode(code string) (SpendCode, bool) {
	for _, s := range v.Spending {
		if s.Code == code {
			return s, true
		}
	}
	return SpendCode{}, false
}

// incomeOf counts one member's income of all kinds over the months and writes its lines.
// Within a kind the costs come off what was received, never below nothing.
func (s *sheet) incomeOf(m Member) int64 {
	byKind := map[IncomeKind]int64{}
	wages := int64(0)
	free := map[string]int64{} // what is left of the free amount of a code
	for _, got := range m.Incomes {
		code, _ := s.v.Income.code(got.Code)
		if code.Kind == "" {
			s.line(LineExcluded, got.Fen, "person", m.Ref, "income", got.Code)
			continue
		}
		if code.Cost {
			byKind[code.Kind] -= got.Fen
			s.line(LineIncomeCost, -got.Fen, "person", m.Ref, "income", got.Code)
			continue
		}
		if _, seen := free[code.Code]; !seen {
			free[code.Code] = code.FreeFen * s.months
		}
		counts := percentOf(got.Fen, orHundred(code.Percent))
		spared := min(free[code.Code], counts)
		free[code.Code] -= spared
		counts -= spared
		byKind[code.Kind] += counts
		if code.Earned {
			wages += counts
		}
		s.line(LineIncome, counts, "person", m.Ref, "income", got.Code, "received", yuan(got.Fen))
	}
	if cost := s.workCost(wages); cost > 0 {
		byKind[IncomeWage] -= cost
		s.line(LineWorkCost, -cost, "person", m.Ref, "percent", number(s.v.Income.WorkCost.Percent))
	}
	sum := int64(0)
	for _, kind := range IncomeKinds() {
		sum += max(byKind[kind], 0)
	}
	s.line(LineMember, sum, "person", m.Ref)
	return sum
}

// workCost is what is taken off the wages of one earner over the months.
func (s *sheet) workCost(wages int64) int64 {
	w := s.v.Income.WorkCost
	cost := percentOf(wages, w.Percent)
	if w.MostFen > 0 {
		cost = min(cost, w.MostFen*s.months)
	}
	return cost
}

// deductions is the spending that comes off the household's income.
func (s *sheet) deductions(in Inputs) int64 {
	sum := int64(0)
	for _, spend := range in.Spending {
		code, _ := s.v.spendCode(spend.Code)
		if off := percentOf(spend.Fen, code.Deduct); off > 0 {
			sum += off
			s.line(LineDeduction, -off, "spending", spend.Code)
		}
	}
	return sum
}

// necessary is the necessary spending over the months.
func (v *Version) necessary(in Inputs) int64 {
	sum := in.NecessarySpendFen
	for _, spend := range in.Spending {
		if code, _ := v.spendCode(spend.Code); code.Necessary {
			sum += spend.Fen
		}
	}
	return sum
}

// lookback is the first day of the months that income is counted over, of an application.
func (i Income) lookback(applied ticket.Date) ticket.Date {
	return MonthOf(applied).Add(-i.LookbackMonths).First()
}

// Lookback says of which days income is asked for an application: the whole months before it.
func (v *Version) Lookback(applied ticket.Date) (from, until ticket.Date) {
	return v.Income.lookback(applied), MonthOf(applied).First().Before()
}
