package discovery

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Figure is how many households a village has, as its township says.
type Figure struct {
	Area       area.Code   `json:"area" doc:"The village"`
	AreaName   string      `json:"area_name,omitempty"`
	Households int         `json:"households"`
	AsOf       ticket.Date `json:"as_of,omitempty"`
}

// mostFigures is how many villages one file brings; a township has fewer.
const mostFigures = 500

// FigureTx is what figures need of a transaction.
type FigureTx interface {
	act.Tx
	// Division loads a place of the area tree.
	Division(ctx context.Context, c area.Code) (area.Division, error)
	// AddFigures writes how many households some villages have.
	AddFigures(ctx context.Context, list []Figure) error
}

// SetFigures writes how many households the villages of one's township have, all of them or none.
// Earlier figures are kept: a report of last year counts by what was known then.
func SetFigures(ctx context.Context, tx FigureTx, list []Figure, asOf ticket.Date) error {
	today := ticket.DateOf(tx.Now())
	if asOf == "" {
		asOf = today
	}
	if _, err := ticket.ParseDate(string(asOf)); err != nil || asOf > today {
		return act.Invalid("as_of", "bad_date", "Give the day that the figures are of; it does not lie in the future.")
	}
	if len(list) == 0 || len(list) > mostFigures {
		return act.Invalid("villages", "villages_required", "Give the figures of 1 to 500 villages.")
	}
	for i := range list {
		f := &list[i]
		d, err := tx.Division(ctx, f.Area)
		if err != nil || f.Area.Level() != area.LevelVillage || !d.On(area.Date(asOf)) || !tx.Actor().Area.Contains(f.Area) {
			fault := act.Invalid("villages", "unknown_village", "There is no such village in your township; correct the code in this line.")
			fault.Args = map[string]any{"line": i + 1}
			return fault
		}
		if f.Households < 0 || f.Households > 100_000 {
			fault := act.Invalid("villages", "bad_figure", "Give a number of households between 0 and 100,000 in this line.")
			fault.Args = map[string]any{"line": i + 1}
			return fault
		}
		f.AsOf = asOf
	}
	if err := tx.AddFigures(ctx, list); err != nil {
		return err
	}
	return tx.Audit(ctx, act.Record{Action: "village.counted", Subject: act.Subject{Kind: "area"}, Area: tx.Actor().Area, Data: map[string]any{"villages": len(list), "as_of": string(asOf)}})
}
