package ivr_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/ivr"
)

// talkWith is a gateway whose call an agent has answered.
func talkWith(t *testing.T, o offers) (*gateway, *desk) {
	t.Helper()
	c := open(t)
	an := c.an()
	an.answerAll()
	g := newGateway(t, c.udp())
	g.dial(o)
	an.told(ivr.CallTalking)
	return g, an
}

func (d *desk) key(keys ...rune) {
	for _, key := range keys {
		d.commands <- ivr.AgentCommand{Verb: ivr.VerbKey, Key: key}
	}
}

// obeyed returns once the call has done all that the desk wanted before.
func (d *desk) obeyed() {
	d.t.Helper()
	d.do(ivr.VerbHold)
	d.told(ivr.CallHolding)
	d.do(ivr.VerbResume)
	d.told(ivr.CallTalking)
}

// refusals counts how often the desk was told that a key could not be sent.
func (d *desk) refusals() (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, news := range d.news {
		if news.State == ivr.CallRefused && news.Reason == "no_key" {
			n++
		}
	}
	return n
}

func (g *gateway) noKey(why string) {
	g.t.Helper()
	select {
	case req := <-g.infos:
		g.t.Errorf("%s: INFO\n%s", why, req.Body())
	default:
	}
}

// A telephone that takes no events and allows INFO is sent the agent's keys so: one
// at a time, in order, each with a higher number.
func TestAgentsKeysGoByINFO(t *testing.T) {
	g, an := talkWith(t, offers{allow: allowsInfo})
	an.key('1', '2', '#')
	an.obeyed()
	var last uint32
	for _, key := range "12#" {
		req := g.key()
		g.noKey("before the one on its way is answered")
		if want := "Signal=" + string(key) + "\r\nDuration=100\r\n"; string(req.Body()) != want || req.ContentType().Value() != "application/dtmf-relay" {
			t.Errorf("%s %q, want %q", req.ContentType().Value(), req.Body(), want)
		}
		if n := req.CSeq().SeqNo; n <= last {
			t.Errorf("CSeq %d after %d", n, last)
		} else {
			last = n
		}
		g.reply(req, g.line, "200 OK", "", "")
	}
	an.do(ivr.VerbHangUp)
	g.awaits("BYE", 1)
	g.noKey("at the end")
	if n := an.refusals(); n != 0 {
		t.Errorf("told %d times that a key could not be sent", n)
	}
}

// A key that is refused shows on the agent's screen; those behind it are not sent,
// and the next one is tried again. Who does not take keys by INFO at all gets tones.
func TestAKeyThatIsNotTakenShowsOnTheAgentsScreen(t *testing.T) {
	g, an := talkWith(t, offers{allow: allowsInfo})
	an.key('1', '2')
	an.obeyed()
	g.reply(g.key(), g.line, "500 Server Internal Error", "", "")
	await(t, "the agent to be told", func() bool { return an.refusals() == 1 })
	an.key('3')
	req := g.key()
	if string(req.Body()) != "Signal=3\r\nDuration=100\r\n" {
		t.Errorf("after a failure comes %q", req.Body())
	}
	g.reply(req, g.line, "415 Unsupported Media Type", "", "")
	await(t, "the agent to be told again", func() bool { return an.refusals() == 2 })
	an.key('5')
	await(t, "tones", func() bool { return g.heardBoth(770, 1336) })
	g.noKey("who takes none")
}

// What the far end says later counts: none in its INVITE, INFO in its UPDATE.
func TestAllowOfAnUPDATECounts(t *testing.T) {
	g, an := talkWith(t, offers{})
	an.key('5')
	await(t, "tones", func() bool { return g.heardBoth(770, 1336) })
	g.ask("UPDATE", g.about(offers{allow: "INVITE, ACK"}))
	g.awaits("200 UPDATE", 1)
	g.ask("UPDATE", g.about(offers{allow: "INVITE , info-package, INFO"}))
	g.awaits("200 UPDATE", 2)
	an.key('7')
	g.reply(g.key(), g.line, "200 OK", "", "")
	g.ask("UPDATE", g.about(offers{allow: allowsInfo, events: true}))
	g.awaits("200 UPDATE", 3)
	an.key('8')
	an.obeyed()
	g.noKey("who takes events")
}

// heardBoth tells whether two tones have sounded together lately.
func (g *gateway) heardBoth(a, b float64) bool {
	g.ears.mu.Lock()
	defer g.ears.mu.Unlock()
	for _, pcm := range g.frames {
		if share(pcm, a) && share(pcm, b) {
			return true
		}
	}
	return false
}

// A third who was called in works the same way: the agent's keys go by INFO, and
// what fails there shows at the desk.
func TestKeysToAThirdByINFO(t *testing.T) {
	infos, invites := make(chan *sip.Request, 8), make(chan *sip.Request, 1)
	third := newFarEnd(t, func(f *farEnd, msg sip.Message, src netip.AddrPort) {
		req, ok := msg.(*sip.Request)
		switch {
		case !ok || req.IsAck():
		case req.IsInvite():
			f.reply(req, src, "200 OK", "third", "Contact: <sip:third@"+f.addr().String()+">\nAllow: "+allowsInfo+
				"\nContent-Type: application/sdp\n\nv=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 39998 RTP/AVP 8\na=rtpmap:8 PCMA/8000\n")
			invites <- req
		case req.Method == sip.INFO:
			infos <- req
		default:
			f.reply(req, src, "200 OK", "", "")
		}
	})
	c := open(t, outbound(third.addr()), func(_ *ivr.Config, d *ivr.Deps) { d.Outbound = nil })
	an := c.an()
	an.answerAll()
	c.call()
	an.told(ivr.CallTalking)
	an.do(ivr.VerbConsult, ivr.Target{Kind: ivr.TargetEmergency, Name: "120"})
	<-invites
	await(t, "the third", func() bool { return an.told(ivr.CallConsulting).Third == "120" && third.count("ACK") > 0 })
	await(t, "the key", func() bool { // the third may be joined a moment later than its ACK
		an.key('9')
		an.mu.Lock()
		defer an.mu.Unlock()
		return len(infos) > 0
	})
	req := <-infos
	if string(req.Body()) != "Signal=9\r\nDuration=100\r\n" {
		t.Errorf("sent %q", req.Body())
	}
	third.reply(req, c.udp(), "503 Service Unavailable", "", "")
	await(t, "the agent to be told", func() bool { return an.refusals() > 0 })
}

// A citizen's key cuts nothing of what the citizen says
// out of what the agent hears. Only the telephone itself leaves the key's own time out.
func TestACitizensKeyDoesNotMuteTheCitizen(t *testing.T) {
	g, an := talkWith(t, offers{events: true})
	const frames = 60
	tone := toneFrames(citizenHz)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := range frames {
		<-tick.C
		g.say(8, tone[n%len(tone)])
		if n%20 == 10 {
			g.press('5') // while speech goes on, as gateways do that do not suppress it
		}
	}
	await(t, "all of it to be heard", func() bool { return an.heard(citizenHz) == frames })
}
