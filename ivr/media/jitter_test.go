package media

import (
	"bytes"
	"testing"
)

// numbered is packet n of a stream: every octet but the first says which, and
// the first is the loudest there is, so that a fainter copy is known for one.
func numbered(n uint16, samples int) Frame {
	octets := bytes.Repeat([]byte{byte(n)}, samples)
	octets[0] = loudOctet
	return Frame{ALaw: octets, Sequence: n, Timestamp: uint32(n) * uint32(samples)}
}

const loudOctet = 0xAA

// pulled is what a turn gave: the number of the packet, or what stood in.
func pulled(b *jitterBuffer) string {
	var pcm [FrameSamples]int16
	if !b.pull(&pcm) {
		return "-"
	}
	for n := range 26 {
		if pcm[0] == alawToLinear[loudOctet] && pcm[FrameSamples-1] == alawToLinear[n] {
			return string(rune('a' + n))
		}
	}
	return "?"
}

// A case is packets that come (letters, in the order of arrival) and turns of
// the mixer (dots), and what the turns give: a packet's letter, ? for what was
// concealed, - for silence.
func TestJitterBuffer(t *testing.T) {
	for _, c := range []struct{ name, events, want string }{
		{"in time", "a.b.c.", "abc"},
		{"nothing yet", "..a.", "--a"},
		{"late once: concealed, then with 20 ms of delay", "a..bc.d.e.", "a?bcd"},
		{"jitter within the delay gained", "a..bc..de.f.", "a?bcde"},
		{"lost", "a.b.d.e.", "ab?d"},
		{"out of order", "a..cb..d.", "a?bcd"},
		{"too late", "a.c...b.d.", "a?c??d"},
		{"twice", "a.bb.c.", "abc"},
		{"of a burst 60 ms and the last packet are kept", "abcdefgh.....", "efgh?"},
		{"stopped", "a.............", "a??????????--"},
		{"goes on after a stop", "a.............q.r.", "a??????????--qr"},
		{"a jump far ahead begins anew", "a.z.", "az"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b jitterBuffer
			var got string
			for _, e := range c.events {
				if e == '.' {
					got += pulled(&b)
				} else {
					b.push(numbered(uint16(e-'a'), FrameSamples))
				}
			}
			if got != c.want {
				t.Errorf("%s gives %s, want %s", c.events, got, c.want)
			}
		})
	}
}

// Mixing begins exactly where the packets passed on have ended, and what is
// left when it ends goes on as the packets it came in.
func TestJitterBufferJoinsWithoutASeam(t *testing.T) {
	var b jitterBuffer
	b.passed(numbered(4, FrameSamples))
	b.passed(numbered(5, FrameSamples))
	if got := pulled(&b); got != "?" {
		t.Errorf("before the next packet: %q, want packet f fainter", got)
	}
	for n := uint16(6); n < 9; n++ {
		b.push(numbered(n, FrameSamples))
	}
	if got := pulled(&b); got != "g" {
		t.Errorf("first %q, want g", got)
	}
	var rest []Frame
	b.rest(func(f Frame) { f.ALaw = bytes.Clone(f.ALaw); rest = append(rest, f) })
	if len(rest) != 2 || rest[0].Sequence != 7 || rest[1].Timestamp != 8*FrameSamples || !bytes.Equal(rest[1].ALaw, numbered(8, FrameSamples).ALaw) {
		t.Errorf("rest %v", rest)
	}
}

// Delay that two quiet seconds did not need is given back.
func TestJitterBufferGivesDelayBack(t *testing.T) {
	var b jitterBuffer
	quiet := func(n uint16) Frame {
		return Frame{ALaw: silentAlaw, Sequence: n, Timestamp: uint32(n) * FrameSamples}
	}
	var pcm [FrameSamples]int16
	b.push(quiet(0))
	b.pull(&pcm)
	b.pull(&pcm) // two that were late
	b.pull(&pcm)
	b.push(quiet(1))
	b.push(quiet(2))
	b.push(quiet(3))
	if d := b.depth(); d != 3*FrameSamples {
		t.Fatalf("depth %d", d)
	}
	for n := uint16(4); n < 4+2*weighTurns; n++ {
		b.pull(&pcm)
		b.push(quiet(n))
	}
	if d := b.depth(); d > 2*FrameSamples {
		t.Errorf("depth still %d samples", d)
	}
}

func TestMixSaturates(t *testing.T) {
	r := NewRoom(nil)
	for range 3 {
		m := &member{sounds: true}
		for i := range m.pcm {
			m.pcm[i] = 30000
		}
		r.members = append(r.members, m)
	}
	r.sum(0b111)
	if got := alawToLinear[r.alaw[0]]; got < 31000 {
		t.Errorf("three loud parties give %d", got)
	}
	r.members[1].sounds = false
	r.members[2].pcm[0] = -30000
	r.sum(0b111)
	if got := alawToLinear[r.alaw[0]]; got > 100 || got < -100 {
		t.Errorf("opposites give %d", got)
	}
}

// Whatever packets come in whatever order, the buffer gives 20 ms at a time and
// never holds more than 60 ms and the packet that came last.
func FuzzJitterBuffer(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 160, 4, 160, 0, 3, 160})
	f.Add([]byte{255, 255, 255, 1, 2, 240, 9, 0, 80})
	f.Fuzz(func(t *testing.T, events []byte) {
		var b jitterBuffer
		var pcm [FrameSamples]int16
		for ; len(events) >= 3; events = events[3:] {
			frame := Frame{ALaw: bytes.Repeat([]byte{events[2]}, 1+int(events[2])*2%maxFrame), Sequence: uint16(events[0]) << 3,
				Timestamp: uint32(events[0])<<9 + uint32(events[1])*4 - 4096}
			switch events[2] % 4 {
			case 0:
				b.pull(&pcm)
			case 1:
				b.passed(frame)
			case 2:
				b.rest(func(g Frame) {
					if len(g.ALaw) == 0 || len(g.ALaw) > maxFrame {
						t.Fatalf("a rest of %d octets", len(g.ALaw))
					}
				})
			default:
				b.push(frame)
			}
			if b.depth() > maxDelay+maxFrame {
				t.Fatalf("holds %d samples", b.depth())
			}
		}
	})
}
