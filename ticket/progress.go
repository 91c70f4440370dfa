package ticket

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// ReopenWithin is how long a closed ticket can come back to life.
const ReopenWithin = 90 * 24 * time.Hour

// Owned locks a ticket that the actor owns; anyone else is told it is not theirs.
func Owned(ctx context.Context, tx Tx, id ID) (Ticket, error) {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	if t.Owner != tx.Actor().PostID {
		return Ticket{}, act.Refused("not_owner", "Only the owner may do this; accept the ticket or ask for a hand-over first.")
	}
	return t, nil
}

// Advance moves a ticket by one event and records it under kind. Rooms that
// add facts of their own (a visit, a decision) pass them as data.
func Advance(ctx context.Context, tx Tx, t *Ticket, ev Event, kind, reason string, data map[string]any) error {
	next, err := t.Status.Next(ev)
	if err != nil {
		return err
	}
	t.Status = next
	return record(ctx, tx, t, change{kind: kind, reason: reason, data: data})
}

// ConfirmAid stops the clocks on proof and moves the ticket on to follow-up:
// the one end of the fast track.
func ConfirmAid(ctx context.Context, tx Tx, t *Ticket, by StoppedBy) error {
	if err := Advance(ctx, tx, t, EventConfirmAid, "ticket.aid_confirmed", "", map[string]any{"proof": string(by.Proof), "ref": by.Ref}); err != nil {
		return err
	}
	if err := StopClocks(ctx, tx, t, by); err != nil {
		return err
	}
	return Advance(ctx, tx, t, EventFollowUp, "ticket.follow_up", "", nil)
}

// RefuseAid records the decision that no aid is due, which stops the clocks
// like a receipt does.
func RefuseAid(ctx context.Context, tx Tx, t *Ticket, decision, reason string) error {
	if reason == "" {
		return act.Invalid("reason", "reason_required", "A refusal needs its reason; the citizen gets it in writing.")
	}
	if err := Advance(ctx, tx, t, EventReject, "ticket.rejected", reason, map[string]any{"decision": decision}); err != nil {
		return err
	}
	return StopClocks(ctx, tx, t, StoppedBy{Proof: ProofNoAid, Ref: decision})
}

// Answer gives a consultation, progress or complaint its answer and stops its clock.
func Answer(ctx context.Context, tx Tx, id ID, text string) (Ticket, error) {
	t, err := Owned(ctx, tx, id)
	if err != nil {
		return Ticket{}, err
	}
	if t.Priority != PInfo {
		return Ticket{}, act.Refused("not_a_question", "Only consultations, progress questions and complaints are answered; aid is decided.")
	}
	if text == "" {
		return Ticket{}, act.Invalid("answer", "answer_required", "Write down what the caller was told.")
	}
	if err := PlainText("answer", text); err != nil {
		return Ticket{}, err
	}
	if err := tx.CloseOffers(ctx, id, 0); err != nil {
		return Ticket{}, err
	}
	if err := tx.Cancel(ctx, t.Subject(), TimerRoute, TimerOffer, TimerRepeat, TimerAgent); err != nil {
		return Ticket{}, err
	}
	if t.Status.Waiting() {
		t.Status, t.WithAgent = StatusAccepted, false // the agent who answers has taken it: nobody else is asked any more
		if err := watchSilence(ctx, tx, &t); err != nil {
			return Ticket{}, err
		}
	}
	if err := Advance(ctx, tx, &t, EventFind, "ticket.answered", text, map[string]any{"by": tx.Actor().Name}); err != nil {
		return Ticket{}, err
	}
	if err := RefuseToFollow(ctx, tx, &t); err != nil {
		return Ticket{}, err
	}
	return t, StopClocks(ctx, tx, &t, StoppedBy{Proof: ProofAnswered})
}

// RefuseToFollow takes an answered question past the aid states.
func RefuseToFollow(ctx context.Context, tx Tx, t *Ticket) error {
	if err := Advance(ctx, tx, t, EventReject, "ticket.no_aid_asked", "", nil); err != nil {
		return err
	}
	return Advance(ctx, tx, t, EventFollowUp, "ticket.follow_up", "", nil)
}

