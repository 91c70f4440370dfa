package source_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"example.org/hotline/configs"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/relief/source"
	"example.org/hotline/ticket"
)

var now = time.Date(2026, 11, 30, 10, 0, 0, 0, ticket.Shanghai)

const today ticket.Date = "2026-11-30"

func catalogue(t testing.TB) *source.Catalogue {
	t.Helper()
	p, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	return p.Sources
}

func find(t testing.TB, code string) source.Source {
	t.Helper()
	s, ok := catalogue(t).Source(code)
	if !ok {
		t.Fatalf("no source %s", code)
	}
	return s
}

// Every status × every event.
func TestAnswerStates(t *testing.T) {
	allowed := map[source.Status]map[source.Event]source.Status{source.Asking: {source.SaysData: source.OK, source.SaysNothing: source.Empty, source.SaysOld: source.Stale,
		source.Fails: source.Error, source.Lapses: source.Timeout}}
	for _, s := range append(source.Statuses(), "") {
		for _, ev := range source.Events() {
			next, err := s.Next(ev)
			if want, ok := allowed[s][ev]; ok != (err == nil) || next != want {
				t.Errorf("%s takes %s to %q: %v", s, ev, next, err)
			}
			if err != nil && !errors.Is(err, act.ErrRefused) {
				t.Errorf("%s, %s: %v", s, ev, err)
			}
		}
	}
}

// Nine departments, sixteen sources, each once; the four that DOMAIN 44 names are among them.
func TestTheCatalogue(t *testing.T) {
	c := catalogue(t)
	if len(c.Departments) != 9 || len(c.Sources) != 16 || c.Limit > 30*time.Second {
		t.Errorf("%d departments, %d sources, within %s", len(c.Departments), len(c.Sources), c.Limit)
	}
	kinds := map[string]bool{}
	for _, s := range c.Sources {
		kinds[s.Kind] = true
	}
	for _, kind := range source.Kinds() {
		if !kinds[kind] {
			t.Errorf("no source of %s", kind)
		}
	}
	for _, code := range []string{"vehicles", "real_estate", "social_insurance", "companies"} {
		find(t, code)
	}
}

// samples has data of every kind.
func samples() source.Data {
	return source.Data{
		HouseholdRegister: []source.Registered{{Name: "甲某", State: "active", Members: 4, Since: "2009-05-18"}},
		Marriage:          []source.Marriage{{State: "married", Since: "2008-01-02"}},
		Death:             []source.Death{{On: "2026-08-01"}},
		Vehicles:          []source.Vehicle{{Plate: "测A·D0001", Type: "car", RegisteredOn: "2024-02-29", ValueFen: 68_000_00}},
		Detention:         []source.Detention{{Kind: "prison", From: "2026-01-01"}},
		SocialInsurance:   []source.Insurance{{Employer: "测试厂", State: "paying", BaseFen: 4_200_05, PaidUntil: "2026-10"}},
		Employment:        []source.Employment{{State: "employed", Employer: "测试厂"}},
		Pension:           []source.Pension{{Kind: "employee", MonthlyFen: 1_650_00}},
		RealEstate:        []source.RealEstate{{Use: "home", Place: "测试路1号", AreaM2: "88.50", Acquired: "2016-11-30"}, {Use: "business", Place: "测试路2号"}},
		Companies:         []source.Company{{Name: "测试小吃店", Role: "self_employed", State: "active", CapitalFen: 50_000_00}},
		Tax:               []source.TaxYear{{Year: 2025, IncomeFen: 50_400_00}},
		ProvidentFund:     []source.Provident{{State: "paying", BaseFen: 4_200_00, BalanceFen: 1, PaidUntil: "2026-10"}},
		Deposits:          []source.Deposit{{Bank: "示例银行", BalanceFen: 96_000_50}},
		MedicalInsurance:  []source.MedicalCover{{Kind: "resident", State: "covered"}},
		MedicalCosts:      []source.MedicalCost{{From: "2026-07-01", TotalFen: 203_118_40, OwnFen: 86_540_20}},
		Disability:        []source.DisabilityCard{{Grade: 2, Kind: "physical", Until: "2031-01-01"}},
	}
}

