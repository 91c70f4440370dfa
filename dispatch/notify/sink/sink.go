// Package sink is every provider of `hotline dev`, of short messages, WeCom, mail
// and web push: it sends nothing, keeps the messages in a file and shows them. Its
// gateway of short messages speaks the shape "plain" (configs/gateways), checks
// signatures as a real one would, and takes the same id once.
package sink

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

// Message is one message that was not sent.
type Message struct {
	ID      string    `json:"id"`
	Channel string    `json:"channel,omitempty"` // empty: sms
	Account string    `json:"account"`
	To      string    `json:"to"`
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
}

// kept is how many messages are shown.
const kept = 1000

// Sink is an http.Handler: POST /messages, GET /messages (newest first), GET /messages/{id}.
type Sink struct {
	mux    *http.ServeMux
	secret []byte

	receiver *receiver // of web push

	mu       sync.Mutex
	file     *os.File
	messages []Message
	seen     map[string]bool
}

// Open reads the messages that the file has and goes on writing to it.
func Open(path, secret string) (*Sink, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the SMS sink: %w", err)
	}
	s := &Sink{mux: http.NewServeMux(), secret: []byte(secret), file: file, seen: map[string]bool{}, receiver: newReceiver(secret)}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var m Message
		if json.Unmarshal(lines.Bytes(), &m) == nil { // a half line was cut by a crash: its sender sends it again
			s.keep(m)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, errors.Join(fmt.Errorf("read the SMS sink: %w", err), file.Close())
	}
	s.mountWeCom()
	s.mux.HandleFunc("POST /push/{who}", s.takePush)
	s.mux.HandleFunc("POST /messages", s.take)
	s.mux.HandleFunc("GET /messages", s.list)
	s.mux.HandleFunc("GET /messages/{id}", s.find)
	return s, nil
}

// Close closes the file.
func (s *Sink) Close() error { return s.file.Close() }

// ServeHTTP answers.
func (s *Sink) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Messages lists what was taken, newest first.
func (s *Sink) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Message, 0, len(s.messages))
	for i := len(s.messages) - 1; i >= 0; i-- {
		list = append(list, s.messages[i])
	}
	return list
}

func (s *Sink) keep(m Message) {
	s.seen[m.ID] = true
	s.messages = append(s.messages, m)
	if len(s.messages) > kept {
		s.messages = s.messages[len(s.messages)-kept:]
	}
}

func (s *Sink) signed(r *http.Request, content string) bool {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write([]byte(r.Header.Get("X-Hotline-Time") + "\n" + content))
	return hmac.Equal([]byte(hex.EncodeToString(mac.Sum(nil))), []byte(r.Header.Get("X-Hotline-Signature")))
}

func (s *Sink) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	var m Message
	switch {
	case err != nil || json.Unmarshal(body, &m) != nil || m.ID == "" || m.To == "" || m.Text == "":
		http.Error(w, `{"error":"id, to and text are needed"}`, http.StatusUnprocessableEntity)
		return
	case !s.signed(r, string(body)):
		http.Error(w, `{"error":"the signature does not fit"}`, http.StatusUnauthorized)
		return
	}
	m.Channel = ""
	if s.write(m) != nil {
		http.Error(w, `{"error":"the message could not be kept"}`, http.StatusInternalServerError)
		return
	}
	answer(w, map[string]string{"id": "sink-" + m.ID})
}

// write keeps a message, once for each id.
func (s *Sink) write(m Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[m.ID] {
		return nil
	}
	m.At = time.Now().UTC() //nolint:forbidigo // like any provider, it has a clock of its own
	line, err := json.Marshal(m)
	if err == nil {
		_, err = s.file.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("keep a message: %w", err)
	}
	s.keep(m)
	return nil
}

func (s *Sink) list(w http.ResponseWriter, _ *http.Request) { answer(w, s.Messages()) }

func (s *Sink) find(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	s.mu.Lock()
	known := s.seen[id]
	s.mu.Unlock()
	switch {
	case !s.signed(r, id):
		http.Error(w, `{"error":"the signature does not fit"}`, http.StatusUnauthorized)
	case !known:
		http.Error(w, `{"error":"no such message"}`, http.StatusNotFound)
	default:
		answer(w, map[string]string{"id": "sink-" + id})
	}
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v) // the client is gone, or has it
}
