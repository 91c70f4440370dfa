//go:build failpoint

package failpoint

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

var (
	armed, after = parse(os.Getenv("HOTLINE_FAILPOINT"))
	hits         atomic.Int64
)

// parse reads "name" or "name:3" (die at the third pass).
func parse(s string) (Name, int64) {
	name, count, ok := strings.Cut(s, ":")
	n, err := strconv.ParseInt(count, 10, 64)
	if !ok || err != nil {
		n = 1
	}
	return Name(name), n
}

// Hit kills the process, as kill -9 would, when it passes the armed step.
func Hit(n Name) {
	if armed != "" && n == armed && hits.Add(1) == after {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way; nothing more may happen here
	}
}