var question = source.Question{Request: "r-1", Number: "990101198001011234", Name: "甲某"}

// What every source writes in its own form is read back to the fen and the day.
func TestEverySourceIsReadBack(t *testing.T) {
	whole, err := json.Marshal(samples())
	if err != nil {
		t.Fatal(err)
	}
	var lists map[string]json.RawMessage
	if err := json.Unmarshal(whole, &lists); err != nil {
		t.Fatal(err)
	}
	for _, s := range catalogue(t).Sources {
		body, err := s.WriteAnswer(samples(), today, question)
		if err != nil {
			t.Fatalf("%s: %v", s.Code, err)
		}
		r := s.Read(body, question, now)
		got, err := json.Marshal(r.Data)
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf(`{%q:%s}`, s.Kind, lists[s.Kind])
		if r.Status != source.OK || r.AsOf != today || string(got) != want {
			t.Errorf("%s: %s %s\n got %s\nwant %s", s.Code, r.Status, r.Code, got, want)
		}
		if body, err = s.WriteAnswer(source.Data{}, today, question); err != nil {
			t.Fatal(err)
		}
		if r := s.Read(body, question, now); r.Status != source.Empty || r.Code != "" {
			t.Errorf("%s without anything: %s %s of %s", s.Code, r.Status, r.Code, body)
		}
		if body, err = s.WriteAnswer(samples(), "2024-01-01", question); err != nil {
			t.Fatal(err)
		}
		if r := s.Read(body, question, now); r.Status != source.Stale || r.Code != source.WhyOld {
			t.Errorf("%s of long ago: %s %s", s.Code, r.Status, r.Code)
		}
	}
}

// Whatever is not plainly an answer is an error, and never "nothing there".
func TestWhatIsNoAnswer(t *testing.T) {
	for code, tests := range map[string]map[string]string{
		"vehicles": {
			`<html>`: source.WhyUnclear, `{}`: source.WhyRefused, `null`: source.WhyRefused, `[]`: source.WhyRefused, ``: source.WhyUnclear,
			`{"head":{"code":"9999"}}`:                                          source.WhyRefused,
			`{"head":{"code":"0000"}}`:                                          source.WhyUnclear, // no day, no list
			`{"head":{"code":"0000","gxrq":"20261130"}}`:                        source.WhyUnclear, // no list
			`{"head":{"code":"0000","gxrq":"20261130"},"body":{"list":null}}`:   source.WhyUnclear,
			`{"head":{"code":"0000","gxrq":"20261130"},"body":{"list":"none"}}`: source.WhyUnclear,
			`{"head":{"code":"0000","gxrq":"20261130"},"body":{"list":[{}]}}`:   source.WhyUnclear, // no plate
			`{"head":{"code":"0000","gxrq":"20261130"},"body":{"list":[{"hphm":"测A","cllx":"K33","ccdjrq":"2024-02-29"}]}}`:                                   source.WhyUnclear, // another form of date
			`{"head":{"code":"0000","gxrq":"20261130"},"body":{"list":[{"hphm":"测A","cllx":"K33","ccdjrq":"20240230"}]}}`:                                     source.WhyUnclear, // no such day
			`{"head":{"code":"0000","gxrq":"20261130"},"body":{"list":[{"hphm":"测A","cllx":"K33","pgjz":"6.8e3"}]}}`:                                          source.WhyUnclear,
			`{"head":{"code":"0000","gxrq":"20261130"},"body":{"list":[{"hphm":"测A","cllx":"K33","pgjz":"-6.8"}]}}`:                                           source.WhyUnclear,
			`{"head":{"code":"0000","gxrq":"20261130"},"body":{"list":[{"hphm":"测A","cllx":"K33","pgjz":"6.8000001"}]}}`:                                      source.WhyUnclear, // less than a fen
			`{"head":{"code":"0000","gxrq":"20261130"},"body":{"list":[{"hphm":"测A","cllx":"K33","pgjz":{"n":1}}]}}`:                                          source.WhyUnclear,
			`{"head":{"code":"0000","gxrq":"20261130"},"body":{"list":[]}} and more`:                                                                          source.WhyUnclear,
			`{"head":{"code":"0000","gxrq":"20261231"},"body":{"list":[]}}`:                                                                                   source.WhyOld, // as of a day to come
			`{"head":{"code":"0000","gxrq":"20261130"},"body":{"list":[` + strings.Repeat(`{"hphm":"a","cllx":"K33"},`, 200) + `{"hphm":"a","cllx":"K33"}]}}`: source.WhyUnclear,
		},
		"social_insurance": {
			`{"success":"true","idCard":"990101198001011235","dataDate":"2026-11-30","rows":[]}`:                                                source.WhyOtherPerson,
			`{"success":true,"dataDate":"2026-11-30","rows":[]}`:                                                                                source.WhyOtherPerson,
			`{"success":true,"idCard":"990101198001011234","dataDate":"2026-11-30","rows":[{"status":"冻结","base":"1.00"}]}`:                     source.WhyUnclear, // a word that nobody agreed on
			`{"success":true,"idCard":"990101198001011234","dataDate":"2026-11-30","rows":[{"status":"参保缴费","base":"1.00"},{"status":"参保缴费"}]}`: source.WhyUnclear, // half of it
		},
	} {
		s := find(t, code)
		for body, want := range tests {
			r := s.Read([]byte(body), question, now)
			if r.Status.Known() || r.Code != want {
				t.Errorf("%s: %s %q of %s, want %s", code, r.Status, r.Code, body, want)
			}
		}
	}
}

