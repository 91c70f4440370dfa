package notify

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// providerClient is for addresses that come from the city's own settings. A
// number goes where it was meant to go: no redirects, no proxy of the environment.
// control may refuse a connection by the address that was looked up.
func providerClient(control func(network, address string, c syscall.RawConn) error) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: control}
	return &http.Client{
		Transport: &http.Transport{Proxy: nil, DialContext: dialer.DialContext, MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute,
			TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 30 * time.Second, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// errPrivate is a connection to where no provider is.
var errPrivate = errors.New("the address leads into a private network")

// publicOnly refuses connections to addresses that are not of the internet, after
// the name was looked up: a name that leads back into our own network is refused too.
func publicOnly(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return errPrivate
	}
	ip := ap.Addr().Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || carrierGrade.Contains(ip) || thisNetwork.Contains(ip) || nat64.Contains(ip) {
		return errPrivate
	}
	return nil
}

var (
	carrierGrade = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598; clouds keep services there
	thisNetwork  = netip.MustParsePrefix("0.0.0.0/8")
	nat64        = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052: any IPv4 address in disguise
)

// neverConnected reports whether a request failed before a byte of it left.
func neverConnected(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

// portlessError is a network error without the two ports, one of which is another
// each time: dead letters of one cause have one text.
type portlessError struct{ *net.OpError }

func (e portlessError) Error() string { return e.Op + " " + e.Net + ": " + e.Err.Error() }
func (e portlessError) Unwrap() error { return e.OpError }

// withoutAddress drops the URL from a client's error: it may carry a token or a number.
func withoutAddress(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = portlessError{op}
	}
	return fmt.Errorf("call the provider: %w", err)
}
