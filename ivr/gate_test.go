package ivr

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"example.org/hotline/ticket"
)

// invite is a sound INVITE to the service number; changes are old, new pairs.
func invite(changes ...string) []byte {
	const sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"
	msg := "INVITE sip:12349@192.0.2.10 SIP/2.0\r\n" +
		"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKfirst\r\n" +
		"From: <sip:13800000001@192.0.2.1>;tag=caller\r\nTo: <sip:12349@192.0.2.10>\r\n" +
		"Call-ID: one@192.0.2.1\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <sip:13800000001@192.0.2.1>\r\n" +
		"Content-Type: application/sdp\r\nContent-Length: " + fmt.Sprint(len(sdp)) + "\r\n\r\n" + sdp
	return []byte(strings.NewReplacer(changes...).Replace(msg))
}

// request is a bodiless request.
func request(method, callID, branch, toTag string, cseq int) []byte {
	return fmt.Appendf(nil, "%s sip:12349@192.0.2.10 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=%s\r\n"+
		"From: <sip:13800000001@192.0.2.1>;tag=caller\r\nTo: <sip:12349@192.0.2.10>%s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContent-Length: 0\r\n\r\n",
		method, branch, toTag, callID, cseq, method)
}

func TestStrangersGetSilence(t *testing.T) {
	e := stillEndpoint(t)
	for _, data := range [][]byte{invite(), request("OPTIONS", "x", "z9hG4bK1", "", 1), request("REGISTER", "x", "z9hG4bK1", "", 1), []byte("junk")} {
		h := hop{transport: "UDP", src: netip.MustParseAddrPort("203.0.113.9:5060"), write: func(answer []byte, _ netip.AddrPort) {
			t.Errorf("answered a stranger: %s", answer)
		}}
		if e.gate.datagram(data, h) {
			t.Error("a stranger's message went on")
		}
	}
	if s := e.Stats(); s.Unlisted != 4 || s.Calls != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestTrunkGetsAnAnswerWithoutATransaction(t *testing.T) {
	e := stillEndpoint(t)
	for _, c := range []struct {
		name string
		data []byte
		want int
	}{
		{"monitor", request("OPTIONS", "x", "z9hG4bK1", "", 1), 200},
		{"registration", request("REGISTER", "x", "z9hG4bK1", "", 1), 405},
		{"transfer", request("REFER", "x", "z9hG4bK1", "", 1), 405},
		{"other number", invite("12349@192.0.2.10", "12345@192.0.2.10"), 404},
		{"other number, out of hops", invite("12349@192.0.2.10", "12345@192.0.2.10", "Max-Forwards: 70", "Max-Forwards: 0"), 483},
		{"BYE out of dialog", request("BYE", "x", "z9hG4bK1", ";tag=guess", 2), 481},
		{"INVITE out of dialog", invite("To: <sip:12349@192.0.2.10>", "To: <sip:12349@192.0.2.10>;tag=guess"), 481},
		{"INFO without a dialog", request("INFO", "x", "z9hG4bK1", "", 2), 481},
		{"CANCEL of nothing", request("CANCEL", "x", "z9hG4bK1", "", 1), 481},
		{"secure scheme", invite("sip:12349@192.0.2.10 SIP", "sips:12345@192.0.2.10 SIP"), 416},
		{"stray ACK", request("ACK", "x", "z9hG4bK1", ";tag=guess", 1), 0},
		{"response", []byte("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n"), 0},
		{"keep-alive", []byte("\r\n\r\n"), 0},
		{"too large", invite("sip:12349@192.0.2.10 SIP", "sip:12345@192.0.2.10 SIP", "Max-Forwards", "Subject: "+strings.Repeat("x", maxMessage)+"\r\nMax-Forwards"), 513},
	} {
		if got, _ := ask(e, c.data); got != c.want {
			t.Errorf("%s: answered %d, want %d", c.name, got, c.want)
		}
	}
	if s := e.Stats(); s.Calls != 0 || s.Live != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestOneCallForEachCallID(t *testing.T) {
	e := stillEndpoint(t)
	if status, pass := ask(e, invite()); status != 0 || !pass {
		t.Fatalf("first INVITE: %d %v", status, pass)
	}
	if status, pass := ask(e, invite()); status != 0 || !pass {
		t.Errorf("a retransmission belongs to its transaction: %d %v", status, pass)
	}
	if status, pass := ask(e, invite("z9hG4bKfirst", "z9hG4bKsecond")); status != 482 || pass {
		t.Errorf("the same call by another path: %d %v", status, pass)
	}
	if status, pass := ask(e, invite("one@", "two@")); status != 0 || !pass {
		t.Errorf("another call: %d %v", status, pass)
	}
	if s := e.Stats(); s.Calls != 2 || s.Live != 2 {
		t.Errorf("stats %+v", s)
	}
}

// A caller whom we refused may ask differently under the same Call-ID (RFC 3261
// section 8.1.3.5): it is the same call, and not a loop.
func TestARefusedCallerMayTryAgain(t *testing.T) {
	e := stillEndpoint(t)
	k := callKey{"trunk", "one@192.0.2.1"}
	refused := make(chan string, 1)
	e.gate.datagram(invite("Max-Forwards: 70", "Require: 100rel"), hop{transport: "UDP", src: netip.MustParseAddrPort("192.0.2.1:5060"),
		local: e.udp[0].local, write: func(answer []byte, _ netip.AddrPort) { refused <- string(answer) }})
	<-refused
	if status, _ := ask(e, invite("Max-Forwards: 70", "Require: 100rel")); status != 420 {
		t.Errorf("a repetition is answered %d", status)
	}
	again := invite("CSeq: 1 ", "CSeq: 2 ", "z9hG4bKfirst", "z9hG4bKsecond")
	if status, pass := ask(e, again); status != 0 || !pass {
		t.Fatalf("the second try: %d %v", status, pass)
	}
	c := e.calls.entries[k].call
	e.calls.end(k, ticket.EndBadSDP, time.Now())
	third := invite("CSeq: 1 ", "CSeq: 3 ", "z9hG4bKfirst", "z9hG4bKthird")
	if status, pass := ask(e, third); status != 0 || !pass || e.calls.entries[k].call == c {
		t.Errorf("another offer after a 488: %d %v", status, pass)
	}
	e.calls.entries[k].call.accepted.Store(true)
	e.calls.end(k, ticket.EndCompleted, time.Now())
	if status, pass := ask(e, invite("CSeq: 1 ", "CSeq: 4 ", "z9hG4bKfirst", "z9hG4bKfourth")); status != 482 || pass {
		t.Errorf("after a call that was answered: %d %v", status, pass)
	}
}

func TestBlankLinesBeforeAMessageAreSkipped(t *testing.T) {
	for given, want := range map[string]string{"\r\n\r\nOPTIONS": "OPTIONS", "OPTIONS\r\n": "OPTIONS\r\n", "\r\n\r\n": "\r\n\r\n", "": ""} {
		p := []byte(given)
		if got := string(p[:skipBlankLines(p, len(p))]); got != want {
			t.Errorf("%q became %q", given, got)
		}
	}
}

func TestInDialogRequestsNeedBothTags(t *testing.T) {
	e := stillEndpoint(t)
	ask(e, invite())
	tag := ";tag=" + e.calls.entries[callKey{"trunk", "one@192.0.2.1"}].call.localTag
	for _, c := range []struct {
		name string
		data []byte
		want int
		pass bool
	}{
		{"ours", request("BYE", "one@192.0.2.1", "z9hG4bK2", tag, 2), 0, true},
		{"guessed tag of ours", request("BYE", "one@192.0.2.1", "z9hG4bK2", ";tag=guess", 2), 481, false},
		{"guessed tag of theirs", []byte(strings.Replace(string(request("BYE", "one@192.0.2.1", "z9hG4bK2", tag, 2)), "tag=caller", "tag=other", 1)), 481, false},
		{"CANCEL of another branch", request("CANCEL", "one@192.0.2.1", "z9hG4bKother", "", 1), 481, false},
		{"CANCEL", request("CANCEL", "one@192.0.2.1", "z9hG4bKfirst", "", 1), 200, false},
	} {
		if status, pass := ask(e, c.data); status != c.want || pass != c.pass {
			t.Errorf("%s: %d %v", c.name, status, pass)
		}
	}
}

// A 487 that overtakes the 200 to its CANCEL is taken for a fault by sipp and others.
func TestCancelIsAnsweredBeforeTheCallHearsOfIt(t *testing.T) {
	e := stillEndpoint(t)
	ask(e, invite())
	c := e.calls.entries[callKey{"trunk", "one@192.0.2.1"}].call
	answered := false
	h := hop{transport: "UDP", src: netip.MustParseAddrPort("192.0.2.1:5060"), write: func([]byte, netip.AddrPort) {
		answered = true
		select {
		case <-c.cancelled:
			t.Error("the call was told first")
		default:
		}
	}}
	e.gate.datagram(request("CANCEL", "one@192.0.2.1", "z9hG4bKfirst", "", 1), h)
	select {
	case <-c.cancelled:
	default:
		t.Error("the call was not told")
	}
	if !answered {
		t.Error("the CANCEL was not answered")
	}
}

// kept remembers what was put on disk before the answer.
type kept struct {
	inert
	opened chan ticket.Call
	ended  chan ticket.EndReason
}

func (k kept) Open(ctx context.Context, c ticket.Call) (ticket.CallReceipt, error) {
	k.opened <- c
	return k.inert.Open(ctx, c)
}

func (k kept) Ended(_ context.Context, _ ticket.CallID, _ time.Time, reason ticket.EndReason) error {
	k.ended <- reason
	return nil
}

// A refused call to a service number is a ticket first and its answer second;
// its repetitions get the same answer and no second ticket.
func TestRefusedCallsAreKeptFirst(t *testing.T) {
	for _, c := range []struct {
		name    string
		prepare func(*Endpoint)
		invite  []byte
		want    int
		reason  ticket.EndReason
	}{
		{"unsupported extension", func(*Endpoint) {}, invite("Max-Forwards: 70", "Require: teleport"), 420, ticket.EndFailed},
		{"too large", func(*Endpoint) {}, invite("Max-Forwards", "Subject: "+strings.Repeat("x", maxMessage)+"\r\nMax-Forwards"), 513, ticket.EndFailed},
		{"larger than can be read", func(*Endpoint) {}, append(invite(), make([]byte, maxRead)...), 400, ticket.EndFailed},
		{"no tag", func(*Endpoint) {}, invite(";tag=caller", ""), 400, ticket.EndFailed},
		{"no branch", func(*Endpoint) {}, invite(";branch=z9hG4bKfirst", ""), 400, ticket.EndFailed},
		{"two header fields too many", func(*Endpoint) {}, invite("Max-Forwards: 70", "Max-Forwards: 70\r\nMax-Forwards: 70"), 400, ticket.EndFailed},
		{"other version", func(*Endpoint) {}, invite(" SIP/2.0\r\nVia", " SIP/3.0\r\nVia"), 505, ticket.EndFailed},
		{"unreadable body", func(*Endpoint) {}, invite("Content-Length: ", "Content-Length: 9"), 400, ticket.EndFailed},
		{"unreadable CSeq", func(*Endpoint) {}, invite("CSeq: 1 ", "CSeq: 4294967296 "), 400, ticket.EndFailed},
		{"draining", func(e *Endpoint) { e.draining.Store(true) }, invite(), 503, ticket.EndDraining},
		{"too many transactions", func(e *Endpoint) { e.transactions.Store(1 << 40) }, invite(), 503, ticket.EndBusy},
		{"too many calls", func(e *Endpoint) { e.cfg.MaxCalls = 0 }, invite(), 503, ticket.EndBusy},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := stillEndpoint(t)
			k := kept{opened: make(chan ticket.Call, 9), ended: make(chan ticket.EndReason, 9)}
			e.callLog = k
			c.prepare(e)
			answers := make(chan string, 9)
			h := hop{transport: "UDP", src: netip.MustParseAddrPort("192.0.2.1:5060"), local: e.udp[0].local,
				write: func(answer []byte, _ netip.AddrPort) {
					if len(k.opened) != 1 || len(k.ended) != 1 {
						t.Error("answered before the call was on disk")
					}
					answers <- string(answer)
				}}
			if e.gate.datagram(c.invite, h) {
				t.Error("went on to sipgo")
			}
			first := <-answers
			if !strings.HasPrefix(first, fmt.Sprintf("SIP/2.0 %d ", c.want)) || (c.want == 503) != strings.Contains(first, "Retry-After: 10\r\n") {
				t.Errorf("answer:\n%s", first)
			}
			if call, reason := <-k.opened, <-k.ended; call.SIPCallID != "one@192.0.2.1" || reason != c.reason {
				t.Errorf("kept %+v, ended %s", call, reason)
			}
			k.opened <- ticket.Call{} // so that the check above holds for the repetition
			k.ended <- ""
			e.gate.datagram(c.invite, h)
			if again := <-answers; again != first {
				t.Errorf("repetition answered\n%s\nwant\n%s", again, first)
			}
			if len(k.opened) != 1 {
				t.Error("a repetition made a second ticket")
			}
		})
	}
}

