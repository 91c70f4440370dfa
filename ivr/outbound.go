package ivr

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/google/uuid"
	"github.com/icholy/digest"

	"example.org/hotline/ivr/media"
)

// Our own calls: to duty phones, workers, the emergency list and citizens who
// are rung back. Where they may go is the dial plan's affair; a redirection (3xx)
// is never followed, whatever it says (SECURITY T2).
//
//	INVITE ─▶ 18x (its sound is not heard: the caller's music goes on) ─▶ 200 ─▶ ACK
//	   └ 401, 407: once more with the password
//	   └ nobody, or we have no more use for it: CANCEL, and an answer that crosses it is hung up

// cancelPatience bounds how long an INVITE that nobody waits for any more is
// followed up: as long as its transaction may last (64*T1, RFC 3261 section 17.1.1.2).
const cancelPatience = 32 * time.Second

// Dial implements Outbound: the endpoint makes our own calls itself. See
// OutboundConfig for where they may go.
func (e *Endpoint) Dial(ctx context.Context, o OutboundCall) (PhoneLeg, error) {
	cfg := e.cfg.Outbound
	if cfg.Trunk == "" || e.ended() {
		return nil, ErrNoTrunk
	}
	log := e.log.With(slog.String("purpose", o.Purpose), slog.String("ticket", string(o.Ticket)))
	number, emergency, err := cfg.dialable(o.To)
	if err != nil {
		log.Error("ALARM: a call was asked for that the dial plan forbids", slog.Int64("by", int64(o.By)), slog.Any("error", err))
		return nil, err
	}
	if err := e.awaitServing(ctx); err != nil {
		return nil, err
	}
	leave, err := e.book.enter(o, emergency, time.Now())
	if err != nil {
		log.Error("ALARM: a call of ours is over its cap", slog.Int64("by", int64(o.By)), slog.Any("error", err))
		return nil, err
	}
	l, err := e.newPhoneLeg(number, log, leave)
	if err != nil {
		leave()
		return nil, err
	}
	if o.Ring <= 0 {
		o.Ring = ringTime
	}
	ringing, cancel := context.WithTimeoutCause(ctx, o.Ring, ErrNoAnswer)
	defer cancel()
	if err := l.invite(ringing); err != nil {
		log.Info("a call of ours was not answered", slog.Any("error", err))
		return nil, err
	}
	log.Info("a call of ours is answered")
	e.work.startCall(l.run)
	return l, nil
}

// ended reports whether the node makes no new calls because it stops.
func (e *Endpoint) ended() bool {
	select {
	case <-e.stopping:
		return true
	default:
		return false
	}
}

// awaitServing waits until the node listens: sipgo would else open a socket of
// its own for a request, on a port that is taken.
func (e *Endpoint) awaitServing(ctx context.Context) error {
	select {
	case <-e.udp[0].serving:
		return nil
	case <-e.stopping:
		return ErrNoTrunk
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// newPhoneLeg prepares a call: its dialog and its RTP port.
func (e *Endpoint) newPhoneLeg(number string, log *slog.Logger, leave func()) (*phoneLeg, error) {
	cfg := e.cfg.Outbound
	trunk := e.gate.trunkOf(cfg.Proxy.Addr())
	audio, err := media.Open(e.ports, media.Limits{Timeout: e.cfg.MediaTimeout, HoldTimeout: e.cfg.HoldTimeout, Learn: trunk.MediaCIDRs})
	if err != nil {
		return nil, fmt.Errorf("no RTP port: %w: %w", err, ErrTrunkFailed)
	}
	h := hop{transport: "UDP", src: cfg.Proxy, local: e.udp[0].local, trunk: trunk}
	tag, host := sip.GenerateTagN(16), uriHost(cfg.Proxy.Addr())
	target := sip.Uri{Scheme: "sip", User: number, Host: host, Port: int(cfg.Proxy.Port())}
	from := sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: dialled(cfg.From), Host: uriHost(e.addressOf(h.local))}}
	from.Params.Add("tag", tag)
	d := e.newDialogue(h, uuid.NewString(), from, sip.ToHeader{Address: sip.Uri{Scheme: "sip", User: number, Host: host}}, tag)
	d.side.target = target
	d.media = media.Local{Addr: e.cfg.MediaIP, Port: audio.Port(), ID: 1, Version: 1}
	e.dialogues.add(d)
	return newLeg(d, audio, log, leave), nil
}

