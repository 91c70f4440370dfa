package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"example.org/hotline/configs"
	"example.org/hotline/ivr"
)

// checkPorts tries each address the node listens on, or finds out who has it.
func (e *examination) checkPorts(ctx context.Context) {
	if slices.Contains(e.cfg.Roles, configs.RolePhone) {
		for _, address := range e.cfg.SIP.UDP {
			e.checkPort(ctx, "SIP port", "udp", address)
		}
		for _, address := range e.cfg.SIP.TCP {
			e.checkPort(ctx, "SIP port", "tcp", address)
		}
		e.checkOpenFiles(openFiles())
		e.checkReceiveBuffer("/proc/sys/net/core/rmem_max")
		e.checkPort(ctx, "softphone port", "udp", e.cfg.Softphone.Listen)
		if address := e.cfg.Softphone.ListenTCP; address != "" {
			e.checkPort(ctx, "softphone port", "tcp", address)
		}
	}
	if slices.Contains(e.cfg.Roles, configs.RoleAPI) {
		e.checkPort(ctx, "API port", "tcp", e.cfg.API.Listen)
	}
}

func (e *examination) checkPort(ctx context.Context, check, network, address string) {
	at := network + " " + address
	err := tryPort(ctx, network, address)
	switch {
	case err == nil:
		e.ok(check, "%s is free", at)
	case errors.Is(err, syscall.EADDRINUSE):
		e.takenPort(check, network, address)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		e.fault(check, at+": this machine has no such address", "correct it: ip -brief address shows the machine's own")
	case errors.Is(err, syscall.EACCES):
		e.fault(check, at+": this user may not use a port below 1024", "choose a higher one, or give the service AmbientCapabilities=CAP_NET_BIND_SERVICE")
	default:
		e.fault(check, fmt.Sprintf("%s: %v", at, cause(err)), "correct the address")
	}
}

// checkOpenFiles wants files for as many calls as may come at once.
func (e *examination) checkOpenFiles(limit int) {
	const check = "open files"
	calls := e.cfg.SIP.MaxCalls
	if fitting := fitCalls(calls, limit); fitting < calls {
		e.warn(check, fmt.Sprintf("this user may open %d files: that is room for %d calls at once, max_calls is %d", limit, fitting, calls),
			fmt.Sprintf("LimitNOFILE=%d in the unit, or lower sip.max_calls", calls*filesPerCall+otherFiles))
		return
	}
	e.ok(check, "%d: room for sip.max_calls", limit)
}

// checkReceiveBuffer wants the kernel to grant the line's sockets what they ask
// for. Its limit is in file.
func (e *examination) checkReceiveBuffer(file string) {
	const check = "SIP buffer"
	octets, err := os.ReadFile(file)
	if err != nil {
		return // no Linux: other kernels have other limits
	}
	limit, err := strconv.Atoi(strings.TrimSpace(string(octets)))
	switch {
	case err != nil:
		e.warn(check, fmt.Sprintf("%s holds %q", file, octets), "look at sysctl net.core.rmem_max")
	case limit < ivr.SignallingBuffer:
		e.warn(check, fmt.Sprintf("the kernel grants %d octets of the %d that the line asks for: a short pause at hundreds of calls a second loses INVITEs, and callers wait half a second longer", limit, ivr.SignallingBuffer),
			fmt.Sprintf("as root: sysctl -w net.core.rmem_max=%d, and the same line in /etc/sysctl.d/", ivr.SignallingBuffer))
	default:
		e.ok(check, "%d octets for each socket", ivr.SignallingBuffer)
	}
}

// takenPort tells the hotline that runs with this data folder from everybody else.
func (e *examination) takenPort(check, network, address string) {
	at := network + " " + address
	pid, program := portOwner(network, address)
	switch {
	case pid != 0 && pid == e.running:
		e.ok(check, "%s is in use by the hotline that runs here (process %d)", at, pid)
	case pid != 0:
		e.fault(check, fmt.Sprintf("%s is in use by %s (process %d)", at, program, pid), "stop it, or choose another port")
	case e.running != 0:
		e.ok(check, "%s is in use, it seems by the hotline that runs here (process %d); root could tell", at, e.running)
	default:
		e.fault(check, at+" is in use by a program of another user", "find it as root: ss -lunpt; stop it, or choose another port")
	}
}

// tryPort takes an address and lets go of it at once.
func tryPort(ctx context.Context, network, address string) error {
	var lc net.ListenConfig
	if network == "udp" {
		c, err := lc.ListenPacket(ctx, network, address)
		if err != nil {
			return err
		}
		return c.Close()
	}
	l, err := lc.Listen(ctx, network, address)
	if err != nil {
		return err
	}
	return l.Close()
}

