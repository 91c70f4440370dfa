package ivr

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/ivr/media"
)

// infoPatience is how long a far end may take to answer one key. A key that comes
// later than that is of no use to a menu.
const infoPatience = 5 * time.Second

// errKeyUnsent is a key that the far end did not take. Those behind it were not
// sent either: a number with a digit missing is worse than none.
var errKeyUnsent = errors.New("the far end did not take a key by INFO")

// infoKeys sends keys to one far end as SIP INFO, for those that take no RFC 4733
// events and allow INFO. There is no RFC of application/dtmf-relay; RFC 6086
// section 2 tells of such use. One key is on its way at a time, so that they arrive in
// their order.
type infoKeys struct {
	endpoint *Endpoint
	log      *slog.Logger
	allowed  func() bool // the far end's Allow names INFO
	request  func(method sip.RequestMethod, contentType string, body []byte) *sip.Request
	faults   chan error // the latest that nobody has read

	ctx  context.Context // ended by stop
	stop context.CancelFunc

	mu      sync.Mutex
	refused bool // the far end allows INFO and takes no keys by it
	busy    bool
	waiting []*sip.Request
}

func (e *Endpoint) newInfoKeys(log *slog.Logger, allowed func() bool, request func(sip.RequestMethod, string, []byte) *sip.Request) *infoKeys {
	k := &infoKeys{endpoint: e, log: log, allowed: allowed, request: request, faults: make(chan error, 1)}
	k.ctx, k.stop = context.WithCancel(context.Background())
	return k
}

// send queues a key, and reports false where it must go another way. It has the form
// of media.Stream.KeysBy. The requests are numbered here, in order, so that the
// dialog belongs to one goroutine.
func (k *infoKeys) send(key rune, held time.Duration) bool {
	if !k.allowed() {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refused {
		return false
	}
	if k.ctx.Err() != nil || len(k.waiting) >= maxEarly {
		return true // the call is over, or nobody presses as fast
	}
	k.waiting = append(k.waiting, k.request(sip.INFO, media.DigitInfoType, media.DigitInfo(key, held)))
	if !k.busy {
		k.busy = true
		k.endpoint.work.startCall(k.sendAll)
	}
	return true
}

// sendAll sends what waits and returns when nothing does any more.
func (k *infoKeys) sendAll() {
	for req := k.next(); req != nil; req = k.next() {
		ctx, cancel := context.WithTimeout(k.ctx, infoPatience)
		err := k.endpoint.ask(ctx, req)
		cancel()
		if err != nil && k.ctx.Err() == nil {
			k.failed(err)
		}
	}
}

func (k *infoKeys) next() *sip.Request {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.busy = len(k.waiting) > 0 && k.ctx.Err() == nil; !k.busy {
		k.waiting = nil
		return nil
	}
	req := k.waiting[0]
	k.waiting = k.waiting[1:]
	return req
}

// failed drops what waits behind the key, and has it told.
func (k *infoKeys) failed(err error) {
	k.mu.Lock()
	behind := len(k.waiting)
	k.waiting, k.refused = nil, k.refused || errors.Is(err, errNotTaken)
	k.mu.Unlock()
	k.log.Warn("a key was not taken by INFO; those behind it are not sent", slog.Int("behind", behind), slog.Any("error", err))
	select {
	case k.faults <- fmt.Errorf("%w: %w", errKeyUnsent, err):
	default: // one is told already
	}
}
