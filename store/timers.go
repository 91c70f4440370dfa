package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ticket"
)

// timerRow is a pending row of timers.
type timerRow struct {
	ID          int64
	SubjectKind string
	SubjectID   int64
	Kind        string
	Step        int
	Epoch       int64
	DueAt       time.Time
	Resting     bool // failed before; left alone for a while
}

const timerColumns = `id, subject_kind, subject_id, kind, step, epoch, due_at`

func (r timerRow) timer() act.Timer {
	return act.Timer{ID: r.ID, Subject: act.Subject{Kind: r.SubjectKind, ID: r.SubjectID}, Kind: r.Kind, Step: r.Step, Epoch: r.Epoch, DueAt: r.DueAt.UTC()}
}

// FireTimers fires those of ids that are due, each with what handle does, so
// that a timer's end and its effects are one commit. The leases of their shards must be held.
// Timers of tickets go in one transaction: the tickets are locked first, in
// order, and those that somebody else holds are left out. Any other kind of
// subject has a transaction of its own, since only its handlers know what they
// will lock. On an error the result still tells what was done before it.
func (db *DB) FireTimers(ctx context.Context, leases []act.Lease, path string, ids []int64, handle func(context.Context, *Tx, act.Timer) error) (act.Fired, error) {
	var result act.Fired
	others := map[string][]timerRow{}
	err := db.fire(ctx, leases, &result, func(tx *Tx) error {
		due, err := tx.dueTimers(ctx, ids, &result)
		if err != nil {
			return err
		}
		for _, r := range due {
			others[r.SubjectKind] = append(others[r.SubjectKind], r)
		}
		first := due
		if ofTickets, ok := others["ticket"]; ok {
			if first, err = tx.lockTickets(ctx, ofTickets); err != nil {
				return err
			}
			delete(others, "ticket")
		} else if len(others) == 1 {
			clear(others)
		} else {
			return nil
		}
		return tx.fireRounds(ctx, path, first, &result, handle)
	})
	for _, timers := range others {
		if err == nil {
			err = db.fire(ctx, leases, &result, func(tx *Tx) error { return tx.fireRounds(ctx, path, timers, &result, handle) })
		}
	}
	return result, err
}

// fire runs one firing transaction. What it added to result is taken back if it does not commit.
func (db *DB) fire(ctx context.Context, leases []act.Lease, result *act.Fired, fn func(*Tx) error) error {
	before := *result
	err := db.inTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		result.At = tx.now
		if err := tx.holdLeases(ctx, leases); err != nil {
			return err
		}
		return fn(tx)
	}, func() {
		if len(result.Fired) > len(before.Fired) {
			failpoint.Hit(failpoint.TimerBeforeCommit)
		}
	})
	if err != nil {
		*result = before
		return err
	}
	if len(result.Fired) > len(before.Fired) {
		failpoint.Hit(failpoint.TimerAfterCommit)
	}
	return nil
}

// holdLeases refuses a process one of whose shards has gone to another, and bounds
// what a firing transaction may hold up: it gives way to people long before
// PostgreSQL would look for a deadlock, and a paused process frees its rows. Its
// statements find everything by key, so that they need no plan for each value.
func (tx *Tx) holdLeases(ctx context.Context, leases []act.Lease) error {
	rows := make([]map[string]any, len(leases))
	for i, l := range leases {
		rows[i] = map[string]any{"shard": l.Shard, "owner": l.Owner, "fence": l.Fence}
	}
	var lock, idle, statement, plan string
	var lost []byte
	err := tx.scan(ctx, "check leases", `SELECT set_config('lock_timeout', '500ms', true), set_config('idle_in_transaction_session_timeout', '5s', true),
		set_config('statement_timeout', '5s', true), set_config('plan_cache_mode', 'force_generic_plan', true),
		(SELECT coalesce(jsonb_agg(x.shard), '[]') FROM jsonb_to_recordset(?::jsonb) AS x(shard smallint, owner text, fence bigint)
		 WHERE NOT EXISTS (SELECT 1 FROM timer_shards s WHERE s.shard = x.shard AND s.owner = x.owner AND s.fence = x.fence AND s.expires_at > clock_timestamp()))`,
		[]any{jsonOf(rows)}, &lock, &idle, &statement, &plan, &lost)
	if err != nil {
		return err
	}
	if string(lost) != "[]" {
		return act.Conflict("lease_lost", fmt.Sprintf("Shards %s of the timers have gone to another process.", lost))
	}
	return nil
}

