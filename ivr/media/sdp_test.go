package media

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

var (
	ourAddr   = netip.MustParseAddr("192.0.2.10")
	ourLocal  = Local{Addr: ourAddr, Port: 20000, ID: 7, Version: 1}
	callerSDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.20\r\ns=-\r\nc=IN IP4 192.0.2.20\r\nt=0 0\r\n"
)

const audioOffer = "m=audio 40000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"

func TestAnswerChoosesTheFirstCommonCodec(t *testing.T) {
	for _, c := range []struct {
		name, media string
		codec       Codec
		audio, keys uint8
	}{
		{"A-law first", "m=audio 40000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n", PCMA, 8, 101},
		{"µ-law first", "m=audio 40000 RTP/AVP 0 8 96\r\na=rtpmap:96 telephone-event/8000\r\n", PCMU, 0, 96},
		{"behind others", "m=audio 40000 RTP/AVP 18 9 8\r\na=rtpmap:18 G729/8000\r\n", PCMA, 8, NoEvents},
		{"dynamic number", "m=audio 40000 RTP/AVP 97\r\na=rtpmap:97 pcma/8000/1\r\n", PCMA, 97, NoEvents},
		{"wide-band events are not ours", "m=audio 40000 RTP/AVP 8 100\r\na=rtpmap:100 telephone-event/16000\r\n", PCMA, 8, NoEvents},
		{"last line left open", "m=audio 40000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000", PCMA, 8, 101},
		{"second audio line", "m=audio 40000 RTP/SAVP 8\r\nm=audio 40002 RTP/AVP 8\r\n", PCMA, 8, NoEvents},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, peer, err := Rules{}.Answer([]byte(callerSDP+c.media), ourLocal)
			if err != nil {
				t.Fatal(err)
			}
			if peer.Codec != c.codec || peer.AudioType != c.audio || peer.EventType != c.keys {
				t.Errorf("chose %+v", peer)
			}
		})
	}
}

func TestAnswerTurnsTheDirectionRound(t *testing.T) {
	zero := strings.Replace(callerSDP, "c=IN IP4 192.0.2.20", "c=IN IP4 0.0.0.0", 1)
	for _, c := range []struct {
		name, session, line string
		want                direction
		send, receive       bool
	}{
		{"default is both ways", callerSDP, "", sendRecv, true, true},
		{"sendrecv", callerSDP, "a=sendrecv\r\n", sendRecv, true, true},
		{"sendonly is hold", callerSDP, "a=sendonly\r\n", recvOnly, false, true},
		{"recvonly", callerSDP, "a=recvonly\r\n", sendOnly, true, false},
		{"inactive", callerSDP, "a=inactive\r\n", inactive, false, false},
		{"session attribute", callerSDP + "a=inactive\r\n", "", inactive, false, false},
		{"stream overrides session", callerSDP + "a=inactive\r\n", "a=sendrecv\r\n", sendRecv, true, true},
		{"legacy hold", zero, "", recvOnly, false, true},
		{"legacy hold, inactive", zero, "a=inactive\r\n", inactive, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer, peer, err := Rules{}.Answer([]byte(c.session+audioOffer+c.line), ourLocal)
			if err != nil {
				t.Fatal(err)
			}
			if peer.Send != c.send || peer.Receive != c.receive || !strings.Contains(string(answer), "a="+string(c.want)+"\r\n") {
				t.Errorf("peer %+v, answer:\n%s", peer, answer)
			}
		})
	}
}

func TestAnswerRefusesOtherStreamsWithPortZero(t *testing.T) {
	offer := callerSDP + "m=video 40010 RTP/AVP 96\r\n" + audioOffer + "m=audio 40020 RTP/AVP 8\r\n"
	answer, _, err := Rules{}.Answer([]byte(offer), ourLocal)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(answer)) {
		if strings.HasPrefix(line, "m=") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	want := "m=video 0 RTP/AVP 96|m=audio 20000 RTP/AVP 8 101|m=audio 0 RTP/AVP 8"
	if got := strings.Join(lines, "|"); got != want {
		t.Errorf("media lines %s, want %s", got, want)
	}
}

func TestAnswerRefuses(t *testing.T) {
	at := func(addr string) string { return strings.Replace(callerSDP, "c=IN IP4 192.0.2.20", "c=IN "+addr, 1) }
	for _, c := range []struct {
		name, offer string
		want        error
	}{
		{"nothing", "", ErrSDPSyntax},
		{"noise", "hello", ErrSDPSyntax},
		{"no media", callerSDP, ErrSDPSyntax},
		{"too large", callerSDP + audioOffer + strings.Repeat("a=x:yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n", 300), ErrSDPSyntax},
		{"five media lines", callerSDP + strings.Repeat(audioOffer, 5), ErrSDPSyntax},
		{"no c= line", strings.Replace(callerSDP, "c=IN IP4 192.0.2.20\r\n", "", 1) + audioOffer, ErrSDPSyntax},
		{"no common codec", callerSDP + "m=audio 40000 RTP/AVP 18\r\n", ErrSDPCodec},
		{"only encrypted", callerSDP + "m=audio 40000 RTP/SAVP 8\r\n", ErrSDPCodec},
		{"stream off", callerSDP + "m=audio 0 RTP/AVP 8\r\n", ErrSDPCodec},
		{"low port", callerSDP + "m=audio 53 RTP/AVP 8\r\n", ErrSDPAddress},
		{"multicast", at("IP4 224.0.1.1/127") + audioOffer, ErrSDPAddress},
		{"broadcast", at("IP4 255.255.255.255") + audioOffer, ErrSDPAddress},
		{"loopback", at("IP4 127.0.0.1") + audioOffer, ErrSDPAddress},
		{"link-local, the metadata service", at("IP4 169.254.169.254") + audioOffer, ErrSDPAddress},
		{"a name", at("IP4 phone.example.com") + audioOffer, ErrSDPAddress},
		{"other family", at("IP6 2001:db8::1") + audioOffer, ErrSDPAddress},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := (Rules{}).Answer([]byte(c.offer), ourLocal); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestOfferIsOneWeWouldAnswer(t *testing.T) {
	offer, err := Offer(ourLocal)
	if err != nil {
		t.Fatal(err)
	}
	_, peer, err := Rules{}.Answer(offer, Local{Addr: netip.MustParseAddr("192.0.2.20"), Port: 30000})
	if err != nil {
		t.Fatal(err)
	}
	if peer.Addr != netip.MustParseAddrPort("192.0.2.10:20000") || peer.Codec != PCMA || peer.EventType != offeredEventType {
		t.Errorf("peer %+v from offer:\n%s", peer, offer)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(callerSDP + audioOffer))
	f.Add([]byte(callerSDP + "m=audio 40000 RTP/AVP 97\r\na=rtpmap:97 pcma/8000/1\r\na=sendonly\r\n"))
	f.Add([]byte(callerSDP + "m=video 1 RTP/AVP 96\r\n" + audioOffer))
	f.Fuzz(func(t *testing.T, offer []byte) {
		answer, peer, err := Rules{}.Answer(offer, ourLocal)
		if err != nil {
			return
		}
		if peer.Codec != PCMA && peer.Codec != PCMU || peer.Addr.Port() < 1024 || peer.Addr.Addr().IsMulticast() {
			t.Fatalf("accepted %+v", peer)
		}
		if _, err := parse(answer); err != nil {
			t.Fatalf("answer cannot be read back: %v\n%s", err, answer)
		}
	})
}
