package store

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/discovery"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

var (
	_ discovery.VisitTx = (*Tx)(nil)
	_ discovery.WatchTx = (*Tx)(nil)
)

// VisitTownships lists the townships in which a household is known.
func (tx *Tx) VisitTownships(ctx context.Context) (codes []area.Code, err error) {
	return codes, tx.find(ctx, "list townships with households", &codes, `SELECT DISTINCT left(x.area_code, 9) || '000' FROM (SELECT area_code FROM households WHERE merged_into IS NULL
		UNION ALL SELECT area_code FROM households_entrusted WHERE released_at IS NULL) x WHERE substr(x.area_code, 7, 3) <> '000' ORDER BY 1`)
}

// LockVisits lets one at a time plan the visits of a township.
func (tx *Tx) LockVisits(ctx context.Context, township area.Code) error {
	return tx.alone(ctx, "village visits:"+string(township))
}

// Homes lists the households that a township's villages know.
func (tx *Tx) Homes(ctx context.Context, township area.Code) ([]discovery.Home, error) {
	var rows []struct {
		AreaCode, VisitedOn                    string
		HouseholdID, EntrustedID, Tier, Keeper int64
	}
	err := tx.find(ctx, "list the households of villages", &rows, `SELECT x.* FROM (
		SELECT h.area_code, h.id AS household_id, 0 AS entrusted_id, t.tier,
			coalesce((SELECT min(e.staff_id) FROM households_entrusted e WHERE e.household_id = h.id AND e.released_at IS NULL), 0) AS keeper,
			coalesce(to_char(greatest((SELECT max(v.visited_at) FROM village_visits v WHERE v.household_id = h.id AND v.result <> 'not_met'),
				(SELECT max(c.at) FROM monitoring_checks c JOIN monitoring_plans p ON p.id = c.plan_id WHERE p.household_id = h.id AND c.way = 'visit' AND c.result <> 'not_met')) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD'), '') AS visited_on
		FROM households h JOIN household_tiers t ON t.household_id = h.id AND t.until IS NULL WHERE h.merged_into IS NULL AND h.area_code LIKE ?
		UNION ALL
		SELECT e.area_code, 0, e.id, 0, e.staff_id, coalesce(to_char((SELECT max(v.visited_at) FROM village_visits v WHERE v.entrusted_id = e.id AND v.result <> 'not_met') AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD'), '')
		FROM households_entrusted e WHERE e.released_at IS NULL AND e.household_id IS NULL AND e.area_code LIKE ?) x
		ORDER BY x.area_code, x.visited_on, x.household_id, x.entrusted_id`, township.Prefix()+"%", township.Prefix()+"%")
	homes := make([]discovery.Home, 0, len(rows))
	for _, r := range rows {
		homes = append(homes, discovery.Home{Area: area.Code(r.AreaCode), Household: people.HouseholdID(r.HouseholdID), Entrusted: r.EntrustedID, Line: discovery.LineOf(int(r.Tier)),
			Keeper: area.StaffID(r.Keeper), VisitedOn: ticket.Date(r.VisitedOn)})
	}
	return homes, err
}

// Visitors lists who visits in each village on a day.
func (tx *Tx) Visitors(ctx context.Context, township area.Code, on ticket.Date) (map[area.Code][]area.StaffID, error) {
	var rows []struct {
		AreaCode string
		ID       int64
		Covering bool
	}
	err := tx.find(ctx, "list who visits", &rows, `SELECT s.area_code, s.id, false AS covering FROM staff s WHERE s.active AND s.role = ? AND s.area_code LIKE ?
			AND NOT EXISTS (SELECT 1 FROM absences a WHERE a.post_id = s.post_id AND a.starts_at <= ? AND a.ends_at > ?)
		UNION ALL SELECT c.area_code, s.id, true FROM village_covers c JOIN staff s ON s.id = c.staff_id WHERE s.active AND c.ended_at IS NULL AND c.area_code LIKE ? AND ?::date BETWEEN c.from_on AND c.until_on
		ORDER BY area_code, covering DESC, id`, string(area.RoleVillageAssistant), township.Prefix()+"%", tx.now, tx.now, township.Prefix()+"%", string(on))
	of, covered := map[area.Code][]area.StaffID{}, map[area.Code]bool{}
	for _, r := range rows {
		place := area.Code(r.AreaCode)
		if covered[place] = covered[place] || r.Covering; covered[place] && !r.Covering {
			continue // whoever covers has it, alone
		}
		of[place] = append(of[place], area.StaffID(r.ID))
	}
	return of, err
}

