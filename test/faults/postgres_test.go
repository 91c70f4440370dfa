package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"example.org/hotline/ivr/caller"
	"example.org/hotline/ivr/media"
	"example.org/hotline/test/city"
)

// outage is how long the database is away at least: a whole minute where rounds
// were asked for. Otherwise as long as a wave of callers takes to hear their numbers, some twenty seconds.
func outage(t *testing.T) time.Duration {
	if _, long := rounds(t); long {
		return time.Minute
	}
	return 0
}

// The database is stopped while calls arrive: every one is answered, hears its
// number and has a ticket of its own time afterwards.
func TestDatabaseAwayWhileCallsArrive(t *testing.T) {
	t.Parallel()
	h := newHouse(t, city.KeyWindow(2*time.Second)) // for the keys that make a ticket urgent
	h.Serve()
	h.phone().complete() // the node has a block of numbers from now on

	var wave sync.WaitGroup
	before := h.ring(&wave, 2, nil, func(answered <-chan struct{}) { <-answered }) // live when the database goes
	h.databaseAway()
	from := time.Now()
	var during []*listener
	for len(during) == 0 || time.Since(from) < outage(t) {
		during = append(during, h.ring(&wave, 3, nil, nil)...)
		during = append(during, h.ring(&wave, 1, map[rune]time.Duration{'1': 300 * time.Millisecond}, nil)...)
		wave.Wait()
	}
	h.databaseBack()
	back := time.Now()
	t.Logf("the database was away for %s", back.Sub(from).Round(time.Second))

	for _, l := range append(before, during...) {
		h.Until("the call is replayed", func() bool { return h.known()[l.result.CallID] })
		h.offered(h.ticketOf(l.result.CallID), 1)
		l.heardItsNumber(h)
	}
	for _, l := range during {
		l.hasItsTime(h, back)
	}
	h.promises()
	if n := h.Count(`SELECT count(*) FROM calls WHERE replayed`); n != len(during) {
		t.Errorf("%d calls were replayed, want %d", n, len(during))
	}
	if n := h.Count(`SELECT count(*) FROM tickets WHERE priority = 'P1'`); n != len(during)/4 {
		t.Errorf("%d tickets became urgent by key, want %d", n, len(during)/4)
	}
	if n := h.Count(`SELECT count(*) FROM calls WHERE answered_at IS NULL OR end_reason NOT IN ('completed', 'caller_hung')`); n != 0 {
		t.Errorf("%d calls were not answered, or not to their end", n)
	}
	h.Advance(15 * time.Minute)
	for _, l := range append(before, during...) {
		h.offered(h.ticketOf(l.result.CallID), 2)
	}
	h.promises()
}

// listener is one call by our own caller, who hangs up only when the line does.
type listener struct {
	from   string
	keys   map[rune]time.Duration
	result caller.Result
	err    error
}

// ring places calls at the same time, in wave. once gets a channel that is closed when the last of them was answered.
func (h *house) ring(wave *sync.WaitGroup, n int, keys map[rune]time.Duration, once func(answered <-chan struct{})) []*listener {
	answered := make(chan struct{})
	var up sync.WaitGroup
	up.Add(n)
	calls := make([]*listener, n)
	for i := range calls {
		l := &listener{from: fmt.Sprintf("+86199%08d", 70000+h.callers.Add(1)), keys: keys}
		calls[i] = l
		wave.Go(func() {
			var first sync.Once
			l.result, l.err = h.place(l.from, l.keys, func() { first.Do(up.Done) })
			first.Do(up.Done)
		})
	}
	go func() { up.Wait(); close(answered) }()
	if once != nil {
		once(answered)
	}
	return calls
}

// heardItsNumber checks that the line spoke to the end: greeting, ticket number digit by digit, good-bye.
func (l *listener) heardItsNumber(h *house) {
	h.T.Helper()
	if l.err != nil || !l.result.Answered() || l.result.EndedBy != caller.SideCallee {
		h.T.Errorf("call from %s: %+v (%v)", l.from, l.result, l.err)
		return
	}
	want := promptLength(h.T, "ticket_number_is") + promptLength(h.T, "goodbye")
	if l.keys == nil {
		want += promptLength(h.T, "greeting")
	}
	for _, digit := range h.ticketOf(l.result.CallID) {
		want += promptLength(h.T, "digit_"+string(digit))
	}
	if l.result.HeardFor < want || l.result.HeardLevel < -40 {
		h.T.Errorf("call from %s heard %s at %.0f dBov; the number alone takes %s", l.from, l.result.HeardFor, l.result.HeardLevel, want)
	}
}

// promptLength is how long a prompt of the line takes to speak.
func promptLength(t testing.TB, name string) time.Duration {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "configs", "prompts", name+".wav"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := media.ReadPrompt(data)
	if err != nil {
		t.Fatal(err)
	}
	return p.Duration()
}

// hasItsTime checks that a ticket counts from its INVITE, not from the replay.
func (l *listener) hasItsTime(h *house, back time.Time) {
	h.T.Helper()
	var invited time.Time
	h.Query(`SELECT t.invited_at FROM calls c JOIN tickets t ON t.id = c.ticket_id WHERE c.sip_call_id = $1`, []any{l.result.CallID}, &invited)
	// The node corrects its clock by what it last measured of the database's: same machine here, so by milliseconds.
	const slack = time.Second
	if invited.Before(l.result.CalledAt.Add(-slack)) || invited.After(l.result.AnsweredAt.Add(slack)) || invited.After(back) {
		h.T.Errorf("call of %s has a ticket of %s", l.result.CalledAt, invited)
	}
}

// PostgreSQL is killed in the middle of a load and started again.
func TestDatabaseKilledUnderLoad(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Serve()
	h.phone().complete()
	load := h.load()
	n, _ := rounds(t)
	for range n {
		load.answers(20)
		h.Servers.Postgres.Kill()
		load.answers(20)
		h.databaseBack()
	}
	load.answers(20)
	load.stop()
	h.promises()
}
