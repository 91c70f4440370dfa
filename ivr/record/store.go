package record

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"example.org/hotline/internal/seal"
	"example.org/hotline/ivr"
	"example.org/hotline/ticket"
)

// Options of Open. Dir, Node, Sealer and Logger are required.
type Options struct {
	Dir    string // such as <data_dir>/recordings
	Node   string
	Sealer seal.Sealer
	Logger *slog.Logger
	// Register tells the database what became of a recording; it is asked again until it succeeds. nil: nobody is told.
	Register func(ctx context.Context, r ticket.Recording) error
	// Sweep shreds what is due on this node by calling destroy for each, and tells how many there were. nil: nothing is ever due.
	Sweep func(ctx context.Context, destroy func(id string) error) (int, error)
	// SweepEvery is how often, in real time; default 10 min.
	SweepEvery time.Duration
	// SyncEvery is how often running recordings are brought to the disk's surface, which is what a power cut may cost; default 5 s.
	SyncEvery time.Duration
	// Reserve is how many octets of the disk recordings leave free: the journal of calls lies on it too, and matters more. 0: none.
	Reserve int64
	// Now is the clock of the frames' arrival; default time.Now.
	Now func() time.Time
	// Metrics takes the counters; nil: none.
	Metrics prometheus.Registerer
}

// Store records on this node and opens what was recorded here.
type Store struct {
	o Options

	mu         sync.Mutex
	live       map[uuid.UUID]*recording // until its end is in the file
	unfinished map[uuid.UUID]bool       // ended, or left by an earlier process, and without an end in the file
	folders    map[string]bool          // that exist; the writer's

	scratch   []byte    // of the writer
	short     bool      // less than the reserve was free; the writer's
	measured  time.Time // when that was looked at; the writer's
	finishing chan *recording
	registrar registrar
	counters  counters
}

var _ ivr.Recorder = (*Store)(nil)

// Open makes the folders and lists what an earlier process left unfinished. It
// fails where the folders cannot be made.
func Open(o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.SyncEvery == 0 {
		o.SyncEvery = 5 * time.Second
	}
	if o.SweepEvery == 0 {
		o.SweepEvery = 10 * time.Minute
	}
	s := &Store{o: o, live: map[uuid.UUID]*recording{}, unfinished: map[uuid.UUID]bool{}, folders: map[string]bool{}, finishing: make(chan *recording, 1024)}
	s.registrar = newRegistrar(s)
	var err error
	if s.counters, err = newCounters(o.Metrics); err != nil {
		return nil, err
	}
	for _, folder := range []string{"keys", "pending"} {
		if err := os.MkdirAll(filepath.Join(o.Dir, folder), 0o700); err != nil {
			return nil, fmt.Errorf("make the folder of recordings: %w", err)
		}
	}
	entries, err := os.ReadDir(filepath.Join(o.Dir, "pending"))
	if err != nil {
		return nil, fmt.Errorf("list unfinished recordings: %w", err)
	}
	for _, e := range entries {
		if id, err := parseID(e.Name()); err == nil {
			s.unfinished[id] = true
		}
	}
	return s, nil
}

// Begin starts a recording. It writes nothing itself and never fails: what
// cannot be kept is an alarm in the log.
func (s *Store) Begin(m ivr.RecordingMeta) ivr.Recording {
	now := s.o.Now()
	if m.StartedAt.IsZero() {
		m.StartedAt = now
	}
	r := &recording{store: s, id: uuid.Must(uuid.NewV7()), zero: now, call: m.StartedAt,
		meta: Meta{Call: string(m.Call), Ticket: string(m.Ticket), Leg: shortened(m.Leg), Voicemail: m.Voicemail, Node: s.o.Node, StartedAt: m.StartedAt.UTC()}}
	r.log = s.o.Logger.With("recording", r.id.String(), "call_id", r.meta.Call, "leg", r.meta.Leg)
	s.counters.begun.Inc()
	if err := r.newKey(); err != nil {
		r.giveUp()
		s.alarm(r, "no key for a recording", err)
		return r
	}
	s.mu.Lock()
	s.live[r.id] = r
	s.mu.Unlock()
	return r
}

