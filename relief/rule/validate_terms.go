package rule

import (
	"fmt"
	"slices"
)

func (c *checker) authority() {
	for i, g := range c.v.AuthorityTable {
		at := fmt.Sprintf("authority[%d]", i)
		a, err := c.v.Aid(g.Aid)
		c.check(err == nil, at+".aid", "no aid %q stands in the catalogue: add it there, or correct the name", g.Aid)
		c.check(!a.FastTrack, at+".aid", "who approves urgent aid stands in relief-*.yaml: remove the line")
		oneOf(c, at+".level", g.Level, GrantLevels())
		c.check(g.UpToFen >= 0, at+".up_to_fen", "must not be below 0; 0 is whatever the sum")
		c.check(g.From != "", at+".from", "give the day from which the power holds, as 2026-07-01")
		c.check(g.Until == "" || g.Until >= g.From, at+".until", "must not lie before from")
		twice := slices.ContainsFunc(c.v.AuthorityTable[:i], func(o Grant) bool { return o.Aid == g.Aid && o.Level == g.Level && o.From == g.From })
		c.check(!twice, at, "another line has the same aid, level and day: remove one of the two")
	}
	for i, a := range c.v.Catalogue {
		if a.FastTrack || a.Kind != ClassBasic && a.Kind != ClassTemporary {
			continue
		}
		_, err := c.v.Authority(a.Code, mostFen, c.v.ValidFrom)
		c.check(err == nil, fmt.Sprintf("catalogue[%d]", i), "on valid_from nobody may approve %s of any sum: add a line without up_to_fen under authority", a.Code)
	}
}

func (c *checker) terms() {
	v := c.v
	days := func(path string, n int) { c.check(n >= 1 && n <= 60, path, "must lie between 1 and 60 working days") }
	k := v.Clocks
	days("clocks.accept_days", k.AcceptDays)
	days("clocks.decide_days", k.DecideDays)
	c.check(k.VisitDays >= 1 && k.VisitDays <= k.DecideDays, "clocks.visit_days", "must lie between 1 and decide_days")
	for i, n := range k.WarnDays {
		c.check(n >= 1 && n < k.DecideDays && (i == 0 || n > k.WarnDays[i-1]), "clocks.warn_days", "must rise from left to right, each at least 1 and below decide_days")
	}
	c.check(len(k.WarnDays) > 0, "clocks.warn_days", "warn at least once before the term ends")
	days("clocks.confirm_days", k.ConfirmDays)
	days("clocks.refusal_days", k.RefusalDays)
	days("clocks.gaps_days", k.GapsDays)
	days("clocks.object_days", k.ObjectDays)
	days("clocks.hearing_days", k.HearingDays)
	c.check(k.ReviewMonths >= 1 && k.ReviewMonths <= 12, "clocks.review_months", "must lie between 1 and 12 months")
	c.check(v.Visit.Visitors >= 2, "visit.visitors", "must be at least 2: nobody visits alone")
	c.check(v.Visit.Neighbours >= 0 && v.Visit.Neighbours <= 10, "visit.neighbours", "must lie between 0 and 10")
	c.check(v.Visit.TargetDays >= 0 && v.Visit.TargetDays <= 30, "visit.target_days", "must lie between 0 and 30")
	c.check(v.NoticeRules.Days >= 1 && v.NoticeRules.Days <= 60, "notice.days", "must lie between 1 and 60 calendar days")
	oneOf(c, "notice.starts", v.NoticeRules.Starts, []NoticeStart{StartPosted, StartDayAfter})
	c.check(v.NoticeRules.Nameless.Most >= 1 && v.NoticeRules.Nameless.Most <= 1000, "notice.nameless.most", "must lie between 1 and 1000 objections")
	c.check(v.NoticeRules.Nameless.PerDay >= 1 && v.NoticeRules.Nameless.PerDay <= v.NoticeRules.Nameless.Most, "notice.nameless.per_day", "must lie between 1 and notice.nameless.most")
	for i, code := range v.NoticeRules.Aids {
		a, err := v.Aid(code)
		path := fmt.Sprintf("notice.aids[%d]", i)
		c.check(err == nil, path, "no aid %q stands in the catalogue: add it there, or correct the name", code)
		c.check(!a.FastTrack, path, "urgent aid needs no public notice: remove it")
	}
	oneOf(c, "first_pay", v.FirstPay, []FirstPay{PaySame, PayNext})
	c.check(v.Fines.LeastPercent >= 0 && v.Fines.LeastPercent <= v.Fines.MostPercent, "fines.least_percent", "must lie between 0 and most_percent")
	c.check(v.Fines.MostPercent >= 1 && v.Fines.MostPercent <= 1000, "fines.most_percent", "must lie between 1 and 1000 percent of what was taken")
}

func (c *checker) papers() {
	seen := map[string]bool{}
	for i, p := range c.v.PaperKinds {
		at := fmt.Sprintf("papers[%d]", i)
		c.named(at, p.Code, p.Zh, p.En, seen)
		c.check(len(p.Aids) > 0, at+".aids", "name the aids that the paper belongs to")
		for j, code := range p.Aids {
			_, err := c.v.Aid(code)
			c.check(err == nil, fmt.Sprintf("%s.aids[%d]", at, j), "no aid %q stands in the catalogue: add it there, or correct the name", code)
		}
		c.known(at+".classes", p.Classes...)
		twice := map[string]bool{}
		for _, s := range p.Sources {
			c.check(s != "" && !twice[s], at+".sources", "name each data source once, by its code")
			twice[s] = true
		}
	}
	c.check(len(c.v.PaperKinds) > 0, "papers", "name at least one paper")
}
