package sim

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// random draws what a simulation leaves to chance. Each purpose draws from a
// stream of its own, so that a change in one leaves the others as they were.
type random struct{ *rand.Rand }

func newRandom(seed int64, purpose string) *random {
	h := fnv.New64a()
	_, _ = h.Write([]byte(purpose))                                // never fails
	return &random{rand.New(rand.NewPCG(uint64(seed), h.Sum64()))} //nolint:gosec // chance, not secrets
}

func (r *random) chance(p float64) bool { return r.Float64() < p }
func (r *random) intn(n int) int        { return r.IntN(n) }

// exp is exponential with a mean, in whole milliseconds.
func (r *random) exp(mean time.Duration) time.Duration {
	return time.Duration(r.ExpFloat64() * float64(mean)).Round(time.Millisecond)
}

// lognormal has a median and a spread: two thirds lie within median × and ÷ e^spread.
func (r *random) lognormal(median time.Duration, spread float64) time.Duration {
	return time.Duration(float64(median) * math.Exp(spread*r.NormFloat64())).Round(time.Second)
}
