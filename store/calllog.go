package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/store/journal"
	"example.org/hotline/ticket"
)

// CallLog puts every step of a call on disk: in PostgreSQL, and where that is
// away in the node's journal, which is replayed when the database is back. It
// satisfies ivr.CallLog.
//
//	Open ──▶ number from the node's block ──▶ Intake.Register ──ok──▶ receipt
//	                                              │ away, or slower than patience
//	                                              ▼
//	                                         Journal.Append ──▶ receipt{Journaled}
//
// Every later step goes the same way. Those of different calls share commits.
type CallLog struct {
	db      *DB
	intake  *Intake
	journal *journal.Journal
	numbers *journal.Numbers
	log     *slog.Logger

	away atomic.Bool // the last try failed: do not make callers wait for the next
	wake chan struct{}

	steps stepQueue

	mu    sync.Mutex
	alive map[ticket.CallID]time.Time // INVITE's time of the calls of this process, which orders a replay

	lost atomic.Pointer[string] // node whose calls of an earlier life may still lack their end; nil when all have one
}

// patience is how long a caller waits for PostgreSQL before the journal takes
// the call. A commit that succeeds after all makes the replay a no-op.
const patience = 1200 * time.Millisecond

// probeEvery is how often an absent database is asked for.
const probeEvery = 500 * time.Millisecond

// NewCallLog joins the intake with the node's journal and numbers.
func NewCallLog(db *DB, intake *Intake, j *journal.Journal, n *journal.Numbers, log *slog.Logger) *CallLog {
	l := &CallLog{db: db, intake: intake, journal: j, numbers: n, log: log, wake: make(chan struct{}, 1), alive: map[ticket.CallID]time.Time{}}
	l.steps.log = l
	return l
}

// Open returns once the call and its ticket are on disk.
func (l *CallLog) Open(ctx context.Context, c ticket.Call) (ticket.CallReceipt, error) {
	if held, ok := l.journal.Opened(c.Trunk, c.SIPCallID); ok {
		l.remember(held.ID, held.InvitedAt)
		return ticket.CallReceipt{ID: held.ID, Number: held.Number, Journaled: true, Repeat: true}, nil
	}
	number, err := l.numbers.Next(c.InvitedAt)
	if err != nil {
		return ticket.CallReceipt{}, fmt.Errorf("number call %s: %w", c.ID, err)
	}
	c.Number = number
	l.remember(c.ID, c.InvitedAt)
	err = l.try(ctx, func(ctx context.Context) error {
		receipt, err := l.intake.Register(ctx, c)
		if err == nil {
			c.ID, c.Number = receipt.ID, receipt.Number
		}
		return err
	})
	if err == nil {
		l.remember(c.ID, c.InvitedAt)
		return ticket.CallReceipt{ID: c.ID, Number: c.Number, Repeat: c.Number != number}, nil
	}
	if jerr := l.append(ctx, journal.OpenedRecord(c)); jerr != nil {
		return ticket.CallReceipt{}, fmt.Errorf("open call %s: %w", c.ID, errors.Join(err, jerr))
	}
	l.log.Warn("call taken by the journal", "call_id", c.ID, "number", c.Number, "error", err)
	return ticket.CallReceipt{ID: c.ID, Number: c.Number, Journaled: true}, nil
}

// Answered records that 200 was sent.
func (l *CallLog) Answered(ctx context.Context, id ticket.CallID, at time.Time) error {
	return l.step(ctx, journal.Record{Kind: journal.Answered, CallID: id, At: at})
}

// Keyed records a choice; the urgent key makes the ticket P1.
func (l *CallLog) Keyed(ctx context.Context, id ticket.CallID, digit rune, at time.Time) error {
	return l.step(ctx, journal.Record{Kind: journal.Keyed, CallID: id, At: at, Digit: string(digit)})
}

// Happened records a step of the call after its answer. Told twice it is one step.
func (l *CallLog) Happened(ctx context.Context, id ticket.CallID, e ticket.CallEvent) error {
	if !e.Kind.Valid() {
		return act.Invalid("kind", "unknown_call_event", "Use one of the kinds of ticket.CallEventKinds.")
	}
	e.At = e.At.UTC().Truncate(time.Microsecond) // as the database keeps it, so that a replay finds the same event
	return l.step(ctx, journal.Record{Kind: journal.Happened, CallID: id, At: e.At, Event: &e})
}

// Measured records how one leg of the call went; call it before Ended.
func (l *CallLog) Measured(ctx context.Context, id ticket.CallID, q ticket.CallQuality) error {
	l.mu.Lock()
	at := l.alive[id]
	l.mu.Unlock()
	if at.IsZero() {
		at = time.Now().UTC() // only the place in the journal; the measurement itself has no time
	}
	return l.step(ctx, journal.Record{Kind: journal.Measured, CallID: id, At: at, Quality: &q})
}

// Ended records how the call ended.
func (l *CallLog) Ended(ctx context.Context, id ticket.CallID, at time.Time, reason ticket.EndReason) error {
	err := l.step(ctx, journal.Record{Kind: journal.Ended, CallID: id, At: at, Reason: reason})
	if err == nil {
		l.mu.Lock()
		delete(l.alive, id)
		l.mu.Unlock()
	}
	return err
}

