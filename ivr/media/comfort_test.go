package media

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// quietEnd is a Session whose far end has spoken and then sends nothing by itself.
// Time passes as the test says.
type quietEnd struct {
	*Session
	t        *testing.T
	now      time.Time
	turns    uint64
	sequence uint16
	clock    uint32
}

const farSSRC = 7

var farEnd, otherHost = netip.MustParseAddrPort("127.0.0.1:9998"), netip.MustParseAddrPort("127.0.0.2:9998")

func newQuietEnd(t *testing.T, limits Limits) *quietEnd {
	t.Helper()
	q := &quietEnd{Session: testSession(t, limits), t: t, now: time.Now()}
	q.follow(Peer{Addr: farEnd, AudioType: 8, EventType: 101})
	q.state = streamRunning
	q.Stream.Update(Peer{Codec: PCMA, AudioType: 8, EventType: 101, Send: true, Receive: true})
	return q
}

// arrive has one RTP packet come from an address.
func (q *quietEnd) arrive(from netip.AddrPort, kind uint8, payload []byte) bool {
	q.t.Helper()
	q.sequence++
	data, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: kind, SSRC: farSSRC, SequenceNumber: q.sequence, Timestamp: q.clock}, Payload: payload}).Marshal()
	if err != nil {
		q.t.Fatal(err)
	}
	return q.receive(&q.packet, data, from, q.now)
}

// pass lets time go by, with something that happens each five seconds.
func (q *quietEnd) pass(d time.Duration, every5s func()) {
	for end := q.now.Add(d); q.now.Before(end); {
		q.now = q.now.Add(FrameTime)
		q.clock += FrameSamples
		q.turns++
		if q.turns%250 == 0 {
			every5s()
		}
		q.turn(q.turns, q.now)
	}
}

func (q *quietEnd) isLost() bool {
	select {
	case <-q.Lost():
		return true
	default:
		return false
	}
}

// PHONE complaint 12: who sends nothing while they listen (voice activity
// detection) is there as long as their reports or comfort noise come. Those of
// others, and what is none, count for nothing.
func TestReportsAndComfortNoiseAreSignsOfLife(t *testing.T) {
	const talk = 30 * time.Second
	compound := func(first rtcp.Packet, more ...rtcp.Packet) []byte {
		data, err := rtcp.Marshal(append([]rtcp.Packet{first, rtcp.NewCNAMESourceDescription(farSSRC, "far")}, more...))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	report := func(from netip.AddrPort, data []byte) func(*quietEnd) {
		return func(q *quietEnd) { q.receiveReport(data, from.Addr(), q.now) }
	}
	noise := func(from netip.AddrPort) func(*quietEnd) {
		return func(q *quietEnd) { q.arrive(from, comfortNoise, []byte{70}) }
	}
	sender, receiver := compound(&rtcp.SenderReport{SSRC: farSSRC}), compound(&rtcp.ReceiverReport{SSRC: farSSRC})
	for _, c := range []struct {
		name   string
		spoken bool // it was heard before
		comes  func(*quietEnd)
		lost   bool
	}{
		{"nothing", true, func(*quietEnd) {}, true},
		{"sender reports", true, report(farEnd, sender), false},
		{"receiver reports", true, report(farEnd, receiver), false},
		{"reports, silent from the first moment", false, report(farEnd, receiver), false},
		{"comfort noise", true, noise(farEnd), false},
		{"comfort noise from the first moment", false, noise(farEnd), false},
		{"comfort noise with its spectrum", true, func(q *quietEnd) { q.arrive(farEnd, comfortNoise, []byte{70, 1, 2, 3}) }, false},
		{"reports of another host", true, report(otherHost, receiver), true},
		{"comfort noise of another host", true, noise(otherHost), true},
		{"reports of another source at the same host", true, report(farEnd, compound(&rtcp.ReceiverReport{SSRC: farSSRC + 1})), true},
		{"good-byes", true, report(farEnd, compound(&rtcp.ReceiverReport{SSRC: farSSRC}, &rtcp.Goodbye{Sources: []uint32{farSSRC}})), true},
		{"names without a report", true, report(farEnd, compound(rtcp.NewCNAMESourceDescription(farSSRC, "far"))), true},
		{"no report at all", true, report(farEnd, receiver[:5]), true},
		{"our own, reflected", false, func(q *quietEnd) {
			data, err := rtcp.Marshal([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: q.out.ssrc}})
			if err != nil {
				t.Fatal(err)
			}
			report(farEnd, data)(q)
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := newQuietEnd(t, Limits{Timeout: talk})
			if c.spoken && !q.arrive(farEnd, 8, silentAlaw) {
				t.Fatal("the far end's own packet is refused")
			}
			q.pass(4*talk, func() { c.comes(q) })
			if q.isLost() != c.lost {
				t.Fatalf("lost: %v", q.isLost())
			}
			q.pass(talk+time.Second, func() {})
			if !q.isLost() {
				t.Error("nothing comes any more, and it is not lost")
			}
		})
	}
}

