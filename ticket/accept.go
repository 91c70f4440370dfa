package ticket

import (
	"context"
	"errors"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
)

// Accept makes the actor the one owner. Of two people who accept at the same
// instant the row lock lets one through; the other is told who has it.
// The actor must hold an open offer, by person or by the desk they serve, and
// nobody takes the matter of their own family: a desk is asked as a whole, so its
// people are looked up here, and a person's register may have grown since they
// were asked.
func Accept(ctx context.Context, tx Tx, id ID) (Ticket, error) {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	if t.Owner == tx.Actor().PostID && !t.Status.Waiting() {
		return t, nil // a retry of the same acceptance
	}
	offers, err := tx.OpenOffers(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	if len(offers) == 0 {
		return Ticket{}, alreadyTaken(ctx, tx, t)
	}
	offer, err := offerTo(ctx, tx, offers)
	if err != nil {
		return Ticket{}, err
	}
	if t.Status, err = t.Status.Next(EventAccept); err != nil {
		return Ticket{}, err
	}
	if err := unrelated(ctx, tx, t); err != nil {
		return Ticket{}, err
	}
	if err := takeOver(ctx, tx, &t, tx.Actor().PostID, offer.Post, change{kind: "ticket.accepted", data: map[string]any{"by": tx.Actor().Name, "step": offer.Step}}); err != nil {
		return Ticket{}, err
	}
	if err := tellCitizenWhoComes(ctx, tx, t, tx.Actor().Name, tx.Actor().StaffID); err != nil {
		return Ticket{}, err
	}
	failpoint.Hit(failpoint.AcceptBeforeCommit)
	return t, nil
}

// unrelated refuses an actor in whose register of relatives is whom the ticket is
// about. The relative is not named.
func unrelated(ctx context.Context, tx Tx, t Ticket) error {
	me := tx.Actor().StaffID
	if me == 0 {
		return nil
	}
	related, err := tx.Conflicted(ctx, t.ID, []area.StaffID{me})
	if err == nil && related[me] {
		err = act.Refused(codeStandAside, "You may not have this ticket: your register of relatives speaks against it. Say that you cannot come, and somebody else is asked at once.")
	}
	return err
}

const codeStandAside = "must_stand_aside"

// MustStandAside reports whether an acceptance was refused because of the actor's
// register of relatives, and not because somebody else was first.
func MustStandAside(err error) bool {
	fault, ok := errors.AsType[*act.Fault](err)
	return ok && fault.Code == codeStandAside
}

// takeOver makes a post the one owner: the offers end, won by the post whose
// offer it was, the ladder rests, and silence is watched from here on.
func takeOver(ctx context.Context, tx Tx, t *Ticket, owner, won area.PostID, c change) error {
	t.Owner, t.Epoch, t.WithAgent, t.Returned = owner, t.Epoch+1, false, false
	if t.AcceptedAt.IsZero() {
		t.AcceptedAt = tx.Now()
	}
	if err := tx.CloseOffers(ctx, t.ID, won); err != nil {
		return err
	}
	if err := tx.Cancel(ctx, t.Subject(), TimerRoute, TimerOffer, TimerRepeat, TimerSilence, TimerAgent, TimerResume); err != nil {
		return err
	}
	if t.RepeatState == RepeatSuggested {
		t.RepeatState = RepeatLapsed
	}
	if err := record(ctx, tx, t, c); err != nil {
		return err
	}
	return tx.Arm(ctx, act.Timer{Subject: t.Subject(), Kind: TimerSilence, Epoch: t.Epoch, DueAt: tx.Now()})
}

// watchSilence begins the watch for silence anew, under the ticket's next epoch. The caller saves the ticket.
func watchSilence(ctx context.Context, tx Tx, t *Ticket) error {
	t.Epoch++
	if err := tx.Cancel(ctx, t.Subject(), TimerSilence); err != nil {
		return err
	}
	return tx.Arm(ctx, act.Timer{Subject: t.Subject(), Kind: TimerSilence, Epoch: t.Epoch, DueAt: tx.Now()})
}

// tellCitizenWhoComes says who has taken the matter, how to reach them, and by
// when help is promised.
func tellCitizenWhoComes(ctx context.Context, tx Tx, t Ticket, worker string, staff area.StaffID) error {
	due := t.nextDue()
	if due.IsZero() { // helped already: a later hand-over changes nothing for the citizen
		return nil
	}
	return tx.Notify(ctx, Notice{Key: noticeKey(t, "accepted", t.Epoch), Ticket: t.ID, Citizen: true, Template: "accepted_citizen",
		Fields:   map[string]string{"number": string(t.Number), "worker": worker, "due": InWords(due)},
		Callback: staff, Urgent: true})
}

// offerTo picks the open offer that the actor may accept: their own post's, or
// that of a desk whose role and area are theirs.
func offerTo(ctx context.Context, tx Tx, offers []Offer) (Offer, error) {
	me := tx.Actor()
	for _, o := range offers {
		if o.Post == me.PostID {
			return o, nil
		}
		post, err := tx.Post(ctx, o.Post)
		if err != nil {
			return Offer{}, err
		}
		if post.Kind == area.PostDesk && post.Role == me.Role && me.Area.Contains(post.Area) {
			return o, nil
		}
	}
	return Offer{}, act.NotFound("offer")
}

// alreadyTaken tells who was first.
func alreadyTaken(ctx context.Context, tx Tx, t Ticket) error {
	owner, err := tx.Post(ctx, t.Owner)
	if err != nil {
		return err
	}
	if t.Status.Waiting() {
		return act.Refused("not_offered", "This ticket has not been offered to anyone yet; it will be within seconds.")
	}
	return &act.Fault{Kind: act.ErrConflict, Code: "already_taken", Detail: "Somebody else has taken this ticket; nothing is asked of you.",
		Args: map[string]any{"owner": owner.Name}}
}
