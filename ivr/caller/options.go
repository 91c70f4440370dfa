package caller

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// ErrOptions is wrapped by every fault of Options.
var ErrOptions = errors.New("cannot place such a call")

// Press is one key of the call.
type Press struct {
	After time.Duration // counted from the answer
	Key   rune          // 0-9, *, #, A-D
}

// Options say whom to call and what to do on the line.
type Options struct {
	Target    string // "sip:12349@127.0.0.1:5060", or "12349@127.0.0.1:5060"; the port defaults to 5060
	Transport string // "udp" (default) or "tcp"
	From      string // number of the caller; default "anonymous"

	Digits    []Press     // sent as RFC 4733 events of 100 ms
	Keys      <-chan rune // keys that are pressed as they come; nil for none, closed for no more
	PlayWAV   []byte      // contents of a WAV file, 8 kHz mono, played from the answer on; nil for silence
	Repeat    bool        // play it again and again, keys in between; otherwise once, and keys wait for its end
	RecordWAV string      // file to write what is heard to; "" for none

	CancelAfter time.Duration // CANCEL so long after the INVITE if not answered by then; 0 never
	HangupAfter time.Duration // BYE so long after the answer; 0 leaves that to the other side
	MaxDuration time.Duration // BYE at the latest; default 10 min

	OnEvent func(Event)       // told of each step as it happens, from one goroutine; may be nil
	OnSound func(pcm []int16) // told of each packet heard, on the media's goroutine: it must not block; may be nil
}

// EventKind names a step of the call.
type EventKind string

// The steps in their order. Progress, Ringing, Heard, Pressed and Key may not come at all.
const (
	EventCalling  EventKind = "calling"  // INVITE sent
	EventProgress EventKind = "progress" // a provisional answer other than 180
	EventRinging  EventKind = "ringing"  // 180
	EventAnswered EventKind = "answered" // 200, and the ACK sent
	EventRefused  EventKind = "refused"  // 3xx to 6xx
	EventHeard    EventKind = "heard"    // the first sound of the other side
	EventPressed  EventKind = "pressed"  // a key was sent
	EventKey      EventKind = "key"      // the other side pressed a key
	EventEnded    EventKind = "ended"    // BYE, either way, or CANCEL
)

// Event is one step.
type Event struct {
	Kind   EventKind
	At     time.Time
	Status int    // SIP status, where the step is an answer
	CallID string // Call-ID header, of EventCalling
	Text   string // its reason phrase, the key pressed, or who ended the call
}

// Side tells who ended a call.
type Side string

// The sides.
const (
	SideNone   Side = ""       // it never came about
	SideCaller Side = "caller" // we: BYE or CANCEL
	SideCallee Side = "callee" // the other: BYE
)

// Result is what became of the call.
type Result struct {
	Status  int    // final SIP status of the INVITE
	Reason  string // its reason phrase
	CallID  string // Call-ID header
	EndedBy Side

	CalledAt   time.Time
	RangAt     time.Time // zero if it never rang
	AnsweredAt time.Time // zero if not answered
	EndedAt    time.Time

	PacketsSent  uint64
	PacketsHeard uint64
	HeardLevel   float64 // dBov of the loudest second heard; -127 is silence
	HeardFor     time.Duration
}

// Answered tells whether the call came about.
func (r Result) Answered() bool { return !r.AnsweredAt.IsZero() }

// keyHeld is how long a key is pressed.
const keyHeld = 100 * time.Millisecond

// normal fills defaults and reads the target.
func (o Options) normal() (Options, sip.Uri, error) {
	o.Transport = strings.ToLower(cmp.Or(o.Transport, "udp"))
	o.From = cmp.Or(o.From, "anonymous")
	o.MaxDuration = cmp.Or(o.MaxDuration, 10*time.Minute)
	if o.Transport != "udp" && o.Transport != "tcp" {
		return o, sip.Uri{}, fmt.Errorf("transport %q, want udp or tcp: %w", o.Transport, ErrOptions)
	}
	for _, d := range o.Digits {
		if !strings.ContainsRune("0123456789*#ABCD", d.Key) {
			return o, sip.Uri{}, fmt.Errorf("key %q: %w", d.Key, ErrOptions)
		}
	}
	target := o.Target
	if !strings.HasPrefix(strings.ToLower(target), "sip:") {
		target = "sip:" + target
	}
	var uri sip.Uri
	if err := sip.ParseUri(target, &uri); err != nil || uri.User == "" || uri.Host == "" {
		return o, sip.Uri{}, fmt.Errorf("target %q, want number@host:port: %w", o.Target, ErrOptions)
	}
	uri.Port = cmp.Or(uri.Port, sip.DefaultUdpPort)
	if o.Transport == "tcp" {
		uri.UriParams = sip.NewParams()
		uri.UriParams.Add("transport", "tcp")
	}
	return o, uri, nil
}

// localIP is the address of ours from which the target is reached. Connecting
// a UDP socket sends nothing.
func localIP(ctx context.Context, uri sip.Uri) (net.IP, error) {
	probe, err := new(net.Dialer).DialContext(ctx, "udp", net.JoinHostPort(strings.Trim(uri.Host, "[]"), strconv.Itoa(uri.Port)))
	if err != nil {
		return nil, fmt.Errorf("reach %s: %w", uri.Host, err)
	}
	defer probe.Close()                             //nolint:errcheck // nothing was sent
	return probe.LocalAddr().(*net.UDPAddr).IP, nil //nolint:errcheck // what a UDP socket has
}
