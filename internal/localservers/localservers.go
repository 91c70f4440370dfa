// Package localservers runs a private PostgreSQL and a private Redis from the
// installed Debian packages, on free loopback ports, with all they keep under
// one folder. `hotline dev` uses it so that a newcomer needs no server of their
// own, and the tests use it so that they meet the real thing. It never touches
// a system database, a system service or a process it did not start.
//
// The servers are children of this process in process groups of their own: a
// Ctrl-C on the terminal reaches us and not them, so they stop after the last
// writer has. Should this process be killed, the kernel asks them to stop.
package localservers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"
)

// Options says where private servers live and how careful they are.
type Options struct {
	// Dir holds data, passwords, logs and the lock. It is created when absent.
	// One process at a time may use it.
	Dir string

	// Durable is for a person's data: fsync on, Redis with its append-only
	// file. Without it (tests) a commit still survives the death of any
	// process, and only the loss of the machine's power can lose it.
	Durable bool

	// WithoutPostgres and WithoutRedis start one server only.
	WithoutPostgres, WithoutRedis bool

	// Log gets one plain sentence per step. Nil means silence.
	Log func(string)
}

// Servers is a running PostgreSQL and Redis in one folder.
type Servers struct {
	Postgres *Postgres // nil if not asked for
	Redis    *Redis    // nil if not asked for
	lock     *folderLock
}

// Start brings up both servers, creating what is missing and reusing the data
// that an earlier run left. A *MissingError tells of an absent package;
// ErrFolderInUse of another process in the same folder.
func Start(ctx context.Context, o Options) (*Servers, error) {
	home, err := openHome(o)
	if err != nil {
		return nil, err
	}
	lock, err := lockFolder(home.dir)
	if err != nil {
		return nil, err
	}
	s := &Servers{lock: lock}
	g, gctx := errgroup.WithContext(ctx)
	if !o.WithoutPostgres {
		g.Go(func() (err error) { s.Postgres, err = startPostgres(gctx, home); return err })
	}
	if !o.WithoutRedis {
		g.Go(func() (err error) { s.Redis, err = startRedis(gctx, home); return err })
	}
	if err := g.Wait(); err != nil {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return nil, errors.Join(err, s.Stop(grace))
	}
	return s, nil
}

// Stop ends both servers and frees the folder. When ctx ends first they are
// killed, so that Stop never leaves a process behind. Stopping twice is harmless.
func (s *Servers) Stop(ctx context.Context) error {
	var g errgroup.Group
	if s.Postgres != nil {
		g.Go(func() error { return s.Postgres.Stop(ctx) })
	}
	if s.Redis != nil {
		g.Go(func() error { return s.Redis.Stop(ctx) })
	}
	return errors.Join(g.Wait(), s.lock.release())
}

// home is the folder of a pair of servers, with what they share.
type home struct {
	dir     string // absolute, symbolic links resolved
	durable bool
	log     func(format string, args ...any)
}

func openHome(o Options) (home, error) {
	if err := os.MkdirAll(o.Dir, 0o755); err != nil { //nolint:gosec // user postgres must be able to pass through
		return home{}, fmt.Errorf("make the folder of the private servers: %w", err)
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return home{}, fmt.Errorf("find the folder of the private servers: %w", err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return home{}, fmt.Errorf("find the folder of the private servers: %w", err)
	}
	log := func(format string, args ...any) {
		if o.Log != nil {
			o.Log(fmt.Sprintf(format, args...))
		}
	}
	return home{dir: dir, durable: o.Durable, log: log}, nil
}

func (h home) path(name string) string { return filepath.Join(h.dir, name) }
