package ticket

import "time"

// CallID is the public id of a call: a UUIDv7 made by the node that took it,
// so that it exists with the database away and a replay finds it again.
type CallID string

// Number is what the citizen is told: YYMMDD of the INVITE in Shanghai, six
// digits from a block the node keeps on disk, and a Luhn digit. It never
// changes and tells nothing about the place.
type Number string

// EndReason says how a call ended. Every call gets exactly one.
type EndReason string

// The ways a call can end.
const (
	EndCompleted   EndReason = "completed"    // the flow was heard to its end and we hung up
	EndCallerHung  EndReason = "caller_hung"  // BYE by the caller after answer
	EndAbandoned   EndReason = "abandoned"    // CANCEL before answer
	EndNoACK       EndReason = "no_ack"       // 200 sent, never acknowledged (RFC 3261 13.3.1.4)
	EndMediaLost   EndReason = "media_lost"   // no RTP from the caller for the media time-out
	EndBadSDP      EndReason = "bad_sdp"      // 488: no common codec, or an offer we refuse
	EndBusy        EndReason = "busy"         // 503: over the cap
	EndDraining    EndReason = "draining"     // 503: the node is stopping
	EndMaxDuration EndReason = "max_duration" // the longest a call may last
	EndNodeStopped EndReason = "node_stopped" // the node ended it on its way down
	EndNodeLost    EndReason = "node_lost"    // the node died; found at restart, or by another node
	EndFailed      EndReason = "failed"       // an error of ours; the log says which
)

// Call is the record of one INVITE to a service number, whatever became of it.
type Call struct {
	ID         CallID
	NodeID     string
	SIPCallID  string // Call-ID header; with Trunk it tells a retransmission from a call
	Trunk      string // name of the trunk it came from
	FromRaw    string // user part of From or PAI as sent; a hint, never proof
	FromE164   string // empty where withheld or not a number
	To         string // service number dialled
	Number     Number // assigned by Open
	InvitedAt  time.Time
	AnsweredAt time.Time // zero until answered
	EndedAt    time.Time // zero while alive
	EndReason  EndReason
}

// CallReceipt is what the line knows once a call is on disk.
type CallReceipt struct {
	ID        CallID // id of the call on disk: the one given or, where Repeat, the first INVITE's; empty means the one given
	Number    Number
	Journaled bool // true while only the local journal has it
	Repeat    bool // false for the first INVITE of a Call-ID; true where this one was already on disk
}