// A question holds the number, and the name only where the source asks for it.
func TestWhatLeaves(t *testing.T) {
	for _, s := range catalogue(t).Sources {
		body, err := s.Request.Write(question)
		if err != nil {
			t.Fatal(err)
		}
		named := false
		for _, text := range s.Request.Body {
			named = named || text == "{name}"
		}
		if !strings.Contains(string(body), string(question.Number)) || strings.Contains(string(body), string(question.Name)) != named || strings.Contains(s.Request.Path, "{") {
			t.Errorf("%s sends %s", s.Code, body)
		}
	}
}

func answer(code string, person people.PersonID, status source.Status, d source.Data) source.Answer {
	a := source.Answer{Source: code, Person: person, PersonRef: fmt.Sprintf("p%d", person), Status: status}
	if status.Known() {
		a.Until = now.Add(time.Hour)
	}
	return a.WithData(d)
}

// Unknown is never read as "has nothing": of all statuses only a fresh answer gives
// its data out, and nothing that an assessment or a paper rests on reads another.
func TestUnknownIsNotNothing(t *testing.T) {
	h := people.Household{ID: 1, Members: []people.Member{{Person: people.Person{ID: 1, PublicID: "p1"}, Relation: people.RelationHead}}}
	zero := int64(0)
	said := source.Declared{Vehicles: &zero}
	paper := rule.Paper{Code: "vehicle_proof", Sources: []string{"vehicles"}}
	for _, status := range append(source.Statuses(), "", "nonsense") {
		a := answer("vehicles", 1, status, source.Data{Vehicles: []source.Vehicle{{Plate: "x"}}})
		_, known := a.Look(now)
		check := source.Check{Household: 1, Answers: []source.Answer{a}}
		covered, _ := source.Covered(paper, h, []source.Check{check}, now)
		stand := source.Stand([]source.Check{check}, now)
		flags := source.Compare(h, said, check.Answers, now, source.Differs{})
		want := status == source.OK || status == source.Empty
		if known != want || covered != want || (len(flags) > 0) != want || (len(stand.Covering) > 0) != want {
			t.Errorf("%q: known %v, covers %v, flags %v, stands %+v", status, known, covered, flags, stand)
		}
		if failed := len(stand.Failed) > 0; failed == want && status != source.Asking {
			t.Errorf("%q: failed %v", status, failed)
		}
		if _, known := a.Look(now.Add(2 * time.Hour)); known {
			t.Errorf("%q is known for ever", status)
		}
		if covered, _ := source.Covered(paper, h, []source.Check{check}, now.Add(2*time.Hour)); covered {
			t.Errorf("%q covers a paper for ever", status)
		}
	}
	if d, known := (source.Answer{}).Look(now); known || len(d.Vehicles) > 0 {
		t.Error("an answer that is none is known")
	}
}

