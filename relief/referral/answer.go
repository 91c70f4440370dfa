package referral

import (
	"context"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/relief/loop"
	"example.org/hotline/ticket"
)

// Sending is how a referral goes to its department.
type Sending struct {
	Via Via
	To  string // who of the department took it
}

// Send lets a referral go: its letter is written from the newest findings, and only what
// the item names is in it. What left is kept, sealed, as it left.
func Send(ctx context.Context, tx Tx, publicID string, in Sending, rules Rules) (ticket.ID, error) {
	t, r, err := locked(ctx, tx, publicID, Creators())
	if err != nil {
		return 0, err
	}
	switch {
	case t.Owner != tx.Actor().PostID && r.FirstOwner != tx.Actor().PostID:
		return 0, act.Refused("not_owner", "Only the owner of the ticket, or who wrote the referral, may send it.")
	case !slices.Contains(Vias(), in.Via):
		return 0, act.Invalid("via", "unknown_via", "Say letter, phone, in_person or wired.")
	case in.Via != ViaWired && strings.TrimSpace(in.To) == "":
		return 0, act.Invalid("to", "said_by_required", "Give the name of whoever took it.")
	}
	item, ok := rules.Catalogues.Named(r.Catalogue).Item(r.Item)
	if !ok {
		return 0, act.Refused("item_gone", "The catalogue no longer knows this item; withdraw it and write a new one.")
	}
	if err := writeLetter(ctx, tx, t, &r, item); err != nil {
		return 0, err
	}
	again := r.State == StateReturned
	names := make([]string, 0, len(r.Fields))
	for _, f := range r.Fields {
		names = append(names, string(f))
	}
	step := Step{Event: EventSend, Via: in.Via, SaidBy: act.Private(strings.TrimSpace(in.To))}
	if err := move(ctx, tx, &t, &r, step, rules.Calendar.Count(tx.Now(), item.Times.Answer).Due, map[string]any{"fields": names}); err != nil {
		return 0, err
	}
	if again {
		if err := loop.Settle(ctx, tx, t, loop.TaskReturned, r.PublicID, ""); err != nil {
			return 0, err
		}
	}
	if t.Status == ticket.StatusFindings { // until then the case waits for its own aid
		return t.ID, ticket.Advance(ctx, tx, &t, ticket.EventRefer, "ticket.referred", "", map[string]any{"by": tx.Actor().Name})
	}
	return t.ID, nil
}

// writeLetter fills what leaves. A case without findings has less to say.
func writeLetter(ctx context.Context, tx Tx, t ticket.Ticket, r *Referral, item Item) error {
	all, err := Gather(ctx, tx, t)
	if err != nil {
		return err
	}
	letter, missing := Pick(item.Fields, all)
	r.Letter, r.Fields = letter, nil
	for _, f := range item.Fields {
		if !slices.Contains(missing, f) {
			r.Fields = append(r.Fields, f)
		}
	}
	if slices.Contains(missing, FieldName) {
		return act.Refused("findings_first", "The department needs the applicant's name: write down the findings first.")
	}
	return nil
}

// Answer is what a department has said, as whoever heard or read it writes it down.
type Answer struct {
	Event  Event // accept, return, start, extend or result
	Result Result
	Via    Via
	SaidBy string
	SaidOn ticket.Date // the day it was said; empty: today
	Reason string
}

func (a Answer) validate(now time.Time) error {
	switch {
	case !slices.Contains([]Event{EventAccept, EventReturn, EventStart, EventExtend, EventResult}, a.Event):
		return act.Invalid("event", "unknown_event", "Say accept, return, start, extend or result.")
	case !slices.Contains(Vias(), a.Via):
		return act.Invalid("via", "unknown_via", "Say letter, phone, in_person or wired.")
	case strings.TrimSpace(a.SaidBy) == "":
		return act.Invalid("said_by", "said_by_required", "Give the name of whoever of the department said so.")
	case a.SaidOn > ticket.DateOf(now):
		return act.Invalid("said_on", "in_the_future", "They cannot have said so on a day to come.")
	case a.Event == EventResult && !slices.Contains(Results(), a.Result):
		return act.Invalid("result", "unknown_result", "Say granted, refused or not_needed.")
	case (a.Event == EventReturn || a.Event == EventExtend || a.Event == EventResult && a.Result != ResultGranted) && strings.TrimSpace(a.Reason) == "":
		return act.Invalid("reason", "reason_required", "Give the department's reason; it is kept.")
	case len([]rune(a.Reason)) > longest:
		return act.Invalid("reason", "too_long", "Shorten this text.")
	}
	return ticket.PlainText("reason", a.Reason)
}

// Record writes a department's answer down and does what follows of it: what comes back
// is a task of the first owner; what was refused asks whether another aid is due; a
// special aid that was granted asks for temporary aid to be looked at (DOMAIN 1, 7 and 21).
func Record(ctx context.Context, tx Tx, publicID string, a Answer, rules Rules) (ticket.ID, error) {
	if err := a.validate(tx.Now()); err != nil {
		return 0, err
	}
	t, r, err := locked(ctx, tx, publicID, Recorders())
	if err != nil {
		return 0, err
	}
	item, _ := rules.Catalogues.Named(r.Catalogue).Item(r.Item)
	step := Step{Event: a.Event, Via: a.Via, SaidBy: act.Private(strings.TrimSpace(a.SaidBy)), SaidOn: a.SaidOn, Reason: act.Private(strings.TrimSpace(a.Reason))}
	within := func(from time.Time, days int) time.Time { return rules.Calendar.Count(from, days).Due }
	due, more := r.DueAt, map[string]any{}
	switch a.Event {
	case EventAccept:
		due = within(tx.Now(), item.Times.Result)
	case EventReturn:
		due = within(tx.Now(), item.Times.Task)
	case EventExtend:
		if r.Extended {
			return 0, act.Refused("extended_before", "A referral is extended once.")
		}
		r.Extended, due = true, within(r.DueAt, item.Times.Extend)
	case EventResult:
		r.Result, due = a.Result, within(tx.Now(), item.Times.Confirm)
		more["result"] = string(a.Result)
	default: // work has begun: the limit that runs goes on
	}
	if err := move(ctx, tx, &t, &r, step, due, more); err != nil {
		return 0, err
	}
	return t.ID, follows(ctx, tx, t, r, a, item, within(tx.Now(), item.Times.Task))
}

