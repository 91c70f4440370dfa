package flow

import (
	"slices"
	"time"

	"example.org/hotline/ticket"
)

// The nodes that bring the caller to a person, now or later.

// queueNode lets the caller wait for an agent. Coming back to it while the place
// is kept goes on waiting.
type queueNode struct {
	Name          string             `yaml:"name"`
	Opening       []string           `yaml:"opening"`
	Music         string             `yaml:"music"`
	MaxWait       time.Duration      `yaml:"max_wait"`
	Announcements []announcementNode `yaml:"announcements"`
	Keys          choices            `yaml:"keys"`
	Wants         map[string]int     `yaml:"wants"`
	Answered      string             `yaml:"answered"` // default after_answer
	Timeout       string             `yaml:"timeout"`
	NoAgent       string             `yaml:"no_agent"`
}

// announcementNode is one announcement to who waits.
type announcementNode struct {
	After    time.Duration `yaml:"after"`
	Every    time.Duration `yaml:"every"`
	Prompts  []string      `yaml:"prompts"`
	Position bool          `yaml:"position"`
	Wait     bool          `yaml:"wait"`
}

func (n *queueNode) exits() []exit {
	return append(n.Keys.exits("keys"),
		exit{outcome: "answered", field: "answered", to: n.Answered},
		exit{outcome: "timeout", field: "timeout", to: n.Timeout},
		exit{outcome: "no agent", field: "no_agent", to: n.NoAgent})
}

func (n *queueNode) begin(m *Machine) (Instruction, string) {
	if m.held == m.node {
		return Resume{Priority: m.priority}, ""
	}
	q := Queue{Name: n.Name, Opening: n.Opening, Music: n.Music, MaxWait: n.MaxWait, Keys: n.Keys.keys(), Wants: n.Wants, Again: m.enter(n.Name)}
	for _, a := range n.Announcements {
		q.Announcements = append(q.Announcements, Announcement(a))
	}
	return q, ""
}

func (n *queueNode) take(m *Machine, e Event) (Instruction, string) {
	if e.Kind == EventKey {
		to, ok := n.Keys[Key(e.Key)]
		if !ok {
			return Resume{}, ""
		}
		m.chose(e.Key)
		return nil, to
	}
	m.leave()
	if e.Kind == EventTimeout {
		return nil, n.Timeout
	}
	return nil, n.NoAgent
}

// resumeNode goes back to the queue in which the caller keeps a place.
type resumeNode struct {
	Queue   string   `yaml:"queue"` // the queue node
	Prompts []string `yaml:"prompts"`
}

func (n *resumeNode) exits() []exit { return []exit{{outcome: "then", field: "queue", to: n.Queue}} }

func (n *resumeNode) begin(m *Machine) (Instruction, string) {
	if m.held != n.Queue {
		return nil, n.Queue // no place any more: from the beginning
	}
	m.node = n.Queue
	m.visited = append(m.visited, n.Queue)
	return Resume{Prompts: n.Prompts, Priority: m.priority}, ""
}

func (n *resumeNode) take(*Machine, Event) (Instruction, string) { return nil, n.Queue }

// ringNode rings duty phones.
type ringNode struct {
	Duty     []string      `yaml:"duty"` // township, county, city
	Each     time.Duration `yaml:"each"`
	Music    string        `yaml:"music"`
	Prompts  []string      `yaml:"prompts"`
	Answered string        `yaml:"answered"` // default after_answer
	Nobody   string        `yaml:"nobody"`
}

func (n *ringNode) exits() []exit {
	return []exit{{outcome: "answered", field: "answered", to: n.Answered}, {outcome: "nobody", field: "nobody", to: n.Nobody}}
}

func (n *ringNode) begin(m *Machine) (Instruction, string) {
	m.leave()
	return Ring{Duty: slices.Clone(n.Duty), Each: n.Each, Music: n.Music, Prompts: n.Prompts}, ""
}

func (n *ringNode) take(_ *Machine, e Event) (Instruction, string) {
	if e.Kind == EventAnswered {
		return nil, n.Answered
	}
	return nil, n.Nobody
}

// transferNode joins a number of the flow's own list.
type transferNode struct {
	To       string   `yaml:"to"`
	Prompts  []string `yaml:"prompts"`
	Answered string   `yaml:"answered"` // default after_answer
	Failed   string   `yaml:"failed"`
}

func (n *transferNode) exits() []exit {
	return []exit{{outcome: "answered", field: "answered", to: n.Answered}, {outcome: "failed", field: "failed", to: n.Failed}}
}

func (n *transferNode) begin(m *Machine) (Instruction, string) {
	m.leave()
	return Transfer{To: n.To, Prompts: n.Prompts}, ""
}

func (n *transferNode) take(_ *Machine, e Event) (Instruction, string) {
	if e.Kind == EventAnswered {
		return nil, n.Answered
	}
	return nil, n.Failed
}

// voicemailNode records the caller.
type voicemailNode struct {
	Prompts []string      `yaml:"prompts"`
	Longest time.Duration `yaml:"longest"`
	Silence time.Duration `yaml:"silence"`
	Next    string        `yaml:"next"`
	Nothing string        `yaml:"nothing"` // nothing was said; default next
}

func (n *voicemailNode) exits() []exit {
	return []exit{{outcome: "recorded", field: "next", to: n.Next}, {outcome: "nothing", field: "nothing", to: n.Nothing}}
}

func (n *voicemailNode) begin(m *Machine) (Instruction, string) {
	m.leave()
	return Voicemail{Prompts: n.Prompts, Longest: n.Longest, Silence: n.Silence}, ""
}

func (n *voicemailNode) take(_ *Machine, e Event) (Instruction, string) {
	if e.Kind == EventDone {
		return nil, n.Next
	}
	return nil, n.Nothing
}

// callbackNode asks for a call-back on the ticket.
type callbackNode struct {
	Prompts []string `yaml:"prompts"`
	Next    string   `yaml:"next"`
	Failed  string   `yaml:"failed"` // it could not be promised: no number, or nothing to write it on
}

func (n *callbackNode) exits() []exit {
	return []exit{{outcome: "promised", field: "next", to: n.Next}, {outcome: "failed", field: "failed", to: n.Failed}}
}

func (n *callbackNode) begin(m *Machine) (Instruction, string) {
	m.leave()
	return Callback{Prompts: n.Prompts}, ""
}

func (n *callbackNode) take(_ *Machine, e Event) (Instruction, string) {
	if e.Kind == EventDone {
		return nil, n.Next
	}
	return nil, n.Failed
}

// setNode marks the ticket and goes on.
type setNode struct {
	Priority ticket.Priority `yaml:"priority"`
	Kind     ticket.Kind     `yaml:"kind"`
	Next     string          `yaml:"next"`
}

func (n *setNode) exits() []exit { return []exit{{outcome: "then", field: "next", to: n.Next}} }

func (n *setNode) begin(m *Machine) (Instruction, string) {
	mark := Mark{Priority: n.Priority, Kind: n.Kind, Key: m.key}
	m.key = 0
	if n.Priority != "" {
		m.priority = n.Priority
	}
	return mark, ""
}

func (n *setNode) take(*Machine, Event) (Instruction, string) { return nil, n.Next }
