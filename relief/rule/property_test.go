package rule_test

import (
	"testing"

	"pgregory.net/rapid"

	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// households draws a household that no line of property bars, of a version that is in force.
func households(t *rapid.T, v *rule.Version) rule.Inputs {
	classes := []string{"severe_disability", "severe_illness", "student", "no_work_ability"}
	codes := []string{"salary", "odd_jobs", "farming", "business_cost", "rent", "pension", "basic_pension", "alimony", "scholarship"}
	in := rule.Inputs{Area: town, On: "2026-12-01", Months: rapid.SampledFrom([]int{0, 1, v.Income.LookbackMonths}).Draw(t, "months")}
	for i := range rapid.IntRange(1, 8).Draw(t, "persons") {
		m := rule.Member{Ref: string(rune('a' + i)), Born: rapid.SampledFrom([]ticket.Date{"", "1940-02-29", "1962-01-01", "1990-06-15", "2009-01-01", "2021-12-31"}).Draw(t, "born")}
		m.Classes = rapid.SliceOfNDistinct(rapid.SampledFrom(classes), 0, 2, rapid.ID).Draw(t, "classes")
		for range rapid.IntRange(0, 3).Draw(t, "incomes") {
			m.Incomes = append(m.Incomes, rule.Received{Code: rapid.SampledFrom(codes).Draw(t, "code"), Fen: rapid.Int64Range(0, 400_000).Draw(t, "fen")})
		}
		m.NoCarer = rapid.IntRange(0, 9).Draw(t, "no carer") == 0
		in.Members = append(in.Members, m)
	}
	return in
}

// Whoever earns more never receives more, of whatever kind the income is and whoever's.
func TestMoreIncomeNeverRaisesTheAmount(t *testing.T) {
	for _, v := range versions(t) {
		rapid.Check(t, func(t *rapid.T) {
			in := households(t, v)
			before, err := v.Assess(in)
			if err != nil {
				t.Fatal(err)
			}
			m := &in.Members[rapid.IntRange(0, len(in.Members)-1).Draw(t, "who")]
			more := rule.Received{Code: rapid.SampledFrom([]string{"salary", "farming", "rent", "pension", "basic_pension"}).Draw(t, "of"), Fen: rapid.Int64Range(1, 500_000).Draw(t, "more")}
			m.Incomes = append(m.Incomes, more)
			after, err := v.Assess(in)
			if err != nil {
				t.Fatal(err)
			}
			if after.MonthlyFen > before.MonthlyFen {
				t.Fatalf("%s: %d more of %s for %s raised %d to %d", v.Version, more.Fen, more.Code, m.Ref, before.MonthlyFen, after.MonthlyFen)
			}
		})
	}
}

// Whatever a household is, the sums add up, the division is right to half a fen, the
// conditions exclude one another, and every amount of the assessment stands in its lines.
func TestSumsAddUp(t *testing.T) {
	for _, v := range versions(t) {
		rapid.Check(t, func(t *rapid.T) {
			in := households(t, v)
			a, err := v.Assess(in)
			if err != nil {
				t.Fatal(err)
			}
			sum, lines := int64(0), map[rule.LineCode]int64{}
			for _, m := range a.Amounts {
				sum += m.Fen
			}
			for _, l := range a.Lines {
				lines[l.Code] += l.Fen
			}
			if sum != a.MonthlyFen || lines[rule.LineMonthly] != a.MonthlyFen {
				t.Fatalf("amounts of %d, lines of %d, a month %d", sum, lines[rule.LineMonthly], a.MonthlyFen)
			}
			if dibao := lines[rule.LineDifference] + lines[rule.LineTopUp]; len(a.Single) == 0 && dibao != a.Due(rule.AidDibao).Fen {
				t.Fatalf("lines of %d, dibao %d", dibao, a.Due(rule.AidDibao).Fen)
			}
			if kept := lines[rule.LineTekun]; kept != a.Due(rule.AidTekun).Fen {
				t.Fatalf("lines of %d, tekun %d", kept, a.Due(rule.AidTekun).Fen)
			}
			if by := a.Months * a.Persons; by > 0 {
				if off := 2 * (a.PerCapitaFen*by - a.IncomeFen); off > by || off <= -by {
					t.Fatalf("%d / %d is not %d, half up", a.IncomeFen, by, a.PerCapitaFen)
				}
			}
			if a.Dibao && (a.Edge || a.Hardship) || a.Edge && a.Hardship || a.MonthlyFen < 0 || a.IncomeFen < 0 {
				t.Fatalf("%+v", a)
			}
			if int(a.Persons)+len(a.Tekun) != len(in.Members) {
				t.Fatalf("%d persons and %d kept of %d", a.Persons, len(a.Tekun), len(in.Members))
			}
		})
	}
}
