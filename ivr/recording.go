package ivr

import (
	"time"

	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// tapes are the recordings of one call's legs. Each runs from the leg's answer
// to its end, whatever hold, consult or transfer comes between, and carries the
// call's id, so that none is orphaned.
type tapes struct {
	recorder Recorder // nil: nothing is recorded
	now      func() time.Time
	call     ticket.CallID
	number   ticket.Number
	running  []*tape
	paused   bool
}

// tape is the recording of one leg.
type tape struct {
	Recording
	party media.Party
}

// begin records a leg. It returns nil where the line has no recorder.
func (t *tapes) begin(party media.Party, leg string, voicemail bool) *tape {
	if t.recorder == nil {
		return nil
	}
	at := t.now()
	r := &tape{Recording: t.recorder.Begin(RecordingMeta{Call: t.call, Ticket: t.number, Leg: leg, Voicemail: voicemail, StartedAt: at}), party: party}
	if t.paused {
		r.Pause(at)
	}
	t.running = append(t.running, r)
	if !voicemail {
		party.Tap(r)
	}
	return r
}

// tap is the recording as a tap; nil where nothing is recorded.
func (r *tape) tap() media.Tap {
	if r == nil {
		return nil
	}
	return r
}

// end closes one recording.
func (t *tapes) end(r *tape) time.Duration {
	if r == nil {
		return 0
	}
	r.party.Tap(nil)
	t.running = without(t.running, r)
	return r.End(t.now())
}

// endAll closes what is still open.
func (t *tapes) endAll() {
	for len(t.running) > 0 {
		t.end(t.running[0])
	}
}

// pause silences every recording of the call until resume.
func (t *tapes) pause(at time.Time) {
	t.paused = true
	for _, r := range t.running {
		r.Pause(at)
	}
}

func (t *tapes) resume(at time.Time) {
	t.paused = false
	for _, r := range t.running {
		r.Resume(at)
	}
}

// on reports whether what is said now is recorded.
func (t *tapes) on() bool { return t.recorder != nil && !t.paused }
