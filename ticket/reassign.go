package ticket

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Pull takes a ticket to the actor, who leads where it lies: whoever had it is
// told, nobody else is asked any more, and the clocks run as they did.
func Pull(ctx context.Context, tx MoveTx, id ID, reason string) (Ticket, error) {
	if err := reasoned(reason, "Say why you take the ticket to yourself."); err != nil {
		return Ticket{}, err
	}
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	me := tx.Actor()
	if t.Owner == me.PostID {
		return Ticket{}, act.Refused("already_yours", "You own this ticket already.")
	}
	post, err := nextOwner(ctx, tx, t, me.PostID)
	if err != nil {
		return Ticket{}, err
	}
	return t, assign(ctx, tx, &t, post, change{kind: "ticket.pulled", reason: reason, data: map[string]any{"by": me.Name}})
}

// Push gives a ticket of the actor's area to another post, which accepts it as
// a hand-over: until then the owner stays. forced makes a person the owner at
// once, whether they say yes or not.
func Push(ctx context.Context, tx MoveTx, id ID, to area.PostID, forced bool, reason string) (Ticket, error) {
	if err := reasoned(reason, "Say what the next owner needs to know, and why it is given to them."); err != nil {
		return Ticket{}, err
	}
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	if !forced {
		return askNext(ctx, tx, t, to, reason, "ticket.pushed")
	}
	post, err := nextOwner(ctx, tx, t, to)
	if err != nil {
		return Ticket{}, err
	}
	if post.StaffID == 0 {
		return Ticket{}, act.Invalid("to", "needs_a_person", "Only a person can be made the owner without being asked; offer it to the desk instead.")
	}
	err = assign(ctx, tx, &t, post, change{kind: "ticket.assigned", reason: reason, data: map[string]any{"by": tx.Actor().Name, "to": post.Name}})
	if err != nil {
		return Ticket{}, err
	}
	return t, tx.Notify(ctx, Notice{Key: noticeKey(t, "assigned", t.Epoch), Ticket: t.ID, Post: post.ID, Template: "assigned",
		Fields: map[string]string{"priority": string(t.Priority), "number": string(t.Number)}, Urgent: t.Priority.Urgent()})
}

// assign makes a person the owner who has accepted no offer, and tells the one before.
func assign(ctx context.Context, tx MoveTx, t *Ticket, to area.Post, c change) (err error) {
	if t.Status, err = t.Status.Next(EventAssign); err != nil {
		return err
	}
	before := t.Owner
	if err := takeOver(ctx, tx, t, to.ID, to.ID, c); err != nil {
		return err
	}
	if before != tx.Actor().PostID {
		if err := tx.Notify(ctx, Notice{Key: noticeKey(*t, "reassigned", t.Epoch), Ticket: t.ID, Post: before, Template: "offer_taken",
			Fields: map[string]string{"number": string(t.Number), "worker": to.Name}, Urgent: t.Priority.Urgent()}); err != nil {
			return err
		}
	}
	return tellCitizenWhoComes(ctx, tx, *t, to.Name, to.StaffID)
}
