package media

import (
	"testing"
	"time"

	"github.com/pion/rtp"
)

// turnByHand is a stream whose turns a test gives, and what it wrote.
type turnByHand struct {
	*Stream
	number uint64
	sent   []rtp.Packet
}

func newTurnByHand(t *testing.T, codec Codec) *turnByHand {
	t.Helper()
	s := &turnByHand{}
	s.Stream = NewStream(StreamOptions{Write: func(data []byte) error {
		var p rtp.Packet
		if err := p.Unmarshal(append([]byte(nil), data...)); err != nil {
			t.Fatal(err)
		}
		s.sent = append(s.sent, p)
		return nil
	}})
	s.state = streamRunning
	s.Update(Peer{Codec: codec, AudioType: codec.StaticType(), EventType: 101, Send: true, Receive: true})
	return s
}

// turns gives some turns and returns the tones sent in each: a letter for 400,
// 700 Hz and music, a dot for silence, k for a key.
func (s *turnByHand) turns(n int) (heard string) {
	for range n {
		s.number++
		s.sent = nil
		s.turn(s.number, time.Now())
		heard += s.what()
	}
	return heard
}

func (s *turnByHand) what() string {
	if len(s.sent) == 0 {
		return "-"
	}
	p := s.sent[0]
	if p.PayloadType == 101 {
		return "k"
	}
	pcm := s.peer.Codec.Decode(p.Payload)
	for name, hz := range map[string]float64{"c": citizenHz, "a": agentHz, "m": musicHz} {
		if ToneShare(pcm, hz) > 0.8 {
			return name
		}
	}
	return "."
}

func frames(hz float64, n int) Prompt { return NewPrompt(Tone(hz, 8000, n*FrameSamples)) }

// Music gives way to what is played or pressed, and goes on where it was.
func TestMusicGivesWay(t *testing.T) {
	for _, codec := range []Codec{PCMA, PCMU} {
		s := newTurnByHand(t, codec)
		music := s.Loop(frames(musicHz, 3))
		got := s.turns(4)
		said := s.Play(frames(citizenHz, 2), frames(agentHz, 1))
		key, err := s.Press('5', 40*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		got += s.turns(7)
		wait(t, said.Done(), "what was said")
		wait(t, key.Done(), "the key")
		select {
		case <-music.Done():
			t.Error("the music is over")
		default:
		}
		music.Stop()
		wait(t, music.Done(), "the music to stop")
		if got += s.turns(2); got != "mmmmccakkmm.." {
			t.Errorf("%s: sent %s", codec, got)
		}
	}
}

// While another party is passed on, whatever its packet time, no silence is put
// in between; what is played is not disturbed by it.
func TestSaying(t *testing.T) {
	s := newTurnByHand(t, PCMA)
	var sequence uint16
	var timestamp uint32
	say := func(samples int) {
		s.Say(Frame{ALaw: PCMA.Encode(Tone(citizenHz, 8000, samples)), Sequence: sequence, Timestamp: timestamp})
		sequence++
		timestamp += uint32(samples)
	}
	for _, samples := range []int{80, 160, 240, 480, 160, 80} {
		s.sent = nil
		say(samples)
		if len(s.sent) != 1 || len(s.sent[0].Payload) != samples {
			t.Fatalf("%d samples became %v", samples, s.sent)
		}
		if got := s.turns(1); got != "-" {
			t.Errorf("between two packets was sent %q", got)
		}
	}
	s.Play(frames(agentHz, 2))
	say(160)
	if got := s.turns(3); got != "aa." {
		t.Errorf("sent %q", got)
	}
	s.sent = nil
	say(481)
	if len(s.sent) != 0 {
		t.Error("passed on more than 60 ms")
	}
	s.Close()
	say(160)
	if len(s.sent) != 0 || s.turn(99, time.Now()) {
		t.Error("goes on after the end")
	}
}
