package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.org/hotline/ticket"
)

// Kind says what a Record tells about its call.
type Kind string

// The kinds of record, in the order of a call's life.
const (
	Opened   Kind = "opened"   // the INVITE; Call is the whole row
	Answered Kind = "answered" // 200 sent, at At
	Keyed    Kind = "keyed"    // Digit pressed, at At
	Happened Kind = "happened" // Event, at its own time
	Measured Kind = "measured" // Quality of a leg
	Ended    Kind = "ended"    // over, at At for Reason
)

// Record is one thing that happened to a call while PostgreSQL was away. CallID
// and InvitedAt are always there: the second orders the replay.
type Record struct {
	Kind      Kind                `json:"kind"`
	CallID    ticket.CallID       `json:"call_id"`
	InvitedAt time.Time           `json:"invited_at"`
	At        time.Time           `json:"at,omitzero"`
	Call      *ticket.Call        `json:"call,omitempty"`  // Opened only
	Digit     string              `json:"digit,omitempty"` // Keyed only; sealed with the rest, since digits may be an identity number's
	Event     *ticket.CallEvent   `json:"event,omitempty"` // Happened only
	Quality   *ticket.CallQuality `json:"quality,omitempty"`
	Reason    ticket.EndReason    `json:"reason,omitempty"`
}

// OpenedRecord makes the record of a call's first INVITE.
func OpenedRecord(c ticket.Call) Record {
	return Record{Kind: Opened, CallID: c.ID, InvitedAt: c.InvitedAt, At: c.InvitedAt, Call: &c}
}

var errBadRecord = errors.New("journal record is not complete")

func (r Record) check() error {
	whole := r.CallID != "" && !r.InvitedAt.IsZero() && !r.At.IsZero()
	switch r.Kind {
	case Opened:
		whole = whole && r.Call != nil && r.Call.ID == r.CallID
	case Answered:
	case Keyed:
		whole = whole && r.Digit != ""
	case Happened:
		whole = whole && r.Event != nil && r.Event.Kind != ""
	case Measured:
		whole = whole && r.Quality != nil
	case Ended:
		whole = whole && r.Reason != ""
	default:
		whole = false
	}
	if !whole {
		return fmt.Errorf("%w: kind %q of call %s", errBadRecord, r.Kind, r.CallID)
	}
	return nil
}

func decodeRecord(plain []byte) (Record, error) {
	var r Record
	if err := json.Unmarshal(plain, &r); err != nil {
		return Record{}, fmt.Errorf("%w: %w", errBadRecord, err)
	}
	return r, r.check()
}
