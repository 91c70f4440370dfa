package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// AgentSeat is what an agent brings to their seat: who they are, what they know,
// and the queues and place in linear order of their profile. Who has none serves
// every queue. act.ErrNotFound where there is no such active member of staff.
func (db *DB) AgentSeat(ctx context.Context, id area.StaffID) (a acd.Agent, err error) {
	err = db.InTx(ctx, act.SystemIVR, func(tx *Tx) error {
		var queues []byte
		err := tx.scan(ctx, "load agent", `SELECT s.login, s.name, s.area_code, coalesce(p.priority, 100),
			coalesce(to_json(p.queues), '[]')::text, s.skills
			FROM staff s LEFT JOIN agent_profiles p ON p.staff_id = s.id WHERE s.id = ? AND s.active`, []any{int64(id)},
			&a.Login, &a.Name, &a.Area, &a.Priority, &queues, (*skillsColumn)(&a.Skills))
		if err != nil {
			return err
		}
		a.ID = id
		if err := json.Unmarshal(queues, &a.Queues); err != nil {
			return fmt.Errorf("read the queues of agent %d: %w", id, err)
		}
		return nil
	})
	return a, err
}

// ImportAgents writes what agents serve, by login.
func (db *DB) ImportAgents(ctx context.Context, profiles []acd.Profile) error {
	return db.InTx(ctx, act.SystemConsole, func(tx *Tx) error {
		for _, p := range profiles {
			queues, err := json.Marshal(emptyNotNil(p.Queues))
			if err != nil {
				return fmt.Errorf("write the profile of %s: %w", p.Login, err)
			}
			n, err := tx.exec(ctx, "import agent", `INSERT INTO agent_profiles (staff_id, queues, priority)
				SELECT id, ARRAY(SELECT json_array_elements_text(?::json)), ? FROM staff WHERE login = ?
				ON CONFLICT (staff_id) DO UPDATE SET queues = excluded.queues, priority = excluded.priority`,
				string(queues), p.Priority, p.Login)
			if err != nil {
				return err
			}
			if n == 0 {
				return act.NotFound("member of staff")
			}
		}
		return nil
	})
}

func emptyNotNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// Supervise lets a supervisor come into a call of their area, and records it in
// the audit chain before anything is heard. acd.ErrNoCall for any other call, as
// for one that is over.
func (db *DB) Supervise(ctx context.Context, who area.StaffID, call ticket.CallID, mode acd.JoinMode) error {
	actor, err := db.Actor(ctx, who)
	if err != nil {
		return err
	}
	if !actor.May(area.RoleSupervisor) || uuid.Validate(string(call)) != nil {
		return acd.ErrNoCall
	}
	return db.InTx(ctx, actor, func(tx *Tx) error {
		t, err := tx.loadTicket(ctx, `SELECT `+ticketColumns+` FROM tickets WHERE call_id = ? AND split_from IS NULL`, string(call))
		if errors.Is(err, act.ErrNotFound) {
			return acd.ErrNoCall
		}
		if err != nil {
			return err
		}
		return tx.Audit(ctx, act.Record{Action: "call.supervised", Subject: t.Subject(), Area: t.Area, Reason: string(mode), Data: map[string]any{"call": string(call)}})
	})
}

// RecordQueue keeps events of the queue. Keeping one twice changes nothing.
func (db *DB) RecordQueue(ctx context.Context, events []acd.Event) error {
	return db.InTx(ctx, act.SystemIVR, func(tx *Tx) error { return tx.recordQueueMany(ctx, events) })
}

// recordSpan keeps a span and, where it is new, adds it to the wait that led to
// it: only for the agent who answered, who thus has their own time and nobody
// else's.
func (tx *Tx) recordSpan(ctx context.Context, ev acd.Event) error {
	queues, err := json.Marshal(emptyNotNil(ev.Queues))
	if err != nil {
		return fmt.Errorf("write queues: %w", err)
	}
	_, err = tx.exec(ctx, "record an agent's span", `WITH span AS (
		INSERT INTO agent_spans (agent_id, area_code, queues, status, pause, state, from_at, to_at, call_id, queue, final)
		VALUES (?, ?, ARRAY(SELECT json_array_elements_text(?::json)), ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING *)
		UPDATE queue_calls q SET
			talk_ms = talk_ms + CASE WHEN span.state = 'talking' THEN extract(epoch FROM span.to_at - span.from_at) * 1000 ELSE 0 END::bigint,
			wrap_up_ms = wrap_up_ms + CASE WHEN span.state = 'wrap_up' THEN extract(epoch FROM span.to_at - span.from_at) * 1000 ELSE 0 END::bigint
		FROM span WHERE span.state IN ('talking', 'wrap_up') AND q.call_id = span.call_id AND q.agent_id = span.agent_id
		  AND q.turn = (SELECT max(turn) FROM queue_calls x WHERE x.call_id = span.call_id AND x.agent_id = span.agent_id AND x.left_at <= span.from_at + interval '1 second')`,
		int64(ev.Agent), string(ev.Area), string(queues), string(ev.Status), string(ev.Pause), string(ev.State), ev.From, ev.At, string(ev.Call), ev.Queue, ev.Final)
	return err
}

