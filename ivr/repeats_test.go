package ivr_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/ticket"
)

// An ended call keeps no transaction for its BYE, and the BYE sent again, because
// the answer was lost, gets the same answer all the same.
func TestAByeSentAgainIsAnsweredAlike(t *testing.T) {
	l := start(t, longWindow)
	answers := make(chan *sip.Response, 8)
	f := newFarEnd(t, func(_ *farEnd, msg sip.Message, _ netip.AddrPort) {
		if res, ok := msg.(*sip.Response); ok && !res.IsProvisional() {
			answers <- res
		}
	})
	to := ""
	request := func(method string, cseq int, more string) string {
		return fmt.Sprintf("%s sip:12349@%s SIP/2.0\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%s;rport\nMax-Forwards: 70\nFrom: <sip:13800000001@127.0.0.1>;tag=caller\n"+
			"To: <sip:12349@127.0.0.1>%s\nCall-ID: again@127.0.0.1\nCSeq: %d %s\nContact: <sip:caller@%s>\n%s", method, l.udp(), f.addr(), method, to, cseq, method, f.addr(), more)
	}
	f.send(l.udp(), request("INVITE", 1, "Content-Type: application/sdp\n\n"+f.media("sendrecv")))
	tag, _ := (<-answers).To().Params.Get("tag")
	to = ";tag=" + tag
	f.send(l.udp(), request("ACK", 1, ""))
	bye, began := request("BYE", 2, ""), time.Now()
	f.send(l.udp(), bye)
	first := <-answers
	l.log.endedAs(t, 1, ticket.EndCallerHung)
	await(t, "the BYE's transaction to end", func() bool { return l.Stats().Transactions == 1 }) // of the INVITE
	if time.Since(began) >= sip.Timer_J {
		t.Error("its own timer ended it")
	}
	f.send(l.udp(), bye)
	if again := <-answers; again.StatusCode != 200 || again.String() != first.String() { //nolint:usestdlibvars // SIP has its own
		t.Errorf("answered\n%s\nand then\n%s", first, again)
	}
	l.log.endedAs(t, 1, ticket.EndCallerHung)
}
