package ivr_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/caller"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// tones lists which of the tones sound in a recording, each once, in the order
// in which they are first heard.
func tones(t *testing.T, path string, candidates []float64) []float64 {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	pcm, err := media.ReadWAV(data)
	if err != nil {
		t.Fatal(err)
	}
	var heard []float64
	for ; len(pcm) >= media.FrameSamples; pcm = pcm[media.FrameSamples:] {
		for _, hz := range candidates {
			if media.ToneShare(pcm[:media.FrameSamples], hz) > 0.9 && !slices.Contains(heard, hz) {
				heard = append(heard, hz)
			}
		}
	}
	return heard
}

func call(t *testing.T, o caller.Options) caller.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r, err := caller.Dial(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// liveCall places a call and returns once it is answered: hangup ends it, wait
// leaves that to the line.
func liveCall(t *testing.T, l *line) (hangup, wait func() caller.Result) {
	t.Helper()
	answered, ended := make(chan struct{}), make(chan caller.Result, 1)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	go func() {
		defer cancel()
		r, err := caller.Dial(ctx, caller.Options{Target: "12349@" + l.udp().String(), OnEvent: func(e caller.Event) {
			if e.Kind == caller.EventAnswered {
				close(answered)
			}
		}})
		if err != nil {
			t.Error(err)
		}
		ended <- r
	}()
	select {
	case <-answered:
	case <-ctx.Done():
		t.Fatal("the call was not answered")
	}
	wait = func() caller.Result { return <-ended }
	return func() caller.Result { cancel(); return wait() }, wait
}

// The order of these tones is the whole flow: greeting, number, digits, good-bye.
func TestCallerHearsGreetingAndTicketNumber(t *testing.T) {
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			l := start(t)
			to := l.udp()
			if transport == "tcp" {
				to = l.tcp()
			}
			wav := filepath.Join(t.TempDir(), "heard.wav")
			r := call(t, caller.Options{Target: "12349@" + to.String(), Transport: transport, From: "13800000001", RecordWAV: wav})
			if r.Status != 200 || r.EndedBy != caller.SideCallee || r.RangAt.IsZero() {
				t.Errorf("result %+v", r)
			}
			want := []float64{greetingHz, numberHz}
			for _, d := range testNumber {
				if hz := digitHz(d); !slices.Contains(want, hz) {
					want = append(want, hz)
				}
			}
			want = append(want, goodbyeHz)
			candidates := append([]float64{urgentHz}, want...)
			if heard := tones(t, wav, candidates); !slices.Equal(heard, want) {
				t.Errorf("heard %v, want %v", heard, want)
			}
			c := l.log.endedAs(t, 1, ticket.EndCompleted)[0]
			if c.answered != 1 || len(c.keys) != 0 || c.call.FromE164 != "+8613800000001" || c.call.To != "12349" || c.call.Trunk != "trunk" {
				t.Errorf("logged %+v", c)
			}
		})
	}
}

func TestKeyOneCutsTheGreetingShort(t *testing.T) {
	l := start(t, func(_ *ivr.Config, d *ivr.Deps) { // a wrong key is asked again
		d.Flows = flowOf(strings.Replace(testdata("flow-short.yaml"), "retries: 0", "retries: 1", 1))
	})
	wav := filepath.Join(t.TempDir(), "heard.wav")
	r := call(t, caller.Options{Target: "12349@" + l.udp().String(), RecordWAV: wav,
		Digits: []caller.Press{{After: 100 * time.Millisecond, Key: '5'}, {After: 300 * time.Millisecond, Key: '1'}}})
	if r.EndedBy != caller.SideCallee {
		t.Errorf("result %+v", r)
	}
	if c := l.log.endedAs(t, 1, ticket.EndCompleted)[0]; !slices.Equal(c.keys, []rune{'1'}) {
		t.Errorf("keys %q, want only the choice", c.keys)
	}
	if heard := tones(t, wav, []float64{greetingHz, urgentHz, numberHz}); !slices.Equal(heard, []float64{greetingHz, urgentHz, numberHz}) {
		t.Errorf("heard %v", heard)
	}
}

