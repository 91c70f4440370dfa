package store

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// savedTicket is a row of tickets to be written, and the version it replaces.
type savedTicket struct {
	id   ticket.ID
	from int64
	row  map[string]any
}

// save keeps the newest state of a ticket; one that waits already is replaced.
func (l *laterRows) save(t *ticket.Ticket) {
	from := t.Version
	at := slices.IndexFunc(l.saved, func(s savedTicket) bool { return s.id == t.ID })
	if at >= 0 {
		from = l.saved[at].from
		l.saved = slices.Delete(l.saved, at, at+1)
	}
	l.saved = append(l.saved, savedTicket{t.ID, from, map[string]any{"id": t.ID, "from": from, "to": t.Version + 1,
		"kind": t.Kind, "priority": t.Priority, "cause": t.Cause, "status": t.Status, "area_code": t.Area, "confidential": t.Confidential, "life_danger": t.LifeDanger,
		"owner_id": t.Owner, "call_taker_id": nonZero(int64(t.CallTaker)), "with_agent": t.WithAgent, "triaged_at": null(t.TriagedAt), "call_ended": t.CallEnded,
		"accepted_at": null(t.AcceptedAt), "closed_at": null(t.ClosedAt), "repeat_of": nonZero(int64(t.RepeatOf)), "repeat_state": t.RepeatState,
		"merged_into": nonZero(int64(t.MergedInto)), "pending_priority": nonZero(string(t.PendingPriority)), "pending_reason": nonZero(t.PendingReason),
		"pending_by": nonZero(int64(t.PendingBy)), "ladder_from": null(t.LadderFrom), "step": t.Step, "loop": t.Loop, "epoch": t.Epoch, "returned": t.Returned}})
}

// clock keeps the newest state of a clock.
func (l *laterRows) clock(id ticket.ID, c ticket.Clock) error {
	counted, err := countedJSON(c.Counted)
	if err != nil {
		return err
	}
	var days json.RawMessage // null where a clock runs on the wall clock
	if counted != nil {
		days = json.RawMessage(*counted)
	}
	if l.clocks == nil {
		l.clocks = map[clockOf]map[string]any{}
	}
	l.clocks[clockOf{id, c.Kind}] = map[string]any{"ticket_id": id, "kind": c.Kind, "started_at": c.StartedAt, "due_at": c.DueAt, "first_due_at": c.FirstDueAt, "revision": c.Revision,
		"counted": days, "stopped_at": null(c.StoppedAt), "reported_at": null(c.ReportedAt), "proof": nonZero(string(c.Proof)), "proof_ref": nonZero(c.ProofRef),
		"breached_at": null(c.BreachedAt), "rose_at": null(c.RoseAt), "paused_at": null(c.PausedAt)}
	return nil
}

// savedRow is a row that is guarded by its version, and the version it replaces.
type savedRow struct {
	id, from int64
	row      map[string]any
}

// savedRows are the newest states of rows, in the order in which they were first saved.
type savedRows []savedRow

func (s *savedRows) save(id, version int64, row map[string]any) {
	if at := slices.IndexFunc(*s, func(r savedRow) bool { return r.id == id }); at >= 0 {
		row["id"], row["from"], row["to"] = id, (*s)[at].from, version+1
		(*s)[at].row = row
		return
	}
	row["id"], row["from"], row["to"] = id, version, version+1
	*s = append(*s, savedRow{id, version, row})
}

// write updates them with sql, whose one parameter is their JSON.
func (s savedRows) write(ctx context.Context, tx *Tx, what, sql, stale string) error {
	rows := make([]map[string]any, 0, len(s))
	for _, r := range s {
		rows = append(rows, r.row)
	}
	if len(rows) == 0 {
		return nil
	}
	n, err := tx.exec(ctx, what, sql, jsonOf(rows))
	return allMoved(n, len(rows), err, stale)
}

