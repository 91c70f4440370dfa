package ticket

import (
	"context"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// CallbackID is the internal number of a call-back; outside only PublicID is seen.
type CallbackID int64

// Callback is the task to ring a citizen back: one for a number, however often
// it called in vain. It lies on the ticket of the first of those calls.
type Callback struct {
	ID       CallbackID
	PublicID string
	Ticket   ID
	Call     CallID // whose number is dialled
	Origin   CallbackOrigin
	Urgent   bool
	State    CallbackState
	Calls    int // how many calls of the number it stands for

	EnteredAt  time.Time // since when the citizen waits: the place in the queue is kept
	CreatedAt  time.Time
	TryAt      time.Time // not to be tried before
	DueAt      time.Time // the try, the visit or the head's word is late after this
	Tries      int
	FirstTryAt time.Time   // zero before
	Holder     area.PostID // who has claimed it, is to visit, or decides about the visit; zero for nobody
	ClaimedAt  time.Time
	EndedAt    time.Time
	Outcome    CallbackOutcome
	Note       string
	Visit      FieldVisit
	Epoch      int64 // rises with every change of state: older timers are void
}

// Subject names the call-back in timers and records.
func (c Callback) Subject() act.Subject { return act.Subject{Kind: "callback", ID: int64(c.ID)} }

// CallbackOrigin is why somebody is to be rung back.
type CallbackOrigin string

// The origins.
const (
	CallbackMissed    CallbackOrigin = "missed"  // the call ended before a person was reached
	CallbackRequested CallbackOrigin = "asked"   // key 2, or the flow
	CallbackCutOff    CallbackOrigin = "cut_off" // an agent answered, and nobody spoke or the conversation broke off
)

// CallbackOutcome is how a call-back ended.
type CallbackOutcome string

// The outcomes.
const (
	OutcomeReached     CallbackOutcome = "reached"
	OutcomeCalledAgain CallbackOutcome = "called_again" // the citizen rang once more and reached a person
	OutcomeVisited     CallbackOutcome = "visited"      // somebody went there and spoke to the citizen
	OutcomeUnmet       CallbackOutcome = "unmet"        // somebody went there in vain, and the head ended it, with the reason
	OutcomeWithdrawn   CallbackOutcome = "withdrawn"    // called off by a person, with the reason
	OutcomeMoot        CallbackOutcome = "moot"         // somebody has spoken to the citizen meanwhile, or the ticket is closed
)

// CallbackState is where a call-back stands.
type CallbackState string

// The states. Zero is never valid.
const (
	CallbackOpen      CallbackState = "open"    // waits for its time, or for somebody
	CallbackClaimed   CallbackState = "claimed" // somebody is ringing
	CallbackVisit     CallbackState = "visit"   // not reached by telephone: somebody goes there
	CallbackDone      CallbackState = "done"
	CallbackCancelled CallbackState = "cancelled"
)

// CallbackStates lists every CallbackState.
func CallbackStates() []CallbackState {
	return []CallbackState{CallbackOpen, CallbackClaimed, CallbackVisit, CallbackDone, CallbackCancelled}
}

// Alive reports whether something is still to be done.
func (s CallbackState) Alive() bool {
	return s == CallbackOpen || s == CallbackClaimed || s == CallbackVisit
}

// CallbackEvent moves a call-back on.
type CallbackEvent string

// The events.
const (
	CallbackClaim   CallbackEvent = "claim"
	CallbackRelease CallbackEvent = "release" // the claim has lapsed
	CallbackReach   CallbackEvent = "reach"
	CallbackMiss    CallbackEvent = "miss"    // not reached: it is tried again later
	CallbackExhaust CallbackEvent = "exhaust" // not reached by any try, or the number is wrong
	CallbackAgain   CallbackEvent = "again"   // the same number called in vain once more
	CallbackMeet    CallbackEvent = "meet"    // the citizen rang again and reached a person, or nothing is left to ask
	CallbackFinish  CallbackEvent = "finish"  // somebody has been there and met the citizen
	CallbackUnmet   CallbackEvent = "unmet"   // somebody has been there in vain: the head decides
	CallbackSend    CallbackEvent = "send"    // somebody is asked to go there once more
	CallbackCancel  CallbackEvent = "cancel"
)

// CallbackEvents lists every CallbackEvent.
func CallbackEvents() []CallbackEvent {
	return []CallbackEvent{CallbackClaim, CallbackRelease, CallbackReach, CallbackMiss, CallbackExhaust, CallbackAgain, CallbackMeet, CallbackFinish,
		CallbackUnmet, CallbackSend, CallbackCancel}
}

// callbackMoves is the whole life of a call-back. A pair not listed is refused.
//
//	open ─claim▶ claimed ─reach▶ done        open, claimed, visit ─meet▶ done
//	 ▲ ▲            │ └──exhaust──▶ visit ─finish▶ done   … ─cancel▶ cancelled
//	 │ └─miss,release                 │ └─unmet,send▶ visit
//	 └────────────again───────────────┘
var callbackMoves = map[CallbackState]map[CallbackEvent]CallbackState{
	CallbackOpen: {CallbackClaim: CallbackClaimed, CallbackAgain: CallbackOpen, CallbackMeet: CallbackDone, CallbackCancel: CallbackCancelled},
	CallbackClaimed: {CallbackRelease: CallbackOpen, CallbackReach: CallbackDone, CallbackMiss: CallbackOpen, CallbackExhaust: CallbackVisit,
		CallbackAgain: CallbackClaimed, CallbackMeet: CallbackDone, CallbackCancel: CallbackCancelled},
	CallbackVisit: {CallbackAgain: CallbackOpen, CallbackMeet: CallbackDone, CallbackFinish: CallbackDone, CallbackUnmet: CallbackVisit,
		CallbackSend: CallbackVisit, CallbackCancel: CallbackCancelled},
	CallbackDone:      {},
	CallbackCancelled: {},
}

// Next is the pure transition. A refused pair is an act.ErrRefused that names both.
func (s CallbackState) Next(ev CallbackEvent) (CallbackState, error) {
	if next, ok := callbackMoves[s][ev]; ok {
		return next, nil
	}
	return "", act.NotInState("callback", s, ev)
}

// TryResult is how a try to ring back went.
type TryResult string

// The results.
const (
	TryReached     TryResult = "reached"
	TryNoAnswer    TryResult = "no_answer"
	TryBusy        TryResult = "busy"
	TryWrongNumber TryResult = "wrong_number" // somebody else's: it is not tried again
)

// Valid reports whether r is a known result.
func (r TryResult) Valid() bool {
	return r == TryReached || r == TryNoAnswer || r == TryBusy || r == TryWrongNumber
}

// CallbackRules are the times of call-backs: data of the ladder policy.
type CallbackRules struct {
	Urgent   time.Duration   // by when a suspected emergency is rung back
	Ordinary time.Duration   // by when the others are
	Tries    []time.Duration // when each try may be made, from the first; none: the line rings nobody back
	Late     time.Duration   // how long after its time a later try is late
	Claim    time.Duration   // how long a claim holds without a result

	VisitUrgent   time.Duration // by when a visit to a suspected emergency has a result, on the wall clock
	VisitOrdinary time.Duration // by when the others have
}

// apart is the least time between two tries: the shortest that the plan of the
// tries itself leaves.
func (r CallbackRules) apart() (least time.Duration) {
	for i := 1; i < len(r.Tries); i++ {
		if gap := r.Tries[i] - r.Tries[i-1]; i == 1 || gap < least {
			least = gap
		}
	}
	return least
}

// within is how soon a call-back is due.
func (r CallbackRules) within(urgent bool) time.Duration {
	if urgent {
		return r.Urgent
	}
	return r.Ordinary
}

// The timer kinds of a call-back. Their handlers live in dispatch.
const (
	TimerCallbackDue   = "callback_due"   // late: told once for each try
	TimerCallbackTry   = "callback_try"   // its next try may be made: lists show it
	TimerCallbackClaim = "callback_claim" // a claim without a result lapses
	TimerCallbackVisit = "callback_visit" // a visit without a result, or a head's word that is missing; armed anew until there is one
)

// Callable tells whether a call's number can be rung back, and why not: a
// withheld number cannot, and a foreign one is not, since a missed call costs
// its caller nothing and a call-back abroad may cost the line a lot.
func Callable(c Call) (ok bool, why string) {
	switch {
	case c.FromE164 == "":
		return false, "withheld"
	case !strings.HasPrefix(c.FromE164, "+86"):
		return false, "foreign"
	default:
		return true, ""
	}
}

// CallbackTx is what the commands of call-backs need of a transaction. A
// call-back is locked after the ticket, and on its own where the ticket stays as it is.
type CallbackTx interface {
	Tx

	// Ticket loads a ticket with its clocks, without a lock.
	Ticket(ctx context.Context, id ID) (Ticket, error)
	// Covers reports whether the actor stands in for a village today.
	Covers(ctx context.Context, village area.Code) (bool, error)
	// CallbackByRef resolves a public id, in scope; act.ErrNotFound where there is none.
	CallbackByRef(ctx context.Context, publicID string) (CallbackID, error)
	// CallbackForUpdate locks and loads a call-back; act.ErrNotFound outside the actor's scope.
	CallbackForUpdate(ctx context.Context, id CallbackID) (Callback, error)
	// AliveCallback locks and loads the one call-back of a call's number that is not over; act.ErrNotFound where there is none.
	AliveCallback(ctx context.Context, call CallID) (Callback, error)
	// AddCallback writes a new call-back and gives it its ids; added is false where the number has one already.
	AddCallback(ctx context.Context, c *Callback) (added bool, err error)
	// SaveCallback writes a call-back that was locked.
	SaveCallback(ctx context.Context, c *Callback) error
	// WaitingSince is when the caller of a call first stood in a queue, else the INVITE's time.
	WaitingSince(ctx context.Context, call CallID) (time.Time, error)
	// OnDuty lists who is on duty for a role in exactly that area now, the first in position first.
	OnDuty(ctx context.Context, where area.Code, role area.Role) ([]area.Post, error)
	// Assistants lists the village assistants of exactly that area who are there now.
	Assistants(ctx context.Context, where area.Code) ([]area.Post, error)
}
