package store

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// offering is the first person's act with a standing advance; its id comes out of it.
func offering(t *testing.T, kind ledger.AdvanceKind, to string, fen int64, note string, out *string) func(*Tx) error {
	return func(tx *Tx) error {
		a, err := relief.OfferAdvance(t.Context(), tx, relief.AdvanceInput{PublicID: uuid.NewString(), Kind: kind, Area: testTownship, To: to, Fen: fen, Note: note}, policyOf())
		if err == nil && out != nil {
			*out = a.PublicID
		}
		return err
	}
}

func answering(t *testing.T, id string, o ledger.AdvanceOutcome, note string) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := relief.AnswerAdvance(t.Context(), tx, id, o, note)
		return err
	}
}

// offered offers something and gives back its id.
func (m *till) offered(t *testing.T, login string, kind ledger.AdvanceKind, to string, fen int64, note string) (id string) {
	t.Helper()
	m.must(t, login, offering(t, kind, to, fen, note, &id))
	return id
}

// advanced gives somebody a standing advance.
func (m *till) advanced(t *testing.T, login string, fen int64) {
	t.Helper()
	id := m.offered(t, "head", ledger.AdvanceIssue, login, fen, "")
	m.must(t, login, answering(t, id, ledger.AdvanceSigned, ""))
}

// carries is the posted balance of somebody's standing advance, and what is held of it.
func (m *till) carries(t *testing.T, login string) (posted, held int) {
	t.Helper()
	m.must(t, "auditor", func(tx *Tx) error {
		a, err := tx.AccountNow(t.Context(), ledger.AdvanceOf(testTownship, m.actor(t, login).StaffID))
		posted, held = int(a.Posted), int(a.PendingOut)
		return err
	})
	return posted, held
}

func (m *till) carriesNow(t *testing.T, login string, wantPosted, wantHeld int) {
	t.Helper()
	if posted, held := m.carries(t, login); posted != wantPosted || held != wantHeld {
		t.Errorf("%s carries %d with %d held, want %d with %d", login, posted, held, wantPosted, wantHeld)
	}
}

