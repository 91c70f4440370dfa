package rule

import (
	"fmt"
	"slices"
)

func (c *checker) recipients() {
	v := c.v
	if v.Single != nil {
		c.check(len(v.Single.Classes) > 0, "single.classes", "name the classes of those who may be put on dibao alone")
		c.known("single.classes", v.Single.Classes...)
		c.check(v.Single.Percent > 0 && v.Single.Percent <= 100, "single.percent", "must lie between 1 and 100 percent of the standard")
	}
	if v.Hardship != nil {
		c.check(v.Hardship.SpendPercent > 0 && v.Hardship.SpendPercent <= 100, "hardship.spend_percent", "must lie between 1 and 100 percent of the income")
	}
	t := v.Tekun
	seen := map[string]bool{}
	for i, item := range t.Items {
		c.named(fmt.Sprintf("tekun.items[%d]", i), item.Code, item.Zh, item.En, seen)
	}
	c.check(len(t.Items) == 6, "tekun.items", "the test has six items: eating, dressing, getting in and out of bed, the toilet, walking indoors, washing")
	c.check(t.PartlyFrom >= 1 && t.PartlyFrom < t.LostFrom, "tekun.partly_from", "must be at least 1 and below lost_from")
	c.check(t.LostFrom <= max(len(t.Items), 1), "tekun.lost_from", "must not be above the number of items")
	c.check(t.OldFrom >= 50 && t.OldFrom <= 80, "tekun.old_from", "must lie between 50 and 80 years")
	c.check(t.MinorBelow >= 14 && t.MinorBelow <= 18, "tekun.minor_below", "must lie between 14 and 18 years")
	c.known("tekun.classes", t.Classes...)
	c.check(t.ReviewDays >= 1 && t.ReviewDays <= 60, "tekun.review_days", "must lie between 1 and 60 working days")
	c.tiers()
}

func (c *checker) tiers() {
	tiers, groups := map[int]bool{}, map[Group]bool{}
	for i, t := range c.v.Tiers {
		at := fmt.Sprintf("tiers[%d]", i)
		c.check(t.Tier >= 1 && t.Tier <= 3 && !tiers[t.Tier], at+".tier", "must be 1, 2 or 3, each once")
		tiers[t.Tier] = true
		c.check(t.ReviewMonths >= 0 && t.ReviewMonths <= 24, at+".review_months", "must lie between 0 (not by plan) and 24")
		for j, g := range t.Groups {
			path := fmt.Sprintf("%s.groups[%d]", at, j)
			oneOf(c, path, g, Groups())
			c.check(!groups[g], path, "the group stands in two tiers: leave it in one")
			groups[g] = true
		}
	}
	c.check(len(tiers) == 3, "tiers", "describe the three tiers")
	for _, must := range []Group{GroupDibao, GroupTekun, GroupEdge, GroupEmergency} {
		c.check(groups[must], "tiers", "the group %s is in no tier", must)
	}
	c.check(c.v.Hardship == nil || groups[GroupHardship], "tiers", "the version tests for hardship, and the group hardship is in no tier")
}

func (c *checker) amount() {
	a := c.v.Amount
	oneOf(c, "amount.method", a.Method, []AmountMethod{MethodDifference, MethodBands})
	seen := map[string]bool{}
	for i, b := range a.Bands {
		at := fmt.Sprintf("amount.bands[%d]", i)
		c.named(at, b.Code, b.Zh, b.En, seen)
		c.check(b.Percent > 0 && b.Percent <= 100, at+".percent", "must lie between 1 and 100 percent of the standard")
		last := i == len(a.Bands)-1
		c.check(last == (b.Class == ""), at+".class", "every band but the last names a class; the last has none and fits everybody")
		if b.Class != "" {
			c.known(at+".class", b.Class)
		}
	}
	c.check(a.Method != MethodBands || len(a.Bands) > 0, "amount.bands", "the method bands needs its bands")
	tops := map[string]bool{}
	for i, t := range a.TopUps {
		at := fmt.Sprintf("amount.top_ups[%d]", i)
		c.known(at+".class", t.Class)
		c.check(!tops[t.Class], at+".class", "the class stands here twice: remove one of the two")
		tops[t.Class] = true
		c.check(t.Percent > 0 && t.Percent <= 100, at+".percent", "must lie between 1 and 100 percent of the standard")
	}
	oneOf(c, "amount.several", a.Several, []Several{SeveralHighest, SeveralAll})
	c.check(a.FadeOut.Months >= 0 && a.FadeOut.Months <= 24, "amount.fade_out.months", "must lie between 0 (it ends at once) and 24")
	c.check(a.FadeOut.Months == 0 || a.FadeOut.Percent > 0, "amount.fade_out.percent", "must lie between 1 and 100 percent of what was paid")
	c.percent("amount.fade_out.percent", a.FadeOut.Percent)
}

