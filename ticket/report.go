package ticket

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Report is a household in need that somebody of the villages has come upon.
type Report struct {
	PublicID string    // made by the client or the server, so that a retry finds it; the ticket's CallID
	Area     area.Code // a township or village of the reporter's
	Priority Priority  // how urgent it looked: P1, P2 or P3
	Seen     string    // sealed where it is kept
	Phone    string    // E.164 of whoever is in need, or is with them; empty where none is known
	Name     string    // of the household, as the village calls it; sealed where it is kept, empty where unknown
	Door     string    // where in the village; likewise

	WrittenAt time.Time // by the device's clock; zero: as it came
	Carrier   Carrier   // who was signed in when it came, where that is not its author
	Planned   bool      // of a visit that its author was asked to make, wherever that was
}

// Carrier is somebody signed in on a device that sends what another has written on it.
type Carrier struct {
	ID   area.StaffID
	Name string
}

// ReportRules is what a report's ticket is born by.
type ReportRules struct {
	Policy   string // the ladder's version
	Terms    Terms
	Holds    Holds
	Calendar Calendar
}

// ReportTx is what a report needs of a transaction.
type ReportTx interface {
	Tx
	PieceTx
	// Covers reports whether the actor stands in for a village today.
	Covers(ctx context.Context, village area.Code) (bool, error)
	// OpenTicketOf is the oldest open ticket of a telephone, wherever it lies; act.ErrNotFound where there is none.
	OpenTicketOf(ctx context.Context, e164 string) (ID, error)
	// AddReported writes a report and its ticket with the clocks, and gives the ticket its ids and its number.
	AddReported(ctx context.Context, t *Ticket, r Report) error
}

// Source is what a ticket was born from (DOMAIN 1, 3).
type Source string

// The sources.
const (
	SourceCall   Source = "call"
	SourceReport Source = "report"
)

// Reporters lists the roles that report households: they report, and decide nothing.
func Reporters() []area.Role { return []area.Role{area.RoleVillageAssistant, area.RoleVolunteer} }

// LongestSeen is how long the text of a report may be, in characters.
const LongestSeen = 2000

func (r Report) validate() error {
	switch {
	case r.Priority != P1 && r.Priority != P2 && r.Priority != P3:
		return act.Invalid("priority", "unknown_priority", "Say P1, P2 or P3.")
	case r.Area.Level() < area.LevelTownship:
		return act.Invalid("area", "report_too_wide", "Name the village, or at least the township.")
	case len([]rune(r.Seen)) < 2:
		return act.Invalid("seen", "seen_required", "Write what you have seen.")
	case len([]rune(r.Seen)) > LongestSeen:
		return act.Invalid("seen", "too_long", "Shorten this text.")
	case len([]rune(r.Name)) > 60:
		return act.Invalid("name", "too_long", "Shorten this text.")
	case len([]rune(r.Door)) > 100:
		return act.Invalid("door", "too_long", "Shorten this text.")
	}
	for field, text := range map[string]string{"seen": r.Seen, "name": r.Name, "door": r.Door} {
		if err := PlainText(field, text); err != nil {
			return err
		}
	}
	return nil
}

// within refuses a report from a place of others that its author does not cover, and where nobody
// asked them to go.
func (r Report) within(ctx context.Context, tx ReportTx) error {
	if r.Planned {
		return nil
	}
	covers, err := tx.Covers(ctx, r.Area)
	if err == nil && !covers {
		err = act.Invalid("area", "report_elsewhere", "The place lies outside your own. Call the line for people of other places.")
	}
	return err
}

// DoReport makes a ticket of a report. It has what a call's has: an owner, clocks
// from this moment, a ladder that starts at once, for no agent is in a
// conversation. Whoever reports has no further say in it.
func DoReport(ctx context.Context, tx ReportTx, r Report, rules ReportRules) (Ticket, error) {
	me := tx.Actor()
	if !me.May(Reporters()...) {
		return Ticket{}, act.NotFound("ticket")
	}
	r = r.trimmed()
	if err := r.validate(); err != nil {
		return Ticket{}, err
	}
	if me.Area.Contains(r.Area) {
		return bornOfReport(ctx, tx, r, rules)
	}
	if err := r.within(ctx, tx); err != nil {
		return Ticket{}, err
	}
	var t Ticket
	err := tx.Wherever(ctx, func() (err error) { t, err = bornOfReport(ctx, tx, r, rules); return err })
	return t, err
}

