package dispatch

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// recipient is one post that a target came to, and why it did.
type recipient struct {
	post area.Post
	why  map[string]any
}

// found is what a list of targets came to.
type found struct {
	posts  []recipient
	nobody []map[string]any // targets that came to nobody, with the reasons
}

// asking is for whom a step of the ladder looks: somebody to take the ticket,
// rather than to hear of it. Of several at a position one is asked at a time.
type asking struct {
	asked []area.PostID // by this step before
	wants area.Skills   // that the matter asks for; none of them keeps anybody out
}

// resolve turns targets into posts, as things stand now; nobody twice. ask nil:
// they are only told.
func resolve(ctx context.Context, tx Tx, t ticket.Ticket, targets []Target, ask *asking) (found, error) {
	t.Area = t.AskedIn()
	var all found
	seen := map[area.PostID]bool{}
	for _, target := range targets {
		posts, nobody, err := resolveOne(ctx, tx, t, target, ask)
		if err != nil {
			return found{}, err
		}
		for _, p := range posts {
			if !seen[p.post.ID] {
				seen[p.post.ID] = true
				all.posts = append(all.posts, p)
			}
		}
		if len(posts) == 0 {
			nobody["target"] = target.String()
			all.nobody = append(all.nobody, nobody)
		}
	}
	return all, nil
}

func resolveOne(ctx context.Context, tx Tx, t ticket.Ticket, target Target, ask *asking) ([]recipient, map[string]any, error) {
	switch target.Kind {
	case TargetDuty:
		return onDuty(ctx, tx, t, target, ask)
	case TargetDesk:
		if t.Area.Level() < target.Level {
			return nil, map[string]any{"reason": "area_not_known"}, nil
		}
		desk, err := tx.Desk(ctx, t.Area.At(target.Level), target.Role)
		return one(desk, map[string]any{"desk": true}, err)
	case TargetOwner:
		owner, err := tx.Post(ctx, t.Owner)
		return one(owner, map[string]any{"owner": true}, err)
	case TargetAbove:
		return above(ctx, tx, t)
	case TargetOfferee:
		return offerees(ctx, tx, t)
	default:
		return nil, map[string]any{"reason": "unknown_target"}, nil
	}
}

// one is a single post, or the reason why there is none.
func one(p area.Post, why map[string]any, err error) ([]recipient, map[string]any, error) {
	if errors.Is(err, act.ErrNotFound) {
		return nil, map[string]any{"reason": "no_such_post"}, nil
	}
	return []recipient{{post: p, why: why}}, nil, err
}

// onDuty asks the roster of the ticket's area, lifted to where the role stands.
func onDuty(ctx context.Context, tx Tx, t ticket.Ticket, target Target, ask *asking) ([]recipient, map[string]any, error) {
	if t.Area.Level() < target.Level {
		return nil, map[string]any{"reason": "area_not_known"}, nil
	}
	answer, err := tx.DutyAt(ctx, t.Area.At(target.Level), target.Role, target.Position, tx.Now())
	if err != nil {
		return nil, nil, err
	}
	passed := passedOver(answer)
	free := make([]candidate, len(answer.OnDuty))
	for i, d := range answer.OnDuty {
		free[i].OnDuty = d
	}
	var also []map[string]any
	if ask != nil {
		var related []map[string]any
		if free, related, err = weigh(ctx, tx, t, answer, ask.wants); err != nil {
			return nil, nil, err
		}
		passed = append(passed, related...)
		if target.Position > 0 {
			free, also = foremost(free, ask.asked, ask.wants)
		}
	}
	var posts []recipient
	for _, d := range free {
		post, err := tx.Post(ctx, d.Post)
		if err != nil {
			return nil, nil, err
		}
		why := map[string]any{"on_duty": true, "position": d.Position, "shift_from": d.Starts.Format(time.RFC3339), "shift_to": d.Ends.Format(time.RFC3339), "duty": d.Why}
		if ask != nil {
			d.tell(why, ask.wants)
		}
		if len(also) > 0 {
			why["also"] = also
		}
		if len(passed) > 0 {
			why["skipped"] = passed
		}
		posts = append(posts, recipient{post: post, why: why})
	}
	return posts, nobodyBecause(answer, passed), nil
}

// nobodyBecause says why a roster came to nobody.
func nobodyBecause(answer duty.Answer, passed []map[string]any) map[string]any {
	switch {
	case answer.Damaged:
		return map[string]any{"reason": "roster_damaged"}
	case len(passed) == 0:
		return map[string]any{"reason": "nobody_on_duty"}
	case len(answer.OnDuty) > 0:
		return map[string]any{"reason": conflicted, "skipped": passed}
	default:
		return map[string]any{"reason": "all_away", "skipped": passed}
	}
}

// aboveOf is who stands above the owner of a ticket.
var aboveOf = map[area.Role]area.Role{
	area.RoleWorker: area.RoleTownshipHead, area.RoleTownshipHead: area.RoleCountyDuty, area.RoleAgent: area.RoleSupervisor,
	area.RoleSupervisor: area.RoleCityDuty, area.RoleCountyDuty: area.RoleCityDuty, area.RoleCityDuty: area.RoleCityHead,
}

// above is whoever is on duty at the nearest level above the owner that has somebody.
func above(ctx context.Context, tx Tx, t ticket.Ticket) ([]recipient, map[string]any, error) {
	owner, err := tx.Post(ctx, t.Owner)
	if err != nil {
		return nil, nil, err
	}
	for role, ok := aboveOf[owner.Role]; ok; role, ok = aboveOf[role] {
		posts, _, err := onDuty(ctx, tx, t, Target{Kind: TargetDuty, Role: role, Level: dutyLevels[role]}, nil)
		if err != nil || len(posts) > 0 {
			return posts, nil, err
		}
	}
	return nil, map[string]any{"reason": "nobody_on_duty"}, nil
}

func passedOver(a duty.Answer) []map[string]any {
	var list []map[string]any
	for _, s := range a.Skipped {
		entry := map[string]any{"name": s.Name, "position": s.Position, "reason": string(s.Reason)}
		if !s.Until.IsZero() {
			entry["until"] = s.Until.Format(time.RFC3339)
		}
		if s.By != "" {
			entry["by"] = s.By
		}
		list = append(list, entry)
	}
	return list
}

// offerees are the posts of the newest offer, which may be several.
func offerees(ctx context.Context, tx Tx, t ticket.Ticket) ([]recipient, map[string]any, error) {
	offers, err := tx.OpenOffers(ctx, t.ID)
	if err != nil {
		return nil, nil, err
	}
	var newest time.Time
	for _, o := range offers {
		if o.OfferedAt.After(newest) {
			newest = o.OfferedAt
		}
	}
	var posts []recipient
	for _, o := range offers {
		if !o.OfferedAt.Equal(newest) {
			continue
		}
		post, err := tx.Post(ctx, o.Post)
		if err != nil {
			return nil, nil, err
		}
		posts = append(posts, recipient{post: post, why: map[string]any{"offeree": true}})
	}
	return posts, map[string]any{"reason": "not_offered"}, nil
}
