package knowledge

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// Facts are the rules that answers take their sums and terms from.
type Facts struct {
	Rules rule.Versions
	Place area.Code // whose standards hold
	On    ticket.Date
}

// unknown stands for a sum that the rules do not name for a place.
const unknown = "—"

// facts are what {name} in an answer may stand for.
var facts = map[string]func(Facts, *rule.Version) string{
	"dibao":           standard(rule.StandardDibao),
	"tekun":           standard(rule.StandardTekun),
	"care_able":       standard(rule.StandardCareAble),
	"care_partly":     standard(rule.StandardCarePartly),
	"care_lost":       standard(rule.StandardCareLost),
	"disposable_year": standard(rule.StandardDisposable),
	"edge": func(f Facts, v *rule.Version) string {
		s, err := v.Standard(rule.StandardDibao, f.Place, f.On)
		percent := v.EdgePercent(f.Place)
		if err != nil || percent == 0 {
			return unknown
		}
		return ledger.Yuan((s.Fen*percent + 50) / 100)
	},
	"edge_percent": func(f Facts, v *rule.Version) string {
		if percent := v.EdgePercent(f.Place); percent > 0 {
			return count(percent)
		}
		return unknown
	},
	"spend_percent": func(_ Facts, v *rule.Version) string {
		if v.Hardship == nil {
			return unknown
		}
		return count(v.Hardship.SpendPercent)
	},
	"lookback_months": number(func(v *rule.Version) int { return v.Income.LookbackMonths }),
	"accept_days":     number(func(v *rule.Version) int { return v.Clocks.AcceptDays }),
	"decide_days":     number(func(v *rule.Version) int { return v.Clocks.DecideDays }),
	"visit_days":      number(func(v *rule.Version) int { return v.Clocks.VisitDays }),
	"gaps_days":       number(func(v *rule.Version) int { return v.Clocks.GapsDays }),
	"refusal_days":    number(func(v *rule.Version) int { return v.Clocks.RefusalDays }),
	"hearing_days":    number(func(v *rule.Version) int { return v.Clocks.HearingDays }),
	"review_months":   number(func(v *rule.Version) int { return v.Clocks.ReviewMonths }),
	"notice_days":     number(func(v *rule.Version) int { return v.NoticeRules.Days }),
	"fade_months":     number(func(v *rule.Version) int { return v.Amount.FadeOut.Months }),
	"fine_percent":    number(func(v *rule.Version) int { return int(v.Fines.MostPercent) }),
	"old_from":        number(func(v *rule.Version) int { return v.Tekun.OldFrom }),
	"minor_below":     number(func(v *rule.Version) int { return v.Tekun.MinorBelow }),
}

func standard(kind rule.StandardKind) func(Facts, *rule.Version) string {
	return func(f Facts, v *rule.Version) string {
		s, err := v.Standard(kind, f.Place, f.On)
		if err != nil {
			return unknown
		}
		return ledger.Yuan(s.Fen)
	}
}

func number(of func(*rule.Version) int) func(Facts, *rule.Version) string {
	return func(_ Facts, v *rule.Version) string { return strconv.Itoa(of(v)) }
}

func count(n int64) string { return strconv.FormatInt(n, 10) }

var hole = regexp.MustCompile(`\{([^{}]*)\}`)

// holes are the names within braces of a text.
func holes(text string) []string {
	var names []string
	for _, m := range hole.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}

// fill puts the facts into a text.
func (f Facts) fill(text string) string {
	v := f.Rules.On(f.On)
	return hole.ReplaceAllStringFunc(text, func(name string) string {
		return facts[strings.Trim(name, "{}")](f, v)
	})
}

func (f Facts) said(s Said) Said { return Said{f.fill(s.Question), f.fill(s.Answer)} }

func factNames() string { return strings.Join(slices.Sorted(maps.Keys(facts)), ", ") }
