package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"example.org/hotline/test/bench/figures"
)

// conditions is what the figures depend on.
func (s *stand) conditions(ctx context.Context, before string) []string {
	var postgres string
	if err := s.scan(ctx, s.super, `SELECT current_setting('server_version') || ', fsync ' || current_setting('fsync')`, &postgres); err != nil {
		postgres = err.Error()
	}
	return []string{
		time.Now().UTC().Format("2006-01-02 15:04 UTC"),
		fmt.Sprintf("%d cores for everything; %s, PostgreSQL %s, Redis with its append-only file", runtime.NumCPU(), runtime.Version(), postgres),
		fmt.Sprintf("load average before %s, after %s", before, figures.LoadAverage()),
	}
}

func each(values []float64) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = fmt.Sprintf("%.0f", v)
	}
	return strings.Join(texts, ", ")
}
