package store

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/store/journal"
	"example.org/hotline/ticket"
)

// stepGroup is the most steps that share a commit.
const stepGroup = 128

// stepQueue writes the steps of calls in groups: whatever has queued up while
// the last group was being written goes into the next. It has a goroutine only
// while there is something to write.
type stepQueue struct {
	log *CallLog

	mu      sync.Mutex
	waiting []stepRequest
	writing bool
}

type stepRequest struct {
	record journal.Record
	done   chan<- error
}

// write commits one step, together with what else is waiting, and returns when
// that is on disk. Where ctx ends first it fails with act.ErrUnavailable; the
// step may be committed all the same, and told again it changes nothing.
func (q *stepQueue) write(ctx context.Context, r journal.Record) error {
	done := make(chan error, 1)
	q.mu.Lock()
	q.waiting = append(q.waiting, stepRequest{r, done})
	if !q.writing {
		q.writing = true
		go q.drain(context.WithoutCancel(ctx))
	}
	q.mu.Unlock()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return errors.Join(act.ErrUnavailable, context.Cause(ctx))
	}
}

// drain is the writer's goroutine.
func (q *stepQueue) drain(ctx context.Context) {
	for {
		group := q.next()
		if len(group) == 0 {
			return
		}
		q.commit(ctx, group)
	}
}

// next takes the steps of the next group.
func (q *stepQueue) next() (group []stepRequest) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var later []stepRequest
	order := stageOrder{}
	for _, r := range q.waiting {
		if len(group) < stepGroup && order.follows(r.record) {
			group = append(group, r)
		} else {
			later = append(later, r)
		}
	}
	q.waiting, q.writing = later, len(group) > 0
	return group
}

// stageOrder keeps the steps of one call in their order: of a group, applyTogether
// writes first the answers, then events, measurements and ends.
type stageOrder map[ticket.CallID]int

// closed is the stage of a call of which nothing more may join the group.
const closed = 4

// follows tells whether a step may join the group behind what it has of the call.
func (o stageOrder) follows(r journal.Record) bool {
	stage := slices.Index([]journal.Kind{journal.Answered, journal.Happened, journal.Measured, journal.Ended}, r.Kind)
	before, some := o[r.CallID]
	if some && (before == closed || stage < before || stage == before && r.Kind != journal.Happened) {
		o[r.CallID] = closed
		return false
	}
	o[r.CallID] = stage
	return true
}

// commit writes one group. A step whose ticket somebody else holds waits for it
// alone; where the group is refused for a reason of its content, so does each.
func (q *stepQueue) commit(ctx context.Context, group []stepRequest) {
	limit, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	records := make([]journal.Record, len(group))
	for i, r := range group {
		records[i] = r.record
	}
	var left []int
	err := q.log.db.InTx(limit, act.SystemIVR, func(tx *Tx) (err error) {
		left, err = tx.applyTogether(limit, records, q.log.intake.rules, skipHeld)
		return err
	})
	alone := map[int]bool{}
	for _, i := range left {
		alone[i] = true
	}
	byCall := map[ticket.CallID][]stepRequest{}
	for i, r := range group {
		if alone[i] && err == nil || err != nil && len(group) > 1 && !errors.Is(err, act.ErrUnavailable) {
			byCall[r.record.CallID] = append(byCall[r.record.CallID], r)
			continue
		}
		r.done <- err
	}
	for _, steps := range byCall {
		go func() {
			for _, r := range steps {
				r.done <- q.log.applyAlone(ctx, r.record)
			}
		}()
	}
}

// applyAlone writes one step in a transaction of its own.
func (l *CallLog) applyAlone(ctx context.Context, r journal.Record) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return l.db.InTx(ctx, act.SystemIVR, func(tx *Tx) error { return l.apply(ctx, tx, r) })
}

// applyRounds writes the records of many calls in one transaction: of each call
// in their order, and those of different calls together.
func (l *CallLog) applyRounds(ctx context.Context, tx *Tx, records []journal.Record) error {
	for len(records) > 0 {
		var opened []intakeRequest
		var together, alone, later []journal.Record
		order, waits := stageOrder{}, map[ticket.CallID]bool{} // waits: of whom the next round has more
		for _, r := range records {
			switch {
			case waits[r.CallID]:
				later = append(later, r)
			case r.Kind == journal.Opened:
				opened = append(opened, intakeRequest{call: *r.Call, replayed: true})
			case goesTogether(r) && order.follows(r):
				together = append(together, r)
			case goesTogether(r):
				waits[r.CallID], later = true, append(later, r)
			default: // comes behind what goes together
				waits[r.CallID], alone = true, append(alone, r)
			}
		}
		if len(opened) > 0 {
			if _, err := l.intake.register(ctx, tx, opened); err != nil {
				return err
			}
		}
		left, err := tx.applyTogether(ctx, together, l.intake.rules, waitForHeld)
		if err != nil {
			return err
		}
		for _, i := range left {
			if err := l.apply(ctx, tx, together[i]); err != nil {
				return err
			}
		}
		for _, r := range alone {
			if err := l.apply(ctx, tx, r); err != nil {
				return err
			}
		}
		records = later
	}
	return nil
}