// follows opens the task that an answer asks for, and tells the owner of a result.
func follows(ctx context.Context, tx Tx, t ticket.Ticket, r Referral, a Answer, item Item, due time.Time) error {
	if a.Event == EventResult && t.Owner != tx.Actor().PostID {
		if err := relief.TellPost(ctx, tx, t, t.Owner, "referral_result", r.PublicID+":"+string(a.Result), nil); err != nil {
			return err
		}
	}
	switch {
	case a.Event == EventReturn:
		return loop.OpenTask(ctx, tx, t, loop.TaskReturned, r.PublicID, r.FirstOwner, due)
	case a.Event == EventResult && a.Result == ResultRefused:
		return loop.OpenTask(ctx, tx, t, loop.TaskScreen, r.PublicID, t.Owner, due)
	case a.Event == EventResult && a.Result == ResultGranted && item.Aid.Special():
		return loop.OpenTask(ctx, tx, t, loop.TaskReassess, r.PublicID, t.Owner, due)
	default:
		return nil
	}
}

// Heard is what the citizen says of a result.
type Heard struct {
	So     bool   // it is as the department says
	Reason string // what they say instead
}

// Confirmers are the roles that ask the citizen.
func Confirmers() []area.Role { return Creators() }

// Confirm writes down what the citizen says of a department's result. Where it is not so,
// the department is asked again. The last one that was granted, on a ticket that waited
// for nothing else, is the proof that help has come: it stops the clocks.
func Confirm(ctx context.Context, tx Tx, publicID string, h Heard, rules Rules) (ticket.ID, error) {
	h.Reason = strings.TrimSpace(h.Reason)
	if !h.So && h.Reason == "" {
		return 0, act.Invalid("reason", "reason_required", "Write what the citizen says instead.")
	}
	if err := ticket.PlainText("reason", h.Reason); err != nil {
		return 0, err
	}
	t, r, err := locked(ctx, tx, publicID, Confirmers())
	if err != nil {
		return 0, err
	}
	item, _ := rules.Catalogues.Named(r.Catalogue).Item(r.Item)
	if !h.So {
		step := Step{Event: EventContest, Reason: act.Private(h.Reason)}
		if err := move(ctx, tx, &t, &r, step, rules.Calendar.Count(tx.Now(), item.Times.Result).Due, nil); err != nil {
			return 0, err
		}
		return t.ID, relief.TellPost(ctx, tx, t, t.Owner, "referral_contested", r.PublicID+":"+r.DueAt.UTC().Format(time.DateOnly), nil)
	}
	if err := move(ctx, tx, &t, &r, Step{Event: EventConfirm, Reason: act.Private(h.Reason)}, time.Time{}, map[string]any{"result": string(r.Result)}); err != nil {
		return 0, err
	}
	return t.ID, settleTicket(ctx, tx, &t)
}

// settleTicket takes a ticket that was only referred on to follow-up once nothing is out
// any more and something was granted. Where nothing was, the owner decides.
func settleTicket(ctx context.Context, tx Tx, t *ticket.Ticket) error {
	if t.Status != ticket.StatusReferred {
		return nil
	}
	all, err := tx.TicketReferrals(ctx, t.ID)
	if err != nil {
		return err
	}
	granted := ""
	for _, r := range all {
		if !r.State.Over() {
			return nil
		}
		if r.State == StateConfirmed && r.Result == ResultGranted {
			granted = r.PublicID
		}
	}
	if granted == "" {
		return nil
	}
	if err := ticket.StopClocks(ctx, tx, t, ticket.StoppedBy{Proof: ticket.ProofReferral, Ref: granted}); err != nil {
		return err
	}
	return ticket.Advance(ctx, tx, t, ticket.EventFollowUp, "ticket.follow_up", "", nil)
}

// Withdraw calls a referral back, with the reason; a consent that was taken back is one.
func Withdraw(ctx context.Context, tx Tx, publicID, reason string) (ticket.ID, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return 0, act.Invalid("reason", "reason_required", "Give the reason; it is kept.")
	}
	if err := ticket.PlainText("reason", reason); err != nil {
		return 0, err
	}
	t, r, err := locked(ctx, tx, publicID, Creators())
	if err != nil {
		return 0, err
	}
	if t.Owner != tx.Actor().PostID && r.FirstOwner != tx.Actor().PostID && !tx.Actor().May(area.RoleTownshipHead, area.RoleCountyDuty) {
		return 0, act.Refused("not_owner", "Only the owner of the ticket, who wrote the referral, or the head may withdraw it.")
	}
	if err := move(ctx, tx, &t, &r, Step{Event: EventWithdraw, Reason: act.Private(reason)}, time.Time{}, nil); err != nil {
		return 0, err
	}
	if err := loop.Settle(ctx, tx, t, loop.TaskReturned, r.PublicID, ""); err != nil {
		return 0, err
	}
	return t.ID, settleTicket(ctx, tx, &t)
}
