package sink

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// receiver is the browser at the end of a web push: it alone can read what comes.
type receiver struct {
	key  *ecdh.PrivateKey
	auth []byte
}

// newReceiver has the same keys each time it is made of the same secret, so that
// subscriptions outlive a restart of the demo city.
func newReceiver(secret string) *receiver {
	for n := 0; ; n++ {
		seed := sha256.Sum256(fmt.Appendf(nil, "push|%d|%s", n, secret))
		if key, err := ecdh.P256().NewPrivateKey(seed[:]); err == nil { // all but one in 2^32 are keys
			auth := sha256.Sum256(append([]byte("auth|"), secret...))
			return &receiver{key: key, auth: auth[:16]}
		}
	}
}

// PushSubscription is the JSON that a browser of somebody would give, at our address.
func (s *Sink) PushSubscription(origin, who string) string {
	sub := map[string]any{"endpoint": origin + "/push/" + who, "keys": map[string]string{
		"p256dh": base64.RawURLEncoding.EncodeToString(s.receiver.key.PublicKey().Bytes()), "auth": base64.RawURLEncoding.EncodeToString(s.receiver.auth)}}
	text, _ := json.Marshal(sub) // texts alone
	return string(text)
}

// takePush opens what a push service would pass on unread.
func (s *Sink) takePush(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 8<<10))
	if err != nil || r.Header.Get("TTL") == "" || r.Header.Get("Authorization") == "" {
		http.Error(w, "TTL and Authorization are needed", http.StatusBadRequest)
		return
	}
	plain, err := Decrypt(body, s.receiver.key, s.receiver.auth)
	var shown struct{ Title, Body string }
	if err != nil || json.Unmarshal(plain, &shown) != nil {
		http.Error(w, "this browser cannot read it", http.StatusBadRequest)
		return
	}
	sum := sha256.Sum256(body)
	m := Message{ID: "push-" + hex.EncodeToString(sum[:12]), Channel: "webpush", To: r.PathValue("who"), Text: shown.Title + " " + shown.Body}
	if s.write(m) != nil {
		http.Error(w, "not kept", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Location", "/push/message/"+m.ID)
	w.WriteHeader(http.StatusCreated)
}

// Decrypt opens a web push as the browser does (RFC 8291 section 3.4, one record of RFC 8188).
func Decrypt(body []byte, key *ecdh.PrivateKey, auth []byte) ([]byte, error) {
	const head = 16 + 4 + 1 // salt, record size, length of the sender's key
	if len(body) < head || len(body) < head+int(body[20]) {
		return nil, errors.New("too short")
	}
	salt, sender, sealed := body[:16], body[head:head+int(body[20])], body[head+int(body[20]):]
	if len(sealed) > int(binary.BigEndian.Uint32(body[16:20])) {
		return nil, errors.New("more than one record")
	}
	from, err := ecdh.P256().NewPublicKey(sender)
	if err != nil {
		return nil, fmt.Errorf("read the sender's key: %w", err)
	}
	shared, err := key.ECDH(from)
	if err != nil {
		return nil, fmt.Errorf("agree on a secret: %w", err)
	}
	info := append(append([]byte("WebPush: info\x00"), key.PublicKey().Bytes()...), sender...)
	secret, err := hkdf.Key(sha256.New, shared, auth, string(info), 32)
	if err != nil {
		return nil, fmt.Errorf("derive: %w", err)
	}
	content, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: aes128gcm\x00", 16)
	if err != nil {
		return nil, fmt.Errorf("derive: %w", err)
	}
	nonce, err := hkdf.Key(sha256.New, secret, salt, "Content-Encoding: nonce\x00", 12)
	if err != nil {
		return nil, fmt.Errorf("derive: %w", err)
	}
	block, err := aes.NewCipher(content)
	if err != nil {
		return nil, fmt.Errorf("set up AES: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("set up GCM: %w", err)
	}
	plain, err := gcm.Open(nil, nonce, sealed, nil)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	for i := len(plain) - 1; i >= 0; i-- {
		switch plain[i] {
		case 0: // padding
		case 2: // the last record ends here
			return plain[:i], nil
		default:
			return nil, errors.New("the padding is wrong")
		}
	}
	return nil, errors.New("there is no text")
}
