package media

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait of these tests; nothing is measured by it.
const patience = 30 * time.Second

var loopback = netip.MustParseAddr("127.0.0.1")

func testPool(t *testing.T, first, last uint16, rest time.Duration) *PortPool {
	t.Helper()
	p, err := NewPortPool(loopback, first, last, rest)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func testSession(t *testing.T, limits Limits) *Session {
	t.Helper()
	s, err := Open(testPool(t, 26000, 27999, 0), limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// join connects two sessions as SDP would.
func join(a, b *Session) { joinBy(PCMA, a, b) }

func joinBy(codec Codec, a, b *Session) {
	at := func(s *Session) Peer {
		return Peer{Addr: netip.AddrPortFrom(loopback, s.Port()), Codec: codec, AudioType: codec.StaticType(), EventType: 101, Send: true, Receive: true}
	}
	a.Start(at(b))
	b.Start(at(a))
}

func wait[T any](t *testing.T, c <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatalf("waited in vain: %s", what)
	}
	return v
}

// until asks again and again whether something has come true; asking takes a while.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// listener keeps what a session hears.
type listener struct {
	mu  sync.Mutex
	pcm []int16
}

func (l *listener) hear(f Frame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pcm = append(l.pcm, PCMA.Decode(f.ALaw)...)
}

func (l *listener) loudFrames(hz float64) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for frame := range slices.Chunk(l.pcm, FrameSamples) {
		if ToneShare(frame, hz) > 0.9 {
			n++
		}
	}
	return n
}

func TestSessionsHearAndKeyEachOther(t *testing.T) {
	var ear listener
	a, b := testSession(t, Limits{}), testSession(t, Limits{})
	b.Hear(ear.hear)
	join(a, b)
	wait(t, a.Play(NewPrompt(Tone(800, 9000, 10*FrameSamples))).Done(), "the prompt to be sent")
	for _, key := range "19*#" {
		p, err := a.Press(key, 60*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		wait(t, p.Done(), "the key to be sent")
		if d := wait(t, b.Digits(), "the key"); d.Key != key {
			t.Errorf("heard key %q, want %q", d.Key, key)
		}
	}
	if n := ear.loudFrames(800); n != 10 { // keys came after: all audio before them has arrived
		t.Errorf("heard %d of 10 frames", n)
	}
	if _, err := a.Press('x', time.Second); !errors.Is(err, ErrKey) {
		t.Errorf("pressed x: %v", err)
	}
	select {
	case d := <-b.Digits():
		t.Errorf("a key too many: %q", d.Key)
	default:
	}
}

func TestStopCutsAPromptShort(t *testing.T) {
	a, b := testSession(t, Limits{}), testSession(t, Limits{})
	join(a, b)
	long := a.Play(NewPrompt(Tone(800, 9000, 3600*SampleRate/100)))
	next := a.Play(NewPrompt(Tone(900, 9000, FrameSamples)))
	long.Stop()
	wait(t, long.Done(), "the stop")
	wait(t, next.Done(), "the next prompt")
	long.Stop() // a second time does nothing
}

func TestHoldPausesThePrompt(t *testing.T) {
	a, b := testSession(t, Limits{}), testSession(t, Limits{})
	join(a, b)
	held := a.peer
	held.Send = false
	a.Update(held)
	p := a.Play(NewPrompt(Tone(800, 9000, 2*FrameSamples)))
	sent := a.Stats().Sent
	wait(t, threePackets(b), "some packets of the other side, who is not held")
	if got := a.Stats().Sent; got != sent {
		t.Errorf("sent %d packets on hold", got-sent)
	}
	select {
	case <-p.Done():
		t.Error("the prompt went on during hold")
	default:
	}
	held.Send = true
	a.Update(held)
	wait(t, p.Done(), "the prompt after hold")
}

// threePackets is closed once a session has sent three more packets: time has
// passed on the media's own clock.
func threePackets(s *Session) <-chan struct{} {
	return s.Play(NewPrompt(make([]int16, 3*FrameSamples))).Done()
}

func TestLostWhenTheCallerIsSilent(t *testing.T) {
	s := testSession(t, Limits{Timeout: 100 * time.Millisecond, HoldTimeout: time.Hour})
	// A stranger's packets keep nothing alive.
	stranger, err := net.Dial("udp", netip.AddrPortFrom(loopback, s.Port()).String())
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	s.Start(Peer{Addr: netip.MustParseAddrPort("127.0.0.1:9999"), Codec: PCMA, AudioType: 8, EventType: NoEvents, Send: true, Receive: true})
	data, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8}, Payload: make([]byte, FrameSamples)}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(patience)
	for {
		select {
		case <-s.Lost():
			if stats := s.Stats(); stats.Received != 0 {
				t.Errorf("took a stranger's packets: %+v", stats)
			}
			return
		case <-tick.C:
			if _, err := stranger.Write(data); err != nil {
				t.Fatal(err)
			}
		case <-deadline:
			t.Fatal("the loss was not noticed")
		}
	}
}

