package rule

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.org/hotline/internal/act"
)

// checker gathers the faults of a version, each with the path in its file.
type checker struct {
	v      *Version
	faults []error
}

func (c *checker) check(ok bool, path, format string, args ...any) {
	if !ok {
		c.faults = append(c.faults, act.Invalid(path, "out_of_range", fmt.Sprintf(format, args...)))
	}
}

// named asks for a code of its own and for words.
func (c *checker) named(path, code, zh, en string, seen map[string]bool) {
	c.check(code != "" && strings.Trim(code, "abcdefghijklmnopqrstuvwxyz0123456789_") == "", path, "needs a code of small letters, digits and _")
	c.check(code == "" || !seen[code], path, "the code stands here twice: rename one of the two, or remove it")
	c.check(zh != "" && en != "", path, "needs its words: zh and en")
	seen[code] = true
}

// oneOf asks for one of a list of words.
func oneOf[T ~string](c *checker, path string, value T, all []T) {
	if !slices.Contains(all, value) {
		words := make([]string, len(all))
		for i, w := range all {
			words[i] = string(w)
		}
		c.check(false, path, "must be one of %s", strings.Join(words, ", "))
	}
}

// Validate reports every fault of the version at once, joined. Each is an *act.Fault whose
// Field is the path in the file ("standards[1].fen").
func (v *Version) Validate() error {
	c := &checker{v: v}
	c.head()
	c.standards()
	c.classes()
	c.income()
	c.property()
	c.recipients()
	c.amount()
	c.catalogue()
	c.cascade()
	c.authority()
	c.terms()
	c.papers()
	return errors.Join(c.faults...)
}

func (c *checker) head() {
	v := c.v
	c.check(v.Version != "", "version", "name the version; decisions keep it for ever")
	c.check(v.ValidFrom != "", "valid_from", "give the first day on which the version is in force, as 2026-07-01")
	c.check(v.ValidUntil == "" || v.ValidUntil >= v.ValidFrom, "valid_until", "must not lie before valid_from")
	c.check(v.Basis.Zh != "" && v.Basis.En != "", "basis", "name the document that the rules rest on, in zh and en")
}

func (c *checker) standards() {
	type line struct {
		kind StandardKind
		area string
		from string
	}
	seen, has := map[line]bool{}, map[StandardKind]bool{}
	for i, s := range c.v.Standards {
		at := fmt.Sprintf("standards[%d]", i)
		oneOf(c, at+".kind", s.Kind, StandardKinds())
		c.place(at+".area", s.Area)
		c.check(s.From != "", at+".from", "give the day from which the amount holds, as 2026-07-01")
		c.check(s.Fen > 0 || s.Kind == StandardCareAble && s.Fen == 0, at+".fen", "must be above 0 fen")
		c.check(s.Fen <= 1_000_000_00, at+".fen", "is above 1,000,000.00 yuan: write fen, 100 to the yuan")
		l := line{s.Kind, s.Area, string(s.From)}
		c.check(!seen[l], at, "another line has the same kind, area and day: remove one of the two")
		seen[l] = true
		if s.From != "" && s.From <= c.v.ValidFrom {
			has[s.Kind] = true
		}
	}
	for _, kind := range StandardKinds() {
		if kind == StandardDisposable && c.v.Hardship == nil {
			continue
		}
		c.check(has[kind], "standards", "no line of kind %s holds on valid_from: add one", kind)
	}
	seenArea := map[string]bool{}
	for i, e := range c.v.Edge {
		at := fmt.Sprintf("edge[%d]", i)
		if e.Area != "" {
			c.place(at+".area", e.Area)
		}
		c.check(e.Percent > 100 && e.Percent <= 500, at+".percent", "must lie between 101 and 500 percent of the standard (200 is twice)")
		c.check(!seenArea[e.Area], at, "the area stands here twice: remove one of the two")
		seenArea[e.Area] = true
	}
	c.check(len(c.v.Edge) > 0, "edge", "say up to how much of the standard a household is on its edge")
}

// place asks for the leading digits of a province, city or county.
func (c *checker) place(path, digits string) {
	fits := (len(digits) == 2 || len(digits) == 4 || len(digits) == 6) && strings.Trim(digits, "0123456789") == ""
	c.check(fits, path, "must be the leading digits of a code: 2 of a province, 4 of a city, 6 of a county")
}

