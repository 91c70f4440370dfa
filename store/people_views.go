package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// placeName is the name of a place; its code where it is in no tree, as places of other provinces.
func (tx *Tx) placeName(ctx context.Context, c area.Code) (string, error) {
	d, err := tx.Division(ctx, c)
	if errors.Is(err, act.ErrNotFound) {
		return string(c), nil
	}
	return d.Name, err
}

// householdView shows a household with its members of now.
func (tx *Tx) householdView(ctx context.Context, h people.Household) (v people.HouseholdView, err error) {
	v = people.HouseholdView{ID: h.PublicID, Area: h.Area, RegisterArea: h.Register, Address: string(h.Address), OpenedAt: h.OpenedAt, Version: h.Version, Members: []people.MemberView{},
		Tier: people.TierView{Tier: h.Tier.Tier, Version: h.Tier.Version, Because: h.Tier.Because, Reason: h.Tier.Reason, Since: h.Tier.Since}}
	if v.AreaName, err = tx.placeName(ctx, h.Area); err != nil {
		return v, err
	}
	if h.Tier.By != 0 {
		if v.Tier.By, err = tx.StaffName(ctx, h.Tier.By); err != nil {
			return v, err
		}
	}
	var rows []struct {
		PersonID int64
		Kind     string
	}
	err = tx.find(ctx, "list register entries", &rows, `SELECT e.person_id, e.kind FROM register_entries e JOIN memberships m ON m.person_id = e.person_id AND m.until IS NULL
		WHERE m.household_id = ? AND e.until IS NULL ORDER BY e.kind`, int64(h.ID))
	for _, m := range h.Members {
		shown := m.View(ticket.DateOf(tx.now))
		for _, r := range rows {
			if people.PersonID(r.PersonID) == m.Person.ID {
				shown.Registers = append(shown.Registers, people.RegisterKind(r.Kind))
			}
		}
		v.Members = append(v.Members, shown)
	}
	return v, err
}

// Received sums what counts for a household in the last so many months.
func (tx *Tx) Received(ctx context.Context, index []byte, months int) (v people.ReceivedView, err error) {
	v = people.ReceivedView{Since: tx.now.AddDate(0, -months, 0), Kinds: []people.ReceivedKind{}}
	key := ledger.HouseholdKey(index).Key
	err = tx.find(ctx, "sum what a household received", &v.Kinds, `SELECT split_part(a.key, ':', 1) AS aid_kind, sum(a.fen)::bigint AS fen, count(*) AS payouts FROM limit_uses h
		JOIN limit_uses a ON a.disbursement_id = h.disbursement_id AND a.kind = 'aid_kind' AND split_part(a.key, ':', 2) = h.key AND a.released_at IS NULL
		WHERE h.kind = 'household' AND h.key = ? AND h.released_at IS NULL AND h.at > ? GROUP BY 1 ORDER BY 1`, key, v.Since)
	for _, k := range v.Kinds {
		v.Fen += k.Fen
	}
	return v, err
}

// CaseCard shows whom a case is about, or perhaps is.
func (tx *Tx) CaseCard(ctx context.Context, id ticket.ID, months int) (c people.CaseCard, h people.Household, err error) {
	c.Suggestions = []people.SuggestionView{}
	h, err = tx.TicketHousehold(ctx, id)
	if errors.Is(err, act.ErrNotFound) {
		c.Suggestions, err = tx.suggestionViews(ctx, id)
		return c, people.Household{}, err
	}
	if err != nil {
		return c, h, err
	}
	v, err := tx.householdView(ctx, h)
	if err != nil {
		return c, h, err
	}
	c.Household = &v
	var at time.Time
	if err := tx.scan(ctx, "read a link", `SELECT c.basis, c.linked_at, coalesce(s.name, '') FROM case_households c LEFT JOIN staff s ON s.id = c.linked_by WHERE c.ticket_id = ? AND c.unlinked_at IS NULL`,
		[]any{int64(id)}, (*string)(&c.Basis), &at, &c.LinkedBy); err != nil {
		return c, h, err
	}
	at = at.UTC()
	c.LinkedAt = &at
	received, err := tx.Received(ctx, h.Index, months)
	c.Received = &received
	return c, h, err
}

