package ivr

import (
	"sync"
	"time"

	"example.org/hotline/ticket"
)

// How long an ended call is remembered: its dialog for the repetitions of
// RFC 3261 (64*T1), its Call-ID for INVITEs that took another path.
const (
	dialogKept = 32 * time.Second
	callIDKept = 3 * time.Minute
)

// callKey is what makes two INVITEs one call.
type callKey struct{ trunk, callID string }

// entry is what the table knows of one Call-ID.
type entry struct {
	call    *call // nil where the INVITE was refused without one
	branch  string
	fromTag string
	cseq    uint32

	admittedAt time.Time

	refusal  *refusal  // answer to an INVITE refused without a call; nil while it is being put on disk
	endedAt  time.Time // zero while alive or being refused
	answered bool      // it got a 200: whatever comes now is no second try
}

// callTable is every call of this node by Call-ID, alive or lately ended.
type callTable struct {
	mu      sync.Mutex
	entries map[callKey]*entry
	live    int
	calls   uint64
	ended   map[ticket.EndReason]uint64
	empty   chan struct{} // closed whenever live falls to 0
}

func newCallTable() *callTable {
	return &callTable{entries: map[callKey]*entry{}, ended: map[ticket.EndReason]uint64{}, empty: make(chan struct{})}
}

// find returns the entry of a Call-ID, or nil.
func (t *callTable) find(k callKey) *entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.entries[k]
}

// liveCalls counts calls that have not ended.
func (t *callTable) liveCalls() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.live
}

// begin counts a call of our own as live: it keeps a stopping node waiting.
func (t *callTable) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.live++
}

// finish is the end of what begin counted.
func (t *callTable) finish() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.less()
}

// less takes one live call off. The lock is held.
func (t *callTable) less() {
	if t.live--; t.live == 0 {
		close(t.empty)
		t.empty = make(chan struct{})
	}
}

// end frees the call's place and keeps its entry for a while.
func (t *callTable) end(k callKey, reason ticket.EndReason, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended[reason]++
	if e := t.entries[k]; e != nil {
		e.endedAt, e.answered = now, e.call != nil && e.call.accepted.Load()
	}
	t.less()
}

// refusedWith closes the entry of an INVITE that got no call.
func (t *callTable) refusedWith(k callKey, r *refusal, reason ticket.EndReason, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended[reason]++
	if e := t.entries[k]; e != nil {
		e.refusal, e.endedAt = r, now
	}
}

// forget drops an entry at once, so that a repetition is new.
func (t *callTable) forget(k callKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.entries, k)
}

// sweep drops what has been kept long enough, and returns the calls that were
// let through and never began: whatever swallowed their INVITE, they are calls.
func (t *callTable) sweep(now time.Time) (lost []*call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k, e := range t.entries {
		age := now.Sub(e.endedAt)
		switch {
		case e.endedAt.IsZero():
			if e.call != nil && now.Sub(e.admittedAt) > dialogKept && e.call.claimed.CompareAndSwap(false, true) {
				lost = append(lost, e.call)
			}
		case age > callIDKept:
			delete(t.entries, k)
		case age > dialogKept:
			e.call = nil // a request of that dialog now gets 481
		}
	}
	return lost
}

// idle returns a channel that is closed when no call is alive, at once if none is.
func (t *callTable) idle() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.live == 0 {
		c := make(chan struct{})
		close(c)
		return c
	}
	return t.empty
}

// callOf reads the call of an entry, nil once it has been forgotten.
func (t *callTable) callOf(known *entry) *call {
	t.mu.Lock()
	defer t.mu.Unlock()
	return known.call
}
