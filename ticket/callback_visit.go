package ticket

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// FieldVisit is the visit to a citizen who could not be rung back: the last of
// those that somebody was asked for. Who is asked is the call-back's holder, and
// what it is late after the call-back's DueAt.
type FieldVisit struct {
	Asked   int         // how often somebody was asked to go; zero: nobody yet
	AskedAt time.Time   // when the last time
	Late    int         // how often its time has passed without a result, or without the head's word on one
	Result  VisitResult // empty until somebody has reported
}

// VisitResult is what came of a visit.
type VisitResult string

// The results. With any but the first the township's head decides what follows.
const (
	VisitReached  VisitResult = "reached" // they spoke: the call-back is over
	VisitNotFound VisitResult = "not_found"
	VisitMoved    VisitResult = "moved"
	VisitRefused  VisitResult = "refused" // the citizen was there and wants no help
)

// Valid reports whether r is a known result.
func (r VisitResult) Valid() bool {
	return r == VisitReached || r == VisitNotFound || r == VisitMoved || r == VisitRefused
}

// AwaitsHead reports whether somebody went there in vain, and the head's word is awaited.
func (c Callback) AwaitsHead() bool { return c.State == CallbackVisit && c.Visit.Result != "" }

// ClaimedBy reports whether that post has claimed the call-back.
func (c Callback) ClaimedBy(post area.PostID) bool {
	return c.State == CallbackClaimed && c.Holder == post
}

// CallbackRingers are the roles that ring citizens back.
func CallbackRingers() []area.Role {
	return []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleCountyDuty, area.RoleCityDuty}
}

// VisitReporters are the roles that say what came of a visit: who goes there,
// and who is told of it by telephone.
func VisitReporters() []area.Role {
	return append(CallbackRingers(), area.RoleVillageAssistant, area.RoleWorker, area.RoleTownshipHead)
}

// VisitDeciders are the roles that decide what follows a visit in vain: the
// township's head, and who stands in above them.
func VisitDeciders() []area.Role {
	return []area.Role{area.RoleTownshipHead, area.RoleSupervisor, area.RoleCountyDuty, area.RoleCityDuty}
}

// visitWithin is how soon a visit, or the head's word on one, is due.
func (r CallbackRules) visitWithin(urgent bool) time.Duration {
	if urgent {
		return r.VisitUrgent
	}
	return r.VisitOrdinary
}

func headDecides() error {
	return act.Refused("head_decides", "Somebody has been there in vain: the township's head decides whether somebody goes again.")
}

// sendSomebody is what follows the last try: a message to the citizen's mobile,
// and a visit.
func sendSomebody(ctx context.Context, tx CallbackTx, t Ticket, c *Callback, result TryResult, r CallbackRules) (err error) {
	if c.State, err = c.State.Next(CallbackExhaust); err != nil {
		return err
	}
	visitors, err := whoVisits(ctx, tx, t)
	if err != nil {
		return err
	}
	if err := askVisit(ctx, tx, t, c, visitors, "", r); err != nil {
		return err
	}
	call, err := tx.Call(ctx, c.Call)
	if err != nil || result == TryWrongNumber || !ParsePhone(call.FromE164).Mobile {
		return err
	}
	return tx.Notify(ctx, Notice{Key: callbackKey(*c, "sms"), Ticket: t.ID, Citizen: true, Template: "callback_missed",
		Fields: map[string]string{"number": string(t.Number)}, Urgent: c.Urgent})
}

// askVisit asks people to go there: the time runs anew from now.
func askVisit(ctx context.Context, tx CallbackTx, t Ticket, c *Callback, visitors []area.Post, reason string, r CallbackRules) error {
	c.Visit.Asked++
	c.Visit.AskedAt, c.Visit.Result = tx.Now(), ""
	c.Holder, c.ClaimedAt, c.DueAt = visitors[0].ID, time.Time{}, tx.Now().Add(r.visitWithin(c.Urgent))
	if err := moveCallback(ctx, tx, c, r); err != nil {
		return err
	}
	if err := tellOfVisit(ctx, tx, t, *c, visitors, "callback_visit"); err != nil {
		return err
	}
	names := make([]string, 0, len(visitors))
	for _, post := range visitors {
		names = append(names, post.Name)
	}
	return tellCallback(ctx, tx, t, *c, "callback.visit_wanted", reason,
		map[string]any{"by": tx.Actor().Name, "to": names, "due_at": c.DueAt.UTC().Format(time.RFC3339)})
}

