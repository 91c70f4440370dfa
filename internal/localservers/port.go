package localservers

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"sync"
)

// FreePort is a loopback TCP port that nobody listens on, that the kernel gives no client and that no other call gives
// out as long as this process lives: for a program that is started, killed and started again.
func FreePort() (int, error) { return choosePort(0) }

// choosePort returns preferred when it is free, else a free loopback TCP port.
//
// It takes none from the range from which the kernel serves outgoing
// connections: while a server is stopped, a client that keeps dialling such a
// port is one day given that very port as its own and connects to itself, and
// the server cannot come back.
func choosePort(preferred int) (int, error) {
	if preferred != 0 && reserved.take(preferred) && portFree(preferred) {
		return preferred, nil
	}
	low, high := 20000, 32767
	if first := firstOutgoingPort(); first > 12000 && first <= high {
		low, high = first-8000, first-1
	}
	for range 200 {
		if port := low + rand.IntN(high-low+1); !reserved.has(port) && reserved.take(port) && portFree(port) { //nolint:gosec // no secret
			return port, nil
		}
	}
	return 0, errors.New("find a free loopback port: 200 tries met only used ones")
}

// onFreePort starts a server on its preferred port or another. Between finding a
// port free and taking it another program may be faster, so it tries again.
func onFreePort(preferred int, set func(int), start func() error) error {
	var err error
	for range 5 {
		var port int
		if port, err = choosePort(preferred); err != nil {
			return err
		}
		set(port)
		if err = start(); !errors.Is(err, errPortTaken) {
			return err
		}
		preferred = 0
	}
	return err
}

// reserved are the ports that this process has chosen. Several are chosen before any of them is listened on, in several
// processes at once, and one of eight thousand comes up twice sooner than one thinks.
var reserved reservations

type reservations struct {
	mu    sync.Mutex
	ports map[int]net.Listener
}

func (r *reservations) has(port int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ports[port] != nil
}

// take keeps other processes from choosing a port, and is false where another has chosen it. An abstract socket is
// the sign: the kernel takes it away with the process, however that ends.
func (r *reservations) take(port int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ports[port] != nil {
		return true
	}
	sign, err := net.Listen("unix", fmt.Sprintf("@hotline-port-%d", port)) //nolint:noctx // answers at once
	if err != nil {
		return false
	}
	if r.ports == nil {
		r.ports = map[int]net.Listener{}
	}
	r.ports[port] = sign
	return true
}

func portFree(port int) bool {
	l, err := net.Listen("tcp", //nolint:noctx // answers at once
		fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}

// firstOutgoingPort is 0 when the kernel does not tell.
func firstOutgoingPort() int {
	raw, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		return 0
	}
	var first int
	_, _ = fmt.Sscan(string(raw), &first)
	return first
}
