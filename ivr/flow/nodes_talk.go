package flow

import "time"

// The nodes that speak to the caller and listen for keys.

// playNode speaks and goes on.
type playNode struct {
	Prompts []string `yaml:"prompts"`
	Skip    bool     `yaml:"skip"` // any key cuts it short
	Next    string   `yaml:"next"`
}

func (n *playNode) exits() []exit { return []exit{{outcome: "then", field: "next", to: n.Next}} }

func (n *playNode) begin(*Machine) (Instruction, string) {
	keys := ""
	if n.Skip {
		keys = "*"
	}
	return Play{Prompts: n.Prompts, Keys: keys}, ""
}

func (n *playNode) take(*Machine, Event) (Instruction, string) { return nil, n.Next }

// sayNode speaks something that is put together from fragments.
type sayNode struct {
	What   string   `yaml:"what"`  // ticket, date, time, number, money
	Value  int64    `yaml:"value"` // of number; in fen, of money
	Before []string `yaml:"before"`
	Again  []string `yaml:"again"` // before each repetition
	Times  int      `yaml:"times"` // how often it is read; default 1
	After  []string `yaml:"after"`
	Next   string   `yaml:"next"`
}

func (n *sayNode) exits() []exit { return []exit{{outcome: "then", field: "next", to: n.Next}} }

func (n *sayNode) begin(m *Machine) (Instruction, string) {
	words := n.words(m.world.caller())
	prompts := append([]string(nil), n.Before...)
	for i := range max(1, n.Times) {
		if i > 0 {
			prompts = append(prompts, n.Again...)
		}
		prompts = append(prompts, words...)
	}
	return Play{Prompts: append(prompts, n.After...)}, ""
}

func (n *sayNode) words(f Facts) []string {
	var now time.Time
	if f.Now != nil {
		now = f.Now()
	}
	switch n.What {
	case "ticket":
		return SayTicket(f.Ticket)
	case "date":
		return SayDate(now)
	case "time":
		return SayTime(now)
	case "money":
		return SayMoney(n.Value)
	default:
		return SayNumber(n.Value)
	}
}

func (n *sayNode) take(*Machine, Event) (Instruction, string) { return nil, n.Next }

// menuNode offers choices by one key each.
type menuNode struct {
	Prompts   []string      `yaml:"prompts"`
	Choices   choices       `yaml:"choices"`
	Timeout   time.Duration `yaml:"timeout"` // for a key, after the prompts
	Retries   *int          `yaml:"retries"` // how often it asks again
	Wrong     []string      `yaml:"wrong"`   // before asking again after a key that is no choice
	Silent    []string      `yaml:"silent"`  // before asking again after none
	Otherwise string        `yaml:"otherwise"`
}

func (n *menuNode) exits() []exit {
	return append(n.Choices.exits("choices"), exit{outcome: "no choice", field: "otherwise", to: n.Otherwise})
}

// anyKey lets a wrong key cut the prompts short too: who hears the question
// again after it knows that the key was heard.
const anyKey = "*"

func (n *menuNode) begin(*Machine) (Instruction, string) {
	return Play{Prompts: n.Prompts, Keys: anyKey}, ""
}

func (n *menuNode) take(m *Machine, e Event) (Instruction, string) {
	to, chosen := n.Choices[Key(e.Key)]
	switch {
	case e.Kind == EventKey && chosen:
		m.chose(e.Key)
		return nil, to
	case e.Kind == EventDone && !m.waiting:
		m.waiting = true
		return Wait{Keys: n.Choices.keys(), For: n.Timeout}, ""
	case m.attempt >= *n.Retries:
		return nil, n.Otherwise
	}
	m.attempt++
	m.waiting = false
	first := n.Silent
	if e.Kind == EventKey {
		first = n.Wrong
	}
	return Play{Prompts: join(first, n.Prompts), Keys: anyKey}, ""
}

// gatherNode collects digits. The digits themselves are the call's to keep; the
// flow only goes by whether they came.
type gatherNode struct {
	Prompts    []string      `yaml:"prompts"`
	Min        int           `yaml:"min"`
	Max        int           `yaml:"max"`
	Terminator Key           `yaml:"terminator"`
	Timeout    time.Duration `yaml:"timeout"` // until the first digit
	Between    time.Duration `yaml:"between"` // between digits
	Secret     bool          `yaml:"secret"`
	Retries    *int          `yaml:"retries"`
	Wrong      []string      `yaml:"wrong"`
	Next       string        `yaml:"next"`
	Otherwise  string        `yaml:"otherwise"`
}

func (n *gatherNode) exits() []exit {
	return []exit{{outcome: "digits", field: "next", to: n.Next, pressed: true}, {outcome: "no digits", field: "otherwise", to: n.Otherwise}}
}

func (n *gatherNode) begin(*Machine) (Instruction, string) { return n.ask(n.Prompts), "" }

func (n *gatherNode) ask(prompts []string) Gather {
	return Gather{Prompts: prompts, Min: n.Min, Max: n.Max, Terminator: rune(n.Terminator), First: n.Timeout, Between: n.Between, Secret: n.Secret}
}

func (n *gatherNode) take(m *Machine, e Event) (Instruction, string) {
	switch {
	case e.Kind == EventDigits && len(e.Digits) >= n.Min && len(e.Digits) <= n.Max:
		return nil, n.Next
	case m.attempt >= *n.Retries:
		return nil, n.Otherwise
	}
	m.attempt++
	return n.ask(join(n.Wrong, n.Prompts)), ""
}

// surveyNode asks how it went.
type surveyNode struct {
	Prompts []string      `yaml:"prompts"`
	Scores  map[Key]int   `yaml:"scores"` // default: 1 to 5 as they are
	Timeout time.Duration `yaml:"timeout"`
	Next    string        `yaml:"next"`
}

func (n *surveyNode) exits() []exit { return []exit{{outcome: "then", field: "next", to: n.Next}} }

func (n *surveyNode) begin(m *Machine) (Instruction, string) {
	m.leave()
	scores := make(map[rune]int, len(n.Scores))
	for key, score := range n.Scores {
		scores[rune(key)] = score
	}
	return Survey{Prompts: n.Prompts, Scores: scores, For: n.Timeout}, ""
}

func (n *surveyNode) take(*Machine, Event) (Instruction, string) { return nil, n.Next }

// hangupNode ends the call.
type hangupNode struct {
	Prompts []string `yaml:"prompts"`
}

func (n *hangupNode) exits() []exit { return nil }

func (n *hangupNode) begin(m *Machine) (Instruction, string) {
	m.leave()
	m.over = true
	return Hangup{Prompts: n.Prompts}, ""
}

func (n *hangupNode) take(*Machine, Event) (Instruction, string) { return Hangup{}, "" }

func join(first, then []string) []string {
	return append(append(make([]string, 0, len(first)+len(then)), first...), then...)
}
