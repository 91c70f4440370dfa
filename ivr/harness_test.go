package ivr_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.org/hotline/configs"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/flow"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// A request that reaches sipgo while its user agent is being closed makes it open
// a socket for the answer, which nobody closes any more. That is at most one for
// each user agent of a test's caller, and none in a line that runs:
// TestCallsHungUpAtRandomLeaveNothing counts the sockets.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/emiago/sipgo/sip.(*TransportUDP).readUDPConnection"))
}

// patience bounds every wait of these tests; nothing is measured by it.
const patience = 60 * time.Second

// Each prompt is a tone of its own, so that what was heard can be told apart.
const (
	greetingHz = 440.0
	urgentHz   = 700.0
	numberHz   = 1000.0
	goodbyeHz  = 1300.0
)

func digitHz(digit rune) float64 { return 1500 + 100*float64(digit-'0') }

func testPrompts() media.PromptSet {
	tone := func(hz float64, length time.Duration) media.Prompt {
		return media.NewPrompt(media.Tone(hz, 8000, int(length*media.SampleRate/time.Second)))
	}
	set := media.PromptSet{
		ivr.PromptGreeting:       tone(greetingHz, 600*time.Millisecond),
		ivr.PromptOnePressed:     tone(urgentHz, 200*time.Millisecond),
		ivr.PromptTicketNumberIs: tone(numberHz, 200*time.Millisecond),
		ivr.PromptGoodbye:        tone(goodbyeHz, 200*time.Millisecond),
		ivr.PromptHoldMusic:      tone(musicHz, 2*time.Second),
	}
	for _, name := range flow.Fragments() {
		set[name] = tone(0, 20*time.Millisecond)
	}
	for d := '0'; d <= '9'; d++ {
		set["digit_"+string(d)] = tone(digitHz(d), 100*time.Millisecond)
	}
	return set
}

// ledger is a CallLog that remembers, and checks the order of what it is told.
type ledger struct {
	mu      sync.Mutex
	changed chan struct{}
	calls   map[ticket.CallID]*logged
	bySIP   map[string]ticket.CallID
	order   []ticket.CallID
	refuse  error // what Open answers
	unique  bool  // every call gets a ticket of its own number; else all get testNumber
	faults  []string
}

type logged struct {
	call     ticket.Call
	answered int
	keys     []rune
	events   []ticket.CallEvent
	quality  []ticket.CallQuality
	ended    []ticket.EndReason
}

func newLedger() *ledger {
	return &ledger{changed: make(chan struct{}), calls: map[ticket.CallID]*logged{}, bySIP: map[string]ticket.CallID{}}
}

const testNumber = ticket.Number("2611240000017")

func (l *ledger) Open(_ context.Context, c ticket.Call) (ticket.CallReceipt, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.signal()
	if l.refuse != nil {
		return ticket.CallReceipt{}, l.refuse
	}
	if id, ok := l.bySIP[c.SIPCallID]; ok {
		return ticket.CallReceipt{ID: id, Number: testNumber, Repeat: true}, nil
	}
	l.calls[c.ID], l.bySIP[c.SIPCallID] = &logged{call: c}, c.ID
	l.order = append(l.order, c.ID)
	number := testNumber
	if l.unique {
		number = ticket.Number(fmt.Sprintf("261124%07d", len(l.order)))
	}
	return ticket.CallReceipt{ID: c.ID, Number: number}, nil
}

// set changes what the ledger does.
func (l *ledger) set(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

// step finds an open call; a step before Open or after Ended is a fault.
func (l *ledger) step(id ticket.CallID, what string, do func(*logged)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.signal()
	c := l.calls[id]
	if c == nil || len(c.ended) > 0 {
		l.faults = append(l.faults, fmt.Sprintf("%s of call %s out of order", what, id))
		return errors.New("out of order")
	}
	do(c)
	return nil
}

func (l *ledger) Answered(_ context.Context, id ticket.CallID, _ time.Time) error {
	return l.step(id, "answered", func(c *logged) { c.answered++ })
}

func (l *ledger) Keyed(_ context.Context, id ticket.CallID, digit rune, _ time.Time) error {
	return l.step(id, "keyed", func(c *logged) { c.keys = append(c.keys, digit) })
}

func (l *ledger) Happened(_ context.Context, id ticket.CallID, e ticket.CallEvent) error {
	return l.step(id, string(e.Kind), func(c *logged) { c.events = append(c.events, e) })
}

func (l *ledger) Measured(_ context.Context, id ticket.CallID, q ticket.CallQuality) error {
	return l.step(id, "measured", func(c *logged) { c.quality = append(c.quality, q) })
}

func (l *ledger) Ended(ctx context.Context, id ticket.CallID, _ time.Time, reason ticket.EndReason) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return l.step(id, "ended", func(c *logged) { c.ended = append(c.ended, reason) })
}

