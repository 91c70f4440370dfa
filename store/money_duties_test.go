package store

import (
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// Above the solo limit: three people, each the right one, and two at the door.
func TestThreePeople(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk, d := m.decided(t, 1, 300_000)
	m.refuse(t, "worker2", "not_owner", starting(t, d, uuid.NewString(), nil))
	p := m.started(t, "worker1", d)
	if p.State != ledger.StateSubmitted || p.Level != ledger.LevelTownship {
		t.Fatalf("payout %+v", p)
	}
	m.refuse(t, "worker2", "not_in_this_state", issuing(t, p))
	for login, code := range map[string]string{"worker1": "not_found", "worker2": "not_found", "agent": "not_found", "auditor": "not_found", "county": "head_first"} {
		m.refuse(t, login, code, checking(t, p, p.Content))
	}
	wrong := slices.Clone(p.Content)
	wrong[0] ^= 1
	m.refuse(t, "head", "content_changed", checking(t, p, wrong))
	m.must(t, "head", checking(t, p, p.Content))
	m.refuse(t, "head", "not_in_this_state", checking(t, p, p.Content))
	m.refuse(t, "head", "checker_is_payer", issuing(t, p))
	m.refuse(t, "worker1", "maker_is_payer", issuing(t, p))
	m.refuse(t, "agent", "not_found", issuing(t, p))
	m.must(t, "worker2", issuing(t, p))
	m.refuse(t, "worker1", "not_payer", m.receiving(t, "worker1", tk, p, "worker2"))
	m.refuse(t, "worker2", "two_people_required", m.receiving(t, "worker2", tk, p, ""))
	m.refuse(t, "worker2", "two_people_required", m.receiving(t, "worker2", tk, p, "worker2"))
	m.refuse(t, "worker2", "unknown_staff", m.receiving(t, "worker2", tk, p, "stranger"))
	m.must(t, "worker2", m.receiving(t, "worker2", tk, p, "worker1"))
	m.sound(t)
}

// The head has ten minutes, then the county may check; above the township's limit only the county.
func TestCountyChecks(t *testing.T) {
	m := newTill(t, 5_000_000)
	_, d := m.decided(t, 1, 300_000)
	p := m.started(t, "worker1", d)
	m.moveClock(t, 10*time.Minute)
	err := m.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
		return relief.CheckUnanswered(t.Context(), tx, act.Timer{Subject: p.Subject(), Kind: ledger.TimerCheckUnanswered})
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := m.count(t, `SELECT count(*) FROM notices WHERE template = 'check_wanted'`); n < 1 {
		t.Error("the county was not asked")
	}
	m.must(t, "county", checking(t, p, p.Content))

	_, large := m.decided(t, 2, 600_000)
	q := m.started(t, "worker1", large)
	if q.Level != ledger.LevelCounty {
		t.Fatalf("level %s", q.Level)
	}
	m.refuse(t, "head", "county_must_check", checking(t, q, q.Content))
	m.must(t, "county", checking(t, q, q.Content))
	m.sound(t)
}

// moveClock moves app_now() for this test's database.
func (m *till) moveClock(t *testing.T, by time.Duration) {
	t.Helper()
	if _, err := connect(t, m.urls.OwnerURL).Exec(t.Context(), `UPDATE app_clock SET app_base = app_base + make_interval(secs => $1)`, by.Seconds()); err != nil {
		t.Fatal(err)
	}
}

// The agent who took the call may make the payout, and do nothing else with it.
func TestCallTaker(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk, d := m.decided(t, 1, 80_000)
	agent := m.actor(t, "agent")
	m.refuse(t, "agent", "not_owner", starting(t, d, uuid.NewString(), nil))
	if _, err := connect(t, m.urls.SuperURL).Exec(t.Context(), `UPDATE tickets SET call_taker_id = $1 WHERE id = $2`, int64(agent.StaffID), int64(tk.ID)); err != nil {
		t.Fatal(err)
	}
	p := m.started(t, "agent", d)
	m.refuse(t, "agent", "not_found", issuing(t, p))
	m.must(t, "worker1", issuing(t, p))

	// A head who answered the line: never checker, never payer.
	tk2, d2 := m.decided(t, 2, 300_000)
	head := m.actor(t, "head")
	if _, err := connect(t, m.urls.SuperURL).Exec(t.Context(), `UPDATE tickets SET call_taker_id = $1 WHERE id = $2`, int64(head.StaffID), int64(tk2.ID)); err != nil {
		t.Fatal(err)
	}
	q := m.started(t, "worker1", d2)
	m.refuse(t, "head", "call_taker_checks", checking(t, q, q.Content))
	m.moveClock(t, 11*time.Minute)
	m.must(t, "county", checking(t, q, q.Content))
	m.refuse(t, "head", "call_taker_pays", issuing(t, q))
}

// Nobody decides, makes, checks, pays or goes along for a relative.
func TestRelatives(t *testing.T) {
	m := newTill(t, 5_000_000)
	related := func(login string, person int) {
		staff := m.actor(t, login).StaffID
		m.declared(t, staff, identity(person))
	}
	related("worker1", 1)
	tk := m.found(t, 1)
	m.refuse(t, "worker1", "relative", func(tx *Tx) error {
		_, err := relief.Decide(t.Context(), tx, tk.ID, relief.DecideInput{PublicID: uuid.NewString(), Fen: 80_000, Reason: "r"}, moneyRules())
		return err
	})
	_, d := m.decided(t, 2, 300_000)
	p := m.started(t, "worker1", d)
	related("head", 2)
	m.refuse(t, "head", "relative", checking(t, p, p.Content))
	m.moveClock(t, 11*time.Minute)
	m.must(t, "county", checking(t, p, p.Content))
	related("worker2", 2)
	m.refuse(t, "worker2", "relative", issuing(t, p))

	_, d = m.decided(t, 3, 80_000)
	related("worker1", 3)
	m.refuse(t, "worker1", "relative", starting(t, d, uuid.NewString(), nil))
}

// Without the second signature within a day the maker's solo limit is frozen, and given back by it.
func TestSecondSignature(t *testing.T) {
	m := newTill(t, 5_000_000)
	_, d := m.decided(t, 1, 80_000)
	p := m.started(t, "worker1", d)
	sign := func(tx *Tx) error {
		_, err := relief.SecondSign(t.Context(), tx, p.PublicID, hex.EncodeToString(p.Content))
		return err
	}
	m.refuse(t, "worker1", "not_found", sign)
	due := func() {
		t.Helper()
		err := m.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
			return relief.SecondSignatureDue(t.Context(), tx, act.Timer{Subject: p.Subject(), Kind: ledger.TimerSecondSignature})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	m.moveClock(t, 24*time.Hour)
	due()
	due() // a repetition changes nothing
	if n := m.count(t, `SELECT count(*) FROM limit_freezes WHERE lifted_at IS NULL`); n != 1 {
		t.Errorf("%d freezes", n)
	}
	m.refuse(t, "worker1", "limit_frozen", issuing(t, p))
	_, d2 := m.decided(t, 2, 80_000)
	if q := m.started(t, "worker1", d2); q.Level != ledger.LevelTownship || q.State != ledger.StateSubmitted {
		t.Errorf("a frozen worker still pays alone: %+v", q)
	}
	m.must(t, "head", sign)
	_, d3 := m.decided(t, 3, 80_000)
	if q := m.started(t, "worker1", d3); q.Level != ledger.LevelSolo {
		t.Errorf("the limit was not given back: %+v", q)
	}
	m.must(t, "worker1", issuing(t, p))
	due() // after the signature: nothing
	if n := m.count(t, `SELECT count(*) FROM limit_freezes WHERE lifted_at IS NULL`); n != 0 {
		t.Errorf("%d freezes after the signature", n)
	}
}

// A payout that is called off or taken back cannot be signed any more: the limit
// that its missing signature froze comes back with its end.
func TestFreezeEndsWithThePayout(t *testing.T) {
	m := newTill(t, 5_000_000)
	frozen := func(p ledger.Disbursement) {
		t.Helper()
		m.moveClock(t, 24*time.Hour)
		err := m.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
			return relief.SecondSignatureDue(t.Context(), tx, act.Timer{Subject: p.Subject(), Kind: ledger.TimerSecondSignature})
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := m.count(t, `SELECT count(*) FROM limit_freezes WHERE disbursement_id = ? AND lifted_at IS NULL`, int64(p.ID)); n != 1 {
			t.Fatalf("%d freezes, want one", n)
		}
	}
	_, d := m.decided(t, 1, 80_000)
	p := m.started(t, "worker1", d)
	frozen(p)
	m.must(t, "worker1", func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, p.PublicID, "not needed any more", moneyRules())
		return err
	})
	tk, d := m.decided(t, 2, 80_000)
	q := m.started(t, "worker1", d)
	if q.Level != ledger.LevelSolo {
		t.Errorf("the limit stays frozen for ever: %+v", q)
	}
	m.must(t, "worker1", issuing(t, q))
	m.must(t, "worker1", m.receiving(t, "worker1", tk, q, ""))
	frozen(q)
	m.must(t, "finance", func(tx *Tx) error {
		_, err := relief.ReversePayout(t.Context(), tx, q.PublicID, "the receipt is another person's")
		return err
	})
	if n := m.count(t, `SELECT count(*) FROM limit_freezes WHERE lifted_at IS NULL`); n != 0 {
		t.Errorf("%d freezes after the reversal", n)
	}
	m.sound(t)
}

