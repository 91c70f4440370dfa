package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.org/hotline/api"
	"example.org/hotline/internal/pulse"
)

// overdueLimit is how late a timer may be before a node calls itself unready.
const overdueLimit = 30 * time.Second

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
			overdue, err := n.engine.OldestOverdue(ctx)
			if err != nil {
				return "", err
			}
			detail := fmt.Sprintf("oldest overdue timer %s", overdue.Round(time.Millisecond))
			if overdue > overdueLimit {
				return detail, errors.New("timers fire late")
			}
			return detail, nil
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
