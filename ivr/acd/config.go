package acd

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Strategy is how a queue picks among the agents that fit.
type Strategy string

// The strategies. Where two agents come out equal, the one idle longer wins.
const (
	LongestIdle Strategy = "longest_idle" // whose last conversation ended first; the default
	RoundRobin  Strategy = "round_robin"  // one after the other, from where it last stood
	FewestCalls Strategy = "fewest_calls" // who has answered least since sign-on
	RingAll     Strategy = "ring_all"     // all at once; the first to answer has it
	Linear      Strategy = "linear"       // always the first free one of a fixed order
)

// Strategies lists every Strategy.
func Strategies() []Strategy {
	return []Strategy{LongestIdle, RoundRobin, FewestCalls, RingAll, Linear}
}

// Config is how a city distributes its calls: configs/queues.yaml.
type Config struct {
	Queues       []Queue  `yaml:"queues" json:"queues"`
	Pauses       []Term   `yaml:"pauses" json:"pauses"`             // reasons an agent may choose
	Dispositions []Term   `yaml:"dispositions" json:"dispositions"` // how a conversation may end
	RingBack     []string `yaml:"ring_back" json:"-"`               // the dispositions after which the caller is rung back
	Skills       []Term   `yaml:"skills" json:"skills"`             // what callers may ask for
}

// Term is one key of a list with its words.
type Term struct {
	Key string `yaml:"key" json:"key"`
	Zh  string `yaml:"zh" json:"zh"`
	En  string `yaml:"en" json:"en"`
}

// KnownSkills are the skills by every name that they have.
func (c Config) KnownSkills() area.KnownSkills {
	known := area.KnownSkills{}
	for _, t := range c.Skills {
		known[t.Key], known[t.Zh], known[t.En] = t.Key, t.Key, t.Key
	}
	return known
}

// Queue is one queue's rules.
type Queue struct {
	Key           string        `yaml:"key" json:"key"`
	Zh            string        `yaml:"zh" json:"zh"`
	En            string        `yaml:"en" json:"en"`
	Strategy      Strategy      `yaml:"strategy" json:"strategy"`
	ServiceLevel  ServiceLevel  `yaml:"service_level" json:"service_level"`
	Ring          time.Duration `yaml:"ring" json:"ring_ns"`                       // how long one agent is rung
	WrapUp        time.Duration `yaml:"wrap_up" json:"wrap_up_ns"`                 // zero: none
	RejectDelay   time.Duration `yaml:"reject_delay" json:"reject_delay_ns"`       // rest after a reject
	BusyDelay     time.Duration `yaml:"busy_delay" json:"busy_delay_ns"`           // rest after a busy telephone
	NoAnswerDelay time.Duration `yaml:"no_answer_delay" json:"no_answer_delay_ns"` // rest after no answer
	AutoPause     int           `yaml:"auto_pause" json:"auto_pause"`              // so many unanswered in a row pause an agent; zero: never
	PreferFor     time.Duration `yaml:"prefer_for" json:"prefer_for_ns"`           // how long a caller is kept for an agent who is reconnecting
	Handle        time.Duration `yaml:"handle" json:"handle_ns"`                   // length of a call until the day's own figure is known
	Relax         []RelaxStep   `yaml:"relax" json:"relax"`                        // how the skills asked for relax, earliest first
}

// ServiceLevel is what part of the callers is to be answered within what time.
type ServiceLevel struct {
	Target float64       `yaml:"target" json:"target"` // 0.8: four of five
	Within time.Duration `yaml:"within" json:"within_ns"`
}

// RelaxStep says that after a wait no skill is asked for above a level.
type RelaxStep struct {
	After time.Duration `yaml:"after" json:"after_ns"`
	Most  int           `yaml:"most" json:"most"` // 0: none is asked for any more
}

// withDefaults fills in what a queue may leave out.
func (q Queue) withDefaults() Queue {
	if q.Strategy == "" {
		q.Strategy = LongestIdle
	}
	if q.Ring == 0 {
		q.Ring = 20 * time.Second
	}
	if q.Handle == 0 {
		q.Handle = 3 * time.Minute
	}
	if q.ServiceLevel.Target == 0 {
		q.ServiceLevel.Target = 0.8
	}
	if q.ServiceLevel.Within == 0 {
		q.ServiceLevel.Within = 20 * time.Second
	}
	return q
}

// Queue finds a queue's rules. A key that no file knows gets the defaults: a
// caller who was sent to a queue that a reload has removed must still be served.
func (c Config) Queue(key string) Queue {
	for _, q := range c.Queues {
		if q.Key == key {
			return q.withDefaults()
		}
	}
	return Queue{Key: key, WrapUp: 20 * time.Second, RejectDelay: 5 * time.Second, BusyDelay: 10 * time.Second,
		NoAnswerDelay: 10 * time.Second, AutoPause: 3, PreferFor: 4 * time.Second}.withDefaults()
}

