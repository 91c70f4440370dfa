package application

import (
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// View is an application as the case's page shows it. What is about the household stands
// in it for those who help alone; the others read how it stands.
type View struct {
	ID          string       `json:"id"`
	TicketID    string       `json:"ticket_id" doc:"Public id"`
	Aid         string       `json:"aid" doc:"Code of the catalogue"`
	State       State        `json:"state" enum:"draft,submitted,supplement,accepted,investigating,hearing,reviewed,notice,objection,confirmed,paying,adjusted,suspended,exited,granted,refused,withdrawn"`
	Once        bool         `json:"once" doc:"The aid is given once: a sum that the proposal names"`
	Household   string       `json:"household" doc:"Public id"`
	Person      string       `json:"person" doc:"Public id of who applies and is paid"`
	VillageName string       `json:"village_name"`
	Rules       string       `json:"rules,omitempty" doc:"Version that it is judged by, from its acceptance on"`
	Gaps        []string     `json:"gaps" doc:"Papers that were asked for, once"`
	GapsAt      *time.Time   `json:"gaps_noticed_at,omitempty"`
	SubmittedAt *time.Time   `json:"submitted_at,omitempty"`
	AcceptedAt  *time.Time   `json:"accepted_at,omitempty"`
	CheckedAt   *time.Time   `json:"checked_at,omitempty"`
	VisitedAt   *time.Time   `json:"visited_at,omitempty"`
	VisitDueOn  ticket.Date  `json:"visit_due_on,omitempty" doc:"The day that is aimed at for the visit"`
	Check       string       `json:"check,omitempty" doc:"The data check that it rests on; absent where it rests on papers alone"`
	Silent      int          `json:"silent" doc:"Data sources that have not spoken of everybody and that nobody has let go; for who works on it"`
	OpenFlags   int          `json:"open_flags" doc:"Differences to what was declared that nobody has explained; for who works on it"`
	Disputed    bool         `json:"disputed"`
	Pause       Pause        `json:"pause,omitempty" doc:"Why its working days rest"`
	DecidedAt   *time.Time   `json:"decided_at,omitempty"`
	FirstMonth  rule.Month   `json:"first_month,omitempty" doc:"The first that is paid: 2026-05"`
	Commitment  Commitment   `json:"commitment" enum:"not_asked,missing,given,declined" doc:"Nothing but a child's aid is granted before it was given, or it was written down why not"`
	By          string       `json:"by"`
	At          time.Time    `json:"at"`
	Members     []MemberView `json:"members" doc:"Who lives there now; of them the arithmetic speaks by id"`

	Declared     *Declared         `json:"declared,omitempty" doc:"What was declared last"`
	Visits       []HomeVisitView   `json:"home_visits"`
	Statements   []StatementView   `json:"statements"`
	Assessment   *AssessmentView   `json:"assessment,omitempty" doc:"The newest"`
	Rulings      []RulingView      `json:"rulings" doc:"The newest first"`
	Notices      []NoticeView      `json:"notices" doc:"The newest first"`
	Objections   []ObjectionView   `json:"objections"`
	Hearings     []HearingView     `json:"hearings"`
	Appeals      []AppealView      `json:"appeals"`
	Entitlements []EntitlementView `json:"entitlements" doc:"What is paid a month, from when until when; the newest first"`
	NextActs     []string          `json:"next_acts" doc:"What you may do now: declare, submit, ask_papers, supply, accept, check, waive, explain, visit, state, dispute, hear, assess, grant, refuse, post, object, answer_objection, confirm, decline, adjust, suspend, resume, exit, pause, go_on, withdraw, deliver, appeal, end_appeal"`
	Reasons      []ReasonsView     `json:"reasons" doc:"The reasons of what you may propose now"`
}

// ReasonsView are the reasons of one kind of ruling, of which one is named.
type ReasonsView struct {
	Kind  RulingKind `json:"kind" enum:"grant,refuse,adjust,suspend,resume,exit"`
	Codes []string   `json:"codes"`
}

// Reasons are the reasons of the kinds of rulings among some acts.
func Reasons(acts []string) []ReasonsView {
	list := []ReasonsView{}
	for _, kind := range RulingKinds() {
		if slices.Contains(acts, string(kind)) {
			list = append(list, ReasonsView{kind, reasonsOf[kind]})
		}
	}
	return list
}

// MemberView is somebody of the household, by the name that this reader may read.
type MemberView struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Relation string `json:"relation"`
	Age      int    `json:"age" doc:"Years; -1 where nobody knows"`
}

