package configs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/hotline/ticket"
)

// lawFile is the newest version that the program brings.
func lawFile(t *testing.T) string {
	t.Helper()
	data, err := builtIn.ReadFile("policy/aid-law-2026.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// One fault of each kind, planted in the file that is shipped: each is told with its file, the
// line that was touched, its path, and what to do.
func TestEachKindOfFaultInTheRulesOfAid(t *testing.T) {
	for _, plant := range []struct{ was, is, want string }{
		// the form of the file
		{"first_pay: next", "first_pai: next", "first_pai: unknown key; known here:"},
		{"lookback_months: 3", "lookback_months: three", "income.lookback_months: must be a whole number"},
		{"school_on: true", "school_on: yes", "tekun.school_on: must be true or false"},
		{"valid_from: 2026-07-01", "valid_from: 1.7.2026", "valid_from: must be"},
		{"several: highest", "several: *highest", "amount.several: anchors, aliases and tags are not used"},
		{"warn_days: [10, 15, 18]", "warn_days: 10", "clocks.warn_days: must be a list"},
		// the head
		{"version: aid-law-2026", "version: ", "version: name the version"},
		{"valid_from: 2026-07-01", "valid_from: ", "valid_from: give the first day"},
		// standards and the edge
		{"{kind: dibao, area: 9901, from: 2021-01-01, fen: 90_000}", "{kind: dubao, area: 9901, from: 2021-01-01, fen: 90_000}", "standards[0].kind: must be one of dibao, tekun"},
		{"{kind: tekun, area: 9901, from", "{kind: tekun, area: 990101101, from", "standards[1].area: must be the leading digits"},
		{"{kind: tekun, area: 9901, from: 2021-01-01, fen: 117_000}", "{kind: tekun, area: 9901, fen: 117_000}", "standards[1].from: give the day"},
		{"from: 2021-01-01, fen: 117_000", "from: 2021-01-01, fen: 0", "standards[1].fen: must be above 0 fen"},
		{"from: 2021-01-01, fen: 117_000", "from: 2021-01-01, fen: 117_000_000_000", "standards[1].fen: is above 1,000,000.00 yuan: write fen"},
		{"{kind: care_lost, area", "{kind: care_partly, area", "standards[4]: another line has the same kind, area and day"},
		{"{area: 99, percent: 150}", "{area: 99, percent: 1.5}", "edge[0].percent: must be a whole number"},
		{"{area: 99, percent: 150}", "{area: 99, percent: 100}", "edge[0].percent: must lie between 101 and 500"},
		{"{area: 99, percent: 150}", "{area: nine, percent: 150}", "edge[0].area: must be the leading digits"},
		// classes
		{"{code: at_risk, zh", "{code: At-Risk, zh", "classes[9]: needs a code of small letters"},
		{"{code: at_risk, zh", "{code: orphan, zh", "classes[9]: the code stands here twice"},
		{"zh: 孤儿, en: orphan, group", "zh: 孤儿, group", "classes[6]: needs its words: zh and en"},
		{"age_from: 70", "age_from: 170", "classes[0]: ages are years from 0 to 120"},
		{"age_from: 70", "age_from: 70, age_below: 60", "classes[0].age_below: must lie above age_from"},
		{"group: at_risk", "group: risky", "classes[9].group: must be one of"},
		// income and spending
		{"lookback_months: 3", "lookback_months: 36", "income.lookback_months: must lie between 1 and 24"},
		{"{percent: 10, most_fen: 30_000}", "{percent: 110, most_fen: 30_000}", "income.work_cost.percent: must lie between 0 and 100"},
		{"{percent: 10, most_fen: 30_000}", "{percent: 10, most_fen: -1}", "income.work_cost.most_fen: must not be below 0"},
		{"{code: rent, kind: property", "{code: rent, kind: land", "income.codes[5].kind: must be one of wage, business, property, transfer"},
		{"en: Basic pension of residents, free_fen: 10_000", "en: Basic pension of residents, free_fen: -1", "income.codes[10].free_fen: must not be below 0"},
		{"en: Pension}", "en: Pension, percent: 120}", "income.codes[8].percent: must lie between 0 and 100"},
		{"en: Pension}", "en: Pension, earned: true}", "income.codes[8].earned: work cost comes off wages only"},
		{"en: Cost of letting, cost: true", "en: Cost of letting, cost: true, percent: 50", "income.codes[7].cost: a cost comes off whole"},
		{"{code: scholarship, zh", "{code: pension, zh", "income.excluded[2]: the code stands here twice"},
		{"necessary: true}\n  - {code: education, zh: 教育费用", "deduct_percent: 101}\n  - {code: education, zh: 教育费用", "spending[0].deduct_percent: must lie between 0 and 100"},
		// property
		{"kinds: [vehicle], unit: items", "kinds: [boat], unit: items", "property.lines[1].kinds[0]: must be one of home"},
		{"kinds: [vehicle], unit: items", "kinds: [], unit: items", "property.lines[1].kinds: name the kinds of property"},
		{"kinds: [vehicle], unit: items", "kinds: [vehicle], unit: pieces", "property.lines[1].unit: must be one of items"},
		{"unit: months_per_head, most: 24", "unit: months_per_head, most: 2_160_000", "property.lines[2].most: is above 600 months"},
		{"unit: months_per_head, most: 24", "unit: months_per_head, most: -1", "property.lines[2].most: must not be below 0"},
		{"{code: farm_vehicle, kind: vehicle", "{code: farm_vehicle, kind: cart", "property.exempt[1].kind: must be one of"},
		// who receives
		{"classes: [severe_disability, severe_illness]", "classes: [severe_disability, very_ill]", "single.classes: no class \"very_ill\" stands under classes"},
		{"classes: [severe_disability, severe_illness]", "classes: []", "single.classes: name the classes"},
		{"percent: 60                 # of the standard", "percent: 0                 # of the standard", "single.percent: must lie between 1 and 100"},
		{"spend_percent: 60", "spend_percent: 600", "hardship.spend_percent: must lie between 1 and 100"},
		{"partly_from: 1 ", "partly_from: 5 ", "tekun.partly_from: must be at least 1 and below lost_from"},
		{"old_from: 60", "old_from: 6", "tekun.old_from: must lie between 50 and 80"},
		{"minor_below: 18", "minor_below: 21", "tekun.minor_below: must lie between 14 and 18"},
		{"review_days: 10", "review_days: 0", "tekun.review_days: must lie between 1 and 60"},
		{"{tier: 3, groups", "{tier: 4, groups", "tiers[2].tier: must be 1, 2 or 3, each once"},
		{"groups: [emergency]", "groups: [emergency, edge]", "tiers[2].groups[1]: the group stands in two tiers"},
		{"review_months: 3}", "review_months: 30}", "tiers[1].review_months: must lie between 0 (not by plan) and 24"},
		// how much
		{"method: difference", "method: average", "amount.method: must be one of difference, bands"},
		{"{class: minor, percent: 10}", "{class: child, percent: 10}", "amount.top_ups[1].class: no class \"child\""},
		{"{class: minor, percent: 10}", "{class: old, percent: 10}", "amount.top_ups[1].class: the class stands here twice"},
		{"{class: minor, percent: 10}", "{class: minor, percent: 9000}", "amount.top_ups[1].percent: must lie between 1 and 100"},
		{"several: highest", "several: lowest", "amount.several: must be one of highest, all"},
		{"{months: 6, percent: 100}", "{months: 60, percent: 100}", "amount.fade_out.months: must lie between 0"},
		{"{months: 6, percent: 100}", "{months: 6, percent: 0}", "amount.fade_out.percent: must lie between 1 and 100"},
		// the catalogue
		{"{code: skills, zh: 能力提升, en: Skills}", "{code: skills, zh: 能力提升}", "purposes[15]: needs its words"},
		{"{code: justice, kind: special", "{code: justice, kind: sundry", "catalogue[6].kind: must be one of special, temporary, basic, service"},
		{"purposes: [justice]", "purposes: [courts]", "catalogue[6].purposes: no purpose \"courts\" stands under purposes"},
		{"purposes: [justice]", "purposes: []", "catalogue[6].purposes: say what the aid is for"},
		{"purposes: [justice], department: justice", "purposes: [justice]", "catalogue[6].department: name the department"},
		{"purposes: [justice], department: justice", "purposes: [justice], department: justice, monthly: true", "catalogue[6].monthly: only basic aid is paid by the month"},
		{"      per: household", "      per: family", "catalogue[8].cap.per: must be one of person, household"},
		{"fast_track: true}", "fast_track: true, cap: {fen: 1, per: person, window_months: 1, basis: {zh: 甲, en: a}}}", "catalogue[7].cap: what urgent aid is capped by stands in relief-*.yaml"},
		// who approves
		{"{aid: orphan, level: county", "{aid: orphans, level: county", "authority[4].aid: no aid \"orphans\" stands in the catalogue"},
		{"{aid: orphan, level: county", "{aid: urgent, level: county", "authority[4].aid: who approves urgent aid stands in relief-*.yaml"},
		{"{aid: orphan, level: county", "{aid: orphan, level: village", "authority[4].level: must be one of township, county, city"},
		{"up_to_fen: 500_000", "up_to_fen: -5", "authority[8].up_to_fen: must not be below 0"},
		{"{aid: orphan, level: county, from: 2014-05-01}", "{aid: orphan, level: county}", "authority[4].from: give the day"},
		{"{aid: orphan, level: county, from: 2014-05-01}", "{aid: orphan, level: county, from: 2014-05-01, until: 2014-04-30}", "authority[4].until: must not lie before from"},
		{"{aid: dibao, level: township, from: 2021-01-01}", "{aid: dibao, level: county, from: 2014-05-01}", "authority[1]: another line has the same aid, level and day"},
		// terms
		{"accept_days: 5 ", "accept_days: 0 ", "clocks.accept_days: must lie between 1 and 60"},
		{"visit_days: 10", "visit_days: 21", "clocks.visit_days: must lie between 1 and decide_days"},
		{"warn_days: [10, 15, 18]", "warn_days: [10, 15, 25]", "clocks.warn_days: must rise from left to right"},
		{"warn_days: [10, 15, 18]", "warn_days: []", "clocks.warn_days: warn at least once"},
		{"review_months: 2 ", "review_months: 0 ", "clocks.review_months: must lie between 1 and 12"},
		{"{visitors: 2, ", "{visitors: 1, ", "visit.visitors: must be at least 2"},
		{"neighbours: 1, ", "neighbours: 100, ", "visit.neighbours: must lie between 0 and 10"},
		{"target_days: 1}", "target_days: 100}", "visit.target_days: must lie between 0 and 30"},
		{"  days: 7", "  days: 0", "notice.days: must lie between 1 and 60"},
		{"starts: day_after", "starts: tomorrow", "notice.starts: must be one of posted, day_after"},
		{"aids: [dibao, tekun, temporary_spending]\n  nameless", "aids: [dibao, urgent]\n  nameless", "notice.aids[1]: urgent aid needs no public notice"},
		{"aids: [dibao, tekun, temporary_spending]\n  nameless", "aids: [dibao, alms]\n  nameless", "notice.aids[1]: no aid \"alms\""},
		{"nameless: {most: 20, per_day: 5}", "nameless: {most: 3, per_day: 5}", "notice.nameless.per_day: must lie between 1 and notice.nameless.most"},
		{"nameless: {most: 20, per_day: 5}", "nameless: {most: 0, per_day: 5}", "notice.nameless.most: must lie between 1 and 1000"},
		{"first_pay: next", "first_pay: later", "first_pay: must be one of same, next"},
		{"{least_percent: 0, most_percent: 200}", "{least_percent: 300, most_percent: 200}", "fines.least_percent: must lie between 0 and most_percent"},
		{"{least_percent: 0, most_percent: 200}", "{least_percent: 0, most_percent: 0}", "fines.most_percent: must lie between 1 and 1000"},
		// papers
		{"en: Disability card, aids: [dibao, tekun, ", "en: Disability card, aids: [dibao, alms, ", "papers[11].aids[1]: no aid \"alms\""},
		{"en: Proof about homes, aids: [dibao, tekun]", "en: Proof about homes, aids: []", "papers[8].aids: name the aids"},
		{"classes: [student]", "classes: [pupil]", "papers[13].classes: no class \"pupil\""},
		{"sources: [social_insurance, tax]", "sources: [tax, tax]", "papers[6].sources: name each data source once"},
	} {
		wantFault(t, plant.was, plant.is, "", plant.want)
	}
	// Told elsewhere than where it was touched: where the list begins that lacks something, at
	// the key that holds both, or at the line on which a reader of YAML stumbles.
	for _, plant := range []struct{ was, is, at, want string }{
		{"first_pay: next", "first_pay next", "first_pay next", "not YAML"},
		{"valid_from: 2026-07-01", "valid_until: 2026-06-30\nvalid_from: 2026-07-01", "valid_until: 2026-06-30", "valid_until: must not lie before valid_from"},
		{"  zh: 《社会救助法》（2026年7月1日起施行）；金额和比例为演示城市自定", "  zh: ", "basis:", "basis: name the document"},
		{"area: 9901, from: 2026-01-01", "area: 9901, from: 2027-01-01", "standards:", "standards: no line of kind disposable_year holds on valid_from"},
		{"  - {area: 99, percent: 150}", "  - {area: 99, percent: 150}\n  - {area: 99, percent: 160}", "  - {area: 99, percent: 160}", "edge[1]: the area stands here twice"},
		{"    - {code: wash, zh: 洗澡, en: washing}\n", "", "  items:", "tekun.items: the test has six items"},
		{"lost_from: 4 ", "lost_from: 7 ", "lost_from: 7", "tekun.lost_from: must not be above the number of items"},
		{"groups: [edge, hardship, at_risk]", "groups: [edge, at_risk]", "tiers:", "tiers: the version tests for hardship"},
		{"method: difference", "method: bands", "amount:", "amount.bands: the method bands needs its bands"},
		{"method: difference", "method: bands\n  bands: [{code: a, class: old, percent: 50, zh: 甲, en: a}]", "  bands:", "amount.bands[0].class: every band but the last names a class"},
		{"method: difference", "method: bands\n  bands: [{code: a, percent: 500, zh: 甲, en: a}]", "  bands:", "amount.bands[0].percent: must lie between 1 and 100"},
		{"{code: dibao, kind: basic", "{code: dibao_2, kind: basic", "catalogue:", "catalogue: the aid dibao must stand here"},
		{"{code: tekun, kind: basic, zh: 特困人员救助供养, en: Support of persons in extreme difficulty (tekun), purposes: [living, care], department: civil_affairs, monthly: true", "{code: tekun, kind: basic, zh: 特困人员救助供养, en: Support of persons in extreme difficulty (tekun), purposes: [living, care], department: civil_affairs", "catalogue:", "catalogue: the aid tekun must stand here, of kind basic and monthly"},
		{"order: [special, temporary, basic]", "order: [special, basic]", "cascade:", "cascade: the kind temporary must stand once"},
		{"      next: temporary", "      next: special", "    - after: special", "cascade.steps[0]: must lead from a kind of order to a later one"},
		{"  - {aid: orphan, level: county, from: 2014-05-01}\n", "", "{code: orphan, kind: basic", "catalogue[11]: on valid_from nobody may approve orphan"},
		{"      standard_months: 12", "      fen: 1\n      standard_months: 12", "    cap:", "catalogue[8].cap: give either fen or standard_months"},
		{"      window_months: 12", "      window_months: 0", "      window_months: 0", "catalogue[8].cap.window_months: must lie between 1 and 60"},
	} {
		wantFault(t, plant.was, plant.is, plant.at, plant.want)
	}
}

// wantFault plants a text and wants a fault on the line of another, or on that of the text.
func wantFault(t *testing.T, was, is, at, want string) {
	t.Helper()
	sound := lawFile(t)
	if strings.Count(sound, was) != 1 {
		t.Errorf("%q stands %d times in the file", was, strings.Count(sound, was))
		return
	}
	planted := strings.Replace(sound, was, is, 1)
	_, err := LoadAid("aid-law-2026.yaml", []byte(planted))
	line := 1 + strings.Count(planted[:strings.Index(sound, was)], "\n")
	if at != "" {
		line = 1 + strings.Count(planted[:strings.Index(planted, at)], "\n")
	}
	if told := fmt.Sprintf("aid-law-2026.yaml:%d: %s", line, want); err == nil || !strings.Contains(err.Error(), told) {
		t.Errorf("%q instead of %q: want %s, got\n%v", is, was, told, err)
	}
}

// Versions follow one another without gap or doubled day, and each file is named as its version.
func TestVersionsOfAidFollowOneAnother(t *testing.T) {
	law := lawFile(t)
	for name, plant := range map[string]struct{ file, text, want string }{
		"one day twice": {"aid-city-2026.yaml", strings.Replace(law, "version: aid-law-2026", "version: aid-city-2026", 1), "policy/aid-law-2026.yaml:4: valid_from: aid-city-2026 is in force from 2026-07-01 as well"},
		"another name":  {"aid-city-2027.yaml", strings.Replace(law, "valid_from: 2026-07-01", "valid_from: 2027-07-01", 1), "policy/aid-city-2027.yaml:1: version: must be the file's name without .yaml"},
		"a gap":         {"aid-law-2026.yaml", strings.Replace(law, "valid_from: 2026-07-01", "valid_from: 2026-07-01\nvalid_until: 2026-09-30", 1) + "", ""},
	} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, builtIn); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "policy", plant.file), []byte(plant.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if plant.want == "" { // a version that ends, and the next that begins a day too late
			next := strings.NewReplacer("version: aid-law-2026", "version: aid-city-2027", "valid_from: 2026-07-01", "valid_from: 2026-10-02").Replace(law)
			if err := os.WriteFile(filepath.Join(dir, "policy", "aid-city-2027.yaml"), []byte(next), 0o600); err != nil {
				t.Fatal(err)
			}
			plant.want = "policy/aid-law-2026.yaml:5: valid_until: leaves a gap: aid-city-2027 begins only on 2026-10-02; write 2026-10-01"
		}
		if _, err := LoadPolicies(dir); err == nil || !strings.Contains(err.Error(), plant.want) {
			t.Errorf("%s: want %s, got\n%v", name, plant.want, err)
		}
	}
}

// A version is in force from its day on in Shanghai, and the line starts only where one is.
func TestTheRulesInForce(t *testing.T) {
	p, err := LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[ticket.Date]string{"2020-12-31": "aid-seed-2021", "2026-06-30": "aid-seed-2021", "2026-07-01": "aid-law-2026"} {
		if got := p.Aids.At(day.At(0)); got.Version != want {
			t.Errorf("on %s %s is in force", day, got.Version)
		}
	}
	cfg, err := Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Pick(cfg.Policy, "2020-12-31"); err == nil || !strings.Contains(err.Error(), "policy/aid-seed-2021.yaml:11: valid_from: no rules of aid are in force on 2020-12-31") {
		t.Errorf("before the first day: %v", err)
	}
	family, err := SampleFamily()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range p.Aids {
		family.On = v.ValidFrom
		if _, err := v.Assess(family); err != nil {
			t.Errorf("%s: %v", v.Version, err)
		}
	}
}
