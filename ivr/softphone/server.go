package softphone

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/netip"
	"sync"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
)

// Config is what a city sets. Zero durations take their defaults.
type Config struct {
	Node      string        // name of this node, as the queue knows it
	Listen    string        // UDP address and port for the audio of all browsers; port 0 takes a free one, unless the address is 0.0.0.0
	ListenTCP string        // the same for browsers whose network blocks UDP (RFC 6544); empty: none
	PublicIPs []netip.Addr  // told to browsers in place of our own addresses, behind NAT
	Loopback  bool          // offer 127.0.0.1 too: development and tests
	STUN      []string      // "stun:…" URLs for browsers; we need none
	TURN      TURN          // no URLs: none
	Grace     time.Duration // how long a browser that dropped out is waited for; default 10 s
	Quiet     time.Duration // audio missing for so long means dropped out; default 1.5 s
	Connect   time.Duration // how long a first connection may take after sign-on; default 30 s
	BoardTurn time.Duration // how often supervisors are sent the board; default 1 s
	Desk      Desk          // what every page has to know; its ICEServers are made anew for each
}

func (c Config) withDefaults() Config {
	c.Grace = cmp.Or(c.Grace, 10*time.Second)
	c.Quiet = cmp.Or(c.Quiet, 1500*time.Millisecond)
	c.Connect = cmp.Or(c.Connect, 30*time.Second)
	c.BoardTurn = cmp.Or(c.BoardTurn, time.Second)
	c.TURN.Life = cmp.Or(c.TURN.Life, maxTURNLife)
	return c
}

// Deps is what the softphone works with. Seats and Now are required.
type Deps struct {
	Seats     Seats
	CallBacks CallBacks        // nil: this node rings no citizens
	Supervise Supervise        // nil: nobody comes into a conversation
	Now       func() time.Time // the line's clock, for what the page shows
	Logger    *slog.Logger     // nil: slog.Default()
}

// Server is the agents' side of one node.
type Server struct {
	cfg    Config
	deps   Deps
	log    *slog.Logger
	engine *engine

	base context.Context // of every act of a desk; ends with the server
	stop context.CancelFunc

	mu       sync.Mutex
	stopped  bool
	desks    map[area.StaffID]*desk
	watchers map[*desk]area.Code // with the area whose agents they are shown
	work     sync.WaitGroup      // desks and sockets
}

var _ ivr.AgentLegs = (*Server)(nil)

// New binds the ports. Whoever calls it calls Run too, or they are never closed.
func New(cfg Config, deps Deps) (*Server, error) {
	if deps.Seats == nil || deps.Now == nil {
		return nil, errors.New("softphone: no seats or no clock")
	}
	s := &Server{cfg: cfg.withDefaults(), deps: deps, log: cmp.Or(deps.Logger, slog.Default()),
		desks: map[area.StaffID]*desk{}, watchers: map[*desk]area.Code{}}
	s.base, s.stop = context.WithCancel(context.Background())
	var err error
	if s.engine, err = newEngine(s.base, s.cfg, s.log); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// Listen is the UDP address that browsers' audio comes to.
func (s *Server) Listen() netip.AddrPort { return s.engine.listen }

// Run sends the board to who watches it until ctx ends. Then every socket is
// ended, every leg is gone and every seat given up: end ctx after the last call.
func (s *Server) Run(ctx context.Context) error {
	every := time.NewTicker(s.cfg.BoardTurn)
	defer every.Stop()
	for {
		select {
		case <-every.C:
			s.showBoard()
		case <-ctx.Done():
			s.close()
			return nil
		}
	}
}

func (s *Server) close() {
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.stop()
	s.work.Wait()
	s.engine.close()
}

// Leg finds the leg of an agent who is signed on here, also while they are away.
func (s *Server) Leg(agent area.StaffID) (ivr.AgentLeg, bool) {
	s.mu.Lock()
	d := s.desks[agent]
	s.mu.Unlock()
	if d == nil {
		return nil, false
	}
	l := d.standing.Load()
	if l == nil {
		return nil, false // an untyped nil, not a nil *leg
	}
	return l, true
}

// agent finds a signed-on agent of any node by login.
func (s *Server) agent(login string) (acd.Agent, bool) {
	for _, a := range s.deps.Seats.Board().Agents {
		if a.Login == login {
			return a, true
		}
	}
	return acd.Agent{}, false
}

// desk finds or opens the desk of an agent and holds it until release; ok is
// false once the server stops.
func (s *Server) desk(staff area.Staff) (d *desk, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil, false
	}
	d = s.desks[staff.ID]
	if d == nil {
		d = newDesk(s, staff)
		s.desks[staff.ID] = d
		s.work.Go(d.run)
		s.work.Go(d.labour)
	}
	d.holders++
	return d, true
}