// A standing advance goes from the float through hands and back; every step takes two
// people, and until the second has signed the sum is held and nobody else's.
func TestAnAdvanceGoesFromHandToHand(t *testing.T) {
	m := newTill(t, 1_000_000)
	id := m.offered(t, "head", ledger.AdvanceIssue, "worker1", 150_000, "")
	m.carriesNow(t, "worker1", 0, 0)
	if n := m.count(t, `SELECT pending_out_fen FROM accounts WHERE kind = 'float'`); n != 150_000 {
		t.Errorf("%d fen of the float are held for the offer", n)
	}
	m.refuse(t, "head", "not_found", answering(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "worker2", "not_found", answering(t, id, ledger.AdvanceSigned, ""))
	m.must(t, "worker1", answering(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "worker1", "already_answered", answering(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "head", "already_answered", answering(t, id, ledger.AdvanceWithdrawn, ""))
	m.carriesNow(t, "worker1", 150_000, 0)
	m.sound(t)

	id = m.offered(t, "worker1", ledger.AdvanceHandOver, "worker2", 60_000, "end of shift")
	m.carriesNow(t, "worker1", 150_000, 60_000)
	m.refuse(t, "worker1", "cash_short", offering(t, ledger.AdvanceReturn, "", 100_000, "", nil))
	m.refuse(t, "worker2", "reason_required", answering(t, id, ledger.AdvanceDeclined, ""))
	m.must(t, "worker2", answering(t, id, ledger.AdvanceDeclined, "I count 50"))
	m.carriesNow(t, "worker1", 150_000, 0)
	id = m.offered(t, "worker1", ledger.AdvanceHandOver, "worker2", 50_000, "")
	m.must(t, "worker2", answering(t, id, ledger.AdvanceSigned, ""))
	m.carriesNow(t, "worker1", 100_000, 0)
	m.carriesNow(t, "worker2", 50_000, 0)
	m.sound(t)

	id = m.offered(t, "worker1", ledger.AdvanceReturn, "", 100_000, "")
	m.refuse(t, "worker1", "own_hands", answering(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "worker2", "not_found", answering(t, id, ledger.AdvanceSigned, ""))
	m.must(t, "finance", answering(t, id, ledger.AdvanceSigned, ""))
	m.carriesNow(t, "worker1", 0, 0)
	if got := m.balance(t, ledger.Float); got != 950_000 {
		t.Errorf("the float holds %d", got)
	}
	m.sound(t)
	if n := m.count(t, `SELECT count(*) FROM notices n JOIN staff s ON s.post_id = n.post_id WHERE n.template = 'advance_waits' AND s.login IN ('worker1', 'worker2')`); n != 3 {
		t.Errorf("who takes the money was told %d times, want 3", n)
	}
}

// What nobody may do with a standing advance.
func TestAdvancesAreRefused(t *testing.T) {
	m := newTill(t, 1_000_000)
	m.refuse(t, "worker1", "not_found", offering(t, ledger.AdvanceIssue, "worker2", 10_000, "", nil))
	m.refuse(t, "finance", "not_found", offering(t, ledger.AdvanceIssue, "worker2", 10_000, "", nil))
	m.refuse(t, "head", "own_hands", offering(t, ledger.AdvanceIssue, "head", 10_000, "", nil))
	m.refuse(t, "head", "unknown_staff", offering(t, ledger.AdvanceIssue, "agent", 10_000, "", nil))
	m.refuse(t, "head", "unknown_staff", offering(t, ledger.AdvanceIssue, "nobody", 10_000, "", nil))
	m.refuse(t, "head", "amount_not_positive", offering(t, ledger.AdvanceIssue, "worker1", 0, "", nil))
	m.refuse(t, "head", "advance_limit", offering(t, ledger.AdvanceIssue, "worker1", 200_100, "", nil))
	m.advanced(t, "worker1", 150_000)
	m.offered(t, "head", ledger.AdvanceIssue, "worker1", 40_000, "")
	m.refuse(t, "head", "advance_limit", offering(t, ledger.AdvanceIssue, "worker1", 10_100, "", nil)) // what waits counts
	m.advanced(t, "worker2", 180_000)
	m.refuse(t, "worker1", "advance_limit", offering(t, ledger.AdvanceHandOver, "worker2", 30_000, "", nil))
	m.refuse(t, "auditor", "not_found", offering(t, ledger.AdvanceHandOver, "worker2", 100, "", nil))
	m.refuse(t, "county", "cash_short", offering(t, ledger.AdvanceReturn, "", 100, "", nil))
	m.refuse(t, "stranger", "not_found", answering(t, m.offered(t, "worker1", ledger.AdvanceReturn, "", 100, ""), ledger.AdvanceSigned, ""))
	m.sound(t)
}

// What a count finds missing or too much is booked once a second person has signed, and county finance is told.
func TestAnAdvanceIsCounted(t *testing.T) {
	m := newTill(t, 1_000_000)
	m.advanced(t, "worker1", 100_000)
	m.must(t, "head", answering(t, m.offered(t, "worker1", ledger.AdvanceCount, "", 100_000, ""), ledger.AdvanceSigned, ""))
	if n := m.balance(t, ledger.Suspense); n != 0 {
		t.Errorf("a count that agrees has booked %d", n)
	}
	m.refuse(t, "worker1", "difference_unexplained", offering(t, ledger.AdvanceCount, "", 90_000, "", nil))
	id := m.offered(t, "worker1", ledger.AdvanceCount, "", 90_000, "ten notes of ten are gone")
	m.refuse(t, "worker1", "advance_waits", offering(t, ledger.AdvanceCount, "", 90_000, "again", nil))
	m.refuse(t, "worker1", "own_hands", answering(t, id, ledger.AdvanceSigned, ""))
	m.carriesNow(t, "worker1", 100_000, 0)
	m.must(t, "head", answering(t, id, ledger.AdvanceSigned, ""))
	m.carriesNow(t, "worker1", 90_000, 0)
	id = m.offered(t, "worker1", ledger.AdvanceCount, "", 95_000, "five notes were in the car")
	m.must(t, "county", answering(t, id, ledger.AdvanceSigned, ""))
	m.carriesNow(t, "worker1", 95_000, 0)
	if n := m.balance(t, ledger.Suspense); n != 5_000 {
		t.Errorf("%d fen are unexplained, want 50.00", n)
	}
	if n := m.count(t, `SELECT count(*) FROM notices n JOIN staff s ON s.post_id = n.post_id WHERE n.template = 'cash_difference' AND s.login = 'finance'`); n != 2 {
		t.Errorf("county finance was told %d times, want 2", n)
	}
	m.sound(t)
}

// advancing asks for a payout out of a standing advance.
func (m *till) advancing(t *testing.T, login string, d relief.Decision) (p ledger.Disbursement) {
	t.Helper()
	m.must(t, login, func(tx *Tx) (err error) {
		p, err = relief.StartPayout(t.Context(), tx, relief.PayoutInput{PublicID: uuid.NewString(), Decision: d.PublicID, Fen: d.Fen, Channel: ledger.ChannelAdvance}, moneyRules())
		return err
	})
	return p
}

func returning(t *testing.T, p ledger.Disbursement) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := relief.ReturnCash(t.Context(), tx, p.PublicID, "nobody at home")
		return err
	}
}

// The citizen is paid out of what the worker carries: the float is not touched, and what
// is taken on for one payout is nobody else's.
func TestAnAdvancePays(t *testing.T) {
	m := newTill(t, 1_000_000)
	m.advanced(t, "worker1", 100_000)
	tk, d := m.decided(t, 1, 80_000)
	p := m.advancing(t, "worker1", d)
	m.refuse(t, "worker2", "cash_short", issuing(t, p)) // carries nothing
	m.must(t, "worker1", issuing(t, p))
	m.carriesNow(t, "worker1", 100_000, 80_000)
	m.refuse(t, "worker1", "cash_short", offering(t, ledger.AdvanceHandOver, "worker2", 30_000, "", nil))
	m.refuse(t, "worker1", "cash_is_out", func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, p.PublicID, "x", moneyRules())
		return err
	})
	m.must(t, "worker1", returning(t, p))
	m.carriesNow(t, "worker1", 100_000, 0)
	m.sound(t)
	m.must(t, "worker1", issuing(t, p))
	receive := m.receiving(t, "worker1", tk, p, "")
	m.must(t, "worker1", receive)
	m.refuse(t, "worker1", "already_receipted", receive)
	m.carriesNow(t, "worker1", 20_000, 0)
	if float, spent := m.balance(t, ledger.Float), m.balance(t, ledger.Expense); float != 900_000 || spent != 80_000 {
		t.Errorf("the float holds %d, %d are spent", float, spent)
	}
	m.sound(t)
	m.must(t, "finance", func(tx *Tx) error {
		_, err := relief.ReversePayout(t.Context(), tx, p.PublicID, "never came")
		return err
	})
	m.carriesNow(t, "worker1", 100_000, 0) // the payer answers for it
	m.sound(t)
}

