package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// Frozen is what an assessment rested on, and by which version of the rules it was made.
type Frozen struct {
	Rules   string
	Inputs  rule.Inputs
	At      time.Time
	Decided bool // somebody's decision rests on it
}

// FrozenInputs are the inputs of the assessment that the newest decision of a case rests on,
// before the first those of its newest assessment; act.ErrNotFound where it has none. It
// leaves a record: they are a household's incomes.
func (tx *Tx) FrozenInputs(ctx context.Context, number ticket.Number) (Frozen, error) {
	r, err := one[struct {
		PublicID, Rules, AreaCode string
		InputsSealed              []byte
		At                        time.Time
		Decided                   bool
		TicketID                  int64
	}](ctx, tx, "assessment", `SELECT s.public_id, s.rules, s.inputs_sealed, s.at, s.ticket_id, t.area_code, r.id IS NOT NULL AS decided
		FROM assessments s JOIN tickets t ON t.id = s.ticket_id LEFT JOIN rulings r ON r.assessment_id = s.id AND r.state = 'confirmed'
		WHERE t.number = ? ORDER BY r.id DESC NULLS LAST, s.id DESC LIMIT 1`, string(number))
	if err != nil {
		return Frozen{}, err
	}
	text, err := tx.openText("assessments.inputs", r.PublicID, r.InputsSealed)
	if err != nil {
		return Frozen{}, err
	}
	f := Frozen{Rules: r.Rules, At: r.At.UTC(), Decided: r.Decided}
	if err := json.Unmarshal([]byte(text), &f.Inputs); err != nil {
		return Frozen{}, fmt.Errorf("read the inputs of %s: %w", r.PublicID, err)
	}
	return f, tx.Audit(ctx, act.Record{Action: "assessment.explain", Subject: act.Subject{Kind: "ticket", ID: r.TicketID}, Area: area.Code(r.AreaCode),
		Data: map[string]any{"rules": r.Rules}})
}
