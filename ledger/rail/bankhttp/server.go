package bankhttp

import (
	"net/http"
	"strconv"
	"time"
)

// VerifyRequest reports whether a request carries a signature that fits it and a
// time close to now: the bank's half, for the bank simulator. Whether the nonce
// was used before is for the server to remember.
func VerifyRequest(r *http.Request, body []byte, s Signer, now time.Time) bool {
	timestamp, nonce := r.Header.Get(HeaderTime), r.Header.Get(HeaderNonce)
	return nonce != "" && r.Header.Get(HeaderAlgorithm) == s.Algorithm() && near(timestamp, now) &&
		s.Verify(RequestText(r.Method, r.URL.RequestURI(), timestamp, nonce, body), r.Header.Get(HeaderSignature))
}

// WriteAnswer signs an answer for one request and writes it: the bank's half.
func WriteAnswer(w http.ResponseWriter, r *http.Request, s Signer, now time.Time, status int, body []byte) error {
	timestamp, nonce := strconv.FormatInt(now.Unix(), 10), r.Header.Get(HeaderNonce)
	signature, err := s.Sign(AnswerText(strconv.Itoa(status), timestamp, nonce, body))
	if err != nil {
		return err
	}
	w.Header().Set(HeaderTime, timestamp)
	w.Header().Set(HeaderNonce, nonce)
	w.Header().Set(HeaderSignature, signature)
	w.WriteHeader(status)
	_, err = w.Write(body)
	return err
}
