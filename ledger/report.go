package ledger

import (
	"strings"
	"time"

	"example.org/hotline/area"
)

// MonthReport is what happened in a county's books between two days, both included:
// usually a month's. It is made of the postings alone, so that what is taken back
// later does not change it.
type MonthReport struct {
	County   area.Code       `json:"county"`
	From     area.Date       `json:"from"`
	To       area.Date       `json:"to"`
	Balances []ReportBalance `json:"balances" doc:"By kind of account and place"`
	Paid     []ReportPaid    `json:"paid" doc:"By place, kind of aid and rail"`

	GivenFen     int64 `json:"given_fen" doc:"What the county's fund was given"`
	RecoveredFen int64 `json:"recovered_fen" doc:"What citizens paid back"`
	ClaimedFen   int64 `json:"advance_claimed_fen" doc:"Cash that people who are gone did not hand back, and is claimed from them"`
	RepaidFen    int64 `json:"advance_repaid_fen" doc:"What came in of such claims"`
	InterestFen  int64 `json:"interest_fen" doc:"What the bank paid in interest"`
	FeesFen      int64 `json:"fees_fen" doc:"What the bank took in fees"`
	MissedFen    int64 `json:"missed_fen" doc:"What counts missed for good: written off, or claimed from who carried it"`
	FoundFen     int64 `json:"found_fen" doc:"What counts found too much, which the county keeps"`
	PaidFen      int64 `json:"paid_fen" doc:"What reached citizens"`
	TakenBackFen int64 `json:"taken_back_fen" doc:"Of it and of earlier payouts, what was taken back or came back"`
	HeldFen      int64 `json:"held_fen" doc:"Fund, floats, cash, stock and what is unexplained, at the end"`
	Agrees       bool  `json:"agrees" doc:"What was held before, with what came and without what went, is what is held now, to the fen"`

	Open []OpenItem   `json:"open" doc:"What does not agree yet with the bank and the cash"`
	Bank *BankBalance `json:"bank,omitempty" doc:"The bank's balance of the fund against the books'; missing where no statement was ever loaded"`
}

// ReportBalance is one kind of account in one place.
type ReportBalance struct {
	Kind       Kind   `json:"kind"`
	Area       string `json:"area"`
	OpeningFen int64  `json:"opening_fen"`
	DebitFen   int64  `json:"debit_fen"`
	CreditFen  int64  `json:"credit_fen"`
	ClosingFen int64  `json:"closing_fen"`
}

// ReportPaid is what one place paid of one kind of aid on one rail.
type ReportPaid struct {
	Area         string  `json:"area"`
	AidKind      string  `json:"aid_kind"`
	Channel      Channel `json:"channel"`
	Payouts      int     `json:"payouts"`
	Fen          int64   `json:"paid_fen"`
	TakenBack    int     `json:"taken_back"`
	TakenBackFen int64   `json:"taken_back_fen"`
}

// held reports whether an account of this kind is something that the county has.
func (k Kind) held() bool { return k.heldBack() || k == Suspense }

// Settle adds the report up and compares what was paid, counted by events, with what
// is gone, counted by balances.
func (r *MonthReport) Settle() {
	before := int64(0)
	for _, b := range r.Balances {
		if b.Kind.held() {
			before, r.HeldFen = before+b.OpeningFen, r.HeldFen+b.ClosingFen
		}
	}
	for _, p := range r.Paid {
		r.PaidFen, r.TakenBackFen = r.PaidFen+p.Fen, r.TakenBackFen+p.TakenBackFen
	}
	came, went := r.GivenFen+r.RecoveredFen+r.InterestFen+r.FoundFen+r.RepaidFen+r.TakenBackFen, r.PaidFen+r.FeesFen+r.MissedFen+r.ClaimedFen
	r.Agrees = before+came-went == r.HeldFen
}

// ImprestView holds a float against what it was filled with: the float, the cash out of
// it, what counts could not find, what is claimed from people who are gone and the vouchers that were not repaid yet come to that
// sum, or money is missing (DOMAIN 4.3).
type ImprestView struct {
	Area         string `json:"area"`
	AreaName     string `json:"area_name"`
	FilledFen    int64  `json:"filled_fen" doc:"What it was filled with"`
	FloatFen     int64  `json:"float_fen"`
	CashFen      int64  `json:"cash_fen" doc:"In the hands of workers"`
	SuspenseFen  int64  `json:"suspense_fen" doc:"What counts did not find; below zero what they found too much"`
	ClaimedFen   int64  `json:"claimed_fen" doc:"To be had from people who are gone and did not hand it back"`
	VouchersFen  int64  `json:"vouchers_fen" doc:"Received by citizens and not repaid by the county"`
	Vouchers     int    `json:"vouchers"`
	MissingFen   int64  `json:"missing_fen" doc:"Must be 0"`
	ClaimableFen int64  `json:"claimable_fen" doc:"What a claim would repay now: vouchers, without repaid ones that were taken back since"`
}

// Days is a stretch of days, both included.
type Days struct {
	FromDay area.Date `json:"from"`
	ToDay   area.Date `json:"to"`
}

// InWords writes stretches of days: 2026-10-03, 2026-10-10/2026-10-12.
func InWords(all []Days) string {
	words := make([]string, 0, len(all))
	for _, d := range all {
		word := string(d.FromDay)
		if d.ToDay != d.FromDay {
			word += "/" + string(d.ToDay)
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

// ClosingView is one closed stretch.
type ClosingView struct {
	ID       string    `json:"id"`
	Area     string    `json:"area"`
	Kind     CloseKind `json:"kind"`
	Through  area.Date `json:"through"`
	Note     string    `json:"note,omitempty"`
	Hash     string    `json:"hash" doc:"SHA-256 of the report that is kept with it"`
	ClosedBy string    `json:"closed_by"`
	ClosedAt time.Time `json:"closed_at"`
}

// BankLine is a line of a bank's statement that nothing settles yet.
type BankLine struct {
	ID            string          `json:"id"`
	Bank          string          `json:"bank"`
	Day           area.Date       `json:"day"`
	Fen           int64           `json:"amount_fen" doc:"Below zero what left the account"`
	Reference     string          `json:"reference,omitempty" doc:"Ours, end to end"`
	BankReference string          `json:"bank_reference,omitempty"`
	CameBack      bool            `json:"came_back,omitempty" doc:"The bank says that it takes an earlier movement back"`
	Candidates    []BankCandidate `json:"candidates" doc:"Entries of the same sum that are on no statement" gorm:"-"`
}

// BankCandidate is an entry that may tell the same as a line.
type BankCandidate struct {
	EntryID string    `json:"entry_id"`
	Event   Event     `json:"event"`
	At      time.Time `json:"at"`
}

// BankStatementView is one statement that was loaded.
type BankStatementView struct {
	ID         string    `json:"id"`
	Bank       string    `json:"bank"`
	FromDay    area.Date `json:"from"`
	ToDay      area.Date `json:"to"`
	OpeningFen int64     `json:"opening_fen"`
	ClosingFen int64     `json:"closing_fen"`
	Lines      int       `json:"lines"`
	Open       int       `json:"open" doc:"Of them, not settled"`
	LoadedBy   string    `json:"loaded_by"`
	LoadedAt   time.Time `json:"loaded_at"`
}
