package desk

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/hotline/ivr/media"
	"example.org/hotline/test/city"
)

// An agent answers, mutes, holds, consults, confers and hands over; a supervisor
// listens, whispers, barges in and takes over. Who hears whom is told by
// everybody's tone, through all of it; then the ticket and the recordings tell
// the same.
func TestAnAgentAnswers(t *testing.T) {
	d := openDesks(t, "+8619900000021")
	d.play("answers.mjs")
	first := d.calls[0]
	d.tells(first.ticket, "call.received", "call.queued", "call.rang_agent agent1", "call.connected agent1", "ticket.with_agent agent1", "call.held", "call.resumed",
		"call.consulted agent2", "call.conferenced agent2", "call.transferred agent2", "ticket.with_agent agent2",
		"call.supervised listen", "call.supervised whisper", "call.supervised barge", "call.supervised take_over", "ticket.with_agent supervisor", "call.ended caller_hung")
	var owner, taker, disposition string
	d.c.Query(`SELECT o.login, k.login, c.disposition FROM tickets t JOIN calls c ON c.ticket_id = t.id JOIN staff o ON o.post_id = t.owner_id
		JOIN staff k ON k.id = t.call_taker_id WHERE t.number = $1`, []any{first.ticket}, &owner, &taker, &disposition)
	if owner != "supervisor" || taker != "agent1" || disposition != "handed_over" {
		t.Errorf("the owner is %s, the call taker %s, the disposition %s", owner, taker, disposition)
	}
	d.recordingsTell(first)
}

// A page that is reloaded in mid-call finds the citizen again, who has music
// meanwhile; a browser that crashes leaves its citizen at the front of the queue.
// How long either takes is told, and decides nothing: the machine may be busy.
func TestABrowserGoesAwayInMidCall(t *testing.T) {
	d := openDesks(t, "+8619900000021", "HOTLINE_SOFTPHONE_GRACE=25s") // ten seconds are enough for a machine that is not testing something else
	d.play("back.mjs")
	d.tells(d.calls[0].ticket, "call.connected agent1", "call.connected agent2", "call.ended")
}

// tells checks that a ticket's timeline has these in this order, among others:
// the kind, and a word that its data has.
func (d *desks) tells(number string, want ...string) {
	d.t.Helper()
	var told []string
	d.c.Query(`SELECT array_agg(l.kind || ' ' || l.data::text || ' ' || coalesce((SELECT string_agg(s.login, ' ') FROM staff s WHERE s.name IN (l.data->>'by', l.data->>'to')), '') ORDER BY l.at, l.id)
		FROM timeline l JOIN tickets t ON t.id = l.ticket_id WHERE t.number = $1`, []any{number}, &told)
	at := 0
	for _, line := range want {
		kind, word, _ := strings.Cut(line, " ")
		i := slices.IndexFunc(told[at:], func(s string) bool { return strings.HasPrefix(s, kind+" ") && strings.Contains(s, word) })
		if i < 0 {
			d.t.Errorf("the timeline does not tell %q after what comes before it:\n%s", line, strings.Join(told, "\n"))
			return
		}
		at += i + 1
	}
}

// recordingsTell checks that everybody's recording has their own tone, and no
// other, to the left; and that the citizen's has to the right what was heard, when.
func (d *desks) recordingsTell(call *citizen) {
	d.t.Helper()
	boss := d.c.As("supervisor")
	var legs []string
	for _, item := range boss.Get("/tickets/" + call.ticket + "/recordings").Body["items"].([]any) {
		r := item.(map[string]any)
		leg := r["leg"].(string)
		legs = append(legs, leg)
		said, heard := d.download(boss, r["id"].(string))
		_, who, found := strings.Cut(leg, ":")
		if !found {
			who = leg
		}
		if own, others := spans(said, who); own == 0 || others > 0 {
			d.t.Errorf("the recording of %s has their own tone %d times to the left, and others' %d times", leg, own, others)
		}
		if leg == "citizen" {
			from, err := time.Parse(time.RFC3339Nano, r["started_at"].(string))
			if err != nil {
				d.t.Fatal(err)
			}
			for _, m := range call.marks {
				if at := m.at.Sub(from); !heardAround(heard, at, m.who) {
					d.t.Errorf("%s into the recording %v should be heard", at, m.who)
				}
			}
		}
	}
	slices.Sort(legs)
	if want := []string{"agent:agent1", "agent:agent2", "citizen"}; !slices.Equal(slices.DeleteFunc(legs, func(l string) bool { return strings.HasSuffix(l, ":supervisor") }), want) {
		d.t.Errorf("the recorded legs are %v", legs)
	}
}

// download opens a recording and reads its two channels.
func (d *desks) download(who *city.Client, id string) (said, heard []int16) {
	d.t.Helper()
	var path string
	var left, right []byte
	d.c.Until("the recording is complete", func() bool {
		a := who.Send(http.MethodPost, "/recordings/"+id+"/listens", map[string]any{"purpose": "核对通话内容", "download": true})
		path, _ = a.Body["audio"].(string)
		return a.Status == http.StatusOK
	})
	wav := who.Get(strings.TrimPrefix(path, "/api/v1"))
	raw := []byte(wav.Raw)
	_, data, found := bytes.Cut(raw, []byte("data"))
	if stereo := []byte{6, 0, 2, 0}; wav.Status != http.StatusOK || len(raw) < 44 || !bytes.Equal(raw[20:24], stereo) || !found || len(data) < 4 {
		d.t.Fatalf("the recording, which should be A-law on two channels: %d, %d octets, %q", wav.Status, len(raw), raw[:min(44, len(raw))])
	}
	for sound := data[4:]; len(sound) >= 2; sound = sound[2:] { // after the length
		left, right = append(left, sound[0]), append(right, sound[1])
	}
	return media.PCMA.Decode(left), media.PCMA.Decode(right)
}

// spans counts the windows that have somebody's tone, and those that have another's.
func spans(pcm []int16, who string) (own, others int) {
	for w := range slices.Chunk(pcm, window) {
		for name, frequency := range tones {
			switch a := amplitude(w, frequency); {
			case name == who && a > present:
				own++
			case name != who && a > present:
				others++
			}
		}
	}
	return own, others
}

// heardAround reports whether exactly these are heard within a second of a
// moment: the packets of a busy machine arrive when they can.
func heardAround(pcm []int16, at time.Duration, who []string) bool {
	for shift := -time.Second; shift <= time.Second; shift += 50 * time.Millisecond {
		end := int((at + shift) * media.SampleRate / time.Second)
		if end >= window && end <= len(pcm) && sounds(pcm[end-window:end], who) {
			return true
		}
	}
	return false
}
