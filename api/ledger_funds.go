package api

import (
	"context"
	"net/http"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// LimitRows is what routes about limits ask of the store.
type LimitRows interface {
	// Budgets lists the newest budget of each county and kind of aid of a year, with what counts against it.
	Budgets(ctx context.Context, year int) ([]ledger.BudgetView, error)
	// Signals lists what an auditor looks at first among the payouts since a moment.
	Signals(ctx context.Context, since time.Time, soloFen int64) ([]ledger.Signal, error)
	// AccountByRef shows an account by what it is.
	AccountByRef(ctx context.Context, ref ledger.AccountRef) (ledger.AccountView, error)
}

// fundsTable is the part of the table about what may be spent.
func fundsTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	finance := []area.Role{area.RoleCountyFinance}
	return []*route{
		{method: get, path: "/ledger/limits", who: books, summary: "The limits in force, each with its days, its basis and what was announced to follow, and the counties' budgets of a year", bind: read((*Server).listLimits)},
		{method: get, path: "/ledger/signals", who: []area.Role{area.RoleAuditor}, summary: "What an auditor looks at first among the payouts; it proves nothing", bind: read((*Server).listSignals)},
		{method: post, path: "/ledger/budgets", fresh: true, who: finance, summary: "Set your county's budget of a year for a kind of aid; the newest counts", bind: do((*Server).setBudget)},
		{method: post, path: "/ledger/funds", fresh: true, who: finance, summary: "Book money that your county's fund was given", bind: do((*Server).allocateFund)},
		{method: post, path: "/ledger/floats", fresh: true, who: finance, summary: "Fill a township's float from your county's fund, or the county's own, which pays where a township's is empty", bind: do((*Server).fundFloat)},
		{method: post, path: "/ledger/floats/moves", fresh: true, who: finance, summary: "Bring the float of a merged township over to the one that answers for it", bind: do((*Server).moveFloat)},
	}
}

type listLimitsInput struct {
	Year int `query:"year" minimum:"2000" maximum:"2999" doc:"Of the budgets; default: this one"`
}

// LimitList is what bounds payouts.
type LimitList struct {
	Policy   string              `json:"policy" doc:"Version in force, by which new acts are measured; decisions and payouts keep theirs"`
	Limits   []relief.DatedLimit `json:"limits"`
	Year     int                 `json:"year"`
	Budgets  []ledger.BudgetView `json:"budgets" doc:"Counties and kinds without one have no bound but their fund"`
	Counting string              `json:"counting" doc:"The zone in which days and years begin"`
}

func (s *Server) listLimits(ctx context.Context, tx Tx, in *listLimitsInput) (LimitList, error) {
	year := in.Year
	if year == 0 {
		year = tx.Now().In(ticket.Shanghai).Year()
	}
	budgets, err := tx.Budgets(ctx, year)
	return LimitList{Policy: s.policy(tx).Version, Limits: s.deps.Rules.Relief.Dated(tx.Now()), Year: year, Budgets: budgets, Counting: "Asia/Shanghai"}, err
}

type listSignalsInput struct {
	Days int `query:"days" minimum:"1" maximum:"366" default:"30" doc:"How far back"`
}

// SignalList are signals, by kind.
type SignalList struct {
	Since time.Time       `json:"since"`
	Items []ledger.Signal `json:"items"`
}

func (s *Server) listSignals(ctx context.Context, tx Tx, in *listSignalsInput) (SignalList, error) {
	since := tx.Now().AddDate(0, 0, -in.Days)
	list, err := tx.Signals(ctx, since, s.policy(tx).Limits.SoloFen)
	return SignalList{Since: since, Items: list}, err
}

type budgetInput struct {
	Body struct {
		AidKind   string `json:"aid_kind" minLength:"1" maxLength:"40"`
		Year      int    `json:"year" minimum:"2000" maximum:"2999"`
		AmountFen int64  `json:"amount_fen" minimum:"0"`
		Voucher   string `json:"voucher" minLength:"1" maxLength:"60" doc:"Number of the document that says so"`
	}
}

func (s *Server) setBudget(ctx context.Context, tx Tx, in *budgetInput) (LimitList, error) {
	if err := ticket.PlainText("voucher", in.Body.Voucher); err != nil {
		return LimitList{}, err
	}
	b := ledger.Budget{County: tx.Actor().Area, AidKind: in.Body.AidKind, Year: in.Body.Year, Fen: in.Body.AmountFen, Voucher: in.Body.Voucher}
	if err := ledger.SetBudget(ctx, tx, b); err != nil {
		return LimitList{}, err
	}
	return s.listLimits(ctx, tx, &listLimitsInput{Year: in.Body.Year})
}

type fundInput struct {
	Body struct {
		AmountFen int64  `json:"amount_fen" minimum:"1"`
		Voucher   string `json:"voucher" minLength:"1" maxLength:"60" doc:"Counts once"`
	}
}

func (s *Server) allocateFund(ctx context.Context, tx Tx, in *fundInput) (ledger.AccountView, error) {
	if err := ticket.PlainText("voucher", in.Body.Voucher); err != nil {
		return ledger.AccountView{}, err
	}
	county := tx.Actor().Area
	if err := ledger.AllocateFund(ctx, tx, county, in.Body.AmountFen, in.Body.Voucher); err != nil {
		return ledger.AccountView{}, err
	}
	return tx.AccountByRef(ctx, ledger.AccountRef{Kind: ledger.Fund, Area: county})
}

type floatInput struct {
	Body struct {
		Area      string `json:"area" pattern:"^[0-9]{12}$" doc:"The township, or your county"`
		AmountFen int64  `json:"amount_fen" minimum:"1"`
		Voucher   string `json:"voucher" minLength:"1" maxLength:"60" doc:"Counts once for the township"`
	}
}

func (s *Server) fundFloat(ctx context.Context, tx Tx, in *floatInput) (ledger.AccountView, error) {
	if err := ticket.PlainText("voucher", in.Body.Voucher); err != nil {
		return ledger.AccountView{}, err
	}
	place, err := ownArea(tx, in.Body.Area)
	if err != nil {
		return ledger.AccountView{}, err
	}
	if err := relief.FundFloat(ctx, tx, place, in.Body.AmountFen, in.Body.Voucher, s.policy(tx).Limits); err != nil {
		return ledger.AccountView{}, err
	}
	return tx.AccountByRef(ctx, ledger.FloatOf(place))
}

func (s *Server) moveFloat(ctx context.Context, tx Tx, in *floatInput) (ledger.AccountView, error) {
	if err := ticket.PlainText("voucher", in.Body.Voucher); err != nil {
		return ledger.AccountView{}, err
	}
	merged, err := ownArea(tx, in.Body.Area)
	if err != nil {
		return ledger.AccountView{}, err
	}
	successor, err := ledger.MoveFloat(ctx, tx, merged, in.Body.AmountFen, in.Body.Voucher)
	if err != nil {
		return ledger.AccountView{}, err
	}
	return tx.AccountByRef(ctx, ledger.AccountRef{Kind: ledger.Float, Area: successor})
}
