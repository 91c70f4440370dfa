package store

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// PreviewStaff finds out what a file of people would change and every fault in
// it. The file is kept, sealed, for whoever applies it; nothing else changes.
func (tx *Tx) PreviewStaff(ctx context.Context, name string, raw []byte) (area.StaffPreview, error) {
	plan, version, err := tx.planStaff(ctx, raw)
	if err != nil {
		return area.StaffPreview{}, err
	}
	id, err := tx.keepImport(ctx, "staff", name, raw, version)
	return plan.Preview(id, name), err
}

// planStaff checks a file against the places and the people there are.
func (tx *Tx) planStaff(ctx context.Context, raw []byte) (area.StaffPlan, int64, error) {
	tree, version, err := tx.Tree(ctx)
	if err != nil {
		return area.StaffPlan{}, 0, err
	}
	members, err := tx.members(ctx)
	if err != nil {
		return area.StaffPlan{}, 0, err
	}
	phone := func(text string) (string, bool) { p := ticket.ParsePhone(text).E164; return p, p != "" }
	return area.PlanStaff(raw, area.StaffBounds{Namer: tx.namer(tree), Members: members, Phone: phone}), version, nil
}

// members loads everybody, those who have left too: a login is given once.
func (tx *Tx) members(ctx context.Context) (map[string]area.Member, error) {
	var rows []staffRow
	if err := tx.find(ctx, "load staff", &rows, staffSQL+`true`, tx.now, tx.now, tx.now, tx.now); err != nil {
		return nil, err
	}
	var owned []struct {
		OwnerID int64
		N       int
	}
	err := tx.everywhere(ctx, func() error {
		return tx.find(ctx, "count open tickets", &owned, `SELECT owner_id, count(*) AS n FROM tickets WHERE status NOT IN ('closed', 'duplicate') GROUP BY owner_id`)
	})
	if err != nil {
		return nil, err
	}
	tickets := make(map[int64]int, len(owned))
	for _, o := range owned {
		tickets[o.OwnerID] = o.N
	}
	members := make(map[string]area.Member, len(rows))
	for _, r := range rows {
		phone, err := tx.phoneOf(r.Login, r.PhoneSealed)
		if err != nil {
			return nil, err
		}
		members[r.Login] = area.Member{Person: r.person(phone), Active: r.Active, Tickets: tickets[r.PostID], Households: r.Households}
	}
	return members, nil
}

// ApplyStaff carries out a file that was looked at, all of it or nothing. It is
// checked again: people and places may have changed since. New people have no
// password yet.
func (tx *Tx) ApplyStaff(ctx context.Context, id string) (area.StaffPreview, error) {
	kept, raw, err := tx.openImport(ctx, "staff", id)
	if err != nil {
		return area.StaffPreview{}, err
	}
	if err := tx.lockText(ctx, "staff|import"); err != nil {
		return area.StaffPreview{}, err
	}
	if _, err := tx.exec(ctx, "hold the list of staff", `LOCK TABLE staff IN SHARE ROW EXCLUSIVE MODE`); err != nil {
		return area.StaffPreview{}, err
	}
	plan, _, err := tx.planStaff(ctx, raw)
	if err != nil {
		return area.StaffPreview{}, err
	}
	if plan.Counts.Faults > 0 {
		fault := act.Refused("import_faulty", "The file has faults; nothing was done. Correct them and bring it again.")
		fault.Args = map[string]any{"faults": plan.Counts.Faults}
		return area.StaffPreview{}, fault
	}
	if err := tx.writePeople(ctx, plan); err != nil {
		return area.StaffPreview{}, err
	}
	if err := tx.importApplied(ctx, kept); err != nil {
		return area.StaffPreview{}, err
	}
	preview := plan.Preview(id, kept.FileName)
	preview.Applied = &tx.now
	return preview, tx.Audit(ctx, act.Record{Action: "staff.imported", Subject: act.Subject{Kind: "import", ID: kept.ID}, Area: tx.actor.Area,
		Data: map[string]any{"import": kept.PublicID, "sha256": hex.EncodeToString(kept.SHA256), "new": plan.Counts.New, "changed": plan.Counts.Changed}})
}

