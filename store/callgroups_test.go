package store

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/store/journal"
	"example.org/hotline/ticket"
)

// stepsOf is a call's life as records, told of a caller who waited in vain.
func stepsOf(c ticket.Call, end ticket.EndReason) []journal.Record {
	at := func(s int) time.Time { return c.InvitedAt.Add(time.Duration(s) * time.Second) }
	happened := func(s int, e ticket.CallEvent) journal.Record {
		e.At = at(s)
		return journal.Record{Kind: journal.Happened, CallID: c.ID, At: e.At, Event: &e}
	}
	quality := ticket.CallQuality{Leg: "citizen", Sent: 25, FarLost: 3, RoundTrip: time.Millisecond}
	return []journal.Record{
		{Kind: journal.Answered, CallID: c.ID, At: at(1)},
		happened(1, ticket.CallEvent{Kind: ticket.CallFlowEntered, Flow: "flow-1"}),
		happened(2, ticket.CallEvent{Kind: ticket.CallQueued, Queue: "aid"}),
		happened(2, ticket.CallEvent{Kind: ticket.CallQueued, Queue: "aid"}), // told twice
		happened(3, ticket.CallEvent{Kind: ticket.CallLeftQueue, Queue: "aid", Reason: "abandoned", Seconds: 1}),
		{Kind: journal.Measured, CallID: c.ID, At: at(4), Quality: &quality},
		{Kind: journal.Ended, CallID: c.ID, At: at(4), Reason: end},
	}
}

// What many calls do together in a few statements is what each does alone: the
// same rows, whatever the number of the caller, and a second time changes nothing.
func TestStepsTogetherAreStepsAlone(t *testing.T) {
	h, in := newPhoneHouse(t)
	in.rules.Callback, in.rules.Holds = agentRules().Callback, agentRules().Holds
	log := NewCallLog(h.db, in, nil, nil, quiet)
	at := time.Date(2026, 10, 1, 15, 40, 0, 0, time.UTC)
	// Two of a number in one group, one withheld, one from abroad, one whose number waits for a call-back already.
	callers := []string{"13812345678", "13812345678", "anonymous", "+4930123456", "13700000007", "13700000007", "13600000001"}
	all := map[string][]ticket.Call{}
	for _, side := range []string{"alone", "together"} {
		for i, from := range callers {
			if from != "anonymous" { // numbers of their own on either side
				from = from[:len(from)-1] + map[string]string{"alone": "1", "together": "2"}[side]
			}
			all[side] = append(all[side], h.registered(t, in, "12349001", from, at, 100*len(side)+i))
		}
	}
	run := func(apply func(*Tx) error) {
		t.Helper()
		if err := h.db.InTx(t.Context(), act.SystemIVR, apply); err != nil {
			t.Fatal(err)
		}
	}
	for twice := range 2 {
		var records []journal.Record
		for i, c := range all["together"] {
			records = append(records, stepsOf(c, []ticket.EndReason{ticket.EndCallerHung, ticket.EndMediaLost}[i%2])...)
		}
		for i, c := range all["alone"] {
			for _, r := range stepsOf(c, []ticket.EndReason{ticket.EndCallerHung, ticket.EndMediaLost}[i%2]) {
				run(func(tx *Tx) error { return log.apply(t.Context(), tx, r) })
			}
		}
		run(func(tx *Tx) error { return log.applyRounds(t.Context(), tx, records) })
		for i := range callers {
			alone, together := h.traces(t, all["alone"][i].ID), h.traces(t, all["together"][i].ID)
			if !slices.Equal(alone, together) {
				t.Errorf("time %d, caller %s:\nalone    %v\ntogether %v", twice+1, callers[i], alone, together)
			}
		}
	}
	if faults, _, err := h.db.VerifyAudit(t.Context(), nil); err != nil || len(faults) > 0 {
		t.Errorf("audit: %v, %v", faults, err)
	}
}

