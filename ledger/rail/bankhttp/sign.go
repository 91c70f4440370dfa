package bankhttp

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"

	"example.org/hotline/internal/act"
)

// Signer signs what we send and checks what the bank signs.
type Signer interface {
	// Algorithm is the name that goes with a signature.
	Algorithm() string
	// Sign is the signature of a text, in base64.
	Sign(text string) (string, error)
	// Verify reports whether the bank has signed the text.
	Verify(text, signature string) bool
}

// leastSecret is the fewest bytes of a shared secret: as many as SHA-256 gives.
const leastSecret = 32

// hmacSigner keeps its secret in a function: fmt walks into private fields with
// no method to stop it, but not into those.
type hmacSigner struct{ secret func() []byte }

// NewHMAC signs both ways with HMAC-SHA256 (RFC 2104) under one shared secret of
// at least 32 bytes.
func NewHMAC(secret string) (Signer, error) {
	if len(secret) < leastSecret {
		return nil, act.Invalid("secret", "bank_secret", fmt.Sprintf("must have at least %d bytes: ask the bank for a longer one", leastSecret))
	}
	return hmacSigner{func() []byte { return []byte(secret) }}, nil
}

func (hmacSigner) Algorithm() string { return "hmac-sha256" }

func (s hmacSigner) sum(text string) []byte {
	mac := hmac.New(sha256.New, s.secret())
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func (s hmacSigner) Sign(text string) (string, error) {
	return base64.StdEncoding.EncodeToString(s.sum(text)), nil
}

func (s hmacSigner) Verify(text, signature string) bool {
	got, err := base64.StdEncoding.DecodeString(signature)
	return err == nil && hmac.Equal(got, s.sum(text))
}

// leastModulus is the fewest bits of an RSA key.
const leastModulus = 2048

type rsaSigner struct {
	own  func() *rsa.PrivateKey // as hmacSigner's
	bank *rsa.PublicKey
}

// NewRSA signs with our private key and checks with the bank's public key, both
// as PEM (PKCS #8 or #1, and PKIX): RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017
// section 8.2), which banks in China call SHA256withRSA.
func NewRSA(own, bank string) (Signer, error) {
	private, err := parsePrivate(own)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode([]byte(bank))
	if block == nil {
		return nil, bankKey("must be the bank's public key as PEM")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, bankKey("cannot be read: it must be the bank's public key, PKIX in PEM")
	}
	public, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil, bankKey("must be an RSA key")
	}
	short := fmt.Sprintf("must have at least %d bits", leastModulus)
	switch {
	case private.N.BitLen() < leastModulus:
		return nil, ownKey(short)
	case public.N.BitLen() < leastModulus:
		return nil, bankKey(short)
	}
	return rsaSigner{func() *rsa.PrivateKey { return private }, public}, nil
}

func ownKey(detail string) error  { return act.Invalid("secret", "bank_secret", detail) }
func bankKey(detail string) error { return act.Invalid("bank_key", "bank_key", detail) }

// parsePrivate reads our key; its errors never repeat a byte of it.
func parsePrivate(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, ownKey("must be our private key as PEM")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := key.(*rsa.PrivateKey)
	if err != nil || !ok {
		return nil, ownKey("cannot be read: it must be an RSA key as PKCS #8 or #1 in PEM")
	}
	return private, nil
}

func (rsaSigner) Algorithm() string { return "rsa-sha256" }

func (s rsaSigner) Sign(text string) (string, error) {
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.own(), crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign for the bank: %w", err)
	}
	return base64.StdEncoding.EncodeToString(signature), nil
}

func (s rsaSigner) Verify(text, signature string) bool {
	got, err := base64.StdEncoding.DecodeString(signature)
	sum := sha256.Sum256([]byte(text))
	return err == nil && rsa.VerifyPKCS1v15(s.bank, crypto.SHA256, sum[:], got) == nil
}

// RequestText is what is signed of a request: its method, path with query, time
// in Unix seconds, nonce and the SHA-256 of its body, one a line.
func RequestText(method, path, timestamp, nonce string, body []byte) string {
	return strings.Join([]string{method, path, timestamp, nonce, bodyHash(body)}, "\n")
}

// AnswerText is what is signed of an answer: its status, time, the nonce of the
// request that it answers, so that no answer can be played to another request,
// and the SHA-256 of its body.
func AnswerText(status, timestamp, nonce string, body []byte) string {
	return strings.Join([]string{status, timestamp, nonce, bodyHash(body)}, "\n")
}

func bodyHash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
