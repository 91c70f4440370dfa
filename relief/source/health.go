package source

import "time"

// Health is how a source has answered lately.
type Health struct {
	Source    string
	Counts    map[Status]int
	TookMs    float64 // on average, of those that answered
	LastKnown time.Time
	LastFail  time.Time
	Breakers  []Breaker

	answered int
}

// Breaker is how one node stands to a source.
type Breaker struct {
	Node  string    `json:"node"`
	State string    `json:"state" enum:"closed,half-open,open"`
	Since time.Time `json:"since"`
}

// Add counts answers of one status.
func (h *Health) Add(status Status, n int, tookMs float64, last time.Time) {
	h.Counts[status] += n
	switch status {
	case OK, Empty, Stale:
		h.TookMs = (h.TookMs*float64(h.answered) + tookMs*float64(n)) / float64(h.answered+n)
		h.answered += n
		if last.After(h.LastKnown) {
			h.LastKnown = last
		}
	case Error, Timeout:
		if last.After(h.LastFail) {
			h.LastFail = last
		}
	case Asking:
	}
}

// FailedPercent is how many of a hundred questions got no answer; -1 where nothing was asked.
func (h Health) FailedPercent() int {
	all := h.answered + h.Counts[Error] + h.Counts[Timeout]
	if all == 0 {
		return -1
	}
	return 100 * (h.Counts[Error] + h.Counts[Timeout]) / all
}