// suggestionViews shows the households that a case is perhaps about, each once, with all that it rests on.
func (tx *Tx) suggestionViews(ctx context.Context, id ticket.ID) ([]people.SuggestionView, error) {
	list, err := tx.CaseSuggestions(ctx, id)
	if err != nil {
		return nil, err
	}
	views, at := []people.SuggestionView{}, map[people.HouseholdID]int{}
	err = tx.everywhere(ctx, func() error {
		for _, s := range list {
			i, known := at[s.Household]
			if !known {
				b, err := tx.brief(ctx, s.Household)
				if err != nil {
					return err
				}
				i, at[s.Household] = len(views), len(views)
				views = append(views, people.SuggestionView{Household: b})
			}
			g := people.GroundView{Ground: s.Ground, Source: s.Source, Number: s.Number}
			if s.Person != 0 {
				p, err := tx.PersonByID(ctx, s.Person)
				if err != nil {
					return err
				}
				g.Person = ticket.MaskName(string(p.Name))
			}
			views[i].Grounds = append(views[i].Grounds, g)
		}
		return nil
	})
	return views, err
}

// brief shows a household masked.
func (tx *Tx) brief(ctx context.Context, id people.HouseholdID) (people.HouseholdBrief, error) {
	r, err := one[householdRow](ctx, tx, "household", householdSQL+`WHERE h.id = ?`, int64(id))
	if err != nil {
		return people.HouseholdBrief{}, err
	}
	h, err := tx.household(ctx, r)
	if err != nil {
		return people.HouseholdBrief{}, err
	}
	name, err := tx.placeName(ctx, h.Area)
	return h.Brief(name), err
}

// FoundViews shows what a look-up came upon.
func (tx *Tx) FoundViews(ctx context.Context, found []people.Found) ([]people.FoundView, error) {
	views, names := make([]people.FoundView, 0, len(found)), map[area.Code]string{} // most live where their household does
	nameOf := func(c area.Code) (name string, err error) {
		if name, known := names[c]; known {
			return name, nil
		}
		name, err = tx.placeName(ctx, c)
		names[c] = name
		return name, err
	}
	for _, f := range found {
		name, err := nameOf(f.Person.Area)
		if err != nil {
			return nil, err
		}
		v := f.Person.Masked(name)
		if f.Household != nil {
			if name, err = nameOf(f.Household.Area); err != nil {
				return nil, err
			}
			b := f.Household.Brief(name)
			v.Household = &b
		}
		views = append(views, v)
	}
	return views, nil
}

// HouseholdPage shows all that there is of a household.
func (tx *Tx) HouseholdPage(ctx context.Context, h people.Household, months int) (p people.HouseholdPage, err error) {
	if p.HouseholdView, err = tx.householdView(ctx, h); err != nil {
		return p, err
	}
	for _, part := range []func(context.Context, people.Household, *people.HouseholdPage) error{tx.pageBefore, tx.pageTiers, tx.pageCases, tx.pagePlan, tx.pageAlerts, tx.pageActs, tx.pageEntries, tx.pageLooks} {
		if err := part(ctx, h, &p); err != nil {
			return p, err
		}
	}
	p.NextActs = h.Next(tx.actor, p.Plan != nil)
	p.Received, err = tx.Received(ctx, h.Index, months)
	return p, err
}

func (tx *Tx) pageBefore(ctx context.Context, h people.Household, p *people.HouseholdPage) error {
	p.Before = []people.MemberView{}
	return tx.everywhere(ctx, func() error { // they may live elsewhere by now
		before, err := tx.householdMembers(ctx, `m.household_id = ? AND m.until IS NOT NULL ORDER BY m.until DESC, m.id DESC LIMIT 100`, int64(h.ID))
		for _, m := range before {
			v := m.View(ticket.DateOf(tx.now))
			p.Before = append(p.Before, people.MemberView{ID: v.ID, Name: v.Name, Relation: v.Relation, Since: v.Since, Until: v.Until, Ended: v.Ended, IDType: v.IDType, Sex: v.Sex,
				HukouArea: v.HukouArea, Capacity: v.Capacity, WorkAbility: v.WorkAbility, Registers: []people.RegisterKind{}})
		}
		if err != nil || h.MergedInto == 0 {
			return err
		}
		return tx.scan(ctx, "find what stands for a household", `SELECT public_id FROM households WHERE id = ?`, []any{int64(h.MergedInto)}, &p.MergedInto)
	})
}

