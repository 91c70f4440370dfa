package banksim_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/ledger/rail/banksim"
	"example.org/hotline/ledger/rail/gateway"
)

const (
	secret  = "0123456789abcdef0123456789abcdef"
	paying  = "990100200300400"
	opening = 100_000_00
	day     = area.Date("2026-10-12")
)

// town is a bank and a city that speaks to it.
type town struct {
	*banksim.Bank
	city *gateway.Bank
	o    banksim.Options
}

func open(t *testing.T, form string, change func(*banksim.Options)) town {
	t.Helper()
	p, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := bankhttp.NewHMAC(secret)
	if err != nil {
		t.Fatal(err)
	}
	o := banksim.Options{Layout: p.Banks[form], Signer: signer, Now: time.Now, Unit: "9901001", Debit: paying, Opening: opening}
	if change != nil {
		change(&o)
	}
	bank, err := banksim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(bank)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	wire, err := bankhttp.New(bankhttp.Settings{URL: server.URL + "/v1", KeyID: "k1", Signer: signer, Timeout: time.Second, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	city, err := gateway.New(gateway.Settings{ID: "sim", County: "990101000000", Layout: o.Layout, Statements: gateway.FormISO20022, Unit: "9901001", UnitName: "示例县民政局",
		Debit: paying, AgentBank: "990100000017", AnswerLimit: time.Hour, Wire: wire})
	if err != nil {
		t.Fatal(err)
	}
	return town{bank, city, o}
}

// batch pays 100.00 to each account.
func (c town) batch(id string, accounts ...string) rail.Batch {
	b := rail.Batch{ID: id, Execute: day, Created: time.Date(2026, 10, 11, 9, 0, 0, 0, time.UTC)}
	for n, a := range accounts {
		b.Items = append(b.Items, rail.Item{Seq: n + 1, Reference: fmt.Sprintf("%s-%d", id, n+1), Account: rail.Private(a), Holder: "张示例", Fen: 100_00, Memo: "急难救助 2026-10"})
	}
	return c.city.Debit(b)
}

func (c town) send(t *testing.T, b rail.Batch) bankhttp.Answer {
	t.Helper()
	file, err := c.city.File(b)
	if err != nil {
		t.Fatal(err)
	}
	return c.city.Wire().Send(t.Context(), file)
}

// words are what the bank's next return says of each payout of a batch.
func (c town) words(t *testing.T, b rail.Batch) []string {
	t.Helper()
	a := c.city.Wire().Returns(t.Context(), b.ID)
	if a.Outcome != bankhttp.Accepted {
		return []string{string(a.Outcome) + " " + a.Code}
	}
	r, err := c.city.ReadReturn(bytes.NewReader(a.Body))
	if err != nil {
		t.Fatal(err)
	}
	results, err := r.Results(b, false)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, i := range results {
		all = append(all, strings.TrimSpace(fmt.Sprint(i.Status, " ", i.Reason)))
	}
	return all
}

func account(ending string) string { return "62000000000" + ending }

// Each misbehaviour of a payout, in every form: what the bank says at first, the
// same again, and in the end; and what the payee has got.
func TestPayoutsMisbehave(t *testing.T) {
	for _, form := range []string{"demo_rural", "demo_city", gateway.FormISO20022} {
		var accounts []string
		for _, e := range banksim.Endings() {
			if e.Digits < "9020" {
				accounts = append(accounts, account(e.Digits))
			}
		}
		accounts = append(accounts, account("0017"))
		c := open(t, form, nil)
		b := c.batch("20261012-0001", accounts...)
		if a := c.send(t, b); a.Outcome != bankhttp.Accepted {
			t.Fatalf("%s: %v %s", form, a, a.Code)
		}
		first := []string{"failed name_mismatch", "failed account_unknown", "failed account_blocked", "failed account_closed", "failed id_mismatch", "failed no_funds", "failed duplicate", "failed other",
			"pending", "failed other", "succeeded", "", "succeeded", "succeeded"}
		last := slices.Clone(first)
		last[8], last[9], last[10] = "succeeded", "succeeded", "failed account_closed"
		switch form { // each form tells what it has words for
		case "demo_city":
			first[5], first[6], last[5], last[6], first[8] = "failed other", "failed other", "failed other", "failed other", ""
		case gateway.FormISO20022:
			first[4], last[4] = "failed other", "failed other"
		}
		for n, want := range [][]string{first, first, last, last} {
			if got := c.words(t, b); !slices.Equal(got, want) {
				t.Errorf("%s, return %d:\n%q, want\n%q", form, n+1, got, want)
			}
		}
		got := c.Received()
		for a, want := range map[string]int64{"9001": 0, "9008": 0, "9011": 100_00, "9012": 100_00, "9013": 0, "9014": 100_00, "9015": 200_00, "0017": 100_00} {
			if got[account(a)] != want {
				t.Errorf("%s: the account …%s has %d fen, want %d", form, a, got[account(a)], want)
			}
		}
	}
}

// Each misbehaviour of a whole batch, as its sender meets it.
func TestBatchesMisbehave(t *testing.T) {
	for _, test := range []struct {
		ending            string
		sent, asked, more string // outcome and code of Send, of the first question, of the second
		paid              int64
	}{
		{"9021", "refused REFUSED", "unknown not_there", "unknown not_there", 0},
		{"9022", "unknown server_error", "unknown not_there", "unknown not_there", 0},
		{"9023", "unknown timeout", "unknown server_error", "accepted", 100_00},
		{"9024", "unknown timeout", "unknown server_error", "unknown server_error", 0},
		{"9025", "unknown connection_cut", "accepted", "accepted", 100_00},
		{"9026", "unknown wrong_signature", "unknown wrong_signature", "accepted", 100_00},
		{"9027", "accepted", "accepted", "accepted", 100_00},
	} {
		c := open(t, "demo_rural", nil)
		b := c.batch("20261012-0001", account(test.ending))
		for n, got := range []bankhttp.Answer{c.send(t, b), c.city.Wire().Query(t.Context(), b.ID), c.city.Wire().Query(t.Context(), b.ID)} {
			if want := []string{test.sent, test.asked, test.more}[n]; strings.TrimSpace(fmt.Sprint(got.Outcome, " ", got.Code)) != want {
				t.Errorf("%s: answer %d is %s %s, want %s", test.ending, n+1, got.Outcome, got.Code, want)
			}
		}
		if test.ending == "9027" {
			for range 2 {
				if got := c.words(t, b); !slices.Equal(got, []string{"unknown no_return_yet"}) {
					t.Errorf("a slow bank says %q", got)
				}
			}
		}
		c.words(t, b)
		if err := c.Settle(); err != nil {
			t.Fatal(err)
		}
		if got := c.Received()[account(test.ending)]; got != test.paid {
			t.Errorf("%s: %d fen paid, want %d", test.ending, got, test.paid)
		}
	}
}

// The same batch is taken once, however often it is sent; another one under its
// id is neither taken nor refused; an end-to-end id is paid once in any batch.
func TestNothingIsPaidTwice(t *testing.T) {
	c := open(t, "demo_rural", nil)
	b := c.batch("20261012-0001", account("0017"))
	for range 3 {
		if a := c.send(t, b); a.Outcome != bankhttp.Accepted {
			t.Errorf("sent again: %v %s", a, a.Code)
		}
	}
	changed := c.batch("20261012-0001", account("0018"))
	if a := c.send(t, changed); a.Outcome != bankhttp.Unknown || a.Code != "CHANGED" {
		t.Errorf("another file under its id: %v %s", a, a.Code)
	}
	c.words(t, b)
	again := c.batch("20261012-0002", account("0017"))
	again.Items[0].Reference = b.Items[0].Reference
	c.send(t, again)
	if got := c.words(t, again); !slices.Equal(got, []string{"failed duplicate"}) {
		t.Errorf("the same end-to-end id in another batch: %q", got)
	}
	if got := c.Received(); got[account("0017")] != 100_00 || got[account("0018")] != 0 || c.Balance() != opening-100_00 || c.Batches() != 2 {
		t.Errorf("%v, %d fen left", got, c.Balance())
	}
	if err := c.Settle(); err != nil {
		t.Fatal(err)
	}
	if got := c.Received()[account("0017")]; got != 100_00 {
		t.Errorf("the last word pays what the first refused: %d", got)
	}
}

func TestAnEmptyAccountPaysNothing(t *testing.T) {
	c := open(t, "demo_rural", func(o *banksim.Options) { o.Opening = 150_00 })
	b := c.batch("20261012-0001", account("0017"), account("0018"))
	c.send(t, b)
	if got := c.words(t, b); !slices.Equal(got, []string{"succeeded", "failed no_funds"}) || c.Balance() != 50_00 {
		t.Errorf("%q, %d fen left", got, c.Balance())
	}
	if err := c.Deposit(day, 100_00); err != nil {
		t.Fatal(err)
	}
	if err := c.Settle(); err != nil || c.Balance() != 150_00 {
		t.Errorf("%v, %d fen left", err, c.Balance())
	}
}

// A bank that is not ours, or a request that was seen before, gets no answer.
func TestWhoeverIsNotTheCity(t *testing.T) {
	c := open(t, "demo_rural", nil)
	other, err := bankhttp.NewHMAC(strings.Repeat("x", 32))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(c.Bank)
	t.Cleanup(server.Close)
	wire, err := bankhttp.New(bankhttp.Settings{URL: server.URL, KeyID: "k1", Signer: other, Timeout: time.Second, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if a := wire.Query(t.Context(), "x"); a.Outcome != bankhttp.Unknown || a.Code != bankhttp.WhyUnsigned {
		t.Errorf("a stranger: %v %s", a, a.Code)
	}
	var replayed http.Header
	mirror := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		replayed = r.Header.Clone()
		c.ServeHTTP(w, r)
	}))
	t.Cleanup(mirror.Close)
	wire, err = bankhttp.New(bankhttp.Settings{URL: mirror.URL, KeyID: "k1", Signer: c.o.Signer, Timeout: time.Second, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	wire.Query(t.Context(), "x")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, mirror.URL+"/batches/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = replayed
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a request played again: %d", resp.StatusCode)
	}
}

// The statements of all days are one chain, and hold what was booked.
func TestStatementsOfTheDays(t *testing.T) {
	c := open(t, gateway.FormISO20022, nil)
	b := c.batch("20261012-0001", account("0017"), account("9013"), account("9001"))
	c.send(t, b)
	c.words(t, b)
	if err := c.Settle(); err != nil {
		t.Fatal(err)
	}
	closing := int64(opening)
	for d, want := range map[area.Date]int64{day: -200_00, "2026-10-13": 100_00} {
		file, err := c.Statement(d)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.city.ReadStatements(bytes.NewReader(file))
		if err != nil || len(got) != 1 || got[0].Moved() != want || got[0].Lines[0].Reference == "" {
			t.Errorf("%s: %+v, %v", d, got, err)
		}
		closing += want
	}
	if closing != c.Balance() {
		t.Errorf("the statements end at %d, the account at %d", closing, c.Balance())
	}
}

// A bank that is started again goes on where it ended, and a seed misbehaves the same way twice.
func TestTheBankIsTheSameAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bank.json")
	c := open(t, "demo_rural", func(o *banksim.Options) { o.State = file })
	b := c.batch("20261012-0001", account("0017"), account("9012"))
	c.send(t, b)
	c.words(t, b)
	if err := c.Behave(banksim.Lost); err != nil {
		t.Fatal(err)
	}
	if err := c.Behave("dance"); err == nil {
		t.Error("a batch can dance")
	}
	again, err := banksim.New(c.o)
	if err != nil {
		t.Fatal(err)
	}
	if again.Balance() != c.Balance() || fmt.Sprint(again.Overview()) != fmt.Sprint(c.Overview()) || !maps.Equal(again.Received(), c.Received()) {
		t.Errorf("%+v\n%+v", again.Overview(), c.Overview())
	}
	var told [][]string
	for range 2 {
		s := open(t, "demo_rural", func(o *banksim.Options) { o.Seed, o.Trouble = 7, 0.9 })
		var accounts []string
		for n := range 40 {
			accounts = append(accounts, fmt.Sprintf("620000000%04d", n))
		}
		b := s.batch("20261012-0001", accounts...)
		s.send(t, b)
		if err := s.Settle(); err != nil {
			t.Fatal(err)
		}
		told = append(told, s.words(t, b), []string{fmt.Sprint(s.Received())})
	}
	if !slices.Equal(told[0], told[2]) || !slices.Equal(told[1], told[3]) {
		t.Errorf("one seed, two histories:\n%q\n%q", told[:2], told[2:])
	}
}

// What people do at the page, and that it shows nobody and no account.
func TestThePageForPeople(t *testing.T) {
	c := open(t, "demo_rural", nil)
	b := c.batch("20261012-0001", account("0017"), account("0018"))
	c.send(t, b)
	server := httptest.NewServer(c.Bank)
	t.Cleanup(server.Close)
	call := func(method, path string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/v1/admin"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	for path, want := range map[string]int{"/behave?as=lost": 204, "/behave?as=dance": 422, "/settle": 204, "/deposit?day=2026-10-12&fen=100": 204, "/deposit?fen=-1": 422, "/other": 404} {
		if got, body := call(http.MethodPost, path); got != want {
			t.Errorf("POST %s: %d %s, want %d", path, got, body, want)
		}
	}
	code, shown := call(http.MethodGet, "")
	if code != 200 || !strings.Contains(shown, `"succeeded"`) || !strings.Contains(shown, `"lost"`) || strings.Contains(shown, account("0017")) || strings.Contains(shown, paying) || strings.Contains(shown, "张") {
		t.Errorf("%d %s", code, shown)
	}
	if code, file := call(http.MethodGet, "/statement?day=2026-10-12"); code != 200 || !strings.Contains(file, "camt.053") {
		t.Errorf("%d %s", code, file)
	}
	if code, _ := call(http.MethodGet, "/statement?day=never"); code != 422 {
		t.Errorf("a statement of never: %d", code)
	}
}
