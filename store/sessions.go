package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// BeginSignIn counts an attempt before anyone looks at its password, so that a
// thousand guesses sent at once are a thousand failures, and hands out the
// account's password hash. An unknown login is no error: its hash is empty, so
// that the caller can take as long over it. After so many failures within the
// window the login is locked out: wait tells for how long, and nothing else is told.
func (db *DB) BeginSignIn(ctx context.Context, login string, failures int, window time.Duration) (staff area.Staff, passwordHash string, wait time.Duration, err error) {
	err = db.InTx(ctx, act.SystemConsole, func(tx *Tx) error {
		hash := loginHash(login)
		if err := tx.lockText(ctx, "sign_in|"+string(hash)); err != nil {
			return err
		}
		wait, err = tx.lockedOut(ctx, hash, failures, window)
		if err != nil || wait > 0 {
			return err
		}
		// gorm spreads a slice of bytes that follows a parenthesis at once; the blank keeps it whole.
		if _, err := tx.exec(ctx, "count sign-in", `INSERT INTO sign_in_failures (login_hash) VALUES ( ?)`, hash); err != nil {
			return err
		}
		staff, passwordHash, err = tx.account(ctx, login)
		return err
	})
	return staff, passwordHash, wait, err
}

// lockedOut tells how long a login has to wait: until so many of its failures
// have left the window that one more attempt fits in.
func (tx *Tx) lockedOut(ctx context.Context, hash []byte, failures int, window time.Duration) (time.Duration, error) {
	var seconds float64
	err := tx.scan(ctx, "count sign-in failures", `SELECT extract(epoch FROM at - clock_timestamp()) + ?
		FROM sign_in_failures WHERE login_hash = ? AND at > clock_timestamp() - make_interval(secs => ?)
		ORDER BY at DESC OFFSET ? LIMIT 1`, []any{window.Seconds(), hash, window.Seconds(), failures - 1}, &seconds)
	if errors.Is(err, act.ErrNotFound) {
		return 0, nil
	}
	return time.Duration(math.Max(seconds, 1) * float64(time.Second)), err
}

// account loads an active member of staff by login; zero where there is none.
func (tx *Tx) account(ctx context.Context, login string) (area.Staff, string, error) {
	var s area.Staff
	var hash string
	err := tx.scan(ctx, "load account", `SELECT id, login, name, role, area_code, post_id, active, password_hash FROM staff WHERE login = ? AND active`,
		[]any{login}, (*int64)(&s.ID), &s.Login, &s.Name, &s.Role, &s.Area, (*int64)(&s.PostID), &s.Active, &hash)
	if errors.Is(err, act.ErrNotFound) {
		return area.Staff{}, "", nil
	}
	return s, hash, err
}

// OpenSession ends a sign-in that succeeded: its failures are forgotten, the
// session exists, and the audit chain knows.
func (db *DB) OpenSession(ctx context.Context, staff area.Staff, tokenHash []byte) error {
	return db.InTx(ctx, act.SystemConsole, func(tx *Tx) error {
		if err := tx.forgetSignInFailures(ctx, staff.Login); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, "open session", `INSERT INTO sessions (token_hash, staff_id) VALUES ( ?, ?)`, tokenHash, int64(staff.ID)); err != nil {
			return err
		}
		return tx.Audit(ctx, sessionRecord("session.open", staff))
	})
}

func (tx *Tx) forgetSignInFailures(ctx context.Context, login string) error {
	_, err := tx.exec(ctx, "forget sign-in failures", `DELETE FROM sign_in_failures WHERE login_hash = ?`, loginHash(login))
	return err
}

// RefuseSession writes down that somebody did not get into a known account.
func (db *DB) RefuseSession(ctx context.Context, staff area.Staff) error {
	return db.InTx(ctx, act.SystemConsole, func(tx *Tx) error { return tx.Audit(ctx, sessionRecord("session.refuse", staff)) })
}

func sessionRecord(action string, s area.Staff) act.Record {
	return act.Record{Action: action, Subject: act.Subject{Kind: "staff", ID: int64(s.ID)}, Area: s.Area, Data: map[string]any{"login": s.Login}}
}

