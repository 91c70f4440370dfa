package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"example.org/hotline/ticket"
)

const (
	blockSize      = 1000 // sequences in one block of the database
	blocksHeld     = 2    // the one in use and a spare
	chunkSize      = 50   // sequences given away on disk at a time: at most so many are lost in a kill
	chunkLow       = 20   // below this the next chunk is fetched ahead, so that a call seldom waits for the disk
	emergencySize  = (ticket.EmergencySequences - ticket.OrdinarySequences) / maxNodes
	maxNodes       = 10
	refillInterval = 5 * time.Second
)

// Reserve hands a node size sequences of its own, from first on and counted
// round within 0–899999. store implements it with a row of the database.
type Reserve func(ctx context.Context, size int) (first int, err error)

// The errors of Numbers.
var (
	ErrNoNumber = errors.New("no ticket number is left on this node today: the database was away for too long")
	errOrdinal  = errors.New("node ordinal must lie between 0 and 9, and be another on every node")
)

// Numbers gives out ticket numbers from blocks kept on this node's disk, so that
// a call gets its number with PostgreSQL down. A kill never gives a number out
// twice: it only leaves a gap. Safe for concurrent use; the folder must belong to
// one process, which the lock of a Journal opened beside it ensures.
type Numbers struct {
	path    string
	ordinal int
	reserve Reserve
	log     *slog.Logger
	low     chan struct{} // holds one token while Run has something to do

	disk sync.Mutex // one writer of the file at a time; taken before mu
	mu   sync.Mutex
	held numbersFile // as it is on the disk
	used int         // sequences of held.Blocks[0] given out; never more than the disk says
}

// numbersFile is what lies on the disk.
type numbersFile struct {
	Blocks    []block   `json:"blocks"`
	Emergency emergency `json:"emergency"`
}

// block is a run of sequences. The first Given of them count as used after a restart.
type block struct {
	First int `json:"first"`
	Size  int `json:"size"`
	Given int `json:"given"`
}

// emergency is the node's own range, used once round a day at most.
type emergency struct {
	Next  int         `json:"next"`          // offset within the range, goes round
	Day   ticket.Date `json:"day,omitempty"` // of the numbers counted by Given
	Given int         `json:"given"`         // on Day
}

// OpenNumbers reads the numbers held in dir. Call Run, or Refill once at the
// start, or the first numbers come from the emergency range.
func OpenNumbers(dir string, ordinal int, reserve Reserve, log *slog.Logger) (*Numbers, error) {
	if ordinal < 0 || ordinal >= maxNodes {
		return nil, errOrdinal
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open ticket numbers: %w", err)
	}
	n := &Numbers{path: filepath.Join(dir, "numbers.json"), ordinal: ordinal, reserve: reserve, log: log, low: make(chan struct{}, 1)}
	if err := readJSON(n.path, &n.held); err != nil {
		return nil, fmt.Errorf("open ticket numbers: %w", err)
	}
	if len(n.held.Blocks) > 0 {
		n.used = n.held.Blocks[0].Given
	}
	n.wake()
	return n, nil
}

// Next is a number for the call whose INVITE came at at. It touches the disk
// once in a chunk, the database never. ErrNoNumber where a whole day's emergency
// range was used up.
func (n *Numbers) Next(at time.Time) (ticket.Number, error) {
	for {
		n.mu.Lock()
		if len(n.held.Blocks) > 0 && n.used < n.held.Blocks[0].Given {
			b := n.held.Blocks[0]
			sequence := (b.First + n.used) % ticket.OrdinarySequences
			n.used++
			low := b.Given-n.used < chunkLow
			n.mu.Unlock()
			if low {
				n.wake()
			}
			return ticket.NewNumber(at, sequence), nil
		}
		empty := !n.hasOrdinary()
		n.mu.Unlock()
		if empty {
			return n.nextEmergency(at)
		}
		if err := n.advance(); err != nil {
			return "", err
		}
	}
}

// hasOrdinary reports whether the disk holds a sequence of a block that was not
// given away. Callers hold mu.
func (n *Numbers) hasOrdinary() bool {
	for i, b := range n.held.Blocks {
		if i > 0 || b.Given < b.Size {
			return true
		}
	}
	return false
}

