//go:build !linux

package media

import "time"

// alarm is good enough to develop with; exact time is kept on Linux.
type alarm struct{ began time.Time }

func newAlarm() alarm { return alarm{began: time.Now()} }

// wait sleeps until so long after the beginning and returns how late it is.
func (a alarm) wait(until time.Duration) (late time.Duration) {
	time.Sleep(until - time.Since(a.began))
	return time.Since(a.began) - until
}
