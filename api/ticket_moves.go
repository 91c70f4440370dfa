package api

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// moveInput is the body of a move that needs nothing but its reason.
type moveInput struct {
	TicketRef
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) returnTicket(ctx context.Context, tx Tx, in *moveInput) (Ticket, error) {
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := ticket.Return(ctx, tx, id, in.Body.Reason, s.deps.Rules.Moves)
		return err
	})
}

func (s *Server) pull(ctx context.Context, tx Tx, in *moveInput) (Ticket, error) {
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := ticket.Pull(ctx, tx, id, in.Body.Reason)
		return err
	})
}

// cannotCome is the word of somebody who was asked: the next is asked at once.
func (s *Server) cannotCome(ctx context.Context, tx Tx, in *acceptInput) (Ticket, error) {
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error { return ticket.Decline(ctx, tx, id) })
}

type pushInput struct {
	TicketRef
	Body struct {
		ToPost  string `json:"to_post,omitempty" pattern:"^[0-9]{12}/[a-z_]{2,30}$" doc:"A desk: area code / role"`
		ToLogin string `json:"to_login,omitempty" maxLength:"40" doc:"A person"`
		Forced  bool   `json:"forced,omitempty" doc:"The person owns it at once, without being asked; not for desks"`
		Reason  string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) push(ctx context.Context, tx Tx, in *pushInput) (Ticket, error) {
	to, err := nextOwner(ctx, tx, in.Body.ToPost, in.Body.ToLogin)
	if err != nil {
		return Ticket{}, err
	}
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := ticket.Push(ctx, tx, id, to, in.Body.Forced, in.Body.Reason)
		return err
	})
}

type pauseInput struct {
	TicketRef
	Body struct {
		Minutes int    `json:"minutes" minimum:"1" maximum:"10080"`
		Reason  string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) pause(ctx context.Context, tx Tx, in *pauseInput) (Ticket, error) {
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := ticket.DoPause(ctx, tx, id, time.Duration(in.Body.Minutes)*time.Minute, in.Body.Reason, s.deps.Rules.Moves)
		return err
	})
}

type resumeInput struct {
	TicketRef
	Body *nothing
}

func (s *Server) resume(ctx context.Context, tx Tx, in *resumeInput) (Ticket, error) {
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := ticket.Resume(ctx, tx, id, 0)
		return err
	})
}

type mergeInput struct {
	TicketRef
	Body struct {
		Into   string `json:"into" minLength:"1" maxLength:"36" doc:"Public id or number of the ticket that goes on for both"`
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) merge(ctx context.Context, tx Tx, in *mergeInput) (Ticket, error) {
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		into, err := tx.TicketByRef(ctx, in.Body.Into)
		if err != nil {
			return act.Invalid("into", "unknown_ticket", "There is no such ticket within your area; check the number.")
		}
		_, err = ticket.Join(ctx, tx, id, into, in.Body.Reason, s.deps.Rules.Moves)
		return err
	})
}

type splitInput struct {
	TicketRef
	Body struct {
		Reason string       `json:"reason" minLength:"1" maxLength:"500"`
		Matter *matterInput `json:"matter,omitempty" doc:"The second matter of an open ticket; absent to undo a joining"`
	}
}

type matterInput struct {
	Area     string `json:"area" pattern:"^[0-9]{12}$"`
	Priority string `json:"priority" enum:"P1,P2,P3,INFO"`
	Kind     string `json:"kind" enum:"aid,consultation,progress,complaint"`
	Cause    string `json:"cause,omitempty" enum:"unknown,accident,illness,fire,traffic,disaster,other"`
}

// split undoes a joining, or makes a ticket of its own of a second matter; then
// that ticket's page is the answer.
func (s *Server) split(ctx context.Context, tx Tx, in *splitInput) (Ticket, error) {
	if in.Body.Matter == nil {
		return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
			_, err := ticket.Split(ctx, tx, id, in.Body.Reason)
			return err
		})
	}
	m := in.Body.Matter
	where, err := area.ParseCode(m.Area)
	if err != nil {
		return Ticket{}, act.Invalid("area", "bad_area", "An area code has 12 digits.")
	}
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return Ticket{}, err
	}
	if err := mayMove(ctx, tx, id, where); err != nil {
		return Ticket{}, err
	}
	made, err := ticket.SplitOff(ctx, tx, id, ticket.Matter{Area: where, Priority: ticket.Priority(m.Priority), Kind: ticket.Kind(m.Kind), Cause: ticket.Cause(m.Cause),
		Reason: in.Body.Reason}, s.deps.Rules.Moves)
	if err != nil {
		return Ticket{}, err
	}
	return s.ticketPage(ctx, tx, made.ID)
}

// The conditions under which a ticket's page offers a move.

func mayReturn(t Ticket, me act.Actor) bool {
	return owns(t, me) && can(t, ticket.EventReturn) && me.Area.Level() >= area.LevelTownship && t.ReturnBy != nil
}

func mayDecline(t Ticket, _ act.Actor) bool { return t.OfferedToMe && t.Status.Waiting() }

func mayPull(t Ticket, me act.Actor) bool {
	return !owns(t, me) && can(t, ticket.EventAssign) && me.Area.Contains(t.askedIn())
}

func mayPush(t Ticket, me act.Actor) bool {
	return can(t, ticket.EventAccept) && me.Area.Contains(t.askedIn())
}

func mayPause(t Ticket, _ act.Actor) bool {
	running := false
	for _, c := range t.Clocks {
		running = running || c.StoppedAt == nil
	}
	return t.Pause == nil && !t.WithAgent && t.Status.Open() && (t.Status.Waiting() || running)
}

func mayResume(t Ticket, _ act.Actor) bool { return t.Pause != nil }

func mayMerge(t Ticket, _ act.Actor) bool { return can(t, ticket.EventMerge) && len(t.Joined) == 0 }

func maySplit(t Ticket, _ act.Actor) bool {
	return t.Status.Open() || t.Status == ticket.StatusDuplicate
}

// askedIn is where the ladder of the ticket looks for people.
func (t Ticket) askedIn() area.Code {
	return ticket.Ticket{Kind: t.Kind, Area: t.Area, Returned: t.Returned}.AskedIn()
}
