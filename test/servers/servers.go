// Package servers gives Go tests real, private servers: a fresh database that
// is a copy of a migrated template, and a Redis of one's own.
//
// A test binary starts its PostgreSQL when the first test asks for it. `make
// test` starts one for the whole run instead (test/servers/cmd), so that not
// every package pays for its own. Either way they end with the process, however
// it ends: a panic, a timeout or kill -9 leaves no server behind.
package servers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/hotline/internal/localservers"
)

// SharedEnv names the environment variable by which test/servers/cmd tells the
// test binaries below it where the PostgreSQL of the run is.
const SharedEnv = "HOTLINE_TEST_SERVERS"

// startLimit bounds each start and stop. It is long since a busy machine is no
// reason for a test to fail.
const startLimit = 2 * time.Minute

// URLs are the addresses of one PostgreSQL database by role.
type URLs struct {
	OwnerURL   string // runs migrations
	AppURL     string // the program's
	InspectURL string // reads every row past row-level security
	SuperURL   string // superuser
}

// in is the same with another database.
func (u URLs) in(name string) (URLs, error) {
	var out URLs
	var errs []error
	for _, p := range []struct {
		from string
		to   *string
	}{{u.OwnerURL, &out.OwnerURL}, {u.AppURL, &out.AppURL}, {u.InspectURL, &out.InspectURL}, {u.SuperURL, &out.SuperURL}} {
		var err error
		*p.to, err = localservers.InDatabase(p.from, name)
		errs = append(errs, err)
	}
	return out, errors.Join(errs...)
}

// own is what this test binary has started for itself.
var own struct {
	sync.Mutex
	urls    URLs
	servers *localservers.Servers
	folder  string
}

// Main runs the tests and then stops the server they shared. A package whose
// tests use Database calls it from TestMain:
//
//	func TestMain(m *testing.M) { servers.Main(m) }
func Main(m *testing.M) {
	code := m.Run()
	if err := stopOwn(); err != nil {
		fmt.Fprintln(os.Stderr, "stop the test servers:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

func stopOwn() error {
	own.Lock()
	defer own.Unlock()
	if own.servers == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	return errors.Join(own.servers.Stop(ctx), os.RemoveAll(own.folder))
}

// postgres is the server of this run, started on first use.
func postgres() (URLs, error) {
	own.Lock()
	defer own.Unlock()
	if own.urls != (URLs{}) {
		return own.urls, nil
	}
	if shared := os.Getenv(SharedEnv); shared != "" {
		if err := json.Unmarshal([]byte(shared), &own.urls); err != nil {
			return URLs{}, fmt.Errorf("read %s: %w", SharedEnv, err)
		}
		return own.urls, nil
	}
	folder, err := newFolder()
	if err != nil {
		return URLs{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	s, err := localservers.Start(ctx, localservers.Options{Dir: folder, WithoutRedis: true})
	if err != nil {
		return URLs{}, errors.Join(err, os.RemoveAll(folder))
	}
	own.servers, own.folder, own.urls = s, folder, urlsOf(s.Postgres)
	return own.urls, nil
}

func urlsOf(p *localservers.Postgres) URLs {
	return URLs{OwnerURL: p.OwnerURL, AppURL: p.AppURL, InspectURL: p.InspectURL, SuperURL: p.SuperURL}
}

// Private starts a PostgreSQL and a Redis for this test alone, which it may
// stop, start and kill. They end with the test.
func Private(t testing.TB) *localservers.Servers {
	t.Helper()
	return startFor(t, localservers.Options{})
}

// Durable is Private with data as safe as in production: for benchmarks.
func Durable(t testing.TB) *localservers.Servers {
	t.Helper()
	return startFor(t, localservers.Options{Durable: true})
}

// Redis starts a Redis for this test alone: an own server rather than a numbered
// database, since channels, scripts and FLUSHALL know no databases. It starts in
// some 50 ms and ends with the test. What goes wrong fails the test.
func Redis(t testing.TB) *localservers.Redis {
	t.Helper()
	return startFor(t, localservers.Options{WithoutPostgres: true}).Redis
}

func startFor(t testing.TB, o localservers.Options) *localservers.Servers {
	t.Helper()
	o.Dir = Folder(t)
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	s, err := localservers.Start(ctx, o)
	if err != nil {
		t.Fatalf("start private servers: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), startLimit)
		defer cancel()
		if s.Redis != nil {
			s.Redis.Kill() // nothing of it is kept, and an orderly stop takes 100 ms
		}
		if err := s.Stop(ctx); err != nil {
			t.Errorf("stop private servers: %v", err)
		}
	})
	return s
}

// Folder is a temporary folder that, unlike t.TempDir, PostgreSQL's own user may
// pass through when the tests run as root; use it as the working folder of a
// `hotline dev` under test. It is removed with the test, or, if the test's
// process was killed, by a later one.
func Folder(t testing.TB) string {
	t.Helper()
	dir, err := newFolder()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the test folder: %v", err)
		}
	})
	return dir
}

const folderPrefix = "hotline-test-"

var sweep = sync.OnceFunc(func() {
	old, _ := filepath.Glob(filepath.Join(os.TempDir(), folderPrefix+"*"))
	for _, dir := range old {
		// An hour: a folder just made has no lock yet, and is not ours to judge.
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > time.Hour && !inUse(dir) {
			_ = os.RemoveAll(dir)
		}
	}
})

// inUse also looks one folder down, where a program under test keeps its own.
func inUse(dir string) bool {
	locks, _ := filepath.Glob(filepath.Join(dir, "*", "lock"))
	hidden, _ := filepath.Glob(filepath.Join(dir, ".*", "lock"))
	for _, lock := range append(append(locks, hidden...), filepath.Join(dir, "lock")) {
		if localservers.InUse(filepath.Dir(lock)) {
			return true
		}
	}
	return false
}

func newFolder() (string, error) {
	sweep()
	dir, err := os.MkdirTemp("", folderPrefix)
	if err != nil {
		return "", fmt.Errorf("make a test folder: %w", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // user postgres must be able to pass through
		return "", fmt.Errorf("make a test folder: %w", err)
	}
	return dir, nil
}

// identifier keeps the letters and digits of a test's name.
func identifier(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		default:
			return '_'
		}
	}, s)
}
