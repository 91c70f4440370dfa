package ivr

import (
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/ivr/media"
)

// phoneLeg is a telephone that we called and that has answered: a PhoneLeg. Its
// loop serves what the far end asks within the dialog, holds and keys by INFO
// among it.
type phoneLeg struct {
	*media.Session
	d       *dialogue
	log     *slog.Logger
	leave   func() // gives the place in the dial book back
	ended   chan struct{}
	leaving chan struct{}
	over    chan struct{} // closed when everything is freed
	keys    chan media.Digit
	info    *infoKeys // keys to the far end
	hanging sync.Once
	freeing sync.Once

	mu    sync.Mutex
	again func(*sip.Response) // answers a 200 that comes after the first; nil before that is acknowledged
	early []*sip.Response     // those that came before

	// the loop's
	presses media.Presses
	theirs  bool // the far end said BYE
	closed  bool // ended is closed
	pending *untilACK
	asked   *inbound // the re-INVITE whose ACK is awaited
	owed    bool     // our offer waits for its answer in that ACK
}

func newLeg(d *dialogue, audio *media.Session, log *slog.Logger, leave func()) *phoneLeg {
	l := &phoneLeg{Session: audio, d: d, log: log, leave: leave, ended: make(chan struct{}), leaving: make(chan struct{}),
		over: make(chan struct{}), keys: make(chan media.Digit, 16)}
	l.info = d.endpoint.newInfoKeys(log, d.takesINFO, d.request)
	audio.KeysBy(l.info.send)
	return l
}

var (
	_ PhoneLeg = (*phoneLeg)(nil)
	_ Outbound = (*Endpoint)(nil)
)

// Ended implements PhoneLeg.
func (l *phoneLeg) Ended() <-chan struct{} { return l.ended }

// Digits implements media.Party: keys by RFC 4733, as tones or by INFO.
func (l *phoneLeg) Digits() <-chan media.Digit { return l.keys }

// KeyFaults tells of keys to the far end that it did not take.
func (l *phoneLeg) KeyFaults() <-chan error { return l.info.faults }

// HangUp implements PhoneLeg. It returns when the leg is free.
func (l *phoneLeg) HangUp() {
	l.hanging.Do(func() { close(l.leaving) })
	<-l.over
}

// free gives back what the call has taken. Nothing of the far end is heard after it.
func (l *phoneLeg) free() {
	l.freeing.Do(func() {
		l.info.stop()
		l.d.end()
		if err := l.Close(); err != nil {
			l.log.Warn("close media", slog.Any("error", err))
		}
		l.leave()
		close(l.over)
	})
}

// run serves the far end until the leg is hung up.
func (l *phoneLeg) run() {
	e := l.d.endpoint
	longest := time.NewTimer(e.cfg.MaxDuration)
	defer longest.Stop()
	defer l.free()
	defer l.recover()
	leaving, drained := (<-chan struct{})(l.leaving), (<-chan time.Time)(nil)
	for {
		select {
		case in := <-l.d.inbox:
			l.serve(in)
		case ack := <-l.d.acks:
			l.acked(ack)
		case <-l.pending.due():
			if !l.pending.again(e.cfg.T2) {
				l.settle()
				l.lose()
			}
		case key := <-l.Session.Digits():
			l.press(key)
		case <-l.lost():
			l.lose()
		case <-longest.C:
			l.lose()
		case <-e.stopping:
			l.lose()
			l.hangUp()
			return
		case <-leaving:
			leaving = nil
			drain := time.NewTimer(media.DrainTime) // a BYE on the heels of the last packet clips the last word
			defer drain.Stop()
			if drained = drain.C; l.closed {
				l.hangUp()
				return
			}
		case <-drained:
			l.hangUp()
			return
		}
	}
}

