package flow

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyFlow draws a flow of up to nine nodes of any kind that lead anywhere.
func anyFlow(t *rapid.T) Source {
	n := rapid.IntRange(2, 9).Draw(t, "nodes")
	to := func() string { return fmt.Sprintf("n%d", rapid.IntRange(0, n-1).Draw(t, "to")) }
	src := Source{Version: "random-1", Numbers: []string{"*"}, Start: "n0", AfterAnswer: "bye", Nodes: map[string]*NodeSource{
		"bye": {Hangup: &hangupNode{}},
	}}
	p := []string{"p"}
	five := 5 * time.Second
	for i := range n {
		var node NodeSource
		switch rapid.IntRange(0, 11).Draw(t, "kind") {
		case 0:
			node.Play = &playNode{Prompts: p, Skip: rapid.Bool().Draw(t, "skip"), Next: to()}
		case 1:
			node.Menu = &menuNode{Prompts: p, Choices: choices{'1': to(), '2': to()}, Timeout: five, Retries: ptr(rapid.IntRange(0, 3).Draw(t, "retries")), Otherwise: to()}
		case 2:
			node.Queue = &queueNode{Name: "aid", Music: "m", MaxWait: time.Minute, Keys: choices{'1': to()}, Timeout: to(), NoAgent: to()}
		case 3:
			node.Ring = &ringNode{Duty: []string{"county"}, Each: five, Music: "m", Nobody: to()}
		case 4:
			node.Voicemail = &voicemailNode{Prompts: p, Longest: time.Minute, Silence: five, Next: to()}
		case 5:
			node.Callback = &callbackNode{Prompts: p, Next: to(), Failed: to()}
		case 6:
			node.Set = &setNode{Priority: "P1", Next: to()}
		case 7:
			node.Branch = &branchNode{Cases: []branchCase{{When: condition{Known: ptr(rapid.Bool().Draw(t, "known"))}, Then: to()}}, Else: to()}
		case 8:
			node.Holiday = &holidayNode{Yes: to(), No: to()}
		case 9:
			node.Say = &sayNode{What: "ticket", Next: to()}
		case 10:
			node.Gather = &gatherNode{Prompts: p, Min: 1, Max: 4, Timeout: five, Between: five, Retries: ptr(1), Next: to(), Otherwise: to()}
		default:
			node.Hangup = &hangupNode{}
		}
		src.Nodes[fmt.Sprintf("n%d", i)] = &node
	}
	return src
}

// trim leaves out what cannot be reached: New would refuse it.
func trim(src Source) Source {
	f := &Flow{src: src, steps: map[string]step{}}
	src.Nodes = fillDefaults(src)
	f.src = src
	for name, n := range src.Nodes {
		_, steps := n.steps()
		f.steps[name] = steps[0]
	}
	kept := map[string]*NodeSource{}
	for _, name := range f.reach() {
		kept[name] = src.Nodes[name]
	}
	if kept["bye"] == nil {
		src.AfterAnswer = ""
	}
	src.Nodes = kept
	return src
}

// Whatever flow New lets pass: a caller who presses no choice and whom nobody
// answers comes to its end; and where Prove lets it pass too, to a voicemail
// first, having been asked again at most MostRetries times in a row.
func TestWhatIsCheckedEndsAndWhatIsProvenServes(t *testing.T) {
	var passed, proven int
	rapid.Check(t, func(t *rapid.T) {
		for range 40 { // most random flows are refused
			f, err := New(trim(anyFlow(t)), Environment{})
			if err != nil {
				continue
			}
			passed++
			sound := f.Prove() == nil
			if sound {
				proven++
			}
			walkAlone(t, f, sound)
		}
	})
	if proven == 0 {
		t.Errorf("%d flows passed and none was proven: nothing was tried", passed)
	}
}

// walkAlone plays a caller whom nobody answers and who presses no choice.
func walkAlone(t *rapid.T, f *Flow, sound bool) {
	rest := rapid.Bool().Draw(t, "holiday")
	m := f.Start(Facts{CallsToday: 1, Known: rapid.Bool().Draw(t, "known"), Now: time.Now, Holiday: func(time.Time) bool { return rest }})
	served, asked := false, 0
	ins := m.First()
	for range 500 {
		switch ins.(type) {
		case Voicemail:
			served = true
		case Hangup:
			if sound && !served {
				t.Fatalf("proven, yet hung up at %s", m.Node())
			}
			return
		}
		node, before := m.Node(), m.attempt
		ins = m.Next(alone(t, ins))
		switch {
		case possible(ins):
			asked = 0
		case m.Node() == node && m.attempt > before:
			asked++
		}
		if sound && !served && asked > MostRetries {
			t.Fatalf("proven, yet asked again %d times at %s", asked, m.Node())
		}
	}
	t.Fatalf("no end, last at %s", m.Node())
}

// alone draws what comes of an instruction when nobody answers or chooses.
func alone(t *rapid.T, ins Instruction) Event {
	switch ins.(type) {
	case Queue, Resume:
		return event(rapid.SampledFrom([]EventKind{EventTimeout, EventNoAgent}).Draw(t, "queue"))
	case Wait, Gather:
		return rapid.SampledFrom([]Event{key('9'), event(EventTimeout)}).Draw(t, "key")
	case Ring, Transfer, Callback, Voicemail:
		return event(EventFailed)
	default:
		return event(EventDone)
	}
}
