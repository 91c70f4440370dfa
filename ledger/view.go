package ledger

import (
	"time"

	"example.org/hotline/area"
)

// View is a payout as pages and the API show it. It names people, never accounts or identities.
type View struct {
	ID            string       `json:"id"`
	TicketID      string       `json:"ticket_id"`
	TicketNumber  string       `json:"ticket_number"`
	DecisionID    string       `json:"decision_id,omitempty" doc:"Absent where it pays a month of an entitlement"`
	AidKind       string       `json:"aid_kind"`
	Period        string       `json:"period,omitempty" doc:"The month that it pays, 2026-12; absent where it carries out a decision"`
	Channel       Channel      `json:"channel"`
	Area          string       `json:"area"`
	SourceArea    string       `json:"source_area" doc:"Whose float pays: the area's own, or its county's where that was empty"`
	AmountFen     int64        `json:"amount_fen"`
	Basket        []BasketLine `json:"basket,omitempty" doc:"Of a payout in goods: what is handed over"`
	State         State        `json:"state"`
	Level         Level        `json:"level"` // whose word it needs: solo, township, county
	LevelWhy      LevelWhy     `json:"level_why,omitempty" doc:"Why it needs more people than its own sum would ask for: split, worker_day, township_day, frozen, run"`
	ContentHash   string       `json:"content_hash"` // hex; the checker sends it back
	Maker         string       `json:"maker"`
	Checker       string       `json:"checker,omitempty"`
	Payer         string       `json:"payer,omitempty"`
	Companion     string       `json:"companion,omitempty"`
	SecondSigner  string       `json:"second_signer,omitempty"`
	CancelReason  string       `json:"cancel_reason,omitempty"`
	SubmittedAt   time.Time    `json:"submitted_at"`
	CheckedAt     *time.Time   `json:"checked_at,omitempty"`
	ReservedAt    *time.Time   `json:"reserved_at,omitempty"`
	IssuedAt      *time.Time   `json:"issued_at,omitempty"`
	ReceiptedAt   *time.Time   `json:"receipted_at,omitempty"`
	EndedAt       *time.Time   `json:"ended_at,omitempty"`
	SecondSignBy  *time.Time   `json:"second_signature_due,omitempty"`
	SecondSigned  *time.Time   `json:"second_signed_at,omitempty"`
	CountyFrom    *time.Time   `json:"county_may_check_at,omitempty"`
	AfterReview   *ReviewView  `json:"after_review,omitempty" doc:"Of a payout that was drawn for one; while it is open only county finance and the auditor see it"`
	NextActs      []string     `json:"next_acts"` // what this reader may do now
	Version       int64        `json:"version"`
	Tries         []TryView    `json:"tries,omitempty" doc:"Of a payout by bank, the newest first"`
	PolicyVersion string       `json:"policy"`

	HandedOver []area.StaffID `json:"-"` // see Disbursement.HandedOver
}

// ReviewView is the review of a drawn payout.
type ReviewView struct {
	DrawnAt  time.Time     `json:"drawn_at"`
	DueAt    time.Time     `json:"due_at"`
	Outcome  ReviewOutcome `json:"outcome,omitempty" enum:"ok,finding" doc:"Absent while it is open"`
	Reviewer string        `json:"reviewer,omitempty"`
	Note     string        `json:"note,omitempty"`
	At       *time.Time    `json:"at,omitempty"`
}

