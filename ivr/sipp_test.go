package ivr_test

import (
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"example.org/hotline/ivr"
	"example.org/hotline/test/sipp"
	"example.org/hotline/ticket"
)

// place calls the line by a scenario of testdata.
func place(t *testing.T, to netip.AddrPort, scenario string, args ...string) {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", scenario+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	run(t, to, append([]string{"-sf", path, "-s", "12349"}, args...)...)
}

func run(t *testing.T, to netip.AddrPort, args ...string) {
	t.Helper()
	if out, err := sipp.Place(t, to.String(), once(args)...); err != nil {
		t.Fatalf("sipp %v: %v\n%s", args, err, out)
	}
}

// sippFails runs a scenario that the line must not let come to its end.
func sippFails(t *testing.T, to netip.AddrPort, args ...string) {
	t.Helper()
	if _, err := sipp.Place(t, to.String(), once(args)...); err == nil {
		t.Fatalf("sipp %v came to its end", args)
	}
}

// once makes it one call, unless args say how many.
func once(args []string) []string { return append([]string{"-m", "1"}, args...) }

// both is several settings as one; nil changes nothing.
func both(all ...setting) setting {
	return func(c *ivr.Config, d *ivr.Deps) {
		for _, change := range all {
			if change != nil {
				change(c, d)
			}
		}
	}
}

func TestSippScenarios(t *testing.T) {
	slowRing := configured(func(c *ivr.Config) { c.RingDelay = patience })
	for _, c := range []struct {
		scenario string
		change   setting
		reason   ticket.EndReason
		keys     string
	}{
		{"normal", nil, ticket.EndCompleted, ""},
		{"cancel", slowRing, ticket.EndAbandoned, ""},
		{"earlybye", slowRing, ticket.EndAbandoned, ""},
		{"bye", longWindow, ticket.EndCallerHung, ""},
		{"badsdp", nil, ticket.EndBadSDP, ""},
		{"hold", longWindow, ticket.EndCallerHung, ""},
		{"midcall", longWindow, ticket.EndCallerHung, ""},
		{"late_offer", nil, ticket.EndCompleted, ""},
		{"info", longWindow, ticket.EndCompleted, "1"},
		{"noack", configured(func(c *ivr.Config) { c.T1, c.T2 = 10*time.Millisecond, 80*time.Millisecond }), ticket.EndNoACK, ""},
		// sipp is silent here: it sends RTP only where a scenario plays some.
		{"normal", both(longWindow, configured(func(c *ivr.Config) { c.MediaTimeout = 300 * time.Millisecond })), ticket.EndMediaLost, ""},
		{"normal", both(longWindow, configured(func(c *ivr.Config) { c.MaxDuration = 300 * time.Millisecond })), ticket.EndMaxDuration, ""},
		{"digits", longWindow, ticket.EndCompleted, "1"},
		{"earlykey", longWindow, ticket.EndCompleted, "1"},
	} {
		for _, transport := range []string{"u1", "t1"} {
			t.Run(c.scenario+" "+string(c.reason)+" "+c.keys+" "+transport, func(t *testing.T) {
				l := start(t, both(c.change))
				to := l.udp()
				if transport == "t1" {
					to = l.tcp()
				}
				place(t, to, c.scenario, "-t", transport)
				got := l.log.endedAs(t, 1, c.reason)[0]
				if string(got.keys) != c.keys {
					t.Errorf("keys %q, want %q", got.keys, c.keys)
				}
				answered := !slices.Contains([]ticket.EndReason{ticket.EndAbandoned, ticket.EndBadSDP}, c.reason)
				if (got.answered == 1) != answered {
					t.Errorf("answered %d times", got.answered)
				}
			})
		}
	}
}

// 200 calls at 20 a second, as the acceptance does it: as many rows as calls,
// and nothing left behind.
func TestSippTwoHundredCalls(t *testing.T) {
	const calls = 200
	l := start(t)
	place(t, l.udp(), "normal", "-m", strconv.Itoa(calls), "-r", "20", "-l", strconv.Itoa(calls))
	l.log.endedAs(t, calls, ticket.EndCompleted)
	if s := l.Stats(); s.Live != 0 || s.Calls != calls || s.Ended[ticket.EndCompleted] != calls {
		t.Errorf("stats %+v", s)
	}
}

// A node that died after a call was on disk meets its INVITE again: the same
// row goes on, and there is no second one.
func TestSippRepeatAfterACrash(t *testing.T) {
	l := start(t, longWindow)
	before := ticket.Call{ID: "before-the-crash", SIPCallID: "again@test"}
	if _, err := l.log.Open(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	place(t, l.udp(), "bye", "-cid_str", before.SIPCallID)
	if c := l.log.endedAs(t, 1, ticket.EndCallerHung)[0]; c.call.ID != before.ID || c.answered != 1 {
		t.Errorf("logged %+v", c)
	}
}

// The scenarios built into sipp, which nobody wrote for us: µ-law, and with a
// capture of audio before the key.
func TestSippBuiltIn(t *testing.T) {
	l := start(t, longWindow)
	run(t, l.udp(), "-sn", "uac", "-s", "12349", "-d", "100")
	l.log.endedAs(t, 1, ticket.EndCallerHung)
}
