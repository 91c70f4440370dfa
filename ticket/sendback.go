package ticket

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Return is the township's word that a ticket is not theirs: the county's desk
// owns it, and its ladder asks the county until somebody has triaged it anew.
// The clocks run on. It can be said within the policy's working days from when
// the owner took the ticket, before anything was found.
func Return(ctx context.Context, tx MoveTx, id ID, reason string, r MoveRules) (Ticket, error) {
	if err := reasoned(reason, "Say why this ticket is not yours, and whose it may be."); err != nil {
		return Ticket{}, err
	}
	t, err := Owned(ctx, tx, id)
	if err != nil {
		return Ticket{}, err
	}
	if tx.Actor().Area.Level() < area.LevelTownship {
		return Ticket{}, act.Refused("not_a_township", "Only a township returns tickets, to its county; triage it to the right place instead.")
	}
	if t.Status, err = t.Status.Next(EventReturn); err != nil {
		return Ticket{}, err
	}
	since, err := tx.OwnedSince(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	if last := r.Calendar.Count(since, r.ReturnDays).Due; tx.Now().After(last) {
		return Ticket{}, &act.Fault{Kind: act.ErrRefused, Code: "too_late_to_return",
			Detail: "A ticket can be returned within the working days that the policy sets from when it was taken; now hand it over, or ask the county to take it.",
			Args:   map[string]any{"until": last.UTC().Format(time.RFC3339)}}
	}
	desk, err := tx.Desk(ctx, t.Area.At(area.LevelCounty), area.RoleCountyDuty)
	if errors.Is(err, act.ErrNotFound) {
		return Ticket{}, act.Refused("no_county_desk", "The county has no desk that could decide; hand the ticket over to a person of the county.")
	}
	if err != nil {
		return Ticket{}, err
	}
	t.Owner, t.Returned, t.LadderFrom = desk.ID, true, tx.Now()
	if err := tx.CloseOffers(ctx, id, 0); err != nil {
		return Ticket{}, err
	}
	if err := tx.Cancel(ctx, t.Subject(), TimerSilence); err != nil {
		return Ticket{}, err
	}
	if err := restartLadder(ctx, tx, &t); err != nil {
		return Ticket{}, err
	}
	return t, record(ctx, tx, &t, change{kind: "ticket.returned", reason: reason, data: map[string]any{"by": tx.Actor().Name, "to": desk.Name, "area": string(t.Area)}})
}
