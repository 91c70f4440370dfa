package media

import (
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// reception by hand: numbers and timestamps are those of RFC 3550 appendix A.
func TestReceptionCountsAsTheRFCDoes(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	type arrival struct {
		sequence uint16
		ssrc     uint32
		at       time.Duration
	}
	ms := time.Millisecond
	for _, c := range []struct {
		name   string
		all    []arrival
		lost   uint64
		gap    time.Duration
		jitter time.Duration
	}{
		{"in time", []arrival{{1, 1, 0}, {2, 1, 20 * ms}, {3, 1, 40 * ms}}, 0, 20 * ms, 0},
		{"one lost", []arrival{{1, 1, 0}, {2, 1, 20 * ms}, {4, 1, 60 * ms}}, 1, 40 * ms, 0},
		{"out of order", []arrival{{1, 1, 0}, {3, 1, 40 * ms}, {2, 1, 40 * ms}, {4, 1, 60 * ms}}, 0, 40 * ms, 2421875 * time.Nanosecond},
		{"wrap", []arrival{{65535, 1, 0}, {0, 1, 20 * ms}, {2, 1, 60 * ms}}, 1, 40 * ms, 0},
		{"16 ms late once", []arrival{{1, 1, 0}, {2, 1, 36 * ms}}, 0, 36 * ms, ms},
		{"a new stream is counted on top", []arrival{{1, 1, 0}, {3, 1, 40 * ms}, {900, 2, 60 * ms}, {902, 2, 100 * ms}}, 2, 40 * ms, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var r reception
			for _, a := range c.all {
				h := rtp.Header{SSRC: a.ssrc, SequenceNumber: a.sequence, Timestamp: uint32(int16(a.sequence)) * FrameSamples}
				r.count(&h, true, true, start.Add(a.at))
			}
			jitter := samplesTime(r.jitter)
			if d := (jitter - c.jitter).Abs(); r.lost() != c.lost || r.longestGap != c.gap || d > 100*time.Microsecond {
				t.Errorf("lost %d, gap %s, jitter %s; want %d, %s, %s", r.lost(), r.longestGap, jitter, c.lost, c.gap, c.jitter)
			}
		})
	}
}

func TestHoldIsNoGap(t *testing.T) {
	var r reception
	at := time.Unix(1_000_000, 0)
	r.count(&rtp.Header{SequenceNumber: 1}, true, true, at)
	r.pause()
	r.count(&rtp.Header{SequenceNumber: 2, Timestamp: 160}, true, true, at.Add(time.Minute))
	if r.longestGap != 0 {
		t.Errorf("gap %s", r.longestGap)
	}
}

func TestRoundTrip(t *testing.T) {
	now := time.Date(2026, 6, 1, 12, 0, 0, 250_000_000, time.UTC)
	sent := uint32(ntpTime(now.Add(-180*time.Millisecond)) >> 16)
	for _, c := range []struct {
		name        string
		block       rtcp.ReceptionReport
		want        time.Duration
		understands bool
	}{
		{"it lay 100 of 180 ms", rtcp.ReceptionReport{LastSenderReport: sent, Delay: 6554}, 80 * time.Millisecond, true},
		{"never heard us", rtcp.ReceptionReport{}, 0, false},
		{"longer than it can have lain", rtcp.ReceptionReport{LastSenderReport: sent, Delay: 65536}, 0, false},
		{"of another hour", rtcp.ReceptionReport{LastSenderReport: sent - 3600<<16}, 0, false},
	} {
		got, ok := roundTrip(c.block, now)
		if ok != c.understands || ok && (got-c.want).Abs() > time.Millisecond {
			t.Errorf("%s: %s %v", c.name, got, ok)
		}
	}
}

// Both sides know in the end what each heard of the other, and how far away it is.
func TestReportsGoBothWays(t *testing.T) {
	a, b := testSession(t, Limits{}), testSession(t, Limits{})
	join(a, b)
	for range 2 { // the second answers the first, so the way and back is known
		wait(t, threePackets(a), "packets of a")
		wait(t, threePackets(b), "packets of b")
		for _, s := range []*Session{a, b} {
			s.mu.Lock()
			s.nextReport = 0 // now
			s.mu.Unlock()
		}
	}
	for _, s := range []*Session{a, b} {
		until(t, "the report is here", func() bool {
			s.mu.Lock()
			s.nextReport = 0
			s.mu.Unlock()
			wait(t, threePackets(s), "packets")
			return s.Stats().RoundTrip != 0
		})
		q := s.Stats().Quality("citizen")
		if q.Leg != "citizen" || q.Sent == 0 || q.Received == 0 || q.Lost != 0 || q.FarLost != 0 || q.RoundTrip > patience || q.LongestGap == 0 {
			t.Errorf("quality %+v", q)
		}
	}
}

// A report counts only from the host that the media is locked to.
func TestReportsOfStrangersAreNotRead(t *testing.T) {
	s := testSession(t, Limits{})
	s.Start(Peer{Addr: netip.MustParseAddrPort("127.0.0.1:9999"), Codec: PCMA, AudioType: 8, EventType: NoEvents, Send: true, Receive: true})
	report, err := rtcp.Marshal([]rtcp.Packet{&rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: s.out.ssrc, TotalLost: 77, FractionLost: 64, Jitter: 80}}}})
	if err != nil {
		t.Fatal(err)
	}
	s.receiveReport(report, netip.MustParseAddr("127.0.0.2"), time.Now())
	if got := s.Stats(); got.FarLost != 0 {
		t.Errorf("believed a stranger: %+v", got)
	}
	s.receiveReport(report, loopback, time.Now())
	if got := s.Stats(); got.FarLost != 77 || got.FarLossShare != 0.25 || got.FarJitter != 10*time.Millisecond {
		t.Errorf("not taken: %+v", got)
	}
}

// A leg that may only listen still tells how it hears (RFC 3550 section 6.4.2).
func TestReceiverReportWhileHeld(t *testing.T) {
	var got []byte
	s := NewStream(StreamOptions{Write: func([]byte) error { t.Error("sent audio while held"); return nil },
		WriteReport: func(p []byte) error { got = append([]byte(nil), p...); return nil }})
	s.state, s.peer = streamRunning, Peer{Codec: PCMA, AudioType: 8, EventType: NoEvents, Receive: true}
	at := time.Unix(1_000_000, 0)
	for _, n := range []uint16{1, 2, 4} {
		s.Receive(&rtp.Packet{Header: rtp.Header{PayloadType: 8, SSRC: 5, SequenceNumber: n, Timestamp: uint32(n) * FrameSamples}, Payload: silentAlaw}, at)
	}
	s.turns, s.nextReport = 1, 2
	s.turn(2, at)
	packets, err := rtcp.Unmarshal(got)
	if err != nil || len(packets) != 2 {
		t.Fatalf("%d packets, %v", len(packets), err)
	}
	report, ok := packets[0].(*rtcp.ReceiverReport)
	if !ok || len(report.Reports) != 1 {
		t.Fatalf("report %v", packets[0])
	}
	if b := report.Reports[0]; b.SSRC != 5 || b.TotalLost != 1 || b.FractionLost != 64 || b.LastSequenceNumber != 4 {
		t.Errorf("block %+v", b)
	}
}
