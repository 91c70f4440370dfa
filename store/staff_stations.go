package store

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Stations lists the social-work stations of the actor's area.
func (tx *Tx) Stations(ctx context.Context) ([]area.Station, error) {
	var rows []struct{ AreaCode, AreaName, Name, Lead, LeadName, OpenedOn, ClosedOn string }
	err := tx.find(ctx, "list stations", &rows, `SELECT t.area_code, d.name AS area_name, t.name, coalesce(s.login, '') AS lead, coalesce(s.name, '') AS lead_name,
		t.opened_on::text AS opened_on, coalesce(t.closed_on::text, '') AS closed_on
		FROM stations t JOIN divisions d ON d.code = t.area_code LEFT JOIN staff s ON s.id = t.lead_id ORDER BY t.area_code LIMIT 2000`)
	list := make([]area.Station, 0, len(rows))
	for _, r := range rows {
		list = append(list, area.Station{Area: area.Code(r.AreaCode), AreaName: r.AreaName, Name: r.Name, Lead: r.Lead, LeadName: r.LeadName,
			OpenedOn: area.Date(r.OpenedOn), ClosedOn: area.Date(r.ClosedOn)})
	}
	return list, err
}

// SetStation opens a township's station, or changes its name, who leads it, or
// its end. A township has one.
func (tx *Tx) SetStation(ctx context.Context, s area.Station) (area.Station, error) {
	if s.Area.Level() != area.LevelTownship {
		return s, act.Invalid("area", "station_level", "A station belongs to a township. Name one by its code of 12 digits.")
	}
	if err := tx.within(ctx, s.Area); err != nil {
		return s, err
	}
	if s.ClosedOn != "" && s.ClosedOn < s.OpenedOn {
		return s, act.Invalid("closed_on", "ends_before_it_begins", "It closes before it opens. Correct one of the two days.")
	}
	var lead int64
	if s.Lead != "" {
		r, err := tx.staffRows(ctx, `s.login = ? AND s.active`, s.Lead)
		switch {
		case err != nil:
			return s, err
		case len(r) == 0:
			return s, act.Invalid("lead", "lead_unknown", "Nobody who works here has this login. Correct it.")
		}
		lead = r[0].ID
	}
	_, err := tx.exec(ctx, "keep a station", `INSERT INTO stations (area_code, name, lead_id, opened_on, closed_on, changed_at) VALUES (?, ?, ?, ?::date, nullif(?, '')::date, ?)
		ON CONFLICT (area_code) DO UPDATE SET name = excluded.name, lead_id = excluded.lead_id, closed_on = excluded.closed_on, changed_at = excluded.changed_at`,
		string(s.Area), s.Name, nonZero(lead), string(s.OpenedOn), string(s.ClosedOn), tx.now)
	if err != nil {
		return s, err
	}
	err = tx.Audit(ctx, act.Record{Action: "station.set", Subject: act.Subject{Kind: "station"}, Area: s.Area,
		Data: map[string]any{"name": s.Name, "lead": s.Lead, "opened_on": string(s.OpenedOn), "closed_on": string(s.ClosedOn)}})
	if err != nil {
		return s, err
	}
	all, err := tx.Stations(ctx)
	for _, kept := range all {
		if kept.Area == s.Area {
			return kept, err
		}
	}
	return s, err
}
