package servers_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"example.org/hotline/test/servers"
)

func TestMain(m *testing.M) { servers.Main(m) }

var migrations atomic.Int64

// migrate leaves its connection open on purpose: a careless one must not keep
// the template from being copied.
func migrate(ctx context.Context, ownerURL string) error {
	migrations.Add(1)
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	_, err = conn.Exec(ctx, `CREATE TABLE calls (id int)`)
	return err
}

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	for i := range 4 {
		t.Run(fmt.Sprint("copy ", i), func(t *testing.T) {
			t.Parallel()
			db := servers.Database(t, "calls", migrate)
			for _, sql := range []string{`INSERT INTO calls VALUES (1)`, `GRANT SELECT ON calls TO hotline_app`} {
				if _, err := connect(t, db.OwnerURL).Exec(t.Context(), sql); err != nil {
					t.Fatal(err)
				}
			}
			for role, url := range map[string]string{"app": db.AppURL, "inspect": db.InspectURL, "super": db.SuperURL} {
				var n int
				if err := connect(t, url).QueryRow(t.Context(), `SELECT count(*) FROM calls`).Scan(&n); err != nil || n != 1 {
					t.Errorf("%s sees %d rows (%v), want 1", role, n, err)
				}
			}
			if _, err := connect(t, db.AppURL).Exec(t.Context(), `CREATE TABLE mine (id int)`); err == nil {
				t.Error("the program's role may make tables in a copied database")
			}
			if n := migrations.Load(); n != 1 {
				t.Errorf("migrated %d times, want once for all copies", n)
			}
		})
	}
}

func TestEachTestHasARedisOfItsOwn(t *testing.T) {
	t.Parallel()
	a, b := servers.Redis(t), servers.Redis(t)
	if a.AppURL == b.AppURL {
		t.Errorf("both are at %s", a.AppURL)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}
