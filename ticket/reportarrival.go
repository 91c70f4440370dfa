package ticket

import (
	"context"
	"errors"
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Arrived is what the coming of a report was.
type Arrived string

// What it may be. A report that was written without a network comes when it can: late, twice,
// by another phone.
const (
	ArrivedNew      Arrived = "new"      // it became a ticket
	ArrivedAgain    Arrived = "again"    // it was there, word for word
	ArrivedConflict Arrived = "conflict" // its id was there with other words; these are kept beside it
)

// KeptReport is a report that is there, as it was written.
type KeptReport struct {
	Report
	Author area.StaffID
	Ticket ID
	Number Number
}

// TakeReport is DoReport for a report that may have come before: the same id is one record,
// whoever brings it and how often. Other words under the same id are never lost: they are kept,
// and shown beside the first.
func TakeReport(ctx context.Context, tx ReportTx, r Report, rules ReportRules) (Number, Arrived, error) {
	if !tx.Actor().May(Reporters()...) {
		return "", "", act.NotFound("ticket")
	}
	r = r.trimmed()
	kept, err := tx.KeptReport(ctx, r.PublicID)
	switch {
	case errors.Is(err, act.ErrNotFound):
		t, err := DoReport(ctx, tx, r, rules)
		if err != nil {
			return "", "", err
		}
		return t.Number, ArrivedNew, joinPieces(ctx, tx, &t, r)
	case err != nil:
		return "", "", err
	case kept.Author == tx.Actor().StaffID && kept.words() == r.words():
		return kept.Number, ArrivedAgain, nil
	}
	p := Piece{About: r.PublicID, Kind: PieceConflict, Text: act.Private(r.words()), WrittenAt: r.WrittenAt, Carrier: r.Carrier, Ticket: kept.Ticket}
	return kept.Number, ArrivedConflict, keepPiece(ctx, tx, &p)
}

func (r Report) trimmed() Report {
	r.Seen, r.Name, r.Door = strings.TrimSpace(r.Seen), strings.TrimSpace(r.Name), strings.TrimSpace(r.Door)
	return r
}

// words are what a report says, a line for each thing. When and by whose phone it came is not of it.
func (r Report) words() string {
	return strings.Join([]string{string(r.Area), string(r.Priority), r.Phone, r.Name, r.Door, r.Seen}, "\n")
}

// ShownWords are the words of a conflict as pages show them: the telephone masked.
func ShownWords(words string) string {
	lines := strings.SplitN(words, "\n", 4)
	if len(lines) == 4 {
		lines[2] = MaskPhone(lines[2])
	}
	return strings.Join(lines, "\n")
}

// named adds to the data of an act who brought it, where that was another than its author.
func (c Carrier) named(data map[string]any) map[string]any {
	if c.Name != "" {
		data["carried_by"] = c.Name
	}
	return data
}
