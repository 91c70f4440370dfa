package store

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// PersonsByIndex finds who stands under a number or a telephone.
func (tx *Tx) PersonsByIndex(ctx context.Context, number, e164 string) (found []people.Found, err error) {
	where, index := `p.identity_index = ?`, tx.IdentityIndex(number)
	if number == "" {
		where, index = `p.phone_index = ?`, tx.db.callerIndex(ticket.Call{FromE164: e164})
	}
	err = tx.everywhere(ctx, func() error {
		var rows []personRow
		if err := tx.find(ctx, "look people up", &rows, `SELECT `+personColumns+` FROM persons p WHERE `+where+` AND p.merged_into IS NULL ORDER BY p.id LIMIT ?`, index, mostSuggested); err != nil {
			return err
		}
		for _, r := range rows {
			f, err := tx.withHousehold(ctx, r)
			if err != nil {
				return err
			}
			found = append(found, f)
		}
		return nil
	})
	return found, err
}

func (tx *Tx) withHousehold(ctx context.Context, r personRow) (f people.Found, err error) {
	if f.Person, err = tx.person(r); err != nil {
		return f, err
	}
	h, err := one[householdRow](ctx, tx, "household", householdSQL+`JOIN memberships m ON m.household_id = h.id WHERE m.person_id = ? AND m.until IS NULL`, r.PersonID)
	if errors.Is(err, act.ErrNotFound) {
		return f, nil
	}
	if err != nil {
		return f, err
	}
	home, err := tx.household(ctx, h)
	f.Household = &home
	return f, err
}

// AddLook keeps a look.
func (tx *Tx) AddLook(ctx context.Context, l people.Look) (fresh bool, err error) {
	n, err := tx.exec(ctx, "keep a look", `INSERT INTO lookups (at, day, staff_id, role, office, kind, purpose, ticket_id, note, household_id, person_id) VALUES (?, ?::date, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (staff_id, household_id, purpose, coalesce(ticket_id, 0), day) WHERE kind = 'household' DO NOTHING`,
		tx.now, string(ticket.DateOf(tx.now)), int64(tx.actor.StaffID), tx.actor.Role, string(tx.actor.Area), l.Kind, l.Purpose, nonZero(int64(l.Ticket)), l.Note,
		nonZero(int64(l.Household)), nonZero(int64(l.Person)))
	return n == 1, err
}

const lookSQL = `SELECT l.at, s.name AS by, l.role, d.name AS office, l.kind, l.purpose, coalesce(t.number, '') AS number FROM lookups l
	JOIN staff s ON s.id = l.staff_id JOIN divisions d ON d.code = l.office LEFT JOIN tickets t ON t.id = l.ticket_id WHERE `

type lookRow struct {
	At                                      time.Time
	By, Role, Office, Kind, Purpose, Number string
}

func looks(rows []lookRow) []people.LookRow {
	list := make([]people.LookRow, 0, len(rows))
	for _, r := range rows {
		list = append(list, people.LookRow{At: r.At.UTC(), By: r.By, Role: area.Role(r.Role), Office: r.Office, Kind: people.LookKind(r.Kind), Purpose: people.Purpose(r.Purpose), Number: ticket.Number(r.Number)})
	}
	return list
}

// LooksAt lists who looked at a person, or at a household while they belonged to it.
func (tx *Tx) LooksAt(ctx context.Context, p people.PersonID, most int) (list []people.LookRow, err error) {
	var rows []lookRow
	err = tx.everywhere(ctx, func() error {
		return tx.find(ctx, "list looks", &rows, lookSQL+`l.person_id = ? OR (l.person_id IS NULL AND EXISTS (SELECT 1 FROM memberships m WHERE m.person_id = ? AND m.household_id = l.household_id
			AND m.since <= l.day AND (m.until IS NULL OR m.until >= l.day))) ORDER BY l.id DESC LIMIT ?`, int64(p), int64(p), most)
	})
	return looks(rows), err
}
