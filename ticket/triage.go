package ticket

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Triage is what an agent says of a ticket: where it is, how urgent, what kind.
type Triage struct {
	Version      int64 // the version the agent saw
	Area         area.Code
	Priority     Priority
	Kind         Kind
	Cause        Cause
	Confidential bool
	LifeDanger   bool
	Reason       string    // required to lower a priority
	Suggested    area.Code // where the caller's number was found in need before; empty for nowhere
	Like         Number    // the earlier ticket that says so
	Terms        Terms
	Calendar     Calendar
}

// validate reports the first field that cannot be right.
func (r Triage) validate() error {
	switch {
	case !r.Priority.Valid():
		return act.Invalid("priority", "unknown_priority", "Use P1, P2, P3 or INFO.")
	case !r.Kind.Valid():
		return act.Invalid("kind", "unknown_kind", "Use aid, consultation, progress or complaint.")
	case r.Cause != "" && !r.Cause.Valid():
		return act.Invalid("cause", "unknown_cause", "Use one of the listed causes.")
	case r.Area.Level() < area.LevelCounty:
		return act.Invalid("area", "area_too_wide", "Name the county, township or village where it happened.")
	case r.Kind == KindAid && r.Priority == PInfo:
		return act.Invalid("priority", "info_is_not_aid", "An application for aid is P1, P2 or P3.")
	default:
		return nil
	}
}

// DoTriage takes a ticket on behalf of the agent, who becomes its owner and
// counts as the agent who took the call, sets what is known, and starts the
// ladder where the area is known for the first time or has changed. Deadlines
// still count from the INVITE. A lowering of the priority waits for a
// supervisor; until then the old deadlines run.
func DoTriage(ctx context.Context, tx Tx, id ID, r Triage) (Ticket, error) {
	if err := r.validate(); err != nil {
		return Ticket{}, err
	}
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	if t.Version != r.Version {
		return Ticket{}, act.Conflict("stale_version", "The ticket changed while you were looking at it; reload and decide again.")
	}
	if _, err := tx.Division(ctx, r.Area); err != nil {
		return Ticket{}, act.Invalid("area", "unknown_area", "There is no such place in the area tree.")
	}
	before := t
	if t.Status, err = t.Status.Next(EventTriage); err != nil {
		return Ticket{}, err
	}
	t.Area, t.Kind, t.Confidential, t.LifeDanger, t.Returned = r.Area, r.Kind, r.Confidential, r.LifeDanger, false
	if r.Cause != "" {
		t.Cause = r.Cause
	}
	if t.CallTaker == 0 && tx.Actor().May(area.RoleAgent, area.RoleSupervisor) {
		t.CallTaker = tx.Actor().StaffID
	}
	if before.Status.Waiting() {
		t.Owner = tx.Actor().PostID
	}
	if t.TriagedAt.IsZero() {
		t.TriagedAt = tx.Now()
	}
	if err := retriage(ctx, tx, &t, r); err != nil {
		return Ticket{}, err
	}
	if err := askTownship(ctx, tx, &t, before); err != nil {
		return Ticket{}, err
	}
	return t, record(ctx, tx, &t, change{kind: "ticket.triaged", reason: r.Reason, data: map[string]any{
		"by": tx.Actor().Name, "area": string(t.Area), "priority": string(t.Priority), "kind": string(t.Kind),
		"from_area": string(before.Area), "from_priority": string(before.Priority), "pending_priority": string(t.PendingPriority),
		"area_source": string(r.placeSource(before)), "like": string(r.like())}})
}

// placeSource is what the choice of the place rests on.
func (r Triage) placeSource(before Ticket) PlaceSource {
	switch {
	case r.Area.Level() < area.LevelTownship:
		return PlaceCounty
	case r.Area == r.Suggested:
		return PlaceHousehold
	case r.Area == before.Area && before.TriagedAt.IsZero():
		return PlaceLine
	default:
		return PlaceAgent
	}
}

// like is the earlier ticket whose place was taken, empty where it was not.
func (r Triage) like() Number {
	if r.Area == r.Suggested {
		return r.Like
	}
	return ""
}

