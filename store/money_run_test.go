package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// runTill is a county whose lists of payouts are made by one duty officer and signed by another.
type runTill struct{ *bankTill }

func newRunTill(t *testing.T) *runTill {
	t.Helper()
	m := newBankTill(t)
	dir := area.Directory{Staff: []area.NewStaff{{Login: "county2", Name: "county2", Role: area.RoleCountyDuty, Area: testCounty, Phone: "+8619900000003"}}}
	if err := m.db.ImportDirectory(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	return &runTill{m}
}

// due is an approved decision with a verified account.
func (m *runTill) due(t *testing.T, person int, fen int64, number string) (ticket.Ticket, relief.Decision) {
	t.Helper()
	tk, d := m.decided(t, person, fen)
	m.account(t, tk, number)
	return tk, d
}

func card(n int) string { return fmt.Sprintf("62%017d", n) }

func making(t *testing.T, id string, out *ledger.Run, decisions ...relief.RunDecision) func(*Tx) error {
	return func(tx *Tx) error {
		r, err := relief.MakeRun(t.Context(), tx, relief.RunInput{PublicID: id, Decisions: decisions})
		if err == nil && out != nil {
			*out = r
		}
		return err
	}
}

func signingRun(t *testing.T, r ledger.Run) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := relief.SignRun(t.Context(), tx, r.PublicID, hex.EncodeToString(r.Content))
		return err
	}
}

// listed is a run of decisions, or of all that are due, that waits for its signature.
func (m *runTill) listed(t *testing.T, decisions ...relief.RunDecision) (r ledger.Run) {
	t.Helper()
	m.must(t, "county", making(t, uuid.NewString(), &r, decisions...))
	return r
}

// carry carries signed runs on until nothing is left of them.
func (m *runTill) carry(t *testing.T) {
	t.Helper()
	for {
		more, err := m.step(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return
		}
	}
}

func (m *runTill) step(ctx context.Context) (bool, error) {
	return m.db.CarryRun(ctx, func(ctx context.Context, tx relief.RunTx, r *ledger.Run) error {
		return relief.CarryRun(ctx, tx, r, 2, policyOf())
	})
}

// why is what became of the lines of a run: reserved, or the reason.
func (m *runTill) why(t *testing.T, r ledger.Run) (list []string) {
	t.Helper()
	m.must(t, "county", func(tx *Tx) error {
		lines, err := tx.RunLines(t.Context(), r.ID)
		for _, l := range lines {
			if l.State == ledger.LineLeftOut {
				list = append(list, l.Why)
			} else {
				list = append(list, string(l.State))
			}
		}
		return err
	})
	return list
}

// The whole way of a run: made by one, signed by another, carried out, paid by the bank.
func TestRunStory(t *testing.T) {
	m := newRunTill(t)
	var sum int64
	for n := 1; n <= 5; n++ {
		m.due(t, n, int64(n)*60_000, card(n)) // alone, by the township and by the county
		sum += int64(n) * 60_000
	}
	_, unverified := m.decided(t, 6, 80_000)
	m.refuse(t, "worker1", "not_found", making(t, uuid.NewString(), nil))
	m.refuse(t, "county", "line_not_due", making(t, uuid.NewString(), nil, relief.RunDecision{Decision: unverified.PublicID, Fen: 80_000}))
	id := uuid.NewString()
	var r, again ledger.Run
	m.must(t, "county", making(t, id, &r))
	m.must(t, "county", making(t, id, &again))
	if r.Lines != 5 || r.Fen != sum || again.ID != r.ID {
		t.Fatalf("made %+v, then %+v", r, again)
	}
	m.refuse(t, "county2", "id_reused", making(t, id, nil))
	m.refuse(t, "county2", "nothing_due", making(t, uuid.NewString(), nil)) // all of it stands on a run
	m.stands(t, "made", map[ledger.Kind]int{ledger.Fund: fundAtFirst, ledger.Expense: 0})
	m.refuse(t, "county", "maker_is_checker", signingRun(t, r))
	m.refuse(t, "finance", "not_found", signingRun(t, r))
	forged := r
	forged.Content = make([]byte, 32)
	m.refuse(t, "county2", "content_changed", signingRun(t, forged))
	m.must(t, "county2", signingRun(t, r))
	m.refuse(t, "county2", "not_in_this_state", signingRun(t, r))
	m.carry(t)
	m.stands(t, "reserved", map[ledger.Kind]int{ledger.Fund: fundAtFirst, ledger.Payable: -int(sum), ledger.Expense: int(sum)})
	if n := m.count(t, `SELECT pending_out_fen FROM accounts WHERE kind = 'fund'`); n != int(sum) {
		t.Errorf("the fund holds %d back", n)
	}
	if n := m.count(t, `SELECT count(*) FROM disbursements d JOIN staff a ON a.id = d.maker_id JOIN staff b ON b.id = d.checker_id WHERE d.state = 'reserved' AND d.level_why = 'run' AND a.login = 'county' AND b.login = 'county2'`); n != 5 {
		t.Errorf("%d payouts of the run are reserved", n)
	}
	if n := m.count(t, `SELECT count(*) FROM timeline WHERE kind = 'disbursement.reserved' AND data->>'run' = '`+r.PublicID+`'`); n != 5 {
		t.Errorf("%d tickets tell of it", n)
	}
	if n := m.count(t, `SELECT count(*) FROM notices WHERE template = 'run_done'`); n != 2 {
		t.Errorf("%d people of county finance were told", n)
	}
	b := m.sent(t)
	m.stands(t, "sent", map[ledger.Kind]int{ledger.Payable: 0, ledger.InTransit: -int(sum)})
	got := m.loaded(t, b, m.says(t, b, nil, rail.Succeeded, rail.Succeeded, rail.Failed, rail.Succeeded, rail.Succeeded))
	if got.Succeeded != 4 || got.Failed != 1 {
		t.Errorf("loaded %+v", got)
	}
	m.stands(t, "answered", map[ledger.Kind]int{ledger.Fund: fundAtFirst - int(sum) + 180_000, ledger.InTransit: 0, ledger.Returned: -180_000})
}
