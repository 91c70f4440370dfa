package ticket

import (
	"time"

	"example.org/hotline/area"
)

// Contact is one way to reach one person.
type Contact struct {
	Method  int64          // of their contact methods; zero: the telephone of the staff register
	Channel string         // "sms", "voice", "wecom", "email", "webpush"
	Delay   *time.Duration // their own choice; nil: as the city's ladder says
}

// Bringing is what decides how a notice is brought to a reader.
type Bringing struct {
	Priority Priority // of its ticket; empty where it is about none
	Urgent   bool
	Offer    bool // it may be accepted: only such a one is brought by voice
	First    bool // the first of its ticket to this reader: no quiet hours
	At       time.Time
}

// Rung is one delivery to come.
type Rung struct {
	Channel string
	Method  int64
	After   time.Duration // from the notice; a later rung is not taken once an earlier one was read
}

// ContactPlan lays out the rungs by which a reader with these contacts is told, soonest first.
type ContactPlan func(b Bringing, contacts []Contact) []Rung

// Reach is by which ways notices can be brought here at all.
type Reach struct {
	Channels []string
	Alarm    bool // there is an alarm number
	Plan     ContactPlan
	// Group tells whether a group chat serves an area; nil: there is none.
	Group func(area string) bool
}

// Rate is how fast messages may follow one another; the zero Rate is no limit.
type Rate struct {
	Every time.Duration // one message in each, on average
	Burst int           // so many at once, after a rest
}

// Claim asks for deliveries to send.
type Claim struct {
	Channel string
	Alarm   string        // E.164 of the alarm number; empty: there is none
	Limit   int           // most of them
	Length  time.Duration // real time; what nobody came back with by then is Unknown
	Person  Rate          // of what goes to one person on this channel
	Account Rate          // of all that this channel sends

	// One reader has so many under way at a time, so that an address that hangs holds up no other reader; 0: no bound.
	// Under is what is under way already.
	Each  int
	Under map[area.StaffID]int
}

// Receipt is what a provider tells afterwards of a message that it took.
type Receipt struct {
	Channel string
	Message string        // the provider's id; may be empty where Ref is known
	Ref     string        // ours; may be empty where Message is known
	Status  DeliveryState // sent, delivered, read or failed
	Seq     int64         // rises with each receipt of a message; zero: the provider counts none, and the order of the states is taken
	Detail  string        // the provider's code; holds no address
	At      time.Time     // by the provider's clock; may be zero
}

// progress orders the states that a receipt may tell. What failed for good has
// not been delivered; what was delivered did not fail.
var progress = map[DeliveryState]int64{DeliverySent: 1, DeliveryFailed: 2, DeliveryDelivered: 2, DeliveryRead: 3}

// Moves reports whether a receipt takes a delivery in a state further: never
// back, and never from delivered to failed.
func (r Receipt) Moves(from DeliveryState) bool {
	switch from {
	case DeliverySending, DeliveryUnknown, DeliverySent, DeliveryQueued:
		return progress[r.Status] > 0 && (from != DeliverySent || r.Status != DeliverySent)
	case DeliveryDelivered, DeliveryRead:
		return r.Status != DeliveryFailed && progress[r.Status] > progress[from]
	case DeliveryFailed, DeliveryDead: // a later word of the same provider: it arrived after all
		return r.Status == DeliveryDelivered || r.Status == DeliveryRead
	case DeliveryVoid:
	}
	return false
}

// Reply is a short message that somebody wrote to the line.
type Reply struct {
	Provider string
	Message  string // the provider's id: the same reply told twice is one
	From     string // as the provider wrote it. Never log it
	Text     string
}

// ReplyOutcome is what became of a reply.
type ReplyOutcome string

// The outcomes.
const (
	ReplyAccepted      ReplyOutcome = "accepted"
	ReplyDeclined      ReplyOutcome = "declined"
	ReplyTaken         ReplyOutcome = "taken"          // somebody else was first
	ReplyYours         ReplyOutcome = "yours"          // "cannot come" about what they have accepted: a message does not give it back
	ReplyAside         ReplyOutcome = "stand_aside"    // their register of relatives speaks against it
	ReplyNotAsked      ReplyOutcome = "not_asked"      // nothing is asked of them, or not under this number
	ReplyWhich         ReplyOutcome = "which"          // several tickets fit
	ReplyUnknownText   ReplyOutcome = "unknown_text"   // kept for a person to read
	ReplyUnknownNumber ReplyOutcome = "unknown_number" // not the number of anybody who was written to
)

// ReplyView is a reply as supervisors read it.
type ReplyView struct {
	At      time.Time    `json:"at"`
	From    string       `json:"from" doc:"Masked"`
	Name    string       `json:"name,omitempty" doc:"Of the member of staff"`
	Ticket  string       `json:"ticket,omitempty" doc:"Public id"`
	Number  string       `json:"number,omitempty"`
	Text    string       `json:"text"`
	Outcome ReplyOutcome `json:"outcome,omitempty" doc:"Absent until it was looked at"`
}

// DeadLetter is a notice that did not reach its reader, for the list that a person works off.
type DeadLetter struct {
	ID       string        `json:"id"`
	At       time.Time     `json:"at"`
	State    DeliveryState `json:"state" enum:"failed,dead"`
	Channel  string        `json:"channel"`
	Template string        `json:"template"`
	Ticket   string        `json:"ticket,omitempty" doc:"Public id"`
	Number   string        `json:"number,omitempty"`
	Name     string        `json:"name,omitempty" doc:"Of the member of staff; absent for citizens and the alarm number"`
	Citizen  bool          `json:"citizen"`
	Attempts int           `json:"attempts"`
	Reason   string        `json:"reason" doc:"What the provider or the program said"`
	Void     bool          `json:"void" doc:"The ticket has moved on: sent again it would not be sent"`
}

// DeadLetterCause is how many of them have one reason.
type DeadLetterCause struct {
	Channel string `json:"channel"`
	Reason  string `json:"reason"`
	Count   int    `json:"count"`
}

// ContactMethod is one way to reach its owner, as they see it.
type ContactMethod struct {
	ID       string    `json:"id"`
	Channel  string    `json:"channel" enum:"sms,voice,wecom,email,webpush"`
	Label    string    `json:"label"`
	Address  string    `json:"address" doc:"Masked; empty for web push"`
	Delay    *int      `json:"delay_seconds,omitempty" doc:"Absent: as the city's ladder says"`
	Position int       `json:"position"`
	Enabled  bool      `json:"enabled"`
	Verified bool      `json:"verified" doc:"Only such a one is used"`
	Register bool      `json:"register" doc:"The telephone of the staff register: it cannot be changed here"`
	Since    time.Time `json:"since,omitzero"`
}

// NewContact is what its owner enters.
type NewContact struct {
	Channel string
	Label   string
	Address string // E.164, WeCom user id, e-mail address or the JSON of a push subscription. Never log it
	Unique  string // what makes it the same address again; empty: Address
	Ready   bool   // it needs no code: the browser itself has subscribed
}

// ContactChange alters a method; nil leaves a field as it is.
type ContactChange struct {
	Label    *string
	Position *int
	Enabled  *bool
	Delay    **int // seconds; pointer to nil: as the city's ladder says
}