// step writes one step, behind whatever the journal still holds of the call.
func (l *CallLog) step(ctx context.Context, r journal.Record) error {
	var err error
	if !l.journal.Holds(r.CallID) {
		err = l.try(ctx, func(ctx context.Context) error {
			if goesTogether(r) {
				return l.steps.write(ctx, r)
			}
			return l.db.InTx(ctx, act.SystemIVR, func(tx *Tx) error { return l.apply(ctx, tx, r) })
		})
		if err == nil {
			return nil
		}
	}
	l.mu.Lock()
	r.InvitedAt = l.alive[r.CallID]
	l.mu.Unlock()
	if r.InvitedAt.IsZero() {
		r.InvitedAt = r.At
	}
	if jerr := l.append(ctx, r); jerr != nil {
		return fmt.Errorf("record %s of call %s: %w", r.Kind, r.CallID, errors.Join(err, jerr))
	}
	return nil
}

// try runs fn against the database with patience, and not at all while it is known to be away.
func (l *CallLog) try(ctx context.Context, fn func(context.Context) error) error {
	if l.away.Load() {
		return act.ErrUnavailable
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	err := fn(ctx)
	if err != nil && (errors.Is(err, act.ErrUnavailable) || ctx.Err() != nil) {
		l.away.Store(true)
		l.nudge()
	}
	return err
}

// append writes to the journal whatever became of the caller: a call that
// hangs up while it is written is still a call.
func (l *CallLog) append(ctx context.Context, r journal.Record) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err := l.journal.Append(ctx, r)
	l.nudge()
	return err
}

func (l *CallLog) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *CallLog) remember(id ticket.CallID, invited time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.alive[id] = invited
}

// Pending is how many journal records wait for the database.
func (l *CallLog) Pending() int { return l.journal.Pending() }

// Run brings the journal into the database whenever there is something in it
// and the database is there.
func (l *CallLog) Run(ctx context.Context) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-l.wake:
		case <-timer.C:
		}
		if err := l.catchUp(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("journal waits for the database", "pending", l.journal.Pending(), "error", err)
		}
		if l.away.Load() || l.journal.Pending() > 0 || l.lost.Load() != nil {
			timer.Reset(probeEvery)
		}
	}
}

// catchUp asks for the database, replays what is pending and ends what a
// process before this one left open.
func (l *CallLog) catchUp(ctx context.Context) error {
	if !l.away.Load() && l.journal.Pending() == 0 && l.lost.Load() == nil {
		return nil
	}
	probe, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := l.db.Ping(probe); err != nil {
		return err
	}
	if l.away.Swap(false) {
		l.log.Info("database is back", "pending", l.journal.Pending())
	}
	if err := l.journal.Replay(ctx, l.replay); err != nil {
		return err
	}
	ended, err := l.endLost(ctx)
	if ended > 0 {
		l.log.Warn("calls were cut off when this node died", "calls", ended)
	}
	return err
}

// replay applies records of whole calls in one transaction. What is there
// already stays as it is; a ticket may be born overdue and then fires at once.
func (l *CallLog) replay(ctx context.Context, records []journal.Record) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	err := l.db.InTx(ctx, act.SystemIVR, func(tx *Tx) error { return l.applyRounds(ctx, tx, records) })
	if err == nil {
		l.away.Store(false) // it is there, whatever a caller of a moment ago has found
	}
	return err
}

// apply writes one record; doing it twice changes nothing.
func (l *CallLog) apply(ctx context.Context, tx *Tx, r journal.Record) error {
	switch r.Kind {
	case journal.Opened:
		_, err := l.intake.register(ctx, tx, []intakeRequest{{call: *r.Call, replayed: true}})
		return err
	case journal.Answered:
		return tx.CallAnswered(ctx, r.CallID, r.At)
	case journal.Keyed:
		return tx.CallKeyed(ctx, r.CallID, r.Digit, r.At, l.intake.rules.Terms)
	case journal.Happened:
		return tx.CallHappened(ctx, r.CallID, *r.Event, l.intake.rules.call())
	case journal.Measured:
		return tx.CallMeasured(ctx, r.CallID, *r.Quality)
	case journal.Ended:
		return tx.CallEnded(ctx, r.CallID, r.At, r.Reason, l.intake.rules.call())
	default:
		return fmt.Errorf("journal record of unknown kind %q", r.Kind)
	}
}

// Reconcile ends the calls that this node was carrying when it died. Call it
// at start, before the phone side listens. With the database away, or a part
// of such a call still in the journal, Run ends them as soon as it can.
func (l *CallLog) Reconcile(ctx context.Context, nodeID string) (int, error) {
	l.lost.Store(&nodeID)
	return l.endLost(ctx)
}

// endLost ends the calls of this node that have no end and no process.
func (l *CallLog) endLost(ctx context.Context) (ended int, err error) {
	node := l.lost.Load()
	if node == nil {
		return 0, nil
	}
	whole := l.journal.Pending() == 0 // asked first: what comes in from now on is this process's own
	err = l.db.InTx(ctx, act.SystemIVR, func(tx *Tx) error {
		var ids []string
		if err := tx.find(ctx, "find lost calls", &ids, `SELECT id FROM calls WHERE node_id = ? AND ended_at IS NULL ORDER BY id`, *node); err != nil {
			return err
		}
		for _, id := range ids {
			if l.isAlive(ticket.CallID(id)) || l.journal.Holds(ticket.CallID(id)) {
				continue // its end is still to come, or waits in the journal
			}
			if err := tx.CallEnded(ctx, ticket.CallID(id), tx.now, ticket.EndNodeLost, l.intake.rules.call()); err != nil {
				return err
			}
			ended++
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if whole {
		l.lost.Store(nil)
	}
	return ended, nil
}

func (l *CallLog) isAlive(id ticket.CallID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, alive := l.alive[id]
	return alive
}
