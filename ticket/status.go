package ticket

import (
	"maps"
	"slices"

	"example.org/hotline/internal/act"
)

// Status is where a ticket stands in its life.
type Status string

// The statuses. Zero is never valid.
const (
	StatusNew          Status = "new"           // the call is on disk, nobody has been asked yet
	StatusTriaged      Status = "triaged"       // an agent has said what it is and where
	StatusOffered      Status = "offered"       // the ladder is asking; the step tells whom
	StatusAccepted     Status = "accepted"      // one worker has said yes
	StatusOnSite       Status = "on_site"       // the worker has reached or spoken to the citizen
	StatusFindings     Status = "findings"      // what was found is written down
	StatusAidDecided   Status = "aid_decided"   // aid was granted; nothing has been received yet
	StatusAidConfirmed Status = "aid_confirmed" // proof that the aid was received
	StatusRejected     Status = "rejected"      // decided, with reason, that no aid is due
	StatusReferred     Status = "referred"      // another department has it
	StatusFollowUp     Status = "follow_up"     // helped; someone looks after it again
	StatusDuplicate    Status = "duplicate"     // merged into another ticket
	StatusClosed       Status = "closed"
	StatusReopened     Status = "reopened"
)

// Statuses lists every Status in the order of a ticket's life.
func Statuses() []Status {
	return []Status{StatusNew, StatusTriaged, StatusOffered, StatusAccepted, StatusOnSite, StatusFindings, StatusAidDecided,
		StatusAidConfirmed, StatusRejected, StatusReferred, StatusFollowUp, StatusDuplicate, StatusClosed, StatusReopened}
}

// Open reports whether somebody still has to do something.
func (s Status) Open() bool { return s != StatusClosed && s != StatusDuplicate }

// Waiting reports whether nobody has accepted yet, so that the ladder climbs.
func (s Status) Waiting() bool {
	return s == StatusNew || s == StatusTriaged || s == StatusOffered || s == StatusReopened
}

// Event is what moves a ticket from one Status to the next.
type Event string

// The events.
const (
	EventConnect    Event = "connect" // an agent has answered the call: nobody else is asked meanwhile
	EventTriage     Event = "triage"
	EventPlace      Event = "place" // the township became known after a desk had accepted: its workers are asked
	EventOffer      Event = "offer"
	EventAccept     Event = "accept"
	EventAssign     Event = "assign" // pulled by one who leads, or given to somebody without asking
	EventReturn     Event = "return" // the township says that it is not theirs
	EventArrive     Event = "arrive"
	EventFind       Event = "find"
	EventDecide     Event = "decide"
	EventConfirmAid Event = "confirm_aid"
	EventReject     Event = "reject"
	EventRefer      Event = "refer"
	EventFollowUp   Event = "follow_up"
	EventMerge      Event = "merge"
	EventClose      Event = "close"
	EventReopen     Event = "reopen"
)

// Events lists every Event.
func Events() []Event {
	return []Event{EventConnect, EventTriage, EventPlace, EventOffer, EventAccept, EventAssign, EventReturn, EventArrive, EventFind, EventDecide, EventConfirmAid,
		EventReject, EventRefer, EventFollowUp, EventMerge, EventClose, EventReopen}
}

