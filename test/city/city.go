// Package city starts a whole demo city for tests: the real program, with
// failpoints, on PostgreSQL and Redis of its own, reached over real SIP and
// HTTP. The servers are the test's, so that it can take them away.
package city

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"example.org/hotline/internal/localservers"
	"example.org/hotline/store"
	"example.org/hotline/test/servers"
)

// User is a sign-in of the demo city.
type User struct {
	Name     string `json:"name"`
	Role     string `json:"role"`
	Area     string `json:"area"`
	Password string `json:"password"`
}

// City is a demo city under test.
type City struct {
	T       testing.TB
	Servers *localservers.Servers
	Dir     string
	API     string // http://127.0.0.1:PORT
	SIP     string // 127.0.0.1:PORT, UDP and TCP
	Gateway *Gateway
	Users   map[string]User

	node    string // what this program is called in the database
	ordinal int
	pair    []place // of this node and its twin, by ordinal; nil: nodes know nothing of one another
	origin  string  // what browsers show; empty: API
	keys    string  // file of the master keys
	extra   string  // lines of YAML in the sip section
	section string  // whole sections of YAML
	flow    func(dir string) string
	config  string
	process *Process
}

// Service numbers of the demo city.
const (
	Line     = "12349"   // no area: the first county's desk
	Township = "1234902" // 石桥镇, whose people are town2-…
)

// Ports of a city's audio.
const (
	RTPFirst = 33000
	RTPLast  = 37999
)

// program is the binary under test, built once per test process.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "hotline-under-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "hotline")
	build := exec.Command("go", "build", "-tags", "failpoint", "-o", path, "example.org/hotline/cmd/hotline")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
})

