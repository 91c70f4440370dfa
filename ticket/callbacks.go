package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.org/hotline/internal/act"
)

// AskCallback makes the task to ring the caller of a call back, or joins the
// one the number has already: nobody is rung twice for two calls in vain. at is
// when the wish was uttered or the call ended.
func AskCallback(ctx context.Context, tx CallbackTx, t Ticket, call Call, origin CallbackOrigin, at time.Time, r CallbackRules) error {
	if len(r.Tries) == 0 {
		return nil
	}
	if ok, why := Callable(call); !ok {
		return tx.AddEntry(ctx, &t, Entry{Kind: "callback.impossible", At: at, Data: map[string]any{"reason": why}})
	}
	if t.MergedInto != 0 { // joined while its call went on: the other ticket's people ring back
		survivor, err := tx.Ticket(ctx, t.MergedInto)
		if err != nil {
			return err
		}
		t = survivor
	}
	urgent := t.Priority == P1
	c, err := tx.AliveCallback(ctx, call.ID)
	if err == nil {
		if c, err = endMoot(ctx, tx, t, c); err == nil {
			return joinCallback(ctx, tx, t, c, call, origin, urgent, at, r)
		}
	}
	if !errors.Is(err, act.ErrNotFound) {
		return err
	}
	entered, err := tx.WaitingSince(ctx, call.ID)
	if err != nil {
		return err
	}
	c = Callback{Ticket: t.ID, Call: call.ID, Origin: origin, Urgent: urgent, State: CallbackOpen, Calls: 1, EnteredAt: entered, CreatedAt: tx.Now(),
		TryAt: at, DueAt: at.Add(r.within(urgent)), Epoch: 1}
	added, err := tx.AddCallback(ctx, &c)
	if err != nil {
		return err
	}
	if !added { // another call of the number ended in the same instant
		if c, err = tx.AliveCallback(ctx, call.ID); err != nil {
			return err
		}
		return joinCallback(ctx, tx, t, c, call, origin, urgent, at, r)
	}
	if err := armDue(ctx, tx, c); err != nil {
		return err
	}
	return tellCallback(ctx, tx, t, c, "callback.created", "", map[string]any{"origin": string(origin), "due_at": c.DueAt.UTC().Format(time.RFC3339)})
}

// endMoot ends the number's call-back where its ticket no longer needs it:
// whoever calls in vain afterwards has a task of their own. It fails with
// act.ErrNotFound then, as where there is none.
func endMoot(ctx context.Context, tx CallbackTx, t Ticket, c Callback) (Callback, error) {
	of := t
	if c.Ticket != t.ID {
		var err error
		if of, err = tx.Ticket(ctx, c.Ticket); err != nil {
			return c, err
		}
	}
	if !of.callbackMoot() {
		return c, nil
	}
	if err := endCallback(ctx, tx, of, c, CallbackMeet, OutcomeMoot, ""); err != nil {
		return c, err
	}
	return c, act.NotFound("callback")
}

// callbackMoot reports whether nobody need be rung back for the ticket: it is
// closed, or whoever accepted it has spoken to the citizen.
func (t Ticket) callbackMoot() bool { return !t.Status.Waiting() && t.Status != StatusAccepted }

// joinCallback adds one more call in vain to a number's task. The same call
// twice (key 2, and then nobody answers) stays one.
func joinCallback(ctx context.Context, tx CallbackTx, t Ticket, c Callback, call Call, origin CallbackOrigin, urgent bool, at time.Time, r CallbackRules) error {
	if c.Call == call.ID && (c.Urgent || !urgent) {
		return nil
	}
	next, err := c.State.Next(CallbackAgain)
	if err != nil {
		return err
	}
	if c.State == CallbackVisit { // the citizen has a telephone in hand again
		c.Tries, c.FirstTryAt, c.Holder, c.TryAt, c.DueAt = 0, time.Time{}, 0, at, at.Add(r.within(c.Urgent || urgent))
		c.Visit = FieldVisit{}
	}
	c.State, c.Urgent = next, c.Urgent || urgent
	if origin == CallbackRequested {
		c.Origin = origin
	}
	if due := at.Add(r.within(c.Urgent)); due.Before(c.DueAt) {
		c.DueAt = due
	}
	if c.Call != call.ID {
		c.Calls++
	}
	if err := moveCallback(ctx, tx, &c, r); err != nil {
		return err
	}
	if t.ID == c.Ticket {
		return tellCallback(ctx, tx, t, c, "callback.joined", "", nil)
	}
	of, err := tx.Ticket(ctx, c.Ticket)
	if err != nil {
		return err
	}
	if err := tellCallback(ctx, tx, of, c, "callback.joined", "", map[string]any{"number": string(t.Number)}); err != nil {
		return err
	}
	return tx.AddEntry(ctx, &t, Entry{Kind: "callback.joined", At: at, Data: map[string]any{"number": string(of.Number)}})
}

