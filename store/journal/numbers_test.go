package journal

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"example.org/hotline/ticket"
)

// table is the database's side of Reserve: blocks round and round.
type table struct {
	mu    sync.Mutex
	next  int
	away  bool
	asked chan struct{} // told after each block
}

var errAway = errors.New("database away")

func (t *table) reserve(_ context.Context, size int) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.away {
		return 0, errAway
	}
	first := t.next
	t.next = (t.next + size) % ticket.OrdinarySequences
	select {
	case t.asked <- struct{}{}:
	default:
	}
	return first, nil
}

func openNumbers(t *testing.T, dir string, ordinal int, tab *table) *Numbers {
	t.Helper()
	n, err := OpenNumbers(dir, ordinal, tab.reserve, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func next(t *testing.T, n *Numbers) ticket.Number {
	t.Helper()
	number, err := n.Next(epoch)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ticket.ParseNumber(string(number)); err != nil {
		t.Fatalf("%s: %v", number, err)
	}
	return number
}

// TestNumbersNeverRepeat opens the same folder again and again without closing,
// as kills do, and has the table wrap round its end.
func TestNumbersNeverRepeat(t *testing.T) {
	dir := t.TempDir()
	tab := &table{next: ticket.OrdinarySequences - 500}
	seen := map[ticket.Number]bool{}
	for round := range 40 {
		n := openNumbers(t, dir, 0, tab)
		if err := n.Refill(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 7 + round*5 {
			number := next(t, n)
			if seen[number] {
				t.Fatalf("round %d: %s was given out before", round, number)
			}
			if seen[number] = true; number[6] == '9' {
				t.Fatalf("round %d: %s is of the emergency range although the database is there", round, number)
			}
		}
	}
}

func TestNumbersWithTheDatabaseAway(t *testing.T) {
	dir := t.TempDir()
	tab := &table{}
	n := openNumbers(t, dir, 3, tab)
	if err := n.Refill(t.Context()); err != nil {
		t.Fatal(err)
	}
	tab.away = true
	if err := n.Refill(t.Context()); err != nil {
		t.Fatalf("Refill with two blocks in hand asked the database: %v", err)
	}
	seen := map[ticket.Number]bool{}
	for i := range 2000 + 30 {
		if i == 2020 {
			n = openNumbers(t, dir, 3, tab) // a restart within the emergency range
		}
		number := next(t, n)
		if seen[number] {
			t.Fatalf("number %d, %s, was given out before", i, number)
		}
		seen[number] = true
		if emergency := i >= 2000; emergency != (number[6:8] == "93") {
			t.Fatalf("number %d is %s", i, number)
		}
	}
	if err := n.Refill(t.Context()); !errors.Is(err, errAway) {
		t.Errorf("Refill = %v, want the table's error", err)
	}
	tab.away = false
	if err := n.Refill(t.Context()); err != nil {
		t.Fatal(err)
	}
	if number := next(t, n); number[6] == '9' {
		t.Errorf("%s is still of the emergency range", number)
	}
}

func TestEmergencyRangeEndsWithinADay(t *testing.T) {
	n := openNumbers(t, t.TempDir(), 9, &table{away: true})
	n.held.Emergency = emergency{Next: 9_999, Day: ticket.DateOf(epoch), Given: 9_999}
	if got := next(t, n); got[6:12] != "999999" {
		t.Errorf("last number %s", got)
	}
	if _, err := n.Next(epoch); !errors.Is(err, ErrNoNumber) {
		t.Errorf("Next = %v, want ErrNoNumber", err)
	}
	if got, err := n.Next(epoch.Add(24 * time.Hour)); err != nil || got[6:12] != "990000" {
		t.Errorf("next day: %s, %v", got, err)
	}
}

func TestNumbersConcurrently(t *testing.T) {
	tab := &table{asked: make(chan struct{}, 16)}
	n := openNumbers(t, t.TempDir(), 0, tab)
	ctx, cancel := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() { n.Run(ctx) })
	defer run.Wait()
	defer cancel()
	for range blocksHeld { // Run fills up without being asked
		<-tab.asked
	}
	var mu sync.Mutex
	seen := map[ticket.Number]bool{}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 400 {
				number := next(t, n)
				mu.Lock()
				if seen[number] {
					t.Errorf("%s was given out twice", number)
				}
				seen[number] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(seen) != 6400 {
		t.Errorf("%d numbers, want 6400", len(seen))
	}
}

func TestNumbersRefuse(t *testing.T) {
	for _, ordinal := range []int{-1, 10} {
		if _, err := OpenNumbers(t.TempDir(), ordinal, nil, nil); !errors.Is(err, errOrdinal) {
			t.Errorf("ordinal %d: %v", ordinal, err)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "numbers.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenNumbers(dir, 0, nil, nil); err == nil {
		t.Error("a damaged file was taken for an empty one: numbers would repeat")
	}
}

func TestOffsetSurvives(t *testing.T) {
	dir := t.TempDir()
	o, err := OpenOffset(dir)
	if err != nil || o.Last() != 0 {
		t.Fatalf("OpenOffset = %v, %v", o.Last(), err)
	}
	for _, d := range []time.Duration{2 * time.Hour, 2*time.Hour + 3*time.Millisecond, 2*time.Hour + 6*time.Millisecond} {
		if err := o.Set(d, epoch); err != nil {
			t.Fatal(err)
		}
		if got := o.Correct(epoch); !got.Equal(epoch.Add(d)) {
			t.Errorf("Correct = %s", got)
		}
	}
	again, err := OpenOffset(dir)
	if err != nil || again.Last() != 2*time.Hour+6*time.Millisecond {
		t.Errorf("after a restart %s, %v: slow drift must be written too", again.Last(), err)
	}
}
