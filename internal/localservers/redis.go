package localservers

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// KeyPrefix begins every key and channel that the program uses in Redis; its
// user can touch no other.
const KeyPrefix = "hl:"

// The users of the private Redis.
const (
	redisAdmin = "admin"
	redisApp   = "hotline"
)

// Redis is a private Redis server. The URLs stay true over Stop and Start.
type Redis struct {
	AdminURL string // may do everything
	AppURL   string // the program's user: its own keys and channels, nothing dangerous

	home    home
	program string
	dir     string // data and configuration
	state   redisState
	extra   func() []string // more lines of redis.conf, asked at each start; nil: none
	args    []string        // more arguments

	mu      sync.Mutex // one of Start, Stop, Kill at a time
	process *child
}

type redisState struct {
	Port          int    `json:"port"`
	AdminPassword string `json:"admin_password"`
	AppPassword   string `json:"app_password"`
}

func startRedis(ctx context.Context, h home) (*Redis, error) {
	program, err := redisServer()
	if err != nil {
		return nil, err
	}
	r := &Redis{home: h, program: program, dir: h.path("redis")}
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// begin starts a server with the passwords and the port that it had before, where it had any.
func (r *Redis) begin(ctx context.Context) error {
	h := r.home
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of Redis: %w", err)
	}
	if err := stopStale(h, "redis-server", r.dir, r.dir+"/redis.pid", syscall.SIGTERM); err != nil {
		return err
	}
	known, err := readState(h.path("redis.json"), &r.state)
	if err != nil {
		return err
	}
	if !known && r.state.AdminPassword == "" {
		r.state = redisState{AdminPassword: newPassword(), AppPassword: newPassword()}
	}
	return r.startOnFreePort(ctx)
}

func (r *Redis) startOnFreePort(ctx context.Context) error {
	if err := onFreePort(r.state.Port, r.setPort, func() error { return r.Start(ctx) }); err != nil {
		return err
	}
	return writeState(r.home.path("redis.json"), r.state)
}

func (r *Redis) setPort(port int) {
	r.state.Port = port
	address := "127.0.0.1:" + strconv.Itoa(port)
	at := func(user, password string) string {
		return (&url.URL{Scheme: "redis", User: url.UserPassword(user, password), Host: address, Path: "/0"}).String()
	}
	r.AdminURL, r.AppURL = at(redisAdmin, r.state.AdminPassword), at(redisApp, r.state.AppPassword)
}

// Folder is where the server keeps its data.
func (r *Redis) Folder() string { return r.dir }

// Start brings a stopped or killed server back on the same port and waits until
// it answers. Starting a running server does nothing.
func (r *Redis) Start(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.process.running() {
		return nil
	}
	r.home.log("Starting Redis on 127.0.0.1:%d.", r.state.Port)
	if err := r.configure(); err != nil {
		return err
	}
	process, err := command{
		name: "Redis", path: r.program, args: append([]string{"redis.conf"}, r.args...),
		dir: r.dir, orphaned: syscall.SIGTERM, logPath: r.home.path("redis.log"),
		onExit: func(err error) { r.home.log("Redis ended by itself (%v); see redis.log.", err) },
	}.start()
	if err != nil {
		return err
	}
	r.process = process
	if err := r.awaitReady(ctx); err != nil {
		process.kill()
		return err
	}
	return nil
}

// configure writes redis.conf and the access list anew at each start, so that a
// later version of this file changes both for existing data too.
func (r *Redis) configure() error {
	lines := []string{
		"bind 127.0.0.1", "port " + strconv.Itoa(r.state.Port), "daemonize no",
		"pidfile redis.pid", "aclfile users.acl", "maxmemory-policy noeviction", "save \"\"",
	}
	if r.home.durable {
		lines = append(lines, "appendonly yes", "appendfsync everysec")
	} else {
		lines = append(lines, "appendonly no")
	}
	if r.extra != nil {
		lines = append(lines, r.extra()...)
	}
	users := []string{
		"user default off",
		"user " + redisAdmin + " on #" + sha256Hex(r.state.AdminPassword) + " ~* &* +@all",
	}
	if !slices.Contains(r.args, sentinelFlag) { // a sentinel knows none of the program's commands
		users = append(users, "user "+redisApp+" on #"+sha256Hex(r.state.AppPassword)+" ~"+KeyPrefix+"* &"+KeyPrefix+"* "+appCommands)
	}
	return errors.Join(
		writePrivate(r.dir+"/redis.conf", []byte(strings.Join(lines, "\n")+"\n")),
		writePrivate(r.dir+"/users.acl", []byte(strings.Join(users, "\n")+"\n")),
	)
}

// appCommands refuses the program's user whatever could harm others or show
// them (FLUSHALL, KEYS, CONFIG, ACL, MONITOR, …) and gives back the few
// commands of those groups that it needs.
const appCommands = "+@all -@dangerous -@admin +info +role +eval +evalsha +script|load +script|exists"

func sha256Hex(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func (r *Redis) awaitReady(ctx context.Context) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		err := r.ping(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-r.process.ended:
			tail := logTail(r.home.path("redis.log"))
			if strings.Contains(tail, "Address already in use") {
				return fmt.Errorf("start Redis on port %d: %w", r.state.Port, errPortTaken)
			}
			return fmt.Errorf("start Redis: %w; its log ends with:\n%s", r.process.err, tail)
		case <-ctx.Done():
			return fmt.Errorf("wait for Redis: %w (last answer: %w)", context.Cause(ctx), err)
		case <-tick.C:
		}
	}
}

// ping speaks the protocol's inline form itself: two lines do not earn this
// package a client. While Redis still loads its file it answers -LOADING.
func (r *Redis) ping(ctx context.Context) error {
	dialer := net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", "127.0.0.1:"+strconv.Itoa(r.state.Port))
	if err != nil {
		return fmt.Errorf("ping Redis: %w", err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
	if _, err := fmt.Fprintf(conn, "AUTH %s %s\r\nPING\r\n", redisAdmin, r.state.AdminPassword); err != nil {
		return fmt.Errorf("ping Redis: %w", err)
	}
	answers := bufio.NewReader(conn)
	for _, want := range []string{"+OK", "+PONG"} {
		line, err := answers.ReadString('\n')
		if err != nil {
			return fmt.Errorf("ping Redis: %w", err)
		}
		if got := strings.TrimSpace(line); got != want {
			return fmt.Errorf("ping Redis: it answered %q", got)
		}
	}
	return nil
}

// Stop ends the server in order. When ctx ends first it is killed and an error
// tells so. Stopping twice is harmless.
func (r *Redis) Stop(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.process.stop(ctx, syscall.SIGTERM)
}

// Kill ends the server as kill -9 would.
func (r *Redis) Kill() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.process.kill()
}
