package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"example.org/hotline/internal/seal"
	"example.org/hotline/ticket"
)

const (
	segmentLimit = 16 << 20 // bytes; a fuller segment is closed and the next begun
	queueLength  = 1024     // appends that may wait for one fsync
)

// The errors of a Journal.
var (
	ErrClosed = errors.New("journal is closed")
	ErrInUse  = errors.New("journal folder is in use by another process: give each node its own data folder")
)

// Journal is the local journal of one node. It is safe for concurrent use; only
// one process at a time can have it open.
type Journal struct {
	dir    string
	sealer seal.Sealer
	log    *slog.Logger
	lock   *os.File

	queue    chan appendRequest
	rotate   chan chan struct{} // asks the writer to end its segment
	stop     chan struct{}
	stopped  chan struct{}
	closing  sync.Once
	replayMu sync.Mutex // one Replay at a time

	mu      sync.Mutex
	entries []*entry               // not yet applied, in order of append
	calls   map[ticket.CallID]int  // how many entries each call has
	opened  map[sipKey]ticket.Call // to tell a retransmitted INVITE from a new call
	left    map[uint64]int         // entries left in each segment
	damaged map[uint64]bool        // segments to be kept aside rather than deleted
	damages []Damage               // what could not be read at Open
	active  segment                // written by the writer alone, under mu
}

// entry is one Record with its place.
type entry struct {
	record  Record
	segment uint64
}

type sipKey struct{ trunk, callID string }

// segment is the file that is being appended to.
type segment struct {
	number uint64
	file   *os.File // nil until the first append after Open, a rotation or an error
	size   int64
}

type appendRequest struct {
	record Record
	plain  []byte
	done   chan error // buffered, so that the writer never waits for a caller who left
}

// Open reads the journal in dir, which it makes with mode 0700. A torn tail is
// cut and damage in the middle is skipped; both are logged and listed by
// Damages. ErrInUse if another process has it open.
func Open(dir string, sealer seal.Sealer, log *slog.Logger) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	j := &Journal{dir: dir, sealer: sealer, log: log, lock: lock,
		queue: make(chan appendRequest, queueLength), rotate: make(chan chan struct{}), stop: make(chan struct{}), stopped: make(chan struct{}),
		calls: map[ticket.CallID]int{}, opened: map[sipKey]ticket.Call{},
		left: map[uint64]int{}, damaged: map[uint64]bool{}}
	if err := j.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal: %w", err), lock.Close())
	}
	go j.write()
	return j, nil
}

// lockDir holds the folder for this process until the file is closed. The
// kernel lets go of it when the process dies.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(ErrInUse, f.Close())
	}
	return f, nil
}

// load reads every segment. New appends always go to a new one.
func (j *Journal) load() error {
	numbers, highest, err := listSegments(j.dir)
	if err != nil {
		return err
	}
	j.active.number = highest
	for _, number := range numbers {
		records, whole, damages, err := readSegment(j.dir, number, j.sealer)
		if err != nil {
			return err
		}
		for _, d := range damages {
			j.report(d)
		}
		if n := len(damages); n > 0 && damages[n-1].Torn {
			if damages, err = damages[:n-1], cutTail(j.dir, number, whole); err != nil {
				return err
			}
		}
		j.left[number], j.damaged[number] = 0, len(damages) > 0
		j.damages = append(j.damages, damages...)
		for _, r := range records {
			j.add(&entry{record: r, segment: number})
		}
	}
	j.trim()
	return nil
}

// report tells of bytes that could not be read. A torn tail is what a crash
// leaves; anything else means that a disk or a person changed the file.
func (j *Journal) report(d Damage) {
	level, text := slog.LevelError, "journal: part of a segment cannot be read; the segment will be kept aside"
	if d.Torn {
		level, text = slog.LevelWarn, "journal: torn tail of an unfinished append cut off; the bytes are kept beside it"
	}
	j.log.Log(context.Background(), level, text, "segment", d.Segment, "offset", d.Offset, "bytes", d.Length, "error", d.Err)
}

