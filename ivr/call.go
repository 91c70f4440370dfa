package ivr

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ivr/flow"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// logTimeout bounds one write to the CallLog, which has a journal to fall back to.
const logTimeout = 10 * time.Second

// call is one citizen's call from its INVITE on. Everything below "the loop's"
// belongs to the goroutine of run alone.
type call struct {
	endpoint *Endpoint
	key      callKey
	hop      hop
	fromTag  string
	localTag string
	log      *slog.Logger

	claimed    atomic.Bool // run has begun
	accepted   atomic.Bool // 200 was sent
	cancelled  chan struct{}
	cancelOnce sync.Once
	acks       chan *sip.Request
	inbox      chan *inbound
	over       chan struct{} // closed when the loop takes nothing any more

	// the loop's
	record   ticket.Call
	stored   bool // on disk; Ended is due
	settled  bool // the end was recorded and the place freed
	invite   *sip.Request
	inviteTx sip.ServerTransaction
	remote   dialogSide
	audio    *media.Session
	presses  media.Presses
	infoKeys *infoKeys // to the citizen's telephone
	early    []rune    // keys that came before a step asked for one
	diary    diary
	tapes    tapes
	tape     *tape // the citizen's
	script   *flow.Flow
	looked   chan CallerFacts // what is known of the caller; nil where nobody knows
	priority ticket.Priority
	tune     string // music, by the flow's last word
	queued   *queued
	entered  map[string]time.Time // of each queue, first time
	last     flow.Queue
	dialing  *dialing // somebody who is being rung
	rung     *member  // the citizen of a call of our own; nil where they called
	talk     *conversation
	shown    atomic.Pointer[LiveCall] // for who looks on
	peer     media.Peer
	local    media.Local
	owed     bool // our offer waits for its answer in the ACK
	pending  *pendingOK
	limit    *time.Timer
	reason   ticket.EndReason      // "" while the call goes on
	said     bool                  // the far end said BYE
	byeTx    sip.ServerTransaction // of that BYE; nil where we hung up
}

func newActiveCall(e *Endpoint, k callKey, record ticket.Call, h hop, fromTag string) *call {
	c := &call{endpoint: e, key: k, hop: h, fromTag: fromTag, localTag: sip.GenerateTagN(16), record: record,
		log:       e.log.With(slog.String("call_id", string(record.ID)), slog.String("trunk", record.Trunk), slog.String("number", record.To)),
		cancelled: make(chan struct{}), acks: make(chan *sip.Request, 4), inbox: make(chan *inbound, 8), over: make(chan struct{}),
		local:    media.Local{Addr: e.cfg.MediaIP, ID: uint64(rand.Uint32()), Version: uint64(rand.Uint32())}, //nolint:gosec // G404: the ids of an offer have to differ, not to be secret
		priority: ticket.P2, tune: PromptHoldMusic}
	c.diary = diary{endpoint: e, log: c.log}
	c.tapes = tapes{recorder: e.deps.Recorder, now: e.now}
	c.show(StageArriving)
	return c
}

// cancel tells the call of a CANCEL.
func (c *call) cancel() { c.cancelOnce.Do(func() { close(c.cancelled) }) }

// run is the whole call. It returns when the call is over, recorded and, where
// we hung up, the far end has answered that.
func (c *call) run(req *sip.Request, tx sip.ServerTransaction) {
	defer c.recover()
	c.invite, c.inviteTx = req, tx
	c.remote = newDialogSide(req)
	respond(tx, req, 100, "Trying")

	if c.open() && c.negotiate() && c.ring() && c.answer() {
		c.converse()
	}
	c.finish()
	c.slim()
}

// slim lets go of what an ended call does not need any more: the table keeps it
// for the repetitions of its dialog, and in a flood there are thousands.
func (c *call) slim() {
	c.invite, c.inviteTx, c.byeTx, c.remote, c.early = nil, nil, nil, dialogSide{}, nil
	c.tape, c.queued, c.talk, c.script, c.entered = nil, nil, nil, nil, nil
	c.shown.Store(nil)
}

// open puts the call on disk before the caller hears anything. A call that
// could be kept nowhere is refused, and that is an alarm.
func (c *call) open() bool {
	failpoint.Hit(failpoint.InviteBeforeOpen)
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	receipt, err := c.endpoint.callLog.Open(ctx, c.record)
	if err != nil {
		c.log.Error("ALARM: a call could not be put on disk, neither database nor journal; it is refused", slog.Any("error", err))
		c.end(ticket.EndFailed)
		return false
	}
	c.stored = true
	c.record.ID, c.record.Number = receiptID(receipt, c.record), receipt.Number
	c.log = c.log.With(slog.String("ticket", string(receipt.Number)))
	c.diary.log, c.tapes.call, c.tapes.number = c.log, c.record.ID, c.record.Number
	c.show(StageArriving)
	c.chooseFlow()
	c.log.Info("call opened", slog.Bool("journaled", receipt.Journaled), slog.Bool("repeat", receipt.Repeat))
	return true
}

func receiptID(r ticket.CallReceipt, c ticket.Call) ticket.CallID {
	if r.ID != "" {
		return r.ID
	}
	return c.ID
}

