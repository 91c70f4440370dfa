package ivr_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"example.org/hotline/ivr"
	"example.org/hotline/test/sipp"
	"example.org/hotline/ticket"
)

const workerPhone = "+8619900000001" // nobody's

// outbound gives a line an outbound trunk whose proxy listens at an address.
func outbound(proxy netip.AddrPort, changes ...func(*ivr.OutboundConfig)) setting {
	return configured(func(c *ivr.Config) {
		c.Outbound = ivr.OutboundConfig{Trunk: "trunk", Proxy: proxy, From: "12349", Emergency: map[string]string{"120": "120"}}
		for _, change := range changes {
			change(&c.Outbound)
		}
	})
}

// telephone is whom we call, by a scenario of testdata, in which STATUS stands for
// the answer.
func telephone(t *testing.T, scenario, status string) (at netip.AddrPort, wait func()) {
	t.Helper()
	return sipp.Telephone(t, strings.NewReplacer("STATUS", status, "KEY", "1").Replace(testdata(scenario+".xml")))
}

func TestOurCallIsAnsweredAndHungUp(t *testing.T) {
	at, wait := telephone(t, "uas_answer", "")
	l := start(t, outbound(at))
	leg, err := l.Dial(t.Context(), ivr.OutboundCall{To: workerPhone, Purpose: "notice"})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-leg.Ended():
		t.Error("it has ended by itself")
	default:
	}
	leg.HangUp()
	leg.HangUp()
	wait()
	if s := l.Stats(); s.Calls != 0 {
		t.Errorf("our own call counts among the citizens': %+v", s)
	}
}

func TestOurCallAnswersTheTrunksChallenge(t *testing.T) {
	at, wait := telephone(t, "uas_digest", "")
	l := start(t, outbound(at, func(c *ivr.OutboundConfig) { c.User, c.Password = "line", func() string { return "secret" } }))
	leg, err := l.Dial(t.Context(), ivr.OutboundCall{To: workerPhone})
	if err != nil {
		t.Fatal(err)
	}
	leg.HangUp()
	wait()
}

// What a telephone answers, and what it means. A redirection is one more way of
// not being reached (SECURITY T2).
func TestOurCallIsRefused(t *testing.T) {
	for status, want := range map[string]error{
		"302 Moved Temporarily":   ivr.ErrTrunkFailed,
		"401 Unauthorized":        ivr.ErrTrunkFailed, // no password is configured
		"404 Not Found":           ivr.ErrNotInService,
		"480 Unavailable":         ivr.ErrNoAnswer,
		"486 Busy Here":           ivr.ErrBusyHere,
		"503 Service Unavailable": ivr.ErrTrunkFailed,
		"603 Decline":             ivr.ErrBusyHere,
	} {
		t.Run(status, func(t *testing.T) {
			at, wait := telephone(t, "uas_refuse", status)
			l := start(t, outbound(at))
			if _, err := l.Dial(t.Context(), ivr.OutboundCall{To: workerPhone}); !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
			wait()
			await(t, "the port to be given back", func() bool { return l.Stats().FreePorts == start0Ports })
		})
	}
}

// start0Ports is the RTP ports of testConfig: all of them are free.
const start0Ports = (24999 - 21000 + 1) / 2

func TestNobodyAnswersOurCall(t *testing.T) {
	at, wait := telephone(t, "uas_ring", "")
	l := start(t, outbound(at))
	_, err := l.Dial(t.Context(), ivr.OutboundCall{To: workerPhone, Ring: 500 * time.Millisecond})
	if !errors.Is(err, ivr.ErrNoAnswer) {
		t.Errorf("got %v, want ErrNoAnswer", err)
	}
	wait()
}

func TestOurCallIsGivenUpWhileItRings(t *testing.T) {
	for _, scenario := range []string{"uas_ring", "uas_cross"} {
		at, wait := telephone(t, scenario, "")
		l := start(t, outbound(at))
		ctx, cancel := context.WithCancel(t.Context())
		timer := time.AfterFunc(300*time.Millisecond, cancel)
		if _, err := l.Dial(ctx, ivr.OutboundCall{To: workerPhone}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", scenario, err)
		}
		timer.Stop()
		wait() // cross: acknowledged and hung up
		await(t, "the port to be given back", func() bool { return l.Stats().FreePorts == start0Ports })
	}
}

// Without a trunk nothing fails but the call.
func TestLineWithoutOutboundTrunk(t *testing.T) {
	l := start(t)
	if _, err := l.Dial(t.Context(), ivr.OutboundCall{To: workerPhone}); !errors.Is(err, ivr.ErrNoTrunk) {
		t.Errorf("got %v", err)
	}
}

// A citizen at night, a duty phone over the trunk: it is rung, somebody presses 1,
// and when the citizen leaves it is hung up.
func TestDutyPhoneIsRungOverTheTrunk(t *testing.T) {
	at, wait := telephone(t, "uas_key", "")
	c := open(t, outbound(at), func(_ *ivr.Config, d *ivr.Deps) { d.Outbound = nil })
	c.out.duty["county"] = []ivr.Contact{{Staff: 6, Name: "county duty", Phone: workerPhone}}
	p := c.call()
	c.log.until(t, "the duty phone to be answered", func() bool {
		for _, l := range c.log.calls {
			for _, e := range l.events {
				if e.Kind == ticket.CallRangDuty && e.Reason == ticket.DutyAnswered {
					return true
				}
			}
		}
		return false
	})
	p.hangUp()
	wait() // the BYE has come
	c.log.endedAs(t, 1, ticket.EndCallerHung)
}
