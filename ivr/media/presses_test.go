package media

import (
	"testing"
	"time"
)

func TestAKeyToldByTwoWaysIsOnePress(t *testing.T) {
	const ms = time.Millisecond
	type report struct {
		key rune
		by  KeyWay
		at  time.Duration
	}
	event, tone, info := KeyByEvent, KeyByTone, KeyByINFO
	for _, c := range []struct {
		name string
		all  []report
		want string
	}{
		{"one way alone", []report{{'1', event, 0}}, "1"},
		{"event, then INFO when it is let go", []report{{'1', event, 0}, {'1', info, 300 * ms}}, "1"},
		{"INFO overtakes the event", []report{{'1', info, 0}, {'1', event, 30 * ms}}, "1"},
		{"all three", []report{{'1', event, 0}, {'1', tone, 40 * ms}, {'1', info, 150 * ms}}, "1"},
		{"twice, quickly, one way", []report{{'1', event, 0}, {'1', event, 120 * ms}}, "11"},
		{"twice, quickly, by INFO", []report{{'1', info, 0}, {'1', info, 0}}, "11"},
		{"twice by two ways, in turn", []report{{'1', event, 0}, {'1', info, 90 * ms}, {'1', event, 150 * ms}, {'1', info, 240 * ms}}, "11"},
		{"twice by two ways, one behind", []report{{'1', event, 0}, {'1', event, 150 * ms}, {'1', info, 200 * ms}, {'1', info, 210 * ms}}, "11"},
		{"twice, one event lost on the way", []report{{'1', info, 0}, {'1', event, 150 * ms}, {'1', info, 210 * ms}}, "11"},
		{"a number by two ways", []report{{'1', event, 0}, {'2', event, 150 * ms}, {'1', info, 160 * ms}, {'1', event, 300 * ms}, {'2', info, 310 * ms}, {'1', info, 400 * ms}}, "121"},
		{"different keys are different presses", []report{{'1', event, 0}, {'2', info, 10 * ms}}, "12"},
		{"much later it is another press", []report{{'1', event, 0}, {'1', info, sameKey + ms}}, "11"},
		{"an arrival that is read late belongs to its own time", []report{{'1', info, sameKey - ms}, {'1', event, 0}}, "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p Presses
			var got string
			for _, r := range c.all {
				if p.Take(Digit{Key: r.key, By: r.by, At: time.Unix(1, 0).Add(r.at)}) {
					got += string(r.key)
				}
			}
			if got != c.want {
				t.Errorf("pressed %q, want %q", got, c.want)
			}
		})
	}
}

// However reports come, a key counts at least as often as the way that told it most
// often, and at most as often as it was told.
func FuzzPresses(f *testing.F) {
	f.Add([]byte{0x00, 0x02})                         // one key, event and INFO at once
	f.Add([]byte{0x00, 0x42, 0x40, 0x42})             // twice, by both in turn
	f.Add([]byte{0x00, 0x40, 0x42, 0x02})             // twice, INFO behind
	f.Add([]byte{0x00, 0x00, 0x00, 0xFF, 0x02, 0x02}) // three quick ones, then long silence
	f.Add([]byte{0x04, 0x09, 0x0E, 0x00, 0x05, 0x0A}) // different keys by different ways
	f.Fuzz(func(t *testing.T, data []byte) {
		ways := []KeyWay{KeyByEvent, KeyByTone, KeyByINFO, ""}
		var p Presses
		pressed, told := map[rune]int{}, map[rune]map[KeyWay]int{}
		at := time.Unix(1, 0)
		for _, b := range data { // 4 bits of time, 2 of key, 2 of way
			at = at.Add(time.Duration(b>>4) * 40 * time.Millisecond)
			d := Digit{Key: rune(eventKeys[b>>2&3]), By: ways[b&3], At: at}
			if told[d.Key] == nil {
				told[d.Key] = map[KeyWay]int{}
			}
			told[d.Key][d.By]++
			if p.Take(d) {
				pressed[d.Key]++
			}
		}
		for key, by := range told {
			most, all := 0, 0
			for _, n := range by {
				most, all = max(most, n), all+n
			}
			if n := pressed[key]; n < most || n > all {
				t.Errorf("key %q: pressed %d times; told %v", key, n, by)
			}
		}
		if len(p.recent) > maxPresses {
			t.Errorf("remembers %d presses", len(p.recent))
		}
	})
}
