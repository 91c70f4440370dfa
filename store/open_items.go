package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

var _ relief.OpenItemsTx = (*Tx)(nil)

// Counties lists the counties in scope that have an account.
func (tx *Tx) Counties(ctx context.Context) (codes []area.Code, err error) {
	return codes, tx.find(ctx, "list counties with books", &codes, `SELECT DISTINCT left(area_code, 6) || '000000' FROM accounts ORDER BY 1`)
}

// LockOpenItems takes a lock of the transaction.
func (tx *Tx) LockOpenItems(ctx context.Context, county area.Code) error {
	return tx.alone(ctx, "open items:"+string(county))
}

// MarkImprest opens and ends the misses of floats.
func (tx *Tx) MarkImprest(ctx context.Context, county area.Code) error {
	within := string(county[:6]) + "%"
	_, err := tx.exec(ctx, "mark floats that do not agree", `INSERT INTO imprest_misses (area_code, seen_at) SELECT i.area, ? FROM (`+imprestSQL+`) i WHERE i.missing_fen <> 0 AND i.area LIKE ?
		ON CONFLICT (area_code) WHERE gone_at IS NULL DO NOTHING`, tx.now, within)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "mark floats that agree again", `UPDATE imprest_misses m SET gone_at = ? WHERE m.gone_at IS NULL AND m.area_code LIKE ?
		AND NOT EXISTS (SELECT 1 FROM (`+imprestSQL+`) i WHERE i.area = m.area_code AND i.missing_fen <> 0)`, tx.now, within)
	return err
}

// tellingsAtOnce is how many rows one statement writes.
const tellingsAtOnce = 1000

// AddTellings writes them down and keeps those that are new.
func (tx *Tx) AddTellings(ctx context.Context, all []ledger.Telling) ([]ledger.Telling, error) {
	var fresh []ledger.Telling
	for part := range slices.Chunk(all, tellingsAtOnce) {
		byKey, values := map[tellingKey]ledger.Telling{}, make([]any, 0, 6*len(part))
		for _, t := range part {
			byKey[tellingKey{t.Area, string(t.Kind), t.What, t.Since.UnixMicro(), t.Days}] = t
			values = append(values, t.Area, string(t.Kind), t.What, t.Since, t.Days, tx.now)
		}
		var added []struct {
			AreaCode, Kind, What string
			Since                time.Time
			Days                 int
		}
		err := tx.find(ctx, "note who is told", &added, `INSERT INTO open_item_tellings (area_code, kind, what, since, days, told_at) VALUES (?, ?, ?, ?, ?, ?)`+
			strings.Repeat(", (?, ?, ?, ?, ?, ?)", len(part)-1)+` ON CONFLICT DO NOTHING RETURNING area_code, kind, what, since, days`, values...)
		if err != nil {
			return nil, err
		}
		for _, a := range added {
			fresh = append(fresh, byKey[tellingKey{a.AreaCode, a.Kind, a.What, a.Since.UnixMicro(), a.Days}])
		}
	}
	return fresh, nil
}

// tellingKey is what makes a telling one and the same.
type tellingKey struct {
	area, kind, what string
	since            int64 // microseconds, as the database keeps them
	days             int
}