// dueTimers sorts ids into those that are due, which it returns in order, and the rest.
// "Due" is by the transaction's one time, which the handlers see too.
func (tx *Tx) dueTimers(ctx context.Context, ids []int64, result *act.Fired) ([]timerRow, error) {
	var rows []timerRow
	err := tx.find(ctx, "load timers", &rows, `SELECT `+timerColumns+`, retry_at > clock_timestamp() AS resting FROM timers
		WHERE id = ANY(?::bigint[]) ORDER BY due_at, id`, bigints(ids))
	if err != nil {
		return nil, err
	}
	pending := make(map[int64]bool, len(rows))
	var due []timerRow
	for _, r := range rows {
		pending[r.ID] = true
		switch {
		case r.DueAt.After(tx.now):
			result.Later = append(result.Later, r.timer())
		case r.Resting:
			result.Gone = append(result.Gone, r.ID) // the sweep brings it back
		default:
			due = append(due, r)
		}
	}
	for _, id := range ids {
		if !pending[id] {
			result.Gone = append(result.Gone, id)
		}
	}
	return due, nil
}

// lockTickets locks the tickets of timers in the order everybody locks them,
// and drops the timers of those that are held: they come back.
func (tx *Tx) lockTickets(ctx context.Context, timers []timerRow) ([]timerRow, error) {
	if len(timers) == 0 {
		return nil, nil
	}
	subjects := make([]int64, len(timers))
	for i, r := range timers {
		subjects[i] = r.SubjectID
	}
	locked, err := tx.loadFree(ctx, subjects)
	if err != nil {
		return nil, err
	}
	kept := timers[:0:0]
	for _, r := range timers {
		if locked[ticket.ID(r.SubjectID)] {
			kept = append(kept, r)
		}
	}
	return kept, nil
}

// fireRounds ends timers and runs their handlers, in rounds of one timer for
// each subject: what a handler cancels has then not yet been ended.
func (tx *Tx) fireRounds(ctx context.Context, path string, timers []timerRow, result *act.Fired, handle func(context.Context, *Tx, act.Timer) error) error {
	for len(timers) > 0 {
		var round, rest []timerRow
		seen := map[act.Subject]bool{}
		for _, r := range timers {
			if s := (act.Subject{Kind: r.SubjectKind, ID: r.SubjectID}); seen[s] {
				rest = append(rest, r)
			} else {
				seen[s] = true
				round = append(round, r)
			}
		}
		if err := tx.fireRound(ctx, path, round, result, handle); err != nil {
			return err
		}
		timers = rest
	}
	return nil
}

// fireRound ends timers of different subjects and runs their handlers. What
// they tell and arm is written at its end, in one statement for each table:
// no handler reads what another has written for another subject.
func (tx *Tx) fireRound(ctx context.Context, path string, round []timerRow, result *act.Fired, handle func(context.Context, *Tx, act.Timer) error) error {
	ended, err := tx.endTimers(ctx, path, round)
	if err != nil {
		return err
	}
	tx.later = &laterRows{}
	defer func() { tx.later, tx.ahead, tx.loaded.tickets = nil, nil, nil }()
	for _, r := range round {
		if !ended[r.ID] {
			result.Gone = append(result.Gone, r.ID)
			continue
		}
		t := r.timer()
		if err := handle(ctx, tx, t); err != nil {
			return fmt.Errorf("fire timer %d (%s of %s %d): %w", t.ID, t.Kind, t.Subject.Kind, t.Subject.ID, err)
		}
		result.Fired = append(result.Fired, t)
	}
	return tx.later.flush(ctx, tx)
}

// endTimers moves pending timers to the log as fired. Only one transaction can
// do so to a timer: this is what makes it once.
func (tx *Tx) endTimers(ctx context.Context, path string, timers []timerRow) (map[int64]bool, error) {
	ids := make([]int64, len(timers))
	for i, r := range timers {
		ids[i] = r.ID
	}
	var ended []int64
	err := tx.find(ctx, "end timers", &ended, `WITH gone AS (DELETE FROM timers WHERE id = ANY(?::bigint[]) RETURNING *),
		logged AS (INSERT INTO timer_log (id, subject_kind, subject_id, kind, step, epoch, due_at, ended_at, outcome, path)
		           SELECT id, subject_kind, subject_id, kind, step, epoch, due_at, app_now(), 'fired', ? FROM gone)
		SELECT id FROM gone`, bigints(ids), path)
	done := make(map[int64]bool, len(ended))
	for _, id := range ended {
		done[id] = true
	}
	return done, err
}

