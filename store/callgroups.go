package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/store/journal"
	"example.org/hotline/ticket"
)

// What CallAnswered, CallHappened, CallMeasured and CallEnded do for one call is
// done here for many in a few statements. calls.go and callevents.go tell what
// and why; TestStepsTogetherAreStepsAlone holds the two against each other.

// Steps of a call whose ticket is locked are left out, or waited for.
const (
	skipHeld    = "SKIP LOCKED"
	waitForHeld = ""
)

// goesTogether reports whether a step can be written with those of other calls:
// most of them, beside those that change more than their own record.
func goesTogether(r journal.Record) bool {
	switch r.Kind {
	case journal.Answered, journal.Measured, journal.Ended:
		return true
	case journal.Happened:
		return r.Event.Agent == 0 && !r.Event.ReachesPerson() && slices.Contains(onlyTold, r.Event.Kind)
	default:
		return false
	}
}

// onlyTold are the events that callEffect does nothing for.
var onlyTold = []ticket.CallEventKind{ticket.CallFlowEntered, ticket.CallQueued, ticket.CallAgentLost, ticket.CallLeftQueue, ticket.CallHeld, ticket.CallResumed,
	ticket.CallConsulted, ticket.CallTransferred, ticket.CallConferenced, ticket.CallSupervised, ticket.CallRangDuty, ticket.CallSecretDigits}

// stepOf is a step with the ticket it belongs to.
type stepOf struct {
	journal.Record
	ticket *ticket.Ticket
}

// applyTogether writes steps of several calls, in the order that stageOrder
// keeps. It returns the places of those that were left out: their ticket is
// held, or not there.
func (tx *Tx) applyTogether(ctx context.Context, records []journal.Record, rules Rules, held string) (left []int, err error) {
	if len(records) == 0 {
		return nil, nil
	}
	tickets, err := tx.ticketsOfCalls(ctx, records, held)
	if err != nil {
		return nil, err
	}
	kinds := map[journal.Kind][]stepOf{}
	for i, r := range records {
		t := tickets[r.CallID]
		if t == nil && r.Kind != journal.Measured {
			left = append(left, i)
			continue
		}
		kinds[r.Kind] = append(kinds[r.Kind], stepOf{r, t})
	}
	tx.later = &laterRows{}
	defer func() { tx.later = nil }()
	for _, step := range []struct {
		kind  journal.Kind
		write func(context.Context, []stepOf) error
	}{
		{journal.Answered, tx.callsAnswered},
		{journal.Happened, tx.callsHappened},
		{journal.Measured, tx.callsMeasured},
		{journal.Ended, func(ctx context.Context, steps []stepOf) error { return tx.callsEnded(ctx, steps, rules.call()) }},
	} {
		if steps := kinds[step.kind]; len(steps) > 0 {
			if err := step.write(ctx, steps); err != nil {
				return nil, err
			}
		}
	}
	return left, tx.later.flush(ctx, tx)
}

// ticketsOfCalls locks the tickets that the steps change, in the order of their ids.
func (tx *Tx) ticketsOfCalls(ctx context.Context, records []journal.Record, held string) (map[ticket.CallID]*ticket.Ticket, error) {
	var calls []string
	for _, r := range records {
		if r.Kind != journal.Measured { // changes no ticket
			calls = append(calls, string(r.CallID))
		}
	}
	found := map[ticket.CallID]*ticket.Ticket{}
	if len(calls) == 0 {
		return found, nil
	}
	var rows []ticketRow
	err := tx.find(ctx, "lock the tickets of calls", &rows, `SELECT `+ticketColumns+` FROM tickets
		WHERE split_from IS NULL AND call_id = ANY (ARRAY(SELECT jsonb_array_elements_text(?::jsonb)::uuid)) ORDER BY id FOR UPDATE `+held, jsonOf(calls))
	for _, r := range rows {
		t := r.ticket()
		found[t.CallID] = &t
	}
	return found, err
}

// jsonOf writes a parameter that carries many rows. What is given here always can be written.
func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("store: rows as JSON: %v", err))
	}
	return string(b)
}

