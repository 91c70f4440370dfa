package ledger

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// BatchID is the internal number of a batch for a bank.
type BatchID int64

// Attempt is one try at paying through a bank. Each has an end-to-end id of its
// own, and the next is made only when the bank has said that this one is dead.
type Attempt struct {
	Disbursement DisbursementID
	Number       int    // 1, 2, 3 …, as Disbursement.Attempt
	Reference    string // end-to-end id, at most 35 characters
	Account      PayeeAccountID
	Batch        BatchID // zero until it is in one
	Seq          int     // its place in the batch
	State        State   // reserved, batched, sent, acked, succeeded, failed, unknown or cancelled
	Reason       string  // why it failed (rail.Reason)
	Code         string  // the bank's own
	AnsweredAt   time.Time
	Twice        bool // what it has paid was paid twice: the payout stands on another try, or was called off
	Version      int64
}

// ArrivedTry is the try by which a payout has succeeded.
func ArrivedTry(ctx context.Context, tx Tx, d Disbursement) (Attempt, error) {
	for number := 1; number <= d.Attempt; number++ {
		a, err := tx.AttemptForUpdate(ctx, d.ID, number)
		if err != nil || a.State == StateSucceeded && !a.Twice {
			return a, err
		}
	}
	return Attempt{}, act.NotFound("try")
}

// newAttempt is the try that the present reservation stands for.
func (d Disbursement) newAttempt() *Attempt {
	return &Attempt{Disbursement: d.ID, Number: d.Attempt, Reference: strings.ReplaceAll(uuid.NewString(), "-", ""), Account: d.Account, State: StateReserved, Version: 1}
}

// ClaimID is the internal number of a claim.
type ClaimID int64

// ClaimWhy is why something is to be claimed back.
type ClaimWhy string

// The reasons.
const (
	ClaimLateSuccess ClaimWhy = "late_success" // paid twice: the first try arrived after the second was made
	ClaimReversed    ClaimWhy = "reversed"     // county finance says that it should not have been paid
	ClaimShortage    ClaimWhy = "shortage"     // a count has missed it, and who carried it is to make it good
)

// ClaimWhys lists every ClaimWhy.
func ClaimWhys() []ClaimWhy { return []ClaimWhy{ClaimLateSuccess, ClaimReversed, ClaimShortage} }

// Claim is a sum that a payee was paid and is to give back, or that somebody is to make good.
type Claim struct {
	ID           ClaimID
	PublicID     string
	Disbursement DisbursementID // zero where it is a shortage
	Attempt      int
	Staff        area.StaffID // of a shortage: who carried the cash
	Area         area.Code    // the county whose fund paid
	Fen          int64
	Recovered    int64 // above Fen where it was given back twice: by the payee, and through the bank
	Why          ClaimWhy
	Reason       string
	OpenedBy     area.StaffID // zero: the bank's answer alone
	OpenedAt     time.Time
	NettedAt     time.Time // when the second try proved dead, so that nothing is to be given back; zero: it never did
	Version      int64
}
