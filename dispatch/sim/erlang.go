package sim

import (
	"container/heap"
	"math"
	"sort"
	"time"
)

// Queue is a line with agents whose callers give up: M/M/s+M, known as Erlang A
// (Palm 1946; Garnett, Mandelbaum and Reiman, M&SOM 4(3), 2002). Calls come at
// random at a steady rate, conversations and patience are exponential.
type Queue struct {
	Rate     float64       // calls per hour
	Handling time.Duration // mean time an agent has a call, wrap-up included
	Patience time.Duration // mean time a caller waits before giving up
}

// Served is the part of all calls that Erlang A expects to be answered within a
// time by so many agents. A caller who gives up counts as not answered.
func (q Queue) Served(agents int, within time.Duration) float64 {
	weights, total := q.states(agents)
	var served float64
	theta := float64(time.Hour) / float64(q.Patience)
	c := float64(agents) * float64(time.Hour) / float64(q.Handling) / theta
	patient := beta{x: -math.Expm1(-theta * within.Hours()), b: c + 1}
	patient.begin()
	for n, w := range weights {
		if n < agents {
			served += w
			continue
		}
		// Behind k others the wait of one who never gives up is V, and e^(-θV) is
		// Beta(c, k+1): a sum of exponentials with the rates θ(c+j), j = 0…k. One with
		// patience is answered within T with E[e^(-θV); V ≤ T].
		k := float64(n - agents)
		served += w * c / (c + k + 1) * patient.next()
	}
	return served / total
}

// states are the weights of 0, 1, 2 … calls in the system, and their sum. They
// grow from the state with every agent busy, so that nothing overflows.
func (q Queue) states(agents int) (weights []float64, total float64) {
	mu, theta := float64(time.Hour)/float64(q.Handling), float64(time.Hour)/float64(q.Patience)
	weights = append(weights, make([]float64, agents+1)...)
	weights[agents] = 1
	for n := agents; n > 0; n-- {
		weights[n-1] = weights[n] * float64(n) * mu / q.Rate
		if weights[n-1] > 1e200 {
			for i := n - 1; i <= agents; i++ {
				weights[i] /= 1e200
			}
		}
	}
	for _, w := range weights {
		total += w
	}
	for w, k := weights[agents], 1; ; k++ {
		w *= q.Rate / (float64(agents)*mu + float64(k)*theta)
		weights, total = append(weights, w), total+w
		if total > 1e200 {
			for i := range weights {
				weights[i] /= 1e200
			}
			w, total = w/1e200, total/1e200
		}
		if w < total*1e-15 && q.Rate < float64(agents)*mu+float64(k)*theta {
			return weights, total
		}
	}
}

// beta walks the regularised incomplete beta function I_x(a, b) up from a = 1 by
// I_x(a+1, b) = I_x(a, b) − x^a (1−x)^b / (a B(a, b)).
type beta struct {
	x, b     float64
	a, value float64
}

func (w *beta) begin() { w.a, w.value = 1, -math.Expm1(w.b*math.Log1p(-w.x)) }

// next is the value at the present a, which then rises by one.
func (w *beta) next() float64 {
	value := w.value
	ab, _ := math.Lgamma(w.a + w.b)
	a1, _ := math.Lgamma(w.a + 1)
	b, _ := math.Lgamma(w.b)
	w.value = max(0, w.value-math.Exp(w.a*math.Log(w.x)+w.b*math.Log1p(-w.x)+ab-a1-b))
	w.a++
	return value
}

// Agents is the fewest who answer a part of all calls within a time, by Erlang A.
func (q Queue) Agents(part float64, within time.Duration) int {
	enough := func(n int) bool { return q.Rate == 0 || q.Served(n, within) >= part }
	most := 1
	for !enough(most) {
		most *= 2
	}
	return sort.Search(most, func(n int) bool { return n > 0 && enough(n) })
}

// simulate plays the same queue call by call and tells which part was answered
// within a time.
func (q Queue) simulate(agents int, within time.Duration, calls int, r *random) float64 {
	between := time.Duration(float64(time.Hour) / q.Rate)
	free := make(instants, agents) // when each agent is free next
	var now, served time.Duration
	for range calls {
		now += r.exp(between)
		begins := max(now, free[0])
		if begins-now > r.exp(q.Patience) {
			continue // gave up before their turn
		}
		if begins-now <= within {
			served++
		}
		free[0] = begins + r.exp(q.Handling)
		heap.Fix(&free, 0)
	}
	return float64(served) / float64(calls)
}

// instants is a heap of times.
type instants []time.Duration

func (h instants) Len() int           { return len(h) }
func (h instants) Less(i, j int) bool { return h[i] < h[j] }
func (h instants) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push is not used: the agents stay as many as they are.
func (h *instants) Push(any) {}

// Pop is not used either.
func (h *instants) Pop() any { return nil }
