package localservers

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// RedisGroup is several private Redis servers that belong together, with the
// same users and passwords.
type RedisGroup struct {
	AppURL    string   // the program's user: redis+cluster:// or redis+sentinel://
	Nodes     []*Redis // of a cluster the masters; else the primary, then the replica
	Sentinels []*Redis

	locks []*folderLock
}

// masterName is what the sentinels call the server they watch.
const masterName = "hotline"

const sentinelFlag = "--sentinel"

// quickFailover is after how many milliseconds without an answer a server counts as dead.
const quickFailover = "1000"

// StartRedisCluster starts three masters without replicas under dir, joined to a Redis Cluster.
func StartRedisCluster(ctx context.Context, dir string) (*RedisGroup, error) {
	g := &RedisGroup{}
	passwords := redisState{AdminPassword: newPassword(), AppPassword: newPassword()}
	for i := range 3 {
		bus, err := choosePort(0)
		if err != nil {
			return nil, errors.Join(err, g.Stop(ctx))
		}
		if err := g.start(ctx, filepath.Join(dir, "node"+strconv.Itoa(i)), passwords, &g.Nodes, nil, func() []string {
			return []string{"cluster-enabled yes", "cluster-config-file nodes.conf", "cluster-node-timeout " + quickFailover, "cluster-port " + strconv.Itoa(bus),
				"cluster-announce-ip 127.0.0.1"}
		}); err != nil {
			return nil, errors.Join(err, g.Stop(ctx))
		}
	}
	args := []string{"--no-auth-warning", "--user", redisAdmin, "--pass", passwords.AdminPassword, "--cluster", "create"}
	for _, n := range g.Nodes {
		args = append(args, n.address())
	}
	if out, err := exec.CommandContext(ctx, "redis-cli", append(args, "--cluster-yes")...).CombinedOutput(); err != nil { //nolint:gosec // G204: our own arguments
		return nil, errors.Join(fmt.Errorf("join the Redis Cluster: %w\n%s", err, out), g.Stop(ctx))
	}
	g.AppURL = appURL("redis+cluster", passwords, g.Nodes, nil)
	return g, g.await(ctx, g.Nodes, "the cluster to agree", func(answer []string) bool { return answer[0] == "cluster_state:ok" }, "CLUSTER", "INFO")
}

// StartRedisSentinels starts a primary, a replica and three sentinels under dir.
func StartRedisSentinels(ctx context.Context, dir string) (*RedisGroup, error) {
	g := &RedisGroup{}
	passwords := redisState{AdminPassword: newPassword(), AppPassword: newPassword()}
	follow := []string{"masteruser " + redisAdmin, "masterauth " + passwords.AdminPassword, "repl-diskless-sync-delay 0"}
	if err := g.start(ctx, filepath.Join(dir, "primary"), passwords, &g.Nodes, nil, func() []string { return follow }); err != nil {
		return nil, errors.Join(err, g.Stop(ctx))
	}
	primary := strconv.Itoa(g.Nodes[0].state.Port)
	if err := g.start(ctx, filepath.Join(dir, "replica"), passwords, &g.Nodes, nil, func() []string {
		return append([]string{"replicaof 127.0.0.1 " + primary}, follow...)
	}); err != nil {
		return nil, errors.Join(err, g.Stop(ctx))
	}
	for i := range 3 {
		if err := g.start(ctx, filepath.Join(dir, "sentinel"+strconv.Itoa(i)), passwords, &g.Sentinels, []string{sentinelFlag}, func() []string {
			return []string{"sentinel monitor " + masterName + " 127.0.0.1 " + primary + " 2", "sentinel auth-user " + masterName + " " + redisAdmin,
				"sentinel auth-pass " + masterName + " " + passwords.AdminPassword, "sentinel down-after-milliseconds " + masterName + " " + quickFailover,
				"sentinel failover-timeout " + masterName + " 5000", "sentinel sentinel-user " + redisAdmin, "sentinel sentinel-pass " + passwords.AdminPassword}
		}); err != nil {
			return nil, errors.Join(err, g.Stop(ctx))
		}
	}
	g.AppURL = appURL("redis+sentinel", passwords, g.Sentinels, url.Values{"master_name": {masterName},
		"sentinel_username": {redisAdmin}, "sentinel_password": {passwords.AdminPassword}})
	// Before every sentinel knows the replica and the other sentinels, none could lead a fail-over.
	return g, g.await(ctx, g.Sentinels, "the sentinels", func(answer []string) bool {
		return after(answer, "num-slaves") == "1" && after(answer, "num-other-sentinels") == "2" && after(answer, "flags") == "master"
	}, "SENTINEL", "MASTER", masterName)
}

func (g *RedisGroup) start(ctx context.Context, dir string, passwords redisState, to *[]*Redis, args []string, extra func() []string) error {
	h, err := openHome(Options{Dir: dir})
	if err != nil {
		return err
	}
	lock, err := lockFolder(h.dir)
	if err != nil {
		return err
	}
	g.locks = append(g.locks, lock)
	program, err := redisServer()
	if err != nil {
		return err
	}
	r := &Redis{home: h, program: program, dir: h.path("redis"), state: passwords, extra: extra, args: args}
	if err := r.begin(ctx); err != nil {
		return err
	}
	*to = append(*to, r)
	return nil
}

// await asks every one of the servers until each gives the answer that is waited for.
func (g *RedisGroup) await(ctx context.Context, servers []*Redis, what string, ok func(answer []string) bool, command ...string) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		ready := 0
		for _, r := range servers {
			args := append([]string{"--no-auth-warning", "--user", redisAdmin, "--pass", r.state.AdminPassword, "-p", strconv.Itoa(r.state.Port)}, command...)
			out, err := exec.CommandContext(ctx, "redis-cli", args...).Output() //nolint:gosec // G204: our own arguments
			if words := strings.Fields(string(out)); err == nil && len(words) > 0 && ok(words) {
				ready++
			}
		}
		if ready == len(servers) {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("wait for %s: %w", what, context.Cause(ctx)), g.Stop(context.WithoutCancel(ctx)))
		case <-tick.C:
		}
	}
}

func after(words []string, name string) string {
	for i := 0; i+1 < len(words); i++ {
		if words[i] == name {
			return words[i+1]
		}
	}
	return ""
}

func (r *Redis) address() string { return "127.0.0.1:" + strconv.Itoa(r.state.Port) }

func appURL(scheme string, passwords redisState, servers []*Redis, query url.Values) string {
	if query == nil {
		query = url.Values{}
	}
	for _, s := range servers[1:] {
		query.Add("addr", s.address())
	}
	return (&url.URL{Scheme: scheme, User: url.UserPassword(redisApp, passwords.AppPassword), Host: servers[0].address(), RawQuery: query.Encode()}).String()
}

// Stop ends all servers. They keep nothing, so they are killed.
func (g *RedisGroup) Stop(context.Context) error {
	var errs []error
	for _, r := range append(append([]*Redis(nil), g.Sentinels...), g.Nodes...) {
		r.Kill()
	}
	for _, l := range g.locks {
		errs = append(errs, l.release())
	}
	return errors.Join(errs...)
}
