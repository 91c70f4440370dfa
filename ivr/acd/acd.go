// Package acd decides which agent a waiting caller is offered to: automatic
// call distribution, as pure functions of who waits, who is there and what time
// it is. Where the state is kept and how nodes share it is package queue's.
package acd

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// Status is what an agent has chosen. It is kept apart from State, which is
// what the line sees: an agent may choose a pause while a call still goes on.
type Status string

// The statuses.
const (
	StatusAvailable Status = "available"
	StatusPaused    Status = "paused" // with a reason
	StatusSignedOff Status = "signed_off"
)

// State is what the line sees of an agent.
type State string

// The states of a seat.
//
//	idle ──offer──▶ ringing ──answer──▶ talking ──hang-up──▶ wrap_up ──done──▶ idle
//	  ▲──────reject, no answer, caller left──┘                             (or delay)
const (
	StateIdle    State = "idle"
	StateRinging State = "ringing" // offered a call
	StateTalking State = "talking" // in a conversation, also while holding
	StateWrapUp  State = "wrap_up" // writing down what was said
	StateDelayed State = "delayed" // after a reject, busy or no answer, for a while
	StateAway    State = "away"    // the browser or telephone is not connected
)

// PauseReason is why an agent takes no calls: a key of the city's list, such as
// "meal" or "training"; "unanswered" and "disconnected" are set by the line.
type PauseReason string

// Skills are what an agent speaks or knows, 1 (some) to 10 (best), by key:
// a dialect ("dialect:jining") or a field of policy ("field:medical").
type Skills = area.Skills

// OfferID names one offer of one caller to one agent.
type OfferID string

// Agent is one agent's seat as the distribution sees it.
type Agent struct {
	ID     area.StaffID `json:"id"`
	Login  string       `json:"login"`
	Name   string       `json:"name"`
	Area   area.Code    `json:"area"`
	Node   string       `json:"node"` // where the audio leg is connected
	Queues []string     `json:"queues"`
	Skills Skills       `json:"skills"`

	Status    Status        `json:"status"`
	Reason    PauseReason   `json:"reason,omitempty"`
	State     State         `json:"state"`
	Since     time.Time     `json:"since"`      // of State
	IdleSince time.Time     `json:"idle_since"` // for longest-idle; kept through reject and pause
	Until     time.Time     `json:"until"`      // end of ringing, wrap-up or delay; zero none
	Offer     OfferID       `json:"offer,omitempty"`
	Call      ticket.CallID `json:"call,omitempty"`      // offered or talking
	Calls     int           `json:"calls"`               // answered since sign-on
	Missed    int           `json:"missed"`              // unanswered in a row
	Priority  int           `json:"priority"`            // place in linear order, lower first
	Queue     string        `json:"queue,omitempty"`     // of the call offered, talking or being written up
	CallNode  string        `json:"call_node,omitempty"` // that holds the call
	Seized    bool          `json:"seized,omitempty"`    // taken for a consult or a transfer, not from the queue
	Was       State         `json:"was,omitempty"`       // while away: the state to come back to
	Ended     string        `json:"ended,omitempty"`     // why the last offer ended unanswered: SeatChange.Why
	Seated    time.Time     `json:"seated"`              // latest sign-on; of two seats of an agent the later counts
	SpanFrom  time.Time     `json:"span_from"`           // since when status, reason and state are what they are
	Statused  time.Time     `json:"statused"`            // since when status and reason are
	Joined    ticket.CallID `json:"joined,omitempty"`    // the conversation they listen to as a supervisor: no other is offered meanwhile
	Closing   bool          `json:"closing,omitempty"`   // the node is stopping: offered to its own callers alone
}

// Caller is one waiting call.
type Caller struct {
	Call      ticket.CallID   `json:"call"`
	Ticket    ticket.Number   `json:"ticket"`
	Number    string          `json:"number"` // dialled
	Node      string          `json:"node"`
	Queue     string          `json:"queue"`
	Priority  ticket.Priority `json:"priority"`
	DueAt     time.Time       `json:"due_at"` // nearest deadline of the ticket; zero unknown
	InvitedAt time.Time       `json:"invited_at"`
	EnteredAt time.Time       `json:"entered_at"`       // of the queue; kept when a caller is put back, or called back, so that the place is
	Wants     Skills          `json:"wants"`            // least levels asked for; they relax as the wait grows
	Prefer    area.StaffID    `json:"prefer,omitempty"` // the agent who has spoken with them before the line broke
	Front     bool            `json:"front,omitempty"`  // lost their agent in mid-call: before everybody else
	Turn      int             `json:"turn"`             // how many times the call has begun to wait, from 1
	WaitFrom  time.Time       `json:"wait_from"`        // when the present wait began; EnteredAt may be earlier
	Again     bool            `json:"again,omitempty"`  // back in the same queue: counted once in its figures

	Offer OfferID      `json:"offer,omitempty"`
	Agent area.StaffID `json:"agent,omitempty"` // being rung, or talking
	// Answered is when an agent answered; the caller waits no more.
	Answered time.Time `json:"answered"`
	// Tried counts the offers of this wait that went unanswered, by agent.
	Tried map[area.StaffID]int `json:"tried,omitempty"`
	// Yields marks a place whose ticket has another, later one, which has taken
	// its time of entering over: one ticket waits once.
	Yields bool `json:"yields,omitempty"`
	// Joins are the latest wishes of supervisors to come in, oldest first.
	Joins []Join `json:"joins,omitempty"`
}

// Waiting reports whether the caller waits for an agent, ringing or not.
func (c Caller) Waiting() bool { return c.Answered.IsZero() && !c.Yields }

