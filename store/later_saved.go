package store

import (
	"context"
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

// flushSaved writes the tickets, then what refers to them.
func (l *laterRows) flushSaved(ctx context.Context, tx *Tx) error {
	saved, offers, notices := l.saved, l.offers, l.notices
	l.saved, l.offers, l.notices = nil, nil, nil
	if len(saved) > 0 {
		if err := tx.saveTickets(ctx, saved); err != nil {
			return err
		}
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