// An INVITE that got lost between the gate and its handler is still a call.
func TestACallThatNeverBeganIsKept(t *testing.T) {
	e := stillEndpoint(t)
	k := kept{opened: make(chan ticket.Call, 1), ended: make(chan ticket.EndReason, 1)}
	e.callLog = k
	ask(e, invite())
	if lost := e.calls.sweep(time.Now()); len(lost) != 0 {
		t.Errorf("%d calls given up at once", len(lost))
	}
	lost := e.calls.sweep(time.Now().Add(2 * dialogKept))
	if len(lost) != 1 {
		t.Fatalf("%d calls found", len(lost))
	}
	e.keepLost(lost[0])
	if c, reason := <-k.opened, <-k.ended; c.SIPCallID != "one@192.0.2.1" || reason != ticket.EndFailed {
		t.Errorf("kept %+v, ended %s", c, reason)
	}
	if s := e.Stats(); s.Live != 0 {
		t.Errorf("stats %+v", s)
	}
	e.calls.sweep(time.Now().Add(2 * callIDKept))
	if n := len(e.calls.entries); n != 0 {
		t.Errorf("%d entries kept for ever", n)
	}
}

func TestPacketLimits(t *testing.T) {
	l, now := newPacketLimits(8, 5), time.Unix(1000, 0)
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	count := func(src netip.Addr) (n int) {
		for range 20 {
			if l.allow(src, now) {
				n++
			}
		}
		return n
	}
	if n := count(a); n != 5 {
		t.Errorf("one source sent %d, want 5", n)
	}
	if n := count(b); n != 3 {
		t.Errorf("the next sent %d, want what is left for all: 3", n)
	}
	now = now.Add(time.Second)
	if n := count(a); n != 5 {
		t.Errorf("a second later %d, want 5", n)
	}
}