// tellOfVisit writes to people about a visit, once to each as the call-back stands.
func tellOfVisit(ctx context.Context, tx CallbackTx, t Ticket, c Callback, to []area.Post, template string) error {
	place, err := tx.Division(ctx, t.Area)
	if errors.Is(err, act.ErrNotFound) {
		place, err = area.Division{Name: string(t.Area)}, nil // merged away: it still needs a visit
	}
	if err != nil {
		return err
	}
	for _, post := range to {
		if err := tx.Notify(ctx, Notice{Key: fmt.Sprintf("%s:post:%d", callbackKey(c, template), post.ID), Ticket: t.ID, Post: post.ID, Template: template,
			Fields: map[string]string{"number": string(t.Number), "area": place.Name, "due": InWords(c.DueAt)}, Urgent: c.Urgent}); err != nil {
			return err
		}
	}
	return nil
}

// whoVisits is the assistants of the village where it happened, else whoever of
// the township goes.
func whoVisits(ctx context.Context, tx CallbackTx, t Ticket) ([]area.Post, error) {
	assistants, err := tx.Assistants(ctx, t.AskedIn())
	if err != nil || len(assistants) > 0 {
		return assistants, err
	}
	return townshipPost(ctx, tx, t, area.RoleWorker)
}

// townshipPost is who is on duty for a role in the ticket's township, else that
// role's desk there, else the county's desk, else the ticket's owner: one post,
// and never none.
func townshipPost(ctx context.Context, tx CallbackTx, t Ticket, role area.Role) ([]area.Post, error) {
	where := t.AskedIn()
	if where.Level() >= area.LevelTownship {
		onDuty, err := tx.OnDuty(ctx, where.At(area.LevelTownship), role)
		if err != nil {
			return nil, err
		}
		if len(onDuty) > 0 {
			return onDuty[:1], nil
		}
	}
	desk, err := nearestDesk(ctx, tx, where, deskAt{area.LevelTownship, role}, deskAt{area.LevelCounty, area.RoleCountyDuty})
	if !errors.Is(err, act.ErrNotFound) {
		return []area.Post{desk}, err
	}
	owner, err := tx.Post(ctx, t.Owner)
	return []area.Post{owner}, err
}

// ReportVisit records what came of a visit. Met, the citizen's need becomes a
// note of the ticket, of which its owner is told, and the call-back is over; else
// the township's head decides.
func ReportVisit(ctx context.Context, tx CallbackTx, id CallbackID, result VisitResult, note string, r CallbackRules) (Callback, error) {
	if !result.Valid() {
		return Callback{}, act.Invalid("result", "unknown_result", "Say reached, not_found, moved or refused.")
	}
	if strings.TrimSpace(note) == "" {
		return Callback{}, act.Invalid("note", "note_required", "Write what the citizen needs, or what was found at the door.")
	}
	if err := PlainText("note", note); err != nil {
		return Callback{}, err
	}
	c, t, err := lockCallback(ctx, tx, id)
	if err != nil {
		return Callback{}, err
	}
	me := tx.Actor()
	if me.Role == area.RoleVillageAssistant && t.AskedIn() != me.Area {
		covers, err := tx.Covers(ctx, t.AskedIn())
		if err != nil {
			return Callback{}, err
		}
		if !covers {
			return Callback{}, act.NotFound("callback") // somebody else's village
		}
	}
	if result == VisitReached {
		return c, metAtTheDoor(ctx, tx, t, &c, note)
	}
	if c.AwaitsHead() {
		return Callback{}, headDecides()
	}
	if c.State, err = c.State.Next(CallbackUnmet); err != nil {
		return Callback{}, err
	}
	head, err := townshipPost(ctx, tx, t, area.RoleTownshipHead)
	if err != nil {
		return Callback{}, err
	}
	c.Visit.Result, c.Visit.Late, c.Note = result, 0, note
	c.Holder, c.DueAt = head[0].ID, tx.Now().Add(r.visitWithin(c.Urgent))
	if err := moveCallback(ctx, tx, &c, r); err != nil {
		return Callback{}, err
	}
	if err := tellOfVisit(ctx, tx, t, c, head, "visit_unmet"); err != nil {
		return Callback{}, err
	}
	return c, tellCallback(ctx, tx, t, c, "callback.visited", note, map[string]any{"by": me.Name, "result": string(result), "to": head[0].Name})
}

