package queue

import "example.org/hotline/ivr/acd"

// Sleep makes the hub do nothing, as a machine that hangs, until wake.
func (h *Hub) Sleep() (wake func()) {
	asleep, awake := make(chan struct{}), make(chan struct{})
	h.inbox.put(wish{do: func(*acd.Tx) error { close(asleep); <-awake; return nil }})
	<-asleep
	return func() { close(awake) }
}
