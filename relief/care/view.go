package care

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/referral"
	"example.org/hotline/ticket"
)

// Case is all that is done for a household beside money, as the ticket's page shows it.
type Case struct {
	FollowUps []FollowView  `json:"follow_ups" doc:"Looks after the household, what runs first"`
	Services  []OrderView   `json:"services" doc:"What the social-work station was asked for, the oldest first"`
	Plan      []PlanView    `json:"plan" doc:"Who needs what and what is done about it, the oldest first"`
	Trips     []TripView    `json:"trips" doc:"Ways to offices, the oldest first"`
	Mandates  []MandateView `json:"mandates" doc:"What the citizen lets us do for them"`
	MadeTrips int           `json:"made_trips" doc:"Ways that the citizen had to make"`
	MostTrips int           `json:"most_trips" doc:"So many are the most that a case should cost"`
	Station   string        `json:"station,omitempty" doc:"The township's station; absent where it has none with a lead"`
	May       bool          `json:"may" doc:"You may add to it"`
}

// FollowView is a plan to look at a household again.
type FollowView struct {
	ID        string        `json:"id" format:"uuid"`
	TicketID  string        `json:"ticket_id" format:"uuid"`
	Number    ticket.Number `json:"number" doc:"The ticket's"`
	AreaName  string        `json:"area_name"`
	Catalogue string        `json:"catalogue"`
	Kind      string        `json:"kind"`
	Holds     bool          `json:"holds" doc:"The case stays open while it runs"`
	Reason    string        `json:"reason,omitempty" doc:"Empty for those who do not help"`
	For       string        `json:"for" doc:"The post that looks"`
	NextOn    ticket.Date   `json:"next_on"`
	State     FollowState   `json:"state" enum:"planned,late,ended"`
	By        string        `json:"by"`
	At        time.Time     `json:"at"`
	EndReason string        `json:"end_reason,omitempty"`
	Looks     []LookView    `json:"looks" doc:"The oldest first"`
	Look      bool          `json:"look" doc:"You may write down a look"`
	End       bool          `json:"end" doc:"You may end it without one"`
}

// LookView is one look at a household.
type LookView struct {
	At      time.Time   `json:"at"`
	By      string      `json:"by"`
	Way     people.Way  `json:"way" enum:"visit,call"`
	Outcome LookOutcome `json:"outcome" enum:"fine,not_enough,not_met"`
	Found   string      `json:"found,omitempty" doc:"Empty for those who do not help"`
	DueOn   ticket.Date `json:"due_on"`
	NextOn  ticket.Date `json:"next_on,omitempty"`
}

// OrderView is a service order, as the case or its station shows it.
type OrderView struct {
	ID        string               `json:"id" format:"uuid"`
	Number    ticket.Number        `json:"number" doc:"The ticket's"`
	Station   string               `json:"station"`
	Area      area.Code            `json:"area" doc:"The station's township"`
	Catalogue string               `json:"catalogue"`
	Service   string               `json:"service"`
	State     OrderState           `json:"state" enum:"ordered,accepted,returned,done,cancelled"`
	Outcome   OrderOutcome         `json:"outcome,omitempty" enum:"helped,partly,not_helped,declined"`
	Request   string               `json:"request,omitempty"`
	Consent   referral.ConsentKind `json:"consent,omitempty" enum:"written,spoken,recorded,guardian"`
	Fields    []referral.Field     `json:"fields" doc:"What the station sees"`
	Letter    *referral.Letter     `json:"letter,omitempty" doc:"For the station, while the order runs"`
	By        string               `json:"by"`
	At        time.Time            `json:"at"`
	DueAt     *time.Time           `json:"due_at,omitempty"`
	Late      bool                 `json:"late"`
	Steps     []OrderStepView      `json:"steps" doc:"The oldest first"`
	NextActs  []string             `json:"next_acts" doc:"send, cancel; for the station accept, return, done"`
}

// OrderStepView is one line of an order's history.
type OrderStepView struct {
	Event   OrderEvent   `json:"event" enum:"send,accept,return,done,cancel"`
	Outcome OrderOutcome `json:"outcome,omitempty" enum:"helped,partly,not_helped,declined"`
	At      time.Time    `json:"at"`
	By      string       `json:"by"`
	Note    string       `json:"note,omitempty"`
}

// PlanView is a line of a household's plan.
type PlanView struct {
	ID        string      `json:"id" format:"uuid"`
	Catalogue string      `json:"catalogue"`
	Person    string      `json:"person,omitempty" doc:"A member; absent: the whole household"`
	Name      string      `json:"name,omitempty" doc:"Theirs; empty for those who do not help"`
	Need      string      `json:"need"`
	Measure   string      `json:"measure"`
	Work      bool        `json:"work" doc:"It is to bring an income of their own"`
	Goal      string      `json:"goal,omitempty"`
	DueOn     ticket.Date `json:"due_on"`
	State     PlanState   `json:"state" enum:"open,done,dropped"`
	Late      bool        `json:"late"`
	Result    string      `json:"result,omitempty"`
	Came      string      `json:"came,omitempty"`
	By        string      `json:"by"`
	DoneBy    string      `json:"done_by,omitempty"`
	DoneAt    *time.Time  `json:"done_at,omitempty"`
}

// TripView is one way to an office.
type TripView struct {
	ID    string      `json:"id" format:"uuid"`
	On    ticket.Date `json:"on"`
	Place TripPlace   `json:"place" enum:"township,county,department,hospital,bank,village"`
	For   Errand      `json:"for" enum:"apply,papers,sign,collect,ask"`
	Ours  bool        `json:"ours" doc:"One of ours went for them"`
	By    string      `json:"by" doc:"Who wrote it down"`
}

// MandateView is what the citizen lets us do for them.
type MandateView struct {
	ID      string               `json:"id" format:"uuid"`
	For     []Errand             `json:"for"`
	Consent referral.ConsentKind `json:"consent" enum:"written,spoken,recorded,guardian"`
	By      string               `json:"by"`
	At      time.Time            `json:"at"`
	EndedAt *time.Time           `json:"ended_at,omitempty"`
}

// FollowFilter narrows the list of plans: due until today, late, or all that run.
type FollowFilter struct {
	View  string // "due", "late" or "open"
	Limit int
}
