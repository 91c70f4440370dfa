package ledger

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/internal/act"
)

// A part of a run that failed is tried again first after firstWait, then after twice as
// long each time, at the latest after longestWait.
const firstWait, longestWait = 10 * time.Second, 10 * time.Minute

// TriesOfAlarm is how many tries fail one after the other before people are told.
const TriesOfAlarm = 5

// PutOffRun writes down that the next part of a signed run could not be carried out, of which
// nothing was written, and when it is tried again. Until then other runs go on. What was in the way is
// kept as a code; its words, which may name people, are not.
func PutOffRun(ctx context.Context, tx RunTx, r *Run, because error) error {
	r.Tries++
	r.Trouble = troubleOf(because)
	r.NextAt = tx.Now().Add(waitAfter(r.Tries))
	return tx.SaveRun(ctx, r)
}

func waitAfter(tries int) time.Duration {
	wait := firstWait
	for ; tries > 1 && wait < longestWait; tries-- {
		wait *= 2
	}
	return min(wait, longestWait)
}

// troubleOf is the code of an error, of one without "internal".
func troubleOf(err error) string {
	var fault *act.Fault
	if errors.As(err, &fault) && fault.Code != "" {
		return fault.Code
	}
	return "internal"
}
