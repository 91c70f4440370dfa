package discovery

import (
	"context"
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// Cover is that an assistant stands in for a village's own for some days.
type Cover struct {
	PublicID string // made by the client
	Area     area.Code
	Visitor  area.Staff
	From     ticket.Date
	Until    ticket.Date // last day
	Reason   string
}

// longestCover is how many days a cover runs at most. A village that is vacant for longer needs an assistant.
const longestCover = 92

// CoverTx is what covers need of a transaction.
type CoverTx interface {
	PlanTx
	// Division loads a place of the area tree.
	Division(ctx context.Context, c area.Code) (area.Division, error)
	// AddCover writes a cover.
	AddCover(ctx context.Context, c Cover) error
	// EndCover ends a cover that runs or is to come, in scope, and tells which village it was of; act.ErrNotFound where there is none.
	EndCover(ctx context.Context, publicID, reason string) (area.Code, error)
}

// SetCover lets an assistant of the township stand in for a village, from one day to another. What is
// to be visited there goes to them while it runs, and back afterwards.
func SetCover(ctx context.Context, tx CoverTx, c Cover, rules *Rules) error {
	c.Reason = strings.TrimSpace(c.Reason)
	if err := c.validate(ticket.DateOf(tx.Now())); err != nil {
		return err
	}
	if d, err := tx.Division(ctx, c.Area); err != nil || !d.On(area.Date(c.From)) || !tx.Actor().Area.Contains(c.Area) {
		return act.Invalid("village", "unknown_area", "There is no such village in your township.")
	}
	if err := tx.AddCover(ctx, c); err != nil {
		return err
	}
	err := tx.Audit(ctx, act.Record{Action: "village.covered", Subject: act.Subject{Kind: "staff", ID: int64(c.Visitor.ID)}, Area: c.Area, Reason: c.Reason,
		Data: map[string]any{"cover": c.PublicID, "login": c.Visitor.Login, "from": string(c.From), "until": string(c.Until)}})
	if err != nil {
		return err
	}
	_, err = MakePlans(ctx, tx, c.Area.At(area.LevelTownship), rules)
	return err
}

func (c Cover) validate(today ticket.Date) error {
	if err := ledger.CheckID("id", c.PublicID); err != nil {
		return err
	}
	from, errFrom := ticket.ParseDate(string(c.From))
	until, errUntil := ticket.ParseDate(string(c.Until))
	switch {
	case c.Area.Level() != area.LevelVillage:
		return act.Invalid("village", "village_required", "Choose a village.")
	case errFrom != nil || errUntil != nil || until < from || until < today:
		return act.Invalid("until", "bad_date", "Give the first and the last day, in order, and not in the past.")
	case until.At(0).Sub(from.At(0)).Hours()/24 >= longestCover:
		return act.Invalid("until", "cover_too_long", "Let a cover run for at most 92 days; a village that is vacant for longer needs an assistant of its own.")
	case c.Visitor.Role != area.RoleVillageAssistant || !c.Area.At(area.LevelTownship).Contains(c.Visitor.Area):
		return act.Invalid("login", "no_assistant", "Name a village assistant of this township.")
	case c.Visitor.Area == c.Area:
		return act.Invalid("login", "covers_own", "This is their own village; name somebody of another one.")
	case c.Reason == "":
		return act.Invalid("reason", "reason_required", "Say why.")
	}
	return ticket.PlainText("reason", c.Reason)
}

// EndCover ends a cover early.
func EndCover(ctx context.Context, tx CoverTx, publicID, reason string, rules *Rules) error {
	if reason = strings.TrimSpace(reason); reason == "" {
		return act.Invalid("reason", "reason_required", "Say why.")
	}
	if err := ticket.PlainText("reason", reason); err != nil {
		return err
	}
	village, err := tx.EndCover(ctx, publicID, reason)
	if err != nil {
		return err
	}
	if err := tx.Audit(ctx, act.Record{Action: "village.cover_ended", Subject: act.Subject{Kind: "area"}, Area: village, Reason: reason, Data: map[string]any{"cover": publicID}}); err != nil {
		return err
	}
	_, err = MakePlans(ctx, tx, village.At(area.LevelTownship), rules)
	return err
}
