package api

import (
	"context"
	"net/http"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/relief/loop"
	"example.org/hotline/ticket"
)

// loopTable is the part of the table about what keeps a case open.
func loopTable() []*route {
	return []*route{
		{method: http.MethodGet, path: "/tickets/{id}/loop", who: readers, background: true, summary: "What keeps a case open, and the calls to the citizen before it closes", bind: read((*Server).caseLoop)},
		{method: http.MethodPost, path: "/tickets/{id}/loop-waivers", who: []area.Role{area.RoleTownshipHead, area.RoleCountyDuty}, summary: "Let go one thing that keeps a case open, with the reason; never one of money",
			bind: do((*Server).waiveLoop)},
	}
}

// CaseLoop is what keeps a case open.
type CaseLoop struct {
	Open     []loop.Item `json:"open" doc:"The ticket closes once each has ended or was let go"`
	Calls    []loop.Past `json:"calls" doc:"To the citizen, before closing, the oldest first"`
	Paid     bool        `json:"paid" doc:"Aid was paid: whoever phones asks whether it came, and whether the sum is right"`
	MayWaive bool        `json:"may_waive"`
}

func (s *Server) caseLoop(ctx context.Context, tx Tx, in *TicketRef) (CaseLoop, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return CaseLoop{}, err
	}
	return s.loopOf(ctx, tx, id)
}

func (s *Server) loopOf(ctx context.Context, tx Tx, id ticket.ID) (CaseLoop, error) {
	facts, err := tx.CaseFacts(ctx, id)
	if err != nil {
		return CaseLoop{}, err
	}
	t, err := tx.Ticket(ctx, id)
	if err != nil {
		return CaseLoop{}, err
	}
	calls, err := tx.ClosingCalls(ctx, id)
	me := tx.Actor()
	out := CaseLoop{Open: []loop.Item{}, Calls: calls, Paid: facts.Paid}
	if t.Status.Open() {
		out.Open, out.MayWaive = loop.Open(facts), me.May(loop.Waivers()...) && t.Owner != me.PostID
	}
	return out, err
}

type waiveLoopInput struct {
	TicketRef
	Body struct {
		ID     string `json:"id,omitempty" format:"uuid"`
		Code   string `json:"code" maxLength:"40"`
		Ref    string `json:"ref" maxLength:"40"`
		Reason string `json:"reason" minLength:"1" maxLength:"1000"`
	}
}

func (s *Server) waiveLoop(ctx context.Context, tx Tx, in *waiveLoopInput) (CaseLoop, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return CaseLoop{}, err
	}
	b := in.Body
	if err := loop.Waive(ctx, tx, id, newID(ctx, b.ID), loop.Thing{Code: loop.Code(b.Code), Ref: b.Ref}, b.Reason); err != nil {
		return CaseLoop{}, err
	}
	return s.loopOf(ctx, tx, id)
}

type closeInput struct {
	TicketRef
	Body struct {
		Version     int64  `json:"version" minimum:"1"`
		Reached     bool   `json:"reached" doc:"Somebody answered; without, it is a try"`
		Received    *bool  `json:"received,omitempty" doc:"It came; asked where aid was paid"`
		AmountRight *bool  `json:"amount_right,omitempty" doc:"The sum is right; likewise"`
		Satisfied   *bool  `json:"satisfied,omitempty" doc:"They are content; asked of everybody who was reached"`
		Note        string `json:"note,omitempty" maxLength:"1000"`
	}
}

// closeTicket writes down a call to the citizen: a yes closes, a no sends the ticket
// back, and so many in vain close as well.
func (s *Server) closeTicket(ctx context.Context, tx Tx, in *closeInput) (Ticket, error) {
	b := in.Body
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := loop.Close(ctx, tx, id, b.Version, loop.Call{Reached: b.Reached, Received: b.Received, AmountRight: b.AmountRight, Satisfied: b.Satisfied, Note: b.Note}, s.closingTries())
		return err
	})
}

// closingTries are when the citizen may be tried, counted from the first: as call-backs are.
func (s *Server) closingTries() []time.Duration { return s.deps.Rules.Callback.Tries }
