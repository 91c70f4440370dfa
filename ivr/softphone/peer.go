package softphone

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

// listener is who is told of a peer's audio: the leg. It is called on the
// peer's reading goroutine and must not block.
type listener interface {
	packet(p *peer, packet *rtp.Packet, event bool)
	reports(p *peer, packets []rtcp.Packet)
}

// peer is one PeerConnection with a browser.
type peer struct {
	pc      *webrtc.PeerConnection
	track   *track
	to      listener
	changed func(*peer) // the connection's state has changed; must not block

	mu     sync.Mutex
	closed bool
	work   sync.WaitGroup

	connected atomic.Bool
	over      atomic.Bool // closed or failed: it will not come back
}

// maxQueued is how many candidates may wait for the description.
const maxQueued = 32

// answer makes a peer of a browser's offer. The answer holds all our
// candidates: they are known without asking anybody. Its error is a *refusal
// where the offer is at fault.
func (e *engine) answer(offer string, to listener, changed func(*peer)) (p *peer, sdpAnswer string, err error) {
	if err := checkOffer(offer); err != nil {
		return nil, "", err
	}
	pc, err := e.api.NewPeerConnection(e.config)
	if err != nil {
		return nil, "", fmt.Errorf("make a peer connection: %w", err)
	}
	p = &peer{pc: pc, track: &track{}, to: to, changed: changed}
	pc.OnConnectionStateChange(p.stateChanged)
	pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
		p.begin(func() { p.read(t, r) })
		p.begin(func() { p.readReports(r.ReadRTCP) })
	})
	if sdpAnswer, err = p.agree(offer); err != nil {
		p.close()
		return nil, "", err
	}
	return p, sdpAnswer, nil
}

// begin starts a goroutine that close waits for.
func (p *peer) begin(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.work.Go(f)
	}
}

// checkOffer lets one audio line with A-law through, and nothing else: no
// video, no data channel, no second line.
func checkOffer(offer string) error {
	var s sdp.SessionDescription
	if err := s.UnmarshalString(offer); err != nil {
		return refuse(codeSDPRefused, "not a session description")
	}
	if len(s.MediaDescriptions) != 1 {
		return refuse(codeSDPRefused, "offer one audio line and nothing else")
	}
	m := s.MediaDescriptions[0]
	if m.MediaName.Media != "audio" || !slices.Contains(m.MediaName.Formats, "8") || strings.Join(m.MediaName.Protos, "/") != "UDP/TLS/RTP/SAVPF" {
		return refuse(codeSDPRefused, "offer audio over UDP/TLS/RTP/SAVPF with PCMA (payload type 8)")
	}
	return nil
}

func (p *peer) agree(offer string) (string, error) {
	sender, err := p.pc.AddTrack(p.track)
	if err != nil {
		return "", fmt.Errorf("add our track: %w", err)
	}
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", errors.Join(refuse(codeSDPRefused, "the description cannot be used"), err)
	}
	gathered := webrtc.GatheringCompletePromise(p.pc)
	answer, err := p.pc.CreateAnswer(nil)
	if err != nil {
		return "", errors.Join(refuse(codeSDPRefused, "the description cannot be answered"), err)
	}
	if err := p.pc.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("set our description: %w", err)
	}
	<-gathered // host candidates only: nobody is asked
	p.begin(func() { p.readReports(sender.ReadRTCP) })
	return p.pc.LocalDescription().SDP, nil
}

// candidate takes a browser's candidate. As ICE-lite we never send to it.
func (p *peer) candidate(raw json.RawMessage) error {
	var c webrtc.ICECandidateInit
	if err := json.Unmarshal(raw, &c); err != nil {
		return refuse(codeMalformed, "candidate: an RTCIceCandidateInit")
	}
	if c.Candidate == "" {
		return nil // the end of candidates
	}
	if err := p.pc.AddICECandidate(c); err != nil {
		return refuse(codeMalformed, "the candidate cannot be read")
	}
	return nil
}

func (p *peer) stateChanged(s webrtc.PeerConnectionState) {
	p.connected.Store(s == webrtc.PeerConnectionStateConnected)
	if s == webrtc.PeerConnectionStateClosed || s == webrtc.PeerConnectionStateFailed {
		p.over.Store(true)
	}
	p.changed(p)
}

// read passes the browser's packets on. Keys (insertDTMF) come in the same
// stream under the payload type that the browser gave events.
func (p *peer) read(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
	events := map[uint8]bool{}
	for _, c := range r.GetParameters().Codecs {
		if strings.EqualFold(c.MimeType, mimeEvents) {
			events[uint8(c.PayloadType)] = true
		}
	}
	buf := make([]byte, 1600)
	var packet rtp.Packet
	for {
		n, _, err := t.Read(buf)
		if err != nil {
			return // the peer is closed
		}
		packet = rtp.Packet{}
		if packet.Unmarshal(buf[:n]) != nil {
			continue
		}
		if event := events[packet.PayloadType]; event || packet.PayloadType == typeALaw {
			p.to.packet(p, &packet, event)
		}
	}
}

// readReports reads RTCP, which pion's interceptors work by only if somebody does.
func (p *peer) readReports(read func() ([]rtcp.Packet, interceptor.Attributes, error)) {
	for {
		packets, _, err := read()
		if err != nil {
			return
		}
		p.to.reports(p, packets)
	}
}

// close ends the peer and waits for its goroutines.
func (p *peer) close() {
	p.over.Store(true)
	p.connected.Store(false)
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	_ = p.pc.Close() // nothing of it is used any more
	p.work.Wait()
}

// track is our outgoing stream. Its packets carry the numbering of the leg,
// which outlives the peer.
type track struct {
	binding atomic.Pointer[binding]
	own     atomic.Uint32 // the stream's own SSRC, as the leg numbers it
}

type binding struct {
	ssrc uint32
	out  webrtc.TrackLocalWriter
}

// Bind implements webrtc.TrackLocal.
func (t *track) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	for _, codec := range c.CodecParameters() {
		if strings.EqualFold(codec.MimeType, webrtc.MimeTypePCMA) {
			t.binding.Store(&binding{ssrc: uint32(c.SSRC()), out: c.WriteStream()})
			return codec, nil
		}
	}
	return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
}

// Unbind implements webrtc.TrackLocal.
func (t *track) Unbind(webrtc.TrackLocalContext) error {
	t.binding.Store(nil)
	return nil
}

// ID implements webrtc.TrackLocal.
func (t *track) ID() string { return "line" }

// StreamID implements webrtc.TrackLocal.
func (t *track) StreamID() string { return "line" }

// RID implements webrtc.TrackLocal.
func (t *track) RID() string { return "" }

// Kind implements webrtc.TrackLocal.
func (t *track) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }

// send writes one packet of the leg's stream. An event is left out.
func (t *track) send(packet []byte) error {
	b := t.binding.Load()
	if b == nil {
		return errNotConnected
	}
	var h rtp.Header
	n, err := h.Unmarshal(packet)
	if err != nil {
		return fmt.Errorf("read our own packet: %w", err)
	}
	if h.PayloadType != typeALaw {
		return nil
	}
	t.own.Store(h.SSRC)
	h.SSRC = b.ssrc
	if _, err := b.out.WriteRTP(&h, packet[n:]); err != nil {
		return fmt.Errorf("send to the browser: %w", err)
	}
	return nil
}

var errNotConnected = errors.New("no browser is connected")
