package city

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/url"
	"sync"
)

// Spy hears every command that reaches Redis, with its arguments.
type Spy struct {
	mu    sync.Mutex
	heard bytes.Buffer
}

// SpyOnRedis listens from now to the end of the test. Redis is shared by the cities of one test process.
func (c *City) SpyOnRedis() *Spy {
	c.T.Helper()
	at, err := url.Parse(c.Servers.Redis.AdminURL)
	if err != nil {
		c.T.Fatal(err)
	}
	conn, err := net.Dial("tcp", at.Host)
	if err != nil {
		c.T.Fatal(err)
	}
	c.T.Cleanup(func() { _ = conn.Close() })
	password, _ := at.User.Password()
	if _, err := fmt.Fprintf(conn, "AUTH %s %s\r\nMONITOR\r\n", at.User.Username(), password); err != nil {
		c.T.Fatal(err)
	}
	s := &Spy{}
	lines := bufio.NewReader(conn)
	for range 2 { // +OK for each of the two
		if line, err := lines.ReadString('\n'); err != nil || line[0] != '+' {
			c.T.Fatalf("Redis lets nobody listen: %q (%v)", line, err)
		}
	}
	go s.listen(lines)
	return s
}

func (s *Spy) listen(lines *bufio.Reader) {
	for {
		line, err := lines.ReadBytes('\n')
		s.mu.Lock()
		s.heard.Write(line)
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Heard is all that was said so far.
func (s *Spy) Heard() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard.String()
}
