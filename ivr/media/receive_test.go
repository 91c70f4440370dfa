package media

import (
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// No packet, from whomever, ends the process or presses a key it does not name.
func FuzzReceive(f *testing.F) {
	f.Add([]byte{0x80, 101, 0, 1, 0, 0, 0, 100, 0, 0, 0, 1, 1, 10, 0, 0})
	f.Add([]byte{0x80, 8, 0, 1, 0, 0, 0, 100, 0, 0, 0, 1, 0xD5, 0xD5})
	f.Add([]byte{0xB0, 8, 0, 1, 0, 0, 0, 100, 0, 0, 0, 1, 0xBE, 0xDE, 0, 1, 0, 0, 0, 0, 4}) // extension and padding
	f.Add([]byte{0x80, 200, 0, 6, 0, 0, 0, 1})
	pool, err := NewPortPool(loopback, 28100, 28199, 0)
	if err != nil {
		f.Fatal(err)
	}
	s, err := Open(pool, Limits{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	var packet rtp.Packet
	s.Hear(func(Frame) {})
	s.state = streamRunning
	src := netip.MustParseAddrPort("127.0.0.1:9999")
	f.Fuzz(func(t *testing.T, data []byte) {
		s.peer = Peer{Addr: src, Codec: PCMA, AudioType: 8, EventType: 101}
		s.from = sourceLock{expect: src, types: [2]uint8{8, 101}}
		s.detector = digitDetector{}
		s.receive(&packet, data, src, time.Now())
		s.receiveReport(data, src.Addr(), time.Now())
		select {
		case d := <-s.digits:
			if len(data) < 16 || data[1]&0x7F != 101 {
				t.Fatalf("key %q from a packet of type %d", d.Key, data[1]&0x7F)
			}
		default:
		}
	})
}
