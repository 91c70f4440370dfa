//go:build failpoint

package failpoint

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

var (
	armed, after, pause = parse(os.Getenv("HOTLINE_FAILPOINT"))
	hits                atomic.Int64
)

// parse reads "name", "name:3" (die at the third pass) or "name:3:stop" (stand
// still there instead, until SIGCONT).
func parse(s string) (name Name, after int64, pause bool) {
	parts := append(strings.Split(s, ":"), "", "")
	after, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		after = 1
	}
	return Name(parts[0]), after, parts[2] == "stop"
}

// Hit kills the process, as kill -9 would, when it passes the armed step, or
// stops it as a paused machine would.
func Hit(n Name) {
	switch {
	case armed == "" || n != armed || hits.Add(1) != after:
	case pause:
		// To this thread, so that it is the first to stop; all others follow, until SIGCONT.
		runtime.LockOSThread()
		_ = syscall.Tgkill(os.Getpid(), syscall.Gettid(), syscall.SIGSTOP)
		runtime.UnlockOSThread()
	default:
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way; nothing more may happen here
	}
}
