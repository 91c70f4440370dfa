package city

import (
	"encoding/json"
	"net/http"
	"time"
)

// awaitClock waits until the running program has noticed that the city's clock
// was moved, so that what a test does next happens at the new time.
func (c *City) awaitClock(target time.Time) {
	c.T.Helper()
	if c.process == nil {
		return
	}
	c.Until("the program sees the new time", func() bool {
		select {
		case <-c.process.Died():
			return true // whoever starts it next starts it with the new time
		default:
		}
		seen, ok := c.nodeTime()
		return ok && !seen.Before(target.Add(-time.Second)) && seen.Before(target.Add(10*time.Minute))
	})
}

// nodeTime asks the program for its view of the city's time.
func (c *City) nodeTime() (seen time.Time, ok bool) {
	res, err := http.Get(c.API + "/readyz")
	if err != nil {
		return time.Time{}, false
	}
	defer res.Body.Close() // read to its end
	var ready struct {
		Checks []struct{ Name, Detail string }
	}
	if json.NewDecoder(res.Body).Decode(&ready) != nil {
		return time.Time{}, false
	}
	for _, check := range ready.Checks {
		if check.Name == "clock" {
			seen, err := time.Parse(time.RFC3339Nano, check.Detail)
			return seen, err == nil
		}
	}
	return time.Time{}, false
}
