package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// RegisterRecording writes what a node tells of a recording, which is kept for
// so long from its start. One that has its end is not told otherwise any more;
// again is as once. act.ErrNotFound while its call is not in the database yet.
func (db *DB) RegisterRecording(ctx context.Context, r ticket.Recording, keep time.Duration) error {
	return db.InTx(ctx, act.SystemIVR, func(tx *Tx) error {
		if uuid.Validate(string(r.Call)) != nil {
			return act.NotFound("call")
		}
		var t ticket.Ticket
		var changed bool
		err := tx.scan(ctx, "register recording", `WITH c AS (SELECT id, ticket_id FROM calls WHERE id = ?), written AS (
			INSERT INTO recordings (public_id, ticket_id, call_id, leg, kind, node_id, started_at, millis, bytes, state, keep_until)
			SELECT ?, c.ticket_id, c.id, ?, ?, ?, ?, ?, ?, ?, ? FROM c
			ON CONFLICT (public_id) DO UPDATE SET millis = excluded.millis, bytes = excluded.bytes, state = excluded.state WHERE recordings.state = 'recording'
			RETURNING 1)
			SELECT t.id, t.public_id, t.area_code, EXISTS (SELECT 1 FROM written) FROM c JOIN tickets t ON t.id = c.ticket_id`, []any{string(r.Call), r.ID, r.Leg,
			string(r.Kind), r.Node, r.StartedAt, r.Length.Milliseconds(), r.Bytes, string(r.State), r.StartedAt.Add(keep)},
			(*int64)(&t.ID), &t.PublicID, (*string)(&t.Area), &changed)
		if err != nil || !changed {
			return err
		}
		return tx.Emit(ctx, act.Event{Kind: "recording.registered", Subject: t.Subject(), Ticket: t.PublicID, Area: t.Area, Data: map[string]any{"state": r.State}})
	})
}