func (tx *Tx) pageTiers(ctx context.Context, h people.Household, p *people.HouseholdPage) error {
	p.Tiers = []people.TierView{}
	var rows []struct {
		Tier                             int
		RuleVersion, Because, Reason, By string
		Since                            time.Time
		Until                            *time.Time
	}
	err := tx.find(ctx, "list tiers", &rows, `SELECT t.tier, t.rule_version, t.because, t.reason, coalesce(s.name, '') AS by, t.since, t.until FROM household_tiers t LEFT JOIN staff s ON s.id = t.set_by
		WHERE t.household_id = ? ORDER BY t.id DESC LIMIT 100`, int64(h.ID))
	for _, r := range rows {
		p.Tiers = append(p.Tiers, people.TierView{Tier: r.Tier, Version: r.RuleVersion, Because: people.TierWhy(r.Because), Reason: r.Reason, By: r.By, Since: r.Since.UTC(), Until: utc(r.Until)})
	}
	return err
}

func (tx *Tx) pageCases(ctx context.Context, h people.Household, p *people.HouseholdPage) error {
	p.Cases = []people.CaseView{}
	var rows []struct {
		PublicID, Number, Kind, Status, Basis string
		LinkedAt                              time.Time
		UnlinkedAt                            *time.Time
	}
	err := tx.find(ctx, "list a household's cases", &rows, `SELECT t.public_id, t.number, t.kind, t.status, c.basis, c.linked_at, c.unlinked_at FROM case_households c JOIN tickets t ON t.id = c.ticket_id
		WHERE c.household_id = ? ORDER BY c.id DESC LIMIT 100`, int64(h.ID))
	for _, r := range rows {
		p.Cases = append(p.Cases, people.CaseView{ID: r.PublicID, Number: ticket.Number(r.Number), Kind: ticket.Kind(r.Kind), Status: ticket.Status(r.Status), Basis: people.Basis(r.Basis),
			LinkedAt: r.LinkedAt.UTC(), Until: utc(r.UnlinkedAt)})
	}
	return err
}

func (tx *Tx) pagePlan(ctx context.Context, h people.Household, p *people.HouseholdPage) error {
	plan, err := one[planRow](ctx, tx, "plan", `SELECT `+planColumns+` FROM monitoring_plans WHERE household_id = ? AND ended_at IS NULL`, int64(h.ID))
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	p.Plan = &people.PlanView{EveryDays: plan.EveryDays, NextOn: dayOf(&plan.NextOn), Checks: []people.CheckView{}}
	var rows []struct {
		PublicID, By, Way, Result string
		At, DueOn                 time.Time
		NoteSealed                []byte
	}
	err = tx.find(ctx, "list looks at a household", &rows, `SELECT c.public_id, s.name AS by, c.way, c.result, c.at, c.due_on, c.note_sealed FROM monitoring_checks c JOIN staff s ON s.id = c.staff_id
		WHERE c.plan_id = ? ORDER BY c.id DESC LIMIT 50`, plan.ID)
	if err != nil {
		return err
	}
	for _, r := range rows {
		note, err := tx.openText("monitoring_checks.note", r.PublicID, r.NoteSealed)
		if err != nil {
			return err
		}
		p.Plan.Checks = append(p.Plan.Checks, people.CheckView{At: r.At.UTC(), By: r.By, Way: people.Way(r.Way), Result: people.Result(r.Result), Note: string(note), DueOn: dayOf(&r.DueOn)})
	}
	return nil
}

func (tx *Tx) pageAlerts(ctx context.Context, h people.Household, p *people.HouseholdPage) error {
	p.Alerts = []people.AlertView{}
	var rows []struct {
		PublicID, Kind, Source, By, Reason, Ticket, Number string
		Outcome                                            *string
		HappenedOn, RaisedAt                               time.Time
		NoteSealed                                         []byte
	}
	err := tx.find(ctx, "list alerts", &rows, `SELECT a.public_id, a.kind, a.source, coalesce(s.name, '') AS by, a.reason, a.outcome, a.happened_on, a.raised_at, a.note_sealed,
		coalesce(t.public_id::text, '') AS ticket, coalesce(t.number, '') AS number FROM change_alerts a LEFT JOIN staff s ON s.id = a.raised_by LEFT JOIN tickets t ON t.id = a.ticket_id
		WHERE a.household_id = ? ORDER BY a.settled_at IS NOT NULL, a.id DESC LIMIT 100`, int64(h.ID))
	if err != nil {
		return err
	}
	for _, r := range rows {
		note, err := tx.openText("change_alerts.note", r.PublicID, r.NoteSealed)
		if err != nil {
			return err
		}
		p.Alerts = append(p.Alerts, people.AlertView{ID: r.PublicID, Kind: people.AlertKind(r.Kind), Source: people.AlertSource(r.Source), HappenedOn: dayOf(&r.HappenedOn), Note: string(note),
			RaisedBy: r.By, RaisedAt: r.RaisedAt.UTC(), Ticket: r.Ticket, Number: ticket.Number(r.Number), Outcome: people.AlertOutcome(deref(r.Outcome)), Reason: r.Reason})
	}
	return nil
}