// HomeVisitView is a visit of an application beside what is shown of any visit.
type HomeVisitView struct {
	Visit     string    `json:"visit" doc:"Id of the visit on the ticket's page"`
	ArrivedAt time.Time `json:"arrived_at"`
	LeftAt    time.Time `json:"left_at"`
	Visitors  []string  `json:"visitors"`
	GPS       string    `json:"gps,omitempty"`
	Photos    []string  `json:"photos"`
	Signature Signature `json:"signature" enum:"signed,refused,unable"`
	Note      string    `json:"signature_note,omitempty"`
	Image     string    `json:"signed_image,omitempty"`
}

// StatementView is what somebody said.
type StatementView struct {
	ID     string        `json:"id"`
	Role   StatementRole `json:"role" enum:"neighbour,committee,employer,school,other"`
	Name   string        `json:"name,omitempty"`
	Text   string        `json:"text,omitempty"`
	SaidAt time.Time     `json:"said_at"`
	Photos []string      `json:"photos"`
	By     string        `json:"by"`
}

// AssessmentView is an answer of the rules with every line of its arithmetic.
type AssessmentView struct {
	ID     string          `json:"id"`
	At     time.Time       `json:"at"`
	By     string          `json:"by"`
	DueFen int64           `json:"due_fen" doc:"What the aid comes to in a month"`
	Result rule.Assessment `json:"result"`
	Zh     []rule.Told     `json:"zh" doc:"Its arithmetic line by line as the citizen may read it, with the names that this reader may read"`
	En     []rule.Told     `json:"en"`
}

// Row is an application in a list: how it stands, and nothing of the household.
type Row struct {
	ID          string        `json:"id"`
	TicketID    string        `json:"ticket_id" doc:"Public id"`
	Number      ticket.Number `json:"ticket_number"`
	Aid         string        `json:"aid" doc:"Code of the catalogue"`
	State       State         `json:"state" enum:"draft,submitted,supplement,accepted,investigating,hearing,reviewed,notice,objection,confirmed,paying,adjusted,suspended,exited,granted,refused,withdrawn"`
	VillageName string        `json:"village_name"`
	By          string        `json:"by" doc:"Who has the case"`
	AcceptedAt  *time.Time    `json:"accepted_at,omitempty"`
	DueAt       *time.Time    `json:"due_at,omitempty" doc:"By when it is decided; absent while it was not taken in, and once it is decided"`
	Late        bool          `json:"late"`
	Pause       Pause         `json:"pause,omitempty" doc:"Why its working days rest"`
	Waits       bool          `json:"waits" doc:"A ruling of it waits for your word"`
}

// Filter says which applications of the reader's area are listed: the undecided by their
// clock, the others the newest first.
type Filter struct {
	View  string // undecided, waiting (for the reader's word), running, over; empty: all
	State State  // empty: any
	Under area.Code
	Skip  int
	Limit int
}

// States are the states of a view; nil for all.
func (f Filter) States() []State {
	if f.State != "" {
		return []State{f.State}
	}
	return slices.DeleteFunc(States(), func(s State) bool {
		switch f.View {
		case "undecided", "waiting":
			return !s.Undecided() && (f.View == "undecided" || !s.Running())
		case "running":
			return !s.Running()
		case "over":
			return s.Undecided() || s.Running()
		default:
			return false
		}
	})
}

