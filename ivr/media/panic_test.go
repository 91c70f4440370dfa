package media

import (
	"net/netip"
	"sync/atomic"
	"testing"
	"time"
)

// faulty is something paced whose first turns panic.
type faulty struct {
	turns, faults atomic.Int64
	done          chan struct{}
}

func (f *faulty) turn(uint64, time.Time) bool {
	if n := f.turns.Add(1); n <= f.faults.Load() {
		panic("a fault of ours")
	}
	close(f.done)
	return false
}

// A panic in one turn costs neither the pacer nor whoever panicked their next turn.
func TestPacerGoesOnAfterAPanic(t *testing.T) {
	p := NewPacer()
	f := &faulty{done: make(chan struct{})}
	f.faults.Store(2)
	p.add(f)
	select {
	case <-f.done:
	case <-time.After(time.Minute):
		t.Fatal("no turn after the panic")
	}
	if n := f.turns.Load(); n != 3 {
		t.Errorf("%d turns, want 3", n)
	}
}

// A panic while a packet is taken costs that packet, and no port its reader.
func TestReaderGoesOnAfterAPanic(t *testing.T) {
	open := func() *portPair {
		for port := uint16(34000); port < 35000; port += 2 {
			if p, err := bindPair(netip.MustParseAddr("127.0.0.1"), port); err == nil {
				t.Cleanup(func() { _ = p.close() })
				return p
			}
		}
		t.Fatal("no free port")
		return nil
	}
	here, there := open(), open()
	taken := make(chan byte, 2)
	if err := here.rtp.listen(func(data []byte, _ netip.AddrPort) bool {
		taken <- data[0]
		if data[0] == 1 {
			panic("a fault of ours")
		}
		return true
	}); err != nil {
		t.Fatal(err)
	}
	to := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), here.port)
	for _, b := range []byte{1, 2} {
		if err := there.rtp.send([]byte{b}, to); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-taken:
			if got != b {
				t.Errorf("packet %d, want %d", got, b)
			}
		case <-time.After(time.Minute):
			t.Fatal("the reader is gone")
		}
	}
}