// checkRTP wants room for every call and a range that nothing else takes ports from.
func (e *examination) checkRTP(ctx context.Context) {
	const check = "RTP ports"
	s := e.cfg.SIP
	if !slices.Contains(e.cfg.Roles, configs.RolePhone) {
		return
	}
	pairs := (int(s.RTPLast) - int(s.RTPFirst) + 1) / 2
	detail := fmt.Sprintf("%d to %d: room for %d calls, max_calls is %d", s.RTPFirst, s.RTPLast, pairs, s.MaxCalls)
	low, high, err := ephemeralPorts()
	switch {
	case pairs < s.MaxCalls:
		e.fault(check, detail, "widen sip.rtp_first and rtp_last, or lower sip.max_calls")
	case err == nil && int(s.RTPLast) >= low && int(s.RTPFirst) <= high && !e.cfg.Demo.Enabled:
		e.warn(check, fmt.Sprintf("%d to %d overlaps the range from which this machine gives ports to outgoing connections (%d to %d)", s.RTPFirst, s.RTPLast, low, high),
			"choose a range below it, or set net.ipv4.ip_local_reserved_ports")
	default:
		e.ok(check, "%s", detail)
	}
	for _, bind := range []netip.Addr{s.MediaBind, s.MediaIP, s.AdvertiseIP} {
		if !bind.IsValid() {
			continue
		}
		if err := tryPort(ctx, "udp", netip.AddrPortFrom(bind, 0).String()); err != nil {
			e.fault("media address", fmt.Sprintf("%s: %v", bind, cause(err)), "set sip.media_bind to an address of this machine; sip.media_ip may then be the one that callers see")
		}
		return
	}
}

func ephemeralPorts() (low, high int, err error) {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		return 0, 0, err
	}
	_, err = fmt.Sscan(string(text), &low, &high)
	return low, high, err
}

// portOwner is the process that has an address and its program's name; 0 where
// this user may not see it.
func portOwner(network, address string) (pid int, program string) {
	wanted, err := netip.ParseAddrPort(address)
	if err != nil {
		return 0, ""
	}
	for _, table := range []string{network, network + "6"} {
		for _, inode := range listeners("/proc/net/"+table, network, wanted) {
			if pid := socketHolder(inode); pid != 0 {
				name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)) // gone: it has no name any more
				return pid, strings.TrimSpace(string(name))
			}
		}
	}
	return 0, ""
}

// listeners finds the sockets in a table of /proc/net that keep an address from us.
func listeners(table, network string, wanted netip.AddrPort) (inodes []string) {
	file, err := os.Open(table)
	if err != nil {
		return nil
	}
	defer file.Close() //nolint:errcheck // only read
	const listening = "0A"
	for lines := bufio.NewScanner(file); lines.Scan(); { // "sl local_address rem_address st … uid timeout inode"
		f := strings.Fields(lines.Text())
		if len(f) < 10 || network == "tcp" && f[3] != listening {
			continue
		}
		local, ok := parseProcAddress(f[1])
		if ok && local.Port() == wanted.Port() &&
			(local.Addr() == wanted.Addr().Unmap() || local.Addr().IsUnspecified() || wanted.Addr().IsUnspecified()) {
			inodes = append(inodes, f[9])
		}
	}
	return inodes
}

// parseProcAddress reads "0100007F:13C4": words of 32 bits in the machine's own
// (little-endian) order, and the port.
func parseProcAddress(text string) (netip.AddrPort, bool) {
	host, port, _ := strings.Cut(text, ":")
	raw, err := hex.DecodeString(host)
	n, perr := strconv.ParseUint(port, 16, 16)
	if err != nil || perr != nil || len(raw)%4 != 0 {
		return netip.AddrPort{}, false
	}
	for word := range slices.Chunk(raw, 4) {
		slices.Reverse(word)
	}
	addr, ok := netip.AddrFromSlice(raw)
	return netip.AddrPortFrom(addr.Unmap(), uint16(n)), ok
}

// socketHolder finds the process that has a socket open; 0 where this user may not see it.
func socketHolder(inode string) int {
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*") // the pattern is sound
	for _, link := range links {
		if target, err := os.Readlink(link); err == nil && target == "socket:["+inode+"]" {
			pid, _ := strconv.Atoi(strings.Split(link, "/")[2]) // the pattern wants digits
			return pid
		}
	}
	return 0
}
