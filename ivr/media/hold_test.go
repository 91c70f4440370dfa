package media

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// PHONE complaint 11: an offer of hold is answered by the direction of RFC 3264
// section 6.1, and the call goes on: media flows as the table says, nothing is
// lost, and taking the call back brings both ways back.
func TestHoldDoesNotDropTheCall(t *testing.T) {
	for _, c := range []struct {
		offered, answered direction
		send, receive     bool
	}{
		{sendOnly, recvOnly, false, true},
		{recvOnly, sendOnly, true, false},
		{inactive, inactive, false, false},
		{sendRecv, sendRecv, true, true},
	} {
		t.Run(string(c.offered), func(t *testing.T) {
			ours, far := testSession(t, Limits{Timeout: time.Hour, HoldTimeout: time.Hour}), testSession(t, Limits{})
			join(ours, far)
			wait(t, threePackets(far), "media before hold")
			offer := func(d direction) Peer {
				sdp := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=%s\r\n", far.Port(), d)
				answer, peer, err := Rules{AllowLoopback: true}.Answer([]byte(sdp), Local{Addr: loopback, Port: ours.Port()})
				if err != nil {
					t.Fatal(err)
				}
				if want := turned[d]; !strings.Contains(string(answer), "a="+string(want)+"\r\n") {
					t.Errorf("%s is answered by\n%s", d, answer)
				}
				return peer
			}
			held := offer(c.offered)
			if held.Send != c.send || held.Receive != c.receive || turned[c.offered] != c.answered {
				t.Errorf("peer %+v", held)
			}
			ours.Update(held)
			sent := ours.Stats().Sent
			wait(t, threePackets(far), "time to pass on hold")
			if now := ours.Stats().Sent; now > sent != c.send {
				t.Errorf("sent %d packets on %s", now-sent, c.offered)
			}
			ours.Update(offer(sendRecv))
			var e = newEar(far)
			far.Play(NewPrompt(Tone(agentHz, 5000, SampleRate)))
			ours.Loop(NewPrompt(Tone(citizenHz, 5000, SampleRate)))
			e.await(t, "the far end after hold", citizenHz)
			select {
			case <-ours.Lost():
				t.Error("the hold was taken for a loss")
			default:
			}
		})
	}
}

var turned = map[direction]direction{sendRecv: sendRecv, sendOnly: recvOnly, recvOnly: sendOnly, inactive: inactive}

// PHONE complaint 12: a caller who says nothing, or who holds us, is not hung
// up for it; only one whose packets are missing is, by the timer of the present
// direction, whatever we send.
func TestMediaTimeoutSparesHeldAndSilentCallers(t *testing.T) {
	const talk, hold = 30 * time.Second, 10 * time.Minute
	talking := Peer{Codec: PCMA, AudioType: 8, EventType: NoEvents, Send: true, Receive: true}
	holding := Peer{Codec: PCMA, AudioType: 8, EventType: NoEvents, Send: true}
	for _, c := range []struct {
		name string
		peer Peer
		hear bool // packets of silence arrive all the time
		pass time.Duration
		lost bool
	}{
		{"talking, packets missing", talking, false, talk, true},
		{"talking, not yet", talking, false, talk - time.Second, false},
		{"talking, but only silence", talking, true, 2 * talk, false},
		{"on hold, longer than talking may", holding, false, hold - time.Second, false},
		{"on hold, for ever", holding, false, hold, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			sent := 0
			s := NewStream(StreamOptions{Timeout: talk, HoldTimeout: hold, Write: func([]byte) error { sent++; return nil }})
			s.state = streamRunning
			begin := time.Now()
			s.Update(c.peer)
			s.quietAt = begin
			for n := uint64(1); ; n++ {
				now := begin.Add(time.Duration(n) * FrameTime)
				if now.Sub(begin) > c.pass {
					break
				}
				if c.hear {
					s.Receive(&rtp.Packet{Header: rtp.Header{PayloadType: 8, SequenceNumber: uint16(n)}, Payload: silentAlaw}, now)
				}
				s.turn(n, now)
			}
			select {
			case <-s.Lost():
				if !c.lost {
					t.Error("lost")
				}
			default:
				if c.lost {
					t.Error("not lost")
				}
			}
			if sent == 0 {
				t.Error("nothing was sent: the case is about the inbound direction alone")
			}
		})
	}
}

// Coming back from hold gives the caller the whole time-out again.
func TestTimeoutBeginsAnewAfterHold(t *testing.T) {
	s := NewStream(StreamOptions{Timeout: time.Minute, HoldTimeout: time.Hour, Write: func([]byte) error { return nil }})
	s.state = streamRunning
	s.Update(Peer{Codec: PCMA, AudioType: 8, Receive: false})
	s.quietAt = time.Now().Add(-30 * time.Minute)
	s.Update(Peer{Codec: PCMA, AudioType: 8, Receive: true})
	s.turn(1, time.Now())
	select {
	case <-s.Lost():
		t.Error("the time on hold counted as silence")
	default:
	}
}

// SECURITY T5: whoever sprays RTP and RTCP from another address changes nothing
// and gets nothing.
func TestSprayerChangesNothingAndGetsNothing(t *testing.T) {
	citizen := newTelephone(t, "citizen", citizenHz, PCMA)
	agent := newTelephone(t, "agent", agentHz, PCMA)
	room := NewRoom(nil)
	defer room.Close()
	room.Join(citizen.party, Talker)
	room.Join(agent.party, Talker)
	agent.awaits(t, citizenHz)

	sprayer := listen(t, "127.0.0.2")
	noise := NewPrompt(Tone(bossHz, 20000, SampleRate))
	before := citizen.party.Stats()
	for n := range 500 {
		p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SSRC: uint32(n % 3), SequenceNumber: uint16(n), Timestamp: uint32(n) * FrameSamples},
			Payload: noise.alaw[n%50*FrameSamples:][:FrameSamples]}
		if n%5 == 0 {
			p.PayloadType = 101
			p.Payload, _ = eventPayload('9', false, 160)
		}
		data, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		for _, port := range []uint16{citizen.party.Port(), citizen.party.Port() + 1, agent.party.Port(), agent.party.Port() + 1} {
			if _, err := sprayer.WriteToUDPAddrPort(data, netip.AddrPortFrom(loopback, port)); err != nil {
				t.Fatal(err)
			}
		}
	}
	until(t, "the spray is refused", func() bool { // not all of it: the system may drop some of so many
		wait(t, threePackets(agent.far), "packets")
		return citizen.party.Stats().Refused > before.Refused
	})
	agent.awaits(t, citizenHz)
	citizen.awaits(t, agentHz)
	agent.check(t, agent.name)
	citizen.check(t, citizen.name)
	select {
	case d := <-citizen.party.Digits():
		t.Errorf("a stranger pressed %q", d.Key)
	default:
	}
	if err := sprayer.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, from, err := sprayer.ReadFromUDPAddrPort(make([]byte, 1500)); err == nil {
		t.Errorf("the sprayer got %d octets from %s", n, from)
	}
}
