//go:build failpoint

package failpoint

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// said is what the environment says: a step, or @ and the name of a file that says it,
// now or later, so that a process that runs already can be armed.
var said = os.Getenv("HOTLINE_FAILPOINT")

var armed struct {
	sync.Mutex
	text string
	step
}

// step is where the process dies.
type step struct {
	name   Name
	passes int64 // still to go
	pause  bool
}

// parse reads "name", "name:3" (die at the third pass) or "name:3:stop" (stand
// still there instead, until SIGCONT).
func parse(s string) step {
	parts := append(strings.Split(s, ":"), "", "")
	passes, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		passes = 1
	}
	return step{Name(parts[0]), passes, parts[2] == "stop"}
}

// reached counts a pass of a step and tells whether it is the one to die or stop at.
func reached(n Name) (here, pause bool) {
	text := said
	if file, later := strings.CutPrefix(said, "@"); later {
		b, err := os.ReadFile(file) //nolint:gosec // G304: the test that kills says which
		if err != nil {             // not armed
			return false, false
		}
		text = string(b)
	}
	if n == "" || text == "" {
		return false, false
	}
	armed.Lock()
	defer armed.Unlock()
	if text != armed.text {
		armed.text, armed.step = text, parse(text)
	}
	if n != armed.name {
		return false, false
	}
	armed.passes--
	return armed.passes == 0, armed.pause
}

// Hit kills the process, as kill -9 would, when it passes the armed step, or
// stops it as a paused machine would.
func Hit(n Name) {
	switch here, pause := reached(n); {
	case !here:
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
