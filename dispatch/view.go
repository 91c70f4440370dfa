package dispatch

import (
	"time"

	"example.org/hotline/ticket"
)

// LadderView is the ladder of a ticket as its page shows it.
type LadderView struct {
	Policy string     `json:"policy" doc:"The version that the ticket was born under"`
	From   time.Time  `json:"from" doc:"What the steps count from: the INVITE, or a later beginning"`
	Steps  []StepView `json:"steps"`
	Next   *NextView  `json:"next,omitempty" doc:"What comes if nobody accepts before; absent once somebody has, and while the ladder rests"`
	Loop   int        `json:"loop" doc:"How often it has begun anew with everybody, with an alarm"`
}

// StepView is one step of a ladder.
type StepView struct {
	Step  int       `json:"step" doc:"From 0; offers name it"`
	To    string    `json:"to" doc:"Whom it asks: duty ROLE POSITION, desk LEVEL"`
	After string    `json:"after" doc:"A length of time, or working days such as 1wd@open"`
	DueAt time.Time `json:"due_at" doc:"Its own minute; the minute of one before it where that had nobody"`
	State string    `json:"state" enum:"done,next,later,unneeded"`
}

// NextView is the next step or turn.
type NextView struct {
	Step int       `json:"step" doc:"As many as there are steps: everybody is asked again"`
	At   time.Time `json:"at"`
}

// View tells how far the ladder of a ticket is and what comes next.
func (s *Service) View(t ticket.Ticket, now time.Time) LadderView {
	ladder := s.ladder(t)
	steps := ladder.StepsFor(t.AskedIn())
	v := LadderView{Policy: t.Policy, From: ladderFrom(t), Steps: []StepView{}, Loop: t.Loop}
	climbs := t.Status.Waiting() && !t.WithAgent
	for i, step := range steps {
		one := StepView{Step: i, To: step.To.String(), After: step.After.String(), DueAt: step.After.Due(v.From, s.calendar).Due, State: "later"}
		switch {
		case i < t.Step:
			one.State = "done"
		case !climbs:
			one.State = "unneeded"
		case i == t.Step:
			one.State, v.Next = "next", &NextView{Step: i, At: one.DueAt}
		}
		v.Steps = append(v.Steps, one)
	}
	if climbs && v.Next == nil && len(steps) > 0 {
		at := ladder.Loop.Every.Due(v.Steps[len(steps)-1].DueAt, s.calendar).Due
		for t.Loop > 0 && !at.After(now) {
			at = ladder.Loop.Every.Due(at, s.calendar).Due
		}
		v.Next = &NextView{Step: len(steps), At: at}
	}
	return v
}
