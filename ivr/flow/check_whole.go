package flow

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// What only the whole flow shows. All of it runs on a flow whose nodes are sound
// by themselves.

func (c *checker) whole() {
	c.unreachable()
	c.menuDepth()
	c.surveyTooEarly()
	if !c.loops() {
		c.greeting()
	}
}

func (c *checker) unreachable() {
	for _, name := range slices.Sorted(maps.Keys(c.flow.steps)) {
		if !slices.Contains(c.flow.order, name) {
			c.fault("nodes."+name, "no way leads here: remove it, or lead to it")
		}
	}
}

// loops finds rounds that need no key of the caller: nobody would ever end them.
func (c *checker) loops() (found bool) {
	for _, name := range c.flow.order {
		if round := c.flow.round(name); round != nil && name == slices.Min(round) {
			c.fault("nodes."+name, "leads back to itself without the caller pressing anything (%s): lead to a person or a voicemail instead",
				strings.Join(append(round, name), " → "))
			found = true
		}
	}
	return found
}

// round is a way from a node back to itself without a choice of the caller; nil
// if there is none.
func (f *Flow) round(name string) []string {
	from := map[string]string{}
	for todo := []string{name}; len(todo) > 0; todo = todo[1:] {
		for _, e := range f.steps[todo[0]].exits() {
			if e.pressed {
				continue
			}
			if e.to == name {
				way := []string{}
				for at := todo[0]; at != name; at = from[at] {
					way = append(way, at)
				}
				slices.Reverse(way)
				return append([]string{name}, way...)
			}
			if _, seen := from[e.to]; !seen {
				from[e.to] = todo[0]
				todo = append(todo, e.to)
			}
		}
	}
	return nil
}

// menuDepth finds menus behind menus behind menus.
func (c *checker) menuDepth() {
	for _, name := range c.flow.order {
		if c.flow.asks(name) && c.flow.tooDeep(name) {
			c.fault("nodes."+name, "begins more than %d menus in a row, or leads back to itself: bring the caller to a person earlier", DeepestMenu)
			return
		}
	}
}

func (f *Flow) asks(name string) bool { return f.kinds[name] == "menu" || f.kinds[name] == "gather" }

// tooDeep reports whether more than DeepestMenu menus can follow one another
// from here before a person may be reached.
func (f *Flow) tooDeep(name string) bool {
	type at struct {
		node  string
		menus int
	}
	seen := map[at]bool{}
	for todo := []at{{node: name}}; len(todo) > 0; todo = todo[1:] {
		here := todo[0]
		switch f.kinds[here.node] {
		case "queue", "resume", "ring", "transfer", "voicemail", "hangup":
			continue
		}
		if f.asks(here.node) {
			here.menus++
		}
		if here.menus > DeepestMenu {
			return true
		}
		for _, e := range f.steps[here.node].exits() {
			if next := (at{e.to, here.menus}); !seen[next] {
				seen[next] = true
				todo = append(todo, next)
			}
		}
	}
	return false
}

// surveyTooEarly finds a survey that a caller can meet who has spoken to nobody.
func (c *checker) surveyTooEarly() {
	seen := map[string]bool{c.flow.src.Start: true}
	for todo := []string{c.flow.src.Start}; len(todo) > 0; todo = todo[1:] {
		if c.flow.kinds[todo[0]] == "survey" {
			c.fault("nodes."+todo[0], "can be met before a conversation: lead to it from answered or after_answer only")
		}
		for _, e := range c.flow.steps[todo[0]].exits() {
			if e.outcome != "answered" && !seen[e.to] {
				seen[e.to] = true
				todo = append(todo, e.to)
			}
		}
	}
}

// greeting adds up what is played before the caller can be heard at all.
func (c *checker) greeting() {
	if c.env.Prompt == nil {
		return
	}
	longest := c.spokenFirst(c.flow.src.Start, map[string]time.Duration{})
	if longest > LongestGreeting {
		c.fault("start", "a caller is spoken to for %.1f s before anything else happens: shorten it to %s, callers in need hang up",
			longest.Seconds(), LongestGreeting)
	}
}

// spokenFirst is the longest time of plays from a node to the first of another
// kind; loops without a choice have been excluded.
func (c *checker) spokenFirst(name string, known map[string]time.Duration) time.Duration {
	if d, ok := known[name]; ok {
		return d
	}
	n := c.flow.src.Nodes[name]
	var own, rest time.Duration
	switch {
	case n.Play != nil:
		own = c.speaking(n.Play.Prompts)
	case n.Queue != nil:
		return c.speaking(n.Queue.Opening)
	case n.Menu != nil:
		return c.speaking(n.Menu.Prompts)
	case n.Ring != nil:
		return c.speaking(n.Ring.Prompts)
	case n.Hours == nil && n.Holiday == nil && n.Branch == nil && n.Set == nil:
		return 0
	}
	for _, e := range c.flow.steps[name].exits() {
		rest = max(rest, c.spokenFirst(e.to, known))
	}
	known[name] = own + rest
	return own + rest
}
