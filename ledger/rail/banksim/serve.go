package banksim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"example.org/hotline/ledger/rail"
	"example.org/hotline/ledger/rail/bankhttp"
)

// ServeHTTP answers the interface at …/batches/{id} and …/batches/{id}/return,
// and people at …/admin.
func (b *Bank) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, about, ok := strings.Cut(r.URL.Path, "/batches/")
	if !ok {
		b.admin(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, rail.MostFileBytes))
	if err != nil || !b.admits(r, body) {
		w.WriteHeader(http.StatusUnauthorized) // unsigned: whoever asks has shown no right to an answer
		return
	}
	id, wantsReturn := strings.CutSuffix(about, "/return")
	var a answer
	switch {
	case r.Method == http.MethodPost && !wantsReturn:
		a = b.sent(id, body)
	case r.Method == http.MethodGet && wantsReturn:
		a = b.fetched(id)
	case r.Method == http.MethodGet:
		a = b.asked(id)
	default:
		a = answer{status: http.StatusMethodNotAllowed}
	}
	b.give(w, r, a)
}

// admits holds a request to its signature; a nonce counts once.
func (b *Bank) admits(r *http.Request, body []byte) bool {
	if !bankhttp.VerifyRequest(r, body, b.o.Signer, b.o.Now()) {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	nonce := r.Header.Get(bankhttp.HeaderNonce)
	seen := b.nonces[nonce]
	b.nonces[nonce] = true
	return !seen
}

// answer is what the bank would say, and how it says it.
type answer struct {
	status int
	body   []byte
	how    manner
}

// manner is how an answer goes wrong.
type manner int

const (
	plainly manner = iota
	never
	halfway
	forged
	broken
)

func says(status int, batch, word, code string) answer {
	body, _ := json.Marshal(map[string]string{"batch": batch, "status": word, "code": code, "reference": "SIM-" + batch}) // strings alone never fail
	return answer{status: status, body: body}
}

// sent takes a batch. The same again is answered as before; another file under
// the same id is neither taken nor refused, since the first one counts.
func (b *Bank) sent(id string, body []byte) answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t := b.find(id); t != nil {
		if !bytes.Equal(t.File, body) {
			return says(http.StatusConflict, id, "differs", "CHANGED")
		}
		return b.known(t, says(http.StatusConflict, id, "accepted", ""))
	}
	t, code := b.take(id, body)
	a := says(http.StatusAccepted, id, "accepted", "")
	switch {
	case code == "AWAY":
		return answer{how: broken}
	case code != "":
		return says(http.StatusUnprocessableEntity, id, "refused", code)
	case t.Quirk == AnswerLost, t.Quirk == Lost:
		a.how = never
	case t.Quirk == ConnectionCut:
		a.how = halfway
	case t.Quirk == WrongSignature:
		a.how = forged
	default:
	}
	return b.keeping(a)
}

// asked says what the bank knows of a batch: of one it was never given, nothing.
func (b *Bank) asked(id string) answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.find(id)
	if t == nil {
		return says(http.StatusNotFound, id, "unknown", "UNKNOWN")
	}
	return b.known(t, says(http.StatusOK, id, "accepted", ""))
}

// known is the answer about a batch that the bank has, as its misbehaviour lets it out.
func (b *Bank) known(t *taken, a answer) answer {
	t.Asked++
	switch {
	case t.Quirk == Lost, t.Quirk == AnswerLost && t.Asked == 1:
		a.how = broken
	case t.Quirk == WrongSignature && t.Asked == 1:
		a.how = forged
	default:
	}
	return b.keeping(a)
}

// fetched gives the return of a batch.
func (b *Bank) fetched(id string) answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.find(id)
	if t == nil {
		return says(http.StatusNotFound, id, "unknown", "UNKNOWN")
	}
	file, ready, err := b.returned(t)
	switch {
	case err != nil:
		return answer{how: broken}
	case !ready && t.Quirk == Lost:
		return answer{how: broken}
	case !ready:
		return b.keeping(says(http.StatusNotFound, id, "accepted", "NOT_YET"))
	default:
		return b.keeping(answer{status: http.StatusOK, body: file})
	}
}

// keeping writes the state down before anybody hears of it.
func (b *Bank) keeping(a answer) answer {
	if b.keep() != nil {
		return answer{how: broken}
	}
	return a
}

// stranger signs what only somebody else than the bank would.
type stranger struct{ bankhttp.Signer }

func (s stranger) Sign(text string) (string, error) { return s.Signer.Sign("not this: " + text) }

// give lets an answer out.
func (b *Bank) give(w http.ResponseWriter, r *http.Request, a answer) {
	signer := b.o.Signer
	switch a.how {
	case never:
		<-r.Context().Done() // whoever asked has given up
		panic(http.ErrAbortHandler)
	case halfway:
		w.Header().Set("Content-Length", "1000")
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write(a.body) // the rest never comes
		panic(http.ErrAbortHandler)
	case broken:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case forged:
		signer = stranger{signer}
	case plainly:
	}
	if err := bankhttp.WriteAnswer(w, r, signer, b.o.Now(), a.status, a.body); err != nil {
		panic(http.ErrAbortHandler) // whoever asked hears of it as a cut connection
	}
}
