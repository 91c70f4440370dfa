package relief

import (
	"time"

	"example.org/hotline/ledger"
)

// RunView is a payment run as pages show it.
type RunView struct {
	ID          string           `json:"id"`
	Source      ledger.RunSource `json:"source" enum:"decisions,entitlements"`
	Period      string           `json:"period,omitempty" doc:"The month that it pays, 2026-12; absent where it carries out decisions"`
	State       ledger.RunState  `json:"state" enum:"draft,signed,done,discarded"`
	Lines       int              `json:"lines"`
	AmountFen   int64            `json:"amount_fen"`
	ContentHash string           `json:"content_hash" doc:"Over the whole list; who signs sends it back"`
	MadeBy      string           `json:"made_by"`
	MadeAt      time.Time        `json:"made_at"`
	SignedBy    string           `json:"signed_by,omitempty"`
	SignedAt    *time.Time       `json:"signed_at,omitempty"`
	EndedAt     *time.Time       `json:"ended_at,omitempty"`
	Worked      int              `json:"worked" doc:"Lines that were taken up so far"`
	Reserved    int              `json:"reserved" doc:"Of these, how many became payouts"`
	ReservedFen int64            `json:"reserved_fen"`
	LeftOut     int              `json:"left_out" doc:"And how many did not, each with its reason"`
	ForBank     int              `json:"for_bank" doc:"Payouts that wait for a batch, or stand in a draft of one"`
	AtBank      int              `json:"at_bank" doc:"With the bank, and not answered"`
	Arrived     int              `json:"arrived"`
	Failed      int              `json:"failed" doc:"The bank has failed them, and they are not paid anew yet"`
	Tries       int              `json:"tries" doc:"Parts of it that failed one after the other; zero where it goes on"`
	Trouble     string           `json:"trouble,omitempty" doc:"Code of what failed the last of these; internal: the program's log says what it was"`
	NextAt      *time.Time       `json:"next_at,omitempty" doc:"When it is taken up next"`
	NextActs    []string         `json:"next_acts"` // what this reader may do now: sign, discard
}

// RunLineView is one line of a run. Of its account it shows four digits.
type RunLineView struct {
	Seq          int              `json:"seq"`
	TicketID     string           `json:"ticket_id"`
	TicketNumber string           `json:"ticket_number"`
	AidKind      string           `json:"aid_kind"`
	Area         string           `json:"area"`
	AmountFen    int64            `json:"amount_fen"`
	LastFour     string           `json:"last_four"`
	State        ledger.LineState `json:"state" enum:"waits,reserved,left_out"`
	Why          string           `json:"why,omitempty" doc:"Code of the refusal for which it was left out: household_cap, account_cap, budget_spent, fund_empty, payout_exists …"`
	LeftFen      *int64           `json:"left_fen,omitempty" doc:"What its limit would still have allowed"`
	PayoutID     string           `json:"payout_id,omitempty"`
	PayoutState  ledger.State     `json:"payout_state,omitempty"`
}

// RunDue is what a new run would hold.
type RunDue struct {
	Source    ledger.RunSource `json:"source" enum:"decisions,entitlements"`
	Period    string           `json:"period,omitempty"`
	Lines     int              `json:"lines"`
	AmountFen int64            `json:"amount_fen"`
	Bare      int              `json:"without_account" doc:"Due as well, but without an account that two people have seen, or to somebody who has died: not on the list"`
}
