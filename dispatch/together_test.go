package dispatch_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"example.org/hotline/dispatch"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// A batch of timers reads ahead for all its tickets and writes them together:
// what comes of it is what comes of each fired alone, to the last row.
func TestStepsTogetherAreStepsAlone(t *testing.T) {
	var stories [2][]string
	for i, size := range []int{1, 100} {
		h, service := newStillHouse(t, "worker2")
		stories[i] = crowdClimbs(h, service, size)
	}
	if alone, together := stories[0], stories[1]; !slices.Equal(alone, together) {
		for i := range min(len(alone), len(together)) {
			if alone[i] != together[i] {
				t.Fatalf("row %d of %d and %d\nalone:    %s\ntogether: %s", i, len(alone), len(together), alone[i], together[i])
			}
		}
		t.Fatalf("%d rows alone, %d together", len(alone), len(together))
	}
	if len(stories[0]) < 500 {
		t.Errorf("only %d rows: nothing much happened", len(stories[0]))
	}
}

// crowdClimbs fires what is due to many tickets, size timers at a time, through
// the whole ladder, and lists every row that came of it.
func crowdClimbs(h *house, service *dispatch.Service, size int) (rows []string) {
	h.t.Helper()
	leases, err := h.db.LeaseShards(h.t.Context(), "still", time.Hour)
	if err != nil {
		h.t.Fatal(err)
	}
	var tickets []ticket.ID
	for i := range 24 {
		number := []string{"1234901", "12349", "1234901"}[i%3]
		id := h.call(number, fmt.Sprintf("0199%08d", i), invited.Add(time.Duration(i)*time.Second))
		tickets = append(tickets, id)
		if i%4 == 0 {
			h.urgent(id)
		}
	}
	handlers := service.Handlers()
	handle := func(ctx context.Context, tx *store.Tx, due act.Timer) error { return handlers[due.Kind](ctx, tx, due) }
	for _, after := range []time.Duration{30 * time.Second, time.Minute, 6 * time.Minute, 11 * time.Minute, 20 * time.Minute, time.Hour, 2*time.Hour + time.Minute, 25 * time.Hour} {
		h.after(after)
		h.fireAll(leases, size, handle)
		if after == time.Minute { // somebody cannot come, somebody accepts: the next steps of these are others
			h.do(h.actor("worker1"), func(tx *store.Tx) error { return ticket.Decline(h.t.Context(), tx, tickets[0]) })
			h.do(h.actor("worker1"), func(tx *store.Tx) error { _, err := ticket.Accept(h.t.Context(), tx, tickets[3]); return err })
		}
	}
	for _, sql := range []string{
		`SELECT 'ticket ' || concat_ws(' ', id, status, owner_id, step, loop, epoch, version, date_trunc('second', accepted_at)) FROM tickets ORDER BY id`,
		`SELECT 'clock ' || concat_ws(' ', ticket_id, kind, date_trunc('second', due_at), date_trunc('second', breached_at), date_trunc('second', rose_at)) FROM clocks ORDER BY ticket_id, kind`,
		`SELECT 'offer ' || concat_ws(' ', ticket_id, epoch, loop, step, post_id, role, date_trunc('second', offered_at), why, date_trunc('second', ended_at), outcome) FROM offers ORDER BY ticket_id, epoch, loop, step, post_id`,
		`SELECT 'notice ' || concat_ws(' ', regexp_replace(key, '[0-9a-f-]{36}', 'id'), ticket_id, post_id, alarm, template, fields, epoch, urgent, date_trunc('second', created_at)) FROM notices ORDER BY 1`,
		`SELECT 'entry ' || concat_ws(' ', ticket_id, date_trunc('second', at), actor, kind, data) FROM timeline ORDER BY ticket_id, date_trunc('second', at), kind, data::text`,
		`SELECT 'event ' || concat_ws(' ', kind, subject_id, ticket IS NOT NULL, area_code, regexp_replace(data::text, '[0-9a-f-]{36}', 'id')) FROM outbox ORDER BY 1`,
		`SELECT 'pending ' || concat_ws(' ', subject_kind, subject_id, kind, step, epoch, date_trunc('second', due_at)) FROM timers ORDER BY 1`,
		`SELECT 'ended ' || concat_ws(' ', subject_kind, subject_id, kind, step, epoch, date_trunc('second', due_at), outcome) FROM timer_log ORDER BY 1`,
		`SELECT 'audit ' || concat_ws(' ', action, subject_kind, subject_id, reason, regexp_replace(data, '[0-9a-f-]{36}', 'id')) FROM audit_records ORDER BY 1`,
	} {
		rows = append(rows, h.texts(sql)...)
	}
	return rows
}

// fireAll fires what is due, size timers at a time, until nothing is.
func (h *house) fireAll(leases []act.Lease, size int, handle func(context.Context, *store.Tx, act.Timer) error) {
	h.t.Helper()
	for {
		due, err := h.db.OverdueTimers(h.t.Context(), shardsOf(leases), 0, size)
		if err != nil {
			h.t.Fatal(err)
		}
		if len(due) == 0 {
			return
		}
		ids := make([]int64, len(due))
		for i, d := range due {
			ids[i] = d.ID
		}
		if _, err := h.db.FireTimers(h.t.Context(), leases, "sweep", ids, handle); err != nil {
			h.t.Fatal(err)
		}
	}
}

func shardsOf(leases []act.Lease) (shards []int16) {
	for _, l := range leases {
		shards = append(shards, l.Shard)
	}
	return shards
}
