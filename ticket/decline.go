package ticket

import (
	"context"

	"example.org/hotline/area"
)

// Decline says that the actor, who was asked, cannot come. The offer is closed,
// and where nobody else is still asked the next step of the ladder is taken at
// once; from the ladder's turns on, which ask everybody, it keeps its time. Who
// has declined already, or was not asked, gets the errors of Accept.
func Decline(ctx context.Context, tx Tx, id ID) error {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return err
	}
	offers, err := tx.OpenOffers(ctx, id)
	if err != nil {
		return err
	}
	if !t.Status.Waiting() {
		return alreadyTaken(ctx, tx, t)
	}
	offer, err := offerTo(ctx, tx, offers)
	if err != nil {
		return err
	}
	if err := tx.DeclineOffer(ctx, id, offer.Post); err != nil {
		return err
	}
	if err := Tell(ctx, tx, &t, "ticket.declined", "", map[string]any{"by": tx.Actor().Name, "step": offer.Step}); err != nil {
		return err
	}
	return nextAtOnce(ctx, tx, t, offers, offer.Post)
}

// nextAtOnce takes the next step of the ladder at once where nobody is asked any
// more since a post is gone from the open offers. From the ladder's turns on it
// keeps its time. So does a ladder that has begun anew and has asked nobody yet:
// what was declined is an offer from before, and its first step waits for its hour.
func nextAtOnce(ctx context.Context, tx Tx, t Ticket, open []Offer, gone area.PostID) error {
	for _, o := range open {
		if o.Post != gone {
			return nil // somebody else may still come
		}
	}
	if !t.Status.Waiting() || t.Loop > 0 || t.Step == 0 {
		return nil
	}
	return tx.Hasten(ctx, t.Subject(), TimerOffer)
}
