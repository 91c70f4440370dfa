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
	open int // tickets that are theirs and not yet through
}

// conflicted is the reason for passing over somebody whose register of relatives
// holds whom the ticket is about. Which relative is not told.
const conflicted = "conflict_of_interest"

// weigh sorts those on duty into whom the ladder may ask, the least loaded of
// each position first, and whom it must not.
func weigh(ctx context.Context, tx Tx, t ticket.Ticket, answer duty.Answer) (free []candidate, passed []map[string]any, err error) {
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
		free = append(free, candidate{OnDuty: d, open: load.Open})
	}
	slices.SortStableFunc(free, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.open, b.open))
	})
	return free, passed, nil
}

// least is who of several at one position is asked first: the one with the
// fewest tickets in hand whom this step has not asked yet. also names the others.
func least(free []candidate, asked []area.PostID) (first []candidate, also []map[string]any) {
	for _, c := range free {
		switch {
		case slices.Contains(asked, c.Post):
		case len(first) == 0:
			first = append(first, c)
		default:
			also = append(also, map[string]any{"name": c.Name, "load": c.open})
		}
	}
	return first, also
}
