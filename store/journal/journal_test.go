package journal

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/seal"
	"example.org/hotline/ticket"
)

var epoch = time.Date(2026, 10, 1, 15, 40, 0, 0, time.UTC)

func testSealer(t testing.TB) seal.Sealer {
	t.Helper()
	ring, err := seal.NewKeyring(map[int][]byte{1: bytes.Repeat([]byte{7}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func openJournal(t testing.TB, dir string) *Journal {
	t.Helper()
	j, err := Open(dir, testSealer(t), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	return j
}

func call(i int) ticket.Call {
	at := epoch.Add(time.Duration(i) * time.Second)
	return ticket.Call{ID: ticket.CallID(fmt.Sprintf("call-%04d", i)), SIPCallID: fmt.Sprint("sip-", i), Trunk: "t", To: "12349",
		FromE164: "+8619900000001", Number: ticket.NewNumber(at, i), InvitedAt: at}
}

func mustAppend(t testing.TB, j *Journal, records ...Record) {
	t.Helper()
	for _, r := range records {
		if err := j.Append(t.Context(), r); err != nil {
			t.Fatalf("append %s of %s: %v", r.Kind, r.CallID, err)
		}
	}
}

// replayed collects what Replay hands out.
func replayed(t testing.TB, j *Journal) []Record {
	t.Helper()
	var all []Record
	err := j.Replay(t.Context(), func(_ context.Context, batch []Record) error {
		all = append(all, batch...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func segments(t testing.TB, dir, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func ended(c ticket.Call) Record {
	return Record{Kind: Ended, CallID: c.ID, InvitedAt: c.InvitedAt, At: c.InvitedAt.Add(time.Minute), Reason: ticket.EndCompleted}
}

func TestReplayInTrueTimeOrderAfterRestart(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	mustAppend(t, j, OpenedRecord(call(3)), OpenedRecord(call(1)))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = openJournal(t, dir)
	mustAppend(t, j, ended(call(3)), OpenedRecord(call(2)),
		Record{Kind: Keyed, CallID: call(1).ID, InvitedAt: call(1).InvitedAt, At: epoch.Add(time.Minute), Digit: "1"}, ended(call(1)))
	if got := j.Pending(); got != 6 {
		t.Errorf("Pending = %d, want 6", got)
	}
	var order []string
	for _, r := range replayed(t, j) {
		order = append(order, strings.TrimPrefix(string(r.CallID), "call-000")+" "+string(r.Kind))
	}
	want := []string{"1 opened", "1 keyed", "1 ended", "2 opened", "3 opened", "3 ended"}
	if !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
	if j.Pending() != 0 || len(segments(t, dir, "*"+segmentExt)) != 0 {
		t.Errorf("after replay: %d pending, segments %v", j.Pending(), segments(t, dir, "*"))
	}
	if j = reopen(t, j, dir); j.Pending() != 0 {
		t.Errorf("after a restart %d records came back", j.Pending())
	}
}

func reopen(t *testing.T, j *Journal, dir string) *Journal {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return openJournal(t, dir)
}

func TestLookUps(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	mustAppend(t, j, OpenedRecord(call(1)))
	j = reopen(t, j, dir)
	got, ok := j.Opened("t", "sip-1")
	if !ok || got.Number != call(1).Number || !got.InvitedAt.Equal(call(1).InvitedAt) {
		t.Errorf("Opened = %+v, %v", got, ok)
	}
	if _, ok := j.Opened("other", "sip-1"); ok {
		t.Error("a Call-ID of another trunk was taken for the same call")
	}
	if !j.Holds(call(1).ID) || j.Holds(call(2).ID) {
		t.Error("Holds is wrong")
	}
	replayed(t, j)
	if _, ok := j.Opened("t", "sip-1"); ok || j.Holds(call(1).ID) {
		t.Error("an applied call is still found")
	}
}

func TestConcurrentAppendsAreAllThere(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	var wg sync.WaitGroup
	for i := range 400 {
		wg.Go(func() { mustAppend(t, j, OpenedRecord(call(i))) })
	}
	wg.Wait()
	j = reopen(t, j, dir)
	got := replayed(t, j)
	for i, r := range got {
		if r.CallID != call(i).ID {
			t.Fatalf("record %d is of %s", i, r.CallID)
		}
	}
	if len(got) != 400 {
		t.Errorf("%d records, want 400", len(got))
	}
}

func TestNothingIsReadableOnDisk(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	mustAppend(t, j, OpenedRecord(call(1)))
	for _, name := range segments(t, dir, "*") {
		data, err := os.ReadFile(name)
		if err != nil || bytes.Contains(data, []byte("19900000001")) || bytes.Contains(data, []byte("sip-1")) {
			t.Errorf("%s shows the caller (%v)", name, err)
		}
	}
}

func TestTornTailIsCutAtEveryByte(t *testing.T) {
	base := t.TempDir()
	j := openJournal(t, base)
	mustAppend(t, j, OpenedRecord(call(1)), OpenedRecord(call(2)))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	name := segments(t, base, "*"+segmentExt)[0]
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	first, _ := frameAt(data, len(segmentHead))
	firstEnd := len(segmentHead) + frameHeadLen + len(first)
	for size := range data {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), data[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		j := openJournal(t, dir)
		want := 0
		if size >= firstEnd {
			want = 1
		}
		if got := j.Pending(); got != want || len(j.Damages()) != 0 {
			t.Fatalf("cut at byte %d: %d pending, want %d; damages %v", size, got, want, j.Damages())
		}
		mustAppend(t, j, OpenedRecord(call(9)))
		if got := len(replayed(t, reopen(t, j, dir))); got != want+1 {
			t.Fatalf("cut at byte %d: %d records replayed after another append, want %d", size, got, want+1)
		}
	}
}

func TestDamageInTheMiddleIsSkippedReportedAndKept(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	mustAppend(t, j, OpenedRecord(call(1)), OpenedRecord(call(2)), OpenedRecord(call(3)))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	name := segments(t, dir, "*"+segmentExt)[0]
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	first, _ := frameAt(data, len(segmentHead))
	second := len(segmentHead) + frameHeadLen + len(first)
	for _, at := range []int{second, second + 5, second + 9, second + frameHeadLen + 40} { // marker, length, sum, payload
		broken := bytes.Clone(data)
		broken[at] ^= 0xFF
		if err := os.WriteFile(name, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		j := openJournal(t, dir)
		if damages := j.Damages(); len(damages) != 1 || damages[0].Offset != int64(second) {
			t.Fatalf("byte %d changed: damages %+v, want one at %d", at, damages, second)
		}
		got := replayed(t, j)
		if len(got) != 2 || got[0].CallID != call(1).ID || got[1].CallID != call(3).ID {
			t.Fatalf("byte %d changed: replayed %v, want calls 1 and 3", at, got)
		}
		if kept := segments(t, dir, "*"+damagedExt); len(kept) != 1 {
			t.Fatalf("byte %d changed: the segment was not kept: %v", at, segments(t, dir, "*"))
		}
		if err := errors.Join(j.Close(), os.Remove(name+damagedExt)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFrameMovedToAnotherPlaceDoesNotOpen swaps two whole frames, which a
// checksum alone would not notice.
func TestFrameMovedToAnotherPlaceDoesNotOpen(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	mustAppend(t, j, OpenedRecord(call(1)), OpenedRecord(call(2)))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	name := segments(t, dir, "*"+segmentExt)[0]
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	first, _ := frameAt(data, len(segmentHead))
	cut := len(segmentHead) + frameHeadLen + len(first)
	swapped := slices.Concat(data[:len(segmentHead)], data[cut:], data[len(segmentHead):cut])
	if err := os.WriteFile(name, swapped, 0o600); err != nil {
		t.Fatal(err)
	}
	j = openJournal(t, dir)
	if got := j.Damages(); len(got) != 2 || !errors.Is(got[0].Err, seal.ErrTampered) || j.Pending() != 0 {
		t.Errorf("damages %+v with %d pending, want two tampered frames", got, j.Pending())
	}
}

func TestReplayKeepsWhatWasNotApplied(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	mustAppend(t, j, OpenedRecord(call(1)), OpenedRecord(call(2)))
	away := fmt.Errorf("connect: %w", act.ErrUnavailable)
	calls := 0
	err := j.Replay(t.Context(), func(context.Context, []Record) error { calls++; return away })
	if !errors.Is(err, act.ErrUnavailable) || calls != 1 || j.Pending() != 2 {
		t.Fatalf("Replay with the database away: %v after %d tries, %d pending", err, calls, j.Pending())
	}
	if j = reopen(t, j, dir); j.Pending() != 2 {
		t.Errorf("%d pending after a restart, want 2", j.Pending())
	}
}

func TestOneBadCallDoesNotHoldUpTheOthers(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	for i := range 5 {
		mustAppend(t, j, OpenedRecord(call(i)), ended(call(i)))
	}
	bad := errors.New("constraint")
	applied := map[ticket.CallID]int{}
	err := j.Replay(t.Context(), func(_ context.Context, batch []Record) error {
		if slices.ContainsFunc(batch, func(r Record) bool { return r.CallID == call(2).ID }) {
			return bad
		}
		for _, r := range batch {
			applied[r.CallID]++
		}
		return nil
	})
	if !errors.Is(err, bad) || len(applied) != 4 || j.Pending() != 2 || !j.Holds(call(2).ID) {
		t.Errorf("Replay = %v, applied %v, %d pending; want the other four applied", err, applied, j.Pending())
	}
}

func TestAppendDuringReplayIsReplayedToo(t *testing.T) {
	j := openJournal(t, t.TempDir())
	mustAppend(t, j, OpenedRecord(call(1)))
	var got []Record
	err := j.Replay(t.Context(), func(_ context.Context, batch []Record) error {
		if len(got) == 0 {
			mustAppend(t, j, ended(call(1)))
		}
		got = append(got, batch...)
		return nil
	})
	if err != nil || len(got) != 2 || got[1].Kind != Ended || j.Pending() != 0 {
		t.Errorf("Replay = %v, records %v, %d pending", err, got, j.Pending())
	}
}

// TestFailedWriteIsNotCounted closes the file under the journal, as a disk that
// went away does.
func TestFailedWriteIsNotCounted(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, dir)
	mustAppend(t, j, OpenedRecord(call(1)))
	j.mu.Lock()
	file := j.active.file
	j.mu.Unlock()
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(t.Context(), OpenedRecord(call(2))); !errors.Is(err, os.ErrClosed) {
		t.Fatalf("Append to a broken file: %v, want os.ErrClosed", err)
	}
	mustAppend(t, j, OpenedRecord(call(3)))
	if got := replayed(t, reopen(t, j, dir)); len(got) != 2 || got[1].CallID != call(3).ID {
		t.Errorf("replayed %v, want calls 1 and 3", got)
	}
}

func TestOpenRefusesASecondProcess(t *testing.T) {
	dir := t.TempDir()
	openJournal(t, dir)
	if _, err := Open(dir, testSealer(t), slog.New(slog.DiscardHandler)); !errors.Is(err, ErrInUse) {
		t.Errorf("second Open: %v, want ErrInUse", err)
	}
}

func TestAppendRefuses(t *testing.T) {
	j := openJournal(t, t.TempDir())
	c := call(1)
	bad := []Record{{}, {Kind: Ended, CallID: c.ID, InvitedAt: c.InvitedAt, At: epoch}, {Kind: Keyed, CallID: c.ID, InvitedAt: c.InvitedAt, At: epoch},
		{Kind: Opened, CallID: c.ID, InvitedAt: c.InvitedAt, At: epoch}, {Kind: "other", CallID: c.ID, InvitedAt: c.InvitedAt, At: epoch}}
	long := c
	long.FromRaw = strings.Repeat("x", maxRecord)
	for _, r := range append(bad, OpenedRecord(long)) {
		if err := j.Append(t.Context(), r); !errors.Is(err, errBadRecord) {
			t.Errorf("Append(%s) = %v, want errBadRecord", r.Kind, err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(t.Context(), OpenedRecord(c)); !errors.Is(err, ErrClosed) {
		t.Errorf("Append after Close: %v, want ErrClosed", err)
	}
}

// TestKilledProcessLosesNothingItAcknowledged runs a child that appends and
// tells each success, kills it with SIGKILL, and opens what is left.
func TestKilledProcessLosesNothingItAcknowledged(t *testing.T) {
	dir := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run=^TestAppendingChild$")
	child.Env = append(os.Environ(), "JOURNAL_TEST_DIR="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if id, ok := strings.CutPrefix(lines.Text(), "kept "); ok {
			told[id] = true
		}
		if len(told) == 300 {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = child.Wait() // it was killed: its error says so
	if len(told) < 300 {
		t.Fatalf("the child told of %d appends only", len(told))
	}
	found := map[string]bool{}
	for _, r := range replayed(t, openJournal(t, dir)) {
		found[string(r.CallID)] = true
	}
	for id := range told {
		if !found[id] {
			t.Errorf("call %s was acknowledged and is lost", id)
		}
	}
}

// TestAppendingChild is the child of the test above; on its own it does nothing.
func TestAppendingChild(t *testing.T) {
	dir := os.Getenv("JOURNAL_TEST_DIR")
	if dir == "" {
		return
	}
	j := openJournal(t, dir)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				c := call(worker*100_000 + i)
				mustAppend(t, j, OpenedRecord(c))
				fmt.Printf("kept %s\n", c.ID)
			}
		})
	}
	wg.Wait()
}

func BenchmarkAppend(b *testing.B) {
	for _, parallel := range []int{1, 64} {
		b.Run(fmt.Sprint(parallel, "_at_once"), func(b *testing.B) {
			j := openJournal(b, b.TempDir())
			b.SetParallelism(parallel)
			r := OpenedRecord(call(1))
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					mustAppend(b, j, r)
				}
			})
		})
	}
}
