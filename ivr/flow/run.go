package flow

import (
	"strings"

	"example.org/hotline/ticket"
)

// Machine walks one caller through a Flow. It is used from one goroutine.
type Machine struct {
	flow    *Flow
	world   world
	visited []string
	state
}

// state is all that a machine remembers of one caller; two machines in equal
// states of one flow behave equally ever after.
type state struct {
	node     string          // where the caller is; "" before First
	waiting  bool            // of a menu: the prompts are over, the key is awaited
	attempt  int             // of a menu or gather: how often it has asked again
	held     string          // the queue node at which the caller keeps a place
	queued   string          // queues the caller has been in, each followed by a comma
	key      rune            // the choice that led here, until it has been marked
	priority ticket.Priority // as marked
	over     bool
}

// Start puts a caller at the beginning of the flow.
func (f *Flow) Start(about Facts) *Machine { return f.machine(facts{about}) }

func (f *Flow) machine(w world) *Machine { return &Machine{flow: f, world: w} }

// Flow is the version that serves this caller to the end.
func (m *Machine) Flow() *Flow { return m.flow }

// Node is where the caller is: the name of the node that gave the last
// instruction.
func (m *Machine) Node() string { return m.node }

// Visited lists the nodes passed by the last First or Next, in order, with the
// one that gave the instruction last: for the call's timeline and a dry run.
func (m *Machine) Visited() []string { return m.visited }

// First is what to do first.
func (m *Machine) First() Instruction {
	m.state = state{}
	return m.follow(nil, m.flow.src.Start)
}

// Next is told what came of the last instruction and says what to do now. After
// Hangup it only repeats that the call is over. An answer counts whenever the
// caller holds a place in a queue, whatever they were hearing.
func (m *Machine) Next(e Event) Instruction {
	if e.Kind != EventDone {
		m.key = 0 // a choice is marked on the way it has opened, not on the next one
	}
	switch {
	case m.over:
		m.visited = nil
		return Hangup{}
	case m.node == "":
		return m.First()
	case m.held != "" && e.Kind == EventAnswered:
		queue := m.flow.queue(m.held)
		m.held = ""
		return m.follow(nil, queue.Answered)
	default:
		ins, to := m.flow.steps[m.node].take(m, e)
		return m.follow(ins, to)
	}
}

// follow goes from node to node until one gives an instruction. New has made
// sure that this ends.
func (m *Machine) follow(ins Instruction, to string) Instruction {
	m.visited = m.visited[:0:0]
	for ins == nil {
		m.node, m.waiting, m.attempt = to, false, 0
		m.visited = append(m.visited, to)
		ins, to = m.flow.steps[to].begin(m)
	}
	return ins
}

// leave gives up the place in the queue, if there is one.
func (m *Machine) leave() { m.held = "" }

// chose notes a choice of the caller.
func (m *Machine) chose(key rune) { m.key = key }

// enter notes that the caller takes a place and reports whether they had one in
// that queue before.
func (m *Machine) enter(queue string) (again bool) {
	again = strings.Contains(","+m.queued, ","+queue+",")
	if !again {
		m.queued += queue + ","
	}
	m.held = m.node
	return again
}