// flushWhole writes what only Together keeps.
func (l *laterRows) flushWhole(ctx context.Context, tx *Tx) error {
	if len(l.clocks) > 0 {
		rows := slices.Collect(maps.Values(l.clocks))
		_, err := tx.exec(ctx, "save clocks", `INSERT INTO clocks (ticket_id, kind, started_at, due_at, first_due_at, revision, counted, stopped_at, reported_at,
				proof, proof_ref, breached_at, rose_at, paused_at)
			SELECT x.* FROM jsonb_to_recordset(?::jsonb) AS x(ticket_id bigint, kind text, started_at timestamptz, due_at timestamptz, first_due_at timestamptz, revision bigint, counted jsonb,
				stopped_at timestamptz, reported_at timestamptz, proof text, proof_ref text, breached_at timestamptz, rose_at timestamptz, paused_at timestamptz)
			`+clockConflict, jsonOf(rows))
		if err != nil {
			return err
		}
	}
	if err := l.decisions.write(ctx, tx, "save decisions", `UPDATE decisions d SET state = x.state, identity_seen = x.identity_seen, phone_reached = x.phone_reached, witness_sealed = x.witness_sealed,
			approved_by = x.approved_by, approved_at = x.approved_at, version = x."to"
		FROM jsonb_to_recordset(?::jsonb) AS x(id bigint, "from" bigint, "to" bigint, state text, identity_seen boolean, phone_reached boolean, witness_sealed bytea, approved_by bigint, approved_at timestamptz)
		WHERE d.id = x.id AND d.version = x."from"`, staleDecision); err != nil {
		return err
	}
	return l.papers.write(ctx, tx, "save papers", `UPDATE papers p SET state = x.state, counted = x.counted, due_at = x.due_at, reminders = x.reminders, photos = x.photos, closed_by = x.closed_by,
			closed_at = x.closed_at, reason = x.reason, version = x."to"
		FROM jsonb_to_recordset(?::jsonb) AS x(id bigint, "from" bigint, "to" bigint, state text, counted boolean, due_at timestamptz, reminders integer, photos jsonb, closed_by bigint, closed_at timestamptz, reason text)
		WHERE p.id = x.id AND p.version = x."from"`, stalePaper)
}

const (
	staleDecision = "The decision changed while you were looking at it; reload and decide again."
	stalePaper    = "The paper changed while you were looking at it; reload and decide again."
)

func (l *laterRows) offer(o ticket.Offer, epoch int64) {
	l.offers = append(l.offers, map[string]any{"ticket_id": o.Ticket, "epoch": epoch, "loop": o.Loop, "step": o.Step, "post_id": o.Post, "role": o.Role,
		"offered_at": o.OfferedAt, "why": orEmpty(o.Why)})
}

// offered reports whether an offer of a ticket waits to be written.
func (l *laterRows) offered(id ticket.ID) bool {
	return l != nil && slices.ContainsFunc(l.offers, func(o map[string]any) bool { return o["ticket_id"] == id })
}

func (l *laterRows) notice(n ticket.Notice) {
	fields := n.Fields
	if fields == nil {
		fields = map[string]string{}
	}
	l.notices = append(l.notices, map[string]any{"key": n.Key, "ticket_id": nonZero(int64(n.Ticket)), "post_id": nonZero(int64(n.Post)), "alarm": n.Alarm,
		"template": n.Template, "fields": fields, "callback_id": nonZero(int64(n.Callback)), "epoch": voidableEpoch(n), "urgent": n.Urgent,
		"only_channel": nonZero(n.Only), "method_id": nonZero(n.Method)})
}

// offersChange forgets what was read ahead of a ticket's offers.
func (tx *Tx) offersChange(id ticket.ID) {
	if tx.ahead != nil {
		delete(tx.ahead.offers, id)
	}
}

