package store

import (
	"context"
	"encoding/hex"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
)

// What Tx does to one payout, here is done to many in one statement for each table, with
// one text for any number of rows, so that it is planned once.

// octets writes bytea for jsonb_to_recordset, and nothing for none.
func octets(b []byte) *string {
	if b == nil {
		return nil
	}
	text := `\x` + hex.EncodeToString(b)
	return &text
}

// AddDisbursements writes new payouts.
func (tx *Tx) AddDisbursements(ctx context.Context, list []*ledger.Disbursement) error {
	rows := make([]map[string]any, 0, len(list))
	byRef := make(map[string]*ledger.Disbursement, len(list))
	for _, d := range list {
		byRef[d.PublicID] = d
		rows = append(rows, map[string]any{"public_id": d.PublicID, "ticket_id": d.Case, "decision_id": nonZero(int64(d.Decision)), "aid_kind": d.AidKind, "period": d.Period, "channel": d.Channel,
			"area_code": d.Area, "source_area": d.Source, "fen": d.Fen, "payee_index": octets(d.Payee), "household_index": octets(d.Household), "account_id": nonZero(int64(d.Account)),
			"account_index": octets(d.AccountIndex), "content_hash": octets(d.Content), "policy": d.Policy, "state": d.State, "level": d.Level, "level_why": d.LevelWhy,
			"call_taker_id": nonZero(int64(d.CallTaker)), "maker_id": d.Maker, "maker_role": d.MakerRole, "checker_id": nonZero(int64(d.Checker)), "attempt": d.Attempt,
			"submitted_at": d.SubmittedAt, "checked_at": null(d.CheckedAt), "reserved_at": null(d.ReservedAt), "version": d.Version})
	}
	var added []struct {
		ID       int64
		PublicID string
	}
	err := tx.find(ctx, "add payouts", &added, `INSERT INTO disbursements (public_id, ticket_id, decision_id, aid_kind, period, channel, area_code, source_area, fen, payee_index, household_index,
			account_id, account_index, content_hash, policy, state, level, level_why, call_taker_id, maker_id, maker_role, checker_id, attempt, submitted_at, checked_at, reserved_at, version)
		SELECT x.* FROM jsonb_to_recordset(?::jsonb) AS x(public_id uuid, ticket_id bigint, decision_id bigint, aid_kind text, period text, channel text, area_code text, source_area text, fen bigint,
			payee_index bytea, household_index bytea, account_id bigint, account_index bytea, content_hash bytea, policy text, state text, level text, level_why text, call_taker_id bigint,
			maker_id bigint, maker_role text, checker_id bigint, attempt integer, submitted_at timestamptz, checked_at timestamptz, reserved_at timestamptz, version bigint)
		RETURNING id, public_id`, jsonOf(rows))
	if isUnique(err) {
		return act.Conflict("already_booked", "One of these payouts was made before; nothing was written. Reload to see it.")
	}
	for _, a := range added {
		byRef[a.PublicID].ID = ledger.DisbursementID(a.ID)
	}
	return err
}

// isUnique reports whether err is the refusal of a unique index.
func isUnique(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505"
}

