package store

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

var _ ticket.CallbackTx = (*Tx)(nil)

// callbackRow is a row of callbacks.
type callbackRow struct {
	ID, TicketID, Epoch                             int64
	PublicID, CallID, Origin, State, Note           string
	Urgent                                          bool
	Calls, Tries, VisitsAsked, VisitsLate           int
	EnteredAt, CreatedAt, TryAt, DueAt              time.Time
	FirstTryAt, ClaimedAt, EndedAt, VisitAskedAt    *time.Time
	HolderID                                        *int64
	Outcome, VisitResult                            *string
	Number, TicketRef, Priority, AreaCode, AreaName string // of lists only
	Holder                                          *string
	CallerSealed                                    []byte
}

const callbackColumns = `b.id, b.public_id, b.ticket_id, b.call_id, b.origin, b.urgent, b.state, b.calls, b.entered_at, b.created_at, b.try_at, b.due_at,
	b.tries, b.first_try_at, b.holder_id, b.claimed_at, b.ended_at, b.outcome, b.note, b.epoch,
	b.visits_asked, b.visit_asked_at, b.visits_late, b.visit_result`

func (r callbackRow) callback() ticket.Callback {
	return ticket.Callback{ID: ticket.CallbackID(r.ID), PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Call: ticket.CallID(r.CallID),
		Origin: ticket.CallbackOrigin(r.Origin), Urgent: r.Urgent, State: ticket.CallbackState(r.State), Calls: r.Calls, EnteredAt: r.EnteredAt.UTC(),
		CreatedAt: r.CreatedAt.UTC(), TryAt: r.TryAt.UTC(), DueAt: r.DueAt.UTC(), Tries: r.Tries, FirstTryAt: orZero(r.FirstTryAt),
		Holder: area.PostID(deref(r.HolderID)), ClaimedAt: orZero(r.ClaimedAt), EndedAt: orZero(r.EndedAt),
		Outcome: ticket.CallbackOutcome(deref(r.Outcome)), Note: r.Note, Epoch: r.Epoch,
		Visit: ticket.FieldVisit{Asked: r.VisitsAsked, AskedAt: orZero(r.VisitAskedAt), Late: r.VisitsLate, Result: ticket.VisitResult(deref(r.VisitResult))}}
}

// CallbackByRef resolves a call-back's public id, in scope.
func (tx *Tx) CallbackByRef(ctx context.Context, publicID string) (ticket.CallbackID, error) {
	id, _, err := tx.byRef(ctx, "callbacks", "callback", publicID)
	return ticket.CallbackID(id), err
}

// CallbackForUpdate locks and loads a call-back.
func (tx *Tx) CallbackForUpdate(ctx context.Context, id ticket.CallbackID) (ticket.Callback, error) {
	r, err := one[callbackRow](ctx, tx, "callback", `SELECT `+callbackColumns+` FROM callbacks b WHERE b.id = ? FOR UPDATE`, int64(id))
	return r.callback(), err
}

// AliveCallback locks and loads the call-back of a call's number that is not over.
func (tx *Tx) AliveCallback(ctx context.Context, call ticket.CallID) (ticket.Callback, error) {
	r, err := one[callbackRow](ctx, tx, "callback", `SELECT `+callbackColumns+` FROM callbacks b WHERE b.state IN ('open', 'claimed', 'visit')
		AND b.caller_index = (SELECT t.caller_index FROM calls c JOIN tickets t ON t.id = c.ticket_id WHERE c.id = ?) FOR UPDATE`, string(call))
	return r.callback(), err
}

// AddCallback writes a new call-back; not added where its number has one already.
func (tx *Tx) AddCallback(ctx context.Context, c *ticket.Callback) (added bool, err error) {
	var row callbackRow
	err = tx.scan(ctx, "add callback", `INSERT INTO callbacks (ticket_id, call_id, caller_index, origin, urgent, state, calls, entered_at, created_at, try_at, due_at, epoch)
		SELECT ?, c.id, t.caller_index, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM calls c JOIN tickets t ON t.id = c.ticket_id WHERE c.id = ?
		ON CONFLICT (caller_index) WHERE state IN ('open', 'claimed', 'visit') DO NOTHING RETURNING id, public_id`,
		[]any{int64(c.Ticket), c.Origin, c.Urgent, c.State, c.Calls, c.EnteredAt, c.CreatedAt, c.TryAt, c.DueAt, c.Epoch, string(c.Call)}, &row.ID, &row.PublicID)
	if errors.Is(err, act.ErrNotFound) {
		return false, nil
	}
	c.ID, c.PublicID = ticket.CallbackID(row.ID), row.PublicID
	return err == nil, err
}