// transitions is the whole life of a ticket. A pair not listed is refused.
//
//	new ─triage▶ triaged ─offer▶ offered ─accept▶ accepted ─arrive▶ on_site ─find▶ findings
//	 └────────────offer──────────▲ ↺ next step        └──────────────find───────────▲  │
//	                                                                                   ├─decide▶ aid_decided ─confirm_aid▶ aid_confirmed ─┐
//	   closed ◀─close─ follow_up ◀──────────────────────follow_up──────────────────────┼─reject▶ rejected ────────────────────────────────┤
//	     └─reopen▶ reopened ─offer▶ offered        (follow_up ─find▶ findings: new aid) └─refer──▶ referred ───────────────────────────────┘
//
// What was referred may be decided here too, either way: another department's answer alone ends nothing.
// An agent who answers the call takes an offered ticket back to new (connect).
// An agent may triage for as long as nobody has found anything; a hand-over
// or an assignment accepts again in place; what a township returns before anything
// was found is triaged anew by the county; whatever is open may turn out to be a
// duplicate, which a split takes back to where it stood (see Split).
var transitions = map[Status]map[Event]Status{
	StatusNew:      {EventConnect: StatusNew, EventTriage: StatusTriaged, EventOffer: StatusOffered, EventAccept: StatusAccepted, EventAssign: StatusAccepted, EventMerge: StatusDuplicate},
	StatusTriaged:  {EventConnect: StatusTriaged, EventTriage: StatusTriaged, EventOffer: StatusOffered, EventAccept: StatusAccepted, EventAssign: StatusAccepted, EventMerge: StatusDuplicate},
	StatusOffered:  {EventConnect: StatusNew, EventTriage: StatusTriaged, EventOffer: StatusOffered, EventAccept: StatusAccepted, EventAssign: StatusAccepted, EventMerge: StatusDuplicate},
	StatusAccepted: {EventReturn: StatusTriaged, EventTriage: StatusAccepted, EventPlace: StatusTriaged, EventOffer: StatusOffered, EventAccept: StatusAccepted, EventAssign: StatusAccepted, EventArrive: StatusOnSite, EventFind: StatusFindings, EventMerge: StatusDuplicate},
	StatusOnSite:   {EventReturn: StatusTriaged, EventTriage: StatusOnSite, EventAccept: StatusOnSite, EventAssign: StatusOnSite, EventArrive: StatusOnSite, EventFind: StatusFindings, EventMerge: StatusDuplicate},
	StatusFindings: {EventAccept: StatusFindings, EventAssign: StatusFindings, EventArrive: StatusFindings, EventFind: StatusFindings, EventDecide: StatusAidDecided,
		EventReject: StatusRejected, EventRefer: StatusReferred, EventMerge: StatusDuplicate},
	StatusAidDecided: {EventAccept: StatusAidDecided, EventAssign: StatusAidDecided, EventArrive: StatusAidDecided, EventFind: StatusAidDecided, EventDecide: StatusAidDecided,
		EventConfirmAid: StatusAidConfirmed, EventReject: StatusRejected},
	StatusAidConfirmed: {EventAccept: StatusAidConfirmed, EventAssign: StatusAidConfirmed, EventConfirmAid: StatusAidConfirmed, EventFollowUp: StatusFollowUp},
	StatusRejected:     {EventAccept: StatusRejected, EventAssign: StatusRejected, EventFind: StatusFindings, EventFollowUp: StatusFollowUp},
	StatusReferred:     {EventAccept: StatusReferred, EventAssign: StatusReferred, EventFind: StatusFindings, EventDecide: StatusAidDecided, EventReject: StatusRejected, EventFollowUp: StatusFollowUp},
	StatusFollowUp: {EventAccept: StatusFollowUp, EventAssign: StatusFollowUp, EventArrive: StatusFollowUp, EventFind: StatusFindings, EventDecide: StatusAidDecided,
		EventConfirmAid: StatusFollowUp, EventFollowUp: StatusFollowUp, EventClose: StatusClosed},
	StatusReopened:  {EventConnect: StatusReopened, EventTriage: StatusTriaged, EventOffer: StatusOffered, EventAccept: StatusAccepted, EventAssign: StatusAccepted, EventMerge: StatusDuplicate},
	StatusDuplicate: {},
	StatusClosed:    {EventReopen: StatusReopened},
}

// Takes lists the events that are possible now, in no order.
func (s Status) Takes() []Event { return slices.Collect(maps.Keys(transitions[s])) }

// Next is the pure transition. A refused pair is an act.ErrRefused that names both.
func (s Status) Next(ev Event) (Status, error) {
	if next, ok := transitions[s][ev]; ok {
		return next, nil
	}
	return "", act.NotInState("ticket", s, ev)
}
