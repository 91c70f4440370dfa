package servers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"example.org/hotline/internal/localservers"
)

// Migrate brings an empty database, whose owner the URL names, to the schema
// that the tests need.
type Migrate func(ctx context.Context, ownerURL string) error

// template is a database that was migrated once and is copied for each test,
// which takes a tenth of the time of migrating again.
type template struct {
	once sync.Once
	name string
	err  error
}

var (
	templates struct {
		sync.Mutex
		byKind map[string]*template
	}
	lastCopy atomic.Int64
)

func templateFor(kind string) *template {
	templates.Lock()
	defer templates.Unlock()
	if templates.byKind == nil {
		templates.byKind = map[string]*template{}
	}
	if templates.byKind[kind] == nil {
		templates.byKind[kind] = &template{}
	}
	return templates.byKind[kind]
}

// Database makes a database for this test alone, migrated by migrate, and drops
// it afterwards. Calls with the same kind share one migrated template per test
// binary, so a kind goes with one migrate function. What goes wrong fails the
// test.
func Database(t testing.TB, kind string, migrate Migrate) URLs {
	t.Helper()
	server, err := postgres()
	if err != nil {
		t.Fatalf("start a private PostgreSQL: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	tmpl := templateFor(kind)
	tmpl.once.Do(func() { tmpl.name, tmpl.err = makeTemplate(ctx, server, kind, migrate) })
	if tmpl.err != nil {
		t.Fatalf("migrate the template database %q: %v", kind, tmpl.err)
	}
	name := limitName(fmt.Sprintf("t%d_%d_%s", os.Getpid(), lastCopy.Add(1), identifier(t.Name())))
	if err := localservers.CreateDatabase(ctx, server.SuperURL, name, tmpl.name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := dropDatabase(server.SuperURL, name); err != nil {
			t.Error(err)
		}
	})
	urls, err := server.in(name)
	if err != nil {
		t.Fatal(err)
	}
	return urls
}

// makeTemplate names the template by process, since the packages of one run
// share a server and may be built from different migrations.
func makeTemplate(ctx context.Context, server URLs, kind string, migrate Migrate) (string, error) {
	name := limitName(fmt.Sprintf("template%d_%s", os.Getpid(), identifier(kind)))
	if err := localservers.CreateDatabase(ctx, server.SuperURL, name, "template1"); err != nil {
		return "", err
	}
	urls, err := server.in(name)
	if err != nil {
		return "", err
	}
	if err := migrate(ctx, urls.OwnerURL); err != nil {
		return "", err
	}
	return name, sealTemplate(ctx, server.SuperURL, name)
}

// sealTemplate closes what connections migrate left open and lets no new one
// in: PostgreSQL copies a database only while nobody is connected to it.
func sealTemplate(ctx context.Context, superURL, name string) (err error) {
	conn, err := pgx.Connect(ctx, superURL)
	if err != nil {
		return fmt.Errorf("seal the template: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if _, err := conn.Exec(ctx, `ALTER DATABASE `+pgx.Identifier{name}.Sanitize()+` WITH ALLOW_CONNECTIONS false`); err != nil {
		return fmt.Errorf("seal the template: %w", err)
	}
	// With a timeout the function waits until the connection has really gone.
	if _, err := conn.Exec(ctx, `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1`, name); err != nil {
		return fmt.Errorf("seal the template: %w", err)
	}
	return nil
}

func dropDatabase(superURL, name string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	conn, err := pgx.Connect(ctx, superURL)
	if err != nil {
		return fmt.Errorf("drop the database %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if _, err := conn.Exec(ctx, `DROP DATABASE IF EXISTS `+pgx.Identifier{name}.Sanitize()+` WITH (FORCE)`); err != nil {
		return fmt.Errorf("drop the database %s: %w", name, err)
	}
	return nil
}

// limitName keeps to PostgreSQL's 63 bytes.
func limitName(s string) string { return strings.TrimRight(s[:min(len(s), 63)], "_") }
