package ticket

import (
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// RecordingKind tells what was recorded.
type RecordingKind string

// The kinds of recording.
const (
	RecordingLeg       RecordingKind = "leg"       // one party of a call from its answer to its end: what it said and what it heard
	RecordingVoicemail RecordingKind = "voicemail" // what a citizen left behind when nobody answered
)

// RecordingState tells what has become of a recording.
type RecordingState string

// The states of a recording.
const (
	RecordingRunning  RecordingState = "recording" // it is being written, or its node is away
	RecordingComplete RecordingState = "complete"
	RecordingCutOff   RecordingState = "cut_off"  // its node died in the middle: it plays up to there
	RecordingDamaged  RecordingState = "damaged"  // the disk did not take all of it
	RecordingShredded RecordingState = "shredded" // its key is destroyed: nobody can open it any more
)

// Playable reports whether there is something to hear, and all of it is there.
func (s RecordingState) Playable() bool {
	return s == RecordingComplete || s == RecordingCutOff || s == RecordingDamaged
}

// Recording is what the node that records tells of one recording. The audio
// stays on that node.
type Recording struct {
	ID        string // UUID, also the name of its file
	Call      CallID
	Leg       string // as in CallEvent
	Kind      RecordingKind
	Node      string
	StartedAt time.Time
	Length    time.Duration
	Bytes     int64 // of the sealed file
	State     RecordingState
}

// RecordingHold keeps a recording from being shredded.
type RecordingHold struct {
	By     string    `json:"by" doc:"Name of who set it"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// RecordingView is a recording as a ticket's page lists it.
type RecordingView struct {
	ID        string         `json:"id" format:"uuid"`
	CallID    CallID         `json:"call_id" format:"uuid"`
	Kind      RecordingKind  `json:"kind" enum:"leg,voicemail"`
	Leg       string         `json:"leg" doc:"citizen, agent:LOGIN, third, supervisor:LOGIN; the citizen's is the whole call"`
	Person    string         `json:"person,omitempty" doc:"Name of whom LOGIN is; absent where there is none"`
	StartedAt time.Time      `json:"started_at"`
	Seconds   float64        `json:"seconds"`
	Bytes     int64          `json:"bytes" doc:"Of the sealed file"`
	State     RecordingState `json:"state" enum:"recording,complete,cut_off,damaged,shredded"`
	KeepUntil time.Time      `json:"keep_until" doc:"Shredded after that, once the ticket is closed and nobody holds it"`
	Hold      *RecordingHold `json:"hold,omitempty"`
	Listens   int            `json:"listens" doc:"How often it was opened; each is in the audit chain"`
	Acts      []string       `json:"acts" doc:"What you may do with it: listen, hold, release_hold"`

	// What the rules ask about and nobody is shown.
	RowID  int64     `json:"-"`
	Ticket ID        `json:"-"`
	Node   string    `json:"-"`
	Area   area.Code `json:"-"`
}

// RecordingFacts is what decides who may hear a recording of a ticket.
type RecordingFacts struct {
	Owner, OfferedToMe, CallTaker, Open bool // the actor owns the ticket, or a desk they serve does; it waits for them; they took the call
}

// MayListen reports whether a duty of the actor needs the recording (promise 8).
// The database has already seen to the area. Supervisors and auditors hear
// everything; the agent who took the call hears their own calls; who owns an
// open ticket, or is asked to, hears what the citizen said. A voicemail is the
// citizen's request itself: the desks that must answer it hear it while the
// ticket is open.
func MayListen(me act.Actor, r RecordingView, f RecordingFacts) bool {
	switch {
	case !r.State.Playable():
		return false
	case me.May(area.RoleSupervisor, area.RoleAuditor) || f.CallTaker:
		return true
	case r.Kind == RecordingVoicemail && f.Open && me.May(area.RoleAgent, area.RoleCountyDuty, area.RoleCityDuty):
		return true
	default:
		return f.Open && (f.Owner || f.OfferedToMe) && !strings.HasPrefix(r.Leg, "supervisor")
	}
}

// MayHold reports whether the actor may set and lift a legal hold.
func MayHold(me act.Actor) bool { return me.May(area.RoleSupervisor, area.RoleAuditor) }

// RecordingActs lists what the actor may do with a recording.
func RecordingActs(me act.Actor, r RecordingView, f RecordingFacts) []string {
	acts := []string{}
	if MayListen(me, r, f) {
		acts = append(acts, "listen")
	}
	if MayHold(me) && r.State != RecordingShredded {
		if r.Hold == nil {
			acts = append(acts, "hold")
		} else {
			acts = append(acts, "release_hold")
		}
	}
	return acts
}

// Listen is one permission to hear a recording once: bound to who asked, why,
// and the session they asked in.
type Listen struct {
	Recording RecordingView
	By        area.StaffID
	Purpose   string
	Download  bool
	TokenHash []byte // of the token in the address
	Session   []byte // hash of the session's token
}

// RecordingPeaks is a picture of a recording: the loudest sample of each of
// equal stretches of time, 0 for silence to 100 for full scale.
type RecordingPeaks struct {
	Said  []int `json:"said" doc:"What the party said: the left track"`
	Heard []int `json:"heard" doc:"What it heard: the right track"`
}
