package store

import (
	"context"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/store/journal"
	"example.org/hotline/ticket"
)

// relay stands between a test and PostgreSQL, so that the database can be taken away.
type relay struct {
	target string
	addr   string

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]bool
}

func newRelay(t *testing.T, target string) *relay {
	t.Helper()
	r := &relay{target: target, conns: map[net.Conn]bool{}}
	r.listen(t, "127.0.0.1:0")
	t.Cleanup(r.cut)
	return r
}

func (r *relay) listen(t *testing.T, addr string) {
	t.Helper()
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	r.mu.Lock()
	r.listener, r.addr = listener, listener.Addr().String()
	r.mu.Unlock()
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", r.target)
			if err != nil {
				_ = client.Close()
				continue
			}
			r.mu.Lock()
			r.conns[client], r.conns[server] = true, true
			r.mu.Unlock()
			go func() { _, _ = io.Copy(server, client); _ = server.Close() }()
			go func() { _, _ = io.Copy(client, server); _ = client.Close() }()
		}
	}()
}

// cut breaks every connection and refuses new ones.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.listener.Close()
	for c := range r.conns {
		_ = c.Close()
	}
	r.conns = map[net.Conn]bool{}
}

// Promise 2: with the database away the journal takes the calls, and brings
// them into the database in true time order when it is back.
func TestCallsWithoutDatabase(t *testing.T) {
	h := newHouse(t)
	appURL, err := url.Parse(h.urls.AppURL)
	if err != nil {
		t.Fatal(err)
	}
	r := newRelay(t, appURL.Host)
	appURL.Host = r.addr
	db, err := Open(Options{URL: appURL.String(), Sealer: h.db.sealer, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	intake := NewIntake(db, testRules())
	dir := t.TempDir()
	j, err := journal.Open(dir, h.db.sealer, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	numbers, err := journal.OpenNumbers(dir, 0, db.ReserveNumbers("node-a"), quiet)
	if err != nil {
		t.Fatal(err)
	}
	if err := numbers.Refill(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := NewCallLog(db, intake, j, numbers, quiet)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = intake.Run(ctx) })
	wg.Go(func() { _ = log.Run(ctx) })
	defer func() { cancel(); wg.Wait() }()

	at := time.Now().UTC().Truncate(time.Microsecond)
	before := newCall("12349001", "13812345678", at, 0)
	if receipt, err := log.Open(t.Context(), before); err != nil || receipt.Journaled {
		t.Fatalf("with the database there: %+v, %v", receipt, err)
	}
	r.cut()
	away := newCall("12349", "", at.Add(time.Second), 0)
	receipt, err := log.Open(t.Context(), away)
	if err != nil || !receipt.Journaled || receipt.Number == "" {
		t.Fatalf("with the database away: %+v, %v", receipt, err)
	}
	queued := ticket.CallEvent{Kind: ticket.CallQueued, At: at.Add(3500 * time.Millisecond), Queue: "main"}
	for _, err := range []error{log.Ended(t.Context(), before.ID, at.Add(2*time.Second), ticket.EndCallerHung),
		log.Answered(t.Context(), away.ID, at.Add(2*time.Second)),
		log.Happened(t.Context(), away.ID, ticket.CallEvent{Kind: ticket.CallFlowEntered, At: at.Add(2 * time.Second), Flow: "flow-1"}), log.Keyed(t.Context(), away.ID, ticket.UrgentKey, at.Add(3*time.Second)),
		log.Happened(t.Context(), away.ID, queued), log.Happened(t.Context(), away.ID, queued), log.Measured(t.Context(), away.ID, ticket.CallQuality{Leg: "citizen", Sent: 50}),
		log.Ended(t.Context(), away.ID, at.Add(4*time.Second), ticket.EndCompleted)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	r.listen(t, r.addr)
	waitFor(t, func() bool { return log.Pending() == 0 })

	err = h.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
		c, err := tx.Call(t.Context(), before.ID)
		if err != nil || c.EndReason != ticket.EndCallerHung || c.FromE164 != before.FromE164 {
			t.Errorf("call before the outage: %+v, %v", c, err)
		}
		c, err = tx.Call(t.Context(), away.ID)
		if err != nil || c.EndReason != ticket.EndCompleted || c.Number != receipt.Number || !c.InvitedAt.Equal(away.InvitedAt) {
			t.Errorf("call of the outage: %+v, %v", c, err)
		}
		tk, err := tx.ticketOfCall(t.Context(), away.ID)
		if err != nil || tk.Priority != ticket.P1 || tk.Owner == 0 || !tk.InvitedAt.Equal(away.InvitedAt) {
			t.Errorf("ticket of the outage: %+v, %v", tk, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Happened(t.Context(), away.ID, queued); err != nil { // told once more, now to the database
		t.Fatal(err)
	}
	if events, legs := h.count(t, `SELECT count(*) FROM call_events`), h.count(t, `SELECT count(*) FROM call_quality WHERE sent = 50`); events != 2 || legs != 1 {
		t.Errorf("%d events and %d measured legs, want 2 and 1", events, legs)
	}
	if receipt, err := log.Open(t.Context(), newCall("12349001", "", time.Now(), 0)); err != nil || receipt.Journaled {
		t.Errorf("after the outage: %+v, %v", receipt, err)
	}
}

// waitFor polls a condition that something else is about to make true.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline:
			t.Fatal("it did not happen within 20 s")
		case <-tick.C:
		}
	}
}
