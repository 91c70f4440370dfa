package softphone

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"
)

// FuzzMessage: whatever a browser says is a request of the protocol or is
// refused with a code, and what is echoed of it is an id.
func FuzzMessage(f *testing.F) {
	for _, seed := range []string{
		`{"type":"hello","id":"1","tab":"0123456789abcdef","take_over":true}`, `{"type":"sign_on","id":"2"}`, `{"type":"offer","sdp":"v=0\r\n"}`,
		`{"type":"candidate","candidate":{"candidate":"candidate:1 1 udp 1 127.0.0.1 9 typ host","sdpMid":"0"}}`, `{"type":"accept","offer":"o1"}`,
		`{"type":"command","verb":"consult","target":{"kind":"agent","login":"a"}}`, `{"type":"command","verb":"key","key":"#"}`,
		`{"type":"status","status":"paused","reason":"meal"}`, `{"type":"supervise","call":"c","mode":"whisper"}`, `{"type":"force","login":"a","status":"paused","reason":"meal"}`,
		`{"type":"watch","on":true}`, `{"type":"call_back","task":"t"}`, `{"type":"ping"}`, `{`, `[]`, `{"type":"ping","x":1}`, "{\"id\":\"\\u0000\",\"type\":\"ping\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decode(data)
		if !requestID.MatchString(r.ID) {
			t.Errorf("an id %q would be echoed", r.ID)
		}
		if err != nil {
			if refused, ok := errors.AsType[*refusal](err); !ok || refused.code == "" || refused.detail == "" {
				t.Errorf("refused with %v", err)
			}
			return
		}
		for _, w := range r.words() {
			if len(w) > maxWord || strings.ContainsFunc(w, func(c rune) bool { return c < ' ' }) {
				t.Errorf("the word %q was let through", w)
			}
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatalf("a request that was let in cannot be written: %v", err)
		}
		if _, err := decode(again); err != nil && len(again) <= maxMessage {
			t.Errorf("%q was let in, and refused when written again: %v", data, err)
		}
	})
}

// FuzzOffer: no description panics the check or gets past it with more than one line.
func FuzzOffer(f *testing.F) {
	f.Add("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\nc=IN IP4 0.0.0.0\r\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, offer string) {
		if err := checkOffer(offer); err == nil && strings.Count(offer, "m=audio") == 0 {
			t.Errorf("%q has no audio", offer)
		}
	})
}

// A relay's credential ends after ten minutes at the latest, whatever is
// configured, and is the MAC that the relay computes. SECURITY T7.
func TestTURNCredential(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	for life, want := range map[time.Duration]time.Duration{time.Minute: time.Minute, time.Hour: 10 * time.Minute} {
		s := TURN{URLs: []string{"turn:relay.example:3478"}, Secret: "shared", Life: life}.server(now)
		end, _, _ := strings.Cut(s.Username, ":")
		if sec, err := strconv.ParseInt(end, 10, 64); err != nil || time.Unix(sec, 0).Sub(now) != want {
			t.Errorf("a life of %s ends after %s (%v)", life, time.Unix(sec, 0).Sub(now), err)
		}
		mac := hmac.New(sha1.New, []byte("shared"))
		mac.Write([]byte(s.Username))
		if s.Credential != base64.StdEncoding.EncodeToString(mac.Sum(nil)) || s.URLs[0] != "turn:relay.example:3478" {
			t.Errorf("credential %+v", s)
		}
	}
	one, other := TURN{Life: time.Minute}.server(now), TURN{Life: time.Minute}.server(now)
	if one.Username == other.Username {
		t.Error("two pages have the same credential")
	}
}
