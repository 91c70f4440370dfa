// Package dispatch decides who must go: it follows a ticket from its first offer
// up the ladder until somebody has it, and tells whoever must know when a clock
// is about to run out or has.
package dispatch

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Tx is what dispatch needs of a transaction.
type Tx interface {
	ticket.MoveTx
	// DutyAt tells who is on duty for a role in an area at an instant; position zero asks for everybody.
	DutyAt(ctx context.Context, where area.Code, role area.Role, position int, at time.Time) (duty.Answer, error)
	// LastHeard is when a person last did something to the ticket; zero if nobody has.
	LastHeard(ctx context.Context, id ticket.ID) (time.Time, error)
	// Workloads tells what speaks for and against giving a ticket to some posts.
	Workloads(ctx context.Context, id ticket.ID, posts []area.PostID) (map[area.PostID]ticket.Workload, error)
	// AskedAt lists the posts that a step has asked under the ticket's present epoch.
	AskedAt(ctx context.Context, id ticket.ID, loop, step int) ([]area.PostID, error)
	// WarnOnce marks a warning before a deadline as told; false where it was before.
	WarnOnce(ctx context.Context, id ticket.ID, kind ticket.ClockKind, due time.Time, percent int) (bool, error)
}

// Service decides who must go. All of it is handlers of timers: the ladder has
// no loop of its own, so that it goes on wherever a process died.
type Service struct {
	policies map[string]*Policy
	current  *Policy
	calendar ticket.Calendar
	log      *slog.Logger
}

// NewService takes every policy by its version, as open tickets may still carry
// an old one, and the version that new tickets are born under. All must have
// passed Validate.
func NewService(policies map[string]*Policy, current string, calendar ticket.Calendar, log *slog.Logger) (*Service, error) {
	policy, ok := policies[current]
	if !ok {
		return nil, fmt.Errorf("no ladder policy of version %s", current)
	}
	return &Service{policies: policies, current: policy, calendar: calendar, log: log}, nil
}

// Handler fires one kind of timer of a ticket or of a call-back.
type Handler func(ctx context.Context, tx Tx, t act.Timer) error

// Handlers lists what the timers of a ticket and of a call-back do, by their kind. cmd registers
// them with the timer engine.
func (s *Service) Handlers() map[string]Handler {
	return map[string]Handler{
		ticket.TimerRoute:       s.climbLadder,
		ticket.TimerOffer:       s.climbLadder,
		ticket.TimerRepeat:      s.lapseRepeat,
		ticket.TimerAgent:       s.lapseAgent,
		ticket.TimerCalledAgain: s.tellCalledAgain,
		ticket.TimerWarnings:    s.planWarnings,
		ticket.TimerWarning:     s.warn,
		ticket.TimerDeadline:    s.deadline,
		ticket.TimerSilence:     s.askAfterSilence,
		ticket.TimerPaused:      s.tellPaused,
		ticket.TimerResume:      s.resume,

		ticket.TimerCallbackDue:   s.callbackLate,
		ticket.TimerCallbackTry:   s.callbackReady,
		ticket.TimerCallbackClaim: s.callbackClaim,
		ticket.TimerCallbackVisit: s.visitLate,
	}
}

// policy is the rules a ticket was born under. A version that is no longer
// among the files must not stop the ladder: the current one takes over, loudly.
func (s *Service) policy(t ticket.Ticket) *Policy {
	p, ok := s.policies[t.Policy]
	if !ok {
		s.log.Error("a ticket's ladder policy is not configured; the current one is used", "alarm", true, "policy", t.Policy, "ticket", t.Number)
		return s.current
	}
	return p
}

func (s *Service) ladder(t ticket.Ticket) Ladder { return s.policy(t).Ladders[t.Priority] }

// ladderOf is the ladder that a clock's deadline and the warnings before it are told
// by. An application is ordinary work, also on the ticket of an emergency.
func (s *Service) ladderOf(t ticket.Ticket, kind ticket.ClockKind) Ladder {
	if kind == ticket.ClockDecide {
		return s.policy(t).Ladders[ticket.P3]
	}
	return s.ladder(t)
}

// lapseRepeat ends the minutes in which a person may say that two calls are one matter.
func (s *Service) lapseRepeat(ctx context.Context, tx Tx, timer act.Timer) error {
	t, err := tx.TicketForUpdate(ctx, ticket.ID(timer.Subject.ID))
	if err != nil || t.Epoch != timer.Epoch {
		return err
	}
	return ticket.LapseRepeat(ctx, tx, &t)
}

// tellCalledAgain tells whoever has the original ticket that its caller rang
// again (promise 1).
func (s *Service) tellCalledAgain(ctx context.Context, tx Tx, timer act.Timer) error {
	again, err := tx.TicketForUpdate(ctx, ticket.ID(timer.Subject.ID))
	if err != nil || again.RepeatOf == 0 {
		return err
	}
	original, err := tx.TicketForUpdate(ctx, again.RepeatOf)
	if err != nil || !original.Status.Open() {
		return err
	}
	err = ticket.Tell(ctx, tx, &original, "ticket.called_again", "", map[string]any{"number": string(again.Number), "at": again.InvitedAt.Format(time.RFC3339)})
	if err != nil {
		return err
	}
	fields := map[string]string{"number": string(original.Number), "at": ticket.InWords(again.InvitedAt)}
	return s.tell(ctx, tx, original, s.policy(again).Repeat.Tell, notice{what: fmt.Sprintf("called_again:%d", again.ID), template: "called_again", fields: fields})
}
