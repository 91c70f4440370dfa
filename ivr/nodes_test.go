package ivr_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"example.org/hotline/internal/pulse"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/test/servers"
	"example.org/hotline/ticket"
)

// sharedKey is the secret of the nodes of one line.
type sharedKey string

func (k sharedKey) MAC(purpose string, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, []byte(k))
	m.Write([]byte(purpose))
	for _, p := range parts {
		m.Write(p)
	}
	return m.Sum(nil)
}

// twoNodes are two nodes of one line, with one queue in Redis.
func twoNodes(t *testing.T, keyA, keyB sharedKey) (a, b *centre) {
	t.Helper()
	url := servers.Redis(t).AppURL
	peers := []ivr.Peer{{ID: "a", SIP: freeUDP(t)}, {ID: "b", SIP: freeUDP(t)}}
	node := func(i int, key sharedKey) *centre {
		redis, err := pulse.Open(pulse.Options{URL: url, Check: 20 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); _ = redis.Run(ctx) }()
		t.Cleanup(func() { cancel(); <-done; _ = redis.Close() })
		await(t, "Redis", redis.Up)
		return openNode(t, peers[i].ID, redis, func(c *ivr.Config, d *ivr.Deps) {
			c.UDP, c.Peers, d.Signer = []string{peers[i].SIP.String()}, peers, key
			c.RTPFirst, c.RTPLast = 21000+uint16(i)*1000, 21999+uint16(i)*1000
		})
	}
	return node(0, keyA), node(1, keyB)
}

// agentElsewhere are two nodes and an agent at the second, of whom the first knows.
func agentElsewhere(t *testing.T, keyA, keyB sharedKey) (a, b *centre, bo *desk) {
	t.Helper()
	a, b = twoNodes(t, keyA, keyB)
	bo = b.bo()
	await(t, "the agent to be known", func() bool { return a.hub.AgentsOn("aid") == 1 })
	return a, b, bo
}

// talkAcross is a citizen at the first node who talks with an agent at the second.
func talkAcross(t *testing.T) (a, b *centre, p *citizen, bo *desk) {
	t.Helper()
	a, b, bo = agentElsewhere(t, "key", "key")
	p = a.call()
	bo.answer()
	only(t, "the citizen", &p.ears, boHz)
	return a, b, p, bo
}

func freeUDP(t *testing.T) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return netip.MustParseAddrPort(conn.LocalAddr().String())
}

// The caller is on one node, the agent on the other.
func TestAnAgentOfAnotherNodeAnswers(t *testing.T) {
	a, b, p, bo := talkAcross(t)
	only(t, "the agent", &bo.ears, citizenHz)
	if n := bo.told(ivr.CallTalking); n.Ticket != testNumber {
		t.Errorf("told %+v", n)
	}
	bo.do(ivr.VerbHold)
	only(t, "the citizen", &p.ears, musicHz)
	bo.told(ivr.CallHolding)
	bo.do(ivr.VerbResume)
	only(t, "the citizen", &p.ears, boHz)
	bo.present <- false
	only(t, "the citizen", &p.ears, musicHz)
	bo.present <- true
	only(t, "the citizen", &p.ears, boHz)

	an := a.an() // a colleague at the caller's node is called in
	bo.do(ivr.VerbConsult, ivr.Target{Kind: ivr.TargetAgent, Agent: an.id, Login: "an"})
	an.answer()
	only(t, "the colleague", &an.ears, boHz)
	bo.do(ivr.VerbConference)
	only(t, "the citizen", &p.ears, anHz, boHz)
	only(t, "the agent", &bo.ears, citizenHz, anHz)
	bo.do(ivr.VerbHangUp)
	bo.told(ivr.CallEnded)
	bo.in(acd.StateWrapUp)
	only(t, "the citizen", &p.ears, anHz)
	p.hangUp()
	l := a.log.endedAs(t, 1, ticket.EndCallerHung)[0]
	if e, _ := l.event(ticket.CallConnected); e.Leg != "agent:an" {
		t.Errorf("the last to be connected: %+v", e)
	}
	if tape := a.tapes.of("agent:bo"); len(tape) != 1 || tape[0].heard(boHz) == 0 || tape[0].ended.Load() != 1 {
		t.Error("the leg of the other node's agent is not recorded")
	}
	bo.until("the leg to be given back", func() bool { return bo.released == 1 })
	await(t, "the other node's ports to be given back", func() bool { return b.Stats().FreePorts == a.Stats().FreePorts })
}

// The caller hangs up: the agent on the other node is told and free.
func TestACallerOfAnotherNodeHangsUp(t *testing.T) {
	a, _, p, bo := talkAcross(t)
	p.hangUp()
	bo.told(ivr.CallEnded)
	bo.in(acd.StateWrapUp)
	a.log.endedAs(t, 1, ticket.EndCallerHung)
}

