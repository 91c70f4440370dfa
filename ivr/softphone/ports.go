package softphone

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/queue"
	"example.org/hotline/ticket"
)

// Seats is the queue as agents sit at it. Methods may take as long as Redis
// does; the desk never waits for them in its own goroutine.
type Seats interface {
	// SignOn takes a seat for an agent whose leg is connected to this node.
	SignOn(ctx context.Context, who area.Staff) (Seat, error)
	// Force sets an agent's status for them.
	Force(agent area.StaffID, status acd.Status, why acd.PauseReason) error
	// AskJoin asks the call's node to let a supervisor in, or out; node is where their leg is.
	AskJoin(call ticket.CallID, agent area.StaffID, node string, mode acd.JoinMode) error
	// Board is the queue and the agents as they now are.
	Board() acd.Board
}

// Seat is one agent's seat; *queue.Seat says what each method does.
type Seat interface {
	Changes() <-chan acd.SeatChange
	Agent() acd.Agent
	Answer(o acd.OfferID) error
	Reject(o acd.OfferID)
	SetStatus(s acd.Status, why acd.PauseReason) error
	WrapUpDone()
	Away(away bool)
	Join(call ticket.CallID)
	SignOff()
}

// CallBacks rings the citizens of call-back tasks.
type CallBacks interface {
	// CallBack rings the citizen of a task and joins them to the agent's leg.
	CallBack(ctx context.Context, agent area.StaffID, task string) error
}

// Supervise tells whether a supervisor may come into a call: it must be one of
// their area. Each time leaves a record. What it fails with is told the page.
type Supervise func(ctx context.Context, who area.StaffID, call ticket.CallID, mode acd.JoinMode) error

// HubSeats is a queue's hub as Seats.
type HubSeats struct {
	*queue.Hub
	// Profile tells what an agent serves: queues, skills, place in linear order. Nil: every queue.
	Profile func(ctx context.Context, who area.Staff) (acd.Agent, error)
}

var (
	_ Seats = HubSeats{}
	_ Seat  = (*queue.Seat)(nil)
)

// SignOn implements Seats.
func (s HubSeats) SignOn(ctx context.Context, who area.Staff) (Seat, error) {
	var a acd.Agent
	if s.Profile != nil {
		var err error
		if a, err = s.Profile(ctx, who); err != nil {
			return nil, err //nolint:wrapcheck // cmd's own closure; the desk says what it was for
		}
	}
	a.ID, a.Login, a.Name, a.Area = who.ID, who.Login, who.Name, who.Area
	return s.Hub.SignOn(a) //nolint:wrapcheck // of the queue itself
}