func (c *checker) catalogue() {
	purposes, seen := map[string]bool{}, map[string]bool{}
	for i, p := range c.v.Purposes {
		c.named(fmt.Sprintf("purposes[%d]", i), p.Code, p.Zh, p.En, purposes)
	}
	kinds := map[AidClass]int{}
	for i, a := range c.v.Catalogue {
		at := fmt.Sprintf("catalogue[%d]", i)
		c.named(at, a.Code, a.Zh, a.En, seen)
		oneOf(c, at+".kind", a.Kind, AidClasses())
		kinds[a.Kind]++
		c.check(len(a.Purposes) > 0, at+".purposes", "say what the aid is for, or it could be given twice")
		for _, p := range a.Purposes {
			c.check(purposes[p], at+".purposes", "no purpose %q stands under purposes: add it there, or correct the name", p)
		}
		c.check(a.Department != "", at+".department", "name the department that gives it")
		c.check(!a.FastTrack || a.Cap == nil, at+".cap", "what urgent aid is capped by stands in relief-*.yaml: leave the key out")
		c.check(!a.Monthly || a.Kind == ClassBasic, at+".monthly", "only basic aid is paid by the month")
		c.check(len(a.SparedTiers) == 0 || a.Kind == ClassTemporary && !a.FastTrack, at+".spared_tiers", "only temporary aid that is applied for spares households a second look: leave the key out")
		for _, tier := range a.SparedTiers {
			c.check(tier == 1 || tier == 2, at+".spared_tiers", "must be 1 or 2: households of the third tier were not looked into before")
		}
		c.check(a.Register == "" || a.Monthly, at+".register", "only who gets monthly aid stands in a register: leave the key out")
		if a.Register != "" {
			oneOf(c, at+".register", a.Register, Registers())
		}
		if a.Cap != nil {
			c.limit(at+".cap", *a.Cap)
		}
	}
	for _, kind := range AidClasses() {
		c.check(kinds[kind] > 0, "catalogue", "no aid of kind %s: name at least one", kind)
	}
	for _, code := range []string{AidDibao, AidTekun} {
		a, err := c.v.Aid(code)
		c.check(err == nil && a.Kind == ClassBasic && a.Monthly, "catalogue", "the aid %s must stand here, of kind basic and monthly: the assessment computes it", code)
	}
}

func (c *checker) limit(at string, l Cap) {
	c.check((l.Fen > 0) != (l.StandardMonths > 0), at, "give either fen or standard_months, above 0")
	c.check(l.Fen >= 0 && l.Fen <= 100_000_000_00 && l.StandardMonths >= 0 && l.StandardMonths <= 60, at, "is not believed: fen up to 10,000,000,000, standard_months up to 60")
	oneOf(c, at+".per", l.Per, []CapPer{CapPerPerson, CapPerHousehold})
	c.check(l.WindowMonths >= 1 && l.WindowMonths <= 60, at+".window_months", "must lie between 1 and 60")
	c.check(l.Basis.Zh != "" && l.Basis.En != "", at+".basis", "name the document that the cap rests on, in zh and en")
}

func (c *checker) cascade() {
	list := c.v.Cascade
	all := slices.Concat(list.Order, list.Beside)
	for i, kind := range list.Order {
		oneOf(c, fmt.Sprintf("cascade.order[%d]", i), kind, AidClasses())
	}
	for i, kind := range list.Beside {
		oneOf(c, fmt.Sprintf("cascade.beside[%d]", i), kind, AidClasses())
	}
	for _, kind := range AidClasses() {
		in := slices.DeleteFunc(slices.Clone(all), func(k AidClass) bool { return k != kind })
		c.check(len(in) == 1, "cascade", "the kind %s must stand once, under order or beside", kind)
	}
	for i, s := range list.Steps {
		at := fmt.Sprintf("cascade.steps[%d]", i)
		from, to := slices.Index(list.Order, s.After), slices.Index(list.Order, s.Next)
		c.check(from >= 0 && to > from, at, "must lead from a kind of order to a later one")
		c.check(s.Days >= 0 && s.Days <= 60, at+".days", "must lie between 0 (its limit stands elsewhere) and 60 working days")
		seen := map[string]bool{}
		for j, t := range s.Tests {
			c.named(fmt.Sprintf("%s.tests[%d]", at, j), t.Code, t.Zh, t.En, seen)
		}
		c.check(len(s.Tests) > 0, at+".tests", "name at least one reason to go on")
	}
}
