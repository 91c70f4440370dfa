package store

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// A receipt happens whole or not at all.
func TestReceiptIsWhole(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk, d := m.decided(t, 1, 80_000)
	p := m.started(t, "worker1", d)
	m.must(t, "worker1", issuing(t, p))
	in := relief.ReceiptInput{PublicID: uuid.NewString(), Photo: uuid.NewString(), Signature: relief.SignatureWitness, SignedImage: uuid.NewString()}
	receive := func(tx *Tx) error {
		_, err := relief.Receive(t.Context(), tx, p.PublicID, in, moneyRules())
		return err
	}
	m.refuse(t, "worker1", "witness_required", receive)
	in.Witness = "neighbour"
	m.refuse(t, "worker1", "photo_not_ready", receive)
	in.Photo = m.photo(t, "worker1", m.taken(t, m.in, "12349001", 902), png(50)) // of another ticket
	m.refuse(t, "worker1", "photo_not_ready", receive)
	in.Photo, in.SignedImage = m.photo(t, "worker1", tk, png(50)), m.photo(t, "worker1", tk, png(51))
	in.Companion = "agent"
	m.refuse(t, "worker1", "unknown_staff", receive)
	if got := m.balance(t, ledger.Cash); got != 80_000 {
		t.Errorf("a refused receipt moved money: %d in hands", got)
	}
	in.Companion = ""
	m.must(t, "worker1", receive)
	m.must(t, "worker1", func(tx *Tx) error {
		views, err := tx.TicketReceipts(t.Context(), tk.ID)
		if err == nil && (len(views) != 1 || views[0].Witness != "neighbour" || views[0].Photo != in.Photo || views[0].DeviceAt != nil) {
			t.Errorf("receipts %+v", views)
		}
		return err
	})
}

// Many payouts at once through the same float and hands: no deadlock, no fen lost.
func TestManyAtOnce(t *testing.T) {
	m := newTill(t, 5_000_000)
	const many = 8
	worker := m.actor(t, "worker1")
	run := make([]func() error, many)
	for i := range run {
		tk, d := m.decided(t, 20+i, 80_000)
		var p ledger.Disbursement
		start := starting(t, d, uuid.NewString(), &p)
		photo, signed := m.photo(t, "worker1", tk, png(60)), m.photo(t, "worker1", tk, png(61))
		receive := func(tx *Tx) error {
			_, err := relief.Receive(t.Context(), tx, p.PublicID, relief.ReceiptInput{PublicID: uuid.NewString(), Photo: photo, Signature: relief.SignaturePaper, SignedImage: signed}, moneyRules())
			return err
		}
		run[i] = func() error {
			for _, fn := range []func(*Tx) error{start, func(tx *Tx) error { return issuing(t, p)(tx) }, receive} {
				if err := m.db.InTx(t.Context(), worker, fn); err != nil {
					return err
				}
			}
			return nil
		}
	}
	errs := make([]error, many)
	var wg sync.WaitGroup
	for i := range run {
		wg.Go(func() { errs[i] = run[i]() })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	m.sound(t)
	if got := m.balance(t, ledger.Float); got != 5_000_000-many*80_000 {
		t.Errorf("the float stands at %d", got)
	}
}