// MeetCaller ends the number's call-back, if there is one: its caller has reached a person.
func MeetCaller(ctx context.Context, tx CallbackTx, call CallID) error {
	c, err := tx.AliveCallback(ctx, call)
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	t, err := tx.Ticket(ctx, c.Ticket)
	if err != nil {
		return err
	}
	outcome := OutcomeCalledAgain
	if c.Call == call {
		outcome = OutcomeReached
	}
	return endCallback(ctx, tx, t, c, CallbackMeet, outcome, "")
}

// MeetByVisit ends the call-back of a ticket whose citizen somebody at work on it has met, or
// spoken with: nobody rings them to ask what is known by now.
func MeetByVisit(ctx context.Context, tx CallbackTx, id ID, outcome CallbackOutcome) error {
	t, err := tx.Ticket(ctx, id)
	if err != nil {
		return err
	}
	c, err := tx.AliveCallback(ctx, t.CallID)
	if errors.Is(err, act.ErrNotFound) || err == nil && c.Ticket != id {
		return nil
	}
	if err != nil {
		return err
	}
	return endCallback(ctx, tx, t, c, CallbackMeet, outcome, "")
}

// ClaimCallback gives a call-back to the actor, who rings. Of two people the
// row lock lets one through.
func ClaimCallback(ctx context.Context, tx CallbackTx, id CallbackID, r CallbackRules) (Callback, error) {
	c, t, err := lockCallback(ctx, tx, id)
	if err != nil {
		return Callback{}, err
	}
	me := tx.Actor()
	if c.State == CallbackClaimed && c.Holder == me.PostID {
		return c, nil // a retry of the same claim
	}
	if c.State == CallbackClaimed {
		return Callback{}, rungByAnother(ctx, tx, c)
	}
	if c.State, err = c.State.Next(CallbackClaim); err != nil {
		return Callback{}, err
	}
	if c.TryAt.After(tx.Now()) {
		return Callback{}, act.Refused("too_early", "The citizen was rung a moment ago; the task shows when the next try may be made.")
	}
	c.Holder, c.ClaimedAt = me.PostID, tx.Now()
	if err := moveCallback(ctx, tx, &c, r); err != nil {
		return Callback{}, err
	}
	return c, tellCallback(ctx, tx, t, c, "callback.claimed", "", map[string]any{"by": me.Name})
}

// rungByAnother tells who rings the citizen back.
func rungByAnother(ctx context.Context, tx CallbackTx, c Callback) error {
	holder, err := tx.Post(ctx, c.Holder)
	if err != nil {
		return err
	}
	return &act.Fault{Kind: act.ErrConflict, Code: "already_taken", Detail: "Somebody else is ringing this citizen back; nothing is asked of you.",
		Args: map[string]any{"owner": holder.Name}}
}

