package store

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/relief/care"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/referral"
	"example.org/hotline/ticket"
)

// CareOf is all that is done for a household beside money, as the ticket's page shows it.
func (tx *Tx) CareOf(ctx context.Context, id ticket.ID) (c care.Case, err error) {
	if c.FollowUps, err = tx.followViews(ctx, `f.ticket_id = ? ORDER BY f.state = 'ended', f.next_on, f.id`, int64(id)); err != nil {
		return c, err
	}
	if c.Services, err = tx.orderViews(ctx, `o.ticket_id = ? ORDER BY o.id`, int64(id)); err != nil {
		return c, err
	}
	if c.Plan, err = tx.planViews(ctx, id); err != nil {
		return c, err
	}
	if c.Trips, err = tx.tripViews(ctx, id); err != nil {
		return c, err
	}
	for _, t := range c.Trips {
		if !t.Ours {
			c.MadeTrips++
		}
	}
	if c.Mandates, err = tx.mandateViews(ctx, id); err != nil {
		return c, err
	}
	t, err := tx.Ticket(ctx, id)
	if err != nil {
		return c, err
	}
	c.May = t.Status.Open() && !t.Status.Waiting() && tx.actor.May(care.Carers()...) && (t.Owner == tx.actor.PostID || tx.actor.May(area.RoleTownshipHead, area.RoleCountyDuty, area.RoleSupervisor))
	if t.Area.Level() < area.LevelTownship {
		return c, nil
	}
	station, err := tx.StationOf(ctx, t.Area.At(area.LevelTownship))
	if errors.Is(err, act.ErrNotFound) {
		return c, nil
	}
	c.Station = station.Name
	return c, err
}

// FollowViews lists the plans of the actor's area to look again, the next first.
func (tx *Tx) FollowViews(ctx context.Context, f care.FollowFilter) ([]care.FollowView, error) {
	where := map[string]string{"open": `f.state <> 'ended'`, "late": `f.state = 'late'`, "due": `f.state <> 'ended' AND f.next_on <= (SELECT app_now() AT TIME ZONE 'Asia/Shanghai')::date`}[f.View]
	return tx.followViews(ctx, where+` ORDER BY f.next_on, f.id LIMIT ?`, f.Limit)
}

func (tx *Tx) followViews(ctx context.Context, where string, args ...any) ([]care.FollowView, error) {
	var rows []struct {
		Row                                             followRow `gorm:"embedded"`
		Creator, Post, Number, TicketPublicID, AreaName string
		OwnerID                                         int64
	}
	err := tx.find(ctx, "list follow-ups", &rows, `SELECT `+followColumns+`, s.name AS creator, p.name AS post, t.number, t.public_id AS ticket_public_id, d.name AS area_name, t.owner_id
		FROM follow_ups f JOIN tickets t ON t.id = f.ticket_id JOIN divisions d ON d.code = t.area_code JOIN staff s ON s.id = f.created_by JOIN posts p ON p.id = f.post_id WHERE `+where, args...)
	views := make([]care.FollowView, 0, len(rows))
	for _, r := range rows {
		f, rerr := tx.follow(r.Row)
		if rerr != nil {
			return nil, rerr
		}
		runs, lead := f.State != care.FollowEnded, tx.actor.May(area.RoleTownshipHead, area.RoleCountyDuty, area.RoleSupervisor)
		v := care.FollowView{ID: f.PublicID, TicketID: r.TicketPublicID, Number: ticket.Number(r.Number), AreaName: r.AreaName, Catalogue: f.Catalogue, Kind: f.Kind, Holds: f.Holds,
			Reason: relief.TextFor(tx.actor, f.Reason), For: r.Post, NextOn: f.NextOn, State: f.State, By: r.Creator, At: f.At, EndReason: relief.TextFor(tx.actor, f.EndReason),
			Look: runs && tx.actor.May(care.Carers()...) && (lead || f.Post == tx.actor.PostID || area.PostID(r.OwnerID) == tx.actor.PostID), End: runs && lead}
		if v.Looks, rerr = tx.lookViews(ctx, f.ID); rerr != nil {
			return nil, rerr
		}
		views = append(views, v)
	}
	return views, err
}

