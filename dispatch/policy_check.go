package dispatch

import (
	"errors"
	"fmt"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Validate reports every fault of the policy at once, joined. Each is an
// *act.Fault whose Field is the path in the file ("ladders.P1.steps[2].after"),
// so that the loader can add the line.
func (p *Policy) Validate() error {
	c := &policyCheck{}
	if p.Version == "" {
		c.fault("version", "missing", "name the version; tickets keep it for ever")
	}
	if p.Repeat.Hold <= 0 || p.Repeat.Hold > time.Hour {
		c.fault("repeat.hold", "out_of_range", "must be above 0 and at most 1h: the new ticket's ladder waits for it")
	}
	c.answer(p.Answer)
	c.callback(p.Callback)
	if s := p.Moves.ReturnWithin; s.WorkingDays < 1 || s.AtOpening {
		c.fault("moves.return_within", "out_of_range", "write working days, such as 2wd")
	}
	c.targets("moves.tell_pause", p.Moves.TellPause)
	c.skills(p.Skills)
	for priority := range p.Ladders {
		if !priority.Valid() {
			c.fault("ladders."+string(priority), "unknown_priority", "priorities are P1, P2, P3 and INFO")
		}
	}
	for _, priority := range ticket.Priorities() {
		ladder, ok := p.Ladders[priority]
		if !ok {
			c.fault("ladders", "missing", "no ladder for %s", priority)
			continue
		}
		c.ladder("ladders."+string(priority), ladder)
		c.clocks("ladders."+string(priority)+".clocks", priority, ladder.Clocks)
	}
	c.terms(p)
	return errors.Join(c.faults...)
}

// policyCheck gathers faults instead of stopping at the first.
type policyCheck struct{ faults []error }

func (c *policyCheck) fault(path, code, format string, args ...any) {
	c.faults = append(c.faults, act.Invalid(path, code, fmt.Sprintf(format, args...)))
}

// span faults a length of time that is not from least to most.
func (c *policyCheck) span(path string, d, least, most time.Duration) {
	if d < least || d > most {
		c.fault(path, "out_of_range", "must be from %s to %s", least, most)
	}
}

func (c *policyCheck) skills(byCause map[ticket.Cause]area.Skills) {
	for cause, wants := range byCause {
		at := "skills." + string(cause)
		if !cause.Valid() {
			c.fault(at, "unknown_cause", "causes are accident, illness, fire, traffic, disaster, other and unknown")
		}
		for skill, level := range wants {
			if level < 1 || level > area.MostSkill {
				c.fault(at+"."+skill, "out_of_range", "must be from 1 (some) to %d (best)", area.MostSkill)
			}
		}
	}
}

func (c *policyCheck) answer(a Answer) {
	c.span("answer.hold", a.Hold, 0, 3*time.Minute) // P1 has three minutes for its first step
	c.span("answer.untriaged", a.Untriaged, time.Minute, time.Hour)
	c.span("answer.longest", a.Longest, 5*time.Minute, 2*time.Hour)
}

func (c *policyCheck) callback(b Callback) {
	c.span("callback.urgent", b.Urgent, time.Minute, 2*time.Hour)
	c.span("callback.ordinary", b.Ordinary, time.Minute, 24*time.Hour)
	c.span("callback.late", b.Late, time.Minute, 2*time.Hour)
	c.span("callback.claim", b.Claim, time.Minute, time.Hour)
	c.span("callback.visit_urgent", b.VisitUrgent, 10*time.Minute, 24*time.Hour)
	c.span("callback.visit_ordinary", b.VisitOrdinary, 10*time.Minute, 7*24*time.Hour)
	c.targets("callback.tell", b.Tell)
	if len(b.Tries) == 0 || b.Tries[0] != 0 {
		c.fault("callback.tries", "out_of_range", "name at least one try; the first is at 0s, the others count from it")
	}
	for i := 1; i < len(b.Tries); i++ {
		if b.Tries[i] <= b.Tries[i-1] {
			c.fault(fmt.Sprintf("callback.tries[%d]", i), "out_of_order", "must be later than the try before it")
		}
	}
}

func (c *policyCheck) ladder(path string, l Ladder) {
	c.steps(path+".steps", l.Steps)
	c.steps(path+".unplaced", l.Unplaced)
	for i, s := range l.Unplaced {
		if s.To.Level == 0 || s.To.Level >= area.LevelTownship {
			c.fault(fmt.Sprintf("%s.unplaced[%d].to", path, i), "no_township", "no township is known yet: name a county or city target")
		}
	}
	if l.Loop.Every == (ticket.Span{}) {
		c.fault(path+".loop.every", "missing", "after the last step the ladder must repeat: escalation never ends in silence")
	}
	c.targets(path+".loop.to", l.Loop.To)
	c.span(path+".pause", l.Pause, 0, 7*24*time.Hour)
	c.near(path+".near", l.Near)
	for i, w := range l.Warnings {
		at := fmt.Sprintf("%s.warnings[%d]", path, i)
		c.milestone(at+".until", w.Until, false)
		c.milestone(at+".from", w.From, true)
		c.targets(at+".tell", w.Tell)
	}
	c.silence(path+".silence", l.Silence)
	c.silence(path+".follow_up", l.FollowUp)
}

func (c *policyCheck) silence(path string, s *Silence) {
	if s == nil {
		return
	}
	if s.After.Before(ticket.Span{Wall: time.Minute}) {
		c.fault(path+".after", "out_of_range", "must be at least 1m")
	}
	c.targets(path+".tell", s.Tell)
}

func (c *policyCheck) steps(path string, steps []Step) {
	if len(steps) == 0 {
		c.fault(path, "missing", "name at least one step")
	}
	for i, s := range steps {
		at := fmt.Sprintf("%s[%d]", path, i)
		if s.To.Kind != TargetDuty && s.To.Kind != TargetDesk {
			c.fault(at+".to", "not_offerable", `only "duty …" and "desk …" can be offered a ticket`)
		}
		if i > 0 && !steps[i-1].After.Before(s.After) {
			c.fault(at+".after", "out_of_order", "must be later than the step before it (%s)", steps[i-1].After)
		}
	}
}

func (c *policyCheck) targets(path string, targets []Target) {
	if len(targets) == 0 {
		c.fault(path, "missing", "name at least one target")
	}
}

func (c *policyCheck) milestone(path string, m Milestone, mayBeEmpty bool) {
	if m == "" && mayBeEmpty {
		return
	}
	for _, known := range Milestones() {
		if m == known {
			return
		}
	}
	c.fault(path, "unknown_milestone", "milestones are %v", Milestones())
}

// needs lists the clocks a priority cannot do without (DOMAIN 0a.1).
var needs = map[ticket.Priority][]ticket.ClockKind{
	ticket.P1: {ticket.ClockTwoHour, ticket.ClockDay}, ticket.P2: {ticket.ClockTwoHour, ticket.ClockDay},
	ticket.P3: {ticket.ClockAccepted, ticket.ClockDecide}, ticket.PInfo: {ticket.ClockAnswer},
}

func (c *policyCheck) clocks(path string, p ticket.Priority, clocks []Clock) {
	seen := map[ticket.ClockKind]bool{}
	for i, clock := range clocks {
		at := fmt.Sprintf("%s[%d]", path, i)
		if clock.Kind.Ordinal() == 0 {
			c.fault(at+".kind", "unknown_clock", "clocks are two_hour, day, answer, accepted and decide")
		}
		if seen[clock.Kind] {
			c.fault(at+".kind", "twice", "clock %s is already in this ladder", clock.Kind)
		}
		seen[clock.Kind] = true
		if clock.After == (ticket.Span{}) {
			c.fault(at+".after", "missing", "a clock needs a length")
		}
		if p.Urgent() && clock.After.WorkingDays > 0 {
			c.fault(at+".after", "not_wall_clock", "%s clocks run day and night: write hours, not working days", p)
		}
		c.milestone(at+".from", clock.From, true)
		c.milestone(at+".stops", clock.Stops, false)
		c.targets(at+".tell", clock.Tell)
	}
	for _, kind := range needs[p] {
		if !seen[kind] {
			c.fault(path, "missing", "%s needs the clock %s", p, kind)
		}
	}
}

func (c *policyCheck) near(path string, all []Near) {
	before := 0
	for i, n := range all {
		at := fmt.Sprintf("%s[%d]", path, i)
		if n.Percent <= before || n.Percent > 99 {
			c.fault(at+".percent", "out_of_order", "must be above the one before it and at most 99")
		}
		before = n.Percent
		c.targets(at+".tell", n.Tell)
	}
}

// terms checks what ticket.Terms can carry: one length per kind of clock.
func (c *policyCheck) terms(p *Policy) {
	same := func(kind ticket.ClockKind, a, b ticket.Priority) {
		first, ok1 := p.Ladders[a].Clock(kind)
		second, ok2 := p.Ladders[b].Clock(kind)
		if ok1 && ok2 && first.After != second.After {
			c.fault("ladders."+string(b)+".clocks", "differs", "clock %s must be as long as that of %s: a ticket keeps its clocks when it is re-triaged", kind, a)
		}
	}
	same(ticket.ClockTwoHour, ticket.P1, ticket.P2)
	same(ticket.ClockDay, ticket.P1, ticket.P2)
	answer, ok1 := p.Ladders[ticket.PInfo].Clock(ticket.ClockAnswer)
	accepted, ok2 := p.Ladders[ticket.P3].Clock(ticket.ClockAccepted)
	if ok1 && ok2 && (answer.After.WorkingDays < 1 || answer.After != accepted.After) {
		c.fault("ladders.P3.clocks", "differs", "accepted (P3) and answer (INFO) must be the same number of working days")
	}
}
