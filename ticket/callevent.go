package ticket

import (
	"slices"
	"time"

	"example.org/hotline/area"
)

// CallEvent is one step of a call after its answer that the ticket keeps: it
// enriches the one ticket and adds none.
type CallEvent struct {
	Kind      CallEventKind `json:"kind"`
	At        time.Time     `json:"at"`
	Leg       string        `json:"leg,omitempty"`       // "citizen", "agent:LOGIN", "third", "supervisor:LOGIN"
	Agent     area.StaffID  `json:"agent,omitempty"`     // who answered, left, consulted, …
	Queue     string        `json:"queue,omitempty"`     // of queued and left
	Reason    string        `json:"reason,omitempty"`    // acd.LeaveReason, why an offer went unanswered, …
	Priority  Priority      `json:"priority,omitempty"`  // of marked
	CallKind  Kind          `json:"call_kind,omitempty"` // of marked
	Score     int           `json:"score,omitempty"`     // of surveyed, 1 to 5
	Recording string        `json:"recording,omitempty"` // id, of voicemail
	Seconds   int           `json:"seconds,omitempty"`   // length of a voicemail, wait in the queue
	To        string        `json:"to,omitempty"`        // of transferred and rang: who, by role or name, never a citizen's number
	Flow      string        `json:"flow,omitempty"`      // version of the call flow, of entered
}

// CallEventKind names a CallEvent.
type CallEventKind string

// The kinds.
const (
	CallFlowEntered  CallEventKind = "flow_entered" // which flow version serves the call
	CallQueued       CallEventKind = "queued"
	CallRangAgent    CallEventKind = "rang_agent"
	CallUnanswered   CallEventKind = "unanswered" // the agent rejected, did not answer or vanished
	CallConnected    CallEventKind = "connected"  // an agent answered: the agent owns the ticket
	CallAgentLost    CallEventKind = "agent_lost" // the agent's leg broke; the citizen hears music and waits at the front
	CallAgentLeft    CallEventKind = "agent_left" // the agent hung up or handed on
	CallLeftQueue    CallEventKind = "left_queue"
	CallHeld         CallEventKind = "held"
	CallResumed      CallEventKind = "resumed"
	CallConsulted    CallEventKind = "consulted"
	CallTransferred  CallEventKind = "transferred"
	CallConferenced  CallEventKind = "conferenced"
	CallSupervised   CallEventKind = "supervised" // Reason: listen, whisper, barge, take_over
	CallRangDuty     CallEventKind = "rang_duty"  // a duty phone was rung; Reason tells how it went
	CallMarked       CallEventKind = "marked"     // priority or kind by the flow
	CallVoicemail    CallEventKind = "voicemail"
	CallbackAsked    CallEventKind = "callback_asked" // key 2, or the flow
	CallSurveyed     CallEventKind = "surveyed"
	CallSecretDigits CallEventKind = "secret_digits" // the recording was paused for them; never the digits
)

// CallEventKinds lists every CallEventKind.
func CallEventKinds() []CallEventKind {
	return []CallEventKind{CallFlowEntered, CallQueued, CallRangAgent, CallUnanswered, CallConnected, CallAgentLost, CallAgentLeft, CallLeftQueue, CallHeld,
		CallResumed, CallConsulted, CallTransferred, CallConferenced, CallSupervised, CallRangDuty, CallMarked, CallVoicemail, CallbackAsked, CallSurveyed, CallSecretDigits}
}

// Valid reports whether k is one of CallEventKinds.
func (k CallEventKind) Valid() bool { return slices.Contains(CallEventKinds(), k) }

// DutyAnswered is the Reason of CallRangDuty, and of a CallTransferred by the
// flow, where somebody answered that telephone: the caller has reached a person.
const DutyAnswered = "answered"

// ReachesPerson reports whether the caller has somebody to speak with from this event on.
func (e CallEvent) ReachesPerson() bool {
	return e.Kind == CallConnected || (e.Kind == CallRangDuty || e.Kind == CallTransferred) && e.Reason == DutyAnswered
}

// Data is the event as a line of the timeline keeps it: what it says beside its kind and time.
func (e CallEvent) Data() map[string]any {
	data := map[string]any{}
	add := func(name string, value any, there bool) {
		if there {
			data[name] = value
		}
	}
	add("leg", e.Leg, e.Leg != "")
	add("queue", e.Queue, e.Queue != "")
	add("reason", e.Reason, e.Reason != "")
	add("priority", string(e.Priority), e.Priority != "")
	add("kind", string(e.CallKind), e.CallKind != "")
	add("score", e.Score, e.Score != 0)
	add("recording", e.Recording, e.Recording != "")
	add("seconds", e.Seconds, e.Seconds != 0)
	add("to", e.To, e.To != "")
	add("flow", e.Flow, e.Flow != "")
	return data
}

// CallQuality is what RTCP and our own counters told about one leg (RFC 3550).
type CallQuality struct {
	Leg        string        `json:"leg"`
	Sent       uint64        `json:"sent"`        // RTP packets
	Received   uint64        `json:"received"`    // RTP packets
	Lost       uint64        `json:"lost"`        // of the far end's, missed by us
	FarLost    uint64        `json:"far_lost"`    // of ours, as the far end reports
	Jitter     time.Duration `json:"jitter"`      // ours, RFC 3550 section 6.4.1
	FarJitter  time.Duration `json:"far_jitter"`  // as the far end reports
	RoundTrip  time.Duration `json:"round_trip"`  // zero where never measured
	LongestGap time.Duration `json:"longest_gap"` // between two packets of the far end
}
