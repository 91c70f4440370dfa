package faults

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/ivr/media"
	"example.org/hotline/test/agent"
	"example.org/hotline/test/city"
)

const (
	sprayHz      = 700.0       // what strangers say
	strangerIP   = "127.0.0.2" // of no trunk
	floodPerSec  = 3000
	memoryGrowth = 150 << 20 // what a flood may leave in the process at most
)

var strangerAddr = netip.MustParseAddr(strangerIP)

// hearer is a telephone that counts what it hears by the packets' sequence
// numbers. It talks silence.
type hearer struct {
	*phone
	rtp *net.UDPConn

	mu          sync.Mutex
	first, last int64 // sequence numbers, unwrapped
	got         int64
	ssrc        uint32
	gap         time.Duration
	heardAt     time.Time
	done        chan struct{}
}

// hearer calls and stays on the line, where it hears the music of the queue.
func (h *house) hearer() *hearer {
	h.T.Helper()
	rtp, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		h.T.Fatal(err)
	}
	_ = rtp.SetReadBuffer(1 << 20) // the kernel gives what it has
	l := &hearer{phone: h.phone(), rtp: rtp, done: make(chan struct{})}
	l.media = rtp.LocalAddr().(*net.UDPAddr).Port
	go l.listen()
	h.T.Cleanup(func() { _ = rtp.Close(); <-l.done })
	return l
}

// listen reads until the socket is closed, and answers each packet with silence.
func (l *hearer) listen() {
	defer close(l.done)
	silence := append(make([]byte, 12), make([]byte, media.FrameSamples)...)
	for i := range silence[12:] {
		silence[12+i] = media.PCMA.Silence()
	}
	buf := make([]byte, 2048)
	for n := uint16(1); ; n++ {
		size, from, err := l.rtp.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if size < 12 || buf[0]>>6 != 2 || buf[1]&0x7f != 8 || from.Addr().Unmap() == strangerAddr {
			continue // our own port may lie in the line's range, which is sprayed: that is not the line's answer
		}
		l.count(int64(binary.BigEndian.Uint16(buf[2:])), binary.BigEndian.Uint32(buf[8:]))
		silence[0], silence[1] = 0x80, 8
		binary.BigEndian.PutUint16(silence[2:], n)
		binary.BigEndian.PutUint32(silence[4:], uint32(n)*media.FrameSamples)
		binary.BigEndian.PutUint32(silence[8:], 0x5eed)
		_, _ = l.rtp.WriteToUDPAddrPort(silence, from) // the next is on its way
	}
}

func (l *hearer) count(seq int64, ssrc uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.got == 0 || ssrc != l.ssrc {
		l.first, l.last, l.got, l.ssrc, l.gap = seq, seq-1, 0, ssrc, 0
	} else {
		l.gap = max(l.gap, now.Sub(l.heardAt))
	}
	l.heardAt = now
	seq += (l.last &^ 0xffff)
	if seq < l.last-0x8000 {
		seq += 0x10000
	} else if seq > l.last+0x8000 {
		seq -= 0x10000
	}
	l.last, l.got = max(l.last, seq), l.got+1
}

// afresh begins to count anew.
func (l *hearer) afresh() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.got = 0
}

// lost is how many packets of the line did not come, of how many.
func (l *hearer) lost() (lost, of int64, gap time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	of = l.last - l.first + 1
	return of - l.got, of, l.gap
}

// conversations are calls that a flood must leave whole: one with an agent, and
// some who listen to the queue's music.
type conversations struct {
	h       *house
	agent   *agent.Agent
	citizen *agent.Citizen
	hearers []*hearer
	tags    []string
}

