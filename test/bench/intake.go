package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/store"
	"example.org/hotline/test/bench/figures"
	"example.org/hotline/ticket"
)

// The peer: the same rows into copies of the same tables, as pgbench does it.
var (
	//go:embed plain_tables.sql
	plainTables string
	//go:embed plain_insert.sql
	plainInsert string
)

// benchIntake sets the intake beside pgbench on the same server, turn by turn.
func benchIntake(ctx context.Context, h *house, o options) (lines []figures.Line, err error) {
	d, err := h.database(ctx, "intake")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.db.Close()) }()
	peer, err := newPeer(ctx, h, d, o)
	if err != nil {
		return nil, err
	}
	crowd := newCrowd(ctx, d.db, o.clients)
	defer crowd.close()
	if _, err := crowd.register(ctx, time.Second); err != nil { // warm-up of both
		return nil, err
	}
	for _, script := range []string{peer.plain, peer.piped} {
		if _, err := peer.run(ctx, script, 0); err != nil {
			return nil, err
		}
	}
	var ours, plain, piped []float64
	var waits []time.Duration
	for range o.repeats {
		r, err := crowd.register(ctx, o.intake)
		if err != nil {
			return nil, err
		}
		ours, waits = append(ours, r.perSecond), append(waits, r.waits...)
		for script, to := range map[string]*[]float64{peer.plain: &plain, peer.piped: &piped} {
			tps, err := peer.run(ctx, script, o.intake)
			if err != nil {
				return nil, err
			}
			*to = append(*to, tps)
		}
	}
	if err := check(ctx, d, crowd.total()); err != nil {
		return nil, err
	}
	a, b, c := figures.Median(ours), figures.Median(plain), figures.Median(piped)
	how := fmt.Sprintf("median of %d × %s in turns, %d at once", o.repeats, o.intake, o.clients)
	return []figures.Line{
		figures.Row("ticket intakes a second", how+"; store.Intake.Register: look-up of repeats, ticket, call with sealed caller, two clocks, timeline, outbox, three timers, audit link; each waited "+figures.Spread(waits), "%.0f", a),
		figures.Row("plain inserts a second", how+"; pgbench -M prepared: BEGIN, one INSERT per table (ten rows), COMMIT; copies of the tables with their indexes and CHECKs, without foreign keys and row security", "%.0f", b),
		figures.Row("the same in one pipeline", how+"; pgbench sends all statements at once", "%.0f", c),
		figures.Row("intake ÷ plain", "aim: 0.5", "%.2f", a/b),
		figures.Row("intake ÷ pipelined", "", "%.2f", a/c),
	}, nil
}

// check wants a whole ticket for every Register that returned.
func check(ctx context.Context, d database, registered int64) error {
	var tickets, links int64
	if err := d.scan(ctx, `SELECT (SELECT count(*) FROM calls c JOIN tickets t ON t.id = c.ticket_id), (SELECT count(*) FROM audit_records)`, &tickets, &links); err != nil {
		return err
	}
	if tickets != registered || links < registered {
		return fmt.Errorf("%d calls were registered; the database has %d with %d audit links", registered, tickets, links)
	}
	return nil
}

// crowd registers calls from many goroutines at once.
type crowd struct {
	intake  *store.Intake
	clients int
	stop    context.CancelFunc
	stopped chan struct{}
	next    atomic.Int64
	begun   time.Time
}

func newCrowd(ctx context.Context, db *store.DB, clients int) *crowd {
	line := store.ServiceNumber{Number: dialledNumber, Area: township, Desk: area.RoleWorker}
	c := &crowd{clients: clients, stopped: make(chan struct{}), begun: time.Now().UTC(), intake: store.NewIntake(db, store.Rules{
		Policy: "bench", Terms: ticket.Terms{TwoHour: 2 * time.Hour, Day: 24 * time.Hour, WorkingDays: 5}, Holds: ticket.Holds{Repeat: 3 * time.Minute},
		Lines: map[string]store.ServiceNumber{line.Number: line}, Fallback: line})}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // a call that is being written is written to its end
	c.stop = stop
	go func() {
		defer close(c.stopped)
		_ = c.intake.Run(ctx) // it returns nil
	}()
	return c
}

func (c *crowd) close() {
	c.stop()
	<-c.stopped
}

func (c *crowd) total() int64 { return c.next.Load() }

// rush is what a crowd achieved.
type rush struct {
	perSecond float64
	waits     []time.Duration
}

// register keeps every client at it for a while.
func (c *crowd) register(ctx context.Context, length time.Duration) (rush, error) {
	began := time.Now()
	return c.crowd(ctx, func() bool { return time.Since(began) < length && ctx.Err() == nil })
}

