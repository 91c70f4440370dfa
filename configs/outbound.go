package configs

import (
	"net/netip"
	"slices"
	"strings"
)

// OutboundConfig is how our own calls leave; an empty Trunk makes none.
type OutboundConfig struct {
	Trunk    string         `yaml:"trunk"`
	Proxy    netip.AddrPort `yaml:"proxy"`
	From     string         `yaml:"from"`
	User     string         `yaml:"user"`
	Password Secret         `yaml:"password"`
	National bool           `yaml:"national"`
	Allow    []string       `yaml:"allow"`
	Hourly   HourlyCalls    `yaml:"hourly"`
	PerAgent int            `yaml:"per_agent"`
	Daily    int            `yaml:"daily"`
	AtOnce   int            `yaml:"at_once"`
}

// HourlyCalls is how many calls a node makes in an hour, by what they are for.
type HourlyCalls struct {
	Duty     int `yaml:"duty"`
	Transfer int `yaml:"transfer"`
	Consult  int `yaml:"consult"`
	Callback int `yaml:"callback"`
	Notice   int `yaml:"notice"`
}

// ByPurpose is the same by the names of ivr.OutboundCall.
func (h HourlyCalls) ByPurpose() map[string]int {
	return map[string]int{"duty": h.Duty, "transfer": h.Transfer, "consult": h.Consult, "callback": h.Callback, "notice": h.Notice}
}

func (c *Config) checkOutbound(l *faultList) {
	for name, number := range c.SIP.Emergency {
		if name == "" || number == "" || len(number) > 8 || strings.Trim(number, "0123456789") != "" {
			l.at("sip.emergency", "holds names and short numbers only, such as 120: 120")
		}
	}
	o := c.SIP.Outbound
	if o.Trunk == "" {
		return
	}
	at := "sip.outbound"
	i := slices.IndexFunc(c.SIP.Trunks, func(t TrunkConfig) bool { return t.Name == o.Trunk })
	switch {
	case i < 0:
		l.at(at+".trunk", "must be the name of one of sip.trunks")
	case !o.Proxy.IsValid() || o.Proxy.Port() == 0 || !slices.ContainsFunc(c.SIP.Trunks[i].CIDRs, func(p netip.Prefix) bool { return p.Contains(o.Proxy.Addr()) }):
		l.at(at+".proxy", "must be address and port inside the cidrs of its trunk: else its answers meet silence")
	}
	if len(c.SIP.UDP) == 0 {
		l.at(at, "leaves over UDP: name an address in sip.udp")
	}
	if o.From == "" || strings.Trim(o.From, "0123456789") != "" {
		l.at(at+".from", "must be the number that is shown, digits only")
	}
	if (o.User == "") != (o.Password.Reveal() == "") {
		l.at(at, "user and password go together")
	}
	if len(o.Allow) == 0 {
		l.at(at+".allow", "name at least one prefix, such as +86")
	}
	for _, prefix := range o.Allow {
		if !strings.HasPrefix(prefix, "+86") || strings.Trim(prefix[1:], "0123456789") != "" {
			l.at(at+".allow", "must hold prefixes of this country's numbers, such as +861 (mobiles) or +86537")
		}
	}
	for key, n := range map[string]int{"per_agent": o.PerAgent, "daily": o.Daily, "at_once": o.AtOnce, "hourly.duty": o.Hourly.Duty,
		"hourly.transfer": o.Hourly.Transfer, "hourly.consult": o.Hourly.Consult, "hourly.callback": o.Hourly.Callback, "hourly.notice": o.Hourly.Notice} {
		atLeastOne(l, at+"."+key, n)
	}
}
