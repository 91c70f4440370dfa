package queue_test

import (
	"testing"

	"example.org/hotline/ivr/acd"
)

func TestACallerIsOfferedAnsweredAndWrittenUp(t *testing.T) {
	l := newLine(t, nil)
	n := l.start("n1", "")
	s := n.signOn(t, 1)
	p := n.Enter(caller(1))
	offered := nextSeat(t, s, acd.SeatOffered)
	if ringing := next(t, p, acd.PlaceRinging); ringing.Offer.ID != offered.Offer.ID || ringing.Offer.Agent != 1 || ringing.Offer.AgentNode != "n1" {
		t.Errorf("the caller heard of another offer: %+v, %+v", ringing.Offer, offered.Offer)
	}
	if err := s.Answer(offered.Offer.ID); err != nil {
		t.Fatal(err)
	}
	next(t, p, acd.PlaceConnected)
	p.Leave(acd.LeftAnswered)
	nextSeatThat(t, s, "wrap-up", func(c acd.SeatChange) bool { return c.Agent.State == acd.StateWrapUp })
	s.WrapUpDone()
	nextSeatThat(t, s, "idle", func(c acd.SeatChange) bool { return c.Agent.State == acd.StateIdle })
	if _, open := <-p.Changes(); open {
		t.Error("a place that was left goes on telling")
	}
}