// recover ends the leg in order after a fault of ours: whoever has it is told,
// and the far end hears a BYE.
func (l *phoneLeg) recover() {
	p := recover()
	if p == nil {
		return
	}
	l.log.Error("a call of ours: panic", slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
	l.lose()
	l.hangUp()
}

// lost is the media's silence; it is told once.
func (l *phoneLeg) lost() <-chan struct{} {
	if l.closed {
		return nil
	}
	return l.Lost()
}

// lose tells whoever has the leg that it is no longer of use.
func (l *phoneLeg) lose() {
	if !l.closed {
		l.closed = true
		close(l.ended)
	}
}

// hangUp says BYE, unless the far end has.
func (l *phoneLeg) hangUp() {
	l.info.stop()
	l.settle()
	if !l.theirs {
		l.d.bye()
	}
}

// press hands a key on, once by whatever ways it is told; keys that nobody reads
// are dropped.
func (l *phoneLeg) press(key media.Digit) {
	if !l.presses.Take(key) {
		return
	}
	select {
	case l.keys <- key:
	default:
	}
}

// serve answers one request within the dialog.
func (l *phoneLeg) serve(in *inbound) {
	req := in.req
	l.d.learn(req)
	if !l.d.inOrder(req) {
		l.answer(in, 500, "Server Internal Error", retryAfter(1)) // RFC 3261 section 12.2.2
		return
	}
	switch req.Method {
	case sip.BYE:
		l.theirs = true
		l.answer(in, 200, "OK")
		l.lose()
	case sip.INVITE:
		l.reinvite(in)
	case sip.UPDATE:
		l.update(in)
	case sip.INFO:
		key, ok := media.DigitFromInfo(contentType(req), req.Body())
		if !ok && len(req.Body()) > 0 {
			l.answer(in, 415, "Unsupported Media Type", sip.NewHeader("Accept", "application/dtmf-relay, application/dtmf"))
			return
		}
		l.answer(in, 200, "OK")
		if ok {
			l.press(media.Digit{Key: key, At: in.at, By: media.KeyByINFO})
		}
	case sip.OPTIONS:
		l.answer(in, 200, "OK", allowHeader())
	default:
		l.answer(in, 481, "Call/Transaction Does Not Exist")
	}
}

func (l *phoneLeg) answer(in *inbound, status int, reason string, headers ...sip.Header) {
	respond(in.tx, in.req, status, reason, headers...)
	close(in.done)
}

// reinvite changes the media: hold, resume, another address, or our offer where
// the far end sends none. A refused offer leaves all as it was.
func (l *phoneLeg) reinvite(in *inbound) {
	if l.pending != nil {
		l.answer(in, 491, "Request Pending")
		return
	}
	body, err := l.describe(in.req)
	if err != nil {
		l.answer(in, 488, "Not Acceptable Here")
		return
	}
	l.asked, l.owed = in, len(in.req.Body()) == 0
	l.pending = l.d.endpoint.repeatUntilACK(in.tx, l.ok(in.req, body))
}

// update is a re-INVITE without its ACK (RFC 3311), or only keeps the dialog alive.
func (l *phoneLeg) update(in *inbound) {
	if len(in.req.Body()) == 0 {
		l.answer(in, 200, "OK", allowHeader())
		return
	}
	if l.owed {
		l.answer(in, 491, "Request Pending")
		return
	}
	body, err := l.describe(in.req)
	if err != nil {
		l.answer(in, 488, "Not Acceptable Here")
		return
	}
	_ = in.tx.Respond(l.ok(in.req, body)) // asked for again where it is lost
	close(in.done)
}

// describe answers an offer, which counts from now, or makes ours.
func (l *phoneLeg) describe(req *sip.Request) ([]byte, error) {
	l.d.media.Version++
	if len(req.Body()) == 0 {
		return media.Offer(l.d.media)
	}
	body, peer, err := l.d.endpoint.rules.Answer(req.Body(), l.d.media)
	if err == nil {
		l.Update(peer)
	}
	return body, err
}

// ok is a 200 with a description and what a dialog needs in it.
func (l *phoneLeg) ok(req *sip.Request, body []byte) *sip.Response {
	res := sip.NewResponseFromRequest(req, 200, "OK", body)
	local := l.d.hop.local
	res.AppendHeader(&sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "hotline", Host: uriHost(l.d.endpoint.addressOf(local)), Port: int(local.Port())}})
	res.AppendHeader(allowHeader())
	res.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	return res
}

// acked takes the ACK of a re-INVITE's 200, with the answer to our offer where
// one is owed.
func (l *phoneLeg) acked(ack *sip.Request) {
	if l.pending == nil || ack.CSeq().SeqNo != l.asked.req.CSeq().SeqNo {
		return
	}
	owed := l.owed
	l.settle()
	if !owed {
		return
	}
	peer, err := l.d.endpoint.rules.Accept(ack.Body(), l.d.media)
	if err != nil {
		l.log.Warn("the answer to our offer is refused", slog.Any("error", err))
		l.lose()
		return
	}
	l.Update(peer)
}

// settle ends the wait for an ACK.
func (l *phoneLeg) settle() {
	if l.pending == nil {
		return
	}
	l.pending.timer.Stop()
	close(l.asked.done)
	l.pending, l.asked, l.owed = nil, nil, false
}
