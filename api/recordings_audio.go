package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"example.org/hotline/ticket"
)

// audioPiece is the most octets that one range request is answered with: a
// minute of sound, so that no answer is cut by the server's write timeout.
const audioPiece = 1 << 20

// bindAudio is GET /recordings/{id}/audio: the WAV file of a listen, whole or by
// one range (RFC 9110 section 14). Every request of a listen rests on the one
// record that the listen left.
func bindAudio(s *Server, r *route) {
	s.app.Add(r.method, fiberPath(r.path), func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		req := requestOf(ctx)
		var listen ticket.Listen
		err := s.deps.Run(ctx, req.actor, func(tx Tx) (err error) {
			listen, err = tx.ListenByToken(ctx, c.Params("id"), tokenHash(c.Query("listen")), req.token)
			return err
		})
		if err != nil {
			return err
		}
		// A whole file is still being sent when this function has returned and its context has ended.
		audio, err := s.openRecording(context.WithoutCancel(ctx), listen.Recording)
		if err != nil {
			return err
		}
		return s.alarmTampered(ctx, listen.Recording, sendAudio(c, audio, listen))
	})
	s.describeAudio(r)
}

// sendAudio answers with the range that was asked for, or with everything.
func sendAudio(c *fiber.Ctx, audio RecordedAudio, listen ticket.Listen) error {
	size := audio.WAVSize()
	tag := strconv.Quote(fmt.Sprintf("%s-%d", listen.Recording.ID, size))
	disposition := "inline"
	if listen.Download {
		disposition = "attachment"
	}
	c.Set(fiber.HeaderContentType, "audio/wav")
	c.Set(fiber.HeaderContentDisposition, disposition+"; filename="+strconv.Quote(listen.Recording.ID+".wav"))
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox; frame-ancestors 'none'")
	c.Set(fiber.HeaderAcceptRanges, "bytes")
	c.Set(fiber.HeaderETag, tag)
	asked := c.Get(fiber.HeaderRange)
	if condition := c.Get(fiber.HeaderIfRange); condition != "" && condition != tag {
		asked = ""
	}
	from, to, ranged, ok := parseRange(asked, size)
	switch {
	case !ok:
		c.Set(fiber.HeaderContentRange, fmt.Sprintf("bytes */%d", size))
		return errors.Join(audio.Close(), c.SendStatus(http.StatusRequestedRangeNotSatisfiable))
	case !ranged:
		whole := &wavStream{audio: audio}
		whole.pieces = bufio.NewReaderSize(io.NewSectionReader(whole, 0, size), wavPiece)
		return c.SendStream(whole, int(size))
	}
	defer audio.Close() //nolint:errcheck // only read
	to = min(to, from+audioPiece)
	piece := make([]byte, to-from)
	if n, err := audio.ReadWAVAt(piece, from); err != nil && (!errors.Is(err, io.EOF) || n < len(piece)) {
		return fmt.Errorf("read a range of a recording: %w", err)
	}
	c.Set(fiber.HeaderContentRange, fmt.Sprintf("bytes %d-%d/%d", from, to-1, size))
	return c.Status(http.StatusPartialContent).Send(piece)
}

// parseRange reads a Range header (RFC 9110 section 14.1.2) into a half-open
// range. What is no single range of octets is as none at all; ok is false where
// the file has nothing of it.
func parseRange(header string, size int64) (from, to int64, ranged, ok bool) {
	spec, found := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(strings.TrimSpace(spec), "-")
	if !found || !dash || strings.Contains(spec, ",") {
		return 0, size, false, true
	}
	a, errA := strconv.ParseUint(first, 10, 62)
	b, errB := strconv.ParseUint(last, 10, 62)
	switch {
	case errA == nil && last == "":
		from, to = int64(a), size
	case errA == nil && errB == nil && a <= b:
		from, to = int64(a), min(int64(b)+1, size)
	case first == "" && errB == nil: // the last so many
		from, to = max(0, size-int64(b)), size
	default:
		return 0, size, false, true
	}
	return from, to, true, from < to
}

// wavPiece is how much of a whole file is read at a time: over the network, when
// another node has it.
const wavPiece = 256 << 10

// wavStream reads a recording from its beginning and closes it at the end.
type wavStream struct {
	audio  RecordedAudio
	pieces *bufio.Reader // over ReadAt
}

func (w *wavStream) Read(p []byte) (int, error) { return w.pieces.Read(p) } //nolint:wrapcheck // io.EOF must stay itself

// ReadAt reads the file from an octet on.
func (w *wavStream) ReadAt(p []byte, off int64) (int, error) {
	n, err := w.audio.ReadWAVAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, fmt.Errorf("read a recording: %w", err)
	}
	return n, err //nolint:wrapcheck // as above
}

// Close closes the recording.
func (w *wavStream) Close() error {
	if err := w.audio.Close(); err != nil {
		return fmt.Errorf("close a recording: %w", err)
	}
	return nil
}