// slotRow is a row of visit_slots with its plan.
type slotRow struct {
	ID, PlanID, HouseholdID, EntrustedID, StaffID, Version          int64
	PublicID, AreaCode, FirstOn, LastOn, DueOn, State, DoneOn, Line string
	Named                                                           bool
}

const slotColumns = `s.id, s.public_id, s.plan_id, s.area_code, coalesce(s.household_id, 0) AS household_id, coalesce(s.entrusted_id, 0) AS entrusted_id, coalesce(s.staff_id, 0) AS staff_id, s.named,
	p.first_on::text AS first_on, p.last_on::text AS last_on, s.due_on::text AS due_on, s.state, coalesce(s.done_on::text, '') AS done_on, s.version, p.line`

const slotSQL = `SELECT ` + slotColumns + ` FROM visit_slots s JOIN visit_plans p ON p.id = s.plan_id `

func (r slotRow) slot() discovery.Slot {
	return discovery.Slot{ID: r.ID, PublicID: r.PublicID, Plan: r.PlanID, Area: area.Code(r.AreaCode), Household: people.HouseholdID(r.HouseholdID), Entrusted: r.EntrustedID,
		FirstOn: ticket.Date(r.FirstOn), LastOn: ticket.Date(r.LastOn), DueOn: ticket.Date(r.DueOn), Visitor: area.StaffID(r.StaffID), Named: r.Named,
		State: discovery.SlotState(r.State), Version: r.Version}
}

// PlannedVisits lists the slots of a township that are open, or of a period that runs.
func (tx *Tx) PlannedVisits(ctx context.Context, township area.Code, on ticket.Date) ([]discovery.Planned, error) {
	var rows []slotRow
	err := tx.find(ctx, "list planned visits", &rows, slotSQL+`WHERE s.area_code LIKE ? AND (s.state = 'open' OR ?::date BETWEEN p.first_on AND p.last_on) ORDER BY s.id`, township.Prefix()+"%", string(on))
	list := make([]discovery.Planned, 0, len(rows))
	for _, r := range rows {
		list = append(list, discovery.Planned{Slot: r.slot(), Line: discovery.Line(r.Line)})
	}
	return list, err
}

// KeepPlan finds a plan, or writes it.
func (tx *Tx) KeepPlan(ctx context.Context, p *discovery.Plan) (made bool, err error) {
	made, err = tx.insertNew(ctx, "plan of visits", &p.ID, `INSERT INTO visit_plans (area_code, line, first_on, last_on, rules_version, made_by, made_at) VALUES (?, ?, ?::date, ?::date, ?, ?, ?)
		ON CONFLICT DO NOTHING RETURNING id`, string(p.Area), p.Line, string(p.FirstOn), string(p.LastOn), p.Version, nonZero(int64(tx.actor.StaffID)), tx.now)
	if err != nil || made {
		return made, err
	}
	return false, tx.scan(ctx, "find a plan of visits", `SELECT id FROM visit_plans WHERE area_code = ? AND line = ? AND first_on = ?::date`, []any{string(p.Area), p.Line, string(p.FirstOn)}, &p.ID)
}

// AddSlot writes a slot.
func (tx *Tx) AddSlot(ctx context.Context, s *discovery.Slot) error {
	return tx.scan(ctx, "add a planned visit", `INSERT INTO visit_slots (plan_id, area_code, household_id, entrusted_id, due_on, staff_id, state, version) VALUES (?, ?, ?, ?, ?::date, ?, ?, ?) RETURNING id, public_id`,
		[]any{s.Plan, string(s.Area), nonZero(int64(s.Household)), nonZero(s.Entrusted), string(s.DueOn), nonZero(int64(s.Visitor)), s.State, s.Version}, &s.ID, &s.PublicID)
}

