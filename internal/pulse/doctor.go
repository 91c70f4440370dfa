package pulse

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Checkup is what Redis tells of itself and of the user we come as, for
// `hotline doctor`.
type Checkup struct {
	Version string
	Policy  string   // maxmemory-policy
	User    string   // ACL user; empty where it may not ask
	Missing []string // commands that we need and the user may not use
	Excess  []string // what the user may do and should not
}

// Major is the first number of Version.
func (c Checkup) Major() int {
	major, _, _ := strings.Cut(c.Version, ".")
	n, _ := strconv.Atoi(major)
	return n
}

// Examine asks the Redis at url what `hotline doctor` wants to know. It writes
// one key of our own, which is gone after a second.
func Examine(ctx context.Context, url string) (c Checkup, err error) {
	client, err := Open(Options{URL: url})
	if err != nil {
		return Checkup{}, err
	}
	if client.rdb == nil {
		return Checkup{}, ErrDown
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	r := client.rdb
	if err := r.Ping(ctx).Err(); err != nil && !refused(err) {
		return Checkup{}, fmt.Errorf("reach Redis: %w", err)
	}
	info, err := r.Info(ctx, "server", "memory").Result()
	if refused(err) {
		c.Missing = append(c.Missing, "INFO")
	} else if err != nil {
		return Checkup{}, fmt.Errorf("ask Redis for its version and policy: %w", err)
	}
	c.Version, c.Policy = infoLine(info, "redis_version"), policyOf(info)
	c.User, _ = r.Do(ctx, "ACL", "WHOAMI").Text() // a Redis before 6 knows no users; its version is a fault of its own
	return c, c.probe(ctx, r)
}

// probe tries, on a key of our own that nobody reads, what the program does,
// and then what it never does: reading another's key and the configuration.
func (c *Checkup) probe(ctx context.Context, r redis.UniversalClient) error {
	own := KeyPrefix + "doctor"
	for _, need := range []struct {
		name string
		try  func() error
	}{
		{"ZADD", func() error { return r.ZAdd(ctx, own, redis.Z{Member: "x"}).Err() }},
		{"PEXPIRE", func() error { return r.PExpire(ctx, own, time.Second).Err() }},
		{"EVAL", func() error { return r.Eval(ctx, `return redis.call('ZCARD', KEYS[1])`, []string{own}).Err() }},
		{"SCRIPT LOAD", func() error { return r.ScriptLoad(ctx, `return 1`).Err() }},
		{"PUBLISH", func() error { return r.Publish(ctx, own, "").Err() }},
	} {
		err := need.try()
		if refused(err) {
			c.Missing = append(c.Missing, need.name)
		} else if err != nil {
			return fmt.Errorf("try %s: %w", need.name, err)
		}
	}
	for _, excess := range []struct {
		what string
		try  func() error
	}{
		{"keys outside " + KeyPrefix + "*", func() error { return r.Exists(ctx, "doctor").Err() }},
		{"CONFIG and other dangerous commands", func() error { return r.ConfigGet(ctx, "maxmemory-policy").Err() }},
	} {
		err := excess.try()
		if err == nil {
			c.Excess = append(c.Excess, excess.what)
		} else if !refused(err) {
			return fmt.Errorf("try %s: %w", excess.what, err)
		}
	}
	return nil
}

// refused recognises what the access list forbids.
func refused(err error) bool { return err != nil && strings.HasPrefix(err.Error(), "NOPERM") }

func infoLine(info, key string) string {
	for line := range strings.Lines(info) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), key+":"); ok {
			return value
		}
	}
	return ""
}