// Above the solo limit three people share it, and two hand it over.
func TestAnAdvancePaysALargeSum(t *testing.T) {
	m := newTill(t, 1_000_000)
	m.advanced(t, "worker1", 200_000)
	m.advanced(t, "worker2", 200_000)
	tk, d := m.decided(t, 1, 150_000)
	p := m.advancing(t, "worker1", d)
	m.must(t, "head", checking(t, p, p.Content))
	m.refuse(t, "worker1", "maker_is_payer", issuing(t, p))
	m.must(t, "worker2", issuing(t, p))
	m.carriesNow(t, "worker2", 200_000, 150_000)
	m.refuse(t, "worker2", "two_people_required", m.receiving(t, "worker2", tk, p, ""))
	m.must(t, "worker2", m.receiving(t, "worker2", tk, p, "worker1"))
	m.carriesNow(t, "worker2", 50_000, 0)
	m.sound(t)

	_, d = m.decided(t, 2, 90_000) // called off before anybody has taken it on
	p = m.advancing(t, "worker1", d)
	m.must(t, "worker1", func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, p.PublicID, "came twice", moneyRules())
		return err
	})
	m.sound(t)
}

// Several people reach for one advance at the same moment: it is handed out once.
func TestTwoRaceForOneAdvance(t *testing.T) {
	m := newTill(t, 2_000_000)
	m.advanced(t, "worker1", 100_000)
	worker, second := m.actor(t, "worker1"), m.actor(t, "worker2")
	_, one := m.decided(t, 1, 80_000)
	_, two := m.decided(t, 2, 70_000)
	first, other := m.advancing(t, "worker1", one), m.advancing(t, "worker1", two)
	race := func(acts ...func() error) (done int) {
		errs := make([]error, len(acts))
		var wg sync.WaitGroup
		for i := range acts {
			wg.Go(func() { errs[i] = acts[i]() })
		}
		wg.Wait()
		for _, err := range errs {
			if err == nil {
				done++
			} else if codeOf(err) == "" {
				t.Errorf("not a refusal: %v", err)
			}
		}
		return done
	}
	as := func(who act.Actor, fn func(*Tx) error) func() error {
		return func() error { return m.db.InTx(t.Context(), who, fn) }
	}
	done := race(as(worker, issuing(t, first)), as(worker, issuing(t, other)), as(worker, offering(t, ledger.AdvanceHandOver, "worker2", 60_000, "", nil)), as(worker, offering(t, ledger.AdvanceReturn, "", 90_000, "", nil)))
	if done != 1 {
		t.Errorf("%d acts have got hold of one advance", done)
	}
	m.sound(t)
	m.advanced(t, "worker2", 50_000)
	id := m.offered(t, "worker2", ledger.AdvanceHandOver, "head", 50_000, "")
	if done := race(as(second, answering(t, id, ledger.AdvanceWithdrawn, "")), as(m.actor(t, "head"), answering(t, id, ledger.AdvanceSigned, "")), as(m.actor(t, "head"), answering(t, id, ledger.AdvanceDeclined, "no"))); done != 1 {
		t.Errorf("one act was answered %d times", done)
	}
	m.sound(t)
}

