package loop

import (
	"errors"
	"slices"
	"testing"
	"time"

	"example.org/hotline/internal/act"
)

func TestEveryTaskStateAndEvent(t *testing.T) {
	for _, s := range append(TaskStates(), "") {
		for _, ev := range append(TaskEvents(), "") {
			got, err := s.Next(ev)
			want, listed := taskTransitions[s][ev]
			if listed && (err != nil || got != want) || !listed && (!errors.Is(err, act.ErrRefused) || got != "") {
				t.Errorf("%s × %s = %s, %v", s, ev, got, err)
			}
		}
	}
}

// One of each code holds a case open; a head's word frees those that may be waived, and
// never one of money, whatever was written down.
func TestEveryCodeHoldsACaseOpen(t *testing.T) {
	var f Facts
	for _, c := range slices.Backward(Codes()) {
		f.Things = append(f.Things, Thing{c, "1"})
	}
	f.Waived = f.Things
	items := Open(f)
	if len(items) != len(Codes()) {
		t.Fatalf("%d items", len(items))
	}
	for i, item := range items {
		if item.Code != Codes()[i] || item.Waived != slices.Contains(Waivable(), item.Code) {
			t.Errorf("%d: %+v", i, item)
		}
	}
	if held := Holding(items); len(held) != len(Codes())-len(Waivable()) {
		t.Errorf("held by %v", held)
	}
	if len(Holding(Open(Facts{}))) != 0 {
		t.Error("an empty case is held open")
	}
	other := Facts{Things: []Thing{{OpenReferral, "1"}}, Waived: []Thing{{OpenReferral, "2"}}}
	if len(Holding(Open(other))) != 1 {
		t.Error("the waiver of another referral frees this one")
	}
}

func TestWhatTheCitizenSays(t *testing.T) {
	yes, no := new(bool), new(bool)
	*yes = true
	for _, tt := range []struct {
		call   Call
		paid   bool
		before []Past
		want   string
	}{
		{Call{Satisfied: yes}, false, nil, "satisfied"},
		{Call{Satisfied: yes, Received: yes, AmountRight: yes}, true, nil, "satisfied"},
		{Call{Satisfied: yes, Received: no, AmountRight: yes}, true, nil, "not_received"},
		{Call{Satisfied: yes, Received: yes, AmountRight: no}, true, nil, "wrong_amount"},
		{Call{Satisfied: no, Received: yes, AmountRight: yes}, true, nil, "not_satisfied"},
		{Call{Satisfied: no, Received: yes, AmountRight: yes}, true, []Past{{Reached: true, Satisfied: no}}, "dissatisfied"},
		{Call{Satisfied: yes}, true, nil, ""}, // aid was paid, and nobody asked whether it came
		{Call{}, false, nil, ""},
	} {
		if got, err := tt.call.outcome(tt.paid, tt.before); got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%+v: %s, %v", tt, got, err)
		}
	}
}

func TestTriesCountSinceSomebodyAnswered(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 11, 30, 8, minute, 0, 0, time.UTC) }
	past := []Past{{At: at(1)}, {At: at(2), Reached: true}, {At: at(3)}, {At: at(14)}}
	if n, first := tried(past, time.Time{}); n != 2 || !first.Equal(at(3)) {
		t.Errorf("%d since %s", n, first)
	}
	if n, _ := tried(past, at(20)); n != 0 {
		t.Errorf("%d after a reopening", n)
	}
}
