package store

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// staffRow is a row of staff with what lists show of it.
type staffRow struct {
	ID, PostID                            int64
	Login, Name, Role, AreaCode, AreaName string
	PhoneSealed                           []byte
	Active, HasPassword                   bool
	LeftAt, AbsentUntil                   *time.Time
	Agency, Deputies                      string
	Skills                                skillsColumn
	Households                            int
}

// staffSQL takes the transaction's time four times, then a WHERE.
const staffSQL = `SELECT s.id, s.post_id, s.login, s.name, s.role, s.area_code, d.name AS area_name, s.phone_sealed, s.active, s.password_hash <> '' AS has_password,
	s.left_at, s.skills, coalesce(g.name, '') AS agency,
	(SELECT max(a.ends_at) FROM absences a WHERE a.post_id = s.post_id AND a.starts_at <= ? AND a.ends_at > ?) AS absent_until,
	coalesce((SELECT string_agg(w.login, ' ' ORDER BY x.position) FROM deputies x JOIN staff w ON w.id = x.deputy_id
	          WHERE x.staff_id = s.id AND x.starts_at <= ? AND (x.ends_at IS NULL OR x.ends_at > ?)), '') AS deputies,
	(SELECT count(*) FROM households_entrusted h WHERE h.staff_id = s.id AND h.released_at IS NULL) AS households
	FROM staff s JOIN divisions d ON d.code = s.area_code LEFT JOIN agencies g ON g.id = s.agency_id WHERE `

// staffRows reads people within the actor's scope.
func (tx *Tx) staffRows(ctx context.Context, where string, args ...any) ([]staffRow, error) {
	var rows []staffRow
	err := tx.find(ctx, "list staff", &rows, staffSQL+`app_sees(s.area_code) AND `+where, append([]any{tx.now, tx.now, tx.now, tx.now}, args...)...)
	return rows, err
}

// phoneOf opens a telephone; empty where there is none.
func (tx *Tx) phoneOf(login string, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	phone, err := tx.db.sealer.Open(staffPhoneContext(login), sealed)
	if err != nil {
		return "", fmt.Errorf("open the telephone of %s: %w", login, err)
	}
	return string(phone), nil
}

func (tx *Tx) shown(r staffRow) (area.StaffRow, error) {
	phone, err := tx.phoneOf(r.Login, r.PhoneSealed)
	v := area.StaffRow{Login: r.Login, Name: r.Name, Role: area.Role(r.Role), Area: area.Code(r.AreaCode), AreaName: r.AreaName, Phone: ticket.MaskPhone(phone),
		Active: r.Active, HasPassword: r.HasPassword, Agency: r.Agency, Households: r.Households, Deputies: strings.Fields(r.Deputies), Skills: skillsOf(area.Skills(r.Skills))}
	for from, to := range map[*time.Time]**time.Time{r.LeftAt: &v.LeftAt, r.AbsentUntil: &v.AbsentUntil} {
		if from != nil {
			at := from.UTC()
			*to = &at
		}
	}
	return v, err
}

// person is a row as the rules of people read it.
func (r staffRow) person(phone string) area.Person {
	return area.Person{Login: r.Login, Name: r.Name, Role: area.Role(r.Role), Area: area.Code(r.AreaCode), Phone: phone, Deputies: strings.Fields(r.Deputies), Skills: area.Skills(r.Skills)}
}

// StaffList lists people of the actor's area, by area and login. next is where
// to go on; empty at the end.
func (tx *Tx) StaffList(ctx context.Context, f area.StaffFilter) (list []area.StaffRow, next string, err error) {
	where, args := `s.area_code LIKE ?`, []any{f.Under.Prefix() + "%"}
	also := func(sql string, values ...any) { where, args = where+" AND "+sql, append(args, values...) }
	if f.Role != "" {
		also(`s.role = ?`, string(f.Role))
	}
	if f.Words != "" {
		also(`(strpos(s.name, ?) > 0 OR strpos(s.login, ?) > 0)`, f.Words, strings.ToLower(f.Words))
	}
	if code, login, ok := strings.Cut(f.After, "|"); ok {
		also(`(s.area_code, s.login) > (?, ?)`, code, login)
	}
	if f.Left {
		also(`s.left_at IS NOT NULL`)
	} else {
		also(`s.active`)
	}
	rows, err := tx.staffRows(ctx, where+` ORDER BY s.area_code, s.login LIMIT ?`, append(args, f.Limit+1)...)
	if err != nil {
		return nil, "", err
	}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		last := rows[f.Limit-1]
		next = last.AreaCode + "|" + last.Login
	}
	list = make([]area.StaffRow, 0, len(rows))
	for _, r := range rows {
		v, err := tx.shown(r)
		if err != nil {
			return nil, "", err
		}
		list = append(list, v)
	}
	return list, next, nil
}

