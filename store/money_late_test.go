package store

import (
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/relief"
)

// A payout that was called off arrives after all: neither a list nor cash pays its decision
// again, until what arrived has come back.
func TestALateSuccessOfACancelledPayoutIsNotPaidAgain(t *testing.T) {
	m := newRunTill(t)
	tk, d := m.decided(t, 1, 80_000)
	account := m.account(t, tk, cardNumber)
	var p ledger.Disbursement
	m.must(t, "worker1", byBank(t, d, account, uuid.NewString(), &p))
	first := m.sent(t)
	m.loaded(t, first, m.says(t, first, nil, rail.Failed))
	m.must(t, "worker1", func(tx *Tx) error {
		_, err := relief.CancelPayout(t.Context(), tx, p.PublicID, "off", moneyRules())
		return err
	})
	var before ledger.Run // made while nobody knew
	m.must(t, "county", making(t, uuid.NewString(), &before))
	if got := m.loaded(t, first, m.says(t, first, nil, rail.Succeeded)); got.PaidTwice != 1 || m.state(t, p) != ledger.StateCancelled {
		t.Fatalf("late after it was called off: %+v", got)
	}
	m.must(t, "county2", signingRun(t, before))
	m.carry(t)
	if why := m.why(t, before); len(why) != 1 || why[0] != "payout_exists" {
		t.Errorf("the list that was made before came to %v", why)
	}
	m.refuse(t, "county", "nothing_due", making(t, uuid.NewString(), nil))
	m.refuse(t, "worker1", "paid_after_all", starting(t, d, uuid.NewString(), nil))
	m.must(t, "finance", recovering(t, p, 1, 30_000, "part"))
	m.refuse(t, "worker1", "amount_differs", func(tx *Tx) error { // part of it is back: no whole sum
		_, err := relief.StartPayout(t.Context(), tx, relief.PayoutInput{PublicID: uuid.NewString(), Decision: d.PublicID, Fen: d.Fen, Channel: ledger.ChannelCash}, moneyRules())
		return err
	})
	m.must(t, "finance", recovering(t, p, 1, 50_000, "rest"))
	m.must(t, "worker1", starting(t, d, uuid.NewString(), nil))
}
