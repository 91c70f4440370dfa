package media

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/pion/rtcp"
)

// ntpEpoch is the number of seconds from 1900, where NTP counts from, to 1970.
const ntpEpoch = 2208988800

// longestRoundTrip bounds what is believed: a report that echoes another time
// of ours than one of the last minute is broken or forged.
const longestRoundTrip = time.Minute

// farReport is what the far end said about our stream last (RFC 3550 section 6.4.1).
type farReport struct {
	lost      uint32
	share     float64
	jitter    time.Duration
	roundTrip time.Duration
}

// reportTurns is how many turns of the pacer lie before the next report: 2.5 to
// 7.5 s (RFC 3550 section 6.2: 5 s, randomised, so that those of many calls do
// not fall together).
func reportTurns() uint64 {
	return uint64((2500*time.Millisecond + rand.N(5*time.Second)) / FrameTime) //nolint:gosec // G404: it spreads load and hides nothing
}

// report sends what we know: a sender report while we send, a receiver report
// while we only listen, each with the mandatory CNAME (RFC 3550 section 6.1).
// The lock is held.
func (s *Stream) report(now time.Time) {
	if s.options.WriteReport == nil {
		return
	}
	var reports []rtcp.ReceptionReport
	if s.incoming.started {
		reports = []rtcp.ReceptionReport{s.incoming.block(now)}
	}
	var first rtcp.Packet = &rtcp.ReceiverReport{SSRC: s.out.ssrc, Reports: reports}
	if s.peer.Send {
		first = &rtcp.SenderReport{SSRC: s.out.ssrc, NTPTime: ntpTime(now), RTPTime: s.out.clock,
			PacketCount: uint32(s.stats.Sent), OctetCount: s.out.octetsSent, Reports: reports}
	}
	data, err := rtcp.Marshal([]rtcp.Packet{first, rtcp.NewCNAMESourceDescription(s.out.ssrc, "hotline")})
	if err != nil {
		return // fixed shapes; cannot fail
	}
	_ = s.options.WriteReport(data) // a lost report is harmless: another follows
}

// ReceiveReport takes one compound RTCP packet of the far end: what it says of
// our stream, and when it sent its own. Whoever calls it has made sure that it
// came from the far end. A parser that panics costs that packet alone.
func (s *Stream) ReceiveReport(data []byte, now time.Time) {
	defer func() { _ = recover() }()
	packets, err := rtcp.Unmarshal(data)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.alive(packets) {
		s.quietAt = now
	}
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.SenderReport:
			if s.incoming.started && p.SSRC == s.incoming.ssrc {
				s.incoming.sender, s.incoming.senderAt = uint32(p.NTPTime>>16), now
			}
			s.readBlocks(p.Reports, now)
		case *rtcp.ReceiverReport:
			s.readBlocks(p.Reports, now)
		}
	}
}

// alive tells whether a compound packet shows that the far end is there: it begins
// with a report (RFC 3550 section 6.1) of the source that we hear, where we have
// heard one, and says no good-bye. What some device reflects of our own is no
// report of anybody. The lock is held.
func (s *Stream) alive(packets []rtcp.Packet) bool {
	if slices.ContainsFunc(packets, func(p rtcp.Packet) bool { _, bye := p.(*rtcp.Goodbye); return bye }) {
		return false
	}
	var sender uint32
	switch first := packets[0].(type) { // Unmarshal gives at least one
	case *rtcp.SenderReport:
		sender = first.SSRC
	case *rtcp.ReceiverReport:
		sender = first.SSRC
	default:
		return false
	}
	return sender != s.out.ssrc && (!s.incoming.started || sender == s.incoming.ssrc)
}

// readBlocks keeps what is said about our stream. The lock is held.
func (s *Stream) readBlocks(blocks []rtcp.ReceptionReport, now time.Time) {
	for _, b := range blocks {
		if b.SSRC != s.out.ssrc {
			continue
		}
		s.far.lost = b.TotalLost
		if b.TotalLost >= 1<<23 {
			s.far.lost = 0 // negative: packets came twice
		}
		s.far.share = float64(b.FractionLost) / 256
		s.far.jitter = samplesTime(float64(b.Jitter))
		if trip, ok := roundTrip(b, now); ok {
			s.far.roundTrip = trip
		}
	}
}

// roundTrip is RFC 3550 section 6.4.1: now, less when our report left and how
// long it lay there, in 1/65536 s.
func roundTrip(b rtcp.ReceptionReport, now time.Time) (time.Duration, bool) {
	if b.LastSenderReport == 0 {
		return 0, false
	}
	trip := int32(uint32(ntpTime(now)>>16) - b.LastSenderReport - b.Delay)
	const unit = time.Second / 65536
	d := time.Duration(trip) * time.Second / 65536
	return max(unit, d), d > -time.Millisecond && d < longestRoundTrip
}

func samplesTime(samples float64) time.Duration {
	return time.Duration(samples / SampleRate * float64(time.Second))
}

func ntpTime(t time.Time) uint64 {
	fraction := uint64(t.Nanosecond()) << 32 / uint64(time.Second)
	return uint64(t.Unix()+ntpEpoch)<<32 | fraction
}
