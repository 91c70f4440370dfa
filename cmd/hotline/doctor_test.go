package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"example.org/hotline/dispatch/notify"
	"example.org/hotline/dispatch/notify/sink"
	"example.org/hotline/internal/seal"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/store"
	"example.org/hotline/store/journal"
	"example.org/hotline/test/servers"
	"example.org/hotline/ticket"
)

func TestMain(m *testing.M) { servers.Main(m) }

func TestSoundNodePassesEveryCheck(t *testing.T) {
	p := newPatient(t, servers.Redis(t))
	r := p.examine(t)
	ofTheMachine := []string{"data folder", "calendar", "RTP ports", "open files", "SIP buffer"} // its disk, its date, its other programs, its kernel
	seen := map[string]bool{}
	for _, f := range r.Findings {
		seen[f.Check] = true
		if f.Check == "duty" && f.Verdict == verdictFault && strings.Contains(f.Detail, "竹沟乡") {
			continue // the demo city has this hole for newcomers to find (configs/demo/city.yaml)
		}
		if f.Verdict != verdictOK && !slices.Contains(ofTheMachine, f.Check) {
			t.Errorf("%+v", f)
		}
	}
	for _, check := range []string{"configuration", "data folder", "keys", "journal", "PostgreSQL", "database role", "clocks", "line's clock", "schema", "desks",
		"duty", "audit chain", "Redis", "Redis user", "SMS gateway", "policies", "calendar", "prompts", "call flow", "RTP ports", "SIP port", "open files", "SIP buffer", "API port", "printed forms"} {
		if !seen[check] {
			t.Errorf("nothing was said of %q", check)
		}
	}
	var out bytes.Buffer
	_ = runDoctor(t.Context(), &out, p.config(t), false) // the error repeats the last line
	for _, f := range r.Findings {
		if !strings.Contains(out.String(), fmt.Sprintf("%-8s %-14s", f.Verdict, f.Check)) {
			t.Errorf("no line for %+v in:\n%s", f, out.String())
		}
	}
	if !strings.HasSuffix(out.String(), "\n"+r.summary()+"\n") {
		t.Errorf("the last line is not %q in:\n%s", r.summary(), out.String())
	}
}

// closedPort is a loopback address on which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

const town1 = "990101001000" // 望湖街道, the first township of the demo city

// weComThatSays is a WeCom that answers with an errcode.
func weComThatSays(code string) func(*testing.T, *patient) {
	return func(t *testing.T, p *patient) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintf(w, `{"errcode": %s}`, code) }))
		t.Cleanup(server.Close)
		p.settings["wecom.url"], p.settings["wecom.corp"], p.settings["wecom.agent"], p.settings["wecom.secret"] = server.URL, "c", "1", "hush"
	}
}

const bankSecret = "0123456789abcdef0123456789abcdef"

// bankThat is a county's bank; without an address one that knows no batch and signs that.
func bankThat(transport, address, secret string) func(*testing.T, *patient) {
	return func(t *testing.T, p *patient) {
		if address == "" {
			signer, err := bankhttp.NewHMAC(bankSecret)
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !bankhttp.VerifyRequest(r, nil, signer, time.Now()) {
					w.WriteHeader(http.StatusUnauthorized)
				} else if err := bankhttp.WriteAnswer(w, r, signer, time.Now(), http.StatusNotFound, nil); err != nil {
					t.Error(err)
				}
			}))
			t.Cleanup(server.Close)
			address = server.URL
		}
		p.settings["banks"] = fmt.Sprintf(`[{id: rural-1, county: 990101000000, form: demo_rural, unit: "9901001", unit_name: 晴川县民政局, debit_account: "990100200300400", agent_bank: "990100000017", transport: %s,
  http: {url: %q, key_id: k1, signing: hmac-sha256, secret: %q}}]`, transport, address, secret)
	}
}

