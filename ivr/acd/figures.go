package acd

import (
	"time"
)

// Tally is what a queue's figures are made of: sums that can be added up over
// nodes, and over spans of time as long as no wait is counted in two.
type Tally struct {
	Entered    int `json:"entered"`
	Answered   int `json:"answered"`
	InTime     int `json:"in_time"`
	Abandoned  int `json:"abandoned"`
	Short      int `json:"short"`
	CalledBack int `json:"called_back"`
	TimedOut   int `json:"timed_out"`

	Waits   time.Duration `json:"waits"`   // of the answered
	Longest time.Duration `json:"longest"` // wait of anybody
	Talk    time.Duration `json:"talk"`    // in conversations of the queue
	WrapUp  time.Duration `json:"wrap_up"` // after them
	Talks   int           `json:"talks"`   // conversations of agents; a call handed on counts for each agent with their own part
	Busy    time.Duration `json:"busy"`    // talk and wrap-up, of whatever queue, of the queue's agents
	Staffed time.Duration `json:"staffed"` // signed on and not paused (or busy all the same), of the queue's agents
}

// Add counts another tally in.
func (t *Tally) Add(o Tally) {
	t.Entered += o.Entered
	t.Answered += o.Answered
	t.InTime += o.InTime
	t.Abandoned += o.Abandoned
	t.Short += o.Short
	t.CalledBack += o.CalledBack
	t.TimedOut += o.TimedOut
	t.Waits += o.Waits
	t.Longest = max(t.Longest, o.Longest)
	t.Talk += o.Talk
	t.WrapUp += o.WrapUp
	t.Talks += o.Talks
	t.Busy += o.Busy
	t.Staffed += o.Staffed
}

// Count counts an event in, as far as it concerns a queue. Who came back into
// the queue in the same call (Again) has been counted, and so is whoever only moved.
func (t *Tally) Count(queue string, ev Event) {
	switch ev.Kind {
	case EventEntered:
		if ev.Queue == queue && !ev.Again {
			t.Entered++
		}
	case EventLeft:
		if ev.Queue == queue && !ev.Again {
			t.left(ev)
		}
	case EventSpan:
		t.span(queue, ev)
	}
}

func (t *Tally) left(ev Event) {
	t.Longest = max(t.Longest, ev.Waited)
	switch ev.Reason {
	case LeftAnswered:
		t.Answered++
		t.Waits += ev.Waited
		if ev.InTime {
			t.InTime++
		}
	case LeftAbandoned, LeftNodeLost:
		t.Abandoned++
	case LeftShort:
		t.Short++
	case LeftCallback:
		t.CalledBack++
	case LeftTimeout:
		t.TimedOut++
	case LeftKey, LeftNoAgent, LeftMoved:
	}
}

func (t *Tally) span(queue string, ev Event) {
	length := ev.At.Sub(ev.From)
	busy := ev.State == StateTalking || ev.State == StateWrapUp
	if busy && ev.Queue == queue {
		if ev.State == StateTalking {
			t.Talk += length
		} else {
			t.WrapUp += length
		}
	}
	if ev.Final && ev.Queue == queue {
		t.Talks++
	}
	if !(Agent{Queues: ev.Queues}).Serves(queue) {
		return
	}
	if busy {
		t.Busy += length
	}
	if busy || ev.Status == StatusAvailable && ev.State != StateAway {
		t.Staffed += length
	}
}

// Figures turns sums into the figures of a queue.
func (t Tally) Figures(queue string, from, to time.Time) Figures {
	f := Figures{Queue: queue, From: from, To: to, Entered: t.Entered, Answered: t.Answered, InTime: t.InTime, Abandoned: t.Abandoned,
		Short: t.Short, CalledBack: t.CalledBack, TimedOut: t.TimedOut, ServiceLevel: 1, LongestWait: t.Longest}
	if n := t.Answered + t.Abandoned; n > 0 {
		f.ServiceLevel = float64(t.InTime) / float64(n)
	}
	if t.Answered > 0 {
		f.AverageWait = t.Waits / time.Duration(t.Answered)
	}
	if t.Talks > 0 {
		f.AverageTalk = t.Talk / time.Duration(t.Talks)
		f.AverageHandle = (t.Talk + t.WrapUp) / time.Duration(t.Talks)
	}
	if t.Staffed > 0 {
		f.Occupancy = float64(t.Busy) / float64(t.Staffed)
	}
	return f
}

// Handle is how long a conversation with its wrap-up has taken so far, or the
// queue's guess until five are known.
func (t Tally) Handle(q Queue) time.Duration {
	if t.Talks < 5 {
		return q.Handle
	}
	return (t.Talk + t.WrapUp) / time.Duration(t.Talks)
}
