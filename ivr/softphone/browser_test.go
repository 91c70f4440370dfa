package softphone_test

import (
	"encoding/json"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"example.org/hotline/ivr/media"
	"example.org/hotline/ivr/softphone"
)

// browser is a page's RTCPeerConnection: it says a tone and keeps what it hears.
type browser struct {
	t     testing.TB
	pc    *webrtc.PeerConnection
	track *micTrack
	work  sync.WaitGroup
	done  chan struct{}
	up    chan struct{} // closed when connected

	mu    sync.Mutex
	heard []int16
	grown chan struct{}
	tone  []byte // A-law frame by frame; nil: silent
	onRTP func(*rtp.Packet)
}

func newBrowser(t testing.TB) *browser {
	t.Helper()
	codecs := &webrtc.MediaEngine{}
	for payloadType, mime := range map[webrtc.PayloadType]string{8: webrtc.MimeTypePCMA, 126: "audio/telephone-event"} {
		if err := codecs.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mime, ClockRate: 8000},
			PayloadType: payloadType}, webrtc.RTPCodecTypeAudio); err != nil {
			t.Fatal(err)
		}
	}
	reports := &interceptor.Registry{}
	receiver, err := report.NewReceiverInterceptor(report.ReceiverInterval(200 * time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	reports.Add(receiver)
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(codecs), webrtc.WithSettingEngine(settings), webrtc.WithInterceptorRegistry(reports)).
		NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, pc: pc, done: make(chan struct{}), up: make(chan struct{}), grown: make(chan struct{})}
	mic, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: 8000}, "mic", "mic")
	if err != nil {
		t.Fatal(err)
	}
	b.track = &micTrack{TrackLocalStaticRTP: mic}
	if _, err := pc.AddTrack(b.track); err != nil {
		t.Fatal(err)
	}
	up := sync.OnceFunc(func() { close(b.up) })
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			up()
		}
	})
	pc.OnTrack(func(r *webrtc.TrackRemote, reports *webrtc.RTPReceiver) {
		go func() {
			for {
				if _, _, err := reports.ReadRTCP(); err != nil {
					return // the browser is closed
				}
			}
		}()
		b.listen(r)
	})
	return b
}

// offer is the description to send.
func (b *browser) offer() string {
	b.t.Helper()
	offer, err := b.pc.CreateOffer(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(b.pc)
	if err := b.pc.SetLocalDescription(offer); err != nil {
		b.t.Fatal(err)
	}
	<-gathered
	return b.pc.LocalDescription().SDP
}

// connect makes a browser and connects it over a tab that is signed on. It
// speaks silence from then on.
func connect(t testing.TB, over *tab) *browser {
	t.Helper()
	b := newBrowser(t)
	candidate, _ := json.Marshal(webrtc.ICECandidateInit{Candidate: "candidate:1 1 udp 2130706431 127.0.0.1 9 typ host", SDPMid: new("0")})
	over.say(softphone.Request{Type: "candidate", Candidate: candidate}) // before its description
	answer := over.must(softphone.Request{Type: "offer", SDP: b.offer()})
	if err := b.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.SDP}); err != nil {
		t.Fatal(err)
	}
	over.say(softphone.Request{Type: "candidate", Candidate: candidate}) // and after it
	select {
	case <-b.up:
	case <-time.After(patience):
		t.Fatal("the browser did not connect")
	}
	b.work.Go(b.speak)
	t.Cleanup(b.close)
	return b
}

// micTrack is a track that can send events too, as a browser's insertDTMF does.
type micTrack struct {
	*webrtc.TrackLocalStaticRTP
	mu   sync.Mutex
	out  webrtc.TrackLocalWriter
	ssrc uint32
}

func (m *micTrack) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	m.mu.Lock()
	m.out, m.ssrc = c.WriteStream(), uint32(c.SSRC())
	m.mu.Unlock()
	return m.TrackLocalStaticRTP.Bind(c)
}

func (b *browser) sendEvent(p *rtp.Packet) {
	b.track.mu.Lock()
	defer b.track.mu.Unlock()
	p.SSRC = b.track.ssrc
	_, _ = b.track.out.WriteRTP(&p.Header, p.Payload)
}