// invite rings until somebody answers. Where it fails, everything that was taken
// is given back, if need be after it has returned.
func (l *phoneLeg) invite(ctx context.Context) error {
	res, req, err := l.ask(ctx, "", "")
	if err == nil && challenged(res) && l.d.endpoint.cfg.Outbound.Password != nil {
		name, value, fault := l.credentials(req, res)
		if fault != nil {
			l.free()
			return fault
		}
		res, _, err = l.ask(ctx, name, value)
	}
	switch {
	case errors.Is(err, errFollowed):
		return causeOf(ctx)
	case err != nil:
		l.free()
		return err
	case !res.IsSuccess():
		l.free()
		return refusedAs(res.StatusCode)
	}
	if err := l.accept(res); err != nil { //nolint:contextcheck // an answer is acknowledged, whoever has left
		l.free()
		return err
	}
	return nil
}

// errFollowed is an INVITE whose rest is followed up elsewhere.
var errFollowed = errors.New("given up")

// ask sends an INVITE, with a header where it is named, and waits for its final
// answer. Where ctx ends first it is followed up on a goroutine of its own.
func (l *phoneLeg) ask(ctx context.Context, header, value string) (*sip.Response, *sip.Request, error) {
	e := l.d.endpoint
	offer, err := media.Offer(l.d.media)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", err, ErrTrunkFailed)
	}
	req := l.d.request(sip.INVITE, "application/sdp", offer)
	req.AppendHeader(allowHeader())
	if header != "" {
		req.AppendHeader(sip.NewHeader(header, value))
	}
	tx, err := e.client.TransactionRequest(context.WithoutCancel(ctx), req, asBuilt)
	if err != nil {
		return nil, nil, fmt.Errorf("send INVITE: %w: %w", err, ErrTrunkFailed)
	}
	tx.OnRetransmission(l.keepAnswer)
	rang := false
	for {
		select {
		case res := <-tx.Responses():
			if res != nil && res.IsProvisional() {
				rang = true
				continue
			}
			if res == nil {
				return nil, nil, ErrTrunkFailed
			}
			return res, req, nil
		case <-tx.Done():
			return nil, nil, ErrTrunkFailed // nobody answers at the proxy
		case <-ctx.Done():
		case <-e.stopping:
		}
		e.work.startCall(func() { l.giveUp(tx, req, rang) }) //nolint:contextcheck // it goes on when the caller has left
		return nil, nil, errFollowed
	}
}

// giveUp cancels an INVITE. CANCEL may only follow a first answer (RFC 3261
// section 9.1), and a 200 may cross it: that call is acknowledged and hung up.
func (l *phoneLeg) giveUp(tx sip.ClientTransaction, invite *sip.Request, rang bool) {
	defer l.free()
	e := l.d.endpoint
	late := time.NewTimer(cancelPatience)
	defer late.Stop()
	var cancel sip.ClientTransaction
	for {
		if rang && cancel == nil {
			var err error
			if cancel, err = e.client.TransactionRequest(context.Background(), cancelOf(invite), asBuilt); err != nil {
				l.log.Warn("CANCEL could not be sent", slog.Any("error", err))
				return
			}
			defer cancel.Terminate()
		}
		var answers <-chan *sip.Response
		if cancel != nil {
			answers = cancel.Responses()
		}
		select {
		case <-answers: // what counts is the answer to the INVITE
		case res := <-tx.Responses():
			switch {
			case res == nil:
				return
			case res.IsProvisional():
				rang = true
			case res.IsSuccess():
				l.acknowledge(res)
				l.d.bye()
				return
			default:
				return
			}
		case <-tx.Done():
			return
		case <-late.C:
			tx.Terminate()
			return
		case <-e.closing:
			tx.Terminate()
			return
		}
	}
}

// cancelOf is the CANCEL of an INVITE: its Request-URI, Via, Call-ID, tags and
// CSeq number (RFC 3261 section 9.1).
func cancelOf(invite *sip.Request) *sip.Request {
	req := sip.NewRequest(sip.CANCEL, invite.Recipient)
	maxForwards := sip.MaxForwardsHeader(70)
	for _, h := range []sip.Header{sip.HeaderClone(invite.Via()), sip.HeaderClone(invite.From()), sip.HeaderClone(invite.To()), sip.HeaderClone(invite.CallID()),
		&sip.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: sip.CANCEL}, &maxForwards} {
		req.AppendHeader(h)
	}
	req.SetBody(nil)
	req.SetTransport(invite.Transport())
	req.SetDestination(invite.Destination())
	req.Laddr = invite.Laddr
	return req
}

