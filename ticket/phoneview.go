package ticket

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// CallbackView is a call-back as lists show it. The number is never shown: the
// softphone dials it by the task's id.
type CallbackView struct {
	ID        string          `json:"id" format:"uuid"`
	TicketID  string          `json:"ticket_id" format:"uuid"`
	Number    Number          `json:"number" doc:"The ticket's number"`
	Priority  Priority        `json:"priority"`
	Area      area.Code       `json:"area"`
	AreaName  string          `json:"area_name"`
	Caller    string          `json:"caller_masked"`
	Origin    CallbackOrigin  `json:"origin" enum:"missed,asked,cut_off"`
	Urgent    bool            `json:"urgent"`
	State     CallbackState   `json:"state" enum:"open,claimed,visit,done,cancelled"`
	Calls     int             `json:"calls" doc:"How many calls of the number it stands for"`
	EnteredAt time.Time       `json:"entered_at" doc:"Since when the citizen waits: the place in the queue"`
	TryAt     time.Time       `json:"try_at" doc:"Not to be rung before"`
	DueAt     time.Time       `json:"due_at" doc:"Late after this"`
	Tries     int             `json:"tries"`
	Holder    string          `json:"holder,omitempty" doc:"Who has claimed it, is to visit, or decides about the visit"`
	Mine      bool            `json:"mine" doc:"You have claimed it"`
	EndedAt   *time.Time      `json:"ended_at,omitempty"`
	Outcome   CallbackOutcome `json:"outcome,omitempty" enum:"reached,called_again,visited,unmet,withdrawn,moot"`
	Note      string          `json:"note,omitempty"`
	Visit     *FieldVisitView `json:"visit,omitempty" doc:"The visit that somebody was asked for last"`
	NextActs  []string        `json:"next_acts" doc:"What you may do with it now: claim, try, cancel, visit_result, visit_decision"`
}

// FieldVisitView is a visit as lists show it. What it is late after is the call-back's due_at.
type FieldVisitView struct {
	AskedAt time.Time   `json:"asked_at"`
	Asked   int         `json:"asked" doc:"How often somebody was asked to go"`
	Late    int         `json:"late" doc:"How often its time has passed without a result, or without the head's word"`
	Result  VisitResult `json:"result,omitempty" enum:"reached,not_found,moved,refused" doc:"Missing until somebody has reported"`
}

// View is the visit as lists show it; nil where nobody was asked to go.
func (v FieldVisit) View() *FieldVisitView {
	if v.Asked == 0 {
		return nil
	}
	return &FieldVisitView{AskedAt: v.AskedAt, Asked: v.Asked, Late: v.Late, Result: v.Result}
}

// CallbackActs lists what somebody may do with a call-back as it stands.
func CallbackActs(c Callback, me act.Actor, now time.Time) []string {
	acts, mine := []string{}, c.ClaimedBy(me.PostID)
	if me.May(CallbackRingers()...) {
		if c.State == CallbackOpen && !c.TryAt.After(now) || mine {
			acts = append(acts, "claim")
		}
		if mine {
			acts = append(acts, "try")
		}
		if c.State.Alive() && (c.State != CallbackClaimed || mine) && !c.AwaitsHead() {
			acts = append(acts, "cancel")
		}
	}
	if c.State == CallbackVisit && me.May(VisitReporters()...) {
		acts = append(acts, "visit_result")
	}
	if c.AwaitsHead() && me.May(VisitDeciders()...) {
		acts = append(acts, "visit_decision")
	}
	return acts
}

// CallbackList picks which call-backs a list shows.
type CallbackList string

// The lists, each by urgency and then by place in the queue.
const (
	CallbacksOpen CallbackList = "open" // all that are not over
	CallbacksDue  CallbackList = "due"  // may be rung now
	CallbacksMine CallbackList = "mine" // claimed by the actor, or theirs to visit
	// CallbacksVisits is who is to be visited, or was visited in vain; a village
	// assistant sees those whom they may be asked to visit alone.
	CallbacksVisits CallbackList = "visits"
)

// Pop is what an agent sees of a call that rings or that they have: the ticket
// with its clocks, and what the number alone suggests. Nothing in it is proof of
// who is on the line.
type Pop struct {
	CallID    CallID        `json:"call_id"`
	To        string        `json:"to" doc:"Service number dialled"`
	Caller    string        `json:"caller_masked" doc:"Empty where withheld"`
	Withheld  bool          `json:"withheld" doc:"No number: nothing can be suggested"`
	InvitedAt time.Time     `json:"invited_at"`
	EnteredAt time.Time     `json:"entered_at" doc:"Since when the caller waits"`
	Ticket    Row           `json:"ticket"`
	Clocks    []ClockView   `json:"clocks"`
	Open      []PopTicket   `json:"open_tickets" doc:"Open tickets of the same number; several people may use one telephone"`
	Household *PopHousehold `json:"household,omitempty" doc:"Perhaps: who was helped under this number before"`
	History   []PopCall     `json:"history" doc:"Earlier calls of this number, newest first: times and outcomes only"`
	Callback  *CallbackView `json:"callback,omitempty" doc:"The number's call-back that is not over"`
}

// PopSource says where a suggestion comes from.
type PopSource string

// The sources.
const (
	SourceSameNumber PopSource = "same_number" // the number that calls
	SourceFindings   PopSource = "findings"    // what a worker found on an earlier ticket of that number
)

// PopTicket is an open ticket of the same number.
type PopTicket struct {
	Source    PopSource `json:"source"`
	ID        string    `json:"id" format:"uuid"`
	Number    Number    `json:"number"`
	Kind      Kind      `json:"kind"`
	Priority  Priority  `json:"priority"`
	Status    Status    `json:"status"`
	AreaName  string    `json:"area_name"`
	InvitedAt time.Time `json:"invited_at"`
}

// PopHousehold is who may be calling.
type PopHousehold struct {
	Source    PopSource `json:"source"`
	Ticket    Number    `json:"ticket" doc:"The earlier ticket that says so"`
	At        time.Time `json:"at"`
	Applicant string    `json:"applicant_masked"`
	AreaName  string    `json:"area_name"`
}

// PopCall is an earlier call of the same number.
type PopCall struct {
	At      time.Time   `json:"at"`
	Outcome CallOutcome `json:"outcome" enum:"spoken,voicemail,missed,alive"`
}

// CallOutcome is what came of a call, in one word.
type CallOutcome string

// The outcomes.
const (
	CallSpoken  CallOutcome = "spoken" // a person was reached
	CallMessage CallOutcome = "voicemail"
	CallInVain  CallOutcome = "missed"
	CallGoingOn CallOutcome = "alive"
)

// OutcomeOf tells what came of a call.
func OutcomeOf(reached, voicemail, ended bool) CallOutcome {
	switch {
	case reached:
		return CallSpoken
	case voicemail:
		return CallMessage
	case ended:
		return CallInVain
	default:
		return CallGoingOn
	}
}

// MaskName is all that a suggestion shows of a name: 张**.
func MaskName(name string) string {
	for _, first := range name {
		return string(first) + "**"
	}
	return ""
}