// byCall finds a step by the id that a statement returns.
func byCall(steps []stepOf) map[string]stepOf {
	found := make(map[string]stepOf, len(steps))
	for _, s := range steps {
		found[string(s.CallID)] = s
	}
	return found
}

// callsAnswered is CallAnswered for many.
func (tx *Tx) callsAnswered(ctx context.Context, steps []stepOf) error {
	rows := make([]map[string]any, len(steps))
	for i, s := range steps {
		rows[i] = map[string]any{"call": s.CallID, "ticket": s.ticket.ID, "at": s.At}
	}
	var fresh []struct{ ID string }
	err := tx.find(ctx, "record answers", &fresh, `WITH x AS (SELECT * FROM jsonb_to_recordset(?::jsonb) AS x(call uuid, ticket bigint, at timestamptz)),
		c AS (UPDATE calls c SET answered_at = greatest(x.at, c.invited_at), ended_at = NULL, end_reason = NULL FROM x
		      WHERE c.id = x.call AND c.answered_at IS NULL RETURNING c.id, x.ticket),
		t AS (UPDATE tickets SET call_ended = false FROM c WHERE tickets.id = c.ticket AND call_ended)
		SELECT id FROM c`, jsonOf(rows))
	if err != nil {
		return err
	}
	known := byCall(steps)
	for _, f := range fresh {
		s := known[f.ID]
		if err := tx.callEntry(ctx, s.ticket, ticket.Entry{Kind: "call.answered", At: s.At}); err != nil {
			return err
		}
	}
	return nil
}

// callsHappened is CallHappened for events of many that are only told.
func (tx *Tx) callsHappened(ctx context.Context, steps []stepOf) error {
	rows := make([]map[string]any, len(steps))
	for i, s := range steps {
		e := *s.Event
		e.At = e.At.UTC().Truncate(time.Microsecond)
		body, digest, err := digestOf(e)
		if err != nil {
			return err
		}
		rows[i] = map[string]any{"call": s.CallID, "ticket": s.ticket.ID, "at": e.At, "kind": e.Kind, "leg": e.Leg, "queue": e.Queue, "reason": e.Reason,
			"seconds": e.Seconds, "data": json.RawMessage(body), "digest": hex.EncodeToString(digest)}
	}
	var fresh []struct{ CallID, Digest string }
	err := tx.find(ctx, "record call events", &fresh, `INSERT INTO call_events (call_id, ticket_id, at, kind, leg, queue, reason, seconds, data, digest)
		SELECT x.call, x.ticket, x.at, x.kind, x.leg, x.queue, x.reason, x.seconds, x.data, decode(x.digest, 'hex')
		FROM jsonb_to_recordset(?::jsonb) AS x(call uuid, ticket bigint, at timestamptz, kind text, leg text, queue text, reason text, seconds integer,
		     data jsonb, digest text)
		ON CONFLICT (call_id, digest) DO NOTHING RETURNING call_id, encode(digest, 'hex') AS digest`, jsonOf(rows))
	if err != nil {
		return err
	}
	told := map[string]bool{}
	for _, f := range fresh {
		told[f.CallID+f.Digest] = true
	}
	for i, s := range steps {
		event := string(s.CallID) + fmt.Sprint(rows[i]["digest"])
		if !told[event] {
			continue // it was there before
		}
		delete(told, event) // and of two in one group, one is told
		if err := tx.callEntry(ctx, s.ticket, ticket.Entry{Kind: "call." + string(s.Event.Kind), At: s.Event.At, Data: s.Event.Data()}); err != nil {
			return err
		}
	}
	failpoint.Hit(failpoint.HappenedBeforeCommit)
	return nil
}