func (tx *Tx) lookViews(ctx context.Context, id care.FollowID) ([]care.LookView, error) {
	var rows []struct {
		PublicID, Name, Way, Outcome, DueOn string
		NextOn                              *string
		FoundSealed                         []byte
		At                                  time.Time
	}
	err := tx.find(ctx, "list looks", &rows, `SELECT l.public_id, s.name, l.way, l.outcome, l.due_on::text AS due_on, l.next_on::text AS next_on, l.found_sealed, l.at
		FROM follow_looks l JOIN staff s ON s.id = l.staff_id WHERE l.follow_up_id = ? ORDER BY l.id`, int64(id))
	views := make([]care.LookView, 0, len(rows))
	for _, r := range rows {
		found, rerr := tx.openText("follow_looks.found", r.PublicID, r.FoundSealed)
		if rerr != nil {
			return nil, rerr
		}
		views = append(views, care.LookView{At: r.At.UTC(), By: r.Name, Way: people.Way(r.Way), Outcome: care.LookOutcome(r.Outcome), Found: relief.TextFor(tx.actor, found),
			DueOn: ticket.Date(r.DueOn), NextOn: ticket.Date(deref(r.NextOn))})
	}
	return views, err
}

// StationOrders lists the orders of the stations that the actor leads: what runs, and what
// ended within thirty days, without what the station was told of the family.
func (tx *Tx) StationOrders(ctx context.Context) ([]care.OrderView, error) {
	return tx.orderViews(ctx, `app_leads_station(o.station_area) AND (o.state NOT IN ('done','cancelled') OR EXISTS (SELECT 1 FROM service_order_steps x WHERE x.order_id = o.id AND x.at > ?))
		ORDER BY o.state IN ('done','cancelled'), o.id DESC LIMIT 200`, tx.now.AddDate(0, 0, -30))
}

func (tx *Tx) orderViews(ctx context.Context, where string, args ...any) ([]care.OrderView, error) {
	var rows []struct {
		Row              orderRow `gorm:"embedded"`
		Creator, Station string
		Leads            bool
		OwnerID          *int64 // absent where the actor does not see the ticket
	}
	err := tx.find(ctx, "list service orders", &rows, `SELECT `+orderColumns+`, s.name AS creator, n.name AS station, app_leads_station(o.station_area) AS leads, t.owner_id
		FROM service_orders o JOIN stations n ON n.area_code = o.station_area JOIN staff s ON s.id = o.created_by LEFT JOIN tickets t ON t.id = o.ticket_id WHERE `+where, args...)
	views := make([]care.OrderView, 0, len(rows))
	for _, r := range rows {
		o, rerr := tx.order(r.Row)
		if rerr != nil {
			return nil, rerr
		}
		v := care.OrderView{ID: o.PublicID, Number: o.Number, Station: r.Station, Area: o.Station, Catalogue: o.Catalogue, Service: o.Service, State: o.State, Outcome: o.Outcome,
			Request: relief.TextFor(tx.actor, o.Request), Consent: o.Consent, Fields: o.Fields, By: r.Creator, At: o.At, DueAt: null(o.DueAt),
			Late:     !o.State.Over() && !o.DueAt.IsZero() && !tx.now.Before(o.DueAt),
			NextActs: o.NextActs(r.OwnerID != nil && (area.PostID(*r.OwnerID) == tx.actor.PostID || tx.actor.May(area.RoleTownshipHead, area.RoleCountyDuty, area.RoleSupervisor)), r.Leads)}
		if r.Leads && !o.State.Over() {
			v.Request, v.Letter = string(o.Request), &o.Letter
		}
		if v.Steps, rerr = tx.orderSteps(ctx, o, r.Leads); rerr != nil {
			return nil, rerr
		}
		views = append(views, v)
	}
	return views, err
}

