package city

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Query reads the database as the role that sees everything: one row into dest.
func (c *City) Query(sql string, args []any, dest ...any) {
	c.T.Helper()
	if err := c.TryQuery(sql, args, dest...); err != nil {
		c.T.Fatalf("%s: %v", sql, err)
	}
}

// TryQuery is Query that returns what went wrong: the database may be away.
func (c *City) TryQuery(sql string, args []any, dest ...any) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.Servers.Postgres.InspectURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx) //nolint:errcheck // a short-lived connection
	return conn.QueryRow(ctx, sql, args...).Scan(dest...)
}

// Count reads one number.
func (c *City) Count(sql string, args ...any) (n int) {
	c.T.Helper()
	c.Query(sql, args, &n)
	return n
}

// waitLimit is how long a test waits for what must happen; nothing fails by being slow within it.
const waitLimit = 45 * time.Second

// Until waits until done reports true, and fails the test where it does not.
func (c *City) Until(what string, done func() bool) {
	c.T.Helper()
	deadline := time.After(waitLimit)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline:
			c.T.Fatalf("it did not happen within %s: %s\n%s", waitLimit, what, tail(c.Log()))
		case <-tick.C:
		}
	}
}

// tail is the end of a log, enough to see what went wrong.
func tail(s string) string { return s[max(0, len(s)-6000):] }