// speak sends a frame every 20 ms, as a microphone does.
func (b *browser) speak() {
	silence := make([]byte, media.FrameSamples)
	for i := range silence {
		silence[i] = media.PCMA.Silence()
	}
	every := time.NewTicker(media.FrameTime)
	defer every.Stop()
	h := rtp.Header{Version: 2, SequenceNumber: 1, Timestamp: 1, PayloadType: 8}
	at := 0
	for {
		select {
		case <-b.done:
			return
		case <-every.C:
		}
		payload, p := silence, h
		b.mu.Lock()
		if b.tone != nil {
			payload = b.tone[at : at+media.FrameSamples]
			at = (at + media.FrameSamples) % len(b.tone)
		}
		b.mu.Unlock()
		p.SequenceNumber, p.Timestamp = h.SequenceNumber, h.Timestamp
		_ = b.track.WriteRTP(&rtp.Packet{Header: p, Payload: payload}) // a closed browser says nothing
		h.SequenceNumber++
		h.Timestamp += media.FrameSamples
	}
}

// say sets the tone that the microphone hears; 0 is silence.
func (b *browser) say(hz float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tone = nil; hz > 0 {
		b.tone = media.PCMA.Encode(media.Tone(hz, 8000, media.SampleRate))
	}
}

func (b *browser) listen(r *webrtc.TrackRemote) {
	for {
		p, _, err := r.ReadRTP()
		if err != nil {
			return
		}
		b.mu.Lock()
		if b.onRTP != nil {
			b.onRTP(p)
		}
		b.heard = append(b.heard, media.PCMA.Decode(p.Payload)...)
		close(b.grown)
		b.grown = make(chan struct{})
		b.mu.Unlock()
	}
}

// close is the page's own, with a word of farewell; crash is none.
func (b *browser) close() {
	b.mu.Lock()
	select {
	case <-b.done:
	default:
		close(b.done)
	}
	b.mu.Unlock()
	b.work.Wait()
	_ = b.pc.Close()
}

// mute stops sending without a word: what a crash looks like from here.
func (b *browser) mute() {
	b.mu.Lock()
	close(b.done)
	b.mu.Unlock()
	b.work.Wait()
}

// awaitTone waits until a fifth of a second that is nearly all one tone was heard.
func (b *browser) awaitTone(hz float64) {
	b.t.Helper()
	awaitTone(b.t, hz, func() ([]int16, <-chan struct{}) {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.heard, b.grown
	})
}

func awaitTone(t testing.TB, hz float64, heard func() ([]int16, <-chan struct{})) {
	t.Helper()
	const window = media.SampleRate / 5
	limit := time.After(patience)
	begin, _ := heard()
	from := len(begin)
	for {
		pcm, grown := heard()
		for ; from+window <= len(pcm); from += media.FrameSamples {
			if media.ToneShare(pcm[from:from+window], hz) > 0.9 {
				return
			}
		}
		select {
		case <-grown:
		case <-limit:
			t.Fatalf("no tone of %g Hz was heard in %d samples", hz, len(pcm)-len(begin))
		}
	}
}

// citizen is a telephone and the line's own end of its call, joined to a leg as
// the call loop does it.
type citizen struct {
	t     testing.TB
	line  *media.Session
	phone *media.Session

	mu    sync.Mutex
	heard []int16
	grown chan struct{}
}

var loopback = netip.MustParseAddr("127.0.0.1")

func peerAt(s *media.Session) media.Peer {
	return media.Peer{Addr: netip.AddrPortFrom(loopback, s.Port()), Codec: media.PCMA, AudioType: 8, EventType: 101, Send: true, Receive: true}
}

var testPorts = sync.OnceValues(func() (*media.PortPool, error) {
	return media.NewPortPool(loopback, 28000, 29999, 0)
})

func newCitizen(t testing.TB) *citizen {
	t.Helper()
	pool, err := testPorts()
	if err != nil {
		t.Fatal(err)
	}
	c := &citizen{t: t, grown: make(chan struct{})}
	for _, s := range []**media.Session{&c.line, &c.phone} {
		if *s, err = media.Open(pool, media.Limits{}); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = (*s).Close() })
	}
	c.line.Start(peerAt(c.phone))
	c.phone.Start(peerAt(c.line))
	c.phone.Hear(func(f media.Frame) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.heard = append(c.heard, media.PCMA.Decode(f.ALaw)...)
		close(c.grown)
		c.grown = make(chan struct{})
	})
	return c
}

func (c *citizen) awaitTone(hz float64) {
	c.t.Helper()
	awaitTone(c.t, hz, func() ([]int16, <-chan struct{}) {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.heard, c.grown
	})
}

func wait[T any](t testing.TB, c <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatalf("waited in vain: %s", what)
	}
	return v
}