// askTownship starts the ladder of a ticket that nobody has accepted, and of one
// that a county's desk accepted while its township was unknown: the desk stays
// the owner until the township's worker accepts. Steps in a township that has
// just become known, or that waited for the agent's word, count from now
// (DOMAIN 0a.3), its deadlines from the INVITE.
// What turns out to be a complaint is taken from the township and put to the county.
func askTownship(ctx context.Context, tx Tx, t *Ticket, before Ticket) error {
	if t.WithAgent || t.TownshipKnown() && (t.Area != before.Area || before.Returned) {
		t.LadderFrom = tx.Now()
	}
	accused := t.Kind == KindComplaint && before.Kind != KindComplaint
	if accused { // DOMAIN 0a.5: whoever was asked may be whom it is about
		if err := tx.CloseOffers(ctx, t.ID, 0); err != nil {
			return err
		}
	}
	owner, err := tx.Post(ctx, t.Owner)
	if err != nil {
		return err
	}
	placed := !before.TownshipKnown() && t.TownshipKnown() && t.Kind != KindComplaint
	if before.Status == StatusAccepted && (placed || (accused && owner.Area.Level() >= area.LevelTownship)) {
		next, err := t.Status.Next(EventPlace)
		if err != nil {
			return err
		}
		t.Status = next
	}
	if !t.Status.Waiting() {
		return nil // the place was corrected; whoever has accepted stays the owner until a hand-over
	}
	return restartLadder(ctx, tx, t)
}

// restartLadder begins at the first step again, at once.
func restartLadder(ctx context.Context, tx Tx, t *Ticket) error {
	t.Epoch, t.Step, t.Loop, t.WithAgent = t.Epoch+1, 0, 0, false
	if t.RepeatState == RepeatSuggested {
		t.RepeatState = RepeatLapsed
	}
	if err := tx.Cancel(ctx, t.Subject(), TimerRoute, TimerOffer, TimerRepeat, TimerAgent, TimerResume); err != nil {
		return err
	}
	return tx.Arm(ctx, act.Timer{Subject: t.Subject(), Kind: TimerRoute, Epoch: t.Epoch, DueAt: tx.Now()})
}

// retriage applies a changed priority: raising at once, lowering on approval.
func retriage(ctx context.Context, tx Tx, t *Ticket, r Triage) error {
	switch {
	case r.Priority == t.Priority:
		return nil
	case r.Priority.Above(t.Priority):
		return raise(ctx, tx, t, r.Priority, r.Terms)
	case r.Reason == "":
		return act.Invalid("reason", "reason_required", "Say why the ticket is less urgent; a supervisor will approve it.")
	default:
		t.PendingPriority, t.PendingReason, t.PendingBy = r.Priority, r.Reason, tx.Actor().StaffID
		return nil
	}
}

// raise makes a ticket more urgent. During the call the clocks count from the
// INVITE; later the 2 h deadline is counted from the act (see RaisedDue), and
// the first deadline is kept beside it.
func raise(ctx context.Context, tx Tx, t *Ticket, p Priority, terms Terms) error {
	wasUrgent := t.Priority.Urgent()
	t.Priority, t.PendingPriority, t.PendingReason, t.PendingBy = p, "", "", 0
	if !p.Urgent() {
		return nil
	}
	if !wasUrgent { // P3 or INFO became urgent: both wall clocks start, from the INVITE
		stopRunning(t, StoppedBy{Proof: ProofRetriaged}, tx.Now())
		startClocks(t, NewClocks(p, t.InvitedAt, terms, Calendar{}))
	}
	if p == P1 && t.CallEnded {
		if err := moveDue(t.Clock(ClockTwoHour), RaisedDue(tx.Now(), t.Clock(ClockDay).DueAt, terms)); err != nil {
			return err
		}
	}
	return rearm(ctx, tx, t)
}

// startClocks starts the clocks of another priority. One that the ticket had
// before, and that only a change of the priority has stopped, runs on: its
// revision rises, since its timers have had their keys, and its breach stays.
func startClocks(t *Ticket, clocks []Clock) {
	for _, fresh := range clocks {
		c := t.Clock(fresh.Kind)
		switch {
		case c == nil:
			t.Clocks = append(t.Clocks, fresh)
		case c.Proof == ProofRetriaged:
			c.DueAt, c.StoppedAt, c.Proof, c.ProofRef, c.RoseAt = fresh.DueAt, time.Time{}, "", "", time.Time{}
		}
	}
}

