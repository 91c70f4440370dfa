package configs

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// Check reports every fault of a Config that was made or changed in code, as
// `hotline dev` does. Load has done it already.
func (c *Config) Check() error {
	l := &faultList{file: "configuration"}
	c.resolve(l)
	c.check(l)
	return l.err()
}

// resolve reads the secrets that lie in files.
func (c *Config) resolve(l *faultList) {
	for path, secret := range map[string]*Secret{
		"postgres.url": &c.Postgres.URL, "postgres.owner_url": &c.Postgres.OwnerURL, "redis.url": &c.Redis.URL, "softphone.turn.secret": &c.Softphone.TURN.Secret,
		"sip.outbound.password": &c.SIP.Outbound.Password, "dispatch.dead_man_url": &c.Dispatch.DeadManURL,
	} {
		if err := secret.resolve(); err != nil {
			l.at(path, "%s", err)
		}
	}
	for _, more := range []map[string]*Secret{c.channelSecrets(), c.bankSecrets(), c.sourceSecrets(), c.alertSecrets()} {
		for path, secret := range more {
			if err := secret.resolve(); err != nil {
				l.at(path, "%s", err)
			}
		}
	}
}

func (c *Config) check(l *faultList) {
	c.checkNode(l)
	c.checkServers(l)
	c.checkRecording(l)
	if slices.Contains(c.Roles, RolePhone) {
		c.checkSIP(l)
		c.checkSoftphone(l)
	}
	oneOf(l, "log.level", c.Log.Level, "debug", "info", "warn", "error")
	oneOf(l, "log.format", c.Log.Format, "text", "json")
	within(l, "drain.timeout", c.Drain.Timeout, 0, time.Hour)
	c.checkChannels(l)
	c.checkBanks(l)
	c.checkSources(l)
	c.checkAlerts(l)
	if number := c.Dispatch.AlarmNumber; number != "" && ticket.ParsePhone(number).E164 == "" {
		l.at("dispatch.alarm_number", "must be a phone number such as +8619900000000, or empty")
	}
	checkURL(l, "dispatch.dead_man_url", c.Dispatch.DeadManURL.Reveal(), false, "http", "https")
	oneOf(l, "dispatch.dead_man_method", c.Dispatch.DeadManMethod, "GET", "POST")
	if c.Demo.TimeScale < 0.1 || c.Demo.TimeScale > 1000 {
		l.at("demo.time_scale", "must lie between 0.1 and 1000")
	}
	if !c.Demo.Enabled && c.Demo.TimeScale != 1 {
		l.at("demo.time_scale", "a real line runs in real time: leave it at 1, or set demo.enabled")
	}
}

// nodeID is what a node may be called: it stands in file names and log lines.
var nodeID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

func (c *Config) checkNode(l *faultList) {
	for i, role := range c.Roles {
		oneOf(l, fmt.Sprintf("roles[%d]", i), role, RolePhone, RoleDispatch, RoleAPI)
	}
	if len(c.Roles) == 0 {
		l.at("roles", "name at least one of phone, dispatch, api")
	}
	if !nodeID.MatchString(c.Node.ID) {
		l.at("node.id", "must be 1 to 32 of a-z, 0-9 and -, and another on every node")
	}
	if c.Node.Ordinal < 0 || c.Node.Ordinal > 9 {
		l.at("node.ordinal", "must lie between 0 and 9, and be another on every node: ticket numbers depend on it when the database is away")
	}
	if m := c.Node.MemoryMB; m != 0 && (m < 128 || m > 1<<20) {
		l.at("node.memory_mb", "must be 0, for no limit, or lie between 128 and 1048576")
	}
	required(l, "node.data_dir", c.Node.DataDir, "name a folder on a local disk for the journal")
	required(l, "keys.file", c.Keys.File, "name the key file; `hotline doctor` says how to make one")
	required(l, "policy.ladder", c.Policy.Ladder, "name a ladder version, such as ladder-2026")
	required(l, "policy.contact", c.Policy.Contact, "name a contact version, such as contact-2026")
}

