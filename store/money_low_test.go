package store

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/relief"
)

// watched has the program look at floats, funds and budgets.
func (m *till) watched(t *testing.T, l relief.Limits) {
	t.Helper()
	err := m.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
		if err := relief.TellLow(t.Context(), tx, l); err != nil {
			return err
		}
		return relief.TellBudgets(t.Context(), tx)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// toldFinance is how often finance was told something about a place by now.
func (m *till) toldFinance(t *testing.T, template string, place area.Code) int {
	t.Helper()
	return m.count(t, `SELECT count(*) FROM notices n JOIN staff s ON s.post_id = n.post_id JOIN divisions d ON d.name = n.fields->>'area'
		WHERE n.template = ? AND s.login = 'finance' AND d.code = ?`, template, string(place))
}

// Whichever way a float goes down, county finance is told of it, once a day: by what was checked after it
// was started, by an advance, and of the county's own where that pays in the township's stead.
func TestAFloatIsLowHoweverItWentDown(t *testing.T) {
	l := moneyRules().Policy.Limits
	t.Run("two payouts that waited for their check", func(t *testing.T) {
		m := newTill(t, 2_300_000)
		var ps [2]ledger.Disbursement
		for i := range ps {
			_, d := m.decided(t, i+1, 480_000)
			ps[i] = m.started(t, "worker1", d)
		}
		m.watched(t, l)
		if n := m.toldFinance(t, "float_low", testTownship); n != 0 {
			t.Errorf("told %d times while nothing is held", n)
		}
		for _, p := range ps {
			m.must(t, "head", checking(t, p, p.Content))
		}
		m.watched(t, l)
		m.watched(t, l)
		if n := m.toldFinance(t, "float_low", testTownship); n != 1 {
			t.Errorf("told %d times of 13,400.00 of 50,000.00, want once", n)
		}
		m.moveClock(t, 24*time.Hour)
		m.watched(t, l)
		if n := m.toldFinance(t, "float_low", testTownship); n != 2 {
			t.Errorf("told %d times on two days", n)
		}
	})
	t.Run("an advance", func(t *testing.T) {
		m := newTill(t, 1_600_000)
		m.watched(t, l)
		if n := m.toldFinance(t, "float_low", testTownship); n != 0 {
			t.Errorf("told %d times of 16,000.00 of 50,000.00", n)
		}
		m.advanced(t, "worker1", 200_000)
		m.watched(t, l)
		if n := m.toldFinance(t, "float_low", testTownship); n != 1 {
			t.Errorf("told %d times, want once", n)
		}
	})
	t.Run("the county's own", func(t *testing.T) {
		m := newTill(t, 5_000_000)
		m.watched(t, l)
		if n := m.toldFinance(t, "float_low", testCounty); n != 0 {
			t.Errorf("told %d times of a float that never was", n)
		}
		m.must(t, "finance", func(tx *Tx) error { return ledger.FundFloat(t.Context(), tx, testCounty, 1_400_000, "c1") })
		m.watched(t, l)
		if n := m.toldFinance(t, "float_low", testCounty); n != 1 {
			t.Errorf("told %d times, want once", n)
		}
	})
	t.Run("the fund", func(t *testing.T) {
		m := newTill(t, 5_000_000)
		low := l
		low.FundFen, low.FundLowPercent = 400_000_000, 30 // 95,000,000 are there
		m.watched(t, low)
		if n := m.toldFinance(t, "fund_low", testCounty); n != 1 {
			t.Errorf("told %d times, want once", n)
		}
	})
}

// A budget of the year that nobody has renewed is told from December on, once a week, and no longer once it is set.
func TestABudgetIsNotRenewed(t *testing.T) {
	m := newTill(t, 5_000_000)
	budget := func(year int, voucher string) {
		m.must(t, "finance", func(tx *Tx) error {
			return ledger.SetBudget(t.Context(), tx, ledger.Budget{County: testCounty, AidKind: relief.AidUrgent, Year: year, Fen: 1_000_000, Voucher: voucher})
		})
	}
	now := time.Now()
	year := now.In(area.Shanghai).Year() + 1
	at := func(month time.Month, day int) { // moves the line's clock forward to a day of next year
		t.Helper()
		var is time.Time
		m.must(t, "finance", func(tx *Tx) error { is = tx.Now(); return nil })
		m.moveClock(t, time.Date(year, month, day, 12, 0, 0, 0, area.Shanghai).Sub(is))
		m.watched(t, moneyRules().Policy.Limits)
	}
	told := func(want int, when string) {
		t.Helper()
		if n := m.toldFinance(t, "budget_ended", testCounty); n != want {
			t.Errorf("%s: told %d times, want %d", when, n, want)
		}
	}
	at(time.November, 20)
	told(0, "no budget was ever set")
	budget(year, "b1")
	at(time.November, 27)
	told(0, "before December")
	at(time.December, 7)
	told(1, "in December")
	at(time.December, 8)
	told(1, "the same week")
	at(time.December, 15)
	told(2, "a week on")
	budget(year+1, "b2")
	at(time.December, 23)
	told(2, "once it is set")
}

// What the bank sent back is told to the citizen, and so is the payment that replaces it.
func TestTheCitizenIsToldOfWhatCameBack(t *testing.T) {
	m := newBankTill(t)
	citizens := func(template string, want int, when string) {
		t.Helper()
		if n := m.count(t, `SELECT count(*) FROM notices WHERE template = ? AND post_id IS NULL`, template); n != want {
			t.Errorf("%s: told %s %d times, want %d", when, template, n, want)
		}
	}
	tk, p := m.paying(t, 1, 80_000, cardNumber)
	first := m.sent(t)
	m.loaded(t, first, m.says(t, first, nil, rail.Succeeded))
	citizens("payment_citizen", 1, "arrived")
	citizens("returned_citizen", 0, "arrived")
	back := m.says(t, first, nil, rail.Failed)
	m.loaded(t, first, back)
	m.loaded(t, first, back)
	citizens("returned_citizen", 1, "came back")
	m.repaired(t, tk, p)
	m.must(t, "finance", reissuing(t, p))
	second := m.sent(t)
	m.loaded(t, second, m.says(t, second, nil, rail.Succeeded))
	citizens("payment_citizen", 2, "arrived anew")
	citizens("returned_citizen", 1, "arrived anew")
}

// A sum that never arrived was never told as paid: nothing is said of its failing.
func TestTheCitizenIsNotToldOfAFailure(t *testing.T) {
	m := newBankTill(t)
	m.paying(t, 1, 80_000, cardNumber)
	first := m.sent(t)
	m.loaded(t, first, m.says(t, first, nil, rail.Failed))
	if n := m.count(t, `SELECT count(*) FROM notices WHERE template IN ('returned_citizen', 'payment_citizen')`); n != 0 {
		t.Errorf("told %d times", n)
	}
}

// The bank is not proposed where the fund out of which it pays holds less than the sum.
func TestABankIsNotProposedOutOfAnEmptyFund(t *testing.T) {
	m := newBankTill(t)
	tk, d := m.decided(t, 1, 300_000)
	account := m.account(t, tk, cardNumber)
	proposed := func() ledger.RailOption {
		t.Helper()
		var options []ledger.RailOption
		m.must(t, "worker1", func(tx *Tx) (err error) {
			options, err = relief.Rails(t.Context(), tx, tk, 300_000, relief.BankStanding{There: true, Account: ledger.AccountVerified, Credits: tx.Now()}, moneyRules().Policy.Limits)
			return err
		})
		for _, o := range options {
			if o.Channel == ledger.ChannelBank {
				return o
			}
		}
		t.Fatalf("no bank among %+v", options)
		return ledger.RailOption{}
	}
	if o := proposed(); !o.Fits || !o.Possible || o.Why != ledger.WhyInTime {
		t.Errorf("with money in the fund: %+v", o)
	}
	m.must(t, "finance", func(tx *Tx) error {
		left, err := tx.FundLeft(t.Context(), testCounty)
		if err != nil {
			return err
		}
		return ledger.FundFloat(t.Context(), tx, testTownship, left-299_999, "all but 2,999.99")
	})
	if o := proposed(); o.Fits || o.Possible || o.Why != ledger.WhyFundEmpty {
		t.Errorf("a fen short: %+v", o)
	}
	m.must(t, "worker1", byBank(t, d, account, uuid.NewString(), nil)) // who insists is not refused before the check
}

// Pay day does not fill the township's day: an emergency after a month's list is paid as before it.
func TestAPayDayLeavesTheTownshipsDayAlone(t *testing.T) {
	m := newRunTill(t)
	m.entitled(t, 1, 1_200_000, card(1), "2026-01")
	m.entitled(t, 3, 1_200_000, card(3), "2026-01")
	month := ""
	m.must(t, "county", func(tx *Tx) error { month = tx.Now().Format("2006-01"); return nil })
	var r ledger.Run
	m.must(t, "county", makingMonth(t, month, &r))
	m.must(t, "county2", signingRun(t, r))
	m.carry(t)
	m.came(t, r, reservedLine, reservedLine)
	rules := moneyRules()
	rules.Policy.Limits.TownshipDayFen = 2_000_000
	_, d := m.decided(t, 7, 30_000)
	var p ledger.Disbursement
	m.must(t, "worker1", startingUnder(t, rules, d, uuid.NewString(), &p))
	if !p.Solo() || p.LevelWhy != "" {
		t.Errorf("300.00 after a list of 24,000.00: level %s because of %q", p.Level, p.LevelWhy)
	}
	m.sound(t)
}
