package agent

import (
	"slices"
	"time"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ivr/softphone"
)

// Ask asks for something that must be done.
func (a *Agent) Ask(r softphone.Request) {
	a.t.Helper()
	if _, err := a.ask(r, nil); err != nil {
		a.t.Fatalf("%s: %v", a.o.Login, err)
	}
}

// TryAsk asks for something that nobody may live to do.
func (a *Agent) TryAsk(r softphone.Request) { _ = a.say(r) }

// Do wants something done with the call.
func (a *Agent) Do(verb ivr.AgentVerb, to ...ivr.Target) {
	a.t.Helper()
	r := softphone.Request{Type: "command", Verb: verb}
	if len(to) > 0 {
		r.Target = &to[0]
	}
	a.Ask(r)
}

// Until waits until what the page knows is as wanted; done is called under the
// agent's lock and may look at nothing else of theirs.
func (a *Agent) Until(what string, done func() bool) {
	a.t.Helper()
	limit := time.After(Patience)
	for {
		a.mu.Lock()
		ok, changed := done(), a.changed
		seat, news, lastErr := a.seat, a.news, a.lastErr
		a.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-limit:
			a.t.Fatalf("%s: it never came true that the agent %s; seat %s %s at %s, call %s, last error %v", a.o.Login, what, seat.Status, seat.State, seat.Node,
				news.State, lastErr)
		}
	}
}

// Is waits until the seat is in a state.
func (a *Agent) Is(state acd.State) {
	a.t.Helper()
	a.Until("is "+string(state), func() bool { return a.seat.State == state })
}

// SitsAt waits until the seat is idle at a node, by its id.
func (a *Agent) SitsAt(node string) {
	a.t.Helper()
	a.Until("sits at "+node, func() bool {
		return a.seat.Node == node && a.seat.State == acd.StateIdle && a.seat.Status == acd.StatusAvailable
	})
}

// Rings waits for a call that rings.
func (a *Agent) Rings() (o acd.Offer) {
	a.t.Helper()
	a.Until("is rung", func() bool {
		if a.ring == nil {
			return false
		}
		o = *a.ring
		return true
	})
	return o
}

// Accept answers the call that rings, and waits until the two talk.
func (a *Agent) Accept() ivr.AgentNews {
	a.t.Helper()
	o := a.Rings()
	a.Ask(softphone.Request{Type: "accept", Offer: o.ID})
	return a.Told(ivr.CallTalking)
}

// Told waits until the call stands so.
func (a *Agent) Told(state ivr.CallState) (n ivr.AgentNews) {
	a.t.Helper()
	a.Until("is told "+string(state), func() bool { n = a.news; return n.State == state })
	return n
}

// WriteUp ends the wrap-up.
func (a *Agent) WriteUp() {
	a.t.Helper()
	a.Is(acd.StateWrapUp)
	a.Ask(softphone.Request{Type: "wrap_up_done"})
	a.Is(acd.StateIdle)
}

// Sees waits until the board that a supervisor watches (request watch) is as wanted.
func (a *Agent) Sees(what string, fits func(acd.Board) bool) {
	a.t.Helper()
	a.Until("sees "+what, func() bool { return a.board != nil && fits(*a.board) })
}

// SeesSeat waits until the board shows an agent's seat as wanted.
func (a *Agent) SeesSeat(login, what string, fits func(acd.Agent) bool) {
	a.t.Helper()
	a.Sees(login+" "+what, func(b acd.Board) bool {
		i := slices.IndexFunc(b.Agents, func(s acd.Agent) bool { return s.Login == login })
		return i >= 0 && fits(b.Agents[i])
	})
}

// Serve answers every call at once from now on, and ends and writes it up at once.
func (a *Agent) Serve() {
	a.mu.Lock()
	a.o.Answer, a.o.Brief, a.o.Quick = true, true, true
	ring, talking, written := a.ring, a.news.State == ivr.CallTalking, a.seat.State == acd.StateWrapUp
	a.mu.Unlock()
	switch { // errors: what comes next shows
	case ring != nil:
		_ = a.say(softphone.Request{Type: "accept", Offer: ring.ID})
	case talking:
		_ = a.say(softphone.Request{Type: "command", Verb: ivr.VerbHangUp})
	case written:
		_ = a.say(softphone.Request{Type: "wrap_up_done"})
	}
}

// Offers lists every offer that has rung here, in order.
func (a *Agent) Offers() []acd.Offer {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]acd.Offer(nil), a.offers...)
}
