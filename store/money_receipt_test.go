package store

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

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
	in.Photo, in.SignedImage = in.SignedImage, strings.ToUpper(in.SignedImage)
	m.refuse(t, "worker1", "one_photo_twice", receive)
	in.Photo, in.SignedImage = m.photo(t, "worker1", tk, png(50)), m.photo(t, "worker1", tk, png(51))
	in.DeviceAt = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC)
	m.refuse(t, "worker1", "bad_time", receive)
	in.DeviceAt = time.Time{}
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

// One photo proves one hand-over, whatever name it is uploaded under.
func TestPhotoProvesOnce(t *testing.T) {
	m := newTill(t, 5_000_000)
	receive := func(person int, picture []byte) func(*Tx) error {
		tk, d := m.decided(t, person, 80_000)
		p := m.started(t, "worker1", d)
		m.must(t, "worker1", issuing(t, p))
		in := relief.ReceiptInput{PublicID: uuid.NewString(), Photo: m.photo(t, "worker1", tk, picture), Signature: relief.SignatureScreen,
			SignedImage: m.photo(t, "worker1", tk, png(90))}
		return func(tx *Tx) error {
			_, err := relief.Receive(t.Context(), tx, p.PublicID, in, moneyRules())
			return err
		}
	}
	m.must(t, "worker1", receive(1, png(91)))
	m.refuse(t, "worker1", "photo_used", receive(2, png(91)))
	m.must(t, "worker1", receive(3, png(92)))
	m.sound(t)
}

// Who handed the money over does not ask the citizen whether it came.
func TestPayerDoesNotClose(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk, d := m.decided(t, 1, 80_000)
	p := m.started(t, "worker1", d)
	m.must(t, "head", issuing(t, p))
	m.must(t, "head", m.receiving(t, "head", tk, p, "worker2"))
	closing := func(tx *Tx) error {
		now, err := tx.Ticket(t.Context(), tk.ID)
		if err != nil {
			return err
		}
		_, err = relief.Close(t.Context(), tx, tk.ID, now.Version, "satisfied", "")
		return err
	}
	for _, login := range []string{"head", "worker2", "worker1"} {
		m.refuse(t, login, "own_work", closing)
	}
	m.must(t, "county", closing)
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
		photo, signed := m.photo(t, "worker1", tk, png(60+i)), m.photo(t, "worker1", tk, png(59))
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
