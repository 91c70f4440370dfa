package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// offsetStep is the change of the offset that is worth a write. Deadlines count
// in minutes; the clock of a healthy node moves by less.
const offsetStep = 5 * time.Millisecond

// Offset is the last measured difference between app_now() and this node's
// clock. It lies on the disk, so that a node which starts with PostgreSQL away
// still stamps an INVITE with the time of the line. Safe for concurrent use.
type Offset struct {
	path string
	last atomic.Int64 // nanoseconds, as in offsetFile

	mu   sync.Mutex
	kept time.Duration // what the file says
}

type offsetFile struct {
	Offset     time.Duration `json:"offset_ns"`
	MeasuredAt time.Time     `json:"measured_at"` // by the node's clock
}

// OpenOffset reads the offset kept in dir; zero where none was ever measured.
func OpenOffset(dir string) (*Offset, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open clock offset: %w", err)
	}
	o := &Offset{path: filepath.Join(dir, "offset.json")}
	var kept offsetFile
	if err := readJSON(o.path, &kept); err != nil {
		return nil, fmt.Errorf("open clock offset: %w", err)
	}
	o.kept = kept.Offset
	o.last.Store(int64(kept.Offset))
	return o, nil
}

// Last is app_now() minus the node's clock, as last measured.
func (o *Offset) Last() time.Duration { return time.Duration(o.last.Load()) }

// Correct is the time of the line at a moment of the node's clock.
func (o *Offset) Correct(node time.Time) time.Time { return node.Add(o.Last()) }

// Set takes a new measurement, made at now by the node's clock. It is used at
// once, and written if it is more than a few milliseconds from what the disk has.
func (o *Offset) Set(offset time.Duration, now time.Time) error {
	o.last.Store(int64(offset))
	o.mu.Lock()
	defer o.mu.Unlock()
	if (offset - o.kept).Abs() < offsetStep {
		return nil
	}
	if err := writeJSON(o.path, offsetFile{Offset: offset, MeasuredAt: now}); err != nil {
		return fmt.Errorf("keep clock offset: %w", err)
	}
	o.kept = offset
	return nil
}
