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
	Floats     []ledger.FloatView `json:"floats" doc:"Of townships that are there today"`
	LeftBehind []LeftBehind       `json:"left_behind" doc:"What lies in accounts of townships that were merged or ended: nobody pays out of them any more, county finance brings it over"`
	LeftFen    int64              `json:"left_behind_fen" doc:"Sum of those"`
}

// LeftBehind is money in an account of a township that is no more: its float, or
// cash that one of its workers carries.
type LeftBehind struct {
	ledger.AccountView
	AreaName      string    `json:"area_name"`
	Successor     area.Code `json:"successor,omitempty" doc:"The township that answers for it now; absent where none does"`
	SuccessorName string    `json:"successor_name,omitempty"`
}

// mostFloats is how many floats one answer shows in full.
const mostFloats = 200

// trialBalance shows floats in full, but for those of townships that are no
// more: what is left in them stands by itself, and is no float that runs low.
func (s *Server) trialBalance(ctx context.Context, tx Tx, in *trialBalanceInput) (TrialBalance, error) {
	all, err := tx.TrialBalance(ctx)
	if err != nil {
		return TrialBalance{}, err
	}
	out := TrialBalance{TrialBalance: all, Floats: []ledger.FloatView{}, LeftBehind: []LeftBehind{}}
	if in.Area != "" {
		out.TrialBalance = within(all, area.Code(in.Area))
	}
	limits := s.deps.Rules.Relief.Limits
	for _, a := range out.Accounts {
		if left, is := s.leftBehind(a, area.DateOf(tx.Now())); is {
			out.LeftBehind = append(out.LeftBehind, left)
			out.LeftFen += left.PostedFen
			continue
		}
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

// leftBehind reports whether an account holds money of a township that is no more.
func (s *Server) leftBehind(a ledger.AccountView, today area.Date) (LeftBehind, bool) {
	places := s.deps.Places.Index()
	code := area.Code(a.Area)
	if d, known := places.Get(code); !known || d.On(today) || a.Kind != ledger.Float && a.Kind != ledger.Cash || a.PostedFen == 0 && a.PendingOutFen == 0 {
		return LeftBehind{}, false
	}
	left := LeftBehind{AccountView: a, AreaName: s.placeName(code)}
	if successor, answered := places.Resolve(code, today); answered {
		left.Successor, left.SuccessorName = successor, s.placeName(successor)
	}
	return left, true
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
