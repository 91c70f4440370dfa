package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/internal/pulse"
)

// checks is what /readyz asks. The oldest overdue timer is asked of the
// database itself, not of the dispatcher that may have died.
func (n *node) checks() []api.Check {
	return []api.Check{
		{Name: "postgres", Required: true, Probe: func(ctx context.Context) (string, error) { return "", n.db.Ping(ctx) }},
		{Name: "redis", Probe: func(context.Context) (string, error) {
			state := n.redis.State()
			if state != pulse.StateUp {
				return string(state), errors.New("timers run from PostgreSQL alone")
			}
			return string(state), nil
		}},
		{Name: "dispatch", Required: true, Probe: func(ctx context.Context) (string, error) {
			overdue, err := n.watch.Overdue(ctx)
			return fmt.Sprintf("oldest overdue timer %s", overdue.Round(time.Millisecond)), err
		}},
		{Name: "dead_man", Probe: func(context.Context) (string, error) {
			answered, err := n.watch.DeadMan()
			if answered.IsZero() {
				return "not called yet, or no address", err
			}
			return "answered " + answered.UTC().Format(time.RFC3339), err
		}},
		{Name: "clock", Probe: func(context.Context) (string, error) { return n.clock.Now().Format(time.RFC3339Nano), nil }},
		{Name: "journal", Probe: func(context.Context) (string, error) {
			if pending := n.calls.Pending(); pending > 0 {
				return "", fmt.Errorf("%d records wait for the database", pending)
			}
			return "", nil
		}},
		{Name: "phone", Probe: func(context.Context) (string, error) {
			if n.phone == nil {
				return "another node's role", nil
			}
			return fmt.Sprintf("%d live calls", n.phone.Stats().Live), nil
		}},
	}
}
