package store

import (
	"strings"
	"testing"
	"time"

	"example.org/hotline/internal/act"
)

// What a node asks of the whole city by itself begins at an index of few rows: at a million tickets it reads seconds long otherwise,
// every minute or every hour, while people wait for their pages.
func TestStandingWatchesBeginAtAnIndex(t *testing.T) {
	h := newHouse(t)
	err := h.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
		if _, err := tx.exec(t.Context(), "forbid whole tables", `SET LOCAL enable_seqscan = off`); err != nil {
			return err
		}
		for _, watch := range []struct {
			sql  string
			uses []string
		}{
			{untimedTickets + ` ORDER BY u.id LIMIT 100`, []string{"tickets_open", "clocks_running"}},
			{`SELECT * FROM (` + imprestSQL + `) i WHERE i.missing_fen <> 0 AND i.area LIKE '990101%'`, []string{"disbursements_float", "disbursements_elsewhere"}},
		} {
			var plan []struct {
				Line string `gorm:"column:QUERY PLAN"`
			}
			if err := tx.find(t.Context(), "explain", &plan, `EXPLAIN `+watch.sql); err != nil {
				return err
			}
			var text strings.Builder
			for _, row := range plan {
				text.WriteString(row.Line + "\n")
			}
			for _, index := range watch.uses {
				if !strings.Contains(text.String(), index) {
					t.Errorf("%s is of no use:\n%s", index, text.String())
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Each way in which nothing would wake a ticket is found, and none of a ticket that all is well with, or that is closed.
func TestEachWayToBeWithoutATimerIsFound(t *testing.T) {
	h, in := newPhoneHouse(t)
	h.registered(t, in, "12349001", "13812345678", time.Now(), 1)
	super := connect(t, h.urls.SuperURL)
	for _, way := range []struct {
		name, sql string
		untimed   int
	}{
		{"as it was made", ``, 0},
		{"nothing of the ladder is pending", `UPDATE timers SET kind = 'silence' WHERE kind = 'route'`, 1},
		{"a clock runs and no timer knows its deadline", `UPDATE timers SET kind = 'route' WHERE kind = 'silence'; UPDATE timers SET due_at = due_at + interval '1 s' WHERE kind = 'deadline' AND step = (SELECT min(step) FROM timers WHERE kind = 'deadline')`, 1},
		{"that clock is known to be missed", `UPDATE clocks SET breached_at = due_at WHERE NOT EXISTS (SELECT 1 FROM timers d WHERE d.kind = 'deadline' AND d.due_at = clocks.due_at)`, 0},
		{"somebody has accepted, and their silence is not watched", `UPDATE tickets SET status = 'accepted'`, 1},
		{"it is closed", `UPDATE tickets SET status = 'closed'`, 0},
	} {
		if way.sql != "" {
			if _, err := super.Exec(t.Context(), way.sql); err != nil {
				t.Fatalf("%s: %v", way.name, err)
			}
		}
		n, err := h.db.UntimedTickets(t.Context())
		if err != nil || n != way.untimed {
			t.Errorf("%s: %d tickets (%v), %d expected", way.name, n, err, way.untimed)
		}
	}
}
