// Package sourcesim plays every data source of a catalogue for the demo city and for
// tests: each in its own form, over HTTP, signed. What it knows of somebody follows
// from their identity number, or is told to it. A source can be slow, silent, wrong,
// stale or down, and is switched while it runs.
package sourcesim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/relief/source"
	"example.org/hotline/relief/source/connect"
	"example.org/hotline/ticket"
)

// Behaviour is how a source behaves.
type Behaviour string

// The behaviours.
const (
	Well    Behaviour = "well"
	Slow    Behaviour = "slow"    // answers after Options.Slow
	Silent  Behaviour = "silent"  // takes the question and never answers
	Wrong   Behaviour = "wrong"   // answers in another form than was agreed
	Forged  Behaviour = "forged"  // answers under another key
	Old     Behaviour = "stale"   // answers as of a day two years ago
	Down    Behaviour = "down"    // fails
	Refuses Behaviour = "refuses" // does not take the question
)

// Behaviours lists them.
func Behaviours() []Behaviour {
	return []Behaviour{Well, Slow, Silent, Wrong, Forged, Old, Down, Refuses}
}

// Options of New.
type Options struct {
	Catalogue *source.Catalogue
	Signer    bankhttp.Signer
	Now       func() time.Time
	Slow      time.Duration // default 3 s
}

// Sim is all sources.
type Sim struct {
	o Options

	mu     sync.Mutex
	as     map[string]Behaviour
	asked  map[string]int
	told   map[string]source.Data
	seen   map[string][]string // bodies of questions, by source
	nonces map[string]bool
}

// New plays the sources of a catalogue, all well.
func New(o Options) *Sim {
	if o.Slow == 0 {
		o.Slow = 3 * time.Second
	}
	return &Sim{o: o, as: map[string]Behaviour{}, asked: map[string]int{}, told: map[string]source.Data{}, seen: map[string][]string{}, nonces: map[string]bool{}}
}

// Behave switches a source; "" for all of them.
func (s *Sim) Behave(code string, as Behaviour) error {
	_, known := s.o.Catalogue.Source(code)
	if !slices.Contains(Behaviours(), as) || code != "" && !known {
		return fmt.Errorf("say a source of the catalogue, or none for all, and one of %v", Behaviours())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.o.Catalogue.Sources {
		if code == "" || one.Code == code {
			s.as[one.Code] = as
		}
	}
	return nil
}

// Know tells what is so of somebody.
func (s *Sim) Know(number string, d source.Data) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told[number] = d
}

// Asked is how often a source was asked, tries included.
func (s *Sim) Asked(code string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[code]
}

// Seen are the bodies of the questions that a source was asked, as they came.
func (s *Sim) Seen(code string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen[code])
}

// ServeHTTP answers …/{department}{path of the source}, and people at …/admin.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, what, admin := strings.Cut(r.URL.Path, "/admin"); admin {
		s.admin(w, r, what)
		return
	}
	one, found := s.find(r)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if !found || err != nil || !connect.VerifyRequest(r, body, s.o.Signer, s.o.Now()) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	as, fresh := s.note(one.Code, r.Header.Get(connect.HeaderNonce), body)
	if !fresh {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	s.answer(w, r, one, as, body)
}

func (s *Sim) find(r *http.Request) (source.Source, bool) {
	for _, one := range s.o.Catalogue.Sources {
		if r.Method == one.Request.Method && strings.HasSuffix(r.URL.Path, "/"+one.Department+one.Request.Path) {
			return one, true
		}
	}
	return source.Source{}, false
}

func (s *Sim) note(code, nonce string, body []byte) (as Behaviour, fresh bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh = !s.nonces[nonce]
	s.nonces[nonce] = true
	s.asked[code]++
	s.seen[code] = append(s.seen[code], string(body))
	if n := len(s.seen[code]); n > 100 {
		s.seen[code] = s.seen[code][n-100:]
	}
	return s.as[code], fresh
}

