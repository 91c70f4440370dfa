package caller

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"example.org/hotline/ivr/media"
)

// byeTimeout bounds the wait for the answer to our BYE.
const byeTimeout = 5 * time.Second

// The caller's own RTP ports, away from the line's default range.
const rtpFirst, rtpLast = 40000, 49998

// phone is one call.
type phone struct {
	Options
	agent   *agent
	audio   *media.Session
	ear     *ear
	local   media.Local
	session *sipgo.DialogClientSession
	result  Result

	heardFrom atomic.Bool // the other side has answered something
}

// Dial places the call and returns when it is over. A call that was refused,
// not answered or cancelled is a Result, not an error; an error means that it
// could not be placed or that the recording failed. Ending ctx cancels or hangs
// up, whichever is due.
func Dial(ctx context.Context, o Options) (result Result, err error) {
	o, uri, err := o.normal()
	if err != nil {
		return Result{}, err
	}
	p, err := newPhone(ctx, o, uri)
	if err != nil {
		return Result{}, err
	}
	defer func() {
		err = errors.Join(err, p.hangOut())
		result = p.result
	}()
	if err := p.invite(ctx, uri); err != nil || !p.result.Answered() {
		return p.result, err
	}
	return p.result, p.talk(ctx)
}

func newPhone(ctx context.Context, o Options, uri sip.Uri) (*phone, error) {
	ip, err := localIP(ctx, uri)
	if err != nil {
		return nil, err
	}
	addr, _ := netip.AddrFromSlice(ip)
	pool, err := media.NewPortPool(addr.Unmap(), rtpFirst, rtpLast, 0)
	if err != nil {
		return nil, err
	}
	p := &phone{Options: o}
	if p.ear, err = newEar(o.RecordWAV); err != nil {
		return nil, err
	}
	p.ear.tell = o.OnSound
	if p.audio, err = media.Open(pool, media.Limits{}); err != nil {
		_, _, closing := p.ear.close()
		return nil, errors.Join(err, closing)
	}
	p.audio.Hear(p.ear.hear)
	p.local = media.Local{Addr: addr.Unmap(), Port: p.audio.Port(), ID: uint64(rand.Uint32()), Version: 1} //nolint:gosec // G404: it has to be ours, not secret
	if p.agent, err = newAgent(ip, o.Transport); err != nil {
		_, _, closing := p.ear.close()
		return nil, errors.Join(err, p.audio.Close(), closing)
	}
	return p, nil
}

// hangOut frees everything and completes the result.
func (p *phone) hangOut() error {
	stats := p.audio.Stats()
	p.result.PacketsSent, p.result.PacketsHeard = stats.Sent, stats.Received
	err := errors.Join(p.audio.Close(), p.agent.close())
	level, length, recording := p.ear.close()
	p.result.HeardLevel, p.result.HeardFor = level, length
	return errors.Join(err, recording)
}

func (p *phone) tell(e Event) {
	e.At = time.Now()
	if p.OnEvent != nil {
		p.OnEvent(e)
	}
}

// invite sends the INVITE and waits for its final answer, or cancels.
func (p *phone) invite(ctx context.Context, uri sip.Uri) error {
	offer, err := media.Offer(p.local)
	if err != nil {
		return err
	}
	from := &sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: p.From, Host: p.agent.ua.Hostname()}}
	from.Params.Add("tag", sip.GenerateTagN(16))
	p.result.CalledAt = time.Now()
	p.session, err = p.agent.dialog.Invite(context.WithoutCancel(ctx), uri, offer, from, sip.NewHeader("Content-Type", "application/sdp"))
	if err != nil {
		return fmt.Errorf("send INVITE: %w", err)
	}
	defer p.session.Close() //nolint:errcheck // the dialog has ended or is given up
	p.result.CallID = p.session.InviteRequest.CallID().Value()
	p.tell(Event{Kind: EventCalling, CallID: p.result.CallID})

	wait, cancel := p.untilCancel(ctx)
	defer cancel()
	err = p.session.WaitAnswer(wait, sipgo.AnswerOptions{OnResponse: p.heardAnswer})
	var refused *sipgo.ErrDialogResponse
	switch {
	case err == nil:
		return p.accept(ctx)
	case errors.As(err, &refused):
		p.tell(Event{Kind: EventRefused, Status: p.result.Status, Text: p.result.Reason})
	case wait.Err() != nil:
		p.cancelled(ctx)
	default:
		return fmt.Errorf("wait for an answer: %w", err)
	}
	p.result.EndedAt = time.Now()
	return nil
}

// untilCancel ends when the call is to be cancelled. CANCEL may only follow a
// first answer (RFC 3261 section 9.1): CancelAfter waits for one, the end of ctx
// does not, since whoever ends it wants to leave.
func (p *phone) untilCancel(ctx context.Context) (context.Context, context.CancelFunc) {
	wait, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if p.heardFrom.Load() {
			cancel(context.Cause(ctx))
		} else {
			cancel(sipgo.WaitAnswerForceCancelErr)
		}
	})
	var timer *time.Timer
	if p.CancelAfter > 0 {
		timer = time.AfterFunc(p.CancelAfter, func() { cancel(context.DeadlineExceeded) })
	}
	return wait, func() {
		stop()
		if timer != nil {
			timer.Stop()
		}
		cancel(nil)
	}
}