// A paper is covered when everybody is known: one member who is not lets it be asked for.
func TestCovered(t *testing.T) {
	member := func(id people.PersonID) people.Member { return people.Member{Person: people.Person{ID: id}} }
	h := people.Household{ID: 1, Members: []people.Member{member(1), member(2)}}
	paper := rule.Paper{Code: "income_proof", Sources: []string{"social_insurance", "tax"}}
	ok, empty, late := answer("tax", 1, source.OK, source.Data{}), answer("tax", 2, source.Empty, source.Data{}), answer("tax", 2, source.Timeout, source.Data{})
	child := answer("household_register", 2, source.OK, source.Data{}) // asked about, but too young for the tax office
	for name, test := range map[string]struct {
		checks []source.Check
		want   string
	}{
		"nobody asked":            {nil, ""},
		"all known":               {[]source.Check{{Household: 1, Answers: []source.Answer{ok, empty}}}, "tax"},
		"one unknown":             {[]source.Check{{Household: 1, Answers: []source.Answer{ok, late}}}, ""},
		"one not asked about":     {[]source.Check{{Household: 1, Answers: []source.Answer{ok}}}, ""},
		"one too young":           {[]source.Check{{Household: 1, Answers: []source.Answer{ok, child}}}, "tax"},
		"another household's":     {[]source.Check{{Household: 2, Answers: []source.Answer{ok, empty}}}, ""},
		"the newest counts":       {[]source.Check{{Household: 1, Answers: []source.Answer{ok, late}}, {Household: 1, Answers: []source.Answer{ok, empty}}}, ""},
		"one that did not ask it": {[]source.Check{{Household: 1, Answers: []source.Answer{child}}, {Household: 1, Answers: []source.Answer{ok, empty}}}, "tax"},
	} {
		if covered, by := source.Covered(paper, h, test.checks, now); by != test.want || covered != (test.want != "") {
			t.Errorf("%s: %v by %q, want %q", name, covered, by, test.want)
		}
	}
}

