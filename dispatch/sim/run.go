package sim

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Options of Run. Policies, Policy and Calendar must be given. Zero values mean
// the default named beside them.
type Options struct {
	Policies map[string]*dispatch.Policy // by version
	Policy   string                      // the version that tickets are born under
	Calendar ticket.Calendar

	City     *City     // nil: generated ones, see GenerateCity
	From     time.Time // first day; default: 1 March 2026, midnight in Shanghai
	Days     int       // with calls; 30. Afterwards tickets are followed to their end
	Cities   int       // 1: independent cities, each with its own people and calls
	Load     float64   // 1: calls of a city, in multiples of its ordinary ones, for the same people
	Scenario Scenario  // Month
	Agents   int       // of a city at all hours; 0: as many as Erlang A asks for, by the hour
	Seed     int64     // the same seed gives the same report, byte for byte
	Progress func(cities int)
}

func (o *Options) fill() error {
	if o.From.IsZero() {
		o.From = ticket.Date("2026-03-01").At(0)
	}
	o.Days, o.Cities = max(o.Days, 0), max(o.Cities, 1)
	if o.Days == 0 {
		o.Days = 30
	}
	if o.Load == 0 {
		o.Load = 1
	}
	if o.Scenario == "" {
		o.Scenario = Month
	}
	switch {
	case o.Scenario != Month && o.Scenario != Flood:
		return fmt.Errorf("unknown scenario %q: say month or flood", o.Scenario)
	case o.Load < 0:
		return errors.New("the load must be positive")
	case o.City != nil && (len(o.City.Lines) == 0 || len(o.City.townships) == 0 || !o.City.has(area.RoleAgent)):
		return errors.New("the city needs a number that can be called, a township and an agent")
	}
	return nil
}

// drains is how long tickets are followed after the last call. What is open then
// is counted as it stands.
const drains = 60 * 24 * time.Hour

// variants is how many generated cities differ in their leave; more of them repeat.
const variants = 16

// Run simulates. Its error is a fault of the program or the settings; a run whose
// checks found something is a Report that says so.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := o.fill(); err != nil {
		return Report{}, err
	}
	service, err := dispatch.NewService(o.Policies, o.Policy, o.Calendar, slog.New(slog.DiscardHandler))
	if err != nil {
		return Report{}, err
	}
	cities, err := o.cities()
	if err != nil {
		return Report{}, err
	}
	total, err := o.each(ctx, func(n int) (*tally, error) {
		w := newWorld(ctx, o, cities[n%len(cities)], n, service)
		return w.tally, w.run()
	})
	if err != nil {
		return Report{}, err
	}
	return total.report(o), nil
}

func (o Options) cities() ([]*City, error) {
	if o.City != nil {
		return []*City{o.City}, nil
	}
	cities := make([]*City, min(o.Cities, variants))
	for n := range cities {
		var err error
		if cities[n], err = GenerateCity(o.Seed+int64(n), o.From, o.Days, o.Calendar); err != nil {
			return nil, err
		}
	}
	return cities, nil
}

