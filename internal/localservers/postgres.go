package localservers

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// Postgres is a private PostgreSQL server. The URLs stay true over Stop and
// Start.
type Postgres struct {
	SuperURL   string // superuser, database postgres: for test helpers only
	OwnerURL   string // RoleOwner: migrations
	AppURL     string // RoleApp: the program
	InspectURL string // RoleInspect: reads every row, writes none

	home    home
	bin     string // folder of PostgreSQL's programs
	data    string
	account *syscall.Credential
	state   postgresState
	extra   []string // more settings, given last, so that they win

	mu      sync.Mutex // one of Start, Stop, Kill at a time
	process *child
}

// postgresState is kept in the folder, so that addresses and passwords are the
// same after a restart.
type postgresState struct {
	Port      int               `json:"port"`
	Passwords map[string]string `json:"passwords"` // by role
}

func startPostgres(ctx context.Context, h home) (*Postgres, error) {
	p, err := openPostgres(ctx, h)
	if err != nil {
		return nil, err
	}
	if err := p.initialise(ctx); err != nil {
		return nil, err
	}
	if err := p.startOnFreePort(ctx); err != nil {
		return nil, err
	}
	if err := p.createRoles(ctx); err != nil {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return nil, errors.Join(err, p.Stop(grace))
	}
	return p, nil
}

func openPostgres(ctx context.Context, h home) (*Postgres, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	account, err := postgresAccount()
	if err != nil {
		return nil, err
	}
	folder, err := postgresFolder(ctx, h, account)
	if err != nil {
		return nil, err
	}
	p := &Postgres{home: h, bin: bin, account: account, data: filepath.Join(folder, "data")}
	if _, err := readState(h.path("postgres.json"), &p.state); err != nil {
		return nil, err
	}
	return p, stopStale(h, "postgres", p.data, filepath.Join(p.data, "postmaster.pid"), syscall.SIGINT)
}

// initialise makes the data folder on the first start. It appears under its
// name only when complete, so an interrupted first start leaves no half cluster.
func (p *Postgres) initialise(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(p.data, "PG_VERSION")); err == nil {
		if p.state.Passwords == nil {
			return fmt.Errorf("start PostgreSQL: %s has data but postgres.json with its passwords is gone; delete the folder to begin afresh", p.home.dir)
		}
		return nil
	}
	p.home.log("Creating the database files (first start, a second or two).")
	p.state.Passwords = map[string]string{}
	for _, role := range []string{roleSuper, RoleOwner, RoleApp, RoleInspect} {
		p.state.Passwords[role] = newPassword()
	}
	if err := writeState(p.home.path("postgres.json"), p.state); err != nil {
		return err
	}
	unfinished, secret := p.data+".new", p.data+".password"
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("create the database files: %w", err)
	}
	defer func() { _ = os.Remove(secret) }()
	if err := p.writeForAccount(secret, p.state.Passwords[roleSuper]); err != nil {
		return err
	}
	args := []string{
		"-D", unfinished, "-U", roleSuper, "--pwfile=" + secret, "--auth=scram-sha-256",
		"--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
	}
	if !p.home.durable {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, "initdb"), args...) //nolint:gosec // installed program
	cmd.Env, cmd.Dir = serverEnv(), filepath.Dir(p.data)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.account, Setpgid: true}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("create the database files: %w: %s", err, strings.TrimSpace(string(out)))
	}
	if err := os.Rename(unfinished, p.data); err != nil {
		return fmt.Errorf("create the database files: %w", err)
	}
	return nil
}

// writeForAccount writes a file that only PostgreSQL's account can read.
func (p *Postgres) writeForAccount(path, content string) error {
	if err := writePrivate(path, []byte(content)); err != nil {
		return err
	}
	if p.account == nil {
		return nil
	}
	if err := os.Chown(path, int(p.account.Uid), int(p.account.Gid)); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func (p *Postgres) startOnFreePort(ctx context.Context) error {
	if err := onFreePort(p.state.Port, p.setPort, func() error { return p.Start(ctx) }); err != nil {
		return err
	}
	return writeState(p.home.path("postgres.json"), p.state)
}

func (p *Postgres) setPort(port int) {
	p.state.Port = port
	p.SuperURL = p.url(roleSuper, "postgres")
	p.OwnerURL = p.url(RoleOwner, DatabaseName)
	p.AppURL = p.url(RoleApp, DatabaseName)
	p.InspectURL = p.url(RoleInspect, DatabaseName)
}

func (p *Postgres) url(role, database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(role, p.state.Passwords[role]),
		Host: "127.0.0.1:" + strconv.Itoa(p.state.Port), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Start brings a stopped or killed server back on the same port and waits until
// it takes connections. Starting a running server does nothing.
func (p *Postgres) Start(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.process.running() {
		return nil
	}
	p.home.log("Starting PostgreSQL on 127.0.0.1:%d.", p.state.Port)
	process, err := command{
		name: "PostgreSQL", path: filepath.Join(p.bin, "postgres"), args: p.settings(),
		dir: p.data, account: p.account, orphaned: syscall.SIGINT, logPath: p.home.path("postgres.log"),
		onExit: func(err error) { p.home.log("PostgreSQL ended by itself (%v); see postgres.log.", err) },
	}.start()
	if err != nil {
		return err
	}
	p.process = process
	if err := p.awaitReady(ctx); err != nil {
		process.kill()
		return err
	}
	return nil
}

// settings are given on the command line, so that a later version of this file
// changes them for existing data too.
func (p *Postgres) settings() []string {
	set := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(p.state.Port), "unix_socket_directories=",
		"timezone=UTC", "log_timezone=UTC", "password_encryption=scram-sha-256", "log_min_messages=warning",
	}
	if p.home.durable {
		set = append(set, "max_connections=100", "fsync=on", "synchronous_commit=on")
	} else {
		// synchronous_commit stays on: a commit reaches the kernel before the client
		// hears of it, so kill -9 of the server loses nothing that was acknowledged.
		set = append(set, "max_connections=400", "fsync=off", "full_page_writes=off", "synchronous_commit=on",
			"wal_level=minimal", "max_wal_senders=0", "checkpoint_timeout=1h", "max_wal_size=2GB", "jit=off")
	}
	args := []string{"-D", p.data}
	for _, s := range append(set, p.extra...) {
		args = append(args, "-c", s)
	}
	return args
}

// errPortTaken says that another program listens where a server should.
var errPortTaken = errors.New("the port is taken")

func (p *Postgres) awaitReady(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		try, cancel := context.WithTimeout(ctx, 5*time.Second)
		conn, err := pgx.Connect(try, p.SuperURL)
		cancel()
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-p.process.ended:
			tail := logTail(p.home.path("postgres.log"))
			if strings.Contains(tail, "Address already in use") {
				return fmt.Errorf("start PostgreSQL on port %d: %w", p.state.Port, errPortTaken)
			}
			return fmt.Errorf("start PostgreSQL: %w; its log ends with:\n%s", p.process.err, tail)
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL: %w (last answer: %w)", context.Cause(ctx), err)
		case <-tick.C:
		}
	}
}

// Stop ends the server in order, cutting open connections (fast shutdown). When
// ctx ends first it is killed and an error tells so. Stopping twice is harmless.
func (p *Postgres) Stop(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.process.stop(ctx, syscall.SIGINT)
}

// Kill ends the server and all its backends as kill -9 would.
func (p *Postgres) Kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.process.kill()
}