// SaveSlot writes visitor and state, guarded by the version.
func (tx *Tx) SaveSlot(ctx context.Context, s *discovery.Slot) error {
	n, err := tx.exec(ctx, "save a planned visit", `UPDATE visit_slots SET staff_id = ?, named = ?, state = ?, version = version + 1 WHERE id = ? AND version = ?`,
		nonZero(int64(s.Visitor)), s.Named, s.State, s.ID, s.Version)
	if err == nil && n == 0 {
		return act.Conflict("stale_version", "The plan changed while you were looking at it; reload and write again.")
	}
	s.Version++
	return err
}

// SlotVisited writes that a slot is done, by a visit.
func (tx *Tx) SlotVisited(ctx context.Context, s *discovery.Slot, visit string) error {
	s.State = discovery.SlotDone
	_, err := tx.exec(ctx, "end a planned visit", `UPDATE visit_slots SET state = 'done', proof = 'visit', proof_ref = ?, done_on = ?::date, version = version + 1 WHERE id = ? AND state = 'open'`,
		visit, string(ticket.DateOf(tx.now)), s.ID)
	return err
}

// LookCounts lets a look count for the visits that the village's plans ask for.
func (tx *Tx) LookCounts(ctx context.Context, h people.HouseholdID, ref string) error {
	today := string(ticket.DateOf(tx.now))
	return tx.everywhere(ctx, func() error { // the village may lie outside of whoever looked
		_, err := tx.exec(ctx, "count a look as a visit", `UPDATE visit_slots s SET state = 'done', proof = 'look', proof_ref = ?, done_on = ?::date, version = version + 1 FROM visit_plans p
			WHERE p.id = s.plan_id AND s.household_id = ? AND s.state = 'open' AND ?::date BETWEEN p.first_on AND p.last_on`, ref, today, int64(h), today)
		return err
	})
}

// SlotByRef loads a slot by its public id.
func (tx *Tx) SlotByRef(ctx context.Context, publicID string) (discovery.Slot, error) {
	if uuid.Validate(publicID) != nil {
		return discovery.Slot{}, act.NotFound("visit")
	}
	r, err := one[slotRow](ctx, tx, "visit", slotSQL+`WHERE s.public_id = ?`, publicID)
	return r.slot(), err
}

// SlotForUpdate locks a slot.
func (tx *Tx) SlotForUpdate(ctx context.Context, id int64) (discovery.Slot, error) {
	r, err := one[slotRow](ctx, tx, "visit", slotSQL+`WHERE s.id = ? FOR UPDATE OF s`, id)
	return r.slot(), err
}