// What the pages offer is what the acts allow.
func TestNextActs(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk, d := m.decided(t, 1, 300_000)
	offered := func(login string) []string {
		var acts []string
		m.must(t, login, func(tx *Tx) error {
			views, err := tx.TicketDisbursements(t.Context(), tk.ID)
			for _, v := range views {
				acts = append(acts, v.NextActs...)
			}
			return err
		})
		return acts
	}
	want := func(state string, per map[string][]string) {
		t.Helper()
		for login, acts := range per {
			if got := offered(login); !slices.Equal(got, acts) {
				t.Errorf("%s: %s is offered %v, want %v", state, login, got, acts)
			}
		}
	}
	m.must(t, "worker1", func(tx *Tx) error {
		views, err := tx.TicketDecisions(t.Context(), tk.ID)
		if err == nil && (len(views) != 1 || !slices.Equal(views[0].NextActs, []string{"start_payout"})) {
			t.Errorf("decisions %+v", views)
		}
		return err
	})
	p := m.started(t, "worker1", d)
	want("submitted", map[string][]string{"worker1": {"cancel"}, "worker2": nil, "head": {"check", "cancel"}, "county": {"cancel"}, "agent": nil})
	m.must(t, "head", checking(t, p, p.Content))
	want("reserved", map[string][]string{"worker1": {"cancel"}, "worker2": {"issue_cash"}, "head": {"cancel"}})
	m.must(t, "worker2", issuing(t, p))
	want("cash_issued", map[string][]string{"worker1": nil, "worker2": {"receipt", "return_cash"}, "head": nil})
	m.must(t, "worker2", m.receiving(t, "worker2", tk, p, "worker1"))
	want("receipted", map[string][]string{"worker2": nil, "head": nil, "finance": {"reverse"}})
}
