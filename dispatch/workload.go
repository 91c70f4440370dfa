package dispatch

import (
	"cmp"
	"context"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/ticket"
)

// candidate is somebody on duty whom the ladder may ask, with what they have in hand.
type candidate struct {
	duty.OnDuty
	open   int         // tickets that are theirs and not yet through
	skills area.Skills // those of theirs that the matter asks for
	fits   bool        // they have all that it asks for
}

// tell adds to a reason what was weighed.
func (c candidate) tell(why map[string]any, wants area.Skills) {
	why["load"] = c.open
	if len(wants) > 0 {
		why["wants"], why["skills"] = wants, c.skills
	}
}

// conflicted is the reason for passing over somebody whose register of relatives
// holds whom the ticket is about. Which relative is not told.
const conflicted = "conflict_of_interest"

// weigh sorts those on duty into whom the ladder may ask and whom it must not. At
// each position those come first who know what the matter asks for, and of equals
// the least loaded.
func weigh(ctx context.Context, tx Tx, t ticket.Ticket, answer duty.Answer, wants area.Skills) (free []candidate, passed []map[string]any, err error) {
	posts := make([]area.PostID, 0, len(answer.OnDuty))
	for _, d := range answer.OnDuty {
		posts = append(posts, d.Post)
	}
	loads, err := tx.Workloads(ctx, t.ID, posts)
	if err != nil {
		return nil, nil, err
	}
	for _, d := range answer.OnDuty {
		load := loads[d.Post]
		if load.Related {
			passed = append(passed, map[string]any{"name": d.Name, "position": d.Position, "reason": conflicted})
			continue
		}
		free = append(free, candidate{OnDuty: d, open: load.Open, skills: load.Skills.Of(wants), fits: load.Skills.Meets(wants, area.MostSkill)})
	}
	slices.SortStableFunc(free, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(misfit(a), misfit(b)), cmp.Compare(a.open, b.open))
	})
	return free, passed, nil
}

// misfit is 1 for whoever lacks something that is asked for.
func misfit(c candidate) int {
	if c.fits {
		return 0
	}
	return 1
}

// foremost is who of several at one position is asked first: of those whom this step
// has not asked yet, the first by weigh. also names the others.
func foremost(free []candidate, asked []area.PostID, wants area.Skills) (first []candidate, also []map[string]any) {
	for _, c := range free {
		switch {
		case slices.Contains(asked, c.Post):
		case len(first) == 0:
			first = append(first, c)
		default:
			other := map[string]any{"name": c.Name}
			c.tell(other, wants)
			delete(other, "wants") // said once
			also = append(also, other)
		}
	}
	return first, also
}