// callsMeasured is CallMeasured for many.
func (tx *Tx) callsMeasured(ctx context.Context, steps []stepOf) error {
	rows := make([]map[string]any, len(steps))
	for i, s := range steps {
		q := s.Quality
		_, digest, err := digestOf(*q)
		if err != nil {
			return err
		}
		rows[i] = map[string]any{"call": s.CallID, "leg": q.Leg, "sent": q.Sent, "received": q.Received, "lost": q.Lost, "far_lost": q.FarLost,
			"jitter": q.Jitter.Microseconds(), "far_jitter": q.FarJitter.Microseconds(), "round_trip": q.RoundTrip.Microseconds(),
			"longest_gap": q.LongestGap.Microseconds(), "digest": hex.EncodeToString(digest)}
	}
	_, err := tx.exec(ctx, "record qualities of calls", `INSERT INTO call_quality (call_id, ticket_id, leg, sent, received, lost, far_lost, jitter_us, far_jitter_us,
		round_trip_us, longest_gap_us, digest)
		SELECT c.id, c.ticket_id, x.leg, x.sent, x.received, x.lost, x.far_lost, x.jitter, x.far_jitter, x.round_trip, x.longest_gap, decode(x.digest, 'hex')
		FROM jsonb_to_recordset(?::jsonb) AS x(call uuid, leg text, sent bigint, received bigint, lost bigint, far_lost bigint, jitter bigint, far_jitter bigint,
		     round_trip bigint, longest_gap bigint, digest text) JOIN calls c ON c.id = x.call
		ON CONFLICT DO NOTHING`, jsonOf(rows))
	return err
}

// endedRow is a call that has ended just now.
type endedRow struct {
	ID      string
	Contact bool // somebody was reached, or a message left
}

// callsEnded is CallEnded for many.
func (tx *Tx) callsEnded(ctx context.Context, steps []stepOf, rules ticket.CallRules) error {
	rows := make([]map[string]any, len(steps))
	for i, s := range steps {
		rows[i] = map[string]any{"call": s.CallID, "ticket": s.ticket.ID, "at": s.At, "until": s.At.Add(seesAfter), "reason": s.Reason}
	}
	var fresh []endedRow
	err := tx.find(ctx, "record call ends", &fresh, `WITH x AS (SELECT * FROM jsonb_to_recordset(?::jsonb)
		      AS x(call uuid, ticket bigint, at timestamptz, until timestamptz, reason text)),
		c AS (UPDATE calls c SET ended_at = greatest(x.at, c.invited_at), end_reason = x.reason FROM x
		      WHERE c.id = x.call AND c.ended_at IS NULL RETURNING c.id, x.ticket, x.at, x.until, c.reached_at IS NOT NULL AS reached),
		t AS (UPDATE tickets SET call_ended = true FROM c WHERE tickets.id = c.ticket RETURNING tickets.id, voicemail),
		a AS (UPDATE call_agents a SET left_at = c.at, sees_until = CASE WHEN a.connected_at IS NULL THEN c.at ELSE c.until END
		      FROM c WHERE a.call_id = c.id AND a.left_at IS NULL)
		SELECT c.id, c.reached OR t.voicemail AS contact FROM c JOIN t ON t.id = c.ticket`, jsonOf(rows))
	if err != nil {
		return err
	}
	known, missed := byCall(steps), []stepOf(nil)
	for _, f := range fresh {
		s := known[f.ID]
		if err := tx.callEntry(ctx, s.ticket, ticket.Entry{Kind: "call.ended", At: s.At, Data: map[string]any{"reason": string(s.Reason)}}); err != nil {
			return err
		}
		s.ticket.CallEnded = true
		if err := ticket.EndCall(ctx, tx, s.ticket, s.At, rules.Holds); err != nil {
			return err
		}
		if !f.Contact && s.ticket.Status.Open() {
			missed = append(missed, s)
		}
	}
	return tx.callsMissed(ctx, missed, rules.Callback)
}

// missedRow is what AskCallback wants to know of a call.
type missedRow struct {
	ID           string
	CallerSealed []byte
	Number       string    // names the caller's number, empty where it was withheld
	Since        time.Time // the caller waits
	Alive        bool      // the number has a call-back
	Fresh        int64     // an id for one
}

