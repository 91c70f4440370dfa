package servers

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"example.org/hotline/internal/localservers"
)

// HintsEnv names the environment variable that says on which kind of Redis the
// conformance suites of pulse, timers and queue run: empty for one server, or
// off, cluster, sentinel.
const HintsEnv = "HOTLINE_TEST_REDIS"

// Hints is the Redis of one conformance test, of whatever kind the run asks for.
type Hints struct {
	AppURL string // the program's address of it; empty: off
	Kind   string // as in HintsEnv

	t     testing.TB
	nodes []*localservers.Redis
}

// RedisOfKind starts the Redis of a conformance test. A test that needs one is
// skipped in a run without.
func RedisOfKind(t testing.TB) *Hints {
	t.Helper()
	h := RedisOrNone(t)
	if h.Kind == "off" {
		t.Skip("this run is without Redis")
	}
	return h
}

// RedisOrNone is RedisOfKind for a test that holds without Redis too.
func RedisOrNone(t testing.TB) *Hints {
	t.Helper()
	h := &Hints{Kind: os.Getenv(HintsEnv), t: t}
	switch h.Kind {
	case "":
		one := Redis(t)
		h.AppURL, h.nodes = one.AppURL, []*localservers.Redis{one}
	case "cluster":
		h.of(startGroup(t, localservers.StartRedisCluster))
	case "sentinel":
		h.of(startGroup(t, localservers.StartRedisSentinels))
	case "off":
	default:
		t.Fatalf("%s must be empty, off, cluster or sentinel", HintsEnv)
	}
	return h
}

func (h *Hints) of(g *localservers.RedisGroup) { h.AppURL, h.nodes = g.AppURL, g.Nodes }

// Admin runs a command on every server that takes writes, as the administrator.
func (h *Hints) Admin(words ...string) {
	h.t.Helper()
	for _, n := range h.nodes {
		out, err := exec.CommandContext(h.t.Context(), "redis-cli", append([]string{"--no-auth-warning", "-u", n.AdminURL}, words...)...).CombinedOutput()
		text := strings.TrimSpace(string(out))
		replica := h.Kind == "sentinel" && strings.HasPrefix(text, "READONLY")
		if err != nil || !replica && text != "OK" {
			h.t.Fatalf("%s: %s (%v)", strings.Join(words, " "), text, err)
		}
	}
}

// Fail kills the server, one master of the cluster, or the primary, as kill -9 would.
func (h *Hints) Fail() {
	if len(h.nodes) > 0 {
		h.nodes[0].Kill()
	}
}

// Recover brings back what Fail has killed. Sentinels have promoted the replica
// meanwhile, or do so now, and make the one that comes back follow it.
func (h *Hints) Recover() {
	h.t.Helper()
	if len(h.nodes) == 0 || h.Kind == "sentinel" {
		return // the fail-over itself is the recovery
	}
	if err := h.nodes[0].Start(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

func startGroup(t testing.TB, start func(context.Context, string) (*localservers.RedisGroup, error)) *localservers.RedisGroup {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	g, err := start(ctx, Folder(t))
	if err != nil {
		t.Fatalf("start private servers: %v", err)
	}
	t.Cleanup(func() {
		if err := g.Stop(context.Background()); err != nil {
			t.Errorf("stop private servers: %v", err)
		}
	})
	return g
}

// AdminOf runs commands on one server as its administrator; each must answer OK.
func AdminOf(t testing.TB, r *localservers.Redis) func(words ...string) {
	return (&Hints{t: t, nodes: []*localservers.Redis{r}}).Admin
}
