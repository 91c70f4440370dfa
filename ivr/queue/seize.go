package queue

import (
	"context"
	"fmt"

	"example.org/hotline/area"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// Seize rings a free agent, wherever they sit, for a call of this node that
// comes from outside the queue: a consult or a transfer. It returns once the
// agent has answered, or with acd.ErrNotSignedOn, acd.ErrNotFree,
// acd.ErrUnanswered, or the cause of ctx; then the agent rings no more.
func (h *Hub) Seize(ctx context.Context, agent area.StaffID, o acd.Offer) error {
	o.CallerNode, o.Agent = h.node, agent
	if o.ID == "" {
		o.ID = h.newOffer()
	}
	answered := make(chan error, 1)
	h.mu.Lock()
	h.seizing[o.ID] = answered
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		delete(h.seizing, o.ID)
		h.mu.Unlock()
	}()
	err := h.ask(func(tx *acd.Tx) error { _, err := tx.Seize(agent, o); return err }, nil)
	if err != nil {
		return fault(err)
	}
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
		// The agent may have answered meanwhile: then they are in wrap-up, and told so.
		h.Free(agent, o.Call)
		return fmt.Errorf("ring agent %d: %w", agent, context.Cause(ctx))
	}
}

// Free takes an agent off a call: a conversation ends in wrap-up, a consult that
// still rings is over.
func (h *Hub) Free(agent area.StaffID, call ticket.CallID) {
	h.tell(func(tx *acd.Tx) { tx.Free(agent, call) })
}

// seizureChanged tells who seizes an agent how it went. Hub.mu is held.
func (h *Hub) seizureChanged(old, now *acd.Agent) {
	if now != nil && now.State == acd.StateTalking {
		if c := h.seizing[now.Offer]; c != nil {
			report(c, nil)
			return
		}
	}
	if old == nil || old.State != acd.StateRinging {
		return
	}
	if c := h.seizing[old.Offer]; c != nil && (now == nil || now.State != acd.StateRinging || now.Offer != old.Offer) {
		report(c, acd.ErrUnanswered)
	}
}

func report(c chan error, err error) {
	select {
	case c <- err:
	default: // reported already
	}
}
