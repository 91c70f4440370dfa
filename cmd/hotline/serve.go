package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/spf13/cobra"

	"example.org/hotline/api"
	"example.org/hotline/configs"
	"example.org/hotline/console"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/notify"
	"example.org/hotline/dispatch/timer"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/pulse"
	"example.org/hotline/internal/seal"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/queue"
	"example.org/hotline/ivr/record"
	"example.org/hotline/ivr/softphone"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail/gateway"
	"example.org/hotline/relief"
	"example.org/hotline/relief/courier"
	"example.org/hotline/relief/form"
	"example.org/hotline/relief/integrity"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/source"
	"example.org/hotline/relief/source/asking"
	"example.org/hotline/relief/source/connect"
	"example.org/hotline/store"
	"example.org/hotline/store/journal"
	"example.org/hotline/ticket"
)

// That the rooms fit together is said here, where they meet.
var (
	_ ivr.CallLog            = (*store.CallLog)(nil)
	_ timer.Store[*store.Tx] = (*store.DB)(nil)
	_ dispatch.Tx            = (*store.Tx)(nil)
	_ relief.Tx              = (*store.Tx)(nil)
	_ ledger.Tx              = (*store.Tx)(nil)
	_ api.Tx                 = (*store.Tx)(nil)
	_ api.Sessions           = (*store.DB)(nil)
	_ pulse.Outbox           = (*store.DB)(nil)
	_ courier.Store          = (*store.DB)(nil)
	_ courier.Bank           = (*gateway.Bank)(nil)
	_ asking.Store           = store.SourceDesk{}
	_ asking.Source          = (*connect.Connector)(nil)
)

func serveCommand(config *string) *cobra.Command {
	var roles []string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Answer the line, dispatch and serve the console, until SIGTERM",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(*config)
			if err != nil {
				return err
			}
			if len(roles) > 0 {
				cfg.Roles = roles
				if err := cfg.Check(); err != nil {
					return err
				}
			}
			n, err := newNode(cmd.Context(), cfg, newLogger(cfg.Log), nil)
			if err != nil {
				return err
			}
			return n.run(cmd.Context(), func(context.Context) error {
				_, err := fmt.Fprintln(cmd.OutOrStdout(), "READY")
				return err
			})
		},
	}
	cmd.Flags().StringSliceVar(&roles, "roles", nil, "phone, dispatch, api: what this node does (default: as configured, all)")
	return cmd
}

// node is one process of the line with its rooms joined.
type node struct {
	cfg     configs.Config
	log     *slog.Logger
	metrics *prometheus.Registry

	ladder   *dispatch.Policy
	policies *configs.Policies

	redis   *pulse.Client
	db      *store.DB
	clock   *store.Clock
	journal *journal.Journal
	numbers *journal.Numbers
	intake  *store.Intake
	calls   *store.CallLog

	keys       *seal.Keyring
	recordings recordings        // what was recorded on this node, and the way to the others'
	line       line              // flows and prompts
	queues     acd.Config        // rules of the queues, also on a node without the role phone
	queue      *queue.Hub        // nil without the role phone, as what follows
	softphone  *softphone.Server // the agents' legs
	lost       *lostNodes        // other nodes that died

	engine   *timer.Engine[*store.Tx] // fires timers where the node dispatches; elsewhere only brings them to the index
	watch    *timer.Watch             // whether timers fire, asked of the database alone
	relay    pulse.Relay
	places   *store.Areas     // the area tree
	banks    gateway.Banks    // through which counties' funds pay
	asker    *asking.Asker    // of data sources; nil where the node does not dispatch
	courier  *courier.Courier // nil where the node does not dispatch, or no bank has an interface
	telling  telling          // how people are told
	notifier *notify.Notifier // nil where the node neither dispatches nor rings
	phone    *ivr.Endpoint    // nil without the role phone
	api      *api.Server      // nil without the role api
	listener net.Listener
}

