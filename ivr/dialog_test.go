package ivr

import (
	"net/netip"
	"testing"

	"github.com/emiago/sipgo/sip"
)

// Where a BYE goes is never for a caller to choose freely.
func TestDestinationStaysInsideTheTrunk(t *testing.T) {
	e := stillEndpoint(t)
	src := netip.MustParseAddrPort("192.0.2.1:5062")
	for _, c := range []struct {
		name, transport, contact, route, want string
	}{
		{"Contact", "UDP", "<sip:x@192.0.2.7:5070>", "", "192.0.2.7:5070"},
		{"Contact without port", "UDP", "<sip:x@192.0.2.7>", "", "192.0.2.7:5060"},
		{"route before Contact", "UDP", "<sip:x@192.0.2.7:5070>", "<sip:192.0.2.8:5080;lr>", "192.0.2.8:5080"},
		{"Contact outside the trunk", "UDP", "<sip:x@203.0.113.9:5060>", "", "192.0.2.1:5062"},
		{"Contact with a name", "UDP", "<sip:x@victim.example>", "", "192.0.2.1:5062"},
		{"loopback", "UDP", "<sip:x@127.0.0.1:6379>", "", "192.0.2.1:5062"},
		{"TCP", "TCP", "<sip:x@192.0.2.7:5070>", "", "192.0.2.1:5062"},
	} {
		changes := []string{"<sip:13800000001@192.0.2.1>\r\nContent-Type", c.contact + "\r\nContent-Type"}
		if c.route != "" {
			changes = append(changes, "Max-Forwards", "Record-Route: "+c.route+"\r\nMax-Forwards")
		}
		parsed, err := newParser().ParseSIP(invite(changes...))
		if err != nil {
			t.Fatal(err)
		}
		dialog := &call{endpoint: e, hop: hop{transport: c.transport, src: src, trunk: e.gate.trunkOf(src.Addr())}, remote: newDialogSide(parsed.(*sip.Request))}
		if got := dialog.destination(); got.String() != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
