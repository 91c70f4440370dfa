package api

import (
	"context"
	"net/http"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// ClosingRows is what routes about reconciliation and closing ask of the store.
type ClosingRows interface {
	ledger.ReimburseTx
	ledger.CloseTx
	relief.AdjustTx
	// BankLines lists the lines of statements that nothing settles yet, with the entries that may tell the same.
	BankLines(ctx context.Context, county area.Code) ([]ledger.BankLine, error)
	// BankStatements lists what was loaded, the newest first.
	BankStatements(ctx context.Context, county area.Code) ([]ledger.BankStatementView, error)
	// SuspenseItems lists what stands in suspense in a county, the oldest first.
	SuspenseItems(ctx context.Context, county area.Code) ([]ledger.SuspenseView, error)
	// Adjustments lists a county's adjustments: those that wait first, then the newest.
	Adjustments(ctx context.Context, county area.Code) ([]ledger.AdjustmentView, error)
	// Imprest holds the floats in scope against what they were filled with.
	Imprest(ctx context.Context) ([]ledger.ImprestView, error)
	// Closings lists what is closed of a county, the newest first.
	Closings(ctx context.Context, county area.Code) ([]ledger.ClosingView, error)
}

// closingTable is the part of the table about what must agree and what is over.
func closingTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	finance := []area.Role{area.RoleCountyFinance}
	whole := []area.Role{area.RoleCountyFinance, area.RoleSupervisor, area.RoleAuditor} // who see a county's accounts whole
	return []*route{
		{method: get, path: "/ledger/reconciliation", who: whole, summary: "What does not agree between the books, the bank and the cash, the floats against what filled them, and what is closed", bind: read((*Server).reconciliation)},
		{method: get, path: "/ledger/report", who: whole, summary: "What happened in a county's books between two days, to the fen", bind: read((*Server).moneyReport)},
		{method: post, path: "/ledger/reimbursements", fresh: true, who: finance, written: failpoint.FinanceBeforeCommit, committed: failpoint.FinanceAfterCommit, summary: "Repay a float what citizens have received out of it, against the receipts", bind: do((*Server).claimBack)},
		{method: post, path: "/ledger/statements", fresh: true, who: finance, committed: failpoint.PayoutAfterCommit, summary: "Load a statement of your county's account as the bank gave it; all of it or nothing, the same file changes nothing", bind: do((*Server).loadStatement)},
		{method: post, path: "/ledger/statement-lines/{id}/settlement", who: finance, written: failpoint.FinanceBeforeCommit, committed: failpoint.FinanceAfterCommit, summary: "Match a line of a statement with an entry, or say why none belongs to it", bind: do((*Server).settleLine)},
		{method: post, path: "/ledger/closings", fresh: true, who: finance, written: failpoint.FinanceBeforeCommit, committed: failpoint.FinanceAfterCommit, summary: "Close your county's books through a day, a month or a year", bind: do((*Server).closeBooks)},
	}
}

type reconciliationInput struct {
	Area    string `query:"area" pattern:"^[0-9]{12}$" doc:"A county; default: your own"`
	Through string `query:"through" doc:"Up to the end of this day, as 2026-10-31; default: today"`
}

// Reconciliation is what a county's books still owe an explanation for.
type Reconciliation struct {
	Area    string               `json:"area"`
	Through area.Date            `json:"through"`
	Open    []ledger.OpenItem    `json:"open" doc:"The oldest first"`
	Imprest []ledger.ImprestView `json:"imprest"`

	Suspense    []ledger.SuspenseView   `json:"suspense" doc:"What stands in suspense, the oldest first"`
	Adjustments []ledger.AdjustmentView `json:"adjustments" doc:"Those that wait first, then the newest, at most 100"`

	Lines      []ledger.BankLine          `json:"lines" doc:"Of the bank's statements, those that nothing settles yet"`
	Statements []ledger.BankStatementView `json:"statements" doc:"The newest first"`
	Missing    []ledger.Days              `json:"missing_statements" doc:"Days since the last closed month and before today of which no statement tells: they hinder the month's closing"`
	Bank       *ledger.BankBalance        `json:"bank,omitempty" doc:"The bank's balance of the fund against the books'; missing where no statement was ever loaded"`
	Banked     bool                       `json:"banked" doc:"The county pays through a bank; where it does not and no statement was loaded, the note of a month's closing names the paper that tells of the fund"`
	LastClosed LastClosed                 `json:"last_closed"`
	Closings   []ledger.ClosingView       `json:"closings" doc:"The newest first"`
}

