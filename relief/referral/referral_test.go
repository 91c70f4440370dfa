package referral

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

func TestEveryReferralStateAndEvent(t *testing.T) {
	reached := map[State]bool{StateCreated: true}
	if len(transitions) != len(States()) || len(kinds) != len(Events()) {
		t.Errorf("%d states in the table, %d kinds of entries", len(transitions), len(kinds))
	}
	for _, s := range append(States(), "") {
		for _, ev := range append(Events(), "") {
			got, err := s.Next(ev)
			want, listed := transitions[s][ev]
			reached[want] = reached[want] || listed
			if listed && (err != nil || got != want) || !listed && (!errors.Is(err, act.ErrRefused) || got != "") {
				t.Errorf("%s × %s = %s, %v", s, ev, got, err)
			}
		}
	}
	for _, s := range States() {
		if !reached[s] {
			t.Errorf("%s is never reached", s)
		}
		if s.Over() != (len(transitions[s]) == 0) {
			t.Errorf("%s: over %v, %d ways out", s, s.Over(), len(transitions[s]))
		}
	}
}

// fullLetter holds something of every field, each to be told by its value.
func fullLetter() (Letter, map[Field][]string) {
	fen := func(n int64) *int64 { return &n }
	all := Letter{Area: "AREA", Cause: ticket.CauseFire, HouseholdSize: 71, Affected: 72, Needs: []string{"NEED"}, IncomeBefore: fen(73), IncomeNow: fen(74),
		Medical: fen(75), Name: "NAME", Phone: "PHONE", Identity: "IDENTITY"}
	return all, map[Field][]string{FieldArea: {"AREA"}, FieldCause: {"fire"}, FieldPeople: {"71", "72"}, FieldNeeds: {"NEED"}, FieldIncome: {"73", "74"},
		FieldMedical: {"75"}, FieldName: {"NAME"}, FieldPhone: {"PHONE"}, FieldIdentity: {"IDENTITY"}}
}

// For every set of fields: what an item names leaves, and nothing else.
func TestOnlyNamedFieldsLeave(t *testing.T) {
	all, marks := fullLetter()
	for set := range 1 << len(Fields()) {
		var item Item
		for i, f := range Fields() {
			if set>>i&1 == 1 {
				item.Fields = append(item.Fields, f)
			}
		}
		out, missing := Pick(item.Fields, all)
		raw, err := json.Marshal(out)
		if err != nil || len(missing) != 0 {
			t.Fatalf("%v, missing %v", err, missing)
		}
		for f, values := range marks {
			for _, v := range values {
				if strings.Contains(string(raw), v) != slices.Contains(item.Fields, f) {
					t.Errorf("%v: %s of %s in %s", item.Fields, v, f, raw)
				}
			}
		}
	}
	item := Item{Fields: Fields()}
	if _, missing := Pick(item.Fields, Letter{}); !slices.Equal(missing, Fields()) {
		t.Errorf("of an empty case is missing %v", missing)
	}
}

func sound() Catalogue {
	return Catalogue{Version: "v", ValidFrom: "2026-01-01", Counts: Counts{1, 1}, Times: Times{1, 2, 5, 10, 3, 3}, Departments: []Department{{"d", "部", "d"}},
		Items: []Item{{Code: "i", Department: "d", Zh: "项", En: "i", Aid: AidMedical, Fields: []Field{FieldName}}}}
}

func TestEachFaultOfACatalogueIsFound(t *testing.T) {
	c := sound()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	for field, spoil := range map[string]func(*Catalogue){
		"version":                    func(c *Catalogue) { c.Version = "" },
		"valid_from":                 func(c *Catalogue) { c.ValidFrom = "" },
		"counts.departments":         func(c *Catalogue) { c.Counts.Departments = 12 },
		"counts.items":               func(c *Catalogue) { c.Counts.Items = 31 },
		"times.answer_days":          func(c *Catalogue) { c.Times.Answer = 0 },
		"departments[0]":             func(c *Catalogue) { c.Departments[0].En = "" },
		"departments[1].code":        func(c *Catalogue) { c.Departments = append(c.Departments, c.Departments[0]) },
		"items[0].department":        func(c *Catalogue) { c.Items[0].Department = "x" },
		"items[1].code":              func(c *Catalogue) { c.Items = append(c.Items, c.Items[0]) },
		"items[0].aid":               func(c *Catalogue) { c.Items[0].Aid = "magic" },
		"items[0].fields[0]":         func(c *Catalogue) { c.Items[0].Fields = []Field{"shoe_size"} },
		"items[0].fields[1]":         func(c *Catalogue) { c.Items[0].Fields = []Field{FieldName, FieldName} },
		"items[0].consent":           func(c *Catalogue) { c.Items[0].Fields = []Field{FieldIdentity} },
		"items[0].times.result_days": func(c *Catalogue) { c.Items[0].Times.Result = 61 },
	} {
		c := sound()
		spoil(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), field) && !faultAt(err, field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func faultAt(err error, field string) bool {
	for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
		if f, ok := errors.AsType[*act.Fault](one); ok && f.Field == field {
			return true
		}
	}
	return false
}

func TestTheNewestCatalogueThatHasBegunCounts(t *testing.T) {
	old, next := sound(), sound()
	old.Version, next.Version, next.ValidFrom = "old", "next", "2027-01-01"
	next.Items[0].Times.Answer = 9
	all := Catalogues{&old, &next}
	if all.On("2026-12-31") != &old || all.On("2027-01-01") != &next || all.On("2020-01-01") != &old || all.Named("old") != &old {
		t.Error("the wrong version is in force")
	}
	if i, _ := all.On("2027-01-01").Item("i"); i.Times != (Times{1, 9, 5, 10, 3, 3}) {
		t.Errorf("an item's own time: %+v", i.Times)
	}
}