// newKey draws the recording's own key and wraps it.
func (r *recording) newKey() error {
	key := make([]byte, keyLen)
	_, _ = rand.Read(key) // never fails since Go 1.24
	defer clear(key)
	var err error
	if r.cipher, err = newSealed(r.id, key); err != nil {
		return err
	}
	if r.wrapped, err = r.store.o.Sealer.Seal(wrapContext(r.id), key); err != nil {
		return fmt.Errorf("wrap a recording's key: %w", err)
	}
	return nil
}

// shortened bounds what a header holds of a leg's name.
func shortened(leg string) string { return leg[:min(len(leg), 100)] }

// Run writes until ctx ends. Then it ends what still runs, writes that, and
// returns; calls must have ended before.
func (s *Store) Run(ctx context.Context) error {
	left := s.left()
	var all sync.WaitGroup
	closing, closed := context.WithCancel(context.WithoutCancel(ctx))
	defer closed()
	all.Go(func() { s.finish(closing) })
	var told sync.WaitGroup
	registering, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	told.Go(func() { s.registrar.run(registering) })
	told.Go(func() { s.sweep(ctx) })
	told.Go(func() { s.recover(ctx, left) })

	round := time.NewTicker(writeEvery)
	defer round.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-round.C:
			s.write(s.o.Now())
		}
	}
	s.endAll()
	s.write(s.o.Now())
	close(s.finishing)
	all.Wait()
	stop()
	told.Wait()
	return nil
}

// endAll ends what nobody ended.
func (s *Store) endAll() {
	for _, r := range s.running() {
		r.endAt(samplesIn(s.o.Now().Sub(r.zero)))
	}
}

// left lists what an earlier process did not finish. It is asked before this one writes.
func (s *Store) left() []uuid.UUID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.unfinished))
}

func (s *Store) running() []*recording {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*recording, 0, len(s.live))
	for _, r := range s.live {
		list = append(list, r)
	}
	return list
}

// alarm says once that a recording is not what it should be.
func (s *Store) alarm(r *recording, what string, err error) {
	s.counters.damaged.Inc()
	r.log.Error(what+"; the call goes on", "alarm", true, "error", err)
}

// Open opens a recording of this node. ErrShredded where its key is destroyed,
// ErrRunning while it is being written, ErrTampered where it does not
// authenticate or has lost its end, ErrMissing where it is no recording of this node.
func (s *Store) Open(id string) (*File, error) {
	u, err := parseID(id)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	_, running := s.live[u]
	running = running || s.unfinished[u]
	s.mu.Unlock()
	if running {
		return nil, ErrRunning
	}
	file, err := s.openFile(u, false)
	if err != nil {
		return nil, err
	}
	if !file.Ended() {
		return nil, errors.Join(fmt.Errorf("the end is missing: %w", ErrTampered), file.Close())
	}
	return file, nil
}

// openFile opens a file with or without its end. torn: an end that does not
// authenticate is one that was not written whole.
func (s *Store) openFile(id uuid.UUID, torn bool) (*File, error) {
	key, err := s.key(id)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	f, err := os.Open(s.filePath(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("open a recording: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open a recording: %w", err), f.Close())
	}
	r, err := openHead(f, id.String(), key)
	if err == nil {
		err = r.readEnd(info.Size())
	}
	if err != nil && (r == nil || !torn) {
		return nil, errors.Join(err, f.Close())
	}
	return &File{Reader: r, file: f}, nil
}

// File is a recording opened for reading. It is not safe for concurrent use.
type File struct {
	*Reader
	file *os.File
}

// Close closes the file.
func (f *File) Close() error {
	if err := f.file.Close(); err != nil {
		return fmt.Errorf("close a recording: %w", err)
	}
	return nil
}
