package sim

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"slices"

	"example.org/hotline/dispatch"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// pending is a row of timers, and its place in the heap.
type pending struct {
	act.Timer
	at int
}

// timerKey is what may be armed once, ever.
type timerKey struct {
	subject act.Subject
	kind    string
	step    int
	epoch   int64
}

func keyOf(t act.Timer) timerKey { return timerKey{t.Subject, t.Kind, t.Step, t.Epoch} }

// timerHeap has the timer that is due next on top.
type timerHeap []*pending

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	return cmp.Or(h[i].DueAt.Compare(h[j].DueAt), cmp.Compare(h[i].ID, h[j].ID)) < 0
}

func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}

// Push is heap.Interface's.
func (h *timerHeap) Push(x any) {
	p := x.(*pending) //nolint:errcheck,forcetypeassert // only add pushes
	p.at = len(*h)
	*h = append(*h, p)
}

// Pop is heap.Interface's.
func (h *timerHeap) Pop() any {
	last := (*h)[len(*h)-1]
	(*h)[len(*h)-1] = nil
	*h = (*h)[:len(*h)-1]
	last.at = -1
	return last
}

func (h *timerHeap) add(p *pending) { heap.Push(h, p) }

func (h *timerHeap) drop(p *pending) {
	if p.at >= 0 {
		heap.Remove(h, p.at)
	}
}

// put makes a timer pending and take ends it; both can be undone.
func (tx *Tx) put(p *pending) {
	m := tx.m
	m.pending.add(p)
	m.timers[p.ID] = p
	list := m.listOf(p.Subject)
	*list = append(*list, p)
	tx.undo(func() { tx.remove(p) })
}

func (tx *Tx) take(p *pending) {
	tx.remove(p)
	tx.undo(func() {
		tx.m.pending.add(p)
		tx.m.timers[p.ID] = p
		list := tx.m.listOf(p.Subject)
		*list = append(*list, p)
	})
}

func (tx *Tx) remove(p *pending) {
	tx.m.pending.drop(p)
	delete(tx.m.timers, p.ID)
	list := tx.m.listOf(p.Subject)
	if i := slices.Index(*list, p); i >= 0 {
		*list = slices.Delete(*list, i, i+1)
	}
}

// end moves a pending timer to the log.
func (tx *Tx) end(p *pending, outcome string) {
	tx.take(p)
	log, key := tx.m.logOf(p.Subject), keyOf(p.Timer)
	log[key] = outcome
	tx.undo(func() { delete(log, key) })
}

func (tx *Tx) arm(t act.Timer) {
	if _, over := tx.m.logOf(t.Subject)[keyOf(t)]; over {
		return
	}
	for _, p := range *tx.m.listOf(t.Subject) {
		if keyOf(p.Timer) == keyOf(t) {
			return
		}
	}
	tx.m.nextTimer++
	t.ID = tx.m.nextTimer
	tx.put(&pending{Timer: t, at: -1})
	if armed := tx.m.onArm; armed != nil {
		tx.after(func() { armed(t) })
	}
}

// Arm writes a pending timer.
func (tx *Tx) Arm(_ context.Context, t act.Timer) error {
	if tx.m.listOf(t.Subject) == nil {
		return act.NotFound(t.Subject.Kind)
	}
	tx.arm(t)
	return nil
}

// Cancel moves pending timers of a subject to the log.
func (tx *Tx) Cancel(_ context.Context, s act.Subject, kinds ...string) error {
	list := tx.m.listOf(s)
	if list == nil {
		return nil
	}
	for _, p := range slices.Clone(*list) {
		if len(kinds) == 0 || slices.Contains(kinds, p.Kind) {
			tx.end(p, "cancelled")
		}
	}
	return nil
}

// Hasten brings the pending timers of one kind forward to now.
func (tx *Tx) Hasten(_ context.Context, s act.Subject, kind string) error {
	list := tx.m.listOf(s)
	if list == nil {
		return nil
	}
	for _, p := range slices.Clone(*list) {
		if p.Kind == kind && p.DueAt.After(tx.m.now) {
			tx.take(p)
			sooner := &pending{Timer: p.Timer, at: -1}
			sooner.DueAt = tx.m.now
			tx.put(sooner)
			if armed := tx.m.onArm; armed != nil {
				tx.after(func() { armed(sooner.Timer) })
			}
		}
	}
	return nil
}

// listOf are the pending timers of a subject, nil where there is none such.
func (m *Memory) listOf(s act.Subject) *[]*pending {
	switch s.Kind {
	case "ticket":
		if r := m.tickets[ticket.ID(s.ID)]; r != nil {
			return &r.timers
		}
	case "callback":
		if c := m.callbacks[ticket.CallbackID(s.ID)]; c != nil {
			return &c.pending
		}
	}
	return nil
}

func (m *Memory) logOf(s act.Subject) map[timerKey]string {
	if s.Kind == "callback" {
		return m.callbacks[ticket.CallbackID(s.ID)].ended
	}
	return m.tickets[ticket.ID(s.ID)].ended
}

// Fire fires one pending timer that is due: its end and its effects are one
// commit, as in the store. It reports false where the timer has ended before or
// is not due; begun, if given, may cut the transaction short before its commit.
func (m *Memory) Fire(ctx context.Context, id int64, handlers map[string]dispatch.Handler, beforeCommit func() error) (fired bool, err error) {
	p := m.timers[id]
	if p == nil || p.DueAt.After(m.now) {
		return false, nil
	}
	handler, known := handlers[p.Kind]
	if !known {
		return false, fmt.Errorf("no handler for timers of kind %s", p.Kind)
	}
	err = m.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		tx.end(p, "fired")
		if err := handler(ctx, tx, p.Timer); err != nil {
			return fmt.Errorf("fire %s of %s %d: %w", p.Kind, p.Subject.Kind, p.Subject.ID, err)
		}
		if beforeCommit != nil {
			return beforeCommit()
		}
		return nil
	})
	return err == nil, err
}
