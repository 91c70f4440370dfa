package agent

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"example.org/hotline/ivr/media"
)

// browser is a page's RTCPeerConnection: the microphone hears one tone.
type browser struct {
	pc   *webrtc.PeerConnection
	up   chan struct{} // closed when connected
	done chan struct{}
	work sync.WaitGroup
	once sync.Once
}

func newBrowser(hz float64, hear func(pcm []int16)) (*browser, error) {
	codecs := &webrtc.MediaEngine{}
	err := codecs.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: media.SampleRate},
		PayloadType: 8}, webrtc.RTPCodecTypeAudio)
	if err != nil {
		return nil, fmt.Errorf("make a browser: %w", err)
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(codecs), webrtc.WithSettingEngine(settings), webrtc.WithInterceptorRegistry(&interceptor.Registry{})).
		NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, fmt.Errorf("make a browser: %w", err)
	}
	b := &browser{pc: pc, up: make(chan struct{}), done: make(chan struct{})}
	mic, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypePCMA, ClockRate: media.SampleRate}, "mic", "mic")
	if err == nil {
		_, err = pc.AddTrack(mic)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("make a browser: %w", err), pc.Close())
	}
	up := sync.OnceFunc(func() { close(b.up) })
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			up()
		}
	})
	pc.OnTrack(func(r *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			p, _, err := r.ReadRTP()
			if err != nil {
				return // the browser is closed
			}
			hear(media.PCMA.Decode(p.Payload))
		}
	})
	b.work.Go(func() { b.speak(mic, hz) })
	return b, nil
}

// offer is the description to send, with every address in it.
func (b *browser) offer() (string, error) {
	offer, err := b.pc.CreateOffer(nil)
	if err != nil {
		return "", fmt.Errorf("describe a browser: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(b.pc)
	if err := b.pc.SetLocalDescription(offer); err != nil {
		return "", fmt.Errorf("describe a browser: %w", err)
	}
	<-gathered
	return b.pc.LocalDescription().SDP, nil
}

func (b *browser) accept(answer string) error {
	return b.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
}

// speak sends a frame every 20 ms, as a microphone does.
func (b *browser) speak(mic *webrtc.TrackLocalStaticRTP, hz float64) {
	tone := media.PCMA.Encode(media.Tone(hz, 8000, media.SampleRate)) // 50 packets of whole periods
	tick := time.NewTicker(media.FrameTime)
	defer tick.Stop()
	h := rtp.Header{Version: 2, PayloadType: 8}
	for n := 0; ; n++ {
		select {
		case <-b.done:
			return
		case <-tick.C:
		}
		h.SequenceNumber++
		h.Timestamp += media.FrameSamples
		at := n % 50 * media.FrameSamples
		header := h
		_ = mic.WriteRTP(&rtp.Packet{Header: header, Payload: tone[at : at+media.FrameSamples]}) // before it is connected nobody hears it
	}
}

// close is the page's own end.
func (b *browser) close() {
	b.once.Do(func() {
		close(b.done)
		b.work.Wait()
		_ = b.pc.Close() // it is done either way
	})
}
