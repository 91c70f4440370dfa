package dispatch

import (
	"context"
	"fmt"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// notice is what several people are told about a ticket.
type notice struct {
	what      string // makes the key, with the post
	template  string
	fields    map[string]string
	mustReach bool // where the targets come to nobody, the city's desk is told
}

// tell queues a notice to everybody whom the targets name: exactly one to each,
// however often it is called. It is not voided by an acceptance.
func (s *Service) tell(ctx context.Context, tx Tx, t ticket.Ticket, targets []Target, n notice) error {
	who, err := resolve(ctx, tx, t, targets, nil)
	if err != nil {
		return err
	}
	if len(who.posts) == 0 && n.mustReach {
		if who, err = resolve(ctx, tx, t, []Target{{Kind: TargetDesk, Role: area.RoleCityDuty, Level: area.LevelCity}, {Kind: TargetOwner}}, nil); err != nil {
			return err
		}
		s.log.Error("nobody whom the policy names could be told; the city's desk and the owner were", "alarm", true, "ticket", t.Number, "notice", n.template)
	}
	for _, to := range withoutDoubles(who.posts) {
		err := tx.Notify(ctx, ticket.Notice{Key: key(t, fmt.Sprintf("%s:post:%d", n.what, to.post.ID)), Ticket: t.ID, Post: to.post.ID,
			Template: n.template, Fields: n.fields, Urgent: t.Priority.Urgent()})
		if err != nil {
			return err
		}
	}
	return nil
}

// withoutDoubles leaves out who is on duty at a desk that is told as well: a
// notice to a desk goes to whoever is on duty there.
func withoutDoubles(posts []recipient) []recipient {
	type seat struct {
		where area.Code
		role  area.Role
	}
	desks := map[seat]bool{}
	for _, to := range posts {
		if to.post.Kind == area.PostDesk {
			desks[seat{to.post.Area, to.post.Role}] = true
		}
	}
	var kept []recipient
	for _, to := range posts {
		if to.why["on_duty"] == nil || !desks[seat{to.post.Area, to.post.Role}] {
			kept = append(kept, to)
		}
	}
	return kept
}
