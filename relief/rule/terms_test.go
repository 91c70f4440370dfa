package rule_test

import (
	"errors"
	"slices"
	"testing"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// The standard of the narrowest area that fits holds, and of it the newest line.
func TestStandardsByAreaAndDay(t *testing.T) {
	v := rule.Version{Standards: []rule.Standard{
		{Kind: rule.StandardDibao, Area: "99", From: "2020-01-01", Fen: 1},
		{Kind: rule.StandardDibao, Area: "9901", From: "2020-01-01", Fen: 2},
		{Kind: rule.StandardDibao, Area: "990101", From: "2024-01-01", Fen: 4},
		{Kind: rule.StandardDibao, Area: "990101", From: "2022-01-01", Fen: 3},
		{Kind: rule.StandardTekun, Area: "990101", From: "2020-01-01", Fen: 9},
	}, Edge: []rule.EdgeRatio{{Percent: 200}, {Area: "9901", Percent: 150}}}
	for _, tt := range []struct {
		place area.Code
		on    ticket.Date
		want  int64
	}{
		{"990101101001", "2021-12-31", 2}, {"990101101001", "2022-01-01", 3}, {"990101101001", "2024-06-01", 4},
		{"990102001000", "2024-06-01", 2}, {"990201001000", "2024-06-01", 1}, {"990101101001", "2019-12-31", 0}, {"110101001000", "2024-06-01", 0},
	} {
		got, err := v.Standard(rule.StandardDibao, tt.place, tt.on)
		if got.Fen != tt.want || (tt.want == 0) != errors.Is(err, act.ErrRefused) {
			t.Errorf("%s on %s: %d, %v; want %d", tt.place, tt.on, got.Fen, err, tt.want)
		}
	}
	if a, b := v.EdgePercent("990101101001"), v.EdgePercent("990201001000"); a != 150 || b != 200 {
		t.Errorf("ratios %d and %d", a, b)
	}
}

// Who approves, by aid, level and day: what was handed down to the townships is theirs from
// its day on, and above their sum it goes to the county.
func TestAuthority(t *testing.T) {
	v := named(t, "aid-seed-2021")
	for _, tt := range []struct {
		aid  string
		fen  int64
		on   ticket.Date
		want area.Level
	}{
		{"dibao", 144_000, "2020-12-31", area.LevelCounty}, {"dibao", 144_000, "2021-01-01", area.LevelTownship},
		{"tekun", 300_000, "2021-05-08", area.LevelTownship}, {"orphan", 1, "2021-05-08", area.LevelCounty},
		{"temporary_spending", 200_000, "2021-06-01", area.LevelTownship}, {"temporary_spending", 300_000, "2021-06-01", area.LevelTownship},
		{"temporary_spending", 300_001, "2021-06-01", area.LevelCounty}, {"dibao", 1, "2013-01-01", 0}, {"urgent", 1, "2021-06-01", 0},
	} {
		got, err := v.Authority(tt.aid, tt.fen, tt.on)
		if got != tt.want || (tt.want == 0) != errors.Is(err, act.ErrRefused) {
			t.Errorf("%s of %d on %s: %v, %v; want %v", tt.aid, tt.fen, tt.on, got, err, tt.want)
		}
	}
}

// The four kinds are there, the seven special aids, the five services, and each special aid's
// department.
func TestTheCatalogue(t *testing.T) {
	for _, v := range versions(t) {
		by := map[rule.AidClass][]string{}
		for _, a := range v.Catalogue {
			by[a.Kind] = append(by[a.Kind], a.Code)
		}
		if !slices.Equal(by[rule.ClassSpecial], []string{"medical", "education", "housing", "employment", "disaster", "rehabilitation", "justice"}) ||
			!slices.Equal(by[rule.ClassService], []string{"counselling", "comfort", "linking", "skills", "inclusion"}) ||
			len(by[rule.ClassTemporary]) != 2 || len(by[rule.ClassBasic]) != 6 {
			t.Errorf("%s: %v", v.Version, by)
		}
		if _, err := v.Aid("alms"); !errors.Is(err, act.ErrInvalid) {
			t.Errorf("alms: %v", err)
		}
	}
}

// Two aids for one purpose are not given at once; for two purposes they are.
func TestAidsForOnePurpose(t *testing.T) {
	v := named(t, "aid-law-2026")
	for _, tt := range []struct {
		want    string
		running []string
		other   string
		purpose string
	}{
		{"temporary_spending", []string{"dibao", "medical"}, "", ""}, // the article's own case
		{"dibao", []string{"tekun"}, "tekun", "living"},
		{"dibao", []string{"urgent", "dibao"}, "dibao", "living"},
		{"disability_care", []string{"dibao", "tekun"}, "tekun", "care"},
		{"disability_living", []string{"dibao"}, "", ""},
		{"urgent", []string{"urgent"}, "", ""}, // once more is bounded by caps, not by purpose
		{"dibao", []string{"an aid of another version"}, "", ""},
	} {
		other, purpose, doubled := v.Double(tt.want, tt.running)
		if other != tt.other || purpose != tt.purpose || doubled != (tt.other != "") {
			t.Errorf("%s beside %v: %q for %q, %v", tt.want, tt.running, other, purpose, doubled)
		}
	}
}

// The cascade advises and never forbids.
func TestTheCascadeAdvises(t *testing.T) {
	v := named(t, "aid-law-2026")
	for _, tt := range []struct {
		want  rule.AidClass
		had   []rule.AidClass
		first []rule.AidClass
	}{
		{rule.ClassSpecial, nil, []rule.AidClass{}},
		{rule.ClassTemporary, nil, []rule.AidClass{rule.ClassSpecial}},
		{rule.ClassBasic, []rule.AidClass{rule.ClassTemporary}, []rule.AidClass{rule.ClassSpecial}},
		{rule.ClassBasic, []rule.AidClass{rule.ClassSpecial, rule.ClassTemporary}, []rule.AidClass{}},
		{rule.ClassService, nil, []rule.AidClass{}},
	} {
		if got := v.Advise(tt.want, tt.had); !slices.Equal(got.First, tt.first) || got.InOrder != (len(tt.first) == 0) {
			t.Errorf("%s after %v: %+v", tt.want, tt.had, got)
		}
	}
	if s, more := v.Then(rule.ClassSpecial); !more || s.Next != rule.ClassTemporary || len(s.Tests) != 2 {
		t.Errorf("after special aid: %+v", s)
	}
	if s, more := v.Then(rule.ClassTemporary); !more || s.Next != rule.ClassBasic {
		t.Errorf("after temporary aid: %+v", s)
	}
	if _, more := v.Then(rule.ClassBasic); more {
		t.Error("basic aid leads on")
	}
}

func TestCapsAndTheirBasis(t *testing.T) {
	v := named(t, "aid-seed-2021")
	if fen, capped, err := v.CapFen("temporary_spending", town, 4, "2021-06-01"); fen != 900_000 || !capped || err != nil {
		t.Errorf("ten months for a household: %d, %v, %v", fen, capped, err)
	}
	if _, capped, err := v.CapFen("dibao", town, 4, "2021-06-01"); capped || err != nil {
		t.Errorf("dibao is capped: %v", err)
	}
	each := rule.Version{Catalogue: []rule.Aid{{Code: "a", Cap: &rule.Cap{Fen: 7, Per: rule.CapPerPerson}}}}
	if fen, _, _ := each.CapFen("a", town, 4, "2021-06-01"); fen != 28 {
		t.Errorf("7 fen for each of four: %d", fen)
	}
	if _, _, err := v.CapFen("temporary_spending", "110101001000", 1, "2021-06-01"); !errors.Is(err, act.ErrRefused) {
		t.Errorf("a place without standard: %v", err)
	}
}

// Papers: what a source covers is not asked for, not before it answered either; only where all
// its sources failed. What is on file or filled on a screen is not brought again.
func TestWhatMakesAPaperUnnecessary(t *testing.T) {
	v := named(t, "aid-law-2026")
	for what, tt := range map[string]struct {
		paper   string
		known   rule.Known
		may     bool
		because rule.Because
		source  string
	}{
		"a source covers it":              {"vehicle_proof", rule.Known{}, false, rule.BecauseSource, "vehicles"},
		"the source failed":               {"vehicle_proof", rule.Known{Failed: []string{"vehicles"}}, true, "", ""},
		"one of two sources failed":       {"income_proof", rule.Known{Failed: []string{"social_insurance"}}, false, rule.BecauseSource, "tax"},
		"both failed":                     {"income_proof", rule.Known{Failed: []string{"tax", "social_insurance"}}, true, "", ""},
		"failed, and an old one on file":  {"id_copy", rule.Known{Failed: []string{"household_register"}, OnFile: []string{"id_copy"}}, false, rule.BecauseOnFile, ""},
		"filled on a screen":              {"application_form", rule.Known{Filled: []string{"application_form"}}, false, rule.BecauseFilled, ""},
		"not filled":                      {"application_form", rule.Known{}, true, "", ""},
		"an income proof is not on file":  {"income_proof", rule.Known{Failed: []string{"tax", "social_insurance"}, OnFile: []string{"income_proof"}}, true, "", ""},
		"nobody is in school":             {"student_proof", rule.Known{}, false, "", ""},
		"somebody is":                     {"student_proof", rule.Known{Classes: []string{"student"}}, true, "", ""},
		"an aid that knows no such paper": {"self_care_test", rule.Known{}, false, "", ""},
	} {
		need, may := v.MayAsk("dibao", tt.paper, tt.known)
		if may != tt.may || need.Needed != may || need.Because != tt.because || need.Source != tt.source || need.Code != tt.paper {
			t.Errorf("%s: %+v, %v", what, need, may)
		}
	}
	if list := v.Papers("dibao", rule.Known{Classes: []string{"severe_illness"}}); len(list) != 12 {
		t.Errorf("%d papers for a household with somebody ill: %+v", len(list), list)
	}
}

// Working days of an application: 20, warned at 10, 15 and 18; 7 calendar days of notice; what
// a fraud costs.
func TestTermsAndFines(t *testing.T) {
	for _, tt := range []struct {
		version     string
		least, most int64
	}{{"aid-seed-2021", 10_000, 30_000}, {"aid-law-2026", 0, 20_000}} {
		v := named(t, tt.version)
		if k := v.Clocks; k.AcceptDays != 5 || k.DecideDays != 20 || k.VisitDays != 10 || !slices.Equal(k.WarnDays, []int{10, 15, 18}) {
			t.Errorf("%s: %+v", tt.version, k)
		}
		if v.NoticeRules.Days != 7 || v.Visit.Visitors != 2 {
			t.Errorf("%s: %+v, %+v", tt.version, v.NoticeRules, v.Visit)
		}
		if _, needed := v.Notice("urgent"); needed {
			t.Errorf("%s: urgent aid waits for a notice", tt.version)
		}
		if least, most := v.Fine(10_000); least != tt.least || most != tt.most {
			t.Errorf("%s: from %d to %d", tt.version, least, most)
		}
	}
}

func TestMonths(t *testing.T) {
	if m := rule.MonthOf("2026-12-31"); m != "2026-12" || m.Add(1) != "2027-01" || m.Add(-12) != "2025-12" || m.First() != "2026-12-01" {
		t.Errorf("%s, %s, %s", m, m.Add(1), m.First())
	}
	for _, wrong := range []string{"2026-13", "2026", "12-2026", "2026-1", ""} {
		if _, err := rule.ParseMonth(wrong); !errors.Is(err, act.ErrInvalid) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	v := named(t, "aid-law-2026")
	if from, until := v.Lookback("2026-03-15"); from != "2025-12-01" || until != "2026-02-28" {
		t.Errorf("looks back from %s to %s", from, until)
	}
	if last, fen := v.Fading("2026-12-03", 144_000); last != "2027-06" || fen != 144_000 {
		t.Errorf("fades out until %s with %d", last, fen)
	}
	for on, want := range map[ticket.Date]int{"2027-02-28": 10, "2027-03-01": 11, "2016-02-29": 0} {
		if got, known := rule.AgeOn("2016-02-29", on); got != want || !known {
			t.Errorf("born on 29 February 2016, on %s %d", on, got)
		}
	}
	if _, known := rule.AgeOn("", "2026-01-01"); known {
		t.Error("an age without a birth date")
	}
}

// Bands: the first that fits a member, the last for everybody else.
func TestBands(t *testing.T) {
	v := *named(t, "aid-law-2026")
	v.Amount.Method, v.Amount.TopUps = rule.MethodBands, nil
	v.Amount.Bands = []rule.Band{{Code: "a", Class: "severe_disability", Percent: 80}, {Code: "b", Class: "minor", Percent: 60}, {Code: "c", Percent: 33}}
	in := family()
	in.On, in.Members[1].Classes = "2026-12-01", []string{"severe_disability"}
	a := assess(t, &v, in)
	if want := int64(72_000 + 2*54_000 + 29_700); a.MonthlyFen != want {
		t.Errorf("a month %d, want %d", a.MonthlyFen, want)
	}
	bands := []string{}
	for _, l := range a.Lines {
		if l.Code == rule.LineBand {
			bands = append(bands, l.Args["person"]+" "+l.Args["band"])
		}
	}
	if !slices.Equal(bands, []string{"father c", "mother a", "daughter b", "son b"}) {
		t.Errorf("%v", bands)
	}
}

// Several top-ups of one member: the highest, or all of them.
func TestSeveralTopUps(t *testing.T) {
	v := *named(t, "aid-law-2026")
	in := alone(0, "severe_disability", "severe_illness")
	in.Members[0].Born = "1950-01-01"
	v.Single = nil
	if a := assess(t, &v, in); a.MonthlyFen != 90_000+18_000 {
		t.Errorf("the highest: %d", a.MonthlyFen)
	}
	v.Amount.Several = rule.SeveralAll
	if a := assess(t, &v, in); a.MonthlyFen != 90_000+18_000+18_000+9_000 {
		t.Errorf("all: %d", a.MonthlyFen)
	}
}

// What an assessment says is read with the words of the version, in both languages.
func TestExplain(t *testing.T) {
	v := named(t, "aid-seed-2021")
	a := assess(t, v, family())
	who := func(ref string) string { return map[string]string{"father": "户主"}[ref] }
	for lang, want := range map[rule.Lang]rule.Told{
		rule.LangZh: {Text: "户主：零工收入，共收到 2000.00，计入", Amount: "2000.00"},
		rule.LangEn: {Text: "Dibao: (standard 900.00 - per head 540.00) = 360.00, times 4 person(s)", Amount: "1440.00"},
	} {
		if told := v.Explain(a, lang, who); !slices.Contains(told, want) || len(told) != len(a.Lines) {
			t.Errorf("%s: no %+v in %+v", lang, want, told)
		}
	}
}