// moveDue changes a deadline and voids the timer armed for the old one. A
// clock that has breached keeps its breach.
func moveDue(c *Clock, due time.Time) error {
	if c == nil || !c.Running() {
		return act.Refused("clock_stopped", "The two-hour clock has already stopped; there is nothing to move.")
	}
	c.DueAt, c.Revision, c.RoseAt = due, c.Revision+1, time.Time{}
	return nil
}

// rearm replaces the deadline timers by those of the running clocks.
func rearm(ctx context.Context, tx Tx, t *Ticket) error {
	if err := tx.Cancel(ctx, t.Subject(), TimerDeadline, TimerWarning); err != nil {
		return err
	}
	for i := range t.Clocks {
		t.Clocks[i].Revision++ // a cancelled timer of the same key could not be armed again
	}
	plan := act.Timer{Subject: t.Subject(), Kind: TimerWarnings, Epoch: t.ClockRevision(), DueAt: tx.Now()}
	for _, timer := range append(deadlineTimers(*t), plan) {
		if err := tx.Arm(ctx, timer); err != nil {
			return err
		}
	}
	return nil
}

// RaiseByKey is key 1 in the greeting: the caller says it is urgent. It counts
// from the INVITE, and a held repeat starts its own ladder at once.
func RaiseByKey(ctx context.Context, tx Tx, id ID, at time.Time, terms Terms) error {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return err
	}
	return raiseInCall(ctx, tx, &t, P1, terms, change{kind: "ticket.raised_by_caller", data: map[string]any{"key": "1", "at": at.UTC().Format(time.RFC3339)}})
}

// raiseInCall makes a ticket more urgent while its call is alive. Its ladder
// starts at once, but for one that an agent has: they hear of it.
func raiseInCall(ctx context.Context, tx Tx, t *Ticket, p Priority, terms Terms, c change) error {
	if !p.Above(t.Priority) || !t.Status.Open() {
		return nil
	}
	if err := raise(ctx, tx, t, p, terms); err != nil {
		return err
	}
	if t.Status.Waiting() && !t.WithAgent {
		if err := restartLadder(ctx, tx, t); err != nil {
			return err
		}
	}
	return record(ctx, tx, t, c)
}

// ApproveLowering lets a supervisor who is not the owner approve or refuse a
// pending lowering. Only now do the old deadlines stop; a breach that fired stays.
func ApproveLowering(ctx context.Context, tx Tx, id ID, version int64, approve bool, reason string, terms Terms, cal Calendar) (Ticket, error) {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	me := tx.Actor()
	switch {
	case t.Version != version:
		return Ticket{}, act.Conflict("stale_version", "The ticket changed while you were looking at it; reload and decide again.")
	case t.PendingPriority == "":
		return Ticket{}, act.Refused("nothing_pending", "No lowering of the priority is waiting for approval.")
	case t.Owner == me.PostID || t.PendingBy == me.StaffID:
		return Ticket{}, act.Refused("own_request", "A supervisor other than the owner and the one who asked must approve.")
	}
	kind, to := "ticket.lowering_refused", t.PendingPriority
	if approve {
		kind = "ticket.lowered"
		if err := lower(ctx, tx, &t, to, terms, cal); err != nil {
			return Ticket{}, err
		}
	}
	t.PendingPriority, t.PendingReason, t.PendingBy = "", "", 0
	return t, record(ctx, tx, &t, change{kind: kind, reason: reason, data: map[string]any{"by": me.Name, "to": string(to)}})
}

// lower swaps the clocks for those of a less urgent priority.
func lower(ctx context.Context, tx Tx, t *Ticket, p Priority, terms Terms, cal Calendar) error {
	t.Priority = p
	if !p.Urgent() {
		stopRunning(t, StoppedBy{Proof: ProofRetriaged}, tx.Now())
		startClocks(t, NewClocks(p, t.InvitedAt, terms, cal))
	}
	if err := rearm(ctx, tx, t); err != nil {
		return err
	}
	if t.Status.Waiting() {
		return restartLadder(ctx, tx, t)
	}
	return nil
}
