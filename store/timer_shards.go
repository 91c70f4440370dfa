package store

import (
	"context"
	"strings"
	"time"

	"example.org/hotline/internal/act"
)

// The advisory locks of this database. Never renumber: nodes of two versions may run at once.
const (
	lockShards = 0x484C0001 // who looks after which shard
	lockRelay  = 0x484C0002 // one relay at a time
)

// LeaseShards renews this process's shards for length of real time, gives back
// what exceeds its fair share among the living nodes, and takes what is free.
// owner is "node/incarnation": what an earlier incarnation of the same node
// left behind is free at once. A process whose call fails keeps what it had
// until the lease ends.
func (db *DB) LeaseShards(ctx context.Context, owner string, length time.Duration) (leases []act.Lease, err error) {
	err = db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		if _, err := tx.exec(ctx, "take turns on shards", `SELECT pg_advisory_xact_lock(?)`, lockShards); err != nil {
			return err
		}
		share, err := tx.fairShare(ctx, owner, length)
		if err != nil {
			return err
		}
		leases, err = tx.shareOut(ctx, owner, length, share)
		return err
	})
	return leases, err
}

func nodeOf(owner string) string {
	node, _, _ := strings.Cut(owner, "/")
	return node
}

// fairShare notes that this node is alive and counts who else is.
func (tx *Tx) fairShare(ctx context.Context, owner string, length time.Duration) (int, error) {
	var nodes, shards int
	err := tx.scan(ctx, "count nodes", `WITH me AS (INSERT INTO timer_nodes (node, expires_at) VALUES (?, clock_timestamp() + ? * interval '1 microsecond')
			ON CONFLICT (node) DO UPDATE SET expires_at = excluded.expires_at RETURNING node),
		old AS (DELETE FROM timer_nodes WHERE expires_at < clock_timestamp() - interval '1 hour')
		SELECT (SELECT count(*) FROM timer_nodes WHERE expires_at > clock_timestamp() AND node NOT IN (SELECT node FROM me)) + 1,
		       (SELECT count(*) FROM timer_shards)`, []any{nodeOf(owner), length.Microseconds()}, &nodes, &shards)
	if err != nil {
		return 0, err
	}
	return (shards + nodes - 1) / nodes, nil
}

func (tx *Tx) shareOut(ctx context.Context, owner string, length time.Duration, share int) ([]act.Lease, error) {
	var rows []struct {
		Shard int16
		Owner string
		Fence int64
		Live  bool
	}
	if err := tx.find(ctx, "load shards", &rows, `SELECT shard, owner, fence, expires_at > clock_timestamp() AS live FROM timer_shards ORDER BY shard`); err != nil {
		return nil, err
	}
	var leases []act.Lease
	var surplus []int16
	for _, r := range rows { // first what is ours
		switch {
		case r.Owner != owner:
		case len(leases) < share:
			leases = append(leases, act.Lease{Shard: r.Shard, Owner: owner, Fence: r.Fence})
		default:
			surplus = append(surplus, r.Shard)
		}
	}
	for _, r := range rows { // then what is nobody's
		free := !r.Live || nodeOf(r.Owner) == nodeOf(owner)
		if r.Owner != owner && free && len(leases) < share {
			leases = append(leases, act.Lease{Shard: r.Shard, Owner: owner, Fence: r.Fence + 1})
		}
	}
	for _, l := range leases {
		if _, err := tx.exec(ctx, "lease shard", `UPDATE timer_shards SET owner = ?, fence = ?, expires_at = clock_timestamp() + ? * interval '1 microsecond'
			WHERE shard = ?`, l.Owner, l.Fence, length.Microseconds(), l.Shard); err != nil {
			return nil, err
		}
	}
	if len(surplus) > 0 {
		if _, err := tx.exec(ctx, "give shards back", `UPDATE timer_shards SET expires_at = '-infinity' WHERE shard = ANY(?::smallint[])`, bigints(surplus)); err != nil {
			return nil, err
		}
	}
	return leases, nil
}

// ReleaseShards gives everything back in an orderly stop, so that nobody waits for a lease to end.
func (db *DB) ReleaseShards(ctx context.Context, owner string) error {
	return db.InTx(ctx, act.SystemDispatch, func(tx *Tx) error {
		if _, err := tx.exec(ctx, "give shards back", `UPDATE timer_shards SET expires_at = '-infinity' WHERE owner = ?`, owner); err != nil {
			return err
		}
		_, err := tx.exec(ctx, "leave", `DELETE FROM timer_nodes WHERE node = ?`, nodeOf(owner))
		return err
	})
}
