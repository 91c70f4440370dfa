package figures

import (
	"testing"
	"time"
)

func TestPercentile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i+1) * time.Millisecond
	}
	for _, c := range []struct {
		of   []time.Duration
		p    float64
		want time.Duration
	}{
		{nil, 50, 0},
		{hundred[:1], 50, time.Millisecond},
		{hundred[:1], 100, time.Millisecond},
		{hundred, 0, time.Millisecond},
		{hundred, 50, 51 * time.Millisecond},
		{hundred, 99, 100 * time.Millisecond},
		{hundred, 100, 100 * time.Millisecond},
	} {
		if got := Percentile(c.of, c.p); got != c.want {
			t.Errorf("p%v of %d: %s, want %s", c.p, len(c.of), got, c.want)
		}
	}
}

func TestSpreadSortsAndNamesTheWorst(t *testing.T) {
	if got := Spread([]time.Duration{3 * time.Millisecond, time.Millisecond, 2500 * time.Microsecond}); got != "p50 2.5, p99 3.0, max 3.0 ms" {
		t.Errorf("got %q", got)
	}
	if got := Spread(nil); got != "none" {
		t.Errorf("of nothing: %q", got)
	}
}

func TestMedianLeavesItsArgumentAsItWas(t *testing.T) {
	values := []float64{9, 1, 5}
	if got := Median(values); got != 5 || values[0] != 9 {
		t.Errorf("got %v, of %v", got, values)
	}
}