func (tx *Tx) pageActs(ctx context.Context, h people.Household, p *people.HouseholdPage) error {
	p.Acts = []people.ActView{}
	var rows []struct {
		PublicID, Kind, Reason, By string
		Other                      int64
		Persons, Cases             int
		At                         time.Time
		Undone                     bool
	}
	// Joinings of the household itself, and of those who belong or belonged to it.
	err := tx.find(ctx, "list joinings", &rows, `SELECT a.public_id, a.kind, a.reason, s.name AS by, CASE WHEN a.kept_id = ? THEN a.other_id ELSE a.kept_id END AS other, a.at,
		coalesce(jsonb_array_length(a.moved->'persons'), 0) AS persons, coalesce(jsonb_array_length(a.moved->'tickets'), 0) AS cases,
		EXISTS (SELECT 1 FROM people_acts u WHERE u.undoes = a.id) AS undone
		FROM people_acts a JOIN staff s ON s.id = a.staff_id WHERE a.kind LIKE '%household%' AND (a.kept_id = ? OR a.other_id = ?)
		   OR a.kind LIKE '%persons' AND a.kept_id IN (SELECT person_id FROM memberships WHERE household_id = ?) ORDER BY a.id DESC LIMIT 50`, int64(h.ID), int64(h.ID), int64(h.ID), int64(h.ID))
	if err != nil {
		return err
	}
	return tx.everywhere(ctx, func() error {
		for _, r := range rows {
			v := people.ActView{ID: r.PublicID, Kind: people.ActKind(r.Kind), Persons: r.Persons, Cases: r.Cases, Reason: r.Reason, By: r.By, At: r.At.UTC(), Undone: r.Undone}
			if v.Kind == people.ActMergePersons || v.Kind == people.ActSplitPersons {
				other, err := tx.PersonByID(ctx, people.PersonID(r.Other))
				if err != nil {
					return err
				}
				v.Other = ticket.MaskName(string(other.Name))
			} else {
				other, err := tx.brief(ctx, people.HouseholdID(r.Other))
				if err != nil {
					return err
				}
				v.Other = other.Head
			}
			p.Acts = append(p.Acts, v)
		}
		return nil
	})
}

func (tx *Tx) pageEntries(ctx context.Context, h people.Household, p *people.HouseholdPage) error {
	p.Entries = []people.EntryView{}
	var rows []struct {
		Person              personRow `gorm:"embedded"`
		Kind, Reason, Leave string
		Since               time.Time
		Until               *time.Time
	}
	err := tx.find(ctx, "list register entries", &rows, `SELECT `+personColumns+`, e.kind, e.entry_reason AS reason, coalesce(e.exit_reason, '') AS leave, e.since, e.until
		FROM register_entries e JOIN persons p ON p.id = e.person_id WHERE e.household_id = ? OR e.person_id IN (SELECT person_id FROM memberships WHERE household_id = ? AND until IS NULL)
		ORDER BY e.until IS NOT NULL, e.id DESC LIMIT 200`, int64(h.ID), int64(h.ID))
	if err != nil {
		return err
	}
	for _, r := range rows {
		person, err := tx.person(r.Person)
		if err != nil {
			return err
		}
		p.Entries = append(p.Entries, people.EntryView{Person: person.PublicID, Name: string(person.Name), Kind: people.RegisterKind(r.Kind), From: dayOf(&r.Since), Until: dayOf(r.Until), Reason: r.Reason, Exit: r.Leave})
	}
	return nil
}

