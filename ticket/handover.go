package ticket

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// OfferHandover asks another post to take the ticket over. The owner stays the
// owner until the other accepts (promise 3).
func OfferHandover(ctx context.Context, tx MoveTx, id ID, to area.PostID, reason string) (Ticket, error) {
	t, err := Owned(ctx, tx, id)
	if err != nil {
		return Ticket{}, err
	}
	return askNext(ctx, tx, t, to, reason, "ticket.handover_offered")
}

// askNext offers a ticket to the post that is to own it next.
func askNext(ctx context.Context, tx MoveTx, t Ticket, to area.PostID, reason, kind string) (Ticket, error) {
	if reason == "" {
		return Ticket{}, act.Invalid("reason", "reason_required", "Say what the next owner needs to know.")
	}
	post, err := nextOwner(ctx, tx, t, to)
	if err != nil {
		return Ticket{}, err
	}
	if _, err := t.Status.Next(EventAccept); err != nil {
		return Ticket{}, err
	}
	offer := Offer{Ticket: t.ID, Loop: t.Loop, Step: handoverStep - int(t.Version), Post: to, Role: post.Role, OfferedAt: tx.Now(),
		Why: map[string]any{"handover": true, "from": tx.Actor().Name, "reason": reason}}
	if err := tx.AddOffer(ctx, offer); err != nil {
		return Ticket{}, err
	}
	err = tx.Notify(ctx, Notice{Key: noticeKey(t, "handover", t.Version), Ticket: t.ID, Post: to, Template: "handover", Fields: map[string]string{"number": string(t.Number)}, Urgent: t.Priority.Urgent()})
	if err != nil {
		return Ticket{}, err
	}
	return t, record(ctx, tx, &t, change{kind: kind, reason: reason, data: map[string]any{"to": post.Name, "by": tx.Actor().Name}})
}

// owners are the roles that can accept a ticket and own it.
var owners = []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCityDuty, area.RoleCityHead}

// handoverStep keeps hand-over offers apart from the steps of the ladder, which count up from zero.
const handoverStep = -1
