package ticket

import (
	"time"

	"example.org/hotline/area"
)

// Row is a ticket as lists show it. The caller is masked by the server.
type Row struct {
	ID            string     `json:"id" doc:"Public id, in every URL" format:"uuid"`
	Number        Number     `json:"number" doc:"What the citizen was told: 13 digits"`
	Kind          Kind       `json:"kind"`
	Priority      Priority   `json:"priority"`
	Cause         Cause      `json:"cause"`
	Status        Status     `json:"status"`
	Area          area.Code  `json:"area" doc:"12-digit division code; a county while the township is unknown"`
	AreaName      string     `json:"area_name"`
	Owner         Holder     `json:"owner"`
	InvitedAt     time.Time  `json:"invited_at" doc:"The INVITE, from which the deadlines count"`
	NextDueAt     *time.Time `json:"next_due_at,omitempty" doc:"The earliest deadline that still runs"`
	NextDueClock  ClockKind  `json:"next_due_clock,omitempty"`
	Breached      bool       `json:"breached" doc:"A deadline was missed; never taken back"`
	RepeatOf      string     `json:"repeat_of,omitempty" doc:"Public id of the earlier open ticket of the same caller"`
	OfferedToMe   bool       `json:"offered_to_me" doc:"You, or a desk you serve, may accept it"`
	Version       int64      `json:"version" doc:"Send it back with acts that decide on what you saw"`
	CallerMasked  string     `json:"caller_masked" doc:"138****5678; empty where withheld"`
	LadderStep    int        `json:"escalation_step" doc:"The next step of the ladder, from 0"`
	Confidential  bool       `json:"confidential"`
	LifeDanger    bool       `json:"life_danger"`
	PendingChange Priority   `json:"pending_priority,omitempty" doc:"A lowering that a supervisor has yet to approve"`
	Source        Source     `json:"source" enum:"call,report,counter,department,province,data_alert" doc:"What it was born from"`
}

// Holder is the post that owns a ticket.
type Holder struct {
	Name string        `json:"name"`
	Role area.Role     `json:"role"`
	Kind area.PostKind `json:"kind"`
}

// View is a ticket as its page shows it.
type View struct {
	Row
	Call          CallView        `json:"call" doc:"Of a reported one: nothing but the report's id and time"`
	Report        *ReportView     `json:"report,omitempty" doc:"What was reported; absent where a call brought it"`
	TakenIn       *TakeInView     `json:"taken_in,omitempty" doc:"What was taken in at a counter or from another office"`
	Alerts        []DataAlertView `json:"alerts,omitempty" doc:"What other departments' data told: it is perhaps of this household"`
	Clocks        []ClockView     `json:"clocks"`
	Offers        []OfferView     `json:"offers" doc:"Who was asked, in order"`
	Repeat        *RepeatView     `json:"repeat,omitempty"`
	CallTaker     string          `json:"call_taker,omitempty" doc:"Name of the agent who took the call"`
	WithAgent     bool            `json:"with_agent" doc:"An agent has the call or its wrap-up: nobody else is asked until they have triaged"`
	PendingReason string          `json:"pending_reason,omitempty"`
	AcceptedAt    *time.Time      `json:"accepted_at,omitempty"`
	ClosedAt      *time.Time      `json:"closed_at,omitempty"`
	Policy        string          `json:"policy" doc:"Version of the ladder, frozen at the INVITE"`
	Place         *PlaceView      `json:"place,omitempty" doc:"How it came to its place"`
	Suggested     *PlaceHint      `json:"suggested_place,omitempty" doc:"Where somebody was in need under this number before: no more than a hint"`
	Returned      bool            `json:"returned" doc:"The township says that it is not theirs; the county decides"`
	Pause         *PauseView      `json:"pause,omitempty" doc:"Nobody else is asked for now; the clocks run"`
	MergedInto    *Link           `json:"merged_into,omitempty" doc:"The ticket that goes on for this one"`
	Joined        []Link          `json:"joined,omitempty" doc:"Tickets that this one goes on for"`
	SplitFrom     *Link           `json:"split_from,omitempty" doc:"This is a second matter of that ticket's call"`
	SplitOff      []Link          `json:"split_off,omitempty" doc:"Second matters of this call"`

	// What the rules ask about and nobody is shown.
	TicketID    ID           `json:"-"`
	CallID      CallID       `json:"-"`
	OwnerPost   area.PostID  `json:"-"`
	CallTakerID area.StaffID `json:"-"`
	PendingBy   area.StaffID `json:"-"`
	OwnedSince  time.Time    `json:"-"`
	Epoch       int64        `json:"-"`
}