// Program is the path of the binary under test.
func Program(t testing.TB) string {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// place is where a node is reached.
type place struct{ api, sip string }

// Option changes the settings of a city.
type Option func(*settings)

type settings struct {
	at    time.Time
	extra string // lines of YAML
	whole string // whole sections of YAML
	flow  func(dir string) string

	pair     bool
	durable  bool
	origin   string
	postgres *localservers.PostgresPair
}

// Pair lets the city's two nodes, this and its Twin, know one another, so that
// callers of one are answered by agents of the other.
func Pair() Option { return func(s *settings) { s.pair = true } }

// Origin is the address that browsers show, where something stands before the nodes.
func Origin(url string) Option { return func(s *settings) { s.origin = url } }

// Durable keeps the city's data as safe as in production, for benchmarks.
func Durable() Option { return func(s *settings) { s.durable = true } }

// OnPair puts the city on a PostgreSQL with a standby, which a test may fail over. The program's address lists both.
func OnPair(pair *localservers.PostgresPair) Option {
	return func(s *settings) { s.postgres = pair }
}

// KeyWindow is how long the short flow waits for a key after its greeting, 2 s to
// 30 s; 5 s where nobody says otherwise. 0 asks for no key at all.
func KeyWindow(d time.Duration) Option { return func(s *settings) { s.flow = shortFlow(d) } }

// FlowDir lets the line run on the call flows of a folder; "" on the built-in one.
func FlowDir(dir string) Option {
	return func(s *settings) { s.flow = func(string) string { return dir } }
}

// At sets the city's clock before anything happens.
func At(at time.Time) Option { return func(s *settings) { s.at = at } }

// Setting adds lines to hotline.yaml's sip section, each "key: value".
func Setting(line string) Option { return func(s *settings) { s.extra += "  " + line + "\n" } }

// Section adds a whole section to hotline.yaml.
func Section(yaml string) Option { return func(s *settings) { s.whole += yaml + "\n" } }

// New makes a city, migrated and settled, and does not serve it yet.
func New(t testing.TB, options ...Option) *City {
	t.Helper()
	s := settings{flow: shortFlow(5 * time.Second)}
	for _, o := range options {
		o(&s)
	}
	c := &City{T: t, Servers: s.servers(t), Dir: servers.Folder(t), Users: map[string]User{}, node: "test", extra: s.extra, section: s.whole, flow: s.flow, origin: s.origin}
	if s.pair {
		c.pair = []place{{freeAddress(t), freeAddress(t)}, {freeAddress(t), freeAddress(t)}}
	}
	c.keys, c.Gateway = filepath.Join(c.Dir, "keys"), newGateway(t)
	c.settle()
	c.run("migrate")
	if !s.at.IsZero() {
		c.SetClock(s.at)
	}
	var users []User
	if err := json.Unmarshal([]byte(c.run("dev", "seed")), &users); err != nil {
		t.Fatalf("read the sign-ins: %v", err)
	}
	for _, u := range users {
		c.Users[u.Name] = u
	}
	return c
}

// servers are the city's own, or the pair that it is put on with a Redis beside it.
func (s *settings) servers(t testing.TB) *localservers.Servers {
	switch {
	case s.postgres == nil && s.durable:
		return servers.Durable(t)
	case s.postgres == nil:
		return servers.Private(t)
	}
	return &localservers.Servers{Redis: servers.Redis(t), Postgres: &localservers.Postgres{SuperURL: s.postgres.SuperURL,
		OwnerURL: s.postgres.OwnerURL, AppURL: s.postgres.AppURL, InspectURL: s.postgres.InspectURL}}
}

// Start is New and Serve.
func Start(t testing.TB, options ...Option) *City {
	t.Helper()
	c := New(t, options...)
	c.Serve()
	return c
}

// Twin is another node of the same city: a program of its own, with its own
// addresses, on the same databases. It does not serve yet.
func (c *City) Twin() *City {
	c.T.Helper()
	twin := &City{T: c.T, Servers: c.Servers, Dir: servers.Folder(c.T), Gateway: c.Gateway, Users: c.Users,
		node: c.node + "-twin", ordinal: c.ordinal + 1, keys: c.keys, extra: c.extra, section: c.section, flow: c.flow, pair: c.pair, origin: c.origin}
	twin.settle()
	return twin
}

// settle finds addresses and writes the settings of this node.
func (c *City) settle() {
	at, others := place{api: freeAddress(c.T), sip: freeAddress(c.T)}, ""
	if c.pair != nil {
		at = c.pair[c.ordinal]
		others = fmt.Sprintf("nodes:\n  - {id: test, url: http://%s, sip: %s}\n  - {id: test-twin, url: http://%s, sip: %s}\n",
			c.pair[0].api, c.pair[0].sip, c.pair[1].api, c.pair[1].sip)
	}
	c.API, c.SIP = "http://"+at.api, at.sip
	c.config = filepath.Join(c.Dir, "hotline.yaml")
	text := fmt.Sprintf(`node: {id: %s, ordinal: %d, data_dir: %q}
postgres: {url: %q, owner_url: %q}
redis: {url: %q}
api: {listen: %q, public_origin: %q}
sip:
  udp: [%q]
  tcp: [%q]
  allow_loopback_media: true
  flow_dir: %q
  rtp_first: %d
  rtp_last: %d
  trunks: [{name: test, cidrs: [127.0.0.1/32], media_cidrs: [127.0.0.1/32]}]
  numbers:
    - {number: 12349, area: 990101000000}
    - {number: 1234901, area: 990101001000}
    - {number: 1234902, area: 990101101000}
    - {number: 1234903, area: 990101201000}
    - {number: 1234904, area: 990102001000}
%ssoftphone: {listen: 127.0.0.1:0}
sms: {url: %q, account: test, secret: test-secret, timeout: 2s}
keys: {file: %q}
drain: {timeout: 5s}
demo: {enabled: true}
%s`, c.node, c.ordinal, filepath.Join(c.Dir, "node"), c.Servers.Postgres.AppURL, c.Servers.Postgres.OwnerURL, c.Servers.Redis.AppURL,
		at.api, cmp.Or(c.origin, c.API), c.SIP, c.SIP, c.flow(c.Dir), RTPFirst, RTPLast, c.extra, c.Gateway.URL, c.keys, others+c.section)
	if err := os.WriteFile(c.config, []byte(text), 0o600); err != nil {
		c.T.Fatal(err)
	}
}

// shortFlow writes the flow of most tests: greeting, one key, the number,
// good-bye. It reaches no agent, so what becomes of a call depends on nobody.
func shortFlow(window time.Duration) func(dir string) string {
	return func(dir string) string {
		_, here, _, _ := runtime.Caller(0)
		name := "flow-short.yaml"
		if window == 0 {
			name = "flow-nokeys.yaml"
		}
		text, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "..", "ivr", "testdata", name))
		if err != nil {
			panic(err) // the source tree is gone
		}
		to := filepath.Join(dir, "flow")
		text = []byte(strings.Replace(string(text), "timeout: 5s", "timeout: "+window.String(), 1))
		if err := errors.Join(os.MkdirAll(to, 0o700), os.WriteFile(filepath.Join(to, "short.yaml"), text, 0o600)); err != nil {
			panic(err) // the test's own folder
		}
		return to
	}
}

