package media

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/pion/rtcp"
)

// ntpEpoch is the number of seconds from 1900, where NTP counts from, to 1970.
const ntpEpoch = 2208988800

// rtcp is the goroutine of the odd port. It reports every 2.5 to 7.5 s (RFC
// 3550 section 6.2: 5 s, randomised) and reads what the far end reports.
func (s *Session) rtcp() {
	buf := make([]byte, 1500)
	next := time.Now().Add(reportInterval())
	for {
		if s.ports.rtcp.SetReadDeadline(next) != nil {
			return
		}
		n, src, err := s.ports.rtcp.ReadFromUDPAddrPort(buf)
		switch {
		case err == nil:
			s.readReport(buf[:n], src.Addr().Unmap())
		case errors.Is(err, net.ErrClosed):
			return
		case errors.Is(err, os.ErrDeadlineExceeded):
			s.report(time.Now())
			next = time.Now().Add(reportInterval())
		}
	}
}

func reportInterval() time.Duration {
	return 2500*time.Millisecond + rand.N(5*time.Second) //nolint:gosec // G404: so that reports of many calls do not fall together
}

// report sends a sender report with the mandatory CNAME (RFC 3550 section 6.1)
// to the port above the far end's RTP port.
func (s *Session) report(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := s.from.source()
	if !s.peer.Send || !to.IsValid() || to.Addr().IsUnspecified() || to.Port() == 0xFFFF {
		return
	}
	sender := &rtcp.SenderReport{SSRC: s.out.ssrc, NTPTime: ntpTime(now), RTPTime: s.out.timestamp,
		PacketCount: uint32(s.stats.Sent), OctetCount: s.out.octets}
	data, err := rtcp.Marshal([]rtcp.Packet{sender, rtcp.NewCNAMESourceDescription(s.out.ssrc, "hotline")})
	if err != nil {
		return // fixed shapes; cannot fail
	}
	// A lost report is harmless: another follows.
	_, _ = s.ports.rtcp.WriteToUDPAddrPort(data, netip.AddrPortFrom(to.Addr(), to.Port()+1))
}

// readReport keeps the loss that the caller's own host reports about our stream.
func (s *Session) readReport(data []byte, from netip.Addr) {
	defer func() { _ = recover() }() // as in receive
	packets, err := rtcp.Unmarshal(data)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if from != s.from.source().Addr() {
		return
	}
	for _, p := range packets {
		var reports []rtcp.ReceptionReport
		switch p := p.(type) {
		case *rtcp.SenderReport:
			reports = p.Reports
		case *rtcp.ReceiverReport:
			reports = p.Reports
		}
		for _, r := range reports {
			if r.SSRC == s.out.ssrc {
				s.stats.FarLost = r.TotalLost
			}
		}
	}
}

func ntpTime(t time.Time) uint64 {
	fraction := uint64(t.Nanosecond()) << 32 / uint64(time.Second)
	return uint64(t.Unix()+ntpEpoch)<<32 | fraction
}
