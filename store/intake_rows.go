package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"example.org/hotline/ticket"
)

// intakeDoc carries the rows of a group as one JSON parameter: one statement
// and one round trip, however many calls there are.
type intakeDoc struct {
	Tickets  []map[string]any `json:"tickets"`
	Calls    []map[string]any `json:"calls"`
	Clocks   []map[string]any `json:"clocks"`
	Timers   []map[string]any `json:"timers"`
	Timeline []map[string]any `json:"timeline"`
	Notices  []map[string]any `json:"notices"`
}

// add appends the rows of one birth.
func (d *intakeDoc) add(tx *Tx, r intakeRequest, b ticket.Birth) error {
	t, c := b.Ticket, r.call
	sealed, err := tx.db.sealCaller(c)
	if err != nil {
		return fmt.Errorf("seal caller: %w", err)
	}
	d.Tickets = append(d.Tickets, map[string]any{"id": t.ID, "public_id": t.PublicID, "number": t.Number, "call_id": t.CallID, "kind": t.Kind,
		"priority": t.Priority, "cause": t.Cause, "status": t.Status, "area_code": t.Area, "owner_id": t.Owner, "invited_at": t.InvitedAt,
		"caller_index": hexOrNil(tx.db.callerIndex(c)), "repeat_of": nonZero(int64(t.RepeatOf)), "repeat_state": t.RepeatState,
		"policy": t.Policy, "epoch": t.Epoch, "version": t.Version, "created_at": tx.now})
	d.Calls = append(d.Calls, map[string]any{"id": c.ID, "ticket_id": t.ID, "node_id": c.NodeID, "trunk": c.Trunk, "sip_call_id": c.SIPCallID,
		"caller_sealed": hexOrNil(sealed), "dialled": c.To, "invited_at": c.InvitedAt, "replayed": r.replayed})
	for _, k := range t.Clocks {
		d.Clocks = append(d.Clocks, map[string]any{"ticket_id": t.ID, "kind": k.Kind, "started_at": k.StartedAt, "due_at": k.DueAt,
			"first_due_at": k.FirstDueAt, "counted": k.Counted})
	}
	for _, timer := range b.Timers {
		timer.Subject = t.Subject()
		d.Timers = append(d.Timers, map[string]any{"subject_kind": timer.Subject.Kind, "subject_id": timer.Subject.ID, "kind": timer.Kind,
			"step": timer.Step, "epoch": timer.Epoch, "due_at": timer.DueAt, "shard": shardOf(timer.Subject)})
	}
	for _, e := range b.Entries {
		data := map[string]any{}
		for k, v := range e.Data {
			data[k] = v
		}
		if e.Kind == "call.received" {
			data["caller"] = ticket.MaskPhone(c.FromE164)
		}
		d.Timeline = append(d.Timeline, map[string]any{"ticket_id": t.ID, "at": e.At, "actor": tx.actor.Name, "kind": e.Kind, "data": data,
			"ticket": t.PublicID, "area_code": t.Area})
	}
	for _, n := range b.Notices {
		d.Notices = append(d.Notices, map[string]any{"key": n.Key, "ticket_id": t.ID, "template": n.Template, "fields": n.Fields, "urgent": n.Urgent,
			"created_at": tx.now})
	}
	return nil
}

func hexOrNil(b []byte) any {
	if b == nil {
		return nil
	}
	return hex.EncodeToString(b)
}

// insertIntake writes every row of the group in one statement. Foreign keys
// are checked at its end, so the order within does not matter.
func (tx *Tx) insertIntake(ctx context.Context, doc intakeDoc) error {
	body, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("write intake rows: %w", err)
	}
	var timers []timerRow
	err = tx.find(ctx, "register calls", &timers, `WITH doc AS MATERIALIZED (SELECT ?::jsonb AS j),
		t AS (INSERT INTO tickets (id, public_id, number, call_id, kind, priority, cause, status, area_code, owner_id, invited_at, caller_index,
		          repeat_of, repeat_state, policy, epoch, version, created_at)
		      SELECT x.id, x.public_id, x.number, x.call_id, x.kind, x.priority, x.cause, x.status, x.area_code, x.owner_id, x.invited_at,
		          decode(x.caller_index, 'hex'), x.repeat_of, x.repeat_state, x.policy, x.epoch, x.version, x.created_at
		      FROM doc, jsonb_to_recordset(doc.j->'tickets') AS x(id bigint, public_id uuid, number text, call_id uuid, kind text, priority text,
		          cause text, status text, area_code text, owner_id bigint, invited_at timestamptz, caller_index text, repeat_of bigint,
		          repeat_state text, policy text, epoch bigint, version bigint, created_at timestamptz)),
		c AS (INSERT INTO calls (id, ticket_id, node_id, trunk, sip_call_id, caller_sealed, dialled, invited_at, replayed)
		      SELECT x.id, x.ticket_id, x.node_id, x.trunk, x.sip_call_id, decode(x.caller_sealed, 'hex'), x.dialled, x.invited_at, x.replayed
		      FROM doc, jsonb_to_recordset(doc.j->'calls') AS x(id uuid, ticket_id bigint, node_id text, trunk text, sip_call_id text,
		          caller_sealed text, dialled text, invited_at timestamptz, replayed boolean)),
		k AS (INSERT INTO clocks (ticket_id, kind, started_at, due_at, first_due_at, counted)
		      SELECT x.ticket_id, x.kind, x.started_at, x.due_at, x.first_due_at, nullif(x.counted, 'null'::jsonb)
		      FROM doc, jsonb_to_recordset(doc.j->'clocks') AS x(ticket_id bigint, kind text, started_at timestamptz, due_at timestamptz,
		          first_due_at timestamptz, counted jsonb)),
		e AS (INSERT INTO timeline (ticket_id, at, actor, kind, data) SELECT x.ticket_id, x.at, x.actor, x.kind, x.data
		      FROM doc, jsonb_to_recordset(doc.j->'timeline') AS x(ticket_id bigint, at timestamptz, actor text, kind text, data jsonb)),
		o AS (INSERT INTO outbox (kind, subject_kind, subject_id, ticket, area_code, data, created_at)
		      SELECT x.kind, 'ticket', x.ticket_id, x.ticket, x.area_code, x.data, app_now()
		      FROM doc, jsonb_to_recordset(doc.j->'timeline') AS x(ticket_id bigint, ticket text, area_code text, kind text, data jsonb)),
		n AS (INSERT INTO notices (key, ticket_id, template, fields, urgent, created_at)
		      SELECT x.key, x.ticket_id, x.template, x.fields, x.urgent, x.created_at
		      FROM doc, jsonb_to_recordset(doc.j->'notices') AS x(key text, ticket_id bigint, template text, fields jsonb, urgent boolean,
		          created_at timestamptz))
		INSERT INTO timers (subject_kind, subject_id, kind, step, epoch, due_at, shard)
		SELECT x.subject_kind, x.subject_id, x.kind, x.step, x.epoch, x.due_at, x.shard
		FROM doc, jsonb_to_recordset(doc.j->'timers') AS x(subject_kind text, subject_id bigint, kind text, step integer, epoch bigint,
		     due_at timestamptz, shard smallint)
		RETURNING `+timerColumns, string(body))
	if err != nil {
		return err
	}
	tx.emitted, tx.noticed = true, len(doc.Notices) > 0
	for _, r := range timers {
		tx.armed = append(tx.armed, r.timer())
	}
	return nil
}