func (c *Config) checkServers(l *faultList) {
	checkURL(l, "postgres.url", c.Postgres.URL.Reveal(), true, "postgres", "postgresql")
	checkURL(l, "postgres.owner_url", c.Postgres.OwnerURL.Reveal(), false, "postgres", "postgresql")
	checkURL(l, "redis.url", c.Redis.URL.Reveal(), false, "redis", "rediss", "unix", "redis+cluster", "rediss+cluster", "redis+sentinel", "rediss+sentinel")
	if c.Postgres.MaxConnections < 4 || c.Postgres.MaxConnections > 1000 {
		l.at("postgres.max_connections", "must lie between 4 and 1000")
	}
	if !slices.Contains(c.Roles, RoleAPI) {
		return
	}
	checkListen(l, "api.listen", c.API.Listen)
	origin := c.API.PublicOrigin
	checkURL(l, "api.public_origin", origin, true, "http", "https")
	if u, err := url.Parse(origin); err == nil && (u.Path != "" || u.RawQuery != "" || u.User != nil) {
		l.at("api.public_origin", "must be scheme, host and port only, without a slash at the end")
	}
}

func (c *Config) checkSIP(l *faultList) {
	s := &c.SIP
	if len(s.UDP)+len(s.TCP) == 0 {
		l.at("sip", "name an address to listen on, in udp or tcp")
	}
	for i, address := range s.UDP {
		checkListen(l, fmt.Sprintf("sip.udp[%d]", i), address)
	}
	for i, address := range s.TCP {
		checkListen(l, fmt.Sprintf("sip.tcp[%d]", i), address)
	}
	if s.RTPFirst < 1024 || s.RTPLast < s.RTPFirst || int(s.RTPLast)-int(s.RTPFirst) < 2*s.MaxCalls {
		l.at("sip.rtp_last", "rtp_first to rtp_last must lie in 1024–65535 and hold two ports for each of max_calls")
	}
	atLeastOne(l, "sip.max_calls", s.MaxCalls)
	atLeastOne(l, "sip.max_transactions", s.MaxTransactions)
	atLeastOne(l, "sip.max_connections", s.MaxConnections)
	if s.PacketRate < 1 || s.SourceRate < 1 {
		l.at("sip.packet_rate", "packet_rate and source_rate must be at least 1 a second")
	}
	within(l, "sip.retry_after", s.RetryAfter, time.Second, 10*time.Minute)
	within(l, "sip.ring_delay", s.RingDelay, 0, 15*time.Second) // GB/T 33358-2016: answered within 15 s
	within(l, "sip.max_duration", s.MaxDuration, time.Minute, 6*time.Hour)
	within(l, "sip.media_timeout", s.MediaTimeout, 2*time.Second, 10*time.Minute)
	within(l, "sip.hold_timeout", s.HoldTimeout, s.MediaTimeout, 2*time.Hour)
	c.checkTrunks(l)
	c.checkNumbers(l)
	c.checkOutbound(l)
}

func (c *Config) checkTrunks(l *faultList) {
	if len(c.SIP.Trunks) == 0 {
		l.at("sip.trunks", "name at least one trunk: everybody else gets silence")
	}
	seen := map[string]bool{}
	for i, trunk := range c.SIP.Trunks {
		at := fmt.Sprintf("sip.trunks[%d]", i)
		if trunk.Name == "" || seen[trunk.Name] {
			l.at(at+".name", "every trunk needs a name of its own")
		}
		seen[trunk.Name] = true
		if len(trunk.CIDRs) == 0 {
			l.at(at, "cidrs is missing: from which addresses does the operator send?")
		}
		if trunk.AreaCode != "" && !ticket.ValidAreaCode(trunk.AreaCode) {
			l.at(at+".area_code", `must be an area code as dialled, in quotes ("0537", "010"), or empty`)
		}
		for j, cidr := range trunk.CIDRs {
			if cidr.Bits() == 0 {
				l.at(fmt.Sprintf("%s.cidrs[%d]", at, j), "would let everybody in: name the operator's addresses")
			}
		}
	}
}

