package ivr

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
	"github.com/google/uuid"

	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// Waits of the stop, in the order of Run.
const (
	stopCalls  = 10 * time.Second // for calls to say BYE and be recorded
	stopByes   = time.Second      // for the answers to those BYEs
	drainEvery = 5 * time.Second  // between log lines of Drain
	sweepEvery = 10 * time.Second
)

// sipgo refuses UDP messages above its MTU. The rule it follows (RFC 3261
// section 18.1.1) is for requests; a response goes back the way its request
// came, whatever its size, and a path of many proxies makes it large. Set once,
// before anything runs.
//
// Its package-wide logger repeats whole messages, and reports connections that
// were closed on purpose; what it has to tell about our layers goes to the
// loggers they are given.
func init() {
	sip.UDPMTUSize = maxMessage + 200
	sip.SetDefaultLogger(slog.New(slog.DiscardHandler))
}

// Endpoint is the phone line: the SIP user agent server of this node.
type Endpoint struct {
	cfg     Config
	deps    Deps
	callLog CallLog
	now     func() time.Time
	log     *slog.Logger

	numbers numberSet
	rules   media.Rules
	ports   *media.PortPool
	gate    *gate
	calls   *callTable

	dialogues dialogues // beside the citizens' calls
	claims    claims    // of other nodes
	book      *dialBook // of our own calls

	ua     *sipgo.UserAgent
	server *sipgo.Server
	client *sipgo.Client
	udp    []*gatedUDP
	tcp    []*gatedListener

	draining     atomic.Bool
	transactions atomic.Int64
	shedding     chan struct{}
	work         tracker
	stopping     chan struct{} // closed: calls end as node_stopped
	closing      chan struct{} // closed: nobody waits for an answer any more
}

// Stats is a snapshot of the endpoint's counters.
type Stats struct {
	Live         int                         // calls that have not ended
	Stages       map[Stage]int               // of those, by where they stand
	Calls        uint64                      // first INVITEs to service numbers, whatever became of them
	Ended        map[ticket.EndReason]uint64 // of those
	Transactions int64                       // server transactions alive
	FreePorts    int                         // RTP port pairs that could be taken
	Unlisted     uint64                      // packets and connections of strangers, met with silence
	RateLimited  uint64                      // packets over the rate
	Malformed    uint64                      // what was no SIP message
	Refused      uint64                      // requests answered without a transaction
}

// New binds every address of cfg, so that a port in use is known at once, and
// fails with all faults of the configuration joined. ctx bounds the binding
// alone. Run must follow.
func New(ctx context.Context, cfg Config, deps Deps) (*Endpoint, error) {
	cfg, deps = cfg.withDefaults(), deps.withDefaults()
	media.LogTo(deps.Logger)
	if err := errors.Join(cfg.validate(), deps.validate()); err != nil {
		return nil, err
	}
	e := &Endpoint{cfg: cfg, deps: deps, callLog: deps.Log, now: deps.Now, log: deps.Logger,
		numbers: newNumberSet(cfg.Numbers), rules: media.Rules{AllowLoopback: cfg.AllowLoopbackMedia},
		calls: newCallTable(), shedding: make(chan struct{}, maxShedding),
		book: newDialBook(cfg.Outbound), work: tracker{log: deps.Logger}, stopping: make(chan struct{}), closing: make(chan struct{})}
	if e.deps.Outbound == nil && cfg.Outbound.Trunk != "" {
		e.deps.Outbound, e.deps.Emergency = e, cfg.Outbound.Emergency
	}
	e.gate = &gate{trunks: cfg.Trunks, peers: peersAsTrunks(cfg), limits: newPacketLimits(cfg.PacketRate, cfg.SourceRate), endpoint: e,
		parser: newParser(), seed: maphash.MakeSeed()}
	if err := e.listen(ctx); err != nil {
		return nil, errors.Join(err, e.closeListeners())
	}
	if err := e.startAgent(); err != nil {
		return nil, errors.Join(err, e.closeListeners())
	}
	return e, nil
}

func newParser() *sip.Parser {
	p := sip.NewParser()
	p.MaxMessageLength = maxRead
	return p
}

// listen binds the sockets and the RTP range.
func (e *Endpoint) listen(ctx context.Context) error {
	for _, address := range e.cfg.UDP {
		conn, err := listenSignalling(ctx, address)
		if err != nil {
			return fmt.Errorf("phone: listen: %w", err)
		}
		e.udp = append(e.udp, newGatedUDP(conn, e.gate))
	}
	for _, address := range e.cfg.TCP {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err != nil {
			return fmt.Errorf("phone: listen: %w", err)
		}
		e.tcp = append(e.tcp, newGatedListener(l, e.gate, e.cfg.MaxConnections, e.cfg.MaxDuration+time.Minute))
	}
	var err error
	if e.cfg, err = e.cfg.resolveIPs(e.Addrs()[0].Addr.Addr()); err != nil {
		return err
	}
	e.ports, err = media.NewPortPool(e.cfg.MediaBind, e.cfg.RTPFirst, e.cfg.RTPLast, e.cfg.PortRest)
	return err
}