func bornOfReport(ctx context.Context, tx ReportTx, r Report, rules ReportRules) (Ticket, error) {
	if d, err := tx.Division(ctx, r.Area); err != nil || !d.On(area.DateOf(tx.Now())) {
		return Ticket{}, act.Invalid("area", "unknown_area", "There is no such place in the area tree.")
	}
	owner, err := deskOf(ctx, tx, r.Area)
	if err != nil {
		return Ticket{}, err
	}
	t := Ticket{CallID: CallID(r.PublicID), Kind: KindAid, Priority: r.Priority, Cause: CauseUnknown, Status: StatusNew, Area: r.Area, Owner: owner.ID,
		InvitedAt: tx.Now(), CallEnded: true, RepeatState: RepeatNone, Policy: rules.Policy, Epoch: 1, Version: 1,
		Clocks: NewClocks(r.Priority, tx.Now(), rules.Terms, rules.Calendar)}
	first, err := reportRepeats(ctx, tx, &t, r, rules.Holds)
	if err != nil {
		return Ticket{}, err
	}
	if err := tx.AddReported(ctx, &t, r); err != nil {
		return Ticket{}, err
	}
	for _, timer := range append(deadlineTimers(t), act.Timer{Subject: t.Subject(), Kind: first.Kind, Epoch: t.Epoch, DueAt: first.DueAt}) {
		if err := tx.Arm(ctx, timer); err != nil {
			return Ticket{}, err
		}
	}
	return t, tellOfReport(ctx, tx, &t, r)
}

// reportRepeats links a report to an open ticket of the same telephone and says
// what starts its ladder: a person's word or three minutes. One of life and death
// waits for nobody's word.
func reportRepeats(ctx context.Context, tx ReportTx, t *Ticket, r Report, holds Holds) (first act.Timer, err error) {
	first = act.Timer{Kind: TimerRoute, DueAt: tx.Now()}
	if r.Phone == "" {
		return first, nil
	}
	of, err := tx.OpenTicketOf(ctx, r.Phone)
	if errors.Is(err, act.ErrNotFound) {
		return first, nil
	}
	if err != nil {
		return first, err
	}
	t.RepeatOf, t.RepeatState = of, RepeatLapsed
	if r.Priority != P1 {
		t.RepeatState = RepeatSuggested
		first = act.Timer{Kind: TimerRepeat, DueAt: tx.Now().Add(holds.Repeat)}
	}
	return first, nil
}

// tellOfReport tells timeline, audit chain and pages of a report, and whoever it
// is about that help is asked for. What was seen is for the ticket's page alone.
func tellOfReport(ctx context.Context, tx ReportTx, t *Ticket, r Report) error {
	if ParsePhone(r.Phone).Mobile {
		err := tx.Notify(ctx, Notice{Key: noticeKey(*t, "reported", 0), Ticket: t.ID, Citizen: true, Template: "reported_citizen",
			Fields: map[string]string{"number": string(t.Number)}})
		if err != nil {
			return err
		}
	}
	me := tx.Actor()
	err := tell(ctx, tx, t, change{kind: "ticket.reported", data: r.Carrier.named(map[string]any{"by": me.Name, "role": string(me.Role), "number": string(t.Number),
		"area": string(t.Area), "priority": string(t.Priority)})})
	if err != nil || t.RepeatState != RepeatSuggested {
		return err
	}
	return tx.AddEntry(ctx, t, Entry{Kind: "ticket.repeat_suggested", At: tx.Now()})
}

// deskOf is the desk that owns what is reported from a place: its township's,
// or that of whoever stands above.
func deskOf(ctx context.Context, tx Tx, where area.Code) (area.Post, error) {
	post, err := nearestDesk(ctx, tx, where, deskAt{area.LevelTownship, area.RoleWorker}, deskAt{area.LevelCounty, area.RoleCountyDuty}, deskAt{area.LevelCity, area.RoleCityDuty})
	if !errors.Is(err, act.ErrNotFound) {
		return post, err
	}
	return area.Post{}, act.Refused("no_desk", "Nobody has set up a desk for this place. Call the line, and tell the system administrator.")
}

// deskAt names a desk of the place, or of one above it.
type deskAt struct {
	level area.Level
	role  area.Role
}

// nearestDesk is the first of some desks that has been set up; act.ErrNotFound
// where none has. A desk below the place is passed over.
func nearestDesk(ctx context.Context, tx Tx, where area.Code, desks ...deskAt) (area.Post, error) {
	for _, desk := range desks {
		if where.Level() < desk.level {
			continue
		}
		post, err := tx.Desk(ctx, where.At(desk.level), desk.role)
		if !errors.Is(err, act.ErrNotFound) {
			return post, err
		}
	}
	return area.Post{}, act.NotFound("desk")
}
