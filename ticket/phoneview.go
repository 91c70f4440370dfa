package ticket

import (
	"time"

	"example.org/hotline/area"
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
	Origin    CallbackOrigin  `json:"origin" enum:"missed,asked"`
	Urgent    bool            `json:"urgent"`
	State     CallbackState   `json:"state" enum:"open,claimed,visit,done,cancelled"`
	Calls     int             `json:"calls" doc:"How many calls of the number it stands for"`
	EnteredAt time.Time       `json:"entered_at" doc:"Since when the citizen waits: the place in the queue"`
	TryAt     time.Time       `json:"try_at" doc:"Not to be rung before"`
	DueAt     time.Time       `json:"due_at" doc:"Late after this"`
	Tries     int             `json:"tries"`
	Holder    string          `json:"holder,omitempty" doc:"Who has claimed it, or who is to visit"`
	Mine      bool            `json:"mine" doc:"You have claimed it"`
	EndedAt   *time.Time      `json:"ended_at,omitempty"`
	Outcome   CallbackOutcome `json:"outcome,omitempty" enum:"reached,called_again,visited,withdrawn,moot"`
	Note      string          `json:"note,omitempty"`
	NextActs  []string        `json:"next_acts" doc:"What you may do with it now: claim, try, complete, cancel"`
}

// CallbackActs lists what somebody may do with a call-back in its state. mine
// tells that they have claimed it.
func CallbackActs(s CallbackState, mine bool, tryAt, now time.Time) []string {
	acts := []string{}
	if s == CallbackOpen && !tryAt.After(now) || s == CallbackClaimed && mine {
		acts = append(acts, "claim")
	}
	if s == CallbackClaimed && mine {
		acts = append(acts, "try")
	}
	if s == CallbackVisit {
		acts = append(acts, "complete")
	}
	if s.Alive() && (s != CallbackClaimed || mine) {
		acts = append(acts, "cancel")
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
