package softphone

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // HMAC-SHA-1 is what TURN servers compute; see below
	"encoding/base64"
	"fmt"
	"time"
)

// maxTURNLife is how long a TURN credential may be good for (T7).
const maxTURNLife = 10 * time.Minute

// TURN are the relays for browsers that cannot send UDP to us. We hand out
// credentials and use no relay ourselves.
type TURN struct {
	URLs   []string // "turn:relay.example:3478?transport=udp", "turns:…"
	Secret string   // shared with the relay (coturn: static-auth-secret)
	Life   time.Duration
}

// server makes a credential that ends by itself: the name is the second it ends
// in and something random, the password its MAC (draft-uberti-behave-turn-rest-00
// section 2.2). Who it was made for is not in it.
func (t TURN) server(now time.Time) ICEServer {
	name := fmt.Sprintf("%d:%s", now.Add(min(t.Life, maxTURNLife)).Unix(), rand.Text()[:12])
	mac := hmac.New(sha1.New, []byte(t.Secret))
	mac.Write([]byte(name))
	return ICEServer{URLs: t.URLs, Username: name, Credential: base64.StdEncoding.EncodeToString(mac.Sum(nil))}
}
