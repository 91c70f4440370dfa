package sim

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// WriteTable writes a report for people, in aligned columns.
func (r Report) WriteTable(to io.Writer) error {
	var b bytes.Buffer // takes everything, so that only the last write can fail
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	line := func(cells ...any) {
		var row strings.Builder
		for _, c := range cells {
			fmt.Fprintf(&row, "%v\t", c)
		}
		_, _ = io.WriteString(w, row.String()+"\n")
	}
	fmt.Fprintf(&b, "%s from %s, %d days, %d %s, load x%g, seed %d, policy %s\n", r.Scenario, r.From, r.Days, r.Cities, plural(r.Cities, "city", "cities"), r.Load, r.Seed, r.Policy)
	fmt.Fprintf(&b, "%d calls, %d tickets closed, %d still open; %d offers, %d notices\n\n", r.Calls, r.Closed, r.Open, r.Offers, r.Notices)
	line("priority", "tickets", "on time", "accepted p50", "p90", "p99", "arrived p50", "p90", "p99", "relieved p50", "p90", "p99")
	for _, f := range r.Promises {
		line(f.Priority, f.Tickets, percent(f.OnTimePart), span(f.Acceptance.P50), span(f.Acceptance.P90), span(f.Acceptance.P99),
			span(f.Arrival.P50), span(f.Arrival.P90), span(f.Arrival.P99), span(f.Relief.P50), span(f.Relief.P90), span(f.Relief.P99))
	}
	_ = w.Flush()
	fmt.Fprintln(&b)
	line("broken promises", "priority", "reason")
	for _, b := range r.Breaches {
		line(b.Count, b.Priority, strings.ReplaceAll(string(b.Reason), "_", " "))
	}
	_ = w.Flush()
	fmt.Fprintf(&b, "\nwork: %d people, %.1f tickets each on average, most %d, Gini %.2f\n", r.Workers.Count, r.Workers.Mean, r.Workers.Most, r.Workers.Gini)
	for _, t := range r.Workers.Top {
		fmt.Fprintf(&b, "  %4d (%d urgent)  %s\n", t.Tickets, t.Urgent, t.Name)
	}
	fmt.Fprintf(&b, "\nline: %s of all calls answered within %d s, %d abandoned; wait p50 %s, p90 %s, p99 %s\n", percent(r.Line.InTimePart), r.Line.Within,
		r.Line.Abandoned, span(r.Line.Answered.P50), span(r.Line.Answered.P90), span(r.Line.Answered.P99))
	line(fmt.Sprintf("agents for %.0f %% within %d s, busiest hour", 100*r.Line.Target, r.Line.Within), "calls/h", "agents", "Erlang A", "simulated")
	for _, n := range []struct {
		what string
		Needed
	}{{"one city", r.Line.City}, {"all cities, one queue", r.Line.All}} {
		if n.what != "one city" && r.Cities == 1 {
			continue
		}
		line(n.what, fmt.Sprintf("%.1f", n.Rate), n.Agents, percent(n.Formula), percent(n.Simulated))
	}
	_ = w.Flush()
	verdict := "sound"
	if !r.Checks.Sound() {
		verdict = "NOT SOUND"
	}
	fmt.Fprintf(&b, "\nlost %d, duplicates %d, orphans %d: %s\n", r.Checks.Lost, r.Checks.Duplicates, r.Checks.Orphans, verdict)
	_, err := to.Write(b.Bytes())
	return err
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func percent(part float64) string { return fmt.Sprintf("%.1f %%", 100*part) }

// span is a length of time in at most two units.
func span(seconds int64) string {
	d := time.Duration(seconds) * time.Second
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", seconds)
	case d < time.Hour:
		return fmt.Sprintf("%.1f min", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.1f h", d.Hours())
	default:
		return fmt.Sprintf("%.1f d", d.Hours()/24)
	}
}
