package main

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"
)

// What a far end writes into its sound is how long it took to arrive.
func TestAFarEndMeasuresPaceAndDelay(t *testing.T) {
	begun := time.Unix(1_800_000_000, 0)
	sound := func(sent time.Time) []byte {
		b := make([]byte, 160)
		binary.BigEndian.PutUint32(b, mark)
		binary.BigEndian.PutUint64(b[4:], uint64(sent.UnixNano()))
		return b
	}
	e := &farEnd{}
	e.take(sound(begun), begun) // not counted yet
	e.counts = true
	e.take(sound(begun), begun.Add(3*time.Millisecond))
	e.take(make([]byte, 160), begun.Add(28*time.Millisecond)) // a prompt's, 5 ms late
	e.take(sound(begun.Add(40*time.Millisecond)), begun.Add(44*time.Millisecond))
	if e.got != 3 || e.talked != 3 {
		t.Errorf("counted %d packets, of the other %d", e.got, e.talked)
	}
	if want := []time.Duration{5 * time.Millisecond, 4 * time.Millisecond}; !slices.Equal(e.off, want) {
		t.Errorf("off its pace by %v, want %v", e.off, want)
	}
	if want := []time.Duration{3 * time.Millisecond, 4 * time.Millisecond}; !slices.Equal(e.delay, want) {
		t.Errorf("delay %v, want %v", e.delay, want)
	}
}

func TestNumbers(t *testing.T) {
	if got := numbers("100,x,-1,500,"); !slices.Equal(got, []int{100, 500}) {
		t.Errorf("got %v", got)
	}
}
