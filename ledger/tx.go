package ledger

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Tx is what the commands of this package need of a transaction. Rows are
// locked in one order: the payout, limits by key, accounts by id. The caller
// has locked the case before.
type Tx interface {
	act.Tx
	AdvanceTx
	GoodsTx
	BulkTx

	// DisbursementByRef resolves a payout's public id, in scope, without a lock.
	DisbursementByRef(ctx context.Context, publicID string) (DisbursementID, CaseID, error)
	// DisbursementCase is the case of a payout.
	DisbursementCase(ctx context.Context, id DisbursementID) (CaseID, error)
	// DisbursementForUpdate locks and loads a payout; act.ErrNotFound outside the actor's scope.
	DisbursementForUpdate(ctx context.Context, id DisbursementID) (Disbursement, error)
	// AddDisbursement writes a new payout and sets its ID. created is false where the public id exists already,
	// whether or not the actor may see it. An existing live payout of the same case, decision, aid kind and payee is act.ErrRefused.
	AddDisbursement(ctx context.Context, d *Disbursement) (created bool, err error)
	// SaveDisbursement writes the row guarded by d.Version and raises it. act.ErrConflict where it moved.
	SaveDisbursement(ctx context.Context, d *Disbursement) error
	// CaseDisbursements lists all payouts of a case, oldest first.
	CaseDisbursements(ctx context.Context, c CaseID) ([]Disbursement, error)

	// LockLimits makes payouts that share a limit wait for each other.
	LockLimits(ctx context.Context, keys []LimitKey) error
	// LimitSums is the fen counted under each key since its moment, in every area.
	LimitSums(ctx context.Context, of []LimitSum) ([]int64, error)
	// PaidAlone is the fen of solo payouts of others whose cash a person has taken out on a day.
	PaidAlone(ctx context.Context, staff area.StaffID, day area.Date) (int64, error)
	// Budget is what a county may spend on a kind of aid in a year; set is false where nobody has said.
	Budget(ctx context.Context, county area.Code, aidKind string, year int) (fen int64, set bool, err error)
	// AddBudget writes down a budget, which counts from now on. act.ErrConflict where its voucher was booked already.
	AddBudget(ctx context.Context, b Budget) error
	// AddLimitUse counts a payout under its keys.
	AddLimitUse(ctx context.Context, id DisbursementID, keys []LimitKey, fen int64) error
	// ReleaseLimitUse stops counting a payout that was cancelled or reversed.
	ReleaseLimitUse(ctx context.Context, id DisbursementID) error

	// CountedUnder reports whether a payout counts under a key already.
	CountedUnder(ctx context.Context, id DisbursementID, key LimitKey) (bool, error)

	// LimitFrozen reports whether a solo payout of this person lacks its second signature past its time.
	LimitFrozen(ctx context.Context, staff area.StaffID) (bool, error)
	// FreezeLimit takes the solo limit from a person because of a payout; twice is a no-op.
	FreezeLimit(ctx context.Context, staff area.StaffID, because DisbursementID) error
	// LiftFreezes gives back what a payout had frozen.
	LiftFreezes(ctx context.Context, because DisbursementID) error
	// Related reports whether the payee is in the relatives register of any of the people.
	Related(ctx context.Context, payee []byte, people []area.StaffID) (bool, error)

	// Draw is a number made of a payout's public id under a key of the house: the same each time, and nobody else can tell it.
	Draw(publicID string) uint64
	// AddAfterReview writes that a payout was drawn.
	AddAfterReview(ctx context.Context, d Disbursement) error
	// SaveAfterReview writes what a review came to. act.ErrRefused where somebody was first.
	SaveAfterReview(ctx context.Context, d Disbursement) error
	// Successor is the division that answers today for one that was merged; act.ErrNotFound where none does.
	Successor(ctx context.Context, merged area.Code) (area.Code, error)

	// AddAttempt writes a new try at a payout by bank. The database refuses one while the try before is not proved dead.
	AddAttempt(ctx context.Context, a *Attempt) error
	// AttemptForUpdate locks and loads a try. The payout is locked before.
	AttemptForUpdate(ctx context.Context, id DisbursementID, number int) (Attempt, error)
	// SaveAttempt writes the row guarded by a.Version and raises it. act.ErrConflict where it moved.
	SaveAttempt(ctx context.Context, a *Attempt) error
	// AddClaim writes a claim and sets its ID. An open one of the same try is act.ErrConflict.
	AddClaim(ctx context.Context, c *Claim) error
	// NewestClaim locks and loads the newest claim to what a try has paid.
	NewestClaim(ctx context.Context, id DisbursementID, attempt int) (Claim, error)
	// ClaimedTwice are those of some payouts to which TwiceClaim would find a claim.
	ClaimedTwice(ctx context.Context, ids []DisbursementID) (map[DisbursementID]bool, error)
	// TwiceClaim locks and loads the oldest claim to what a try at a payout has paid twice, of which not all came back; act.ErrNotFound where there is none.
	TwiceClaim(ctx context.Context, id DisbursementID) (Claim, error)
	// SaveClaim writes the row guarded by c.Version and raises it. act.ErrConflict where it moved.
	SaveClaim(ctx context.Context, c *Claim) error

	// LockAccounts locks accounts by ascending id, those that are missing opened before, but for ifThere, which are locked
	// only where they are there. They come in the order asked for. Beyond the actor's scope lies the float of their county alone.
	LockAccounts(ctx context.Context, refs []AccountRef, ifThere ...AccountRef) ([]Account, error)
	// AddLedgerEntries appends entries with their postings and sets their IDs. act.ErrConflict where a key exists.
	AddLedgerEntries(ctx context.Context, entries []*Entry) error
	// LedgerEntryByKey finds an entry by its key; act.ErrNotFound where there is none.
	LedgerEntryByKey(ctx context.Context, key string) (EntryID, error)
}

// BulkTx does to many rows, in one statement each, what Tx does to one.
type BulkTx interface {
	// AddDisbursements writes new payouts and sets their IDs. One whose public id, decision or month is paid already is act.ErrConflict.
	AddDisbursements(ctx context.Context, list []*Disbursement) error
	// SaveDisbursements is SaveDisbursement for many, all of them or none.
	SaveDisbursements(ctx context.Context, list []*Disbursement) error
	// AddAttempts writes new tries.
	AddAttempts(ctx context.Context, list []*Attempt) error
	// SaveAttempts is SaveAttempt for many, all of them or none.
	SaveAttempts(ctx context.Context, list []*Attempt) error
	// AddLimitUses counts payouts under their keys, which are locked.
	AddLimitUses(ctx context.Context, list []LimitUse) error
	// SumLimits is LimitSums for any number of keys.
	SumLimits(ctx context.Context, of []LimitSum) ([]int64, error)
	// LedgerEntriesByKey finds entries by their keys; what is missing is left out.
	LedgerEntriesByKey(ctx context.Context, keys []string) (map[string]EntryID, error)
	// RelatedOf is Related for many payees, in order.
	RelatedOf(ctx context.Context, of []Kinship) ([]bool, error)
}

// LimitUse is a payout that counts under a key.
type LimitUse struct {
	Disbursement DisbursementID
	LimitKey
	Fen int64
}

// Kinship asks whether a payee stands in the relatives register of any of the people.
type Kinship struct {
	Payee  []byte
	People []area.StaffID
}
