package source

import (
	"context"
	"time"

	"example.org/hotline/relief"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// Tx is what the commands of this package need of a transaction. Rows are locked
// in one order: ticket, household, consent, check.
type Tx interface {
	ticket.Tx
	people.Finder

	// Wherever runs fn with everything in sight. Who acts on what was judged before.
	Wherever(ctx context.Context, fn func() error) error
	// InRealTime is the moment of the line's clock at which a length of real time will have passed: sources live in real time.
	InRealTime(ctx context.Context, d time.Duration) (time.Time, error)
	// UploadByRef loads an upload of a ticket in scope.
	UploadByRef(ctx context.Context, publicID string) (relief.Upload, error)

	// AddConsent writes a consent and sets its ID. One whose public id is there already is act.ErrKeyReused.
	AddConsent(ctx context.Context, c *Consent) error
	// ConsentByRef loads a consent, in scope, without a lock.
	ConsentByRef(ctx context.Context, publicID string) (Consent, error)
	// ConsentForUpdate locks and loads a consent.
	ConsentForUpdate(ctx context.Context, id int64) (Consent, error)
	// WithdrawConsent writes that a consent was taken back.
	WithdrawConsent(ctx context.Context, c Consent) error

	// AddSourceCheck writes a check with every answer that it waits for, and sets its ID. A public id that is there already is act.ErrKeyReused.
	AddSourceCheck(ctx context.Context, c *Check) error
	// CheckByRef finds a check, in scope, without a lock.
	CheckByRef(ctx context.Context, publicID string) (id int64, of ticket.ID, err error)
	// CheckTicket is the ticket of a check.
	CheckTicket(ctx context.Context, id int64) (ticket.ID, error)
	// CheckForUpdate locks and loads a check with its answers, opened.
	CheckForUpdate(ctx context.Context, id int64) (Check, error)
	// TicketChecks loads the checks of a ticket with their answers, opened, the newest first.
	TicketChecks(ctx context.Context, id ticket.ID) ([]Check, error)
	// CheckLeft is how much real time a check still has.
	CheckLeft(ctx context.Context, id int64) (time.Duration, error)
	// EndUnanswered writes that what is still waited for did not come in time.
	EndUnanswered(ctx context.Context, id int64) error
	// ChecksUnderWay lists the checks that rest on a consent and have not ended.
	ChecksUnderWay(ctx context.Context, consent int64) ([]int64, error)
	// EndWithdrawn writes that what is still waited for is waited for no longer: the consent was taken back.
	EndWithdrawn(ctx context.Context, id int64) error
	// FinishCheck writes the end of a check with what differs, sealed; act.ErrConflict where it had ended.
	FinishCheck(ctx context.Context, c *Check) error
	// Declared is what the household of a case has said of itself.
	Declared(ctx context.Context, id ticket.ID) (Declared, error)
	// AddSourceLook keeps that the actor looked at what was answered about people.
	AddSourceLook(ctx context.Context, c Check) error
}