// stranger signs what only somebody else than the source would.
type stranger struct{ bankhttp.Signer }

func (s stranger) Sign(text string) (string, error) { return s.Signer.Sign("not this: " + text) }

func (s *Sim) answer(w http.ResponseWriter, r *http.Request, one source.Source, as Behaviour, body []byte) {
	signer, asOf := s.o.Signer, ticket.DateOf(s.o.Now())
	switch as {
	case Slow:
		select {
		case <-time.After(s.o.Slow):
		case <-r.Context().Done():
			return
		}
	case Silent:
		<-r.Context().Done() // whoever asked has given up
		panic(http.ErrAbortHandler)
	case Down:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case Forged:
		signer = stranger{signer}
	case Old:
		asOf = ticket.DateOf(s.o.Now().AddDate(-2, 0, 0))
	case Wrong, Refuses, Well:
	}
	answer, err := s.says(one, as, asOf, body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if err := connect.WriteAnswer(w, r, signer, s.o.Now(), http.StatusOK, answer); err != nil {
		panic(http.ErrAbortHandler) // whoever asked hears of it as a cut connection
	}
}

func (s *Sim) says(one source.Source, as Behaviour, asOf ticket.Date, body []byte) ([]byte, error) {
	switch as {
	case Wrong:
		return []byte(`{"message":"<html>请联系管理员</html>"}`), nil
	case Refuses:
		return json.Marshal(map[string]any{"error": "no right to ask"})
	default:
	}
	q, err := questionIn(one, body)
	if err != nil {
		return nil, err
	}
	return one.WriteAnswer(s.knows(q), asOf, q)
}

// questionIn reads number and name back out of a question.
func questionIn(one source.Source, body []byte) (q source.Question, err error) {
	var whole any
	if err := json.Unmarshal(body, &whole); err != nil {
		return q, fmt.Errorf("read a question: %w", err)
	}
	for pointer, text := range one.Request.Body {
		at := whole
		for _, step := range strings.Split(pointer[1:], "/") {
			object, _ := at.(map[string]any)
			at = object[step]
		}
		value, _ := at.(string)
		switch text {
		case "{id_number}":
			q.Number = source.Private(value)
		case "{name}":
			q.Name = source.Private(value)
		}
	}
	return q, nil
}

// admin is the page for people: GET …/admin shows how each source behaves; POST
// …/admin/behave?source=&as= switches one, or all.
func (s *Sim) admin(w http.ResponseWriter, r *http.Request, what string) {
	switch r.Method + " " + what {
	case "GET ", "GET /":
		w.Header().Set("Content-Type", "application/json")
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		_ = enc.Encode(s.Overview()) // a person looks, and sees if it is cut off
	case "POST /behave":
		if err := s.Behave(r.URL.Query().Get("source"), Behaviour(r.URL.Query().Get("as"))); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		http.NotFound(w, r)
	}
}

// Overview is what a person sees of the sources. It names nobody.
type Overview struct {
	Sources    []View      `json:"sources"`
	Behaviours []Behaviour `json:"behaviours"` // POST admin/behave?source=vehicles&as=slow
	Endings    []Ending    `json:"endings"`    // by the seventeenth digit of an identity number
}

// View is one source in it.
type View struct {
	Code  string    `json:"code"`
	Name  string    `json:"name"`
	As    Behaviour `json:"as"`
	Asked int       `json:"asked"`
}

// Overview is how the sources stand.
func (s *Sim) Overview() Overview {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := Overview{Behaviours: Behaviours(), Endings: endings}
	for _, one := range s.o.Catalogue.Sources {
		as := s.as[one.Code]
		if as == "" {
			as = Well
		}
		o.Sources = append(o.Sources, View{Code: one.Code, Name: one.Zh, As: as, Asked: s.asked[one.Code]})
	}
	return o
}
