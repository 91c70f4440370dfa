package ivr

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"example.org/hotline/ticket"
)

// Config is everything the endpoint may be told. Zero fields take the default
// in their comment; what has no default is required.
type Config struct {
	NodeID string // this node's name, kept on every call

	UDP []string // addresses to listen on, "192.0.2.10:5060"; port 0 takes a free one
	TCP []string // the same for TCP; at least one of UDP and TCP is required

	AdvertiseIP netip.Addr // in Contact and Via; default the address of the listener
	MediaIP     netip.Addr // in our SDP; default AdvertiseIP, else that of the first listener
	MediaBind   netip.Addr // local address of RTP sockets; default MediaIP

	RTPFirst, RTPLast uint16        // RTP port range; default 20000 to 29999
	PortRest          time.Duration // how long a used port rests; default 5 s

	Trunks  []Trunk         // who may send to us; everyone else gets silence
	Peers   []Peer          // the other nodes of the line; our own entry is passed over
	Numbers []ServiceNumber // what may be dialled; everything else gets 404

	Outbound OutboundConfig // how our own calls leave; the zero value makes none

	MaxCalls        int           // calls at once; above it 503, each still a ticket; default 600
	MaxTransactions int           // server transactions at once; above it as above; default 20,000
	PacketRate      float64       // messages a second from all trunks together; default 10,000
	SourceRate      float64       // messages a second from one address; default 5,000
	MaxConnections  int           // TCP connections from one address; default 1,024: some trunks take one a call
	RetryAfter      time.Duration // told with 503; default 10 s

	RingDelay    time.Duration // how long it rings before the answer; default 1 s, negative for none
	MaxDuration  time.Duration // longest a call may last from its answer; default 2 h
	MediaTimeout time.Duration // without a packet of the caller; default 30 s
	HoldTimeout  time.Duration // the same while the caller holds; default 10 min

	// Retransmission of our 200 until its ACK (RFC 3261 section 13.3.1.4): T1
	// doubling up to T2, given up after 64*T1. Ours, not sipgo's, whose timers
	// belong to the whole process. Defaults 500 ms and 4 s.
	T1, T2 time.Duration

	AllowLoopbackMedia bool // accept 127.0.0.1 in a caller's SDP: development and tests only
}

// Trunk is one operator's connection.
type Trunk struct {
	Name       string         // kept on every call
	CIDRs      []netip.Prefix // where its SIP comes from
	MediaCIDRs []netip.Prefix // from where an RTP source may be learned for callers behind NAT; empty never
	AreaCode   string         // of the callers it delivers without one, "0537"; empty: such a number counts as withheld
	TrustPAI   bool           // believe its P-Asserted-Identity (RFC 3325: only inside a trust domain)

	peer *Peer // not a trunk but another node of the line
}

// ServiceNumber is one number that citizens dial.
type ServiceNumber struct {
	Number  string   // as kept on the call, "12349"
	Aliases []string // other forms in which trunks deliver it, "053712349"
}

func (c Config) withDefaults() Config {
	c.RTPFirst, c.RTPLast = cmp.Or(c.RTPFirst, 20000), cmp.Or(c.RTPLast, 29999)
	c.PortRest = cmp.Or(c.PortRest, 5*time.Second)
	c.MaxCalls = cmp.Or(c.MaxCalls, 600)
	c.MaxTransactions = cmp.Or(c.MaxTransactions, 20_000)
	c.PacketRate = cmp.Or(c.PacketRate, 10_000)
	c.SourceRate = cmp.Or(c.SourceRate, 5_000)
	c.MaxConnections = cmp.Or(c.MaxConnections, 1024)
	c.RetryAfter = cmp.Or(c.RetryAfter, 10*time.Second)
	c.RingDelay = cmp.Or(c.RingDelay, time.Second)
	c.MaxDuration = cmp.Or(c.MaxDuration, 2*time.Hour)
	c.MediaTimeout = cmp.Or(c.MediaTimeout, 30*time.Second)
	c.HoldTimeout = cmp.Or(c.HoldTimeout, 10*time.Minute)
	c.Outbound = c.Outbound.withDefaults()
	c.T1, c.T2 = cmp.Or(c.T1, 500*time.Millisecond), cmp.Or(c.T2, 4*time.Second)
	return c
}

// validate reports all faults at once.
func (c Config) validate() error {
	var faults []error
	missing := func(absent bool, what string) {
		if absent {
			faults = append(faults, fmt.Errorf("phone: %s", what))
		}
	}
	missing(c.NodeID == "", "the node has no id")
	missing(len(c.UDP)+len(c.TCP) == 0, "no address to listen on")
	missing(len(c.Trunks) == 0, "no trunk may call")
	missing(len(c.Numbers) == 0, "no service number")
	missing(c.MaxCalls < 0 || c.MaxTransactions < 0 || c.MaxConnections < 0, "a cap is negative")
	missing(c.PacketRate < 0 || c.SourceRate < 0, "a rate is negative")
	for _, t := range c.Trunks {
		missing(t.Name == "" || len(t.CIDRs) == 0, fmt.Sprintf("trunk %q needs a name and its addresses", t.Name))
		missing(t.AreaCode != "" && !ticket.ValidAreaCode(t.AreaCode), fmt.Sprintf("trunk %q has no area code of the fixed network", t.Name))
	}
	for _, p := range c.Peers {
		missing(p.ID == "" || !p.SIP.IsValid() || p.SIP.Port() == 0, fmt.Sprintf("node %q needs an id and the address of its SIP", p.ID))
	}
	missing(c.Outbound.Trunk != "" && len(c.UDP) == 0, "an outbound trunk needs an address to send from, in udp")
	faults = append(faults, c.Outbound.validate(c.Trunks))
	seen := map[string]bool{}
	for _, n := range c.Numbers {
		for _, form := range append([]string{n.Number}, n.Aliases...) {
			form = dialled(form)
			missing(form == "", fmt.Sprintf("service number %q is not a number", n.Number))
			missing(seen[form], fmt.Sprintf("service number %q is given twice", form))
			seen[form] = true
		}
	}
	return errors.Join(faults...)
}

// resolveIPs fills the addresses that default to one another.
func (c Config) resolveIPs(first netip.Addr) (Config, error) {
	if !c.MediaIP.IsValid() {
		c.MediaIP = c.AdvertiseIP
	}
	if !c.MediaIP.IsValid() {
		c.MediaIP = first
	}
	if !c.MediaBind.IsValid() {
		c.MediaBind = c.MediaIP
	}
	if c.MediaIP.IsUnspecified() {
		return c, errors.New("phone: listening on every address needs a media address to tell callers")
	}
	return c, nil
}
