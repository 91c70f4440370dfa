package main

import (
	"net/netip"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/configs"
	"example.org/hotline/dispatch"
	"example.org/hotline/ivr"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// intakeRules is what a call's first commit is made by.
func intakeRules(cfg configs.Config, ladder *dispatch.Policy, calendar ticket.Calendar) store.Rules {
	rules := store.Rules{Policy: ladder.Version, Terms: ladder.Terms(), Holds: ladder.Holds(), Callback: ladder.Callback.Rules(),
		Calendar: calendar, Lines: map[string]store.ServiceNumber{}}
	for i, n := range cfg.SIP.Numbers {
		service := store.ServiceNumber{Number: n.Number, Area: area.Code(n.Area), Desk: deskRole(area.Code(n.Area))}
		rules.Lines[n.Number] = service
		if i == 0 || service.Area.Level() == area.LevelCounty && rules.Fallback.Area.Level() != area.LevelCounty {
			rules.Fallback = service // a number without an area takes what no number is known for
		}
	}
	return rules
}

// deskRole is whose desk owns the calls of a number: the township's workers, or
// the county's duty.
func deskRole(a area.Code) area.Role {
	if a.Level() >= area.LevelTownship {
		return area.RoleWorker
	}
	return area.RoleCountyDuty
}

// phoneConfig turns the settings into the phone room's own. There zero asks for
// the default, and what a city sets to zero means none.
func phoneConfig(cfg configs.Config) ivr.Config {
	none := func(d time.Duration) time.Duration {
		if d == 0 {
			return -1
		}
		return d
	}
	s := cfg.SIP
	c := ivr.Config{
		NodeID: cfg.Node.ID, UDP: s.UDP, TCP: s.TCP, AdvertiseIP: s.AdvertiseIP, MediaIP: s.MediaIP, MediaBind: s.MediaBind,
		RTPFirst: s.RTPFirst, RTPLast: s.RTPLast, MaxCalls: s.MaxCalls, MaxTransactions: s.MaxTransactions, PacketRate: s.PacketRate,
		SourceRate: s.SourceRate, MaxConnections: s.MaxConnections, RetryAfter: s.RetryAfter, RingDelay: none(s.RingDelay),
		MaxDuration: s.MaxDuration, MediaTimeout: s.MediaTimeout, HoldTimeout: s.HoldTimeout,
		AllowLoopbackMedia: s.AllowLoopbackMedia,
	}
	c.Outbound = outboundConfig(s)
	for _, t := range s.Trunks {
		c.Trunks = append(c.Trunks, ivr.Trunk{Name: t.Name, CIDRs: t.CIDRs, MediaCIDRs: t.MediaCIDRs, TrustPAI: t.TrustPAI, AreaCode: t.AreaCode})
	}
	for _, n := range s.Numbers {
		c.Numbers = append(c.Numbers, ivr.ServiceNumber{Number: n.Number, Aliases: n.Aliases})
	}
	c.Peers = peersOf(cfg)
	return c
}

// peersOf are the other nodes as the phone room knows them. A list that does not
// name this node is not the line's: it is the built-in one of a node that has got
// a name of its own, and what it calls a node's address may be a trunk's.
func peersOf(cfg configs.Config) (peers []ivr.Peer) {
	if !slices.ContainsFunc(cfg.Nodes, func(n configs.PeerConfig) bool { return n.ID == cfg.Node.ID }) {
		return nil
	}
	for _, other := range cfg.Nodes {
		if at, err := netip.ParseAddrPort(other.SIP); err == nil && other.ID != cfg.Node.ID {
			peers = append(peers, ivr.Peer{ID: other.ID, SIP: at}) // else it takes no calls of others; Check has seen to the rest
		}
	}
	return peers
}
