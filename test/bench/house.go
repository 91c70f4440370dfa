package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/hotline/area"
	"example.org/hotline/internal/localservers"
	"example.org/hotline/internal/seal"
	"example.org/hotline/store"
	"example.org/hotline/test/bench/figures"
)

// house is the private PostgreSQL and Redis of one run, as durable as in production.
type house struct {
	dir     string
	servers *localservers.Servers
	keep    bool
}

const grace = 60 * time.Second

func openHouse(ctx context.Context, o options) (*house, error) {
	h := &house{dir: o.dir, keep: o.dir != ""}
	if h.dir == "" {
		dir, err := os.MkdirTemp("", "hotline-bench-")
		if err != nil {
			return nil, fmt.Errorf("make a folder: %w", err)
		}
		if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // user postgres must be able to pass through
			return nil, fmt.Errorf("open the folder to user postgres: %w", err)
		}
		h.dir = dir
	}
	var err error
	h.servers, err = localservers.Start(ctx, localservers.Options{Dir: filepath.Join(h.dir, "servers"), Durable: true})
	if err != nil {
		return nil, errors.Join(err, h.remove())
	}
	return h, nil
}

func (h *house) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	return errors.Join(h.servers.Stop(ctx), h.remove())
}

func (h *house) remove() error {
	if h.keep {
		return nil
	}
	return os.RemoveAll(h.dir)
}

// database makes a migrated database with a small city in it.
func (h *house) database(ctx context.Context, name string) (database, error) {
	d := database{name: name}
	if err := localservers.CreateDatabase(ctx, h.servers.Postgres.SuperURL, name, "template1"); err != nil {
		return d, err
	}
	var app string
	for to, from := range map[*string]string{&d.super: h.servers.Postgres.SuperURL, &d.owner: h.servers.Postgres.OwnerURL, &app: h.servers.Postgres.AppURL} {
		var err error
		if *to, err = localservers.InDatabase(from, name); err != nil {
			return d, err
		}
	}
	if err := store.Migrate(ctx, d.owner); err != nil {
		return d, err
	}
	keys := filepath.Join(h.dir, name+".keys")
	ring, err := seal.LoadOrGenerate(keys)
	if err != nil {
		return d, err
	}
	d.db, err = store.Open(store.Options{URL: app, Sealer: ring, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return d, err
	}
	return d, d.db.ImportDirectory(ctx, smallCity())
}

type database struct {
	name         string
	super, owner string
	db           *store.DB
}

// exec runs statements as superuser.
func (d database) exec(ctx context.Context, sql string, args ...any) error {
	conn, err := pgx.Connect(ctx, d.super)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // a short-lived connection
	_, err = conn.Exec(ctx, sql, args...)
	return err
}

// scan reads one row as superuser.
func (d database) scan(ctx context.Context, sql string, dest ...any) error {
	conn, err := pgx.Connect(ctx, d.super)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // a short-lived connection
	return conn.QueryRow(ctx, sql).Scan(dest...)
}

// The places of the small city.
const (
	county   area.Code = "990101000000"
	township area.Code = "990101101000"
)

func smallCity() area.Directory {
	return area.Directory{
		Divisions: []area.Division{{Code: "990100000000", Name: "试市"}, {Code: county, Name: "甲县"}, {Code: township, Name: "甲镇"}},
		Desks:     []area.Desk{{Area: county, Role: area.RoleCountyDuty, Name: "甲县值班台"}, {Area: township, Role: area.RoleWorker, Name: "甲镇值班台"}},
	}
}

// conditions is what the figures depend on.
func (h *house) conditions(ctx context.Context, loadBefore string) []string {
	var postgres string
	d := database{super: h.servers.Postgres.SuperURL}
	if err := d.scan(ctx, "SELECT current_setting('server_version') || ', fsync ' || current_setting('fsync') || ', synchronous_commit ' || current_setting('synchronous_commit')", &postgres); err != nil {
		postgres = err.Error()
	}
	return []string{
		time.Now().UTC().Format("2006-01-02 15:04 UTC"),
		fmt.Sprintf("%d cores (%s) for everything: program, PostgreSQL, Redis and the load itself", runtime.NumCPU(), cpuModel()),
		fmt.Sprintf("%s, PostgreSQL %s, %s", runtime.Version(), postgres, firstLine(ctx, "redis-server", "--version")),
		fmt.Sprintf("load average before %s, after %s", loadBefore, figures.LoadAverage()),
	}
}

func cpuModel() string {
	b, _ := os.ReadFile("/proc/cpuinfo")
	for l := range strings.Lines(string(b)) {
		if name, value, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func firstLine(ctx context.Context, program string, args ...string) string {
	out, err := exec.CommandContext(ctx, program, args...).Output()
	if err != nil {
		return err.Error()
	}
	text, _, _ := strings.Cut(string(out), "\n")
	words := strings.Fields(text)
	return strings.Join(words[:min(3, len(words))], " ")
}