// flushSaved writes the tickets, then what refers to them. Its own statements find nothing more to write.
func (l *laterRows) flushSaved(ctx context.Context, tx *Tx) error {
	saved, offers, notices := l.saved, l.offers, l.notices
	whole := laterRows{clocks: l.clocks, decisions: l.decisions, papers: l.papers}
	l.saved, l.offers, l.notices, l.clocks, l.decisions, l.papers = nil, nil, nil, nil, nil, nil
	if len(saved) > 0 {
		if err := tx.saveTickets(ctx, saved); err != nil {
			return err
		}
	}
	if err := whole.flushWhole(ctx, tx); err != nil {
		return err
	}
	if len(offers) > 0 {
		for _, o := range offers {
			tx.offersChange(o["ticket_id"].(ticket.ID)) //nolint:errcheck // as offer wrote it
		}
		_, err := tx.exec(ctx, "add offers", `INSERT INTO offers (ticket_id, epoch, loop, step, post_id, role, offered_at, why)
			SELECT x.* FROM jsonb_to_recordset(?::jsonb) AS x(ticket_id bigint, epoch bigint, loop integer, step integer, post_id bigint, role text, offered_at timestamptz, why jsonb)
			ON CONFLICT DO NOTHING`, jsonOf(offers))
		if err != nil {
			return err
		}
	}
	if len(notices) == 0 {
		return nil
	}
	_, err := tx.exec(ctx, "queue notices", `INSERT INTO notices (key, ticket_id, post_id, alarm, template, fields, callback_id, epoch, urgent, only_channel, method_id, created_at)
		SELECT x.*, ?::timestamptz FROM jsonb_to_recordset(?::jsonb) AS x(key text, ticket_id bigint, post_id bigint, alarm boolean, template text, fields jsonb,
			callback_id bigint, epoch bigint, urgent boolean, only_channel text, method_id bigint) ON CONFLICT (key) DO NOTHING`, tx.now, jsonOf(notices))
	return err
}

// saveTickets writes rows of tickets, each guarded by its version.
func (tx *Tx) saveTickets(ctx context.Context, saved []savedTicket) error {
	rows := make([]map[string]any, len(saved))
	for i, s := range saved {
		rows[i] = s.row
	}
	n, err := tx.exec(ctx, "save tickets", `UPDATE tickets t SET kind = x.kind, priority = x.priority, cause = x.cause, status = x.status, area_code = x.area_code,
		confidential = x.confidential, life_danger = x.life_danger, owner_id = x.owner_id, call_taker_id = x.call_taker_id, with_agent = x.with_agent,
		triaged_at = x.triaged_at, call_ended = x.call_ended, accepted_at = x.accepted_at, closed_at = x.closed_at, repeat_of = x.repeat_of,
		repeat_state = x.repeat_state, merged_into = x.merged_into, pending_priority = x.pending_priority, pending_reason = x.pending_reason,
		pending_by = x.pending_by, ladder_from = x.ladder_from, step = x.step, loop = x.loop, epoch = x.epoch, returned = x.returned, version = x."to"
		FROM jsonb_to_recordset(?::jsonb) AS x(id bigint, "from" bigint, "to" bigint, kind text, priority text, cause text, status text, area_code text,
			confidential boolean, life_danger boolean, owner_id bigint, call_taker_id bigint, with_agent boolean, triaged_at timestamptz, call_ended boolean,
			accepted_at timestamptz, closed_at timestamptz, repeat_of bigint, repeat_state text, merged_into bigint, pending_priority text, pending_reason text,
			pending_by bigint, ladder_from timestamptz, step integer, loop integer, epoch bigint, returned boolean)
		WHERE t.id = x.id AND t.version = x."from"`, jsonOf(rows))
	if err == nil && int(n) < len(saved) {
		return staleVersion()
	}
	return err
}

func staleVersion() error {
	return act.Conflict("stale_version", "The ticket changed while you were looking at it; reload and decide again.")
}
