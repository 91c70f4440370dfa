package rule

import (
	"slices"

	"example.org/hotline/ticket"
)

// AmountMethod says how the month's dibao is found (社会救助法 Art 18).
type AmountMethod string

// The methods.
const (
	MethodDifference AmountMethod = "difference" // members × (standard − income per head)
	MethodBands      AmountMethod = "bands"      // 分档定额: each member's band
)

// AmountRules say how much dibao is.
type AmountRules struct {
	Method  AmountMethod `yaml:"method"`
	Bands   []Band       `yaml:"bands"`   // of method bands, the first that fits; the last fits everybody
	TopUps  []TopUp      `yaml:"top_ups"` // 分类施保
	Several Several      `yaml:"several"` // what a member with several top-ups gets
	FadeOut FadeOut      `yaml:"fade_out"`
}

// Band is a fixed amount for members of a class.
type Band struct {
	Code    string `yaml:"code"`
	Class   string `yaml:"class"` // empty: everybody
	Percent int64  `yaml:"percent"`
	Zh      string `yaml:"zh"`
	En      string `yaml:"en"`
}

// TopUp is what members of a class receive beside, in percent of the standard.
type TopUp struct {
	Class   string `yaml:"class"`
	Percent int64  `yaml:"percent"`
}

// Several says what becomes of several top-ups of one member.
type Several string

// The answers.
const (
	SeveralHighest Several = "highest" // 就高不重复
	SeveralAll     Several = "all"
)

// FadeOut is dibao that goes on for a while after the income has risen (渐退期).
type FadeOut struct {
	Months  int   `yaml:"months"`  // 0: it ends at once
	Percent int64 `yaml:"percent"` // of what was paid before
}

// Single is dibao for one member of a household that is not on it as a whole (单人保): severely
// disabled or ill members of a household on the edge (社会救助法 Art 21). A household that is
// below the standard receives it where it comes to more than its own amount, since nobody
// shall receive less for being poorer.
type Single struct {
	Classes []string `yaml:"classes"`
	Percent int64    `yaml:"percent"` // of the standard, for each of them
}

// amounts says what is due a month.
func (s *sheet) amounts(a *Assessment, rest []Member) {
	single := s.single(*a)
	switch whole := s.whole(*a, rest); {
	case a.Dibao && whole.Fen >= single.Fen:
		a.Amounts = append(a.Amounts, whole)
	case single.Fen > 0:
		s.line(LineSingle, single.Fen, "persons", number(int64(len(single.Persons))), "percent", number(s.v.Single.Percent), "standard", yuan(a.StandardFen))
		a.Amounts = append(a.Amounts, single)
	}
	if len(a.Tekun) > 0 {
		kept := Monthly{Aid: AidTekun}
		for _, k := range a.Tekun {
			kept.Fen += k.Fen
			kept.Persons = append(kept.Persons, k.Ref)
		}
		a.Amounts = append(a.Amounts, kept)
	}
	for _, m := range a.Amounts {
		a.MonthlyFen += m.Fen
	}
	s.line(LineMonthly, a.MonthlyFen)
}

// single is dibao for the members who may have it alone.
func (s *sheet) single(a Assessment) Monthly {
	m := Monthly{Aid: AidDibao, Persons: a.Single}
	if s.v.Single != nil {
		m.Fen = percentOf(a.StandardFen, s.v.Single.Percent) * int64(len(a.Single))
	}
	return m
}

// whole is dibao for the household as a whole.
func (s *sheet) whole(a Assessment, rest []Member) Monthly {
	m := Monthly{Aid: AidDibao}
	if !a.Dibao {
		return m
	}
	for _, one := range rest {
		m.Persons = append(m.Persons, one.Ref)
	}
	if s.v.Amount.Method == MethodBands {
		m.Fen = s.bands(a, rest)
	} else {
		each := a.StandardFen - a.PerCapitaFen
		m.Fen = a.Persons * each
		s.line(LineDifference, m.Fen, "standard", yuan(a.StandardFen), "per_capita", yuan(a.PerCapitaFen), "each", yuan(each), "persons", number(a.Persons))
	}
	m.Fen += s.topUps(a, rest)
	return m
}

// bands adds the members' bands up.
func (s *sheet) bands(a Assessment, rest []Member) int64 {
	sum := int64(0)
	for _, m := range rest {
		has := s.v.ClassesOf(m, a.On)
		at := slices.IndexFunc(s.v.Amount.Bands, func(b Band) bool { return b.Class == "" || slices.Contains(has, b.Class) })
		band := s.v.Amount.Bands[at] // the last fits everybody
		fen := percentOf(a.StandardFen, band.Percent)
		sum += fen
		s.line(LineBand, fen, "person", m.Ref, "band", band.Code, "percent", number(band.Percent), "standard", yuan(a.StandardFen))
	}
	return sum
}

// topUps adds what members of some classes receive beside.
func (s *sheet) topUps(a Assessment, rest []Member) int64 {
	sum := int64(0)
	for _, m := range rest {
		has := s.v.ClassesOf(m, a.On)
		due := slices.DeleteFunc(slices.Clone(s.v.Amount.TopUps), func(t TopUp) bool { return !slices.Contains(has, t.Class) })
		if s.v.Amount.Several == SeveralHighest && len(due) > 1 {
			due = []TopUp{slices.MaxFunc(due, func(x, y TopUp) int { return int(x.Percent - y.Percent) })}
		}
		for _, t := range due {
			fen := percentOf(a.StandardFen, t.Percent)
			sum += fen
			s.line(LineTopUp, fen, "person", m.Ref, "class", t.Class, "percent", number(t.Percent), "standard", yuan(a.StandardFen))
		}
	}
	return sum
}

// Fading says until when a household whose income has risen is still paid, and what: the
// months after the one in which it was decided. Without such a time the last month is the
// month of the decision.
func (v *Version) Fading(decided ticket.Date, monthlyFen int64) (last Month, fen int64) {
	f := v.Amount.FadeOut
	return MonthOf(decided).Add(f.Months), percentOf(monthlyFen, f.Percent)
}
