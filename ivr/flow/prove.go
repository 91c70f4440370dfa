package flow

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.org/hotline/internal/act"
)

// mostStates bounds the proof: a flow that people can understand has a few hundred.
const mostStates = 200_000

// Prove shows that every caller reaches a person or a recorded voicemail,
// whatever they press, whatever is known of them, and though nobody should
// answer: it walks the machine through every event in every state. Served is a
// caller who was answered, was asked to leave a message, or was promised the
// call-back they had chosen. It fails with a counterexample in words for
//
//   - a way on which the line hangs up on a caller who was not served;
//   - a way on which a caller is asked again more than MostRetries times before
//     a person can answer;
//   - a round of keys on which no person can answer.
//
// Each is an *act.Fault whose Field is the node where it ends.
func (f *Flow) Prove() error {
	p := &proof{flow: f, told: map[string]bool{}}
	for _, who := range f.callers() {
		p.caller(who)
	}
	return errors.Join(p.faults...)
}

// proof is a search for counterexamples.
type proof struct {
	flow   *Flow
	who    Facts // what is known of the present caller
	places map[situation]*place
	told   map[string]bool // one counterexample of a kind for each node
	faults []error
}

// situation is where a caller is in the proof.
type situation struct {
	state
	doing   string // the kind of instruction
	retries int    // since a person could last answer
	silent  bool   // has chosen nothing yet
}

// place is a situation with the way that led there.
type place struct {
	situation
	ins  Instruction
	from *place
	by   string // what came, in words
	next []*place
}

// callers lists every kind of caller that the flow's branches can tell apart.
func (f *Flow) callers() []Facts {
	all := []Facts{{CallsToday: 1}}
	vary := func(used bool, set func(*Facts)) {
		if !used {
			return
		}
		for _, who := range slices.Clone(all) {
			set(&who)
			all = append(all, who)
		}
	}
	var known, withheld, open, callback bool
	var calls []int
	for _, name := range f.order {
		if b := f.src.Nodes[name].Branch; b != nil {
			for _, c := range b.Cases {
				known, withheld = known || c.When.Known != nil, withheld || c.When.Withheld != nil
				open, callback = open || c.When.OpenTicket != nil, callback || c.When.CallbackDue != nil
				calls = append(calls, c.When.CallsToday)
			}
		}
	}
	vary(known, func(w *Facts) { w.Known = true })
	vary(withheld, func(w *Facts) { w.Withheld = true })
	vary(open, func(w *Facts) { w.OpenTicket = true })
	vary(callback, func(w *Facts) { w.CallbackDue = true })
	base := slices.Clone(all)
	slices.Sort(calls)
	for _, n := range slices.Compact(calls) {
		for _, who := range base {
			if n > 1 {
				who.CallsToday = n
				all = append(all, who)
			}
		}
	}
	return all
}

// caller walks one kind of caller through everything that can happen.
func (p *proof) caller(who Facts) {
	p.who, p.places = who, map[situation]*place{}
	var todo []*place
	for _, first := range p.run(state{}, Event{}) {
		start := situation{silent: true}
		if at, fresh := p.arrive(nil, start, first, ""); fresh {
			todo = append(todo, at)
		}
	}
	for ; len(todo) > 0; todo = todo[1:] {
		if len(p.places) > mostStates {
			p.report("", "start", nil, "has more than %d states and cannot be proven: make it simpler", mostStates)
			return
		}
		todo = append(todo, p.walk(todo[0])...)
	}
	p.rounds()
}

// walk follows everything that can come of one place's instruction.
func (p *proof) walk(at *place) (fresh []*place) {
	for _, e := range p.flow.events(at) {
		if p.served(at, e) {
			continue
		}
		for _, after := range p.run(at.state, e) {
			next := situation{retries: at.retries, silent: at.silent && !p.chooses(at, e)}
			if after.attempt > at.attempt && after.node == at.node {
				next.retries++
			}
			to, isFresh := p.arrive(at, next, after, p.words(at, e))
			if to == nil {
				continue
			}
			at.next = append(at.next, to)
			if isFresh {
				fresh = append(fresh, to)
			}
		}
	}
	return fresh
}