// mailServer is one with a certificate of its own, trusted or not.
func mailServer(trusted bool) func(*testing.T, *patient) {
	return func(t *testing.T, p *patient) {
		kept, err := sink.Open(p.path("sms.jsonl"), "secret")
		if err != nil {
			t.Fatal(err)
		}
		server, err := sink.NewMail(kept)
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- server.Serve(l) }()
		t.Cleanup(func() { _ = server.Close(); <-done; _ = kept.Close() })
		p.settings["email.server"], p.settings["email.security"], p.settings["email.from"] = l.Addr().String(), "starttls", "line@demo.invalid"
		if trusted {
			p.settings["email.ca_file"] = p.path("ca.pem")
			if err := os.WriteFile(p.path("ca.pem"), server.CA, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestDoctorFindsWhatIsBroken breaks one thing of a sound node at a time.
func TestDoctorFindsWhatIsBroken(t *testing.T) {
	redis := servers.Redis(t)
	set := func(path, value string) func(*testing.T, *patient) {
		return func(_ *testing.T, p *patient) { p.settings[path] = value }
	}
	sql := func(statements ...string) func(*testing.T, *patient) {
		return func(t *testing.T, p *patient) { p.sql(t, statements...) }
	}
	tests := []struct {
		name   string
		broken func(*testing.T, *patient)
		want   finding // Detail and Do are parts of the real ones
	}{
		{"superuser", func(_ *testing.T, p *patient) { p.settings["postgres.url"] = p.postgres.SuperURL },
			finding{"database role", verdictFault, "superuser", "owner_url"}},
		{"owner", func(_ *testing.T, p *patient) { p.settings["postgres.url"] = p.postgres.OwnerURL },
			finding{"database role", verdictFault, "CREATE in the schema public, owner of tables", "application role"}},
		{"past row level security", func(_ *testing.T, p *patient) { p.settings["postgres.url"] = p.postgres.InspectURL },
			finding{"database role", verdictFault, "BYPASSRLS", "NOBYPASSRLS"}},
		{"unforced row level security", sql(`ALTER TABLE tickets NO FORCE ROW LEVEL SECURITY`, `ALTER TABLE events DISABLE ROW LEVEL SECURITY`),
			finding{"database role", verdictFault, "events, tickets", "FORCE ROW LEVEL SECURITY"}},
		{"PostgreSQL away", set("postgres.url", "postgres://hotline_app:hush@"+closedPort(t)+"/hotline"),
			finding{"PostgreSQL", verdictFault, "connect", "start the database"}},
		{"wrong password", func(_ *testing.T, p *patient) {
			p.settings["postgres.url"] = strings.Replace(p.postgres.AppURL, "@", "hush@", 1)
		}, finding{"PostgreSQL", verdictFault, "password authentication failed", "the password"}},
		{"empty database", func(t *testing.T, p *patient) {
			p.settings["postgres.url"] = servers.Database(t, "empty", func(context.Context, string) error { return nil }).AppURL
		}, finding{"schema", verdictFault, "empty", "hotline migrate"}},
		{"older schema", sql(`DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`),
			finding{"schema", verdictFault, "this program needs", "hotline migrate"}},
		{"newer schema", sql(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`),
			finding{"schema", verdictFault, "version 99999", "newer hotline"}},
		{"moved clock", sql(`UPDATE app_clock SET scale = 60`),
			finding{"line's clock", verdictFault, "60 times as fast", "UPDATE app_clock"}},
		{"moved clock of a demo city", func(t *testing.T, p *patient) {
			p.sql(t, `UPDATE app_clock SET app_base = app_base + interval '2 hours'`)
			p.settings["demo.enabled"] = "true"
		}, finding{"line's clock", verdictWarning, "2h0m0s off", "demo city"}},
		{"no desk", sql(`DELETE FROM posts WHERE kind = 'desk' AND area_code = '` + town1 + `'`),
			finding{"desks", verdictFault, town1 + " has no worker desk", "import the desk"}},
		{"no roster", sql(`DELETE FROM duty_versions WHERE area_code = '` + town1 + `'`),
			finding{"duty", verdictFault, town1 + " 望湖街道 has no worker on duty from", "enter shifts"}},
		{"roster ends", sql(`ALTER TABLE duty_versions DISABLE TRIGGER USER`, // it takes the time from an actor's transaction, and this is none
			`INSERT INTO duty_versions (area_code, role, number, valid_from, plan, created_by, created_at)
			SELECT area_code, role, 2, now() + interval '30 days', '{"zone": "Asia/Shanghai", "rules": []}', 'test', now() FROM duty_versions WHERE area_code = '`+town1+`' AND role = 'worker'`),
			finding{"duty", verdictWarning, town1, "enter shifts"}},
		{"all away", sql(`INSERT INTO absences (post_id, reason, starts_at, ends_at) SELECT post_id, 'training', now() + interval '1 day', now() + interval '2 days'
			FROM staff WHERE area_code = '` + town1 + `' AND role = 'worker'`),
			finding{"duty", verdictFault, town1, "enter shifts"}},
		{"one has left, one is away", sql(`UPDATE staff SET active = false WHERE login = 'town1-worker1'`,
			`INSERT INTO absences (post_id, reason, starts_at, ends_at) SELECT post_id, 'ill', now() + interval '20 days', now() + interval '21 days'
			FROM staff WHERE login = 'town1-worker2'`), finding{"duty", verdictWarning, town1, "enter shifts"}},
		{"audit head moved", sql(`UPDATE audit_heads SET seq = seq + 1 WHERE lane = 5`),
			finding{"audit chain", verdictFault, "lane 5", "hotline audit verify"}},
		{"audit record changed", sql(`UPDATE audit_records SET reason = 'another' WHERE lane = 5 AND seq = 2`),
			finding{"audit chain", verdictFault, "was changed, or was written with another key file", "hotline audit verify"}},
		{"audit cut off behind an anchor", func(t *testing.T, p *patient) {
			line, err := json.Marshal(anchorLine{At: time.Now(), Heads: []store.AuditHead{{Lane: 5, Seq: 2, Hash: []byte{1}}}})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(anchorFile(p.path("data")), append(line, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
			p.sql(t, `DELETE FROM audit_records WHERE lane = 5 AND seq = 2`,
				`UPDATE audit_heads SET seq = 1, hash = (SELECT hash FROM audit_records WHERE lane = 5 AND seq = 1) WHERE lane = 5`)
		}, finding{"audit chain", verdictFault, "record 2 was anchored outside the database and is gone", "audit administrator"}},
		{"other keys", func(t *testing.T, p *patient) {
			if err := errors.Join(os.Remove(p.path("keys")), seal.Generate(p.path("keys"))); err != nil {
				t.Fatal(err)
			}
		}, finding{"audit chain", verdictFault, "another key file", ""}},
		{"keys that all can read", func(t *testing.T, p *patient) {
			if err := os.Chmod(p.path("keys"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, finding{"keys", verdictFault, "mode 0644", "chmod 0400"}},
		{"no font for forms", set("forms.font", "/nowhere.ttf"), finding{"printed forms", verdictWarning, "cannot be printed", "fonts-lxgw-wenkai"}},
		{"no Redis", set("redis.url", ""), finding{"Redis", verdictWarning, "not configured", "redis.url"}},
		{"Redis away", set("redis.url", "redis://hotline:hush@"+closedPort(t)), finding{"Redis", verdictFault, "refused", "start Redis"}},
		{"Redis' administrator", func(_ *testing.T, p *patient) { p.settings["redis.url"] = p.redis.AdminURL },
			finding{"Redis user", verdictWarning, "admin reaches keys outside hl:* and CONFIG", "ACL SETUSER"}},
		{"SMS unset", func(_ *testing.T, p *patient) { p.settings["sms.url"] = "" }, finding{"SMS gateway", verdictWarning, "not configured", "sms.url"}},
		{"SMS away", set("sms.url", "http://"+closedPort(t)), finding{"SMS gateway", verdictFault, "refused", "firewall"}},
		{"SMS of a provider that wants codes", func(_ *testing.T, p *patient) {
			p.settings["sms.gateway"], p.settings["sms.settings"], p.settings["sms.codes"] = "aliyun", "{sign_name: 测试}", "{offer: SMS_1}"
		}, finding{"SMS gateway", verdictWarning, "reply_accepted", "sms.codes"}},
		{"SMS without what the provider needs", set("sms.gateway", "aliyun"), finding{"SMS gateway", verdictFault, "sms.settings.sign_name", "sms.settings"}},
		{"WeCom refuses this node", weComThatSays("60020"), finding{"WeCom", verdictFault, "60020", "企业可信IP"}},
		{"WeCom refuses for another reason", weComThatSays("40091"), finding{"WeCom", verdictFault, "40091", "全局错误码"}},
		{"WeCom gives a token", weComThatSays(`0, "access_token": "hush", "expires_in": 7200`), finding{"WeCom", verdictOK, "token", ""}},
		{"WeCom away", func(t *testing.T, p *patient) {
			p.settings["wecom.url"], p.settings["wecom.corp"], p.settings["wecom.agent"], p.settings["wecom.secret"] = "http://"+closedPort(t), "c", "1", "hush"
		}, finding{"WeCom", verdictFault, "refused", "wecom.url"}},
		{"mail server away", func(t *testing.T, p *patient) {
			p.settings["email.server"], p.settings["email.from"] = closedPort(t), "line@demo.invalid"
		}, finding{"mail server", verdictFault, "refused", "email.security"}},
		{"mail server with a certificate that is not trusted", mailServer(false), finding{"mail server", verdictFault, "certificate", "email.ca_file"}},
		{"mail server", mailServer(true), finding{"mail server", verdictOK, "encrypted", ""}},
		{"a bank whose files are carried", bankThat("file", "", ""), finding{"banks", verdictOK, "carried by hand", ""}},
		{"a bank of a form that is not there", func(t *testing.T, p *patient) {
			bankThat("file", "", "")(t, p)
			p.settings["banks"] = strings.Replace(p.settings["banks"], "demo_rural", "none_such", 1)
		}, finding{"banks", verdictFault, "no file bank/none_such.yaml", "configs/bank"}},
		{"a bank away", func(t *testing.T, p *patient) { bankThat("http", "http://"+closedPort(t), bankSecret)(t, p) }, finding{"banks", verdictFault, "no connection", "http.url"}},
		{"a bank that answers", bankThat("http", "", bankSecret), finding{"banks", verdictOK, "its signature is good", ""}},
		{"a bank with another secret", bankThat("http", "", strings.Repeat("x", 32)), finding{"banks", verdictFault, "unsigned", "http.secret"}},
		{"a bank that fails", func(t *testing.T, p *patient) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
			t.Cleanup(server.Close)
			bankThat("http", server.URL, bankSecret)(t, p)
		}, finding{"banks", verdictFault, "server_error", "ask the bank"}},
		{"web push", func(t *testing.T, p *patient) {
			public, private, err := notify.NewVAPID()
			if err != nil {
				t.Fatal(err)
			}
			p.settings["api.public_origin"] = "https://line.invalid"
			p.settings["webpush.public_key"], p.settings["webpush.private_key"], p.settings["webpush.contact"], p.settings["webpush.hosts"] = public, private, "line@demo.invalid", "[push.invalid]"
		}, finding{"web push", verdictOK, "belong to each other", ""}},
		{"data folder not made yet", func(_ *testing.T, p *patient) { p.settings["node.data_dir"] = p.path("new") },
			finding{"data folder", verdictWarning, "not there yet", "first start"}},
		{"data folder out of reach", func(_ *testing.T, p *patient) { p.settings["node.data_dir"] = p.path("no/such") },
			finding{"data folder", verdictFault, "missing", "install -d"}},
		{"data folder is a file", func(_ *testing.T, p *patient) { p.settings["node.data_dir"] = p.path("keys") },
			finding{"data folder", verdictFault, "no folder", "node.data_dir"}},
		{"call flow faulty", func(t *testing.T, p *patient) {
			p.settings["sip.flow_dir"] = t.TempDir()
		}, finding{"call flow", verdictFault, "no call flow", ""}},
		{"prompts missing", func(t *testing.T, p *patient) {
			p.settings["sip.prompts_dir"] = t.TempDir()
		}, finding{"prompts", verdictFault, "prompts.yaml", ""}},
		{"policies missing", func(t *testing.T, p *patient) { p.settings["policy.dir"] = t.TempDir() },
			finding{"policies", verdictFault, "policy/ladder-*.yaml", "policy.dir"}},
		{"unknown ladder", set("policy.ladder", "ladder-1999"), finding{"policies", verdictFault, "policy.ladder", ""}},
		{"RTP where others take ports", func(t *testing.T, p *patient) {
			low, high, err := ephemeralPorts()
			if err != nil {
				t.Fatal(err)
			}
			p.settings["sip.rtp_first"], p.settings["sip.rtp_last"], p.settings["sip.max_calls"] = fmt.Sprint(low), fmt.Sprint(high), "10"
		}, finding{"RTP ports", verdictWarning, "overlaps", "ip_local_reserved_ports"}},
		{"media address of another machine", set("sip.media_bind", "192.0.2.1"),
			finding{"media address", verdictFault, "192.0.2.1", "sip.media_bind"}},
		{"SIP address of another machine", set("sip.udp", `["192.0.2.1:5060"]`),
			finding{"SIP port", verdictFault, "no such address", "ip -brief address"}},
		{"port of another program", func(_ *testing.T, p *patient) {
			p.settings["api.listen"] = strings.TrimSuffix(p.redis.AppURL[strings.Index(p.redis.AppURL, "@")+1:], "/0")
		}, finding{"API port", verdictFault, "in use by redis-server", "choose another"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPatient(t, redis)
			tt.broken(t, p)
			r := p.examine(t)
			found := false
			for _, f := range r.Findings {
				found = found || f.Check == tt.want.Check && f.Verdict == tt.want.Verdict &&
					strings.Contains(f.Detail, tt.want.Detail) && strings.Contains(f.Do, tt.want.Do)
				if f.Verdict != verdictOK && f.Do == "" {
					t.Errorf("nothing is said of what to do: %+v", f)
				}
				if strings.Contains(f.Detail+f.Do, "hush") {
					t.Errorf("a password showed: %+v", f)
				}
			}
			if !found {
				t.Errorf("not found: %+v\nin: %+v", tt.want, r.Findings)
			}
		})
	}
}

func TestDoctorOnAnUnfitRedis(t *testing.T) {
	server := servers.Redis(t)
	options, err := redis.ParseURL(server.AdminURL)
	if err != nil {
		t.Fatal(err)
	}
	admin := redis.NewClient(options)
	defer admin.Close()
	p := newPatient(t, server)
	for _, tt := range []struct {
		name    string
		command []any
		want    string
	}{
		{"eviction", []any{"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"}, "maxmemory-policy is allkeys-lru"},
		{"rights", []any{"ACL", "SETUSER", "hotline", "-eval", "-publish"}, "hotline may not use EVAL, PUBLISH"},
	} {
		if err := admin.Do(t.Context(), tt.command...).Err(); err != nil {
			t.Fatal(err)
		}
		want(t, p.examine(t), "Redis", verdictFault, tt.want)
	}
	// The advice, followed.
	for _, command := range [][]any{
		{"CONFIG", "SET", "maxmemory-policy", "noeviction"},
		{"ACL", "SETUSER", "hotline", "resetkeys", "resetchannels", "nocommands", "~hl:*", "&hl:*", "+@all", "-@dangerous", "-@admin", "+info", "+role"},
	} {
		if err := admin.Do(t.Context(), command...).Err(); err != nil {
			t.Fatal(err)
		}
	}
	r := p.examine(t)
	want(t, r, "Redis", verdictOK, "noeviction")
	want(t, r, "Redis user", verdictOK, "hl:*")
}

// want looks for one finding.
func want(t *testing.T, r report, check string, v verdict, detail string) {
	t.Helper()
	for _, f := range r.Findings {
		if f.Check == check && f.Verdict == v && strings.Contains(f.Detail, detail) {
			return
		}
	}
	t.Errorf("no %s of %s with %q in %+v", v, check, detail, r.Findings)
}

func TestDoctorSeesARunningHotline(t *testing.T) {
	p := newPatient(t, servers.Redis(t))
	j, err := journal.Open(filepath.Join(p.path("data"), "journal"), p.keys(t), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p.settings["api.listen"] = l.Addr().String()
	r := p.examine(t)
	want(t, r, "journal", verdictOK, fmt.Sprintf("a hotline runs here (process %d)", os.Getpid()))
	want(t, r, "API port", verdictOK, "in use by the hotline that runs here")

	call := ticket.Call{ID: "0190a000-0000-7000-8000-000000000001", InvitedAt: time.Now()}
	if err := j.Append(t.Context(), journal.OpenedRecord(call)); err != nil {
		t.Fatal(err)
	}
	want(t, p.examine(t), "journal", verdictWarning, "1 record, waiting for the database")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	want(t, p.examine(t), "API port", verdictFault, fmt.Sprintf("(process %d)", os.Getpid())) // no node of this folder any more
	spoil(t, filepath.Join(p.path("data"), "journal"))
	want(t, p.examine(t), "journal", verdictFault, "cannot be read")
}

// spoil changes one byte in the middle of the only record and adds a whole one
// behind it, so that it is no torn tail.
func spoil(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.segment"))
	if err != nil || len(files) != 1 {
		t.Fatalf("segments %v, %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	const head = len("HLJRNL01")
	spoilt := append([]byte{}, data...)
	spoilt[len(data)-5] ^= 1
	if err := os.WriteFile(files[0], append(spoilt, data[head:]...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestKeyAdviceWorks does what the doctor says about a missing key file.
func TestKeyAdviceWorks(t *testing.T) {
	e := &examination{}
	e.cfg.Keys.File = filepath.Join(t.TempDir(), "keys")
	e.checkKeys(t.Context())
	do := e.findings[0].Do
	from, to := strings.Index(do, "(umask"), strings.LastIndex(do, "), and")
	if from < 0 || to < 0 {
		t.Fatalf("advice: %s", do)
	}
	if out, err := exec.CommandContext(t.Context(), "sh", "-c", do[from:to+1]).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if _, err := seal.Load(e.cfg.Keys.File); err != nil {
		t.Error(err)
	}
}

func TestEveryFaultOfTheConfigurationIsListed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hotline.yaml")
	if err := os.WriteFile(path, []byte("node:\n  ordinal: eleven\nsip:\n  max_call: 5\nnonsense: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err := runDoctor(t.Context(), &out, path, false)
	var quiet *exitError
	if !errors.As(err, &quiet) {
		t.Errorf("error %v, want an *exitError", err)
	}
	inOrder(t, out.String(), ":2: node.ordinal", ":4: sip.max_call", ":5: nonsense", "3 faults, 0 warnings, in 3 checks")
}

func TestFindingsReadWell(t *testing.T) {
	for _, tt := range []struct {
		f    finding
		want string
	}{
		{finding{Check: "keys", Verdict: verdictOK, Detail: "open"}, "ok       keys           open\n"},
		{finding{Check: "Redis", Verdict: verdictFault, Detail: "away", Do: "start it"}, "fault    Redis          away\n                        → start it\n"},
	} {
		if got := tt.f.line(); got != tt.want {
			t.Errorf("line = %q, want %q", got, tt.want)
		}
	}
	for _, tt := range []struct {
		r    report
		want string
	}{
		{report{Findings: make([]finding, 20)}, "all 20 checks passed"},
		{report{Findings: make([]finding, 20), Faults: 1, Warnings: 2}, "1 fault, 2 warnings, in 20 checks"},
	} {
		if got := tt.r.summary(); got != tt.want {
			t.Errorf("summary = %q, want %q", got, tt.want)
		}
	}
}

func TestProcAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"0100007F:13C4":                         "127.0.0.1:5060",
		"00000000:1F90":                         "0.0.0.0:8080",
		"00000000000000000000000001000000:13C4": "[::1]:5060",
		"0000000000000000FFFF00000100007F:13C4": "127.0.0.1:5060",
	} {
		if got, ok := parseProcAddress(text); !ok || got.String() != want {
			t.Errorf("parseProcAddress(%s) = %v, %v; want %s", text, got, ok, want)
		}
	}
	for _, bad := range []string{"", "x:1", "0100007F", "01:13C4"} {
		if got, ok := parseProcAddress(bad); ok {
			t.Errorf("parseProcAddress(%q) = %v", bad, got)
		}
	}
}

func TestReceiveBuffer(t *testing.T) {
	for limit, want := range map[string]finding{
		"212992\n":  {"SIP buffer", verdictWarning, "grants 212992 octets of the 4194304", "net.core.rmem_max=4194304"},
		"4194304\n": {"SIP buffer", verdictOK, "4194304 octets", ""},
		"much\n":    {"SIP buffer", verdictWarning, "much", "rmem_max"},
	} {
		file := filepath.Join(t.TempDir(), "rmem_max")
		if err := os.WriteFile(file, []byte(limit), 0o600); err != nil {
			t.Fatal(err)
		}
		var e examination
		e.checkReceiveBuffer(file)
		if len(e.findings) != 1 || e.findings[0].Verdict != want.Verdict || !strings.Contains(e.findings[0].Detail, want.Detail) || !strings.Contains(e.findings[0].Do, want.Do) {
			t.Errorf("%q: %+v", limit, e.findings)
		}
	}
}

func TestOpenFilesBoundTheCalls(t *testing.T) {
	for _, tt := range []struct{ calls, files, want int }{
		{600, 1_048_576, 600}, {600, 4624, 600}, {600, 4623, 599}, {20_000, 20_000, 3162}, {600, 100, 1},
	} {
		if got := fitCalls(tt.calls, tt.files); got != tt.want {
			t.Errorf("%d calls with %d files: %d, want %d", tt.calls, tt.files, got, tt.want)
		}
		e := examination{}
		e.cfg.SIP.MaxCalls = tt.calls
		e.checkOpenFiles(tt.files)
		if want := map[bool]verdict{true: verdictOK, false: verdictWarning}[tt.want == tt.calls]; len(e.findings) != 1 || e.findings[0].Verdict != want {
			t.Errorf("%d calls with %d files: %+v", tt.calls, tt.files, e.findings)
		}
	}
}