func (h *house) converse(hearers int) *conversations {
	h.T.Helper()
	c := &conversations{h: h, agent: h.sitDown(h.City, "agent1", oneHz)}
	c.citizen = h.citizen(h.City, agent.Tone(citizenHz, 10*time.Minute))
	c.agent.Accept()
	for range hearers {
		l := h.hearer()
		c.tags = append(c.tags, l.connect().tag)
		c.hearers = append(c.hearers, l)
	}
	for _, l := range c.hearers {
		h.Until("they hear the line", func() bool { _, of, _ := l.lost(); return of > 10 })
		l.afresh()
	}
	h.hears("the citizen", &c.citizen.Ears, oneHz)
	h.hears("the agent", &c.agent.Ears, citizenHz)
	c.agent.ListenFor(sprayHz)
	c.citizen.ListenFor(sprayHz)
	return c
}

// whole checks that nobody has missed anything or heard a stranger.
func (c *conversations) whole(during string) {
	c.h.T.Helper()
	c.h.hears("the citizen", &c.citizen.Ears, oneHz)
	c.h.hears("the agent", &c.agent.Ears, citizenHz)
	if a, b := c.agent.Heard(sprayHz), c.citizen.Heard(sprayHz); a+b > 0 {
		c.h.T.Errorf("%s: strangers were heard in %d and %d packets", during, a, b)
	}
	var lost, of int64
	var gap time.Duration
	for _, l := range c.hearers {
		one, all, longest := l.lost()
		lost, of, gap = lost+one, of+all, max(gap, longest)
		if l.dropped() {
			c.h.T.Errorf("%s: the line hung up on a running call", during)
		}
	}
	c.h.T.Logf("%s: %d of %d packets lost, longest gap %s", during, lost, of, gap)
	if of == 0 || lost*1000 > of {
		c.h.T.Errorf("%s: %d of %d packets of running calls were lost", during, lost, of)
	}
}

func (c *conversations) end() {
	c.h.T.Helper()
	for n, l := range c.hearers {
		l.hangUp(c.tags[n])
	}
	c.h.part()
	c.agent.WriteUp()
	c.agent.Leave()
}

// flood sends so many messages a second for a while.
func flood(t *testing.T, from, to string, during time.Duration, message func(n int) []byte) (sent int) {
	t.Helper()
	target, err := net.ResolveUDPAddr("udp", to)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.DialUDP("udp", &net.UDPAddr{IP: net.ParseIP(from)}, target)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	begin := time.Now()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for all := int(during.Seconds() * floodPerSec); sent < all; <-tick.C {
		for due := min(all, int(time.Since(begin).Seconds()*floodPerSec)); sent < due; sent++ {
			_, _ = conn.Write(message(sent)) // a full socket drops, as a network does
		}
	}
	return sent
}

// junk is an INVITE that nobody means: too little of one, nonsense, or sound and
// for a number that is not ours.
func junk(n int, to string) []byte {
	id := uuid.NewString()
	sound := fmt.Sprintf("INVITE sip:999@%s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK%s\r\nFrom: <sip:1@127.0.0.1>;tag=%s\r\nTo: <sip:999@%s>\r\n"+
		"Call-ID: %s\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <sip:1@127.0.0.1:9>\r\nContent-Length: 0\r\n\r\n", to, id, id[:8], to, id)
	switch n % 4 {
	case 0:
		return []byte(strings.Replace(sound, "CSeq: 1 INVITE", "CSeq: x", 1))
	case 1:
		return []byte("INVITE sip:" + strings.Repeat("9", 1200))
	case 2:
		return []byte(strings.Replace(sound, "Content-Length: 0", "Content-Length: 70000", 1))
	}
	return []byte(sound)
}

// torture sends every message of RFC 4475 from a trunk, over UDP, ten times.
func torture(t *testing.T, to string) (sent int) {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/emiago/sipgo").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "sip", "testdata", "torture", "*", "*.dat"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d messages, %v", len(files), err)
	}
	conn, err := net.Dial("udp", to)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for range 10 {
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Write(data); err == nil { // what no datagram holds is sent by nobody
				sent++
			}
		}
	}
	return sent
}

// floodTime is 3 s of each flood in a short run, 30 s in a long one.
func floodTime(t *testing.T) time.Duration {
	if _, long := rounds(t); long {
		return 30 * time.Second
	}
	return 3 * time.Second
}

