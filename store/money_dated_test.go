package store

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// A limit changes at midnight in Shanghai while the program runs: each act is measured by the version of its moment, and
// what was made before keeps its own.
func TestALimitRisesAtMidnight(t *testing.T) {
	m := tillAtNoon(t)
	var midnight time.Time
	m.must(t, "worker1", func(tx *Tx) error {
		midnight = ticket.DateOf(tx.Now()).Next().At(0)
		return nil
	})
	low, high := moneyRules().Policy, moneyRules().Policy
	low.Version, low.ValidFrom, low.Limits.SoloFen = "low", "2021-01-01", 50_000
	high.Version, high.ValidFrom = "high", ticket.DateOf(midnight)
	versions := relief.Versions{&low, &high}
	start := func(d relief.Decision, channel ledger.Channel) (p ledger.Disbursement) {
		t.Helper()
		m.must(t, "worker1", func(tx *Tx) (err error) {
			r := relief.Rules{Policy: *versions.At(tx.Now()), Calendar: moneyRules().Calendar}
			p, err = relief.StartPayout(t.Context(), tx, relief.PayoutInput{PublicID: uuid.NewString(), Decision: d.PublicID, Fen: d.Fen, Channel: channel}, r)
			return err
		})
		return p
	}
	_, first := m.decided(t, 1, 80_000)
	_, second := m.decided(t, 2, 80_000)
	m.setClock(t, midnight.Add(-time.Minute))
	before := start(first, ledger.ChannelCash)
	if before.Level != ledger.LevelTownship || before.Policy != "low" || before.State != ledger.StateSubmitted {
		t.Errorf("the minute before: %+v", before)
	}
	m.setClock(t, midnight)
	after := start(second, ledger.ChannelCash)
	if after.Level != ledger.LevelSolo || after.Policy != "high" || after.State != ledger.StateReserved {
		t.Errorf("from midnight on: %+v", after)
	}
	m.must(t, "worker1", func(tx *Tx) error {
		d, err := tx.DisbursementForUpdate(t.Context(), before.ID)
		if d.Level != ledger.LevelTownship || d.Policy != "low" {
			t.Errorf("what was made before has changed: %+v", d)
		}
		return err
	})
	m.must(t, "head", checking(t, before, before.Content)) // it still needs, and takes, the head's word
	m.sound(t)
}
