package api

import (
	"context"
	"errors"
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// onTicket resolves the ticket of a path, does something to it, and answers
// with its page.
func (s *Server) onTicket(ctx context.Context, tx Tx, ref string, do func(ticket.ID) error) (Ticket, error) {
	id, err := tx.TicketByRef(ctx, ref)
	if err != nil {
		return Ticket{}, err
	}
	if err := do(id); err != nil {
		return Ticket{}, err
	}
	return s.ticketPage(ctx, tx, id)
}

// nothing is the body of an act that needs no words.
type nothing struct{}

type triageInput struct {
	TicketRef
	Body struct {
		Version      int64  `json:"version" minimum:"1"`
		Area         string `json:"area" pattern:"^[0-9]{12}$"`
		Priority     string `json:"priority" enum:"P1,P2,P3,INFO"`
		Kind         string `json:"kind" enum:"aid,consultation,progress,complaint"`
		Cause        string `json:"cause,omitempty" enum:"unknown,accident,illness,fire,traffic,disaster,other"`
		Confidential bool   `json:"confidential,omitempty"`
		LifeDanger   bool   `json:"life_danger,omitempty"`
		Reason       string `json:"reason,omitempty" maxLength:"500" doc:"Required to lower a priority"`
	}
}

func (s *Server) triage(ctx context.Context, tx Tx, in *triageInput) (Ticket, error) {
	b := in.Body
	where, err := area.ParseCode(b.Area)
	if err != nil {
		return Ticket{}, act.Invalid("area", "bad_area", "An area code has 12 digits.")
	}
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		if err := mayMove(ctx, tx, id, where); err != nil {
			return err
		}
		household, like, err := tx.HouseholdArea(ctx, id)
		if err != nil && !errors.Is(err, act.ErrNotFound) {
			return err
		}
		_, err = ticket.DoTriage(ctx, tx, id, ticket.Triage{Version: b.Version, Suggested: household.Code, Like: like, Area: where, Priority: ticket.Priority(b.Priority),
			Kind: ticket.Kind(b.Kind), Cause: ticket.Cause(b.Cause), Confidential: b.Confidential, LifeDanger: b.LifeDanger, Reason: b.Reason,
			Terms: s.deps.Rules.Terms, Calendar: s.deps.Rules.Calendar})
		return err
	})
}

// mayMove refuses a place outside the actor's area, but to the agent who has
// the call: the caller says where it is, wherever the agent sits (DOMAIN 0a.3).
func mayMove(ctx context.Context, tx Tx, id ticket.ID, where area.Code) error {
	if tx.Actor().Area.Contains(where) {
		return nil
	}
	t, err := tx.Ticket(ctx, id)
	if err != nil || t.WithAgent && t.Owner == tx.Actor().PostID {
		return err
	}
	return act.Refused("out_of_scope", "This would move the ticket out of your area, where you could not take it back; ask the desk above yours.")
}

type acceptInput struct {
	TicketRef
	Body *nothing
}

func (s *Server) accept(ctx context.Context, tx Tx, in *acceptInput) (Ticket, error) {
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := ticket.Accept(ctx, tx, id)
		return err
	})
}

type loweringInput struct {
	TicketRef
	Body struct {
		Version int64  `json:"version" minimum:"1"`
		Approve bool   `json:"approve"`
		Reason  string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) approveLowering(ctx context.Context, tx Tx, in *loweringInput) (Ticket, error) {
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := ticket.ApproveLowering(ctx, tx, id, in.Body.Version, in.Body.Approve, in.Body.Reason, s.deps.Rules.Terms, s.deps.Rules.Calendar)
		return err
	})
}

type repeatInput struct {
	TicketRef
	Body struct {
		Same bool `json:"same" doc:"true merges it into the earlier ticket"`
	}
}

func (s *Server) decideRepeat(ctx context.Context, tx Tx, in *repeatInput) (Ticket, error) {
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := ticket.DecideRepeat(ctx, tx, id, in.Body.Same, s.deps.Rules.Moves)
		return err
	})
}