func TestCallerCancelsWhileRinging(t *testing.T) {
	l := start(t, configured(func(c *ivr.Config) { c.RingDelay = patience }))
	r := call(t, caller.Options{Target: "12349@" + l.udp().String(), CancelAfter: 100 * time.Millisecond})
	if r.Status != 487 || r.EndedBy != caller.SideCaller || r.Answered() {
		t.Errorf("result %+v", r)
	}
	l.log.endedAs(t, 1, ticket.EndAbandoned)
}

func TestCallerHangsUp(t *testing.T) {
	l := start(t, longWindow)
	r := call(t, caller.Options{Target: "12349@" + l.udp().String(), HangupAfter: 100 * time.Millisecond})
	if r.Status != 200 || r.EndedBy != caller.SideCaller {
		t.Errorf("result %+v", r)
	}
	l.log.endedAs(t, 1, ticket.EndCallerHung)
}

func TestUnknownNumberIsNoCall(t *testing.T) {
	l := start(t)
	if r := call(t, caller.Options{Target: "12345@" + l.udp().String()}); r.Status != 404 {
		t.Errorf("result %+v", r)
	}
	if r := call(t, caller.Options{Target: "0537-12349@" + l.udp().String(), HangupAfter: time.Millisecond}); r.Status != 200 {
		t.Errorf("result %+v", r)
	}
	if c := l.log.endedAs(t, 1, ticket.EndCallerHung)[0]; c.call.To != "12349" {
		t.Errorf("an alias was kept as %q", c.call.To)
	}
}

func TestOverTheCapEveryCallIsATicketBeforeIts503(t *testing.T) {
	l := start(t, longWindow, configured(func(c *ivr.Config) { c.MaxCalls = 1 }))
	hangup, _ := liveCall(t, l)
	if r := call(t, caller.Options{Target: "12349@" + l.udp().String()}); r.Status != 503 {
		t.Errorf("over the cap: %+v", r)
	}
	if r := call(t, caller.Options{Target: "12349@" + l.tcp().String(), Transport: "tcp"}); r.Status != 503 {
		t.Errorf("over the cap, TCP: %+v", r)
	}
	hangup()
	var busy, hung int
	for _, c := range l.log.allEnded(t, 3) {
		switch {
		case slices.Equal(c.ended, []ticket.EndReason{ticket.EndBusy}):
			busy++
		case slices.Equal(c.ended, []ticket.EndReason{ticket.EndCallerHung}):
			hung++
		}
	}
	if busy != 2 || hung != 1 {
		t.Errorf("%d busy, %d hung up", busy, hung)
	}
}

func TestACallThatCannotBeKeptIsRefused(t *testing.T) {
	l := start(t)
	l.log.set(func() { l.log.refuse = errors.New("no database, no journal") })
	if r := call(t, caller.Options{Target: "12349@" + l.udp().String()}); r.Status != 503 {
		t.Errorf("result %+v", r)
	}
}

func TestDrainingRefusesWithATicketAndWaitsForTheLiveCall(t *testing.T) {
	l := start(t, longWindow)
	hangup, _ := liveCall(t, l)
	short, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Drain(short); !errors.Is(err, context.Canceled) {
		t.Errorf("drain with a live call: %v", err)
	}
	if r := call(t, caller.Options{Target: "12349@" + l.udp().String()}); r.Status != 503 {
		t.Errorf("while draining: %+v", r)
	}
	hangup()
	if err := l.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	all := l.log.allEnded(t, 2)
	if all[1].ended[0] != ticket.EndDraining {
		t.Errorf("the refused call ended as %v", all[1].ended)
	}
}

func TestStoppingTheNodeEndsLiveCallsWithBYE(t *testing.T) {
	l := start(t, longWindow)
	_, wait := liveCall(t, l)
	l.stop()
	if r := wait(); r.EndedBy != caller.SideCallee {
		t.Errorf("result %+v", r)
	}
	l.log.endedAs(t, 1, ticket.EndNodeStopped)
}

func TestStrangersOnTCPAreClosedWithoutAWord(t *testing.T) {
	l := start(t, configured(func(c *ivr.Config) { c.Trunks[0].CIDRs = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} }))
	conn, err := net.Dial("tcp", l.tcp().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if n, err := conn.Read(make([]byte, 100)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("read %d octets, %v", n, err)
	}
}

