package configs

import (
	"strings"
	"testing"
)

// The article's numbers: twelve departments, thirty-one items (DOMAIN 1, 42), all seven
// special aids among them (20).
func TestTheCatalogueHasTwelveDepartmentsAndThirtyOneItems(t *testing.T) {
	p, err := LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	c := p.Referrals.On("2026-11-30")
	aids := map[string]bool{}
	for _, i := range c.Items {
		aids[string(i.Aid)] = true
	}
	if len(c.Departments) != 12 || len(c.Items) != 31 || len(aids) != 8 {
		t.Errorf("%d departments, %d items, aids %v", len(c.Departments), len(c.Items), aids)
	}
	if i, _ := c.Item("legal_aid"); i.Times.Answer != 2 || i.Times.Result != 5 || i.Times.Extend != 10 {
		t.Errorf("the times of the hotline rule: %+v", i.Times)
	}
}

// A fault of the catalogue is told with its file, its line and what to do.
func TestAFaultOfTheCatalogueHasItsLine(t *testing.T) {
	const file = "catalogue/referrals-2026.yaml"
	for name, tt := range map[string]struct{ old, fresh, want string }{
		"an item lost":     {"  - {code: mediation, department: justice, zh: 人民调解, en: Mediation, aid: justice, fields: [area, needs, name, phone], consent: false}\n", "", ":17: counts.items: says 31, and the file lists 30: add the item that is missing"},
		"no such field":    {"fields: [area, needs, name, phone], consent: false", "fields: [area, shoes], consent: false", "fields[1]: must be area, cause"},
		"no consent":       {"fields: [area, people, needs, name, phone, identity], consent: true", "fields: [area, people, needs, name, phone, identity], consent: false", "consent: must be true where an identity number"},
		"no department":    {"department: women", "department: men", "department: names no department of this file"},
		"an unknown key":   {"times:              # working", "time: # working", "unknown key"},
		"begins too late":  {"valid_from: 2021-01-01", "valid_from: 2027-01-01", "no departments and items to refer to are in force on 2026-11-30"},
		"a time too short": {"answer_days: 2    #", "answer_days: 0    #", "times.answer_days: must lie between 1 and 60"},
	} {
		p, err := LoadPolicies(copyBuiltIn(t, file, tt.old, tt.fresh))
		if err == nil {
			cfg, lerr := Load("", nil)
			if lerr != nil {
				t.Fatal(lerr)
			}
			_, err = p.Pick(cfg.Policy, "2026-11-30")
		}
		if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The five services of the article stand in the catalogue (DOMAIN 1, 23), and no station
// learns an income or an identity number.
func TestTheCatalogueHasFiveServices(t *testing.T) {
	p, err := LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	c := p.Care.On("2026-11-30")
	if len(c.Services) != 5 || c.Trips != 1 {
		t.Errorf("%d services, %d trips", len(c.Services), c.Trips)
	}
	const file = "catalogue/care-2026.yaml"
	for name, tt := range map[string]struct{ old, fresh, want string }{
		"a service lost":     {"  - {code: comfort, zh: 精神慰藉, en: Company and comfort, fields: [area, people, name, phone], consent: true, accept_days: 2, done_days: 20}\n", "", ":11: counts.services: says 5, and the file lists 4: add the service"},
		"an identity number": {"fields: [area, people, name, phone], consent: true, accept_days: 2, done_days: 20", "fields: [area, identity], consent: true, accept_days: 2, done_days: 20", "services[1].fields[1]: must be area, cause"},
		"no consent":         {"fields: [area, people, name, phone], consent: true, accept_days: 2, done_days: 20", "fields: [area, people, name, phone], consent: false, accept_days: 2, done_days: 20", "services[1].consent: must be true where a name"},
		"never again":        {"every_days: 90, again_days: 14", "every_days: 0, again_days: 14", "follow_ups[3].every_days: must be more than 0"},
		"begins too late":    {"valid_from: 2021-01-01", "valid_from: 2027-01-01", "no reasons to look again and services of a station are in force on 2026-11-30"},
		"no result of work":  {"work: true}\n  - {code: self_employed, zh: 自主经营, en: Runs a business, work: true}\n  - {code: trained, zh: 培训合格, en: Trained, work: true}\n  - {code: no_work, zh: 未能就业, en: No work found, work: true}", "work: false}", "results: name at least one result with work: true"},
	} {
		p, err := LoadPolicies(copyBuiltIn(t, file, tt.old, tt.fresh))
		if err == nil {
			cfg, lerr := Load("", nil)
			if lerr != nil {
				t.Fatal(lerr)
			}
			_, err = p.Pick(cfg.Policy, "2026-11-30")
		}
		if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
