// Package faults takes away from the running program what it stands on: its
// own life at every named step and at any, its database, its Redis, its time.
// Afterwards the promises must hold.
package faults

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ivr/caller"
	"example.org/hotline/test/agent"
	"example.org/hotline/test/city"
	"example.org/hotline/test/servers"
)

func TestMain(m *testing.M) { servers.Main(m) }

// patience bounds every wait. Nothing is measured by it.
const patience = 60 * time.Second

// roundsEnv asks for longer runs: so many kills at random, and outages of a whole minute.
const roundsEnv = "HOTLINE_TEST_ROUNDS"

// rounds is how often a fault at random is repeated; long tells that somebody asked for it.
func rounds(t *testing.T) (n int, long bool) {
	text := os.Getenv(roundsEnv)
	if text == "" {
		return 3, false
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s must be a positive number", roundsEnv)
	}
	return n, true
}

// house is a city with a record of every call that a test has placed.
type house struct {
	*city.City

	bank *bankOfTheCity // nil: none

	callers  atomic.Int64
	mu       sync.Mutex
	phones   []*phone
	heard    []caller.Result  // calls by our own caller
	citizens []*agent.Citizen // on the line
}

// newHouse makes a city whose calls are quick, and does not serve it yet.
func newHouse(t *testing.T, options ...city.Option) *house {
	t.Helper()
	options = append([]city.Option{city.Setting("ring_delay: 0s"), city.KeyWindow(0)}, options...)
	return &house{City: city.New(t, options...)}
}

// within lets a subtest be the one that fails.
func (h *house) within(t *testing.T) {
	whole := h.T
	h.T = t
	t.Cleanup(func() { h.T = whole })
}

// kill ends the program without a word.
func (h *house) kill() {
	if p := h.Process(); p != nil {
		p.Kill()
	}
}

// killAt has the program die at a step while act happens. arm is which pass of
// the step, such as ":2", or empty. The program is not started again.
func (h *house) killAt(step failpoint.Name, arm string, act func()) {
	h.T.Helper()
	h.running()
	p := h.Process()
	h.Arm(string(step) + arm)
	act()
	select {
	case <-p.Died():
	case <-time.After(patience):
		h.T.Fatalf("the step %s was never passed\n%s", step, h.Log())
	}
	h.Disarm()
	if !p.Killed() {
		h.T.Fatalf("the program ended by itself: %v\n%s", p.Err(), h.Log())
	}
}

// running makes sure that the program is there, and that it uses Redis: until then all
// comes by the sweep, which is another way past some steps.
func (h *house) running() {
	h.T.Helper()
	if p := h.Process(); p == nil || died(p) {
		h.Serve()
	}
	h.Until("the program uses Redis", func() bool { return strings.Contains(h.LogOfRun(), "Redis is in use") })
}

// died reports whether a run of the program has ended.
func died(p *city.Process) bool {
	select {
	case <-p.Died():
		return true
	default:
		return false
	}
}

// place calls the township with our own caller, who listens, and hangs up only
// when the line does. answered, if not nil, is told of the answer at once.
func (h *house) place(from string, keys map[rune]time.Duration, answered func()) (caller.Result, error) {
	o := caller.Options{Target: "sip:" + city.Township + "@" + h.SIP, From: from, MaxDuration: patience}
	for key, after := range keys {
		o.Digits = append(o.Digits, caller.Press{Key: key, After: after})
	}
	o.OnEvent = func(e caller.Event) {
		if e.Kind == caller.EventAnswered && answered != nil {
			answered()
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	r, err := caller.Dial(ctx, o)
	h.mu.Lock()
	h.heard = append(h.heard, r)
	h.mu.Unlock()
	return r, err
}

// ticketOf is the number of a call's ticket.
func (h *house) ticketOf(sipCallID string) (number string) {
	h.T.Helper()
	h.Query(`SELECT t.number FROM calls c JOIN tickets t ON t.id = c.ticket_id WHERE c.sip_call_id = $1`, []any{sipCallID}, &number)
	return number
}

// offered waits until a ticket has been offered to so many people, and lists them.
func (h *house) offered(number string, people int) (logins []string) {
	h.T.Helper()
	h.Until(number+" is offered to "+strconv.Itoa(people), func() bool {
		logins = h.OfferedTo(number)
		return len(logins) >= people
	})
	return logins
}