// The database refuses, past the program, what the program must never do with an advance.
func TestAdvanceGuards(t *testing.T) {
	m := newTill(t, 1_000_000)
	m.advanced(t, "worker1", 100_000)
	m.offered(t, "worker1", ledger.AdvanceHandOver, "worker2", 10_000, "")
	const waiting = `(SELECT id FROM advance_acts WHERE kind = 'hand_over')`
	sign := func(outcome, who string) string {
		return `INSERT INTO advance_signatures (act_id, area_code, outcome, by_id, at) SELECT id, area_code, '` + outcome + `', (SELECT id FROM staff WHERE login = '` + who + `'), now() FROM advance_acts WHERE id = ` + waiting
	}
	const newAct = `INSERT INTO advance_acts (public_id, kind, area_code, by_id, to_id, fen, book_fen, at) SELECT gen_random_uuid(), %, area_code, by_id, # FROM advance_acts WHERE kind = 'hand_over'`
	added := func(kind, rest string) string { return strings.NewReplacer("%", kind, "#", rest).Replace(newAct) }
	for _, tt := range []struct{ name, sql, want string }{
		{"signed by the giver", sign("signed", "worker1"), "advance_signatures_two_people"},
		{"declined by the giver", sign("declined", "worker1"), "advance_signatures_two_people"},
		{"signed by a third", sign("signed", "head"), "advance_signatures_two_people"},
		{"withdrawn by the taker", sign("withdrawn", "worker2"), "advance_signatures_two_people"},
		{"declined without a reason", sign("declined", "worker2"), "advance_signatures_reason"},
		{"from one hand into the same", added(`'hand_over'`, `by_id, 5, NULL, now()`), "advance_acts_sides"},
		{"a hand-over to nobody", added(`'hand_over'`, `NULL, 5, NULL, now()`), "advance_acts_sides"},
		{"a difference without a word", added(`'count'`, `NULL, 5, 6, now()`), "advance_acts_count"},
		{"a sum changed", `UPDATE advance_acts SET fen = 1`, "permission denied"},
		{"a signature taken back", `DELETE FROM advance_signatures`, "permission denied"},
		{"more than is carried", `INSERT INTO ledger_entries (public_id, key, event, area_code, actor, at) VALUES (gen_random_uuid(), 'forged', 'advance_returned', '990101101000', 'x', now());
			` + forgedPostings(100000, `kind = 'float'`, -100000, `holder LIKE 'advance:%' AND posted_fen = 100000`), "accounts_never_below_zero"},
	} {
		_, err := connect(t, m.urls.AppURL).Exec(t.Context(), "BEGIN; SELECT set_config('app.scope', '*', true); "+tt.sql+"; COMMIT")
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || (pg.ConstraintName != tt.want && !strings.Contains(pg.Message, tt.want)) {
			t.Errorf("%s: the database said %v, want %s", tt.name, err, tt.want)
		}
	}
	m.sound(t)
}

