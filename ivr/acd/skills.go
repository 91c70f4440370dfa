package acd

import (
	"slices"
	"time"

	"example.org/hotline/area"
)

// Serves reports whether the agent takes calls of a queue. An agent without
// queues of their own takes them all.
func (a Agent) Serves(queue string) bool { return serves(a.Queues, queue) }

func serves(queues []string, queue string) bool {
	return len(queues) == 0 || slices.Contains(queues, queue)
}

// Free reports whether the agent can be offered a call now.
func (a Agent) Free() bool {
	return a.Status == StatusAvailable && a.State == StateIdle && a.Joined == ""
}

// Reaches reports whether callers of a node can be joined to the agent: a node
// that is stopping takes no more calls of others.
func (a Agent) Reaches(node string) bool { return !a.Closing || a.Node == node }

// On reports whether the agent is there to answer, now or after what they are
// doing: signed on and not paused.
func (a Agent) On() bool { return a.Status == StatusAvailable }

// most is the highest level still asked for after a wait.
func (q Queue) most(waited time.Duration) int {
	most := area.MostSkill
	for _, step := range q.Relax {
		if waited >= step.After {
			most = step.Most
		}
	}
	return most
}

// nextRelax is when the wants of a caller relax next; zero never.
func (q Queue) nextRelax(c Caller, now time.Time) time.Time {
	if len(c.Wants) == 0 {
		return time.Time{}
	}
	for _, step := range q.Relax {
		if at := c.EnteredAt.Add(step.After); at.After(now) {
			return at
		}
	}
	return time.Time{}
}
