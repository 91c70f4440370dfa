package timer

import (
	"sync"
	"time"

	"example.org/hotline/internal/act"
)

// Clock follows the one clock between readings of the database. It only tells
// when to look; whether a timer is due, PostgreSQL decides.
type Clock struct {
	mu      sync.Mutex
	reading act.ClockReading
	at      time.Time // this node's time of the reading, monotonic
}

// Now is application time; false before the first reading.
func (c *Clock) Now() (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return time.Time{}, false
	}
	return c.now(), true
}

func (c *Clock) now() time.Time {
	return c.reading.App.Add(time.Duration(float64(time.Since(c.at)) * c.reading.Scale))
}

// Scale is how many application seconds pass in a real one; 1 before the first reading.
func (c *Clock) Scale() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return 1
	}
	return c.reading.Scale
}

// Real turns a length of application time into real time.
func (c *Clock) Real(app time.Duration) time.Duration {
	return time.Duration(float64(app) / c.Scale())
}

// App turns a length of real time into application time.
func (c *Clock) App(real time.Duration) time.Duration {
	return time.Duration(float64(real) * c.Scale())
}

// jump is how far, in real time, a reading may lie off before the clock counts as moved.
const jump = 250 * time.Millisecond

// set takes a reading made between asked and now, and reports whether somebody
// has moved the clock since the last one.
func (c *Clock) set(r act.ClockReading, asked time.Time) (moved bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	answered := time.Now()
	if first := c.at.IsZero(); !first {
		off := time.Duration(float64(r.App.Sub(c.now())) / r.Scale).Abs()
		moved = r.Scale != c.reading.Scale || off > jump+answered.Sub(asked)
	} else {
		moved = true
	}
	c.reading, c.at = r, asked.Add(answered.Sub(asked)/2)
	return moved
}
