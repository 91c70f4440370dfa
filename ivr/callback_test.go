package ivr_test

import (
	"errors"
	"testing"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// owed is a call that ended long ago and for which somebody is owed one.
func (c *centre) owed(t *testing.T, d *desk) ivr.CallBackOrder {
	t.Helper()
	earlier := ticket.Call{ID: "earlier", SIPCallID: "earlier@test"}
	if _, err := c.log.Open(t.Context(), earlier); err != nil {
		t.Fatal(err)
	}
	return ivr.CallBackOrder{Agent: d.id, Call: earlier.ID, Ticket: testNumber, To: "+8613800000001", Queue: "aid"}
}

// ring begins a call-back and hands out how its ringing ends.
func (c *centre) ring(t *testing.T, o ivr.CallBackOrder) <-chan error {
	t.Helper()
	rung := make(chan error, 1)
	if err := c.CallBack(t.Context(), o, func(err error) { rung <- err }); err != nil {
		t.Fatal(err)
	}
	return rung
}

// refused is why a call-back does not begin.
func (c *centre) refused(t *testing.T, o ivr.CallBackOrder) error {
	t.Helper()
	return c.CallBack(t.Context(), o, func(error) { t.Error("what did not begin has ended") })
}

func TestAnAgentRingsACitizenBack(t *testing.T) {
	c := open(t)
	an := c.an()
	citizen := c.out.phone("+8613800000001")
	leg := newPhoneLeg(t, phoneHz)
	order := c.owed(t, an)
	result := c.ring(t, order)
	an.told(ivr.CallConsulting)
	an.in(acd.StateTalking) // nobody else is offered to them
	await(t, "the tone of ringing", func() bool { return an.heard(citizenHz) == 0 && len(c.out.rang()) == 1 })
	citizen <- leg
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	only(t, "the agent", &an.ears, phoneHz)
	only(t, "the citizen", &leg.ears, anHz)
	an.do(ivr.VerbHold)
	only(t, "the citizen", &leg.ears, musicHz)
	an.do(ivr.VerbResume)
	only(t, "the citizen", &leg.ears, anHz)
	an.do(ivr.VerbHangUp)
	<-leg.hungUp
	an.told(ivr.CallEnded)
	an.in(acd.StateWrapUp)
	await(t, "the call to be over", func() bool { return c.Stats().Live == 0 })
	if o := c.out.rang(); o[0].Purpose != "callback" || o[0].By != an.id || o[0].Ticket != testNumber {
		t.Errorf("dialled %+v", o)
	}
	for _, who := range []string{"citizen", "agent:an"} {
		if tape := c.tapes.of(who); len(tape) != 1 || tape[0].ended.Load() != 1 || tape[0].meta.Call != order.Call {
			t.Errorf("%s is not recorded with the call that was owed", who)
		}
	}
}

func TestACallBackThatFailsSaysWhy(t *testing.T) {
	c := open(t)
	an := c.an()
	citizen := c.out.phone("+8613800000001")
	order := c.owed(t, an)
	citizen <- nil
	if err := <-c.ring(t, order); !errors.Is(err, errBusy) {
		t.Errorf("nobody answers: %v", err)
	}
	an.told(ivr.CallEnded)
	an.in(acd.StateWrapUp)
	if err := c.refused(t, order); !errors.Is(err, acd.ErrNotFree) {
		t.Errorf("an agent who is not free: %v", err)
	}
	an.seat.WrapUpDone()
	an.in(acd.StateIdle)

	result := c.ring(t, order)
	an.told(ivr.CallConsulting)
	an.do(ivr.VerbHangUp)
	if err := <-result; !errors.Is(err, ivr.ErrGivenUp) {
		t.Errorf("given up: %v", err)
	}
	an.in(acd.StateWrapUp)
	order.Agent = 99
	if err := c.refused(t, order); !errors.Is(err, ivr.ErrNoDesk) {
		t.Errorf("nobody's desk: %v", err)
	}
	await(t, "the calls to be over", func() bool { return c.Stats().Live == 0 })
}

// The agent's leg is lost in a call-back: their seat is free again, though no
// caller of the queue was theirs.
func TestAnAgentLostInACallBackIsFree(t *testing.T) {
	c := open(t)
	an := c.an()
	citizen := c.out.phone("+8613800000001")
	leg := newPhoneLeg(t, phoneHz)
	citizen <- leg
	if err := <-c.ring(t, c.owed(t, an)); err != nil {
		t.Fatal(err)
	}
	only(t, "the agent", &an.ears, phoneHz)
	close(an.gone)
	<-leg.hungUp
	an.in(acd.StateWrapUp)
}

// A draining node begins no new conversations, also none of its own making.
func TestADrainingNodeRingsNobodyBack(t *testing.T) {
	c := open(t)
	an := c.an()
	order := c.owed(t, an)
	if err := c.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.refused(t, order); !errors.Is(err, ivr.ErrDraining) {
		t.Errorf("rung back while draining: %v", err)
	}
	if n := len(c.out.rang()); n != 0 {
		t.Errorf("%d calls were made", n)
	}
	an.in(acd.StateIdle)
}
