package api

import (
	"context"
	"time"

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
	At   time.Time `query:"at" doc:"As things stood just before this moment; default: now. What lies further back than half a minute does not change any more"`
	Area string    `query:"area" pattern:"^[0-9]{12}$" doc:"That division and all below it; default: all you see"`
}

// TrialBalance is every account in scope, and the floats among them.
type TrialBalance struct {
	ledger.TrialBalance
	Floats     []ledger.FloatView `json:"floats" doc:"Of townships that are there today"`
	Funds      []ledger.FundView  `json:"funds" doc:"As they are now"`
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
	all, err := tx.TrialBalance(ctx, in.At)
	if err != nil {
		return TrialBalance{}, err
	}
	out := TrialBalance{TrialBalance: all, Floats: []ledger.FloatView{}, Funds: []ledger.FundView{}, LeftBehind: []LeftBehind{}}
	if in.Area != "" {
		out.TrialBalance = all.Under(area.Code(in.Area))
	}
	limits := s.policy(tx).Limits
	for _, a := range out.Accounts {
		if left, is := s.leftBehind(a, area.DateOf(tx.Now())); is {
			out.LeftBehind = append(out.LeftBehind, left)
			out.LeftFen += left.PostedFen
			continue
		}
		if a.Kind == ledger.Fund {
			fund, err := tx.AccountByRef(ctx, ledger.AccountRef{Kind: ledger.Fund, Area: area.Code(a.Area)})
			if err != nil {
				return TrialBalance{}, err
			}
			out.Funds = append(out.Funds, ledger.FundView{AccountView: fund, FullFen: limits.FundFen, Low: ledger.Low(fund.AvailableFen, limits.FundFen, limits.FundLowPercent)})
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

type statementInput struct {
	ThingRef
	Paging
	From  time.Time `query:"from" doc:"Default: the first line"`
	Until time.Time `query:"until" doc:"Before this moment; default: now"`
}

func (s *Server) statement(ctx context.Context, tx Tx, in *statementInput) (ledger.Statement, error) {
	return tx.AccountStatement(ctx, in.ID, ledger.StatementFilter{From: in.From, Until: in.Until, Cursor: in.Cursor, Limit: in.Limit})
}