// advance gives the next chunk away on disk, where few are left of the last one,
// and goes on to the next block when the first is used up.
func (n *Numbers) advance() error {
	n.disk.Lock()
	defer n.disk.Unlock()
	n.mu.Lock()
	next, used := n.held.clone(), n.used
	n.mu.Unlock()
	if len(next.Blocks) == 0 || next.Blocks[0].Given-used >= chunkLow {
		return nil // somebody else was first
	}
	b := &next.Blocks[0]
	moved := false
	switch {
	case b.Given < b.Size:
		b.Given = min(b.Given+chunkSize, b.Size)
	case used < b.Given:
		return nil // its last numbers are still to be given out
	default:
		next.Blocks = next.Blocks[1:]
		if len(next.Blocks) > 0 {
			next.Blocks[0].Given = min(chunkSize, next.Blocks[0].Size)
		}
		moved = true
	}
	if err := n.keep(next, moved); err != nil {
		return err
	}
	if moved {
		n.wake()
	}
	return nil
}

// keep puts next on the disk, and only then in use; afresh where its first block
// is another one than before. Callers hold disk.
func (n *Numbers) keep(next numbersFile, afresh bool) error {
	if err := writeJSON(n.path, next); err != nil {
		return fmt.Errorf("keep ticket numbers: %w", err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.held = next
	if afresh {
		n.used = 0
	}
	return nil
}

// nextEmergency counts in the tenth of 900000–999999 that is this node's. Every
// number is on the disk before it is given out: at such a time certainty counts
// more than a few milliseconds.
func (n *Numbers) nextEmergency(at time.Time) (ticket.Number, error) {
	n.wake()
	n.disk.Lock()
	defer n.disk.Unlock()
	n.mu.Lock()
	next := n.held.clone()
	n.mu.Unlock()
	e := &next.Emergency
	if day := ticket.DateOf(at); e.Day != day {
		e.Day, e.Given = day, 0
	}
	if e.Given >= emergencySize {
		return "", ErrNoNumber
	}
	sequence := ticket.OrdinarySequences + n.ordinal*emergencySize + e.Next
	e.Next, e.Given = (e.Next+1)%emergencySize, e.Given+1
	if err := n.keep(next, false); err != nil {
		return "", err
	}
	return ticket.NewNumber(at, sequence), nil
}

// Refill reserves blocks until the node holds one in use and a spare.
func (n *Numbers) Refill(ctx context.Context) error {
	for n.blocks() < blocksHeld {
		first, err := n.reserve(ctx, blockSize)
		if err != nil {
			return fmt.Errorf("reserve ticket numbers: %w", err)
		}
		if first < 0 || first >= ticket.OrdinarySequences {
			return fmt.Errorf("reserve ticket numbers: block begins at %d, outside 0–%d", first, ticket.OrdinarySequences-1)
		}
		if err := n.addBlock(block{First: first, Size: blockSize}); err != nil {
			return err
		}
	}
	return nil
}

func (n *Numbers) blocks() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.held.Blocks)
}

func (n *Numbers) addBlock(b block) error {
	n.disk.Lock()
	defer n.disk.Unlock()
	n.mu.Lock()
	next := n.held.clone()
	first := len(next.Blocks) == 0
	n.mu.Unlock()
	if first {
		b.Given = chunkSize
	}
	next.Blocks = append(next.Blocks, b)
	return n.keep(next, first)
}

// Run keeps chunks and blocks ahead of the calls until ctx ends. While the
// database is away it tries again every five seconds.
func (n *Numbers) Run(ctx context.Context) {
	retry := time.NewTimer(0)
	defer retry.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.low:
		case <-retry.C:
		}
		err := errors.Join(n.advance(), n.Refill(ctx))
		if err != nil {
			retry.Reset(refillInterval)
			if !failing && ctx.Err() == nil {
				n.log.Warn("ticket numbers: no new block; the numbers held last for a while", "error", err)
			}
		}
		failing = err != nil
	}
}

func (n *Numbers) wake() {
	select {
	case n.low <- struct{}{}:
	default:
	}
}

func (f numbersFile) clone() numbersFile {
	f.Blocks = append([]block(nil), f.Blocks...)
	return f
}

// readJSON reads a small file; one that does not exist leaves v as it is.
func readJSON(path string, v any) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s is damaged (move it away to begin anew): %w", path, err)
	}
	return nil
}

// writeJSON replaces a small file so that a crash leaves the old or the new one,
// and returns once the new one is on the disk.
func writeJSON(path string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	next := path + ".next"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
