package api

import (
	"context"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
)

// Inbox is what waits for the reader's word, oldest first.
type Inbox struct {
	Items []ledger.InboxItem `json:"items"`
}

func (s *Server) listApprovals(ctx context.Context, tx Tx, _ *struct{}) (Inbox, error) {
	items, err := tx.Approvals(ctx)
	return Inbox{Items: items}, err
}

type trialBalanceInput struct {
	Area string `query:"area" pattern:"^[0-9]{12}$" doc:"That division and all below it; default: all you see"`
}

// TrialBalance is every account in scope, and the floats among them.
type TrialBalance struct {
	ledger.TrialBalance
	Floats []ledger.FloatView `json:"floats"`
}

// mostFloats is how many floats one answer shows in full.
const mostFloats = 200

func (s *Server) trialBalance(ctx context.Context, tx Tx, in *trialBalanceInput) (TrialBalance, error) {
	all, err := tx.TrialBalance(ctx)
	if err != nil {
		return TrialBalance{}, err
	}
	out := TrialBalance{TrialBalance: all, Floats: []ledger.FloatView{}}
	if in.Area != "" {
		out.TrialBalance = within(all, area.Code(in.Area))
	}
	limits := s.deps.Rules.Relief.Limits
	for _, a := range out.Accounts {
		if a.Kind != ledger.Float || len(out.Floats) == mostFloats {
			continue
		}
		float, err := tx.Float(ctx, area.Code(a.Area), limits.FloatFen, limits.FloatLowPercent)
		if err != nil {
			return TrialBalance{}, err
		}
		out.Floats = append(out.Floats, float)
	}
	return out, nil
}

// within keeps the accounts of a division and adds them up anew.
func within(b ledger.TrialBalance, where area.Code) ledger.TrialBalance {
	b.Accounts = slices.DeleteFunc(slices.Clone(b.Accounts), func(a ledger.AccountView) bool { return !where.Contains(area.Code(a.Area)) })
	b.DebitFen, b.CreditFen = 0, 0
	for _, a := range b.Accounts {
		b.DebitFen, b.CreditFen = b.DebitFen+max(a.PostedFen, 0), b.CreditFen-min(a.PostedFen, 0)
	}
	b.Balanced = b.DebitFen == b.CreditFen
	b.Whole = b.Whole && where.Level() <= area.LevelCounty // floats are filled out of the county's fund
	return b
}

type statementInput struct {
	ThingRef
	Paging
}

func (s *Server) statement(ctx context.Context, tx Tx, in *statementInput) (ledger.Statement, error) {
	return tx.AccountStatement(ctx, in.ID, in.Cursor, in.Limit)
}
