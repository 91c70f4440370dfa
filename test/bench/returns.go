package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/gateway"
	"example.org/hotline/ledger/rail/iso20022"
	"example.org/hotline/relief"
	"example.org/hotline/store"
	"example.org/hotline/test/bench/figures"
)

// linesOfStatement is how many payouts the bank's statement speaks of, sent in batches of linesOfRun.
const linesOfStatement = 2000

// placesOfBooks is in how many counties the decisions of the books lie, some more than others.
const placesOfBooks = 13

// clocksOfLots gives the tickets whose decisions wait the clocks and timers that they would have.
const clocksOfLots = `INSERT INTO clocks (ticket_id, kind, started_at, due_at, first_due_at, breached_at)
	SELECT d.ticket_id, k.kind, d.decided_at, d.decided_at + k.span, d.decided_at + k.span, d.decided_at + k.span FROM decisions d, (VALUES ('two_hour', interval '2 hours'), ('day', interval '24 hours')) k (kind, span) WHERE d.state = 'approved';
	INSERT INTO timers (subject_kind, subject_id, kind, step, epoch, due_at, shard) SELECT 'ticket', d.ticket_id, k, 1, 1, now() + interval '30 days', d.ticket_id & 15 FROM decisions d, unnest(ARRAY['deadline', 'warning', 'silence']) k WHERE d.state = 'approved'`

// benchReturns measures how long a bank's words take that speak of many payouts at once: a return of a whole batch, and a
// statement of four batches, each with its clocks, notices, entries and timers in one transaction.
func benchReturns(ctx context.Context, h *house, o options) (lines []figures.Line, err error) {
	data, err := h.database(ctx, "returns")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, data.db.Close()) }()
	each := linesOfStatement + linesOfRun*o.repeats
	b, err := layBooks(ctx, data, linesOfRun, each*placesOfBooks)
	if err != nil {
		return nil, err
	}
	if err := data.exec(ctx, clocksOfLots); err != nil {
		return nil, err
	}
	lots, err := b.waiting(ctx)
	if err != nil {
		return nil, err
	}
	p := b.paymasters(lots)
	for county, queue := range p.queues {
		if len(queue) < each {
			continue
		}
		t, err := p.teller(county)
		if err != nil {
			return nil, err
		}
		return t.measure(ctx, queue[:each], o.repeats)
	}
	return nil, fmt.Errorf("no county has %d decisions that wait", each)
}

// teller is a county's finance office with its bank.
type teller struct {
	*paymasters
	desk desk
	bank *gateway.Bank
	word relief.Rules
}

func (p *paymasters) teller(county area.Code) (*teller, error) {
	bank, err := gateway.New(gateway.Settings{ID: "bench", County: county, Statements: gateway.FormISO20022, Unit: "9901001", UnitName: "示例县民政局", Debit: "990100200300400",
		AgentBank: "990100000017", AnswerLimit: 24 * time.Hour})
	return &teller{paymasters: p, desk: p.counties[county], bank: bank, word: relief.Rules{Policy: relief.Policy{Version: limitsOfBooks.Policy}}}, err
}

func (t *teller) measure(ctx context.Context, lots []lot, repeats int) (lines []figures.Line, err error) {
	var returns []time.Duration
	for range repeats {
		b, err := t.sent(ctx, lots[:linesOfRun])
		if err != nil {
			return nil, err
		}
		lots = lots[linesOfRun:]
		took, err := t.loadReturn(ctx, b)
		if err != nil {
			return nil, err
		}
		returns = append(returns, took)
	}
	lines = append(lines, figures.Row("a bank's return (pain.002) of a whole batch", fmt.Sprintf("%d payouts, one in ten failed, the rest arrived; %d batches", linesOfRun, repeats), "%s", figures.Spread(returns)))
	statement, err := t.loadStatement(ctx, lots)
	if err != nil {
		return lines, err
	}
	v, err := t.db.VerifyLedger(ctx)
	if err != nil || len(v.Faults) > 0 {
		return lines, errors.Join(err, fmt.Errorf("%d faults in the books afterwards: %v", len(v.Faults), v.Faults[:min(3, len(v.Faults))]))
	}
	return append(lines,
		figures.Row("a bank's statement (camt.053)", fmt.Sprintf("%d payouts of %d batches, of which it alone says that they arrived", linesOfStatement, linesOfStatement/linesOfRun), "%.0f ms", statement.Seconds()*1000),
		figures.Row("the books hold", "after all of it, by the checks of `hotline ledger verify`", "%d entries", v.Entries)), nil
}

// finance acts for the county's finance office.
func (t *teller) finance(ctx context.Context, fn func(*store.Tx) error) error {
	return t.db.InTx(ctx, t.desk.batcher, fn)
}

