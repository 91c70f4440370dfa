// Package paymaster carries out the payment runs that two people have signed, some lines at
// a time. How far a run has come stands in its row and is written with the payouts, so that
// any number of nodes may run one, and a crash leaves a run that goes on where it stopped.
package paymaster

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// Store is what the paymaster needs of the database.
type Store interface {
	// CarryRun takes a signed run that is due and that nobody else has in hand, and does something with it
	// in one transaction; false where none waits.
	CarryRun(ctx context.Context, do func(context.Context, relief.RunTx, *ledger.Run) error) (bool, error)
	// RunFailed takes a run of which a part was rolled back, as it was then, in a transaction of its own;
	// nothing is done where somebody has changed it since.
	RunFailed(ctx context.Context, failed ledger.Run, do func(context.Context, relief.RunTx, *ledger.Run) error) error
}

// Options of New. Zero values mean the default named beside them.
type Options struct {
	Rules  func(now time.Time) relief.Rules // in force at a moment
	Hands  int                              // 2: how many runs, of as many counties, go on at a time
	Lines  int                              // 250: in one transaction, for which others who pay out of the same budget wait
	Poll   time.Duration                    // 1 s: how often it looks
	Logger *slog.Logger
}

// Paymaster carries out what is signed.
type Paymaster struct {
	store Store
	o     Options
}

// New is a paymaster; Run starts it.
func New(store Store, o Options) *Paymaster {
	if o.Hands == 0 {
		o.Hands = 2
	}
	if o.Lines == 0 {
		o.Lines = 250
	}
	if o.Poll == 0 {
		o.Poll = time.Second
	}
	return &Paymaster{store: store, o: o}
}

// Run carries out until ctx ends.
func (p *Paymaster) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for range p.o.Hands {
		wg.Go(func() { p.serve(ctx) })
	}
	wg.Wait()
	return nil
}

func (p *Paymaster) serve(ctx context.Context) {
	tick := time.NewTicker(p.o.Poll)
	defer tick.Stop()
	for {
		more, err := true, error(nil)
		for more && err == nil && ctx.Err() == nil {
			more, err = p.Carry(ctx)
		}
		if err != nil && ctx.Err() == nil {
			p.o.Logger.Error("payment runs could not go on; they are tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Carry takes one run some lines further; false where none waits. A run that fails is put off, so that
// it stands in no other's way.
func (p *Paymaster) Carry(ctx context.Context) (bool, error) {
	var taken ledger.Run
	carried, err := p.store.CarryRun(ctx, func(ctx context.Context, tx relief.RunTx, run *ledger.Run) error {
		taken = *run
		rules := p.o.Rules(tx.Now())
		return relief.CarryRun(ctx, tx, run, p.o.Lines, &rules.Policy)
	})
	switch {
	case err != nil && taken.ID != 0 && ctx.Err() == nil:
		p.o.Logger.Error("a payment run could not go on; it is put off", "run", taken.PublicID, "tries", taken.Tries+1, "error", err)
		failure := err
		err = p.store.RunFailed(ctx, taken, func(ctx context.Context, tx relief.RunTx, run *ledger.Run) error {
			return relief.PutOffRun(ctx, tx, run, failure)
		})
		return err == nil, err
	case carried:
		failpoint.Hit(failpoint.RunAfterCommit)
	}
	return carried, err
}