// Junk INVITEs, 3,000 a second, from an address of no trunk and from a trunk's,
// and then every message of RFC 4475: running calls miss nothing, memory does not grow with them, and the line
// answers afterwards. No junk is a ticket.
func TestJunkInvites(t *testing.T) { //nolint:paralleltest // it counts packets: alone on the machine
	h := newHouse(t, realFlow(t))
	p := h.Serve()
	c := h.converse(8)
	before, tickets := residentMemory(t, p), h.Count(`SELECT count(*) FROM tickets`)
	for _, from := range []string{strangerIP, "127.0.0.1"} {
		sent := flood(t, from, h.SIP, floodTime(t), func(n int) []byte { return junk(n, h.SIP) })
		c.whole(fmt.Sprintf("%d junk INVITEs from %s", sent, from))
	}
	sent := torture(t, h.SIP)
	c.whole(fmt.Sprintf("%d messages of RFC 4475", sent))
	if n := h.Count(`SELECT count(*) FROM tickets`); n != tickets {
		t.Errorf("%d tickets of junk", n-tickets)
	}
	after := residentMemory(t, p)
	t.Logf("resident memory %d MB before, %d MB after", before>>20, after>>20)
	if after-before > memoryGrowth {
		t.Errorf("memory grew from %d to %d MB", before>>20, after>>20)
	}
	late := h.citizen(h.City, nil)
	h.callIDs([]*agent.Citizen{late})
	c.end()
	h.promises()
}

// RTP from another address, sent to every port of the line while people talk: no
// packet goes to it, nobody hears it, and it is in no recording.
func TestSprayedAudio(t *testing.T) { //nolint:paralleltest // as above
	h := newHouse(t, realFlow(t))
	h.Serve()
	c := h.converse(4)
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(strangerIP)})
	if err != nil {
		t.Fatal(err)
	}
	received := make(chan int)
	go func() {
		n := 0
		for buf := make([]byte, 2048); ; n++ {
			if _, _, err := conn.ReadFromUDPAddrPort(buf); err != nil {
				received <- n
				return
			}
		}
	}()
	sent := 0
	for end := time.Now().Add(floodTime(t)); time.Now().Before(end); {
		sent += spray(conn, uint16(sent/1000))
	}
	c.whole(fmt.Sprintf("%d packets sprayed", sent))
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	if n := <-received; n != 0 {
		t.Errorf("the stranger was sent %d packets", n)
	}
	c.end()
	for _, r := range h.recordings(2) {
		for _, side := range r.sides() {
			for at := 0; at+media.FrameSamples <= len(side); at += media.FrameSamples {
				if media.ToneShare(side[at:at+media.FrameSamples], sprayHz) > 0.5 && r.leg != "citizen" { // the citizen's has the music before
					t.Fatalf("the stranger is in the recording of %s, %s from its beginning", r.leg, time.Duration(at)*time.Second/media.SampleRate)
				}
			}
		}
	}
	h.promises()
}

// spray sends one packet of a tone to every port that the line may use for audio.
func spray(conn *net.UDPConn, seq uint16) (sent int) {
	tone := media.PCMA.Encode(media.Tone(sprayHz, 8000, media.FrameSamples))
	packet := append([]byte{0x80, 8, byte(seq >> 8), byte(seq)}, make([]byte, 8)...)
	binary.BigEndian.PutUint32(packet[4:], uint32(seq)*media.FrameSamples)
	packet = append(packet, tone...)
	pace := time.NewTicker(time.Millisecond)
	defer pace.Stop()
	for port := city.RTPFirst; port <= city.RTPLast; port += 2 {
		_, _ = conn.WriteToUDP(packet, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}) // most ports are nobody's
		if sent++; sent%100 == 0 {
			<-pace.C // 100,000 a second are a sprayer's; more would only fill our own queue
		}
	}
	return sent
}

// residentMemory is what the program holds of the machine's memory.
func residentMemory(t *testing.T, p *city.Process) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Pid()))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		t.Fatal("no VmRSS")
	}
	kb, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}
