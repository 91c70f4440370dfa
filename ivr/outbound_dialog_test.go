package ivr_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/ivr"
)

// called is a far end that answers our INVITE and hands it to the test.
func called(t *testing.T, tags ...string) (*farEnd, chan *sip.Request) {
	invites := make(chan *sip.Request, 8)
	f := newFarEnd(t, func(f *farEnd, msg sip.Message, src netip.AddrPort) {
		req, ok := msg.(*sip.Request)
		switch {
		case ok && req.IsInvite():
			for _, tag := range tags {
				f.reply(req, src, "200 OK", tag, "Contact: <sip:"+tag+"@"+f.addr().String()+">\nContent-Type: application/sdp\n\n"+f.media("sendrecv"))
			}
			invites <- req
		case ok && !req.IsAck():
			f.reply(req, src, "200 OK", "", "")
		}
	})
	return f, invites
}

func dialFarEnd(t *testing.T, f *farEnd) (*line, ivr.PhoneLeg) {
	t.Helper()
	l := start(t, outbound(f.addr()))
	leg, err := l.Dial(t.Context(), ivr.OutboundCall{To: workerPhone})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(leg.HangUp)
	return l, leg
}

func TestTheOneWeCalledHangsUp(t *testing.T) {
	f, invites := called(t, "far")
	l, leg := dialFarEnd(t, f)
	f.send(l.udp(), inDialog(<-invites, "BYE", "far", ""))
	select {
	case <-leg.Ended():
	case <-time.After(patience):
		t.Fatal("the leg does not end")
	}
	f.awaits("200 BYE", 1)
	leg.HangUp()
	if f.count("BYE") != 0 {
		t.Error("who has hung up is hung up once more")
	}
	await(t, "the port to be given back", func() bool { return l.Stats().FreePorts == start0Ports })
}

func TestKeyByINFOOfTheOneWeCalled(t *testing.T) {
	f, invites := called(t, "far")
	l, leg := dialFarEnd(t, f)
	f.send(l.udp(), inDialog(<-invites, "INFO", "far", "Content-Type: application/dtmf-relay\n\nSignal=1\nDuration=160\n"))
	select {
	case d := <-leg.Digits():
		if d.Key != '1' {
			t.Errorf("key %q", d.Key)
		}
	case <-time.After(patience):
		t.Fatal("no key")
	}
	f.awaits("200 INFO", 1)
}

// PHONE complaint 11: hold must not drop the call.
func TestTheOneWeCalledHoldsUs(t *testing.T) {
	f, invites := called(t, "far")
	l, leg := dialFarEnd(t, f)
	invite := <-invites
	f.awaits("ACK", 1)
	hold := inDialog(invite, "INVITE", "far", "Contact: <sip:far@"+f.addr().String()+">\nContent-Type: application/sdp\n\n"+f.media("sendonly"))
	f.send(l.udp(), hold)
	f.awaits("200 INVITE", 2) // repeated until its ACK
	msg, err := sip.ParseMessage([]byte(crlf(hold)))
	if err != nil {
		t.Fatal(err)
	}
	req := msg.(*sip.Request)
	f.send(l.udp(), fmt.Sprintf("ACK %s SIP/2.0\nVia: SIP/2.0/UDP %s;branch=z9hG4bKack\nFrom: %s\nTo: %s\nCall-ID: %s\nCSeq: %d ACK\nMax-Forwards: 70\n",
		req.Recipient.String(), f.addr(), req.From().Value(), req.To().Value(), req.CallID().Value(), req.CSeq().SeqNo))
	f.send(l.udp(), inDialog(invite, "OPTIONS", "far", ""))
	f.awaits("200 OPTIONS", 1)
	f.send(l.udp(), inDialog(invite, "REFER", "far", "Refer-To: <sip:+19005550123@127.0.0.1>\n"))
	f.awaits("405 REFER", 1)
	select {
	case <-leg.Ended():
		t.Error("holding has ended the call")
	default:
	}
	leg.HangUp()
	if f.count("BYE") == 0 {
		t.Error("no BYE")
	}
}

// Two telephones of a forking proxy answer: the first has the call, the other is
// acknowledged and hung up. A 200 that comes again is acknowledged again.
func TestTwoTelephonesAnswer(t *testing.T) {
	f, _ := called(t, "left", "right", "left", "right")
	_, leg := dialFarEnd(t, f)
	f.awaits("BYE", 1)
	winner, loser := "left", "right" // sipgo may hand two packets on in either order
	if f.count("BYE left") == 1 {
		winner, loser = loser, winner
	}
	await(t, "the first to be acknowledged twice", func() bool { return f.count("ACK "+winner) >= 2 && f.count("ACK "+loser) >= 1 })
	if f.count("BYE "+winner) != 0 {
		t.Error("the first has lost the call")
	}
	leg.HangUp()
	f.awaits("BYE "+winner, 1)
}

// A node that stops hangs up whom it has called, and rings nobody any more.
func TestStopHangsUpWhomWeCalled(t *testing.T) {
	f, _ := called(t, "far")
	l, leg := dialFarEnd(t, f)
	l.stop()
	if f.count("BYE far") == 0 {
		t.Error("no BYE")
	}
	<-leg.Ended()
	if _, err := l.Dial(t.Context(), ivr.OutboundCall{To: workerPhone}); err == nil {
		t.Error("a stopped node rings")
	}
}
