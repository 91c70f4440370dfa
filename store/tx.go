package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"gorm.io/gorm"

	"example.org/hotline/internal/act"
)

// Tx is one transaction of the application role, for one actor. It satisfies
// the Tx interface of every room; each room sees only the part it declared.
type Tx struct {
	db               *DB
	gorm             *gorm.DB
	actor            act.Actor
	now              time.Time
	audit            []act.Record
	armed            []act.Timer // told to db.OnArmed after commit
	emitted, noticed bool        // told to db.OnEvents and db.OnNotices after commit
	places           bool        // told to db.OnPlaces after commit
	wide             bool        // rows everywhere are in sight for a while
	loaded           loaded
	later            *laterRows // what is written together at the end of a group; nil: each row at once
	ahead            *ahead     // what is read together for a round of timers; nil: each when it is asked for
}

var _ act.Tx = (*Tx)(nil)

// InTx runs fn in one READ COMMITTED transaction for actor. fn's error rolls
// everything back. Rows are locked in one order: ticket, case, accounts by id,
// audit lane; the last is taken here, just before commit, so that the chain's
// head is held for as short a time as possible.
func (db *DB) InTx(ctx context.Context, actor act.Actor, fn func(*Tx) error) error {
	return db.inTx(ctx, actor, fn, nil)
}

