package ivr

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// Why a call of ours was not answered. Every error of Dial is one of these, or
// the context's.
var (
	ErrNoTrunk      = errors.New("this line makes no calls of its own")
	ErrForbidden    = errors.New("the dial plan does not allow this number")
	ErrCapped       = errors.New("too many calls of this kind; try later")
	ErrBusyHere     = errors.New("the telephone is busy, or the call was rejected")
	ErrNoAnswer     = errors.New("nobody answered")
	ErrNotInService = errors.New("the number is not in service")
	ErrTrunkFailed  = errors.New("the trunk could not put the call through")
)

// OutboundConfig is how our own calls leave. The zero value makes none.
type OutboundConfig struct {
	Trunk string         // name of the Trunk that takes them; empty: no calls are made
	Proxy netip.AddrPort // where the INVITE goes, over UDP; inside that trunk's CIDRs
	From  string         // number we show, "12349"

	// User and Password answer the trunk's challenge (RFC 3261 section 22), once a call.
	// Password is asked for each time, so that no copy of it lies about. Nil: no challenge is answered.
	User     string
	Password func() string

	National bool     // write numbers as 010… and 13…, not as +86…
	Allow    []string // prefixes in E.164 that may be dialled; default "+86"

	// Emergency are the short numbers that may be dialled as they are, by name.
	Emergency map[string]string

	PerPurpose map[string]int // calls an hour for each purpose of OutboundCall; 60 where none is named
	PerAgent   int            // calls an hour that one agent may ask for; default 30
	PerDay     int            // calls in 24 hours; default 1,000
	AtOnce     int            // calls at the same time; default 30
}

const perPurpose = 60

func (c OutboundConfig) withDefaults() OutboundConfig {
	fill := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	fill(&c.PerAgent, 30)
	fill(&c.PerDay, 1000)
	fill(&c.AtOnce, 30)
	if len(c.Allow) == 0 {
		c.Allow = []string{"+86"}
	}
	return c
}

// dialable turns a number into what is written to the trunk. Mobiles and
// landlines of China under an allowed prefix pass, and the emergency list as it
// stands: never a premium or service number, never a foreign one, whatever the
// prefixes say (SECURITY T2). It fails with ErrForbidden; the error names no number.
func (c OutboundConfig) dialable(to string) (dial string, emergency bool, err error) {
	for _, number := range c.Emergency {
		if to == number && to != "" {
			return to, true, nil
		}
	}
	phone := ticket.ParsePhone(to)
	switch {
	case phone.E164 == "" || !strings.HasPrefix(phone.E164, "+86"):
		return "", false, fmt.Errorf("neither a mobile nor a landline of this country: %w", ErrForbidden)
	case !phone.Mobile && (strings.HasPrefix(phone.E164, "+86400") || strings.HasPrefix(phone.E164, "+86800")):
		return "", false, fmt.Errorf("a service number: %w", ErrForbidden)
	case !slices.ContainsFunc(c.Allow, func(prefix string) bool { return strings.HasPrefix(phone.E164, prefix) }):
		return "", false, fmt.Errorf("under no allowed prefix: %w", ErrForbidden)
	case !c.National:
		return phone.E164, false, nil
	case phone.Mobile:
		return phone.E164[len("+86"):], false, nil
	}
	return "0" + phone.E164[len("+86"):], false, nil
}

// validate reports what an outbound trunk lacks.
func (c OutboundConfig) validate(trunks []Trunk) error {
	if c.Trunk == "" {
		return nil
	}
	i := slices.IndexFunc(trunks, func(t Trunk) bool { return t.Name == c.Trunk })
	switch {
	case i < 0:
		return fmt.Errorf("phone: outbound trunk %q is not among the trunks", c.Trunk)
	case !c.Proxy.IsValid() || c.Proxy.Port() == 0 || !slices.ContainsFunc(trunks[i].CIDRs, func(p netip.Prefix) bool { return p.Contains(c.Proxy.Addr()) }):
		return fmt.Errorf("phone: the proxy of outbound trunk %q must be an address inside its networks", c.Trunk)
	case dialled(c.From) == "":
		return fmt.Errorf("phone: outbound trunk %q needs a number to show", c.Trunk)
	}
	return nil
}

// dialBook counts our own calls of this node against their caps.
type dialBook struct {
	cfg OutboundConfig

	mu      sync.Mutex
	atOnce  int
	day     []time.Time
	purpose map[string][]time.Time
	agent   map[area.StaffID][]time.Time
}

func newDialBook(cfg OutboundConfig) *dialBook {
	return &dialBook{cfg: cfg, purpose: map[string][]time.Time{}, agent: map[area.StaffID][]time.Time{}}
}

// enter counts a call, or fails with ErrCapped and counts nothing. A call for
// help is held to its agent's own cap alone: no other use of the line may keep it
// from 120. leave must be called when the call is over.
func (b *dialBook) enter(o OutboundCall, emergency bool, now time.Time) (leave func(), err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.day = since(b.day, now.Add(-24*time.Hour))
	b.purpose[o.Purpose] = since(b.purpose[o.Purpose], now.Add(-time.Hour))
	b.agent[o.By] = since(b.agent[o.By], now.Add(-time.Hour))
	most, named := b.cfg.PerPurpose[o.Purpose]
	if !named {
		most = perPurpose
	}
	switch {
	case o.By != 0 && len(b.agent[o.By]) >= b.cfg.PerAgent:
		return nil, fmt.Errorf("%d calls of one agent in an hour: %w", b.cfg.PerAgent, ErrCapped)
	case emergency:
	case b.atOnce >= b.cfg.AtOnce:
		return nil, fmt.Errorf("%d calls at once: %w", b.cfg.AtOnce, ErrCapped)
	case len(b.day) >= b.cfg.PerDay:
		return nil, fmt.Errorf("%d calls in a day: %w", b.cfg.PerDay, ErrCapped)
	case len(b.purpose[o.Purpose]) >= most:
		return nil, fmt.Errorf("%d calls for %s in an hour: %w", most, o.Purpose, ErrCapped)
	}
	b.atOnce++
	b.day = append(b.day, now)
	b.purpose[o.Purpose] = append(b.purpose[o.Purpose], now)
	if o.By != 0 {
		b.agent[o.By] = append(b.agent[o.By], now)
	}
	return sync.OnceFunc(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.atOnce--
	}), nil
}

// since drops what lies before.
func since(times []time.Time, before time.Time) []time.Time {
	i := slices.IndexFunc(times, func(t time.Time) bool { return t.After(before) })
	if i < 0 {
		return nil
	}
	return times[i:]
}