// negotiate takes a port and reads the caller's offer. An INVITE without one
// gets ours with the 200 (RFC 3261 section 13.2.1).
func (c *call) negotiate() bool {
	audio, err := media.Open(c.endpoint.ports, media.Limits{Timeout: c.endpoint.cfg.MediaTimeout,
		HoldTimeout: c.endpoint.cfg.HoldTimeout, Learn: c.hop.trunk.MediaCIDRs})
	if err != nil {
		c.log.Error("no RTP port for a call", slog.Any("error", err))
		c.end(ticket.EndBusy)
		return false
	}
	c.audio = audio
	c.infoKeys = c.endpoint.newInfoKeys(c.log, func() bool { return c.remote.info }, c.request)
	audio.KeysBy(c.infoKeys.send)
	c.local.Port = audio.Port()
	if c.owed = len(c.invite.Body()) == 0; c.owed {
		return true
	}
	if _, c.peer, err = c.endpoint.rules.Answer(c.invite.Body(), c.local); err != nil {
		c.log.Warn("the caller's SDP is refused", slog.Any("error", err))
		c.end(ticket.EndBadSDP)
		return false
	}
	return true
}

// ring lets it ring for a moment, in which the caller may change his mind.
func (c *call) ring() bool {
	c.send(180, "Ringing", nil)
	delay := time.NewTimer(max(0, c.endpoint.cfg.RingDelay))
	defer delay.Stop()
	c.next(waits{after: delay.C})
	return c.alive()
}

// answer sends the 200 and waits for its ACK.
func (c *call) answer() bool {
	body, err := c.describe(c.invite.Body())
	if err != nil {
		c.log.Error("describe our media", slog.Any("error", err))
		c.end(ticket.EndFailed)
		return false
	}
	if !c.owed {
		c.audio.Start(c.peer)
	}
	c.accepted.Store(true)
	c.sendOK(c.invite, c.inviteTx, body, nil)
	failpoint.Hit(failpoint.CallAfterAnswer)
	c.limit = time.NewTimer(c.endpoint.cfg.MaxDuration)
	c.tape = c.tapes.begin(c.audio, legCitizen, false)
	at := c.endpoint.now()
	id := c.record.ID
	c.diary.write("answered", func(ctx context.Context) error { return c.endpoint.callLog.Answered(ctx, id, at) })
	c.next(waits{ack: true})
	return c.alive()
}

// describe writes our answer to an offer, or our offer where there is none.
func (c *call) describe(offer []byte) ([]byte, error) {
	c.local.Version++
	if len(offer) == 0 {
		return media.Offer(c.local)
	}
	answer, peer, err := c.endpoint.rules.Answer(offer, c.local)
	if err != nil {
		return nil, err
	}
	c.peer = peer
	return answer, nil
}

func (c *call) alive() bool { return c.reason == "" }

// end decides how the call ends; the first reason stays.
func (c *call) end(reason ticket.EndReason) {
	if c.reason == "" {
		c.reason = reason
	}
}

// finish lets everybody else go, tells the far end, records the end and frees
// what the call held.
func (c *call) finish() {
	c.letGo()
	var bye sip.ClientTransaction
	switch {
	case !c.accepted.Load():
		c.refuse()
	case !c.said:
		bye = c.sendBYE()
	}
	failpoint.Hit(failpoint.CallBeforeEnd)
	c.settle()
	if c.pending != nil {
		c.pending.stop()
	}
	close(c.over)
	if c.byeTx != nil {
		// sipgo would keep it for 32 s to repeat the answer. From here on a BYE sent
		// again finds the ended call and gets the same 200 (answerLate).
		c.byeTx.Terminate()
	}
	if bye != nil {
		c.awaitBYE(bye)
	}
}

// letGo undoes at once what the call has set going: an agent's ringing, a
// conversation, a telephone being rung, recordings.
func (c *call) letGo() {
	if c.talk != nil {
		c.talk.close()
	}
	c.stopDialling()
	if c.infoKeys != nil {
		c.infoKeys.stop()
	}
	if c.queued != nil {
		c.leaveQueue(c.queued.whyHung())
	}
	c.tapes.endAll()
}

// settle records the end, exactly once, and frees the call's place and ports.
func (c *call) settle() {
	if c.settled {
		return
	}
	c.settled = true
	c.letGo()
	if c.stored && c.accepted.Load() {
		c.measure(legCitizen, c.audio.Stats())
	}
	c.diary.flush()
	if c.stored {
		c.endpoint.logEnd(c.record.ID, c.reason)
	}
	if c.limit != nil {
		c.limit.Stop()
	}
	if c.audio != nil {
		stats := c.audio.Stats()
		if err := c.audio.Close(); err != nil {
			c.log.Warn("close media", slog.Any("error", err))
		}
		c.audio = nil
		c.log.Info("call ended", slog.String("reason", string(c.reason)), slog.Uint64("rtp_sent", stats.Sent),
			slog.Uint64("rtp_received", stats.Received), slog.Uint64("rtp_refused", stats.Refused), slog.Any("rtp_far_lost", stats.FarLost))
	}
	c.endpoint.calls.end(c.key, c.reason, time.Now())
}

// logEnd records an end; it comes when the call's own context would be gone.
func (e *Endpoint) logEnd(id ticket.CallID, reason ticket.EndReason) {
	ctx, cancel := context.WithTimeout(context.Background(), logTimeout)
	defer cancel()
	if err := e.callLog.Ended(ctx, id, e.now(), reason); err != nil {
		e.log.Error("ALARM: the end of a call could not be recorded", slog.String("call_id", string(id)),
			slog.String("reason", string(reason)), slog.Any("error", err))
	}
}

// recover ends the call in order after a fault of ours.
func (c *call) recover() {
	p := recover()
	if p == nil {
		return
	}
	c.log.Error("call: panic", slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
	select {
	case <-c.over:
		return // the fault came after the end was recorded
	default:
	}
	c.reason = ticket.EndFailed
	defer func() {
		if again := recover(); again != nil {
			c.log.Error("call: panic while ending", slog.Any("panic", again))
		}
	}()
	c.finish()
}

var errNoAnswer = errors.New("the ACK brings no answer to our offer")