// cutTail ends a segment behind its last whole frame. The torn bytes are kept in
// a file beside it: they were never acknowledged, but a person may want to look.
func cutTail(dir string, number uint64, whole int64) error {
	path := segmentPath(dir, number)
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".torn", data[whole:], 0o600); err != nil {
		return err
	}
	return os.Truncate(path, whole)
}

// add takes an entry among those to be applied. Callers hold mu, or nobody else
// knows j yet.
func (j *Journal) add(e *entry) {
	j.left[e.segment]++
	j.calls[e.record.CallID]++
	if c := e.record.Call; c != nil {
		j.opened[sipKey{c.Trunk, c.SIPCallID}] = *c
	}
	j.entries = append(j.entries, e)
}

// Append returns once the record is on the disk; many at a time share an fsync.
// Any error means that it must be taken as not written. If ctx ends first the
// record may still reach the disk, which a replay bears.
func (j *Journal) Append(ctx context.Context, r Record) error {
	if err := r.check(); err != nil {
		return err
	}
	plain, err := json.Marshal(r)
	if err != nil || len(plain) > maxRecord {
		return fmt.Errorf("%w: %d bytes: %w", errBadRecord, len(plain), err)
	}
	req := appendRequest{record: r, plain: plain, done: make(chan error, 1)}
	select {
	case j.queue <- req:
	case <-j.stop:
		return ErrClosed
	case <-ctx.Done():
		return fmt.Errorf("append to journal: %w", context.Cause(ctx))
	}
	select {
	case err := <-req.done:
		return err
	case <-j.stopped:
		return lastWord(req)
	case <-ctx.Done():
		return fmt.Errorf("append to journal: %w", context.Cause(ctx))
	}
}

// lastWord is the result of a request when the writer has ended: its own, if it
// was still taken.
func lastWord(req appendRequest) error {
	select {
	case err := <-req.done:
		return err
	default:
		return ErrClosed
	}
}

// Pending is how many records wait to be applied.
func (j *Journal) Pending() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.entries)
}

// Holds reports whether records of a call wait here. While they do, what
// happens next to that call belongs here too, or it would overtake them.
func (j *Journal) Holds(id ticket.CallID) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.calls[id] > 0
}

// Opened finds a call that waits here by what its INVITE carried, so that a
// retransmission or a retry gets the ticket number it was given before.
func (j *Journal) Opened(trunk, sipCallID string) (ticket.Call, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	c, ok := j.opened[sipKey{trunk, sipCallID}]
	return c, ok
}

// Damages lists what could not be read when the journal was opened, without torn
// tails. The segments concerned are renamed to *.damaged and never deleted here.
func (j *Journal) Damages() []Damage { return slices.Clone(j.damages) }

// Close waits for the appends under way and lets go of the folder. What is
// pending stays on the disk for the next Open.
func (j *Journal) Close() error {
	j.closing.Do(func() { close(j.stop) })
	<-j.stopped
	j.mu.Lock()
	defer j.mu.Unlock()
	err := j.lock.Close()
	if errors.Is(err, os.ErrClosed) {
		return nil // closed before
	}
	return err
}

// write is the only goroutine that appends. Whatever queued up during one fsync
// goes into the next (group commit).
func (j *Journal) write() {
	defer close(j.stopped)
	defer j.closeActive()
	for {
		select {
		case first := <-j.queue:
			j.commitAll(append([]appendRequest{first}, j.queued()...))
		case done := <-j.rotate:
			j.closeActive()
			close(done)
		case <-j.stop:
			j.commitAll(j.queued())
			return
		}
	}
}

func (j *Journal) commitAll(batch []appendRequest) {
	if len(batch) == 0 {
		return
	}
	err := j.commit(batch)
	for _, req := range batch {
		req.done <- err
	}
}

// queued takes what waits in the queue now.
func (j *Journal) queued() []appendRequest {
	var batch []appendRequest
	for {
		select {
		case req := <-j.queue:
			batch = append(batch, req)
		default:
			return batch
		}
	}
}
