package softphone

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"
)

// engine makes PeerConnections that speak A-law and telephone-event over one
// UDP port, and over TCP where UDP is blocked.
//
// We are ICE-lite (RFC 8445 section 2.5): our address is known, so browsers
// check and we answer; what a hostile page names as its candidates makes us
// send nothing anywhere. A DTLS handshake reaches a leg only from an address
// whose STUN check carried the leg's password, and begins with our own
// ClientHello (SECURITY T6: there is none of a stranger's to race with).
type engine struct {
	api     *webrtc.API
	config  webrtc.Configuration
	closers []io.Closer
	listen  netip.AddrPort
}

// How ICE watches a leg that is connected. Missing audio is noticed by the desk
// long before; these only end what nobody will come back to.
const (
	iceDisconnected = 5 * time.Second
	iceFailed       = 10 * time.Second
	iceKeepalive    = 2 * time.Second
)

// reportEvery is how often RTCP reports go out (RFC 3550 section 6.2: 5 s).
const reportEvery = 5 * time.Second

// The payload types of RFC 3551 for A-law and of this end for events; the
// browser may number events otherwise, and its offer decides.
const (
	typeALaw   = 8
	typeEvents = 101
)

func newEngine(ctx context.Context, cfg Config, log *slog.Logger) (*engine, error) {
	e := &engine{}
	settings, err := e.settings(ctx, cfg, log)
	if err != nil {
		e.close()
		return nil, err
	}
	codecs, reports := &webrtc.MediaEngine{}, &interceptor.Registry{}
	for _, c := range []webrtc.RTPCodecParameters{
		{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000}, PayloadType: typeALaw},
		{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mimeEvents, ClockRate: 8000, SDPFmtpLine: "0-15"}, PayloadType: typeEvents},
	} {
		if err := codecs.RegisterCodec(c, webrtc.RTPCodecTypeAudio); err != nil {
			return nil, fmt.Errorf("register %s: %w", c.MimeType, err)
		}
	}
	sender, err := report.NewSenderInterceptor(report.SenderInterval(reportEvery))
	if err != nil {
		return nil, fmt.Errorf("make RTCP sender reports: %w", err)
	}
	receiver, err := report.NewReceiverInterceptor(report.ReceiverInterval(reportEvery))
	if err != nil {
		return nil, fmt.Errorf("make RTCP receiver reports: %w", err)
	}
	reports.Add(sender)
	reports.Add(receiver)
	e.api = webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(codecs), webrtc.WithInterceptorRegistry(reports))
	return e, e.identify()
}

const mimeEvents = "audio/telephone-event"

// identify makes the certificate of this run. Its fingerprint travels in the
// answers, over the signed-in WebSocket, which is what makes it trusted
// (RFC 8827 section 6.5).
func (e *engine) identify() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("make the DTLS key: %w", err)
	}
	certificate, err := webrtc.GenerateCertificate(key)
	if err != nil {
		return fmt.Errorf("make the DTLS certificate: %w", err)
	}
	e.config = webrtc.Configuration{Certificates: []webrtc.Certificate{*certificate}, BundlePolicy: webrtc.BundlePolicyMaxBundle}
	return nil
}

func (e *engine) settings(ctx context.Context, cfg Config, log *slog.Logger) (webrtc.SettingEngine, error) {
	s := webrtc.SettingEngine{LoggerFactory: pionLog{log}}
	udp, err := e.bindUDP(cfg.Listen, cfg.Loopback)
	if err != nil {
		return s, err
	}
	s.SetICEUDPMux(udp)
	networks := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6}
	if cfg.ListenTCP != "" {
		ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.ListenTCP)
		if err != nil {
			return s, fmt.Errorf("listen for browsers' audio over TCP: %w", err)
		}
		mux := webrtc.NewICETCPMux(pionLog{log}.NewLogger("ice-tcp"), ln, 8)
		e.closers = append(e.closers, mux)
		s.SetICETCPMux(mux)
		networks = append(networks, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6)
	}
	s.SetLite(true)
	s.SetNetworkTypes(networks)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetIncludeLoopbackCandidate(cfg.Loopback)
	s.SetICETimeouts(iceDisconnected, iceFailed, iceKeepalive)
	if len(cfg.PublicIPs) > 0 {
		external := make([]string, len(cfg.PublicIPs))
		for i, ip := range cfg.PublicIPs {
			external[i] = ip.String()
		}
		rule := webrtc.ICEAddressRewriteRule{External: external, AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteReplace}
		if err := s.SetICEAddressRewriteRules(rule); err != nil {
			return s, fmt.Errorf("public addresses for browsers: %w", err)
		}
	}
	return s, nil
}

// bindUDP opens the one port. On an unspecified address pion wants a socket for
// each local address, so as to answer from the one that was asked.
func (e *engine) bindUDP(address string, loopback bool) (ice.UDPMux, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("address %q for browsers' audio: %w", address, err)
	}
	if at.Addr().IsUnspecified() {
		var options []ice.UDPMuxFromPortOption
		if loopback {
			options = append(options, ice.UDPMuxFromPortWithLoopback())
		}
		mux, err := ice.NewMultiUDPMuxFromPort(int(at.Port()), options...)
		if err != nil {
			return nil, fmt.Errorf("listen for browsers' audio: %w", err)
		}
		e.closers, e.listen = append(e.closers, mux), at
		return mux, nil
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(at))
	if err != nil {
		return nil, fmt.Errorf("listen for browsers' audio: %w", err)
	}
	mux := webrtc.NewICEUDPMux(nil, conn)
	local, _ := conn.LocalAddr().(*net.UDPAddr)
	e.closers, e.listen = append(e.closers, mux), local.AddrPort()
	return mux, nil
}

func (e *engine) close() {
	for _, c := range e.closers {
		_ = c.Close() // the sockets are ours alone; nothing is lost
	}
}

// pionLog brings what pion has to say into our log: warnings as they are,
// everything below as nothing. Addresses of browsers are in it, names are not.
type pionLog struct{ log *slog.Logger }

// NewLogger implements logging.LoggerFactory.
func (p pionLog) NewLogger(scope string) logging.LeveledLogger {
	return pionScope{p.log.With("pion", scope)}
}

type pionScope struct{ log *slog.Logger }

func (pionScope) Trace(string)                {}
func (pionScope) Tracef(string, ...any)       {}
func (pionScope) Debug(string)                {}
func (pionScope) Debugf(string, ...any)       {}
func (pionScope) Info(string)                 {}
func (pionScope) Infof(string, ...any)        {}
func (p pionScope) Warn(m string)             { p.log.Debug(m) }
func (p pionScope) Error(m string)            { p.log.Warn(m) }
func (p pionScope) Warnf(f string, a ...any)  { p.log.Debug(fmt.Sprintf(f, a...)) }
func (p pionScope) Errorf(f string, a ...any) { p.log.Warn(fmt.Sprintf(f, a...)) }
