package act

import (
	"context"
	"time"

	"example.org/hotline/area"
)

// IdempotencyKey is made by the client before it sends and reused on retry.
type IdempotencyKey string

// Subject names the row an act is about.
type Subject struct {
	Kind string // "ticket", "disbursement", "paper", …
	ID   int64
}

// Record is one link of the audit chain: who did what to which row, and why.
// The transaction adds the actor, the time, the lane and the hash.
type Record struct {
	Action  string // past-neutral verb phrase: "ticket.accept", "phone.view"
	Subject Subject
	Area    area.Code
	Reason  string
	Data    map[string]any // no identity numbers, phones or accounts: ids and masked forms only
}

// Event is what the world is told after commit. The relay moves it from the
// outbox to the event log, whose order and numbers live streams resume from.
type Event struct {
	Kind    string    // "ticket.offered", "timeline.added", …
	Subject Subject   // what changed
	Ticket  string    // public id of the ticket it belongs to, if any
	Area    area.Code // who may see it
	Data    map[string]any
}

// Timer is one appointment with the future. (Subject, Kind, Step, Epoch) is
// unique; arming the same one twice is a no-op.
type Timer struct {
	ID      int64 // zero until armed
	Subject Subject
	Kind    string // which handler fires it: "route", "offer", "deadline", "paper", …
	Step    int    // position within the kind: ladder step, clock number, reminder
	Epoch   int64  // the subject's epoch when armed; a handler ignores a stale one
	DueAt   time.Time
}

// Tx is the base of every transaction. All of it commits or none of it does;
// the effects travel only after commit.
type Tx interface {
	// Now is app_now() at the start of the transaction, UTC, and does not move within it.
	Now() time.Time
	// Actor is who the transaction acts for.
	Actor() Actor
	// Audit appends to the hash chain.
	Audit(ctx context.Context, r Record) error
	// Emit writes an event to the outbox.
	Emit(ctx context.Context, e Event) error
	// Arm writes a pending timer. Arming an existing (subject, kind, step, epoch) again changes nothing.
	Arm(ctx context.Context, t Timer) error
	// Cancel moves pending timers of a subject to the log as cancelled. Kinds nil means every kind.
	Cancel(ctx context.Context, s Subject, kinds ...string) error
}

// Run runs fn in one transaction as actor. cmd passes closures over store, so
// that each room sees only the part of the transaction it declared.
type Run[T Tx] func(ctx context.Context, actor Actor, fn func(T) error) error