// Close ends a ticket. Someone other than its worker must have phoned the
// citizen, and no clock may be running.
func Close(ctx context.Context, tx Tx, id ID, version int64, outcome, note string) (Ticket, error) {
	if err := PlainText("note", note); err != nil {
		return Ticket{}, err
	}
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	switch {
	case t.Version != version:
		return Ticket{}, act.Conflict("stale_version", "The ticket changed while you were looking at it; reload and decide again.")
	case t.Owner == tx.Actor().PostID:
		return Ticket{}, act.Refused("own_work", "Someone other than the worker must ask the citizen before the ticket closes.")
	case outcome == "not_received" || outcome == "wrong_amount" || outcome == "not_satisfied":
		return t, reopenWork(ctx, tx, &t, outcome, note)
	case outcome != "satisfied" && outcome != "unreachable" && outcome != "dissatisfied":
		return Ticket{}, act.Invalid("outcome", "unknown_outcome", "Say satisfied, dissatisfied, unreachable, not_received, wrong_amount or not_satisfied.")
	}
	for _, c := range t.Clocks {
		if c.Running() {
			return Ticket{}, act.Refused("clock_running", "A clock is still running: help has not been received and no refusal is recorded.")
		}
	}
	t.ClosedAt = tx.Now()
	if err := Advance(ctx, tx, &t, EventClose, "ticket.closed", note, map[string]any{"by": tx.Actor().Name, "outcome": outcome}); err != nil {
		return Ticket{}, err
	}
	return t, tx.Cancel(ctx, t.Subject())
}

// reopenWork sends a ticket whose citizen says no back to its owner: nothing came, or not
// the sum, or they are not content (DOMAIN 0a.12).
func reopenWork(ctx context.Context, tx Tx, t *Ticket, outcome, note string) error {
	if err := watchSilence(ctx, tx, t); err != nil { // no clock runs any more: this is what asks after it
		return err
	}
	kind, template := "ticket.not_received", "not_received"
	if outcome != "not_received" {
		kind, template = "ticket.sent_back", "closing_no"
	}
	if err := Advance(ctx, tx, t, EventFind, kind, note, map[string]any{"by": tx.Actor().Name, "outcome": outcome}); err != nil {
		return err
	}
	return tx.Notify(ctx, Notice{Key: noticeKey(*t, template, t.Version), Ticket: t.ID, Post: t.Owner, Template: template,
		Fields: map[string]string{"number": string(t.Number)}, Urgent: true})
}

// Reopen brings a closed ticket back within ReopenWithin; its ladder starts
// again at once with the owner's area.
func Reopen(ctx context.Context, tx Tx, id ID, reason string) (Ticket, error) {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	switch {
	case reason == "":
		return Ticket{}, act.Invalid("reason", "reason_required", "Say why the ticket comes back.")
	case !tx.Actor().May(area.RoleAgent, area.RoleSupervisor, area.RoleCountyDuty, area.RoleCityDuty):
		return Ticket{}, act.NotFound("ticket")
	}
	if err := bringBack(ctx, tx, &t); err != nil {
		return Ticket{}, err
	}
	return t, record(ctx, tx, &t, change{kind: "ticket.reopened", reason: reason, data: map[string]any{"by": tx.Actor().Name}})
}

// BringBack reopens a closed ticket for what an act has found that was judged before;
// because says which, as a code.
func BringBack(ctx context.Context, tx Tx, t *Ticket, because string) error {
	if err := bringBack(ctx, tx, t); err != nil {
		return err
	}
	return record(ctx, tx, t, change{kind: "ticket.brought_back", data: map[string]any{"by": tx.Actor().Name, "because": because}})
}

func bringBack(ctx context.Context, tx Tx, t *Ticket) (err error) {
	if t.Status == StatusClosed && tx.Now().Sub(t.ClosedAt) > ReopenWithin {
		return act.Refused("too_late", "A ticket can be reopened within 90 days; take a new one and name the old number.")
	}
	if t.Status, err = t.Status.Next(EventReopen); err != nil {
		return err
	}
	t.ClosedAt, t.LadderFrom = time.Time{}, tx.Now()
	return restartLadder(ctx, tx, t)
}
