package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/store"
	"example.org/hotline/test/bench/figures"
	"example.org/hotline/ticket"
)

// rowsOfTPCB is what one transaction of pgbench's TPC-B-like script writes: three rows changed, one added.
const rowsOfTPCB = 4

// benchPayouts measures how many payouts a second go through approve, reserve and post on a year's books, beside
// pgbench's TPC-B-like script on the same server, turn by turn; and how long an account's statement takes.
func benchPayouts(ctx context.Context, h *house, o options) (lines []figures.Line, err error) {
	data, err := h.database(ctx, "payouts")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, data.db.Close()) }()
	b, err := layBooks(ctx, data, o.households, o.households)
	if err != nil {
		return nil, err
	}
	tpcb, err := newTPCB(ctx, h, o)
	if err != nil {
		return nil, err
	}
	lots, err := b.waiting(ctx)
	if err != nil {
		return nil, err
	}
	office, lists := &office{books: b, lots: lots[:len(lots)/2]}, b.paymasters(lots[len(lots)/2:])
	if _, err := office.pay(ctx, o.clients, o.intake); err != nil { // warm-up of all three
		return nil, err
	}
	if _, err := lists.pay(ctx, o.intake/2); err != nil {
		return nil, err
	}
	if _, err := tpcb.run(ctx, 0); err != nil {
		return nil, err
	}
	var ours, rows, peer, byList, listRows []float64
	var waits, listWaits []time.Duration
	var program, server, listProgram, listServer time.Duration
	listPaid := 0
	for range o.repeats {
		r, err := office.pay(ctx, o.clients, o.intake)
		if err != nil {
			return nil, err
		}
		ours, rows, waits = append(ours, r.perSecond), append(rows, r.rows*r.perSecond), append(waits, r.waits...)
		program, server = program+r.program, server+r.server
		if peer, err = tpcb.turnAfter(ctx, o.intake, peer); err != nil {
			return nil, err
		}
		if r, err = lists.pay(ctx, o.intake); err != nil {
			return nil, err
		}
		byList, listRows, listWaits = append(byList, r.perSecond), append(listRows, r.rows*r.perSecond), append(listWaits, r.waits...)
		listProgram, listServer, listPaid = listProgram+r.program, listServer+r.server, listPaid+r.paid
		if peer, err = tpcb.turnAfter(ctx, o.intake, peer); err != nil {
			return nil, err
		}
	}
	statements, err := office.statements(ctx)
	if err != nil {
		return nil, err
	}
	v, err := data.db.VerifyLedger(ctx)
	if err != nil || len(v.Faults) > 0 {
		return nil, errors.Join(err, fmt.Errorf("%d faults in the books afterwards", len(v.Faults)))
	}
	how := fmt.Sprintf("median of %d × %s in turns, %d at once, on %d postings and %d households", o.repeats, o.intake, o.clients, v.Postings, o.households)
	a, c, d := figures.Median(rows), figures.Median(peer), figures.Median(listRows)
	each := func(cpu time.Duration) float64 { return cpu.Seconds() * 1000 / float64(max(listPaid, 1)) }
	return []figures.Line{
		figures.Row("payouts a second by payment run", fmt.Sprintf("gate: 300; in the same turns, lists of %d, %d counties at once: made, signed by its hash, approved and reserved with every limit under its lock (with timeline, events and audit), put in a batch, sent, and posted when the bank says that all arrived; a list took %s",
			linesOfRun, countiesAtOnce, figures.Spread(listWaits)), "%.0f", figures.Median(byList)),
		figures.Row("CPU of a payout by run", "", "program %.1f, PostgreSQL %.1f ms", each(listProgram), each(listServer)),
		figures.Row("rows they write a second, by run", "", "%.0f", d),
		figures.Row("by run ÷ pgbench, rows", "aim: 0.5", "%.2f", d/c),
		figures.Row("payouts a second by single acts", how+"; ledger.Start, Check, IssueCash, Settle in four transactions of three people, every limit asked under its lock; each act waited "+figures.Spread(waits), "%.0f", figures.Median(ours)),
		figures.Row("CPU of a payout", "its four acts; counted, so that it says the same on a busy machine", "program %.1f, PostgreSQL %.1f ms", perPayout(program, waits), perPayout(server, waits)),
		figures.Row("rows they write a second", "", "%.0f", a),
		figures.Row("rows of pgbench's TPC-B-like script a second", "-M prepared, scale 100; four rows a transaction", "%.0f", c),
		figures.Row("ours ÷ pgbench, rows", "aim: 0.5", "%.2f", a/c),
		figures.Row("statement of an account", "gate: p99 100 ms; a page of 50 of floats, expenses and cases, now or at a past day", "%s", figures.Spread(statements)),
		figures.Row("the books hold", "after all of it, by the checks of `hotline ledger verify`", "%d entries", v.Entries),
	}, nil
}