// Session finds who holds a token. act.ErrSignIn where it is unknown, ended or
// idle for longer than idle, or the account is no longer active. With seen the
// idle time begins anew; an open page that only listens does not count. proved is
// how long ago they gave their password.
func (db *DB) Session(ctx context.Context, tokenHash []byte, idle time.Duration, seen bool) (staff area.Staff, proved time.Duration, err error) {
	var s area.Staff
	var stale bool
	var seconds float64
	row := db.pool.QueryRowContext(ctx, `SELECT s.id, s.login, s.name, s.role, s.area_code, s.post_id, s.active, n.seen_at < clock_timestamp() - interval '1 minute',
			extract(epoch FROM clock_timestamp() - n.proved_at)::float8
		FROM sessions n JOIN staff s ON s.id = n.staff_id
		WHERE n.token_hash = $1 AND n.ended_at IS NULL AND s.active AND n.seen_at > clock_timestamp() - make_interval(secs => $2)`, tokenHash, idle.Seconds())
	err = translate("find session", row.Scan((*int64)(&s.ID), &s.Login, &s.Name, &s.Role, &s.Area, (*int64)(&s.PostID), &s.Active, &stale, &seconds))
	if errors.Is(err, act.ErrNotFound) {
		return area.Staff{}, 0, fmt.Errorf("find session: %w", act.ErrSignIn)
	}
	if err == nil && stale && seen { // once a minute is enough to tell idle from busy
		_, err = db.pool.ExecContext(ctx, `UPDATE sessions SET seen_at = clock_timestamp() WHERE token_hash = $1`, tokenHash)
		err = translate("keep session", err)
	}
	return s, time.Duration(seconds * float64(time.Second)), err
}

// ProveSession notes that whoever holds a session has given their password again;
// the failures before it are forgotten.
func (db *DB) ProveSession(ctx context.Context, staff area.Staff, tokenHash []byte) error {
	return db.InTx(ctx, act.SystemConsole, func(tx *Tx) error {
		if err := tx.forgetSignInFailures(ctx, staff.Login); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, "prove session", `UPDATE sessions SET proved_at = clock_timestamp() WHERE token_hash = ? AND ended_at IS NULL`, tokenHash); err != nil {
			return err
		}
		return tx.Audit(ctx, sessionRecord("session.prove", staff))
	})
}

// CloseSession signs out. A session that has ended already stays as it was.
func (db *DB) CloseSession(ctx context.Context, staff area.Staff, tokenHash []byte) error {
	return db.InTx(ctx, act.SystemConsole, func(tx *Tx) error {
		n, err := tx.exec(ctx, "close session", `UPDATE sessions SET ended_at = clock_timestamp() WHERE token_hash = ? AND ended_at IS NULL`, tokenHash)
		if err != nil || n == 0 {
			return err
		}
		return tx.Audit(ctx, sessionRecord("session.close", staff))
	})
}

// Tidy forgets what has no use any more: sessions and failures older than a
// day beyond idle, and the answers of idempotency keys older than keep.
func (db *DB) Tidy(ctx context.Context, idle, keep time.Duration) error {
	for _, s := range []struct {
		sql string
		age time.Duration
	}{
		{`DELETE FROM sessions WHERE seen_at < clock_timestamp() - make_interval(secs => $1)`, idle + 24*time.Hour},
		{`DELETE FROM sign_in_failures WHERE at < clock_timestamp() - make_interval(secs => $1)`, 24 * time.Hour},
		{`DELETE FROM idempotency_keys WHERE created_at < app_now() - make_interval(secs => $1)`, keep},
	} {
		if _, err := db.pool.ExecContext(ctx, s.sql, s.age.Seconds()); err != nil {
			return translate("tidy", err)
		}
	}
	return nil
}

func loginHash(login string) []byte {
	sum := sha256.Sum256([]byte(strings.ToLower(login)))
	return sum[:]
}

// lockText holds a lock named by a text until the transaction ends. Texts whose
// hashes collide only wait for each other.
func (tx *Tx) lockText(ctx context.Context, name string) error {
	_, err := tx.exec(ctx, "lock", `SELECT pg_advisory_xact_lock(?)`, lockKey(name))
	return err
}

func lockKey(name string) int64 {
	sum := sha256.Sum256([]byte(name))
	return int64(binary.BigEndian.Uint64(sum[:]))
}
