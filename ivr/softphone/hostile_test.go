package softphone_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"go.uber.org/goleak"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ivr/softphone"
)

// What is not a message of the protocol is refused with a stable code, and the
// socket lives on.
func TestHostileMessages(t *testing.T) {
	h := newHouse(t)
	b := h.open(h.signIn("agent0"))
	for _, r := range []softphone.Request{{Type: "sign_on"}, {Type: "offer", SDP: "x"}, {Type: "accept", Offer: "x"}, {Type: "watch", On: true}} {
		b.refused(r, "hello_first")
	}
	b.must(softphone.Request{Type: "hello", Tab: firstTab})
	for _, r := range []softphone.Request{{Type: "offer", SDP: "x"}, {Type: "accept", Offer: "x"}, {Type: "command", Verb: ivr.VerbHold},
		{Type: "status", Status: acd.StatusAvailable}, {Type: "sign_off"}, {Type: "wrap_up_done"}, {Type: "call_back", Task: "t"}} {
		b.refused(r, "not_signed_on")
	}
	b.must(softphone.Request{Type: "sign_on"})
	b.must(softphone.Request{Type: "sign_on"}) // a page may say so again
	for raw, code := range map[string]string{
		``: "malformed", `[]`: "malformed", `null`: "unknown_type", `{`: "malformed", `{"type":"ping"}{"type":"ping"}`: "malformed",
		`{"type":"ping","extra":1}`: "malformed", `{"type":5}`: "malformed", `{"type":"nonsense"}`: "unknown_type", `{}`: "unknown_type",
		`{"type":"hello"}`: "malformed", `{"type":"hello","tab":"../../etc/passwd"}`: "malformed",
		`{"type":"command","verb":"explode"}`: "malformed", `{"type":"command","verb":"key","key":"55"}`: "malformed", `{"type":"command","verb":"key","key":"€"}`: "malformed",
		`{"type":"command","verb":"consult"}`: "malformed", `{"type":"command","verb":"consult","target":{"kind":"number","name":"+8619900000000"}}`: "malformed",
		`{"type":"command","verb":"consult","target":{"kind":"staff","phone":"1"}}`: "malformed", `{"type":"command","verb":"hold"}`: "no_call",
		`{"type":"status","status":"signed_off"}`: "malformed", `{"type":"status","status":"paused"}`: "malformed",
		`{"type":"supervise","call":"x","mode":"spy"}`: "malformed", `{"type":"candidate"}`: "malformed",
		`{"type":"accept","offer":"` + strings.Repeat("x", 101) + `"}`: "malformed", "{\"type\":\"accept\",\"offer\":\"a\\u0000b\"}": "malformed",
		"\xff\xfe": "malformed", `{"type":"offer","sdp":"` + strings.Repeat("x", 17<<10) + `"}`: "malformed",
		`{"type":"candidate","candidate":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`: "malformed",
		`{"type":"accept","offer":"x"}`: "no_audio",
	} {
		b.raw([]byte(raw))
		if m := b.await("a refusal", func(m softphone.Message) bool { return m.Type == "error" }); m.Code != code {
			t.Errorf("%.60q was answered %s (%s), want %s", raw, m.Code, m.Detail, code)
		}
	}
	if m := b.ask(softphone.Request{Type: "ping"}); m.Type != "pong" {
		t.Errorf("a ping was answered %s", m.Type)
	}
}

// One that is too long ends the socket; so does one that is no text.
func TestOversizedAndBinaryMessagesEndTheSocket(t *testing.T) {
	h := newHouse(t)
	cookie := h.signIn("agent0")
	b := h.open(cookie)
	b.raw(bytes.Repeat([]byte(" "), 65<<10))
	if code := b.awaitEnd(); code != websocket.CloseMessageTooBig {
		t.Errorf("65 KiB: closed with %d", code)
	}
	b = h.open(cookie)
	b.write.Lock()
	_ = b.conn.WriteMessage(websocket.BinaryMessage, []byte(`{"type":"ping"}`))
	b.write.Unlock()
	b.awaitEnd()
}

// A flood is refused message by message, and costs nobody else anything.
func TestFlood(t *testing.T) {
	h := newHouse(t)
	cookie := h.signIn("agent0")
	b, other := h.open(cookie), h.open(cookie)
	ping, _ := json.Marshal(softphone.Request{Type: "ping"})
	for range 300 {
		b.raw(ping)
	}
	b.await("a refusal", func(m softphone.Message) bool { return m.Code == "too_fast" })
	if m := other.ask(softphone.Request{Type: "ping"}); m.Type != "pong" {
		t.Errorf("another tab was answered %s", m.Type)
	}
}