// startAgent joins sipgo to our handlers.
func (e *Endpoint) startAgent() error {
	quiet := sipLogger(e.log)
	var err error
	e.ua, err = sipgo.NewUA(sipgo.WithUserAgent("hotline"), sipgo.WithUserAgentParser(newParser()),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(quiet)),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(quiet),
			sip.WithTransactionLayerUnhandledResponseHandler(func(*sip.Response) {})))
	if err != nil {
		return fmt.Errorf("phone: %w", err)
	}
	if e.server, err = sipgo.NewServer(e.ua, sipgo.WithServerLogger(quiet)); err != nil {
		return fmt.Errorf("phone: %w", err)
	}
	if e.client, err = sipgo.NewClient(e.ua, sipgo.WithClientLogger(quiet)); err != nil {
		return fmt.Errorf("phone: %w", err)
	}
	e.server.OnInvite(e.handle(e.onInvite))
	for _, method := range []sip.RequestMethod{sip.BYE, sip.INFO, sip.UPDATE, sip.PRACK, sip.OPTIONS} {
		e.server.OnRequest(method, e.handle(e.onInDialog))
	}
	e.server.OnAck(func(*sip.Request, sip.ServerTransaction) {}) // of a non-2xx whose transaction is gone
	return nil
}

// Address is one listener.
type Address struct {
	Network string // "udp" or "tcp"
	Addr    netip.AddrPort
}

// Addrs lists the bound addresses, UDP first, each in the order of Config.
func (e *Endpoint) Addrs() []Address {
	var all []Address
	for _, l := range e.udp {
		all = append(all, Address{"udp", l.local})
	}
	for _, l := range e.tcp {
		all = append(all, Address{"tcp", l.local})
	}
	return all
}

// Run serves until ctx ends or a listener fails. Calls that are still alive
// then end as node_stopped, each with a BYE and its record, before it returns.
func (e *Endpoint) Run(ctx context.Context) error {
	failed := make(chan error, len(e.udp)+len(e.tcp))
	for _, l := range e.udp {
		e.work.start(func() { serve(failed, func() error { return e.server.ServeUDP(l) }) })
	}
	for _, l := range e.tcp {
		e.work.start(func() { serve(failed, func() error { return e.server.ServeTCP(l) }) })
	}
	sweep := time.NewTicker(sweepEvery)
	defer sweep.Stop()
	var err error
	for serving := true; serving; {
		select {
		case <-ctx.Done():
			serving = false
		case err = <-failed:
			err = fmt.Errorf("phone: a listener stopped: %w", listenerEnd(err))
			serving = false
		case <-sweep.C:
			for _, c := range e.calls.sweep(time.Now()) {
				e.work.start(func() { e.keepLost(c) }) //nolint:contextcheck // it goes on disk also while ctx ends
			}
		}
	}
	return errors.Join(err, e.stop())
}

// serve reports the end of a listener, also where a panic ends it: the node does
// not go on without one.
func serve(failed chan<- error, listen func() error) {
	err := errListener
	defer func() { failed <- err }()
	err = listen()
}

var errListener = errors.New("a fault of ours")

// listenerEnd names the end of a listener, which sipgo reports as success on UDP.
func listenerEnd(err error) error {
	if err == nil {
		return net.ErrClosed
	}
	return err
}

// stop ends what is left, in the order in which parts need one another.
func (e *Endpoint) stop() error {
	e.draining.Store(true)
	close(e.stopping)
	late := time.NewTimer(stopCalls)
	defer late.Stop()
	select {
	case <-e.calls.idle():
	case <-late.C:
		e.log.Error("phone: calls did not end in time", slog.Int("live", e.calls.liveCalls()))
	}
	byes := time.AfterFunc(stopByes, func() { close(e.closing) })
	defer byes.Stop()
	e.work.waitCalls()
	err := errors.Join(e.closeListeners(), e.ua.Close())
	e.work.wait()
	return err
}

func (e *Endpoint) closeListeners() error {
	var faults []error
	for _, l := range e.udp {
		faults = append(faults, l.Close())
	}
	for _, l := range e.tcp {
		faults = append(faults, l.Close())
	}
	return errors.Join(faults...)
}

// Drain refuses new calls, each still a ticket, and waits until the last live
// one has ended or ctx ends, with a log line every 5 s.
func (e *Endpoint) Drain(ctx context.Context) error {
	e.draining.Store(true)
	tick := time.NewTicker(drainEvery)
	defer tick.Stop()
	for {
		select {
		case <-e.calls.idle():
			return nil
		case <-ctx.Done():
			return fmt.Errorf("phone: %d calls still live: %w", e.calls.liveCalls(), context.Cause(ctx))
		case <-tick.C:
			e.log.Info("phone: draining", slog.Int("live", e.calls.liveCalls()))
		}
	}
}

// Stats returns the counters so far.
func (e *Endpoint) Stats() Stats {
	stages := map[Stage]int{}
	for _, l := range e.Live() {
		stages[l.Stage]++
	}
	t := e.calls
	t.mu.Lock()
	defer t.mu.Unlock()
	ended := make(map[ticket.EndReason]uint64, len(t.ended))
	for reason, n := range t.ended {
		ended[reason] = n
	}
	return Stats{Live: t.live, Stages: stages, Calls: t.calls, Ended: ended, Transactions: e.transactions.Load(), FreePorts: e.ports.Free(),
		Unlisted: e.gate.unlisted.Load(), RateLimited: e.gate.limited.Load(), Malformed: e.gate.malformed.Load(), Refused: e.gate.refused.Load()}
}

// newCallID makes the public id of a call: sortable by time, made without asking anyone.
func newCallID() ticket.CallID {
	id, err := uuid.NewV7()
	if err != nil {
		id = uuid.New() // the kernel's random source failed once; v4 panics if it still does
	}
	return ticket.CallID(id.String())
}