// each runs the cities on all cores. Sums do not depend on the order they are added in.
func (o Options) each(ctx context.Context, run func(n int) (*tally, error)) (*tally, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	total := newTally(o.Days)
	var mu sync.Mutex
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), o.Cities) {
		wg.Go(func() {
			for n := int(next.Add(1)) - 1; n < o.Cities && ctx.Err() == nil; n = int(next.Add(1)) - 1 {
				one, err := run(n)
				if err != nil {
					cancel(err)
					return
				}
				mu.Lock()
				total.add(one)
				if o.Progress != nil {
					o.Progress(total.Cities)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return total, context.Cause(ctx)
}

// world is one city under simulation: the memory with its clock, and what people
// outside the program do.
type world struct {
	ctx      context.Context
	o        Options
	city     *City
	rules    Rules
	m        *Memory
	handlers map[string]dispatch.Handler
	events   events
	seq      int64
	err      error

	calls, line, people *random
	prefix              string // of names, where there are several cities

	number   int64 // of calls
	callers  int
	recent   []string // numbers that called lately
	desk     desk
	agents   []area.PostID
	turn     int
	staffing map[int]int

	supervisor area.PostID
	journeys   map[ticket.ID]*journey
	free       map[area.PostID]time.Time // when what somebody has begun is over
	busy       map[area.PostID]int       // urgent cases in hand
	tally      *tally
}

// journey is what the simulation notes of a ticket beside the program's own row.
type journey struct {
	m          matter
	asked      int
	unheard    int
	declined   int
	queued     time.Duration // behind another case of the same worker
	acceptedAt time.Time
	arrivedAt  time.Time
	relievedAt time.Time
	once       map[any]bool // timers fired, offers and notices made: each once
}

func newWorld(ctx context.Context, o Options, city *City, n int, service *dispatch.Service) *world {
	w := &world{ctx: ctx, o: o, city: city, m: NewMemory(city, o.From), handlers: service.Handlers(), staffing: map[int]int{},
		journeys: map[ticket.ID]*journey{}, free: map[area.PostID]time.Time{}, busy: map[area.PostID]int{}, tally: newTally(o.Days)}
	w.rules = NewRules(o.Policies[o.Policy], o.Calendar)
	if o.Cities > 1 {
		w.prefix = fmt.Sprintf("%d ", n+1)
	}
	stream := func(purpose string) *random { return newRandom(o.Seed, fmt.Sprintf("%s %d", purpose, n)) }
	w.calls, w.line, w.people = stream("calls"), stream("line"), stream("people")
	w.tally.Cities = 1
	w.staffLine()
	w.m.onOffer, w.m.onNotice = w.heardOffer, w.heardNotice
	return w
}

// staffLine finds the agents and a supervisor of the line.
func (w *world) staffLine() {
	for id, p := range w.city.Posts {
		if p.Role == area.RoleAgent {
			w.agents = append(w.agents, id)
		}
		if p.Role == area.RoleSupervisor {
			w.supervisor = max(w.supervisor, id)
		}
	}
	slices.Sort(w.agents)
}

func (w *world) heardOffer(o ticket.Offer) {
	w.tally.Offers++
	w.onlyOnce(o.Ticket, [5]int64{w.m.tickets[o.Ticket].t.Epoch, int64(o.Loop), int64(o.Step), int64(o.Post)})
	w.offered(o)
}

func (w *world) heardNotice(n ticket.Notice) {
	w.tally.Notices++
	w.onlyOnce(n.Ticket, n.Key)
}

// onlyOnce counts what happens again although it must happen once.
func (w *world) onlyOnce(id ticket.ID, what any) {
	j := w.journeys[id]
	if j == nil { // the ticket's birth
		return
	}
	if j.once[what] {
		w.tally.Duplicates++
	}
	if j.once == nil {
		j.once = map[any]bool{}
	}
	j.once[what] = true
}

// do runs one act of somebody. What the program refuses them is an answer like any other.
func (w *world) do(who act.Actor, id ticket.ID, fn func(*Tx) error) bool {
	if w.m.tickets[id] == nil {
		return false
	}
	err := w.m.InTx(w.ctx, who, fn)
	switch {
	case err == nil:
		return true
	case errors.Is(err, act.ErrRefused), errors.Is(err, act.ErrConflict), errors.Is(err, act.ErrNotFound):
		w.tally.Refused++
	case w.err == nil:
		w.err = fmt.Errorf("at %s, ticket %d: %w", w.m.now.Format(time.RFC3339), id, err)
	}
	return false
}

// run is the loop: whatever is due next happens, be it a timer of the program or
// something that people do.
func (w *world) run() error {
	w.shiftAgents()
	w.arrivals()
	w.audit()
	last := w.o.From.AddDate(0, 0, w.o.Days)
	for w.err == nil && w.ctx.Err() == nil {
		next, timer, ok := w.next()
		if !ok || next.After(last.Add(drains)) || next.After(last) && len(w.m.tickets) == 0 {
			break
		}
		if next.After(w.m.now) {
			w.m.now = next
		}
		if timer != nil {
			w.fire(timer)
			continue
		}
		heap.Pop(&w.events).(event).fn() //nolint:errcheck,forcetypeassert // the heap holds nothing else
	}
	w.settle()
	return errors.Join(w.err, w.ctx.Err())
}

// next is when something happens next; the program's timers come first.
func (w *world) next() (at time.Time, timer *pending, ok bool) {
	if len(w.m.pending) > 0 {
		at, timer, ok = w.m.pending[0].DueAt, w.m.pending[0], true
	}
	if len(w.events) > 0 && (!ok || w.events[0].at.Before(at)) {
		return w.events[0].at, nil, true
	}
	return at, timer, ok
}

func (w *world) fire(p *pending) {
	id, kind := ticket.ID(p.Subject.ID), p.Kind
	if c := w.m.callbacks[ticket.CallbackID(p.Subject.ID)]; p.Subject.Kind == "callback" && c != nil {
		id = c.Ticket
	}
	w.onlyOnce(id, keyOf(p.Timer))
	fired, err := w.m.Fire(w.ctx, p.ID, w.handlers, nil)
	if err != nil && w.err == nil {
		w.err = err
	}
	if fired {
		w.tally.Timers[kind]++
	}
}

// audit looks every hour for open tickets that nobody and nothing looks after.
func (w *world) audit() {
	for _, r := range w.m.tickets {
		if r.orphan() {
			w.tally.Orphans++
		}
	}
	w.after(time.Hour, w.audit)
}

func (w *world) after(d time.Duration, fn func()) { w.at(w.m.now.Add(d), fn) }

func (w *world) at(when time.Time, fn func()) {
	if when.Before(w.m.now) {
		when = w.m.now
	}
	w.seq++
	heap.Push(&w.events, event{at: when, seq: w.seq, fn: fn})
}

// event is something that people do.
type event struct {
	at  time.Time
	seq int64
	fn  func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	if !e[i].at.Equal(e[j].at) {
		return e[i].at.Before(e[j].at)
	}
	return e[i].seq < e[j].seq
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }

// Push is heap.Interface's.
func (e *events) Push(x any) { *e = append(*e, x.(event)) } //nolint:errcheck,forcetypeassert // only at pushes

// Pop is heap.Interface's.
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	(*e)[len(*e)-1] = event{}
	*e = (*e)[:len(*e)-1]
	return last
}
