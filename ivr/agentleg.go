package ivr

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/media"
	"example.org/hotline/ticket"
)

// AgentLeg is an agent's end of conversations: a browser's standing WebRTC leg,
// a desk phone, or an agent of another node. It stays connected between calls.
// A call takes it when the agent has answered and gives it back with Release.
type AgentLeg interface {
	media.Party
	// Agent tells whose leg it is.
	Agent() area.StaffID
	// Login is the same agent as the timeline and other desks name them.
	Login() string
	// Commands gives what the agent wants done with the present call.
	Commands() <-chan AgentCommand
	// Tell shows the agent what has become of the call.
	Tell(AgentNews)
	// Present tells that the agent has dropped out, by a reload or a broken network (false: let the
	// citizen hear music), and that they are back (true). It keeps only the latest word, and nothing
	// while all is well. Nil where a leg knows no more than Gone.
	Present() <-chan bool
	// Gone is closed when the leg is lost and will not come back.
	Gone() <-chan struct{}
	// Release gives the leg back; the call uses it no more.
	Release()
}

// AgentVerb is what an agent may want.
type AgentVerb string

// The verbs.
const (
	VerbHangUp       AgentVerb = "hang_up"
	VerbHold         AgentVerb = "hold" // the citizen hears music
	VerbResume       AgentVerb = "resume"
	VerbKey          AgentVerb = "key"         // send a key to the other side
	VerbConsult      AgentVerb = "consult"     // hold the citizen, call Target
	VerbConsultEnd   AgentVerb = "consult_end" // give the consult up, back to the citizen
	VerbSwap         AgentVerb = "swap"        // between citizen and third
	VerbTransfer     AgentVerb = "transfer"    // blind: to Target; with a consult: join the two and go
	VerbConference   AgentVerb = "conference"  // all three
	VerbRecordPause  AgentVerb = "record_pause"
	VerbRecordResume AgentVerb = "record_resume"
)

// AgentCommand is one wish of an agent.
type AgentCommand struct {
	Verb   AgentVerb
	Key    rune   // of VerbKey
	Target Target // of VerbConsult and a blind VerbTransfer
}

// Target is whom an agent wants to consult or to hand the call to. It never
// holds a number that somebody typed: SECURITY T2.
type Target struct {
	Kind  TargetKind   `json:"kind"`
	Agent area.StaffID `json:"-"`               // of TargetAgent and TargetStaff
	Login string       `json:"login,omitempty"` // the same, as the browser knows them
	Queue string       `json:"queue,omitempty"` // of TargetQueue
	Name  string       `json:"name,omitempty"`  // of TargetEmergency: an entry of the emergency list
	Duty  string       `json:"duty,omitempty"`  // of TargetDuty: township, county, city
}

// TargetKind is the kind of a Target.
type TargetKind string

// The kinds.
const (
	TargetAgent     TargetKind = "agent"     // a colleague's leg
	TargetQueue     TargetKind = "queue"     // back into a queue, at the front
	TargetStaff     TargetKind = "staff"     // a worker's telephone as kept with their post
	TargetDuty      TargetKind = "duty"      // whoever is on duty for the ticket's area
	TargetEmergency TargetKind = "emergency" // 110, 119, 120
)

// AgentNews is what has become of an agent's call.
type AgentNews struct {
	State    CallState     `json:"state"`
	Call     ticket.CallID `json:"call"`
	Ticket   ticket.Number `json:"ticket"`
	Third    string        `json:"third,omitempty"`  // login, role or name of the consulted party
	Recorded bool          `json:"recorded"`         // false while the recording is paused
	Joined   acd.JoinMode  `json:"joined,omitempty"` // a supervisor who barged in; listening and whispering shows to the coached only
	Reason   string        `json:"reason,omitempty"` // of refused and ended
	At       time.Time     `json:"at"`
}

// CallState is where an agent's call stands.
type CallState string

// The states.
const (
	CallTalking     CallState = "talking"
	CallHolding     CallState = "holding"     // the citizen hears music
	CallConsulting  CallState = "consulting"  // talking with the third, the citizen hears music
	CallConferring  CallState = "conferring"  // all three
	CallReconnected CallState = "reconnected" // back after the leg broke
	CallEnded       CallState = "ended"
	CallRefused     CallState = "refused" // the last command could not be done; Reason says why
)

// AgentLegs finds the legs that are connected to this node.
type AgentLegs interface {
	Leg(agent area.StaffID) (AgentLeg, bool)
}

