package main

import (
	"fmt"
	"os/exec"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// startWithSlack starts a program that is measured with a timer slack, as
// TimerSlackNSec= of a unit gives it one; 0 leaves it the system's, 50 µs. The
// program inherits the slack of the thread that starts it (prctl(2), PR_SET_TIMERSLACK).
func startWithSlack(cmd *exec.Cmd, slack time.Duration) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if slack > 0 {
		if err := unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(slack), 0, 0, 0); err != nil {
			return fmt.Errorf("set the timer slack: %w", err)
		}
		defer unix.Prctl(unix.PR_SET_TIMERSLACK, 0, 0, 0, 0) //nolint:errcheck // back to this thread's own
	}
	return cmd.Start() //nolint:wrapcheck // the caller says which program
}