// office pays decisions out, each once.
type office struct {
	books
	lots []lot
	next atomic.Int64
}

// payRush is what a while of paying achieved.
type payRush struct {
	perSecond float64
	paid      int
	rows      float64 // written for each payout, in every table
	waits     []time.Duration

	program, server time.Duration // CPU
}

// actsOfAPayout is how many transactions payOne takes.
const actsOfAPayout = 4

// perPayout is the milliseconds of CPU for each payout, of which every act has waited.
func perPayout(cpu time.Duration, waits []time.Duration) float64 {
	return cpu.Seconds() * 1000 * actsOfAPayout / float64(max(len(waits), 1))
}

// pay keeps every client at it for a while.
func (o *office) pay(ctx context.Context, clients int, length time.Duration) (r payRush, err error) {
	before, err := o.written(ctx)
	if err != nil {
		return r, err
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	paid, began, used := 0, time.Now(), usageOf(0)
	for range clients {
		wg.Go(func() {
			var waits []time.Duration
			var fault error
			n := 0
			for fault == nil && time.Since(began) < length && ctx.Err() == nil {
				i := o.next.Add(1) - 1
				if i >= int64(len(o.lots)) {
					fault = errors.New("every decision is paid; give more -households")
					break
				}
				if fault = o.payOne(ctx, o.lots[i], &waits); fault == nil {
					n++
				}
			}
			mu.Lock()
			defer mu.Unlock()
			paid, r.waits, err = paid+n, append(r.waits, waits...), errors.Join(err, fault)
		})
	}
	wg.Wait()
	r.perSecond = float64(paid) / time.Since(began).Seconds()
	now := usageOf(0)
	r.program, r.server = now.load-used.load, now.postgres-used.postgres
	after, fault := o.written(ctx)
	r.rows = float64(after-before) / float64(max(paid, 1))
	return r, errors.Join(err, fault)
}

// payOne takes one payout through the hands of three people.
func (o *office) payOne(ctx context.Context, l lot, waits *[]time.Duration) error {
	ctx = context.WithoutCancel(ctx) // what has begun goes to its end
	t := o.towns[l.town]
	var d ledger.Disbursement
	acts := []struct {
		who act.Actor
		do  func(*store.Tx) error
	}{
		{t.maker, func(tx *store.Tx) (err error) {
			d, _, err = ledger.Start(ctx, tx, ledger.StartInput{PublicID: uuid.NewString(), Case: ledger.CaseID(l.ticket), Decision: ledger.DecisionID(l.decision), AidKind: "urgent",
				Channel: ledger.ChannelCash, Area: t.code, Fen: l.fen, Payee: l.payee, Household: l.household, Limits: limitsOfBooks, Granted: l.fen})
			return err
		}},
		{t.head, func(tx *store.Tx) error {
			return ledger.Check(ctx, tx, &d, hex.EncodeToString(d.Content), ledger.PayeeAccount{})
		}},
		{t.payer, func(tx *store.Tx) error { return ledger.IssueCash(ctx, tx, &d, limitsOfBooks) }},
		{t.payer, func(tx *store.Tx) error {
			return ledger.Settle(ctx, tx, &d, t.maker.StaffID, ledger.ReviewRule{Percent: 5, DueAt: tx.Now().AddDate(0, 0, 14)})
		}},
	}
	for i, a := range acts {
		asked := time.Now()
		err := o.db.InTx(ctx, a.who, func(tx *store.Tx) (err error) {
			if _, err := tx.TicketForUpdate(ctx, ticket.ID(l.ticket)); err != nil {
				return err
			}
			if i > 0 {
				if d, err = tx.DisbursementForUpdate(ctx, d.ID); err != nil {
					return err
				}
			}
			return a.do(tx)
		})
		if err != nil {
			return fmt.Errorf("act %d of the payout: %w", i+1, err)
		}
		*waits = append(*waits, time.Since(asked))
	}
	return nil
}

// written is how many rows the database has added and changed so far.
func (o *books) written(ctx context.Context) (n int64, err error) {
	err = o.scan(ctx, `SELECT sum(n_tup_ins + n_tup_upd) FROM (SELECT pg_stat_clear_snapshot()) c, pg_stat_user_tables`, &n)
	return n, err
}

// statementReads is how many statements are timed.
const statementReads = 1000

// statements times the page of one account after another, as an auditor of the city reads them.
func (o *office) statements(ctx context.Context) (waits []time.Duration, err error) {
	conn, err := pgx.Connect(ctx, o.super)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx) //nolint:errcheck // a short-lived connection
	rows, err := conn.Query(ctx, `(SELECT public_id::text FROM accounts WHERE kind IN ('float', 'expense', 'fund')) UNION ALL (SELECT public_id::text FROM accounts WHERE kind = 'payable' ORDER BY id LIMIT 500)`)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	auditor := act.Actor{StaffID: o.towns[0].head.StaffID, Name: "auditor", Role: area.RoleAuditor, Area: "990100000000"}
	for range statementReads {
		f := ledger.StatementFilter{Limit: 50}
		if rand.IntN(2) == 0 { //nolint:gosec // no secret
			f.Until = time.Now().AddDate(0, 0, -rand.IntN(360)) //nolint:gosec // no secret
		}
		asked := time.Now()
		err := o.db.InTx(ctx, auditor, func(tx *store.Tx) error {
			_, err := tx.AccountStatement(ctx, ids[rand.IntN(len(ids))], f) //nolint:gosec // no secret
			return err
		})
		if err != nil {
			return nil, err
		}
		waits = append(waits, time.Since(asked))
	}
	return waits, nil
}

