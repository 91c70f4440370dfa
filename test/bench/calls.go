package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/hotline/dispatch/notify/sink"
	"example.org/hotline/internal/localservers"
	"example.org/hotline/test/bench/figures"
)

// dialledNumber is a township's of the demo city, so that every call also sets the ladder going.
const dialledNumber = "1234902"

const (
	warmUp    = 5 * time.Second
	often     = 50 * time.Millisecond
	waitLimit = 5 * time.Minute // a journal may have to be brought in
)

// benchCalls measures the real program: calls come in at a steady rate and each
// must be in the database with its ticket, whatever it takes.
func benchCalls(ctx context.Context, h *house, o options) ([]figures.Line, error) {
	where, err := h.city(ctx, "calls")
	if err != nil {
		return nil, err
	}
	p, err := startProgram(ctx, h, o, where)
	if err != nil {
		return nil, err
	}
	defer p.kill()
	ph, err := newPhone(p.sip, dialledNumber, o.call)
	if err != nil {
		return nil, err
	}
	defer ph.close()
	living, stop := context.WithCancel(ctx)
	defer stop()
	go ph.live(living)

	invites := ph.dial(ctx, "warm", o.rate, warmUp, false)
	before, from := usageOf(p.pid()), time.Now()
	measured := ph.dial(ctx, "call", o.rate, o.phase, true)
	took := time.Since(from)
	if err := until(ctx, often, "the calls to end", func() (bool, error) { return ph.left() == 0, nil }); err != nil {
		return nil, err
	}
	after := usageOf(p.pid())
	invites += measured
	counted, err := p.committed(ctx, invites)
	lines := []figures.Line{
		figures.Row("INVITE → 200", fmt.Sprintf("%d calls at %.1f a second over UDP, each talks %s with RTP both ways; ring_delay 0; from just before the INVITE is sent until the 200 is read", len(ph.answers), float64(measured)/took.Seconds(), o.call), "%s", figures.Spread(ph.answers)),
		figures.Row("CPU per call", "user and system time of each process; a call is INVITE, ticket, ladder, notice, speech, BYE", "%s", after.since(before, measured)),
		figures.Row("all committed", fmt.Sprintf("INVITEs, then calls, tickets, tickets with owner and two clocks; %d came by the journal, %d INVITEs repeated, %d RTP packets heard, refused: %v", counted.replayed, ph.repeated, ph.heard, ph.refused),
			"%d = %d = %d = %d", invites, counted.calls, counted.tickets, counted.whole),
	}
	return lines, errors.Join(err, p.stop())
}

// program is one run of `hotline serve` with a demo city behind it.
type program struct {
	city           city
	name           string // of its files, and of the node
	ordinal        int    // of the node
	binary, config string
	cmd            *exec.Cmd
	done           chan error
	sip, api       string
	log            string
	sms            *httptest.Server
	passwords      map[string]string // of the demo people, by sign-in
}

func startProgram(ctx context.Context, h *house, o options, where city) (*program, error) {
	p, err := prepareProgram(ctx, h, o, where)
	if err != nil {
		return nil, err
	}
	return p, p.serve(ctx)
}

// prepareProgram builds the program, migrates the database and brings the invented city in.
func prepareProgram(ctx context.Context, h *house, o options, where city) (*program, error) {
	binary := o.program
	if binary == "" {
		binary = filepath.Join(h.dir, "hotline")
		if out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binary, "example.org/hotline/cmd/hotline").CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build the program: %w\n%s", err, out)
		}
	}
	p, err := newProgram(h, where, binary, where.name, 0)
	if err != nil {
		return nil, err
	}
	if _, err := p.run(ctx, "migrate"); err != nil {
		return nil, err
	}
	seeded, err := p.run(ctx, "dev", "seed")
	if err != nil {
		return nil, err
	}
	var users []struct{ Name, Password string }
	if err := json.Unmarshal(seeded, &users); err != nil {
		return nil, fmt.Errorf("read who lives in the demo city: %w", err)
	}
	for _, u := range users {
		p.passwords[u.Name] = u.Password
	}
	return p, nil
}

// newProgram is a node of the line, not yet started, with files of its own.
func newProgram(h *house, where city, binary, name string, ordinal int) (*program, error) {
	messages, err := sink.Open(filepath.Join(h.dir, name+".jsonl"), "bench-secret")
	if err != nil {
		return nil, err
	}
	p := &program{city: where, binary: binary, name: name, ordinal: ordinal, done: make(chan error, 1), passwords: map[string]string{}, log: filepath.Join(h.dir, name+".log"), sms: httptest.NewServer(messages)}
	p.config, err = p.configure(h)
	return p, err
}

// run runs another command of the program, with the invented city allowed, and gives what it printed.
func (p *program) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, p.binary, append([]string{"--config", p.config}, args...)...)
	cmd.Env = append(os.Environ(), "HOTLINE_DEMO_ENABLED=true")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("hotline %s: %w\n%s", strings.Join(args, " "), err, said.Bytes())
	}
	return out, nil
}