func (c *Config) checkNumbers(l *faultList) {
	if len(c.SIP.Numbers) == 0 {
		l.at("sip.numbers", "name at least one service number")
	}
	seen := map[string]bool{}
	for i, line := range c.SIP.Numbers {
		at := fmt.Sprintf("sip.numbers[%d]", i)
		for _, number := range append([]string{line.Number}, line.Aliases...) {
			if number == "" || strings.Trim(number, "0123456789") != "" || len(number) > 20 {
				l.at(at+".number", "a service number and its aliases are digits only, as the trunk sends them")
			}
			if seen[number] {
				l.at(at+".number", "is already taken by another line")
			}
			seen[number] = true
		}
		code, err := area.ParseCode(line.Area)
		if level := code.Level(); err != nil || level != area.LevelCounty && level != area.LevelTownship {
			l.at(at+".area", "must be the 12-digit code of a county (for a number without an area of its own) or a township")
		}
	}
}

func (c *Config) checkSoftphone(l *faultList) {
	s := &c.Softphone
	checkListen(l, "softphone.listen", s.Listen)
	if at, err := netip.ParseAddrPort(s.Listen); err == nil && at.Addr().IsUnspecified() && at.Port() == 0 {
		l.at("softphone.listen", "on all addresses the port must be named")
	}
	if s.ListenTCP != "" {
		checkListen(l, "softphone.listen_tcp", s.ListenTCP)
	}
	for i, ip := range s.PublicIPs {
		if !ip.IsValid() || ip.IsUnspecified() || ip.IsMulticast() {
			l.at(fmt.Sprintf("softphone.public_ips[%d]", i), "must be an address that browsers can reach")
		}
	}
	checkICE(l, "softphone.stun", s.STUN, "stun:", "stuns:")
	checkICE(l, "softphone.turn.urls", s.TURN.URLs, "turn:", "turns:")
	if len(s.TURN.URLs) > 0 && s.TURN.Secret.Reveal() == "" {
		l.at("softphone.turn.secret", "is missing: the relay and this node share it")
	}
	within(l, "softphone.turn.life", s.TURN.Life, time.Minute, 10*time.Minute)
	within(l, "softphone.grace", s.Grace, time.Second, time.Minute)
}

// checkICE holds the addresses of ICE servers to their schemes (RFC 7064, RFC 7065).
func checkICE(l *faultList, path string, urls []string, schemes ...string) {
	for i, u := range urls {
		if !slices.ContainsFunc(schemes, func(s string) bool { return strings.HasPrefix(u, s) && len(u) > len(s) }) {
			l.at(fmt.Sprintf("%s[%d]", path, i), "must begin with %s and name a host", strings.Join(schemes, " or "))
		}
	}
}

func required(l *faultList, path, value, detail string) {
	if value == "" {
		l.at(path, "is missing: %s", detail)
	}
}

func oneOf(l *faultList, path, value string, choices ...string) {
	if !slices.Contains(choices, value) {
		l.at(path, "must be one of %s", strings.Join(choices, ", "))
	}
}

func within(l *faultList, path string, value, low, high time.Duration) {
	if value < low || value > high {
		l.at(path, "must lie between %s and %s", low, high)
	}
}

func atLeastOne(l *faultList, path string, value int) {
	if value < 1 {
		l.at(path, "must be at least 1")
	}
}

func checkListen(l *faultList, path, address string) {
	host, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = netip.ParseAddrPort(net.JoinHostPort(host, port))
	}
	if err != nil {
		l.at(path, "must be address and port, such as 192.0.2.10:5060")
	}
}

func checkURL(l *faultList, path, text string, needed bool, schemes ...string) {
	if text == "" {
		if needed {
			l.at(path, "is missing")
		}
		return
	}
	u, err := url.Parse(text)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Host == "" && u.Path == "" {
		l.at(path, "must be a URL that begins with %s://", strings.Join(schemes, ":// or "))
	}
}
