package notify

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
)

// Two calls that fail for one reason fail with one text, or their dead letters
// could not be counted and sent again together; and no text holds an address.
func TestOneCauseHasOneText(t *testing.T) {
	fault := func(port int) error {
		read := &net.OpError{Op: "read", Net: "tcp", Source: &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: port}, Addr: &net.TCPAddr{IP: net.IPv4(10, 0, 0, 2), Port: 443}, Err: syscall.ECONNRESET}
		return withoutAddress(&url.Error{Op: http.MethodPost, URL: "https://sms.example/?token=secret", Err: read})
	}
	one, other := fault(40001), fault(40002)
	if one.Error() != other.Error() || strings.Contains(one.Error(), "10.0.0") || strings.Contains(one.Error(), "secret") {
		t.Errorf("%q and %q", one, other)
	}
	if !errors.Is(one, syscall.ECONNRESET) || neverConnected(one) {
		t.Errorf("%v is no reset any more", one)
	}
	if dial := withoutAddress(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}); !neverConnected(dial) {
		t.Errorf("%v did connect", dial)
	}
}