func TestHoldHasItsOwnTimeout(t *testing.T) {
	s := testSession(t, Limits{Timeout: time.Hour, HoldTimeout: 50 * time.Millisecond})
	s.Start(Peer{Addr: netip.MustParseAddrPort("127.0.0.1:9999"), Codec: PCMA, AudioType: 8, EventType: NoEvents})
	wait(t, s.Lost(), "the hold time-out")
}

// The caller's packets arrive from a port the SDP did not name; ours go there.
func TestSymmetricRTPBehindNAT(t *testing.T) {
	s := testSession(t, Limits{Learn: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	phone, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer phone.Close()
	s.Start(Peer{Addr: netip.MustParseAddrPort("127.0.0.1:9999"), Codec: PCMA, AudioType: 8, EventType: NoEvents, Send: true, Receive: true})
	data, err := (&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8}, Payload: make([]byte, FrameSamples)}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := phone.WriteToUDPAddrPort(data, netip.AddrPortFrom(loopback, s.Port())); err != nil {
		t.Fatal(err)
	}
	if err := phone.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 1500)
	var last rtp.Packet
	for i := range 5 {
		n, err := phone.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		var p rtp.Packet
		if err := p.Unmarshal(buf[:n]); err != nil {
			t.Fatal(err)
		}
		if i > 0 && (p.SequenceNumber != last.SequenceNumber+1 || (p.Timestamp-last.Timestamp)%FrameSamples != 0 || p.SSRC != last.SSRC) {
			t.Errorf("%v follows %v", p.Header, last.Header)
		}
		last = p
	}
}

func listen(t *testing.T, host string) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(host), 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// Ports that somebody else on the machine holds are passed over, and none is
// lost by trying.
func TestPortPoolPassesOverForeignPorts(t *testing.T) {
	for _, foreign := range []uint16{28200, 28203} { // an RTP port of one pair, the RTCP port of the other
		held, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, foreign)))
		if err != nil {
			t.Fatal(err)
		}
		pool := testPool(t, 28200, 28203, 0)
		for range 5 {
			s, err := Open(pool, Limits{})
			if errors.Is(err, ErrNoPort) {
				t.Fatalf("with port %d held: %v", foreign, err)
			}
			if s.Port() == foreign&^1 {
				t.Errorf("got the pair of port %d", foreign)
			}
			if _, err := Open(pool, Limits{}); !errors.Is(err, ErrNoPort) {
				t.Errorf("opened a pair that is held: %v", err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
		if pool.Free() != 2 {
			t.Errorf("%d pairs left of 2", pool.Free())
		}
		if err := held.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestPortPool(t *testing.T) {
	pool := testPool(t, 28001, 28005, 0) // holds 28002 and 28004
	a, err := Open(pool, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(pool, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if a.Port()%2 != 0 || b.Port()%2 != 0 || a.Port() == b.Port() {
		t.Errorf("ports %d and %d", a.Port(), b.Port())
	}
	if _, err := Open(pool, Limits{}); !errors.Is(err, ErrNoPort) {
		t.Errorf("a third pair: %v", err)
	}
	if err := errors.Join(a.Close(), b.Close()); err != nil {
		t.Fatal(err)
	}
	if pool.Free() != 2 {
		t.Errorf("%d free", pool.Free())
	}
	resting := testPool(t, 28006, 28007, time.Hour)
	if a, err = Open(resting, Limits{}); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(resting, Limits{}); !errors.Is(err, ErrNoPort) {
		t.Errorf("a port was used again without rest: %v", err)
	}
	for _, bad := range [][2]uint16{{80, 100}, {3000, 3000}} {
		if _, err := NewPortPool(loopback, bad[0], bad[1], 0); err == nil {
			t.Errorf("ports %v accepted", bad)
		}
	}
}
