package store

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// moveViews adds to a ticket's page how it came to its place, that it rests,
// and which tickets it hangs together with.
func (tx *Tx) moveViews(ctx context.Context, v *ticket.View) error {
	for _, add := range []func(context.Context, *ticket.View) error{tx.viewOwned, tx.viewPause, tx.viewLinks, tx.viewPlace} {
		if err := add(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) viewOwned(ctx context.Context, v *ticket.View) (err error) {
	v.OwnedSince, err = tx.OwnedSince(ctx, v.TicketID)
	return err
}

func (tx *Tx) viewPause(ctx context.Context, v *ticket.View) error {
	p, err := tx.PauseAt(ctx, v.TicketID, v.Epoch)
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	v.Pause = &ticket.PauseView{From: p.From, Until: p.Until, Reason: p.Reason, By: p.By}
	return err
}

func (tx *Tx) viewLinks(ctx context.Context, v *ticket.View) error {
	var rows []struct {
		How, PublicID, Number string
		InvitedAt             time.Time
	}
	id := int64(v.TicketID)
	err := tx.find(ctx, "list linked tickets", &rows, `SELECT 'merged_into' AS how, o.public_id, o.number, o.invited_at FROM tickets t JOIN tickets o ON o.id = t.merged_into WHERE t.id = ?
		UNION ALL SELECT 'split_from', o.public_id, o.number, o.invited_at FROM tickets t JOIN tickets o ON o.id = t.split_from WHERE t.id = ?
		UNION ALL SELECT 'joined', o.public_id, o.number, o.invited_at FROM tickets o WHERE o.merged_into = ?
		UNION ALL SELECT 'split_off', o.public_id, o.number, o.invited_at FROM tickets o WHERE o.split_from = ? ORDER BY invited_at, number`, id, id, id, id)
	for _, r := range rows {
		link := ticket.Link{ID: r.PublicID, Number: ticket.Number(r.Number), InvitedAt: r.InvitedAt.UTC()}
		switch r.How {
		case "merged_into":
			v.MergedInto = &link
		case "split_from":
			v.SplitFrom = &link
		case "joined":
			v.Joined = append(v.Joined, link)
		default:
			v.SplitOff = append(v.SplitOff, link)
		}
	}
	return err
}

// viewPlace tells how the ticket came to its place: the newest word on it.
func (tx *Tx) viewPlace(ctx context.Context, v *ticket.View) error {
	r, err := one[struct {
		At                   time.Time
		Actor, Source, Place string
		Number               *string
	}](ctx, tx, "choice of the place", `SELECT e.at, e.actor, e.data->>'area_source' AS source, coalesce(d.name, e.data->>'area') AS place, e.data->>'like' AS number
		FROM timeline e LEFT JOIN divisions d ON d.code = e.data->>'area'
		WHERE e.ticket_id = ? AND e.data->>'area_source' IS NOT NULL ORDER BY e.id DESC LIMIT 1`, int64(v.TicketID))
	if err == nil {
		v.Place = &ticket.PlaceView{Source: ticket.PlaceSource(r.Source), AreaName: r.Place, By: r.Actor, At: r.At.UTC(), Like: ticket.Number(deref(r.Number))}
	} else if !errors.Is(err, act.ErrNotFound) {
		return err
	}
	if v.Call.CallerMasked == "" || !v.Status.Waiting() {
		return nil
	}
	h, number, err := tx.HouseholdArea(ctx, v.TicketID)
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	v.Suggested = &ticket.PlaceHint{Area: h.Code, AreaName: h.Name, Number: number}
	return err
}

// HouseholdArea is where somebody was last found in need under the number that
// called: a suggestion, since a number proves nothing (DOMAIN 0a.3).
// act.ErrNotFound where nobody was.
func (tx *Tx) HouseholdArea(ctx context.Context, id ticket.ID) (area.Division, ticket.Number, error) {
	r, err := one[struct{ AreaCode, Name, Number string }](ctx, tx, "household", `SELECT o.area_code, d.name, o.number FROM tickets me
		JOIN tickets o ON o.caller_index = me.caller_index AND o.id <> me.id JOIN findings f ON f.ticket_id = o.id JOIN divisions d ON d.code = o.area_code
		WHERE me.id = ? AND NOT o.confidential ORDER BY f.id DESC LIMIT 1`, int64(id))
	return area.Division{Code: area.Code(r.AreaCode), Name: r.Name}, ticket.Number(r.Number), err
}