// RulingView is what is, or was, decided.
type RulingView struct {
	ID         string      `json:"id"`
	Kind       RulingKind  `json:"kind" enum:"grant,refuse,adjust,suspend,resume,exit"`
	State      RulingState `json:"state" enum:"proposed,confirmed,declined,superseded"`
	AmountFen  int64       `json:"amount_fen" doc:"A month; of aid that is given once: the sum"`
	Level      string      `json:"level" enum:"township,county,city" doc:"Whose word it needs"`
	ReasonCode string      `json:"reason_code"`
	Reason     string      `json:"reason"`
	Override   string      `json:"override,omitempty" doc:"Why it goes against what the cascade advises"`
	By         string      `json:"by"`
	At         time.Time   `json:"at"`
	AnsweredBy string      `json:"answered_by,omitempty"`
	AnsweredAt *time.Time  `json:"answered_at,omitempty"`
	Answer     string      `json:"answer,omitempty"`
	Kept       string      `json:"kept,omitempty" doc:"Why it was confirmed as computed although the household had changed since"`
	LetterDue  *time.Time  `json:"letter_due_at,omitempty" doc:"By when the person has it in writing"`
	LetterAt   *time.Time  `json:"letter_at,omitempty"`
	LetterWay  LetterWay   `json:"letter_way,omitempty" enum:"handed,posted,left,digital,guardian"`
	ReviewBy   ticket.Date `json:"review_until,omitempty" doc:"Last day on which the person may ask for a review (复议)"`
	ReviewAt   string      `json:"review_office,omitempty" doc:"Where they may: the government of this county"`
	Assessment string      `json:"assessment,omitempty" doc:"The assessment that it rests on"`
	Version    int64       `json:"version"`
}

// NoticeView is a notice as its office sees it.
type NoticeView struct {
	ID       string      `json:"id"`
	State    NoticeState `json:"state" enum:"posted,objected,clean,withdrawn"`
	PostedAt time.Time   `json:"posted_at"`
	StartsOn ticket.Date `json:"starts_on"`
	EndsOn   ticket.Date `json:"ends_on" doc:"Its last day"`
	ClosesAt time.Time   `json:"closes_at"`
	Photo    string      `json:"photo"`
	Path     string      `json:"path" doc:"Of the page that anybody may read while it hangs"`
	Beyond   int         `json:"beyond,omitempty" doc:"Objections without a name that came beyond the limit of its page: counted, not taken"`
	BeyondAt *time.Time  `json:"beyond_at,omitempty" doc:"When the last of them came"`
}

// ObjectionView is an objection with its answer.
type ObjectionView struct {
	ID        string           `json:"id"`
	At        time.Time        `json:"at"`
	Anonymous bool             `json:"anonymous"`
	Text      string           `json:"text,omitempty"`
	Contact   string           `json:"contact,omitempty"`
	Outcome   ObjectionOutcome `json:"outcome,omitempty" enum:"upheld,unfounded"`
	Answer    string           `json:"answer,omitempty"`
}

// HearingView is a hearing.
type HearingView struct {
	ID         string      `json:"id"`
	Kind       HearingKind `json:"kind" enum:"committee,before_cut"`
	HeldAt     time.Time   `json:"held_at"`
	Present    int         `json:"present"`
	InFavour   *int        `json:"in_favour,omitempty"`
	Attendance Attendance  `json:"attendance" enum:"heard,in_writing,did_not_come"`
	Said       string      `json:"said,omitempty"`
}

// AppealView is an appeal with its result.
type AppealView struct {
	ID      string        `json:"id"`
	Ruling  string        `json:"ruling"`
	Kind    AppealKind    `json:"kind" enum:"review,lawsuit"`
	Office  string        `json:"office"`
	FiledOn ticket.Date   `json:"filed_on"`
	InTerm  bool          `json:"in_term"`
	Text    string        `json:"text,omitempty"`
	Outcome AppealOutcome `json:"outcome,omitempty" enum:"upheld,overturned,changed,withdrawn"`
	Answer  string        `json:"answer,omitempty"`
}

