package softphone_test

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"

	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ivr/softphone"
	"example.org/hotline/ticket"
)

// Fifty agents sign on, connect and talk at the same time, each pair on tones
// of its own.
func TestFiftyAgentsAtOnce(t *testing.T) {
	h := newHouse(t)
	const many = 50
	seated := make([]*agent, many)
	var work sync.WaitGroup
	for i := range seated {
		work.Go(func() { seated[i] = h.seatAgent(fmt.Sprintf("agent%d", i)) })
	}
	work.Wait()
	if t.Failed() {
		return
	}
	for i := 0; i < many; i += 2 {
		join(seated[i].leg(), seated[i+1].leg())
	}
	tone := func(i int) float64 { return 400 + 50*float64(i) }
	for i, a := range seated {
		work.Go(func() {
			a.browser.say(tone(i))
			a.browser.awaitTone(tone(i ^ 1))
		})
	}
	work.Wait()
}

// How long from the answer to the citizen's audio in the browser, and how long a
// packet takes through the bridge. It measures and decides nothing:
// go test -run Measure -v.
func TestMeasureLatency(t *testing.T) {
	h := newHouse(t)
	a, c := h.seatAgent("agent0"), newCitizen(t)
	c.phone.Loop(tonePrompt(citizenHz))
	var answers []time.Duration
	for i := range 20 {
		call := ticket.CallID(fmt.Sprintf("%s-%d", testCall, i))
		place := h.enter(call)
		ring := a.tab.awaitType("ring")
		first := make(chan time.Time, 1)
		a.browser.mu.Lock()
		a.browser.onRTP = func(p *rtp.Packet) {
			if loud(p.Payload) {
				select {
				case first <- time.Now():
				default:
				}
			}
		}
		a.browser.mu.Unlock()
		began := time.Now()
		a.tab.say(softphone.Request{Type: "accept", Offer: ring.Offer.ID})
		placed(t, place, acd.PlaceConnected)
		leg := a.leg()
		join(leg, c.line)
		answers = append(answers, wait(t, first, "audio").Sub(began))
		c.line.Hear(nil)
		leg.Release()
		place.Leave(acd.LeftAnswered)
		a.tab.await("the wrap-up", func(m softphone.Message) bool { return m.Type == "seat" && m.Seat.State == acd.StateWrapUp })
		a.tab.must(softphone.Request{Type: "wrap_up_done"})
		h.awaitState("agent0", acd.StateIdle)
	}
	logSpread(t, "answer to audio", answers)
	logSpread(t, "browser to telephone", c.delays(t, a))
}

func loud(alaw []byte) bool { return media.Level(media.PCMA.Decode(alaw)) > -40 }

// delays sends frames that carry their own number, and measures when each is
// heard at the telephone.
func (c *citizen) delays(t *testing.T, a *agent) []time.Duration {
	t.Helper()
	const frames = 500
	sent, took := make([]time.Time, frames), make(chan time.Duration, frames)
	var mu sync.Mutex
	c.phone.Hear(func(f media.Frame) {
		now := time.Now()
		if f.ALaw[0] != 0x2A || f.ALaw[1] != 0x15 {
			return
		}
		i := int(f.ALaw[2])<<8 | int(f.ALaw[3])
		mu.Lock()
		defer mu.Unlock()
		took <- now.Sub(sent[i])
	})
	join(a.leg(), c.line)
	a.browser.mute()
	every := time.NewTicker(media.FrameTime)
	defer every.Stop()
	payload := make([]byte, media.FrameSamples)
	payload[0], payload[1] = 0x2A, 0x15
	for i := range frames {
		<-every.C
		payload[2], payload[3] = byte(i>>8), byte(i)
		mu.Lock()
		sent[i] = time.Now()
		mu.Unlock()
		_ = a.browser.track.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 8, SequenceNumber: uint16(30_000 + i), Timestamp: uint32(media.FrameSamples * (30_000 + i))}, Payload: payload})
	}
	var all []time.Duration
	for len(all) < frames*9/10 {
		all = append(all, wait(t, took, "numbered frames"))
	}
	return all
}

func logSpread(t *testing.T, what string, d []time.Duration) {
	t.Helper()
	slices.Sort(d)
	at := func(share float64) time.Duration { return d[int(math.Ceil(share*float64(len(d))))-1] }
	t.Logf("%s: p50 %s, p99 %s, most %s of %d", what, at(.5), at(.99), d[len(d)-1], len(d))
}