// The agent's node stops: the caller's call lives on and waits at the front.
func TestACallOutlivesTheAgentsNode(t *testing.T) {
	a, b, p, _ := talkAcross(t)
	an := a.an()
	b.leave()
	b.stop()
	only(t, "the citizen", &p.ears, musicHz)
	an.answer()
	only(t, "the citizen", &p.ears, anHz)
	p.hangUp()
	l := a.log.endedAs(t, 1, ticket.EndCallerHung)[0]
	if _, n := l.event(ticket.CallAgentLost); n != 1 {
		t.Errorf("happened %v", l.happened())
	}
}

// A fault of ours at the agent's node lets go of the agent and of the caller, who
// waits on.
func TestAPanicAtTheAgentsNodeLetsGoOfBoth(t *testing.T) {
	a, b, bo := agentElsewhere(t, "key", "key")
	bo.breakDown()
	p := a.call()
	bo.answer()
	bo.until("the leg to be given back", func() bool { return bo.released == 1 })
	only(t, "the citizen", &p.ears, musicHz)
	p.hangUp()
	a.log.endedAs(t, 1, ticket.EndCallerHung)
	await(t, "the ports to be given back", func() bool { return b.Stats().FreePorts == a.Stats().FreePorts })
}

// otherNode is a node of the line whose SIP the test itself speaks.
type otherNode struct {
	t    *testing.T
	conn net.PacketConn
	to   netip.AddrPort
	n    int
}

// invite sends an INVITE with an offer for another Call-ID or its own, and returns the final status.
func (o *otherNode) invite(callID, signedFor string, key sharedKey) string {
	o.t.Helper()
	o.n++
	offer, err := json.Marshal(map[string]any{"offer": "o", "call": "c", "ticket": testNumber, "agent": 2, "from": "x", "to": "b", "sip": signedFor, "at": time.Now().Unix()})
	if err != nil {
		o.t.Fatal(err)
	}
	us := o.conn.LocalAddr().String()
	sdp := "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"
	text := fmt.Sprintf("INVITE sip:agent-2@%[1]s SIP/2.0\r\nVia: SIP/2.0/UDP %[2]s;branch=z9hG4bK-x%[3]d;rport\r\nMax-Forwards: 70\r\n"+
		"From: <sip:x@%[2]s>;tag=x\r\nTo: <sip:agent-2@%[1]s>\r\nCall-ID: %[4]s\r\nCSeq: 1 INVITE\r\nContact: <sip:x@%[2]s>\r\n"+
		"Hotline-Offer: %[5]s\r\nHotline-Signature: %[6]s\r\nContent-Type: application/sdp\r\nContent-Length: %[7]d\r\n\r\n%[8]s",
		o.to, us, o.n, callID, base64.StdEncoding.EncodeToString(offer), base64.StdEncoding.EncodeToString(key.MAC("ivr.join", offer)), len(sdp), sdp)
	if _, err := o.conn.WriteTo([]byte(text), net.UDPAddrFromAddrPort(o.to)); err != nil {
		o.t.Fatal(err)
	}
	buf := make([]byte, 4096)
	if err := o.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		o.t.Fatal(err)
	}
	for {
		n, _, err := o.conn.ReadFrom(buf)
		if err != nil {
			o.t.Fatal(err)
		}
		status, _, _ := strings.Cut(strings.TrimPrefix(string(buf[:n]), "SIP/2.0 "), " ")
		if strings.Contains(string(buf[:n]), fmt.Sprintf("branch=z9hG4bK-x%d;", o.n)) && !strings.HasPrefix(status, "1") {
			return status
		}
	}
}

// An offer between nodes joins once, in the call it was made for, and with the line's key.
func TestAnOfferBetweenNodesCannotBeUsedAgain(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	us := freeUDP(t)
	c := openNode(t, "b", nil, func(cfg *ivr.Config, d *ivr.Deps) {
		cfg.UDP, d.Signer = []string{us.String()}, sharedKey("key")
		cfg.Peers = []ivr.Peer{{ID: "b", SIP: us}, {ID: "x", SIP: netip.MustParseAddrPort(conn.LocalAddr().String())}}
	})
	bo := c.bo()
	x := &otherNode{t: t, conn: conn, to: us}
	for _, try := range []struct {
		what, callID, signedFor string
		key                     sharedKey
		want                    string
	}{
		{"another key", "one", "one", "another", "403"},
		{"another call", "one", "two", "key", "403"},
		{"a good offer", "one", "one", "key", "200"},
		{"the same again", "one", "one", "key", "403"},
	} {
		if got := x.invite(try.callID, try.signedFor, try.key); got != try.want {
			t.Errorf("%s: %s, want %s", try.what, got, try.want)
		}
	}
	bo.until("the leg to be given back", func() bool { return bo.released == 1 })
}

// A node that does not know the line's key is joined to nobody.
func TestANodeWithAnotherKeyIsRefused(t *testing.T) {
	a, _, bo := agentElsewhere(t, "key", "another")
	p := a.call()
	bo.answer()
	an := a.an()
	an.answer()
	only(t, "the citizen", &p.ears, anHz)
	if bo.heard(citizenHz) != 0 || bo.released != 0 {
		t.Error("the agent was joined to a stranger")
	}
	p.hangUp()
	a.log.endedAs(t, 1, ticket.EndCallerHung)
}
