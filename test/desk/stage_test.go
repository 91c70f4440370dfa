package desk

import (
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/hotline/ivr/caller"
	"example.org/hotline/ivr/media"
	"example.org/hotline/test/browser"
	"example.org/hotline/test/city"
)

// Everybody's tone in Hz, far from each other and from the notes of the music.
var tones = map[string]float64{"citizen": 620, "agent1": 940, "agent2": 1360, "supervisor": 1890}

const (
	toneLevel = 6000  // peak of a tone where it is played, of 32767: four together do not clip
	present   = 0.03  // amplitude from which a tone is heard, of 1
	absent    = 0.012 // below which it is not
	silent    = 0.003 // root mean square of what is silence
	window    = media.SampleRate * 2 / 5
)

// desks is the city of a story at the desks, and the citizen's telephone.
type desks struct {
	t       *testing.T
	c       *city.City
	from    string
	citizen *citizen   // the newest
	calls   []*citizen // all, in their order
	phone   *telephone // of another maker, the newest
}

// mark notes whom the citizen heard when; the recording must tell the same.
type mark struct {
	at  time.Time
	who []string
}

// openDesks starts a city on the flow that is shipped; env are settings.
func openDesks(t *testing.T, from string, env ...string) *desks {
	t.Helper()
	browser.ConsoleIsBuilt(t)
	d := &desks{t: t, c: city.New(t, city.FlowDir("")), from: from}
	d.c.Serve(env...)
	t.Cleanup(func() {
		if t.Failed() {
			var told string
			d.c.Query(`SELECT coalesce(string_agg(concat_ws(' ', at::time(0), ticket_id, kind, data), E'\n' ORDER BY at, id), '') FROM timeline`, nil, &told)
			t.Logf("the timelines:\n%s", told)
		}
	})
	return d
}

// play plays a story, with a microphone's tone for each person.
func (d *desks) play(story string) {
	d.t.Helper()
	folder := d.t.TempDir()
	for name, frequency := range tones {
		wav := media.EncodeWAV(media.Tone(frequency, toneLevel, 10*media.SampleRate)) // whole waves: it repeats without a seam
		if err := os.WriteFile(filepath.Join(folder, name+".wav"), wav, 0o600); err != nil {
			d.t.Fatal(err)
		}
	}
	browser.Play(d.t, story, map[string]any{"api": d.c.API, "passwords": browser.Passwords(d.c), "pictures": d.t.ArtifactDir(), "tones": folder,
		"frequencies": tones, "present": present, "absent": absent, "silence": silent}, d.answer)
}

// answer does what a story asks for.
func (d *desks) answer(what string) any {
	d.t.Helper()
	verb, detail, _ := strings.Cut(what, ": ")
	switch verb {
	case "call":
		return map[string]any{"number": d.call(detail)}
	case "citizen hears":
		d.hears(d.citizen, names(detail))
	case "first citizen hears":
		d.hears(d.calls[0], names(detail))
	case "music, then":
		return d.comesBack(names(detail))
	case "citizen presses":
		d.citizen.keys <- []rune(detail)[0]
	case "citizen gets key":
		d.c.Until("the citizen's side gets the key "+detail, func() bool { return slices.Contains(d.citizen.got(), detail) })
	case "citizen hangs up":
		d.citizen.hangUp()
		d.over(d.citizen)
	case "all hang up":
		for _, z := range d.calls {
			z.hangUp()
			d.over(z)
		}
	case "telephone":
		d.phone = d.dial(detail)
	case "telephone hears":
		d.c.Until("the telephone hears "+detail, func() bool {
			heard, err := d.phone.hears(detail)
			if err != nil {
				d.t.Fatalf("%v\n%s", err, d.phone.out.String())
			}
			return heard
		})
	case "telephone hangs up":
		if err := d.phone.order("hangup", ""); err != nil {
			d.t.Fatal(err)
		}
	case "tasks":
		d.c.Until(detail+" are to be rung back", func() bool {
			return d.c.Count(`SELECT count(*) FROM callbacks WHERE state IN ('open', 'claimed')`) == number(detail)
		})
	case "score":
		number, score, _ := strings.Cut(detail, " ")
		d.c.Until("the score is on the ticket", func() bool {
			return d.c.Count(`SELECT count(*) FROM tickets WHERE number = $1 AND survey_score::text = $2`, number, score) == 1
		})
	default:
		d.t.Fatalf("the story asks for %q", what)
	}
	return map[string]any{}
}

// citizen is a telephone that plays its tone into one call.
type citizen struct {
	ticket string // its number
	marks  []mark
	keys   chan rune
	hangUp context.CancelFunc
	done   chan struct{} // closed when the call is over
	result caller.Result // then
	err    error

	mu      sync.Mutex
	heard   []int16 // the newest window of what was heard
	packets int
	pressed []string // keys of the other side
}