func (c *checker) classes() {
	seen := map[string]bool{}
	for i, k := range c.v.Classes {
		at := fmt.Sprintf("classes[%d]", i)
		c.named(at, k.Code, k.Zh, k.En, seen)
		c.check(k.AgeFrom >= 0 && k.AgeFrom <= 120 && k.AgeBelow >= 0 && k.AgeBelow <= 120, at, "ages are years from 0 to 120")
		c.check(k.AgeBelow == 0 || k.AgeFrom < k.AgeBelow, at+".age_below", "must lie above age_from")
		if k.Group != "" {
			oneOf(c, at+".group", k.Group, Groups())
		}
	}
}

// known asks that classes are among those of the version.
func (c *checker) known(path string, classes ...string) {
	for _, code := range classes {
		_, ok := c.v.class(code)
		c.check(ok, path, "no class %q stands under classes: add it there, or correct the name", code)
	}
}

func (c *checker) income() {
	in := c.v.Income
	c.check(in.LookbackMonths >= 1 && in.LookbackMonths <= 24, "income.lookback_months", "must lie between 1 and 24")
	c.percent("income.work_cost.percent", in.WorkCost.Percent)
	c.check(in.WorkCost.MostFen >= 0, "income.work_cost.most_fen", "must not be below 0; 0 is no end")
	seen, kinds := map[string]bool{}, map[IncomeKind]bool{}
	for i, code := range in.Codes {
		at := fmt.Sprintf("income.codes[%d]", i)
		c.named(at, code.Code, code.Zh, code.En, seen)
		oneOf(c, at+".kind", code.Kind, IncomeKinds())
		c.percent(at+".percent", code.Percent)
		c.check(code.FreeFen >= 0, at+".free_fen", "must not be below 0")
		c.check(!code.Cost || code.Percent == 0 && code.FreeFen == 0 && !code.Earned, at+".cost", "a cost comes off whole: leave percent, free_fen and earned out")
		c.check(!code.Earned || code.Kind == IncomeWage, at+".earned", "work cost comes off wages only: change the kind, or leave the key out")
		kinds[code.Kind] = kinds[code.Kind] || !code.Cost
	}
	for _, kind := range IncomeKinds() {
		c.check(kinds[kind], "income.codes", "no code of kind %s: name at least one", kind)
	}
	for i, e := range in.Excluded {
		c.named(fmt.Sprintf("income.excluded[%d]", i), e.Code, e.Zh, e.En, seen)
	}
	seenSpend := map[string]bool{}
	for i, s := range c.v.Spending {
		at := fmt.Sprintf("spending[%d]", i)
		c.named(at, s.Code, s.Zh, s.En, seenSpend)
		c.percent(at+".deduct_percent", s.Deduct)
	}
}

func (c *checker) percent(path string, n int64) {
	c.check(n >= 0 && n <= 100, path, "must lie between 0 and 100")
}

func (c *checker) property() {
	seen := map[string]bool{}
	for i, l := range c.v.Property.Lines {
		at := fmt.Sprintf("property.lines[%d]", i)
		c.named(at, l.Code, l.Zh, l.En, seen)
		c.check(len(l.Kinds) > 0, at+".kinds", "name the kinds of property that the line counts")
		for j, k := range l.Kinds {
			oneOf(c, fmt.Sprintf("%s.kinds[%d]", at, j), k, HoldingKinds())
		}
		oneOf(c, at+".unit", l.Unit, LineUnits())
		c.check(l.Most >= 0, at+".most", "must not be below 0")
		c.check(l.Unit != UnitMonthsPerHead || l.Most <= 600, at+".most", "is above 600 months of the standard: this unit counts months, not fen")
		c.check(l.Most <= 100_000_000_00, at+".most", "is above 100,000,000.00 yuan: write fen, 100 to the yuan")
	}
	c.check(len(c.v.Property.Lines) > 0, "property.lines", "draw at least one line, or anybody's riches pass")
	seenExempt := map[string]bool{}
	for i, e := range c.v.Property.Exempt {
		at := fmt.Sprintf("property.exempt[%d]", i)
		c.named(at, e.Code, e.Zh, e.En, seenExempt)
		oneOf(c, at+".kind", e.Kind, HoldingKinds())
	}
}
