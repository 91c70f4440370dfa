package media

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// The tones by which the parties are told apart: whole waves in the window that
// is looked at.
const (
	citizenHz = 400
	agentHz   = 700
	thirdHz   = 1100
	bossHz    = 1500
	musicHz   = 2000
)

// ear keeps the last frames of what a telephone hears and checks that its
// stream has no seam.
type ear struct {
	mu    sync.Mutex
	last  []Frame
	seam  string
	heard chan struct{}
}

const earFrames = 10

func newEar(phone Party) *ear {
	e := &ear{heard: make(chan struct{}, 1)}
	phone.Hear(e.hear)
	return e
}

func (e *ear) hear(f Frame) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f.ALaw = bytes.Clone(f.ALaw)
	if n := len(e.last); n > 0 && e.seam == "" {
		before := e.last[n-1]
		moved := int32(f.Timestamp - before.Timestamp)
		switch {
		case f.Sequence != before.Sequence+1:
			e.seam = fmt.Sprintf("packet %d follows %d", f.Sequence, before.Sequence)
		case moved < int32(len(before.ALaw)), moved > int32(len(before.ALaw)) && !f.Marker:
			e.seam = fmt.Sprintf("timestamps move by %d, marker %v", moved, f.Marker)
		}
	}
	if e.last = append(e.last, f); len(e.last) > earFrames {
		e.last = e.last[1:]
	}
	select {
	case e.heard <- struct{}{}:
	default:
	}
}

// tones are those that sound through the whole window.
func (e *ear) tones() (found []float64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var pcm []int16
	for _, f := range e.last {
		pcm = append(pcm, PCMA.Decode(f.ALaw)...)
	}
	if len(pcm) < earFrames*FrameSamples || Level(pcm) < -50 {
		return nil
	}
	for _, hz := range []float64{citizenHz, agentHz, thirdHz, bossHz, musicHz} {
		if ToneShare(pcm, hz) > 0.1 {
			found = append(found, hz)
		}
	}
	return found
}

// await waits until exactly these tones are heard.
func (e *ear) await(t *testing.T, who string, tones ...float64) {
	t.Helper()
	deadline := time.After(patience)
	for {
		got := e.tones()
		if slices.Equal(got, tones) {
			return
		}
		select {
		case <-e.heard:
		case <-deadline:
			t.Fatalf("%s hears %v, want %v", who, got, tones)
		}
	}
}

func (e *ear) check(t *testing.T, who string) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.seam != "" {
		t.Errorf("the stream to %s has a seam: %s", who, e.seam)
	}
}

// telephone is a party of the room and the far end that sounds its own tone.
type telephone struct {
	*ear
	name  string
	party *Session // ours
	far   *Session // theirs
}

func newTelephone(t *testing.T, name string, hz float64, codec Codec) telephone {
	t.Helper()
	ours, theirs := testSession(t, Limits{}), testSession(t, Limits{})
	joinBy(codec, ours, theirs)
	theirs.Loop(NewPrompt(Tone(hz, 5000, SampleRate)))
	return telephone{newEar(theirs), name, ours, theirs}
}

func (p telephone) awaits(t *testing.T, tones ...float64) {
	t.Helper()
	p.await(t, p.name, tones...)
}