// TryCallback records how the holder's try went. After the last one in vain the
// citizen is written to and somebody goes there.
func TryCallback(ctx context.Context, tx CallbackTx, id CallbackID, result TryResult, note string, r CallbackRules) (Callback, error) {
	if !result.Valid() {
		return Callback{}, act.Invalid("result", "unknown_result", "Say reached, no_answer, busy or wrong_number.")
	}
	if err := PlainText("note", note); err != nil {
		return Callback{}, err
	}
	c, t, err := lockCallback(ctx, tx, id)
	if err != nil {
		return Callback{}, err
	}
	if c.State == CallbackDone && c.Outcome == OutcomeReached && result == TryReached && c.Holder == tx.Actor().PostID {
		return c, nil // the call itself has said so before: they speak
	}
	if c.State != CallbackClaimed || c.Holder != tx.Actor().PostID {
		return Callback{}, act.Refused("not_claimed", "Claim the call-back first: only who rings says how it went.")
	}
	c.Tries++
	if c.FirstTryAt.IsZero() {
		c.FirstTryAt = tx.Now()
	}
	c.Note = note
	data := map[string]any{"by": tx.Actor().Name, "result": string(result), "try": c.Tries}
	if err := tellCallback(ctx, tx, t, c, "callback.tried", note, data); err != nil {
		return Callback{}, err
	}
	switch {
	case result == TryReached:
		err = endCallback(ctx, tx, t, c, CallbackReach, OutcomeReached, note)
		c.State, c.Outcome = CallbackDone, OutcomeReached
	case result == TryWrongNumber || c.Tries >= len(r.Tries):
		err = sendSomebody(ctx, tx, t, &c, result, r)
	default:
		err = tryLater(ctx, tx, &c, r)
	}
	return c, err
}

// tryLater puts a call-back off to its next try: at its time from the first, and
// after a late one no sooner than the least time between two tries.
func tryLater(ctx context.Context, tx CallbackTx, c *Callback, r CallbackRules) (err error) {
	if c.State, err = c.State.Next(CallbackMiss); err != nil {
		return err
	}
	c.Holder, c.ClaimedAt = 0, time.Time{}
	c.TryAt = c.FirstTryAt.Add(r.Tries[c.Tries])
	if earliest := tx.Now().Add(r.apart()); c.TryAt.Before(earliest) {
		c.TryAt = earliest
	}
	c.DueAt = c.TryAt.Add(r.Late)
	return moveCallback(ctx, tx, c, r)
}

// CancelCallback calls a call-back off, with the reason; while somebody rings,
// nobody but they.
func CancelCallback(ctx context.Context, tx CallbackTx, id CallbackID, reason string) (Callback, error) {
	if reason == "" {
		return Callback{}, act.Invalid("reason", "reason_required", "Say why nobody rings this citizen back.")
	}
	if err := PlainText("reason", reason); err != nil {
		return Callback{}, err
	}
	c, t, err := lockCallback(ctx, tx, id)
	if err != nil {
		return Callback{}, err
	}
	if c.State == CallbackClaimed && c.Holder != tx.Actor().PostID {
		return Callback{}, rungByAnother(ctx, tx, c)
	}
	if c.AwaitsHead() {
		return Callback{}, headDecides()
	}
	err = endCallback(ctx, tx, t, c, CallbackCancel, OutcomeWithdrawn, reason)
	c.State, c.Outcome = CallbackCancelled, OutcomeWithdrawn
	return c, err
}

// LapseClaim takes a claimed call-back from somebody who gave no result.
func LapseClaim(ctx context.Context, tx CallbackTx, id CallbackID, epoch int64, r CallbackRules) error {
	c, t, err := lockCallback(ctx, tx, id)
	if err != nil || c.Epoch != epoch || c.State != CallbackClaimed {
		return err
	}
	if c.State, err = c.State.Next(CallbackRelease); err != nil {
		return err
	}
	c.Holder, c.ClaimedAt = 0, time.Time{}
	if err := moveCallback(ctx, tx, &c, r); err != nil {
		return err
	}
	return tellCallback(ctx, tx, t, c, "callback.released", "", nil)
}

// DueCallback looks at a call-back whose time has come. late tells that nobody
// has rung yet: people must be told. One whose ticket is closed ends here.
func DueCallback(ctx context.Context, tx CallbackTx, id CallbackID, epoch int64) (c Callback, t Ticket, late bool, err error) {
	c, t, err = lockCallback(ctx, tx, id)
	if err != nil || c.Epoch != epoch || c.State != CallbackOpen {
		return c, t, false, err
	}
	if t.callbackMoot() {
		return c, t, false, endCallback(ctx, tx, t, c, CallbackMeet, OutcomeMoot, "")
	}
	return c, t, !c.DueAt.After(tx.Now()), nil
}