// SaveDisbursements writes what may change of payouts, each guarded by its version.
func (tx *Tx) SaveDisbursements(ctx context.Context, list []*ledger.Disbursement) error {
	if len(list) == 0 {
		return nil
	}
	rows := make([]map[string]any, 0, len(list))
	for _, d := range list {
		rows = append(rows, map[string]any{"id": d.ID, "from": d.Version, "state": d.State, "source_area": d.Source, "account_id": nonZero(int64(d.Account)), "account_index": octets(d.AccountIndex),
			"call_taker_id": nonZero(int64(d.CallTaker)), "checker_id": nonZero(int64(d.Checker)), "payer_id": nonZero(int64(d.Payer)), "companion_id": nonZero(int64(d.Companion)),
			"second_id": nonZero(int64(d.Second)), "attempt": d.Attempt, "cancel_note": d.CancelNote, "checked_at": null(d.CheckedAt), "reserved_at": null(d.ReservedAt), "issued_at": null(d.IssuedAt),
			"receipted_at": null(d.ReceiptedAt), "ended_at": null(d.EndedAt), "second_at": null(d.SecondSignedAt)})
	}
	n, err := tx.exec(ctx, "save payouts", `UPDATE disbursements d SET state = x.state, source_area = x.source_area, account_id = x.account_id, account_index = x.account_index, call_taker_id = x.call_taker_id,
			checker_id = x.checker_id, payer_id = x.payer_id, companion_id = x.companion_id, second_id = x.second_id, attempt = x.attempt, cancel_note = x.cancel_note, checked_at = x.checked_at,
			reserved_at = x.reserved_at, issued_at = x.issued_at, receipted_at = x.receipted_at, ended_at = x.ended_at, second_at = x.second_at, version = d.version + 1
		FROM jsonb_to_recordset(?::jsonb) AS x(id bigint, "from" bigint, state text, source_area text, account_id bigint, account_index bytea, call_taker_id bigint, checker_id bigint, payer_id bigint,
			companion_id bigint, second_id bigint, attempt integer, cancel_note text, checked_at timestamptz, reserved_at timestamptz, issued_at timestamptz, receipted_at timestamptz, ended_at timestamptz,
			second_at timestamptz)
		WHERE d.id = x.id AND d.version = x."from"`, jsonOf(rows))
	if err := allMoved(n, len(list), err, "A payout changed while you were looking at it; reload and decide again."); err != nil {
		return err
	}
	for _, d := range list {
		d.Version++
	}
	return nil
}

// allMoved judges an UPDATE of many rows that were guarded by their versions.
func allMoved(n int64, want int, err error, detail string) error {
	if err == nil && int(n) < want {
		err = act.Conflict("stale_version", detail)
	}
	return err
}

// AddAttempts writes new tries.
func (tx *Tx) AddAttempts(ctx context.Context, list []*ledger.Attempt) error {
	rows := make([]map[string]any, 0, len(list))
	for _, a := range list {
		rows = append(rows, map[string]any{"disbursement_id": a.Disbursement, "number": a.Number, "reference": a.Reference, "account_id": a.Account, "state": a.State, "version": a.Version})
	}
	_, err := tx.exec(ctx, "add tries", `INSERT INTO disbursement_attempts (disbursement_id, number, reference, account_id, state, made_at, version)
		SELECT x.disbursement_id, x.number, x.reference, x.account_id, x.state, ?::timestamptz, x.version
		FROM jsonb_to_recordset(?::jsonb) AS x(disbursement_id bigint, number integer, reference text, account_id bigint, state text, version bigint)`, tx.now, jsonOf(rows))
	return err
}

// SaveAttempts writes what may change of tries, each guarded by its version.
func (tx *Tx) SaveAttempts(ctx context.Context, list []*ledger.Attempt) error {
	if len(list) == 0 {
		return nil
	}
	rows := make([]map[string]any, 0, len(list))
	for _, a := range list {
		rows = append(rows, map[string]any{"id": a.Disbursement, "number": a.Number, "from": a.Version, "batch_id": nonZero(int64(a.Batch)), "seq": nonZero(int64(a.Seq)), "state": a.State,
			"reason": a.Reason, "code": a.Code, "twice": a.Twice, "answered_at": null(a.AnsweredAt)})
	}
	n, err := tx.exec(ctx, "save tries", `UPDATE disbursement_attempts a SET batch_id = x.batch_id, seq = x.seq, state = x.state, reason = x.reason, code = x.code, twice = x.twice,
			answered_at = x.answered_at, version = a.version + 1
		FROM jsonb_to_recordset(?::jsonb) AS x(id bigint, number integer, "from" bigint, batch_id bigint, seq integer, state text, reason text, code text, twice boolean, answered_at timestamptz)
		WHERE a.disbursement_id = x.id AND a.number = x.number AND a.version = x."from"`, jsonOf(rows))
	if err := allMoved(n, len(list), err, "A payout changed while you were looking at it; reload and decide again."); err != nil {
		return err
	}
	for _, a := range list {
		a.Version++
	}
	return nil
}