// PauseView is a time in which the ladder rests.
type PauseView struct {
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
	By     string    `json:"by"`
}

// Link names another ticket.
type Link struct {
	ID        string    `json:"id" format:"uuid"`
	Number    Number    `json:"number"`
	InvitedAt time.Time `json:"invited_at"`
}

// PlaceSource is what the choice of a place rested on (DOMAIN 0a.3).
type PlaceSource string

// The sources.
const (
	PlaceHousehold PlaceSource = "household" // where the caller's number was found in need before
	PlaceLine      PlaceSource = "did"       // the number dialled is that township's
	PlaceAgent     PlaceSource = "agent"     // somebody who spoke with the caller, or looked into it
	PlaceCounty    PlaceSource = "county"    // nothing is known: the county decides
)

// PlaceView is how a ticket came to its place.
type PlaceView struct {
	Source   PlaceSource `json:"source" enum:"household,did,agent,county"`
	AreaName string      `json:"area_name"`
	By       string      `json:"by"`
	At       time.Time   `json:"at"`
	Like     Number      `json:"like,omitempty" doc:"The earlier ticket that suggested it"`
}

// PlaceHint is where somebody was in need under the same number before.
type PlaceHint struct {
	Area     area.Code `json:"area"`
	AreaName string    `json:"area_name"`
	Number   Number    `json:"number" doc:"The earlier ticket"`
}

// CallView is the call a ticket was born from.
type CallView struct {
	ID           CallID     `json:"id" format:"uuid"`
	InvitedAt    time.Time  `json:"invited_at"`
	AnsweredAt   *time.Time `json:"answered_at,omitempty"`
	EndedAt      *time.Time `json:"ended_at,omitempty"`
	EndReason    EndReason  `json:"end_reason,omitempty"`
	To           string     `json:"to" doc:"Service number dialled"`
	CallerMasked string     `json:"caller_masked"`
	ReachedAt    *time.Time `json:"reached_at,omitempty" doc:"First time a person spoke with the caller"`
	AgentLeftAt  *time.Time `json:"agent_left_at,omitempty" doc:"Of a call that still runs: since when no person speaks with the caller any more, who is in the survey or hears good-bye"`
	Voicemail    bool       `json:"voicemail" doc:"The caller left a message"`
	SurveyScore  int        `json:"survey_score,omitempty" minimum:"1" maximum:"5" doc:"What the caller thought of it; absent where not asked or not said"`
	Disposition  string     `json:"disposition,omitempty" doc:"What the call was, by a code of the policy"`
	Note         string     `json:"disposition_note,omitempty"`
}

// ClockView is one deadline with its arithmetic.
type ClockView struct {
	Kind       ClockKind  `json:"kind"`
	StartedAt  time.Time  `json:"started_at"`
	DueAt      time.Time  `json:"due_at"`
	FirstDueAt time.Time  `json:"first_due_at" doc:"The deadline before any re-triage"`
	StoppedAt  *time.Time `json:"stopped_at,omitempty" doc:"Server time of the proof"`
	ReportedAt *time.Time `json:"reported_at,omitempty" doc:"The device's earlier time"`
	Proof      Proof      `json:"proof,omitempty"`
	BreachedAt *time.Time `json:"breached_at,omitempty"`
	RoseAt     *time.Time `json:"rose_at,omitempty" doc:"P2: when it went up to the county"`
	PausedAt   *time.Time `json:"paused_at,omitempty" doc:"Its days rest since then, and due_at means nothing"`
	Counted    []Day      `json:"counted,omitempty" doc:"Days walked, for a working-day clock, make-up days among them"`
	Span       string     `json:"span" doc:"What was counted: 2h0m0s on the wall clock, day and night, or 5wd of the calendar"`
}

