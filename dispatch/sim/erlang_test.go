package sim

import (
	"math"
	"testing"
	"time"
)

// With callers who wait for ever Erlang A is Erlang C, whose values are in every
// table: five erlangs on eight agents wait with probability 0.1673.
func TestPatientCallersAreErlangC(t *testing.T) {
	q := Queue{Rate: 100, Handling: 3 * time.Minute, Patience: 1e6 * time.Hour}
	wait := 0.16725
	for _, within := range []time.Duration{0, 20 * time.Second, time.Minute} {
		want := 1 - wait*math.Exp(-3*within.Minutes()/3)
		if got := q.Served(8, within); math.Abs(got-want) > 1e-3 {
			t.Errorf("within %s: %.5f, want %.5f", within, got, want)
		}
	}
}

// The formula and the queue played call by call agree, from idle to overloaded.
func TestErlangAAndTheSimulatedQueueAgree(t *testing.T) {
	for _, c := range []struct {
		q      Queue
		agents int
	}{
		{Queue{Rate: 8.4, Handling: 5 * time.Minute, Patience: 2 * time.Minute}, 3},
		{Queue{Rate: 836, Handling: 5 * time.Minute, Patience: 2 * time.Minute}, 79},
		{Queue{Rate: 60, Handling: 5 * time.Minute, Patience: 2 * time.Minute}, 4},
		{Queue{Rate: 2000, Handling: 5 * time.Minute, Patience: 10 * time.Minute}, 150},
	} {
		formula, played := c.q.Served(c.agents, answerBy), c.q.simulate(c.agents, answerBy, 200_000, newRandom(1, "test"))
		if math.Abs(formula-played) > 0.01 {
			t.Errorf("%+v with %d agents: %.4f by the formula, %.4f played", c.q, c.agents, formula, played)
		}
	}
}

func TestAgentsNeeded(t *testing.T) {
	for _, rate := range []float64{20, 836, 84_000} { // the last is ten thousand cities
		q := Queue{Rate: rate, Handling: 5 * time.Minute, Patience: 2 * time.Minute}
		n := q.Agents(0.95, answerBy)
		if q.Served(n, answerBy) < 0.95 || q.Served(n-1, answerBy) >= 0.95 {
			t.Errorf("%d agents: %.4f; one fewer: %.4f", n, q.Served(n, answerBy), q.Served(n-1, answerBy))
		}
	}
}