// Only one audio line with A-law is answered.
func TestHostileDescriptions(t *testing.T) {
	h := newHouse(t)
	b := h.open(h.signIn("agent0"))
	b.must(softphone.Request{Type: "hello", Tab: firstTab})
	b.must(softphone.Request{Type: "sign_on"})
	sound := newBrowser(t)
	defer sound.close()
	good := sound.offer()
	audio := good[strings.Index(good, "m=audio"):]
	for name, offer := range map[string]string{
		"nonsense": "v=0", "no line": good[:strings.Index(good, "m=audio")], "two lines": good + audio,
		"video": strings.Replace(good, "m=audio", "m=video", 1), "data": strings.Replace(good, "UDP/TLS/RTP/SAVPF", "UDP/DTLS/SCTP", 1),
		"plain RTP": strings.Replace(good, "UDP/TLS/RTP/SAVPF", "RTP/AVP", 1), "no A-law": withoutALaw(good),
		"no fingerprint": dropLines(good, "a=fingerprint"), "no ufrag": dropLines(good, "a=ice-ufrag"),
		"a thousand lines": good + strings.Repeat("a=x\r\n", 3000),
	} {
		var got softphone.Message
		for range 20 { // offers may come only so fast
			if got = b.ask(softphone.Request{Type: "offer", SDP: offer}); got.Code != "too_fast" {
				break
			}
			<-time.After(20 * time.Millisecond)
		}
		if got.Type == "answer" && name == "a thousand lines" {
			continue // needless, and harmless
		}
		if got.Type != "error" || got.Code != "sdp_refused" {
			t.Errorf("%s was answered %s %s", name, got.Type, got.Code)
		}
	}
}

// withoutALaw turns A-law into µ-law in the audio line, wherever it stands there.
func withoutALaw(sdp string) string {
	at := strings.Index(sdp, "m=audio")
	line, rest, _ := strings.Cut(sdp[at:], "\r\n")
	formats := strings.Fields(line)
	for i, f := range formats {
		if i > 2 && f == "8" {
			formats[i] = "0"
		}
	}
	return sdp[:at] + strings.Join(formats, " ") + "\r\n" + rest
}

func dropLines(sdp, prefix string) string {
	var kept []string
	for line := range strings.Lines(sdp) {
		if !strings.HasPrefix(line, prefix) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// ClientHellos from elsewhere, STUN without the password and noise come to the
// port while agents connect: each connects all the same, and the strangers get
// no DTLS answer. SECURITY T6.
func TestStrangersAtThePort(t *testing.T) {
	h := newHouse(t)
	stop, answered := make(chan struct{}), make(chan []byte, 1)
	var work sync.WaitGroup
	var conns []net.Conn
	for range 2 {
		conn, err := net.Dial("udp", h.phone.Listen().String())
		if err != nil {
			t.Fatal(err)
		}
		work.Go(func() { spray(conn, stop) })
		work.Go(func() {
			buf := make([]byte, 2000)
			for {
				n, err := conn.Read(buf)
				if err != nil {
					return
				}
				if n > 0 && buf[0] >= 20 && buf[0] <= 63 { // DTLS (RFC 7983)
					select {
					case answered <- bytes.Clone(buf[:n]):
					default:
					}
				}
			}
		})
		conns = append(conns, conn)
	}
	defer func() {
		close(stop)
		for _, c := range conns {
			_ = c.Close()
		}
		work.Wait()
	}()
	for i := range 10 {
		a := h.seatAgent(fmt.Sprintf("agent%d", i))
		a.browser.say(agentHz)
		heard := make(chan struct{})
		var once sync.Once
		a.leg().Hear(func(f media.Frame) {
			if media.ToneShare(media.PCMA.Decode(f.ALaw), agentHz) > 0.9 {
				once.Do(func() { close(heard) })
			}
		})
		wait(t, heard, "the agent's tone")
	}
	select {
	case got := <-answered:
		t.Errorf("a stranger's handshake was answered with % x", got[:min(len(got), 40)])
	default:
	}
}

// spray sends a ClientHello, a STUN request of nobody's and noise in turn.
func spray(conn net.Conn, stop <-chan struct{}) {
	hello := append([]byte{22, 254, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 1, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0, 48, 254, 253}, make([]byte, 46)...)
	stun := append([]byte{0, 1, 0, 8, 0x21, 0x12, 0xA4, 0x42}, append(make([]byte, 12), 0, 6, 0, 3, 'a', ':', 'b', 0)...)
	noise := make([]byte, 200)
	every := time.NewTicker(time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-stop:
			return
		case <-every.C:
			_, _ = rand.Read(noise)
			for _, packet := range [][]byte{hello, stun, noise} {
				_, _ = conn.Write(packet) // whether it comes does not matter
			}
		}
	}
}

// Agents come, talk, reload and go; after the end nothing is left behind.
func TestNothingIsLeftBehind(t *testing.T) {
	newHouse(t).stop() // the databases of these tests outlive them
	before := goleak.IgnoreCurrent()
	t.Run("a working day", func(t *testing.T) {
		h := newHouse(t, func(o *houseOptions) { o.phone.Grace = 3 * time.Second })
		for i := range 4 {
			a, c := h.seatAgent(fmt.Sprintf("agent%d", i)), newCitizen(t)
			leg := a.talk(c)
			switch i {
			case 0: // all is well
				leg.Tell(ivr.AgentNews{State: ivr.CallEnded, Call: testCall})
				leg.Release()
				a.place.Leave(acd.LeftAnswered)
				a.tab.await("the end", func(m softphone.Message) bool { return m.Type == "call" && m.Call.State == ivr.CallEnded })
				a.tab.must(softphone.Request{Type: "sign_off"})
			case 1: // gone for good in mid-call
				a.browser.mute()
				a.tab.kill()
				wait(t, leg.Gone(), "the leg's end")
				a.place.Leave(acd.LeftAbandoned)
			case 2: // another browser each time
				for range 5 {
					a.browser.close()
					a.browser = connect(t, a.tab)
				}
				a.place.Leave(acd.LeftAnswered)
			case 3: // still talking when the node stops
				h.stop()
				wait(t, leg.Gone(), "the leg's end")
			}
			c.line.Hear(nil)
		}
	})
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2")) // both end by themselves within seconds
}
