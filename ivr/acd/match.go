package acd

import (
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// Match offers waiting callers, first to be served first, to agents who are
// free, until one of the two has run out. A caller for whom nobody fits holds up
// nobody behind them.
func (tx *Tx) Match() {
	if len(tx.agentsThat(Agent.Free)) == 0 {
		return
	}
	staff := tx.staff()
	for _, c := range tx.waiting() {
		if len(staff.free) == 0 {
			return
		}
		q := tx.rules.Queue(c.Queue)
		if c.Offer != "" && q.Strategy != RingAll || tx.kept(q, c) {
			continue
		}
		fitting := staff.fitting(q, c, tx.now)
		if c.Offer != "" { // rings already: who has become free joins in
			fitting = slices.DeleteFunc(fitting, func(a *Agent) bool { return c.Tried[a.ID] > 0 })
		}
		if len(fitting) == 0 {
			continue
		}
		if q.Strategy != RingAll {
			fitting = []*Agent{q.pick(c, fitting, tx.turn(q.Key))}
		}
		for _, a := range fitting {
			tx.offer(q, c.Call, *a)
			staff.taken(a)
		}
	}
}

// staff are the agents as a match sees them.
type staff struct {
	all  []Agent // signed on and not paused
	free []*Agent
	best map[string]Skills // by queue: the highest levels of those signed on
}

func (tx *Tx) staff() *staff {
	s := &staff{all: tx.agentsThat(Agent.On), best: map[string]Skills{}}
	for i := range s.all {
		if s.all[i].Free() {
			s.free = append(s.free, &s.all[i])
		}
	}
	return s
}

func (s *staff) taken(a *Agent) {
	s.free = slices.DeleteFunc(s.free, func(f *Agent) bool { return f == a })
}

// fitting lists the free agents who serve the caller's queue with the skills
// still asked for. A skill that nobody on duty has is not waited for.
func (s *staff) fitting(q Queue, c Caller, now time.Time) []*Agent {
	wants := s.attainable(q, c.Wants)
	most := q.most(now.Sub(c.EnteredAt))
	fitting := make([]*Agent, 0, len(s.free))
	for _, a := range s.free {
		if serves(a.Queues, q.Key) && a.Reaches(c.Node) && a.Skills.Meets(wants, most) {
			fitting = append(fitting, a)
		}
	}
	return fitting
}

// attainable lowers the wants to what those signed on to the queue could ever meet.
func (s *staff) attainable(q Queue, wants Skills) Skills {
	if len(wants) == 0 {
		return nil
	}
	best, ok := s.best[q.Key]
	if !ok {
		best = Skills{}
		for i := range s.all {
			if a := &s.all[i]; serves(a.Queues, q.Key) && !a.Closing {
				for skill, level := range a.Skills {
					best[skill] = max(best[skill], level)
				}
			}
		}
		s.best[q.Key] = best
	}
	kept := Skills{}
	for skill, least := range wants {
		kept[skill] = min(least, best[skill])
	}
	return kept
}

// waiting lists who waits, first to be served first.
func (tx *Tx) waiting() []Caller {
	waiting := tx.callersThat(Caller.Waiting)
	slices.SortFunc(waiting, Before)
	return waiting
}

// kept reports whether a caller is kept a few seconds for the agent they were
// speaking with, whose browser is coming back.
func (tx *Tx) kept(q Queue, c Caller) bool {
	if c.Prefer == 0 || !tx.now.Before(c.WaitFrom.Add(q.PreferFor)) {
		return false
	}
	a, ok := tx.Agent(c.Prefer)
	return ok && a.State == StateAway && a.Status == StatusAvailable
}

func (tx *Tx) turn(queue string) area.StaffID {
	if last, ok := tx.turns[queue]; ok {
		return last
	}
	return tx.room.Turns[queue]
}

// offer rings an agent for a caller.
func (tx *Tx) offer(q Queue, call ticket.CallID, a Agent) {
	c, _ := tx.Caller(call)
	if c.Offer == "" {
		c.Offer = tx.newID()
	}
	if q.Strategy != RingAll {
		c.Agent = a.ID
	}
	_ = move(&a, SeatOffer) // free agents are idle
	a.Offer, a.Call, a.Queue, a.CallNode, a.Seized, a.Until = c.Offer, c.Call, c.Queue, c.Node, false, tx.now.Add(q.Ring)
	tx.putCaller(c)
	tx.putAgent(a)
	if q.Strategy == RoundRobin {
		tx.turns[q.Key] = a.ID
	}
}

// Overdue is how late somebody else's ringing, wrap-up or delay must be before
// another node ends it.
const Overdue = time.Second

// Tick ends what is over: ringing, wrap-ups and delays. mine tells which nodes'
// agents are looked after here; others' are ended only when overdue.
func (tx *Tx) Tick(mine func(node string) bool) {
	for _, a := range tx.agentsThat(func(a Agent) bool {
		due := a.Until
		if !mine(a.Node) {
			due = due.Add(Overdue)
		}
		return !a.Until.IsZero() && !tx.now.Before(due) && a.State != StateTalking && a.State != StateAway
	}) {
		if a.State == StateRinging {
			tx.noAnswer(a)
			continue
		}
		if move(&a, SeatDue) == nil {
			a.release()
			tx.putAgent(a)
		}
	}
}

// Next is when the room changes by time alone at the earliest, as far as the
// node mine is concerned; zero where it does not.
func (r *Room) Next(rules Config, now time.Time, mine func(node string) bool) time.Time {
	var next time.Time
	sooner := func(at time.Time) {
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	for _, a := range r.Agents {
		if mine(a.Node) && a.State != StateTalking && a.State != StateAway {
			sooner(a.Until)
		}
	}
	for _, c := range r.Callers {
		if !c.Waiting() || c.Offer != "" {
			continue
		}
		q := rules.Queue(c.Queue)
		sooner(q.nextRelax(c, now))
		if until := c.WaitFrom.Add(q.PreferFor); c.Prefer != 0 && until.After(now) {
			sooner(until)
		}
	}
	return next
}

// Stuck lists the callers who wait without an offer although an agent is free
// who fits them and for whom they are not kept. After Match there are none.
func (r *Room) Stuck(rules Config, now time.Time) []Caller {
	tx := r.Begin(rules, now, nil)
	if len(tx.agentsThat(Agent.Free)) == 0 {
		return nil
	}
	staff := tx.staff()
	var stuck []Caller
	for _, c := range tx.waiting() {
		q := rules.Queue(c.Queue)
		if c.Offer == "" && !tx.kept(q, c) && len(staff.fitting(q, c, now)) > 0 {
			stuck = append(stuck, c)
		}
	}
	return stuck
}