// OfferView is one question to one post.
type OfferView struct {
	Post      string         `json:"post"`
	Role      area.Role      `json:"role"`
	OfferedAt time.Time      `json:"offered_at"`
	Step      int            `json:"step" doc:"Of the ladder, from 0; below zero for a hand-over"`
	Loop      int            `json:"loop"`
	Why       map[string]any `json:"why" doc:"Why this post: shift, position, open tickets, who was passed over for what reason"`
	Outcome   string         `json:"outcome,omitempty" doc:"accepted, taken, declined, withdrawn; absent while it can be accepted"`
	EndedAt   *time.Time     `json:"ended_at,omitempty"`
}

// RepeatView is the suggestion that two calls are one matter.
type RepeatView struct {
	OfID     string      `json:"of_id"`
	OfNumber Number      `json:"of_number"`
	State    RepeatState `json:"state"`
}

// EntryView is one line of a timeline.
type EntryView struct {
	ID    string         `json:"id" doc:"Where to go on: send the last one as after"`
	At    time.Time      `json:"at"`
	Kind  string         `json:"kind" doc:"Message key, such as ticket.accepted"`
	Actor string         `json:"actor"`
	Data  map[string]any `json:"data"`
}

// CallRow is a call as the list of calls shows it.
type CallRow struct {
	ID         CallID     `json:"id"`
	TicketID   string     `json:"ticket_id" format:"uuid"`
	Number     Number     `json:"number" doc:"The ticket's number"`
	To         string     `json:"to"`
	Caller     string     `json:"caller_masked"`
	InvitedAt  time.Time  `json:"invited_at"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	EndedAt    *time.Time `json:"ended_at,omitempty"`
	EndReason  EndReason  `json:"end_reason,omitempty"`
	Replayed   bool       `json:"replayed" doc:"It came from a node's journal, written while the database was away"`

	Outcome     CallOutcome `json:"outcome" enum:"spoken,voicemail,missed,alive"`
	Agent       string      `json:"agent,omitempty" doc:"Name of the agent who spoke with the caller last"`
	TalkedFrom  *time.Time  `json:"talked_from,omitempty" doc:"When that agent answered"`
	TalkedTo    *time.Time  `json:"talked_to,omitempty" doc:"When that agent left"`
	SurveyScore int         `json:"survey_score,omitempty"`
	Disposition string      `json:"disposition,omitempty"`
}

// ListView picks which tickets a list shows.
type ListView string

// The lists.
const (
	ListOpen    ListView = "open"    // not closed, not merged
	ListMine    ListView = "mine"    // owned by the actor's own post
	ListOffered ListView = "offered" // waiting for the actor or a desk they serve
	ListAll     ListView = "all"

	ListUnanswered ListView = "unanswered" // a whole ladder was asked, and nobody has accepted
)

// Filter narrows a list. The zero Filter lists everything in scope.
type Filter struct {
	View     ListView
	Area     area.Code // that division and all below it; empty for the whole scope
	Priority Priority  // empty for all
	Before   Cursor    // zero for the first page
	Limit    int
}

// Cursor is where a list went on: the last row's place in the order newest first.
type Cursor struct {
	At time.Time
	ID int64
}

// Causes lists every Cause, for pickers.
func Causes() []Cause {
	return []Cause{CauseUnknown, CauseAccident, CauseIllness, CauseFire, CauseTraffic, CauseDisaster, CauseOther}
}
