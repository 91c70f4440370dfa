package ivr

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// The kernel holds as much unread signalling as it may: INVITEs that come while
// the program pauses are answered late and not lost.
func TestSignallingBuffer(t *testing.T) {
	t.Parallel()
	conn, err := listenSignalling(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	allowed, err := os.ReadFile("/proc/sys/net/core/rmem_max")
	if err != nil {
		t.Fatal(err)
	}
	limit, err := strconv.Atoi(strings.TrimSpace(string(allowed)))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Control(func(fd uintptr) {
		size, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF)
		if want := 2 * min(limit, SignallingBuffer); err != nil || size != want { // the kernel doubles it for its own needs (socket(7))
			t.Errorf("%d octets, %v, want %d", size, err, want)
		}
	}); err != nil {
		t.Fatal(err)
	}
}