// traces is what a call has left behind, without what differs from call to call.
func (h house) traces(t *testing.T, call ticket.CallID) (found []string) {
	t.Helper()
	err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
		return tx.find(t.Context(), "traces", &found, `WITH c AS (SELECT * FROM calls WHERE id = ?), t AS (SELECT * FROM tickets WHERE id = (SELECT ticket_id FROM c))
			SELECT line FROM (
			SELECT 0 AS o, 0::bigint AS id, 'call ' || (to_jsonb(c) - '{id,ticket_id,sip_call_id,caller_sealed}'::text[])::text AS line FROM c
			UNION ALL SELECT 1, 0, 'ticket ' || status || ' ' || call_ended || ' ' || version FROM t
			UNION ALL SELECT 2, l.id, 'timeline ' || l.at || ' ' || l.actor || ' ' || l.kind || ' ' || (l.data - 'callback' - 'caller' - 'ticket')::text FROM timeline l, t WHERE l.ticket_id = t.id
				AND l.kind NOT LIKE 'callback.%'
			UNION ALL SELECT 3, 0, 'told of call-back ' || l.kind || ' ' || count(*) FROM timeline l, t WHERE l.ticket_id = t.id AND l.kind LIKE 'callback.%' GROUP BY l.kind
			UNION ALL SELECT 4, o.id, 'event ' || o.kind || ' ' || o.area_code || ' ' || (o.data - 'ticket' - 'caller')::text FROM outbox o, t WHERE o.ticket = t.public_id::text AND o.kind NOT LIKE 'callback.%'
			UNION ALL SELECT 5, e.id, 'step ' || (to_jsonb(e) - '{id,call_id,ticket_id}'::text[])::text FROM call_events e, c WHERE e.call_id = c.id
			UNION ALL SELECT 6, 0, 'quality ' || (to_jsonb(q) - '{call_id,ticket_id}'::text[])::text FROM call_quality q, c WHERE q.call_id = c.id
			UNION ALL SELECT 7, 0, 'call-back ' || b.origin || ' ' || b.state || ' ' || b.calls || ' ' || b.entered_at || ' ' || b.due_at || ' ' || b.try_at FROM callbacks b, c WHERE b.call_id = c.id
			UNION ALL SELECT 8, 0, 'timer ' || m.kind || ' ' || m.step || ' ' || m.epoch || ' ' || (m.due_at <= app_now()) FROM timers m, t WHERE m.subject_kind = 'ticket' AND m.subject_id = t.id
			UNION ALL SELECT 9, 0, 'call-back timer ' || m.kind || ' ' || m.step || ' ' || m.epoch || ' ' || m.due_at || ' ' || m.shard::int - (b.id & 15) FROM timers m, callbacks b, c WHERE b.call_id = c.id AND m.subject_kind = 'callback' AND m.subject_id = b.id
			) x ORDER BY o, id, line`, string(call))
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// Steps of many calls at once share commits, lose none, and of each call they
// keep their order; a ticket that somebody holds keeps nobody else waiting.
func TestStepsInGroups(t *testing.T) {
	h, in := newPhoneHouse(t)
	j, err := journal.Open(t.TempDir(), h.db.sealer, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	log := NewCallLog(h.db, in, j, nil, quiet)
	const calls = 150
	var all []ticket.Call
	for i := range calls {
		all = append(all, h.registered(t, in, "12349001", "", time.Now(), i))
	}
	held, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = h.db.InTx(t.Context(), act.SystemIVR, func(tx *Tx) error {
			_, err := tx.ticketOfCall(t.Context(), all[0].ID)
			close(held)
			<-release
			return err
		})
	})
	<-held
	tell := func(c ticket.Call) {
		for _, r := range stepsOf(c, ticket.EndCallerHung) {
			if err := log.step(t.Context(), r); err != nil {
				t.Error(err)
			}
		}
	}
	wg.Go(func() { tell(all[0]) })
	var others sync.WaitGroup
	for _, c := range all[1:] {
		others.Go(func() { tell(c) })
	}
	others.Wait()
	close(release)
	wg.Wait()
	_ = log.catchUp(t.Context()) // whoever waited longer than a caller does is in the journal
	waitFor(t, func() bool { return log.catchUp(t.Context()) == nil && log.Pending() == 0 })
	for what, want := range map[string]int{
		`SELECT count(*) FROM calls WHERE answered_at IS NOT NULL AND end_reason = 'caller_hung'`: calls,
		`SELECT count(*) FROM call_events`:                                            3 * calls,
		`SELECT count(*) FROM call_quality`:                                           calls,
		`SELECT count(*) FROM timeline WHERE kind IN ('call.answered', 'call.ended')`: 2 * calls,
		`SELECT count(*) FROM timeline a JOIN timeline b USING (ticket_id) WHERE a.kind = 'call.queued' AND b.kind = 'call.left_queue' AND a.id < b.id`: calls,
	} {
		if n := h.count(t, what); n != want {
			t.Errorf("%s: %d, want %d", what, n, want)
		}
	}
	if t.Failed() {
		t.Log(fmt.Sprint(h.traces(t, all[1].ID)))
	}
}
