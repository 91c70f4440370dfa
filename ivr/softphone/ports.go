package softphone

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// Seats is the queue as agents sit at it. Methods may take as long as Redis
// does; the desk never waits for them in its loop.
type Seats interface {
	// SignOn takes a seat for an agent of this node who is away until Back.
	SignOn(ctx context.Context, who area.Staff) (Seat, error)
	// Force sets an agent's status for a supervisor.
	Force(ctx context.Context, by, agent area.StaffID, status acd.Status, reason acd.PauseReason) error
	// AskJoin asks the call's node to let a supervisor in, or out.
	AskJoin(ctx context.Context, call ticket.CallID, by area.StaffID, mode acd.JoinMode) error
	// Agent finds a signed-on agent by login. It does not wait.
	Agent(login string) (area.StaffID, bool)
	// Board is the queue and the agents as they now are.
	Board() acd.Board
}

// Seat is one agent's seat.
type Seat interface {
	// Changes tells what happens to the seat, in order. It is closed after SignOff,
	// and when the line itself has given the seat up.
	Changes() <-chan acd.SeatChange
	// Now is the seat as it now is.
	Now() acd.Agent
	// Answer takes an offered call, Reject leaves it to others.
	Answer(ctx context.Context, o acd.OfferID) error
	Reject(ctx context.Context, o acd.OfferID) error
	// SetStatus chooses; "signed_off" is SignOff's.
	SetStatus(ctx context.Context, s acd.Status, why acd.PauseReason) error
	// WrapUpDone ends the wrap-up early.
	WrapUpDone(ctx context.Context) error
	// Away stops offers and takes a ringing one back: the browser has dropped out.
	// Back is the opposite.
	Away(ctx context.Context) error
	Back(ctx context.Context) error
	// SignOff gives the seat up. It is safe to call again.
	SignOff(ctx context.Context) error
}

// CallBacks rings the citizens of call-back tasks.
type CallBacks interface {
	// CallBack rings the citizen of a task and joins them to the agent's leg.
	CallBack(ctx context.Context, agent area.StaffID, task string) error
}