// AddVillageVisit writes a visit with its proof.
func (tx *Tx) AddVillageVisit(ctx context.Context, v discovery.Visit) error {
	place, err := tx.sealText("village_visits.place", v.PublicID, v.Place)
	if err != nil {
		return err
	}
	found, err := tx.sealText("village_visits.found", v.PublicID, v.Found)
	if err != nil {
		return err
	}
	var id int64
	err = tx.insert(ctx, "visit", &id, `INSERT INTO village_visits (public_id, slot_id, area_code, household_id, entrusted_id, staff_id, visited_at, recorded_at, place_sealed, met, result, found_sealed, photo_ref, sha256, ticket_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		v.PublicID, v.Slot.ID, string(v.Slot.Area), nonZero(int64(v.Slot.Household)), nonZero(v.Slot.Entrusted), int64(tx.actor.StaffID), v.VisitedAt, tx.now, place, v.Met, v.Result, found,
		v.PhotoID, v.SHA256, nonZero(int64(v.Ticket)))
	if violates(err, "village_visits_once") {
		return act.Refused("visited_already", "This household was visited in this period already; nothing was written.")
	}
	return err
}

// SlotHome is what the village calls a slot's household, and where it is. It is for whoever must find it: no
// register is opened to them by it.
func (tx *Tx) SlotHome(ctx context.Context, s discovery.Slot) (home ticket.ReportHome, err error) {
	if s.Household == 0 {
		return home, tx.scan(ctx, "name a household of the village", `SELECT reference FROM households_entrusted WHERE id = ?`, []any{s.Entrusted}, &home.Name)
	}
	err = tx.everywhere(ctx, func() error {
		r, err := one[householdRow](ctx, tx, "household", householdSQL+`WHERE h.id = ?`, int64(s.Household))
		if err != nil {
			return err
		}
		h, err := tx.household(ctx, r)
		if head := h.Head(); head != nil {
			home.Name = string(head.Person.Name)
		}
		home.Door = string(h.Address)
		return err
	})
	return home, err
}

// Covers reports whether the actor stands in for a village today.
func (tx *Tx) Covers(ctx context.Context, village area.Code) (covers bool, err error) {
	return covers, tx.scan(ctx, "look who covers a village", `SELECT app_covers(?)`, []any{string(village)}, &covers)
}

// slotViewRow is a slot as lists show it.
type slotViewRow struct {
	Slot                     slotRow `gorm:"embedded"`
	AreaName, Visitor, Login string
	Tries                    int
	ByLook                   bool
}

const slotViewSQL = `SELECT ` + slotColumns + `, d.name AS area_name, coalesce(w.name, '') AS visitor, coalesce(w.login, '') AS login, coalesce(s.proof = 'look', false) AS by_look,
		(SELECT count(*) FROM village_visits v WHERE v.slot_id = s.id AND v.result = 'not_met') AS tries
	FROM visit_slots s JOIN visit_plans p ON p.id = s.plan_id JOIN divisions d ON d.code = s.area_code LEFT JOIN staff w ON w.id = s.staff_id `

// MyVisits lists the households that the actor is asked to visit, or covers, the most pressing first.
func (tx *Tx) MyVisits(ctx context.Context, limit int) ([]discovery.SlotRow, error) {
	var rows []slotViewRow
	err := tx.find(ctx, "list one's visits", &rows, slotViewSQL+`WHERE s.state = 'open' AND p.last_on >= ?::date ORDER BY (s.staff_id = ? OR app_covers(s.area_code)) DESC, s.due_on, s.id LIMIT ?`,
		string(ticket.DateOf(tx.now)), int64(tx.actor.StaffID), limit)
	list := make([]discovery.SlotRow, 0, len(rows))
	for _, r := range rows {
		if err != nil {
			return nil, err
		}
		var v discovery.SlotRow
		v, err = tx.slotView(ctx, r)
		list = append(list, v)
	}
	return list, err
}

func (tx *Tx) slotView(ctx context.Context, r slotViewRow) (discovery.SlotRow, error) {
	s := r.Slot.slot()
	home, err := tx.SlotHome(ctx, s)
	if err != nil {
		return discovery.SlotRow{}, err
	}
	mine := s.Visitor == tx.actor.StaffID
	if !mine && tx.actor.Role == area.RoleVillageAssistant {
		if mine, err = tx.Covers(ctx, s.Area); err != nil {
			return discovery.SlotRow{}, err
		}
	}
	today := ticket.DateOf(tx.now)
	return discovery.SlotRow{ID: s.PublicID, Area: s.Area, AreaName: r.AreaName, Name: home.Name, Door: home.Door, DueOn: s.DueOn, LastOn: s.LastOn,
		Overdue: s.State == discovery.SlotOpen && s.DueOn < today, Visitor: r.Visitor, Login: r.Login, Tries: r.Tries, Mine: mine}, nil
}

// PlanSlots lists the visits of a place for whoever leads them: those of a state, or the overdue ones; of plans that ended at most a year ago.
func (tx *Tx) PlanSlots(ctx context.Context, under area.Code, view string, limit int) ([]discovery.PlanSlot, error) {
	today := string(ticket.DateOf(tx.now))
	where, order, args := `s.state = 'open' AND s.due_on < ?::date`, `s.due_on, s.id`, []any{today}
	switch view {
	case "open":
		where = `s.state = 'open' AND p.last_on >= ?::date`
	case "done":
		where, order = `s.state = 'done' AND p.last_on > ?::date - 366`, `s.done_on DESC, s.id DESC`
	case "missed":
		where, order = `s.state = 'missed' AND p.last_on > ?::date - 366`, `p.last_on DESC, s.id DESC`
	}
	var rows []slotViewRow
	err := tx.find(ctx, "list planned visits", &rows, slotViewSQL+`WHERE s.area_code LIKE ? AND `+where+` ORDER BY `+order+` LIMIT ?`, append([]any{under.Prefix() + "%"}, append(args, limit)...)...)
	if err != nil {
		return nil, err
	}
	list, ids := make([]discovery.PlanSlot, 0, len(rows)), make([]int64, 0, len(rows))
	for _, r := range rows {
		ids = append(ids, r.Slot.ID)
	}
	visits, err := tx.slotVisits(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		row, err := tx.slotView(ctx, r)
		if err != nil {
			return nil, err
		}
		v := discovery.PlanSlot{SlotRow: row, Line: discovery.Line(r.Slot.Line), State: discovery.SlotState(r.Slot.State), DoneOn: ticket.Date(r.Slot.DoneOn), ByLook: r.ByLook, Visits: []discovery.VisitView{}}
		v.Visits = append(v.Visits, visits[r.Slot.ID]...)
		list = append(list, v)
	}
	return list, nil
}

// slotVisits loads the visits of some slots with their proof.
func (tx *Tx) slotVisits(ctx context.Context, ids []int64) (map[int64][]discovery.VisitView, error) {
	of := map[int64][]discovery.VisitView{}
	if len(ids) == 0 {
		return of, nil
	}
	var rows []struct {
		SlotID                                      int64
		PublicID, By, Met, Result, PhotoRef, Number string
		VisitedAt, RecordedAt                       time.Time
		PlaceSealed, FoundSealed                    []byte
		SHA256                                      []byte `gorm:"column:sha256"`
	}
	err := tx.find(ctx, "list visits of villages", &rows, `SELECT v.slot_id, v.public_id, s.name AS by, v.visited_at, v.recorded_at, v.place_sealed, v.met, v.result, v.found_sealed, v.photo_ref, v.sha256, coalesce(t.number, '') AS number
		FROM village_visits v JOIN staff s ON s.id = v.staff_id LEFT JOIN tickets t ON t.id = v.ticket_id WHERE v.slot_id IN ? ORDER BY v.id`, ids)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		v := discovery.VisitView{ID: r.PublicID, By: r.By, VisitedAt: r.VisitedAt.UTC(), RecordedAt: r.RecordedAt.UTC(), Met: discovery.Met(r.Met), Result: discovery.Result(r.Result),
			Photo: r.PhotoRef, SHA256: hex.EncodeToString(r.SHA256), Number: ticket.Number(r.Number)}
		place, err := tx.openText("village_visits.place", r.PublicID, r.PlaceSealed)
		if err != nil {
			return nil, err
		}
		found, err := tx.openText("village_visits.found", r.PublicID, r.FoundSealed)
		if err != nil {
			return nil, err
		}
		v.Place, v.Found = string(place), string(found)
		of[r.SlotID] = append(of[r.SlotID], v)
	}
	return of, nil
}

// VisitProgress counts the visits of a place by village, in the periods that run today.
func (tx *Tx) VisitProgress(ctx context.Context, under area.Code) ([]discovery.Progress, error) {
	today := string(ticket.DateOf(tx.now))
	list := []discovery.Progress{}
	return list, tx.find(ctx, "count planned visits", &list, `SELECT p.area_code AS area, d.name AS area_name, p.line, p.first_on::text AS first_on, p.last_on::text AS last_on,
			count(*) FILTER (WHERE s.state <> 'dropped') AS to_visit, count(*) FILTER (WHERE s.state = 'done') AS done, count(*) FILTER (WHERE s.state = 'open' AND s.due_on < ?::date) AS overdue,
			count(*) FILTER (WHERE s.state = 'missed') AS missed, count(*) FILTER (WHERE s.state = 'open' AND s.staff_id IS NULL) AS nobody
		FROM visit_plans p JOIN visit_slots s ON s.plan_id = p.id JOIN divisions d ON d.code = p.area_code
		WHERE p.area_code LIKE ? AND ?::date BETWEEN p.first_on AND p.last_on GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 3 DESC LIMIT 2000`, today, under.Prefix()+"%", today)
}

// AddCover writes that an assistant stands in for a village.
func (tx *Tx) AddCover(ctx context.Context, c discovery.Cover) error {
	if err := tx.lockText(ctx, "cover|"+string(c.Area)); err != nil {
		return err
	}
	var name string
	err := tx.scan(ctx, "look who covers a village", `SELECT s.name FROM village_covers c JOIN staff s ON s.id = c.staff_id WHERE c.area_code = ? AND c.ended_at IS NULL AND c.from_on <= ?::date AND c.until_on >= ?::date LIMIT 1`,
		[]any{string(c.Area), string(c.Until), string(c.From)}, &name)
	if err == nil {
		fault := act.Refused("covered_already", "Somebody covers this village on some of these days. End that first; nothing was done.")
		fault.Args = map[string]any{"name": name}
		return fault
	}
	if !errors.Is(err, act.ErrNotFound) {
		return err
	}
	var id int64
	return tx.insert(ctx, "cover", &id, `INSERT INTO village_covers (public_id, area_code, staff_id, from_on, until_on, reason, set_by, set_at) VALUES (?, ?, ?, ?::date, ?::date, ?, ?, ?)
		ON CONFLICT (public_id) DO NOTHING RETURNING id`, c.PublicID, string(c.Area), int64(c.Visitor.ID), string(c.From), string(c.Until), c.Reason, int64(tx.actor.StaffID), tx.now)
}

// EndCover ends a cover that runs or is to come.
func (tx *Tx) EndCover(ctx context.Context, publicID, reason string) (area.Code, error) {
	if uuid.Validate(publicID) != nil {
		return "", act.NotFound("cover")
	}
	r, err := one[struct{ AreaCode string }](ctx, tx, "cover", `UPDATE village_covers SET ended_by = ?, ended_at = ?, end_reason = ? WHERE public_id = ? AND ended_at IS NULL AND until_on >= ?::date RETURNING area_code`,
		int64(tx.actor.StaffID), tx.now, reason, publicID, string(ticket.DateOf(tx.now)))
	return area.Code(r.AreaCode), err
}

// VillageCovers lists the covers of a place that run or are to come, and those that ended within 90 days.
func (tx *Tx) VillageCovers(ctx context.Context, under area.Code) ([]discovery.CoverView, error) {
	today := string(ticket.DateOf(tx.now))
	list := []discovery.CoverView{}
	return list, tx.find(ctx, "list covers", &list, `SELECT c.public_id AS id, c.area_code AS area, d.name AS area_name, s.login, s.name, c.from_on::text AS "from", c.until_on::text AS until, c.reason, w.name AS set_by,
			c.ended_at, coalesce(c.end_reason, '') AS end_reason, c.ended_at IS NULL AND ?::date BETWEEN c.from_on AND c.until_on AS runs
		FROM village_covers c JOIN divisions d ON d.code = c.area_code JOIN staff s ON s.id = c.staff_id JOIN staff w ON w.id = c.set_by
		WHERE c.area_code LIKE ? AND c.until_on > ?::date - 90 ORDER BY c.ended_at IS NOT NULL, c.from_on DESC, c.id DESC LIMIT 500`, today, under.Prefix()+"%", today)
}

// AddFigures writes how many households some villages have.
func (tx *Tx) AddFigures(ctx context.Context, list []discovery.Figure) error {
	for _, f := range list {
		if _, err := tx.exec(ctx, "count the households of a village", `INSERT INTO village_figures (area_code, households, as_of, staff_id, at) VALUES (?, ?, ?::date, ?, ?)`,
			string(f.Area), f.Households, string(f.AsOf), int64(tx.actor.StaffID), tx.now); err != nil {
			return err
		}
	}
	return nil
}
