package flow

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// What each kind of node needs by itself.

func (n *playNode) check(c *checker) { c.prompts("prompts", n.Prompts, true) }

func (n *sayNode) check(c *checker) {
	switch n.What {
	case "ticket", "date", "time":
	case "number", "money":
		if n.Value < 0 || n.What == "number" && n.Value > MaxNumber || n.Value/100 > MaxNumber {
			c.fault("value", "must lie between 0 and %d; money is in fen", MaxNumber)
		}
	case "position":
		c.fault("what", "a position is told by the queue itself: give one of its announcements position: true")
	default:
		c.fault("what", "must be ticket, date, time, number or money")
	}
	if n.Times < 0 || n.Times > 3 {
		c.fault("times", "must lie between 1 and 3")
	}
	c.prompts("before", n.Before, false)
	c.prompts("again", n.Again, false)
	c.prompts("after", n.After, false)
	c.prompts("what", Fragments(), false)
}

func (n *menuNode) check(c *checker) {
	c.prompts("prompts", n.Prompts, true)
	c.prompts("wrong", n.Wrong, false)
	c.prompts("silent", n.Silent, false)
	c.timeout("timeout", n.Timeout)
	c.retries(n.Retries)
	if len(n.Choices) == 0 {
		c.fault("choices", "offers nothing: give at least one key, or use play")
	}
	if len(n.Choices) > 5 {
		c.fault("choices", "offers more than five keys: nobody keeps them in mind")
	}
}

func (n *gatherNode) check(c *checker) {
	c.prompts("prompts", n.Prompts, true)
	c.prompts("wrong", n.Wrong, false)
	c.timeout("timeout", n.Timeout)
	c.within("between", n.Between, time.Second, 10*time.Second)
	c.retries(n.Retries)
	if n.Min < 1 || n.Max < n.Min || n.Max > 32 {
		c.fault("max", "min and max must be given, with 1 <= min <= max <= 32")
	}
}

func (n *surveyNode) check(c *checker) {
	c.prompts("prompts", n.Prompts, true)
	c.timeout("timeout", n.Timeout)
	for _, key := range slices.Sorted(maps.Keys(n.Scores)) {
		if score := n.Scores[key]; score < 1 || score > 5 {
			c.fault("scores."+string(key), "a score lies between 1 and 5")
		}
	}
}

func (n *hangupNode) check(c *checker) { c.prompts("prompts", n.Prompts, false) }

func (n *queueNode) check(c *checker) {
	c.queueName("name", n.Name)
	c.prompts("opening", n.Opening, false)
	c.prompts("music", []string{n.Music}, true)
	if n.MaxWait == 0 {
		c.fault("max_wait", "is missing: say how long a caller waits before the duty phones are rung")
	} else {
		c.within("max_wait", n.MaxWait, 10*time.Second, time.Hour)
	}
	if d := c.speaking(n.Opening); d > LongestGreeting {
		c.fault("opening", "lasts %.1f s: shorten it to %s, callers in need hang up", d.Seconds(), LongestGreeting)
	}
	for i, a := range n.Announcements {
		at := fmt.Sprintf("announcements[%d]", i)
		c.prompts(at+".prompts", a.Prompts, !a.Position && !a.Wait)
		c.within(at+".after", a.After, time.Second, time.Hour)
		if a.Every != 0 {
			c.within(at+".every", a.Every, 15*time.Second, time.Hour)
		}
		if a.Position || a.Wait {
			c.prompts(at, Fragments(), false)
		}
	}
	for _, skill := range slices.Sorted(maps.Keys(n.Wants)) {
		if level := n.Wants[skill]; level < 1 || level > 10 {
			c.fault("wants."+skill, "a level lies between 1 (some) and 10 (best)")
		}
	}
}

func (n *resumeNode) check(c *checker) {
	c.prompts("prompts", n.Prompts, false)
	if to := c.flow.src.Nodes[n.Queue]; to != nil && to.Queue == nil {
		c.fault("queue", "%q is no queue node: name the one in which the caller keeps a place", n.Queue)
	}
}

func (n *ringNode) check(c *checker) {
	if len(n.Duty) == 0 {
		c.fault("duty", "name whose duty phones ring, in order: township, county, city")
	}
	for i, level := range n.Duty {
		if !slices.Contains([]string{"township", "county", "city"}, level) || slices.Contains(n.Duty[:i], level) {
			c.fault(fmt.Sprintf("duty[%d]", i), "must be township, county or city, each once")
		}
	}
	c.within("each", n.Each, 5*time.Second, 2*time.Minute)
	c.prompts("music", []string{n.Music}, true)
	c.prompts("prompts", n.Prompts, false)
}

func (n *transferNode) check(c *checker) {
	c.prompts("prompts", n.Prompts, false)
	if _, ok := c.flow.src.TransferList[n.To]; !ok {
		c.fault("to", "%q is not in this file's transfer_list%s", n.To, nearest(n.To, slices.Sorted(maps.Keys(c.flow.src.TransferList))))
	}
}

func (n *voicemailNode) check(c *checker) {
	c.prompts("prompts", n.Prompts, true)
	c.prompts("prompts", []string{PromptBeep}, true)
	c.within("longest", n.Longest, 10*time.Second, 10*time.Minute)
	c.within("silence", n.Silence, 2*time.Second, 30*time.Second)
}

func (n *callbackNode) check(c *checker) { c.prompts("prompts", n.Prompts, true) }

func (n *setNode) check(c *checker) {
	if n.Priority == "" && n.Kind == "" {
		c.fault("", "sets nothing: give priority or kind")
	}
	if !validPriority(n.Priority) {
		c.fault("priority", "must be P1, P2, P3 or INFO")
	}
	if n.Kind != "" && !n.Kind.Valid() {
		c.fault("kind", "must be aid, consultation, progress or complaint")
	}
}

func (n *hoursNode) check(c *checker) {
	if len(n.Open) == 0 {
		c.fault("open", "name at least one span: days, from and to")
	}
	for i, s := range n.Open {
		at := fmt.Sprintf("open[%d]", i)
		if len(s.Days) == 0 {
			c.fault(at+".days", "name the days: mon, tue, wed, thu, fri, sat, sun")
		}
		if s.To <= s.From {
			c.fault(at+".to", "must be later than from; a night is two spans, one up to 24:00")
		}
	}
}

func (n *holidayNode) check(*checker) {}

func (n *branchNode) check(c *checker) {
	if len(n.Cases) == 0 {
		c.fault("cases", "has no case: give at least one")
	}
	for i, each := range n.Cases {
		at := fmt.Sprintf("cases[%d].when", i)
		if each.When.empty() {
			c.fault(at, "asks nothing: give known, withheld, open_ticket, callback_due, calls_today, agents_on or no_agents_on")
		}
		for field, queue := range map[string]string{at + ".agents_on": each.When.AgentsOn, at + ".no_agents_on": each.When.NoAgentsOn} {
			if queue != "" {
				c.queueName(field, queue)
			}
		}
	}
}
