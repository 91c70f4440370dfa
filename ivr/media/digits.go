package media

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// Digit is one key of a telephone: 0-9, *, #, A-D.
type Digit struct {
	Key rune
	At  time.Time // when its first packet arrived
	By  KeyWay
}

// eventKeys are the keys by event number (RFC 4733 table 7).
const eventKeys = "0123456789*#ABCD"

// eventForgotten is how long after an event's last packet the same timestamp is
// a new event. Senders repeat packets of a held key at least every 50 ms
// (RFC 4733 section 2.5.1.2); replayed captures reuse the timestamp.
const eventForgotten = time.Second

// digitDetector turns RFC 4733 packets into digits. A digit counts from the
// first packet of its event that arrives, whatever duration that packet tells
// (0 is common), so a lost start or end loses nothing. All packets of one event
// carry the same timestamp; that is what keeps them one digit.
type digitDetector struct {
	active    bool
	event     byte
	timestamp uint32
	duration  uint16
	ended     bool
	lastAt    time.Time
}

// take reads one event packet and returns the key that it newly presses.
func (d *digitDetector) take(payload []byte, timestamp uint32, now time.Time) (key rune, pressed bool) {
	if len(payload) < 4 || int(payload[0]) >= len(eventKeys) {
		return 0, false // flash, tones and the like are no keys
	}
	event, end, duration := payload[0], payload[1]&0x80 != 0, binary.BigEndian.Uint16(payload[2:])
	if d.active && now.Sub(d.lastAt) < eventForgotten {
		if int32(timestamp-d.timestamp) < 0 {
			return 0, false // a late packet of an earlier key
		}
		if d.same(event, timestamp) {
			d.timestamp, d.duration, d.ended, d.lastAt = timestamp, duration, d.ended || end, now
			return 0, false
		}
	}
	*d = digitDetector{active: true, event: event, timestamp: timestamp, duration: duration, ended: end, lastAt: now}
	return rune(eventKeys[event]), true
}

// same tells whether a packet belongs to the key already taken: the same
// timestamp, or the next segment of a key held longer than 65,535 ticks, which
// starts where the last one stopped (RFC 4733 section 2.5.1.3).
func (d *digitDetector) same(event byte, timestamp uint32) bool {
	if event != d.event {
		return false
	}
	return timestamp == d.timestamp || !d.ended && d.duration > 0xF000 && timestamp == d.timestamp+uint32(d.duration)
}

// eventPayload is the four octets of RFC 4733 section 2.3 at -10 dBm0.
func eventPayload(key rune, end bool, duration uint16) ([]byte, bool) {
	event := strings.IndexRune(eventKeys, key)
	if event < 0 {
		return nil, false
	}
	flags := byte(10)
	if end {
		flags |= 0x80
	}
	return binary.BigEndian.AppendUint16([]byte{byte(event), flags}, duration), true
}

// DigitInfo is the body of a SIP INFO that presses a key for that long, of type
// DigitInfoType.
func DigitInfo(key rune, held time.Duration) []byte {
	return fmt.Appendf(nil, "Signal=%c\r\nDuration=%d\r\n", key, held.Milliseconds())
}

// DigitInfoType is what gateways of every make read.
const DigitInfoType = "application/dtmf-relay"

// DigitFromInfo reads a key from the body of a SIP INFO: application/dtmf-relay
// ("Signal=1") or application/dtmf (the bare key). It reports false for
// anything else.
func DigitFromInfo(contentType string, body []byte) (rune, bool) {
	if len(body) > 256 {
		return 0, false
	}
	kind, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	text := strings.TrimSpace(string(body))
	switch strings.TrimSpace(kind) {
	case "application/dtmf":
	case DigitInfoType:
		var ok bool
		if text, ok = signalLine(text); !ok {
			return 0, false
		}
	default:
		return 0, false
	}
	if len(text) != 1 || !strings.Contains(eventKeys, strings.ToUpper(text)) {
		return 0, false
	}
	return rune(strings.ToUpper(text)[0]), true
}

func signalLine(body string) (string, bool) {
	for line := range strings.Lines(body) {
		name, value, ok := strings.Cut(line, "=")
		if ok && strings.EqualFold(strings.TrimSpace(name), "Signal") {
			return strings.TrimSpace(value), true
		}
	}
	return "", false
}