// configure writes the settings of one node: what is not named is as in production.
func (p *program) configure(h *house) (path string, err error) {
	var ports [2]string
	for i := range ports {
		port, err := localservers.FreePort()
		if err != nil {
			return "", err
		}
		ports[i] = fmt.Sprintf("127.0.0.1:%d", port)
	}
	p.sip, p.api = ports[0], "http://"+ports[1]
	text := fmt.Sprintf(`node: {id: %q, ordinal: %d, data_dir: %q}
postgres: {url: %q, owner_url: %q}
redis: {url: %q}
api: {listen: %q, public_origin: %q}
sip:
  udp: [%q]
  tcp: [%q]
  allow_loopback_media: true
  ring_delay: 0s
  rtp_first: 10000
  rtp_last: 59999%s
  trunks: [{name: bench, cidrs: [127.0.0.1/32], media_cidrs: [127.0.0.1/32]}]
  numbers: [{number: 12349, area: 990101000000}, {number: %s, area: 990101101000}]
softphone: {listen: 127.0.0.1:0}
sms: {url: %q, account: bench, secret: bench-secret, timeout: 2s}
keys: {file: %q}
drain: {timeout: 10s}
`, p.name, p.ordinal, filepath.Join(h.dir, p.name), p.city.app, p.city.owner, h.servers.Redis.AppURL,
		ports[1], "http://"+ports[1], p.sip, p.sip, p.city.limits, dialledNumber, p.sms.URL+"/messages", filepath.Join(h.dir, "keys"))
	path = filepath.Join(h.dir, p.name+".yaml")
	return path, os.WriteFile(path, []byte(text), 0o600)
}

func (p *program) serve(ctx context.Context) error {
	log, err := os.Create(p.log)
	if err != nil {
		return fmt.Errorf("open the program's log: %w", err)
	}
	args := []string{"--config", p.config, "serve"}
	if p.city.roles != "" {
		args = append(args, "--roles", p.city.roles)
	}
	p.cmd = exec.CommandContext(context.WithoutCancel(ctx), p.binary, args...)
	p.cmd.Stderr = log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("start the program: %w", err)
	}
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start the program: %w", err)
	}
	ready := make(chan struct{})
	go func() {
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if lines.Text() == "READY" {
				close(ready)
			}
		}
		err := p.cmd.Wait()
		_ = log.Close() // the process has written its last
		p.done <- err
	}()
	select {
	case <-ready:
		return nil
	case err := <-p.done:
		return fmt.Errorf("the program ended before it was ready: %w\n%s", err, p.tail())
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (p *program) pid() int { return p.cmd.Process.Pid }

func (p *program) tail() []byte {
	b, _ := os.ReadFile(p.log)
	return b[max(0, len(b)-2000):]
}

// stop ends the program in order; it is an error if it cannot.
func (p *program) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop the program: %w", err)
	}
	select {
	case err := <-p.done:
		p.done <- err
		return err
	case <-time.After(waitLimit):
		return errors.New("the program did not stop")
	}
}

func (p *program) kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	p.done <- <-p.done
	p.sms.Close()
}

// tally is what the database has.
type tally struct{ calls, tickets, whole, replayed int }

// committed waits until the database has a row for every INVITE, with its
// ticket, its owner, both clocks and its end. Fewer or more is the one failure.
func (p *program) committed(ctx context.Context, invites int) (t tally, err error) {
	conn, err := pgx.Connect(ctx, p.city.inspect)
	if err != nil {
		return t, fmt.Errorf("look into the database: %w", err)
	}
	defer conn.Close(ctx) //nolint:errcheck // a short-lived connection
	// Asked seldom and simply: the database has other things to do.
	late := until(ctx, time.Second, "every call to be committed", func() (bool, error) {
		err := conn.QueryRow(ctx, `SELECT count(*) FROM calls WHERE ended_at IS NOT NULL`).Scan(&t.calls)
		return t.calls >= invites, err
	})
	if err := conn.QueryRow(ctx, `SELECT (SELECT count(*) FROM calls WHERE ended_at IS NOT NULL), (SELECT count(*) FROM tickets),
		(SELECT count(*) FROM calls c JOIN tickets t ON t.id = c.ticket_id WHERE t.owner_id IS NOT NULL
		    AND (SELECT count(*) FROM clocks k WHERE k.ticket_id = t.id) = 2),
		(SELECT count(*) FROM calls WHERE replayed)`).Scan(&t.calls, &t.tickets, &t.whole, &t.replayed); err != nil {
		return t, errors.Join(late, fmt.Errorf("count the calls: %w", err))
	}
	if late == nil && (t.calls != invites || t.tickets != invites || t.whole != invites) {
		late = fmt.Errorf("%d INVITEs became %d calls and %d tickets, %d of them whole", invites, t.calls, t.tickets, t.whole)
	}
	if late != nil && bytes.Contains(p.tail(), []byte("ALARM")) {
		late = fmt.Errorf("%w\n%s", late, p.tail())
	}
	return t, late
}

// until asks again and again, and gives up after waitLimit.
func until(ctx context.Context, every time.Duration, what string, reached func() (bool, error)) error {
	limit := time.After(waitLimit)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		ok, err := reached()
		if err != nil || ok {
			return err
		}
		select {
		case <-tick.C:
		case <-limit:
			return fmt.Errorf("waited in vain for %s", what)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