// member loads somebody who works here and holds them until commit, if they are
// in the actor's scope.
func (tx *Tx) member(ctx context.Context, login string) (staffRow, error) {
	if err := tx.lockText(ctx, "staff|"+login); err != nil {
		return staffRow{}, err
	}
	rows, err := tx.staffRows(ctx, `s.login = ? AND s.active`, login)
	if err == nil && len(rows) == 0 {
		err = act.NotFound("member of staff")
	}
	if err != nil {
		return staffRow{}, err
	}
	return rows[0], nil
}

// shownMember is somebody as lists show them.
func (tx *Tx) shownMember(ctx context.Context, login string) (area.StaffRow, error) {
	r, err := tx.member(ctx, login)
	if err != nil {
		return area.StaffRow{}, err
	}
	return tx.shown(r)
}

// namer fills in what a transaction knows of whoever names people.
func (tx *Tx) namer(tree *area.Tree) area.Namer {
	n := area.Namer{Tree: tree, Within: tx.actor.Area, Today: area.DateOf(tx.now), Roles: area.MayName(tx.actor.Role), Skills: tx.db.skills}
	if tx.actor.System != "" {
		n.Within, n.Roles = "", area.Roles()
	}
	return n
}

// invalid is what a form is told that a file would be told by line.
func invalid(f area.LineFault) error {
	fault := act.Invalid(f.Column, f.Code, f.What+" "+f.Remedy)
	fault.Args = f.Args
	return fault
}

func firstFault(faults []area.LineFault) error {
	if len(faults) == 0 {
		return nil
	}
	return invalid(faults[0])
}

// AddStaff makes an account, without a password: the security administrator hands
// out a code for the first one.
func (tx *Tx) AddStaff(ctx context.Context, tree *area.Tree, p area.Person) (area.StaffRow, error) {
	n := tx.namer(tree)
	if p.Role == area.RoleAgency {
		return area.StaffRow{}, act.Invalid("role", "role_by_agency", "People of an agency are added at the agency, which has the contract.")
	}
	if err := firstFault(n.Check(0, p)); err != nil {
		return area.StaffRow{}, err
	}
	if err := tx.insertStaff(ctx, p, 0); err != nil {
		return area.StaffRow{}, err
	}
	if len(p.Deputies) > 0 {
		return tx.SetDeputies(ctx, p.Login, p.Deputies, time.Time{})
	}
	return tx.shownMember(ctx, p.Login)
}

// insertStaff writes a person with their post and leaves a record.
func (tx *Tx) insertStaff(ctx context.Context, p area.Person, agency int64) error {
	if err := tx.lockText(ctx, "staff|"+p.Login); err != nil {
		return err
	}
	var taken bool
	if err := tx.scan(ctx, "look for a login", `SELECT EXISTS (SELECT 1 FROM staff WHERE login = ?)`, []any{p.Login}, &taken); err != nil {
		return err
	}
	if taken {
		return act.Invalid("login", "login_taken", "Somebody has this login. Choose another one.")
	}
	sealed, err := tx.sealPhone(p.Login, p.Phone)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "add staff", `WITH p AS (INSERT INTO posts (kind, area_code, role, name) VALUES ('person', ?, ?, ?) RETURNING id)
		INSERT INTO staff (post_id, login, name, role, area_code, agency_id, phone_sealed, skills) SELECT id, ?, ?, ?, ?, ?, ?, ?::jsonb FROM p`,
		string(p.Area), string(p.Role), p.Name, p.Login, p.Name, string(p.Role), string(p.Area), nonZero(agency), sealed, jsonOf(skillsOf(p.Skills)))
	if err != nil {
		return err
	}
	return tx.auditStaff(ctx, "staff.added", p.Login, "", map[string]any{"role": string(p.Role), "area": string(p.Area)})
}

// sealPhone seals a telephone for its place; nil where there is none.
func (tx *Tx) sealPhone(login, phone string) ([]byte, error) {
	if phone == "" {
		return nil, nil
	}
	sealed, err := tx.db.sealer.Seal(staffPhoneContext(login), []byte(phone))
	if err != nil {
		return nil, fmt.Errorf("seal the telephone of %s: %w", login, err)
	}
	return sealed, nil
}

// auditStaff leaves a record about somebody.
func (tx *Tx) auditStaff(ctx context.Context, action, login, reason string, data map[string]any) error {
	var id int64
	var where string
	if err := tx.scan(ctx, "find staff", `SELECT id, area_code FROM staff WHERE login = ?`, []any{login}, &id, &where); err != nil {
		return err
	}
	if data == nil {
		data = map[string]any{}
	}
	data["login"] = login
	return tx.Audit(ctx, act.Record{Action: action, Subject: act.Subject{Kind: "staff", ID: id}, Area: area.Code(where), Reason: reason, Data: data})
}