// What is set aside for a payout that was taken on lies in the purse until the citizen has
// it: it is counted, and a count that finds less than that is not booked over it.
func TestACountWithCashSetAside(t *testing.T) {
	m := newTill(t, 1_000_000)
	m.advanced(t, "worker1", 150_000)
	_, d := m.decided(t, 1, 60_000)
	p := m.advancing(t, "worker1", d)
	m.must(t, "worker1", issuing(t, p))
	m.carriesNow(t, "worker1", 150_000, 60_000)
	m.refuse(t, "worker1", "difference_unexplained", offering(t, ledger.AdvanceCount, "", 90_000, "", nil)) // what is free is not all that lies there
	m.refuse(t, "worker1", "held_not_carried", offering(t, ledger.AdvanceCount, "", 59_900, "lost", nil))
	m.must(t, "head", answering(t, m.offered(t, "worker1", ledger.AdvanceCount, "", 150_000, ""), ledger.AdvanceSigned, ""))
	m.carriesNow(t, "worker1", 150_000, 60_000)
	m.must(t, "head", answering(t, m.offered(t, "worker1", ledger.AdvanceCount, "", 60_000, "the rest is lost"), ledger.AdvanceSigned, ""))
	m.carriesNow(t, "worker1", 60_000, 60_000)
	m.sound(t)
	m.must(t, "worker1", returning(t, p))
	m.must(t, "head", answering(t, m.offered(t, "worker1", ledger.AdvanceCount, "", 0, "all of it"), ledger.AdvanceSigned, ""))
	m.carriesNow(t, "worker1", 0, 0)
	m.sound(t)
}

// Who still carries an advance does not leave before it is seen what is open.
func TestWhoCarriesAnAdvanceDoesNotLeave(t *testing.T) {
	m := newTill(t, 1_000_000)
	m.advanced(t, "worker1", 150_000)
	id := m.offered(t, "worker1", ledger.AdvanceReturn, "", 150_000, "")
	leaving := func() error {
		return m.db.InTx(t.Context(), act.SystemConsole, func(tx *Tx) error {
			_, err := tx.LeaveStaff(t.Context(), "worker1", "moves away")
			return err
		})
	}
	fault, refused := errors.AsType[*act.Fault](leaving())
	if !refused || fault.Code != "cash_in_hand" || fault.Args["advance_fen"] != int64(150_000) || fault.Args["payouts_fen"] != int64(0) || fault.Args["waiting_fen"] != int64(150_000) {
		t.Fatalf("with an advance: %+v", fault)
	}
	m.must(t, "head", answering(t, id, ledger.AdvanceSigned, ""))
	if err := leaving(); err != nil {
		t.Errorf("with empty hands: %v", err)
	}
}
