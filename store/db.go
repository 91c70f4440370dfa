// Package store keeps everything in PostgreSQL: rows, transactions and
// migrations. gorm lives here and nowhere else; no *gorm.DB appears in a
// signature. Hot statements are raw SQL through it.
//
// Every transaction acts for an act.Actor, whose scope the database enforces
// row by row; without an actor no scoped row exists.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/seal"
	"example.org/hotline/ticket"
)

// DB is a pool of connections as the application role.
type DB struct {
	gorm     *gorm.DB
	pool     *sql.DB
	sealer   seal.Sealer
	calendar ticket.Calendar
	skills   area.KnownSkills
	poisoned poisoned

	// OnArmed is told after commit which timers a transaction armed, so that they reach the wake-up index at once.
	// It must not block: whatever it loses, the sweep finds. Set before the first transaction.
	OnArmed func([]act.Timer)
	// OnEvents and OnNotices are told after commit that a transaction wrote events or notices. Neither may block;
	// the relay and the notifier look by themselves as well.
	OnEvents, OnNotices func()
	// OnPlaces is told after commit that the area tree has changed. It must not block; every node also looks by itself.
	OnPlaces func()
}

// Options of Open.
type Options struct {
	URL      string // postgres://…, as the application role
	MaxConns int    // default 20
	Sealer   seal.Sealer
	Calendar ticket.Calendar  // which days are worked, for who is on duty; none: weekends are free
	Skills   area.KnownSkills // that people may have; none: nobody is given any
	Logger   *slog.Logger
}

// Open prepares the pool. It does not connect: the line answers with
// PostgreSQL away, and finds it again by itself.
func Open(o Options) (*DB, error) {
	hideValues()
	cfg, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return nil, fmt.Errorf("read the PostgreSQL address: %w", err)
	}
	cfg.RuntimeParams["application_name"] = "hotline"
	cfg.RuntimeParams["statement_timeout"] = "10000"
	cfg.RuntimeParams["jit"] = "off" // compiling a policy takes seconds, every statement here milliseconds
	cfg.RuntimeParams["idle_in_transaction_session_timeout"] = "30000"
	cfg.ConnectTimeout = 3 * time.Second
	pool := stdlib.OpenDB(*cfg)
	maxConns := o.MaxConns
	if maxConns == 0 {
		maxConns = 20
	}
	pool.SetMaxOpenConns(maxConns)
	pool.SetMaxIdleConns(maxConns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	db, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), &gorm.Config{
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		Logger: logger.NewSlogLogger(o.Logger, logger.Config{
			LogLevel: logger.Error, IgnoreRecordNotFoundError: true, ParameterizedQueries: true, SlowThreshold: time.Second}),
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), pool.Close())
	}
	return &DB{gorm: db, pool: pool, sealer: o.Sealer, calendar: o.Calendar, skills: o.Skills}, nil
}

// hideValues keeps the values of statements that fail or are slow out of the
// log where gorm scans rows: there it writes with a recorder of its own, which
// does not know of ParameterizedQueries and is kept in a package variable.
var hideValues = sync.OnceFunc(func() {
	logger.RecorderParamsFilter = func(_ context.Context, sql string, _ ...any) (string, []any) { return sql, nil }
})

// Close ends every connection.
func (db *DB) Close() error { return db.pool.Close() }

// Ping asks the database whether it is there and migrated.
func (db *DB) Ping(ctx context.Context) error {
	var now time.Time
	if err := db.pool.QueryRowContext(ctx, "SELECT app_now()").Scan(&now); err != nil {
		return translate("ping", err)
	}
	return nil
}

// translate turns a driver's error into one of act's kinds, once, here. What
// is unknown stays as it is and ends as a 500.
func translate(what string, err error) error {
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound), errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%s: %w", what, act.ErrNotFound)
	case errors.As(err, &pg):
		switch pg.Code[:2] {
		case "08", "57", "53": // connection, operator intervention, resources
			return fmt.Errorf("%s: %w: %w", what, act.ErrUnavailable, err)
		}
		switch pg.Code {
		case "40001", "40P01", "55P03": // serialization, deadlock, lock not available
			return fmt.Errorf("%s: %w: %w", what, act.ErrConflict, err)
		case "25006": // read-only: a standby, or a primary that was fenced
			return fmt.Errorf("%s: %w: %w", what, act.ErrUnavailable, err)
		}
		return fmt.Errorf("%s: %w", what, err)
	case isNetwork(err):
		return fmt.Errorf("%s: %w: %w", what, act.ErrUnavailable, err)
	default:
		return fmt.Errorf("%s: %w", what, err)
	}
}

// isNetwork reports whether the server could not be reached or went away.
func isNetwork(err error) bool {
	var connect *pgconn.ConnectError
	return errors.As(err, &connect) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, context.DeadlineExceeded) ||
		pgconn.SafeToRetry(err) || pgconn.Timeout(err) || isClosed(err)
}
