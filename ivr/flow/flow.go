package flow

import (
	"errors"
	"maps"
	"slices"
	"time"

	"example.org/hotline/ticket"
)

// Flow is a flow that has been checked. It is never changed: calls keep the one
// they began with.
type Flow struct {
	src   Source
	steps map[string]step
	kinds map[string]string
	order []string // from the start, nearest first
}

// Environment is what a flow is checked against. A nil function checks nothing.
type Environment struct {
	// Prompt tells how long a prompt sounds, and whether there is one.
	Prompt func(name string) (time.Duration, bool)
	// Queue tells whether there is a queue of that name.
	Queue func(name string) bool
}

// New checks a flow and makes it usable. Every fault is reported, joined, each
// an *act.Fault whose Field is the path in the file ("nodes.wait.queue.timeout").
// That every caller reaches a person is for Prove to say.
func New(src Source, env Environment) (*Flow, error) {
	src.Nodes = fillDefaults(src)
	f := &Flow{src: src, steps: map[string]step{}, kinds: map[string]string{}}
	c := &checker{env: env, flow: f}
	c.header()
	for _, name := range slices.Sorted(maps.Keys(src.Nodes)) {
		c.node(name, src.Nodes[name])
	}
	if len(c.faults) == 0 {
		f.order = f.reach()
		c.whole()
	}
	if err := errors.Join(c.faults...); err != nil {
		return nil, err
	}
	return f, nil
}

// Version is the flow's own name for itself, told with every call.
func (f *Flow) Version() string { return f.src.Version }

// Title says for people what the flow is for.
func (f *Flow) Title() string { return f.src.Title }

// Numbers lists the service numbers that the flow serves.
func (f *Flow) Numbers() []string { return slices.Clone(f.src.Numbers) }

// Nodes lists the nodes, from the start, nearest first.
func (f *Flow) Nodes() []string { return slices.Clone(f.order) }

// Label is how people call a node; its name where it has no label.
func (f *Flow) Label(node string) string {
	if n := f.src.Nodes[node]; n != nil && n.Label != "" {
		return n.Label
	}
	return node
}

// Kind is the kind of a node, such as "menu".
func (f *Flow) Kind(node string) string { return f.kinds[node] }

// Destination is the number behind a name of the flow's own transfer list, the
// only numbers that a Transfer may call.
func (f *Flow) Destination(name string) (Destination, bool) {
	d, ok := f.src.TransferList[name]
	return d, ok
}

// queue is a node that is known to be a queue.
func (f *Flow) queue(node string) *queueNode { return f.src.Nodes[node].Queue }

// reach lists the nodes that can be reached, nearest first.
func (f *Flow) reach() []string {
	order, seen := []string{f.src.Start}, map[string]bool{f.src.Start: true}
	for i := 0; i < len(order); i++ {
		for _, e := range f.steps[order[i]].exits() {
			if !seen[e.to] {
				seen[e.to] = true
				order = append(order, e.to)
			}
		}
	}
	return order
}

// fillDefaults returns the nodes with the outcomes that were left to New.
func fillDefaults(src Source) map[string]*NodeSource {
	nodes := make(map[string]*NodeSource, len(src.Nodes))
	for name, n := range src.Nodes {
		if n == nil {
			n = &NodeSource{}
		}
		full := *n
		if n.Queue != nil {
			full.Queue = new(*n.Queue)
			orElse(&full.Queue.Answered, src.AfterAnswer)
		}
		if n.Ring != nil {
			full.Ring = new(*n.Ring)
			orElse(&full.Ring.Answered, src.AfterAnswer)
		}
		if n.Transfer != nil {
			full.Transfer = new(*n.Transfer)
			orElse(&full.Transfer.Answered, src.AfterAnswer)
		}
		if n.Voicemail != nil {
			full.Voicemail = new(*n.Voicemail)
			orElse(&full.Voicemail.Nothing, n.Voicemail.Next)
		}
		if n.Survey != nil && len(n.Survey.Scores) == 0 {
			full.Survey = new(*n.Survey)
			full.Survey.Scores = map[Key]int{'1': 1, '2': 2, '3': 3, '4': 4, '5': 5}
		}
		nodes[name] = &full
	}
	return nodes
}

func orElse(to *string, fallback string) {
	if *to == "" {
		*to = fallback
	}
}

// validPriority lets "" stand for unchanged.
func validPriority(p ticket.Priority) bool { return p == "" || p.Valid() }

// Prompts lists every prompt that the flow names itself, each once, sorted; the
// fragments of numbers come from Fragments.
func (f *Flow) Prompts() []string {
	seen := map[string]bool{}
	note := func(lists ...[]string) {
		for _, name := range slices.Concat(lists...) {
			seen[name] = true
		}
	}
	for _, n := range f.src.Nodes {
		switch {
		case n.Play != nil:
			note(n.Play.Prompts)
		case n.Say != nil:
			note(n.Say.Before, n.Say.Again, n.Say.After)
		case n.Menu != nil:
			note(n.Menu.Prompts, n.Menu.Wrong, n.Menu.Silent)
		case n.Gather != nil:
			note(n.Gather.Prompts, n.Gather.Wrong)
		case n.Queue != nil:
			note(n.Queue.Opening, []string{n.Queue.Music})
			for _, a := range n.Queue.Announcements {
				note(a.Prompts)
			}
		case n.Resume != nil:
			note(n.Resume.Prompts)
		case n.Ring != nil:
			note(n.Ring.Prompts, []string{n.Ring.Music})
		case n.Transfer != nil:
			note(n.Transfer.Prompts)
		case n.Voicemail != nil:
			note(n.Voicemail.Prompts, []string{PromptBeep})
		case n.Callback != nil:
			note(n.Callback.Prompts)
		case n.Survey != nil:
			note(n.Survey.Prompts)
		case n.Hangup != nil:
			note(n.Hangup.Prompts)
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
