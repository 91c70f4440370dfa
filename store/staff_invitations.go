package store

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Invite keeps the hash of a code by which somebody gives themselves a password,
// once, within a time. Codes that they had before are void. Administrators are
// invited where the line is run.
func (tx *Tx) Invite(ctx context.Context, login string, codeHash []byte, valid time.Duration) (expires time.Time, err error) {
	r, err := tx.member(ctx, login)
	if err != nil {
		return expires, err
	}
	if tx.actor.System == "" && area.Role(r.Role).Administrator() {
		return expires, act.NotFound("member of staff")
	}
	if _, err := tx.exec(ctx, "forget invitations", `DELETE FROM invitations WHERE staff_id = ? AND used_at IS NULL`, r.ID); err != nil {
		return expires, err
	}
	// gorm spreads a slice of bytes that follows a parenthesis at once; the blank keeps it whole.
	err = tx.scan(ctx, "invite", `INSERT INTO invitations (code_hash, staff_id, created_by, expires_at) VALUES ( ?, ?, ?, clock_timestamp() + make_interval(secs => ?)) RETURNING expires_at`,
		[]any{codeHash, r.ID, nonZero(int64(tx.actor.StaffID)), valid.Seconds()}, &expires)
	if err != nil {
		return expires, err
	}
	return expires.UTC(), tx.auditStaff(ctx, "staff.invited", login, "", nil)
}

// Invited finds whom a code invites; act.ErrSignIn where it is unknown, used or
// too old.
func (db *DB) Invited(ctx context.Context, codeHash []byte) (s area.Staff, err error) {
	err = db.InTx(ctx, act.SystemConsole, func(tx *Tx) (err error) {
		s, err = tx.invited(ctx, codeHash, "")
		return err
	})
	return s, err
}

func (tx *Tx) invited(ctx context.Context, codeHash []byte, lock string) (s area.Staff, err error) {
	err = tx.scan(ctx, "find an invitation", `SELECT s.id, s.login, s.name, s.role, s.area_code, s.post_id, s.active FROM invitations i JOIN staff s ON s.id = i.staff_id
		WHERE i.code_hash = ? AND i.used_at IS NULL AND i.expires_at > clock_timestamp() AND s.active`+lock, []any{codeHash},
		(*int64)(&s.ID), &s.Login, &s.Name, &s.Role, &s.Area, (*int64)(&s.PostID), &s.Active)
	if errors.Is(err, act.ErrNotFound) {
		err = act.ErrSignIn
	}
	return s, err
}

// AcceptInvitation gives the person of a code a password and ends whatever was
// signed in as them.
func (db *DB) AcceptInvitation(ctx context.Context, codeHash []byte, passwordHash string) error {
	return db.InTx(ctx, act.SystemConsole, func(tx *Tx) error {
		s, err := tx.invited(ctx, codeHash, " FOR UPDATE OF i")
		if err != nil {
			return err
		}
		for _, step := range []struct {
			what, sql string
			args      []any
		}{
			{"use an invitation", `UPDATE invitations SET used_at = clock_timestamp() WHERE code_hash = ?`, []any{codeHash}},
			{"set a password", `UPDATE staff SET password_hash = ? WHERE id = ?`, []any{passwordHash, int64(s.ID)}},
			{"end sessions", `UPDATE sessions SET ended_at = clock_timestamp() WHERE staff_id = ? AND ended_at IS NULL`, []any{int64(s.ID)}},
			{"forget sign-in failures", `DELETE FROM sign_in_failures WHERE login_hash = ?`, []any{loginHash(s.Login)}},
		} {
			if _, err := tx.exec(ctx, step.what, step.sql, step.args...); err != nil {
				return err
			}
		}
		return tx.Audit(ctx, sessionRecord("staff.password", s))
	})
}
