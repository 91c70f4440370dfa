package media

import (
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"
)

var (
	told     = netip.MustParseAddrPort("192.0.2.20:40000") // what the SDP said
	natted   = netip.MustParseAddrPort("192.0.2.99:51000") // inside the trunk's media network
	stranger = netip.MustParseAddrPort("203.0.113.5:40000")
)

func newLock(learn bool) *sourceLock {
	l := &sourceLock{expect: told, types: [2]uint8{8, 101}}
	if learn {
		l.learn = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	}
	return l
}

func header(sequence uint16) *rtp.Header {
	return &rtp.Header{Version: 2, PayloadType: 8, SSRC: 1, SequenceNumber: sequence, Timestamp: uint32(sequence) * FrameSamples}
}

func TestLockTakesOnlyTheSourceOfTheSDP(t *testing.T) {
	l, now := newLock(false), time.Unix(0, 0)
	if l.admit(natted, header(1), now) || l.admit(stranger, header(1), now) {
		t.Error("took a source that no SDP named")
	}
	if l.source() != told {
		t.Error("sends elsewhere than the SDP says")
	}
	if !l.admit(told, header(1), now) || !l.admit(told, header(2), now) {
		t.Error("refused the caller")
	}
}

func TestLockLearnsOnceInsideTheMediaNetwork(t *testing.T) {
	l, now := newLock(true), time.Unix(0, 0)
	if l.admit(stranger, header(1), now) {
		t.Error("learned from outside the network")
	}
	if !l.admit(natted, header(1), now) || l.source() != natted {
		t.Error("did not learn")
	}
	if l.admit(told, header(2), now) {
		t.Error("learned a second time")
	}
}

func TestLockStopsLearningAfterFivePackets(t *testing.T) {
	l, now := newLock(true), time.Unix(0, 0)
	wrong := header(1)
	wrong.PayloadType = 77
	for range learnPackets {
		if l.admit(natted, wrong, now) {
			t.Error("took an unknown payload type")
		}
	}
	if l.admit(natted, header(1), now) {
		t.Error("still learning")
	}
	if !l.admit(told, header(1), now) {
		t.Error("refused the source of the SDP")
	}
}

// The far end names another address; what it still sends from the old one must
// not be taken for a NAT's, or nobody would hear anything any more.
func TestLockDoesNotLearnTheAddressThatWasGivenUp(t *testing.T) {
	l, now := newLock(true), time.Unix(0, 0)
	l.admit(told, header(1), now)
	moved := netip.MustParseAddrPort("192.0.2.21:42000")
	l.agree(moved, l.types, now)
	for n := range uint16(10) {
		if l.admit(told, header(2+n), now.Add(time.Duration(n)*FrameTime)) {
			t.Fatal("learned the source before the re-INVITE")
		}
	}
	if l.source() != moved {
		t.Errorf("sends to %v", l.source())
	}
	if !l.admit(moved, header(20), now.Add(oldSource/2)) || l.source() != moved {
		t.Error("refused the address that was named")
	}
}

// A gateway that names another address and goes on sending from the old one is
// learned in the end.
func TestLockLearnsTheOldAddressOfWhoKeepsIt(t *testing.T) {
	l, now := newLock(true), time.Unix(0, 0)
	l.admit(natted, header(1), now)
	l.agree(netip.MustParseAddrPort("10.0.0.9:42000"), l.types, now)
	if l.admit(natted, header(2), now.Add(oldSource-1)) || !l.admit(natted, header(3), now.Add(oldSource)) {
		t.Error("want the old source after a second, and not before")
	}
}

func TestLockStaysWhereNothingElseIsNamed(t *testing.T) {
	l, now := newLock(true), time.Unix(0, 0)
	l.admit(natted, header(1), now)
	l.agree(told, l.types, now)
	l.agree(netip.AddrPortFrom(netip.IPv4Unspecified(), 40000), l.types, now) // hold as RFC 2543 did it
	if l.source() != natted {
		t.Errorf("sends to %v", l.source())
	}
	l.agree(told, [2]uint8{0, 101}, now)
	other := header(2)
	other.PayloadType = 0
	if !l.admit(natted, other, now) {
		t.Error("another codec is no other source")
	}
}

func TestLockHoldsOntoItsStream(t *testing.T) {
	l, now := newLock(false), time.Unix(0, 0)
	l.admit(told, header(100), now)
	other := header(101)
	other.SSRC = 2
	if l.admit(told, other, now.Add(20*time.Millisecond)) {
		t.Error("another SSRC displaced a stream that flows")
	}
	if !l.admit(told, other, now.Add(ssrcGap)) {
		t.Error("the stream cannot change its SSRC after a pause")
	}
}

func TestSequenceWindow(t *testing.T) {
	for _, c := range []struct {
		name string
		next []uint16
		want []bool
	}{
		{"in order", []uint16{101, 102}, []bool{true, true}},
		{"reordered and repeated", []uint16{103, 101, 101}, []bool{true, true, true}},
		{"a gap", []uint16{1100}, []bool{true}},
		{"one far outside", []uint16{9000, 101}, []bool{false, true}},
		{"a sender that starts anew", []uint16{9000, 9001, 9002}, []bool{false, true, true}},
		{"wrap", []uint16{3000, 6000, 8900, 101}, []bool{true, true, true, false}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var w sequenceWindow
			w.admit(header(100), time.Unix(0, 0))
			for i, n := range c.next {
				h := header(n)
				h.Timestamp = 100 * FrameSamples // the case is about numbers
				if got := w.admit(h, time.Unix(0, 0)); got != c.want[i] {
					t.Errorf("packet %d: %v", n, got)
				}
			}
		})
	}
	var w sequenceWindow
	w.admit(header(1), time.Unix(0, 0))
	far := header(2)
	far.Timestamp += maxTimestamp + FrameSamples
	if w.admit(far, time.Unix(0, 0)) {
		t.Error("took a packet from a minute ahead")
	}
}
