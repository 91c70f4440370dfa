package faults

import (
	"context"
	"slices"
	"testing"
	"time"

	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/caller"
	"example.org/hotline/test/agent"
)

// Fifty callers wait on the line. Redis forgets everything, then again and goes
// away while they are served: all of them are answered, the urgent ones first,
// then by the time they entered, and nobody is offered twice.
func TestFiftyWaitThroughAFlushAndARestartOfRedis(t *testing.T) {
	t.Parallel()
	h := newHouse(t, realFlow(t))
	h.Serve()
	one := h.sitDown(h.City, "agent1", oneHz)
	first := h.citizen(h.City, nil) // keeps the agent, so that the others wait
	one.Accept()
	two := h.sitDown(h.City, "agent2", twoHz)
	second := h.citizen(h.City, nil)
	two.Accept()

	const callers, urgent = 50, 10
	var all []*agent.Citizen
	for n := range callers {
		var keys []caller.Press
		if n%5 == 2 {
			keys = append(keys, caller.Press{After: time.Second, Key: '1'})
		}
		all = append(all, h.citizen(h.City, nil, keys...))
		h.callIDs(all[n:]) // one after the other, so that they are in an order
	}
	h.Until("the urgent ones are", func() bool { return h.Count(`SELECT count(*) FROM tickets WHERE priority = 'P1'`) == urgent })
	ids := h.callIDs(all)

	h.flushRedis()
	boss := h.watcher(h.City)
	boss.Sees("all who wait", func(b acd.Board) bool { return len(b.Callers) == callers+2 })
	one.Serve()
	two.Serve()
	h.served(callers / 4)
	h.flushRedis()
	h.served(callers / 2)
	h.Servers.Redis.Kill()
	h.served(callers * 3 / 4)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := h.Servers.Redis.Start(ctx); err != nil {
		t.Fatal(err)
	}
	h.served(callers)

	offers := append(one.Offers(), two.Offers()...)
	offers = slices.DeleteFunc(offers, func(o acd.Offer) bool { return !slices.Contains(ids, string(o.Call)) })
	slices.SortStableFunc(offers, func(a, b acd.Offer) int { return a.At.Compare(b.At) })
	checkOrder(t, h, ids, offers)
	h.part()
	for _, c := range append(all, first, second) {
		if r, err := c.Wait(); err != nil || !r.Answered() {
			t.Errorf("a caller: %+v, %v", r, err)
		}
	}
	one.Leave()
	two.Leave()
	boss.Leave()
	h.promises()
}

// served waits until so many of those who waited have spoken to an agent.
func (h *house) served(n int) {
	h.T.Helper()
	last, stuck := -1, 0
	for now := 0; now < n; {
		h.Until("one more caller is served", func() bool {
			now = h.Count(`SELECT count(DISTINCT call_id) FROM call_events WHERE kind = 'connected'`) - 2
			return now > last || now >= n
		})
		if last, stuck = now, stuck+1; stuck > 10*n {
			h.T.Fatal("the count of those served goes up and down")
		}
	}
}

// checkOrder compares the order of offers with that of the callers: P1 before all,
// then who came first. Two agents ask for the next at the same time, so
// neighbours may change places.
func checkOrder(t *testing.T, h *house, ids []string, offers []acd.Offer) {
	t.Helper()
	var want []string
	h.Query(`SELECT array_agg(c.id::text ORDER BY t.priority <> 'P1', e.at) FROM calls c JOIN tickets t ON t.id = c.ticket_id
		JOIN (SELECT call_id, min(at) AS at FROM call_events WHERE kind = 'queued' GROUP BY 1) e ON e.call_id = c.id WHERE c.id::text = ANY($1)`, []any{ids}, &want)
	times := map[string]int{}
	for n, o := range offers {
		times[string(o.Call)]++
		if rank := slices.Index(want, string(o.Call)); rank < n-1 || rank > n+1 {
			t.Errorf("offer %d went to the caller who was number %d", n, rank)
		}
	}
	for id, n := range times {
		if n > 1 {
			t.Errorf("call %s was offered %d times", id, n)
		}
	}
	if len(times) != len(ids) {
		t.Errorf("%d of %d callers were offered", len(times), len(ids))
	}
}
