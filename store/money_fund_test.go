package store

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// County finance is told once a day that their fund is low: whatever takes the money out, held or not, whoever does it.
func TestTheFundIsLow(t *testing.T) {
	m := newBankTill(t)
	l := moneyRules().Policy.Limits
	l.FundFen, l.FundLowPercent = 300_000_000, 30 // low below 90,000,000
	fill := func(fen int64, voucher string) {
		t.Helper()
		m.must(t, "finance", func(tx *Tx) error { return relief.FundFloat(t.Context(), tx, testTownship, fen, voucher, l) })
	}
	told := func(amount string) int {
		t.Helper()
		return m.count(t, `SELECT count(*) FROM notices n JOIN staff s ON s.post_id = n.post_id WHERE n.template = 'fund_low' AND s.login = 'finance' AND (? = '' OR n.fields->>'amount' = ?)`, amount, amount)
	}
	fill(5_000_000, "exactly thirty in a hundred are left")
	if n := told(""); n != 0 {
		t.Errorf("told %d times with just enough left", n)
	}
	fill(1, "one fen less")
	if n := told("899999.99"); n != 1 || told("") != 1 {
		t.Errorf("a fen below the line: told %d times", n)
	}
	fill(1, "the same day")
	if n := told(""); n != 1 {
		t.Errorf("told %d times on one day", n)
	}
	m.moveClock(t, 24*time.Hour)

	// A worker who does not see the fund takes it lower: by bank, what is to be checked first counts as well.
	tk, d := m.decided(t, 1, 320_000)
	account := m.account(t, tk, cardNumber)
	m.must(t, "worker1", func(tx *Tx) error {
		r := moneyRules()
		r.Policy.Limits = l
		_, err := relief.StartPayout(t.Context(), tx, relief.PayoutInput{PublicID: uuid.NewString(), Decision: d.PublicID, Fen: d.Fen, Channel: ledger.ChannelBank, Account: account}, r)
		return err
	})
	if n := told("896799.98"); n != 1 {
		t.Errorf("the next day, by bank: told %d times", n)
	}
	m.sound(t)
}
