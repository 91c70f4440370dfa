package flow

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.org/hotline/internal/act"
)

// The bounds of a flow.
const (
	// LongestGreeting is how long a caller may be spoken to before a person can be reached.
	LongestGreeting = 8 * time.Second
	// MostRetries is how often a caller may be asked again before a person, over all menus passed.
	MostRetries = 3
	// DeepestMenu is how many menus may follow one another before a person (SECURITY T11).
	DeepestMenu = 2
)

// checker gathers the faults of a flow.
type checker struct {
	env    Environment
	flow   *Flow
	at     string // path of what is being checked
	faults []error
}

// fault adds what is wrong with a field below c.at.
func (c *checker) fault(field, format string, args ...any) {
	path := c.at
	if path != "" && field != "" {
		path += "."
	}
	c.faults = append(c.faults, &act.Fault{Kind: act.ErrInvalid, Code: "flow", Field: path + field, Detail: fmt.Sprintf(format, args...)})
}

var (
	nodeName    = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	versionName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	digitsOnly  = regexp.MustCompile(`^\+?[0-9]{3,20}$`)
	shortNumber = regexp.MustCompile(`^1[0-9]{2,4}$`)
)

func (c *checker) header() {
	src := &c.flow.src
	if !versionName.MatchString(src.Version) {
		c.fault("version", "must be 1 to 64 of letters, digits, dot, _ and -, and another one for every change")
	}
	if len(src.Numbers) == 0 {
		c.fault("numbers", "name at least one service number, as in sip.numbers of hotline.yaml")
	}
	for i, number := range src.Numbers {
		if number != "*" && !digitsOnly.MatchString(number) || slices.Contains(src.Numbers[:i], number) {
			c.fault(fmt.Sprintf("numbers[%d]", i), "must be the digits of a service number, each once, or \"*\" for every other number")
		}
	}
	c.target("start", src.Start)
	if src.AfterAnswer != "" {
		c.target("after_answer", src.AfterAnswer)
	}
	for _, name := range slices.Sorted(maps.Keys(src.TransferList)) {
		if d := src.TransferList[name]; !shortNumber.MatchString(d.Number) {
			c.fault("transfer_list."+name+".number", "must be a short service number such as 110, 119 or 120: a flow calls no other telephones")
		}
	}
}

// node checks one node by itself.
func (c *checker) node(name string, n *NodeSource) {
	c.at = "nodes." + name
	defer func() { c.at = "" }()
	if !nodeName.MatchString(name) {
		c.fault("", "a node's name is 1 to 40 of a-z, 0-9 and _, and starts with a letter")
	}
	names, steps := n.steps()
	if len(steps) != 1 {
		c.fault("", "must be of exactly one kind, and has %d: %s", len(steps), strings.Join(kinds, ", "))
		return
	}
	c.flow.steps[name], c.flow.kinds[name] = steps[0], names[0]
	c.at += "." + names[0]
	for _, e := range steps[0].exits() {
		c.target(e.field, e.to)
	}
	steps[0].check(c)
}

// target checks the name of a node to go to.
func (c *checker) target(field, to string) {
	if to == "" {
		c.fault(field, "says not where to go: name a node")
	} else if _, ok := c.flow.src.Nodes[to]; !ok {
		c.fault(field, "leads to the node %q, which does not exist%s", to, nearest(to, slices.Sorted(maps.Keys(c.flow.src.Nodes))))
	}
}

// prompts checks that recordings exist, and some where some are needed.
func (c *checker) prompts(field string, names []string, needed bool) {
	if needed && len(names) == 0 {
		c.fault(field, "says nothing: name at least one prompt")
	}
	for i, name := range names {
		if c.env.Prompt == nil {
			break
		}
		if _, ok := c.env.Prompt(name); !ok {
			c.fault(fmt.Sprintf("%s[%d]", field, i), "there is no prompt %q: record %s.wav and add its text to prompts.yaml", name, name)
		}
	}
}

func (c *checker) within(field string, d, least, most time.Duration) {
	if d < least || d > most {
		c.fault(field, "must lie between %s and %s", least, most)
	}
}

func (c *checker) retries(n *int) {
	if n == nil {
		c.fault("retries", "is missing: say how often it asks again, 0 to %d", MostRetries)
	} else if *n < 0 || *n > MostRetries {
		c.fault("retries", "must lie between 0 and %d: after that the caller is brought to a person", MostRetries)
	}
}

func (c *checker) timeout(field string, d time.Duration) {
	if d == 0 {
		c.fault(field, "is missing: say how long a key is awaited, 2s to 30s")
		return
	}
	c.within(field, d, 2*time.Second, 30*time.Second)
}

func (c *checker) queueName(field, name string) {
	if name == "" {
		c.fault(field, "name the queue")
	} else if c.env.Queue != nil && !c.env.Queue(name) {
		c.fault(field, "there is no queue %q: add it to queues.yaml or correct the name", name)
	}
}

// speaking is how long prompts sound.
func (c *checker) speaking(names []string) (total time.Duration) {
	for _, name := range names {
		if c.env.Prompt != nil {
			d, _ := c.env.Prompt(name)
			total += d
		}
	}
	return total
}

// nearest suggests the known name that an unknown one was probably meant to be.
func nearest(name string, known []string) string {
	best, at := "", 3
	for _, k := range known {
		if d := distance(name, k); d < at {
			best, at = k, d
		}
	}
	if best == "" {
		return ": add it, or name another"
	}
	return fmt.Sprintf(": did you mean %q?", best)
}

// distance counts the letters to change, add or remove between two names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			before, row[j+1] = row[j+1], min(before+cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
