package ticket

import (
	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Line is what the number dialled tells about a call before anyone speaks.
type Line struct {
	Number string      // service number
	Area   area.Code   // a township's code, or the county that takes the calls of a number without an area
	Owner  area.PostID // the desk that owns the ticket from the first second
}

// Birth is everything a call's first commit writes beside the call itself.
type Birth struct {
	Ticket  Ticket
	Timers  []act.Timer // subjects carry ID zero until the row has its number
	Entries []Entry
	Notices []Notice // tickets carry ID zero until the row has its number
}

// FromCall makes the ticket of a call. It is pure, so that the database and
// the journal's replay give birth to the same ticket: the deadlines count from
// the INVITE, and one born overdue fires at once. repeatOf is an open ticket
// of the same caller, zero for none; withheld numbers never link.
func FromCall(c Call, line Line, policy string, terms Terms, holds Holds, cal Calendar, repeatOf ID) Birth {
	t := Ticket{
		Number: c.Number, CallID: c.ID, Kind: KindAid, Priority: P2, Cause: CauseUnknown, Status: StatusNew,
		Area: line.Area, Owner: line.Owner, InvitedAt: c.InvitedAt, RepeatState: RepeatNone,
		Policy: policy, Epoch: 1, Version: 1,
		Clocks: NewClocks(P2, c.InvitedAt, terms, cal),
	}
	b := Birth{Entries: []Entry{{Kind: "call.received", At: c.InvitedAt, Data: map[string]any{"number": c.To, "ticket": string(c.Number),
		"area": string(line.Area), "area_source": string(placeOfLine(line.Area))}}}}
	first := act.Timer{Kind: TimerRoute, Epoch: t.Epoch, DueAt: c.InvitedAt.Add(holds.Answer)} // brought forward by what happens before, see EndCall
	if repeatOf != 0 && c.FromE164 != "" {
		t.RepeatOf, t.RepeatState = repeatOf, RepeatSuggested
		first = act.Timer{Kind: TimerRepeat, Epoch: t.Epoch, DueAt: c.InvitedAt.Add(holds.Repeat)}
		b.Timers = append(b.Timers, act.Timer{Kind: TimerCalledAgain, Epoch: t.Epoch, DueAt: c.InvitedAt})
		b.Entries = append(b.Entries, Entry{Kind: "ticket.repeat_suggested", At: c.InvitedAt})
	}
	if ParsePhone(c.FromE164).Mobile { // the number was spoken as well, to whoever listened
		b.Notices = append(b.Notices, Notice{Key: "call:" + string(c.ID) + ":registered", Citizen: true, Template: "ticket_registered",
			Fields: map[string]string{"number": string(c.Number)}})
	}
	b.Ticket = t
	b.Timers = append(append(b.Timers, first), deadlineTimers(t)...)
	return b
}

// placeOfLine is what the number dialled tells of where it happened.
func placeOfLine(where area.Code) PlaceSource {
	if where.Level() >= area.LevelTownship {
		return PlaceLine
	}
	return PlaceCounty
}

// deadlineTimers arms every running clock.
func deadlineTimers(t Ticket) []act.Timer {
	var timers []act.Timer
	for _, c := range t.Clocks {
		if c.Ticking() {
			timers = append(timers, act.Timer{Subject: t.Subject(), Kind: TimerDeadline, Step: c.Kind.Ordinal(), Epoch: c.Revision, DueAt: c.DueAt})
		}
	}
	return timers
}