// Pause reasons that the line sets itself.
const (
	PauseUnanswered   PauseReason = "unanswered"   // too many offers in a row went unanswered
	PauseDisconnected PauseReason = "disconnected" // the browser did not come back
)

// PauseKnown reports whether agents may choose a reason.
func (c Config) PauseKnown(r PauseReason) bool {
	return slices.ContainsFunc(c.Pauses, func(t Term) bool { return t.Key == string(r) })
}

var keyForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_:-]{0,31}$`)

// Normalize returns the configuration with its defaults. Its error joins one
// *act.Fault for each thing that is wrong, with the path in the file as its field.
func (c Config) Normalize() (Config, []error) {
	var faults []error
	at := func(path, format string, args ...any) {
		faults = append(faults, act.Invalid(path, "queue_rules", fmt.Sprintf(format, args...)))
	}
	if len(c.Queues) == 0 {
		at("queues", "needs at least one queue")
	}
	c.Queues = slices.Clone(c.Queues)
	seen := map[string]bool{}
	for i, q := range c.Queues {
		path := fmt.Sprintf("queues[%d]", i)
		c.Queues[i] = q.withDefaults()
		if !keyForm.MatchString(q.Key) || seen[q.Key] {
			at(path+".key", "must be a key of its own: small letters, digits, -, _ and :, at most 32")
		}
		seen[q.Key] = true
		if q.Zh == "" || q.En == "" {
			at(path, "needs its name in zh and en")
		}
		c.Queues[i].check(path, at)
	}
	checkTerms("pauses", c.Pauses, at, string(PauseUnanswered), string(PauseDisconnected))
	checkTerms("dispositions", c.Dispositions, at)
	for i, key := range c.RingBack {
		if !slices.ContainsFunc(c.Dispositions, func(t Term) bool { return t.Key == key }) {
			at(fmt.Sprintf("ring_back[%d]", i), "must be the key of a disposition")
		}
	}
	checkTerms("skills", c.Skills, at)
	return c, faults
}

func (q Queue) check(path string, at func(path, format string, args ...any)) {
	if !slices.Contains(Strategies(), q.Strategy) {
		at(path+".strategy", "must be one of %v", Strategies())
	}
	if q.ServiceLevel.Target <= 0 || q.ServiceLevel.Target > 1 {
		at(path+".service_level.target", "must be above 0 and at most 1")
	}
	for _, d := range []struct {
		key         string
		value       time.Duration
		least, most time.Duration
	}{
		{"service_level.within", q.ServiceLevel.Within, time.Second, time.Hour},
		{"ring", q.Ring, 3 * time.Second, 2 * time.Minute},
		{"wrap_up", q.WrapUp, 0, time.Hour},
		{"reject_delay", q.RejectDelay, 0, 10 * time.Minute},
		{"busy_delay", q.BusyDelay, 0, 10 * time.Minute},
		{"no_answer_delay", q.NoAnswerDelay, 0, 10 * time.Minute},
		{"prefer_for", q.PreferFor, 0, 10 * time.Second},
		{"handle", q.Handle, 10 * time.Second, time.Hour},
	} {
		if d.value < d.least || d.value > d.most {
			at(path+"."+d.key, "must be from %s to %s", d.least, d.most)
		}
	}
	if q.AutoPause < 0 || q.AutoPause > 20 {
		at(path+".auto_pause", "must be from 0 (never) to 20")
	}
	for i, step := range q.Relax {
		if step.After <= 0 || step.Most < 0 || step.Most > 9 {
			at(fmt.Sprintf("%s.relax[%d]", path, i), "after must be above 0s and most from 0 to 9")
		}
		if i > 0 && (step.After <= q.Relax[i-1].After || step.Most >= q.Relax[i-1].Most) {
			at(fmt.Sprintf("%s.relax[%d]", path, i), "must come later and ask for less than the step before it")
		}
	}
}

func checkTerms(list string, terms []Term, at func(path, format string, args ...any), taken ...string) {
	seen := map[string]bool{}
	for _, key := range taken {
		seen[key] = true
	}
	for i, t := range terms {
		path := fmt.Sprintf("%s[%d]", list, i)
		if !keyForm.MatchString(t.Key) || seen[t.Key] {
			at(path+".key", "must be a key of its own (the line uses %v itself): small letters, digits, -, _ and :, at most 32", taken)
		}
		seen[t.Key] = true
		if t.Zh == "" || t.En == "" {
			at(path, "needs its words in zh and en")
		}
	}
}
