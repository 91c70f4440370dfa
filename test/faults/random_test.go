package faults

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/caller"
	"example.org/hotline/test/agent"
	"example.org/hotline/test/city"
)

// callsOfARound is how many calls a round of hang-ups has: 10,000 in 20 rounds.
const callsOfARound = 500

// Callers who hang up at any moment, before or after the answer, while two agents
// answer those whom they reach: as many tickets as calls, and nothing is left of
// them, no port, no file, no goroutine, no place in the queue, no agent in a call.
func TestHungUpAtRandom(t *testing.T) {
	t.Parallel()
	h := newHouse(t, realFlow(t))
	p := h.Serve()
	calls := 300
	if n, long := rounds(t); long {
		calls = n * callsOfARound
	}
	answer := func(o *agent.Options) { o.Answer, o.Quick = true, true }
	one := h.sitDown(h.City, "agent1", oneHz, answer, func(o *agent.Options) { o.Brief = true })
	two := h.sitDown(h.City, "agent2", twoHz, answer) // who waits for the citizen to hang up
	boss := h.watcher(h.City)
	rest := func() {
		t.Helper()
		boss.Sees("nobody on the line", func(b acd.Board) bool { return len(b.Callers) == 0 })
		one.Is(acd.StateIdle)
		two.Is(acd.StateIdle)
		h.Until("every call has ended", func() bool { return h.Count(`SELECT count(*) FROM calls WHERE ended_at IS NULL`) == 0 })
	}
	h.hangUpAtRandom(50) // what is opened once and kept is open from here on
	rest()
	before := belongings(t, h.City, p)
	h.hangUpAtRandom(calls)
	rest()
	var after holdings
	h.Until("what the calls took is given back", func() bool {
		after = belongings(t, h.City, p)
		return after.udp <= before.udp && after.files <= before.files && after.goroutines <= before.goroutines+pools
	})
	talked := h.Count(`SELECT count(DISTINCT call_id) FROM call_events WHERE kind = 'connected'`)
	if t.Logf("%d calls, %d reached an agent; before %+v, after %+v", calls, talked, before, after); talked == 0 {
		t.Error("no agent ever answered")
	}
	for _, a := range []*agent.Agent{one, two, boss} {
		a.Leave()
	}
	h.delivered()
	h.promises() // tickets are calls
}

// delivered waits for the messages of ten thousand calls, which go out at the pace
// of the provider's account, for as long as fewer and fewer wait.
func (h *house) delivered() {
	h.T.Helper()
	waiting := func() int { return h.Count(`SELECT count(*) FROM deliveries WHERE state = 'queued'`) }
	for left := waiting(); left > 0; {
		before := left
		h.Until("messages go out", func() bool { left = waiting(); return left < before })
	}
}

// pools is how many goroutines more the connections of a busy time may keep.
const pools = 60

// holdings are what a process holds that calls take and have to give back.
type holdings struct{ udp, files, goroutines int }

func belongings(t *testing.T, c *city.City, p *city.Process) (h holdings) {
	t.Helper()
	table, err := os.ReadFile("/proc/net/udp")
	if err != nil {
		t.Fatal(err)
	}
	sockets := map[string]bool{}
	for _, line := range strings.Split(string(table), "\n") {
		if fields := strings.Fields(line); len(fields) > 9 {
			sockets["socket:["+fields[9]+"]"] = true
		}
	}
	dir := fmt.Sprintf("/proc/%d/fd", p.Pid())
	names, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		target, err := os.Readlink(dir + "/" + name.Name())
		switch {
		case err != nil: // closed meanwhile
		case sockets[target]:
			h.udp++
		case strings.HasPrefix(target, "/"):
			h.files++
		}
	}
	h.goroutines = int(metric(t, c, "go_goroutines"))
	return h
}

// metric reads one figure of the program's own.
func metric(t *testing.T, c *city.City, name string) float64 {
	t.Helper()
	res, err := http.Get(c.API + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() // read to its end
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if text, found := strings.CutPrefix(lines.Text(), name+" "); found {
			value, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			return value
		}
	}
	t.Fatalf("the program has no metric %s", name)
	return 0
}

// hangUpAtRandom places calls, 25 at once, each of which ends at some moment.
func (h *house) hangUpAtRandom(calls int) {
	h.T.Helper()
	turns := make(chan int, calls)
	for n := range calls {
		turns <- n
	}
	close(turns)
	var crowd sync.WaitGroup
	for range 25 {
		crowd.Go(func() {
			for n := range turns {
				o := caller.Options{Target: "sip:" + city.Township + "@" + h.SIP, From: fmt.Sprintf("+86199%08d", 20000+h.callers.Add(1)),
					HangupAfter: 1 + rand.N(1500*time.Millisecond)}
				if n%8 == 0 {
					o.CancelAfter = 1 + rand.N(100*time.Millisecond)
				}
				if n%3 == 0 {
					o.Digits = []caller.Press{{After: rand.N(time.Second), Key: rune("129"[rand.N(3)])}}
				}
				ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
				r, err := caller.Dial(ctx, o)
				cancel()
				if err != nil {
					h.T.Errorf("a call: %v", err)
				}
				h.mu.Lock()
				h.heard = append(h.heard, r)
				h.mu.Unlock()
			}
		})
	}
	crowd.Wait()
}
