package pulse

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// errAddress says no more than that: the text of an address may hold a password.
var errAddress = errors.New("read the Redis address: it is no redis://, redis+cluster:// or redis+sentinel:// URL")

// connect prepares a client. It does not dial. The address names one server, a
// Redis Cluster, or the sentinels that know the server; further servers of a
// cluster, or sentinels, are given by addr, as often as there are.
//
//	redis://user:password@host:6379/0
//	redis+cluster://user:password@one:6379?addr=two:6379&addr=three:6379
//	redis+sentinel://user:password@one:26379?addr=two:26379&addr=three:26379&master_name=hotline
//
// With rediss in place of redis the connection is encrypted. Sentinels are
// asked as the same user with the same password, or as sentinel_username with
// sentinel_password where the query gives them.
func connect(address string) (redis.UniversalClient, error) {
	quietly.Do(func() { redis.SetLogger(quiet{}) })
	scheme, rest, _ := strings.Cut(address, "://")
	plain, form, _ := strings.Cut(scheme, "+")
	switch {
	case form == "":
		return connectOne(address)
	case form == "cluster" && strings.HasPrefix(plain, "redis"):
		return connectCluster(plain + "://" + rest)
	case form == "sentinel" && strings.HasPrefix(plain, "redis"):
		return connectSentinel(plain + "://" + rest)
	}
	return nil, errAddress
}

// Of every form: a command that timed out may have been carried out. Retried, a
// claim would park a whole batch for the length of a lease.
const noRetries = -1

func connectOne(address string) (redis.UniversalClient, error) {
	o, err := redis.ParseURL(address)
	if err != nil {
		return nil, errAddress
	}
	o.MaxRetries, o.DialerRetries = noRetries, 1
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = commandTimeout, commandTimeout, commandTimeout, commandTimeout
	o.ContextTimeoutEnabled = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClient(o), nil
}

// connectCluster follows one redirection, which is how a cluster tells that a
// slot has moved. go-redis may use it to ask the same node again instead; what a
// claim has parked by that the sweep fires meanwhile.
func connectCluster(address string) (redis.UniversalClient, error) {
	o, err := redis.ParseClusterURL(address)
	if err != nil {
		return nil, errAddress
	}
	o.MaxRetries, o.MaxRedirects, o.DialerRetries = noRetries, 1, 1
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = commandTimeout, commandTimeout, commandTimeout, commandTimeout
	o.ContextTimeoutEnabled = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return redis.NewClusterClient(o), nil
}

func connectSentinel(address string) (redis.UniversalClient, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errAddress
	}
	query := u.Query()
	user, password := query.Get("sentinel_username"), query.Get("sentinel_password")
	query.Del("sentinel_username")
	query.Del("sentinel_password")
	u.RawQuery = query.Encode()
	o, err := redis.ParseFailoverURL(u.String())
	if err != nil || o.MasterName == "" {
		return nil, errAddress
	}
	// go-redis takes the address's user for the sentinels' and wants the server's in the query, where nobody looks for it.
	o.Username, o.Password = o.SentinelUsername, o.SentinelPassword
	if password != "" {
		o.SentinelUsername, o.SentinelPassword = user, password
	}
	o.MaxRetries, o.DialerRetries = noRetries, 1
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = commandTimeout, commandTimeout, commandTimeout, commandTimeout
	o.ContextTimeoutEnabled = true
	return redis.NewFailoverClient(o), nil
}

// eachMaster asks every server that holds a part of the data, and fails where one does not answer.
func eachMaster(ctx context.Context, c redis.UniversalClient, ask func(context.Context, redis.UniversalClient) error) error {
	if cluster, ok := c.(*redis.ClusterClient); ok {
		return cluster.ForEachMaster(ctx, func(ctx context.Context, one *redis.Client) error { return ask(ctx, one) })
	}
	return ask(ctx, c)
}

// policies lists the eviction policy of each of those servers.
func policies(ctx context.Context, c redis.UniversalClient) ([]string, error) {
	var mu sync.Mutex
	var found []string
	err := eachMaster(ctx, c, func(ctx context.Context, one redis.UniversalClient) error {
		info, err := one.Info(ctx, "memory").Result()
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		found = append(found, policyOf(info))
		return nil
	})
	return found, err
}

// go-redis writes every failed connection to the standard error, past our log.
// What it has to say, the state says once.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

var quietly sync.Once