// A conversation goes through everything that can happen to it; each party
// hears whom it should and nobody else, both ways, over real sockets.
func TestRoomThroughHoldWhisperBargeAndConference(t *testing.T) {
	citizen, agent := newTelephone(t, "citizen", citizenHz, PCMA), newTelephone(t, "agent", agentHz, PCMU)
	third, boss := newTelephone(t, "third", thirdHz, PCMA), newTelephone(t, "supervisor", bossHz, PCMA)
	room := NewRoom(nil)
	defer room.Close()

	room.Join(citizen.party, Talker)
	room.Join(agent.party, Talker)
	citizen.awaits(t, agentHz)
	agent.awaits(t, citizenHz)

	t.Log("hold")
	room.Set(citizen.party, Apart)
	music := citizen.party.Loop(NewPrompt(Tone(musicHz, 5000, SampleRate)))
	citizen.awaits(t, musicHz)
	agent.awaits(t)

	t.Log("consult: the agent talks with a third, the citizen hears music")
	room.Join(third.party, Talker)
	agent.awaits(t, thirdHz)
	third.awaits(t, agentHz)
	citizen.awaits(t, musicHz)

	t.Log("conference")
	music.Stop()
	room.Set(citizen.party, Talker)
	citizen.awaits(t, agentHz, thirdHz)
	agent.awaits(t, citizenHz, thirdHz)
	third.awaits(t, citizenHz, agentHz)

	t.Log("a supervisor listens to all")
	room.Join(boss.party, Listener)
	boss.awaits(t, citizenHz, agentHz, thirdHz)
	citizen.awaits(t, agentHz, thirdHz)

	t.Log("the third leaves, the supervisor still listens")
	room.Leave(third.party)
	third.awaits(t)
	boss.awaits(t, citizenHz, agentHz)
	citizen.awaits(t, agentHz)
	agent.awaits(t, citizenHz)

	t.Log("whisper: only the agent hears the supervisor")
	room.Set(agent.party, Coached)
	room.Set(boss.party, Whisperer)
	agent.awaits(t, citizenHz, bossHz)
	citizen.awaits(t, agentHz)
	boss.awaits(t, citizenHz, agentHz)

	t.Log("barge: all hear the supervisor")
	room.Set(agent.party, Talker)
	room.Set(boss.party, Talker)
	citizen.awaits(t, agentHz, bossHz)
	agent.awaits(t, citizenHz, bossHz)

	t.Log("take over: the agent leaves")
	room.Leave(agent.party)
	citizen.awaits(t, bossHz)
	boss.awaits(t, citizenHz)
	agent.awaits(t)

	room.Leave(boss.party)
	citizen.awaits(t)
	for _, p := range []telephone{citizen, agent, third, boss} {
		p.check(t, p.name)
	}
}

func TestRolesHear(t *testing.T) {
	all := []Role{Talker, Coached, Listener, Whisperer, Apart}
	hears := map[Role][]Role{
		Talker:    {Talker, Coached},
		Coached:   {Talker, Coached, Whisperer},
		Listener:  {Talker, Coached, Whisperer},
		Whisperer: {Talker, Coached, Whisperer},
		Apart:     nil,
	}
	for _, who := range all {
		for _, whom := range all {
			if got, want := who.hears(whom), slices.Contains(hears[who], whom); got != want {
				t.Errorf("%s hears %s: %v", who, whom, got)
			}
		}
	}
}

// What one says reaches the other octet for octet, at any packet time, even
// while a supervisor listens.
func TestALawPassesThroughUntouched(t *testing.T) {
	for _, listened := range []bool{false, true} {
		t.Run(fmt.Sprintf("listened %v", listened), func(t *testing.T) {
			noise := make([]byte, 50*FrameSamples)
			for i := range noise {
				noise[i] = byte(rand.IntN(256))
			}
			a, farA := testSession(t, Limits{}), testSession(t, Limits{})
			b, farB := testSession(t, Limits{}), testSession(t, Limits{})
			join(a, farA)
			join(b, farB)
			var mu sync.Mutex
			var got []byte
			enough := make(chan struct{}, 1)
			farB.Hear(func(f Frame) {
				mu.Lock()
				defer mu.Unlock()
				if got = append(got, f.ALaw...); bytes.Contains(got, noise) {
					select {
					case enough <- struct{}{}:
					default:
					}
				}
			})
			room := NewRoom(nil)
			defer room.Close()
			room.Join(a, Talker)
			room.Join(b, Talker)
			if listened {
				boss := newTelephone(t, "supervisor", bossHz, PCMA)
				room.Join(boss.party, Listener)
			}
			farA.Play(newAlawPrompt(noise))
			wait(t, enough, "the noise, octet for octet")
		})
	}
}

