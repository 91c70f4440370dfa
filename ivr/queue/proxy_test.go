package queue_test

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"example.org/hotline/ivr/acd"
	"example.org/hotline/test/servers"
)

// proxy stands between a node and Redis and can lose the answer to one request.
type proxy struct {
	listener net.Listener
	target   string

	mu     sync.Mutex
	needle []byte // a request that holds it is carried out and never answered; once
	lost   int
}

// startProxy gives the address by which Redis is reached through it.
func startProxy(t *testing.T, redisURL string) (*proxy, string) {
	t.Helper()
	u, err := url.Parse(redisURL)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{target: u.Host}
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			client, err := p.listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { p.carry(client) })
		}
	})
	t.Cleanup(func() { _ = p.listener.Close(); wg.Wait() })
	u.Host = p.listener.Addr().String()
	return p, u.String()
}

func (p *proxy) carry(client net.Conn) {
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		_ = client.Close()
		return
	}
	answers := &gate{to: client}
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = io.Copy(answers, server); _ = client.Close() })
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		if n > 0 {
			if p.loses(buf[:n]) {
				answers.shut()
			}
			_, _ = server.Write(buf[:n])
		}
		if err != nil {
			break
		}
	}
	_ = server.Close()
	wg.Wait()
}

func (p *proxy) lose(needle string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.needle = []byte(needle)
}

func (p *proxy) loses(request []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.needle) == 0 || !bytes.Contains(request, p.needle) {
		return false
	}
	p.needle = nil
	p.lost++
	return true
}

// gate lets answers through until it is shut.
type gate struct {
	mu   sync.Mutex
	to   io.Writer
	over bool
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.over = true
}

func (g *gate) Write(b []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over {
		return len(b), nil
	}
	return g.to.Write(b)
}

// A write that Redis carried out, and whose answer never came, is not done again.
func TestAWriteWhoseAnswerIsLostIsCarriedOutOnce(t *testing.T) {
	r := servers.Redis(t)
	p, through := startProxy(t, r.AppURL)
	l := newLine(t, nil)
	n1, n2 := l.start("n1", through), l.start("n2", r.AppURL)
	s := n2.signOn(t, 1)
	n1.sees(t, 1, 0)
	p.lose("c/call-001")
	place := n1.Enter(caller(1))
	offered := nextSeat(t, s, acd.SeatOffered)
	next(t, place, acd.PlaceRinging)
	if err := s.Answer(offered.Offer.ID); err != nil {
		t.Fatal(err)
	}
	next(t, place, acd.PlaceConnected)
	place.Leave(acd.LeftAnswered)
	await(t, "the record of the call", func() bool {
		return len(l.recorded(func(ev acd.Event) bool { return ev.Kind == acd.EventLeft })) == 1
	})
	if n := len(l.recorded(func(ev acd.Event) bool { return ev.Kind == acd.EventEntered })); n != 1 {
		t.Errorf("the call entered %d times on record", n)
	}
	if p.lost != 1 {
		t.Errorf("%d answers were lost, want one", p.lost)
	}
	if alarms := n1.Board().Alarms; len(alarms) > 0 {
		t.Errorf("alarms: %v", alarms)
	}
}