// Join is a supervisor's wish to come into a conversation.
type Join struct {
	Seq   int          `json:"seq"` // counts up within a call
	Agent area.StaffID `json:"agent"`
	Node  string       `json:"node"`
	Mode  JoinMode     `json:"mode"`
}

// Offer is a caller offered to an agent.
type Offer struct {
	ID         OfferID         `json:"id"`
	Call       ticket.CallID   `json:"call"`
	Ticket     ticket.Number   `json:"ticket"`
	Queue      string          `json:"queue"`
	CallerNode string          `json:"caller_node"`
	Agent      area.StaffID    `json:"agent"`
	AgentNode  string          `json:"agent_node"`
	Priority   ticket.Priority `json:"priority"`
	At         time.Time       `json:"at"`
	Expires    time.Time       `json:"expires"` // rings until then
}

// LeaveReason is why a caller left the queue.
type LeaveReason string

// The reasons.
const (
	LeftAnswered  LeaveReason = "answered"
	LeftAbandoned LeaveReason = "abandoned" // hung up while waiting
	LeftShort     LeaveReason = "short"     // hung up within 5 s: counted apart
	LeftKey       LeaveReason = "key"       // chose something else
	LeftCallback  LeaveReason = "callback"  // chose to be called back
	LeftTimeout   LeaveReason = "timeout"   // the longest wait is over
	LeftNoAgent   LeaveReason = "no_agent"  // nobody is signed on
	LeftNodeLost  LeaveReason = "node_lost" // the node that held the call died
	LeftMoved     LeaveReason = "moved"     // handed to another queue while waiting
)

// LeaveReasons lists every LeaveReason.
func LeaveReasons() []LeaveReason {
	return []LeaveReason{LeftAnswered, LeftAbandoned, LeftShort, LeftKey, LeftCallback, LeftTimeout, LeftNoAgent, LeftNodeLost, LeftMoved}
}

// PlaceChange is what happens to a waiting caller.
type PlaceChange struct {
	Kind  PlaceKind
	Offer Offer        // of Ringing, Unanswered, Connected
	Agent area.StaffID // of JoinAsked: the supervisor or colleague who comes in
	Node  string       // of JoinAsked: where that agent's leg is
	Mode  JoinMode     // of JoinAsked
}

// PlaceKind is the kind of a PlaceChange.
type PlaceKind string

// The kinds.
const (
	PlaceRinging    PlaceKind = "ringing"    // an agent is being rung
	PlaceUnanswered PlaceKind = "unanswered" // reject, no answer or gone: the caller waits on
	PlaceConnected  PlaceKind = "connected"  // the agent has answered: join the legs now
	PlaceAlone      PlaceKind = "alone"      // nobody who could answer is signed on
	PlaceJoinAsked  PlaceKind = "join_asked" // somebody wants to listen, whisper, barge in or take over
)

// JoinMode is how a supervisor comes into a conversation.
type JoinMode string

// The modes.
const (
	JoinListen   JoinMode = "listen"    // hears both, is heard by nobody
	JoinWhisper  JoinMode = "whisper"   // heard by the agent alone
	JoinBarge    JoinMode = "barge"     // heard by all
	JoinTakeOver JoinMode = "take_over" // the agent goes, the supervisor stays
	JoinLeave    JoinMode = "leave"
)

// SeatChange is what happens to an agent's seat.
type SeatChange struct {
	Kind  SeatKind
	Offer Offer  // of Offered, Withdrawn
	Agent Agent  // the seat as it now is
	Why   string // of Withdrawn: one of the Ended constants
}

// SeatKind is the kind of a SeatChange.
type SeatKind string

// The kinds.
const (
	SeatOffered   SeatKind = "offered"   // ring now
	SeatWithdrawn SeatKind = "withdrawn" // stop ringing now
	SeatChanged   SeatKind = "changed"   // status or state, by the line or a supervisor
)

// Position is where a caller stands.
type Position struct {
	Ahead int           // callers before this one
	Wait  time.Duration // expected; negative where it cannot be told
	Staff int           // agents signed on who could answer
}

// Board is the queue and the agents as a supervisor sees them live.
type Board struct {
	At      time.Time `json:"at"`
	Callers []Caller  `json:"callers"` // waiting, then talking
	Agents  []Agent   `json:"agents"`
	Figures []Figures `json:"figures"` // by queue, of today
	Alarms  []string  `json:"alarms"`  // message keys
}

// Figures are a queue's figures over a span of time (RFC-less: the field's
// usual ones). Short abandons, under 5 s, are counted apart.
type Figures struct {
	Queue         string        `json:"queue"`
	From          time.Time     `json:"from"`
	To            time.Time     `json:"to"`
	Entered       int           `json:"entered"`
	Answered      int           `json:"answered"`
	InTime        int           `json:"in_time"` // answered within the service level's time
	Abandoned     int           `json:"abandoned"`
	Short         int           `json:"short"`
	CalledBack    int           `json:"called_back"` // left for a call-back
	TimedOut      int           `json:"timed_out"`
	ServiceLevel  float64       `json:"service_level"` // InTime / (Answered + Abandoned); 1 where nobody called
	AverageWait   time.Duration `json:"average_wait_ns"`
	LongestWait   time.Duration `json:"longest_wait_ns"`
	AverageTalk   time.Duration `json:"average_talk_ns"`
	AverageHandle time.Duration `json:"average_handle_ns"` // talk and wrap-up
	Occupancy     float64       `json:"occupancy"`         // (talk and wrap-up) / signed-on time that was not paused
}