// LastClosed is the last day of what is closed of each kind; empty where nothing is.
type LastClosed struct {
	Day   area.Date `json:"day,omitempty"`
	Month area.Date `json:"month,omitempty"`
	Year  area.Date `json:"year,omitempty"`
}

func (s *Server) reconciliation(ctx context.Context, tx Tx, in *reconciliationInput) (r Reconciliation, err error) {
	county, err := s.countyOf(tx, in.Area)
	if err != nil {
		return r, err
	}
	r.Area, r.Through = string(county), area.DateOf(tx.Now())
	if in.Through != "" {
		if r.Through, err = area.ParseDate(in.Through); err != nil {
			return r, act.Invalid("through", "bad_date", "Write the day as 2026-10-31.")
		}
	}
	if r.Open, err = tx.OpenItems(ctx, county, r.Through); err != nil {
		return r, err
	}
	all, err := tx.Imprest(ctx)
	if err != nil {
		return r, err
	}
	r.Imprest = []ledger.ImprestView{}
	for _, i := range all {
		if county.Contains(area.Code(i.Area)) {
			r.Imprest = append(r.Imprest, i)
		}
	}
	if r.Suspense, err = tx.SuspenseItems(ctx, county); err != nil {
		return r, err
	}
	if r.Adjustments, err = tx.Adjustments(ctx, county); err != nil {
		return r, err
	}
	if r.Lines, err = tx.BankLines(ctx, county); err != nil {
		return r, err
	}
	if r.Statements, err = tx.BankStatements(ctx, county); err != nil {
		return r, err
	}
	for kind, to := range map[ledger.CloseKind]*area.Date{ledger.CloseDay: &r.LastClosed.Day, ledger.CloseMonth: &r.LastClosed.Month, ledger.CloseYear: &r.LastClosed.Year} {
		if *to, err = tx.LastClosed(ctx, county, kind); err != nil {
			return r, err
		}
	}
	if r.Missing, err = s.missingStatements(ctx, tx, county, r); err != nil {
		return r, err
	}
	if r.Bank, err = tx.BankBalance(ctx, county, r.Through); err != nil {
		return r, err
	}
	_, r.Banked = s.deps.Banks.Of(county)
	r.Closings, err = tx.Closings(ctx, county)
	return r, err
}

// missingStatements are the days that the bank still has to tell of. Today's statement comes tomorrow.
func (s *Server) missingStatements(ctx context.Context, tx Tx, county area.Code, r Reconciliation) ([]ledger.Days, error) {
	_, banked := s.deps.Banks.Of(county)
	from := area.Founding
	if r.LastClosed.Month != "" {
		from = r.LastClosed.Month.Next()
	}
	yesterday := area.DateOf(tx.Now().AddDate(0, 0, -1))
	return tx.MissingStatements(ctx, county, from, min(r.Through, yesterday), banked)
}

// countyOf is the county that a reader asks about: their own, or one that they name.
func (s *Server) countyOf(tx Tx, given string) (area.Code, error) {
	county := area.Code(given)
	if given == "" {
		county = tx.Actor().Area.At(area.LevelCounty)
	}
	if county.Level() != area.LevelCounty {
		return "", act.Invalid("area", "county_required", "Name the county, by its code of 12 digits.")
	}
	if !tx.Actor().Area.Contains(county) && !county.Contains(tx.Actor().Area) {
		return "", act.NotFound("account")
	}
	return county, nil
}

type moneyReportInput struct {
	Area string `query:"area" pattern:"^[0-9]{12}$" doc:"A county; default: your own"`
	From string `query:"from" doc:"First day, as 2026-10-01; default: the first of this month"`
	To   string `query:"to" doc:"Last day; default: today"`
}

func (s *Server) moneyReport(ctx context.Context, tx Tx, in *moneyReportInput) (r ledger.MonthReport, err error) {
	county, err := s.countyOf(tx, in.Area)
	if err != nil {
		return r, err
	}
	to := area.DateOf(tx.Now())
	from := area.DateOf(time.Date(tx.Now().In(area.Shanghai).Year(), tx.Now().In(area.Shanghai).Month(), 1, 12, 0, 0, 0, area.Shanghai))
	for _, d := range []struct {
		field, text string
		to          *area.Date
	}{{"from", in.From, &from}, {"to", in.To, &to}} {
		if d.text == "" {
			continue
		}
		if *d.to, err = area.ParseDate(d.text); err != nil {
			return r, act.Invalid(d.field, "bad_date", "Write the day as 2026-10-31.")
		}
	}
	if from > to {
		return r, act.Invalid("to", "before_from", "The last day lies before the first.")
	}
	if r, err = tx.MonthReport(ctx, county, from, to); err != nil {
		return r, err
	}
	if r.Open, err = tx.OpenItems(ctx, county, to); err != nil {
		return r, err
	}
	r.Bank, err = tx.BankBalance(ctx, county, to)
	return r, err
}