func (tx *Tx) pageLooks(ctx context.Context, h people.Household, p *people.HouseholdPage) error {
	return tx.everywhere(ctx, func() error {
		var rows []lookRow
		err := tx.find(ctx, "list looks", &rows, lookSQL+`l.household_id = ? ORDER BY l.id DESC LIMIT 100`, int64(h.ID))
		p.Looks = looks(rows)
		return err
	})
}

// householdBriefRow is a household of a list.
type householdBriefRow struct {
	ID     int64
	Alerts int
	NextOn *time.Time
}

// HouseholdsOf lists the households that live at or below a place, masked: those of a
// tier, those to be looked at by a day, or those with a change that nobody has settled.
func (tx *Tx) HouseholdsOf(ctx context.Context, f people.HouseholdFilter) ([]people.HouseholdBrief, error) {
	var rows []householdBriefRow
	err := tx.find(ctx, "list households", &rows, `SELECT h.id, p.next_on, (SELECT count(*) FROM change_alerts a WHERE a.household_id = h.id AND a.settled_at IS NULL) AS alerts FROM households h
		JOIN household_tiers t ON t.household_id = h.id AND t.until IS NULL LEFT JOIN monitoring_plans p ON p.household_id = h.id AND p.ended_at IS NULL
		WHERE h.merged_into IS NULL AND h.area_code LIKE ? AND (? = 0 OR t.tier = ?) AND (? = '' OR p.next_on <= ?::date) AND (NOT ? OR EXISTS (SELECT 1 FROM change_alerts a WHERE a.household_id = h.id AND a.settled_at IS NULL))
		AND h.id > ? ORDER BY h.id LIMIT ?`, f.Under.Prefix()+"%", f.Tier, f.Tier, string(f.DueBy), dueOr(f.DueBy), f.Alerts, f.After, f.Limit)
	if err != nil {
		return nil, err
	}
	list := make([]people.HouseholdBrief, 0, len(rows))
	for _, r := range rows {
		b, err := tx.brief(ctx, people.HouseholdID(r.ID))
		if err != nil {
			return nil, err
		}
		b.Alerts, b.NextOn = r.Alerts, string(dayOf(r.NextOn))
		list = append(list, b)
	}
	return list, nil
}

// dueOr is a day for the comparison that is not made.
func dueOr(d ticket.Date) string {
	if d == "" {
		return "2199-12-31"
	}
	return string(d)
}

// OpenMatches lists the suggestions that nobody has answered, side by side.
func (tx *Tx) OpenMatches(ctx context.Context, under area.Code, limit int) ([]people.MatchView, error) {
	var rows []matchRow
	err := tx.find(ctx, "list suggestions", &rows, `SELECT `+matchColumns+` FROM person_matches WHERE state = 'open' AND (a_area LIKE ? OR b_area LIKE ?) ORDER BY found_at, id LIMIT ?`,
		under.Prefix()+"%", under.Prefix()+"%", limit)
	if err != nil {
		return nil, err
	}
	list := make([]people.MatchView, 0, len(rows))
	err = tx.everywhere(ctx, func() error {
		for _, r := range rows {
			m, err := r.match()
			if err != nil {
				return err
			}
			v := people.MatchView{ID: m.PublicID, Grounds: m.Grounds, FoundAt: r.FoundAt.UTC(), State: m.State, MayJoin: tx.actor.May(people.Joiners()...)}
			for _, side := range []struct {
				id people.PersonID
				to *people.FoundView
			}{{m.A, &v.A}, {m.B, &v.B}} {
				p, err := tx.PersonByID(ctx, side.id)
				if err != nil {
					return err
				}
				found := []people.Found{{Person: p}}
				if h, err := tx.BelongsTo(ctx, p.ID); err == nil {
					home, err := one[householdRow](ctx, tx, "household", householdSQL+`WHERE h.id = ?`, int64(h))
					if err != nil {
						return err
					}
					opened, err := tx.household(ctx, home)
					if err != nil {
						return err
					}
					found[0].Household = &opened
				} else if !errors.Is(err, act.ErrNotFound) {
					return err
				}
				views, err := tx.FoundViews(ctx, found)
				if err != nil {
					return err
				}
				*side.to = views[0]
				v.MayJoin = v.MayJoin && tx.actor.Area.Contains(p.Area)
			}
			list = append(list, v)
		}
		return nil
	})
	return slices.Clip(list), err
}