func TestConnectionsOfOneAddressAreBounded(t *testing.T) {
	l := start(t, configured(func(c *ivr.Config) { c.MaxConnections = 1 }))
	dial := func() net.Conn {
		conn, err := net.Dial("tcp", l.tcp().String())
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		return conn
	}
	first, second := dial(), dial()
	defer first.Close()
	defer second.Close()
	if _, err := second.Read(make([]byte, 100)); !errors.Is(err, io.EOF) {
		t.Errorf("a second connection: %v", err)
	}
	if _, err := first.Write([]byte("\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	pong := make([]byte, 2)
	if _, err := io.ReadFull(first, pong); err != nil || string(pong) != "\r\n" {
		t.Errorf("keep-alive answered %q, %v", pong, err)
	}
}

// brokenPrompts panic while they are broken.
type brokenPrompts struct {
	ivr.Prompts
	broken atomic.Bool
}

func (p *brokenPrompts) Prompt(name string) (media.Prompt, bool) {
	if p.broken.Load() {
		panic("planted")
	}
	return p.Prompts.Prompt(name)
}

// A fault of ours in one call must not end the others, nor go unrecorded.
func TestAPanicEndsOneCall(t *testing.T) {
	prompts := &brokenPrompts{Prompts: testPrompts()}
	l := start(t, func(_ *ivr.Config, d *ivr.Deps) { d.Prompts = prompts })
	prompts.broken.Store(true)
	if r := call(t, caller.Options{Target: "12349@" + l.udp().String()}); r.Status != 200 || r.EndedBy != caller.SideCallee {
		t.Errorf("result %+v", r)
	}
	l.log.endedAs(t, 1, ticket.EndFailed)
	prompts.broken.Store(false)
	if r := call(t, caller.Options{Target: "12349@" + l.udp().String()}); r.Status != 200 {
		t.Errorf("the next call: %+v", r)
	}
}

// slowLog does not come back from Answered before it may.
type slowLog struct {
	ivr.CallLog
	may chan struct{}
}

func (s slowLog) Answered(ctx context.Context, id ticket.CallID, at time.Time) error {
	<-s.may
	return s.CallLog.Answered(ctx, id, at)
}

// While the database thinks, the caller is greeted all the same.
func TestASlowDatabaseDoesNotKeepTheCallerWaiting(t *testing.T) {
	may := make(chan struct{})
	l := start(t, func(_ *ivr.Config, d *ivr.Deps) { d.Log = slowLog{d.Log, may} })
	heard := make(chan struct{})
	greeted := sync.OnceFunc(func() { close(heard) })
	over := make(chan caller.Result, 1)
	go func() {
		r, err := caller.Dial(t.Context(), caller.Options{Target: "12349@" + l.udp().String(), OnSound: func(pcm []int16) {
			if media.ToneShare(pcm, greetingHz) > 0.15 {
				greeted()
			}
		}})
		if err != nil {
			t.Error(err)
		}
		over <- r
	}()
	select {
	case <-heard:
	case <-time.After(patience):
		t.Error("the caller is not greeted")
	}
	close(may)
	<-over
	if c := l.log.endedAs(t, 1, ticket.EndCompleted)[0]; c.answered != 1 {
		t.Errorf("answered %d times in the record", c.answered)
	}
}

// A socket on every address has none of its own to tell or to send from.
func TestListeningOnEveryAddress(t *testing.T) {
	l := start(t, configured(func(c *ivr.Config) {
		c.UDP, c.TCP, c.MediaIP = []string{"0.0.0.0:0"}, []string{"0.0.0.0:0"}, netip.MustParseAddr("127.0.0.1")
	}))
	for transport, address := range map[string]netip.AddrPort{"udp": l.udp(), "tcp": l.tcp()} {
		r := call(t, caller.Options{Target: fmt.Sprintf("12349@127.0.0.1:%d", address.Port()), Transport: transport})
		if r.EndedBy != caller.SideCallee {
			t.Errorf("%s: %+v", transport, r)
		}
	}
	l.log.endedAs(t, 2, ticket.EndCompleted)
}
