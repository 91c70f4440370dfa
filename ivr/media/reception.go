package media

import (
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// reception follows what arrives of the far end's stream, as RFC 3550 appendix
// A.3 (loss) and A.8 (jitter) do it. A stream that begins anew, with another
// SSRC or far from where it was, is counted on top of the one before.
type reception struct {
	started bool
	ssrc    uint32
	first   uint32 // sequence numbers, the upper half counting how often they wrapped
	highest uint32
	taken   uint32 // packets of this stream

	earlier    uint64  // lost of streams before this one
	jitter     float64 // in samples
	transit    int32   // of the last audio packet: arrival minus timestamp, in samples
	haveTime   bool
	lastAt     time.Time
	longestGap time.Duration

	// at the last report of ours
	expectedThen, takenThen uint32
	share                   float64 // lost between the last two

	// the far end's last sender report
	sender   uint32 // middle half of its NTP time; 0 before the first
	senderAt time.Time
}

// count takes a packet that was admitted. A gap counts only while the far end
// is bound to send.
func (r *reception) count(h *rtp.Header, audio, bound bool, now time.Time) {
	step := int16(h.SequenceNumber - uint16(r.highest))
	if !r.started || h.SSRC != r.ssrc || step > maxDropout || step < -maxMisorder {
		r.begin(h)
	} else if step > 0 {
		r.highest += uint32(step)
	}
	r.taken++
	if bound && !r.lastAt.IsZero() {
		r.longestGap = max(r.longestGap, now.Sub(r.lastAt))
	}
	r.lastAt = now
	if audio {
		r.measureJitter(h.Timestamp, now)
	}
}

func (r *reception) begin(h *rtp.Header) {
	r.earlier = r.lost()
	r.started, r.ssrc, r.first, r.highest = true, h.SSRC, uint32(h.SequenceNumber), uint32(h.SequenceNumber)
	r.taken, r.expectedThen, r.takenThen, r.haveTime, r.sender = 0, 0, 0, false, 0
}

// measureJitter is RFC 3550 section 6.4.1. Where the timestamps jump by more
// than a second the source changed, which is no jitter.
func (r *reception) measureJitter(timestamp uint32, now time.Time) {
	arrival := uint32(now.UnixMicro() * SampleRate / 1e6)
	transit := int32(arrival - timestamp)
	if d := transit - r.transit; r.haveTime && d < SampleRate && d > -SampleRate {
		r.jitter += (float64(max(d, -d)) - r.jitter) / 16
	}
	r.transit, r.haveTime = transit, true
}

// pause forgets when the last packet came: hold is no gap.
func (r *reception) pause() { r.lastAt, r.haveTime = time.Time{}, false }

func (r *reception) expected() uint32 {
	if !r.started {
		return 0
	}
	return r.highest - r.first + 1
}

// lost is how many packets of the far end never came. Those that came twice
// make up for others, as in the RFC.
func (r *reception) lost() uint64 {
	return r.earlier + uint64(max(0, int64(r.expected())-int64(r.taken)))
}

// block is our report on the far end's stream (RFC 3550 section 6.4.1).
func (r *reception) block(now time.Time) rtcp.ReceptionReport {
	expected, taken := r.expected()-r.expectedThen, r.taken-r.takenThen
	r.expectedThen, r.takenThen, r.share = r.expected(), r.taken, 0
	if expected > taken {
		r.share = float64(expected-taken) / float64(expected)
	}
	report := rtcp.ReceptionReport{SSRC: r.ssrc, FractionLost: uint8(min(255, r.share*256)), TotalLost: uint32(min(r.lost(), 0x7FFFFF)),
		LastSequenceNumber: r.highest, Jitter: uint32(r.jitter), LastSenderReport: r.sender}
	if r.sender != 0 {
		report.Delay = uint32(now.Sub(r.senderAt).Seconds() * 65536)
	}
	return report
}
