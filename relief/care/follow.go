package care

import (
	"context"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// FollowID is the internal number of a follow-up plan.
type FollowID int64

// FollowState is where a follow-up plan stands.
type FollowState string

// The states. Zero is never valid.
const (
	FollowPlanned FollowState = "planned" // somebody looks again on its next day
	FollowLate    FollowState = "late"    // nobody has, and the head knows
	FollowEnded   FollowState = "ended"
)

// FollowStates lists every FollowState.
func FollowStates() []FollowState { return []FollowState{FollowPlanned, FollowLate, FollowEnded} }

// FollowEvent moves a follow-up plan.
type FollowEvent string

// The events.
const (
	FollowLapse FollowEvent = "lapse" // its day has passed
	FollowLook  FollowEvent = "look"  // somebody has looked, and will again
	FollowEnd   FollowEvent = "end"   // somebody has looked for the last time, or it is not needed any more
)

// FollowEvents lists every FollowEvent.
func FollowEvents() []FollowEvent { return []FollowEvent{FollowLapse, FollowLook, FollowEnd} }

// followTransitions is the whole life of a follow-up plan. A pair not listed is refused.
//
//	planned ─lapse▶ late ─look▶ planned
//	 ↺ look  └──────end──▶ ended ◀─end─ late
var followTransitions = map[FollowState]map[FollowEvent]FollowState{
	FollowPlanned: {FollowLapse: FollowLate, FollowLook: FollowPlanned, FollowEnd: FollowEnded},
	FollowLate:    {FollowLook: FollowPlanned, FollowEnd: FollowEnded},
	FollowEnded:   {},
}

// Next is the pure transition. A refused pair is an act.ErrRefused that names both.
func (s FollowState) Next(ev FollowEvent) (FollowState, error) {
	if next, ok := followTransitions[s][ev]; ok {
		return next, nil
	}
	return "", act.NotInState("follow-up", s, ev)
}

// Follow is a plan to look at a household again (DOMAIN 1, 28).
type Follow struct {
	ID        FollowID
	PublicID  string
	Ticket    ticket.ID
	Catalogue string // the version its kind is of
	Kind      string // a code of the catalogue's follow-ups
	Holds     bool   // the case stays open while it runs
	Reason    act.Private
	Post      area.PostID // who looks
	NextOn    ticket.Date
	State     FollowState
	By        area.StaffID
	At        time.Time
	EndedBy   area.StaffID
	EndedAt   time.Time
	EndReason act.Private
	Version   int64 // and the epoch of its timer
}

// Subject names the plan in timers.
func (f Follow) Subject() act.Subject { return act.Subject{Kind: "follow_up", ID: int64(f.ID)} }

// TimerFollow fires in the morning of the day on which somebody has to look, again when
// that is late, and then every week until somebody has.
const TimerFollow = "follow_up"

// morning is when on its day a timer of a plan fires.
const morning = 8 * time.Hour

func later(d ticket.Date, days int) ticket.Date { return ticket.DateOf(d.At(0).AddDate(0, 0, days)) }

func (f Follow) timer() act.Timer {
	return act.Timer{Subject: f.Subject(), Kind: TimerFollow, Epoch: f.Version, DueAt: f.NextOn.At(morning).UTC()}
}

// FollowInput is a plan as somebody writes it down.
type FollowInput struct {
	PublicID string
	Kind     string
	Reason   string
	FirstOn  ticket.Date // empty: as the catalogue says
	Login    string      // who looks; empty: whoever owns the ticket
}

// PlanFollow writes down that a household is looked at again.
func PlanFollow(ctx context.Context, tx Tx, id ticket.ID, in FollowInput, rules Rules) (Follow, error) {
	in.Reason = strings.TrimSpace(in.Reason)
	catalogue, today := rules.now(tx), ticket.DateOf(tx.Now())
	kind, ok := catalogue.FollowUp(in.Kind)
	if !ok {
		return Follow{}, act.Invalid("kind", "unknown_kind", "Use one of the codes of the catalogue.")
	}
	if in.FirstOn == "" {
		in.FirstOn = later(today, kind.First)
	}
	if in.FirstOn < today || in.FirstOn > later(today, 730) {
		return Follow{}, act.Invalid("first_on", "bad_date", "Choose a day from today on, within two years.")
	}
	for _, err := range []error{ledger.CheckID("id", in.PublicID), written("reason", in.Reason, true)} {
		if err != nil {
			return Follow{}, err
		}
	}
	t, err := cared(ctx, tx, id)
	if err != nil {
		return Follow{}, err
	}
	f := Follow{PublicID: in.PublicID, Ticket: id, Catalogue: catalogue.Version, Kind: kind.Code, Holds: kind.Holds, Reason: act.Private(in.Reason), Post: t.Owner, NextOn: in.FirstOn,
		State: FollowPlanned, By: tx.Actor().StaffID, At: tx.Now(), Version: 1}
	if in.Login != "" {
		who, err := tx.StaffByLogin(ctx, in.Login)
		if err != nil {
			return Follow{}, act.Invalid("login", "lead_unknown", "Nobody who works here has this login. Correct it.")
		}
		f.Post = who.PostID
	}
	if err := tx.AddFollow(ctx, &f); err != nil {
		return Follow{}, err
	}
	if err := tx.Arm(ctx, f.timer()); err != nil {
		return Follow{}, err
	}
	return f, ticket.Tell(ctx, tx, &t, "follow.planned", "", said(tx, map[string]any{"follow_up": f.PublicID, "kind": f.Kind, "next_on": string(f.NextOn)}))
}

// EndFollow ends a plan that is not needed any more, with the reason. Whoever leads may;
// the owner ends it by a look.
func EndFollow(ctx context.Context, tx Tx, publicID, reason string) (ticket.ID, error) {
	reason = strings.TrimSpace(reason)
	if err := written("reason", reason, true); err != nil {
		return 0, err
	}
	t, f, err := lockedFollow(ctx, tx, publicID)
	if err != nil {
		return 0, err
	}
	if !tx.Actor().May(leads...) {
		return 0, act.Refused("head_only", "Only the head or the county ends a plan without a look. Look, and say that all is well.")
	}
	if err := endFollow(ctx, tx, &f, reason); err != nil {
		return 0, err
	}
	return t.ID, ticket.Tell(ctx, tx, &t, "follow.ended", "", said(tx, map[string]any{"follow_up": f.PublicID, "kind": f.Kind}))
}

func endFollow(ctx context.Context, tx Tx, f *Follow, reason string) (err error) {
	if f.State, err = f.State.Next(FollowEnd); err != nil {
		return err
	}
	f.EndedBy, f.EndedAt, f.EndReason = tx.Actor().StaffID, tx.Now(), act.Private(reason)
	if err := tx.Cancel(ctx, f.Subject(), TimerFollow); err != nil {
		return err
	}
	return tx.SaveFollow(ctx, f)
}

// lockedFollow loads a plan after its ticket.
func lockedFollow(ctx context.Context, tx Tx, publicID string) (ticket.Ticket, Follow, error) {
	id, of, err := tx.FollowByRef(ctx, publicID)
	if err != nil {
		return ticket.Ticket{}, Follow{}, err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return t, Follow{}, err
	}
	f, err := tx.FollowForUpdate(ctx, id)
	if err == nil && f.Post != tx.Actor().PostID && t.Owner != tx.Actor().PostID && !tx.Actor().May(leads...) {
		err = act.Refused("not_owner", "Only the owner may do this; accept the ticket or ask for a hand-over first.")
	}
	return t, f, err
}

// FollowDue is the handler of TimerFollow: on its day whoever looks is told; once that is
// late the head as well, and again every week until somebody has looked.
func FollowDue(ctx context.Context, tx Tx, timer act.Timer, rules Rules) error {
	of, err := tx.FollowTicket(ctx, FollowID(timer.Subject.ID))
	if err != nil {
		return err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return err
	}
	f, err := tx.FollowForUpdate(ctx, FollowID(timer.Subject.ID))
	if err != nil || f.Version != timer.Epoch || f.State == FollowEnded || t.Status == ticket.StatusDuplicate {
		return err
	}
	again := timer
	again.Step++
	if timer.Step == 0 {
		kind, _ := rules.Catalogues.Named(f.Catalogue).FollowUp(f.Kind)
		again.DueAt = later(f.NextOn, max(kind.Late, 1)).At(morning).UTC()
		if err := relief.TellPost(ctx, tx, t, f.Post, "follow_due", f.PublicID+":"+string(f.NextOn), nil); err != nil {
			return err
		}
		return tx.Arm(ctx, again)
	}
	if f.State == FollowPlanned {
		f.State = FollowLate
		if err := tx.SaveFollow(ctx, &f); err != nil {
			return err
		}
		if err := ticket.Tell(ctx, tx, &t, "follow.late", "", said(tx, map[string]any{"follow_up": f.PublicID, "kind": f.Kind, "next_on": string(f.NextOn)})); err != nil {
			return err
		}
	}
	ref := f.PublicID + ":" + string(ticket.DateOf(tx.Now()))
	if err := relief.TellPost(ctx, tx, t, f.Post, "follow_late", ref, nil); err != nil {
		return err
	}
	if err := relief.TellHead(ctx, tx, t, "follow_late", ref+":head", nil); err != nil {
		return err
	}
	again.Epoch, again.DueAt = f.Version, tx.Now().AddDate(0, 0, 7)
	return tx.Arm(ctx, again)
}