func (tx *Tx) orderSteps(ctx context.Context, o care.Order, leads bool) ([]care.OrderStepView, error) {
	var rows []struct {
		Event, Name string
		Outcome     *string
		NoteSealed  []byte
		At          time.Time
	}
	err := tx.find(ctx, "list steps of a service order", &rows, `SELECT x.event, s.name, x.outcome, x.note_sealed, x.at FROM service_order_steps x JOIN staff s ON s.id = x.staff_id
		WHERE x.order_id = ? ORDER BY x.id`, int64(o.ID))
	views := make([]care.OrderStepView, 0, len(rows))
	for _, r := range rows {
		note, rerr := tx.openText("service_order_steps.note", o.PublicID, r.NoteSealed)
		if rerr != nil {
			return nil, rerr
		}
		shown := relief.TextFor(tx.actor, note)
		if leads {
			shown = string(note)
		}
		views = append(views, care.OrderStepView{Event: care.OrderEvent(r.Event), Outcome: care.OrderOutcome(deref(r.Outcome)), At: r.At.UTC(), By: r.Name, Note: shown})
	}
	return views, err
}

func (tx *Tx) planViews(ctx context.Context, id ticket.ID) ([]care.PlanView, error) {
	var rows []struct {
		Row           planItemRow `gorm:"embedded"`
		Creator, Doer *string
	}
	err := tx.find(ctx, "list a plan", &rows, `SELECT `+planItemColumns+`, s.name AS creator, w.name AS doer FROM plan_items i JOIN staff s ON s.id = i.created_by LEFT JOIN staff w ON w.id = i.done_by
		WHERE i.ticket_id = ? ORDER BY i.id`, int64(id))
	views := make([]care.PlanView, 0, len(rows))
	for _, r := range rows {
		p, rerr := tx.planItem(r.Row)
		if rerr != nil {
			return nil, rerr
		}
		v := care.PlanView{ID: p.PublicID, Catalogue: p.Catalogue, Person: p.Person, Need: p.Need, Measure: p.Measure, Work: p.Work, Goal: relief.TextFor(tx.actor, p.Goal), DueOn: p.DueOn,
			State: p.State, Late: p.State == care.PlanOpen && p.DueOn < ticket.DateOf(tx.now), Result: p.Result, Came: relief.TextFor(tx.actor, p.Came), By: deref(r.Creator),
			DoneBy: deref(r.Doer), DoneAt: null(p.DoneAt)}
		if p.Person != "" {
			who, perr := tx.PersonByRef(ctx, p.Person)
			if perr != nil && !errors.Is(perr, act.ErrNotFound) {
				return nil, perr
			}
			v.Name = relief.TextFor(tx.actor, who.Name)
		}
		views = append(views, v)
	}
	return views, err
}

func (tx *Tx) tripViews(ctx context.Context, id ticket.ID) ([]care.TripView, error) {
	var rows []struct {
		PublicID, MadeOn, Place, Errand, Name string
		Ours                                  bool
	}
	err := tx.find(ctx, "list trips", &rows, `SELECT p.public_id, p.made_on::text AS made_on, p.place, p.errand, s.name, p.mandate_id IS NOT NULL AS ours FROM trips p JOIN staff s ON s.id = p.staff_id
		WHERE p.ticket_id = ? ORDER BY p.made_on, p.id`, int64(id))
	views := make([]care.TripView, 0, len(rows))
	for _, r := range rows {
		views = append(views, care.TripView{ID: r.PublicID, On: ticket.Date(r.MadeOn), Place: care.TripPlace(r.Place), For: care.Errand(r.Errand), Ours: r.Ours, By: r.Name})
	}
	return views, err
}

func (tx *Tx) mandateViews(ctx context.Context, id ticket.ID) ([]care.MandateView, error) {
	var rows []mandateRow
	err := tx.find(ctx, "list mandates", &rows, `SELECT `+mandateColumns+`, s.name FROM mandates m JOIN staff s ON s.id = m.staff_id WHERE m.ticket_id = ? ORDER BY m.id`, int64(id))
	views := make([]care.MandateView, 0, len(rows))
	for _, r := range rows {
		views = append(views, care.MandateView{ID: r.PublicID, For: r.errands(), Consent: referral.ConsentKind(r.Consent), By: r.Name, At: r.At.UTC(), EndedAt: r.EndedAt})
	}
	return views, err
}
