package store

import (
	"context"
	"encoding/hex"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
)

// CountUnder sets what each line of a run counts under as LimitIndex finds it for a
// single payout: the household may have been registered, or joined to another, since
// the list was made. Whoever joins or parts records waits until this transaction ends.
func (tx *Tx) CountUnder(ctx context.Context, lines []ledger.DueLine) error {
	if err := tx.lockPayees(ctx, lines); err != nil {
		return err
	}
	return tx.everywhere(ctx, func() error {
		households, err := tx.householdsOf(ctx, lines)
		if err != nil {
			return err
		}
		indexes, err := tx.holdHouseholds(ctx, households)
		if err != nil {
			return err
		}
		for i := range lines {
			lines[i].Household = lines[i].Payee
			if h := households[i]; h != 0 {
				lines[i].Household = indexes[h]
			}
		}
		return nil
	})
}

// lockPayees is LockPayee for all at once, in one order.
func (tx *Tx) lockPayees(ctx context.Context, lines []ledger.DueLine) error {
	keys := make([]int64, 0, len(lines))
	for _, l := range lines {
		keys = append(keys, lockKey(payeeLock(l.Payee)))
	}
	slices.Sort(keys)
	_, err := tx.exec(ctx, "lock payees", `SELECT pg_advisory_xact_lock(k) FROM (SELECT k::bigint AS k FROM jsonb_array_elements_text(?::jsonb) WITH ORDINALITY AS x(k, n) ORDER BY n) y`, jsonOf(slices.Compact(keys)))
	return err
}

// householdsOf finds whose sums each line adds to, zero where no household is known.
func (tx *Tx) householdsOf(ctx context.Context, lines []ledger.DueLine) ([]int64, error) {
	type who struct {
		N      int    `json:"n"`
		Ticket int64  `json:"ticket"`
		Payee  string `json:"payee"`
	}
	asked := make([]who, len(lines))
	for i, l := range lines {
		asked[i] = who{i, int64(l.Case), hex.EncodeToString(l.Payee)}
	}
	var rows []struct {
		N int
		H int64
	}
	err := tx.find(ctx, "find whom the lines of a run count for", &rows, `SELECT x.n, coalesce((SELECT c.household_id FROM case_households c WHERE c.ticket_id = x.ticket AND c.unlinked_at IS NULL),
			(SELECT m.household_id FROM persons p JOIN memberships m ON m.person_id = p.id AND m.until IS NULL WHERE p.identity_index = decode(x.payee, 'hex') AND p.merged_into IS NULL), 0) AS h
		FROM jsonb_to_recordset(?::jsonb) AS x(n integer, ticket bigint, payee text)`, jsonOf(asked))
	households := make([]int64, len(lines))
	for _, r := range rows {
		households[r.N] = r.H
	}
	return households, err
}

// holdHouseholds holds households as they are until the transaction ends, and tells what they count under.
func (tx *Tx) holdHouseholds(ctx context.Context, households []int64) (map[int64][]byte, error) {
	ids := slices.DeleteFunc(slices.Clone(households), func(h int64) bool { return h == 0 })
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var rows []struct {
		ID         int64
		LimitIndex []byte
	}
	err := tx.find(ctx, "hold the households of a run", &rows, `SELECT id, limit_index FROM households WHERE id = ANY (ARRAY(SELECT jsonb_array_elements_text(?::jsonb)::bigint)) AND merged_into IS NULL ORDER BY id FOR SHARE`, jsonOf(ids))
	if err != nil {
		return nil, err
	}
	if len(rows) != len(ids) {
		return nil, act.Conflict("household_changed", "The household's records were joined or parted at this moment; try again. Nothing was written.")
	}
	indexes := make(map[int64][]byte, len(rows))
	for _, r := range rows {
		indexes[r.ID] = r.LimitIndex
	}
	return indexes, nil
}