// call places a call, from the story's number where none is given, and returns its ticket's.
func (d *desks) call(from string) string {
	d.t.Helper()
	if from == "" {
		from = d.from
	}
	ctx, cancel := context.WithCancel(d.t.Context())
	z := &citizen{keys: make(chan rune), hangUp: cancel, done: make(chan struct{})}
	before := d.c.Count(`SELECT count(*) FROM tickets`)
	go func() {
		defer close(z.done)
		defer cancel()
		z.result, z.err = caller.Dial(ctx, caller.Options{Target: "sip:" + city.Township + "@" + d.c.SIP, From: from, Keys: z.keys, OnEvent: z.tell, OnSound: z.hear,
			PlayWAV: media.EncodeWAV(media.Tone(tones["citizen"], toneLevel, media.SampleRate)), Repeat: true})
	}()
	d.t.Cleanup(func() { cancel(); <-z.done })
	d.citizen, d.calls = z, append(d.calls, z)
	d.c.Until("the call has a ticket", func() bool {
		return d.c.Count(`SELECT count(*) FROM tickets`) > before
	})
	d.c.Query(`SELECT number FROM tickets ORDER BY id DESC LIMIT 1`, nil, &z.ticket)
	return z.ticket
}

func names(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(err) // the stories are ours
	}
	return n
}

// over waits for the end of a call.
func (d *desks) over(z *citizen) {
	d.t.Helper()
	d.c.Until("the citizen's call is over", func() bool {
		select {
		case <-z.done:
			return true
		default:
			return false
		}
	})
	if z.err != nil {
		d.t.Fatal(z.err)
	}
}

// comesBack waits until the citizen has music, and then until they hear who was
// gone; it tells how long each took, in milliseconds.
func (d *desks) comesBack(who []string) map[string]any {
	d.t.Helper()
	begun := time.Now()
	d.c.Until("the citizen has music", func() bool {
		pcm, _ := d.citizen.now()
		return sounds(pcm[len(pcm)/2:], []string{"music"})
	})
	music := time.Since(begun).Milliseconds()
	d.hears(d.citizen, who)
	return map[string]any{"music": music, "back": time.Since(begun).Milliseconds()}
}

func (z *citizen) tell(e caller.Event) {
	if e.Kind == caller.EventKey {
		z.mu.Lock()
		z.pressed = append(z.pressed, e.Text)
		z.mu.Unlock()
	}
}

func (z *citizen) got() []string {
	z.mu.Lock()
	defer z.mu.Unlock()
	return slices.Clone(z.pressed)
}

func (z *citizen) hear(pcm []int16) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.packets++
	z.heard = append(z.heard, pcm...)
	z.heard = z.heard[max(0, len(z.heard)-window):]
}

// now is the newest window that was heard, and how many packets came before its end.
func (z *citizen) now() ([]int16, int) {
	z.mu.Lock()
	defer z.mu.Unlock()
	return slices.Clone(z.heard), z.packets
}

// hears waits until the citizen hears exactly these, and notes when that was.
func (d *desks) hears(z *citizen, who []string) {
	d.t.Helper()
	matched, last, seen := 0, "", 0
	defer func() {
		if d.t.Failed() {
			d.t.Logf("the citizen should hear %v, and hears %s", who, last)
		}
	}()
	d.c.Until(fmt.Sprintf("the citizen hears %v", who), func() bool {
		pcm, packets := z.now()
		if len(pcm) < window || packets-seen < 10 {
			return false // nothing new to judge
		}
		seen, last = packets, describe(pcm)
		if matched++; !sounds(pcm, who) {
			matched = 0
		}
		return matched == 2
	})
	z.marks = append(z.marks, mark{at: time.Now(), who: who})
}

// sounds reports whether exactly these tones are in pcm; "music" is sound without
// any of them, nobody at all is silence.
func sounds(pcm []int16, who []string) bool {
	for name, frequency := range tones {
		if a := amplitude(pcm, frequency); slices.Contains(who, name) && a < present || !slices.Contains(who, name) && a > absent {
			return false
		}
	}
	switch {
	case len(who) == 0:
		return loudness(pcm) < silent
	case slices.Contains(who, "music"):
		return loudness(pcm) > absent
	}
	return true
}

// amplitude is how loud a tone is in pcm, 1 for full scale.
func amplitude(pcm []int16, frequency float64) float64 {
	return loudness(pcm) * math.Sqrt(2*media.ToneShare(pcm, frequency))
}

// loudness is the root mean square, 1 for full scale.
func loudness(pcm []int16) float64 { return math.Pow(10, media.Level(pcm)/20) }

func describe(pcm []int16) string {
	s := fmt.Sprintf("level %.3f", loudness(pcm))
	for _, name := range slices.Sorted(maps.Keys(tones)) {
		s += fmt.Sprintf(" %s %.3f", name, amplitude(pcm, tones[name]))
	}
	return s
}
