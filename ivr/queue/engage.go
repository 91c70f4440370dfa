package queue

import (
	"example.org/hotline/area"
	"example.org/hotline/ivr/acd"
)

// Engage takes a free agent's seat for a call that they have asked for
// themselves, such as a call-back: they talk from now on and are not rung. Free
// ends it. It fails with acd.ErrNotSignedOn or acd.ErrNotFree.
func (h *Hub) Engage(agent area.StaffID, o acd.Offer) error {
	o.CallerNode, o.Agent = h.node, agent
	if o.ID == "" {
		o.ID = h.newOffer()
	}
	return fault(h.ask(func(tx *acd.Tx) error {
		taken, err := tx.Seize(agent, o)
		if err != nil {
			return err
		}
		return tx.Answer(agent, taken.ID)
	}, nil))
}
