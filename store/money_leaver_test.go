package store

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// inNameOf is what the first person does in the name of somebody who is gone; its id comes out of it.
func inNameOf(t *testing.T, kind ledger.AdvanceKind, place area.Code, holder string, fen int64, note string, out *string) func(*Tx) error {
	return func(tx *Tx) error {
		a, err := relief.OfferAdvance(t.Context(), tx, relief.AdvanceInput{PublicID: uuid.NewString(), Kind: kind, Area: place, Holder: holder, Fen: fen, Note: note}, policyOf())
		if err == nil && out != nil {
			*out = a.PublicID
		}
		return err
	}
}

// claimed is what is still to be had from somebody for a float.
func (m *till) claimed(t *testing.T, place area.Code, login string) (fen int) {
	t.Helper()
	m.must(t, "auditor", func(tx *Tx) error {
		a, err := tx.AccountNow(t.Context(), ledger.ClaimOn(place, m.actor(t, login).StaffID))
		fen = int(a.Posted)
		return err
	})
	return fen
}

// verified sums the books up anew.
func (m *till) verified(t *testing.T) {
	t.Helper()
	if v, err := m.db.VerifyLedger(t.Context()); err != nil || len(v.Faults) != 0 {
		t.Errorf("the books: %+v (%v)", v.Faults, err)
	}
}

func (m *till) leaves(t *testing.T, login string) error {
	t.Helper()
	return m.db.InTx(t.Context(), act.SystemConsole, func(tx *Tx) error {
		_, err := tx.LeaveStaff(t.Context(), login, "has died")
		return err
	})
}

