package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

const callbackViews = `SELECT ` + callbackColumns + `, t.number, t.public_id AS ticket_ref, t.priority, t.area_code, d.name AS area_name, p.name AS holder, c.caller_sealed
	FROM callbacks b JOIN tickets t ON t.id = b.ticket_id JOIN divisions d ON d.code = t.area_code JOIN calls c ON c.id = b.call_id
	LEFT JOIN posts p ON p.id = b.holder_id `

// Callbacks lists call-backs in the actor's scope: urgent ones first, then by
// the place in the queue, visits by when their result is late.
func (tx *Tx) Callbacks(ctx context.Context, view ticket.CallbackList, limit int) ([]ticket.CallbackView, error) {
	where, args := `b.state IN ('open', 'claimed', 'visit') AND t.status NOT IN ('closed', 'duplicate')`, []any{}
	order := `b.urgent DESC, b.entered_at, b.id`
	switch view {
	case ticket.CallbacksDue:
		where, args = where+` AND b.state = 'open' AND b.try_at <= ?`, append(args, tx.now)
	case ticket.CallbacksMine:
		where, args = where+` AND b.holder_id = ?`, append(args, int64(tx.actor.PostID))
	case ticket.CallbacksVisits:
		where, order = where+` AND b.state = 'visit'`, `b.urgent DESC, b.due_at, b.id`
		if tx.actor.Role == area.RoleVillageAssistant { // as ticket.ReportVisit has it
			where, args = where+` AND b.visit_result IS NULL AND (t.area_code = ? OR app_covers(t.area_code)) AND t.kind <> ?`, append(args, string(tx.actor.Area), ticket.KindComplaint)
		}
	case ticket.CallbacksOpen:
	}
	var rows []callbackRow
	list := func() error {
		return tx.find(ctx, "list callbacks", &rows, callbackViews+`WHERE `+where+` ORDER BY `+order+` LIMIT ?`, append(args, limit)...)
	}
	if view == ticket.CallbacksVisits && tx.actor.Role == area.RoleVillageAssistant { // a village that one covers lies outside of one's own
		inner := list
		list = func() error { return tx.everywhere(ctx, inner) }
	}
	if err := list(); err != nil {
		return nil, err
	}
	views := make([]ticket.CallbackView, 0, len(rows))
	for _, r := range rows {
		v, err := tx.callbackView(r)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return views, nil
}

// CallbackView loads one call-back as lists show it.
func (tx *Tx) CallbackView(ctx context.Context, id ticket.CallbackID) (ticket.CallbackView, error) {
	r, err := one[callbackRow](ctx, tx, "callback", callbackViews+`WHERE b.id = ?`, int64(id))
	if err != nil {
		return ticket.CallbackView{}, err
	}
	return tx.callbackView(r)
}

func (tx *Tx) callbackView(r callbackRow) (ticket.CallbackView, error) {
	masked, err := tx.maskedCaller(r.CallID, r.CallerSealed)
	c := r.callback()
	return ticket.CallbackView{ID: c.PublicID, TicketID: r.TicketRef, Number: ticket.Number(r.Number), Priority: ticket.Priority(r.Priority),
		Area: area.Code(r.AreaCode), AreaName: r.AreaName, Caller: masked, Origin: c.Origin, Urgent: c.Urgent, State: c.State, Calls: c.Calls,
		EnteredAt: c.EnteredAt, TryAt: c.TryAt, DueAt: c.DueAt, Tries: c.Tries, Holder: deref(r.Holder),
		Mine: c.ClaimedBy(tx.actor.PostID), NextActs: ticket.CallbackActs(c, tx.actor, tx.now), EndedAt: null(c.EndedAt), Outcome: c.Outcome, Note: c.Note,
		Visit: c.Visit.View()}, err
}

// CallbackDial is what it takes to ring a citizen back. It is for the dialler
// alone, never for a page or a log.
type CallbackDial struct {
	Call   ticket.CallID // the call that it is owed for: what happens is kept with it
	Ticket ticket.Number
	To     string // E.164
}

// CallbackNumber gives the number of a call-back to whoever rings: staff must
// serve the line in the ticket's area, and hold the task or take it herewith.
// The number is for the dialler alone, never for a page; each time it is taken
// out leaves a record. act.ErrNotFound outside the scope.
func (db *DB) CallbackNumber(ctx context.Context, task string, staff area.StaffID, rules ticket.CallbackRules) (d CallbackDial, err error) {
	actor, err := db.Actor(ctx, staff)
	if err != nil {
		return CallbackDial{}, err
	}
	if !actor.May(ticket.CallbackRingers()...) {
		return CallbackDial{}, act.NotFound("callback")
	}
	err = db.InTx(ctx, actor, func(tx *Tx) error {
		id, err := tx.CallbackByRef(ctx, task)
		if err != nil {
			return err
		}
		c, err := ticket.ClaimCallback(ctx, tx, id, rules)
		if err != nil {
			return err
		}
		call, err := tx.Call(ctx, c.Call)
		if err != nil {
			return err
		}
		if ok, why := ticket.Callable(call); !ok {
			return act.Refused("not_callable", "This number cannot be rung back: it is "+why+".")
		}
		t, err := tx.Ticket(ctx, c.Ticket)
		if err != nil {
			return err
		}
		d = CallbackDial{Call: c.Call, Ticket: t.Number, To: call.FromE164}
		return tx.Audit(ctx, act.Record{Action: "phone.dial", Subject: t.Subject(), Area: t.Area, Reason: "callback", Data: map[string]any{"callback": c.PublicID}})
	})
	return d, err
}

// CallbackTried records how a try went, where the dialler knows it by itself.
func (db *DB) CallbackTried(ctx context.Context, task string, staff area.StaffID, result ticket.TryResult, rules ticket.CallbackRules) error {
	actor, err := db.Actor(ctx, staff)
	if err != nil {
		return err
	}
	return db.InTx(ctx, actor, func(tx *Tx) error {
		id, err := tx.CallbackByRef(ctx, task)
		if err != nil {
			return err
		}
		_, err = ticket.TryCallback(ctx, tx, id, result, "", rules)
		return err
	})
}

// Actor is a member of staff as one who acts; act.ErrNotFound for one who has left.
func (db *DB) Actor(ctx context.Context, staff area.StaffID) (a act.Actor, err error) {
	err = db.InTx(ctx, act.SystemConsole, func(tx *Tx) error {
		r, err := one[struct {
			ID, PostID           int64
			Name, Role, AreaCode string
		}](ctx, tx, "member of staff", `SELECT id, post_id, name, role, area_code FROM staff WHERE id = ? AND active`, int64(staff))
		a = act.Actor{StaffID: area.StaffID(r.ID), PostID: area.PostID(r.PostID), Name: r.Name, Role: area.Role(r.Role), Area: area.Code(r.AreaCode)}
		return err
	})
	if err != nil {
		return act.Actor{}, fmt.Errorf("find who acts: %w", err)
	}
	return a, nil
}

// HadCall finds the ticket of a call that the actor spoke in.
func (tx *Tx) HadCall(ctx context.Context, call ticket.CallID) (ticket.ID, error) {
	if uuid.Validate(string(call)) != nil {
		return 0, act.NotFound("call")
	}
	r, err := one[struct{ TicketID int64 }](ctx, tx, "call", `SELECT ticket_id FROM call_agents WHERE call_id = ? AND staff_id = ? AND connected_at IS NOT NULL
		AND sees_until > ?`, string(call), int64(tx.actor.StaffID), tx.now)
	return ticket.ID(r.TicketID), err
}

// SaveDisposition writes what a call was.
func (tx *Tx) SaveDisposition(ctx context.Context, call ticket.CallID, code, note string) error {
	_, err := tx.exec(ctx, "save disposition", `UPDATE calls SET disposition = ?, disposition_note = ?, disposed_by = ?, disposed_at = ? WHERE id = ?`,
		code, nonZero(note), int64(tx.actor.StaffID), tx.now, string(call))
	return err
}

// today is when the present day began in Shanghai.
func (tx *Tx) today() time.Time {
	y, m, d := tx.now.In(ticket.Shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, ticket.Shanghai)
}
