package relief

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// VisitMode tells a visit from a call that stood in for it.
type VisitMode string

// The modes of a visit.
const (
	VisitOnSite VisitMode = "on_site"
	VisitVoice  VisitMode = "voice" // spoke to the citizen, could not be there yet
)

// Visit is one meeting with the citizen.
type Visit struct {
	ID         int64
	PublicID   string
	Ticket     ticket.ID
	Mode       VisitMode
	ArrivedAt  time.Time // by the device, which may be wrong
	RecordedAt time.Time // by the server
	Place      Private
	Facts      Private
	Visitors   []string // names of those who went, at least one
	Photos     []string // public ids of finished uploads
	By         area.StaffID
}

// VisitInput is what a worker reports of a visit.
type VisitInput struct {
	PublicID  string // made by the server or the client
	Mode      VisitMode
	ArrivedAt time.Time
	Place     string
	Facts     string
	Visitors  []string // empty: the actor alone
	Photos    []string
}

func (in VisitInput) validate() error {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return err
	}
	switch {
	case in.Mode != VisitOnSite && in.Mode != VisitVoice:
		return act.Invalid("mode", "unknown_mode", "Say on_site or voice.")
	case in.ArrivedAt.IsZero():
		return act.Invalid("arrived_at", "time_required", "Give the time of arrival.")
	case !believable(in.ArrivedAt):
		return badTime("arrived_at")
	case in.Facts == "":
		return act.Invalid("facts", "facts_required", "Write what was seen or said.")
	default:
		return lengths([]text{{"place", in.Place, 200}, {"facts", in.Facts, 4000}}, "visitors", in.Visitors, 10)
	}
}

// RecordVisit writes down that the owner has reached the citizen and moves the
// ticket to on site.
func RecordVisit(ctx context.Context, tx Tx, id ticket.ID, in VisitInput) (Visit, error) {
	if err := in.validate(); err != nil {
		return Visit{}, err
	}
	t, err := ticket.Owned(ctx, tx, id)
	if err != nil {
		return Visit{}, err
	}
	if err := finished(ctx, tx, id, "photos", in.Photos...); err != nil {
		return Visit{}, err
	}
	v := Visit{PublicID: in.PublicID, Ticket: id, Mode: in.Mode, ArrivedAt: in.ArrivedAt, RecordedAt: tx.Now(), Place: Private(in.Place),
		Facts: Private(in.Facts), Visitors: in.Visitors, Photos: in.Photos, By: tx.Actor().StaffID}
	if len(v.Visitors) == 0 {
		v.Visitors = []string{tx.Actor().Name}
	}
	if err := tx.AddVisit(ctx, &v); err != nil {
		return Visit{}, err
	}
	return v, ticket.Advance(ctx, tx, &t, ticket.EventArrive, "visit.recorded", "", map[string]any{
		"by": tx.Actor().Name, "visit": v.PublicID, "mode": string(v.Mode), "arrived_at": v.ArrivedAt.UTC().Format(time.RFC3339),
		"photos": len(v.Photos), "visitors": len(v.Visitors)})
}

// believable reports whether a device's time is one at all. Devices are wrong by
// years; what lies outside of these is no clock's but a mistake in writing.
func believable(t time.Time) bool { return t.UTC().Year() >= 1970 && t.UTC().Year() < 2200 }

func badTime(field string) error {
	return act.Invalid(field, "bad_time", "Give the time as the device shows it, in a year from 1970 to 2199.")
}

type text struct {
	field, value string
	most         int
}

// lengths bounds free texts, in characters, and a list.
func lengths(texts []text, field string, list []string, most int) error {
	for _, t := range texts {
		if len([]rune(t.value)) > t.most {
			return act.Invalid(t.field, "too_long", "Shorten this text.")
		}
	}
	if len(list) > most {
		return act.Invalid(field, "too_many", "List fewer.")
	}
	for _, item := range list {
		if item == "" || len([]rune(item)) > 80 {
			return act.Invalid(field, "bad_item", "Each item needs between 1 and 80 characters.")
		}
	}
	return nil
}