// EntitlementView is what is paid a month.
type EntitlementView struct {
	ID         string      `json:"id"`
	Aid        string      `json:"aid"`
	From       rule.Month  `json:"from"`
	Until      rule.Month  `json:"until,omitempty" doc:"Its last month"`
	MonthlyFen int64       `json:"monthly_fen"`
	Members    []string    `json:"members" doc:"For whom, by id"`
	Why        EntitledWhy `json:"why" enum:"entered,adjusted,resumed,easing_out"`
	EndWhy     EndWhy      `json:"end_why,omitempty" enum:"adjusted,suspended,exited"`
	EndReason  string      `json:"end_reason,omitempty"`
	Rules      string      `json:"rules"`
	ByBank     bool        `json:"by_bank" doc:"To the payee's verified account; else by hand"`
}

// Reader is who looks at an application, and from where.
type Reader struct {
	Actor     act.Actor
	Owner     bool // the case is theirs
	CallTaker bool
	Now       time.Time
}

// Waiting is what of an application waits for somebody.
type Waiting struct {
	Ruling     *Ruling       // that was proposed
	Notice     *PublicNotice // the newest
	Letters    bool          // a letter is owed
	Objections bool          // one was not answered
	Appeals    bool          // one has not ended
	Silent     int           // sources that are silent and not let go
	Flags      int           // differences that nobody has explained
}

// NextActs lists what this reader may do with an application now.
func (a Application) NextActs(who Reader, w Waiting) []string {
	open, notice := w.Ruling, w.Notice
	acts := []string{}
	add := func(ok bool, names ...string) {
		if ok {
			acts = append(acts, names...)
		}
	}
	if who.Owner {
		add(a.State.Undecided() || a.State.Running(), "declare")
		add(a.State.takes(EventSubmit), "submit")
		add(a.State.takes(EventAskPapers) && a.GapsNoticedAt.IsZero(), "ask_papers")
		add(a.State.takes(EventSupply), "supply")
		add(a.State.takes(EventAccept), "accept")
		add(a.State.takes(EventInvestigate), "check", "visit", "state")
		add(w.Flags > 0, "explain")
		add(a.State.takes(EventDispute), "dispute")
		add(a.State.takes(EventHear) || a.State.Running(), "hear")
		add(!a.AcceptedAt.IsZero() && (a.State.Undecided() || a.State.Running()), "assess")
		add(a.State.takes(EventReview), "grant")
		add(a.State.takes(EventRefuse), "refuse")
		add(a.State.takes(EventPost) && open != nil && open.Kind == RuleGrant, "post")
		for _, kind := range []RulingKind{RuleAdjust, RuleSuspend, RuleResume, RuleExit} {
			add(a.State.takes(changeEvents[kind]), string(kind))
		}
		running := a.State.Undecided() && !a.AcceptedAt.IsZero()
		add(running && a.PauseReason == PauseNone, "pause")
		add(running && a.PauseReason != PauseNone, "go_on")
		add(a.State.takes(EventWithdraw), "withdraw")
		add(w.Letters, "deliver")
		add(w.Objections, "answer_objection")
		add(w.Appeals, "end_appeal")
		add(!a.DecidedAt.IsZero() && a.State != StateWithdrawn, "appeal")
	}
	add(!who.Owner && a.State.takes(EventInvestigate) && w.Silent > 0 && slices.Contains(Waiving(), who.Actor.Role), "waive")
	add(notice != nil && notice.State == NoticePosted && who.Now.Before(notice.ClosesAt) && !who.Actor.May(area.RoleAuditor), "object")
	if open != nil && slices.Contains(leaders(open.Level), who.Actor.Role) && who.Actor.StaffID != open.By && !who.CallTaker {
		add(open.Kind != RuleGrant || a.State != StateNotice || notice != nil && !who.Now.Before(notice.ClosesAt), "confirm")
		acts = append(acts, "decline")
	}
	return acts
}

// ReviewUntil is the last day on which a ruling may be taken to a review, zero while the
// person has nothing in writing.
func (r Ruling) ReviewUntil(months int) ticket.Date {
	if r.LetterAt.IsZero() {
		return ""
	}
	return reviewUntil(r, months)
}