func metAtTheDoor(ctx context.Context, tx CallbackTx, t Ticket, c *Callback, need string) error {
	c.Visit.Result = VisitReached
	if err := endCallback(ctx, tx, t, *c, CallbackFinish, OutcomeVisited, need); err != nil {
		return err
	}
	c.State, c.Outcome, c.Note = CallbackDone, OutcomeVisited, need
	me := tx.Actor()
	if err := Tell(ctx, tx, &t, "ticket.noted", need, map[string]any{"by": me.Name}); err != nil {
		return err
	}
	if t.Owner == me.PostID || !t.Status.Open() {
		return nil
	}
	owner, err := tx.Post(ctx, t.Owner)
	if err != nil {
		return err
	}
	return tellOfVisit(ctx, tx, t, *c, []area.Post{owner}, "visit_met")
}

// DecideVisit is the head's word on a visit in vain: somebody goes there again,
// or the call-back ends, with the reason.
func DecideVisit(ctx context.Context, tx CallbackTx, id CallbackID, again bool, reason string, r CallbackRules) (Callback, error) {
	if !again && strings.TrimSpace(reason) == "" {
		return Callback{}, act.Invalid("reason", "reason_required", "Say why nobody goes there again.")
	}
	if err := PlainText("reason", reason); err != nil {
		return Callback{}, err
	}
	c, t, err := lockCallback(ctx, tx, id)
	if err != nil {
		return Callback{}, err
	}
	if c.State == CallbackVisit && !c.AwaitsHead() {
		return Callback{}, act.Refused("visit_under_way", "Somebody is asked to go there; wait for what they find.")
	}
	if !again {
		err = endCallback(ctx, tx, t, c, CallbackCancel, OutcomeUnmet, reason)
		c.State, c.Outcome = CallbackCancelled, OutcomeUnmet
		return c, err
	}
	if c.State, err = c.State.Next(CallbackSend); err != nil {
		return Callback{}, err
	}
	visitors, err := whoVisits(ctx, tx, t)
	if err != nil {
		return Callback{}, err
	}
	c.Visit.Late = 0
	return c, askVisit(ctx, tx, t, &c, visitors, reason, r)
}

// DueVisit follows up a visit that has no result in time: the township's head is
// told once, the township's worker on duty is asked to go, and the time runs
// anew. Where it is the head's word that is missing, they are told again. rises
// tells that those who are told of late call-backs must know of it, since the
// township has been told before. One whose ticket needs it no more ends here.
func DueVisit(ctx context.Context, tx CallbackTx, id CallbackID, epoch int64, r CallbackRules) (c Callback, t Ticket, rises bool, err error) {
	c, t, err = lockCallback(ctx, tx, id)
	if err != nil || c.Epoch != epoch || c.State != CallbackVisit {
		return c, t, false, err
	}
	if t.callbackMoot() {
		return c, t, false, endCallback(ctx, tx, t, c, CallbackMeet, OutcomeMoot, "")
	}
	missed := c.DueAt
	c.Visit.Late++
	head, err := townshipPost(ctx, tx, t, area.RoleTownshipHead)
	if err != nil {
		return c, t, false, err
	}
	late := map[string]any{"due_at": missed.UTC().Format(time.RFC3339), "to": head[0].Name}
	if c.AwaitsHead() {
		c.Holder, c.DueAt = head[0].ID, tx.Now().Add(r.visitWithin(c.Urgent))
		if err := moveCallback(ctx, tx, &c, r); err != nil {
			return c, t, false, err
		}
		if err := tellOfVisit(ctx, tx, t, c, head, "visit_unmet"); err != nil {
			return c, t, false, err
		}
		return c, t, true, tellCallback(ctx, tx, t, c, "callback.decision_late", "", late)
	}
	if c.Visit.Late == 1 {
		if err := tellOfVisit(ctx, tx, t, c, head, "visit_late"); err != nil {
			return c, t, false, err
		}
	}
	if err := tellCallback(ctx, tx, t, c, "callback.visit_late", "", late); err != nil {
		return c, t, false, err
	}
	worker, err := townshipPost(ctx, tx, t, area.RoleWorker)
	if err != nil {
		return c, t, false, err
	}
	return c, t, c.Visit.Late > 1, askVisit(ctx, tx, t, &c, worker, "", r)
}
