package faults

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"example.org/hotline/internal/localservers"
)

// What the checks of the promises find in a city where each was broken by hand:
// one that finds nothing may be one that can find nothing.
var planted = map[string]string{
	"a ticket without its call":               `DELETE FROM calls`,
	"a call without its ticket":               `DELETE FROM tickets`,
	"a ticket of another time":                `UPDATE tickets SET invited_at = invited_at - interval '1 hour'`,
	"a ticket without an owner":               `UPDATE tickets SET owner_id = 0`,
	"a ticket without clocks":                 `DELETE FROM clocks`,
	"a waiting ticket that nothing will wake": `DELETE FROM timers WHERE kind IN ('route', 'offer')`,
	"a running clock without its deadline":    `DELETE FROM timers WHERE kind = 'deadline'`,
	"a timer that ended and is pending":       `INSERT INTO timer_log SELECT id, subject_kind, subject_id, kind, step, epoch, due_at, due_at, 'fired', '' FROM timers`,
	"a timer fired early":                     `UPDATE timer_log SET ended_at = due_at - interval '1 second'`,
	"a timer given up":                        `UPDATE timer_log SET outcome = 'dead'`,
	"a deadline told twice":                   `INSERT INTO timeline (ticket_id, at, actor, kind, data) SELECT id, now(), '', 'ticket.breached', '{"clock":"day"}' FROM tickets, generate_series(1, 2)`,
	"a breach before its time":                `UPDATE clocks SET breached_at = started_at`,
	"a breach that nobody was told of":        `UPDATE clocks SET breached_at = due_at`,
	"an offer without its notice":             `DELETE FROM notices`,
	"offers that differ from the timeline":    `DELETE FROM timeline WHERE kind = 'ticket.offered'`,
	"a notice that reached nobody":            `UPDATE deliveries SET state = 'dead'`,
	"events with a gap":                       `DELETE FROM events WHERE seq = 1`,
	"an entry that is not zero":               `DELETE FROM postings WHERE line = 1`,
	"a balance unlike its postings":           `UPDATE accounts SET posted_fen = posted_fen + 1`,
	"a call without an end":                   `UPDATE calls SET ended_at = NULL, end_reason = NULL`,
	"a timer overdue":                         `UPDATE timers SET due_at = '2000-01-01Z'`,
	"a delivery not at its end":               `UPDATE deliveries SET state = 'unknown'`,
}

func TestPlantedFaultsAreFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Serve()
	p := h.phone()
	p.complete()
	h.offered(h.ticketOf(p.callID), 1)
	h.promises()
	h.kill()

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	at, err := localservers.InDatabase(h.Servers.Postgres.SuperURL, localservers.DatabaseName)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, at)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for what, sql := range planted {
		tx, err := conn.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var now, later []string
		_, err = tx.Exec(ctx, `SET LOCAL session_replication_role = replica`) // no trigger and no foreign key is in the way
		if err == nil {
			_, err = tx.Exec(ctx, sql)
		}
		if err == nil {
			err = tx.QueryRow(ctx, brokenSQL).Scan(&now)
		}
		if err == nil {
			err = tx.QueryRow(ctx, pendingSQL).Scan(&later)
		}
		if err != nil {
			t.Fatalf("plant %s: %v", what, err)
		}
		if !slices.ContainsFunc(append(now, later...), func(found string) bool { return strings.HasPrefix(found, what+": ") }) {
			t.Errorf("%s was planted and not found; found %v", what, append(now, later...))
		}
		if err := tx.Rollback(ctx); err != nil {
			t.Fatal(err)
		}
	}
}