// served reports whether the event is a person, or the call-back that was chosen.
func (p *proof) served(at *place, e Event) bool {
	_, callback := at.ins.(Callback)
	return e.Kind == EventAnswered || callback && e.Kind == EventDone && !at.silent
}

// outcome is a machine's state after an event, with what it said.
type outcome struct {
	state
	ins Instruction
}

// run tells the machine an event, once for each answer that the world can give
// to the questions which the flow then asks.
func (p *proof) run(from state, e Event) (all []outcome) {
	w := &anyWorld{who: p.who}
	for {
		m := p.flow.machine(w)
		m.state = from
		ins := m.Next(e)
		all = append(all, outcome{m.state, ins})
		if !w.another() {
			return all
		}
	}
}

// arrive notes a place; nil where the way ends, well or badly.
func (p *proof) arrive(from *place, s situation, o outcome, by string) (at *place, fresh bool) {
	s.state, s.doing = o.state, fmt.Sprintf("%T", o.ins)
	if possible(o.ins) {
		s.retries = 0
	}
	at = &place{situation: s, ins: o.ins, from: from, by: by}
	switch o.ins.(type) {
	case Voicemail:
		return nil, false
	case Hangup:
		p.report("nodes."+s.node, "hang-up "+s.node, at, "the line hangs up, and the caller has reached neither a person nor a voicemail")
		return nil, false
	}
	if s.retries > MostRetries {
		p.report("nodes."+s.node, "retries "+s.node, at, "the caller has been asked again %d times and no person could answer; %d are the most", s.retries, MostRetries)
		return nil, false
	}
	if known, ok := p.places[s]; ok {
		return known, false
	}
	p.places[s] = at
	return at, true
}

// possible reports whether a person may answer now.
func possible(ins Instruction) bool {
	switch ins.(type) {
	case Queue, Resume, Ring, Transfer:
		return true
	default:
		return false
	}
}

// rounds finds a way from a place back to itself on which nobody could answer.
func (p *proof) rounds() {
	const on, done = 1, 2
	seen := map[*place]int{}
	var visit func(at *place)
	visit = func(at *place) {
		seen[at] = on
		for _, to := range at.next {
			switch {
			case possible(to.ins):
			case seen[to] == on:
				p.report("nodes."+to.node, "round "+to.node, at, "the caller is back at %s, can go round like this for ever, and no person could answer", to.node)
			case seen[to] == 0:
				visit(to)
			}
		}
		seen[at] = done
	}
	for _, at := range p.places {
		if seen[at] == 0 {
			visit(at)
		}
	}
}

// report adds a counterexample: who, the way, and how it ends.
func (p *proof) report(field, once string, at *place, ending string, args ...any) {
	if p.told[once] {
		return
	}
	p.told[once] = true
	var way []string
	for ; at != nil && at.from != nil; at = at.from {
		way = append(way, at.by)
	}
	slices.Reverse(way)
	way = append(way, fmt.Sprintf(ending, args...))
	p.faults = append(p.faults, &act.Fault{Kind: act.ErrInvalid, Code: "flow", Field: field,
		Detail: "not proven: " + p.callerWords() + strings.Join(way, " → ") + ". Lead this way to a queue, a duty phone or a voicemail"})
}

// anyWorld answers questions about time and agents in every possible way, one
// way after the other; what is known of the caller stays.
type anyWorld struct {
	who    Facts
	script []bool // the answers of this turn
	asked  int
}

func (w *anyWorld) caller() Facts { return w.who }

func (w *anyWorld) open(*hoursNode) bool { return w.answer() }

func (w *anyWorld) holiday() bool { return w.answer() }

func (w *anyWorld) agentsOn(string) bool { return w.answer() }

func (w *anyWorld) answer() bool {
	if w.asked == len(w.script) {
		w.script = append(w.script, false)
	}
	w.asked++
	return w.script[w.asked-1]
}

// another sets the next script and reports whether there is one.
func (w *anyWorld) another() bool {
	w.script, w.asked = w.script[:w.asked], 0
	for i := len(w.script) - 1; i >= 0; i-- {
		if !w.script[i] {
			w.script[i] = true
			w.script = w.script[:i+1]
			return true
		}
	}
	return false
}
