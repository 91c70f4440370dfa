package dispatch

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// Policy is one dated version of the escalation rules (configs/policy/ladder-*.yaml).
// A ticket keeps the version it was born under; a version never changes.
type Policy struct {
	Version  string                       `yaml:"version"` // "ladder-2026": frozen on the ticket
	Source   string                       `yaml:"source"`  // where the numbers come from, for those who check them
	Repeat   Repeat                       `yaml:"repeat"`
	Answer   Answer                       `yaml:"answer"`
	Callback Callback                     `yaml:"callback"`
	Moves    Moves                        `yaml:"moves"`
	Skills   map[ticket.Cause]area.Skills `yaml:"skills"`  // asked for by the cause: of several on duty at one position, who has them is asked first
	Ladders  map[ticket.Priority]Ladder   `yaml:"ladders"` // one for every priority
}

// Ladder says, for one priority, who is offered a ticket when, who is warned and
// which clocks run. Every Span counts from the INVITE unless it says otherwise.
type Ladder struct {
	Steps    []Step        `yaml:"steps"`    // where the township is known; the first is at zero or at an opening
	Unplaced []Step        `yaml:"unplaced"` // where it is not: no area, or a county's
	Loop     Loop          `yaml:"loop"`     // after the last step, until somebody accepts
	Warnings []Warning     `yaml:"warnings"`
	Clocks   []Clock       `yaml:"clocks"`
	Near     []Near        `yaml:"near"`      // told before a clock passes whose passing is a breach
	Silence  *Silence      `yaml:"silence"`   // until help has come; nil: nobody is asked
	FollowUp *Silence      `yaml:"follow_up"` // from then until the ticket is closed; nil: nobody is asked
	Pause    time.Duration `yaml:"pause"`     // the longest that it may be paused, all pauses of a ticket together; 0: never. Clocks are not paused
}

// Step offers the ticket to one Target. A step with nobody on duty is skipped at
// once: its minute is taken by the next step that has somebody (DOMAIN 2.3). An
// earlier offer stays acceptable.
type Step struct {
	After ticket.Span `yaml:"after"`
	To    Target      `yaml:"to"`
}

// Loop repeats after the last Step for ever, with an alarm that a person cannot
// miss (DOMAIN 0a.13). Its first turn falls Every after the last step's own time.
type Loop struct {
	Every ticket.Span `yaml:"every"`
	To    []Target    `yaml:"to"`    // offered again, all of them, on each turn
	Alarm bool        `yaml:"alarm"` // wallboard alarm and a message to the fixed alarm number
}

// Milestone is a state of the ticket that ends a Warning or starts or stops a Clock.
type Milestone string

// The milestones.
const (
	MilestoneInvite     Milestone = "invite"               // the call itself
	MilestoneOnSite     Milestone = "on_site"              // the worker is there, or has spoken to the citizen
	MilestoneAidDecided Milestone = "aid_decided"          // an amount, or a reasoned no
	MilestoneRelieved   Milestone = "relieved"             // help received, or decided that none is due (promise 5)
	MilestoneAnswered   Milestone = "answered"             // the question of an INFO ticket
	MilestoneAppOpened  Milestone = "application_accepted" // the application was taken in
	MilestoneAppDecided Milestone = "application_decided"  // CONFIRMED or REFUSED
)

// Milestones lists every Milestone.
func Milestones() []Milestone {
	return []Milestone{MilestoneInvite, MilestoneOnSite, MilestoneAidDecided, MilestoneRelieved, MilestoneAnswered,
		MilestoneAppOpened, MilestoneAppDecided}
}

// Warning reminds people before a breach. It is no breach itself.
type Warning struct {
	Until Milestone   `yaml:"until"` // not given once this was reached
	From  Milestone   `yaml:"from"`  // what After counts from; empty means the INVITE
	After ticket.Span `yaml:"after"`
	Tell  []Target    `yaml:"tell"`
}

// Clock is one deadline with what happens when it passes.
type Clock struct {
	Kind   ticket.ClockKind `yaml:"kind"`
	From   Milestone        `yaml:"from"` // empty means the INVITE
	After  ticket.Span      `yaml:"after"`
	Stops  Milestone        `yaml:"stops"`
	Breach bool             `yaml:"breach"` // false: it rises to Tell, and no promise was broken
	Tell   []Target         `yaml:"tell"`
}

// Near is a warning before a deadline that is a promise.
type Near struct {
	Percent int      `yaml:"percent"` // of the clock that is used up
	Tell    []Target `yaml:"tell"`
}

