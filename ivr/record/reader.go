package record

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
)

// Reader reads one recording. It opens a chunk when it is asked for it and gives
// nothing out that did not authenticate. It is not safe for concurrent use.
type Reader struct {
	src     io.ReaderAt
	cipher  sealed
	meta    Meta
	chunks  int64
	samples int64
	end     ending // zero without a trailer
	extra   int64  // octets behind the last whole chunk that are no trailer

	box   []byte // one sealed chunk
	plain []byte // the chunk that was opened last
	at    int64  // its number; -1: none
}

// NewReader reads the file of a recording, whose size it must be told, with the
// recording's own key. It fails with ErrTampered where the header or the trailer
// does not authenticate. A file without a trailer is read as far as it goes; Ended tells.
func NewReader(src io.ReaderAt, size int64, id string, key []byte) (*Reader, error) {
	r, err := openHead(src, id, key)
	if err != nil {
		return nil, err
	}
	return r, r.readEnd(size)
}

// openHead opens the header alone.
func openHead(src io.ReaderAt, id string, key []byte) (*Reader, error) {
	name, err := uuid.Parse(id)
	if err != nil {
		return nil, fmt.Errorf("read a recording: %w", err)
	}
	c, err := newSealed(name, key)
	if err != nil {
		return nil, err
	}
	r := &Reader{src: src, cipher: c, at: -1, box: make([]byte, chunkLen), plain: make([]byte, 0, plainLen)}
	head := make([]byte, headerLen)
	if err := r.read(head, 0); err != nil {
		return nil, err
	}
	if r.meta, err = c.openHeader(head); err != nil {
		return nil, err
	}
	return r, nil
}

// readEnd counts the chunks and opens the trailer, if there is one.
func (r *Reader) readEnd(size int64) error {
	body := size - headerLen
	if body < 0 {
		return fmt.Errorf("header: %w", ErrTampered)
	}
	r.chunks, r.extra = body/chunkLen, body%chunkLen
	r.samples = r.chunks * chunkSamples
	if r.extra != trailerLen {
		return nil
	}
	b := make([]byte, trailerLen)
	if err := r.read(b, chunkOffset(r.chunks)); err != nil {
		return err
	}
	if b[0] == partChunk {
		return nil // a chunk that was not written to its end
	}
	e, err := r.cipher.openTrailer(b, r.chunks)
	if err != nil {
		return err
	}
	r.samples, r.end, r.extra = e.samples, e.state, 0
	return nil
}

// read fills b. A file that ends too early was cut under our hands.
func (r *Reader) read(b []byte, off int64) error {
	n, err := r.src.ReadAt(b, off)
	switch {
	case n == len(b):
		return nil
	case errors.Is(err, io.EOF) || err == nil:
		return fmt.Errorf("the file ends too early: %w", ErrTampered)
	default:
		return fmt.Errorf("read a recording: %w", err)
	}
}

// Meta is what the header tells.
func (r *Reader) Meta() Meta { return r.meta }

// Length is how long the recording plays.
func (r *Reader) Length() time.Duration { return duration(r.samples) }

// Ended reports whether the recording has its end.
func (r *Reader) Ended() bool { return r.end != 0 }

// chunk opens a chunk; the octets are good until the next call.
func (r *Reader) chunk(number int64) ([]byte, error) {
	if number == r.at {
		return r.plain, nil
	}
	r.at = -1
	if err := r.read(r.box, chunkOffset(number)); err != nil {
		return nil, err
	}
	plain, err := r.cipher.openChunk(r.plain, r.box, number)
	if err != nil {
		return nil, err
	}
	r.plain, r.at = plain, number
	return plain, nil
}

// ReadAt reads the sound itself from an octet on: A-law, what was said and what
// was heard by turns. It fails with ErrTampered where a chunk does not authenticate.
func (r *Reader) ReadAt(p []byte, off int64) (n int, err error) {
	size := 2 * r.samples
	if off < 0 || off > size {
		return 0, io.EOF
	}
	for n < len(p) && off < size {
		plain, err := r.chunk(off / plainLen)
		if err != nil {
			return n, err
		}
		from := off % plainLen
		m := copy(p[n:], plain[from:min(plainLen, from+size-off)])
		n, off = n+m, off+int64(m)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Verify opens every chunk. The error tells the first that does not authenticate
// and where in the recording it stands.
func (r *Reader) Verify() error {
	for number := range r.chunks {
		if _, err := r.chunk(number); err != nil {
			return fmt.Errorf("at %s: %w", duration(number*chunkSamples), err)
		}
	}
	return nil
}