// snapshot runs fn in a transaction that sees one moment in all its statements and writes nothing.
func (db *DB) snapshot(ctx context.Context, actor act.Actor, fn func(*Tx) error) error {
	return db.inTx(ctx, actor, fn, nil, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

// inTx is InTx with a hook that runs when everything is written and nothing committed.
func (db *DB) inTx(ctx context.Context, actor act.Actor, fn func(*Tx) error, beforeCommit func(), how ...*sql.TxOptions) (err error) {
	g := db.gorm.WithContext(ctx).Begin(how...)
	if g.Error != nil {
		return translate("begin transaction", g.Error)
	}
	committed := false
	defer func() {
		if !committed { // also on panic
			rollback := g.Rollback().Error
			if err == nil && rollback != nil {
				err = translate("roll back", rollback)
			}
		}
	}()
	tx := &Tx{db: db, gorm: g, actor: actor}
	if err := tx.enter(ctx); err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.appendAudit(ctx); err != nil {
		return err
	}
	if beforeCommit != nil {
		beforeCommit()
	}
	if err := g.Commit().Error; err != nil {
		return translate("commit", err)
	}
	committed = true
	if db.OnArmed != nil && len(tx.armed) > 0 {
		db.OnArmed(tx.armed)
	}
	if db.OnEvents != nil && tx.emitted {
		db.OnEvents()
	}
	if db.OnNotices != nil && tx.noticed {
		db.OnNotices()
	}
	if db.OnPlaces != nil && tx.places {
		db.OnPlaces()
	}
	return nil
}

// enter tells the database for whom the transaction acts and asks the time, in
// one round trip. The time is app_now() written out: PostgreSQL plans a SQL
// function anew in every statement that calls it, and each transaction begins here.
func (tx *Tx) enter(ctx context.Context) error {
	row := tx.query(ctx, `SELECT c.now, set_config('app.now', c.now::text, true), set_config('app.scope', ?, true),
		set_config('app.role', ?, true), set_config('app.staff', ?, true), set_config('app.post', ?, true)
		FROM (SELECT app_base + (clock_timestamp() - real_base) * scale AS now FROM app_clock) c`,
		tx.actor.Scope(), string(tx.actor.Role), fmt.Sprint(tx.actor.StaffID), fmt.Sprint(tx.actor.PostID)).Row()
	var text, scope, role, staff, post string
	if err := row.Scan(&tx.now, &text, &scope, &role, &staff, &post); err != nil {
		return translate("enter transaction", err)
	}
	tx.now = tx.now.UTC()
	return nil
}

// Now is app_now() at the start of the transaction.
func (tx *Tx) Now() time.Time { return tx.now }

// Actor is who the transaction acts for.
func (tx *Tx) Actor() act.Actor { return tx.actor }

// Audit queues a record; it is chained just before commit.
func (tx *Tx) Audit(_ context.Context, r act.Record) error {
	tx.audit = append(tx.audit, r)
	return nil
}

// Emit writes an event to the outbox.
func (tx *Tx) Emit(ctx context.Context, e act.Event) error {
	if tx.later != nil {
		tx.later.event(e)
		return nil
	}
	data, err := toJSON(e.Data)
	if err != nil {
		return err
	}
	tx.emitted = true
	_, err = tx.exec(ctx, "emit "+e.Kind, `INSERT INTO outbox (kind, subject_kind, subject_id, ticket, area_code, data, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, e.Kind, e.Subject.Kind, e.Subject.ID, e.Ticket, e.Area, data, tx.now)
	return err
}

// Arm writes a pending timer. One that is pending, or has ended already, is not armed again.
func (tx *Tx) Arm(ctx context.Context, t act.Timer) error {
	if tx.later != nil {
		tx.later.timer(t)
		return nil
	}
	err := tx.scan(ctx, "arm "+t.Kind, `INSERT INTO timers (subject_kind, subject_id, kind, step, epoch, due_at, shard)
		SELECT v.* FROM (VALUES (?::text, ?::bigint, ?::text, ?::integer, ?::bigint, ?::timestamptz, ?::smallint))
		     AS v (subject_kind, subject_id, kind, step, epoch, due_at, shard)
		WHERE NOT EXISTS (SELECT 1 FROM timer_log l WHERE (l.subject_kind, l.subject_id, l.kind, l.step, l.epoch)
		                = (v.subject_kind, v.subject_id, v.kind, v.step, v.epoch))
		ON CONFLICT DO NOTHING RETURNING id`,
		[]any{t.Subject.Kind, t.Subject.ID, t.Kind, t.Step, t.Epoch, t.DueAt, shardOf(t.Subject)}, &t.ID)
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	tx.armed = append(tx.armed, t)
	return err
}

// Cancel moves pending timers of a subject to the log.
func (tx *Tx) Cancel(ctx context.Context, s act.Subject, kinds ...string) error {
	if tx.later != nil {
		if tx.later.cancel(s, kinds) {
			return nil
		}
		if err := tx.later.flushTimers(ctx, tx); err != nil {
			return err
		}
	}
	filter, args := "", []any{s.Kind, s.ID}
	if len(kinds) > 0 {
		filter, args = "AND kind IN ?", append(args, kinds)
	}
	_, err := tx.exec(ctx, "cancel timers", `WITH gone AS (DELETE FROM timers WHERE subject_kind = ? AND subject_id = ? `+filter+` RETURNING *)
		INSERT INTO timer_log (id, subject_kind, subject_id, kind, step, epoch, due_at, ended_at, outcome)
		SELECT id, subject_kind, subject_id, kind, step, epoch, due_at, app_now(), 'cancelled' FROM gone`, args...)
	return err
}

// Hasten brings the pending timers of one kind forward to now.
func (tx *Tx) Hasten(ctx context.Context, s act.Subject, kind string) error {
	if tx.later != nil {
		tx.later.sooner(s, kind)
		return nil
	}
	var rows []timerRow
	err := tx.find(ctx, "hasten "+kind, &rows, `UPDATE timers SET due_at = ? WHERE subject_kind = ? AND subject_id = ? AND kind = ? AND due_at > ? RETURNING `+timerColumns,
		tx.now, s.Kind, s.ID, kind, tx.now)
	for _, r := range rows {
		tx.armed = append(tx.armed, r.timer())
	}
	return err
}

// shardOf spreads timers over the sixteen shards by their subject.
func shardOf(s act.Subject) int16 { return int16(s.ID & 15) }

// query starts a raw statement within the transaction.
func (tx *Tx) query(ctx context.Context, sql string, args ...any) *gorm.DB {
	return tx.gorm.WithContext(ctx).Raw(sql, args...)
}

// exec runs a raw statement within the transaction and tells how many rows it touched.
func (tx *Tx) exec(ctx context.Context, what, sql string, args ...any) (int64, error) {
	if err := tx.flushSaved(ctx); err != nil {
		return 0, err
	}
	res := tx.gorm.WithContext(ctx).Exec(sql, args...)
	return res.RowsAffected, translate(what, res.Error)
}

// scan runs a raw query that returns at most one row into dest (a struct or
// column pointers); act.ErrNotFound where there is none.
func (tx *Tx) scan(ctx context.Context, what, sql string, args []any, dest ...any) error {
	if err := tx.flushSaved(ctx); err != nil {
		return err
	}
	return translate(what, tx.query(ctx, sql, args...).Row().Scan(dest...))
}

// find runs a raw query into a slice of row structs.
func (tx *Tx) find(ctx context.Context, what string, dest any, sql string, args ...any) error {
	if err := tx.flushSaved(ctx); err != nil {
		return err
	}
	return tx.aside(ctx, what, dest, sql, args...)
}

// aside is find for what no waiting row can change.
func (tx *Tx) aside(ctx context.Context, what string, dest any, sql string, args ...any) error {
	return translate(what, tx.query(ctx, sql, args...).Scan(dest).Error)
}

// flushSaved writes the tickets, offers and notices that wait for the end of
// their group, so that the next statement sees them.
func (tx *Tx) flushSaved(ctx context.Context) error {
	if tx.later == nil {
		return nil
	}
	return tx.later.flushSaved(ctx, tx)
}

// toJSON writes a jsonb parameter; nil becomes an empty object.
func toJSON(v map[string]any) (string, error) {
	if v == nil {
		return "{}", nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write JSON: %w", err)
	}
	return string(b), nil
}

// null turns a zero time into SQL NULL.
func null(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// orZero is the inverse of null.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// isClosed recognises a connection that was cut under a statement.
func isClosed(err error) bool {
	var netErr net.Error
	return errors.As(err, &netErr) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
