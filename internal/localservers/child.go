package localservers

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// child is one server process of ours.
type child struct {
	name  string // for messages
	pid   int
	ended chan struct{} // closed when the process is gone and reaped
	err   error         // why it ended; read after ended
	asked atomic.Bool   // we asked it to end
}

// command is how to run a server.
type command struct {
	name     string
	path     string
	args     []string
	dir      string              // working directory; also how we know our own again
	account  *syscall.Credential // nil: this process's own user
	orphaned syscall.Signal      // sent by the kernel when this process dies
	logPath  string              // gets standard output and error
	onExit   func(error)         // called when it ends without having been asked
}

func (c command) start() (*child, error) {
	logFile, err := os.OpenFile(c.logPath, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.name, err)
	}
	cmd := exec.Command(c.path, c.args...) //nolint:gosec,noctx // an installed program; it outlives the context of its start
	cmd.Dir, cmd.Env = c.dir, serverEnv()
	cmd.Stdout, cmd.Stderr = logFile, logFile
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setpgid:    true, // the terminal's Ctrl-C is for us; we stop our servers in order
		Pdeathsig:  c.orphaned,
		Credential: c.account,
	}
	ch := &child{name: c.name, ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel sends Pdeathsig when the *thread* that forked ends, so that
		// thread is kept for as long as the child lives (prctl(2), golang/go#27505).
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		_ = logFile.Close()
		if err == nil {
			ch.pid = cmd.Process.Pid
		}
		started <- err
		if err != nil {
			return
		}
		ch.err = cmd.Wait()
		close(ch.ended)
		if !ch.asked.Load() && c.onExit != nil {
			c.onExit(ch.err)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", c.name, err)
	}
	return ch, nil
}

// serverEnv leaves out whatever PG… or LC_… the caller's shell carries.
func serverEnv() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "TZ=UTC"}
}

func (c *child) running() bool {
	if c == nil {
		return false
	}
	select {
	case <-c.ended:
		return false
	default:
		return true
	}
}

// stop asks with the given signal and waits; when ctx ends first it kills.
func (c *child) stop(ctx context.Context, ask syscall.Signal) error {
	if !c.running() {
		return nil
	}
	c.asked.Store(true)
	_ = syscall.Kill(c.pid, ask)
	select {
	case <-c.ended:
		return nil
	case <-ctx.Done():
		c.kill()
		return fmt.Errorf("stop %s: %w; killed it", c.name, context.Cause(ctx))
	}
}

// kill ends the process and its children as kill -9 would and waits until they
// are gone. PostgreSQL's backends sit in process groups of their own, so they
// are named one by one.
func (c *child) kill() {
	if !c.running() {
		return
	}
	c.asked.Store(true)
	_ = syscall.Kill(c.pid, syscall.SIGSTOP) // no new child between the look and the kill
	family := append(childrenOf(c.pid), c.pid)
	for _, pid := range family {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	<-c.ended
	for _, pid := range family {
		waitGone(pid, 10*time.Second)
	}
}

func childrenOf(pid int) []int {
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	var pids []int
	for _, field := range strings.Fields(string(raw)) {
		if n, err := strconv.Atoi(field); err == nil {
			pids = append(pids, n)
		}
	}
	return pids
}

// waitGone reports whether pid ended within the limit.
func waitGone(pid int, limit time.Duration) bool {
	for deadline := time.Now().Add(limit); alive(pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

// alive is false for a zombie, which holds nothing any more.
func alive(pid int) bool {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, ok := strings.Cut(string(raw), ") ")
	return ok && !strings.HasPrefix(rest, "Z")
}

// stopStale ends the server that an earlier, killed process of ours left behind
// in dir. A process is ours only if it runs the program and works in that very
// folder: process numbers are used again, and nobody else's may be touched.
func stopStale(h home, program, dir, pidFile string, ask syscall.Signal) error {
	raw, err := os.ReadFile(pidFile) //nolint:gosec // a file of our own folder
	if err != nil {
		return nil //nolint:nilerr // no pid file, nothing left behind
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil || pid <= 1 || !isOurs(pid, program, dir) {
		return nil //nolint:nilerr // PostgreSQL and Redis overwrite such a file themselves
	}
	h.log("Stopping the %s (process %d) that an earlier run left behind.", program, pid)
	_ = syscall.Kill(pid, ask)
	if waitGone(pid, 20*time.Second) {
		return nil
	}
	for _, p := range append(childrenOf(pid), pid) {
		_ = syscall.Kill(p, syscall.SIGKILL)
	}
	if !waitGone(pid, 10*time.Second) {
		return fmt.Errorf("stop the %s that an earlier run left behind: process %d does not end", program, pid)
	}
	return nil
}

func isOurs(pid int, program, dir string) bool {
	if !alive(pid) {
		return false
	}
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	if err != nil {
		return false
	}
	cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		return false
	}
	exe = strings.TrimSuffix(exe, " (deleted)") // the package was upgraded meanwhile
	// Debian's redis-server is a link to redis-check-rdb's binary.
	return cwd == dir && (filepath.Base(exe) == program || strings.HasPrefix(filepath.Base(exe), "redis-") && program == "redis-server")
}

// logTail is the end of a server's log, for an error message.
func logTail(path string) string {
	raw, err := os.ReadFile(path) //nolint:gosec // a file of our own folder
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}