func (l *ledger) signal() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// until waits for a state of the ledger.
func (l *ledger) until(t *testing.T, what string, reached func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		l.mu.Lock()
		ok, changed := reached(), l.changed
		l.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-deadline.C:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// allEnded waits until n calls were opened and each has ended, and returns
// them. Each must have ended exactly once.
func (l *ledger) allEnded(t *testing.T, n int) []logged {
	t.Helper()
	l.until(t, fmt.Sprintf("%d calls to end", n), func() bool {
		if len(l.order) < n {
			return false
		}
		for _, c := range l.calls {
			if len(c.ended) == 0 {
				return false
			}
		}
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.order) != n {
		t.Errorf("%d calls were opened, want %d", len(l.order), n)
	}
	for _, fault := range l.faults {
		t.Error(fault)
	}
	var all []logged
	for _, id := range l.order {
		all = append(all, *l.calls[id])
	}
	return all
}

// endedAs wants n calls, each ended once for the reason.
func (l *ledger) endedAs(t *testing.T, n int, reason ticket.EndReason) []logged {
	t.Helper()
	all := l.allEnded(t, n)
	for _, c := range all {
		if !slices.Equal(c.ended, []ticket.EndReason{reason}) {
			t.Errorf("call ended as %v, want %s once", c.ended, reason)
		}
	}
	return all
}

// line is a running endpoint.
type line struct {
	*ivr.Endpoint
	log  *ledger
	stop func() // ends Run and waits for it
}

func testConfig() ivr.Config {
	local := netip.MustParsePrefix("127.0.0.0/8")
	return ivr.Config{
		NodeID: "test", UDP: []string{"127.0.0.1:0"}, TCP: []string{"127.0.0.1:0"},
		Trunks:   []ivr.Trunk{{Name: "trunk", CIDRs: []netip.Prefix{local}}},
		Numbers:  []ivr.ServiceNumber{{Number: "12349", Aliases: []string{"053712349"}}},
		RTPFirst: 21000, RTPLast: 24999, PortRest: 100 * time.Millisecond,
		RingDelay: 10 * time.Millisecond, AllowLoopbackMedia: true,
	}
}

// setting changes what a line is built of; the flow is the one
// without a key, and everything that may be missing is missing.
type setting func(*ivr.Config, *ivr.Deps)

func configured(change func(*ivr.Config)) setting {
	return func(c *ivr.Config, _ *ivr.Deps) { change(c) }
}

// longWindow gives the caller half a minute for the key.
func longWindow(_ *ivr.Config, deps *ivr.Deps) {
	deps.Flows = flowOf(strings.Replace(testdata("flow-short.yaml"), "timeout: 5s", "timeout: 30s", 1))
}

// oneFlow is a flow for every number.
type oneFlow struct{ *flow.Flow }

func (f oneFlow) For(string) *flow.Flow { return f.Flow }

func testdata(name string) string {
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		panic(err)
	}
	return string(text)
}

// flowOf compiles a flow; a faulty one is the test's own fault.
func flowOf(text string) oneFlow {
	f, err := configs.LoadFlow("test.yaml", []byte(text), flow.Environment{})
	if err != nil {
		panic(err)
	}
	return oneFlow{f}
}

func start(t *testing.T, settings ...setting) *line {
	t.Helper()
	cfg := testConfig()
	level := slog.LevelWarn
	if os.Getenv("HOTLINE_TEST_LOG") != "" {
		level = slog.LevelDebug
	}
	l := newLedger()
	deps := ivr.Deps{Log: l, Prompts: testPrompts(), Flows: flowOf(testdata("flow-nokeys.yaml")), Now: time.Now,
		Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: level}))}
	for _, change := range settings {
		change(&cfg, &deps)
	}
	e, err := ivr.New(t.Context(), cfg, deps)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(stop)
	return &line{Endpoint: e, log: l, stop: stop}
}

func (l *line) udp() netip.AddrPort { return l.Addrs()[0].Addr }
func (l *line) tcp() netip.AddrPort { return l.Addrs()[1].Addr }
