package flow

import (
	"errors"
	"slices"
	"strings"
	"time"

	"example.org/hotline/ticket"
)

// Source is a flow as it stands in its file, by the keys of the YAML. New makes
// a Flow of it. Where an outcome is left empty New fills the default in.
type Source struct {
	Version      string                 `yaml:"version"` // another for every change: calls keep the one they began with
	Title        string                 `yaml:"title"`
	Numbers      []string               `yaml:"numbers"` // service numbers it serves
	Start        string                 `yaml:"start"`
	AfterAnswer  string                 `yaml:"after_answer"` // where a conversation that is over leads, unless the node says otherwise
	TransferList map[string]Destination `yaml:"transfer_list"`
	Nodes        map[string]*NodeSource `yaml:"nodes"`
}

// Destination is one number that the flow may transfer to.
type Destination struct {
	Number string `yaml:"number"` // a short service number, such as 110
	Title  string `yaml:"title"`
}

// NodeSource is one node: a label for the graph, and exactly one kind.
type NodeSource struct {
	Label string `yaml:"label"`

	Play      *playNode      `yaml:"play"`
	Say       *sayNode       `yaml:"say"`
	Menu      *menuNode      `yaml:"menu"`
	Gather    *gatherNode    `yaml:"gather"`
	Queue     *queueNode     `yaml:"queue"`
	Resume    *resumeNode    `yaml:"resume"`
	Ring      *ringNode      `yaml:"ring"`
	Transfer  *transferNode  `yaml:"transfer"`
	Voicemail *voicemailNode `yaml:"voicemail"`
	Callback  *callbackNode  `yaml:"callback"`
	Hours     *hoursNode     `yaml:"hours"`
	Holiday   *holidayNode   `yaml:"holiday"`
	Set       *setNode       `yaml:"set"`
	Branch    *branchNode    `yaml:"branch"`
	Survey    *surveyNode    `yaml:"survey"`
	Hangup    *hangupNode    `yaml:"hangup"`
}

// kinds names every kind, in the order a caller would meet them.
var kinds = []string{"play", "say", "menu", "gather", "queue", "resume", "ring", "transfer", "voicemail", "callback",
	"hours", "holiday", "set", "branch", "survey", "hangup"}

// steps lists the kinds that the node names; a sound node names one.
func (n *NodeSource) steps() (names []string, steps []step) {
	if n == nil {
		return nil, nil
	}
	add := func(name string, given bool, s step) {
		if given {
			names, steps = append(names, name), append(steps, s)
		}
	}
	add("play", n.Play != nil, n.Play)
	add("say", n.Say != nil, n.Say)
	add("menu", n.Menu != nil, n.Menu)
	add("gather", n.Gather != nil, n.Gather)
	add("queue", n.Queue != nil, n.Queue)
	add("resume", n.Resume != nil, n.Resume)
	add("ring", n.Ring != nil, n.Ring)
	add("transfer", n.Transfer != nil, n.Transfer)
	add("voicemail", n.Voicemail != nil, n.Voicemail)
	add("callback", n.Callback != nil, n.Callback)
	add("hours", n.Hours != nil, n.Hours)
	add("holiday", n.Holiday != nil, n.Holiday)
	add("set", n.Set != nil, n.Set)
	add("branch", n.Branch != nil, n.Branch)
	add("survey", n.Survey != nil, n.Survey)
	add("hangup", n.Hangup != nil, n.Hangup)
	return names, steps
}

// step is one kind of node at work.
type step interface {
	// exits lists where it may lead, in the order they are drawn.
	exits() []exit
	// begin is what to do on arrival: an instruction, or the node to go on to.
	begin(m *Machine) (Instruction, string)
	// take is what follows from what came of the instruction.
	take(m *Machine, e Event) (Instruction, string)
	// check reports what is wrong with the node itself.
	check(c *checker)
}

// exit is one way out of a node.
type exit struct {
	outcome string // as the graph and the proof tell it: "answered", "key 1"
	field   string // of the node's YAML: "answered", "keys.1"
	to      string
	pressed bool // only a key that the caller chose leads there
}