type claimBackInput struct {
	Body struct {
		Area    string `json:"area" pattern:"^[0-9]{12}$" doc:"Whose float: a township, or your county"`
		Voucher string `json:"voucher" minLength:"1" maxLength:"60" doc:"Counts once for the float"`
	}
}

// ClaimAnswer is what was repaid.
type ClaimAnswer struct {
	ID        string `json:"id"`
	AmountFen int64  `json:"amount_fen"`
	Vouchers  int    `json:"vouchers"`
}

func (s *Server) claimBack(ctx context.Context, tx Tx, in *claimBackInput) (ClaimAnswer, error) {
	if err := ticket.PlainText("voucher", in.Body.Voucher); err != nil {
		return ClaimAnswer{}, err
	}
	float, err := ownArea(tx, in.Body.Area)
	if err != nil {
		return ClaimAnswer{}, err
	}
	c, err := relief.Reimburse(ctx, tx, float, in.Body.Voucher, s.policy(tx).Limits)
	return ClaimAnswer{ID: c.PublicID, AmountFen: c.Fen, Vouchers: len(c.Items)}, err
}

type closeBooksInput struct {
	Body struct {
		Kind    ledger.CloseKind `json:"kind" enum:"day,month,year"`
		Through string           `json:"through" doc:"The last day of the stretch, as 2026-10-31"`
		Note    string           `json:"note,omitempty" maxLength:"500" doc:"Required for a month of a county without a bank: the paper against which the fund's balance was held"`
	}
}

func (s *Server) closeBooks(ctx context.Context, tx Tx, in *closeBooksInput) (Reconciliation, error) {
	if err := ticket.PlainText("note", in.Body.Note); err != nil {
		return Reconciliation{}, err
	}
	_, banked := s.deps.Banks.Of(tx.Actor().Area)
	if _, err := ledger.Close(ctx, tx, in.Body.Kind, area.Date(in.Body.Through), in.Body.Note, banked); err != nil {
		return Reconciliation{}, err
	}
	return s.reconciliation(ctx, tx, &reconciliationInput{})
}

type statementFileInput struct {
	File    string `query:"file" maxLength:"120" doc:"Its name, which is not kept"`
	RawBody []byte `contentType:"application/octet-stream" doc:"The file as the bank gave it, or packed with gzip; at most 256 KiB as sent, 8 MiB unpacked"`
}

// StatementAnswer is what a statement came to, and how things stand after it.
type StatementAnswer struct {
	Loaded relief.StatementLoaded `json:"loaded"`
	Reconciliation
}

func (s *Server) loadStatement(ctx context.Context, tx Tx, in *statementFileInput) (out StatementAnswer, err error) {
	raw, err := unpacked(in.RawBody)
	if err != nil {
		return out, err
	}
	if len(raw) == 0 {
		return out, act.Invalid("", "file_empty", "The file is empty; nothing was loaded.")
	}
	bank, is := s.deps.Banks.Of(tx.Actor().Area)
	if !is {
		return out, noBank()
	}
	if out.Loaded, err = relief.LoadStatement(ctx, tx, bank, relief.BankFile{Body: raw}, s.rules(tx)); err != nil {
		return out, err
	}
	out.Reconciliation, err = s.reconciliation(ctx, tx, &reconciliationInput{})
	return out, err
}

type settleLineInput struct {
	ThingRef
	Body struct {
		EntryID   string `json:"entry_id,omitempty" format:"uuid" doc:"The entry that tells the same"`
		Explained string `json:"explained,omitempty" maxLength:"200" doc:"Or why none does"`
	}
}

func (s *Server) settleLine(ctx context.Context, tx Tx, in *settleLineInput) (Reconciliation, error) {
	if err := ticket.PlainText("explained", in.Body.Explained); err != nil {
		return Reconciliation{}, err
	}
	if err := relief.SettleStatementLine(ctx, tx, in.ID, in.Body.EntryID, in.Body.Explained); err != nil {
		return Reconciliation{}, err
	}
	return s.reconciliation(ctx, tx, &reconciliationInput{})
}