// registerN registers n calls.
func (c *crowd) registerN(ctx context.Context, n int64) (rush, error) {
	last := c.next.Load() + n
	return c.crowd(ctx, func() bool { return c.next.Load() < last && ctx.Err() == nil })
}

func (c *crowd) crowd(ctx context.Context, more func() bool) (r rush, err error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	began, before := time.Now(), c.next.Load()
	for range c.clients {
		wg.Go(func() {
			var waits []time.Duration
			var fault error
			for fault == nil && more() {
				call, asked := c.call(c.next.Add(1)), time.Now()
				_, fault = c.intake.Register(context.WithoutCancel(ctx), call)
				waits = append(waits, time.Since(asked))
			}
			mu.Lock()
			defer mu.Unlock()
			r.waits, err = append(r.waits, waits...), errors.Join(err, fault)
		})
	}
	wg.Wait()
	r.perSecond = float64(c.next.Load()-before) / time.Since(began).Seconds()
	return r, err
}

// call is an INVITE of its own caller, now.
func (c *crowd) call(n int64) ticket.Call {
	id := uuid.Must(uuid.NewV7()).String()
	from := fmt.Sprintf("0199%08d", n)
	day := c.begun.AddDate(0, 0, int(n/ticket.OrdinarySequences)) // numbers are unique within a day
	return ticket.Call{ID: ticket.CallID(id), NodeID: "bench", SIPCallID: id + "@bench", Trunk: "bench", FromRaw: from, FromE164: ticket.ParsePhone(from).E164,
		To: dialledNumber, Number: ticket.NewNumber(day, int(n%ticket.OrdinarySequences)), InvitedAt: time.Now().UTC().Truncate(time.Microsecond)}
}

// pgbench is PostgreSQL's own load, on one database.
type pgbench struct {
	program, user string
	env           []string
	clients       int
}

// peer is pgbench with our scripts.
type peer struct {
	pgbench
	plain, piped string
}

// newPgbench is pgbench on a database, as its owner.
func newPgbench(d database, o options) (pgbench, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	if len(found) == 0 {
		return pgbench{}, errors.New("pgbench is missing; it comes with the package postgresql")
	}
	p := pgbench{program: found[len(found)-1], clients: o.clients}
	u, err := url.Parse(d.owner)
	if err != nil {
		return pgbench{}, fmt.Errorf("read the database's address: %w", err)
	}
	password, _ := u.User.Password()
	p.user = u.User.Username()
	p.env = append(os.Environ(), "PGHOST="+u.Hostname(), "PGPORT="+u.Port(), "PGUSER="+p.user, "PGPASSWORD="+password, "PGDATABASE="+d.name, "PGSSLMODE=disable")
	return p, nil
}

func newPeer(ctx context.Context, h *house, d database, o options) (*peer, error) {
	bench, err := newPgbench(d, o)
	if err != nil {
		return nil, err
	}
	p := &peer{pgbench: bench, plain: filepath.Join(h.dir, "plain.sql"), piped: filepath.Join(h.dir, "piped.sql")}
	if err := d.exec(ctx, plainTables+fmt.Sprintf(";\nGRANT ALL ON ALL TABLES IN SCHEMA plain TO %[1]q; GRANT ALL ON ALL SEQUENCES IN SCHEMA plain TO %[1]q; GRANT USAGE ON SCHEMA plain TO %[1]q", p.user)); err != nil {
		return nil, fmt.Errorf("make the plain tables: %w", err)
	}
	for path, text := range map[string]string{p.plain: plainInsert, p.piped: "\\startpipeline\n" + plainInsert + "\\endpipeline\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return nil, fmt.Errorf("write the script: %w", err)
		}
	}
	return p, nil
}

var tps = regexp.MustCompile(`tps = ([0-9.]+) \(without`)

// leastTurn is the shortest turn of pgbench in seconds; its clients take a while to sign in.
const leastTurn = 4

// run is one turn of a script.
func (p *peer) run(ctx context.Context, script string, length time.Duration) (float64, error) {
	return p.turn(ctx, length, "-f", script)
}

// turn is one turn of what script names, in transactions a second.
func (p *pgbench) turn(ctx context.Context, length time.Duration, script ...string) (float64, error) {
	cmd := exec.CommandContext(ctx, p.program, append([]string{"-n", "-M", "prepared", "-c", strconv.Itoa(p.clients), "-j", "2",
		"-T", strconv.Itoa(max(leastTurn, int(length.Seconds())))}, script...)...)
	cmd.Env = p.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w\n%s", err, out)
	}
	found := tps.FindStringSubmatch(string(out))
	if found == nil {
		return 0, fmt.Errorf("pgbench told no rate:\n%s", strings.TrimSpace(string(out)))
	}
	return strconv.ParseFloat(found[1], 64)
}