func challenged(res *sip.Response) bool {
	return res.StatusCode == sip.StatusUnauthorized || res.StatusCode == sip.StatusProxyAuthRequired
}

// credentials answers a challenge (RFC 3261 section 22.4).
func (l *phoneLeg) credentials(req *sip.Request, res *sip.Response) (name, value string, err error) {
	asked, name := "WWW-Authenticate", "Authorization"
	if res.StatusCode == sip.StatusProxyAuthRequired {
		asked, name = "Proxy-Authenticate", "Proxy-Authorization"
	}
	cfg := l.d.endpoint.cfg.Outbound
	for _, h := range res.GetHeaders(asked) {
		challenge, err := digest.ParseChallenge(h.Value())
		if err != nil || !digest.CanDigest(challenge) {
			continue
		}
		answer, err := digest.Digest(challenge, digest.Options{Method: "INVITE", URI: req.Recipient.String(), Username: cfg.User, Password: cfg.Password(), Count: 1})
		if err == nil {
			return name, answer.String(), nil
		}
	}
	return "", "", fmt.Errorf("the trunk asks for a password in no way that is known: %w", ErrTrunkFailed)
}

// refusedAs tells what a final answer means for whoever wanted the call.
func refusedAs(status int) error {
	why := fmt.Sprintf("answer %d", status)
	switch status {
	case 486, 600, 603:
		return fmt.Errorf("%s: %w", why, ErrBusyHere)
	case 408, 480, 487:
		return fmt.Errorf("%s: %w", why, ErrNoAnswer)
	case 404, 410, 484, 604:
		return fmt.Errorf("%s: %w", why, ErrNotInService)
	}
	return fmt.Errorf("%s: %w", why, ErrTrunkFailed)
}

// causeOf is why a call was given up; a node that stops gives up without a cause.
func causeOf(ctx context.Context) error {
	if ctx.Err() == nil {
		return ErrTrunkFailed
	}
	return context.Cause(ctx)
}

// accept acknowledges the 200 and starts the audio.
func (l *phoneLeg) accept(res *sip.Response) error {
	l.acknowledge(res)
	peer, err := l.d.endpoint.rules.Accept(res.Body(), l.d.media)
	if err != nil {
		l.d.bye()
		return fmt.Errorf("the answer's media: %w: %w", err, ErrTrunkFailed)
	}
	l.Start(peer)
	return nil
}

// acknowledge sends the ACK of a 200, each time that comes (RFC 3261 section
// 13.2.2.4). Where a proxy has forked, the first to answer has the call, and any
// other is acknowledged and hung up.
func (l *phoneLeg) acknowledge(res *sip.Response) {
	d := l.d
	d.confirmed(res)
	ack := d.request(sip.ACK, "", nil)
	first, _ := res.To().Params.Get("tag")
	others := map[string]bool{}
	answer := func(again *sip.Response) {
		tag, _ := again.To().Params.Get("tag")
		if tag == first {
			_ = d.endpoint.client.WriteRequest(ack.Clone(), asBuilt) // a lost ACK is asked for again
			return
		}
		if !others[tag] {
			others[tag] = true
			d.endpoint.work.startCall(func() { d.hangUpFork(again) })
		}
	}
	l.answerMore(answer)
	if err := d.endpoint.client.WriteRequest(ack.Clone(), asBuilt); err != nil {
		l.log.Warn("ACK could not be sent", slog.Any("error", err))
	}
}

// keepAnswer takes what comes after the first 200, be it the same again or another
// telephone's. It waits until the first is acknowledged.
func (l *phoneLeg) keepAnswer(res *sip.Response) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.again != nil:
		l.again(res)
	case res.IsSuccess() && len(l.early) < maxEarly:
		l.early = append(l.early, res)
	}
}

// answerMore is how to answer those, from now on.
func (l *phoneLeg) answerMore(answer func(*sip.Response)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.again = answer
	for _, res := range l.early {
		answer(res)
	}
	l.early = nil
}

// hangUpFork ends the call of a telephone that answered second.
func (d *dialogue) hangUpFork(res *sip.Response) {
	fork := d.endpoint.newDialogue(d.hop, string(d.callID), d.from, d.to, d.localTag)
	fork.side.ours = res.CSeq().SeqNo
	fork.confirmed(res)
	_ = d.endpoint.client.WriteRequest(fork.request(sip.ACK, "", nil), asBuilt) // asked for again where it is lost; the BYE ends that
	fork.bye()
}
