package main

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/paymaster"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// linesOfRun is how many people one run of the bench pays, and one batch.
const linesOfRun = 500

// countiesAtOnce is how many counties pay at a time. Within one they wait for each other's budget.
const countiesAtOnce = 4

// paymasters pay decisions out by list, county by county.
type paymasters struct {
	books
	queues map[area.Code][]lot
	master *paymaster.Paymaster
}

func (b books) paymasters(lots []lot) *paymasters {
	p := &paymasters{books: b, queues: map[area.Code][]lot{}}
	for _, l := range lots {
		county := b.towns[l.town].code.At(area.LevelCounty)
		p.queues[county] = append(p.queues[county], l)
	}
	policy := relief.Policy{Version: limitsOfBooks.Policy, Limits: relief.Limits{SoloFen: limitsOfBooks.SoloFen, TownshipFen: limitsOfBooks.TownshipFen, HouseholdFen: limitsOfBooks.HouseholdFen,
		HouseholdMonths: limitsOfBooks.HouseholdMonths, AidKindFen: limitsOfBooks.AidKindFen, WorkerDayFen: limitsOfBooks.WorkerDayFen, TownshipDayFen: limitsOfBooks.TownshipDayFen}}
	p.master = paymaster.New(b.db, paymaster.Options{Rules: func(time.Time) relief.Rules { return relief.Rules{Policy: policy} }})
	return p
}

// pay has counties make, sign and carry out one run after the other for a while, and the bank pay them.
func (p *paymasters) pay(ctx context.Context, length time.Duration) (r payRush, err error) {
	ctx = context.WithoutCancel(ctx) // what has begun goes to its end
	before, err := p.written(ctx)
	if err != nil {
		return r, err
	}
	free := make(chan area.Code, len(p.queues))
	for county := range p.queues {
		free <- county
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	paid, began, used := 0, time.Now(), usageOf(0)
	for range countiesAtOnce {
		wg.Go(func() {
			for time.Since(began) < length {
				county := <-free
				mu.Lock()
				queue := p.queues[county]
				n := min(linesOfRun, len(queue))
				p.queues[county] = queue[n:]
				mu.Unlock()
				fault := errors.New("every decision is paid; give more -households")
				asked := time.Now()
				if n > 0 {
					fault = p.payList(ctx, county, queue[:n])
				}
				mu.Lock()
				paid, r.waits, err = paid+n, append(r.waits, time.Since(asked)), errors.Join(err, fault)
				failed := err != nil
				mu.Unlock()
				free <- county
				if failed {
					return
				}
			}
		})
	}
	wg.Wait()
	r.paid, r.perSecond = paid, float64(paid)/time.Since(began).Seconds()
	now := usageOf(0)
	r.program, r.server = now.load-used.load, now.postgres-used.postgres
	after, fault := p.written(ctx)
	r.rows = float64(after-before) / float64(max(paid, 1))
	return r, errors.Join(err, fault)
}

// payList takes a list through the hands of four people and the bank's.
func (p *paymasters) payList(ctx context.Context, county area.Code, lots []lot) error {
	desk := p.counties[county]
	in := ledger.RunInput{PublicID: uuid.NewString(), Source: ledger.RunDecisions}
	for _, l := range lots {
		in.Lines = append(in.Lines, ledger.RunLine{Payout: uuid.NewString(), Case: ledger.CaseID(l.ticket), Decision: ledger.DecisionID(l.decision), AidKind: "urgent", Area: p.towns[l.town].code, Fen: l.fen,
			Payee: l.payee, Household: l.household, Account: ledger.PayeeAccountID(l.account), Index: l.number})
	}
	var run ledger.Run
	err := p.db.InTx(ctx, desk.maker, func(tx *store.Tx) (err error) {
		run, err = ledger.MakeRun(ctx, tx, in)
		return err
	})
	if err != nil {
		return err
	}
	err = p.db.InTx(ctx, desk.signer, func(tx *store.Tx) error {
		_, err := relief.SignRun(ctx, tx, run.PublicID, hex.EncodeToString(run.Content))
		return err
	})
	if err != nil {
		return err
	}
	if err := p.carried(ctx, desk, run); err != nil {
		return err
	}
	return p.throughTheBank(ctx, desk, in.Lines)
}

// carried carries out signed runs until this one is through: another county's worker may have it in hand.
func (p *paymasters) carried(ctx context.Context, desk desk, run ledger.Run) error {
	for {
		more, err := p.master.Carry(ctx)
		if err != nil {
			return err
		}
		var now ledger.Run
		err = p.db.InTx(ctx, desk.maker, func(tx *store.Tx) (err error) {
			now, err = tx.RunForUpdate(ctx, run.PublicID)
			return err
		})
		if err != nil {
			return err
		}
		switch {
		case now.State == ledger.RunDone && now.Reserved < now.Lines:
			return errors.New("lines of a run were left out")
		case now.State == ledger.RunDone:
			return nil
		case !more:
			time.Sleep(time.Millisecond)
		}
	}
}

// throughTheBank puts a run's payouts into a batch, sends it, and hears that all have arrived.
func (p *paymasters) throughTheBank(ctx context.Context, desk desk, lines []ledger.RunLine) error {
	payouts, cases := make([]string, 0, len(lines)), make([]ticket.ID, 0, len(lines))
	for _, l := range lines {
		payouts, cases = append(payouts, l.Payout), append(cases, ticket.ID(l.Case))
	}
	b := relief.Batch{PublicID: strings.ReplaceAll(uuid.NewString(), "-", ""), County: desk.maker.Area, Bank: "bench", State: relief.BatchDraft, Payouts: len(lines), Fen: 1, Version: 1, MadeBy: desk.batcher.StaffID}
	return errors.Join(p.db.InTx(ctx, desk.batcher, func(tx *store.Tx) error {
		held, err := tx.ReservedForBank(ctx, b.County, payouts, len(payouts))
		if err != nil {
			return err
		}
		b.MadeAt, b.Execute = tx.Now(), area.DateOf(tx.Now())
		if err := tx.AddBatch(ctx, &b); err != nil {
			return err
		}
		return ledger.PutInBatch(ctx, tx, b.ID, held)
	}), p.db.InTx(ctx, desk.batcher, func(tx *store.Tx) error {
		if err := tx.LockTickets(ctx, cases); err != nil {
			return err
		}
		held, err := tx.BatchLines(ctx, b.ID)
		if err != nil {
			return err
		}
		return ledger.SendToBank(ctx, tx, held, desk.batcher.StaffID)
	}), p.db.InTx(ctx, act.SystemBank, func(tx *store.Tx) error {
		if err := tx.LockTickets(ctx, cases); err != nil {
			return err
		}
		held, err := tx.BatchLines(ctx, b.ID)
		if err != nil {
			return err
		}
		said := make([]ledger.Said, 0, len(held))
		for _, l := range held {
			said = append(said, ledger.Said{Line: l, Word: ledger.WordSucceeded})
		}
		_, err = ledger.BankSays(ctx, tx, said)
		return err
	}))
}
