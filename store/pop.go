package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// How much of a number's past a screen shows.
const (
	popTickets = 10
	popCalls   = 20
)

// CallPop is what an agent sees of a call that was put to them, or that they
// had within the last day; a supervisor of any call in scope. Each look is a
// record. act.ErrNotFound for everybody else.
func (tx *Tx) CallPop(ctx context.Context, call ticket.CallID) (ticket.Pop, error) {
	if uuid.Validate(string(call)) != nil {
		return ticket.Pop{}, act.NotFound("call")
	}
	r, err := one[struct {
		TicketID    int64
		Dialled     string
		InvitedAt   time.Time
		CallerIndex []byte
	}](ctx, tx, "call", `SELECT c.ticket_id, c.dialled, c.invited_at, t.caller_index FROM calls c JOIN tickets t ON t.id = c.ticket_id
		WHERE c.id = ? AND (? = 'supervisor' OR EXISTS (SELECT 1 FROM call_agents a WHERE a.call_id = c.id AND a.staff_id = ? AND a.sees_until > ?))`,
		string(call), string(tx.actor.Role), int64(tx.actor.StaffID), tx.now)
	if err != nil {
		return ticket.Pop{}, err
	}
	id := ticket.ID(r.TicketID)
	v, err := tx.TicketView(ctx, id)
	if err != nil {
		return ticket.Pop{}, err
	}
	p := ticket.Pop{CallID: call, To: r.Dialled, Caller: v.CallerMasked, Withheld: r.CallerIndex == nil, InvitedAt: r.InvitedAt.UTC(), Ticket: v.Row, Clocks: v.Clocks,
		Open: []ticket.PopTicket{}, History: []ticket.PopCall{}}
	if p.EnteredAt, err = tx.WaitingSince(ctx, call); err != nil {
		return ticket.Pop{}, err
	}
	if !p.Withheld {
		if err := tx.popSuggestions(ctx, &p, id, r.CallerIndex); err != nil {
			return ticket.Pop{}, err
		}
	}
	return p, tx.Audit(ctx, act.Record{Action: "caller.pop", Subject: ticket.SubjectOf(id), Area: v.Area, Reason: "call", Data: map[string]any{"call": string(call)}})
}

// popSuggestions adds what the number alone suggests, as far as the actor's scope goes.
func (tx *Tx) popSuggestions(ctx context.Context, p *ticket.Pop, id ticket.ID, number []byte) error {
	for _, add := range []func(context.Context, *ticket.Pop, ticket.ID, []byte) error{tx.popOpen, tx.popHistory, tx.popHousehold, tx.popCallback} {
		if err := add(ctx, p, id, number); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) popOpen(ctx context.Context, p *ticket.Pop, id ticket.ID, number []byte) error {
	var rows []struct {
		PublicID, Number, Kind, Priority, Status, AreaName string
		InvitedAt                                          time.Time
	}
	err := tx.find(ctx, "find open tickets of a number", &rows, `SELECT t.public_id, t.number, t.kind, t.priority, t.status, d.name AS area_name, t.invited_at
		FROM tickets t JOIN divisions d ON d.code = t.area_code WHERE t.caller_index = ? AND t.id <> ? AND t.status NOT IN ('closed', 'duplicate')
		AND NOT t.confidential ORDER BY t.invited_at DESC LIMIT ?`, number, int64(id), popTickets)
	for _, r := range rows {
		p.Open = append(p.Open, ticket.PopTicket{Source: ticket.SourceSameNumber, ID: r.PublicID, Number: ticket.Number(r.Number), Kind: ticket.Kind(r.Kind),
			Priority: ticket.Priority(r.Priority), Status: ticket.Status(r.Status), AreaName: r.AreaName, InvitedAt: r.InvitedAt.UTC()})
	}
	return err
}

func (tx *Tx) popHistory(ctx context.Context, p *ticket.Pop, id ticket.ID, number []byte) error {
	var rows []struct {
		InvitedAt                 time.Time
		Reached, Voicemail, Ended bool
	}
	err := tx.find(ctx, "find earlier calls of a number", &rows, `SELECT c.invited_at, c.reached_at IS NOT NULL AS reached, t.voicemail, c.ended_at IS NOT NULL AS ended
		FROM tickets t JOIN calls c ON c.ticket_id = t.id WHERE t.caller_index = ? AND t.id <> ? ORDER BY t.invited_at DESC LIMIT ?`, number, int64(id), popCalls)
	for _, r := range rows {
		p.History = append(p.History, ticket.PopCall{At: r.InvitedAt.UTC(), Outcome: ticket.OutcomeOf(r.Reached, r.Voicemail, r.Ended)})
	}
	return err
}

// popHousehold names, masked, who was found in need under this number last.
func (tx *Tx) popHousehold(ctx context.Context, p *ticket.Pop, id ticket.ID, number []byte) error {
	r, err := one[struct {
		PublicID, Number, AreaName string
		At                         time.Time
		ApplicantSealed            []byte
	}](ctx, tx, "findings", `SELECT f.public_id, f.at, f.applicant_sealed, t.number, d.name AS area_name FROM tickets t
		JOIN findings f ON f.ticket_id = t.id JOIN divisions d ON d.code = t.area_code
		WHERE t.caller_index = ? AND t.id <> ? AND NOT t.confidential ORDER BY f.id DESC LIMIT 1`, number, int64(id))
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	name, err := tx.openText("findings.applicant", r.PublicID, r.ApplicantSealed)
	p.Household = &ticket.PopHousehold{Source: ticket.SourceFindings, Ticket: ticket.Number(r.Number), At: r.At.UTC(), Applicant: ticket.MaskName(string(name)), AreaName: r.AreaName}
	return err
}

func (tx *Tx) popCallback(ctx context.Context, p *ticket.Pop, _ ticket.ID, number []byte) error {
	r, err := one[callbackRow](ctx, tx, "callback", callbackViews+`WHERE b.caller_index = ? AND b.state IN ('open', 'claimed', 'visit')`, number)
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	v, err := tx.callbackView(r)
	p.Callback = &v
	return err
}