// newNode joins the rooms in the order in which they need one another. It
// binds every port and needs neither PostgreSQL nor Redis to be there.
func newNode(ctx context.Context, cfg configs.Config, log *slog.Logger, sms func(context.Context) ([]api.SMS, error)) (*node, error) {
	if cfg.Node.MemoryMB > 0 { // an outer GOMEMLIMIT gives way: this one is in the settings and explained there
		debug.SetMemoryLimit(int64(cfg.Node.MemoryMB) << 20)
	}
	n := &node{cfg: cfg, log: log, metrics: prometheus.NewRegistry()}
	n.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, build := range []func() error{n.loadRules, n.openStore, n.openBanks, n.openSources, func() error { return n.buildPlaces(ctx) }, n.openIntake, n.buildDispatch, n.buildRecordings, n.buildQueue,
		func() error { return n.buildPhone(ctx) },
		func() error { return n.buildAPI(ctx, sms) },
	} {
		if err := build(); err != nil {
			return nil, err
		}
	}
	n.lookRound(ctx)
	return n, nil
}

func (n *node) has(role string) bool { return slices.Contains(n.cfg.Roles, role) }

// loadRules reads every policy version and picks the ones for new tickets, and
// the rules of the queues.
func (n *node) loadRules() (err error) {
	if n.policies, err = configs.LoadPolicies(n.cfg.Policy.Dir); err != nil {
		return err
	}
	if n.ladder, err = n.policies.Pick(n.cfg.Policy, ticket.DateOf(time.Now())); err != nil {
		return err
	}
	if n.queues, err = configs.LoadQueues(n.cfg.Queue.File); err != nil {
		return err
	}
	return n.policies.CheckSkills(n.queues.KnownSkills())
}

