package rule_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"example.org/hotline/configs"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// versions are those that the program brings.
func versions(t *testing.T) rule.Versions {
	t.Helper()
	p, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	return p.Aids
}

func named(t *testing.T, name string) *rule.Version {
	t.Helper()
	v, err := versions(t).Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

const town = "990101101000"

// family is that of the article under invented circumstances: two parents, children of 11 and
// 3, one wage that has shrunk, a costly illness.
func family() rule.Inputs {
	return rule.Inputs{Area: town, On: "2021-04-29", Members: []rule.Member{
		{Ref: "father", Born: "1984-03-01", Incomes: []rule.Received{{Code: "odd_jobs", Fen: 200_000}}},
		{Ref: "mother", Born: "1986-07-09", Classes: []string{"severe_illness"}, Incomes: []rule.Received{{Code: "alimony", Fen: 36_000}}},
		{Ref: "daughter", Born: "2010-02-11", Classes: []string{"student"}, Incomes: []rule.Received{{Code: "scholarship", Fen: 50_000}}},
		{Ref: "son", Born: "2017-11-30"},
	}}
}

func assess(t *testing.T, v *rule.Version, in rule.Inputs) rule.Assessment {
	t.Helper()
	a, err := v.Assess(in)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Promise of the article: four people, 360.00 each, 1,440.00 a month, paid for May.
func TestTheFamilyOfTheArticle(t *testing.T) {
	v := named(t, "aid-seed-2021")
	a := assess(t, v, family())
	if a.IncomeFen != 216_000 || a.PerCapitaFen != 54_000 || a.StandardFen != 90_000 || a.MonthlyFen != 144_000 {
		t.Errorf("income %d, per head %d, standard %d, a month %d", a.IncomeFen, a.PerCapitaFen, a.StandardFen, a.MonthlyFen)
	}
	if !a.Dibao || a.Edge || a.Tier != 1 || !a.PropertyOK || len(a.Due("dibao").Persons) != 4 {
		t.Errorf("%+v", a)
	}
	// Visited at the end of April, looked at again the next day, put up the day after.
	notice, needed := v.Notice("dibao")
	first, last := notice.Span("2021-05-01")
	if !needed || first != "2021-05-01" || last != "2021-05-07" {
		t.Errorf("the notice runs from %s to %s", first, last)
	}
	if m := v.FirstPayMonth(last.Next()); m != "2021-05" {
		t.Errorf("first paid for %s", m)
	}
}

// Under the law the same family, in the same days of 2027, is paid from June, and what the
// law's version adds for members.
func TestTheFamilyUnderTheLaw(t *testing.T) {
	v := named(t, "aid-law-2026")
	in := family()
	in.On = "2027-04-29"
	in.Members[2].Born, in.Members[3].Born = "2016-02-11", "2023-11-30"
	a := assess(t, v, in)
	if a.PerCapitaFen != 54_000 || a.MonthlyFen != 144_000+18_000+2*9_000 {
		t.Errorf("per head %d, a month %d: want the difference, 20 %% for illness, 10 %% for each child", a.PerCapitaFen, a.MonthlyFen)
	}
	notice, _ := v.Notice("dibao")
	first, last := notice.Span("2027-05-01")
	if first != "2027-05-02" || last != "2027-05-08" {
		t.Errorf("the notice runs from %s to %s", first, last)
	}
	if m := v.FirstPayMonth(last.Next()); m != "2027-06" {
		t.Errorf("first paid for %s", m)
	}
}

// alone is one person with an income of so much.
func alone(fen int64, classes ...string) rule.Inputs {
	return rule.Inputs{Area: town, On: "2026-12-01", Members: []rule.Member{{Ref: "a", Born: "1980-01-01", Classes: classes, Incomes: []rule.Received{{Code: "pension", Fen: fen}}}}}
}

// The bounds: strictly below the standard, from it to below its ratio.
func TestTheBoundsOfTheTiers(t *testing.T) {
	for _, tt := range []struct {
		version     string
		fen         int64
		dibao, edge bool
		monthly     int64
		tier        int
	}{
		{"aid-seed-2021", 0, true, false, 90_000, 1},
		{"aid-seed-2021", 89_999, true, false, 1, 1},
		{"aid-seed-2021", 90_000, false, true, 0, 2},
		{"aid-seed-2021", 179_999, false, true, 0, 2},
		{"aid-seed-2021", 180_000, false, false, 0, 0},
		{"aid-law-2026", 89_999, true, false, 1, 1},
		{"aid-law-2026", 134_999, false, true, 0, 2},
		{"aid-law-2026", 135_000, false, false, 0, 0},
	} {
		a := assess(t, named(t, tt.version), alone(tt.fen))
		if a.Dibao != tt.dibao || a.Edge != tt.edge || a.MonthlyFen != tt.monthly || a.Tier != tt.tier {
			t.Errorf("%s, %d: dibao %v, edge %v, %d a month, tier %d", tt.version, tt.fen, a.Dibao, a.Edge, a.MonthlyFen, a.Tier)
		}
	}
}

// Whoever has met with an emergency is of the third tier, whatever they earn; the narrowest
// tier counts where several fit.
func TestAnEmergencyIsTheThirdTier(t *testing.T) {
	v := named(t, "aid-law-2026")
	rich := alone(10_000_00)
	rich.Emergency = true
	if a := assess(t, v, rich); a.Tier != 3 || !slices.Equal(a.Groups, []rule.Group{rule.GroupEmergency}) {
		t.Errorf("tier %d, %v", a.Tier, a.Groups)
	}
	orphan := alone(10_000_00, "orphan", "at_risk")
	orphan.Emergency = true
	if a := assess(t, v, orphan); a.Tier != 1 || !slices.Equal(a.Groups, []rule.Group{rule.GroupOrphan, rule.GroupAtRisk, rule.GroupEmergency}) {
		t.Errorf("tier %d, %v", a.Tier, a.Groups)
	}
}

// Income: work cost is capped, costs never make a kind negative, part of the basic pension and
// all of a scholarship do not count, members in prison are nobody's income and no mouth.
func TestWhatCountsAsIncome(t *testing.T) {
	v := named(t, "aid-seed-2021")
	for what, tt := range map[string]struct {
		got  []rule.Received
		want int64
	}{
		"a wage, 10 percent off":       {[]rule.Received{{Code: "salary", Fen: 200_000}}, 180_000},
		"a wage, 300.00 off at most":   {[]rule.Received{{Code: "salary", Fen: 500_000}}, 470_000},
		"two wages, off once":          {[]rule.Received{{Code: "salary", Fen: 300_000}, {Code: "odd_jobs", Fen: 200_000}}, 470_000},
		"a trade at a loss":            {[]rule.Received{{Code: "trade", Fen: 10_000}, {Code: "business_cost", Fen: 30_000}, {Code: "interest", Fen: 500}}, 500},
		"a basic pension":              {[]rule.Received{{Code: "basic_pension", Fen: 16_000}}, 6_000},
		"a basic pension in two parts": {[]rule.Received{{Code: "basic_pension", Fen: 6_000}, {Code: "basic_pension", Fen: 10_000}}, 6_000},
		"a scholarship":                {[]rule.Received{{Code: "scholarship", Fen: 900_000}}, 0},
		"upkeep less upkeep paid":      {[]rule.Received{{Code: "alimony", Fen: 50_000}, {Code: "alimony_paid", Fen: 20_000}}, 30_000},
	} {
		in := alone(0)
		in.Members[0].Incomes = tt.got
		in.Members = append(in.Members, rule.Member{Ref: "jailed", Classes: []string{"in_prison"}, Incomes: []rule.Received{{Code: "interest", Fen: 1_000_000}}})
		if a := assess(t, v, in); a.IncomeFen != tt.want || a.Persons != 1 {
			t.Errorf("%s: %d counts of %d persons, want %d", what, a.IncomeFen, a.Persons, tt.want)
		}
	}
	// Over the look-back all monthly numbers stand for each month, and the division is the last step.
	in := alone(0)
	in.Months, in.Members[0].Incomes = 3, []rule.Received{{Code: "salary", Fen: 1_000_000}, {Code: "basic_pension", Fen: 40_000}}
	if a := assess(t, v, in); a.IncomeFen != 910_000+10_000 || a.PerCapitaFen != 306_667 {
		t.Errorf("over three months %d, a month %d", a.IncomeFen, a.PerCapitaFen)
	}
}

// Each line of property is a veto of its own, with what there is and what is allowed.
func TestPropertyVetoes(t *testing.T) {
	v := named(t, "aid-seed-2021")
	for what, tt := range map[string]struct {
		has  []rule.Holding
		want []rule.Veto
	}{
		"nothing":                     {nil, []rule.Veto{}},
		"two homes":                   {[]rule.Holding{{Kind: "home", Count: 2}}, []rule.Veto{}},
		"three homes":                 {[]rule.Holding{{Kind: "home", Count: 2}, {Kind: "home"}}, []rule.Veto{{Line: "homes", Unit: rule.UnitItems, Have: 3, Most: 2}}},
		"a car":                       {[]rule.Holding{{Kind: "vehicle"}}, []rule.Veto{{Line: "vehicles", Unit: rule.UnitItems, Have: 1}}},
		"a farm tricycle":             {[]rule.Holding{{Kind: "vehicle", Code: "farm_vehicle"}}, []rule.Veto{}},
		"24 months on a savings book": {[]rule.Holding{{Kind: "deposit", Fen: 24 * 90_000}}, []rule.Veto{}},
		"a fen more, of two kinds":    {[]rule.Holding{{Kind: "deposit", Fen: 24 * 90_000}, {Kind: "fund", Fen: 1}}, []rule.Veto{{Line: "deposits", Unit: rule.UnitMonthsPerHead, Have: 24*90_000 + 1, Most: 24 * 90_000}}},
		"a company and a stall":       {[]rule.Holding{{Kind: "company"}, {Kind: "company", Code: "small_trade"}}, []rule.Veto{{Line: "companies", Unit: rule.UnitItems, Have: 1}}},
	} {
		in := alone(0)
		in.Property = tt.has
		a := assess(t, v, in)
		if !slices.Equal(a.Vetoes, tt.want) || a.PropertyOK != (len(tt.want) == 0) || a.Dibao != a.PropertyOK || a.MonthlyFen > 0 != a.PropertyOK {
			t.Errorf("%s: %+v, dibao %v, %d", what, a.Vetoes, a.Dibao, a.MonthlyFen)
		}
	}
}

// Dibao for one person alone: severely ill members of a household on the edge, under the law.
func TestDibaoForOneAlone(t *testing.T) {
	in := rule.Inputs{Area: town, On: "2026-12-01", Members: []rule.Member{
		{Ref: "ill", Born: "1970-01-01", Classes: []string{"severe_illness"}, Incomes: []rule.Received{{Code: "pension", Fen: 200_000}}},
		{Ref: "well", Born: "1970-01-01"},
	}}
	law := named(t, "aid-law-2026")
	a := assess(t, law, in)
	if a.Dibao || !a.Edge || a.MonthlyFen != 54_000 || !slices.Equal(a.Due("dibao").Persons, []string{"ill"}) || a.Tier != 1 {
		t.Errorf("%+v", a)
	}
	if a := assess(t, named(t, "aid-seed-2021"), in); a.MonthlyFen != 0 || len(a.Single) != 0 || a.Tier != 2 {
		t.Errorf("before the law: %+v", a)
	}
	// A household a fen below the standard does not receive less than one above it.
	in.Members[0].Incomes[0].Fen = 179_998
	if a := assess(t, law, in); !a.Dibao || a.MonthlyFen != 54_000 {
		t.Errorf("a fen below the standard: %d", a.MonthlyFen)
	}
	// Above the edge nobody is.
	in.Members[0].Incomes[0].Fen = 270_000
	if a := assess(t, law, in); a.MonthlyFen != 0 || len(a.Single) != 0 {
		t.Errorf("above the edge: %+v", a)
	}
}

// Necessary spending: above the share of the income, with an income below the local one.
func TestHardshipBySpending(t *testing.T) {
	law := named(t, "aid-law-2026")
	for what, tt := range map[string]struct {
		income, spent int64
		want          bool
	}{
		"60 percent exactly":                  {200_000, 120_000, false},
		"a fen more":                          {200_000, 120_001, true},
		"as rich as the place":                {300_000, 300_000, false},
		"a fen poorer than the place, a year": {299_999, 300_000, true},
	} {
		in := alone(tt.income)
		in.Spending, in.NecessarySpendFen = []rule.Spend{{Code: "medical", Fen: tt.spent - 1}}, 1
		if a := assess(t, law, in); a.Hardship != tt.want || a.Hardship != (a.Tier == 2) {
			t.Errorf("%s: hardship %v, tier %d", what, a.Hardship, a.Tier)
		}
		in.On = "2021-12-01"
		if a := assess(t, named(t, "aid-seed-2021"), in); a.Hardship {
			t.Errorf("%s: hardship before the law", what)
		}
	}
}

// The six items of the test: none failed, one to three, four to six.
func TestTekunAndTheTestOfSelfCare(t *testing.T) {
	items := []string{"eat", "dress", "bed", "toilet", "walk", "wash"}
	v := named(t, "aid-seed-2021")
	for failed := range 7 {
		want := rule.CareAble
		switch {
		case failed >= 4:
			want = rule.CareLost
		case failed >= 1:
			want = rule.CarePartly
		}
		in := alone(0)
		in.Members[0].Born, in.Members[0].NoCarer = "1950-01-01", true
		in.Members[0].SelfCare = &rule.SelfCare{Failed: items[:failed]}
		a := assess(t, v, in)
		care := map[rule.Care]int64{rule.CareAble: 19_000, rule.CarePartly: 38_000, rule.CareLost: 76_000}[want]
		if len(a.Tekun) != 1 || a.Tekun[0].Care != want || a.MonthlyFen != 117_000+care || a.Dibao || a.Tier != 1 {
			t.Errorf("%d failed: %+v", failed, a)
		}
	}
	in := alone(0)
	in.Members[0].NoCarer = true
	if a := assess(t, v, in); len(a.Tekun) != 0 || a.MonthlyFen != 90_000 {
		t.Errorf("of 46 and able to work: %+v", a)
	}
	in.Members[0].Born, in.Members[0].Incomes = "1950-01-01", []rule.Received{{Code: "pension", Fen: 117_000}}
	if a := assess(t, v, in); len(a.Tekun) != 0 {
		t.Errorf("with a pension of the standard: %+v", a)
	}
}

// A minor in tekun care stays in it past 18 while in school, since the law of 2026.
func TestTekunInSchool(t *testing.T) {
	in := alone(0, "student")
	in.Members[0].Born, in.Members[0].NoCarer, in.Members[0].KeptAsMinor = "2007-06-01", true, true
	if a := assess(t, named(t, "aid-law-2026"), in); len(a.Tekun) != 1 {
		t.Errorf("under the law: %+v", a)
	}
	if a := assess(t, named(t, "aid-seed-2021"), in); len(a.Tekun) != 0 {
		t.Errorf("before it: %+v", a)
	}
}

func TestInputsThatCannotBeMeant(t *testing.T) {
	v := named(t, "aid-law-2026")
	for code, spoil := range map[string]func(*rule.Inputs){
		"bad_area":          func(in *rule.Inputs) { in.Area = "9901" },
		"required":          func(in *rule.Inputs) { in.On = "" },
		"months_do_not_fit": func(in *rule.Inputs) { in.Months = 2 },
		"members_missing":   func(in *rule.Inputs) { in.Members = nil },
		"ref_twice":         func(in *rule.Inputs) { in.Members = append(in.Members, in.Members[0]) },
		"born_later":        func(in *rule.Inputs) { in.Members[0].Born = in.On.Next() },
		"unknown_class":     func(in *rule.Inputs) { in.Members[0].Classes = []string{"minor"} },
		"unknown_income":    func(in *rule.Inputs) { in.Members[0].Incomes[0].Code = "lottery" },
		"wrong_income_kind": func(in *rule.Inputs) { in.Members[0].Incomes[0].Kind = rule.IncomeWage },
		"out_of_range":      func(in *rule.Inputs) { in.Members[0].Incomes[0].Fen = -1 },
		"unknown_item":      func(in *rule.Inputs) { in.Members[0].SelfCare = &rule.SelfCare{Failed: []string{"fly"}} },
		"unknown_holding":   func(in *rule.Inputs) { in.Property = []rule.Holding{{Kind: "yacht"}} },
		"unknown_exemption": func(in *rule.Inputs) { in.Property = []rule.Holding{{Kind: "home", Code: "farm_vehicle"}} },
		"unknown_spending":  func(in *rule.Inputs) { in.Spending = []rule.Spend{{Code: "games", Fen: 1}} },
		"no_standard":       func(in *rule.Inputs) { in.Area = "110101001000" },
	} {
		in := alone(100)
		spoil(&in)
		_, err := v.Assess(in)
		if fault, ok := errors.AsType[*act.Fault](err); !ok || fault.Code != code {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// A decision freezes inputs and assessment as JSON; from the inputs the same comes out again.
func TestFrozenInputsGiveTheSameAgain(t *testing.T) {
	v := named(t, "aid-law-2026")
	first := assess(t, v, family2026())
	frozen, err := family2026().Freeze()
	if err != nil {
		t.Fatal(err)
	}
	var thawed rule.Inputs
	if err := json.Unmarshal(frozen, &thawed); err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(first)
	b, _ := json.Marshal(assess(t, v, thawed))
	if string(a) != string(b) {
		t.Errorf("%s\n%s", a, b)
	}
}

func family2026() rule.Inputs {
	in := family()
	in.On = ticket.Date("2026-11-30")
	return in
}