// Somebody dies with an advance, a payout's cash and a payout that the advance was to pay:
// two others settle it, the payouts wait for a colleague, what is missing is claimed and
// paid back after the person has left.
func TestWhatSomebodyWhoIsGoneCarriedIsSettled(t *testing.T) {
	m := newTill(t, 1_000_000)
	m.advanced(t, "worker1", 150_000)
	tk, d := m.decided(t, 1, 60_000)
	promised := m.advancing(t, "worker1", d)
	m.must(t, "worker1", issuing(t, promised))
	_, d = m.decided(t, 2, 80_000)
	inHand := m.started(t, "worker1", d)
	m.must(t, "worker1", issuing(t, inHand))
	if err := m.leaves(t, "worker1"); codeOf(err) != "cash_in_hand" {
		t.Fatalf("left with cash: %v", err)
	}

	var id string
	m.must(t, "head", inNameOf(t, ledger.AdvanceSettle, testTownship, "worker1", 190_000, "has died; the family brought it", &id))
	m.refuse(t, "head", "advance_waits", inNameOf(t, ledger.AdvanceSettle, testTownship, "worker1", 190_000, "again", nil))
	m.refuse(t, "head", "own_hands", answering(t, id, ledger.AdvanceSigned, ""))
	for _, other := range []string{"worker1", "worker2", "county", "auditor", "stranger"} {
		m.refuse(t, other, "not_found", answering(t, id, ledger.AdvanceSigned, ""))
	}
	m.carriesNow(t, "worker1", 150_000, 60_000)
	m.sound(t)
	m.must(t, "finance", answering(t, id, ledger.AdvanceSigned, ""))
	m.carriesNow(t, "worker1", 0, 0)
	if claim, float, cash := m.claimed(t, testTownship, "worker1"), m.balance(t, ledger.Float), m.balance(t, ledger.Cash); claim != 40_000 || float != 960_000 || cash != 0 {
		t.Errorf("claimed %d, the float holds %d, hands %d", claim, float, cash)
	}
	if v := m.imprest(t); v.ClaimedFen != 40_000 || v.MissingFen != 0 {
		t.Errorf("the float is held against %+v", v)
	}
	m.sound(t)
	m.verified(t)

	m.advanced(t, "worker2", 100_000)
	m.must(t, "worker2", issuing(t, promised))
	m.must(t, "worker2", m.receiving(t, "worker2", tk, promised, ""))
	m.must(t, "worker2", issuing(t, inHand))
	if err := m.leaves(t, "worker1"); err != nil {
		t.Fatalf("left with empty hands: %v", err)
	}
	m.refuse(t, "head", "nothing_carried", inNameOf(t, ledger.AdvanceSettle, testTownship, "worker1", 0, "once more", nil))
	m.refuse(t, "head", "above_claim", inNameOf(t, ledger.AdvanceRepay, testTownship, "worker1", 40_100, "receipt 7", nil))
	m.must(t, "head", inNameOf(t, ledger.AdvanceRepay, testTownship, "worker1", 25_000, "receipt 7", &id))
	var twice string
	m.must(t, "head", inNameOf(t, ledger.AdvanceRepay, testTownship, "worker1", 25_000, "receipt 7 again", &twice))
	m.refuse(t, "county", "not_found", answering(t, id, ledger.AdvanceSigned, ""))
	m.must(t, "finance", answering(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "finance", "above_claim", answering(t, twice, ledger.AdvanceSigned, ""))
	m.must(t, "finance", answering(t, twice, ledger.AdvanceDeclined, "the same receipt"))
	if claim := m.claimed(t, testTownship, "worker1"); claim != 15_000 {
		t.Errorf("still claimed: %d", claim)
	}
	m.must(t, "auditor", func(tx *Tx) error {
		claims, err := tx.AdvanceClaims(t.Context(), false)
		if len(claims) != 1 || claims[0].OpenFen != 15_000 || claims[0].Login != "worker1" {
			t.Errorf("listed as open: %+v", claims)
		}
		open, openErr := tx.OpenItems(t.Context(), testCounty, area.DateOf(tx.Now()))
		if len(open) != 1 || open[0].Kind != ledger.OpenClaim || open[0].Fen != 15_000 {
			t.Errorf("does not agree: %+v", open)
		}
		report, reportErr := tx.MonthReport(t.Context(), testCounty, area.DateOf(tx.Now()), area.DateOf(tx.Now()))
		if report.ClaimedFen != 40_000 || report.RepaidFen != 25_000 || !report.Agrees {
			t.Errorf("the report: %+v", report)
		}
		return errors.Join(err, openErr, reportErr)
	})
	m.sound(t)
	m.verified(t)
}

// What is handed back above the books goes into the float and waits for an explanation, and
// nobody settles over what has changed or waits.
func TestASettlementIsWeighedAgain(t *testing.T) {
	m := newTill(t, 1_000_000)
	for _, tt := range []struct{ login, code, holder, note string }{
		{"worker2", "not_found", "worker1", "gone"}, {"finance", "not_found", "worker1", "gone"}, {"stranger", "not_found", "worker1", "gone"},
		{"head", "reason_required", "worker1", ""}, {"head", "unknown_staff", "nobody", "gone"}, {"head", "own_hands", "head", "gone"}, {"head", "nothing_carried", "worker1", "gone"},
	} {
		m.refuse(t, tt.login, tt.code, inNameOf(t, ledger.AdvanceSettle, testTownship, tt.holder, 0, tt.note, nil))
	}
	m.refuse(t, "county", "wrong_level", inNameOf(t, ledger.AdvanceSettle, testCounty, "worker1", 0, "gone", nil))
	m.refuse(t, "head", "unknown_staff", offering(t, ledger.AdvanceSettle, "", 0, "in nobody's name", nil))
	m.advanced(t, "worker1", 100_000)
	waits := m.offered(t, "worker1", ledger.AdvanceHandOver, "worker2", 10_000, "")
	m.refuse(t, "head", "advance_waits", inNameOf(t, ledger.AdvanceSettle, testTownship, "worker1", 100_000, "gone", nil))
	m.must(t, "worker2", answering(t, waits, ledger.AdvanceDeclined, "nobody came"))

	var id string
	m.must(t, "county", inNameOf(t, ledger.AdvanceSettle, testTownship, "worker1", 100_000, "absent", &id))
	tk, d := m.decided(t, 1, 30_000) // the person comes back for a moment
	p := m.advancing(t, "worker1", d)
	m.must(t, "worker1", issuing(t, p))
	m.must(t, "worker1", m.receiving(t, "worker1", tk, p, ""))
	m.refuse(t, "finance", "settlement_changed", answering(t, id, ledger.AdvanceSigned, ""))
	m.refuse(t, "worker1", "not_found", answering(t, id, ledger.AdvanceDeclined, "I am here"))
	m.must(t, "county", answering(t, id, ledger.AdvanceWithdrawn, ""))
	m.must(t, "county", inNameOf(t, ledger.AdvanceSettle, testTownship, "worker1", 75_000, "absent", &id))
	m.must(t, "finance", answering(t, id, ledger.AdvanceSigned, ""))
	if float, suspense := m.balance(t, ledger.Float), m.balance(t, ledger.Suspense); float != 975_000 || suspense != -5_000 {
		t.Errorf("the float holds %d, unexplained are %d", float, suspense)
	}
	m.sound(t)
	m.verified(t)
}

// Cash of the county's float that a township's worker had taken out is claimed for that float.
func TestASettlementKnowsWhoseFloatItWas(t *testing.T) {
	m := newTill(t, 10_000)
	m.must(t, "finance", func(tx *Tx) error { return ledger.FundFloat(t.Context(), tx, testCounty, 500_000, "v2") })
	_, d := m.decided(t, 1, 80_000)
	p := m.started(t, "worker1", d)
	m.must(t, "worker1", issuing(t, p))
	var id string
	m.must(t, "head", inNameOf(t, ledger.AdvanceSettle, testTownship, "worker1", 20_000, "dismissed", &id))
	m.must(t, "finance", answering(t, id, ledger.AdvanceSigned, ""))
	if claim := m.claimed(t, testCounty, "worker1"); claim != 60_000 {
		t.Errorf("claimed for the county's float: %d", claim)
	}
	m.sound(t)
	m.verified(t)
	m.refuse(t, "head", "not_found", inNameOf(t, ledger.AdvanceRepay, testCounty, "worker1", 60_000, "receipt 1", nil))
	m.must(t, "county", inNameOf(t, ledger.AdvanceRepay, testCounty, "worker1", 60_000, "receipt 1", &id))
	m.must(t, "finance", answering(t, id, ledger.AdvanceSigned, ""))
	m.sound(t)
	m.verified(t)
}

// The database lets nobody settle for themself, nor in nobody's name.
func TestLeaverGuards(t *testing.T) {
	m := newTill(t, 1_000_000)
	m.advanced(t, "worker1", 100_000)
	m.must(t, "head", inNameOf(t, ledger.AdvanceSettle, testTownship, "worker1", 100_000, "gone", nil))
	const sign = `INSERT INTO advance_signatures (act_id, area_code, outcome, by_id, at) SELECT id, area_code, 'signed', %, now() FROM advance_acts WHERE kind = 'settle'`
	const add = `INSERT INTO advance_acts (public_id, kind, area_code, by_id, holder_id, fen, book_fen, note, at) SELECT gen_random_uuid(), kind, area_code, by_id, % FROM advance_acts WHERE kind = 'settle'`
	for _, tt := range []struct{ name, sql, with, want string }{
		{"signed by who began it", sign, `by_id`, "advance_signatures_two_people"},
		{"signed by who is gone", sign, `holder_id`, "advance_signatures_two_people"},
		{"in one's own name", add, `by_id, fen, book_fen, note, now()`, "advance_acts_holder"},
		{"in nobody's name", add, `NULL, fen, book_fen, note, now()`, "advance_acts_holder"},
		{"without a word", add, `holder_id, fen, book_fen, '', now()`, "advance_acts_holder"},
		{"without the books", add, `holder_id, fen, NULL, note, now()`, "advance_acts_count"},
	} {
		_, err := connect(t, m.urls.AppURL).Exec(t.Context(), "BEGIN; SELECT set_config('app.scope', '*', true); "+strings.ReplaceAll(tt.sql, "%", tt.with)+"; COMMIT")
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.ConstraintName != tt.want {
			t.Errorf("%s: the database said %v, want %s", tt.name, err, tt.want)
		}
	}
	m.sound(t)
}

// The cash of a reversed receipt is settled with the rest, for the float that it came out of, and is not given back twice.
func TestASettlementTakesTheCashOfAReversedReceipt(t *testing.T) {
	m := newTill(t, 10_000)
	m.must(t, "finance", func(tx *Tx) error { return ledger.FundFloat(t.Context(), tx, testCounty, 500_000, "v2") })
	tk, d := m.decided(t, 1, 80_000)
	p := m.started(t, "worker1", d)
	m.must(t, "worker1", issuing(t, p))
	m.must(t, "worker1", m.receiving(t, "worker1", tk, p, ""))
	m.must(t, "finance", func(tx *Tx) error {
		_, err := relief.ReversePayout(t.Context(), tx, p.PublicID, "never came")
		return err
	})
	givingBack := func(tx *Tx) error {
		_, err := relief.OfferAdvance(t.Context(), tx, relief.AdvanceInput{PublicID: uuid.NewString(), Kind: ledger.AdvanceGiveBack, Payout: p.PublicID, Receipt: "r-1"}, policyOf())
		return err
	}
	var id string
	m.must(t, "head", inNameOf(t, ledger.AdvanceSettle, testTownship, "worker1", 50_000, "dismissed", &id))
	m.must(t, "finance", answering(t, id, ledger.AdvanceSigned, ""))
	if claim, cash := m.claimed(t, testCounty, "worker1"), m.balance(t, ledger.Cash); claim != 30_000 || cash != 0 {
		t.Errorf("claimed for the county's float: %d, in hands %d", claim, cash)
	}
	m.refuse(t, "worker1", "given_back", givingBack)
	if open := m.open(t, ledger.OpenReversed); len(open) != 0 {
		t.Errorf("still open: %+v", open)
	}
	m.sound(t)
	m.verified(t)
}
