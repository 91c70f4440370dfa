package relief

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
)

// BatchView is a batch as pages show it.
type BatchView struct {
	ID         string     `json:"id"`
	Bank       string     `json:"bank"`
	State      BatchState `json:"state" enum:"draft,sent,acked,answered,closed,discarded"`
	Payouts    int        `json:"payouts"`
	AmountFen  int64      `json:"amount_fen" doc:"Control sum"`
	ExecuteOn  area.Date  `json:"execute_on"`
	FileName   string     `json:"file_name,omitempty" doc:"Once it is released"`
	MadeBy     string     `json:"made_by"`
	MadeAt     time.Time  `json:"made_at"`
	ReleasedBy string     `json:"released_by,omitempty"`
	ReleasedAt *time.Time `json:"released_at,omitempty"`
	AnswerDue  *time.Time `json:"answer_due,omitempty" doc:"What the bank has not answered by then is unknown"`
	ClosedBy   string     `json:"closed_by,omitempty"`
	ClosedAt   *time.Time `json:"closed_at,omitempty"`
	Succeeded  int        `json:"succeeded"`
	Failed     int        `json:"failed"`
	Unknown    int        `json:"unknown"`
	Open       int        `json:"open" doc:"With the bank, and not answered yet"`
	NextActs   []string   `json:"next_acts"` // what this reader may do now: release, discard, load, close
	Wire       *WireView  `json:"wire,omitempty" doc:"How far the program has come in carrying it; absent: people carry its files, or it is not released"`
}

// WireView is how far the program has come in carrying a batch to its bank.
type WireView struct {
	Step   ErrandStep `json:"step" enum:"send,sending,ask,fetch,watch,done" doc:"send: nothing has left; sending, ask: it may have left; fetch: the bank has it; watch: all is said; done: nobody looks any more"`
	Tries  int        `json:"tries" doc:"Of this step in a row"`
	Said   string     `json:"said,omitempty" doc:"What came of the last request: outcome and code"`
	SaidAt *time.Time `json:"said_at,omitempty"`
}

// Next lists what somebody may do with a batch.
func (b Batch) Next(who area.StaffID, mine bool, open int) []string {
	acts := []string{}
	switch {
	case !mine:
	case b.State == BatchDraft && b.MadeBy == who:
		acts = append(acts, "discard")
	case b.State == BatchDraft:
		acts = append(acts, "release", "discard")
	case b.out():
		acts = append(acts, "load")
		if b.State != BatchClosed && open == 0 {
			acts = append(acts, "close")
		}
	}
	return acts
}

// BatchItemView is one payout of a batch. Of its account it shows four digits.
type BatchItemView struct {
	PayoutID     string       `json:"payout_id"`
	TicketID     string       `json:"ticket_id"`
	TicketNumber string       `json:"ticket_number"`
	Seq          int          `json:"seq"`
	Try          int          `json:"try"`
	Reference    string       `json:"reference" doc:"End-to-end id: another one for every try"`
	AmountFen    int64        `json:"amount_fen"`
	LastFour     string       `json:"last_four"`
	State        ledger.State `json:"state" doc:"Of this try"`
	PayoutState  ledger.State `json:"payout_state" doc:"Of the payout, which may have been tried again"`
	Reason       string       `json:"reason,omitempty" doc:"Why it failed: name_mismatch, account_unknown …"`
	Code         string       `json:"code,omitempty" doc:"The bank's own"`
	AnsweredAt   *time.Time   `json:"answered_at,omitempty"`
}

// BankFileView is a file that went to a bank or came from one.
type BankFileView struct {
	ID        string        `json:"id"`
	Direction FileDirection `json:"direction" enum:"out,in"`
	Name      string        `json:"name"`
	Size      int           `json:"size"`
	SHA256    string        `json:"sha256"`
	By        string        `json:"by,omitempty" doc:"Absent: the program itself"`
	At        time.Time     `json:"at"`
}

// WaitingPayout is a payout that is reserved for the bank and in no batch.
type WaitingPayout struct {
	PayoutID     string    `json:"payout_id"`
	TicketID     string    `json:"ticket_id"`
	TicketNumber string    `json:"ticket_number"`
	Area         string    `json:"area"`
	AmountFen    int64     `json:"amount_fen"`
	LastFour     string    `json:"last_four"`
	Try          int       `json:"try"`
	Since        time.Time `json:"since"`
}

// ClaimView is a sum that a payee is to give back, or that who carried it is to make good.
type ClaimView struct {
	ID           string          `json:"id"`
	PayoutID     string          `json:"payout_id,omitempty"`
	TicketID     string          `json:"ticket_id,omitempty"`
	TicketNumber string          `json:"ticket_number,omitempty"`
	Holder       string          `json:"holder,omitempty" doc:"Of a shortage: who carried the cash"`
	AmountFen    int64           `json:"amount_fen"`
	RecoveredFen int64           `json:"recovered_fen"`
	LeftFen      int64           `json:"left_fen"`
	NettedAt     *time.Time      `json:"netted_at,omitempty" doc:"When the second try proved dead: nothing is to be given back"`
	Why          ledger.ClaimWhy `json:"why" enum:"late_success,reversed,shortage"`
	Reason       string          `json:"reason,omitempty"`
	OpenedBy     string          `json:"opened_by,omitempty" doc:"Absent: the bank's word alone"`
	OpenedAt     time.Time       `json:"opened_at"`
}
