package media

import (
	"slices"
	"time"
)

// KeyWay is how a key has come.
type KeyWay string

// The ways.
const (
	KeyByEvent KeyWay = "event" // RFC 4733, in the audio stream
	KeyByTone  KeyWay = "tone"  // ITU-T Q.23, in the sound itself
	KeyByINFO  KeyWay = "info"  // SIP INFO, beside it
)

// sameKey is how far apart the reports of one key may be that come by different
// ways. An event is known when the key goes down; many gateways send the INFO when
// it is let go, which for a slow finger is more than a second later, and a lost
// INFO comes again after half a second.
const sameKey = 2 * time.Second

// maxPresses bounds what is remembered: nobody presses as many in two seconds.
const maxPresses = 64

// Presses counts each key once where a gateway tells it by several ways. Each
// report of a key belongs to the earliest press of that key which its own way
// has not told yet, within two seconds; where there is none it is a new press. So two
// reports by one way are always two presses, however fast. The zero value is ready.
type Presses struct {
	recent []press
}

// press is one key that was counted, and by which ways it was told.
type press struct {
	key  rune
	at   time.Time
	told []KeyWay
}

// Take reports whether a key is newly pressed, and not what another way has told
// already.
func (p *Presses) Take(d Digit) bool {
	p.forget(d.At)
	for i := range p.recent {
		if q := &p.recent[i]; q.key == d.Key && d.At.Sub(q.at).Abs() <= sameKey && !slices.Contains(q.told, d.By) {
			q.told = append(q.told, d.By)
			return false
		}
	}
	if len(p.recent) == maxPresses {
		p.recent = p.recent[1:]
	}
	p.recent = append(p.recent, press{key: d.Key, at: d.At, told: []KeyWay{d.By}})
	return true
}

// forget drops what no report can belong to any more.
func (p *Presses) forget(now time.Time) {
	p.recent = slices.DeleteFunc(p.recent, func(q press) bool { return now.Sub(q.at) > sameKey })
}
