package ivr_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// heldFor is the scenario of a caller who holds for a while, in a direction of
// RFC 3264 section 6.1, and must get its answer. The caller sends no packet all
// the while.
func heldFor(t *testing.T, theirs, answer string, pause string) string {
	t.Helper()
	text := testdata("hold.xml")
	text = strings.Replace(text, "a=sendonly", "a="+theirs, 1)
	text = strings.Replace(text, "a=recvonly", "a="+answer, 1)
	second := strings.Index(text, "CSeq: 2 ACK")
	end := second + strings.Index(text[second:], "</send>") + len("</send>")
	text = text[:end] + "\n  <pause milliseconds=\"" + pause + "\"/>" + text[end:]
	path := filepath.Join(t.TempDir(), "held.xml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// PHONE complaint 11, and 12: neither does the hold drop the call, nor the
// time-out of a talking caller end one that holds.
func TestACallerWhoHoldsIsNotDropped(t *testing.T) {
	for theirs, answer := range map[string]string{"sendonly": "recvonly", "inactive": "inactive"} {
		t.Run(theirs, func(t *testing.T) {
			c := open(t, configured(func(c *ivr.Config) { c.MediaTimeout, c.HoldTimeout = 2*time.Second, time.Minute }))
			an := c.an()
			an.answerAll()
			run(t, c.udp(), "-sf", heldFor(t, theirs, answer, "5000"), "-s", "12349")
			l := c.log.endedAs(t, 1, ticket.EndCallerHung)[0]
			if _, n := l.event(ticket.CallConnected); n != 1 {
				t.Errorf("happened %v", l.happened())
			}
			an.told(ivr.CallEnded)
			an.in(acd.StateWrapUp)
		})
	}
}

// PHONE complaint 12: a held caller who is not there any more is found out, too,
// and so is one who talks with an agent. What we send counts for nothing.
func TestMediaTimeOutsCountWhatComesInAlone(t *testing.T) {
	for name, limits := range map[string]struct{ talking, holding time.Duration }{
		"held": {time.Minute, 2 * time.Second}, "talking": {2 * time.Second, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t, configured(func(c *ivr.Config) { c.MediaTimeout, c.HoldTimeout = limits.talking, limits.holding }))
			an := c.an()
			an.answerAll()
			if name == "held" {
				// sipp ends in an error, since the line hangs up in the middle of its pause.
				sippFails(t, c.udp(), "-sf", heldFor(t, "sendonly", "recvonly", "30000"), "-s", "12349")
			} else {
				place(t, c.udp(), "normal")
			}
			c.log.endedAs(t, 1, ticket.EndMediaLost)
			an.told(ivr.CallEnded)
			an.in(acd.StateWrapUp)
		})
	}
}
