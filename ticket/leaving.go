package ticket

import (
	"context"

	"example.org/hotline/area"
)

// OwnerLeft hands a ticket whose owner has left to the desk that serves its
// place, and asks that desk to take it: a ticket has an owner at any time
// (promise 3). Where the ladder still asks, it goes on; the clocks are not touched.
func OwnerLeft(ctx context.Context, tx Tx, id ID, desk area.Post, who string) error {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return err
	}
	t.Owner = desk.ID
	if !t.Status.Waiting() {
		if _, err := t.Status.Next(EventAccept); err == nil {
			offer := Offer{Ticket: id, Loop: t.Loop, Step: handoverStep - int(t.Version), Post: desk.ID, Role: desk.Role, OfferedAt: tx.Now(),
				Why: map[string]any{"handover": true, "from": who, "left": true}}
			if err := tx.AddOffer(ctx, offer); err != nil {
				return err
			}
		}
		err = tx.Notify(ctx, Notice{Key: noticeKey(t, "owner_left", t.Version), Ticket: t.ID, Post: desk.ID, Template: "handover",
			Fields: map[string]string{"number": string(t.Number)}, Urgent: t.Priority.Urgent()})
		if err != nil {
			return err
		}
	}
	return record(ctx, tx, &t, change{kind: "ticket.owner_left", data: map[string]any{"from": who, "to": desk.Name}})
}

// OffereeLeft ends the offers of a ticket to somebody who has left. Where nobody
// else is asked the next step of the ladder is taken at once.
func OffereeLeft(ctx context.Context, tx Tx, id ID, post area.PostID, who string) error {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return err
	}
	offers, err := tx.OpenOffers(ctx, id)
	if err != nil {
		return err
	}
	if err := tx.DeclineOffer(ctx, id, post); err != nil {
		return err
	}
	if err := Tell(ctx, tx, &t, "ticket.offeree_left", "", map[string]any{"from": who}); err != nil {
		return err
	}
	return nextAtOnce(ctx, tx, t, offers, post)
}
