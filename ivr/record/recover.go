package record

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/google/uuid"

	"example.org/hotline/ticket"
)

// recover gives an end to what an earlier process left, and has it registered.
func (s *Store) recover(ctx context.Context, left []uuid.UUID) {
	for _, id := range left {
		if ctx.Err() != nil {
			return
		}
		row, err := s.recoverOne(id)
		switch {
		case err == nil:
			s.o.Logger.Info("a recording of an earlier run has its end", "recording", id.String(), "state", row.State, "seconds", row.Length.Seconds())
			s.registrar.tell(row)
		case errors.Is(err, ErrShredded), errors.Is(err, ErrMissing):
			s.o.Logger.Warn("a recording of an earlier run was never begun", "recording", id.String(), "error", err)
			err = errors.Join(destroy(s.keyPath(id)), os.Remove(s.pendingPath(id)))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				s.o.Logger.Warn("its mark is still there", "recording", id.String(), "error", err)
			}
		default: // the mark stays: the next start tries again
			s.counters.damaged.Inc()
			s.o.Logger.Error("a recording of an earlier run cannot be read", "alarm", true, "recording", id.String(), "error", err)
			continue
		}
		s.mu.Lock()
		delete(s.unfinished, id)
		s.mu.Unlock()
	}
}

// recoverOne finds how much of a recording is whole and seals its end there.
// One that has its end already only has not been registered.
func (s *Store) recoverOne(id uuid.UUID) (ticket.Recording, error) {
	file, err := s.openFile(id, true)
	if err != nil {
		return ticket.Recording{}, err
	}
	defer file.Close() //nolint:errcheck // only read
	r := file.Reader
	if !r.Ended() {
		if err := s.cutOff(id, r); err != nil {
			return ticket.Recording{}, err
		}
	}
	kind := ticket.RecordingLeg
	if r.meta.Voicemail {
		kind = ticket.RecordingVoicemail
	}
	return ticket.Recording{ID: id.String(), Call: ticket.CallID(r.meta.Call), Leg: r.meta.Leg, Kind: kind, Node: r.meta.Node, StartedAt: r.meta.StartedAt,
		Length: r.Length(), Bytes: chunkOffset(r.chunks) + trailerLen, State: stateOf(r.end)}, nil
}

// cutOff drops what was not written to its end, which is at most the last
// chunks, and writes the trailer that says so.
func (s *Store) cutOff(id uuid.UUID, r *Reader) error {
	for r.chunks > 0 {
		_, err := r.chunk(r.chunks - 1)
		if err == nil {
			break
		}
		if !errors.Is(err, ErrTampered) {
			return err
		}
		r.chunks--
	}
	r.samples, r.end = r.chunks*chunkSamples, endCutOff
	f, err := os.OpenFile(s.filePath(id), os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("end a recording: %w", err)
	}
	return errors.Join(sealEnd(f, r.cipher, end{samples: r.samples, chunks: r.chunks, state: r.end}), f.Sync(), f.Close())
}
