package configs

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

func TestBuiltInFilesAreSound(t *testing.T) {
	cfg, err := Load("", nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	ladder, err := p.Pick(cfg.Policy, "2026-11-30")
	if err != nil {
		t.Fatal(err)
	}
	aid := p.Reliefs.At(ticket.Date("2026-11-30").At(0))
	if got, want := ladder.Terms(), (ticket.Terms{TwoHour: 2 * time.Hour, Day: 24 * time.Hour, WorkingDays: 5}); got != want {
		t.Errorf("Terms = %+v, want %+v", got, want)
	}
	if aid.Limits.SoloFen != 100_000 || aid.Limits.TownshipFen != 500_000 {
		t.Errorf("limits %+v", aid.Limits)
	}
	if fen, ok := aid.Fast.CapFen(3); !ok || fen != 270_000 {
		t.Errorf("fast-track cap for three = %d, %v; want 270000", fen, ok)
	}
	if _, capped := p.Reliefs.At(ticket.Date("2026-06-30").At(0)).Fast.CapFen(3); capped {
		t.Error("the fast track was capped before the law")
	}
	if _, err := LoadPrompts(""); err != nil {
		t.Error(err)
	}
}

// TestLadderTimes holds the built-in ladder to the table of the domain rules.
func TestLadderTimes(t *testing.T) {
	p, err := LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	want := map[ticket.Priority]string{
		ticket.P1:    "0s duty worker 1, 3m0s duty worker 2, 6m0s duty township_head, 10m0s duty county_duty, 15m0s duty city_duty",
		ticket.P2:    "0s duty worker 1, 15m0s duty worker 2, 30m0s duty township_head, 2h0m0s duty county_duty, 4h0m0s duty city_duty",
		ticket.P3:    "1wd@open duty worker 1, 1wd duty worker 2, 2wd duty township_head, 10wd duty county_duty",
		ticket.PInfo: "1wd@open duty worker 1, 1wd duty worker 2, 2wd duty township_head, 3wd duty county_duty",
	}
	for priority, steps := range want {
		var got []string
		for _, s := range p.Ladders["ladder-2026"].Ladders[priority].StepsFor("990101001000") {
			got = append(got, s.After.String()+" "+s.To.String())
		}
		if strings.Join(got, ", ") != steps {
			t.Errorf("%s: %s\nwant %s", priority, strings.Join(got, ", "), steps)
		}
	}
	unplaced := p.Ladders["ladder-2026"].Ladders[ticket.P1].StepsFor("990101000000")
	if len(unplaced) != 2 || unplaced[0].To != (dispatch.Target{Kind: dispatch.TargetDesk, Role: area.RoleCountyDuty, Level: area.LevelCounty}) {
		t.Errorf("a ticket of a county alone begins with %+v", unplaced)
	}
}

func TestCalendarKnowsTheHolidays(t *testing.T) {
	p, err := LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	due, counted := p.Calendar.AddWorkingDays(ticket.Date("2026-09-30").At(12*time.Hour), 3)
	if want := ticket.Date("2026-10-10").At(17*time.Hour + 30*time.Minute); !due.Equal(want) || len(counted) != 3 {
		t.Errorf("three working days from 30 September 2026 end %s, want %s", due, want)
	}
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hotline.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAllFaultsAtOnceWithTheirLines(t *testing.T) {
	path := writeFile(t, `
node:
  id: Node 1
  ordinal: eleven
sip:
  max_call: 5
  ring_delay: 30
  trunks:
    - name: a
      cidrs: [10.0.0.0/8, nonsense]
  numbers: none
nonsense: 1
`)
	_, err := Load(path, []string{"HOTLINE_DRAIN_TIMEOUT=soon", "HOTLINE_SIP_NONSENSE=1", "HOTLINE_FAILPOINT=x", "OTHER=1"})
	want := []string{
		":4: node.ordinal: must be a whole number",
		":6: sip.max_call: unknown key",
		":7: sip.ring_delay: must be a duration with its unit",
		":10: sip.trunks[0].cidrs[1]: must be",
		":11: sip.numbers: must be a list",
		":12: nonsense: unknown key",
		"HOTLINE_DRAIN_TIMEOUT: drain.timeout: must be a duration",
		"HOTLINE_SIP_NONSENSE: no key has this name",
	}
	for _, w := range want {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("no fault %q in:\n%v", w, err)
		}
	}
	if n := strings.Count(fmt.Sprint(err), "\n") + 1; n != len(want) {
		t.Errorf("%d faults, want %d:\n%v", n, len(want), err)
	}
}

func TestRulesOfTheConfiguration(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"bad node id", "node: {id: Node 1}", ":1: node.id: must be"},
		{"ordinal", "node:\n  ordinal: 10", ":2: node.ordinal: must lie between 0 and 9"},
		{"no role", "roles: []", "roles: name at least one"},
		{"unknown role", "roles: [phone, fax]", "roles[1]: must be one of"},
		{"an area code that is none", "sip: {trunks: [{name: a, cidrs: [192.0.2.0/24], area_code: \"537\"}]}", "trunks[0].area_code: must be an area code"},
		{"everybody may call", "sip: {trunks: [{name: a, cidrs: [0.0.0.0/0]}]}", "cidrs[0]: would let everybody in"},
		{"village line", "sip: {numbers: [{number: 1, area: 990101001001}]}", "numbers[0].area: must be the 12-digit code"},
		{"number twice", "sip: {numbers: [{number: 1, area: 990101000000}, {number: 2, aliases: [1], area: 990101000000}]}", "is already taken"},
		{"rings too long", "sip: {ring_delay: 20s}", "sip.ring_delay: must lie between 0s and 15s"},
		{"calls by nobody's trunk", "sip: {outbound: {trunk: away}}", "sip.outbound.trunk: must be the name"},
		{"calls to a proxy outside", "sip: {outbound: {trunk: local, proxy: \"192.0.2.9:5060\"}}", "sip.outbound.proxy: must be address and port inside"},
		{"calls abroad", "sip: {outbound: {trunk: local, proxy: \"127.0.0.1:5070\", allow: [\"+1\"]}}", "sip.outbound.allow: must hold prefixes"},
		{"a long emergency number", "sip: {emergency: {x: \"19000000000\"}}", "sip.emergency: holds names"},
		{"few ports", "sip: {rtp_first: 20000, rtp_last: 20100}", "sip.rtp_last"},
		{"recordings kept an hour", "recording: {keep: 1h}", "recording.keep: must lie between 24h0m0s"},
		{"memory for nothing", "node: {memory_mb: 20}", "node.memory_mb: must be 0"},
		{"less than no room", "recording: {reserve_mb: -1}", "recording.reserve_mb: must lie between"},
		{"node twice", "nodes: [{id: a, url: http://a}, {id: a, url: http://b}]", "nodes[1].id: must be the node.id of one node"},
		{"node without address", "nodes: [{id: a}]", "nodes[0].url: is missing"},
		{"fast clock on a real line", "demo: {time_scale: 60}", "demo.time_scale: a real line"},
		{"softphone on any port of all addresses", "softphone: {listen: \"0.0.0.0:0\"}", "softphone.listen: on all addresses"},
		{"softphone without address", "softphone: {listen: here}", "softphone.listen: must be address and port"},
		{"relay without secret", "softphone: {turn: {urls: [\"turn:relay.example\"]}}", "softphone.turn.secret: is missing"},
		{"relay by another name", "softphone: {stun: [\"http://relay.example\"]}", "softphone.stun[0]: must begin with stun:"},
		{"credential for a day", "softphone: {turn: {life: 24h}}", "softphone.turn.life: must lie between 1m0s and 10m0s"},
		{"no grace", "softphone: {grace: 0s}", "softphone.grace: must lie between"},
		{"public address of nobody", "softphone: {public_ips: [0.0.0.0]}", "softphone.public_ips[0]: must be an address"},
		{"gateway without secret", "sms: {url: http://127.0.0.1:9}", "sms: a gateway needs"},
		{"origin with path", "api: {public_origin: http://a.example/x}", "api.public_origin"},
		{"secret file missing", "postgres: {url: \"file:/no/such\"}", "postgres.url: cannot read the file"},
		{"not YAML", "node: [", ":1: not YAML"},
		{"key twice", "node: {id: a}\nnode: {id: b}", "not YAML"},
		{"alias", "node: &n {id: a}", "anchors, aliases and tags"},
		{"two documents", "node: {id: a}\n---\nnode: {id: b}", "more than one document"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(writeFile(t, tt.text), nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Load = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestFileAndEnvironmentOverride(t *testing.T) {
	cfg, err := Load(writeFile(t, "sip:\n  max_calls: 7\n  udp: [\"192.0.2.1:5060\"]\n"),
		[]string{"HOTLINE_SIP_MAX_CALLS=9", "HOTLINE_ROLES=api,dispatch", "HOTLINE_API_TRUSTED_PROXIES=10.0.0.0/8,192.0.2.0/24"})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.SIP.MaxCalls != 9 || cfg.SIP.UDP[0] != "192.0.2.1:5060" || cfg.SIP.RetryAfter != 10*time.Second ||
		len(cfg.Roles) != 2 || len(cfg.API.TrustedProxies) != 2 {
		t.Errorf("got %+v", cfg)
	}
}

func TestSecretsComeFromFilesAndNeverShow(t *testing.T) {
	file := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(file, []byte("postgres://u:hush@h/db\n"), 0o400); err != nil {
		t.Fatal(err)
	}
	cfg, err := Load(writeFile(t, "postgres: {url: \"file:"+file+"\"}"), []string{"HOTLINE_REDIS_URL=redis://u:hush@h"})
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.Postgres.URL.Reveal(); got != "postgres://u:hush@h/db" {
		t.Errorf("URL = %q", got)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "cfg", cfg, "url", cfg.Redis.URL)
	if shown := log.String() + fmt.Sprintf("%v %+v %#v", cfg, cfg, cfg.Postgres); strings.Contains(shown, "hush") {
		t.Errorf("a secret showed: %s", shown)
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(writeFile(t, "postgres: {url: \"file:"+file+"\"}"), nil); err == nil || !strings.Contains(err.Error(), "owner alone") {
		t.Errorf("a secret that all can read was taken: %v", err)
	}
}

// TestEveryKeyIsDocumented wants each key of Config in hotline.yaml with a comment.
func TestEveryKeyIsDocumented(t *testing.T) {
	lines := map[string]string{}
	for line := range strings.SplitSeq(string(DefaultYAML()), "\n") {
		key, _, ok := strings.Cut(strings.TrimLeft(line, " -#"), ":")
		if ok {
			lines[key] = line
		}
	}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for i := range typ.NumField() {
			key := typ.Field(i).Tag.Get("yaml")
			field := typ.Field(i).Type
			if field.Kind() == reflect.Slice {
				field = field.Elem()
			}
			if _, ok := lines[key]; !ok {
				t.Errorf("key %s is not in hotline.yaml", key)
			}
			if field.Kind() == reflect.Struct && !isScalar(field) {
				walk(field)
			} else if !strings.Contains(lines[key], " # ") {
				t.Errorf("key %s has no comment: %q", key, lines[key])
			}
		}
	}
	walk(reflect.TypeFor[Config]())
}

// copyBuiltIn is the built-in files with one of them changed.
func copyBuiltIn(t *testing.T, file, old, fresh string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, builtIn); err != nil {
		t.Fatal(err)
	}
	data, err := fs.ReadFile(builtIn, file)
	if err != nil || !strings.Contains(string(data), old) {
		t.Fatalf("%s does not hold %q (%v)", file, old, err)
	}
	path := filepath.Join(dir, file)
	if err := os.WriteFile(path, []byte(strings.Replace(string(data), old, fresh, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestPolicyFaultsNameFileAndLine(t *testing.T) {
	const ladder, aid, notices = "policy/ladder-2026.yaml", "policy/relief-2026.yaml", "templates/notices.yaml"
	const before = "policy/relief-2021.yaml"
	tests := []struct{ file, old, fresh, want string }{
		{ladder, "{after: 6m, to: duty township_head}", "{after: 2m, to: duty township_head}", "ladder-2026.yaml:55: ladders.P1.steps[2].after: must be later"},
		{ladder, "to: duty worker 1}", "to: duty postman}", "ladders.P1.steps[0].to"},
		{ladder, "kind: two_hour, after: 2h", "kind: two_hour, after: 2wd", "not working days"},
		{ladder, "kind: two_hour, after: 2h, stops: relieved, breach: true", "kind: other, after: 2h, stops: relieved, breach: true", "needs the clock two_hour"},
		{ladder, "loop: {every: 15m,", "loop: {every: 0s,", "ladders.P1.loop.every"},
		{ladder, "version: ladder-2026", "version: ladder-2027", "must be the file's name"},
		{ladder, "hold: 3m", "hold: 3d", "repeat.hold: must be a duration"},
		{ladder, "hold: 45s", "hold: 45m", "answer.hold"},
		{ladder, "tries: [0s, 10m, 30m]", "tries: [0s, 30m, 10m]", "callback.tries[2]"},
		{ladder, "  visit_urgent: 2h ", "  visit_urgent: 1m ", "callback.visit_urgent"},
		{ladder, "until: on_site, after: 45m", "until: lunch, after: 45m", "ladders.P1.warnings[0].until"},
		{aid, "solo_fen: 100_000", "solo_fen: 1000.50", "relief-2026.yaml:16: limits.solo_fen: must be a whole number"},
		{aid, "solo_fen: 100_000", "solo_fen: -5", "limits.solo_fen"},
		{aid, "valid_from: 2026-07-01", "valid_from: 2026-06-31", "relief-2026.yaml:7: valid_from: must be a value it accepts: date must be a real day"},
		{aid, "valid_from: 2026-07-01", "", "relief-2026.yaml:6: valid_from: give the first day"},
		{aid, "valid_from: 2026-07-01", "valid_from: 2021-01-01", "relief-2026.yaml:7: valid_from: relief-2021 is in force from 2021-01-01 as well: give one of the two another day"},
		{aid, "valid_from: 2026-07-01", "valid_from: 2026-07-01\nvalid_until: 2026-06-30", "relief-2026.yaml:8: valid_until: must not lie before valid_from"},
		{before, "valid_from: 2021-01-01", "valid_from: 2021-01-01\nvalid_until: 2026-05-31", "relief-2021.yaml:5: valid_until: leaves a gap: relief-2026 begins only on 2026-07-01; write 2026-06-30"},
		{before, "valid_from: 2021-01-01", "valid_from: 2021-01-01\nvalid_until: 2026-07-01", "relief-2021.yaml:5: valid_until: lies after 2026-07-01, when relief-2026 begins; write 2026-06-30"},
		{aid, "township_fen: 500_000", "township_fen: 5", "must not be below solo_fen"},
		{aid, "after_review_percent: 5 ", "after_review_percent: 0 ", "limits.after_review_percent: must lie between 1 and 100"},
		{aid, "cap_per: person", "cap_per: dog", "fast_track.cap_per"},
		{aid, "[5, 2, 1]", "[1, 2, 5]", "papers.remind_before"},
		{notices, "您的来电已登记，工单号{number}", "您的来电已登记，工单号{nummer}", "uses {nummer}"},
		{notices, "不服可依法申请复议", strings.Repeat("不服可依法申请复议", 9), "SMS parts"},
		{"calendar/2026.yaml", "make_up: [2026-01-04]", "make_up: [2026-01-05]", "2026-01-05 is not a Saturday or Sunday"},
		{"calendar/2026.yaml", "from: 2026-01-01", "from: 2026-02-30", "real day"},
		{"calendar/2026.yaml", "from: 2026-01-01", "from: 2025-12-31", "outside the year"},
		{"calendar/office.yaml", "closes: 17h30m", "closes: 7h", "office hours"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			_, err := LoadPolicies(copyBuiltIn(t, tt.file, tt.old, tt.fresh))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), filepath.Base(tt.file)) && !strings.Contains(err.Error(), "office.yaml") {
				t.Errorf("LoadPolicies = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestSeveralPolicyFaultsAtOnce(t *testing.T) {
	p := &dispatch.Policy{}
	var n int
	for _, err := range p.Validate().(interface{ Unwrap() []error }).Unwrap() {
		if _, ok := errors.AsType[*act.Fault](err); !ok {
			t.Errorf("%v is no *act.Fault", err)
		}
		n++
	}
	if n < 6 {
		t.Errorf("an empty policy has %d faults, want one for the version, the hold and each of four ladders", n)
	}
}

func TestNoticesFitAndFill(t *testing.T) {
	p, err := LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	got := p.Notices["ticket_registered"].Write("zh", map[string]string{"number": "2610010000424"})
	if len(got.Missing) != 0 || !strings.Contains(got.Body, "2610010000424") || strings.Contains(got.Body, "{") || got.Parts != 1 {
		t.Errorf("written: %+v", got)
	}
	if got := p.Notices["ticket_registered"].Write("en", nil); len(got.Missing) != 1 {
		t.Errorf("missing = %v, want number", got.Missing)
	}
	hole := p.Notices["duty_hole"].Write("en", map[string]string{"area": "石桥镇", "at": "10月1日 08:00", "due": "2月29日 23:40"})
	if !strings.Contains(hole.Body, "from 1 Oct 08:00 to 29 Feb 23:40") || hole.Fields["area"] != "石桥镇" || hole.Fields["due"] != "29 Feb 23:40" || hole.Parts > hole.Most {
		t.Errorf("in English: %+v", hole)
	}
	for text, want := range map[string]int{"": 1, strings.Repeat("救", 70): 1, strings.Repeat("救", 71): 2, strings.Repeat("救", 134): 2, strings.Repeat("救", 135): 3, strings.Repeat("😀", 36): 2} {
		if got := SMSParts(text); got != want {
			t.Errorf("SMSParts of %d runes = %d, want %d", len([]rune(text)), got, want)
		}
	}
}

func TestDemoCity(t *testing.T) {
	city, err := DemoCity()
	if err != nil {
		t.Fatal(err)
	}
	levels := map[area.Level]int{}
	for _, d := range city.Divisions {
		levels[d.Code.Level()]++
	}
	if levels[area.LevelCity] != 1 || levels[area.LevelCounty] != 2 || levels[area.LevelTownship] != 6 || levels[area.LevelVillage] != 24 {
		t.Errorf("divisions by level: %v", levels)
	}
	roles := map[area.Role]int{}
	for _, s := range city.Staff {
		roles[s.Role]++
	}
	if roles[area.RoleWorker] != 12 || roles[area.RoleAgent] != 2 || roles[area.RoleTownshipHead] != 6 {
		t.Errorf("staff by role: %v", roles)
	}
	trusts := 0
	for _, h := range city.Trusts {
		trusts += len(h.Households())
	}
	if roles[area.RoleVillageAssistant] != 4 || roles[area.RoleVolunteer] != 3 || roles[area.RoleAgency] != 1 || len(city.Agencies) != 1 || len(city.Stations) != 1 || trusts != 45 {
		t.Errorf("staff by role: %v, %d agencies, %d stations, %d households", roles, len(city.Agencies), len(city.Stations), trusts)
	}
	if len(city.Numbers) != 7 || len(city.Desks) != 9 {
		t.Errorf("%d numbers, %d desks", len(city.Numbers), len(city.Desks))
	}
}

func TestDutyAlternates(t *testing.T) {
	d := DemoDuty{Members: []string{"a", "b"}, Handover: 8 * time.Hour}
	plan := d.Plan(map[string]area.PostID{"a": 1, "b": 2})
	if err := plan.Check(); err != nil {
		t.Fatal(err)
	}
	people := map[area.PostID]duty.Person{1: {Name: "a", Active: true}, 2: {Name: "b", Active: true}}
	s, err := duty.New(duty.Roster{Versions: []duty.Version{{Number: 1, Plan: plan}}, People: people}, ticket.Calendar{}.Day)
	if err != nil {
		t.Fatal(err)
	}
	who := func(at time.Time) string {
		names := ""
		for _, on := range s.Who(at, 0).OnDuty {
			names += on.Name
		}
		return names
	}
	day := ticket.Date("2026-10-01")
	night, morning, next := who(day.At(3*time.Hour)), who(day.At(9*time.Hour)), who(day.Next().At(9*time.Hour))
	if night == morning || night != next || night == "" || night+morning != "abba" && night+morning != "baab" {
		t.Errorf("no turns: %q, %q, %q", night, morning, next)
	}
}

func TestMissingFolder(t *testing.T) {
	if _, err := LoadPolicies(t.TempDir()); err == nil || !strings.Contains(err.Error(), "policy/ladder-*.yaml") {
		t.Errorf("an empty folder was taken: %v", err)
	}
	if _, err := loadCalendar(fstest.MapFS{}); err == nil {
		t.Error("no calendar was taken")
	}
}

// A line is not started without amounts and limits; a version that is to come does no harm.
func TestNoLimitsInForce(t *testing.T) {
	p, err := LoadPolicies(copyBuiltIn(t, "policy/relief-2021.yaml", "valid_from: 2021-01-01", "valid_from: 2026-06-01"))
	if err != nil {
		t.Fatal(err)
	}
	names := PolicyConfig{Ladder: "ladder-2026"}
	if _, err := p.Pick(names, "2026-05-31"); err == nil || !strings.Contains(err.Error(), "relief-2021.yaml:4: valid_from: no amounts and limits are in force on 2026-05-31: the first begin on 2026-06-01") {
		t.Errorf("the day before the first version: %v", err)
	}
	if _, err := p.Pick(names, "2026-06-01"); err != nil {
		t.Errorf("its first day: %v", err)
	}
	until := "valid_from: 2021-01-01\nvalid_until: 2026-06-30"
	if _, err := LoadPolicies(copyBuiltIn(t, "policy/relief-2021.yaml", "valid_from: 2021-01-01", until)); err != nil {
		t.Errorf("a last day that fits the next version: %v", err)
	}
}

// FuzzDecode looks for files that make the reader panic.
func FuzzDecode(f *testing.F) {
	for _, file := range []string{"policy/ladder-2026.yaml", "policy/relief-2026.yaml", "templates/notices.yaml"} {
		data, err := fs.ReadFile(builtIn, file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add(DefaultYAML())
	f.Add([]byte("? [a]\n: b\n<<: {x: 1}\nsip: !!map {}\n"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		var cfg Config
		decode("f", data, &cfg)
		policy := new(dispatch.Policy)
		_ = parse("f", data, policy, policy.Validate) // any answer will do, as long as there is one
	})
}