func TestSourcesAreBounded(t *testing.T) {
	l, now := newPacketLimits(1e9, 5), time.Unix(1000, 0)
	addr := netip.MustParseAddr("10.0.0.0")
	for range 2 * maxSources {
		addr = addr.Next()
		l.allow(addr, now)
	}
	if len(l.sources) > maxSources {
		t.Errorf("%d buckets", len(l.sources))
	}
}

func TestAPanicInTheGateDropsOneMessage(t *testing.T) {
	e := stillEndpoint(t)
	e.numbers, e.calls = nil, nil // a fault of ours, of whatever kind
	if status, pass := ask(e, request("BYE", "x", "z9hG4bK1", ";tag=a", 1)); status != 0 || pass {
		t.Errorf("%d %v", status, pass)
	}
	e.calls = newCallTable()
}

func TestCallerOf(t *testing.T) {
	trusted, other, town := &Trunk{TrustPAI: true}, &Trunk{}, &Trunk{TrustPAI: true, AreaCode: "0537"}
	for _, c := range []struct {
		name, from, pai string
		trunk           *Trunk
		want            string
	}{
		{"From", "<sip:013800000001@192.0.2.1>", "", other, "+8613800000001"},
		{"From, display name", `"+8613999999999" <sip:0537-2000001@192.0.2.1>`, "", other, "+865372000001"},
		{"From, tel", "<tel:+8613800000001>", "", other, "+8613800000001"},
		{"From, escaped", "<sip:%2B8613800000001@192.0.2.1>", "", other, "+8613800000001"},
		{"forged PAI of an untrusted trunk", "<sip:anonymous@anonymous.invalid>", "<sip:+8613800000001@192.0.2.1>", other, ""},
		{"PAI", "<sip:anonymous@anonymous.invalid>", "<sip:+8613800000001@192.0.2.1;user=phone>", trusted, "+8613800000001"},
		{"PAI, tel", "<sip:anonymous@anonymous.invalid>", "<tel:+8613800000001>", trusted, "+8613800000001"},
		{"PAI, junk", "<sip:13800000001@192.0.2.1>", "<mailto:x>", trusted, "+8613800000001"},
		{"local number", "<sip:2000001@192.0.2.1>", "", other, ""},
		{"local number of a trunk with an area code", "<sip:200-0001@192.0.2.1>", "", town, "+865372000001"},
		{"PAI, local number", "<sip:anonymous@anonymous.invalid>", "<sip:2000001@192.0.2.1>", town, "+865372000001"},
		{"tel, local number", "<tel:2000001>", "", town, "+865372000001"},
		{"withheld, by a trunk with an area code", "<sip:anonymous@anonymous.invalid>", "", town, ""},
		{"withheld", "\"Anonymous\" <sip:anonymous@anonymous.invalid>", "", trusted, ""},
	} {
		msg := strings.Replace(string(invite()), "<sip:13800000001@192.0.2.1>;tag", c.from+";tag", 1)
		if c.pai != "" {
			msg = strings.Replace(msg, "Max-Forwards", "P-Asserted-Identity: "+c.pai+"\r\nMax-Forwards", 1)
		}
		parsed, err := newParser().ParseSIP([]byte(msg))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := callerOf(parsed.(*sip.Request), c.trunk); got.E164 != c.want {
			t.Errorf("%s: %+v, want %q", c.name, got, c.want)
		}
	}
}

func TestConfigReportsAllFaultsAtOnce(t *testing.T) {
	err := Config{Trunks: []Trunk{{Name: "x"}}, Numbers: []ServiceNumber{{Number: "12349"}, {Number: "1", Aliases: []string{"12349"}}, {Number: "x"}}}.withDefaults().validate()
	for _, want := range []string{"no id", "no address", `trunk "x"`, `"12349" is given twice`, `"x" is not a number`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
}

// No message, however broken, ends the process or makes a call of itself.
func FuzzGate(f *testing.F) {
	f.Add(invite())
	f.Add(request("OPTIONS", "x", "z9hG4bK1", "", 1))
	f.Add(request("CANCEL", "x", "z9hG4bK1", ";tag=x", 1))
	f.Add(request("ACK", "x", "z9hG4bK1", ";tag=x", 1))
	f.Add(invite("\r\n", "\n"))
	e := stillEndpoint(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		_, pass := ask(e, data)
		if pass && len(data) > maxMessage {
			t.Fatal("a message over the cap went on")
		}
		_, _ = badRequest(data)
	})
}
