package ivr

import (
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/ivr/media"
)

// A panic on a goroutine of the line ends that goroutine and is waited for like
// any other: no fault of ours may end the process with every call in it.
func TestPanicEndsItsGoroutineAlone(t *testing.T) {
	e := stillEndpoint(t)
	e.work.start(func() { panic("a fault of ours") })
	e.work.startCall(func() { panic("a fault of ours") })
	e.work.waitCalls()
	e.work.wait()
}

// A listener that panics is known to have stopped.
func TestPanicOfAListenerIsReported(t *testing.T) {
	e := stillEndpoint(t)
	failed := make(chan error, 1)
	e.work.start(func() { serve(failed, func() error { panic("a fault of ours") }) })
	if err := within(t, failed); err == nil {
		t.Error("the listener's end is told as success")
	}
}

// A leg of ours that panics is told to whoever has it and gives everything back.
func TestPanicEndsALegInOrder(t *testing.T) {
	e := stillEndpoint(t)
	d, audio := brokenDialogue(t, e)
	left := make(chan struct{})
	l := newLeg(d, audio, slog.New(slog.DiscardHandler), func() { close(left) })
	e.work.startCall(l.run)
	d.inbox <- &inbound{} // a request that is none
	within(t, l.Ended())
	within(t, left)
	l.HangUp()
	e.work.waitCalls()
}

// So is the leg of another node's agent.
func TestPanicEndsANodesLegInOrder(t *testing.T) {
	e := stillEndpoint(t)
	d, audio := brokenDialogue(t, e)
	l := &nodeLeg{Session: audio, d: d, commands: make(chan AgentCommand, 1), present: make(chan bool, 1), gone: make(chan struct{}),
		news: make(chan AgentNews, 1), leaving: make(chan struct{})}
	e.work.start(l.run)
	d.inbox <- &inbound{}
	within(t, l.Gone())
	l.Release()
	e.work.wait()
}

// What is told to another node may fail in any way: the call hears that it did.
func TestPanicOfAPostIsToldAsFailed(t *testing.T) {
	e := stillEndpoint(t)
	d, audio := brokenDialogue(t, e)
	defer audio.Close() // nothing is left to be told
	e.client = nil      // nothing to send with
	p := d.startPost()
	p.send(nodeMessage{})
	within(t, p.failed)
	p.stop()
	e.work.wait()
}

func brokenDialogue(t *testing.T, e *Endpoint) (*dialogue, *media.Session) {
	t.Helper()
	audio, err := media.Open(e.ports, media.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	src := netip.MustParseAddrPort("192.0.2.1:5060")
	h := hop{transport: "UDP", src: src, local: e.udp[0].local, trunk: e.gate.trunkOf(src.Addr())}
	d := e.newDialogue(h, "broken", sip.FromHeader{Address: sip.Uri{Scheme: "sip", Host: "127.0.0.1"}}, sip.ToHeader{Address: sip.Uri{Scheme: "sip", Host: "192.0.2.1"}}, "tag")
	d.side.target = sip.Uri{Scheme: "sip", Host: "192.0.2.1", Port: 5060}
	e.dialogues.add(d)
	return d, audio
}

func within[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(20 * time.Second):
		t.Fatal("it does not come")
	}
	return v
}
