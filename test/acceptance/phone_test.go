// Package acceptance tells the story of the line on the real program: real SIP
// from sipp, real PostgreSQL and Redis, a real browser.
package acceptance

import (
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"example.org/hotline/test/city"
	"example.org/hotline/test/servers"
	"example.org/hotline/test/sipp"
)

func TestMain(m *testing.M) { servers.Main(m) }

// place calls the line with sipp.
func place(t *testing.T, c *city.City, number string, args ...string) {
	t.Helper()
	if out, err := sipp.Place(t, c.SIP, append([]string{"-s", number}, args...)...); err != nil {
		t.Fatalf("sipp %v: %v\n%s", args, err, out)
	}
}

// scenario is a file of the phone room's.
func scenario(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", "ivr", "testdata", name+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Calls in = call rows = tickets, each with an owner and running clocks,
// whatever becomes of the call.
func TestEveryCallIsATicket(t *testing.T) {
	c := city.Start(t, city.Setting("ring_delay: 2s"), city.KeyWindow(3*time.Second), city.Setting("media_timeout: 4s"))
	reasons := map[string]int{}
	call := func(reason string, args ...string) {
		t.Helper()
		place(t, c, city.Township, args...)
		reasons[reason]++
	}
	call("media_lost", "-m", "1", "-sf", scenario(t, "digits"), "-t", "u1") // key 1, and then silence
	call("media_lost", "-m", "1", "-sf", scenario(t, "late_offer"), "-t", "t1")
	call("abandoned", "-m", "1", "-sf", scenario(t, "cancel"), "-t", "u1")
	call("abandoned", "-m", "1", "-sf", scenario(t, "earlybye"), "-t", "u1")
	call("caller_hung", "-m", "1", "-sf", scenario(t, "bye"), "-t", "t1")
	call("bad_sdp", "-m", "1", "-sf", scenario(t, "badsdp"), "-t", "u1")
	call("media_lost", "-m", "1", "-sf", scenario(t, "normal"), "-t", "u1") // sipp sends no RTP at all
	call("caller_hung", "-sn", "uac", "-m", "1", "-d", "500")               // sipp's own scenario, not tuned for us
	call("no_ack", "-m", "1", "-sf", scenario(t, "noack"), "-t", "u1")

	calls := 0
	for reason, want := range reasons {
		calls += want
		c.Until("calls ended as "+reason, func() bool { return c.Count(`SELECT count(*) FROM calls WHERE end_reason = $1`, reason) == want })
	}
	checkCalls(t, c, calls)
	if n := c.Count(`SELECT count(*) FROM tickets WHERE priority = 'P1'`); n != 1 {
		t.Errorf("%d tickets became P1 by key 1, want the one whose caller pressed it", n)
	}
}

// 200 calls at 20 a second.
func TestTwoHundredCalls(t *testing.T) {
	c := city.Start(t, city.Setting("ring_delay: 0s"), city.KeyWindow(0))
	const calls = 200
	place(t, c, city.Township, "-sn", "uac", "-m", strconv.Itoa(calls), "-r", "20", "-l", strconv.Itoa(calls), "-d", "1000")
	c.Until("every call ended", func() bool { return c.Count(`SELECT count(*) FROM calls WHERE ended_at IS NOT NULL`) == calls })
	checkCalls(t, c, calls)
	if out, err := c.Command("audit", "verify"); err != nil {
		t.Errorf("audit verify: %v\n%s", err, out)
	}
}

// checkCalls is promise 1 and 3 for everything that came in.
func checkCalls(t *testing.T, c *city.City, calls int) {
	t.Helper()
	for what, sql := range map[string]string{
		"calls":                       `SELECT count(*) FROM calls`,
		"tickets":                     `SELECT count(*) FROM tickets`,
		"tickets with an owner":       `SELECT count(*) FROM tickets t JOIN posts p ON p.id = t.owner_id`,
		"tickets with both clocks":    `SELECT count(*) FROM tickets t WHERE 2 = (SELECT count(*) FROM clocks c WHERE c.ticket_id = t.id AND c.stopped_at IS NULL)`,
		"tickets with a timer":        `SELECT count(*) FROM tickets t WHERE EXISTS (SELECT 1 FROM timers m WHERE m.subject_kind = 'ticket' AND m.subject_id = t.id)`,
		"calls that have ended":       `SELECT count(*) FROM calls WHERE ended_at IS NOT NULL AND end_reason IS NOT NULL`,
		"numbers that differ":         `SELECT count(DISTINCT number) FROM tickets`,
		"calls with a timeline begun": `SELECT count(DISTINCT ticket_id) FROM timeline WHERE kind = 'call.received'`,
	} {
		if n := c.Count(sql); n != calls {
			t.Errorf("%s: %d, want %d", what, n, calls)
		}
	}
}