// Place is one caller's place in the shared queue; see queue.Hub.
type Place interface {
	// Changes tells what happens to the place, in order. It is closed after Leave.
	Changes() <-chan acd.PlaceChange
	// Position tells where the caller stands now.
	Position() acd.Position
	// Raise changes the urgency.
	Raise(p ticket.Priority, due time.Time)
	// Lost puts a caller whose agent's leg broke back at the front, preferring that agent.
	Lost()
	// PutBack puts a connected caller into a queue at the front, for a hand-over.
	PutBack(queue string, prefer area.StaffID)
	// Leave ends it, at the latest when the call ends. The agent's ringing stops at
	// once; where the caller was talking, the agent goes into wrap-up.
	Leave(why acd.LeaveReason)
}

// Queue is the automatic call distribution as a call sees it. It works with
// Redis away, then among the agents of this node.
type Queue interface {
	Enter(c acd.Caller) Place
	// AgentsOn counts the agents signed on who serve a queue.
	AgentsOn(queue string) int
	// Seize takes an idle agent's seat for a call that comes from elsewhere (consult, transfer): they are rung.
	// It returns once the agent has answered, or with the reason why not.
	Seize(ctx context.Context, agent area.StaffID, o acd.Offer) error
	// Engage takes a free agent's seat for a call that they have asked for themselves: they talk from now on.
	Engage(agent area.StaffID, o acd.Offer) error
	// Free ends what Seize, Engage or an answered offer began: the agent goes into wrap-up.
	Free(agent area.StaffID, call ticket.CallID)
}

// Recorder records legs. Begin never fails: what cannot be recorded is an alarm
// and no reason to touch the call.
type Recorder interface {
	Begin(m RecordingMeta) Recording
}

// RecordingMeta says what is being recorded.
type RecordingMeta struct {
	Call      ticket.CallID
	Ticket    ticket.Number
	Leg       string // as in ticket.CallEvent
	Voicemail bool
	StartedAt time.Time
}

// Recording is the recording of one leg.
type Recording interface {
	media.Tap
	ID() string
	// Pause writes silence of the same length until Resume; both may be called twice.
	Pause(at time.Time)
	Resume(at time.Time)
	// End closes it and returns its length. It is safe to call again.
	End(at time.Time) time.Duration
}

// Outbound is our own calls. Where they may go is decided there (SECURITY T2),
// never by what a caller or a browser sent.
type Outbound interface {
	// Dial calls and returns once the far end has answered (a leg with audio both
	// ways), or with ErrBusyHere, ErrNoAnswer, ErrForbidden, ErrCapped, ErrNoTrunk. Cancelling ctx sends CANCEL.
	Dial(ctx context.Context, o OutboundCall) (PhoneLeg, error)
}

// OutboundCall says whom to call and why. The number comes from staff contacts,
// a number bound to the ticket, or the configured emergency list.
type OutboundCall struct {
	To      string       // E.164, or a short number of the emergency list
	Purpose string       // "duty", "transfer", "consult", "callback", "notice": counted against its own cap
	By      area.StaffID // the agent who asked; zero for the line itself
	Ticket  ticket.Number
	Ring    time.Duration // how long; default 30 s
}

// PhoneLeg is a telephone we called.
type PhoneLeg interface {
	media.Party
	// Ended is closed when the far end has hung up or the call broke.
	Ended() <-chan struct{}
	// HangUp drains the audio, sends BYE and frees the leg. It is safe to call again.
	HangUp()
}

// Contacts tells whom a call may ring besides agents.
type Contacts interface {
	// DutyPhones lists telephones of who is on duty for the area of the call's ticket at a level
	// ("township", "county", "city"), first to be rung first.
	DutyPhones(ctx context.Context, call ticket.CallID, level string) ([]Contact, error)
	// StaffPhone finds a member of staff's telephone by login; it fails where the agent may not ring them.
	StaffPhone(ctx context.Context, login string) (Contact, error)
	// Caller tells what is known of a caller, for the flow's branches.
	Caller(ctx context.Context, c ticket.Call) (CallerFacts, error)
}

// Contact is one telephone of the staff.
type Contact struct {
	Staff area.StaffID
	Name  string // role and area as the timeline shows them
	Phone string // E.164
}

// CallerFacts is what is known of a caller's number.
type CallerFacts struct {
	Known, OpenTicket, CallbackDue bool
	CallsToday                     int
}
