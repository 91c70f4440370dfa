package store

import (
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/relief"
)

// recovering books what a payee gives back of the claim to a try.
func recovering(t *testing.T, p ledger.Disbursement, try int, fen int64, voucher string) func(*Tx) error {
	return func(tx *Tx) error {
		c, err := tx.NewestClaim(t.Context(), p.ID, try)
		if err != nil {
			return err
		}
		return ledger.Recover(t.Context(), tx, &c, fen, voucher)
	}
}

// paidTwice is a payout whose first try has arrived after the second was sent: 800.00 by each.
func (m *bankTill) paidTwice(t *testing.T) (p ledger.Disbursement, second relief.Batch) {
	t.Helper()
	tk, p := m.paying(t, 1, 80_000, cardNumber)
	first := m.sent(t)
	m.loaded(t, first, m.says(t, first, nil, rail.Failed))
	m.repaired(t, tk, p)
	m.must(t, "finance", reissuing(t, p))
	second = m.sent(t)
	if got := m.loaded(t, first, m.says(t, first, nil, rail.Succeeded)); got.PaidTwice != 1 {
		t.Fatalf("paid twice: %+v", got)
	}
	return p, second
}

// A claim of which a fen came back is netted all the same when the second try proves dead: the first is
// the payment, and the fen is owed to the payee.
func TestTheRestOfATouchedClaimIsNetted(t *testing.T) {
	m := newBankTill(t)
	p, second := m.paidTwice(t)
	m.must(t, "finance", recovering(t, p, 1, 1, "r-1"))
	m.loaded(t, second, m.says(t, second, nil, rail.Failed))
	if s := m.state(t, p); s != ledger.StateSucceeded {
		t.Errorf("the payout is %s", s)
	}
	m.stands(t, "netted", map[ledger.Kind]int{ledger.Fund: fundAtFirst - 80_000 + 1, ledger.Returned: 0, ledger.InTransit: 0, ledger.Recovery: -1})
	if n := m.count(t, `SELECT count(*) FROM claims WHERE netted_at IS NOT NULL AND recovered_fen = fen + 1`); n != 1 {
		t.Errorf("%d claims are netted", n)
	}
	m.sound(t)
}

// A payout is not repaired for another try while an older one has arrived, though the newest has failed.
func TestFixLooksAtEveryTry(t *testing.T) {
	m := newBankTill(t)
	p, second := m.paidTwice(t)
	m.must(t, "finance", recovering(t, p, 1, 80_000, "r-1"))
	m.loaded(t, second, m.says(t, second, nil, rail.Failed))
	if s := m.state(t, p); s != ledger.StateFailed {
		t.Fatalf("the payout is %s", s)
	}
	var to relief.AccountView
	m.must(t, "worker1", func(tx *Tx) error {
		v, err := tx.TicketAccounts(t.Context(), 1)
		if err == nil {
			to = v[0]
		}
		return err
	})
	m.refuse(t, "worker1", "arrived_already", func(tx *Tx) error {
		_, err := relief.FixPayout(t.Context(), tx, p.PublicID, to.ID, policyOf())
		return err
	})
}

// Who has verified the account, or entered it, does not check the payout that goes there.
func TestTheCheckerIsNotWhoVerified(t *testing.T) {
	m := newBankTill(t)
	tk, d := m.decided(t, 1, 300_000)
	account := m.account(t, tk, cardNumber) // by the head
	var p ledger.Disbursement
	m.must(t, "worker1", byBank(t, d, account, "0197a0a0-0000-7000-8000-000000000001", &p))
	m.refuse(t, "head", "account_checker", checking(t, p, p.Content))
	if _, err := MoveClock(t.Context(), m.urls.OwnerURL, func(now time.Time, scale float64) (time.Time, float64) { return now.Add(time.Hour), scale }); err != nil {
		t.Fatal(err)
	}
	m.must(t, "county", checking(t, p, p.Content))
}

// Whoever sees everything for a moment does not answer for everything.
func TestAnswersForItsOwnAreaAlone(t *testing.T) {
	m := newBankTill(t)
	m.must(t, "worker1", func(tx *Tx) error {
		return tx.Wherever(t.Context(), func() error {
			for place, want := range map[area.Code]bool{testTownship: true, "990199999000": false, testCounty: false} {
				mine, err := tx.AnswersFor(t.Context(), place)
				if err != nil {
					return err
				}
				if mine != want {
					t.Errorf("%s: %v", place, mine)
				}
			}
			return nil
		})
	})
}