// sent takes decisions to the bank, on accounts that it can read.
func (t *teller) sent(ctx context.Context, lots []lot) (b relief.Batch, err error) {
	in := ledger.RunInput{PublicID: uuid.NewString(), Source: ledger.RunDecisions}
	err = t.db.InTx(ctx, act.Actor{System: "bench", Name: "bench"}, func(tx *store.Tx) error {
		for i, l := range lots {
			a := relief.PayeeAccount{PayeeAccount: ledger.PayeeAccount{PublicID: uuid.NewString(), Case: ledger.CaseID(l.ticket), Payee: l.payee, Index: l.number, EnteredBy: t.towns[l.town].maker.StaffID},
				Number: relief.Private(fmt.Sprintf("620000000000%07d", i)), Holder: "甲某", EnteredAt: tx.Now()}
			if err := tx.AddPayeeAccount(ctx, &a); err != nil {
				return err
			}
			a.VerifiedBy, a.VerifiedAt = t.towns[l.town].head.StaffID, tx.Now()
			if err := tx.SaveVerified(ctx, a); err != nil {
				return err
			}
			in.Lines = append(in.Lines, ledger.RunLine{Payout: uuid.NewString(), Case: a.Case, Decision: ledger.DecisionID(l.decision), AidKind: "urgent", Area: t.towns[l.town].code, Fen: l.fen,
				Payee: l.payee, Household: l.household, Account: a.ID, Index: l.number})
		}
		return nil
	})
	if err != nil {
		return b, err
	}
	if err := t.reserved(ctx, in); err != nil {
		return b, err
	}
	payouts := make([]string, 0, len(lots))
	for _, l := range in.Lines {
		payouts = append(payouts, l.Payout)
	}
	err = t.finance(ctx, func(tx *store.Tx) error {
		b, err = relief.MakeBatch(ctx, tx, t.bank, relief.BatchInput{PublicID: uuid.NewString(), Execute: area.DateOf(tx.Now()), Payouts: payouts})
		return err
	})
	if err != nil {
		return b, err
	}
	second := t.desk.batcher // somebody who had no hand in it
	second.StaffID, second.PostID = t.towns[0].payer.StaffID, t.towns[0].payer.PostID
	return b, t.db.InTx(ctx, second, func(tx *store.Tx) (err error) {
		b, err = relief.ReleaseBatch(ctx, tx, t.bank, b.PublicID)
		return err
	})
}

// reserved makes a list, has it signed and carries it out.
func (t *teller) reserved(ctx context.Context, in ledger.RunInput) error {
	var run ledger.Run
	err := t.db.InTx(ctx, t.desk.maker, func(tx *store.Tx) (err error) {
		run, err = ledger.MakeRun(ctx, tx, in)
		return err
	})
	if err != nil {
		return err
	}
	err = t.db.InTx(ctx, t.desk.signer, func(tx *store.Tx) error {
		_, err := relief.SignRun(ctx, tx, run.PublicID, hex.EncodeToString(run.Content))
		return err
	})
	if err != nil {
		return err
	}
	return t.carried(ctx, t.desk, run)
}

func (t *teller) items(ctx context.Context, b relief.Batch) (items []rail.Item, err error) {
	err = t.finance(ctx, func(tx *store.Tx) error {
		return tx.Wherever(ctx, func() (err error) { items, err = tx.BatchItems(ctx, b); return err })
	})
	return items, err
}

// loadReturn loads what the bank says of a batch, and tells how long that took.
func (t *teller) loadReturn(ctx context.Context, b relief.Batch) (time.Duration, error) {
	items, err := t.items(ctx, b)
	if err != nil {
		return 0, err
	}
	r := rail.Return{Batch: b.PublicID, Unit: "9901001", Made: b.Execute}
	for i, item := range items {
		said := rail.ReturnItem{Seq: item.Seq, Reference: item.Reference, Account: item.Account, Holder: item.Holder, Fen: item.Fen, Status: rail.Succeeded}
		if i%10 == 9 {
			said.Status, said.Reason, said.Code = rail.Failed, rail.ReasonNameMismatch, "BE01"
		}
		r.Items = append(r.Items, said)
	}
	body, err := iso20022.WriteStatus(r, time.Now())
	if err != nil {
		return 0, err
	}
	began := time.Now()
	err = t.finance(ctx, func(tx *store.Tx) error {
		got, err := relief.LoadReturn(ctx, tx, t.bank, b.PublicID, relief.BankFile{Name: b.PublicID + ".xml", Type: "application/xml", Body: body}, t.word)
		if err == nil && got.Succeeded+got.Failed != len(items) {
			err = fmt.Errorf("a return of %d lines came to %+v", len(items), got)
		}
		return err
	})
	return time.Since(began), err
}

// loadStatement sends lots in several batches and loads the statement that says of all of them that they left.
func (t *teller) loadStatement(ctx context.Context, lots []lot) (time.Duration, error) {
	day := area.DateOf(time.Now())
	s := rail.Statement{ID: "bench", Account: "990100200300400", From: day, To: day}
	for len(lots) > 0 {
		b, err := t.sent(ctx, lots[:linesOfRun])
		if err != nil {
			return 0, err
		}
		lots = lots[linesOfRun:]
		items, err := t.items(ctx, b)
		if err != nil {
			return 0, err
		}
		for _, item := range items {
			s.Lines = append(s.Lines, rail.StatementLine{Date: day, Fen: item.Fen, Direction: rail.Debit, Reference: item.Reference})
		}
	}
	s.Closing = s.Moved()
	body, err := iso20022.WriteStatements("bench", time.Now(), []rail.Statement{s})
	if err != nil {
		return 0, err
	}
	began := time.Now()
	err = t.finance(ctx, func(tx *store.Tx) error {
		got, err := relief.LoadStatement(ctx, tx, t.bank, relief.BankFile{Body: body}, t.word)
		if err == nil && got.Succeeded != len(s.Lines) {
			err = fmt.Errorf("a statement of %d lines came to %+v", len(s.Lines), got)
		}
		return err
	})
	return time.Since(began), err
}