// Moves rules how a ticket may change hands.
type Moves struct {
	ReturnWithin ticket.Span `yaml:"return_within"` // working days from when the owner took it, for a township to return it to the county
	TellPause    []Target    `yaml:"tell_pause"`    // told that a ladder was paused
}

// Silence asks after an accepted ticket on which nothing has happened for After.
// Every entry of the timeline by a person arms it anew.
type Silence struct {
	After ticket.Span `yaml:"after"` // "30m", or "2wd@open" where nobody is to be asked at night
	Tell  []Target    `yaml:"tell"`
}

// Repeat rules a call from the number of an open ticket (promise 1).
type Repeat struct {
	Hold time.Duration `yaml:"hold"` // how long the new ticket's ladder waits for a person's word; key 1 ends it
	Tell []Target      `yaml:"tell"` // told "called again" at once
}

// Answer rules how long a ladder waits for the agents of the line (DOMAIN 0a.3).
type Answer struct {
	Hold      time.Duration `yaml:"hold"`      // from the INVITE, for an agent to answer; a call that ends, key 1, key 2 and voicemail end the wait
	Untriaged time.Duration `yaml:"untriaged"` // from the call's end, for the agent's triage; then the ladder starts without it
	Longest   time.Duration `yaml:"longest"`   // from the agent's answer, the same for a call that does not end
}

// Callback rules who is rung back, and when.
type Callback struct {
	Urgent   time.Duration   `yaml:"urgent"`   // by when a suspected emergency is rung back
	Ordinary time.Duration   `yaml:"ordinary"` // by when the others are
	Tries    []time.Duration `yaml:"tries"`    // when each try may be made, from the first; then a message, and a visit
	Late     time.Duration   `yaml:"late"`     // how long after its time a later try is late
	Claim    time.Duration   `yaml:"claim"`    // how long a claim holds without a result

	VisitUrgent   time.Duration `yaml:"visit_urgent"`   // by when a visit to a suspected emergency has a result, on the wall clock
	VisitOrdinary time.Duration `yaml:"visit_ordinary"` // by when the others have

	Tell []Target `yaml:"tell"` // told of a late one
}

// Rules are the times of call-backs as package ticket takes them.
func (c Callback) Rules() ticket.CallbackRules {
	return ticket.CallbackRules{Urgent: c.Urgent, Ordinary: c.Ordinary, Tries: c.Tries, Late: c.Late, Claim: c.Claim,
		VisitUrgent: c.VisitUrgent, VisitOrdinary: c.VisitOrdinary}
}

// StepsFor is the ladder's steps for a ticket in that area.
func (l Ladder) StepsFor(where area.Code) []Step {
	if where.Level() >= area.LevelTownship {
		return l.Steps
	}
	return l.Unplaced
}

// Clock finds a clock by its kind.
func (l Ladder) Clock(kind ticket.ClockKind) (Clock, bool) {
	for _, c := range l.Clocks {
		if c.Kind == kind {
			return c, true
		}
	}
	return Clock{}, false
}

// Terms are the lengths of the clocks as package ticket takes them. The policy
// must have passed Validate.
func (p *Policy) Terms() ticket.Terms {
	twoHour, _ := p.Ladders[ticket.P1].Clock(ticket.ClockTwoHour)
	day, _ := p.Ladders[ticket.P1].Clock(ticket.ClockDay)
	answer, _ := p.Ladders[ticket.PInfo].Clock(ticket.ClockAnswer)
	return ticket.Terms{TwoHour: twoHour.After.Wall, Day: day.After.Wall, WorkingDays: answer.After.WorkingDays}
}

// MoveRules are the rules of moves as package ticket takes them.
func (p *Policy) MoveRules(cal ticket.Calendar) ticket.MoveRules {
	r := ticket.MoveRules{Terms: p.Terms(), Calendar: cal, ReturnDays: p.Moves.ReturnWithin.WorkingDays, PauseMost: map[ticket.Priority]time.Duration{}}
	for priority, ladder := range p.Ladders {
		r.PauseMost[priority] = ladder.Pause
	}
	return r
}

// Holds are how long a ladder waits, as package ticket takes it.
func (p *Policy) Holds() ticket.Holds {
	return ticket.Holds{Repeat: p.Repeat.Hold, Answer: p.Answer.Hold, Untriaged: p.Answer.Untriaged, Longest: p.Answer.Longest}
}