// AgentSpans lists spans that touch a time, the latest to be written first; the
// zero Cursor ends the list.
func (tx *Tx) AgentSpans(ctx context.Context, f acd.SpanFilter) ([]acd.SpanRow, ticket.Cursor, error) {
	var rows []struct {
		ID                                             int64
		Login, Name, Status, Pause, State, Call, Queue string
		FromAt, ToAt                                   time.Time
	}
	before := f.Before.ID
	if before == 0 {
		before = math.MaxInt64
	}
	err := tx.find(ctx, "list agents' spans", &rows, `SELECT a.id, s.login, s.name, a.status, a.pause, a.state, a.call_id AS call, a.queue, a.from_at, a.to_at
		FROM agent_spans a JOIN staff s ON s.id = a.agent_id
		WHERE a.to_at > ? AND a.from_at < ? AND (? = '' OR s.login = ?) AND a.id < ? ORDER BY a.id DESC LIMIT ?`,
		f.From, f.To, f.Login, f.Login, before, f.Limit+1)
	if err != nil {
		return nil, ticket.Cursor{}, err
	}
	var next ticket.Cursor
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		next = ticket.Cursor{At: rows[f.Limit-1].ToAt.UTC(), ID: rows[f.Limit-1].ID}
	}
	list := make([]acd.SpanRow, 0, len(rows))
	for _, r := range rows {
		list = append(list, acd.SpanRow{Login: r.Login, Name: r.Name, Status: acd.Status(r.Status), Reason: acd.PauseReason(r.Pause), State: acd.State(r.State),
			Call: r.Call, Queue: r.Queue, From: r.FromAt.UTC(), To: r.ToAt.UTC()})
	}
	return list, next, nil
}

// AbandonedCalls lists who left the queue without an agent by hanging up or by a
// fault, newest first; the zero Cursor ends the list.
func (tx *Tx) AbandonedCalls(ctx context.Context, f acd.AbandonedFilter) ([]acd.AbandonedRow, ticket.Cursor, error) {
	var rows []struct {
		ID, WaitedMs                            int64
		CallID, Ticket, TicketID, Queue, Reason string
		EnteredAt, LeftAt                       time.Time
	}
	if f.Before.ID == 0 {
		f.Before = ticket.Cursor{At: f.To, ID: 0}
	}
	err := tx.find(ctx, "list abandoned calls", &rows, `SELECT q.id, q.call_id, q.ticket, coalesce(t.public_id::text, '') AS ticket_id, q.queue, q.reason,
			q.entered_at, q.left_at, q.waited_ms
		FROM queue_calls q LEFT JOIN tickets t ON t.number = q.ticket
		WHERE q.reason IN ('abandoned', 'short', 'node_lost') AND q.left_at >= ? AND q.left_at < ? AND (? OR q.reason <> 'short')
		  AND (? = '' OR q.queue = ?) AND (q.left_at, q.id) < (?, ?)
		ORDER BY q.left_at DESC, q.id DESC LIMIT ?`,
		f.From, f.To, f.Short, f.Queue, f.Queue, f.Before.At, f.Before.ID, f.Limit+1)
	if err != nil {
		return nil, ticket.Cursor{}, err
	}
	var next ticket.Cursor
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		next = ticket.Cursor{At: rows[f.Limit-1].LeftAt.UTC(), ID: rows[f.Limit-1].ID}
	}
	list := make([]acd.AbandonedRow, 0, len(rows))
	for _, r := range rows {
		list = append(list, acd.AbandonedRow{Call: r.CallID, Ticket: r.Ticket, TicketID: r.TicketID, Queue: r.Queue, Reason: acd.LeaveReason(r.Reason),
			EnteredAt: r.EnteredAt.UTC(), LeftAt: r.LeftAt.UTC(), WaitedMs: r.WaitedMs})
	}
	return list, next, nil
}
