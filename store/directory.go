package store

import (
	"context"
	"fmt"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// ImportDirectory brings places, desks, people and duty into the database, all
// or nothing. What is there already stays: divisions and people are updated by
// their code or login, a shift or an absence that is there is not doubled.
func (db *DB) ImportDirectory(ctx context.Context, d area.Directory) error {
	return db.InTx(ctx, act.SystemConsole, func(tx *Tx) error {
		for _, div := range d.Divisions {
			if _, err := tx.exec(ctx, "import division", `INSERT INTO divisions (code, name) VALUES (?, ?)
				ON CONFLICT (code) DO UPDATE SET name = excluded.name`, div.Code, div.Name); err != nil {
				return err
			}
		}
		for _, desk := range d.Desks {
			if _, err := tx.exec(ctx, "import desk", `INSERT INTO posts (kind, area_code, role, name) VALUES ('desk', ?, ?, ?)
				ON CONFLICT (area_code, role) WHERE kind = 'desk' DO UPDATE SET name = excluded.name`, desk.Area, desk.Role, desk.Name); err != nil {
				return err
			}
		}
		for _, s := range d.Staff {
			if err := tx.importStaff(ctx, s); err != nil {
				return err
			}
		}
		return tx.importDuty(ctx, d)
	})
}

// importStaff writes a person with their own post.
func (tx *Tx) importStaff(ctx context.Context, s area.NewStaff) error {
	sealed, err := tx.db.sealer.Seal(staffPhoneContext(s.Login), []byte(s.Phone))
	if err != nil {
		return fmt.Errorf("seal phone of %s: %w", s.Login, err)
	}
	n, err := tx.exec(ctx, "update staff", `UPDATE staff SET name = ?, role = ?, area_code = ?, phone_sealed = ?,
		password_hash = CASE WHEN ? = '' THEN password_hash ELSE ? END WHERE login = ?`,
		s.Name, s.Role, s.Area, sealed, s.PasswordHash, s.PasswordHash, s.Login)
	if err != nil || n > 0 {
		return err
	}
	_, err = tx.exec(ctx, "import staff", `WITH p AS (INSERT INTO posts (kind, area_code, role, name) VALUES ('person', ?, ?, ?) RETURNING id)
		INSERT INTO staff (post_id, login, name, role, area_code, phone_sealed, password_hash)
		SELECT id, ?, ?, ?, ?, ?, ? FROM p`, s.Area, s.Role, s.Name, s.Login, s.Name, s.Role, s.Area, sealed, s.PasswordHash)
	return err
}

// staffPhoneContext names the place of a sealed staff phone.
func staffPhoneContext(login string) string { return "staff.phone|" + login }

func (tx *Tx) importDuty(ctx context.Context, d area.Directory) error {
	for _, s := range d.Shifts {
		if _, err := tx.exec(ctx, "import shift", `INSERT INTO shifts (area_code, role, position, post_id, starts_at, ends_at)
			SELECT ?, ?, ?, s.post_id, ?, ? FROM staff s WHERE s.login = ? AND NOT EXISTS (SELECT 1 FROM shifts x
			    WHERE x.area_code = ? AND x.role = ? AND x.position = ? AND x.starts_at = ?)`,
			s.Area, s.Role, s.Position, s.From, s.To, s.Login, s.Area, s.Role, s.Position, s.From); err != nil {
			return err
		}
	}
	for _, a := range d.Absences {
		if _, err := tx.exec(ctx, "import absence", `INSERT INTO absences (post_id, reason, starts_at, ends_at)
			SELECT s.post_id, ?, ?, ? FROM staff s WHERE s.login = ? AND NOT EXISTS (SELECT 1 FROM absences x
			    WHERE x.post_id = s.post_id AND x.starts_at = ?)`, a.Reason, a.From, a.To, a.Login, a.From); err != nil {
			return err
		}
	}
	return nil
}
