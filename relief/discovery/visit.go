package discovery

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// Met is who was met at a visit.
type Met string

// Whom one meets.
const (
	MetHead      Met = "head"
	MetMember    Met = "member"
	MetNeighbour Met = "neighbour"
	MetNobody    Met = "nobody" // a try: the household is still to be visited
)

// Mets lists them.
func Mets() []Met { return []Met{MetHead, MetMember, MetNeighbour, MetNobody} }

// Result is what came of a visit.
type Result string

// The results.
const (
	ResultNothing Result = "nothing"    // nothing has changed
	ResultChange  Result = "change"     // something has: the township is told
	ResultHelp    Result = "needs_help" // it becomes a report, and with that a ticket
	ResultNotMet  Result = "not_met"
)

// Results lists them.
func Results() []Result { return []Result{ResultNothing, ResultChange, ResultHelp, ResultNotMet} }

// Visitors are the roles that visit by plan.
func Visitors() []area.Role { return []area.Role{area.RoleVillageAssistant} }

// VisitInput is what somebody brings back from a household.
type VisitInput struct {
	PublicID  string // made by the client, so that a retry finds it
	VisitedAt time.Time
	Place     string // where, in words or as the device says
	Met       Met
	Result    Result
	Found     string
	Priority  ticket.Priority // how urgent it looked; where help is needed
	Photo     ticket.Photo
	PhotoID   string // made by the client
}

// Visit is a visit with its proof. It is never changed.
type Visit struct {
	PublicID  string
	Slot      Slot
	VisitedAt time.Time
	Place     act.Private
	Met       Met
	Result    Result
	Found     act.Private
	PhotoID   string
	SHA256    []byte
	Ticket    ticket.ID
}

// VisitTx is what a visit needs of a transaction.
type VisitTx interface {
	ticket.ReportTx
	people.AlertTx
	// SlotByRef loads a slot by its public id, in scope.
	SlotByRef(ctx context.Context, publicID string) (Slot, error)
	// SlotForUpdate locks a slot.
	SlotForUpdate(ctx context.Context, id int64) (Slot, error)
	// SaveSlot writes visitor and state, guarded by the version.
	SaveSlot(ctx context.Context, s *Slot) error
	// SlotVisited writes that a slot is done, by a visit.
	SlotVisited(ctx context.Context, s *Slot, visit string) error
	// AddVillageVisit writes a visit; act.ErrKeyReused where its id is taken.
	AddVillageVisit(ctx context.Context, v Visit) error
	// SlotHome is what the village calls a slot's household, and where it is: for whoever must find it.
	SlotHome(ctx context.Context, s Slot) (ticket.ReportHome, error)
	// StaffName is somebody's name.
	StaffName(ctx context.Context, id area.StaffID) (string, error)
}

const (
	longestFound = ticket.LongestSeen
	longestPlace = 200
)

func (in *VisitInput) validate(now time.Time) error {
	in.Found, in.Place = strings.TrimSpace(in.Found), strings.TrimSpace(in.Place)
	if err := errors.Join(ledger.CheckID("id", in.PublicID), ledger.CheckID("photo.id", in.PhotoID)); err != nil {
		return err
	}
	switch {
	case !slices.Contains(Mets(), in.Met):
		return act.Invalid("met", "unknown_met", "Say whom you met.")
	case !slices.Contains(Results(), in.Result):
		return act.Invalid("result", "unknown_result", "Say what came of it.")
	case (in.Met == MetNobody) != (in.Result == ResultNotMet):
		return act.Invalid("result", "met_nobody", "Where nobody was met the result is that nobody was; else say what came of the visit.")
	case in.Result == ResultHelp && in.Priority != ticket.P1 && in.Priority != ticket.P2 && in.Priority != ticket.P3:
		return act.Invalid("priority", "unknown_priority", "Say P1, P2 or P3.")
	case in.VisitedAt.IsZero() || in.VisitedAt.UTC().Year() < 1970 || in.VisitedAt.UTC().Year() >= 2200:
		return act.Invalid("visited_at", "time_required", "Give the time of the visit.")
	case in.VisitedAt.After(now.Add(24 * time.Hour)):
		return act.Invalid("visited_at", "bad_time", "The visit lies in the future; correct the clock of the device.")
	case len(in.Photo.Content) == 0:
		return act.Invalid("photo", "proof_required", "A visit is proved by a photo, the place, and what was found.")
	case len([]rune(in.Place)) < 2:
		return act.Invalid("place", "proof_required", "A visit is proved by a photo, the place, and what was found.")
	case len([]rune(in.Found)) < 2:
		return act.Invalid("found", "proof_required", "A visit is proved by a photo, the place, and what was found.")
	case len([]rune(in.Place)) > longestPlace:
		return act.Invalid("place", "too_long", "Shorten this text.")
	case len([]rune(in.Found)) > longestFound:
		return act.Invalid("found", "too_long", "Shorten this text.")
	}
	return errors.Join(in.Photo.Validate(), ticket.PlainText("found", in.Found), ticket.PlainText("place", in.Place))
}

