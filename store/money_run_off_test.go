package store

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/paymaster"
)

// lame is a database of which the parts of one run always fail at their end.
type lame struct {
	*DB
	run string
}

func (l lame) CarryRun(ctx context.Context, do func(context.Context, relief.RunTx, *ledger.Run) error) (bool, error) {
	return l.DB.CarryRun(ctx, func(ctx context.Context, tx relief.RunTx, run *ledger.Run) error {
		if err := do(ctx, tx, run); err != nil || run.PublicID != l.run {
			return err
		}
		return errors.New("张三 cannot be written") // words that must not be kept
	})
}

func (l lame) master() *paymaster.Paymaster {
	return paymaster.New(l, paymaster.Options{Lines: 2, Logger: slog.New(slog.DiscardHandler), Rules: func(time.Time) relief.Rules { return relief.Rules{Policy: *policyOf()} }})
}

// carriedAll lets the paymaster work until nothing is due.
func (m *runTill) carriedAll(t *testing.T, p *paymaster.Paymaster) {
	t.Helper()
	for {
		more, err := p.Carry(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return
		}
	}
}

// A run that fails waits longer each time, tells people in the end, and stands in no other's way.
func TestAFailingRunHoldsNobodyUp(t *testing.T) {
	m := newRunTill(t)
	of := func(person int) (list []relief.RunDecision) {
		for n := range 3 {
			_, d := m.due(t, person+n, 80_000, card(person+n))
			list = append(list, relief.RunDecision{Decision: d.PublicID, Fen: 80_000})
		}
		return list
	}
	failing := m.signed(t, of(1)...) // the older one
	sound := m.signed(t, of(4)...)
	broken := lame{m.db, failing.PublicID}
	m.carriedAll(t, broken.master())
	m.came(t, failing, "waits", "waits", "waits")
	m.came(t, sound, reservedLine, reservedLine, reservedLine)

	for tries := 2; tries <= ledger.TriesOfAlarm; tries++ {
		m.carriedAll(t, broken.master()) // not due yet
		if n := m.count(t, `SELECT tries FROM payment_runs WHERE public_id = '`+failing.PublicID+`'`); n != tries-1 {
			t.Fatalf("%d tries, want %d", n, tries-1)
		}
		if n := m.count(t, `SELECT count(*) FROM notices WHERE template = 'run_stuck'`); n != 0 {
			t.Fatalf("%d were told after %d tries", n, tries-1)
		}
		m.advance(t, 10*time.Second<<(tries-2))
		m.carriedAll(t, broken.master())
	}
	if n := m.count(t, `SELECT count(*) FROM notices WHERE template = 'run_stuck'`); n != 3 {
		t.Errorf("%d people were told, want the duty officer whose turn it is and two of county finance", n)
	}
	var v relief.RunView
	m.must(t, "county", func(tx *Tx) (err error) {
		v, err = tx.RunView(t.Context(), failing.PublicID)
		return err
	})
	if v.Tries != ledger.TriesOfAlarm || v.Trouble != "internal" || v.NextAt == nil || v.Worked != 0 {
		t.Errorf("pages show %+v", v)
	}

	m.advance(t, time.Hour)
	m.carriedAll(t, lame{m.db, uuid.NewString()}.master()) // what was in the way is mended
	m.came(t, failing, reservedLine, reservedLine, reservedLine)
	m.must(t, "county", func(tx *Tx) (err error) {
		v, err = tx.RunView(t.Context(), failing.PublicID)
		return err
	})
	if v.State != ledger.RunDone || v.Tries != 0 || v.Trouble != "" || v.NextAt != nil {
		t.Errorf("afterwards pages show %+v", v)
	}
	m.sound(t)
}

// A long run takes turns with those that were signed after it.
func TestRunsTakeTurns(t *testing.T) {
	m := newRunTill(t)
	var list []relief.RunDecision
	for n := 1; n <= 5; n++ {
		_, d := m.due(t, n, 80_000, card(n))
		list = append(list, relief.RunDecision{Decision: d.PublicID, Fen: 80_000})
	}
	long := m.signed(t, list[:4]...)
	m.advance(t, time.Second)
	short := m.signed(t, list[4])
	for range 2 {
		m.advance(t, time.Second)
		if more, err := m.step(t.Context()); !more || err != nil {
			t.Fatalf("not carried on (%v)", err)
		}
	}
	m.came(t, long, reservedLine, reservedLine, "waits", "waits")
	m.came(t, short, reservedLine)
}

// advance has so much time go by, and none else.
func (m *runTill) advance(t *testing.T, by time.Duration) {
	t.Helper()
	if _, err := MoveClock(t.Context(), m.urls.OwnerURL, func(now time.Time, _ float64) (time.Time, float64) { return now.Add(by), 0.000001 }); err != nil {
		t.Fatal(err)
	}
}
