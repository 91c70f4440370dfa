package sim

import (
	"fmt"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// The line's callers and agents.
const (
	talking   = 4 * time.Minute // mean conversation
	wrapping  = time.Minute     // mean wrap-up
	patience  = 2 * time.Minute // mean time until a caller who waits gives up
	answerBy  = 15 * time.Second
	answerFor = 0.95 // of all calls within answerBy

	pressesOne  = 0.6 // of those in need of help within two hours
	oneAfter    = 8 * time.Second
	onHold      = 0.7 // questions that the agent answers by themselves
	ringsBack   = 6 * time.Minute
	ringsFor    = 40 * time.Second
	reachedBack = 0.75
	approves    = 5 * time.Minute // mean time a supervisor takes over a lowering
)

// waiting is a caller in the queue.
type waiting struct {
	id     ticket.ID
	m      matter
	since  time.Time
	gone   bool
	served bool
}

// desk is the agents of a city as a queue: first come, first served, and
// whoever loses patience gives up.
type desk struct {
	free  int
	queue []*waiting
	staff int // agents now; who goes off finishes their conversation
}

// staffed is how many agents are there around an instant: as many as Erlang A
// asks for at the rate of the hour, and never fewer than two.
func (w *world) staffed(at time.Time) int {
	if w.o.Agents > 0 {
		return w.o.Agents
	}
	perHour := w.perHour(at)
	if w.inFlood(at) {
		perHour -= floodCalls // nobody knew
	}
	key := int(perHour * 1000)
	if w.staffing[key] == 0 {
		w.staffing[key] = max(2, queueOf(perHour).Agents(answerFor, answerBy))
	}
	return w.staffing[key]
}

func queueOf(perHour float64) Queue {
	return Queue{Rate: perHour, Handling: talking + wrapping, Patience: patience}
}

// shiftAgents puts as many agents to the desk as the hour has, every hour.
func (w *world) shiftAgents() {
	now := w.staffed(w.m.now)
	w.desk.free += now - w.desk.staff
	w.desk.staff = now
	w.serve()
	if next := w.m.now.Add(time.Hour); next.Before(w.o.From.AddDate(0, 0, w.o.Days).Add(3 * time.Hour)) {
		w.at(next, w.shiftAgents)
	}
}

// call is the first second of a call: it is a ticket, and in the queue.
func (w *world) call(m matter) {
	w.tally.Calls++
	w.number++
	id := ticket.CallID(fmt.Sprintf("call-%d", w.number))
	c := ticket.Call{ID: id, SIPCallID: string(id), FromRaw: m.from, FromE164: m.from, To: m.line.Number,
		Number: ticket.NewNumber(w.m.now, int(w.number)), InvitedAt: w.m.now}
	t := w.m.Birth(c, m.line, w.rules)
	w.journeys[t] = &journey{m: m}
	caller := &waiting{id: t, m: m, since: w.m.now}
	w.desk.queue = append(w.desk.queue, caller)
	if m.priority == ticket.P1 && w.calls.chance(pressesOne) {
		w.after(oneAfter, func() {
			w.do(act.SystemIVR, t, func(tx *Tx) error { return ticket.RaiseByKey(w.ctx, tx, t, tx.Now(), w.rules.Ladder.Terms()) })
		})
	}
	w.after(w.line.exp(patience), func() { w.giveUp(caller) })
	w.serve()
}

// giveUp is a caller who has waited too long: the call ends, and somebody is to
// ring back.
func (w *world) giveUp(caller *waiting) {
	if caller.served {
		return
	}
	caller.gone = true
	w.tally.Abandoned++
	w.do(act.SystemIVR, caller.id, func(tx *Tx) error { return tx.endCall(w.ctx, caller.id, w.rules) })
	if r := w.m.tickets[caller.id]; r != nil {
		for _, c := range r.callbacks {
			w.after(w.line.exp(ringsBack), func() { w.ringBack(c, caller.m) })
		}
	}
}

// serve gives callers to free agents.
func (w *world) serve() {
	for w.desk.free > 0 && len(w.desk.queue) > 0 {
		caller := w.desk.queue[0]
		w.desk.queue = w.desk.queue[1:]
		if caller.gone {
			continue
		}
		caller.served = true
		w.desk.free--
		waited := w.m.now.Sub(caller.since)
		w.tally.Answered.add(waited)
		if waited <= answerBy {
			w.tally.AnsweredInTime++
		}
		w.converse(caller)
	}
}

// converse is an agent with a caller: answer, triage before the end, wrap-up.
func (w *world) converse(caller *waiting) {
	agent := w.nextAgent()
	post := w.city.Posts[agent.PostID]
	w.do(act.SystemIVR, caller.id, func(tx *Tx) error { return tx.connect(w.ctx, caller.id, post, w.rules) })
	talk := w.line.exp(talking)
	w.after(talk*8/10, func() { w.triage(agent, caller.id, caller.m) })
	w.after(talk, func() {
		w.do(act.SystemIVR, caller.id, func(tx *Tx) error { return tx.endCall(w.ctx, caller.id, w.rules) })
	})
	w.after(talk+w.line.exp(wrapping), func() {
		w.desk.free++
		w.serve()
	})
}

// nextAgent takes turns; who exactly answers changes no figure.
func (w *world) nextAgent() act.Actor {
	w.turn++
	return w.city.Actor(w.agents[w.turn%len(w.agents)])
}

// triage is the agent's word on what and where it is. What is less urgent than
// the ticket was born waits for a supervisor.
func (w *world) triage(agent act.Actor, id ticket.ID, m matter) {
	r := w.m.tickets[id]
	if r == nil || !r.t.Status.Open() {
		return
	}
	in := ticket.Triage{Version: r.t.Version, Area: m.where, Priority: m.priority, Kind: m.kind, Cause: ticket.CauseOther,
		Terms: w.rules.Ladder.Terms(), Calendar: w.rules.Calendar}
	if r.t.Priority.Above(m.priority) {
		in.Reason = "not urgent"
		if r.t.Priority == ticket.P1 { // the caller pressed 1: nobody lowers it here
			in.Priority = ticket.P1
		}
	}
	if in.Priority != ticket.PInfo && in.Kind != ticket.KindAid {
		in.Kind = ticket.KindAid
	}
	w.do(agent, id, func(tx *Tx) error { _, err := ticket.DoTriage(w.ctx, tx, id, in); return err })
	if w.m.tickets[id].t.PendingPriority != "" {
		w.after(w.line.exp(approves), func() { w.approve(agent, id) })
	}
}

// approve is the supervisor's word; then the agent answers what can be answered.
func (w *world) approve(agent act.Actor, id ticket.ID) {
	supervisor, ok := w.onDuty(cityCode, area.RoleSupervisor)
	if !ok {
		supervisor = w.city.Actor(w.supervisor)
	}
	r := w.m.tickets[id]
	if r == nil || r.t.PendingPriority == "" {
		return
	}
	w.do(supervisor, id, func(tx *Tx) error {
		_, err := ticket.ApproveLowering(w.ctx, tx, id, r.t.Version, true, "", w.rules.Ladder.Terms(), w.rules.Calendar)
		return err
	})
	if r.t.Priority == ticket.PInfo && r.t.Kind != ticket.KindComplaint && w.line.chance(onHold) {
		w.answer(agent, id)
	}
}

// ringBack is one try to ring a citizen back.
func (w *world) ringBack(id ticket.CallbackID, m matter) {
	c := w.m.callbacks[id]
	if c == nil || !c.State.Alive() {
		return
	}
	if c.State == ticket.CallbackVisit {
		w.after(w.people.lognormal(visitTakes, 0.5), func() { w.visit(id, m) })
		return
	}
	if c.TryAt.After(w.m.now) {
		w.at(c.TryAt, func() { w.ringBack(id, m) })
		return
	}
	agent, rules := w.nextAgent(), w.rules.Ladder.Callback.Rules()
	w.do(agent, c.Ticket, func(tx *Tx) error { _, err := ticket.ClaimCallback(w.ctx, tx, id, rules); return err })
	result := ticket.TryNoAnswer
	if w.line.chance(reachedBack) {
		result = ticket.TryReached
	}
	w.after(ringsFor, func() {
		w.do(agent, c.Ticket, func(tx *Tx) error { _, err := ticket.TryCallback(w.ctx, tx, id, result, "", rules); return err })
		if result == ticket.TryReached {
			w.after(talking, func() { w.triage(agent, c.Ticket, m) })
			return
		}
		w.ringBack(id, m)
	})
}

// visit is the result of somebody's going to whom nobody could ring back.
func (w *world) visit(id ticket.CallbackID, m matter) {
	c := w.m.callbacks[id]
	if c == nil || c.State != ticket.CallbackVisit {
		return
	}
	who := w.standIn(c.Holder)
	w.do(who, c.Ticket, func(tx *Tx) error {
		_, err := ticket.ReportVisit(w.ctx, tx, id, ticket.VisitReached, "met", w.rules.Ladder.Callback.Rules())
		return err
	})
	w.triage(w.nextAgent(), c.Ticket, m)
}
