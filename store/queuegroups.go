package store

import (
	"context"
	"fmt"

	"example.org/hotline/ivr/acd"
)

// recordQueueMany keeps events in their order, with one statement for each run
// of events of one kind.
func (tx *Tx) recordQueueMany(ctx context.Context, events []acd.Event) error {
	for len(events) > 0 {
		n := runOf(events)
		var err error
		switch events[0].Kind {
		case acd.EventEntered:
			err = tx.recordEntered(ctx, events[:n])
		case acd.EventLeft:
			err = tx.recordLeft(ctx, events[:n])
		case acd.EventSpan:
			err = tx.recordSpan(ctx, events[0])
			n = 1
		}
		if err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

// runOf is how many events, from the first on, are of its kind and each of
// another turn: a statement can change a row but once.
func runOf(events []acd.Event) (n int) {
	seen := map[string]bool{}
	for _, ev := range events {
		turn := fmt.Sprint(ev.Call, " ", ev.Turn)
		if ev.Kind != events[0].Kind || seen[turn] {
			break
		}
		seen[turn] = true
		n++
	}
	return n
}

func (tx *Tx) recordEntered(ctx context.Context, events []acd.Event) error {
	rows := make([]map[string]any, len(events))
	for i, ev := range events {
		rows[i] = map[string]any{"call": ev.Call, "turn": ev.Turn, "ticket": ev.Ticket, "queue": ev.Queue, "node": ev.Node, "again": ev.Again, "from": ev.From}
	}
	_, err := tx.exec(ctx, "record who entered the queue", `INSERT INTO queue_calls (call_id, turn, ticket, queue, node_id, again, entered_at)
		SELECT x.call, x.turn, x.ticket, x.queue, x.node, x.again, x."from"
		FROM jsonb_to_recordset(?::jsonb) AS x(call text, turn integer, ticket text, queue text, node text, again boolean, "from" timestamptz)
		ON CONFLICT DO NOTHING`, jsonOf(rows))
	return err
}

func (tx *Tx) recordLeft(ctx context.Context, events []acd.Event) error {
	rows := make([]map[string]any, len(events))
	for i, ev := range events {
		rows[i] = map[string]any{"call": ev.Call, "turn": ev.Turn, "ticket": ev.Ticket, "queue": ev.Queue, "again": ev.Again, "from": ev.From, "at": ev.At,
			"reason": ev.Reason, "waited": ev.Waited.Milliseconds(), "in_time": ev.InTime, "agent": nonZero(int64(ev.Agent))}
	}
	// A node that was taken for dead and was not tells the true end later.
	_, err := tx.exec(ctx, "record who left the queue", `INSERT INTO queue_calls (call_id, turn, ticket, queue, again, entered_at, left_at, reason, waited_ms, in_time, agent_id)
		SELECT x.call, x.turn, x.ticket, x.queue, x.again, x."from", x.at, x.reason, x.waited, x.in_time, x.agent
		FROM jsonb_to_recordset(?::jsonb) AS x(call text, turn integer, ticket text, queue text, again boolean, "from" timestamptz, at timestamptz,
		     reason text, waited bigint, in_time boolean, agent bigint)
		ON CONFLICT (call_id, turn) DO UPDATE SET left_at = excluded.left_at, reason = excluded.reason,
			waited_ms = excluded.waited_ms, in_time = excluded.in_time, agent_id = excluded.agent_id
		WHERE queue_calls.left_at IS NULL OR queue_calls.reason = 'node_lost'`, jsonOf(rows))
	return err
}
