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
		for _, g := range d.Agencies {
			if _, err := tx.exec(ctx, "import agency", `INSERT INTO agencies (name, area_code, contact, contract_from, contract_until, created_at) VALUES (?, ?, ?, ?::date, ?::date, ?)
				ON CONFLICT (area_code, name) DO UPDATE SET contract_until = excluded.contract_until`, g.Name, g.Area, g.Contact, string(g.ContractFrom), string(g.ContractUntil), tx.now); err != nil {
				return err
			}
		}
		for _, s := range d.Staff {
			if err := tx.importStaff(ctx, s); err != nil {
				return err
			}
		}
		if err := tx.importField(ctx, d); err != nil {
			return err
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
	n, err := tx.exec(ctx, "update staff", `UPDATE staff SET name = ?, role = ?, area_code = ?, phone_sealed = ?, skills = ?::jsonb, agency_id = (SELECT id FROM agencies WHERE name = ?),
		password_hash = CASE WHEN ? = '' THEN password_hash ELSE ? END WHERE login = ?`,
		s.Name, s.Role, s.Area, sealed, jsonOf(skillsOf(s.Skills)), s.Agency, s.PasswordHash, s.PasswordHash, s.Login)
	if err != nil || n > 0 {
		return err
	}
	_, err = tx.exec(ctx, "import staff", `WITH p AS (INSERT INTO posts (kind, area_code, role, name) VALUES ('person', ?, ?, ?) RETURNING id)
		INSERT INTO staff (post_id, login, name, role, area_code, phone_sealed, skills, password_hash, agency_id)
		SELECT id, ?, ?, ?, ?, ?, ?::jsonb, ?, (SELECT id FROM agencies WHERE name = ?) FROM p`, s.Area, s.Role, s.Name, s.Login, s.Name, s.Role, s.Area, sealed, jsonOf(skillsOf(s.Skills)), s.PasswordHash, s.Agency)
	return err
}

// importField writes stations, deputies and households that are not there yet.
func (tx *Tx) importField(ctx context.Context, d area.Directory) error {
	for _, s := range d.Stations {
		if _, err := tx.exec(ctx, "import station", `INSERT INTO stations (area_code, name, lead_id, opened_on, changed_at) VALUES (?, ?, (SELECT id FROM staff WHERE login = ?), ?::date, ?)
			ON CONFLICT (area_code) DO NOTHING`, s.Area, s.Name, s.Lead, string(s.OpenedOn), tx.now); err != nil {
			return err
		}
	}
	for login, deputies := range d.Deputies {
		for i, deputy := range deputies {
			if _, err := tx.exec(ctx, "import deputy", `INSERT INTO deputies (staff_id, deputy_id, position, starts_at, created_at)
				SELECT s.id, w.id, ?, ?, ? FROM staff s JOIN staff w ON w.login = ? WHERE s.login = ? AND NOT EXISTS (SELECT 1 FROM deputies x
				    WHERE x.staff_id = s.id AND x.deputy_id = w.id AND x.ends_at IS NULL)`, i+1, tx.now, tx.now, deputy, login); err != nil {
				return err
			}
		}
	}
	for _, h := range d.Trusts {
		if _, err := tx.exec(ctx, "import household", `INSERT INTO households_entrusted (area_code, reference, staff_id, entrusted_at) SELECT ?, ?, s.id, ? FROM staff s
			WHERE s.login = ? AND NOT EXISTS (SELECT 1 FROM households_entrusted x WHERE x.area_code = ? AND x.reference = ? AND x.released_at IS NULL)`,
			h.Area, h.Reference, tx.now, h.Login, h.Area, h.Reference); err != nil {
			return err
		}
	}
	return nil
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
