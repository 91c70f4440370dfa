package application

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/relief/source"
	"example.org/hotline/ticket"
)

// ConsentWithdrawn is what becomes of the applications of a case when a consent to the
// data check was taken back (source.WithdrawConsent, in the same transaction). One that
// was not checked yet rests: without a consent it cannot be checked (社会救助法 Art 40),
// and the applicant, the owner and the head are told what that means. The applicant may
// consent anew, or go on with papers once the head has let the sources go; else it is
// refused with that reason. One that was checked before goes on: what was answered stays.
func ConsentWithdrawn(ctx context.Context, tx Tx, of ticket.ID, r Rules) error {
	consents, err := tx.TicketConsents(ctx, of)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(consents, func(c source.Consent) bool { return c.View(tx.Now(), r.Sources.ConsentDays).Counts }) {
		return nil // another one stands
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return err
	}
	all, err := tx.TicketApplications(ctx, of)
	if err != nil {
		return err
	}
	for _, seen := range all {
		a, err := tx.ApplicationForUpdate(ctx, seen.ID)
		if err != nil {
			return err
		}
		if !a.State.takes(EventInvestigate) || !a.CheckedAt.IsZero() {
			continue
		}
		if err := restWithoutConsent(ctx, tx, &t, &a); err != nil {
			return err
		}
	}
	return nil
}

func restWithoutConsent(ctx context.Context, tx Tx, t *ticket.Ticket, a *Application) error {
	if a.PauseReason == PauseNone {
		err := ticket.PauseApplication(ctx, tx, t, "")
		if err != nil && !errors.Is(err, act.ErrRefused) { // another application's pause has stopped it already
			return err
		}
		a.PauseReason = PauseConsent
	}
	if err := advance(ctx, tx, t, a, step{kind: "application.consent_withdrawn"}); err != nil {
		return err
	}
	ref := fmt.Sprintf("%s:%d", a.PublicID, a.Version) // of each time anew
	if err := tellOwner(ctx, tx, *t, "consent_withdrawn", ref); err != nil {
		return err
	}
	if err := relief.TellHead(ctx, tx, *t, "consent_withdrawn", ref+":head", nil); err != nil {
		return err
	}
	return tx.Notify(ctx, ticket.Notice{Key: "application:" + ref + ":consent_withdrawn", Ticket: t.ID, Citizen: true, Template: "consent_withdrawn_citizen",
		Fields: map[string]string{"number": string(t.Number)}})
}

// withoutConsent reports whether every consent of a case that there was has been taken
// back: then papers stand in for the sources.
func withoutConsent(consents []source.Consent) bool {
	return len(consents) > 0 && !slices.ContainsFunc(consents, func(c source.Consent) bool { return c.WithdrawnAt.IsZero() })
}