// importedPerson is a person as one statement takes thousands of them.
type importedPerson struct {
	Login string    `json:"login"`
	Name  string    `json:"name"`
	Role  area.Role `json:"role"`
	Area  area.Code `json:"area"`
	Phone *string   `json:"phone"` // sealed, in base64

	Skills area.Skills `json:"skills"`
}

// importedDeputy is one who stands in for one.
type importedDeputy struct {
	Of       string `json:"of"`
	Deputy   string `json:"deputy"`
	Position int    `json:"position"`
}

// peopleSQL reads them as rows x.
const peopleSQL = `SELECT login, name, role, area, decode(phone, 'base64') AS phone, skills FROM jsonb_to_recordset(?::jsonb) AS r (login text, name text, role text, area text, phone text, skills jsonb)`

// writePeople writes all people of a plan, then who stands in for whom.
func (tx *Tx) writePeople(ctx context.Context, plan area.StaffPlan) error {
	if len(plan.Write) == 0 {
		return nil
	}
	people := make([]importedPerson, 0, len(plan.Write))
	deputies, of := []importedDeputy{}, map[string][]string{}
	for _, p := range plan.Write {
		sealed, err := tx.sealPhone(p.Login, p.Phone)
		if err != nil {
			return err
		}
		row := importedPerson{Login: p.Login, Name: p.Name, Role: p.Role, Area: p.Area, Skills: skillsOf(p.Skills)}
		if sealed != nil {
			text := base64.StdEncoding.EncodeToString(sealed)
			row.Phone = &text
		}
		people, of[p.Login] = append(people, row), p.Deputies
	}
	for _, login := range plan.SetDeputies {
		for i, deputy := range of[login] {
			deputies = append(deputies, importedDeputy{Of: login, Deputy: deputy, Position: i + 1})
		}
	}
	rows, err := json.Marshal(people)
	if err != nil {
		return fmt.Errorf("write people: %w", err)
	}
	pairs, err := json.Marshal(deputies)
	if err != nil {
		return fmt.Errorf("write deputies: %w", err)
	}
	for _, step := range []struct {
		what, sql string
		args      []any
	}{
		{"change people", `WITH x AS (` + peopleSQL + `), s AS (UPDATE staff s SET name = x.name, role = x.role, area_code = x.area, phone_sealed = x.phone, skills = x.skills
				FROM x WHERE s.login = x.login RETURNING s.post_id, s.name, s.role, s.area_code)
			UPDATE posts p SET name = s.name, role = s.role, area_code = s.area_code FROM s WHERE p.id = s.post_id`, []any{string(rows)}},
		{"add people", `WITH x AS MATERIALIZED (SELECT nextval(pg_get_serial_sequence('posts', 'id')) AS post, y.* FROM (` + peopleSQL + `) y
				WHERE NOT EXISTS (SELECT 1 FROM staff s WHERE s.login = y.login)),
			p AS (INSERT INTO posts (id, kind, area_code, role, name) OVERRIDING SYSTEM VALUE SELECT post, 'person', area, role, name FROM x)
			INSERT INTO staff (post_id, login, name, role, area_code, phone_sealed, skills) SELECT post, login, name, role, area, phone, skills FROM x`, []any{string(rows)}},
		{"end deputies", `UPDATE deputies d SET ends_at = greatest(d.starts_at, ?) FROM staff s WHERE s.id = d.staff_id AND s.login = ANY(SELECT jsonb_array_elements_text(?::jsonb))
			AND (d.ends_at IS NULL OR d.ends_at > ?)`, []any{tx.now, logins(plan.SetDeputies), tx.now}},
		{"name deputies", `INSERT INTO deputies (staff_id, deputy_id, position, starts_at, created_by, created_at)
			SELECT s.id, d.id, x.position, ?, ?, ? FROM jsonb_to_recordset(?::jsonb) AS x (of text, deputy text, position smallint)
			JOIN staff s ON s.login = x.of JOIN staff d ON d.login = x.deputy`, []any{tx.now, nonZero(int64(tx.actor.StaffID)), tx.now, string(pairs)}},
	} {
		if _, err := tx.exec(ctx, step.what, step.sql, step.args...); err != nil {
			return err
		}
	}
	return nil
}

// logins are a list as one parameter.
func logins(list []string) string {
	text, _ := json.Marshal(append([]string{}, list...)) // strings can be written always
	return string(text)
}
