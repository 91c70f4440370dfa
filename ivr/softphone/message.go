package softphone

import (
	"encoding/json"
	"time"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
)

// Request is what the browser says to the line, which answers with Messages.
// Each is one JSON object with "type"; a Request carries an "id" that the line's
// answer repeats ("ok" or "error"). The protocol:
//
//	browser                                line
//	  hello {tab}              ──▶            first message; one leader tab for each agent: a second is told "taken" unless it says take_over
//	                           ◀──  welcome {seat, call?, ice, queues, pauses, dispositions}
//	  sign_on                  ──▶            → seat
//	  offer {sdp}              ──▶            WebRTC offer, PCMA only
//	                           ◀──  answer {sdp}
//	  candidate {candidate}    ◀─▶
//	                           ◀──  ring {offer, pop}           and "stop" {offer, why}
//	  accept {offer} / reject {offer}  ──▶
//	                           ◀──  call {ivr.AgentNews}        whenever the call changes
//	  command {ivr.AgentCommand fields} ──▶
//	  status {status, reason}  ──▶
//	                           ◀──  seat {acd.Agent}            whenever the seat changes
//	  wrap_up_done             ──▶
//	  level {…}                           measured in the page only
//	  supervise {call, mode}   ──▶            supervisors: listen, whisper, barge, take_over, leave
//	  force {login, status, reason} ──▶       supervisors
//	  watch {on}               ──▶            supervisors: then
//	                           ◀──  board {acd.Board}           about once a second
//	  call_back {task}         ──▶            ring the citizen of a call-back task
//	  sign_off                 ──▶
//	  ping                     ──▶  pong      every 10 s; 30 s of silence is a broken browser
type Request struct {
	Type      string          `json:"type"`
	ID        string          `json:"id,omitempty"`
	Tab       string          `json:"tab,omitempty"`       // hello: random id of the tab, kept over a reload
	TakeOver  bool            `json:"take_over,omitempty"` // hello: this tab leads from now on
	SDP       string          `json:"sdp,omitempty"`
	Candidate json.RawMessage `json:"candidate,omitempty"` // RTCIceCandidateInit
	Offer     acd.OfferID     `json:"offer,omitempty"`
	Status    acd.Status      `json:"status,omitempty"`
	Reason    acd.PauseReason `json:"reason,omitempty"`
	Verb      ivr.AgentVerb   `json:"verb,omitempty"`
	Key       string          `json:"key,omitempty"`
	Target    *ivr.Target     `json:"target,omitempty"`
	Call      string          `json:"call,omitempty"`
	Mode      acd.JoinMode    `json:"mode,omitempty"`
	Login     string          `json:"login,omitempty"`
	Task      string          `json:"task,omitempty"`
	On        bool            `json:"on,omitempty"`
}

// Message is what the line says to the browser.
type Message struct {
	Type      string          `json:"type"` // welcome, taken, ok, error, answer, candidate, ring, stop, call, seat, board, pong, revoked
	ID        string          `json:"id,omitempty"`
	Code      string          `json:"code,omitempty"`   // of error: stable, translated by the page
	Detail    string          `json:"detail,omitempty"` // of error: what to do
	SDP       string          `json:"sdp,omitempty"`
	Candidate json.RawMessage `json:"candidate,omitempty"`
	Seat      *acd.Agent      `json:"seat,omitempty"`
	Offer     *acd.Offer      `json:"offer,omitempty"`
	Why       string          `json:"why,omitempty"` // of stop
	Call      *ivr.AgentNews  `json:"call,omitempty"`
	Board     *acd.Board      `json:"board,omitempty"`
	Desk      *Desk           `json:"desk,omitempty"` // of welcome
	At        time.Time       `json:"at"`
}

// Desk is what an agent's page has to know once.
type Desk struct {
	ICEServers   []ICEServer       `json:"ice_servers"` // RTCIceServer as it is; empty: none is needed
	Queues       []string          `json:"queues"`
	PauseReasons []acd.PauseReason `json:"pause_reasons"`
	Emergency    []string          `json:"emergency"`    // names of Target emergency
	Dispositions []string          `json:"dispositions"` // how a conversation may end
	Words        []acd.Term        `json:"words"`        // of queues, pause reasons, dispositions and skills
	WrapUp       time.Duration     `json:"wrap_up_ns"`
	RingsBack    bool              `json:"rings_back"` // the line can ring citizens: it has a trunk for calls of its own
}

// ICEServer is an RTCIceServer. A TURN server's credential is good for ten
// minutes at most: who connects later says hello again.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}
