package queue

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// Options of New.
type Options struct {
	Node       string                                   // name of this node, the same after a restart
	Redis      *pulse.Client                            // shares the room with other nodes; nil: this node alone
	Config     acd.Config                               // queues, pause reasons
	Now        func() time.Time                         // the line's clock; default time.Now
	Logger     *slog.Logger                             // default: none
	Record     func(context.Context, []acd.Event) error // keeps events for good; repeated until it succeeds; nil: nobody does
	Buried     func(node string)                        // told of each node removed for its silence, perhaps again; must not block; nil: nobody
	Registerer prometheus.Registerer                    // nil: no metrics
}

// Hub is a node's part in the distribution. It satisfies ivr.Queue.
type Hub struct {
	node    string
	slate   *pulse.Slate // nil: alone for ever
	config  acd.Config
	now     func() time.Time
	log     *slog.Logger
	buried  func(node string)
	run     string // differs at each start, so that no two offers or marks are named alike
	counter atomic.Int64
	closing atomic.Bool // Drain was called

	inbox inbox
	book  *book
	meter meter
	watch watch

	mu      sync.RWMutex // guards what follows; only the deciding goroutine writes it
	room    *acd.Room
	places  map[ticket.CallID]*place
	seats   map[area.StaffID]*Seat
	seizing map[acd.OfferID]chan error
	tallies map[string]dayTally // of all nodes, by key of the slate

	link link // the deciding goroutine's alone
}

// pollEvery is how often a node looks even if nothing has been announced.
const pollEvery = time.Second

// ErrStopped says that the node takes no wishes any more.
var ErrStopped = &act.Fault{Kind: act.ErrUnavailable, Code: "queue_stopped", Detail: "This node is stopping; another takes over."}

// New makes a hub. It does nothing until Run; what is asked of it before waits.
func New(o Options) *Hub {
	h := &Hub{node: o.Node, config: o.Config, now: o.Now, log: o.Logger, buried: o.Buried, run: randomText(),
		room: acd.NewRoom(), places: map[ticket.CallID]*place{}, seats: map[area.StaffID]*Seat{},
		seizing: map[acd.OfferID]chan error{}, tallies: map[string]dayTally{}}
	if h.now == nil {
		h.now = time.Now
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	if o.Redis != nil && o.Redis.State() != pulse.StateOff {
		h.slate = o.Redis.Slate("acd", o.Node)
	}
	h.inbox.ready = make(chan struct{}, 1)
	h.inbox.over = make(chan struct{})
	h.book = newBook(o.Record, h.log)
	h.link.beats = map[string]beat{}
	h.watch.alarms = map[string]time.Time{}
	h.meter.register(o.Registerer, h)
	return h
}

// Run decides until ctx ends, then gives up what this node holds so that others
// need not wait for its death. It returns nil.
func (h *Hub) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	watching, stop := context.WithCancel(ctx)
	defer stop()
	wg.Go(func() { h.watchdog(watching) })
	wg.Go(func() { h.book.run(ctx) })
	h.loop(ctx)
	stop()
	wg.Wait()
	h.book.last(context.WithoutCancel(ctx))
	return nil
}

// Drain takes this node's seats away from the callers of other nodes, which a
// stopping node does not join any more. Its own callers are still offered to
// them, and conversations go on. It fails with ErrStopped.
func (h *Hub) Drain() error {
	h.closing.Store(true)
	return h.ask(func(tx *acd.Tx) error { tx.Close(h.node); return nil }, nil)
}

// loop is the deciding goroutine.
func (h *Hub) loop(ctx context.Context) {
	var wakes <-chan struct{}
	if h.slate != nil {
		listener := h.slate.Listen()
		defer listener.Close()
		wakes = listener.C
		h.link.listener = listener
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			h.leave(context.WithoutCancel(ctx))
			return
		case <-h.inbox.ready:
		case <-wakes:
			h.link.heard()
		case <-timer.C:
			h.link.poll = true
		}
		h.safely(func() { h.pass(context.WithoutCancel(ctx)) })
		timer.Reset(h.sleep())
	}
}

// sleep is how long nothing will change by time alone, a poll's length at most.
func (h *Hub) sleep() time.Duration {
	now := h.now()
	until := pollEvery - time.Since(h.link.polled)
	if next := h.room.Next(h.config, now, h.mine); !next.IsZero() {
		until = min(until, next.Sub(now))
	}
	return max(until, time.Millisecond)
}

func (h *Hub) mine(node string) bool { return node == h.node }

func (h *Hub) newOffer() acd.OfferID { return acd.OfferID(h.newName()) }

func (h *Hub) newName() string {
	return h.node + "-" + h.run + "-" + strconv.FormatInt(h.counter.Add(1), 36)
}

func randomText() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}

// wish is one thing that a call or a seat wants done.
type wish struct {
	do     func(tx *acd.Tx) error // may run several times, until a commit succeeds; must change nothing but tx
	commit func()                 // once it has been committed, before anybody is told; Hub.mu is held
	buries string                 // node whose death the wish is
	done   chan error             // takes do's last answer
}

// inbox gathers wishes.
type inbox struct {
	mu     sync.Mutex
	wishes []wish
	closed bool
	ready  chan struct{}
	over   chan struct{}
}

func (b *inbox) put(w wish) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.wishes = append(b.wishes, w)
	select {
	case b.ready <- struct{}{}:
	default:
	}
	return true
}

func (b *inbox) take() []wish {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.wishes
	b.wishes = nil
	return taken
}

func (b *inbox) close() []wish {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		b.closed = true
		close(b.over)
	}
	taken := b.wishes
	b.wishes = nil
	return taken
}

// tell puts a wish into the inbox and does not wait.
func (h *Hub) tell(do func(tx *acd.Tx)) {
	h.inbox.put(wish{do: func(tx *acd.Tx) error { do(tx); return nil }})
}

// ask puts a wish into the inbox and waits until it has been decided.
func (h *Hub) ask(do func(tx *acd.Tx) error, commit func()) error {
	w := wish{do: do, commit: commit, done: make(chan error, 1)}
	if !h.inbox.put(w) {
		return ErrStopped
	}
	return <-w.done
}
