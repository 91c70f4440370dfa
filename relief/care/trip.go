package care

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/referral"
	"example.org/hotline/ticket"
)

// TripPlace is where a citizen had to go.
type TripPlace string

// The places.
const (
	PlaceTownship   TripPlace = "township"
	PlaceCounty     TripPlace = "county"
	PlaceDepartment TripPlace = "department" // another one
	PlaceHospital   TripPlace = "hospital"
	PlaceBank       TripPlace = "bank"
	PlaceVillage    TripPlace = "village"
)

// TripPlaces lists every TripPlace.
func TripPlaces() []TripPlace {
	return []TripPlace{PlaceTownship, PlaceCounty, PlaceDepartment, PlaceHospital, PlaceBank, PlaceVillage}
}

// Errand is what one goes to an office for.
type Errand string

// The errands.
const (
	ErrandApply   Errand = "apply"
	ErrandPapers  Errand = "papers"
	ErrandSign    Errand = "sign"
	ErrandCollect Errand = "collect"
	ErrandAsk     Errand = "ask"
)

// Errands lists every Errand.
func Errands() []Errand {
	return []Errand{ErrandApply, ErrandPapers, ErrandSign, ErrandCollect, ErrandAsk}
}

// Trip is one way to an office that the citizen had to make for a case, or that somebody
// of ours made for them by a mandate (DOMAIN 1, 29: 就去了一次).
type Trip struct {
	PublicID string
	Ticket   ticket.ID
	On       ticket.Date
	Place    TripPlace
	For      Errand
	Mandate  string // public id of the mandate by which one of ours went; empty: the citizen did
	By       area.StaffID
	At       time.Time
}

// Mandate is the citizen's consent that we go for them (帮办代办).
type Mandate struct {
	ID       int64
	PublicID string
	Ticket   ticket.ID
	For      []Errand
	Consent  referral.ConsentKind
	By       area.StaffID
	At       time.Time
	EndedBy  area.StaffID
	EndedAt  time.Time
}

// RecordTrip writes down a way to an office. One of ours goes by a mandate that names the
// errand and was not taken back.
func RecordTrip(ctx context.Context, tx Tx, id ticket.ID, in Trip) error {
	today := ticket.DateOf(tx.Now())
	switch {
	case !slices.Contains(TripPlaces(), in.Place):
		return act.Invalid("place", "unknown_place", "Use one of the codes of the places.")
	case !slices.Contains(Errands(), in.For):
		return act.Invalid("for", "unknown_errand", "Use one of the codes of the errands.")
	case in.On > today || in.On < later(today, -366):
		return act.Invalid("on", "bad_date", "Choose the day on which it was: within the last year.")
	}
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return err
	}
	t, err := cared(ctx, tx, id)
	if err != nil {
		return err
	}
	if in.Mandate != "" {
		m, err := tx.MandateByRef(ctx, in.Mandate)
		if err != nil {
			return err
		}
		if m.Ticket != id || !m.EndedAt.IsZero() || !slices.Contains(m.For, in.For) {
			return act.Refused("no_mandate", "The citizen has not agreed to this errand, or has taken it back. Ask them, and write their consent down first.")
		}
	}
	in.Ticket, in.By, in.At = id, tx.Actor().StaffID, tx.Now()
	if err := tx.AddTrip(ctx, in); err != nil {
		return err
	}
	return ticket.Tell(ctx, tx, &t, "trip.recorded", "", said(tx, map[string]any{"trip": in.PublicID, "place": string(in.Place), "for": string(in.For), "ours": in.Mandate != ""}))
}

// RecordMandate writes down that the citizen lets us go for them, for which errands, and
// how they agreed.
func RecordMandate(ctx context.Context, tx Tx, id ticket.ID, in Mandate) error {
	switch {
	case len(in.For) == 0:
		return act.Invalid("for", "errand_required", "Name at least one errand.")
	case slices.ContainsFunc(in.For, func(e Errand) bool { return !slices.Contains(Errands(), e) }):
		return act.Invalid("for", "unknown_errand", "Use one of the codes of the errands.")
	case !slices.Contains(referral.ConsentKinds(), in.Consent):
		return act.Invalid("consent", "unknown_consent", "Say written, spoken, recorded or guardian.")
	}
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return err
	}
	t, err := cared(ctx, tx, id)
	if err != nil {
		return err
	}
	in.Ticket, in.By, in.At = id, tx.Actor().StaffID, tx.Now()
	slices.Sort(in.For)
	in.For = slices.Compact(in.For)
	if err := tx.AddMandate(ctx, in); err != nil {
		return err
	}
	return ticket.Tell(ctx, tx, &t, "mandate.recorded", "", said(tx, map[string]any{"mandate": in.PublicID, "consent": string(in.Consent)}))
}

// EndMandate writes down that the citizen has taken a mandate back.
func EndMandate(ctx context.Context, tx Tx, publicID string) (ticket.ID, error) {
	of, err := tx.MandateByRef(ctx, publicID)
	if err != nil {
		return 0, err
	}
	t, err := cared(ctx, tx, of.Ticket)
	if err != nil {
		return 0, err
	}
	m, err := tx.MandateByRef(ctx, publicID)
	if err != nil {
		return 0, err
	}
	if !m.EndedAt.IsZero() {
		return 0, act.Refused("ended_already", "It was taken back before.")
	}
	m.EndedBy, m.EndedAt = tx.Actor().StaffID, tx.Now()
	if err := tx.EndMandate(ctx, m); err != nil {
		return 0, err
	}
	return t.ID, ticket.Tell(ctx, tx, &t, "mandate.ended", "", said(tx, map[string]any{"mandate": m.PublicID}))
}
