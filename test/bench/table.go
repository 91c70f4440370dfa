package main

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// line is one row of the table.
type line struct {
	what, value, note string
}

func row(what, note, format string, args ...any) line {
	return line{what: what, value: fmt.Sprintf(format, args...), note: note}
}

// print writes the conditions and then the table, in Markdown, so that it can
// be kept in docs/benchmarks.md as it is.
func print(w io.Writer, conditions []string, lines []line) {
	fmt.Fprintln(w) //nolint:errcheck // a terminal
	for _, c := range conditions {
		fmt.Fprintln(w, "-", c) //nolint:errcheck // a terminal
	}
	fmt.Fprintln(w, "\n| measured | value | how |\n|---|---:|---|") //nolint:errcheck // a terminal
	for _, l := range lines {
		fmt.Fprintf(w, "| %s | %s | %s |\n", l.what, l.value, l.note) //nolint:errcheck // a terminal
	}
}

// percentile of the sorted durations: the first that more than p in a hundred are
// below or at, so that p99 of a hundred is the worst of them. 0 of none.
func percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(p/100*float64(len(sorted))))]
}

// spread is p50, p99 and the worst, in milliseconds.
func spread(all []time.Duration) string {
	slices.Sort(all)
	if len(all) == 0 {
		return "none"
	}
	return fmt.Sprintf("p50 %s, p99 %s, max %s ms", ms(percentile(all, 50)), ms(percentile(all, 99)), ms(all[len(all)-1]))
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000) }

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
