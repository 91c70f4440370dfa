package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the database at ownerURL to the newest version, in order,
// each migration in a transaction. Running it twice changes nothing. It runs
// as the owner role; the application role cannot change the schema.
func Migrate(ctx context.Context, ownerURL string) error {
	return withGoose(ownerURL, func(p *goose.Provider) error {
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("migrate up: %w", err)
		}
		return nil
	})
}

// MigrateDown takes every migration back, for the test of the way down.
func MigrateDown(ctx context.Context, ownerURL string) error {
	return withGoose(ownerURL, func(p *goose.Provider) error {
		if _, err := p.DownTo(ctx, 0); err != nil {
			return fmt.Errorf("migrate down: %w", err)
		}
		return nil
	})
}

// SchemaVersion tells the version of the database and the newest one known here.
func SchemaVersion(ctx context.Context, url string) (current, newest int64, err error) {
	err = withGoose(url, func(p *goose.Provider) error {
		sources := p.ListSources()
		newest = sources[len(sources)-1].Version
		current, err = p.GetDBVersion(ctx)
		return err
	})
	return current, newest, err
}

func withGoose(url string, fn func(*goose.Provider) error) (err error) {
	pool, err := openOwner(url)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := pool.Close(); err == nil {
			err = cerr
		}
	}()
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	// Several nodes may start at once; the session lock lets one of them migrate.
	p, err := goose.NewProvider(goose.DialectPostgres, pool, files)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	return fn(p)
}

// openOwner opens a short-lived pool as another role than the application's.
func openOwner(url string) (*sql.DB, error) {
	pool, err := sql.Open("pgx", url)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	return pool, nil
}
