package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/relief/loop"
	"example.org/hotline/ticket"
)

var _ loop.TaskTx = (*Tx)(nil)

// taskRow is a row of case_tasks.
type taskRow struct {
	ID, TicketID, PostID, Version    int64
	PublicID, Kind, Ref, State, Post string
	OpenedAt, DueAt                  time.Time
	Outcome                          *string
	Tests                            []byte
	ReasonSealed                     []byte
	DoneBy                           *int64
	DoneAt                           *time.Time
	Doer                             *string // of pages only
}

const taskColumns = `k.id, k.public_id, k.ticket_id, k.kind, k.ref, k.post_id, k.state, k.opened_at, k.due_at, k.outcome, k.tests, k.reason_sealed, k.done_by, k.done_at, k.version`

func (tx *Tx) task(r taskRow) (k loop.Task, err error) {
	k = loop.Task{ID: loop.TaskID(r.ID), PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Kind: loop.TaskKind(r.Kind), Ref: r.Ref, Post: area.PostID(r.PostID),
		State: loop.TaskState(r.State), Opened: r.OpenedAt.UTC(), DueAt: r.DueAt.UTC(), Outcome: loop.TaskOutcome(deref(r.Outcome)),
		DoneBy: area.StaffID(deref(r.DoneBy)), DoneAt: orZero(r.DoneAt), Version: r.Version}
	if k.Reason, err = tx.openText("case_tasks.reason", k.PublicID, r.ReasonSealed); err != nil || len(r.Tests) == 0 {
		return k, err
	}
	if err := json.Unmarshal(r.Tests, &k.Tests); err != nil {
		return k, fmt.Errorf("read the tests of a task: %w", err)
	}
	return k, nil
}

// AddTask writes a task.
func (tx *Tx) AddTask(ctx context.Context, k *loop.Task) error {
	var id int64
	err := tx.insert(ctx, "task", &id, `INSERT INTO case_tasks (public_id, ticket_id, kind, ref, post_id, state, opened_at, due_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		k.PublicID, int64(k.Ticket), k.Kind, k.Ref, int64(k.Post), k.State, k.Opened, k.DueAt, k.Version)
	k.ID = loop.TaskID(id)
	return err
}

// TaskByRef resolves a task's public id.
func (tx *Tx) TaskByRef(ctx context.Context, publicID string) (loop.TaskID, ticket.ID, error) {
	id, of, err := tx.byRef(ctx, "case_tasks", "task", publicID)
	return loop.TaskID(id), ticket.ID(of), err
}

// TaskTicket is the ticket of a task.
func (tx *Tx) TaskTicket(ctx context.Context, id loop.TaskID) (ticket.ID, error) {
	var of int64
	err := tx.scan(ctx, "find task", `SELECT ticket_id FROM case_tasks WHERE id = ?`, []any{int64(id)}, &of)
	return ticket.ID(of), err
}

// TaskForUpdate locks and loads a task.
func (tx *Tx) TaskForUpdate(ctx context.Context, id loop.TaskID) (loop.Task, error) {
	r, err := one[taskRow](ctx, tx, "task", `SELECT `+taskColumns+` FROM case_tasks k WHERE k.id = ? FOR UPDATE`, int64(id))
	if err != nil {
		return loop.Task{}, err
	}
	return tx.task(r)
}

// OpenTasksOf locks the tasks that follow from one thing and are not done.
func (tx *Tx) OpenTasksOf(ctx context.Context, id ticket.ID, kind loop.TaskKind, ref string) ([]loop.Task, error) {
	var rows []taskRow
	err := tx.find(ctx, "list tasks", &rows, `SELECT `+taskColumns+` FROM case_tasks k WHERE k.ticket_id = ? AND k.kind = ? AND k.ref = ? AND k.state <> 'done' ORDER BY k.id FOR UPDATE`,
		int64(id), kind, ref)
	list := make([]loop.Task, 0, len(rows))
	for _, r := range rows {
		k, rerr := tx.task(r)
		if rerr != nil {
			return nil, rerr
		}
		list = append(list, k)
	}
	return list, err
}

// SaveTask writes what may change of a task, guarded by its version.
func (tx *Tx) SaveTask(ctx context.Context, k *loop.Task) error {
	reason, err := tx.sealText("case_tasks.reason", k.PublicID, k.Reason)
	if err != nil {
		return err
	}
	var tests *string
	if k.Tests != nil {
		raw, err := json.Marshal(k.Tests)
		if err != nil {
			return fmt.Errorf("write the tests of a task: %w", err)
		}
		tests = nonZero(string(raw))
	}
	n, err := tx.exec(ctx, "save task", `UPDATE case_tasks SET state = ?, outcome = ?, tests = ?::jsonb, reason_sealed = ?, done_by = ?, done_at = ?, version = version + 1
		WHERE id = ? AND version = ?`, k.State, nonZero(string(k.Outcome)), tests, reason, nonZero(int64(k.DoneBy)), null(k.DoneAt), int64(k.ID), k.Version)
	if err == nil && n == 0 {
		return act.Conflict("stale_version", "The task changed while you were looking at it; reload and decide again.")
	}
	k.Version++
	return err
}

// TicketTasks lists the tasks of a ticket as its page shows them, what is open first.
func (tx *Tx) TicketTasks(ctx context.Context, id ticket.ID) ([]loop.TaskView, error) {
	var rows []taskRow
	err := tx.find(ctx, "list tasks", &rows, `SELECT `+taskColumns+`, p.name AS post, s.name AS doer FROM case_tasks k JOIN posts p ON p.id = k.post_id LEFT JOIN staff s ON s.id = k.done_by
		WHERE k.ticket_id = ? ORDER BY k.state = 'done', k.id`, int64(id))
	if err != nil {
		return nil, err
	}
	views := make([]loop.TaskView, 0, len(rows))
	for _, r := range rows {
		k, err := tx.task(r)
		if err != nil {
			return nil, err
		}
		views = append(views, loop.TaskView{ID: k.PublicID, Kind: k.Kind, Ref: k.Ref, For: r.Post, State: k.State, OpenedAt: k.Opened, DueAt: k.DueAt, Outcome: k.Outcome,
			Tests: k.Tests, Reason: relief.TextFor(tx.actor, k.Reason), DoneBy: deref(r.Doer), DoneAt: null(k.DoneAt), Finish: k.State != loop.TaskDone && tx.actor.May(loop.TaskDoers()...)})
	}
	return views, nil
}