// tpcb is pgbench's built-in TPC-B-like script in a database of its own.
type tpcb struct{ pgbench }

// scaleOfTPCB gives pgbench's branches, its hottest rows, as many rows as there are clients and more.
const scaleOfTPCB = 100

func newTPCB(ctx context.Context, h *house, o options) (*tpcb, error) {
	d, err := h.database(ctx, "tpcb")
	if err != nil {
		return nil, err
	}
	if err := d.db.Close(); err != nil {
		return nil, err
	}
	p, err := newPgbench(d, o)
	if err != nil {
		return nil, err
	}
	if err := d.exec(ctx, `GRANT CREATE ON SCHEMA public TO PUBLIC`); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, p.program, "-i", "-q", "-s", strconv.Itoa(scaleOfTPCB))
	cmd.Env = p.env
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("pgbench -i: %w\n%s", err, out)
	}
	return &tpcb{p}, nil
}

// turnAfter is one turn after another of ours, in rows a second. PostgreSQL counts the rows of a
// connection that rests some seconds late: the turn keeps them out of the next of ours.
func (p *tpcb) turnAfter(ctx context.Context, length time.Duration, rows []float64) ([]float64, error) {
	tps, err := p.run(ctx, length)
	return append(rows, tps*rowsOfTPCB), err
}

// run is one turn, in transactions a second.
func (p *tpcb) run(ctx context.Context, length time.Duration) (float64, error) {
	return p.turn(ctx, length, "-b", "tpcb-like")
}
