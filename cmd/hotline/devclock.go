package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.org/hotline/configs"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// devClockCommand moves the demo city's clock. Whatever sleeps until a time of
// that clock wakes up within a second; sign-ins run on the real clock.
func devClockCommand(o *devOptions) *cobra.Command {
	return &cobra.Command{
		Use:     "clock +DURATION|RFC3339|xSCALE",
		Short:   "Move the running demo city's clock: +2h, 2026-10-02T01:05:00+08:00, or x60 to let it run faster",
		Example: "  hotline dev clock +2h\n  hotline dev clock 2026-10-02T01:05:00+08:00\n  hotline dev clock x60",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			move, err := parseMove(args[0])
			if err != nil {
				return err
			}
			cfg, err := configs.Load(filepath.Join(o.dir, "hotline.yaml"), nil)
			if err != nil {
				return fmt.Errorf("no demo city in %s; `hotline dev` makes one: %w", o.dir, err)
			}
			now, err := store.MoveClock(cmd.Context(), cfg.Postgres.OwnerURL.Reveal(), move)
			if err != nil {
				return err
			}
			awaitClock(cmd.Context(), cfg.API.PublicOrigin, now)
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "the city's clock: %s\n", now.In(ticket.Shanghai).Format(time.RFC3339))
			return err
		},
	}
}

// awaitClock waits until the running city has noticed, so that whatever is done
// next happens at the new time. With no city running it gives up quietly.
func awaitClock(ctx context.Context, origin string, target time.Time) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		seen, err := nodeClock(ctx, origin)
		if err != nil || !seen.Before(target.Add(-time.Second)) && seen.Before(target.Add(10*time.Minute)) {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// nodeClock asks a node for its view of the city's time.
func nodeClock(ctx context.Context, origin string) (time.Time, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, origin+"/readyz", nil)
	if err != nil {
		return time.Time{}, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return time.Time{}, err
	}
	defer res.Body.Close() //nolint:errcheck // read to its end
	var ready struct {
		Checks []struct{ Name, Detail string }
	}
	if err := json.NewDecoder(res.Body).Decode(&ready); err != nil {
		return time.Time{}, err
	}
	for _, check := range ready.Checks {
		if check.Name == "clock" {
			return time.Parse(time.RFC3339Nano, check.Detail)
		}
	}
	return time.Time{}, errors.New("the node does not tell its time")
}

// clockMove gives the city's new time and speed from the present ones.
type clockMove func(now time.Time, scale float64) (time.Time, float64)

// maxScale is the most times faster the city's clock may run.
const maxScale = 1000

// parseMove understands how the clock is to be moved.
func parseMove(s string) (clockMove, error) {
	switch {
	case strings.HasPrefix(s, "+"):
		d, err := time.ParseDuration(s[1:])
		if err != nil || d <= 0 {
			return nil, fmt.Errorf("%q: write a duration such as +90m or +2h", s)
		}
		return func(now time.Time, scale float64) (time.Time, float64) { return now.Add(d), scale }, nil
	case strings.HasPrefix(s, "x"):
		scale, err := strconv.ParseFloat(s[1:], 64)
		if err != nil || !(scale > 0 && scale <= maxScale) { // NaN is neither
			return nil, fmt.Errorf("%q: write a speed such as x1 or x60, at most x%d", s, maxScale)
		}
		return func(now time.Time, _ float64) (time.Time, float64) { return now, scale }, nil
	default:
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return nil, fmt.Errorf("%q: write +2h, x60, or a time such as 2026-10-02T01:05:00+08:00", s)
		}
		return func(_ time.Time, scale float64) (time.Time, float64) { return at, scale }, nil
	}
}
