package duty

import (
	"slices"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// Whoever is away is stood in for by the first deputy who is there and free; the
// reason says so, and a hole is left only where none is.
func TestADeputyStandsInForWhoIsAway(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2026, 10, 9, h, 0, 0, 0, time.UTC) }
	people := map[area.PostID]Person{1: {"one", true}, 2: {"two", true}, 3: {"three", true}, 4: {"four", true}, 5: {"gone", false}}
	roster := Roster{Key: Key{Area: "990101101000", Role: area.RoleWorker}, People: people,
		Shifts:   []Shift{{ID: 1, Position: 1, Post: 1, Starts: at(0), Ends: at(12)}, {ID: 2, Position: 2, Post: 2, Starts: at(0), Ends: at(6)}},
		Absences: []Absence{{Post: 1, Reason: "ill", Starts: at(2), Ends: at(10)}, {Post: 3, Reason: "leave", Starts: at(7), Ends: at(8)}},
		Deputies: []Deputy{{ID: 14, Of: 1, Post: 4, Position: 4, Starts: at(0), Ends: at(9)}, {ID: 11, Of: 1, Post: 5, Position: 1, Starts: at(0)},
			{ID: 12, Of: 1, Post: 2, Position: 2, Starts: at(0), Ends: at(4)}, {ID: 13, Of: 1, Post: 3, Position: 3, Starts: at(0), Ends: at(9)}}}
	s, err := New(roster, func(ticket.Date) ticket.Day { return ticket.Day{} })
	if err != nil {
		t.Fatal(err)
	}
	for hour, want := range map[int][]string{1: {"one"}, 3: {"three"}, 7: {"four"}, 8: {"three"}, 9: nil, 11: {"one"}} {
		var got []string
		for _, d := range s.Who(at(hour), 1).OnDuty {
			got = append(got, d.Name)
			if o := d.Why.Overrides; d.Name != "one" && (len(o) != 1 || o[0].Kind != StandsIn || o[0].Instead != "one") {
				t.Errorf("%d:00: why %+v", hour, d.Why)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d:00: %v, want %v", hour, got, want)
		}
	}
	holes := s.Nobody(at(0), at(12))
	if len(holes) != 1 || !holes[0].Starts.Equal(at(9)) || !holes[0].Ends.Equal(at(10)) {
		t.Errorf("holes %+v", holes)
	}
	if skipped := s.Who(at(3), 1).Skipped; len(skipped) != 1 || skipped[0].By != "three" || skipped[0].Reason != SkipAbsent {
		t.Errorf("passed over: %+v", skipped)
	}
}
