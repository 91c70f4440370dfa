package ledger

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

var _ AdjustTx = (*memory)(nil)

// bankLine is a line of a statement as these histories keep it; its place is its id.
type bankLine struct {
	fen     int64
	settled EntryID
}

// SuspenseByRef takes the account's number for its public id.
func (m *memory) SuspenseByRef(_ context.Context, publicID string) (Account, error) {
	id, err := strconv.Atoi(publicID)
	if err != nil || id < 1 || id > len(m.accounts) || m.accounts[id-1].Kind != Suspense {
		return Account{}, act.NotFound("account")
	}
	return m.accounts[id-1], nil
}

func (m *memory) OpenLine(_ context.Context, _ area.Code, publicID string) (int64, error) {
	at, err := strconv.Atoi(publicID)
	if err != nil || at >= len(m.lines) {
		return 0, act.NotFound("line")
	}
	if m.lines[at].settled != 0 {
		return 0, act.Conflict("line_settled", "settled")
	}
	return m.lines[at].fen, nil
}

func (m *memory) SettleLineBy(ctx context.Context, line string, entry EntryID) error {
	if _, err := m.OpenLine(ctx, "", line); err != nil {
		return err
	}
	at, _ := strconv.Atoi(line)
	m.lines[at].settled = entry
	return nil
}

func (m *memory) AddAdjustment(_ context.Context, a *Adjustment) (bool, error) {
	a.ID = AdjustmentID(len(m.adjustments) + 1)
	m.adjustments = append(m.adjustments, *a)
	return true, nil
}

func (m *memory) AdjustmentWaits(_ context.Context, a Adjustment) (bool, error) {
	return slices.ContainsFunc(m.adjustments, func(o Adjustment) bool {
		return o.Outcome == "" && o.Suspense == a.Suspense && o.Line == a.Line
	}), nil
}

func (m *memory) Adjustment(_ context.Context, publicID string) (Adjustment, error) {
	for _, a := range m.adjustments {
		if a.PublicID == publicID {
			return a, nil
		}
	}
	return Adjustment{}, act.NotFound("adjustment")
}

func (m *memory) AnswerAdjustment(_ context.Context, a Adjustment) error {
	if m.adjustments[a.ID-1].Outcome != "" {
		return AlreadyAnswered()
	}
	m.adjustments[a.ID-1] = a
	return nil
}

// nextAdjustment is what somebody might propose about an account or a line, or an answer to
// something that was: anything at all, mostly something that fits.
func (m *memory) nextAdjustment(dice interface{ IntN(int) int }) func(context.Context) error {
	if len(m.adjustments) > 0 && dice.IntN(2) > 0 {
		a := m.adjustments[len(m.adjustments)-1]
		o := []AdvanceOutcome{AdvanceSigned, AdvanceSigned, AdvanceSigned, AdvanceDeclined, AdvanceWithdrawn}[dice.IntN(5)]
		return func(ctx context.Context) error { _, err := AnswerAdjustment(ctx, m, a.PublicID, o, "seen"); return err }
	}
	kinds := AdjustmentKinds()
	in := AdjustInput{PublicID: fmt.Sprintf("%08d-0000-4000-8000-000000000003", len(m.adjustments)), Kind: kinds[dice.IntN(len(kinds))], Voucher: "v", Note: "n"}
	if in.Kind.ofLine() {
		in.Line = strconv.Itoa(dice.IntN(len(m.lines) + 1))
	} else {
		var open []Account
		for _, a := range m.accounts {
			if a.Kind == Suspense && a.Posted != 0 {
				open = append(open, a)
			}
		}
		if len(open) > 0 {
			a := open[dice.IntN(len(open))]
			in.Suspense = strconv.Itoa(int(a.ID))
			if fitting := AdjustmentsOf(a); dice.IntN(4) > 0 && len(fitting) > 0 {
				in.Kind = fitting[dice.IntN(len(fitting))]
			}
			in.Fen = int64(dice.IntN(2)) * int64(1+dice.IntN(20_000))
		}
	}
	return func(ctx context.Context) error { _, err := ProposeAdjustment(ctx, m, in); return err }
}
