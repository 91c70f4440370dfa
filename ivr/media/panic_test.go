package media

import (
	"bytes"
	"encoding/json"
	"log/slog"
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

// What panicked stands in the line's own log, in its form.
func TestAPanicIsWrittenToTheLinesLog(t *testing.T) {
	var out bytes.Buffer
	before := panicLog.Load()
	t.Cleanup(func() { panicLog.Store(before); panicLogged.Store(0) })
	LogTo(slog.New(slog.NewJSONHandler(&out, nil)))
	panicLogged.Store(0)
	takeTurn(panicking{}, 1, time.Now())
	var line struct{ Level, In, Panic, Stack string }
	if err := json.Unmarshal(out.Bytes(), &line); err != nil || line.Level != "ERROR" || line.In != "a turn" || line.Panic != "planted" || line.Stack == "" {
		t.Errorf("written %q: %v", out.String(), err)
	}
	out.Reset()
	panicLogged.Store(time.Now().Add(time.Hour).UnixNano()) // a busy machine may let a second pass
	takeTurn(panicking{}, 2, time.Now())
	if out.Len() != 0 {
		t.Errorf("each turn is written: %s", out.String())
	}
}

type panicking struct{}

func (panicking) turn(uint64, time.Time) bool { panic("planted") }

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
