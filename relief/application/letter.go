package application

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// LetterWay is how a written decision came to the person.
type LetterWay string

// The ways.
const (
	LetterHanded   LetterWay = "handed"
	LetterPosted   LetterWay = "posted"
	LetterLeft     LetterWay = "left" // left in the home before a witness (留置送达)
	LetterDigital  LetterWay = "digital"
	LetterGuardian LetterWay = "guardian"
)

// LetterWays lists them.
func LetterWays() []LetterWay {
	return []LetterWay{LetterHanded, LetterPosted, LetterLeft, LetterDigital, LetterGuardian}
}

// oweLetter arms the watch over a negative decision's letter.
func (x *answering) oweLetter(ctx context.Context, tx Tx) error {
	if x.r.LetterDue.IsZero() {
		return nil
	}
	return tx.Arm(ctx, act.Timer{Subject: act.Subject{Kind: "ruling", ID: x.r.ID}, Kind: TimerLetter, Epoch: 1, DueAt: x.r.LetterDue})
}

// Deliver notes that the person has a decision in writing, with its reasons and where
// and until when they may ask for a review.
func Deliver(ctx context.Context, tx Tx, rulingID string, way LetterWay, at time.Time) (Application, error) {
	if !slices.Contains(LetterWays(), way) {
		return Application{}, act.Invalid("way", "unknown_way", "Say handed, posted, left, digital or guardian.")
	}
	t, a, r, err := heldRuling(ctx, tx, rulingID, func(id ticket.ID) (ticket.Ticket, error) { return ticket.Owned(ctx, tx, id) })
	if err != nil {
		return Application{}, err
	}
	switch {
	case r.LetterDue.IsZero():
		return Application{}, act.Refused("no_letter_owed", "This ruling owes no letter.")
	case !r.LetterAt.IsZero():
		return Application{}, act.Refused("delivered_already", "It is written down already when the letter came.")
	case at.Before(r.AnsweredAt.Add(-time.Minute)) || at.After(tx.Now().Add(time.Minute)):
		return Application{}, act.Invalid("at", "bad_time", "The letter came after it was decided, and not later than now.")
	}
	r.LetterAt, r.LetterBy = at, way
	if err := tx.SaveRuling(ctx, &r); err != nil {
		return Application{}, err
	}
	if err := tx.Cancel(ctx, act.Subject{Kind: "ruling", ID: r.ID}, TimerLetter); err != nil {
		return Application{}, err
	}
	return a, tell(ctx, tx, &t, a, step{kind: "application.letter", data: map[string]any{"ruling": r.PublicID, "way": string(way), "in_time": !at.After(r.LetterDue)}})
}

// LetterLate is the handler of TimerLetter: the person still has nothing in writing.
func LetterLate(ctx context.Context, tx Tx, timer act.Timer) error {
	of, err := tx.RulingTicket(ctx, timer.Subject.ID)
	if err != nil {
		return err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return err
	}
	r, err := tx.RulingForUpdate(ctx, timer.Subject.ID)
	if err != nil || !r.LetterAt.IsZero() {
		return err
	}
	if err := ticket.Tell(ctx, tx, &t, "application.letter_late", "", map[string]any{"ruling": r.PublicID}); err != nil {
		return err
	}
	if err := tellOwner(ctx, tx, t, "letter_late", r.PublicID); err != nil {
		return err
	}
	return relief.TellHead(ctx, tx, t, "letter_late", r.PublicID, nil)
}

// tellOwner tells the owner of a case.
func tellOwner(ctx context.Context, tx Tx, t ticket.Ticket, template, ref string) error {
	return relief.TellPost(ctx, tx, t, t.Owner, template, ref, nil)
}