// AddLimitUses counts payouts.
func (tx *Tx) AddLimitUses(ctx context.Context, list []ledger.LimitUse) error {
	rows := make([]map[string]any, 0, len(list))
	for _, u := range list {
		rows = append(rows, map[string]any{"id": u.Disbursement, "kind": u.Kind, "key": u.Key, "fen": u.Fen})
	}
	_, err := tx.exec(ctx, "count many", `INSERT INTO limit_uses (disbursement_id, kind, key, fen, at) SELECT x.id, x.kind, x.key, x.fen, ?::timestamptz
		FROM jsonb_to_recordset(?::jsonb) AS x(id bigint, kind text, key text, fen bigint)`, tx.now, jsonOf(rows))
	return err
}

// SumLimits sums what counts under many keys, in the order asked for.
func (tx *Tx) SumLimits(ctx context.Context, of []ledger.LimitSum) ([]int64, error) {
	rows := make([]map[string]any, 0, len(of))
	for i, s := range of {
		rows = append(rows, map[string]any{"n": i, "kind": s.Kind, "key": s.Key, "since": null(s.Since)})
	}
	var found []struct {
		N   int
		Fen int64
	}
	err := tx.find(ctx, "sum many limits", &found, `SELECT x.n, coalesce(CASE WHEN x.since IS NULL THEN (SELECT k.used_fen FROM limit_keys k WHERE k.kind = x.kind AND k.key = x.key)
			ELSE (SELECT sum(u.fen)::bigint FROM limit_uses u WHERE u.kind = x.kind AND u.key = x.key AND u.released_at IS NULL AND u.at > x.since) END, 0) AS fen
		FROM jsonb_to_recordset(?::jsonb) AS x(n integer, kind text, key text, since timestamptz)`, jsonOf(rows))
	sums := make([]int64, len(of))
	for _, f := range found {
		sums[f.N] = f.Fen
	}
	return sums, err
}

// LedgerEntriesByKey finds entries by their keys.
func (tx *Tx) LedgerEntriesByKey(ctx context.Context, keys []string) (map[string]ledger.EntryID, error) {
	found := make(map[string]ledger.EntryID, len(keys))
	if len(keys) == 0 {
		return found, nil
	}
	var rows []struct {
		ID  int64
		Key string
	}
	err := tx.find(ctx, "find entries", &rows, `SELECT e.id, e.key FROM ledger_entries e WHERE e.key = ANY (ARRAY(SELECT jsonb_array_elements_text(?::jsonb)))`, jsonOf(keys))
	for _, r := range rows {
		found[r.Key] = ledger.EntryID(r.ID)
	}
	return found, err
}

// RelatedOf looks many payees up in the relatives register.
func (tx *Tx) RelatedOf(ctx context.Context, of []ledger.Kinship) ([]bool, error) {
	related := make([]bool, len(of))
	rows := []map[string]any{}
	for i, k := range of {
		for _, who := range k.People {
			if who != area.StaffID(0) {
				rows = append(rows, map[string]any{"n": i, "payee": octets(k.Payee), "who": who})
			}
		}
	}
	if len(rows) == 0 {
		return related, nil
	}
	var found []int
	err := tx.find(ctx, "look for relatives of many", &found, `SELECT DISTINCT x.n FROM jsonb_to_recordset(?::jsonb) AS x(n integer, payee bytea, who bigint)
		JOIN staff_relatives r ON r.staff_id = x.who AND r.identity_index = x.payee`, jsonOf(rows))
	for _, n := range found {
		related[n] = true
	}
	return related, err
}
