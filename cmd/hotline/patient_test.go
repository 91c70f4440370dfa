package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"example.org/hotline/configs"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/localservers"
	"example.org/hotline/internal/seal"
	"example.org/hotline/store"
	"example.org/hotline/test/servers"
)

// patient is a node with everything it needs, for a test to break one thing of.
type patient struct {
	dir      string
	settings map[string]string // YAML by path "list" or "section.key"
	postgres servers.URLs
	redis    *localservers.Redis
}

// newPatient is sound: the demo city in a real database, a Redis, keys and a gateway.
func newPatient(t *testing.T, redis *localservers.Redis) *patient {
	t.Helper()
	keys := keyFile(t)
	p := &patient{dir: t.TempDir(), redis: redis, postgres: servers.Database(t, "doctor", func(ctx context.Context, owner string) error {
		return errors.Join(store.Migrate(ctx, owner), settleCity(ctx, owner, keys))
	})}
	city, err := configs.DemoCity()
	if err != nil {
		t.Fatal(err)
	}
	gateway, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gateway.Close() })
	if err := os.Mkdir(p.path("data"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.path("keys"), keys, 0o600); err != nil {
		t.Fatal(err)
	}
	var numbers strings.Builder
	for _, n := range city.Numbers {
		fmt.Fprintf(&numbers, "{number: %s, area: %s}, ", n.Number, n.Area)
	}
	p.settings = map[string]string{
		"node.data_dir": p.path("data"), "keys.file": p.path("keys"),
		"postgres.url": p.postgres.AppURL, "redis.url": redis.AppURL,
		"api.listen": "127.0.0.1:0", "sip.udp": "[\"127.0.0.1:0\"]", "sip.tcp": "[\"127.0.0.1:0\"]", "sip.numbers": "[" + numbers.String() + "]",
		"sms.url": "http://" + gateway.Addr().String(), "sms.account": "a", "sms.secret": "s",
	}
	return p
}

// keyFile is the key file of every patient: all have copies of one database.
var keyFile = func() func(*testing.T) []byte {
	var once sync.Once
	var content []byte
	var err error
	return func(t *testing.T) []byte {
		t.Helper()
		once.Do(func() {
			path := filepath.Join(t.TempDir(), "keys")
			if err = seal.Generate(path); err == nil {
				content, err = os.ReadFile(path)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
}()

// settleCity imports the demo city and writes two audit records.
func settleCity(ctx context.Context, url string, keys []byte) (err error) {
	dir, err := os.MkdirTemp("", "doctor")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "keys")
	if err := os.WriteFile(path, keys, 0o600); err != nil {
		return err
	}
	ring, err := seal.Load(path)
	if err != nil {
		return err
	}
	db, err := store.Open(store.Options{URL: url, Sealer: ring, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	city, err := configs.DemoCity()
	if err != nil {
		return err
	}
	if err := errors.Join(db.ImportDirectory(ctx, directoryOf(city)), seedRosters(ctx, db, city)); err != nil {
		return err
	}
	for range 2 {
		err = errors.Join(err, db.InTx(ctx, act.SystemConsole, func(tx *store.Tx) error {
			return tx.Audit(ctx, act.Record{Action: "test", Subject: act.Subject{Kind: "test", ID: 5}, Area: city.Divisions[0].Code})
		}))
	}
	return err
}

func (p *patient) path(name string) string { return filepath.Join(p.dir, name) }

func (p *patient) keys(t *testing.T) *seal.Keyring {
	t.Helper()
	keys, err := seal.Load(p.path("keys"))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// sql runs statements as the superuser, whom nothing binds.
func (p *patient) sql(t *testing.T, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), p.postgres.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, s := range statements {
		if _, err := conn.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// config writes the settings to a file.
func (p *patient) config(t *testing.T) string {
	t.Helper()
	sections := map[string]string{}
	var text strings.Builder
	for path, value := range p.settings {
		section, key, ok := strings.Cut(path, ".")
		if !ok { // a list
			fmt.Fprintf(&text, "%s: %s\n", path, value)
			continue
		}
		if raw := strings.HasPrefix(value, "[") || strings.HasPrefix(value, "{") || value == "true" || value != "" && strings.Trim(value, "0123456789") == ""; !raw {
			value = fmt.Sprintf("%q", value)
		}
		sections[section] += fmt.Sprintf("  %s: %s\n", key, value)
	}
	for section, keys := range sections {
		fmt.Fprintf(&text, "%s:\n%s", section, keys)
	}
	path := p.path("hotline.yaml")
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// examine runs `hotline doctor --json`.
func (p *patient) examine(t *testing.T) report {
	t.Helper()
	var out bytes.Buffer
	err := runDoctor(t.Context(), &out, p.config(t), true)
	var r report
	if jerr := json.Unmarshal(out.Bytes(), &r); jerr != nil {
		t.Fatalf("%v in:\n%s", jerr, out.String())
	}
	var quiet *exitError
	if failed := errors.As(err, &quiet); failed != (r.Faults > 0) || err != nil && !failed {
		t.Errorf("%d faults, and the command ends with %v", r.Faults, err)
	}
	return r
}
