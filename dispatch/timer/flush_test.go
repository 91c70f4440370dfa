package timer_test

import (
	"bufio"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
)

// flushAll empties a Redis and its script cache, as its administrator. Three
// lines of its protocol: only internal/pulse may know a client.
func flushAll(t *testing.T, adminURL string) {
	t.Helper()
	u, err := url.Parse(adminURL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	password, _ := u.User.Password()
	if _, err := fmt.Fprintf(conn, "AUTH %s %s\r\nFLUSHALL\r\nSCRIPT FLUSH\r\n", u.User.Username(), password); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(conn)
	for range 3 {
		if line, err := answers.ReadString('\n'); err != nil || !strings.HasPrefix(line, "+OK") {
			t.Fatalf("Redis answered %q (%v)", line, err)
		}
	}
}
