package ivr_test

import (
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

func toneFrames(hz float64) [][]byte {
	return slices.Collect(slices.Chunk(media.PCMA.Encode(media.Tone(hz, 8000, media.SampleRate)), media.FrameSamples))
}

func share(pcm []int16, hz float64) bool { return media.ToneShare(pcm, hz) > 0.3 }

// PHONE complaint 12: a caller who listens and whose gateway sends nothing meanwhile
// is not hung up while its reports or its comfort noise come; with the same from
// another host, or with nothing, it is.
func TestACallerSilentByVADIsNotHungUp(t *testing.T) { //nolint:tparallel // the subtests share one line
	const timeout = 2 * time.Second
	for name, life := range map[string]func(g *gateway, stranger *net.UDPConn){
		"reports": func(g *gateway, stranger *net.UDPConn) {
			if stranger == nil {
				stranger = g.reports
			}
			g.report(stranger)
		},
		"comfort noise": func(g *gateway, stranger *net.UDPConn) {
			if stranger == nil {
				g.say(13, []byte{70})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := open(t, configured(func(c *ivr.Config) { c.MediaTimeout, c.HoldTimeout = timeout, time.Minute }))
			an := c.an()
			an.answerAll()
			g := newGateway(t, c.udp())
			g.dial(offers{events: true})
			g.say(8, toneFrames(citizenHz)[0])
			an.told(ivr.CallTalking)
			tick := time.NewTicker(50 * time.Millisecond)
			defer tick.Stop()
			for begun := time.Now(); time.Since(begun) < 5*timeout/2; <-tick.C {
				life(g, nil)
			}
			if g.count("BYE") != 0 {
				t.Fatal("hung up")
			}
			if n := an.heard(citizenHz); n > 1 {
				t.Errorf("%d frames were made of nothing", n)
			}
			stranger := udpAt(t, "127.0.0.2")
			await(t, "the line to hang up", func() bool { life(g, stranger); return g.count("BYE") > 0 })
			c.log.endedAs(t, 1, ticket.EndMediaLost)
		})
	}
}

// twoMenus takes a key that is counted twice as the answer to the second question, too.
const twoMenus = `
version: two-1
numbers: ["*"]
start: first
nodes:
  first: {menu: {prompts: [greeting], choices: {1: marked}, timeout: 30s, retries: 0, otherwise: goodbye}}
  marked: {set: {priority: P1, next: second}}
  second: {menu: {prompts: [greeting], choices: {1: again, 2: again}, timeout: 30s, retries: 0, otherwise: goodbye}}
  again: {set: {priority: P1, next: goodbye}}
  goodbye: {hangup: {prompts: [goodbye]}}
`

// A gateway that tells each key by INFO and as an event, in either order, has
// pressed it once; twice the same key is two presses.
func TestAKeyByINFOAndEventIsOneKey(t *testing.T) {
	for name, press := range map[string]func(*gateway, byte){
		"event first": func(g *gateway, key byte) { g.press(key); g.pressINFO(key) },
		"INFO first":  func(g *gateway, key byte) { g.pressINFO(key); g.press(key) },
	} {
		for _, keys := range []string{"12", "11"} {
			t.Run(name+" "+keys, func(t *testing.T) {
				l := start(t, func(_ *ivr.Config, d *ivr.Deps) { d.Flows = flowOf(twoMenus) })
				g := newGateway(t, l.udp())
				g.dial(offers{events: true})
				g.say(8, toneFrames(citizenHz)[0])
				for n := range keys {
					press(g, keys[n])
					g.awaits("200 INFO", n+1)
				}
				if got := string(l.log.endedAs(t, 1, ticket.EndCompleted)[0].keys); got != keys {
					t.Errorf("keys %q, want %q", got, keys)
				}
			})
		}
	}
}

// The same of a telephone that we have called.
func TestAKeyByINFOAndEventOfTheOneWeCalled(t *testing.T) {
	f, invites := called(t, "far")
	l, leg := dialFarEnd(t, f)
	invite := <-invites
	f.send(l.udp(), inDialog(invite, "INFO", "far", "Content-Type: application/dtmf-relay\n\nSignal=1\nDuration=160\n"))
	f.awaits("200 INFO", 1)
	if !strings.Contains(string(invite.Body()), "m=audio") {
		t.Fatal("no offer")
	}
	g := &gateway{farEnd: f, line: l.udp(), port: audioPort(invite.Body()), sound: boundTo(t, 39998)}
	g.out.Version, g.out.SSRC = 2, 77
	g.press('1')
	g.press('2')
	var got string
	for range 2 {
		select {
		case d := <-leg.Digits():
			got += string(d.Key)
		case <-time.After(patience):
			t.Fatalf("keys %q", got)
		}
	}
	if got != "12" {
		t.Errorf("keys %q", got)
	}
}

// boundTo is a socket at the port that farEnd.media names.
func boundTo(t *testing.T, port int) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}
