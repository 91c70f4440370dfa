package acd

import (
	"fmt"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

var noon = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)

// hall is a room with a clock, in which a test acts.
type hall struct {
	t      *testing.T
	room   *Room
	rules  Config
	now    time.Time
	offers int
	events []Event
}

func newHall(t *testing.T, change func(*Queue)) *hall {
	q := Queue{Key: "aid", Zh: "救助", En: "aid", Ring: 20 * time.Second, WrapUp: 30 * time.Second, RejectDelay: 5 * time.Second,
		BusyDelay: 15 * time.Second, NoAnswerDelay: 10 * time.Second, AutoPause: 3, PreferFor: 5 * time.Second,
		Relax: []RelaxStep{{After: 20 * time.Second, Most: 5}, {After: 45 * time.Second, Most: 0}}}
	if change != nil {
		change(&q)
	}
	return &hall{t: t, room: NewRoom(), rules: Config{Queues: []Queue{q}}, now: noon}
}

func (h *hall) newID() OfferID {
	h.offers++
	return OfferID(fmt.Sprintf("offer-%d", h.offers))
}

// do acts, ticks and matches, as a node's pass does.
func (h *hall) do(acts ...func(tx *Tx)) {
	h.t.Helper()
	tx := h.room.Begin(h.rules, h.now, h.newID)
	for _, act := range acts {
		act(tx)
	}
	tx.Tick(func(string) bool { return true })
	tx.Match()
	h.room.Apply(tx.Changes())
	h.events = append(h.events, tx.Events()...)
	h.check()
}

// later lets time pass.
func (h *hall) later(d time.Duration) {
	h.t.Helper()
	h.now = h.now.Add(d)
	h.do()
}

// check holds what must hold at every moment.
func (h *hall) check() {
	h.t.Helper()
	for _, fault := range faultsOf(h.room, h.rules) {
		h.t.Error(fault)
	}
	if stuck := h.room.Stuck(h.rules, h.now); len(stuck) > 0 {
		h.t.Errorf("%s waits beside a free agent who fits", stuck[0].Call)
	}
}

// faultsOf lists what must never be: an agent in two calls is impossible by the
// shape of the record, so the links between the two sides are looked at.
func faultsOf(r *Room, rules Config) (faults []string) {
	add := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	talking := map[ticket.CallID][]area.StaffID{}
	for id, a := range r.Agents {
		switch a.State {
		case StateIdle:
			if a.Call != "" || a.Offer != "" {
				add("agent %d is idle and tied to call %s", id, a.Call)
			}
		case StateRinging:
			c, ok := r.Callers[a.Call]
			if !a.Seized && (!ok || !c.Waiting() || c.Offer != a.Offer) {
				add("agent %d rings for %s, which is not offered to them", id, a.Call)
			}
			if a.Status != StatusAvailable {
				add("agent %d rings while %s", id, a.Status)
			}
		case StateTalking:
			if !a.Seized {
				talking[a.Call] = append(talking[a.Call], id)
			}
		case StateWrapUp, StateDelayed, StateAway:
		default:
			add("agent %d is in no known state: %q", id, a.State)
		}
	}
	for call, ids := range talking {
		if len(ids) > 1 {
			add("caller %s talks with agents %v", call, ids)
		}
	}
	for id, c := range r.Callers {
		rings := 0
		for _, a := range r.Agents {
			if a.State == StateRinging && a.Call == id && !a.Seized {
				rings++
			}
		}
		switch {
		case c.Waiting() && c.Offer != "" && rings == 0:
			add("caller %s is offered and rings nowhere", id)
		case c.Offer == "" && rings > 0:
			add("agents ring for %s, who is not offered", id)
		case rings > 1 && rules.Queue(c.Queue).Strategy != RingAll:
			add("caller %s rings at %d agents", id, rings)
		}
	}
	return faults
}

func call(i int) ticket.CallID { return ticket.CallID(fmt.Sprintf("call-%d", i)) }

func enter(i int, change ...func(*Caller)) func(*Tx) {
	c := Caller{Call: call(i), Ticket: ticket.Number(fmt.Sprintf("T%d", i)), Node: "n1", Queue: "aid", Priority: ticket.P2}
	for _, f := range change {
		f(&c)
	}
	return func(tx *Tx) { tx.Enter(c) }
}

func signOn(id area.StaffID, change ...func(*Agent)) func(*Tx) {
	a := Agent{ID: id, Login: fmt.Sprintf("agent%d", id), Node: "n1", Priority: int(id)}
	for _, f := range change {
		f(&a)
	}
	return func(tx *Tx) { tx.SignOn(a) }
}

func leave(i int, why LeaveReason) func(*Tx) { return func(tx *Tx) { tx.Leave(call(i), why) } }

// answer answers whatever rings at an agent.
func (h *hall) answer(id area.StaffID) {
	h.t.Helper()
	offer := h.room.Agents[id].Offer
	h.do(func(tx *Tx) {
		if err := tx.Answer(id, offer); err != nil {
			h.t.Errorf("agent %d answers: %v", id, err)
		}
	})
}

func (h *hall) reject(id area.StaffID) {
	h.t.Helper()
	offer := h.room.Agents[id].Offer
	h.do(func(tx *Tx) { tx.Reject(id, offer, false) })
}

func (h *hall) is(id area.StaffID, want State) {
	h.t.Helper()
	if got := h.room.Agents[id].State; got != want {
		h.t.Errorf("agent %d is %q, want %q", id, got, want)
	}
}

// ringing is who is rung for a caller; zero nobody, the lowest id of several.
func (h *hall) ringing(i int) area.StaffID {
	var found area.StaffID
	for id, a := range h.room.Agents {
		if a.State == StateRinging && a.Call == call(i) && (found == 0 || id < found) {
			found = id
		}
	}
	return found
}

func (h *hall) rings(i int, want area.StaffID) {
	h.t.Helper()
	if got := h.ringing(i); got != want {
		h.t.Errorf("call %d rings at agent %d, want %d", i, got, want)
	}
}

func (h *hall) recorded(kind EventKind, match func(Event) bool) []Event {
	var found []Event
	for _, ev := range h.events {
		if ev.Kind == kind && match(ev) {
			found = append(found, ev)
		}
	}
	return found
}