// Key is one key of a telephone that a caller may choose.
type Key rune

// UnmarshalText reads 0 to 9, * or #.
func (k *Key) UnmarshalText(text []byte) error {
	if len(text) != 1 || !strings.ContainsRune(telephoneKeys, rune(text[0])) {
		return errors.New("one key, 0 to 9, * or #")
	}
	*k = Key(text[0])
	return nil
}

const telephoneKeys = "0123456789*#"

// choices are keys with the nodes they lead to.
type choices map[Key]string

func (c choices) keys() string {
	var keys []rune
	for k := range c {
		keys = append(keys, rune(k))
	}
	slices.Sort(keys)
	return string(keys)
}

func (c choices) exits(field string) (all []exit) {
	for _, key := range c.keys() {
		all = append(all, exit{outcome: "key " + string(key), field: field + "." + string(key), to: c[Key(key)], pressed: true})
	}
	return all
}

// Clock is a time of the day, as an offset from midnight.
type Clock time.Duration

// UnmarshalText reads 08:30; 24:00 is the end of the day.
func (c *Clock) UnmarshalText(text []byte) error {
	if string(text) == "24:00" {
		*c = Clock(24 * time.Hour)
		return nil
	}
	t, err := time.Parse("15:04", string(text))
	if err != nil || len(text) != len("15:04") {
		return errors.New(`a time of the day in quotes, such as "08:30"`)
	}
	*c = Clock(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute)
	return nil
}

// Weekday is a day of the week by its first three letters.
type Weekday time.Weekday

// UnmarshalText reads mon to sun.
func (d *Weekday) UnmarshalText(text []byte) error {
	i := slices.Index([]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, string(text))
	if i < 0 {
		return errors.New("mon, tue, wed, thu, fri, sat or sun")
	}
	*d = Weekday(i)
	return nil
}

// condition holds where all that it names holds.
type condition struct {
	Known       *bool  `yaml:"known"`
	Withheld    *bool  `yaml:"withheld"`
	OpenTicket  *bool  `yaml:"open_ticket"`
	CallbackDue *bool  `yaml:"callback_due"`
	CallsToday  int    `yaml:"calls_today"` // at least so many, this one included
	AgentsOn    string `yaml:"agents_on"`   // a queue that somebody serves now
	NoAgentsOn  string `yaml:"no_agents_on"`
}

func (c condition) empty() bool { return c == condition{} }

func (c condition) holds(w world) bool {
	is := func(want *bool, have bool) bool { return want == nil || *want == have }
	f := w.caller()
	return is(c.Known, f.Known) && is(c.Withheld, f.Withheld) && is(c.OpenTicket, f.OpenTicket) && is(c.CallbackDue, f.CallbackDue) &&
		f.CallsToday >= c.CallsToday &&
		(c.AgentsOn == "" || w.agentsOn(c.AgentsOn)) && (c.NoAgentsOn == "" || !w.agentsOn(c.NoAgentsOn))
}

// world answers a flow's questions about the caller and the time.
type world interface {
	caller() Facts
	open(h *hoursNode) bool
	holiday() bool
	agentsOn(queue string) bool
}

// facts is the world as it is.
type facts struct{ Facts }

func (f facts) caller() Facts { return f.Facts }

func (f facts) open(h *hoursNode) bool { return f.Now != nil && h.open(f.Now()) }

func (f facts) holiday() bool { return f.Now != nil && f.Holiday != nil && f.Holiday(f.Now()) }

func (f facts) agentsOn(queue string) bool { return f.AgentsOn != nil && f.AgentsOn(queue) > 0 }

// open reports whether a time lies within the hours, in Shanghai.
func (h *hoursNode) open(at time.Time) bool {
	at = at.In(ticket.Shanghai)
	clock := Clock(at.Sub(ticket.DateOf(at).At(0)))
	for _, span := range h.Open {
		if slices.Contains(span.Days, Weekday(at.Weekday())) && clock >= span.From && clock < span.To {
			return true
		}
	}
	return false
}
