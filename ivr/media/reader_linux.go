package media

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// reader reads all ports on one thread, by epoll(7). It runs while there is
// any, and leaves no goroutine behind.
type reader struct {
	mu      sync.Mutex
	sockets map[int32]*socket // by descriptor
	epoll   int
	bell    int // an eventfd that wakes the thread when the last port is gone
	running bool
}

var sharedReader = reader{sockets: map[int32]*socket{}}

// batch is how many ports are read before the kernel is asked again; rest is how
// long the thread, which goes before all others, leaves the processor to them
// after it met a flood. Its port is full by then, and no other has lost anything.
const (
	batch = 512
	rest  = 500 * time.Microsecond
)

func (r *reader) add(s *socket) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.running {
		if err := r.open(); err != nil {
			return err
		}
		r.running = true
		go r.run(r.epoll)
	}
	if err := r.watch(s.fd); err != nil {
		return err
	}
	r.sockets[int32(s.fd)] = s
	return nil
}

func (r *reader) open() (err error) {
	if r.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return fmt.Errorf("open the reader: %w", err)
	}
	if r.bell, err = unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC); err != nil {
		return errors.Join(fmt.Errorf("open the reader: %w", err), unix.Close(r.epoll))
	}
	if err := r.watch(r.bell); err != nil {
		return errors.Join(err, unix.Close(r.bell), unix.Close(r.epoll))
	}
	return nil
}

func (r *reader) watch(fd int) error {
	if err := unix.EpollCtl(r.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}); err != nil {
		return fmt.Errorf("watch a port: %w", err)
	}
	return nil
}

// remove lets go of a port, which may never have been added.
func (r *reader) remove(s *socket) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sockets[int32(s.fd)] != s {
		return
	}
	delete(r.sockets, int32(s.fd))
	_ = unix.EpollCtl(r.epoll, unix.EPOLL_CTL_DEL, s.fd, nil) // it is in there
	if len(r.sockets) == 0 {
		_, _ = unix.Write(r.bell, []byte{1, 0, 0, 0, 0, 0, 0, 0}) // fails only when it rings already
	}
}

// run is the reader's goroutine. Each port in turn is read for one packet of its
// caller, so that nobody waits for another's burst.
func (r *reader) run(epoll int) {
	ownThread()
	events, buf := make([]unix.EpollEvent, batch), make([]byte, 1500)
	for {
		n, err := unix.EpollWait(epoll, events, -1)
		if err != nil && !errors.Is(err, unix.EINTR) {
			panic(fmt.Sprintf("epoll_wait: %v", err)) // its arguments are ours: it cannot fail
		}
		flood := false
		for i := range max(0, n) {
			if s := r.socket(events[i].Fd); s != nil {
				flood = s.receive(buf) || flood
			} else if r.stop(events[i].Fd) {
				return
			}
		}
		if flood {
			pause := unix.NsecToTimespec(int64(rest))
			_ = unix.Nanosleep(&pause, nil) // a shorter rest, where interrupted, does no harm
		}
	}
}

// socket finds who has an event; nobody has where a port was let go meanwhile.
func (r *reader) socket(fd int32) *socket {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sockets[fd]
}

// stop answers the bell: it ends the reader if nobody has come meanwhile.
func (r *reader) stop(fd int32) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if int(fd) != r.bell {
		return false
	}
	var rung [8]byte
	_, _ = unix.Read(r.bell, rung[:]) // not blocking, and its count does not matter
	if len(r.sockets) > 0 {
		return false
	}
	_, _ = unix.Close(r.bell), unix.Close(r.epoll) // nobody waits for either
	r.running = false
	return true
}