// hold adds a holder to a desk that has one already.
func (s *Server) hold(d *desk) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d.holders++
}

// release lets go of a desk. The last to do so closes it.
func (s *Server) release(d *desk) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.holders--; d.holders == 0 {
		delete(s.desks, d.staff.ID)
		close(d.empty)
	}
}

// watch adds or removes a desk of those that are sent the board. It is called by
// the desk's goroutine.
func (s *Server) watch(d *desk, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if on {
		s.watchers[d] = d.leader.staff.Area
	} else {
		delete(s.watchers, d)
	}
}

// showBoard sends the board to whoever watches, written once for all of an area.
func (s *Server) showBoard() {
	s.mu.Lock()
	watchers := maps.Clone(s.watchers)
	s.mu.Unlock()
	if len(watchers) == 0 {
		return
	}
	board, written := s.deps.Seats.Board(), map[area.Code][]byte{}
	for d, where := range watchers {
		if written[where] == nil {
			written[where] = s.boardOf(board, where)
		}
		data := written[where]
		d.post(func() {
			if d.leader != nil {
				d.leader.write(data)
			}
		})
	}
}

// boardOf writes the board for who supervises an area: with its agents and no others.
func (s *Server) boardOf(b acd.Board, where area.Code) []byte {
	agents := make([]acd.Agent, 0, len(b.Agents))
	for _, a := range b.Agents {
		if where.Contains(a.Area) {
			agents = append(agents, a)
		}
	}
	b.Agents = agents
	data, err := json.Marshal(Message{Type: "board", Board: &b, At: s.deps.Now()})
	if err != nil {
		s.log.Error("write the board", "error", err)
	}
	return data
}

// iceServers are what a page may use to reach us, with fresh credentials.
func (s *Server) iceServers() []ICEServer {
	servers := []ICEServer{}
	if len(s.cfg.STUN) > 0 {
		servers = append(servers, ICEServer{URLs: s.cfg.STUN})
	}
	if len(s.cfg.TURN.URLs) > 0 {
		servers = append(servers, s.cfg.TURN.server(time.Now()))
	}
	return servers
}

// Serve talks with one tab of a signed-in browser until in is closed, ctx ends
// or the tab misbehaves. send is called by one goroutine at a time; its error
// ends the talk. Where ctx was ended with act.ErrSignIn as its cause, the tab is
// told "revoked", and if it led, its agent is signed off at once.
//
// The error says why we ended it; nil where the browser or the server did.
func (s *Server) Serve(ctx context.Context, staff area.Staff, in <-chan []byte, send func([]byte) error) error {
	d, ok := s.desk(staff)
	if !ok {
		return nil
	}
	defer s.release(d)
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	k := &socket{staff: staff, now: s.deps.Now, out: make(chan []byte, outgoingRoom), fail: fail}
	var pump sync.WaitGroup
	pump.Go(func() { k.pump(send) })
	defer pump.Wait()
	defer k.close()
	err := s.listen(ctx, d, k, in)
	d.post(func() { d.leave(k) })
	switch {
	case errors.Is(err, act.ErrSignIn):
		k.say(Message{Type: "revoked"})
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, errStopped):
		return nil
	case err != nil:
		return fmt.Errorf("softphone of %s: %w", staff.Login, err)
	}
	return nil
}

// listen reads what the tab says.
func (s *Server) listen(ctx context.Context, d *desk, k *socket, in <-chan []byte) error {
	quiet := time.NewTimer(helloWithin)
	defer quiet.Stop()
	for {
		select {
		case data, open := <-in:
			if !open {
				return nil
			}
			s.hear(d, k, data)
			quiet.Reset(d.patience(k))
		case <-quiet.C:
			return errSilent
		case <-ctx.Done():
			cause := context.Cause(ctx)
			if errors.Is(cause, act.ErrSignIn) {
				d.post(func() { d.revoke(k) })
			}
			return cause
		case <-s.base.Done():
			return errStopped
		}
	}
}

// hear takes one message. A rate above the limit costs the message.
func (s *Server) hear(d *desk, k *socket, data []byte) {
	if !k.rate.take(time.Now()) {
		k.answer("", refuse(codeTooFast, fmt.Sprintf("at most %d messages a second", ratePerSec)))
		return
	}
	r, err := decode(data)
	if err != nil {
		k.answer(r.ID, err)
		return
	}
	d.post(func() { d.obey(k, r) })
}