// FailTimer counts a failure and leaves the timer alone for 2, 4, 8 … 60
// seconds of real time. With its dead-th failure the timer is dead: it moves
// to the log, and the caller raises the alarm.
func (db *DB) FailTimer(ctx context.Context, id int64, cause string, dead int) (died bool, err error) {
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		var attempts []int
		err := tx.find(ctx, "count failure of timer", &attempts, `UPDATE timers SET attempts = attempts + 1, last_error = ?,
			retry_at = clock_timestamp() + least(60, 2 ^ least(attempts + 1, 6)) * interval '1 second' WHERE id = ? RETURNING attempts`, cause, id)
		if err != nil || len(attempts) == 0 || attempts[0] < dead {
			return err
		}
		died = true
		_, err = tx.exec(ctx, "give a timer up", `WITH gone AS (DELETE FROM timers WHERE id = ? RETURNING *)
			INSERT INTO timer_log (id, subject_kind, subject_id, kind, step, epoch, due_at, ended_at, outcome)
			SELECT id, subject_kind, subject_id, kind, step, epoch, due_at, app_now(), 'dead' FROM gone`, id)
		return err
	})
	return died && err == nil, err
}

// OverdueTimers lists pending timers of the shards that fell due at least
// grace (application time) ago and are not resting after a failure, oldest first.
//
// app_now() moves while a statement runs, so that PostgreSQL would ask it for
// every row and use no index; as a subquery it is asked once.
func (db *DB) OverdueTimers(ctx context.Context, shards []int16, grace time.Duration, limit int) ([]act.Timer, error) {
	return db.timers(ctx, "look for overdue timers", `SELECT `+timerColumns+` FROM timers
		WHERE shard = ANY(?::smallint[]) AND due_at <= (SELECT app_now() - ? * interval '1 microsecond') AND retry_at <= clock_timestamp()
		ORDER BY due_at, id LIMIT ?`, bigints(shards), grace.Microseconds(), limit)
}

// UpcomingTimers lists the pending timers of a shard that fall due before
// until, oldest first, after the place (due time, id): a page by key.
func (db *DB) UpcomingTimers(ctx context.Context, shard int16, until, afterDue time.Time, afterID int64, limit int) ([]act.Timer, error) {
	return db.timers(ctx, "load upcoming timers", `SELECT `+timerColumns+` FROM timers
		WHERE shard = ? AND due_at < ? AND (due_at, id) > (?, ?) ORDER BY due_at, id LIMIT ?`, shard, until, afterDue, afterID, limit)
}

// timers has no scope: the table holds no word about anybody.
func (db *DB) timers(ctx context.Context, what, sql string, args ...any) ([]act.Timer, error) {
	var rows []timerRow
	if err := db.gorm.WithContext(ctx).Raw(sql, args...).Scan(&rows).Error; err != nil {
		return nil, translate(what, err)
	}
	timers := make([]act.Timer, len(rows))
	for i, r := range rows {
		timers[i] = r.timer()
	}
	return timers, nil
}

// OldestOverdue is for how long, in real time, the oldest pending timer has
// been due; zero where none is. It asks the database alone, whoever fires.
func (db *DB) OldestOverdue(ctx context.Context) (time.Duration, error) {
	var seconds float64
	err := db.pool.QueryRowContext(ctx, `SELECT greatest(0, coalesce(extract(epoch FROM app_now() - min(x.due_at)), 0) / (SELECT scale FROM app_clock))::float8
		FROM timer_shards s CROSS JOIN LATERAL (SELECT due_at FROM timers t WHERE t.shard = s.shard ORDER BY due_at LIMIT 1) x`).Scan(&seconds)
	return time.Duration(seconds * float64(time.Second)), translate("look for the oldest overdue timer", err)
}

// bigints writes an array parameter; gorm would spread a slice.
func bigints[I ~int16 | ~int64](ids []I) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(int64(id), 10))
	}
	b.WriteByte('}')
	return b.String()
}
