package city

import (
	"context"
	"time"

	"example.org/hotline/ivr/caller"
)

// Call places a call with our own SIP caller and waits for its end. keys are
// pressed so long after the answer.
func (c *City) Call(number, from string, keys map[rune]time.Duration) caller.Result {
	c.T.Helper()
	r, err := c.TryCall(number, from, keys)
	if err != nil {
		c.T.Fatalf("call %s: %v", number, err)
	}
	return r
}

// TryCall is Call that returns what went wrong.
func (c *City) TryCall(number, from string, keys map[rune]time.Duration) (caller.Result, error) {
	o := caller.Options{Target: "sip:" + number + "@" + c.SIP, From: from, MaxDuration: time.Minute}
	for key, after := range keys {
		o.Digits = append(o.Digits, caller.Press{Key: key, After: after})
	}
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	return caller.Dial(ctx, o)
}
