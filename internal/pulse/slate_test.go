package pulse_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"example.org/hotline/internal/pulse"
	"example.org/hotline/test/servers"
)

// found opens a slate for a node that has looked at it once.
func found(t *testing.T, c *pulse.Client, node string) (*pulse.Slate, pulse.SlatePoint) {
	t.Helper()
	s := c.Slate("test", node)
	at, err := s.Found(t.Context(), "gen-"+node)
	if err != nil {
		t.Fatal(err)
	}
	news, err := s.Look(t.Context(), at, "beat-"+node)
	if err != nil {
		t.Fatal(err)
	}
	if !news.Whole {
		t.Error("the first look does not bring everything")
	}
	return s, news.At
}

func TestASlateIsWrittenOneAtATime(t *testing.T) {
	c := start(t, servers.RedisOfKind(t).AppURL, pulse.StateUp)
	a, atA := found(t, c, "a")
	b, atB := found(t, c, "b")
	if atA.Gen != atB.Gen {
		t.Fatalf("two generations: %v, %v", atA, atB)
	}
	atA, err := a.Write(t.Context(), atA, "beat-a2", "mark-1", map[string]string{"x": "1", "y": "2"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Write(t.Context(), atB, "beat-b2", "mark-2", map[string]string{"x": "3"}); !errors.Is(err, pulse.ErrSlateMoved) {
		t.Errorf("a write on what has changed: %v", err)
	}
	news, err := b.Look(t.Context(), atB, "beat-b3")
	if err != nil || news.Whole || !maps.Equal(news.Values, map[string]string{"x": "1", "y": "2"}) || news.At != atA || news.Mark != "" {
		t.Errorf("b learns %+v (%v)", news, err)
	}
	if want := map[string]string{"a": "beat-a2", "b": "beat-b3"}; !maps.Equal(news.Beats, want) {
		t.Errorf("beats %v, want %v", news.Beats, want)
	}
	atB, err = b.Write(t.Context(), news.At, "beat-b4", "mark-3", map[string]string{"x": "", "z": "4"})
	if err != nil {
		t.Fatal(err)
	}
	news, err = a.Look(t.Context(), atA, "beat-a3")
	if err != nil || !maps.Equal(news.Values, map[string]string{"x": "", "z": "4"}) || news.Mark != "mark-1" || news.At != atB {
		t.Errorf("a learns %+v (%v)", news, err)
	}
	if news, err = a.Look(t.Context(), atB, ""); err != nil || len(news.Values) != 0 {
		t.Errorf("nothing has happened: %+v (%v)", news, err)
	}
	if news.Beats["a"] != "beat-a3" {
		t.Error("a look without a beat changed it")
	}
}

func TestALostSlateIsTold(t *testing.T) {
	r := servers.RedisOfKind(t)
	c := start(t, r.AppURL, pulse.StateUp)
	a, at := found(t, c, "a")
	b, _ := found(t, c, "b")
	r.Admin("FLUSHALL")
	if _, err := a.Look(t.Context(), at, "beat"); !errors.Is(err, pulse.ErrSlateLost) {
		t.Errorf("look: %v", err)
	}
	if _, err := a.Write(t.Context(), at, "beat", "mark", map[string]string{"x": "1"}); !errors.Is(err, pulse.ErrSlateLost) {
		t.Errorf("write: %v", err)
	}
	first, err1 := a.Found(t.Context(), "fresh-a")
	second, err2 := b.Found(t.Context(), "fresh-b")
	if err1 != nil || err2 != nil || first != second || first.Gen != "fresh-a" {
		t.Errorf("founded as %v and %v (%v, %v)", first, second, err1, err2)
	}
}

// Wiped keys are not remembered for ever: who comes back after thousands of them
// reads the whole slate, and misses nothing.
func TestWhoComesLateReadsEverything(t *testing.T) {
	c := start(t, servers.RedisOfKind(t).AppURL, pulse.StateUp)
	a, at := found(t, c, "a")
	late := at
	var err error
	write := func(values map[string]string) {
		t.Helper()
		if at, err = a.Write(t.Context(), at, "beat", "mark", values); err != nil {
			t.Fatal(err)
		}
	}
	write(map[string]string{"kept": "1"})
	for i := range 50 {
		values := map[string]string{}
		for j := range 100 {
			values[fmt.Sprintf("k%d-%d", i, j)] = "v"
		}
		write(values)
		for key := range values {
			values[key] = ""
		}
		write(values)
	}
	news, err := a.Look(t.Context(), late, "beat")
	if err != nil || !news.Whole || !maps.Equal(news.Values, map[string]string{"kept": "1"}) || news.At != at {
		t.Errorf("whole %v, %d values at %v (%v)", news.Whole, len(news.Values), news.At, err)
	}
}

func TestAWriteWakesTheOtherNodes(t *testing.T) {
	url := servers.RedisOfKind(t).AppURL
	one, two := start(t, url, pulse.StateUp), start(t, url, pulse.StateUp)
	a := one.Slate("acd", "a")
	listener := two.Slate("acd", "b").Listen()
	defer listener.Close()
	at, err := a.Found(t.Context(), "gen")
	if err != nil {
		t.Fatal(err)
	}
	await(t, "a write to be heard", func() bool { // written until the other has subscribed
		news, err := a.Look(t.Context(), at, "beat")
		if err != nil {
			t.Fatal(err)
		}
		if at, err = a.Write(t.Context(), news.At, "beat", "mark", map[string]string{"x": "1"}); err != nil {
			t.Fatal(err)
		}
		payloads, _ := listener.Take()
		return slices.Contains(payloads, "a")
	})
}