// personChange is somebody as they were and as they will be.
type personChange struct{ was, is area.Person }

// ChangeStaff changes a person's name, role, place, telephone or skills. Role and place
// stay as long as tickets or households are theirs.
func (tx *Tx) ChangeStaff(ctx context.Context, tree *area.Tree, login string, change func(*area.Person)) (area.StaffRow, error) {
	r, err := tx.member(ctx, login)
	if err != nil {
		return area.StaffRow{}, err
	}
	phone, err := tx.phoneOf(login, r.PhoneSealed)
	if err != nil {
		return area.StaffRow{}, err
	}
	c := personChange{was: r.person(phone), is: r.person(phone)}
	change(&c.is)
	n := tx.namer(tree)
	before := n
	before.Tree = area.NewTree([]area.Division{{Code: c.was.Area}}) // the place they come from may have ended
	if err := firstFault(append(before.Check(0, c.was), n.Check(0, c.is)...)); err != nil {
		return area.StaffRow{}, err
	}
	if (c.was.Role == area.RoleAgency) != (c.is.Role == area.RoleAgency) {
		return area.StaffRow{}, act.Invalid("role", "role_by_agency", "People of an agency belong to its contract.")
	}
	if c.was.Role != c.is.Role || c.was.Area != c.is.Area {
		if err := tx.freeToMove(ctx, r); err != nil {
			return area.StaffRow{}, err
		}
	}
	if err := tx.updateStaff(ctx, c); err != nil {
		return area.StaffRow{}, err
	}
	return tx.shownMember(ctx, login)
}

// freeToMove refuses to move somebody away from tickets and households.
func (tx *Tx) freeToMove(ctx context.Context, r staffRow) error {
	var tickets int
	err := tx.everywhere(ctx, func() error {
		return tx.scan(ctx, "count open tickets", `SELECT count(*) FROM tickets WHERE owner_id = ? AND status NOT IN ('closed', 'duplicate')`, []any{r.PostID}, &tickets)
	})
	if err != nil || tickets+r.Households == 0 {
		return err
	}
	fault := act.Refused("still_has_work", fmt.Sprintf("They own %d open tickets and look after %d households where they are. Hand these over first; nothing was done.", tickets, r.Households))
	fault.Args = map[string]any{"tickets": tickets, "households": r.Households}
	return fault
}

// updateStaff writes a changed person and leaves a record.
func (tx *Tx) updateStaff(ctx context.Context, c personChange) error {
	sealed, err := tx.sealPhone(c.is.Login, c.is.Phone)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "change staff", `WITH s AS (UPDATE staff SET name = ?, role = ?, area_code = ?, phone_sealed = ?, skills = ?::jsonb WHERE login = ? RETURNING post_id)
		UPDATE posts p SET name = ?, role = ?, area_code = ? FROM s WHERE p.id = s.post_id`,
		c.is.Name, string(c.is.Role), string(c.is.Area), sealed, jsonOf(skillsOf(c.is.Skills)), c.is.Login, c.is.Name, string(c.is.Role), string(c.is.Area))
	if err != nil {
		return err
	}
	data := map[string]any{"role": string(c.is.Role), "area": string(c.is.Area)}
	if c.was.Role != c.is.Role || c.was.Area != c.is.Area {
		data["from_role"], data["from_area"] = string(c.was.Role), string(c.was.Area)
	}
	data["phone_changed"] = c.was.Phone != c.is.Phone
	if !maps.Equal(c.was.Skills, c.is.Skills) {
		data["skills"] = skillsOf(c.is.Skills)
	}
	return tx.auditStaff(ctx, "staff.changed", c.is.Login, "", data)
}

// everywhere runs fn without the bounds of the actor's area: for what follows of
// itself from an act that was within them.
func (tx *Tx) everywhere(ctx context.Context, fn func() error) error {
	if tx.wide {
		return fn()
	}
	if _, err := tx.exec(ctx, "widen the scope", `SELECT set_config('app.scope', '*', true)`); err != nil {
		return err
	}
	tx.wide = true
	if err := fn(); err != nil {
		return err // the transaction is rolled back with it
	}
	tx.wide = false
	_, err := tx.exec(ctx, "narrow the scope", `SELECT set_config('app.scope', ?, true)`, tx.actor.Scope())
	return err
}

// throughout runs fn, which counts what happened in a place, without asking of each row what is known of all: that it is in
// sight. Where the place does not lie within the actor's scope, rows are asked for one by one as ever. Each
// statement of fn names the place itself.
func (tx *Tx) throughout(ctx context.Context, place area.Code, fn func() error) error {
	scope := tx.actor.Scope()
	if scope == "" || scope != "*" && !strings.HasPrefix(string(place), scope) {
		return fn()
	}
	return tx.everywhere(ctx, fn)
}
