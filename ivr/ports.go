package ivr

import (
	"context"
	"time"

	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// CallLog puts every step of a call on disk.
type CallLog interface {
	// Open returns only once the call is durable (database, or the local
	// journal): the call row and its ticket. The returned Number is the ticket's.
	Open(ctx context.Context, c ticket.Call) (ticket.CallReceipt, error)
	// Answered records that 200 was sent.
	Answered(ctx context.Context, id ticket.CallID, at time.Time) error
	// Keyed records a choice of the flow. Keys that are no choice are not told:
	// they may be digits of an identity number.
	Keyed(ctx context.Context, id ticket.CallID, digit rune, at time.Time) error
	// Happened records a step after the answer: it enriches the one ticket.
	Happened(ctx context.Context, id ticket.CallID, e ticket.CallEvent) error
	// Measured records the quality of one leg, at the leg's end.
	Measured(ctx context.Context, id ticket.CallID, q ticket.CallQuality) error
	// Ended records how the call ended. It comes exactly once for each Open,
	// with a context that outlives the call's own.
	Ended(ctx context.Context, id ticket.CallID, at time.Time, reason ticket.EndReason) error
}

// Prompts gives recorded speech by name. media.PromptSet is one.
type Prompts interface {
	Prompt(name string) (media.Prompt, bool)
}

// The prompts a call needs. New fails when one is missing.
const (
	PromptGreeting       = "greeting"         // name of the line, recording notice, "press 1 if it is urgent"
	PromptOnePressed     = "one_pressed"      // "we treat your call as urgent"
	PromptTicketNumberIs = "ticket_number_is" // before the digits
	PromptGoodbye        = "goodbye"
	PromptHoldMusic      = "hold_music" // for who is held, where the flow has named no other
	promptDigit          = "digit_"     // digit_0 … digit_9, each as a telephone says it (1 is yāo)
)

// PromptNames lists every prompt a call needs.
func PromptNames() []string {
	names := []string{PromptGreeting, PromptOnePressed, PromptTicketNumberIs, PromptGoodbye, PromptHoldMusic}
	for digit := '0'; digit <= '9'; digit++ {
		names = append(names, promptDigit+string(digit))
	}
	return names
}
