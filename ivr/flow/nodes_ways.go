package flow

import "fmt"

// The nodes that only decide where to go: they give no instruction.

// hoursNode asks whether the time lies within the hours.
type hoursNode struct {
	Open    []span `yaml:"open"`
	Within  string `yaml:"within"`
	Outside string `yaml:"outside"`
}

// span is hours of some days of the week, in Shanghai.
type span struct {
	Days []Weekday `yaml:"days"`
	From Clock     `yaml:"from"`
	To   Clock     `yaml:"to"`
}

func (n *hoursNode) exits() []exit {
	return []exit{{outcome: "within", field: "within", to: n.Within}, {outcome: "outside", field: "outside", to: n.Outside}}
}

func (n *hoursNode) begin(m *Machine) (Instruction, string) {
	if m.world.open(n) {
		return nil, n.Within
	}
	return nil, n.Outside
}

func (n *hoursNode) take(*Machine, Event) (Instruction, string) { return nil, n.Outside }

// holidayNode asks whether it is a rest day of the line's calendar.
type holidayNode struct {
	Yes string `yaml:"yes"`
	No  string `yaml:"no"`
}

func (n *holidayNode) exits() []exit {
	return []exit{{outcome: "rest day", field: "yes", to: n.Yes}, {outcome: "working day", field: "no", to: n.No}}
}

func (n *holidayNode) begin(m *Machine) (Instruction, string) {
	if m.world.holiday() {
		return nil, n.Yes
	}
	return nil, n.No
}

func (n *holidayNode) take(*Machine, Event) (Instruction, string) { return nil, n.No }

// branchNode goes by what is known of the caller: the first case that holds.
type branchNode struct {
	Cases []branchCase `yaml:"cases"`
	Else  string       `yaml:"else"`
}

type branchCase struct {
	When condition `yaml:"when"`
	Then string    `yaml:"then"`
}

func (n *branchNode) exits() (all []exit) {
	for i, c := range n.Cases {
		all = append(all, exit{outcome: c.When.words(), field: fmt.Sprintf("cases[%d].then", i), to: c.Then})
	}
	return append(all, exit{outcome: "else", field: "else", to: n.Else})
}

func (n *branchNode) begin(m *Machine) (Instruction, string) {
	for _, c := range n.Cases {
		if c.When.holds(m.world) {
			return nil, c.Then
		}
	}
	return nil, n.Else
}

func (n *branchNode) take(*Machine, Event) (Instruction, string) { return nil, n.Else }

// words tells a condition as the graph and the proof show it.
func (c condition) words() string {
	text := ""
	add := func(word string) {
		if text != "" {
			text += ", "
		}
		text += word
	}
	truth := func(name string, want *bool) {
		switch {
		case want == nil:
		case *want:
			add(name)
		default:
			add("not " + name)
		}
	}
	truth("known", c.Known)
	truth("withheld", c.Withheld)
	truth("open ticket", c.OpenTicket)
	truth("call-back due", c.CallbackDue)
	if c.CallsToday > 0 {
		add(fmt.Sprintf("%d calls today", c.CallsToday))
	}
	if c.AgentsOn != "" {
		add("agents on " + c.AgentsOn)
	}
	if c.NoAgentsOn != "" {
		add("nobody on " + c.NoAgentsOn)
	}
	return text
}
