package store

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
)

// soon is how far ahead the figures look for what ends.
const soon = area.CoverDays * 24 * time.Hour

// Coverage works out what a city watches of its field network, at or below a place.
func (tx *Tx) Coverage(ctx context.Context, tree *area.Tree, under area.Code) (area.Coverage, error) {
	today := area.DateOf(tx.now)
	c := area.Coverage{On: today, NearlyFull: []area.Full{}}
	serves, err := tx.assistants(ctx, under)
	if err != nil {
		return c, err
	}
	for _, n := range serves {
		c.Assistants += n
	}
	all, without := tree.VillagesWithout(under, today, serves)
	covered, err := tx.coveredVillages(ctx, under)
	if err != nil {
		return c, err
	}
	without = slices.DeleteFunc(without, func(p area.Place) bool { return covered[p.Code] })
	c.Villages, c.VillagesWithout, c.Without, c.VillagesCovered = all, len(without), shownPart(without), len(covered)
	if err := tx.coverTownships(ctx, tree, under, &c); err != nil {
		return c, err
	}
	err = tx.scan(ctx, "count households and people", `SELECT (SELECT count(*) FROM households_entrusted WHERE released_at IS NULL AND area_code LIKE ?),
		(SELECT count(*) FROM agency_access WHERE ended_at IS NULL AND starts_at <= ? AND ends_at > ? AND area_code LIKE ?),
		(SELECT count(*) FROM staff s WHERE s.active AND s.password_hash = '' AND app_sees(s.area_code) AND s.area_code LIKE ?)`,
		[]any{under.Prefix() + "%", tx.now, tx.now, under.Prefix() + "%", under.Prefix() + "%"}, &c.Households, &c.AccessesRunning, &c.WithoutPassword)
	if err != nil {
		return c, err
	}
	err = tx.find(ctx, "list who is nearly full", &c.NearlyFull, `SELECT s.login, s.name, s.area_code AS area, d.name AS area_name, count(*) AS households
		FROM households_entrusted h JOIN staff s ON s.id = h.staff_id JOIN divisions d ON d.code = s.area_code
		WHERE h.released_at IS NULL AND h.area_code LIKE ? GROUP BY s.login, s.name, s.area_code, d.name HAVING count(*) >= ?
		ORDER BY count(*) DESC, s.area_code, s.login LIMIT ?`, under.Prefix()+"%", area.ManyHouseholds, area.MostShown)
	if err != nil {
		return c, err
	}
	c.AccessEnding, err = tx.accesses(ctx, `a.ended_at IS NULL AND a.ends_at > ? AND a.ends_at <= ? AND a.area_code LIKE ? ORDER BY a.ends_at LIMIT ?`,
		tx.now, tx.now.Add(soon), under.Prefix()+"%", area.MostShown)
	return c, err
}

func shownPart[T any](list []T) []T { return list[:min(len(list), area.MostShown)] }

// coveredVillages are those that an assistant of another one covers today.
func (tx *Tx) coveredVillages(ctx context.Context, under area.Code) (map[area.Code]bool, error) {
	var codes []area.Code
	err := tx.find(ctx, "list villages that are covered", &codes, `SELECT DISTINCT c.area_code FROM village_covers c JOIN staff s ON s.id = c.staff_id WHERE s.active AND c.ended_at IS NULL AND c.area_code LIKE ?
		AND ?::date BETWEEN c.from_on AND c.until_on`, under.Prefix()+"%", string(area.DateOf(tx.now)))
	covered := make(map[area.Code]bool, len(codes))
	for _, code := range codes {
		covered[code] = true
	}
	return covered, err
}

// assistants counts who serves, by the place where they do.
func (tx *Tx) assistants(ctx context.Context, under area.Code) (area.Serves, error) {
	var rows []struct {
		AreaCode string
		N        int
	}
	err := tx.find(ctx, "count assistants", &rows, `SELECT area_code, count(*) AS n FROM staff WHERE active AND role = ? AND area_code LIKE ? AND app_sees(area_code) GROUP BY area_code`,
		string(area.RoleVillageAssistant), under.Prefix()+"%")
	serves := make(area.Serves, len(rows))
	for _, r := range rows {
		serves[area.Code(r.AreaCode)] = r.N
	}
	return serves, err
}

// coverTownships looks for hours of the next days in which no worker of a
// township is on duty. A township without a roster has none at all.
func (tx *Tx) coverTownships(ctx context.Context, tree *area.Tree, under area.Code, c *area.Coverage) error {
	from, to := tx.now, tx.now.Add(soon)
	rosters, err := tx.Rosters(ctx, under, from, to)
	if err != nil {
		return err
	}
	schedules := map[area.Code]*duty.Schedule{}
	for _, r := range rosters {
		if r.Role != area.RoleWorker {
			continue
		}
		schedules[r.Area] = tx.schedule(r) // one that cannot be read covers nobody
	}
	stations := map[area.Code]bool{}
	kept, err := tx.Stations(ctx)
	if err != nil {
		return err
	}
	for _, s := range kept {
		stations[s.Area] = s.ClosedOn == "" || s.ClosedOn > c.On
	}
	c.Uncovered = []area.Uncovered{}
	for _, town := range tree.Townships(under, c.On) {
		c.Townships++
		if !stations[town.Code] {
			c.TownshipsNoStation++
		}
		u := area.Uncovered{Area: town.Code, Name: town.Name, Role: area.RoleWorker, From: from, Until: to, Holes: 1}
		if s := schedules[town.Code]; s != nil {
			holes := s.Nobody(from, to)
			if len(holes) == 0 {
				continue
			}
			u.From, u.Until, u.Holes = holes[0].Starts, holes[0].Ends, len(holes)
		}
		c.TownshipsUncovered++
		if len(c.Uncovered) < area.MostShown {
			c.Uncovered = append(c.Uncovered, u)
		}
	}
	return nil
}
