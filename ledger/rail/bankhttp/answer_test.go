package bankhttp

import (
	"bytes"
	"net/http"
	"strconv"
	"testing"
	"time"
)

// FuzzAnswer: nothing that is not signed for this request is an answer, and of
// what is, only a plain word about this batch is taken.
func FuzzAnswer(f *testing.F) {
	f.Add(true, 202, []byte(`{"batch":"b-1","status":"accepted","reference":"B-77"}`))
	f.Add(true, 422, []byte(`{"batch":"b-1","status":"refused","code":"SUM"}`))
	f.Add(false, 200, []byte(`{"batch":"b-1","status":"accepted"}`))
	f.Add(true, 200, []byte("R|b-1\n"))
	signer, err := NewHMAC("0123456789abcdef0123456789abcdef")
	if err != nil {
		f.Fatal(err)
	}
	at := time.Date(2026, 10, 12, 9, 0, 0, 0, time.UTC)
	c := &Client{signer: signer, now: func() time.Time { return at }}
	f.Fuzz(func(t *testing.T, signed bool, status int, body []byte) {
		const nonce = "00112233445566778899aabbccddeeff"
		timestamp := strconv.FormatInt(at.Unix(), 10)
		resp := &http.Response{StatusCode: status, Header: http.Header{}}
		resp.Header.Set(HeaderTime, timestamp)
		resp.Header.Set(HeaderNonce, nonce)
		signature := string(body)
		if signed {
			if signature, err = signer.Sign(AnswerText(strconv.Itoa(status), timestamp, nonce, body)); err != nil {
				t.Fatal(err)
			}
		}
		resp.Header.Set(HeaderSignature, signature)
		r := c.judge(resp, "b-1", nonce, body)
		for _, a := range []Answer{r.plain(), r.file()} {
			switch a.Outcome {
			case Unknown:
			case Accepted, Refused:
				if !signed || status >= 500 || a.Body == nil && !bytes.Contains(body, []byte("b-1")) && !bytes.Contains(body, []byte(`\u`)) {
					t.Fatalf("%s, signed %v with status %d: %q", a.Outcome, signed, status, body)
				}
			default:
				t.Fatalf("an answer that came is %s", a.Outcome)
			}
			if len(a.Code) > 64 || len(a.Reference) > 64 {
				t.Fatal("a bank's id fills a row")
			}
		}
	})
}