// heardAnswer notes each answer to the INVITE.
func (p *phone) heardAnswer(res *sip.Response) error {
	p.heardFrom.Store(true)
	switch {
	case res.StatusCode == 180:
		if p.result.RangAt.IsZero() {
			p.result.RangAt = time.Now()
			p.tell(Event{Kind: EventRinging, Status: 180, Text: res.Reason})
		}
	case res.IsProvisional():
		p.tell(Event{Kind: EventProgress, Status: res.StatusCode, Text: res.Reason})
	default:
		p.result.Status, p.result.Reason = res.StatusCode, res.Reason
	}
	return nil
}

// cancelled reads the final answer that follows our CANCEL. A 200 has crossed it:
// the call has come about and is acknowledged and hung up (RFC 3261 section 9.1).
func (p *phone) cancelled(ctx context.Context) {
	p.result.EndedBy = SideCaller
	res := p.session.InviteResponse
	if res != nil && !res.IsProvisional() {
		p.result.Status, p.result.Reason = res.StatusCode, res.Reason
	}
	if res != nil && res.IsSuccess() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), byeTimeout)
		defer cancel()
		if p.session.Ack(ctx) == nil { // a lost one is the other side's to notice
			_ = p.session.Bye(ctx)
		}
	}
	p.tell(Event{Kind: EventEnded, Status: p.result.Status, Text: string(SideCaller)})
}

// accept acknowledges the 200 and starts the sound. An answer without media we
// understand is hung up at once.
func (p *phone) accept(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx) // an answer is acknowledged, whoever has left
	if err := p.session.Ack(ctx); err != nil {
		return fmt.Errorf("send ACK: %w", err)
	}
	peer, err := media.Rules{AllowLoopback: true}.Accept(p.session.InviteResponse.Body(), p.local)
	if err != nil {
		return errors.Join(fmt.Errorf("the answer's media: %w", err), p.bye(ctx))
	}
	p.audio.Start(peer)
	p.result.AnsweredAt = time.Now()
	p.tell(Event{Kind: EventAnswered, Status: 200, Text: p.result.Reason})
	return nil
}

// talk presses, plays and listens until either side hangs up.
func (p *phone) talk(ctx context.Context) error {
	if p.PlayWAV != nil {
		prompt, err := media.ReadPrompt(p.PlayWAV)
		if err != nil {
			return errors.Join(fmt.Errorf("play: %w", err), p.bye(ctx))
		}
		if p.Repeat {
			p.audio.Loop(prompt)
		} else {
			p.audio.Play(prompt)
		}
	}
	presses := slices.SortedStableFunc(slices.Values(p.Digits), func(a, b Press) int { return int(a.After - b.After) })
	hangup := time.NewTimer(p.length())
	defer hangup.Stop()
	sound, keys := p.ear.sound, p.Keys
	for {
		next, timer := p.nextPress(presses)
		select {
		case <-next:
			if err := p.press(presses[0].Key); err != nil {
				return errors.Join(err, p.bye(ctx))
			}
			presses = presses[1:]
		case key, more := <-keys:
			if !more {
				keys = nil
			} else if err := p.press(key); err != nil {
				return errors.Join(err, p.bye(ctx))
			}
		case d := <-p.audio.Digits():
			p.tell(Event{Kind: EventKey, Text: string(d.Key)})
		case <-sound:
			sound = nil // told once
			p.tell(Event{Kind: EventHeard})
		case <-p.agent.byes:
			p.over(SideCallee)
			return nil
		case <-hangup.C:
			return p.bye(ctx)
		case <-ctx.Done():
			return p.bye(ctx)
		}
		timer.Stop()
	}
}

func (p *phone) press(key rune) error {
	if _, err := p.audio.Press(key, keyHeld); err != nil {
		return err
	}
	p.tell(Event{Kind: EventPressed, Text: string(key)})
	return nil
}

func (p *phone) length() time.Duration {
	if p.HangupAfter > 0 {
		return min(p.HangupAfter, p.MaxDuration)
	}
	return p.MaxDuration
}

// nextPress returns a channel that fires when the next key is due.
func (p *phone) nextPress(presses []Press) (<-chan time.Time, *time.Timer) {
	if len(presses) == 0 {
		return nil, time.NewTimer(0)
	}
	t := time.NewTimer(time.Until(p.result.AnsweredAt.Add(presses[0].After)))
	return t.C, t
}

// bye hangs up, also when ctx has ended. A missing answer is not our caller's concern.
func (p *phone) bye(ctx context.Context) error {
	p.over(SideCaller)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), byeTimeout)
	defer cancel()
	_ = p.session.Bye(ctx)
	return nil
}

func (p *phone) over(by Side) {
	p.result.EndedBy, p.result.EndedAt = by, time.Now()
	p.tell(Event{Kind: EventEnded, Text: string(by)})
}