type handOverInput struct {
	TicketRef
	Body struct {
		ToPost  string `json:"to_post,omitempty" pattern:"^[0-9]{12}/[a-z_]{2,30}$" doc:"A desk: area code / role"`
		ToLogin string `json:"to_login,omitempty" maxLength:"40" doc:"A person"`
		Reason  string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) handOver(ctx context.Context, tx Tx, in *handOverInput) (Ticket, error) {
	to, err := nextOwner(ctx, tx, in.Body.ToPost, in.Body.ToLogin)
	if err != nil {
		return Ticket{}, err
	}
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := ticket.OfferHandover(ctx, tx, id, to, in.Body.Reason)
		return err
	})
}

// nextOwner finds the post of a desk ("990101000000/county_duty") or a person.
func nextOwner(ctx context.Context, tx Tx, desk, login string) (area.PostID, error) {
	if (desk == "") == (login == "") {
		return 0, act.Invalid("to_login", "one_owner", "Name either a person or a desk.")
	}
	if login != "" {
		staff, err := tx.StaffByLogin(ctx, login)
		if errors.Is(err, act.ErrNotFound) {
			return 0, act.Invalid("to_login", "unknown_person", "There is no such person on duty here.")
		}
		return staff.PostID, err
	}
	code, role, _ := strings.Cut(desk, "/")
	post, err := tx.Desk(ctx, area.Code(code), area.Role(role))
	if errors.Is(err, act.ErrNotFound) {
		return 0, act.Invalid("to_post", "unknown_desk", "That area has no such desk.")
	}
	return post.ID, err
}

type answerInput struct {
	TicketRef
	Body struct {
		Answer string `json:"answer" minLength:"1" maxLength:"2000" doc:"What the caller was told"`
	}
}

func (s *Server) answerQuestion(ctx context.Context, tx Tx, in *answerInput) (Ticket, error) {
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := ticket.Answer(ctx, tx, id, in.Body.Answer)
		return err
	})
}

type reopenInput struct {
	TicketRef
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) reopen(ctx context.Context, tx Tx, in *reopenInput) (Ticket, error) {
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := ticket.Reopen(ctx, tx, id, in.Body.Reason)
		return err
	})
}

type viewCallerInput struct {
	TicketRef
	Body struct {
		Purpose string `json:"purpose" minLength:"2" maxLength:"200" doc:"Why you need the number; it is kept"`
	}
}

// Caller is a number that was looked up.
type Caller struct {
	Phone string `json:"phone"`
}

// viewCaller opens the caller's number for one who has a duty on the open
// ticket. The look-up is itself a record, in the audit chain and on the ticket.
func (s *Server) viewCaller(ctx context.Context, tx Tx, in *viewCallerInput) (Caller, error) {
	if err := ticket.PlainText("purpose", in.Body.Purpose); err != nil {
		return Caller{}, err
	}
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return Caller{}, err
	}
	v, err := tx.TicketView(ctx, id)
	if err != nil {
		return Caller{}, err
	}
	if v.CallerMasked == "" {
		return Caller{}, act.Refused("number_withheld", "The caller withheld their number; there is nothing to look up.")
	}
	if !mayViewCaller(Ticket{View: v}, tx.Actor()) {
		return Caller{}, act.Refused("no_duty", "The number is opened to those with a duty on an open ticket; ask its owner.")
	}
	call, err := tx.Call(ctx, v.CallID)
	if err != nil {
		return Caller{}, err
	}
	t := ticket.Ticket{ID: id, PublicID: v.ID, Area: v.Area}
	if err := tx.AddEntry(ctx, &t, ticket.Entry{Kind: "caller.viewed", At: tx.Now(), Data: map[string]any{"by": tx.Actor().Name, "purpose": in.Body.Purpose}}); err != nil {
		return Caller{}, err
	}
	return Caller{Phone: call.FromE164}, tx.Audit(ctx, act.Record{Action: "phone.view", Subject: t.Subject(), Area: v.Area, Reason: in.Body.Purpose})
}
