package dispatch_test

import (
	"context"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// An acceptance races with the timer that would ask the next person, thousands
// of times: either is first, never both, and whatever comes second finds that
// out. Nobody is asked, told or owner of what somebody has taken.
func TestAcceptanceAndTheOfferTimerRace(t *testing.T) {
	races := 400
	if os.Getenv("HOTLINE_TEST_ROUNDS") != "" { // as `make faults`
		races = 10_000
	}
	const round, hands = 50, 8 // tickets whose timers are due at once, and acceptances at a time
	h := newHouse(t)
	worker := h.actor("worker1")
	for done, began := 0, invited; done < races; done, began = done+round, began.Add(20*time.Minute) {
		h.at(began)
		tickets := make([]ticket.ID, round)
		for i := range tickets {
			tickets[i] = h.call(townLine, "", began)
		}
		h.await("the first worker to be asked for each", func() bool { return h.count(`SELECT count(*) FROM offers`) >= done+round && h.settledNow() })
		rand.Shuffle(round, func(i, j int) { tickets[i], tickets[j] = tickets[j], tickets[i] })
		var race sync.WaitGroup
		begin := make(chan struct{})
		for hand := range hands {
			race.Go(func() {
				<-begin
				for i := hand; i < round; i += hands {
					if err := h.db.InTx(context.Background(), worker, func(tx *store.Tx) error {
						_, err := ticket.Accept(context.Background(), tx, tickets[i])
						return err
					}); err != nil {
						t.Errorf("accept %d: %v", tickets[i], err)
					}
				}
			})
		}
		close(begin)
		h.at(began.Add(15 * time.Minute)) // the second worker's minute
		race.Wait()
		h.settled()
	}

	// end is how each ticket's second step ended: its timer fired, or the acceptance took it away.
	const end = `(SELECT l.outcome FROM timer_log l WHERE l.subject_kind = 'ticket' AND l.subject_id = t.id AND l.kind = 'offer' AND l.step = 1)`
	for what, sql := range map[string]string{
		"tickets not accepted once":                   `SELECT count(*) FROM tickets t WHERE (SELECT count(*) FROM timeline l WHERE l.ticket_id = t.id AND l.kind = 'ticket.accepted') <> 1`,
		"tickets of another owner":                    `SELECT count(*) FROM tickets t JOIN posts p ON p.id = t.owner_id WHERE p.name <> 'worker1'`,
		"tickets whose step has no one outcome":       `SELECT count(*) FROM tickets t WHERE ` + end + ` IS NULL OR ` + end + ` NOT IN ('fired', 'cancelled')`,
		"steps that fired and asked nobody":           `SELECT count(*) FROM tickets t WHERE ` + end + ` = 'fired' AND (SELECT count(*) FROM offers o WHERE o.ticket_id = t.id) <> 2`,
		"steps taken away that asked somebody":        `SELECT count(*) FROM tickets t WHERE ` + end + ` = 'cancelled' AND (SELECT count(*) FROM offers o WHERE o.ticket_id = t.id) <> 1`,
		"people asked after the acceptance":           `SELECT count(*) FROM timeline a JOIN timeline o USING (ticket_id) WHERE a.kind = 'ticket.accepted' AND o.kind = 'ticket.offered' AND o.id > a.id`,
		"offers still open":                           `SELECT count(*) FROM offers WHERE ended_at IS NULL`,
		"offers with another number of notices":       `SELECT abs((SELECT count(*) FROM offers) - (SELECT count(*) FROM notices WHERE template = 'offer'))`,
		"timers of the ladder on tickets with owners": `SELECT count(*) FROM timers WHERE kind IN ('offer', 'route', 'repeat')`,
	} {
		if n := h.count(sql); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	fired := h.count(`SELECT count(*) FROM tickets t WHERE ` + end + ` = 'fired'`)
	t.Logf("the timer was first %d times, the acceptance %d times", fired, races-fired)
	if fired == 0 || fired == races {
		t.Error("one side was always first: it was no race")
	}
}

// settledNow reports whether nothing that is due is still pending.
func (h *house) settledNow() bool {
	h.t.Helper()
	return h.count(`SELECT count(*) FROM timers WHERE due_at <= app_now()`) == 0
}
