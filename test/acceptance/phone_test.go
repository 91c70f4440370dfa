// Package acceptance tells the story of the line on the real program: real SIP
// from sipp, real PostgreSQL and Redis, a real browser.
package acceptance

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"example.org/hotline/test/city"
	"example.org/hotline/test/servers"
)

func TestMain(m *testing.M) { servers.Main(m) }

// sipp places calls with Debian's sip-tester. scenario is a file of the phone
// room's, or one that sipp brings itself ("-sn uac").
func sipp(t *testing.T, c *city.City, number string, args ...string) {
	t.Helper()
	args = append([]string{c.SIP, "-s", number, "-i", "127.0.0.1", "-nostdin", "-trace_err", "-timeout", "120s", "-timeout_error"}, args...)
	cmd := exec.Command("sipp", args...)
	cmd.Dir = t.TempDir()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		logs, _ := filepath.Glob(filepath.Join(cmd.Dir, "*errors.log")) // the pattern is well formed
		for _, name := range logs {
			if text, err := os.ReadFile(name); err == nil {
				t.Logf("%s", text)
			}
		}
		t.Fatalf("sipp %v: %v\n%s", args, err, out.Bytes())
	}
}

func scenario(name string) []string {
	path, err := filepath.Abs(filepath.Join("..", "..", "ivr", "testdata", name+".xml"))
	if err != nil {
		panic(err) // the working directory is gone
	}
	return []string{"-sf", path, "-m", "1"}
}

// Calls in = call rows = tickets, each with an owner and running clocks,
// whatever becomes of the call.
func TestEveryCallIsATicket(t *testing.T) {
	c := city.Start(t, city.Setting("ring_delay: 2s"), city.KeyWindow(3*time.Second), city.Setting("media_timeout: 4s"))
	reasons := map[string]int{}
	place := func(reason string, args ...string) {
		t.Helper()
		sipp(t, c, city.Township, args...)
		reasons[reason]++
	}
	place("media_lost", append(scenario("digits"), "-t", "u1")...) // key 1, and then silence
	place("media_lost", append(scenario("late_offer"), "-t", "t1")...)
	place("abandoned", append(scenario("cancel"), "-t", "u1")...)
	place("abandoned", append(scenario("earlybye"), "-t", "u1")...)
	place("caller_hung", append(scenario("bye"), "-t", "t1")...)
	place("bad_sdp", append(scenario("badsdp"), "-t", "u1")...)
	place("media_lost", append(scenario("normal"), "-t", "u1")...) // sipp sends no RTP at all
	place("caller_hung", "-sn", "uac", "-m", "1", "-d", "500")     // sipp's own scenario, not tuned for us
	place("no_ack", append(scenario("noack"), "-t", "u1")...)

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
	sipp(t, c, city.Township, "-sn", "uac", "-m", strconv.Itoa(calls), "-r", "20", "-l", strconv.Itoa(calls), "-d", "1000")
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
