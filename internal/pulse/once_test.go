package pulse_test

import (
	"bytes"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.org/hotline/internal/pulse"
	"example.org/hotline/test/servers"
)

// An answer that does not come is not asked for again: a claim that was made
// twice would keep a second batch from everybody until its lease ends. Behind the
// program lies a wire that lets every command through and, from a time on, no answer to a claim.
func TestACommandIsSentOnce(t *testing.T) {
	server := servers.Redis(t)
	at, err := url.Parse(server.AppURL)
	if err != nil {
		t.Fatal(err)
	}
	var deaf atomic.Bool
	var claims atomic.Int32
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	target := at.Host
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", target)
			if err != nil {
				_ = near.Close()
				continue
			}
			var asked atomic.Bool // a claim, and its answer is to be lost
			go pass(far, near, func(b []byte) bool {
				if n := bytes.Count(bytes.ToLower(b), []byte("evalsha")); n > 0 {
					claims.Add(int32(n))
					asked.Store(deaf.Load())
				}
				return true
			})
			go pass(near, far, func([]byte) bool { return !asked.Load() })
		}
	}()
	at.Host = listener.Addr().String()
	c := start(t, at.String(), pulse.StateUp)
	gen := index(t, c, pulse.Due{ID: 1, At: noon}, pulse.Due{ID: 2, At: noon})
	claim(t, c, gen, noon.Add(-time.Hour), time.Hour) // the script is known from now on
	before := claims.Load()
	deaf.Store(true)
	if _, err := c.ClaimTimers(t.Context(), shard, gen, noon, 1, time.Hour); err == nil {
		t.Fatal("an answer came over the dead wire")
	}
	if n := claims.Load() - before; n != 1 {
		t.Errorf("one claim was sent %d times", n)
	}
}

// pass carries what ok lets through.
func pass(to, from net.Conn, ok func([]byte) bool) {
	defer func() { _ = to.Close(); _ = from.Close() }()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		if ok(buffer[:n]) {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
	}
}

// A script holds up all of Redis: those of the timers, whose keys may hold a
// million, take a bounded part of a key and wipe none.
func TestTheScriptsOfTimersTakeABoundedPart(t *testing.T) {
	ranges := regexp.MustCompile(`'(Z[A-Z]*RANGE[A-Z]*)'[^)]*\)`)
	for _, name := range []string{"claim.lua", "ack.lua", "return.lua"} {
		text, err := os.ReadFile(filepath.Join("lua", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range ranges.FindAllString(string(text), -1) {
			if !strings.Contains(call, "'LIMIT'") && !strings.Contains(call, ", 0, 0,") {
				t.Errorf("%s takes a whole key: %s", name, call)
			}
		}
		for _, whole := range []string{"'DEL'", "'KEYS'", "'HGETALL'", "'SMEMBERS'", "'SCAN'"} {
			if strings.Contains(string(text), whole) {
				t.Errorf("%s calls %s", name, whole)
			}
		}
	}
}