// RecordVisit writes down a visit of the plan, with its proof. Who may: whoever is asked, or covers
// the village today. Met, the household is visited for its period; of tier 2, it is looked at by its
// monitoring plan as well. What has changed the township is told; who needs help has a ticket.
func RecordVisit(ctx context.Context, tx VisitTx, ref string, in VisitInput, rules ticket.ReportRules) (Visit, error) {
	slot, err := tx.SlotByRef(ctx, ref)
	if err != nil {
		return Visit{}, err
	}
	if err := in.validate(tx.Now()); err != nil {
		return Visit{}, err
	}
	if err := visits(ctx, tx, slot); err != nil {
		return Visit{}, err
	}
	v := Visit{PublicID: in.PublicID, VisitedAt: in.VisitedAt, Place: act.Private(in.Place), Met: in.Met, Result: in.Result, Found: act.Private(in.Found),
		PhotoID: in.PhotoID, SHA256: in.Photo.SHA256}
	return v, tx.Wherever(ctx, func() error { return record(ctx, tx, slot, in, &v, rules) })
}

// visits refuses who is not asked to visit a household.
func visits(ctx context.Context, tx VisitTx, s Slot) error {
	me := tx.Actor()
	if !me.May(Visitors()...) {
		return act.NotFound("visit")
	}
	if s.Visitor == me.StaffID {
		return nil
	}
	covers, err := tx.Covers(ctx, s.Area)
	if err != nil || covers {
		return err
	}
	fault := act.Refused("visit_not_yours", "Somebody else is asked to visit this household. Ask the township's head to give it to you.")
	if s.Visitor != 0 {
		name, err := tx.StaffName(ctx, s.Visitor)
		if err != nil {
			return err
		}
		fault.Args = map[string]any{"name": name}
	}
	return fault
}

// record writes a visit with all that follows from it; with everything in sight, for a village's
// assistant sees no register and no ticket. Rows are locked as everybody locks them: the household, then its slot.
func record(ctx context.Context, tx VisitTx, slot Slot, in VisitInput, v *Visit, rules ticket.ReportRules) error {
	home, err := lockHome(ctx, tx, slot)
	if err != nil {
		return err
	}
	if v.Slot, err = tx.SlotForUpdate(ctx, slot.ID); err != nil {
		return err
	}
	if err := stillOpen(v.Slot, ticket.DateOf(tx.Now())); err != nil {
		return err
	}
	if in.Result == ResultHelp {
		if v.Ticket, err = report(ctx, tx, v.Slot, in, home, rules); err != nil {
			return err
		}
	}
	if err := tx.AddVillageVisit(ctx, *v); err != nil {
		return err
	}
	photo := ticket.Piece{PublicID: in.PhotoID, About: in.PublicID, Kind: ticket.PiecePhoto, Photo: in.Photo, WrittenAt: in.VisitedAt, Author: tx.Actor().StaffID, Ticket: v.Ticket}
	fresh, err := tx.AddPiece(ctx, &photo)
	if err != nil {
		return err
	}
	if !fresh { // a proof proves one visit
		return &act.Fault{Kind: act.ErrKeyReused, Code: "id_reused", Field: "photo", Detail: "This photo was sent before; take another one."}
	}
	if in.Result != ResultNotMet {
		if err := tx.SlotVisited(ctx, &v.Slot, in.PublicID); err != nil {
			return err
		}
	}
	if err := tellRegister(ctx, tx, home, in); err != nil {
		return err
	}
	return tx.Audit(ctx, act.Record{Action: "village.visited", Subject: slot.Subject(), Area: slot.Area, Data: map[string]any{"slot": slot.PublicID, "visit": in.PublicID,
		"met": string(in.Met), "result": string(in.Result)}})
}

