package connect_test

import (
	"context"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.org/hotline/configs"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/relief/source"
	"example.org/hotline/relief/source/connect"
	"example.org/hotline/relief/source/sourcesim"
)

// sources is a simulator of all sources and a connector to each.
type sources struct {
	sim       *sourcesim.Sim
	catalogue *source.Catalogue
	way       connect.Way
}

func newSources(t *testing.T, change func(*source.Catalogue)) *sources {
	t.Helper()
	p, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	c := p.Sources
	for i := range c.Sources {
		c.Sources[i].Timeout = 5 * time.Second
	}
	if change != nil {
		change(c)
	}
	signer, err := bankhttp.NewHMAC(strings.Repeat("s", 32))
	if err != nil {
		t.Fatal(err)
	}
	s := &sources{catalogue: c, sim: sourcesim.New(sourcesim.Options{Catalogue: c, Signer: signer, Now: time.Now, Slow: 50 * time.Millisecond})}
	server := httptest.NewUnstartedServer(s.sim)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	s.way = connect.Way{URL: server.URL, KeyID: "k1", Signer: signer, SignedAnswers: true, Now: time.Now}
	return s
}

func (s *sources) connector(t *testing.T, code string) *connect.Connector {
	t.Helper()
	one, ok := s.catalogue.Source(code)
	if !ok {
		t.Fatalf("no source %s", code)
	}
	way := s.way
	way.URL += "/" + one.Department
	return connect.New(one, *s.catalogue, way)
}

func asks(number string) source.Question {
	return source.Question{Request: "r", Number: source.Private(number), Name: "甲某"}
}

const (
	withCar    = "990101198001010013" // seventeenth digit 1
	withoutAny = "990101198001010005"
)

func (s *sources) behave(t *testing.T, code string, as sourcesim.Behaviour) {
	t.Helper()
	if err := s.sim.Behave(code, as); err != nil {
		t.Fatal(err)
	}
}

// What is known after every way in which a source behaves, over HTTP.
func TestWhatIsKnownAfterAQuestion(t *testing.T) {
	s := newSources(t, nil)
	for as, want := range map[sourcesim.Behaviour]struct {
		status source.Status
		code   string
		tries  int
	}{
		sourcesim.Well: {source.OK, "", 1}, sourcesim.Slow: {source.OK, "", 1}, sourcesim.Wrong: {source.Error, source.WhyRefused, 1}, sourcesim.Refuses: {source.Error, source.WhyRefused, 1},
		sourcesim.Forged: {source.Error, source.WhySignature, 1}, sourcesim.Old: {source.Stale, source.WhyOld, 1}, sourcesim.Down: {source.Error, source.WhyStatus, 3},
	} {
		s.behave(t, "vehicles", as)
		r := s.connector(t, "vehicles").Ask(t.Context(), asks(withCar))
		if r.Status != want.status || r.Code != want.code || r.Tries != want.tries {
			t.Errorf("%s: %s %q after %d tries, want %+v", as, r.Status, r.Code, r.Tries, want)
		}
	}
	s.behave(t, "", sourcesim.Well)
	for _, one := range s.catalogue.Sources {
		if r := s.connector(t, one.Code).Ask(t.Context(), asks(withoutAny)); !r.Status.Known() {
			t.Errorf("%s: %s %s", one.Code, r.Status, r.Code)
		}
	}
	for _, body := range s.sim.Seen("death") { // it is asked by the number alone
		if strings.Contains(body, "甲某") {
			t.Errorf("a name left: %s", body)
		}
	}
}

// A source that never answers costs its own time and no more; the other's clock is not waited for.
func TestASourceThatIsSilent(t *testing.T) {
	s := newSources(t, func(c *source.Catalogue) { c.Sources[3].Timeout = 200 * time.Millisecond })
	s.behave(t, "vehicles", sourcesim.Silent)
	if r := s.connector(t, "vehicles").Ask(t.Context(), asks(withCar)); r.Status != source.Timeout || r.Took > 3*time.Second {
		t.Errorf("%s %s after %s", r.Status, r.Code, r.Took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r := s.connector(t, "vehicles").Ask(ctx, asks(withCar)); r.Status.Known() {
		t.Errorf("known after the check was given up: %s", r.Status)
	}
}

// A source that goes on failing is left alone, and tried again after a rest.
func TestTheBreaker(t *testing.T) {
	s := newSources(t, func(c *source.Catalogue) {
		c.Tries, c.BreakerFailures, c.BreakerRest = 1, 2, time.Second
	})
	s.behave(t, "vehicles", sourcesim.Down)
	c := s.connector(t, "vehicles")
	states := make(chan string, 10)
	c.OnChange(func(_, state string) { states <- state })
	for range 2 {
		c.Ask(t.Context(), asks(withCar))
	}
	if state := <-states; state != "open" {
		t.Errorf("the breaker is %s", state)
	}
	asked := s.sim.Asked("vehicles")
	if r := c.Ask(t.Context(), asks(withCar)); r.Code != source.WhyBreaker || r.Status.Known() || s.sim.Asked("vehicles") != asked {
		t.Errorf("left alone: %s %s, asked %d times more", r.Status, r.Code, s.sim.Asked("vehicles")-asked)
	}
	s.behave(t, "vehicles", sourcesim.Well)
	for deadline := time.Now().Add(10 * time.Second); ; { // its rest is real time
		if r := c.Ask(t.Context(), asks(withCar)); r.Status == source.OK {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("never asked again")
		}
		time.Sleep(50 * time.Millisecond)
	}
	if half, closed := <-states, <-states; half != "half-open" || closed != "closed" {
		t.Errorf("then %s, %s", half, closed)
	}
}

func TestWaysThatAreNone(t *testing.T) {
	s := newSources(t, nil)
	for _, url := range []string{"", "http://exchange.example", "https://u:p@exchange.example", "https://exchange.example/?q=1", "ftp://exchange.example"} {
		w := s.way
		if w.URL = url; w.Check() == nil {
			t.Errorf("%q is a way", url)
		}
	}
	w := s.way
	if w.KeyID = "a\nb"; w.Check() == nil {
		t.Error("a key's name holds a line break")
	}
}
