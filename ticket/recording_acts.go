package ticket

import (
	"context"
	"strings"
	"time"

	"example.org/hotline/internal/act"
)

// RecordingTx is what the acts on recordings need of a transaction.
type RecordingTx interface {
	Tx

	// RecordingForUpdate locks and loads a recording in scope; act.ErrNotFound outside it.
	RecordingForUpdate(ctx context.Context, id string) (RecordingView, error)
	// HoldRecording writes a hold of the actor's.
	HoldRecording(ctx context.Context, r RecordingView, reason string) error
	// ReleaseRecording takes the hold away.
	ReleaseRecording(ctx context.Context, r RecordingView) error
	// AddListen writes that a recording was opened. The listen ends at a real time so long from now.
	AddListen(ctx context.Context, l Listen, lasts time.Duration) error
}

// HoldRecording keeps a recording from being shredded, with the reason (a
// complaint, a court, an inquiry). It is on the ticket and in the audit chain.
func HoldRecording(ctx context.Context, tx RecordingTx, id, reason string) (RecordingView, error) {
	r, err := recordingToHold(ctx, tx, id, reason)
	if err != nil {
		return r, err
	}
	if r.Hold != nil {
		return r, act.Refused("already_held", "The recording is on legal hold already; nothing was done.")
	}
	if err := tx.HoldRecording(ctx, r, reason); err != nil {
		return r, err
	}
	return r, noteRecording(ctx, tx, r, "recording.held", reason, nil)
}

// ReleaseRecording lifts a hold, with the reason. The recording is shredded when
// its time is over, which may be at once.
func ReleaseRecording(ctx context.Context, tx RecordingTx, id, reason string) (RecordingView, error) {
	r, err := recordingToHold(ctx, tx, id, reason)
	if err != nil {
		return r, err
	}
	if r.Hold == nil {
		return r, act.Refused("not_held", "The recording is not on legal hold; nothing was done.")
	}
	if err := tx.ReleaseRecording(ctx, r); err != nil {
		return r, err
	}
	return r, noteRecording(ctx, tx, r, "recording.released", reason, nil)
}

func recordingToHold(ctx context.Context, tx RecordingTx, id, reason string) (RecordingView, error) {
	if strings.TrimSpace(reason) == "" {
		return RecordingView{}, act.Invalid("reason", "reason_required", "Write down why.")
	}
	if err := PlainText("reason", reason); err != nil {
		return RecordingView{}, err
	}
	r, err := tx.RecordingForUpdate(ctx, id)
	if err == nil && (!MayHold(tx.Actor()) || r.State == RecordingShredded) {
		err = NotInRecordingState(r)
	}
	return r, err
}

// NotInRecordingState tells why nothing can be done with a recording as it is.
func NotInRecordingState(r RecordingView) error {
	switch r.State {
	case RecordingShredded:
		return act.Refused("recording_shredded", "The recording's key was destroyed at the end of its time; nobody can open it any more.")
	case RecordingRunning:
		return act.Refused("recording_running", "The call is still being recorded, or its node is away; listen when it has ended.")
	case RecordingComplete, RecordingCutOff, RecordingDamaged:
	}
	return act.Refused("no_duty_to_listen", "A recording is opened to those whose duty needs it; ask the ticket's owner or a supervisor.")
}

// listenFor is how long a listen stays open beyond the recording's own length.
const listenFor = 10 * time.Minute

// BeginListen opens a recording for one listening: who, why and when is on the
// ticket and in the audit chain before the first sound.
func BeginListen(ctx context.Context, tx RecordingTx, l Listen, f RecordingFacts) (lasts time.Duration, err error) {
	if strings.TrimSpace(l.Purpose) == "" {
		return 0, act.Invalid("purpose", "purpose_required", "Write down what you listen for.")
	}
	if err := PlainText("purpose", l.Purpose); err != nil {
		return 0, err
	}
	if !MayListen(tx.Actor(), l.Recording, f) {
		return 0, NotInRecordingState(l.Recording)
	}
	lasts = listenFor + time.Duration(l.Recording.Seconds*float64(time.Second))
	if err := tx.AddListen(ctx, l, lasts); err != nil {
		return 0, err
	}
	return lasts, noteRecording(ctx, tx, l.Recording, "recording.heard", l.Purpose, map[string]any{"download": l.Download})
}

// noteRecording writes what was done with a recording onto its ticket and into the audit chain.
func noteRecording(ctx context.Context, tx RecordingTx, r RecordingView, what, reason string, more map[string]any) error {
	data := map[string]any{"leg": r.Leg, "kind": r.Kind, "reason": reason, "recording": r.ID}
	for k, v := range more {
		data[k] = v
	}
	t := Ticket{ID: r.Ticket}
	if err := tx.AddEntry(ctx, &t, Entry{Kind: what, At: tx.Now(), Data: data}); err != nil {
		return err
	}
	delete(data, "reason")
	return tx.Audit(ctx, act.Record{Action: what, Subject: t.Subject(), Area: r.Area, Reason: reason, Data: data})
}