// Comfort noise is heard by nobody, recorded by nobody and no gap of the network.
// What is said after it is passed on as before.
func TestComfortNoiseIsSilence(t *testing.T) {
	q := newQuietEnd(t, Limits{})
	var heard []Frame
	q.Hear(func(f Frame) { heard = append(heard, f) })
	var tape saidOnly
	q.Tap(&tape)
	speech := PCMA.Encode(Tone(citizenHz, 8000, FrameSamples))
	q.arrive(farEnd, 8, speech)
	begin := q.clock
	q.pass(FrameTime, func() {})
	q.arrive(farEnd, comfortNoise, slices.Repeat([]byte{0x55}, FrameSamples)) // as long as a frame of sound
	q.pass(20*time.Second, func() {})
	q.arrive(farEnd, 8, speech)
	if len(heard) != 2 || !slices.Equal(heard[0].ALaw, speech) || !slices.Equal(heard[1].ALaw, speech) {
		t.Fatalf("heard %d frames", len(heard))
	}
	if at := heard[1].Timestamp - begin; at != 20*SampleRate+FrameSamples {
		t.Errorf("what is said after the silence is placed %d samples on", at)
	}
	if tape.frames != 2 {
		t.Errorf("recorded %d frames", tape.frames)
	}
	if s := q.Stats(); s.LongestGap > FrameTime || s.Lost != 0 || s.Received != 3 || s.Refused != 0 {
		t.Errorf("stats %+v", s)
	}
}

// saidOnly is a Tap that counts.
type saidOnly struct{ frames int }

func (s *saidOnly) Said(Frame, time.Time) { s.frames++ }
func (*saidOnly) Heard(Frame, time.Time)  {}

// Where keys go another way they leave no gap in the sound, and where that way
// refuses they are tones.
func TestKeysByAnotherWay(t *testing.T) {
	ours, far := testSession(t, Limits{}), testSession(t, Limits{})
	join(ours, far)
	var got []rune
	takes := true
	ours.KeysBy(func(key rune, _ time.Duration) bool {
		if takes {
			got = append(got, key)
		}
		return takes
	})
	press := func(key rune) {
		t.Helper()
		p, err := ours.Press(key, 60*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		wait(t, p.Done(), "the key to be done with")
		p.Stop()
	}
	press('1') // the far end takes events: that is better
	if d := wait(t, far.Digits(), "the event"); d.Key != '1' || d.By != KeyByEvent || len(got) != 0 {
		t.Errorf("got %+v, by the other way %q", d, got)
	}
	for _, s := range []*Session{ours, far} {
		mute := s.peer
		mute.EventType = NoEvents
		s.Update(mute)
	}
	press('2')
	press('3')
	if string(got) != "23" {
		t.Errorf("by the other way %q", string(got))
	}
	takes = false
	press('4')
	if d := wait(t, far.Digits(), "the tones"); d.Key != '4' || d.By != KeyByTone {
		t.Errorf("got %+v", d)
	}
}
