package ticket

import (
	"context"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// The sources beside a call and a report of the village.
const (
	SourceCounter    Source = "counter"    // somebody came to an office
	SourceDepartment Source = "department" // another department sent the matter over
	SourceProvince   Source = "province"   // an office of another province did (跨省通办)
)

// TakenInSources lists what is taken in by hand.
func TakenInSources() []Source { return []Source{SourceCounter, SourceDepartment, SourceProvince} }

// Relation is what who speaks is to who is in need.
type Relation string

// The relations.
const (
	RelationSelf      Relation = "self"
	RelationSpouse    Relation = "spouse"
	RelationChild     Relation = "child"
	RelationParent    Relation = "parent"
	RelationRelative  Relation = "relative"
	RelationNeighbour Relation = "neighbour"
	RelationOfficial  Relation = "official"
	RelationOther     Relation = "other"
)

// Relations lists them.
func Relations() []Relation {
	return []Relation{RelationSelf, RelationSpouse, RelationChild, RelationParent, RelationRelative, RelationNeighbour, RelationOfficial, RelationOther}
}

// TakeIn is a matter that came neither by a call nor as a report: over a counter, or
// from another office. Who speaks and who is in need may be two (DOMAIN 1, 7, 30 and 62).
type TakeIn struct {
	PublicID    string // made by the client, so that a retry finds it; the ticket's CallID
	Source      Source
	Area        area.Code // where the need is: a township or village of the actor's
	Priority    Priority
	Said        string   // sealed where it is kept
	Phone       string   // E.164 of who is to be rung back; empty where none is known
	Speaker     string   // who came, where it is not for themselves; sealed
	Relation    Relation // of the speaker to who is in need
	Office      string   // the department, or the office elsewhere, that sent it
	TheirNumber string   // what the matter is called there
	Refused     string   // the service that was refused elsewhere: a screening begins with it
}

// TakeInView is what was taken in, as the ticket's page shows it.
type TakeInView struct {
	By          string    `json:"by"`
	Role        area.Role `json:"role"`
	Said        string    `json:"said"`
	Speaker     string    `json:"speaker,omitempty"`
	Relation    Relation  `json:"relation" enum:"self,spouse,child,parent,relative,neighbour,official,other"`
	Office      string    `json:"office,omitempty"`
	TheirNumber string    `json:"their_number,omitempty"`
	Refused     string    `json:"refused_service,omitempty"`
}

// TakeInTx is what taking a matter in needs of a transaction.
type TakeInTx interface {
	Tx
	// AddTakenIn writes what was taken in and its ticket with the clocks, and gives the ticket its ids and its number.
	AddTakenIn(ctx context.Context, t *Ticket, in TakeIn) error
}

// Takers are the roles that take matters in: whoever sits at a counter, or is written to.
func Takers() []area.Role {
	return []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleAgent, area.RoleSupervisor, area.RoleCountyDuty}
}

func (in TakeIn) validate(within area.Code) error {
	switch {
	case !slices.Contains(TakenInSources(), in.Source):
		return act.Invalid("source", "unknown_source", "Say whether it came over the counter, from a department or from another province.")
	case in.Priority != P1 && in.Priority != P2 && in.Priority != P3:
		return act.Invalid("priority", "unknown_priority", "Say P1, P2 or P3.")
	case in.Area.Level() < area.LevelTownship:
		return act.Invalid("area", "report_too_wide", "Name the village, or at least the township.")
	case !within.Contains(in.Area):
		return act.Invalid("area", "report_elsewhere", "The place lies outside your own. Call the line for people of other places.")
	case !slices.Contains(Relations(), in.Relation):
		return act.Invalid("relation", "unknown_relation", "Say what who speaks is to who is in need.")
	case in.Source != SourceCounter && in.Office == "":
		return act.Invalid("office", "office_required", "Name the department or office that sent it: its answer goes back there.")
	case len([]rune(in.Said)) < 2:
		return act.Invalid("said", "said_required", "Write what was said.")
	}
	for field, text := range map[string]struct {
		text string
		most int
	}{"said": {in.Said, LongestSeen}, "speaker": {in.Speaker, 60}, "office": {in.Office, 100}, "their_number": {in.TheirNumber, 60}, "refused_service": {in.Refused, 100}} {
		if len([]rune(text.text)) > text.most {
			return act.Invalid(field, "too_long", "Shorten this text.")
		}
		if field == "their_number" {
			continue // a number of another office, not a person's
		}
		if err := PlainText(field, text.text); err != nil {
			return err
		}
	}
	return nil
}

// DoTakeIn makes a ticket of what was taken in. Whoever took it in owns it until a named
// next owner accepts (首问负责), and its ladder starts at once, as a report's does.
func DoTakeIn(ctx context.Context, tx TakeInTx, in TakeIn, rules ReportRules) (Ticket, error) {
	me := tx.Actor()
	if !me.May(Takers()...) {
		return Ticket{}, act.NotFound("ticket")
	}
	if err := in.validate(me.Area); err != nil {
		return Ticket{}, err
	}
	if d, err := tx.Division(ctx, in.Area); err != nil || !d.On(area.DateOf(tx.Now())) {
		return Ticket{}, act.Invalid("area", "unknown_area", "There is no such place in the area tree.")
	}
	t := Ticket{CallID: CallID(in.PublicID), Kind: KindAid, Priority: in.Priority, Cause: CauseUnknown, Status: StatusNew, Area: in.Area, Owner: me.PostID,
		InvitedAt: tx.Now(), CallEnded: true, RepeatState: RepeatNone, Policy: rules.Policy, Epoch: 1, Version: 1,
		Clocks: NewClocks(in.Priority, tx.Now(), rules.Terms, rules.Calendar)}
	if err := tx.AddTakenIn(ctx, &t, in); err != nil {
		return Ticket{}, err
	}
	for _, timer := range append(deadlineTimers(t), act.Timer{Subject: t.Subject(), Kind: TimerRoute, Epoch: t.Epoch, DueAt: tx.Now()}) {
		if err := tx.Arm(ctx, timer); err != nil {
			return Ticket{}, err
		}
	}
	if ParsePhone(in.Phone).Mobile {
		if err := tx.Notify(ctx, Notice{Key: noticeKey(t, "reported", 0), Ticket: t.ID, Citizen: true, Template: "reported_citizen", Fields: map[string]string{"number": string(t.Number)}}); err != nil {
			return Ticket{}, err
		}
	}
	return t, tell(ctx, tx, &t, change{kind: "ticket.taken_in", data: map[string]any{"by": me.Name, "role": string(me.Role), "source": string(in.Source), "number": string(t.Number),
		"area": string(t.Area), "priority": string(t.Priority)}})
}
