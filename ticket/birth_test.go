package ticket

import (
	"testing"
	"time"
)

func TestFromCall(t *testing.T) {
	call := Call{ID: "c", Number: "n", FromE164: "+8619900000001", To: "12349", InvitedAt: invited}
	line := Line{Number: "12349", Area: "990101000000", Owner: 7}
	holds := Holds{Repeat: 3 * time.Minute, Answer: 45 * time.Second}
	kinds := func(b Birth) map[string]int {
		m := map[string]int{}
		for _, timer := range b.Timers {
			m[timer.Kind]++
		}
		return m
	}
	b := FromCall(call, line, "ladder-2026", testTerms, holds, Calendar{}, 0)
	if b.Ticket.Owner != 7 || b.Ticket.Priority != P2 || b.Ticket.Kind != KindAid || b.Ticket.TownshipKnown() || b.Ticket.Policy != "ladder-2026" {
		t.Errorf("%+v", b.Ticket)
	}
	if k := kinds(b); k[TimerRoute] != 1 || k[TimerDeadline] != 2 || len(b.Timers) != 3 || !b.Timers[0].DueAt.Equal(invited.Add(holds.Answer)) {
		t.Errorf("timers %+v", b.Timers)
	}
	if len(b.Notices) != 1 || b.Notices[0].Template != "ticket_registered" || b.Notices[0].Fields["number"] != "n" {
		t.Errorf("the caller's mobile is sent the number: %+v", b.Notices)
	}
	repeat := FromCall(call, line, "", testTerms, holds, Calendar{}, 5)
	if k := kinds(repeat); k[TimerRoute] != 0 || k[TimerRepeat] != 1 || k[TimerCalledAgain] != 1 || repeat.Ticket.RepeatState != RepeatSuggested {
		t.Errorf("a repeat: %+v", repeat)
	}
	call.FromE164 = ""
	if withheld := FromCall(call, line, "", testTerms, holds, Calendar{}, 5); withheld.Ticket.RepeatOf != 0 || len(withheld.Notices) != 0 {
		t.Error("a withheld number was linked or written to")
	}
}

func TestMaskPhone(t *testing.T) {
	for in, want := range map[string]string{"+8613812345678": "138****5678", "+865370001234": "****1234", "": "", "+4930123456": "****3456", "12": "****12"} {
		if got := MaskPhone(in); got != want {
			t.Errorf("MaskPhone(%q) = %q, want %q", in, got, want)
		}
	}
}
