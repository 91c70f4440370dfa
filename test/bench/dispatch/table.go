package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// line is one row of the table.
type line struct{ what, value, gate, note string }

// print writes the conditions and the table in Markdown, as docs/benchmarks.md keeps it.
func (s *stand) print(ctx context.Context, before string, lines []line) {
	var postgres string
	if err := s.scan(ctx, s.super, `SELECT current_setting('server_version') || ', fsync ' || current_setting('fsync')`, &postgres); err != nil {
		postgres = err.Error()
	}
	fmt.Printf("\n- %s\n- %d cores for everything; %s, PostgreSQL %s, Redis with its append-only file\n- load average before %s, after %s\n\n| measured | value | gate / aim | how |\n|---|---:|---:|---|\n",
		time.Now().UTC().Format("2006-01-02 15:04 UTC"), runtime.NumCPU(), runtime.Version(), postgres, before, loadAverage())
	for _, l := range lines {
		fmt.Printf("| %s | %s | %s | %s |\n", l.what, l.value, l.gate, l.note)
	}
}

func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}

// percentile of the durations: the first that more than p in a hundred are below or at.
func percentile(all []time.Duration, p float64) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(p/100*float64(len(sorted))))]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func each(values []float64) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = fmt.Sprintf("%.0f", v)
	}
	return strings.Join(texts, ", ")
}
