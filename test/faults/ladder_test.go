package faults

import (
	"time"

	"example.org/hotline/test/city"
)

// ladder is tickets that nobody accepts, and how long each has waited by the city's clock.
type ladder struct {
	h     *house
	moved time.Duration
	calls []waiting
}

type waiting struct {
	number string
	from   time.Duration
}

// call brings one more ticket.
func (l *ladder) call(p *phone) {
	l.h.T.Helper()
	p.complete()
	l.calls = append(l.calls, waiting{l.h.ticketOf(p.callID), l.moved})
}

// move moves the clock on, and waits until node has noticed.
func (l *ladder) move(node *city.City, d time.Duration) {
	l.h.T.Helper()
	node.Advance(d)
	l.moved += d
}

// arrived waits until every ticket has been offered to all whose time has come:
// a worker, the second after 15 minutes, the head after 30, the county after two hours.
func (l *ladder) arrived() {
	l.h.T.Helper()
	for _, w := range l.calls {
		people := 1
		for _, step := range []time.Duration{15 * time.Minute, 30 * time.Minute, 2 * time.Hour} {
			if l.moved-w.from >= step {
				people++
			}
		}
		l.h.offered(w.number, people)
	}
}
