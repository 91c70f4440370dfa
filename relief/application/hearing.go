package application

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// HearingKind is why people were heard.
type HearingKind string

// The kinds.
const (
	HearingCommittee HearingKind = "committee"  // 民主评议: neighbours and the committee weigh what is disputed
	HearingBeforeCut HearingKind = "before_cut" // the person's word before aid is cut, suspended or ended (社会救助法 Art 48)
)

// HearingKinds lists them.
func HearingKinds() []HearingKind { return []HearingKind{HearingCommittee, HearingBeforeCut} }

// Attendance is how somebody was heard.
type Attendance string

// The ways.
const (
	AttendedHeard   Attendance = "heard"
	AttendedWriting Attendance = "in_writing"
	AttendedNot     Attendance = "did_not_come" // they were invited in time, and did not come
)

// Attendances lists them.
func Attendances() []Attendance {
	return []Attendance{AttendedHeard, AttendedWriting, AttendedNot}
}

// Hearing is one of either kind.
type Hearing struct {
	ID          int64
	PublicID    string
	Ticket      ticket.ID
	Application ID
	Kind        HearingKind
	HeldAt      time.Time
	Present     int
	InFavour    int // of a committee
	Attendance  Attendance
	Said        relief.Private
	Photos      []string
	By          area.StaffID
	At          time.Time
}

// HearingInput is a hearing as it is reported.
type HearingInput struct {
	PublicID   string
	Kind       HearingKind
	HeldAt     time.Time
	Present    int
	InFavour   int
	Attendance Attendance
	Said       string
	Photos     []string
}

func (in HearingInput) validate(now time.Time) error {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return err
	}
	switch {
	case !slices.Contains(HearingKinds(), in.Kind):
		return act.Invalid("kind", "unknown_kind", "Say committee or before_cut.")
	case !slices.Contains(Attendances(), in.Attendance):
		return act.Invalid("attendance", "unknown_attendance", "Say heard, in_writing or did_not_come.")
	case in.HeldAt.IsZero() || in.HeldAt.After(now.Add(time.Minute)) || in.HeldAt.Before(now.AddDate(-1, 0, 0)):
		return act.Invalid("held_at", "bad_time", "Say when it was held, within the last year.")
	case in.Present < 1 || in.Present > 200:
		return act.Invalid("present", "out_of_range", "Say how many were present, 1 to 200.")
	case in.InFavour < 0 || in.InFavour > in.Present:
		return act.Invalid("in_favour", "out_of_range", "Not more can be in favour than were present.")
	case in.Said == "" || len([]rune(in.Said)) > 4000:
		return act.Invalid("said", "text_required", "Write what was said, with at most 4000 characters.")
	default:
		return nil
	}
}

// Dispute asks the village's committee: what was declared and what was seen do not agree.
func Dispute(ctx context.Context, tx Tx, publicID, reason string) (Application, error) {
	if err := reasonGiven(reason); err != nil {
		return Application{}, err
	}
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Application{}, err
	}
	a.Disputed = true
	return a, advance(ctx, tx, &t, &a, step{event: EventDispute, kind: "application.disputed", reason: reason})
}

// Hear writes a hearing down: of the committee on what is disputed, or of the person
// before their aid is cut.
func Hear(ctx context.Context, tx Tx, publicID string, in HearingInput) (Application, error) {
	if err := in.validate(tx.Now()); err != nil {
		return Application{}, err
	}
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Application{}, err
	}
	s := step{kind: "application.heard", data: map[string]any{"hearing": in.PublicID, "kind": string(in.Kind), "attendance": string(in.Attendance), "present": in.Present}}
	switch in.Kind {
	case HearingCommittee:
		s.event = EventHear
		s.data["in_favour"] = in.InFavour
	default:
		if !a.State.Running() {
			return Application{}, act.Refused("nothing_to_cut", "Nothing is paid by this application that could be cut or ended.")
		}
	}
	if err := relief.Finished(ctx, tx, t.ID, "photos", in.Photos...); err != nil {
		return Application{}, err
	}
	h := Hearing{PublicID: in.PublicID, Ticket: t.ID, Application: a.ID, Kind: in.Kind, HeldAt: in.HeldAt, Present: in.Present, InFavour: in.InFavour,
		Attendance: in.Attendance, Said: relief.Private(in.Said), Photos: in.Photos, By: tx.Actor().StaffID, At: tx.Now()}
	if err := tx.AddHearing(ctx, &h); err != nil {
		return Application{}, err
	}
	return a, advance(ctx, tx, &t, &a, s)
}