// SaveCallback writes a call-back that was locked.
func (tx *Tx) SaveCallback(ctx context.Context, c *ticket.Callback) error {
	_, err := tx.exec(ctx, "save callback", `UPDATE callbacks SET origin = ?, urgent = ?, state = ?, calls = ?, try_at = ?, due_at = ?, tries = ?, first_try_at = ?,
		holder_id = ?, claimed_at = ?, ended_at = ?, outcome = ?, note = ?, epoch = ?,
		visits_asked = ?, visit_asked_at = ?, visits_late = ?, visit_result = ? WHERE id = ?`,
		c.Origin, c.Urgent, c.State, c.Calls, c.TryAt, c.DueAt, c.Tries, null(c.FirstTryAt), nonZero(int64(c.Holder)), null(c.ClaimedAt), null(c.EndedAt),
		nonZero(string(c.Outcome)), c.Note, c.Epoch,
		c.Visit.Asked, null(c.Visit.AskedAt), c.Visit.Late, nonZero(string(c.Visit.Result)), int64(c.ID))
	return err
}

// WaitingSince is when the caller of a call first stood in a queue, else the INVITE's time.
func (tx *Tx) WaitingSince(ctx context.Context, call ticket.CallID) (since time.Time, err error) {
	err = tx.scan(ctx, "look since when the caller waits", `SELECT coalesce((SELECT min(at) FROM call_events WHERE call_id = c.id AND kind = 'queued'), c.invited_at)
		FROM calls c WHERE c.id = ?`, []any{string(call)}, &since)
	return since.UTC(), err
}

// OnDuty lists who is on duty for a role in exactly that area now, the first in position first.
func (tx *Tx) OnDuty(ctx context.Context, where area.Code, role area.Role) ([]area.Post, error) {
	answer, err := tx.DutyAt(ctx, where, role, 0, tx.now)
	if err != nil {
		return nil, err
	}
	posts := make([]area.Post, 0, len(answer.OnDuty))
	for _, d := range answer.OnDuty {
		post, err := tx.Post(ctx, d.Post)
		if err != nil {
			return nil, err
		}
		posts = append(posts, post)
	}
	return posts, nil
}

// Assistants lists the village assistants of exactly that area who are there now.
func (tx *Tx) Assistants(ctx context.Context, where area.Code) ([]area.Post, error) {
	var rows []struct {
		ID, StaffID      int64
		Kind, Role, Name string
		AreaCode         string
	}
	err := tx.find(ctx, "find village assistants", &rows, `SELECT p.id, p.kind, p.area_code, p.role, p.name, s.id AS staff_id
		FROM staff s JOIN posts p ON p.id = s.post_id WHERE s.role = ? AND s.active
		AND (s.area_code = ? OR EXISTS (SELECT 1 FROM village_covers c WHERE c.staff_id = s.id AND c.area_code = ? AND c.ended_at IS NULL AND ?::date BETWEEN c.from_on AND c.until_on))
		AND NOT EXISTS (SELECT 1 FROM absences a WHERE a.post_id = p.id AND a.starts_at <= ? AND a.ends_at > ?) ORDER BY p.id`,
		string(area.RoleVillageAssistant), string(where), string(where), string(area.DateOf(tx.now)), tx.now, tx.now)
	posts := make([]area.Post, 0, len(rows))
	for _, r := range rows {
		posts = append(posts, area.Post{ID: area.PostID(r.ID), Kind: area.PostKind(r.Kind), Area: area.Code(r.AreaCode), Role: area.Role(r.Role),
			Name: r.Name, StaffID: area.StaffID(r.StaffID)})
	}
	return posts, err
}
