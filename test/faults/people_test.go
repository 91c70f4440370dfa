package faults

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/hotline/ivr/caller"
	"example.org/hotline/test/agent"
	"example.org/hotline/test/city"
)

// Everybody who speaks in these tests has a tone of their own, by which the
// others find them.
const (
	citizenHz = 1100.0
	secondHz  = 1500.0 // another citizen
	oneHz     = 1900.0 // agent1
	twoHz     = 2300.0 // agent2
	bossHz    = 2700.0 // supervisor
)

// realFlow is the line's own flow with a wait that no test reaches the end of.
func realFlow(t *testing.T) city.Option {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "..", "configs", "flow", "12349.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	text = []byte(strings.Replace(string(text), "max_wait: 3m", "max_wait: 60m", 1))
	if err := os.WriteFile(filepath.Join(dir, "12349.yaml"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	return city.FlowDir(dir)
}

// sitDown signs an agent on at a node, in a browser of their own.
func (h *house) sitDown(at *city.City, login string, hz float64, change ...func(*agent.Options)) *agent.Agent {
	h.T.Helper()
	o := agent.Options{URL: at.API, Cookie: at.As(login).Cookie(), Login: login, Hz: hz}
	for _, c := range change {
		c(&o)
	}
	return agent.SitDown(h.T, o)
}

// watcher is a supervisor with the live board, who takes no calls.
func (h *house) watcher(at *city.City, change ...func(*agent.Options)) *agent.Agent {
	h.T.Helper()
	change = append(change, func(o *agent.Options) { o.Watch = true })
	return h.sitDown(at, "supervisor", bossHz, change...)
}

// citizen lets a citizen with a number of their own call a node.
func (h *house) citizen(at *city.City, voice []byte, keys ...caller.Press) *agent.Citizen {
	h.T.Helper()
	c := agent.Call("sip:"+city.Township+"@"+at.SIP, fmt.Sprintf("+86199%08d", 20000+h.callers.Add(1)), voice, keys...)
	h.mu.Lock()
	h.citizens = append(h.citizens, c)
	h.mu.Unlock()
	h.T.Cleanup(func() { _, _ = c.HangUp() })
	return c
}

// hangUp ends one citizen's call, in which nothing may have gone wrong.
func (h *house) hangUp(c *agent.Citizen) {
	h.T.Helper()
	r, err := c.HangUp()
	if err != nil || !r.Answered() {
		h.T.Errorf("a call by %s: %+v, %v", c.From, r, err)
	}
}

// part ends all calls of citizens, so that the promises know of them.
func (h *house) part() {
	h.T.Helper()
	h.mu.Lock()
	all := h.citizens
	h.citizens = nil
	h.mu.Unlock()
	var work sync.WaitGroup
	for _, c := range all {
		work.Go(func() {
			r, err := c.HangUp()
			if err != nil {
				h.T.Errorf("a call by %s: %v", c.From, err)
			}
			h.mu.Lock()
			h.heard = append(h.heard, r)
			h.mu.Unlock()
		})
	}
	work.Wait()
}

// hears waits until somebody hears one tone and nothing else.
func (h *house) hears(who string, e *agent.Ears, hz float64) {
	h.T.Helper()
	e.Forget()
	h.Until(fmt.Sprintf("%s hears %g Hz", who, hz), func() bool { return e.Hears(hz) })
}

// hearsMusic waits until a citizen hears something that no party of these tests says.
func (h *house) hearsMusic(e *agent.Ears) {
	h.T.Helper()
	e.Forget()
	h.Until("the citizen hears music", func() bool { return e.HearsMusic(oneHz, twoHz, bossHz) })
}

// inQueue lets so many citizens call and returns when all of them wait for an agent.
func (h *house) inQueue(at *city.City, n int) (all []*agent.Citizen) {
	h.T.Helper()
	for range n {
		all = append(all, h.citizen(at, nil))
	}
	h.callIDs(all)
	return all
}

// callIDs are the calls of citizens by the line's own names, once all of them wait.
func (h *house) callIDs(all []*agent.Citizen) (ids []string) {
	h.T.Helper()
	h.Until("they wait in the queue", func() bool {
		ids = nil
		for _, c := range all {
			var id string
			if h.TryQuery(`SELECT c.id::text FROM calls c WHERE c.sip_call_id = $1 AND EXISTS
				(SELECT 1 FROM call_events e WHERE e.call_id = c.id AND e.kind = 'queued')`, []any{c.CallID()}, &id) != nil {
				return false
			}
			ids = append(ids, id)
		}
		return true
	})
	return ids
}

// balancer stands before the nodes: a connection goes to the first of its
// addresses that takes it.
type balancer struct {
	t    *testing.T
	ln   net.Listener
	mu   sync.Mutex
	to   []string
	work sync.WaitGroup
}

func newBalancer(t *testing.T) *balancer {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &balancer{t: t, ln: ln}
	b.work.Go(b.accept)
	t.Cleanup(func() { _ = ln.Close() }) // its connections end with the nodes and the agents
	return b
}

func (b *balancer) url() string { return "http://" + b.ln.Addr().String() }

// prefer sets the nodes, the first to be tried first.
func (b *balancer) prefer(nodes ...*city.City) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.to = nil
	for _, n := range nodes {
		b.to = append(b.to, strings.TrimPrefix(n.API, "http://"))
	}
}

func (b *balancer) accept() {
	for {
		in, err := b.ln.Accept()
		if err != nil {
			return // closed
		}
		b.work.Go(func() { b.join(in) })
	}
}

// join passes octets both ways until either side ends.
func (b *balancer) join(in net.Conn) {
	defer in.Close()
	b.mu.Lock()
	to := slices.Clone(b.to)
	b.mu.Unlock()
	for _, address := range to {
		out, err := net.DialTimeout("tcp", address, 5*time.Second)
		if err != nil {
			continue
		}
		defer out.Close()
		ended := make(chan struct{}, 2)
		for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
			go func() {
				_, _ = io.Copy(way[1], way[0]) // either end is the end of both
				ended <- struct{}{}
			}()
		}
		<-ended
		return
	}
}
