package store

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
)

// attemptRow is a row of disbursement_attempts.
type attemptRow struct {
	DisbursementID, AccountID, Version int64
	Number                             int
	BatchID                            *int64
	Seq                                *int
	Reference, State, Reason, Code     string
	Twice                              bool
	AnsweredAt                         *time.Time
}

const attemptColumns = `a.disbursement_id, a.number, a.reference, a.account_id, a.batch_id, a.seq, a.state, a.reason, a.code, a.twice, a.answered_at, a.version`

func (r attemptRow) attempt() ledger.Attempt {
	return ledger.Attempt{Disbursement: ledger.DisbursementID(r.DisbursementID), Number: r.Number, Reference: r.Reference, Account: ledger.PayeeAccountID(r.AccountID),
		Batch: ledger.BatchID(deref(r.BatchID)), Seq: deref(r.Seq), State: ledger.State(r.State), Reason: r.Reason, Code: r.Code, Twice: r.Twice, AnsweredAt: orZero(r.AnsweredAt), Version: r.Version}
}

// AddAttempt writes a try.
func (tx *Tx) AddAttempt(ctx context.Context, a *ledger.Attempt) error {
	_, err := tx.exec(ctx, "add a try", `INSERT INTO disbursement_attempts (disbursement_id, number, reference, account_id, state, made_at, version) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		int64(a.Disbursement), a.Number, a.Reference, int64(a.Account), a.State, tx.now, a.Version)
	return err
}

// AttemptForUpdate locks and loads a try.
func (tx *Tx) AttemptForUpdate(ctx context.Context, id ledger.DisbursementID, number int) (ledger.Attempt, error) {
	r, err := one[attemptRow](ctx, tx, "try", `SELECT `+attemptColumns+` FROM disbursement_attempts a WHERE a.disbursement_id = ? AND a.number = ? FOR UPDATE`, int64(id), number)
	return r.attempt(), err
}

// SaveAttempt writes what may change of a try.
func (tx *Tx) SaveAttempt(ctx context.Context, a *ledger.Attempt) error {
	n, err := tx.exec(ctx, "save a try", `UPDATE disbursement_attempts SET batch_id = ?, seq = ?, state = ?, reason = ?, code = ?, twice = ?, answered_at = ?, version = version + 1
		WHERE disbursement_id = ? AND number = ? AND version = ?`,
		nonZero(int64(a.Batch)), nonZero(int64(a.Seq)), a.State, a.Reason, a.Code, a.Twice, null(a.AnsweredAt), int64(a.Disbursement), a.Number, a.Version)
	return moved(n, err, &a.Version, "The payout changed while you were looking at it; reload and decide again.")
}

// moved judges an UPDATE that was guarded by a version.
func moved(n int64, err error, version *int64, detail string) error {
	if err == nil && n == 0 {
		err = act.Conflict("stale_version", detail)
	}
	if err == nil {
		*version++
	}
	return err
}

// claimRow is a row of claims.
type claimRow struct {
	ID, Version                       int64
	PublicID, AreaCode, Why, Reason   string
	DisbursementID, StaffID, OpenedBy *int64
	Attempt                           *int
	Fen, RecoveredFen                 int64
	OpenedAt                          time.Time
	NettedAt                          *time.Time
}

const claimColumns = `c.id, c.public_id, c.disbursement_id, c.attempt, c.staff_id, c.netted_at, c.area_code, c.fen, c.recovered_fen, c.why, c.reason, c.opened_by, c.opened_at, c.version`

func (r claimRow) claim() ledger.Claim {
	return ledger.Claim{ID: ledger.ClaimID(r.ID), PublicID: r.PublicID, Disbursement: ledger.DisbursementID(deref(r.DisbursementID)), Attempt: deref(r.Attempt),
		Staff: area.StaffID(deref(r.StaffID)), NettedAt: orZero(r.NettedAt), Area: area.Code(r.AreaCode), Fen: r.Fen, Recovered: r.RecoveredFen, Why: ledger.ClaimWhy(r.Why), Reason: r.Reason, OpenedBy: area.StaffID(deref(r.OpenedBy)), OpenedAt: r.OpenedAt.UTC(), Version: r.Version}
}

// AddClaim writes a claim.
func (tx *Tx) AddClaim(ctx context.Context, c *ledger.Claim) error {
	err := tx.insert(ctx, "claim", (*int64)(&c.ID), `INSERT INTO claims (public_id, disbursement_id, attempt, staff_id, area_code, fen, why, reason, opened_by, opened_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		c.PublicID, nonZero(int64(c.Disbursement)), nonZero(c.Attempt), nonZero(int64(c.Staff)), c.Area, c.Fen, c.Why, c.Reason, nonZero(int64(c.OpenedBy)), c.OpenedAt, c.Version)
	if violates(err, "claims_one_open") {
		return act.Conflict("claim_open", "This sum is being claimed back already; reload to see it.")
	}
	return err
}

// NewestClaim locks and loads the newest claim of a try.
func (tx *Tx) NewestClaim(ctx context.Context, id ledger.DisbursementID, attempt int) (ledger.Claim, error) {
	r, err := one[claimRow](ctx, tx, "claim", `SELECT `+claimColumns+` FROM claims c WHERE c.disbursement_id = ? AND c.attempt = ? ORDER BY c.id DESC LIMIT 1 FOR UPDATE`, int64(id), attempt)
	return r.claim(), err
}

// TwiceClaim locks and loads the oldest open claim to what was paid twice of a payout.
func (tx *Tx) TwiceClaim(ctx context.Context, id ledger.DisbursementID) (ledger.Claim, error) {
	r, err := one[claimRow](ctx, tx, "claim", `SELECT `+claimColumns+` FROM claims c WHERE c.disbursement_id = ? AND c.why = 'late_success' AND c.recovered_fen < c.fen ORDER BY c.id LIMIT 1 FOR UPDATE`, int64(id))
	return r.claim(), err
}

// ClaimedTwice finds of which payouts a claim to what was paid twice is open.
func (tx *Tx) ClaimedTwice(ctx context.Context, ids []ledger.DisbursementID) (map[ledger.DisbursementID]bool, error) {
	claimed := map[ledger.DisbursementID]bool{}
	if len(ids) == 0 {
		return claimed, nil
	}
	var found []int64
	err := tx.find(ctx, "look for what was paid twice", &found, `SELECT DISTINCT c.disbursement_id FROM claims c WHERE c.disbursement_id = ANY(?::bigint[]) AND c.why = 'late_success' AND c.recovered_fen < c.fen`, bigints(ids))
	for _, id := range found {
		claimed[ledger.DisbursementID(id)] = true
	}
	return claimed, err
}

// SaveClaim writes how much of a claim came back.
func (tx *Tx) SaveClaim(ctx context.Context, c *ledger.Claim) error {
	n, err := tx.exec(ctx, "save a claim", `UPDATE claims SET recovered_fen = ?, netted_at = ?, version = version + 1 WHERE id = ? AND version = ?`, c.Recovered, null(c.NettedAt), int64(c.ID), c.Version)
	return moved(n, err, &c.Version, "The claim changed while you were looking at it; reload and decide again.")
}
