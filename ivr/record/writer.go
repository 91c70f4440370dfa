package record

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"example.org/hotline/ticket"
)

// batch is how many chunks go into one write, endings how many recordings are
// brought to the disk's surface together: the file system then commits once for all.
const (
	batch   = 16
	endings = 32
)

// A disk that refused is left alone for a second, and given up after five.
const (
	retryAfter  = time.Second
	giveUpAfter = 5 * time.Second
)

// announceAfter is how old a recording gets before the database hears of it:
// most short ones are then told once, with their end.
const announceAfter = 3 * time.Second

// write is one round: everything that is due of every recording.
func (s *Store) write(now time.Time) {
	s.measure(now)
	for _, r := range s.running() {
		if s.writeDue(r, now) {
			s.handOver(r)
			continue
		}
		if !r.announced && now.Sub(r.zero) > announceAfter {
			r.announced = true
			s.registrar.tell(r.row(ticket.RecordingRunning, 0))
		}
	}
}

// errReserve stands for a disk that is not full and has no room for recordings.
var errReserve = errors.New("the disk has no more room than is kept free for the journal of calls")

// measureEvery is how often the disk's free room is looked at.
const measureEvery = 2 * time.Second

// measure looks whether the disk has room beyond the reserve.
func (s *Store) measure(now time.Time) {
	if s.o.Reserve <= 0 || now.Sub(s.measured) < measureEvery {
		return
	}
	s.measured = now
	var disk syscall.Statfs_t
	if err := syscall.Statfs(s.o.Dir, &disk); err == nil { // where it cannot be asked, the write itself will tell
		s.short = int64(disk.Bavail)*disk.Bsize < s.o.Reserve
	}
}

// handOver gives a recording to the finisher. Where that one is held up by the
// disk, the next round tries again: the writer waits for nobody.
func (s *Store) handOver(r *recording) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.finishing <- r:
		delete(s.live, r.id)
		s.unfinished[r.id] = true // until its end is in the file
	default:
	}
}

// writeDue writes what is due of one recording and reports whether nothing more
// will come of it.
func (s *Store) writeDue(r *recording, now time.Time) (over bool) {
	if r.given.Load() {
		return r.hasEnded()
	}
	all := r.due(now)
	if r.failing && now.Before(r.retryAt) {
		return false
	}
	err := s.flush(r)
	if err == nil {
		r.failing = false
		return all
	}
	if !r.failing {
		r.failing, r.since = true, now
		s.alarm(r, "a recording cannot be written", err)
	}
	r.retryAt = now.Add(retryAfter)
	if now.Sub(r.since) < giveUpAfter {
		return false
	}
	r.log.Error("a recording ends before its call", "seconds", duration(r.written*chunkSamples).Seconds(), "error", err)
	r.giveUp()
	return r.hasEnded()
}

func (r *recording) hasEnded() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

// flush writes the queue. A chunk leaves it only when it is in the file; what
// was written in part is written again, the very same octets.
func (s *Store) flush(r *recording) error {
	if len(r.queue) == 0 {
		return nil
	}
	if s.short {
		return errReserve
	}
	if r.file == nil {
		if err := s.create(r); err != nil {
			return err
		}
	}
	for len(r.queue) > 0 {
		s.scratch = s.scratch[:0]
		for i, c := range r.queue[:min(batch, len(r.queue))] {
			if c == nil {
				c = &silentChunk
			}
			s.scratch = r.cipher.appendChunk(s.scratch, r.written+int64(i), c[:])
		}
		n, err := r.file.WriteAt(s.scratch, chunkOffset(r.written))
		r.dirty.Store(true)
		whole := n / chunkLen
		for _, c := range r.queue[:whole] {
			if c != nil {
				chunkPool.Put(c)
			}
		}
		r.queue = append(r.queue[:0], r.queue[whole:]...)
		r.written += int64(whole)
		if err != nil {
			return fmt.Errorf("write a recording: %w", err)
		}
	}
	return nil
}

// create makes the three files of a recording. The mark comes first, so that
// whatever a crash leaves is found; the key before the audio, so that there is
// no audio that cannot be opened. It may be called again after a failure.
func (s *Store) create(r *recording) error {
	path := s.filePath(r.id)
	if folder := filepath.Dir(path); !s.folders[folder] {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("make a folder of recordings: %w", err)
		}
		s.folders = map[string]bool{folder: true}
	}
	if err := os.WriteFile(s.pendingPath(r.id), nil, 0o600); err != nil {
		return fmt.Errorf("mark a recording: %w", err)
	}
	if err := os.WriteFile(s.keyPath(r.id), r.wrapped, 0o600); err != nil {
		return fmt.Errorf("keep a recording's key: %w", err)
	}
	head, err := r.cipher.header(r.meta)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("make a recording's file: %w", err)
	}
	if _, err := f.WriteAt(head, 0); err != nil {
		return errors.Join(fmt.Errorf("write a recording's header: %w", err), f.Close())
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.file = f // the finisher looks whether it is there
	return nil
}

// finish closes what has ended, and brings what runs to the disk's surface now
// and then. It ends when the writer has handed everything over.
func (s *Store) finish(ctx context.Context) {
	every := time.NewTicker(s.o.SyncEvery)
	defer every.Stop()
	var stuck []*recording
	for {
		select {
		case r, more := <-s.finishing:
			if !more {
				for _, r := range stuck {
					s.leave(r)
				}
				return
			}
			stuck = append(stuck, s.finishMany(s.alsoEnded(r))...)
		case <-every.C:
			stuck = s.finishAgain(stuck)
			s.syncRunning()
		case <-ctx.Done():
			return
		}
	}
}

