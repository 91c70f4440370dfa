package acd

import "time"

// Position tells where a waiting caller stands. handle is how long a
// conversation of the queue takes with its wrap-up.
//
// The expected wait is
//
//	0                               where a free agent is left for everybody ahead and this caller
//	(ahead - free + 1) · handle / staff   otherwise
//
// with staff the agents who could answer, now or after their call: each of them
// becomes free once in handle, so the queue moves up one place in handle / staff.
// Skills are not looked at; it is negative where nobody is there.
func (r *Room) Position(c Caller, handle time.Duration) Position {
	p := Position{Staff: r.AgentsOn(c.Queue, c.Node)}
	for _, other := range r.Callers {
		if other.Queue == c.Queue && other.Call != c.Call && other.Waiting() && Before(other, c) < 0 {
			p.Ahead++
		}
	}
	free := 0
	for _, a := range r.Agents {
		if a.Serves(c.Queue) && (a.Free() || a.State == StateRinging && a.On()) {
			free++
		}
	}
	switch {
	case p.Staff == 0:
		p.Wait = -1
	case p.Ahead < free:
		p.Wait = 0
	default:
		p.Wait = time.Duration(p.Ahead-free+1) * handle / time.Duration(p.Staff)
	}
	return p
}

// AgentsOn counts the agents signed on who serve a queue, are not paused and can
// be reached by callers of a node.
func (r *Room) AgentsOn(queue, node string) int {
	n := 0
	for _, a := range r.Agents {
		if a.On() && a.Serves(queue) && a.Reaches(node) {
			n++
		}
	}
	return n
}
