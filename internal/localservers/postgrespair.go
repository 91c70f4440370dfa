package localservers

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// PostgresPair is a private PostgreSQL and a standby that follows it by
// streaming replication. Commits wait for the standby (synchronous_standby_names),
// so none that was acknowledged is lost with the primary. The URLs list both
// hosts and find the one that takes writes.
type PostgresPair struct {
	SuperURL, OwnerURL, AppURL, InspectURL string

	Primary, Standby *Postgres

	locks []*folderLock
}

// StartPostgresPair starts both under dir, the standby caught up and waited for.
func StartPostgresPair(ctx context.Context, dir string) (*PostgresPair, error) {
	pair := &PostgresPair{}
	if err := pair.start(ctx, dir); err != nil {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return nil, errors.Join(err, pair.Stop(grace))
	}
	return pair, nil
}

func (pair *PostgresPair) start(ctx context.Context, dir string) (err error) {
	replicates := []string{"wal_level=replica", "max_wal_senders=4", "hot_standby=on"}
	if pair.Primary, err = pair.open(ctx, filepath.Join(dir, "primary"), replicates); err != nil {
		return err
	}
	p := pair.Primary
	if err := p.initialise(ctx); err != nil {
		return err
	}
	if err := p.startOnFreePort(ctx); err != nil {
		return err
	}
	if err := p.createRoles(ctx); err != nil {
		return err
	}
	if pair.Standby, err = pair.open(ctx, filepath.Join(dir, "standby"), replicates); err != nil {
		return err
	}
	s := pair.Standby
	s.state.Passwords = p.state.Passwords
	if err := s.copyOf(ctx, p); err != nil {
		return err
	}
	if err := s.startOnFreePort(ctx); err != nil {
		return err
	}
	const writes = "read-write"
	pair.SuperURL, pair.OwnerURL, pair.AppURL = both(p.url(roleSuper, DatabaseName), s, writes), both(p.OwnerURL, s, writes), both(p.AppURL, s, writes)
	pair.InspectURL = both(p.InspectURL, s, "primary") // RoleInspect's own sessions are read-only, even there
	return p.waitForStandby(ctx)
}

func (pair *PostgresPair) open(ctx context.Context, dir string, extra []string) (*Postgres, error) {
	h, err := openHome(Options{Dir: dir})
	if err != nil {
		return nil, err
	}
	lock, err := lockFolder(h.dir)
	if err != nil {
		return nil, err
	}
	pair.locks = append(pair.locks, lock)
	p, err := openPostgres(ctx, h)
	if err == nil {
		p.extra = extra
	}
	return p, err
}

// both adds the standby's host to an address of the primary.
func both(address string, standby *Postgres, want string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // our own
	}
	u.Host += ",127.0.0.1:" + strconv.Itoa(standby.state.Port)
	u.RawQuery += "&target_session_attrs=" + want
	return u.String()
}

// copyOf makes the data folder a base backup of a running primary, which it follows once it is started.
func (p *Postgres) copyOf(ctx context.Context, primary *Postgres) error {
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, "pg_basebackup"), "--pgdata="+p.data, "--write-recovery-conf", "--wal-method=stream", //nolint:gosec // installed program
		"--checkpoint=fast", "--no-sync", "--host=127.0.0.1", "--port="+strconv.Itoa(primary.state.Port), "--username="+roleSuper, "--no-password")
	cmd.Env, cmd.Dir = append(serverEnv(), "PGPASSWORD="+primary.state.Passwords[roleSuper], "PGAPPNAME=standby"), filepath.Dir(p.data)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.account, Setpgid: true}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("copy the database for a standby: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// waitForStandby has every commit wait for the standby from now on, and returns once it is there. The setting is
// written after the copy was made, so that the standby does not wait for another when it is promoted.
func (p *Postgres) waitForStandby(ctx context.Context) (err error) {
	conn, err := pgx.Connect(ctx, p.SuperURL)
	if err != nil {
		return fmt.Errorf("wait for the standby: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	for _, sql := range []string{`ALTER SYSTEM SET synchronous_standby_names = '*'`, `SELECT pg_reload_conf()`} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("wait for the standby: %w", err)
		}
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var there bool
		if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'sync')`).Scan(&there); err != nil || there {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the standby: %w", context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// FailOver kills the primary as kill -9 would and promotes the standby. It returns when that takes writes.
func (pair *PostgresPair) FailOver(ctx context.Context) (err error) {
	pair.Primary.Kill()
	conn, err := pgx.Connect(ctx, pair.Standby.SuperURL)
	if err != nil {
		return fmt.Errorf("promote the standby: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	var promoted bool
	if err := conn.QueryRow(ctx, `SELECT pg_promote(wait => true)`).Scan(&promoted); err != nil {
		return fmt.Errorf("promote the standby: %w", err)
	}
	if !promoted {
		return errors.New("promote the standby: it does not take writes yet")
	}
	return nil
}

// Stop ends both servers.
func (pair *PostgresPair) Stop(ctx context.Context) error {
	var errs []error
	for _, p := range []*Postgres{pair.Primary, pair.Standby} {
		if p != nil {
			errs = append(errs, p.Stop(ctx))
		}
	}
	for _, l := range pair.locks {
		errs = append(errs, l.release())
	}
	return errors.Join(errs...)
}
