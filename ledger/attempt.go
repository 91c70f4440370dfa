package ledger

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
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
	Version      int64
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
)

// Claim is a sum that a payee was paid and is to give back.
type Claim struct {
	ID           ClaimID
	PublicID     string
	Disbursement DisbursementID
	Attempt      int
	Area         area.Code // the county whose fund paid
	Fen          int64
	Recovered    int64 // above Fen where it was given back twice: by the payee, and through the bank
	Why          ClaimWhy
	Reason       string
	OpenedBy     area.StaffID // zero: the bank's answer alone
	OpenedAt     time.Time
	Version      int64
}
