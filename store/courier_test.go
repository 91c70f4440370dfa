package store

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/ledger/rail/banksim"
	"example.org/hotline/ledger/rail/gateway"
	"example.org/hotline/relief"
	"example.org/hotline/relief/courier"
	"example.org/hotline/ticket"
)

// wiredTill is a house whose county's bank is spoken to by the program: a
// simulated one, which misbehaves by the last digits of an account.
type wiredTill struct {
	*bankTill
	sim     *banksim.Bank
	courier *courier.Courier
	people  int
}

const simOpening = 100_000_000

func newWiredTill(t *testing.T, change func(*gateway.Settings, *banksim.Options)) *wiredTill {
	t.Helper()
	signer, err := bankhttp.NewHMAC(strings.Repeat("s", 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &wiredTill{bankTill: newBankTill(t)}
	s := w.bank.Settings
	o := banksim.Options{Layout: s.Layout, Signer: signer, Now: time.Now, Unit: s.Unit, Debit: s.Debit, Opening: simOpening}
	s.Patience, s.CountsOnce = time.Second, true
	if change != nil {
		change(&s, &o)
	}
	if w.sim, err = banksim.New(o); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(w.sim)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	wire, err := bankhttp.New(bankhttp.Settings{URL: server.URL, KeyID: "k1", Signer: signer, Timeout: s.Patience, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if s.Wire == nil {
		s.Wire = wire
	}
	if w.bank, err = gateway.New(s); err != nil {
		t.Fatal(err)
	}
	w.courier = courier.New(w.db, courier.Options{Banks: []courier.Bank{w.bank}, Rules: func(time.Time) relief.Rules { return moneyRules() }, Logger: slog.New(slog.DiscardHandler)})
	return w
}

// pays is one payout for each ending of an account, in a batch that was released.
func (w *wiredTill) pays(t *testing.T, endings ...string) (b relief.Batch, payouts []ledger.Disbursement) {
	t.Helper()
	for _, e := range endings {
		w.people++
		_, p := w.paying(t, w.people, 50_000, cardOf(w.people, e))
		payouts = append(payouts, p)
	}
	return w.sent(t), payouts
}

func cardOf(person int, ending string) string { return fmt.Sprintf("6200%07d%s", person, ending) }

// step lets the courier take everything that waits one step on, and tells where
// the newest errand then stands.
func (w *wiredTill) step(t *testing.T) string {
	t.Helper()
	w.hurry(t)
	carried, err := w.courier.Carry(t.Context(), w.bank)
	if err != nil || !carried {
		t.Fatalf("carried %v: %v", carried, err)
	}
	return w.errand(t)
}

func (w *wiredTill) hurry(t *testing.T) {
	t.Helper()
	w.bankDoes(t, func(tx *Tx) error {
		_, err := tx.exec(t.Context(), "hurry", `UPDATE bank_errands SET due_at = clock_timestamp() WHERE step <> 'done'`)
		return err
	})
}

func (w *wiredTill) bankDoes(t *testing.T, fn func(*Tx) error) {
	t.Helper()
	if err := w.db.InTx(t.Context(), act.SystemBank, fn); err != nil {
		t.Fatal(err)
	}
}

// errand is step and last word of the newest errand.
func (w *wiredTill) errand(t *testing.T) (stands string) {
	t.Helper()
	w.bankDoes(t, func(tx *Tx) error {
		return tx.scan(t.Context(), "look at the errand", `SELECT step || ': ' || said FROM bank_errands ORDER BY batch_id DESC LIMIT 1`, nil, &stands)
	})
	return stands
}

// agrees holds the books to the bank's: what has left the fund is what the bank
// has paid out and not got back, to the fen.
func (w *wiredTill) agrees(t *testing.T, when string) {
	t.Helper()
	if left, paid := fundAtFirst-w.balance(t, ledger.Fund), simOpening-int(w.sim.Balance()); left != paid {
		t.Errorf("%s: %d fen have left the fund, the bank has paid %d", when, left, paid)
	}
	w.sound(t)
}

// onceEach looks that no payee has got more than they were to get.
func (w *wiredTill) onceEach(t *testing.T, when string) {
	t.Helper()
	for account, fen := range w.sim.Received() {
		if fen > 50_000 {
			t.Errorf("%s: the account …%s has got %d fen", when, account[len(account)-4:], fen)
		}
	}
}

// A batch that was released is sent, acknowledged and answered without anybody's
// doing; then the bank is watched for a while.
func TestCourierStory(t *testing.T) {
	w := newWiredTill(t, nil)
	b, payouts := w.pays(t, "0017", "0018")
	for n, want := range []string{"fetch: accepted", "watch: accepted", "watch: accepted"} {
		if got := w.step(t); got != want {
			t.Errorf("step %d: %s, want %s", n+1, got, want)
		}
		if n == 0 && (w.state(t, payouts[0]) != ledger.StateAcked || w.batchState(t, b) != relief.BatchAcked) {
			t.Errorf("acknowledged: %s, batch %s", w.state(t, payouts[0]), w.batchState(t, b))
		}
	}
	for _, p := range payouts {
		if got := w.state(t, p); got != ledger.StateSucceeded {
			t.Errorf("payout %s", got)
		}
	}
	w.must(t, "finance", func(tx *Tx) error {
		v, err := tx.BatchView(t.Context(), b.PublicID)
		if err == nil && (v.Wire == nil || v.Wire.Step != relief.ErrandWatch || v.Wire.Said != "accepted" || v.Wire.SaidAt == nil) {
			t.Errorf("shown as %+v", v.Wire)
		}
		return err
	})
	if w.batchState(t, b) != relief.BatchAnswered || w.sim.Batches() != 1 || w.count(t, `SELECT count(*) FROM bank_files WHERE direction = 'in'`) != 1 {
		t.Errorf("batch %s, %d sent", w.batchState(t, b), w.sim.Batches())
	}
	w.agrees(t, "in the end")
	if n := w.count(t, `SELECT count(*) FROM audit_records WHERE action = 'bank.return_loaded'`); n != 1 {
		t.Errorf("%d returns on record", n)
	}
}

func (w *wiredTill) batchState(t *testing.T, b relief.Batch) (s relief.BatchState) {
	t.Helper()
	w.bankDoes(t, func(tx *Tx) error {
		return tx.scan(t.Context(), "look at the batch", `SELECT state FROM bank_batches WHERE public_id = ?`, []any{b.PublicID}, &s)
	})
	return s
}

// Every misbehaviour of a whole batch: how the courier goes on, and what is paid.
func TestCourierAndAMisbehavingBank(t *testing.T) {
	w := newWiredTill(t, nil)
	for _, test := range []struct {
		ending string
		steps  []string
		state  ledger.State
		paid   int64
	}{
		{"9021", []string{"done: refused REFUSED"}, ledger.StateFailed, 0},
		{"9022", []string{"ask: unknown server_error", "ask: unknown not_there", "ask: unknown not_there", "send: unknown not_there", "ask: unknown server_error"}, ledger.StateSent, 0},
		{"9023", []string{"ask: unknown timeout", "ask: unknown server_error", "fetch: accepted", "watch: accepted"}, ledger.StateSucceeded, 50_000},
		{"9024", []string{"ask: unknown timeout", "ask: unknown server_error", "ask: unknown server_error", "ask: unknown server_error", "ask: unknown server_error"}, ledger.StateSent, 0},
		{"9025", []string{"ask: unknown connection_cut", "fetch: accepted", "watch: accepted"}, ledger.StateSucceeded, 50_000},
		{"9026", []string{"ask: unknown wrong_signature", "ask: unknown wrong_signature", "fetch: accepted", "watch: accepted"}, ledger.StateSucceeded, 50_000},
		{"9027", []string{"fetch: accepted", "fetch: unknown no_return_yet", "fetch: unknown no_return_yet", "watch: accepted"}, ledger.StateSucceeded, 50_000},
	} {
		_, payouts := w.pays(t, test.ending)
		for n, want := range test.steps {
			if got := w.step(t); got != want {
				t.Fatalf("%s, step %d: %s, want %s", test.ending, n+1, got, want)
			}
		}
		if got := w.state(t, payouts[0]); got != test.state {
			t.Errorf("%s: payout %s, want %s", test.ending, got, test.state)
		}
		if got := w.sim.Received()[cardOf(w.people, test.ending)]; got != test.paid {
			t.Errorf("%s: %d fen paid, want %d", test.ending, got, test.paid)
		}
		w.bankDoes(t, func(tx *Tx) error {
			_, err := tx.exec(t.Context(), "rest", `UPDATE bank_errands SET due_at = clock_timestamp() + interval '1 day', step = 'done' WHERE step <> 'done'`)
			return err
		})
	}
	if w.sim.Batches() != 5 {
		t.Errorf("the bank has taken %d batches", w.sim.Batches())
	}
	w.agrees(t, "in the end")
	w.onceEach(t, "in the end")
}

// A bank that is never heard of again: its payouts are listed as unknown when the
// limit has passed, and stay so; nothing is sent under another id.
func TestCourierAndALostBatch(t *testing.T) {
	w := newWiredTill(t, nil)
	b, payouts := w.pays(t, "9024", "0018")
	for range 4 {
		w.step(t)
	}
	w.bankDoes(t, func(tx *Tx) error {
		return relief.BankUnanswered(t.Context(), tx, act.Timer{Subject: b.Subject(), Kind: relief.TimerBankUnanswered, Epoch: 1})
	})
	for range 3 {
		if got := w.step(t); got != "ask: unknown server_error" {
			t.Errorf("asked again: %s", got)
		}
	}
	for _, p := range payouts {
		if got := w.state(t, p); got != ledger.StateUnknown {
			t.Errorf("payout %s", got)
		}
	}
	w.refuse(t, "finance", "batch_open", func(tx *Tx) error { _, err := relief.CloseBatch(t.Context(), tx, w.bank, b.PublicID); return err })
	if n := w.count(t, `SELECT count(*) FROM disbursement_attempts`); n != 2 || w.sim.Batches() != 1 {
		t.Errorf("%d tries, %d batches with the bank", n, w.sim.Batches())
	}
	w.stands(t, "unknown", map[ledger.Kind]int{ledger.Fund: fundAtFirst, ledger.InTransit: -100_000})
}

// What a bank says of single payouts, and takes back later.
func TestCourierAndWhatBecomesOfPayouts(t *testing.T) {
	w := newWiredTill(t, nil)
	endings := []string{"9001", "9002", "9003", "9004", "9005", "9006", "9007", "9008", "9011", "9012", "9013", "0017"}
	_, payouts := w.pays(t, endings...)
	// "Seen before" says nothing of the one that was seen: what became of it stays open.
	first := map[string]ledger.State{"9007": ledger.StateAcked, "9011": ledger.StateAcked, "9013": ledger.StateSucceeded, "0017": ledger.StateSucceeded}
	last := map[string]ledger.State{"9007": ledger.StateAcked, "9011": ledger.StateSucceeded, "9012": ledger.StateSucceeded, "0017": ledger.StateSucceeded}
	w.step(t) // sent
	look := func(when string, want map[string]ledger.State) {
		t.Helper()
		for n, e := range endings {
			expected, ok := want[e]
			if !ok {
				expected = ledger.StateFailed
			}
			if got := w.state(t, payouts[n]); got != expected {
				t.Errorf("%s, …%s: %s, want %s", when, e, got, expected)
			}
		}
		w.agrees(t, when)
		w.onceEach(t, when)
	}
	if got := w.step(t); got != "fetch: accepted" { // one is still pending
		t.Errorf("the first return: %s", got)
	}
	look("first", first)
	if got := w.step(t); got != "fetch: accepted" {
		t.Errorf("the same return: %s", got)
	}
	look("the same again", first)
	if got := w.step(t); got != "fetch: accepted" { // one stays open
		t.Errorf("the last return: %s", got)
	}
	look("last", last)
}

// A try that failed and arrived after all, when the payout was paid anew: both
// are booked, and the second is to be claimed back.
func TestCourierAndALateSuccess(t *testing.T) {
	w := newWiredTill(t, nil)
	_, payouts := w.pays(t, "9012")
	p := payouts[0]
	w.step(t)
	w.step(t)
	if got := w.state(t, p); got != ledger.StateFailed {
		t.Fatalf("payout %s", got)
	}
	w.reissue(t, p)
	for range 3 {
		w.step(t)
	}
	if err := w.sim.Settle(); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		w.step(t)
	}
	if n := w.count(t, `SELECT count(*) FROM claims WHERE why = 'late_success' AND fen = 50000`); n != 1 {
		t.Errorf("%d claims", n)
	}
	if n := w.count(t, `SELECT count(*) FROM notices WHERE template = 'bank_paid_twice'`); n == 0 {
		t.Error("nobody was alarmed")
	}
	w.stands(t, "in the end", map[ledger.Kind]int{ledger.Fund: fundAtFirst - 100_000, ledger.Recovery: 50_000, ledger.InTransit: 0, ledger.Returned: 0})
	w.agrees(t, "in the end")
}

// reissue repairs a payout that failed and sends it anew.
func (w *wiredTill) reissue(t *testing.T, p ledger.Disbursement) {
	t.Helper()
	tk := ticket.ID(p.Case)
	id := uuid.NewString()
	number := cardOf(w.people, "0099")
	w.must(t, "worker1", func(tx *Tx) error {
		_, err := relief.EnterAccount(t.Context(), tx, tk, relief.AccountInput{PublicID: id, Number: number, Holder: "甲某"})
		return err
	})
	w.must(t, "head", func(tx *Tx) error { _, err := relief.VerifyAccount(t.Context(), tx, id, number); return err })
	w.must(t, "worker1", func(tx *Tx) error {
		_, err := relief.FixPayout(t.Context(), tx, p.PublicID, id, policyOf())
		return err
	})
	w.must(t, "finance", func(tx *Tx) error { _, err := relief.ReissuePayout(t.Context(), tx, p.PublicID); return err })
	w.sent(t)
}

// Where the program dies, the next claim goes on: what may have left is asked
// about, what the bank has never seen is sent again under its id, and what was
// taken over is not written down twice.
func TestCourierDiesAndGoesOn(t *testing.T) {
	for _, countsOnce := range []bool{true, false} {
		w := newWiredTill(t, func(s *gateway.Settings, _ *banksim.Options) { s.CountsOnce = countsOnce })
		w.pays(t, "0017")
		w.hurry(t)
		e, due, err := w.db.ClaimErrand(t.Context(), w.bank.ID(), time.Minute) // dies before it is sent
		if err != nil || !due || e.Step != relief.ErrandSending {
			t.Fatalf("%+v %v: %v", e, due, err)
		}
		if _, due, err := w.db.ClaimErrand(t.Context(), w.bank.ID(), time.Minute); due || err != nil {
			t.Errorf("two nodes at once: %v", err)
		}
		want := []string{"ask: unknown not_there", "ask: unknown not_there", "send: unknown not_there", "fetch: accepted"}
		if !countsOnce { // it stays unknown until a person has asked the bank
			want = []string{"ask: unknown not_there", "ask: unknown not_there", "ask: unknown not_there", "ask: unknown not_there"}
		}
		for n, step := range want {
			if got := w.step(t); got != step {
				t.Errorf("counts once %v, step %d: %s, want %s", countsOnce, n+1, got, step)
			}
		}
		err = w.db.SettleErrand(t.Context(), e, func(ctx context.Context, tx relief.Tx) error { return relief.AckBatch(ctx, tx, e.Batch) },
			func(int) relief.ErrandNext { return relief.ErrandNext{Step: relief.ErrandFetch} })
		if codeOf(err) != "errand_taken" {
			t.Errorf("who comes late writes all the same: %v", err)
		}
	}
	w := newWiredTill(t, nil)
	_, payouts := w.pays(t, "0017")
	w.hurry(t)
	e, _, err := w.db.ClaimErrand(t.Context(), w.bank.ID(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	file, err := w.db.BatchFile(t.Context(), e.Batch)
	if err != nil {
		t.Fatal(err)
	}
	w.bank.Wire().Send(t.Context(), file) // dies when the bank has it
	for n, want := range []string{"fetch: accepted", "watch: accepted"} {
		if got := w.step(t); got != want {
			t.Errorf("sent and not noted, step %d: %s, want %s", n+1, got, want)
		}
	}
	if w.state(t, payouts[0]) != ledger.StateSucceeded || w.sim.Batches() != 1 {
		t.Errorf("payout %s, %d batches", w.state(t, payouts[0]), w.sim.Batches())
	}
	w.agrees(t, "in the end")
}

// tampered is a wire on which a return is changed in a way that the signature would not let pass.
type tampered struct {
	bankhttp.Bank
	change func([]byte) []byte
}

func (w *tampered) Returns(ctx context.Context, batch string) bankhttp.Answer {
	a := w.Bank.Returns(ctx, batch)
	if w.change != nil && a.Body != nil {
		a.Body = w.change(a.Body)
	}
	return a
}

// A return that is one fen off, or of which a part is missing, is refused whole;
// the bank is asked for another one.
func TestCourierAndABrokenReturn(t *testing.T) {
	w := newWiredTill(t, nil)
	wire := &tampered{Bank: w.bank.Wire()}
	w.bank.Settings.Wire = wire
	_, payouts := w.pays(t, "0017", "0018")
	w.step(t)
	for why, change := range map[string]func([]byte) []byte{
		"amount_differs": func(b []byte) []byte { return bytes.Replace(b, []byte("500.00"), []byte("500.01"), 1) },
		"xml_broken":     func(b []byte) []byte { return b[:len(b)/2] },
		"not_in_batch": func(b []byte) []byte {
			return bytes.Replace(b, []byte("<OrgnlEndToEndId>"), []byte("<OrgnlEndToEndId>0"), 1)
		},
	} {
		wire.change = change
		if got := w.step(t); got != "fetch: accepted "+why {
			t.Errorf("%s: %s", why, got)
		}
		if n := w.count(t, `SELECT count(*) FROM bank_files WHERE direction = 'in'`); n != 0 || w.state(t, payouts[0]) != ledger.StateAcked {
			t.Errorf("%s: %d files kept, payout %s", why, n, w.state(t, payouts[0]))
		}
	}
	wire.change = nil
	if got := w.step(t); got != "watch: accepted" || w.state(t, payouts[0]) != ledger.StateSucceeded {
		t.Errorf("a sound one at last: %s, payout %s", got, w.state(t, payouts[0]))
	}
}

// The database itself lets no batch go back that the bank may have.
func TestAnErrandGoesForwardOnly(t *testing.T) {
	w := newWiredTill(t, nil)
	w.pays(t, "0017")
	w.step(t)
	for _, to := range []relief.ErrandStep{relief.ErrandSend, relief.ErrandSending, relief.ErrandAsk} {
		err := w.db.InTx(t.Context(), act.SystemBank, func(tx *Tx) error {
			_, err := tx.exec(t.Context(), "go back", `UPDATE bank_errands SET step = ?`, to)
			return err
		})
		if !violates(err, "bank_errands_forward") {
			t.Errorf("from fetch to %s: %v", to, err)
		}
	}
	for _, sql := range []string{`DELETE FROM bank_errands`, `UPDATE bank_errands SET batch_id = 2`} {
		if err := w.db.InTx(t.Context(), act.SystemBank, func(tx *Tx) error { _, err := tx.exec(t.Context(), "rewrite", sql); return err }); err == nil {
			t.Errorf("%s is allowed", sql)
		}
	}
	w.must(t, "worker1", func(tx *Tx) error {
		n := 0
		err := tx.scan(t.Context(), "look", `SELECT count(*) FROM bank_errands`, nil, &n)
		if n != 0 {
			t.Errorf("a worker of a township sees %d of the county's errands", n)
		}
		return err
	})
}

// Whatever a bank does by chance, over many batches and two couriers at once:
// nobody is paid twice, the books agree with the bank's, what is not known is listed.
func TestCourierUnderAnyTrouble(t *testing.T) {
	w := newWiredTill(t, func(_ *gateway.Settings, o *banksim.Options) { o.Seed, o.Trouble = 5, 0.5 })
	other := courier.New(w.db, courier.Options{Banks: []courier.Bank{w.bank}, Rules: func(time.Time) relief.Rules { return moneyRules() }, Logger: slog.New(slog.DiscardHandler)})
	for range 8 {
		w.pays(t, "0001", "0002", "0003")
	}
	for range 12 {
		w.hurry(t)
		done := make(chan error, 2)
		for _, c := range []*courier.Courier{w.courier, other} {
			go func() {
				for {
					more, err := c.Carry(t.Context(), w.bank)
					if err != nil || !more {
						done <- err
						return
					}
				}
			}()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		w.sound(t)
	}
	open := w.count(t, `SELECT count(*) FROM disbursement_attempts WHERE state IN ('sent','acked','unknown')`)
	known := w.count(t, `SELECT coalesce(sum(d.fen), 0) FROM disbursements d WHERE d.state = 'succeeded'`)
	if left := fundAtFirst - w.balance(t, ledger.Fund); left != known {
		t.Errorf("%d fen have left the fund, %d have arrived", left, known)
	}
	waiting := w.count(t, `SELECT count(*) FROM bank_errands WHERE step IN ('ask', 'fetch', 'send')`)
	if (open > 0) != (waiting > 0) {
		t.Errorf("%d payouts are open, %d errands go on", open, waiting)
	}
	t.Logf("%d of 24 payouts open, %d batches with the bank", open, w.sim.Batches())
}

// A bank that answers over the wire has its returns from there alone: a file that somebody
// brings is refused, but where the settings let files in.
func TestAWiredBankTakesNoFiles(t *testing.T) {
	w := newWiredTill(t, nil)
	b, _ := w.pays(t, "00000001")
	f := w.says(t, b, nil, rail.Succeeded)
	w.refuse(t, "finance", "bank_answers_itself", w.loading(t, b, f, nil))
	s := w.bank.Settings
	s.ReturnsByHand = true
	var err error
	if w.bank, err = gateway.New(s); err != nil {
		t.Fatal(err)
	}
	if got := w.loaded(t, b, f); got.Succeeded != 1 {
		t.Errorf("loaded by hand: %+v", got)
	}
	w.sound(t)
}
