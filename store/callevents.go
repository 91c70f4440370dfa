package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"example.org/hotline/ticket"
)

// CallHappened records a step of a call and what follows from it for the
// ticket. An event that is there already changes nothing.
func (tx *Tx) CallHappened(ctx context.Context, id ticket.CallID, e ticket.CallEvent) error {
	t, err := tx.ticketOfCall(ctx, id)
	if err != nil {
		return err
	}
	fresh, err := tx.addCallEvent(ctx, id, t.ID, e)
	if err != nil || !fresh {
		return err
	}
	return tx.callEntry(ctx, &t, ticket.Entry{Kind: "call." + string(e.Kind), At: e.At, Data: e.Data()})
}

// addCallEvent writes the row of an event and tells whether it is new.
func (tx *Tx) addCallEvent(ctx context.Context, id ticket.CallID, t ticket.ID, e ticket.CallEvent) (fresh bool, err error) {
	e.At = e.At.UTC().Truncate(time.Microsecond)
	body, digest, err := digestOf(e)
	if err != nil {
		return false, err
	}
	n, err := tx.exec(ctx, "record call event", `INSERT INTO call_events (call_id, ticket_id, at, kind, leg, staff_id, queue, reason, seconds, data, digest)
		VALUES (?, ?, ?, ?, ?, (SELECT id FROM staff WHERE id = ?), ?, ?, ?, ?::jsonb, ?) ON CONFLICT (call_id, digest) DO NOTHING`,
		string(id), int64(t), e.At, string(e.Kind), e.Leg, int64(e.Agent), e.Queue, e.Reason, e.Seconds, body, digest)
	return n > 0, err
}

// CallMeasured records how a leg of a call went, once.
func (tx *Tx) CallMeasured(ctx context.Context, id ticket.CallID, q ticket.CallQuality) error {
	_, digest, err := digestOf(q)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "record call quality", `INSERT INTO call_quality (call_id, ticket_id, leg, sent, received, lost, far_lost, jitter_us, far_jitter_us,
		round_trip_us, longest_gap_us, digest) SELECT id, ticket_id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM calls WHERE id = ? ON CONFLICT DO NOTHING`,
		q.Leg, int64(q.Sent), int64(q.Received), int64(q.Lost), int64(q.FarLost), q.Jitter.Microseconds(), q.FarJitter.Microseconds(),
		q.RoundTrip.Microseconds(), q.LongestGap.Microseconds(), digest, string(id))
	return err
}

// digestOf writes v as JSON and names it by its hash.
func digestOf(v any) (body string, digest []byte, err error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return "", nil, fmt.Errorf("write JSON: %w", err)
	}
	sum := sha256.Sum256(plain)
	return string(plain), sum[:], nil
}
