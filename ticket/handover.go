package ticket

import (
	"context"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// OfferHandover asks another post to take the ticket over. The owner stays the
// owner until the other accepts (promise 3).
func OfferHandover(ctx context.Context, tx Tx, id ID, to area.PostID, reason string) (Ticket, error) {
	t, err := Owned(ctx, tx, id)
	if err != nil {
		return Ticket{}, err
	}
	if reason == "" {
		return Ticket{}, act.Invalid("reason", "reason_required", "Say what the next owner needs to know.")
	}
	post, err := tx.Post(ctx, to)
	if err != nil {
		return Ticket{}, err
	}
	if to == t.Owner || !slices.Contains(owners, post.Role) || !post.Area.Contains(t.Area) {
		return Ticket{}, act.Invalid("to", "cannot_own", "This post cannot take the ticket over: name another than its owner, who may own tickets and serves the place where it happened.")
	}
	if _, err := t.Status.Next(EventAccept); err != nil {
		return Ticket{}, err
	}
	offer := Offer{Ticket: id, Loop: t.Loop, Step: handoverStep - int(t.Version), Post: to, Role: post.Role, OfferedAt: tx.Now(),
		Why: map[string]any{"handover": true, "from": tx.Actor().Name, "reason": reason}}
	if err := tx.AddOffer(ctx, offer); err != nil {
		return Ticket{}, err
	}
	err = tx.Notify(ctx, Notice{Key: noticeKey(t, "handover", t.Version), Ticket: t.ID, Post: to, Template: "handover", Fields: map[string]string{"number": string(t.Number)}, Urgent: t.Priority.Urgent()})
	if err != nil {
		return Ticket{}, err
	}
	return t, record(ctx, tx, &t, change{kind: "ticket.handover_offered", reason: reason, data: map[string]any{"to": post.Name, "by": tx.Actor().Name}})
}

// owners are the roles that can accept a ticket and own it.
var owners = []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCityDuty, area.RoleCityHead}

// handoverStep keeps hand-over offers apart from the steps of the ladder, which count up from zero.
const handoverStep = -1