// openStore opens the keys, the database, Redis and the node's clock.
func (n *node) openStore() error {
	var err error
	if n.keys, err = seal.Load(n.cfg.Keys.File); err != nil {
		return fmt.Errorf("load the keys: %w", err)
	}
	if n.redis, err = pulse.Open(pulse.Options{URL: n.cfg.Redis.URL.Reveal(), Logger: n.log}); err != nil {
		return err
	}
	n.db, err = store.Open(store.Options{URL: n.cfg.Postgres.URL.Reveal(), MaxConns: n.cfg.Postgres.MaxConnections, Sealer: n.keys,
		Calendar: n.policies.Calendar, Skills: n.queues.KnownSkills(), Logger: n.log})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(n.cfg.Node.DataDir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	// The journal locks the folder: two processes must not give out the same numbers.
	if n.journal, err = journal.Open(filepath.Join(n.cfg.Node.DataDir, "journal"), n.keys, n.log); err != nil {
		return err
	}
	offset, err := journal.OpenOffset(n.cfg.Node.DataDir)
	if err != nil {
		return err
	}
	n.clock = store.NewClock(n.db, offset, n.log)
	return nil
}

// openBanks makes the way to each bank, and the courier where one is spoken to by
// the program. A bank's clock is the real one, also where the line's is moved.
func (n *node) openBanks() (err error) {
	n.banks, err = n.policies.OpenBanks(n.cfg.Banks, time.Now)
	var wired []courier.Bank
	for _, b := range n.banks {
		if b.Wired() {
			wired = append(wired, b)
		}
	}
	if err == nil && len(wired) > 0 && n.has(configs.RoleDispatch) {
		n.courier = courier.New(n.db, courier.Options{Banks: wired, Rules: n.reliefRules, Logger: n.log, Registerer: n.metrics})
	}
	return err
}

// openSources makes the way to each data source, and what asks them where the node
// dispatches. A source's clock is the real one, as a bank's.
func (n *node) openSources() error {
	connectors, err := n.policies.OpenSources(n.cfg.Sources, time.Now)
	if err != nil || !n.has(configs.RoleDispatch) {
		return err
	}
	sources := make(map[string]asking.Source, len(connectors))
	for code, c := range connectors {
		sources[code] = c
	}
	n.asker = asking.New(store.SourceDesk{DB: n.db, Catalogue: n.policies.Sources}, asking.Options{Node: n.cfg.Node.ID, Sources: sources, Parallel: n.policies.Sources.Parallel,
		Logger: n.log, Registerer: n.metrics})
	return nil
}

// reliefRules are those in force at a moment.
func (n *node) reliefRules(now time.Time) relief.Rules {
	return relief.Rules{Policy: *n.policies.Reliefs.At(now), Calendar: n.policies.Calendar}
}

// openIntake joins the ticket numbers, the database and the journal into what puts calls on disk.
func (n *node) openIntake() (err error) {
	n.numbers, err = journal.OpenNumbers(n.cfg.Node.DataDir, n.cfg.Node.Ordinal, n.db.ReserveNumbers(n.cfg.Node.ID), n.log)
	if err != nil {
		return err
	}
	n.intake = store.NewIntake(n.db, intakeRules(n.cfg, n.ladder, n.policies.Calendar))
	n.calls = store.NewCallLog(n.db, n.intake, n.journal, n.numbers, n.log)
	return nil
}

// buildDispatch makes the engine with a handler for every kind of timer, the relay and the notifier.
func (n *node) buildDispatch() error {
	n.engine = timer.New[*store.Tx](n.db, n.redis, timer.Options{Node: n.cfg.Node.ID, Logger: n.log, Registerer: n.metrics, Now: n.clock.Now, Scale: n.clock.Scale})
	n.watch = timer.NewWatch(n.db, timer.WatchOptions{Logger: n.log, Registerer: n.metrics, URL: n.cfg.Dispatch.DeadManURL.Reveal(), Method: n.cfg.Dispatch.DeadManMethod})
	n.db.OnArmed = n.engine.Armed
	n.db.OnEvents = func() { n.redis.WakeLocal(pulse.WakeOutbox, "") }
	n.db.OnNotices = func() { n.redis.WakeLocal(pulse.WakeNotices, "") }
	n.relay = pulse.Relay{Outbox: n.db, Client: n.redis, Logger: n.log}
	service, err := dispatch.NewService(n.policies.Ladders, n.ladder.Version, n.policies.Calendar, n.log)
	if err != nil {
		return err
	}
	for kind, handler := range service.Handlers() {
		n.engine.Handle(kind, func(ctx context.Context, tx *store.Tx, t act.Timer) error { return handler(ctx, tx, t) })
	}
	for kind, handler := range map[string]func(context.Context, relief.Tx, act.Timer) error{
		ledger.TimerSecondSignature: relief.SecondSignatureDue,
		ledger.TimerCheckUnanswered: relief.CheckUnanswered,
		relief.TimerPaper:           relief.PaperDue,
		relief.TimerBankUnanswered:  relief.BankUnanswered,
	} {
		n.engine.Handle(kind, func(ctx context.Context, tx *store.Tx, t act.Timer) error { return handler(ctx, tx, t) })
	}
	n.handleLoop()
	n.handleApplications()
	n.engine.Handle(people.TimerMonitoring, func(ctx context.Context, tx *store.Tx, t act.Timer) error { return people.Due(ctx, tx, t) })
	n.engine.Handle(integrity.TimerEntry, func(ctx context.Context, tx *store.Tx, t act.Timer) error { return integrity.Lapse(ctx, tx, t) })
	checkOver := source.CheckOver(n.policies.Sources)
	n.engine.Handle(source.TimerCheckOver, func(ctx context.Context, tx *store.Tx, t act.Timer) error { return checkOver(ctx, tx, t) })
	return n.buildNotifier()
}

// buildRecordings opens what this node has recorded; a node without the phone
// still finds the others'.
func (n *node) buildRecordings() (err error) {
	n.recordings, err = openRecordings(n.cfg, n.keys, n.db, n.metrics, n.log)
	return err
}

// buildQueue makes the distribution of calls among the agents, and their softphones.
func (n *node) buildQueue() (err error) {
	if !n.has(configs.RolePhone) {
		return nil
	}
	n.lost = newLostNodes(n)
	n.queue = queue.New(queue.Options{Node: n.cfg.Node.ID, Redis: n.redis, Config: n.queues, Now: n.clock.Now, Logger: n.log,
		Record: n.db.RecordQueue, Buried: n.lost.buried, Registerer: n.metrics})
	n.softphone, err = openSoftphone(n.cfg, n.queues, softphoneParts{Queue: n.queue, Store: n.db, Now: n.clock.Now, Log: n.log,
		CallBacks: n.callBacks(), Emergency: emergencyNames(n.cfg.SIP)})
	return err
}

// buildPhone reads flows and prompts and binds the SIP ports.
func (n *node) buildPhone(ctx context.Context) (err error) {
	if !n.has(configs.RolePhone) {
		return nil
	}
	if n.line, err = openLine(n.cfg, n.log); err != nil {
		return err
	}
	settings := phoneConfig(n.cfg)
	settings.MaxCalls = fittingCalls(settings.MaxCalls, n.log)
	n.phone, err = ivr.New(ctx, settings, ivr.Deps{
		Log: n.calls, Prompts: n.line, Flows: n.line, Now: n.clock.Now, Logger: n.log,
		Queue: n.queue, Legs: n.softphone, Signer: n.keys, Recorder: n.recordings.Local, Contacts: phonebook{n.db},
		Holiday: func(at time.Time) bool { return !n.policies.Calendar.Day(ticket.DateOf(at)).Kind.Working() },
	})
	return err
}

// buildAPI makes the HTTP side and binds its port.
func (n *node) buildAPI(ctx context.Context, sms func(context.Context) ([]api.SMS, error)) (err error) {
	if !n.has(configs.RoleAPI) {
		return nil
	}
	proxies := make([]string, 0, len(n.cfg.API.TrustedProxies))
	for _, p := range n.cfg.API.TrustedProxies {
		proxies = append(proxies, p.String())
	}
	ladders, err := dispatch.NewService(n.policies.Ladders, n.ladder.Version, n.policies.Calendar, n.log)
	if err != nil {
		return err
	}
	deps := api.Deps{
		Ladder: ladders.View,
		Run: func(ctx context.Context, actor act.Actor, fn func(api.Tx) error) error {
			return n.db.InTx(ctx, actor, func(tx *store.Tx) error { return fn(tx) })
		},
		Sessions: n.db, Banks: n.banks,
		Rules: api.Rules{Terms: n.ladder.Terms(), Calendar: n.policies.Calendar, Relief: n.policies.Reliefs, Aids: n.policies.Aids, Knowledge: n.policies.Knowledge, Integrity: n.policies.Integrity, Discovery: n.policies.Discovery, Stages: n.policies.Stages, Referrals: n.policies.Referrals, Care: n.policies.Care, Callback: n.ladder.Callback.Rules(),
			Moves:  n.ladder.MoveRules(n.policies.Calendar),
			Report: ticket.ReportRules{Policy: n.ladder.Version, Terms: n.ladder.Terms(), Holds: n.ladder.Holds(), Calendar: n.policies.Calendar},
			Queues: n.queues.Queues, Dispositions: n.queues.Dispositions, RingBack: n.queues.RingBack, Skills: n.queues.Skills},
		Wakes:  n.redis.Listen(pulse.WakeEvents).C,
		Places: n.places, Forms: api.Forms{Set: n.policies.Forms, Font: form.Font{Path: cmp.Or(n.cfg.Forms.Font, form.DefaultFont)}}, Recordings: n.recordings, Internal: map[string]http.Handler{record.PeerPath: n.recordings.Local.Peer()},
		Inbound: n.inbound(), Telling: n.contactDeps(),
		Checks: n.checks(), Metrics: n.metrics, Console: console.FS(), SMS: sms, Logger: n.log,
	}
	deps.Rules.Sources = n.policies.Sources
	if deps.Alerts, err = alertSenders(n.cfg.Alerts); err != nil {
		return err
	}
	if n.softphone != nil { // a nil pointer in an interface would not look like none
		deps.Softphone = n.softphone
	}
	//nolint:contextcheck,nolintlint // each request brings its own context; with a warm cache the linter does not see through and calls this unneeded
	n.api, err = api.New(api.Config{Origin: n.cfg.API.PublicOrigin, Dev: n.cfg.Demo.Enabled, Version: version, TrustedProxies: proxies}, deps)
	if err != nil {
		return err
	}
	if n.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", n.cfg.API.Listen); err != nil {
		return fmt.Errorf("listen for the API: %w", err)
	}
	return nil
}

// startPatience is how long a start waits for a database that may be away.
const startPatience = 3 * time.Second

// lookRound learns what a node should know before its first call: the time of
// the line, numbers to hand out, and which calls it was carrying when it last
// died. With the database away it does without: the time and the numbers are on
// its disk, and the call log ends the calls when it is back.
func (n *node) lookRound(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	if err := n.clock.Measure(ctx); err != nil {
		n.log.Warn("the database is away; the node begins with what its disk knows", "error", err)
		cancel() // the rest is only noted, and done when the database is back
	}
	if !n.has(configs.RolePhone) {
		return
	}
	if err := n.numbers.Refill(ctx); err != nil {
		n.log.Warn("no block of ticket numbers yet", "error", err)
	}
	ended, err := n.calls.Reconcile(ctx, n.cfg.Node.ID)
	if err != nil {
		n.log.Warn("calls of an earlier run cannot be looked up yet", "error", err)
	} else if ended > 0 {
		n.log.Warn("calls were cut off when this node died", "calls", ended)
	}
}