// TryView is one try at a payout by bank. Of the account it shows four digits.
type TryView struct {
	Number     int        `json:"number"`
	Reference  string     `json:"reference" doc:"End-to-end id"`
	AccountID  string     `json:"account_id"`
	LastFour   string     `json:"last_four"`
	State      State      `json:"state"`
	Reason     string     `json:"reason,omitempty" doc:"Why it failed: name_mismatch, account_unknown …"`
	Code       string     `json:"code,omitempty" doc:"The bank's own"`
	BatchID    string     `json:"batch_id,omitempty"`
	MadeAt     time.Time  `json:"made_at"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
}

// InboxItem is one thing that waits for this reader's word.
type InboxItem struct {
	Act          string     `json:"act"` // check, second_signature, approve, after_review
	ID           string     `json:"id"`  // of the payout or decision
	TicketID     string     `json:"ticket_id"`
	TicketNumber string     `json:"ticket_number"`
	Area         string     `json:"area"`
	AmountFen    int64      `json:"amount_fen"`
	ContentHash  string     `json:"content_hash,omitempty"`
	MadeBy       string     `json:"made_by"`
	Since        time.Time  `json:"since"`
	DueAt        *time.Time `json:"due_at,omitempty"`
}

// AccountView is one account with its balances in fen, debit positive.
type AccountView struct {
	ID            string `json:"id"`
	Kind          Kind   `json:"kind"`
	Area          string `json:"area"`
	Holder        string `json:"holder,omitempty"` // a person's name, a ticket number or a kind of aid
	Advance       bool   `json:"advance,omitempty" doc:"Cash: the holder's standing advance, not what they carry for single payouts"`
	PostedFen     int64  `json:"posted_fen"`
	PendingInFen  int64  `json:"pending_in_fen"`
	PendingOutFen int64  `json:"pending_out_fen"`
	AvailableFen  int64  `json:"available_fen"`
	Cases         int    `json:"cases,omitempty" doc:"Of what is owed to cases, which stands in one line for each place: to how many"`
}

// BudgetView is a county's budget of a year with what counts against it.
type BudgetView struct {
	Area     string    `json:"area"`
	AreaName string    `json:"area_name"`
	AidKind  string    `json:"aid_kind"`
	Year     int       `json:"year"`
	Fen      int64     `json:"budget_fen"`
	UsedFen  int64     `json:"used_fen" doc:"Of payouts started in the year that were not called off or taken back"`
	LeftFen  int64     `json:"left_fen" doc:"Below zero where the budget was lowered under what had been started"`
	Voucher  string    `json:"voucher"`
	SetBy    string    `json:"set_by"`
	SetAt    time.Time `json:"set_at"`
}

// FloatView is a township's or county's float: what lies in it, what workers carry, and
// whether it is low.
type FloatView struct {
	AccountView
	InHandsFen int64 `json:"in_hands_fen"` // cash the township's workers carry
	FullFen    int64 `json:"full_fen"`     // what the policy says a full float holds
	Low        bool  `json:"low"`
}

// FundView is a county's fund, and whether it is low.
type FundView struct {
	AccountView
	FullFen int64 `json:"full_fen" doc:"What the policy says that a fund holds when full; 0: no alarm"`
	Low     bool  `json:"low"`
}

// TrialBalance lists the accounts in scope as they were just before a moment; where
// the scope is whole, the sums are equal or something is wrong.
type TrialBalance struct {
	At        time.Time     `json:"at"`
	Accounts  []AccountView `json:"accounts"`
	DebitFen  int64         `json:"debit_fen"`
	CreditFen int64         `json:"credit_fen"`
	Balanced  bool          `json:"balanced"`
	Whole     bool          `json:"whole"` // false: the reader's scope cuts through entries, so that balanced says nothing
}

// Add takes an account in and adds it up.
func (b *TrialBalance) Add(a AccountView) {
	b.Accounts = append(b.Accounts, a)
	b.DebitFen += max(a.PostedFen, 0)
	b.CreditFen -= min(a.PostedFen, 0)
	b.Balanced = b.DebitFen == b.CreditFen
}

// Under keeps the accounts of a division and all below it, added up anew.
func (b TrialBalance) Under(where area.Code) TrialBalance {
	part := TrialBalance{At: b.At, Accounts: []AccountView{}, Balanced: true, Whole: b.Whole && where.Level() <= area.LevelCounty} // floats are filled out of the county's fund
	for _, a := range b.Accounts {
		if where.Contains(area.Code(a.Area)) {
			part.Add(a)
		}
	}
	return part
}

// StatementFilter asks for a stretch of an account's history.
type StatementFilter struct {
	From   time.Time // zero: from the first line
	Until  time.Time // before it; zero: now
	Cursor string    // of the page before; empty: the newest
	Limit  int
}

// StatementLine is one posting of an account.
type StatementLine struct {
	EntryID      string    `json:"entry_id"`
	At           time.Time `json:"at"`
	Event        Event     `json:"event"`
	Layer        Layer     `json:"layer"`
	AmountFen    int64     `json:"amount_fen"`  // debit positive
	BalanceFen   int64     `json:"balance_fen"` // posted balance after the line
	Disbursement string    `json:"disbursement_id,omitempty"`
	By           string    `json:"by"`
	Reason       string    `json:"reason,omitempty"`
}

// Statement is a stretch of an account's history, newest first. Opening and closing
// are the posted balances before and after the stretch; between them lie the sums
// of its debits and credits, whatever of it the page shows.
type Statement struct {
	Account    AccountView     `json:"account" doc:"As it is now"`
	From       time.Time       `json:"from" doc:"The year 1 where it begins with the first line"`
	Until      time.Time       `json:"until" doc:"Before this moment"`
	OpeningFen int64           `json:"opening_fen"`
	DebitFen   int64           `json:"debit_fen"`
	CreditFen  int64           `json:"credit_fen"`
	ClosingFen int64           `json:"closing_fen"`
	Lines      []StatementLine `json:"lines"`
	Next       string          `json:"next,omitempty"` // cursor; empty at the end
}

// AdvanceView is what somebody carries, in fen.
type AdvanceView struct {
	AccountID     string `json:"account_id"`
	Area          string `json:"area"`
	AreaName      string `json:"area_name"`
	Holder        string `json:"holder"`
	Login         string `json:"login"`
	Advance       bool   `json:"advance" doc:"Their standing advance; false: taken out for single payouts"`
	PostedFen     int64  `json:"posted_fen" doc:"What they answer for"`
	PendingInFen  int64  `json:"pending_in_fen" doc:"Offered to them, not yet signed for"`
	PendingOutFen int64  `json:"pending_out_fen" doc:"Offered by them, or taken on for a payout"`
	AvailableFen  int64  `json:"available_fen"`
}

// AdvanceClaimView is what is still to be had from somebody who is gone, for one float.
type AdvanceClaimView struct {
	AccountID string `json:"account_id"`
	Area      string `json:"area" doc:"Whose float it came out of"`
	AreaName  string `json:"area_name"`
	Holder    string `json:"holder"`
	Login     string `json:"login"`
	OpenFen   int64  `json:"open_fen"`
}

// AdvanceActView is one thing that was done with a standing advance, and who signed for it.
type AdvanceActView struct {
	ID            string         `json:"id"`
	Kind          AdvanceKind    `json:"kind" enum:"issue,hand_over,return,count,give_back,settle,repay"`
	Area          string         `json:"area"`
	By            string         `json:"by" doc:"Who offered, or counted"`
	To            string         `json:"to,omitempty" doc:"Who takes it; absent where whoever keeps the float signs"`
	Holder        string         `json:"holder,omitempty" doc:"Who is gone, of a settlement and a repayment"`
	AmountFen     int64          `json:"amount_fen" doc:"Of a count: what was found; of a settlement: what was handed back"`
	BookFen       *int64         `json:"book_fen,omitempty" doc:"Of a count and a settlement: what the books said"`
	DifferenceFen int64          `json:"difference_fen" doc:"Of a count and a settlement: found above the books; below zero where cash is missing"`
	Note          string         `json:"note,omitempty"`
	Receipt       string         `json:"receipt,omitempty" doc:"Of a give-back: the number of the paper that the float's keeper writes"`
	At            time.Time      `json:"at"`
	Outcome       AdvanceOutcome `json:"outcome,omitempty" enum:"signed,declined,withdrawn" doc:"Absent while it waits"`
	AnsweredBy    string         `json:"answered_by,omitempty"`
	AnsweredAt    *time.Time     `json:"answered_at,omitempty"`
	AnswerNote    string         `json:"answer_note,omitempty"`
	NextActs      []string       `json:"next_acts"` // what this reader may do now: sign, decline, withdraw
}

// ReversedCashView is cash that a payer still has of a receipt that was reversed.
type ReversedCashView struct {
	PayoutID     string    `json:"payout_id"`
	TicketNumber string    `json:"ticket_number"`
	Area         string    `json:"area"`
	Float        string    `json:"float" doc:"Whose float it goes back to: the area's own, or its county's"`
	Holder       string    `json:"holder"`
	Login        string    `json:"login"`
	Fen          int64     `json:"amount_fen"`
	Reason       string    `json:"reason,omitempty"`
	Since        time.Time `json:"since"`
	Offered      bool      `json:"offered" doc:"It waits for whoever keeps the float to sign"`
}

// SuspenseView is something that stands in suspense.
type SuspenseView struct {
	AccountID    string    `json:"account_id"`
	Area         string    `json:"area"`
	Count        bool      `json:"count" doc:"What counts of somebody's standing advance found; false: a late success that the fund could not cover"`
	Holder       string    `json:"holder,omitempty" doc:"Who carries the advance"`
	PayoutID     string    `json:"payout_id,omitempty"`
	TicketNumber string    `json:"ticket_number,omitempty"`
	Fen          int64     `json:"amount_fen" doc:"Above zero: cash is missing; below zero: found too much, or owed to the bank's account"`
	Since        time.Time `json:"since"`
	Kinds        []string  `json:"kinds" gorm:"-" doc:"By which adjustments it can be ended"`
}

// AdjustmentView is an adjustment with its answer.
type AdjustmentView struct {
	ID           string         `json:"id"`
	Kind         AdjustmentKind `json:"kind" enum:"cover,paid_in,claim,write_off,surplus,fee,interest"`
	Area         string         `json:"area" doc:"Where it stood in suspense; the county of a line"`
	Holder       string         `json:"holder,omitempty"`
	TicketNumber string         `json:"ticket_number,omitempty"`
	Line         string         `json:"line_id,omitempty" doc:"The line of a statement that it books"`
	AmountFen    int64          `json:"amount_fen"`
	Voucher      string         `json:"voucher"`
	Note         string         `json:"note,omitempty"`
	By           string         `json:"by"`
	At           time.Time      `json:"at"`
	Outcome      AdvanceOutcome `json:"outcome,omitempty" enum:"signed,declined,withdrawn" doc:"Absent while it waits"`
	AnsweredBy   string         `json:"answered_by,omitempty"`
	AnsweredAt   *time.Time     `json:"answered_at,omitempty"`
	AnswerNote   string         `json:"answer_note,omitempty"`
	NextActs     []string       `json:"next_acts"` // what this reader may do now: sign, decline, withdraw
}

// GoodsView is one kind of goods in a store.
type GoodsView struct {
	ID       string `json:"id"`
	Area     string `json:"area"`
	AreaName string `json:"area_name"`
	Name     string `json:"name"`
	Unit     string `json:"unit"`
	CostFen  int64  `json:"cost_fen" doc:"Of one piece"`
	Pieces   int64  `json:"pieces" doc:"There"`
	Held     int64  `json:"held" doc:"Of them for payouts under way"`
	Free     int64  `json:"free"`
	WorthFen int64  `json:"worth_fen" doc:"Of all that are there"`
}

// StoreActView is one thing that was done with goods, and who signed for it.
type StoreActView struct {
	ID         string               `json:"id"`
	Kind       StoreActKind         `json:"kind" enum:"purchase,transfer,count"`
	Area       string               `json:"area" doc:"The store that is counted, or that the goods come into"`
	From       string               `json:"from,omitempty" doc:"Of a transfer: whose store they come out of"`
	By         string               `json:"by" doc:"Who bought, gave or counted"`
	Voucher    string               `json:"voucher,omitempty" doc:"Of a purchase: the invoice"`
	Note       string               `json:"note,omitempty"`
	At         time.Time            `json:"at"`
	WorthFen   int64                `json:"worth_fen" doc:"Of a count: of what was found"`
	MissingFen int64                `json:"missing_fen" doc:"Of a count: worth of what the books know and was not found"`
	SurplusFen int64                `json:"surplus_fen" doc:"Of a count: worth of what was found and the books do not know"`
	Lines      []StoreLineView      `json:"lines"`
	Signatures []StoreSignatureView `json:"signatures"`
	Waits      StoreStep            `json:"waits,omitempty" enum:"second,approve" doc:"For the second person, or for whoever approves the difference; absent where it has ended"`
	NextActs   []string             `json:"next_acts"` // what this reader may do now: sign, decline, withdraw
}

// StoreLineView is so many pieces of one kind in an act.
type StoreLineView struct {
	Goods   string `json:"goods_id"`
	Name    string `json:"name"`
	Unit    string `json:"unit"`
	Pieces  int64  `json:"pieces" doc:"Of a count: what was found"`
	Book    *int64 `json:"book,omitempty" doc:"Of a count and a settlement: what the books said"`
	CostFen int64  `json:"cost_fen" doc:"Of one piece"`
}

// StoreSignatureView is an answer to an act with goods.
type StoreSignatureView struct {
	Step    StoreStep      `json:"step" enum:"second,approve"`
	Outcome AdvanceOutcome `json:"outcome" enum:"signed,declined,withdrawn"`
	By      string         `json:"by"`
	Note    string         `json:"note,omitempty"`
	At      time.Time      `json:"at"`
}

// BasketLine is so many pieces of a kind that a payout hands over.
type BasketLine struct {
	Goods   string `json:"goods_id"`
	Name    string `json:"name"`
	Unit    string `json:"unit"`
	Pieces  int64  `json:"pieces"`
	CostFen int64  `json:"cost_fen" doc:"Of one piece"`
}