func (s *Store) finishAgain(stuck []*recording) (still []*recording) {
	for group := range slices.Chunk(stuck, endings) {
		still = append(still, s.finishMany(group)...)
	}
	return still
}

// alsoEnded joins to a recording those that have ended meanwhile.
func (s *Store) alsoEnded(first *recording) []*recording {
	group := []*recording{first}
	for len(group) < endings {
		select {
		case r, more := <-s.finishing:
			if !more {
				return group // finish meets the closed channel again
			}
			group = append(group, r)
		default:
			return group
		}
	}
	return group
}

// finishOne is finishMany of one; false where the disk refuses.
func (s *Store) finishOne(r *recording) bool { return len(s.finishMany([]*recording{r})) == 0 }

// finishMany writes the ends of recordings, brings them to the disk's surface
// together and has them registered. It returns those that the disk refuses.
func (s *Store) finishMany(group []*recording) (stuck []*recording) {
	ended := make([]end, len(group))
	sealed := make([]bool, len(group))
	for i, r := range group {
		ended[i], sealed[i] = s.writeEnd(r)
	}
	var wg sync.WaitGroup
	folders := map[string]bool{filepath.Join(s.o.Dir, "keys"): true}
	for i, r := range group {
		if !sealed[i] {
			continue
		}
		folders[filepath.Dir(s.filePath(r.id))] = true
		wg.Go(func() { sealed[i] = s.surface(r) })
	}
	wg.Wait()
	for folder := range folders {
		if err := syncDir(folder); err != nil {
			s.o.Logger.Warn("recordings may not survive a power cut", "error", err)
		}
	}
	for i, r := range group {
		if sealed[i] {
			s.registered(r, ended[i])
		} else {
			stuck = append(stuck, r)
		}
	}
	return stuck
}

// writeEnd writes the trailer of a recording, and its files where nothing was ever due.
func (s *Store) writeEnd(r *recording) (e end, ok bool) {
	if r.file == nil { // too short, or never a disk
		if err := s.create(r); err != nil {
			return e, false
		}
	}
	e = end{samples: min(r.samples, r.written*chunkSamples), chunks: r.written, state: endComplete}
	if r.given.Load() {
		e.state = endDamaged
	}
	if err := sealEnd(r.file, r.cipher, e); err != nil {
		r.log.Warn("the end of a recording waits for the disk", "error", err)
		return e, false
	}
	return e, true
}

// surface brings a recording and its key to the disk's surface and closes it.
func (s *Store) surface(r *recording) bool {
	if err := r.file.Sync(); err != nil {
		r.log.Warn("the end of a recording waits for the disk", "error", err)
		return false
	}
	if err := errors.Join(r.file.Close(), s.syncKey(r)); err != nil {
		r.log.Warn("a recording may not survive a power cut", "error", err)
	}
	return true
}

// registered tells the database of a recording that is over.
func (s *Store) registered(r *recording, e end) {
	if r.lost > 0 {
		r.log.Info("packets came too late for a recording", "milliseconds", duration(r.lost).Milliseconds())
	}
	s.mu.Lock()
	delete(s.unfinished, r.id)
	s.mu.Unlock()
	row := r.row(stateOf(e.state), e.samples)
	row.Bytes += trailerLen
	s.registrar.tell(row)
}

// sealEnd cuts what was written in part and writes the trailer.
func sealEnd(f *os.File, c sealed, e end) error {
	random := make([]byte, nonceLen)
	_, _ = rand.Read(random) // never fails since Go 1.24
	if err := f.Truncate(chunkOffset(e.chunks)); err != nil {
		return fmt.Errorf("end a recording: %w", err)
	}
	if _, err := f.WriteAt(c.trailer(e, random), chunkOffset(e.chunks)); err != nil {
		return fmt.Errorf("end a recording: %w", err)
	}
	return nil
}

// syncRunning brings what was written of running recordings, and their keys, to
// the disk's surface.
func (s *Store) syncRunning() {
	fresh := false
	for _, r := range s.running() {
		if !r.dirty.Swap(false) {
			continue
		}
		r.mu.Lock()
		f := r.file
		r.mu.Unlock()
		err := f.Sync()
		if !r.synced {
			r.synced, fresh = true, true
			err = errors.Join(err, s.syncKey(r))
		}
		if err != nil {
			r.log.Warn("a recording may not survive a power cut", "error", err)
		}
	}
	if !fresh {
		return
	}
	for _, folder := range []string{"keys", "pending"} {
		if err := syncDir(filepath.Join(s.o.Dir, folder)); err != nil {
			s.o.Logger.Warn("recordings may not survive a power cut", "error", err)
		}
	}
}

func (s *Store) syncKey(r *recording) error {
	f, err := os.OpenFile(s.keyPath(r.id), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// leave closes a file whose end the disk refuses; the next process finds it.
func (s *Store) leave(r *recording) {
	var err error
	if r.file != nil {
		err = r.file.Close()
	}
	r.log.Error("a recording was left without its end; the next start looks at it", "error", err)
}

// stateOf names an ending as the database does.
func stateOf(e ending) ticket.RecordingState {
	switch e {
	case endComplete:
		return ticket.RecordingComplete
	case endDamaged:
		return ticket.RecordingDamaged
	case endCutOff:
		return ticket.RecordingCutOff
	default:
		return ticket.RecordingCutOff
	}
}