// callsMissed asks for a call-back for each.
func (tx *Tx) callsMissed(ctx context.Context, steps []stepOf, r ticket.CallbackRules) error {
	if len(steps) == 0 {
		return nil
	}
	var ids []ticket.CallID
	for _, s := range steps {
		ids = append(ids, s.CallID)
	}
	var rows []missedRow
	err := tx.find(ctx, "look whom to call back", &rows, `SELECT c.id, c.caller_sealed, coalesce(encode(t.caller_index, 'hex'), '') AS number,
		coalesce((SELECT min(e.at) FROM call_events e WHERE e.call_id = c.id AND e.kind = 'queued'), c.invited_at) AS since,
		EXISTS (SELECT 1 FROM callbacks b WHERE b.caller_index = t.caller_index AND b.state IN ('open', 'claimed', 'visit')) AS alive,
		nextval(pg_get_serial_sequence('callbacks', 'id')) AS fresh
		FROM calls c JOIN tickets t ON t.id = c.ticket_id WHERE c.id = ANY (ARRAY(SELECT jsonb_array_elements_text(?::jsonb)::uuid)) ORDER BY c.id`, jsonOf(ids))
	if err != nil {
		return err
	}
	known, asked := byCall(steps), &newCallbacks{Tx: tx}
	ask := func(to ticket.CallbackTx, row missedRow) error {
		s := known[row.ID]
		call := ticket.Call{ID: s.CallID}
		if err := tx.db.openCaller(&call, row.CallerSealed); err != nil {
			return err
		}
		return ticket.AskCallback(ctx, to, *s.ticket, call, ticket.CallbackMissed, s.At, r)
	}
	numbers, again := map[string]bool{}, []missedRow(nil)
	for _, row := range rows {
		if row.Alive || numbers[row.Number] {
			again = append(again, row)
			continue
		}
		numbers[row.Number], asked.of = true, row
		if err := ask(asked, row); err != nil {
			return err
		}
	}
	if err := asked.flush(ctx); err != nil {
		return err
	}
	for _, row := range again { // joins the call-back that is there
		if err := ask(tx, row); err != nil {
			return err
		}
	}
	return nil
}

// newCallbacks is the transaction for callers whose number had no call-back when
// it was looked: theirs are written together.
type newCallbacks struct {
	*Tx
	of   missedRow
	rows []map[string]any
}

// AliveCallback finds none: that is why the caller is here.
func (n *newCallbacks) AliveCallback(context.Context, ticket.CallID) (ticket.Callback, error) {
	return ticket.Callback{}, act.NotFound("callback")
}

// WaitingSince is known.
func (n *newCallbacks) WaitingSince(context.Context, ticket.CallID) (time.Time, error) {
	return n.of.Since.UTC(), nil
}

// AddCallback keeps the row for flush.
func (n *newCallbacks) AddCallback(_ context.Context, c *ticket.Callback) (bool, error) {
	c.ID, c.PublicID = ticket.CallbackID(n.of.Fresh), uuid.NewString()
	n.rows = append(n.rows, map[string]any{"id": c.ID, "public_id": c.PublicID, "ticket": c.Ticket, "call": c.Call, "number": n.of.Number, "origin": c.Origin,
		"urgent": c.Urgent, "state": c.State, "calls": c.Calls, "entered_at": c.EnteredAt, "created_at": c.CreatedAt, "try_at": c.TryAt, "due_at": c.DueAt, "epoch": c.Epoch})
	return true, nil
}

// flush writes them. It fails with act.ErrConflict where a call-back of one of
// the numbers came in between; whoever is tried again finds it.
func (n *newCallbacks) flush(ctx context.Context) error {
	if len(n.rows) == 0 {
		return nil
	}
	added, err := n.exec(ctx, "add callbacks", `INSERT INTO callbacks (id, public_id, ticket_id, call_id, caller_index, origin, urgent, state, calls, entered_at, created_at,
		    try_at, due_at, epoch) OVERRIDING SYSTEM VALUE
		SELECT x.id, x.public_id, x.ticket, x.call, decode(x.number, 'hex'), x.origin, x.urgent, x.state, x.calls, x.entered_at, x.created_at, x.try_at, x.due_at, x.epoch
		FROM jsonb_to_recordset(?::jsonb) AS x(id bigint, public_id uuid, ticket bigint, call uuid, number text, origin text, urgent boolean, state text, calls integer,
		     entered_at timestamptz, created_at timestamptz, try_at timestamptz, due_at timestamptz, epoch bigint)
		ON CONFLICT (caller_index) WHERE state IN ('open', 'claimed', 'visit') DO NOTHING`, jsonOf(n.rows))
	if err == nil && int(added) < len(n.rows) {
		err = fmt.Errorf("add callbacks: %w", act.ErrConflict)
	}
	return err
}
