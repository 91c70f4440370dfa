package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
)

// replayBatch is how many records one call of apply gets, rounded up to whole calls.
const replayBatch = 800

// Replay hands every pending record to apply: calls in the order of their
// INVITEs, the records of one call in the order they happened and never in two
// batches of one pass. When apply has returned nil the records are done, and
// segments without any left are deleted. A crash in between replays them, so
// apply must be idempotent. Records appended meanwhile are replayed too.
//
// Where apply fails with act.ErrUnavailable, or ctx ends, Replay stops. Where it
// fails otherwise the batch is tried again one call at a time, so that one bad
// record holds up its own call only; that call stays pending and its error is
// part of the result.
func (j *Journal) Replay(ctx context.Context, apply func(context.Context, []Record) error) error {
	j.replayMu.Lock()
	defer j.replayMu.Unlock()
	var refused []error
	tried := map[*entry]bool{}
	for {
		if err := j.endSegment(ctx); err != nil {
			return errors.Join(append(refused, err)...)
		}
		calls := j.pendingCalls(tried)
		if len(calls) == 0 {
			break
		}
		for _, batch := range batches(calls) {
			stuck, err := j.applyBatch(ctx, batch, apply)
			if err != nil {
				j.trimNow()
				return errors.Join(append(refused, fmt.Errorf("replay journal: %w", err))...)
			}
			refused = append(refused, stuck...)
		}
		j.trimNow()
	}
	return errors.Join(refused...)
}

// endSegment makes the writer begin a new segment with its next append, so that
// the present one can be deleted once it was applied.
func (j *Journal) endSegment(ctx context.Context) error {
	if j.Pending() == 0 {
		return nil
	}
	done := make(chan struct{})
	select {
	case j.rotate <- done:
		<-done
		return nil
	case <-j.stopped:
		return ErrClosed
	case <-ctx.Done():
		return fmt.Errorf("replay journal: %w", context.Cause(ctx))
	}
}

// pendingCalls groups what was not tried yet by call, in order of the INVITEs,
// and marks it as tried.
func (j *Journal) pendingCalls(tried map[*entry]bool) [][]*entry {
	j.mu.Lock()
	fresh := slices.DeleteFunc(slices.Clone(j.entries), func(e *entry) bool { return tried[e] })
	j.mu.Unlock()
	slices.SortStableFunc(fresh, func(a, b *entry) int {
		return cmp.Or(a.record.InvitedAt.Compare(b.record.InvitedAt), strings.Compare(string(a.record.CallID), string(b.record.CallID)))
	})
	var calls [][]*entry
	for _, e := range fresh {
		tried[e] = true
		if n := len(calls); n > 0 && calls[n-1][0].record.CallID == e.record.CallID {
			calls[n-1] = append(calls[n-1], e)
		} else {
			calls = append(calls, []*entry{e})
		}
	}
	return calls
}

// batches joins whole calls until a batch is full.
func batches(calls [][]*entry) [][][]*entry {
	var all [][][]*entry
	size := replayBatch
	for _, call := range calls {
		if size >= replayBatch {
			all, size = append(all, nil), 0
		}
		all[len(all)-1] = append(all[len(all)-1], call)
		size += len(call)
	}
	return all
}

// applyBatch applies calls together, or, where that is refused, one by one.
// stuck are the errors of single calls, err is the reason to stop altogether.
func (j *Journal) applyBatch(ctx context.Context, calls [][]*entry, apply func(context.Context, []Record) error) (stuck []error, err error) {
	err = j.applyCalls(ctx, calls, apply)
	if err == nil || mustStop(ctx, err) {
		return nil, err
	}
	for _, call := range calls {
		err := j.applyCalls(ctx, [][]*entry{call}, apply)
		if err == nil {
			continue
		}
		if mustStop(ctx, err) {
			return stuck, err
		}
		id := call[0].record.CallID
		j.log.Error("journal: a call could not be replayed and stays pending", "call_id", id, "error", err)
		stuck = append(stuck, fmt.Errorf("replay call %s: %w", id, err))
	}
	return stuck, nil
}

func mustStop(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, act.ErrUnavailable)
}

func (j *Journal) applyCalls(ctx context.Context, calls [][]*entry, apply func(context.Context, []Record) error) error {
	var records []Record
	done := map[*entry]bool{}
	for _, call := range calls {
		for _, e := range call {
			records = append(records, e.record)
			done[e] = true
		}
	}
	if err := apply(ctx, records); err != nil {
		return err
	}
	failpoint.Hit(failpoint.ReplayAfterCommit)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = slices.DeleteFunc(j.entries, func(e *entry) bool { return done[e] })
	for e := range done {
		j.forget(e)
	}
	return nil
}

// forget takes an applied entry out of the look-ups. Callers hold mu.
func (j *Journal) forget(e *entry) {
	j.left[e.segment]--
	if j.calls[e.record.CallID]--; j.calls[e.record.CallID] == 0 {
		delete(j.calls, e.record.CallID)
	}
	if c := e.record.Call; c != nil {
		delete(j.opened, sipKey{c.Trunk, c.SIPCallID})
	}
}

func (j *Journal) trimNow() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.trim()
}

// trim deletes the segments that have nothing left to apply, except the one
// being written, and sets damaged ones aside. Callers hold mu. An error costs
// only a second, harmless replay, so it is logged and no more.
func (j *Journal) trim() {
	changed := false
	for number, left := range j.left {
		if left > 0 || j.active.file != nil && number == j.active.number {
			continue
		}
		path := segmentPath(j.dir, number)
		var err error
		if j.damaged[number] {
			err = os.Rename(path, path+damagedExt)
		} else {
			err = os.Remove(path)
		}
		if err != nil {
			j.log.Warn("journal: trim", "segment", path, "error", err)
			continue
		}
		delete(j.left, number)
		delete(j.damaged, number)
		changed = true
	}
	if changed {
		if err := syncDir(j.dir); err != nil {
			j.log.Warn("journal: sync folder after trim", "error", err)
		}
	}
}