// ReadyCallback tells the lists that a try may be made now.
func ReadyCallback(ctx context.Context, tx CallbackTx, id CallbackID, epoch int64) error {
	c, t, err := lockCallback(ctx, tx, id)
	if err != nil || c.Epoch != epoch || c.State != CallbackOpen {
		return err
	}
	return emitCallback(ctx, tx, t, c, "callback.ready")
}

func lockCallback(ctx context.Context, tx CallbackTx, id CallbackID) (Callback, Ticket, error) {
	c, err := tx.CallbackForUpdate(ctx, id)
	if err != nil {
		return Callback{}, Ticket{}, err
	}
	t, err := tx.Ticket(ctx, c.Ticket)
	return c, t, err
}

// moveCallback saves a change of state and arms the timers of the new one.
func moveCallback(ctx context.Context, tx CallbackTx, c *Callback, r CallbackRules) error {
	c.Epoch++
	if err := tx.SaveCallback(ctx, c); err != nil {
		return err
	}
	if err := tx.Cancel(ctx, c.Subject()); err != nil {
		return err
	}
	switch c.State {
	case CallbackOpen:
		return armDue(ctx, tx, *c)
	case CallbackClaimed:
		return tx.Arm(ctx, act.Timer{Subject: c.Subject(), Kind: TimerCallbackClaim, Epoch: c.Epoch, DueAt: tx.Now().Add(r.Claim)})
	case CallbackVisit:
		return tx.Arm(ctx, act.Timer{Subject: c.Subject(), Kind: TimerCallbackVisit, Epoch: c.Epoch, DueAt: c.DueAt})
	case CallbackDone, CallbackCancelled: // nothing is due any more
	}
	return nil
}

func armDue(ctx context.Context, tx CallbackTx, c Callback) error {
	if c.TryAt.After(tx.Now()) {
		if err := tx.Arm(ctx, act.Timer{Subject: c.Subject(), Kind: TimerCallbackTry, Step: c.Tries, Epoch: c.Epoch, DueAt: c.TryAt}); err != nil {
			return err
		}
	}
	return tx.Arm(ctx, act.Timer{Subject: c.Subject(), Kind: TimerCallbackDue, Step: c.Tries, Epoch: c.Epoch, DueAt: c.DueAt})
}

func endCallback(ctx context.Context, tx CallbackTx, t Ticket, c Callback, ev CallbackEvent, outcome CallbackOutcome, note string) (err error) {
	if c.State, err = c.State.Next(ev); err != nil {
		return err
	}
	c.EndedAt, c.Outcome, c.Note = tx.Now(), outcome, note
	if err := moveCallback(ctx, tx, &c, CallbackRules{}); err != nil {
		return err
	}
	if outcome == OutcomeVisited {
		note = "" // the ticket's own note says it
	}
	return tellCallback(ctx, tx, t, c, "callback.ended", note, map[string]any{"by": tx.Actor().Name, "outcome": string(outcome)})
}

// tellCallback records an act on a call-back in the timeline of its ticket, in
// the audit chain and for live lists. It never holds the number.
func tellCallback(ctx context.Context, tx CallbackTx, t Ticket, c Callback, kind, reason string, data map[string]any) error {
	all := map[string]any{"callback": c.PublicID}
	for k, v := range data {
		all[k] = v
	}
	if reason != "" {
		all["reason"] = reason
	}
	if err := tx.AddEntry(ctx, &t, Entry{Kind: kind, At: tx.Now(), Data: all}); err != nil {
		return err
	}
	if err := tx.Audit(ctx, act.Record{Action: kind, Subject: t.Subject(), Area: t.Area, Reason: reason, Data: all}); err != nil {
		return err
	}
	return emitCallback(ctx, tx, t, c, kind)
}

func emitCallback(ctx context.Context, tx CallbackTx, t Ticket, c Callback, kind string) error {
	return tx.Emit(ctx, act.Event{Kind: kind, Subject: t.Subject(), Ticket: t.PublicID, Area: t.Area,
		Data: map[string]any{"callback": c.PublicID, "state": string(c.State), "urgent": c.Urgent}})
}

func callbackKey(c Callback, what string) string {
	return fmt.Sprintf("callback:%d:%s:%d", c.ID, what, c.Epoch)
}
