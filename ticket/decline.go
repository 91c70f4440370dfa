package ticket

import (
	"context"
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
	for _, o := range offers {
		if o.Post != offer.Post {
			return nil // somebody else may still come
		}
	}
	if t.Loop > 0 {
		return nil
	}
	return tx.Hasten(ctx, t.Subject(), TimerOffer)
}