// lockHome locks the household of a slot; nil for one that the register does not know.
func lockHome(ctx context.Context, tx VisitTx, s Slot) (*people.Household, error) {
	if s.Household == 0 {
		return nil, nil
	}
	h, err := tx.HouseholdForUpdate(ctx, s.Household)
	if err != nil {
		return nil, err
	}
	if h.MergedInto != 0 {
		return nil, act.Refused("visit_over", "This household no longer belongs to the plan; reload the list.")
	}
	return &h, nil
}

func stillOpen(s Slot, today ticket.Date) error {
	switch {
	case s.State == SlotDone:
		return act.Refused("visited_already", "This household was visited in this period already; nothing was written.")
	case s.State != SlotOpen || s.LastOn < today:
		return act.Refused("visit_over", "This household no longer belongs to the plan; reload the list.")
	default:
		return nil
	}
}

// report makes a ticket of a visit, as any report of the village is one, and says which household it is about.
func report(ctx context.Context, tx VisitTx, s Slot, in VisitInput, home *people.Household, rules ticket.ReportRules) (ticket.ID, error) {
	if _, err := tx.KeptReport(ctx, in.PublicID); !errors.Is(err, act.ErrNotFound) {
		if err == nil {
			err = &act.Fault{Kind: act.ErrKeyReused, Code: "id_reused", Field: "id", Detail: "This id already names a report; send the visit under a new id."}
		}
		return 0, err
	}
	called, err := tx.SlotHome(ctx, s)
	if err != nil {
		return 0, err
	}
	t, err := ticket.DoReport(ctx, tx, ticket.Report{PublicID: in.PublicID, Area: s.Area, Priority: in.Priority, Seen: in.Found, Name: cut(called.Name, 60), Door: cut(called.Door, 100),
		WrittenAt: in.VisitedAt, Planned: true}, rules)
	if err != nil || home == nil {
		return t.ID, err
	}
	return t.ID, tx.AddLink(ctx, t.ID, home.ID, people.BasisSuggested)
}

func cut(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}

// tellRegister counts the visit for what the register knows of the household.
func tellRegister(ctx context.Context, tx VisitTx, home *people.Household, in VisitInput) error {
	if home == nil {
		return nil
	}
	_, watched, err := tx.PlanForUpdate(ctx, home.ID)
	if err != nil {
		return err
	}
	if watched {
		look := people.CheckInput{PublicID: in.PublicID, Way: people.WayVisit, Note: in.Found, Result: map[Result]people.Result{ResultNothing: people.ResultUnchanged,
			ResultChange: people.ResultChanged, ResultHelp: people.ResultChanged, ResultNotMet: people.ResultNotMet}[in.Result]}
		if _, err := people.RecordCheck(ctx, tx, home.PublicID, look); err != nil {
			return err
		}
	}
	if in.Result != ResultChange {
		return nil
	}
	_, err = people.Raise(ctx, tx, home.PublicID, people.AlertInput{PublicID: in.PublicID, Kind: people.AlertOther, Source: people.AlertVillage, SourceRef: in.PublicID, Note: in.Found})
	return err
}

// Heads are the roles that lead the visits of a township.
func Heads() []area.Role { return []area.Role{area.RoleTownshipHead} }

// NameVisitor gives the visit of a household to an assistant of the township.
func NameVisitor(ctx context.Context, tx VisitTx, ref string, visitor area.Staff, reason string) error {
	s, err := tx.SlotByRef(ctx, ref)
	if err != nil {
		return err
	}
	if visitor.Role != area.RoleVillageAssistant || !s.Area.At(area.LevelTownship).Contains(visitor.Area) {
		return act.Invalid("login", "no_assistant", "Name a village assistant of this township.")
	}
	if s, err = tx.SlotForUpdate(ctx, s.ID); err != nil {
		return err
	}
	if err := stillOpen(s, ticket.DateOf(tx.Now())); err != nil {
		return err
	}
	s.Visitor, s.Named = visitor.ID, true
	if err := tx.SaveSlot(ctx, &s); err != nil {
		return err
	}
	return tx.Audit(ctx, act.Record{Action: "visit.given", Subject: s.Subject(), Area: s.Area, Reason: reason, Data: map[string]any{"slot": s.PublicID, "to": visitor.Login}})
}
