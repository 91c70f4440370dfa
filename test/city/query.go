package city

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/hotline/internal/localservers"
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
	defer conn.Close(ctx) // a short-lived connection
	return conn.QueryRow(ctx, sql, args...).Scan(dest...)
}

// Count reads one number.
func (c *City) Count(sql string, args ...any) (n int) {
	c.T.Helper()
	c.Query(sql, args, &n)
	return n
}

// waitLimit is how long a test waits for what must happen; nothing fails by being slow within it.
const waitLimit = 90 * time.Second

// Until waits until done reports true, and fails the test where it does not.
func (c *City) Until(what string, done func() bool) {
	c.T.Helper()
	c.UntilWithin(waitLimit, what, done)
}

// UntilWithin waits as Until does, for what is long in itself on a busy machine.
func (c *City) UntilWithin(limit time.Duration, what string, done func() bool) {
	c.T.Helper()
	deadline := time.After(limit)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline:
			c.T.Fatalf("it did not happen within %s: %s\n%s", limit, what, tail(c.Log()))
		case <-tick.C:
		}
	}
}

// tail is the end of a log, enough to see what went wrong.
func tail(s string) string { return s[max(0, len(s)-2000):] }

// Exec changes the database as the superuser, for what no command does: an
// absence in the past, a row that somebody tampers with.
func (c *City) Exec(sql string, args ...any) {
	c.T.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	url, err := localservers.InDatabase(c.Servers.Postgres.SuperURL, localservers.DatabaseName)
	if err != nil {
		c.T.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		c.T.Fatal(err)
	}
	defer conn.Close(ctx) // a short-lived connection
	if _, err := conn.Exec(ctx, sql, args...); err != nil {
		c.T.Fatalf("%s: %v", sql, err)
	}
}

// OfferedTo lists whose posts a ticket has been offered to since its ladder last began, in order.
func (c *City) OfferedTo(number string) (logins []string) {
	c.T.Helper()
	c.Query(`SELECT coalesce(array_agg(s.login ORDER BY o.id), '{}') FROM offers o JOIN tickets t ON t.id = o.ticket_id AND t.epoch = o.epoch
		JOIN staff s ON s.post_id = o.post_id WHERE t.number = $1`, []any{number}, &logins)
	return logins
}
