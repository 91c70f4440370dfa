package ticket

import (
	"time"

	"example.org/hotline/area"
)

// Delivery is one notice on one channel to one person, as whoever sends it
// needs to know it.
type Delivery struct {
	ID       int64
	Ref      string // our name for it at the provider; the same however often it is sent
	Channel  string
	Attempt  int  // which sending this is, from 1; guards the result
	Forgiven int  // attempts up to here do not count: a person had it sent again
	Unknown  bool // it may have gone out: ask the provider before sending it again
	Void     bool // the ticket has moved on: if it has not gone out, it need not
	Resent   bool // it was sent once more already, after the provider had not known it
	Queries  int  // how often the provider was asked
	Citizen  bool
	Staff    area.StaffID // the reader; zero: a citizen or the alarm number
	Login    string       // of the member of staff; empty for citizens and the alarm number
	Language string       // in which the reader wishes to be written to, "zh" or "en"; empty: as the line writes
	Address  string       // E.164, or what the channel takes in its place; empty on channels that need none. Never logged
	Method   int64        // of the reader's contact methods; zero: the telephone of the staff register
	Provider string       // the provider's id for it, once it is known
	Begun    time.Time    // when the newest attempt began, in real time; zero before the first
	Ticket   string       // public id of the ticket, empty where it is about none
	Area     area.Code
	Template string
	Fields   map[string]string
	Urgent   bool
}

// DeliveryState is what became of a delivery.
type DeliveryState string

// The states.
//
//	queued ─▶ sending ─▶ sent ─▶ delivered ─▶ read   provider took it; receipts tell the rest, or that it failed
//	   ▲         ├─────▶ failed        provider refused it for good
//	   ├─────────┤                     provider cannot now: later again
//	   │         └─────▶ unknown ─▶ sent | queued (never arrived: once more) | dead
//	   └▶ void                         the ticket has moved on
const (
	DeliveryQueued  DeliveryState = "queued"
	DeliverySending DeliveryState = "sending"
	DeliverySent    DeliveryState = "sent"
	DeliveryFailed  DeliveryState = "failed"
	DeliveryUnknown DeliveryState = "unknown"
	DeliveryVoid    DeliveryState = "void"
	DeliveryDead    DeliveryState = "dead" // given up

	DeliveryDelivered DeliveryState = "delivered" // on the reader's device, the provider says
	DeliveryRead      DeliveryState = "read"      // the reader has opened it, or acted on it
)

// DeliveryResult is how an attempt ended.
type DeliveryResult struct {
	State      DeliveryState
	ProviderID string
	Error      string        // for people; holds no address
	After      time.Duration // real time until it is looked at again, for queued and unknown
	Queried    bool          // the provider was asked rather than given it
	Resend     bool          // it goes out once more because the provider has never heard of it
	Poll       time.Duration // real time until the provider is asked what became of it; zero: never
	Gone       bool          // the address takes nothing any more: its method is removed
}
