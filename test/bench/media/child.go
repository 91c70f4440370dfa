package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"runtime"
	"runtime/pprof"
	"time"

	"example.org/hotline/ivr/media"
)

// way sends the packets of a prompt to each address until the process ends, and
// tells the ports it hears on, if any.
type way func(to []netip.AddrPort) ([]uint16, error)

var ways = map[string]way{
	"engine":    engine,
	"goroutine": goroutinePerCall,
	"sendto":    wheel(ownSockets),
	"sendmmsg":  wheel(sharedSocket),
	"iouring":   wheel(ring),
	"bridge":    bridges,
}

// runChild is the measured process. It lives until its standard input closes.
func runChild(name, far, profile string) error {
	start, ok := ways[name]
	if !ok {
		return fmt.Errorf("no way of sending is called %q", name)
	}
	var to []netip.AddrPort
	for _, port := range numbers(far) {
		to = append(to, netip.AddrPortFrom(loopback, uint16(port)))
	}
	in := bufio.NewReader(os.Stdin)
	runtime.GC()
	fmt.Println("idle")
	if _, err := in.ReadString('\n'); err != nil {
		return fmt.Errorf("wait for the word to begin: %w", err)
	}
	ports, err := start(to)
	if err != nil {
		return err
	}
	fmt.Print("running")
	for _, port := range ports {
		fmt.Print(" ", port)
	}
	fmt.Println()
	if profile != "" {
		file, err := os.Create(profile)
		if err != nil {
			return fmt.Errorf("write the profile: %w", err)
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return fmt.Errorf("write the profile: %w", err)
		}
		defer pprof.StopCPUProfile()
	}
	_, _ = io.Copy(io.Discard, in)
	return nil
}

// prompt is three seconds of a tone.
var prompt = media.NewPrompt(media.Tone(440, 8000, 3*media.SampleRate))

func openSession(pool *media.PortPool, to netip.AddrPort) (*media.Session, error) {
	s, err := media.Open(pool, media.Limits{Timeout: time.Hour, HoldTimeout: time.Hour})
	if err != nil {
		return nil, err //nolint:wrapcheck // tells enough
	}
	s.Start(media.Peer{Addr: to, Codec: media.PCMA, AudioType: 8, EventType: 101, Send: true, Receive: true})
	return s, nil
}

func openPool() (*media.PortPool, error) {
	return media.NewPortPool(loopback, 10000, 25999, time.Second) //nolint:wrapcheck // tells enough
}

// engine is ivr/media as the line uses it: (b) of ADR 13.
func engine(to []netip.AddrPort) ([]uint16, error) {
	pool, err := openPool()
	if err != nil {
		return nil, err
	}
	var ports []uint16
	for _, addr := range to {
		s, err := openSession(pool, addr)
		if err != nil {
			return nil, err
		}
		s.Loop(prompt)
		ports = append(ports, s.Port())
	}
	return ports, nil
}

// bridges joins each two addresses in a room and taps both legs.
func bridges(to []netip.AddrPort) ([]uint16, error) {
	pool, err := openPool()
	if err != nil {
		return nil, err
	}
	var ports []uint16
	var room *media.Room
	for i, addr := range to {
		s, err := openSession(pool, addr)
		if err != nil {
			return nil, err
		}
		if i%2 == 0 {
			room = media.NewRoom(nil)
		}
		s.Tap(&tape{})
		room.Join(s, media.Talker)
		ports = append(ports, s.Port())
	}
	return ports, nil
}

// tape copies what it is told, as a recorder must, and forgets it each second.
type tape struct{ said, heard []byte }

func (t *tape) Said(f media.Frame, _ time.Time)  { t.said = keep(t.said, f) }
func (t *tape) Heard(f media.Frame, _ time.Time) { t.heard = keep(t.heard, f) }

func keep(into []byte, f media.Frame) []byte {
	if len(into) > media.SampleRate {
		into = into[:0]
	}
	return append(into, f.ALaw...)
}

// goroutinePerCall is (a) of ADR 13: a goroutine, a Go timer and a socket each.
func goroutinePerCall(to []netip.AddrPort) ([]uint16, error) {
	for i, addr := range to {
		conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, 0)))
		if err != nil {
			return nil, fmt.Errorf("open a socket: %w", err)
		}
		go func() {
			p := newPacket(uint32(i))
			due := time.Now().Add(frameTime * time.Duration(i) / time.Duration(len(to)))
			timer := time.NewTimer(time.Until(due))
			for {
				<-timer.C
				_, _ = conn.WriteToUDPAddrPort(p.next(), addr)
				due = due.Add(frameTime)
				timer.Reset(time.Until(due))
			}
		}()
	}
	return nil, nil
}