// ShredRecordings shreds the recordings of a node whose time is over, one
// transaction for each: the key goes first, so that whatever breaks afterwards
// leaves a row that is shredded again and never a key that was thought destroyed.
// A ticket that is not closed keeps its recordings; a legal hold keeps any.
func (db *DB) ShredRecordings(ctx context.Context, node string, destroy func(id string) error) (n int, err error) {
	for ctx.Err() == nil {
		found := false
		err := db.InTx(ctx, act.SystemIVR, func(tx *Tx) error {
			r, err := one[recordingRow](ctx, tx, "recording", recordingSQL+` WHERE r.node_id = ? AND r.keep_until < ? AND r.hold_by IS NULL AND r.state <> 'shredded'
				AND t.status IN ('closed', 'duplicate') ORDER BY r.keep_until LIMIT 1 FOR UPDATE OF r SKIP LOCKED`, node, tx.now)
			if errors.Is(err, act.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			found = true
			return tx.shred(ctx, r, destroy)
		})
		if err != nil || !found {
			return n, err
		}
		n++
	}
	return n, nil
}

func (tx *Tx) shred(ctx context.Context, r recordingRow, destroy func(id string) error) error {
	if err := destroy(r.PublicID); err != nil {
		return fmt.Errorf("shred recording %s: %w", r.PublicID, err)
	}
	if _, err := tx.exec(ctx, "mark recording shredded", `UPDATE recordings SET state = 'shredded', shredded_at = ? WHERE id = ?`, tx.now, r.ID); err != nil {
		return err
	}
	t := ticket.Ticket{ID: ticket.ID(r.TicketID)}
	data := map[string]any{"leg": r.Leg, "kind": r.Kind, "recording": r.PublicID}
	if err := tx.AddEntry(ctx, &t, ticket.Entry{Kind: "recording.shredded", At: tx.now, Data: data}); err != nil {
		return err
	}
	return tx.Audit(ctx, act.Record{Action: "recording.shredded", Subject: t.Subject(), Area: area.Code(r.AreaCode), Data: data})
}

// recordingRow is a row of recordings as pages read it.
type recordingRow struct {
	ID, TicketID, Millis, Bytes                        int64
	PublicID, CallID, Leg, Kind, Node, State, AreaCode string
	Person                                             *string
	StartedAt, KeepUntil                               time.Time
	HoldBy, HoldReason                                 *string
	HeldAt                                             *time.Time
	Listens                                            int
}

const recordingSQL = `SELECT r.id, r.ticket_id, r.public_id, r.call_id, r.leg, r.kind, r.node_id AS node, r.started_at, r.millis, r.bytes, r.state, r.keep_until,
	t.area_code, (SELECT s.name FROM staff s WHERE s.login = split_part(r.leg, ':', 2)) AS person,
	(SELECT s.name FROM staff s WHERE s.id = r.hold_by) AS hold_by, r.hold_reason, r.held_at,
	(SELECT count(*) FROM recording_listens l WHERE l.recording_id = r.id) AS listens
	FROM recordings r JOIN tickets t ON t.id = r.ticket_id`

func (r recordingRow) view() ticket.RecordingView {
	v := ticket.RecordingView{ID: r.PublicID, CallID: ticket.CallID(r.CallID), Kind: ticket.RecordingKind(r.Kind), Leg: r.Leg, Person: deref(r.Person), StartedAt: r.StartedAt.UTC(),
		Seconds: float64(r.Millis) / 1000, Bytes: r.Bytes, State: ticket.RecordingState(r.State), KeepUntil: r.KeepUntil.UTC(), Listens: r.Listens,
		RowID: r.ID, Ticket: ticket.ID(r.TicketID), Node: r.Node, Area: area.Code(r.AreaCode)}
	if r.HeldAt != nil {
		v.Hold = &ticket.RecordingHold{By: deref(r.HoldBy), Reason: deref(r.HoldReason), At: r.HeldAt.UTC()}
	}
	return v
}

// TicketRecordings lists the recordings of a ticket in the order of time; what
// the actor may do with each is for the caller to add.
func (tx *Tx) TicketRecordings(ctx context.Context, id ticket.ID) ([]ticket.RecordingView, error) {
	var rows []recordingRow
	if err := tx.find(ctx, "list recordings", &rows, recordingSQL+` WHERE r.ticket_id = ? ORDER BY r.started_at, r.id`, int64(id)); err != nil {
		return nil, err
	}
	views := make([]ticket.RecordingView, 0, len(rows))
	for _, r := range rows {
		views = append(views, r.view())
	}
	return views, nil
}

// RecordingByRef loads a recording in scope.
func (tx *Tx) RecordingByRef(ctx context.Context, id string) (ticket.RecordingView, error) {
	return tx.recording(ctx, id, "")
}

// RecordingForUpdate is RecordingByRef under a lock.
func (tx *Tx) RecordingForUpdate(ctx context.Context, id string) (ticket.RecordingView, error) {
	return tx.recording(ctx, id, " FOR UPDATE OF r")
}

func (tx *Tx) recording(ctx context.Context, id, lock string) (ticket.RecordingView, error) {
	if uuid.Validate(id) != nil {
		return ticket.RecordingView{}, act.NotFound("recording")
	}
	r, err := one[recordingRow](ctx, tx, "recording", recordingSQL+` WHERE r.public_id = ?`+lock, id)
	return r.view(), err
}

// HoldRecording writes a hold of the actor's.
func (tx *Tx) HoldRecording(ctx context.Context, r ticket.RecordingView, reason string) error {
	_, err := tx.exec(ctx, "hold recording", `UPDATE recordings SET hold_by = ?, hold_reason = ?, held_at = ? WHERE id = ?`,
		int64(tx.actor.StaffID), reason, tx.now, r.RowID)
	return err
}

// ReleaseRecording takes the hold away.
func (tx *Tx) ReleaseRecording(ctx context.Context, r ticket.RecordingView) error {
	_, err := tx.exec(ctx, "release recording", `UPDATE recordings SET hold_by = NULL, hold_reason = NULL, held_at = NULL WHERE id = ?`, r.RowID)
	return err
}

// AddListen writes that a recording was opened. The listen lasts so long by the real clock.
func (tx *Tx) AddListen(ctx context.Context, l ticket.Listen, lasts time.Duration) error {
	_, err := tx.exec(ctx, "add listen", `INSERT INTO recording_listens (recording_id, staff_id, purpose, download, at, real_until, token_hash, session_hash)
		VALUES (?, ?, ?, ?, ?, clock_timestamp() + make_interval(secs => ?), ?, ?)`,
		l.Recording.RowID, int64(tx.actor.StaffID), l.Purpose, l.Download, tx.now, lasts.Seconds(), l.TokenHash, l.Session)
	return err
}

// ListenByToken finds the listen that a token opens in a session of the actor's;
// act.ErrNotFound where it is over, another's, or of another recording.
func (tx *Tx) ListenByToken(ctx context.Context, recording string, tokenHash, session []byte) (ticket.Listen, error) {
	r, err := tx.RecordingByRef(ctx, recording)
	if err != nil {
		return ticket.Listen{}, err
	}
	l := ticket.Listen{Recording: r, TokenHash: tokenHash, Session: session}
	err = tx.scan(ctx, "find listen", `SELECT staff_id, purpose, download FROM recording_listens WHERE recording_id = ? AND staff_id = ? AND real_until > clock_timestamp()
		AND token_hash = ? AND session_hash = ?`, []any{r.RowID, int64(tx.actor.StaffID), tokenHash, session}, (*int64)(&l.By), &l.Purpose, &l.Download)
	if errors.Is(err, act.ErrNotFound) {
		return ticket.Listen{}, act.NotFound("listen")
	}
	return l, err
}
