// Package figures is how a bench writes down what it measured: the same
// percentiles and the same table for all of them, in Markdown, so that
// docs/benchmarks.md can keep it as it is.
package figures

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// Line is one row of the table. Gate is empty where the bench has none.
type Line struct {
	What, Value, Gate, Note string
}

// Row is a line without a gate, its value formatted.
func Row(what, note, format string, args ...any) Line {
	return Line{What: what, Value: fmt.Sprintf(format, args...), Note: note}
}

// Print writes the conditions and then the table, with a column for the gates
// where a line has one.
func Print(w io.Writer, conditions []string, lines []Line) {
	fmt.Fprintln(w) //nolint:errcheck // a terminal
	for _, c := range conditions {
		fmt.Fprintln(w, "-", c) //nolint:errcheck // a terminal
	}
	gates := slices.ContainsFunc(lines, func(l Line) bool { return l.Gate != "" })
	head := "\n| measured | value | how |\n|---|---:|---|"
	if gates {
		head = "\n| measured | value | gate / aim | how |\n|---|---:|---:|---|"
	}
	fmt.Fprintln(w, head) //nolint:errcheck // a terminal
	for _, l := range lines {
		cells := []string{l.What, l.Value, l.Note}
		if gates {
			cells = slices.Insert(cells, 2, l.Gate)
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")) //nolint:errcheck // a terminal
	}
}

// Percentile of durations: the first that more than p in a hundred are below or
// at, so that p99 of a hundred is the worst of them. 0 of none.
func Percentile(all []time.Duration, p float64) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(p/100*float64(len(sorted))))]
}

// Spread is p50, p99 and the worst, in milliseconds.
func Spread(all []time.Duration) string {
	if len(all) == 0 {
		return "none"
	}
	return fmt.Sprintf("p50 %s, p99 %s, max %s ms", Milliseconds(Percentile(all, 50)), Milliseconds(Percentile(all, 99)), Milliseconds(slices.Max(all)))
}

// Milliseconds writes a duration with one decimal.
func Milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f", float64(d.Microseconds())/1000)
}

// Median of an odd number of values; of an even one the upper of the two.
func Median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// LoadAverage is the machine's over 1, 5 and 15 minutes.
func LoadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}
