package store

import (
	"context"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// laterRows are rows that a transaction writes at its end in one statement for
// each table, in the order in which they were given. Nothing within it reads what
// is told and armed; tickets, offers and notices are written before the next
// statement that might.
type laterRows struct {
	timeline, events, timers []map[string]any
	saved                    []savedTicket
	offers, notices          []map[string]any
	hasten                   map[timersOf][]int64 // their subjects

	whole             bool // Together: what follows waits as well
	clocks            map[clockOf]map[string]any
	decisions, papers savedRows
	cancelled         map[timersOf][]int64
	posts             map[staffedIn]any // as they were read: many lines tell the same people
}

// timersOf are the timers of one kind of one kind of subject.
type timersOf struct{ subject, timer string }

// clockOf is one clock of a ticket.
type clockOf struct {
	ticket ticket.ID
	kind   ticket.ClockKind
}

// staffedIn are the desks or the people of a role in a place.
type staffedIn struct {
	place area.Code
	role  area.Role
	as    string
}

// once reads who is in a place one time within Together.
func once[T any](tx *Tx, of staffedIn, read func() (T, error)) (T, error) {
	if tx.later == nil || !tx.later.whole {
		return read()
	}
	if found, known := tx.later.posts[of].(T); known {
		return found, nil
	}
	found, err := read()
	if err == nil {
		if tx.later.posts == nil {
			tx.later.posts = map[staffedIn]any{}
		}
		tx.later.posts[of] = found
	}
	return found, err
}

func (l *laterRows) entry(tx *Tx, t *ticket.Ticket, e ticket.Entry) {
	l.timeline = append(l.timeline, map[string]any{"ticket_id": t.ID, "at": e.At, "kind": e.Kind, "data": orEmpty(e.Data), "actor": tx.actor.Name,
		"actor_id": nonZero(int64(tx.actor.StaffID))})
}

func (l *laterRows) event(e act.Event) {
	l.events = append(l.events, map[string]any{"kind": e.Kind, "subject_kind": e.Subject.Kind, "subject_id": e.Subject.ID, "ticket": e.Ticket,
		"area_code": e.Area, "data": orEmpty(e.Data)})
}

func (l *laterRows) timer(t act.Timer) {
	l.timers = append(l.timers, map[string]any{"subject_kind": t.Subject.Kind, "subject_id": t.Subject.ID, "kind": t.Kind, "step": t.Step, "epoch": t.Epoch,
		"due_at": t.DueAt, "shard": shardOf(t.Subject)})
}

func (l *laterRows) sooner(s act.Subject, kind string) {
	if l.hasten == nil {
		l.hasten = map[timersOf][]int64{}
	}
	of := timersOf{s.Kind, kind}
	l.hasten[of] = append(l.hasten[of], s.ID)
}

// cancel keeps which timers of a subject end. It does not where one of the subject's waits to be armed or hastened, since
// those that are cancelled go first, nor where all kinds end.
func (l *laterRows) cancel(s act.Subject, kinds []string) (kept bool) {
	if !l.whole || len(kinds) == 0 || slices.ContainsFunc(l.timers, func(t map[string]any) bool { return t["subject_kind"] == s.Kind && t["subject_id"] == s.ID }) {
		return false
	}
	for of, subjects := range l.hasten {
		if of.subject == s.Kind && slices.Contains(subjects, s.ID) {
			return false
		}
	}
	if l.cancelled == nil {
		l.cancelled = map[timersOf][]int64{}
	}
	for _, kind := range kinds {
		of := timersOf{s.Kind, kind}
		l.cancelled[of] = append(l.cancelled[of], s.ID)
	}
	return true
}

func orEmpty(data map[string]any) map[string]any {
	if data == nil {
		return map[string]any{}
	}
	return data
}

// Together runs fn and writes at its end, in one statement for each table, what it told, armed and saved.
func (tx *Tx) Together(ctx context.Context, fn func() error) error {
	if tx.later != nil {
		return fn()
	}
	tx.later = &laterRows{whole: true}
	defer func() { tx.later, tx.loaded.decisions, tx.loaded.papers = nil, nil, nil }()
	if err := fn(); err != nil {
		return err
	}
	return tx.later.flush(ctx, tx)
}

// flush writes what was kept.
func (l *laterRows) flush(ctx context.Context, tx *Tx) error {
	if err := l.flushSaved(ctx, tx); err != nil {
		return err
	}
	if len(l.timeline)+len(l.events) > 0 {
		if err := l.tell(ctx, tx); err != nil {
			return err
		}
	}
	return l.flushTimers(ctx, tx)
}

// flushTimers cancels, arms and hastens. What is not kept to be cancelled is cancelled after it.
func (l *laterRows) flushTimers(ctx context.Context, tx *Tx) error {
	for of, subjects := range l.cancelled {
		_, err := tx.exec(ctx, "cancel timers of many", `WITH gone AS (DELETE FROM timers WHERE subject_kind = ? AND kind = ? AND subject_id = ANY(?::bigint[]) RETURNING *)
			INSERT INTO timer_log (id, subject_kind, subject_id, kind, step, epoch, due_at, ended_at, outcome)
			SELECT id, subject_kind, subject_id, kind, step, epoch, due_at, app_now(), 'cancelled' FROM gone`, of.subject, of.timer, bigints(subjects))
		if err != nil {
			return err
		}
	}
	l.cancelled = nil
	var armed []timerRow
	if len(l.timers) > 0 {
		err := tx.find(ctx, "arm timers", &armed, `INSERT INTO timers (subject_kind, subject_id, kind, step, epoch, due_at, shard)
			SELECT x.* FROM jsonb_to_recordset(?::jsonb) AS x(subject_kind text, subject_id bigint, kind text, step integer, epoch bigint, due_at timestamptz, shard smallint)
			WHERE NOT EXISTS (SELECT 1 FROM timer_log l WHERE (l.subject_kind, l.subject_id, l.kind, l.step, l.epoch)
			                = (x.subject_kind, x.subject_id, x.kind, x.step, x.epoch))
			ON CONFLICT DO NOTHING RETURNING `+timerColumns, jsonOf(l.timers))
		if err != nil {
			return err
		}
	}
	for of, subjects := range l.hasten {
		var rows []timerRow
		err := tx.find(ctx, "hasten timers", &rows, `UPDATE timers SET due_at = ? WHERE subject_kind = ? AND kind = ? AND due_at > ?
			AND subject_id = ANY (ARRAY(SELECT jsonb_array_elements_text(?::jsonb)::bigint)) RETURNING `+timerColumns, tx.now, of.subject, of.timer, tx.now, jsonOf(subjects))
		if err != nil {
			return err
		}
		armed = append(armed, rows...)
	}
	for _, r := range armed {
		tx.armed = append(tx.armed, r.timer())
	}
	l.timers, l.hasten = nil, nil
	return nil
}

// tell writes entries and events.
func (l *laterRows) tell(ctx context.Context, tx *Tx) error {
	tx.emitted = tx.emitted || len(l.events) > 0
	_, err := tx.exec(ctx, "tell of many", `WITH doc AS MATERIALIZED (SELECT ?::jsonb AS j),
		e AS (INSERT INTO timeline (ticket_id, at, actor, actor_id, kind, data) SELECT x.ticket_id, x.at, x.actor, x.actor_id, x.kind, x.data
		      FROM doc, jsonb_to_recordset(doc.j->'timeline') AS x(ticket_id bigint, at timestamptz, actor text, actor_id bigint, kind text, data jsonb))
		INSERT INTO outbox (kind, subject_kind, subject_id, ticket, area_code, data, created_at)
		SELECT x.kind, x.subject_kind, x.subject_id, x.ticket, x.area_code, x.data, ?::timestamptz
		FROM doc, jsonb_to_recordset(doc.j->'events') AS x(kind text, subject_kind text, subject_id bigint, ticket text, area_code text, data jsonb)`,
		jsonOf(map[string]any{"timeline": orNone(l.timeline), "events": orNone(l.events)}), tx.now)
	return err
}

func orNone(rows []map[string]any) []map[string]any {
	if rows == nil {
		return []map[string]any{}
	}
	return rows
}