// The family of the article: each difference is told once, typed, with both numbers;
// what agrees, and what nobody said, is not.
func TestWhatDiffers(t *testing.T) {
	person := func(id people.PersonID, relation people.Relation) people.Member {
		return people.Member{Relation: relation, Person: people.Person{ID: id, PublicID: fmt.Sprintf("p%d", id), Name: "甲某", DisabilityGrade: 0}}
	}
	h := people.Household{ID: 1, Members: []people.Member{person(1, people.RelationHead), person(2, people.RelationChild)}}
	var said source.Declared
	said.Say([]rule.Member{{Ref: "p1", Incomes: []rule.Received{{Kind: rule.IncomeWage, Code: "wage", Fen: 9_000_00}}}, {Ref: "p2"}},
		[]rule.Holding{{Kind: rule.HoldingVehicle}, {Kind: rule.HoldingDeposit, Fen: 10_000_00}}, 3)
	medical := int64(150_000_00)
	said.MedicalFen = &medical
	d := samples()
	flags := source.Compare(h, said, []source.Answer{answer("household_register", 1, source.OK, d), answer("household_register", 2, source.OK, source.Data{HouseholdRegister: []source.Registered{{Name: "乙某", State: "moved", Members: 4}}})},
		now, source.Differs{Fen: 50_00})
	got := map[source.FlagCode]source.Flag{}
	for _, f := range flags {
		got[f.Code] = f
	}
	number := func(n *int64) string {
		if n == nil {
			return "-"
		}
		return fmt.Sprint(*n)
	}
	for code, want := range map[source.FlagCode]string{
		source.FlagDied: "p1 - -", source.FlagDetained: "p1 - -", source.FlagName: "p2 - -", source.FlagRegisterEnded: "p2 - -", source.FlagRegisterSize: "p1 4 2", source.FlagSpouse: "p1 - -",
		source.FlagHomes: " 1 0", source.FlagCompanies: " 1 0", source.FlagDeposits: " 9600050 1000000", source.FlagWage: "p1 420005 300000", source.FlagPension: "p1 165000 0",
		source.FlagTaxedIncome: "p1 5040000 3600000", source.FlagDisability: "p1 2 0",
		source.FlagMedical: " 8654020 15000000",
	} {
		f, there := got[code]
		if text := f.Person + " " + number(f.Found) + " " + number(f.Declared); !there || text != want {
			t.Errorf("%s: %q (%v), want %q", code, text, there, want)
		}
		delete(got, code)
	}
	if len(got) > 0 { // one declared car agrees
		t.Errorf("differs without cause: %+v", got)
	}
	flags = source.Compare(h, said, []source.Answer{answer("medical_costs", 1, source.OK, d), answer("medical_costs", 2, source.Empty, source.Data{})}, now, source.Differs{Fen: 50_00})
	if !hasFlag(flags, source.FlagMedical) {
		t.Errorf("treatment cost less than was said: %+v", flags)
	}
	flags = source.Compare(h, said, []source.Answer{answer("medical_costs", 1, source.OK, d), answer("medical_costs", 2, source.Timeout, source.Data{})}, now, source.Differs{Fen: 50_00})
	if hasFlag(flags, source.FlagMedical) {
		t.Error("a sum that misses somebody is held against the household")
	}
}

func hasFlag(flags []source.Flag, code source.FlagCode) bool {
	for _, f := range flags {
		if f.Code == code {
			return true
		}
	}
	return false
}

// What was said hides from logs.
func TestDataHides(t *testing.T) {
	var b strings.Builder
	d := samples()
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "d", d)
	fmt.Fprintf(&b, "%v %+v %#v %s", d, source.Reading{Data: d}, d, d)
	if strings.Contains(b.String(), "甲某") || strings.Contains(b.String(), "D0001") {
		t.Errorf("came out in %s", b.String())
	}
}

// FuzzRead: whatever a source sends, it is read without a panic; data comes with OK
// and stale alone, and nothing that is not the agreed form is known.
func FuzzRead(f *testing.F) {
	all := catalogue(f).Sources
	for i, s := range all {
		for _, d := range []source.Data{samples(), {}} {
			body, err := s.WriteAnswer(d, today, question)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint8(i), body)
		}
	}
	f.Add(uint8(3), []byte(`{"head":{"code":"0000"}}`))
	f.Fuzz(func(t *testing.T, n uint8, body []byte) {
		s := all[int(n)%len(all)]
		r := s.Read(body, question, now)
		written, err := json.Marshal(r.Data)
		if err != nil {
			t.Fatal(err)
		}
		some := string(written) != "{}"
		switch {
		case r.Status == source.OK && (!some || r.Code != ""), r.Status == source.Empty && (some || r.Code != ""), r.Status == source.Error && (some || r.Code == ""),
			r.Status == source.Timeout, r.Status == source.Asking, r.Status == "":
			t.Fatalf("%s %q with %s", r.Status, r.Code, written)
		}
		if r.Status.Known() && !json.Valid(body) {
			t.Fatal("known from what is not JSON")
		}
		if len(r.Code) > 32 {
			t.Fatal("a source's words came through")
		}
	})
}
