package media

import (
	"time"

	"example.org/hotline/ticket"
)

// Stats is what was counted of one party's media, and what its far end reported.
type Stats struct {
	Sent      uint64 // RTP packets sent
	Received  uint64 // RTP packets of the far end
	Refused   uint64 // packets of other sources, outside the window, or no audio of ours
	LastHeard time.Time

	Lost       uint64        // of the far end's, never arrived (RFC 3550 appendix A.3)
	LossShare  float64       // the same between our last two reports, 0 to 1
	Jitter     time.Duration // of the far end's stream (RFC 3550 section 6.4.1)
	LongestGap time.Duration // between two packets of the far end, hold left out

	FarLost      uint64        // of ours, as the far end reports (RTCP)
	FarLossShare float64       // the same in its last report, 0 to 1
	FarJitter    time.Duration // as the far end reports
	RoundTrip    time.Duration // from its last report; zero where never measured
}

// Stats returns the counters so far.
func (s *Stream) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := s.stats
	stats.Lost, stats.LossShare = s.incoming.lost(), s.incoming.share
	stats.Jitter, stats.LongestGap = samplesTime(s.incoming.jitter), s.incoming.longestGap
	stats.FarLost, stats.FarLossShare = uint64(s.far.lost), s.far.share
	stats.FarJitter, stats.RoundTrip = s.far.jitter, s.far.roundTrip
	return stats
}

// Quality is what the call record keeps of a leg.
func (s Stats) Quality(leg string) ticket.CallQuality {
	return ticket.CallQuality{Leg: leg, Sent: s.Sent, Received: s.Received, Lost: s.Lost, FarLost: s.FarLost,
		Jitter: s.Jitter, FarJitter: s.FarJitter, RoundTrip: s.RoundTrip, LongestGap: s.LongestGap}
}
