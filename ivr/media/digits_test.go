package media

import (
	"testing"
	"time"
)

// packet is one event packet of a case: payload, timestamp, and when it comes.
type packet struct {
	payload   []byte
	timestamp uint32
	at        time.Duration
}

func TestDigitDetector(t *testing.T) {
	one := func(end bool, duration uint16) []byte { p, _ := eventPayload('1', end, duration); return p }
	two, _ := eventPayload('2', false, 160)
	ms := time.Millisecond
	for _, c := range []struct {
		name    string
		packets []packet
		want    string
	}{
		{"first packet of duration 0 is enough", []packet{{one(false, 0), 100, 0}}, "1"},
		{"one key, many packets", []packet{{one(false, 0), 100, 0}, {one(false, 160), 100, 20 * ms}, {one(true, 320), 100, 40 * ms}, {one(true, 320), 100, 60 * ms}}, "1"},
		{"only the end arrives", []packet{{one(true, 320), 100, 0}}, "1"},
		{"the ends are lost", []packet{{one(false, 0), 100, 0}, {two, 900, 100 * ms}}, "12"},
		{"the same key twice", []packet{{one(false, 0), 100, 0}, {one(false, 0), 2000, 200 * ms}}, "11"},
		{"a late packet of the key before", []packet{{one(false, 0), 100, 0}, {two, 900, 100 * ms}, {one(true, 320), 100, 120 * ms}}, "12"},
		{"a replayed capture reuses its timestamp", []packet{{one(false, 0), 100, 0}, {one(false, 0), 100, 2 * time.Second}}, "11"},
		{"an earlier timestamp after a pause is a new stream", []packet{{two, 9000, 0}, {one(false, 0), 100, 2 * time.Second}}, "21"},
		{"a key held beyond one segment", []packet{{one(false, 0xFFFF), 100, 0}, {one(false, 160), 100 + 0xFFFF, 20 * ms}}, "1"},
		{"timestamps wrap", []packet{{two, 0xFFFFFF00, 0}, {one(false, 0), 0x100, 100 * ms}}, "21"},
		{"flash is no key", []packet{{[]byte{16, 10, 0, 0}, 100, 0}}, ""},
		{"too short", []packet{{[]byte{1, 10, 0}, 100, 0}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var d digitDetector
			var got string
			start := time.Unix(0, 0)
			for _, p := range c.packets {
				if key, pressed := d.take(p.payload, p.timestamp, start.Add(p.at)); pressed {
					got += string(key)
				}
			}
			if got != c.want {
				t.Errorf("keys %q, want %q", got, c.want)
			}
		})
	}
}

func TestDigitFromInfo(t *testing.T) {
	for _, c := range []struct {
		contentType, body string
		want              rune
	}{
		{"application/dtmf-relay", "Signal=1\r\nDuration=160\r\n", '1'},
		{"Application/DTMF-Relay; charset=utf-8", "Duration=160\nsignal = *", '*'},
		{"application/dtmf", "5", '5'},
		{"application/dtmf", "a", 'A'},
		{"application/dtmf", "12", 0},
		{"application/dtmf", "", 0},
		{"application/dtmf-relay", "Duration=160", 0},
		{"text/plain", "1", 0},
	} {
		got, ok := DigitFromInfo(c.contentType, []byte(c.body))
		if got != c.want || ok != (c.want != 0) {
			t.Errorf("%s %q: %q %v, want %q", c.contentType, c.body, got, ok, c.want)
		}
	}
}

// Whatever comes, a key is one of the sixteen, and packets of one timestamp in
// a row press at most one.
func FuzzDigits(f *testing.F) {
	f.Add([]byte{1, 10, 0, 0}, uint32(100))
	f.Add([]byte{15, 0x8A, 1, 64}, uint32(0))
	f.Add([]byte{}, uint32(7))
	f.Fuzz(func(t *testing.T, payload []byte, timestamp uint32) {
		var d digitDetector
		now := time.Unix(0, 0)
		key, pressed := d.take(payload, timestamp, now)
		if pressed != (key != 0) {
			t.Fatalf("key %q, pressed %v", key, pressed)
		}
		if _, again := d.take(payload, timestamp, now); again {
			t.Fatal("the same packet pressed twice")
		}
		_, _ = DigitFromInfo("application/dtmf-relay", payload)
	})
}
