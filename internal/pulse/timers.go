package pulse

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed lua/claim.lua
var claimLua string

//go:embed lua/ack.lua
var ackLua string

//go:embed lua/return.lua
var returnLua string

// Scripts run by EVALSHA and fall back to EVAL when the server has forgotten
// them (restart, failover, SCRIPT FLUSH). Never within a pipeline, where the
// fall-back does not happen.
var (
	claimScript  = redis.NewScript(claimLua)
	ackScript    = redis.NewScript(ackLua)
	returnScript = redis.NewScript(returnLua)
)

// MostClaimed is the largest batch of a claim: a script holds up all of Redis.
const MostClaimed = 500

// Due is one entry of the index.
type Due struct {
	ID int64
	At time.Time // application time
}

// score rounds up, so that no claim comes before its time.
func (d Due) score() int64 { return (d.At.UnixMicro() + 999) / 1000 }

// Claim is the answer to a claim.
type Claim struct {
	IDs   []int64
	Next  time.Time // when the next entry falls due, zero if there is none
	Stale bool      // the index was lost or rebuilt by another: see Generation
}

// Generation returns the generation of a shard's index, making it fresh where
// there is none; made tells which. Entries may be added at once: a claim sees
// a partly filled index, which is only late, never wrong.
func (c *Client) Generation(ctx context.Context, shard int16, fresh string) (gen string, made bool, err error) {
	key := shardKeys(shard).meta()
	err = c.do(func() (err error) {
		if made, err = c.rdb.HSetNX(ctx, key, "gen", fresh).Result(); err != nil || made {
			gen = fresh
			return err
		}
		gen, err = c.rdb.HGet(ctx, key, "gen").Result()
		return err
	})
	return gen, made, err
}

// ClaimTimers takes up to most entries that are due at now (application time),
// and such whose claimer's lease has ended, under a lease.
func (c *Client) ClaimTimers(ctx context.Context, shard int16, gen string, now time.Time, most int, lease time.Duration) (Claim, error) {
	keys, real := shardKeys(shard), time.Now()
	var answer []any
	err := c.do(func() (err error) {
		answer, err = claimScript.Run(ctx, c.rdb, []string{keys.due(), keys.flight(), keys.meta()},
			gen, now.UnixMilli(), min(most, MostClaimed), real.UnixMilli(), real.Add(lease).UnixMilli()).Slice()
		return err
	})
	if err != nil {
		return Claim{}, fmt.Errorf("claim timers of shard %d: %w", shard, err)
	}
	return readClaim(answer)
}

func readClaim(answer []any) (Claim, error) {
	bad := fmt.Errorf("claim timers: unexpected answer of %d parts", len(answer))
	if len(answer) < 2 {
		return Claim{}, bad
	}
	status, ok1 := answer[0].(int64)
	next, ok2 := answer[1].(string)
	if !ok1 || !ok2 {
		return Claim{}, bad
	}
	claim := Claim{Stale: status == 0}
	if ms, err := strconv.ParseFloat(next, 64); err == nil && ms >= 0 {
		claim.Next = time.UnixMilli(int64(ms)).UTC()
	}
	for _, part := range answer[2:] {
		text, _ := part.(string)
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			continue // not ours; the lease keeps it out of the way and nothing fires
		}
		claim.IDs = append(claim.IDs, id)
	}
	return claim, nil
}

// AckTimers forgets entries whose timers have ended.
func (c *Client) AckTimers(ctx context.Context, shard int16, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	keys := shardKeys(shard)
	return c.do(func() error { return ackScript.Run(ctx, c.rdb, []string{keys.due(), keys.flight()}, args...).Err() })
}

// ReturnTimers puts claimed entries back under their true due time.
func (c *Client) ReturnTimers(ctx context.Context, shard int16, entries []Due) error {
	if len(entries) == 0 {
		return nil
	}
	args := make([]any, 0, 2*len(entries))
	for _, e := range entries {
		args = append(args, e.score(), e.ID)
	}
	keys := shardKeys(shard)
	return c.do(func() error { return returnScript.Run(ctx, c.rdb, []string{keys.due(), keys.flight()}, args...).Err() })
}

// AddTimers puts entries into the index. Those that are there stay as they are,
// but for one that has been brought forward.
func (c *Client) AddTimers(ctx context.Context, shard int16, entries []Due) error {
	if len(entries) == 0 {
		return nil
	}
	members := make([]redis.Z, len(entries))
	for i, e := range entries {
		members[i] = redis.Z{Score: float64(e.score()), Member: e.ID}
	}
	return c.do(func() error { return c.rdb.ZAddLT(ctx, shardKeys(shard).due(), members...).Err() })
}

// Indexed counts the entries of a shard, waiting and claimed.
func (c *Client) Indexed(ctx context.Context, shard int16) (n int64, err error) {
	keys := shardKeys(shard)
	err = c.do(func() error {
		waiting, err := c.rdb.ZCard(ctx, keys.due()).Result()
		if err != nil {
			return err
		}
		claimed, err := c.rdb.ZCard(ctx, keys.flight()).Result()
		n = waiting + claimed
		return err
	})
	return n, err
}