// Whatever is done to a room in whatever order, by several at once, it neither
// blocks nor panics, and closed it leaves no goroutine (TestMain looks).
func TestRoomInAnyState(t *testing.T) {
	phones := make([]telephone, 4)
	for i := range phones {
		phones[i] = newTelephone(t, fmt.Sprint(i), citizenHz, PCMA)
	}
	room := NewRoom(nil)
	roles := []Role{Talker, Coached, Listener, Whisperer, Apart}
	var work sync.WaitGroup
	for _, p := range phones {
		work.Go(func() {
			for range 300 {
				switch rand.IntN(4) {
				case 0:
					room.Leave(p.party)
				case 1:
					room.Join(p.party, roles[rand.IntN(len(roles))])
				case 2:
					room.Set(p.party, roles[rand.IntN(len(roles))])
				case 3:
					if err := room.PassKey(p.party, '5', 40*time.Millisecond, phones[0].party, phones[1].party); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	work.Wait()
	room.Close()
	room.Close()
	room.Leave(phones[0].party)
	for _, p := range phones {
		p.check(t, p.name)
	}
}

func TestKeysArePassedOnToWhoHears(t *testing.T) {
	agent, third := newTelephone(t, "agent", agentHz, PCMA), newTelephone(t, "third", thirdHz, PCMA)
	held := newTelephone(t, "citizen", citizenHz, PCMA)
	room := NewRoom(nil)
	defer room.Close()
	room.Join(agent.party, Talker)
	room.Join(third.party, Talker)
	room.Join(held.party, Apart)
	if _, err := agent.far.Press('7', 60*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	d := wait(t, agent.party.Digits(), "the agent's key")
	if err := room.PassKey(agent.party, d.Key, 60*time.Millisecond, third.party, held.party); err != nil {
		t.Fatal(err)
	}
	if d := wait(t, third.far.Digits(), "the key at the third"); d.Key != '7' {
		t.Errorf("key %q", d.Key)
	}
	third.awaits(t, agentHz) // and the conversation goes on
	select {
	case d := <-held.far.Digits():
		t.Errorf("a held party got key %q", d.Key)
	default:
	}
}

// taken is a Tap that remembers.
type taken struct {
	mu          sync.Mutex
	said, heard []Frame
}

func (r *taken) Said(f Frame, _ time.Time)  { r.keep(&r.said, f) }
func (r *taken) Heard(f Frame, _ time.Time) { r.keep(&r.heard, f) }

func (r *taken) keep(in *[]Frame, f Frame) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f.ALaw = bytes.Clone(f.ALaw)
	*in = append(*in, f)
}

// A recording holds what a party said and what it was sent: prompts, the other
// party, the mix.
func TestTapIsToldBothSides(t *testing.T) {
	citizen, agent := newTelephone(t, "citizen", citizenHz, PCMA), newTelephone(t, "agent", agentHz, PCMU)
	var rec taken
	citizen.party.Tap(&rec)
	room := NewRoom(nil)
	defer room.Close()
	wait(t, citizen.party.Play(NewPrompt(Tone(musicHz, 5000, 10*FrameSamples))).Done(), "the prompt")
	room.Join(citizen.party, Talker)
	room.Join(agent.party, Talker)
	citizen.awaits(t, agentHz)
	citizen.party.Tap(nil)
	rec.mu.Lock()
	said, heard := len(rec.said), len(rec.heard)
	last := rec.heard[max(0, len(rec.heard)-2):]
	prompt := rec.heard[0]
	rec.mu.Unlock()
	if said == 0 || heard < 12 {
		t.Fatalf("tap was told %d frames said, %d heard", said, heard)
	}
	if share := ToneShare(PCMA.Decode(prompt.ALaw), musicHz); share < 0.9 {
		t.Errorf("the prompt is %.2f of the first frame", share)
	}
	var pcm []int16
	for _, f := range last {
		pcm = append(pcm, PCMA.Decode(f.ALaw)...)
	}
	if share := ToneShare(pcm, agentHz); share < 0.9 {
		t.Errorf("the agent is %.2f of the end", share)
	}
	citizen.awaits(t, agentHz)
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if len(rec.heard) != heard {
		t.Error("a tap that was taken off is still told")
	}
}
