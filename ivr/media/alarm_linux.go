package media

import (
	"errors"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// alarm wakes one thread at exact times. Go's own timers serve all goroutines
// and wake a few milliseconds late when the machine is busy; a thread of its own
// in clock_nanosleep, with the smallest slack and before all ordinary threads,
// does not (measured: ADR 13).
type alarm struct {
	began time.Time
	zero  time.Duration // the same moment on CLOCK_MONOTONIC
}

// ownThread locks the calling goroutine to its thread for good and puts that
// before all ordinary threads. Where the program may not (CAP_SYS_NICE, or
// LimitRTPRIO= of systemd), packets leave less evenly on a busy machine and that
// is all.
func ownThread() {
	runtime.LockOSThread()
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // 50 µs otherwise; refused, it costs these
	_ = unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO,
		Flags: unix.SCHED_FLAG_RESET_ON_FORK, Priority: 1}, 0)
}

func newAlarm() alarm {
	ownThread()
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) != nil {
		return alarm{began: time.Now(), zero: -1} // no such Linux exists
	}
	return alarm{began: time.Now(), zero: time.Duration(now.Nano())}
}

// wait sleeps until so long after the beginning and returns how late it is.
func (a alarm) wait(until time.Duration) (late time.Duration) {
	if late = time.Since(a.began) - until; late >= 0 {
		return late
	}
	if a.zero < 0 {
		time.Sleep(-late)
		return time.Since(a.began) - until
	}
	due := unix.NsecToTimespec(int64(a.zero + until))
	for errors.Is(unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &due, nil), unix.EINTR) {
		continue // Go interrupts threads to look at them
	}
	return time.Since(a.began) - until
}