// run runs a one-shot command of the program and returns what it printed.
func (c *City) run(args ...string) string {
	c.T.Helper()
	out, err := c.Command(args...)
	if err != nil {
		c.T.Fatalf("hotline %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// Command runs a one-shot command of the program with the city's settings.
func (c *City) Command(args ...string) (string, error) {
	cmd := exec.Command(Program(c.T), append([]string{"--config", c.config}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return string(out) + stderr.String(), err
	}
	return string(out), nil
}

// Process is one run of `hotline serve`.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
	log  *os.File

	begun int64 // where its lines of the log begin
}

// Serve starts the program and waits until it is ready. env are settings such
// as HOTLINE_FAILPOINT=timer.after_commit.
func (c *City) Serve(env ...string) *Process {
	c.T.Helper()
	p, err := c.Launch(env...)
	if err != nil {
		c.T.Fatal(err)
	}
	return p
}

// readyLimit is how long a start may take: migrations are done, so seconds.
const readyLimit = 60 * time.Second

// Launch is Serve that returns what went wrong. Ready or dead, it waits.
func (c *City) Launch(env ...string) (*Process, error) {
	c.T.Helper()
	log, err := os.OpenFile(filepath.Join(c.Dir, "serve.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(Program(c.T), "--config", c.config, "serve")
	cmd.Env = append(append(os.Environ(), "HOTLINE_FAILPOINT=@"+c.armed()), env...)
	cmd.Stderr = log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	begun, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, done: make(chan struct{}), log: log, begun: begun}
	started, ready := make(chan error), make(chan struct{})
	go func() {
		// The kernel ends the program when the thread that started it ends, so that thread stays until then.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		lines := bufio.NewScanner(stdout)
		for lines.Scan() {
			if lines.Text() == "READY" {
				close(ready)
			}
		}
		p.err = cmd.Wait()
		_ = log.Close() // the process has written its last
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	c.process = p
	c.T.Cleanup(func() {
		if c.T.Failed() {
			select {
			case <-p.done:
				c.T.Logf("the program has ended: %v", p.err)
			default:
			}
			c.T.Logf("the end of the program's log:\n%s", tail(c.Log()))
		}
		p.Kill()
	})
	select {
	case <-ready:
		return p, nil
	case <-p.done:
		return p, fmt.Errorf("the program ended before it was ready: %w\n%s", p.err, c.Log())
	case <-time.After(readyLimit):
		return p, fmt.Errorf("the program is not ready after %s\n%s", readyLimit, c.Log())
	}
}

// armed is the file that says at which step the program dies.
func (c *City) armed() string { return filepath.Join(c.Dir, "failpoint") }

// Arm has the running program die at a step that it has yet to pass, such as
// "timer.after_commit" or, at the second pass of it, "timer.after_commit:2".
// Disarm takes that back.
func (c *City) Arm(step string) {
	c.T.Helper()
	written := c.armed() + ".new" // whole, or not at all
	if err := errors.Join(os.WriteFile(written, []byte(step), 0o600), os.Rename(written, c.armed())); err != nil {
		c.T.Fatal(err)
	}
}

// Disarm lets the program pass every step.
func (c *City) Disarm() {
	c.T.Helper()
	if err := os.Remove(c.armed()); err != nil && !errors.Is(err, os.ErrNotExist) {
		c.T.Fatal(err)
	}
}

// Kill ends the process as kill -9 does, and waits for its end.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.done
}

// Signal sends the process a signal: SIGTERM, or SIGSTOP and SIGCONT for a node that pauses.
func (p *Process) Signal(s syscall.Signal) error { return p.cmd.Process.Signal(s) }

// Stopped reports whether the process stands still.
func (p *Process) Stopped() bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	_, state, found := strings.Cut(string(stat), ") ")
	return err == nil && found && strings.HasPrefix(state, "T")
}

// Pid is the process's number.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Died is closed when the process has ended.
func (p *Process) Died() <-chan struct{} { return p.done }

// Err is how an ended process ended: nil for an orderly stop.
func (p *Process) Err() error { return p.err }

// Killed reports whether the process ended by SIGKILL: a failpoint was passed.
func (p *Process) Killed() bool {
	var exit *exec.ExitError
	if !errors.As(p.err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// Keys is the file of the city's keys.
func (c *City) Keys() string { return c.keys }

// NodeID is what this node is called.
func (c *City) NodeID() string { return c.node }

// Process is the newest run.
func (c *City) Process() *Process { return c.process }

// Log is what the program has logged so far.
func (c *City) Log() string {
	b, err := os.ReadFile(filepath.Join(c.Dir, "serve.log"))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// LogOfRun is what the newest run has logged so far.
func (c *City) LogOfRun() string {
	text := c.Log()
	return text[min(int(c.process.begun), len(text)):]
}

// SetClock sets the city's clock.
func (c *City) SetClock(at time.Time) {
	c.T.Helper()
	c.moveClock(func(_ time.Time, scale float64) (time.Time, float64) { return at, scale })
}

// Advance moves the city's clock on.
func (c *City) Advance(d time.Duration) {
	c.T.Helper()
	c.moveClock(func(now time.Time, scale float64) (time.Time, float64) { return now.Add(d), scale })
}

func (c *City) moveClock(to func(time.Time, float64) (time.Time, float64)) {
	c.T.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	target, err := store.MoveClock(ctx, c.Servers.Postgres.OwnerURL, to)
	if err != nil {
		c.T.Fatal(err)
	}
	c.awaitClock(target)
}

func freeAddress(t testing.TB) string {
	t.Helper()
	port, err := localservers.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", port)
}
