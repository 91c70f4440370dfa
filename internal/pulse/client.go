package pulse

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrDown says that Redis is away, unfit, or not configured. Nothing was done there.
var ErrDown = errors.New("redis is not available")

// State is whether Redis is used, and if not, why.
type State string

// The states of the connection.
const (
	StateOff      State = "off"      // no address configured
	StateStarting State = "starting" // not looked at yet
	StateUp       State = "up"
	StateDown     State = "down"  // does not answer
	StateUnfit    State = "unfit" // answers, but may forget what it holds: another policy than noeviction
)

// Options of Open.
type Options struct {
	URL    string // redis://, redis+cluster:// or redis+sentinel://, as connect tells; empty leaves Redis unused
	Logger *slog.Logger
	Check  time.Duration // how often health is looked at; default 1 s
}

// Client is the one connection pool to Redis, with its health and a breaker.
type Client struct {
	rdb   redis.UniversalClient // nil when off
	log   *slog.Logger
	check time.Duration

	state atomic.Value // State
	fails atomic.Int32 // network errors in a row
	hub   hub

	mu       sync.Mutex
	reported State // last state that was logged
}

const (
	commandTimeout = 500 * time.Millisecond
	breakerFails   = 3
)

// Open prepares the client. It does not connect: `hotline serve` starts with
// Redis away. Until Run has found Redis fit, every call answers ErrDown.
func Open(o Options) (*Client, error) {
	c := &Client{log: o.Logger, check: o.Check}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.check <= 0 {
		c.check = time.Second
	}
	c.hub.listeners = map[string][]*Listener{}
	if o.URL == "" {
		c.state.Store(StateOff)
		return c, nil
	}
	var err error
	if c.rdb, err = connect(o.URL); err != nil {
		return nil, err
	}
	c.state.Store(StateStarting)
	return c, nil
}

// Close ends every connection.
func (c *Client) Close() error {
	if c.rdb == nil {
		return nil
	}
	return c.rdb.Close()
}

// State tells whether Redis is used now.
func (c *Client) State() State {
	s, _ := c.state.Load().(State) // nothing else is stored there
	return s
}

// Up reports whether Redis is used now.
func (c *Client) Up() bool { return c.State() == StateUp }

// Run watches over Redis and receives wake-ups until ctx ends. It returns nil.
func (c *Client) Run(ctx context.Context) error {
	if c.rdb == nil {
		<-ctx.Done()
		return nil
	}
	var wg sync.WaitGroup
	wg.Go(func() { c.receive(ctx) })
	tick := time.NewTicker(c.check)
	defer tick.Stop()
	for {
		c.look(ctx)
		select {
		case <-ctx.Done():
			wg.Wait()
			return nil
		case <-tick.C:
		}
	}
}

// Ping asks Redis itself, for health pages. It tells why Redis is not used.
func (c *Client) Ping(ctx context.Context) error {
	switch s := c.State(); s {
	case StateUp:
		return c.do(func() error { return c.rdb.Ping(ctx).Err() })
	case StateUnfit:
		return fmt.Errorf("%w: its maxmemory-policy is not noeviction, so that it could forget timers", ErrDown)
	default:
		return fmt.Errorf("%w: %s", ErrDown, s)
	}
}

// look asks for the policy, which also tells whether Redis answers. INFO rather
// than CONFIG GET, which the application's user may not call.
func (c *Client) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*commandTimeout)
	defer cancel()
	found, err := policies(ctx, c.rdb)
	unfit := slices.IndexFunc(found, func(policy string) bool { return policy != "noeviction" })
	switch {
	case err != nil && ctx.Err() != nil && errors.Is(context.Cause(ctx), context.Canceled):
		return // we are stopping
	case err != nil:
		c.become(StateDown, err)
	case unfit >= 0:
		c.become(StateUnfit, fmt.Errorf("maxmemory-policy is %q, must be noeviction", found[unfit]))
	default:
		c.fails.Store(0)
		c.become(StateUp, nil)
	}
}

func policyOf(info string) string {
	for line := range strings.Lines(info) {
		if policy, ok := strings.CutPrefix(strings.TrimSpace(line), "maxmemory_policy:"); ok {
			return policy
		}
	}
	return ""
}

// become changes the state, says so once, and wakes everybody who lives
// differently with Redis than without.
func (c *Client) become(s State, why error) {
	c.mu.Lock()
	was := c.reported
	c.reported = s
	c.state.Store(s)
	c.mu.Unlock()
	if was == s {
		return
	}
	switch s {
	case StateUp:
		c.log.Info("Redis is in use")
	case StateUnfit:
		c.log.Error("Redis stays unused: it may forget what it holds", "alarm", true, "error", why)
	case StateDown:
		c.log.Warn("Redis does not answer; timers fire by the slower sweep", "error", why)
	case StateOff, StateStarting:
	}
	c.hub.wakeAll()
}

// do runs one command unless Redis is away, and opens the breaker after three
// network errors in a row; the next look closes it again.
func (c *Client) do(command func() error) error {
	if !c.Up() {
		return ErrDown
	}
	err := command()
	var answer redis.Error
	switch {
	case err == nil, errors.Is(err, redis.Nil):
		c.fails.Store(0)
		return err
	case errors.Is(err, context.Canceled): // the caller gave up; that says nothing about Redis
		return fmt.Errorf("%w: %w", ErrDown, err)
	case errors.As(err, &answer) && !refusesWrites(answer):
		return fmt.Errorf("redis: %w", err) // it answered; the command was wrong
	default:
		if c.fails.Add(1) >= breakerFails {
			c.become(StateDown, err)
		}
		return fmt.Errorf("%w: %w", ErrDown, err)
	}
}

// refusesWrites recognises answers of a server that cannot serve now: a full
// disk, memory at its limit, loading, a replica after failover.
func refusesWrites(err error) bool {
	for _, prefix := range []string{"MISCONF", "OOM", "LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "NOREPLICAS", "TRYAGAIN", "MOVED", "ASK"} {
		if strings.HasPrefix(err.Error(), prefix) {
			return true
		}
	}
	return false
}
