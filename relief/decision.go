package relief

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// Track is the way a decision goes.
type Track string

// The tracks.
const (
	TrackFast   Track = "fast"   // 小额快救: within the cap, no check before the payment
	TrackUrgent Track = "urgent" // above the cap: a short check and a second person first (DOMAIN 0a.7)
	TrackRuled  Track = "ruled"  // by the ruling of an application, with all that it asks for
	TrackNone   Track = "none"   // a refusal
)

// Tracks lists every Track.
func Tracks() []Track { return []Track{TrackFast, TrackUrgent, TrackRuled, TrackNone} }

// DecisionState is where a decision stands.
type DecisionState string

// The states (DOMAIN 2.3, fast track). Zero is never valid.
const (
	DecisionRegistered   DecisionState = "registered"
	DecisionShortChecked DecisionState = "short_check"
	DecisionApproved     DecisionState = "approved"
	DecisionPaid         DecisionState = "paid"
	DecisionPapersDue    DecisionState = "papers_due"
	DecisionPapersDone   DecisionState = "papers_done" // handed in and verified, or waived
	DecisionDeclined     DecisionState = "declined"    // the second person said no to this proposal
	DecisionRefused      DecisionState = "refused"     // no aid is due: the citizen's answer
)

// DecisionStates lists every DecisionState.
func DecisionStates() []DecisionState {
	return []DecisionState{DecisionRegistered, DecisionShortChecked, DecisionApproved, DecisionPaid, DecisionPapersDue,
		DecisionPapersDone, DecisionDeclined, DecisionRefused}
}

// DecisionEvent moves a decision.
type DecisionEvent string

// The events.
const (
	DecisionShortCheck DecisionEvent = "short_check"
	DecisionApprove    DecisionEvent = "approve"
	DecisionDecline    DecisionEvent = "decline"
	DecisionRefuse     DecisionEvent = "refuse"
	DecisionPay        DecisionEvent = "pay"
	DecisionOwePapers  DecisionEvent = "owe_papers"
	DecisionSettle     DecisionEvent = "settle_papers"
	DecisionUnpay      DecisionEvent = "unpay" // its payout was reversed
)

// DecisionEvents lists every DecisionEvent.
func DecisionEvents() []DecisionEvent {
	return []DecisionEvent{DecisionShortCheck, DecisionApprove, DecisionDecline, DecisionRefuse, DecisionPay, DecisionOwePapers, DecisionSettle, DecisionUnpay}
}

// decisionTransitions is the whole life of a decision. A pair not listed is refused.
//
//	registered ─short_check▶ short_check ─approve▶ approved ─pay▶ paid ─owe_papers▶ papers_due ─settle_papers▶ papers_done
//	  │ └──────────approve (fast track)──────────────▲ ▲ └──────────────unpay──┴──────────────┘
//	  └─refuse▶ refused        registered, short_check ─decline▶ declined
var decisionTransitions = map[DecisionState]map[DecisionEvent]DecisionState{
	DecisionRegistered:   {DecisionShortCheck: DecisionShortChecked, DecisionApprove: DecisionApproved, DecisionDecline: DecisionDeclined, DecisionRefuse: DecisionRefused},
	DecisionShortChecked: {DecisionApprove: DecisionApproved, DecisionDecline: DecisionDeclined},
	DecisionApproved:     {DecisionPay: DecisionPaid},
	DecisionPaid:         {DecisionOwePapers: DecisionPapersDue, DecisionUnpay: DecisionApproved},
	DecisionPapersDue:    {DecisionSettle: DecisionPapersDone, DecisionUnpay: DecisionApproved},
	DecisionPapersDone:   {DecisionOwePapers: DecisionPapersDue, DecisionUnpay: DecisionApproved},
	DecisionDeclined:     {},
	DecisionRefused:      {},
}

// Next is the pure transition. A refused pair is an act.ErrRefused that names both.
func (s DecisionState) Next(ev DecisionEvent) (DecisionState, error) {
	if next, ok := decisionTransitions[s][ev]; ok {
		return next, nil
	}
	return "", act.NotInState("decision", s, ev)
}

// Decision grants a sum, or refuses aid with a reason.
type Decision struct {
	ID        ledger.DecisionID
	PublicID  string
	Ticket    ticket.ID
	Findings  int64
	Ruling    int64 // of an application; zero for none
	Track     Track
	State     DecisionState
	AidKind   string
	Fen       int64
	Level     ledger.Level // whose word it needs; solo: the owner's own
	Reason    string
	Payee     []byte
	Household []byte
	Missing   []string // kinds of paper to be handed in afterwards
	Check     ShortCheck
	Policy    string

	By               area.StaffID
	ByRole           area.Role
	At               time.Time
	CountyMayApprove time.Time // from then the county may approve in the head's place
	ApprovedBy       area.StaffID
	ApprovedAt       time.Time
	Version          int64
}

// ShortCheck is what the urgent path asks before a second person approves.
type ShortCheck struct {
	IdentitySeen bool    `json:"identity_seen"` // the paper was looked at, or why not stands in the findings
	PhoneReached bool    `json:"phone_reached"`
	Witness      Private `json:"witness"` // a neighbour or official who confirms it
}

func (c ShortCheck) complete() bool { return c.IdentitySeen && c.PhoneReached && c.Witness != "" }

// mayApprove says whether this person may be the second person.
func (d Decision) mayApprove(who act.Actor, callTaker area.StaffID, now time.Time, ev DecisionEvent) error {
	if !who.May(area.RoleTownshipHead, area.RoleCountyDuty) {
		return act.NotFound("decision")
	}
	if _, err := d.State.Next(ev); err != nil {
		return err
	}
	switch {
	case ev == DecisionApprove && d.Track == TrackUrgent && d.State == DecisionRegistered:
		return act.Refused("short_check_first", "Above the cap the short check comes first: identity, phone and one witness.")
	case who.StaffID == d.By:
		return act.Refused("maker_is_checker", "Who proposed the decision cannot approve it; another person must.")
	case who.StaffID == callTaker:
		return act.Refused("call_taker_checks", "Who took the call cannot approve its aid.")
	case d.Level == ledger.LevelCounty && who.Role != area.RoleCountyDuty:
		return act.Refused("county_must_check", "The sum is above the township's limit; the county's duty officer must approve it.")
	case d.Level != ledger.LevelCounty && who.Role == area.RoleCountyDuty && now.Before(d.CountyMayApprove) && d.ByRole != area.RoleTownshipHead:
		return &act.Fault{Kind: act.ErrRefused, Code: "head_first", Detail: "The township head is asked first; the county may approve from the time given.",
			Args: map[string]any{"from": d.CountyMayApprove}}
	default:
		return nil
	}
}

// NextActs lists what this person could do with the decision now. owner tells
// whether the ticket is theirs; open whether the sum still has to be paid.
func (d Decision) NextActs(who act.Actor, owner bool, callTaker area.StaffID, open bool, now time.Time) []string {
	acts := []string{}
	if owner && d.State == DecisionRegistered && d.Track == TrackUrgent {
		acts = append(acts, "short_check")
	}
	if d.mayApprove(who, callTaker, now, DecisionApprove) == nil {
		acts = append(acts, "approve")
	}
	if d.mayApprove(who, callTaker, now, DecisionDecline) == nil {
		acts = append(acts, "decline")
	}
	if d.State == DecisionApproved && open && (owner || who.StaffID == callTaker) && !who.May(area.RoleAuditor) {
		acts = append(acts, "start_payout")
	}
	return acts
}
