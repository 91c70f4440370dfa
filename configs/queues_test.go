package configs

import (
	"strings"
	"testing"
	"time"

	"example.org/hotline/ivr/acd"
)

func TestTheShippedQueuesAreSound(t *testing.T) {
	config, err := LoadQueues("")
	if err != nil {
		t.Fatal(err)
	}
	q := config.Queue("aid")
	if len(config.Queues) != 1 || q.Strategy != acd.LongestIdle || q.ServiceLevel != (acd.ServiceLevel{Target: 0.85, Within: 15 * time.Second}) {
		t.Errorf("the queue of the line: %+v", q)
	}
	if !config.PauseKnown("meal") || config.PauseKnown(acd.PauseUnanswered) {
		t.Error("agents choose from the city's reasons, and from no other")
	}
}

func TestFaultsOfQueuesNameLineAndFix(t *testing.T) {
	for _, c := range []struct{ old, fresh, want string }{
		{"strategy: longest_idle", "strategy: longest-idle", ":9: queues[0].strategy: must be one of"},
		{"target: 0.85 ", "target: 85 ", ":11: queues[0].service_level.target: must be above 0 and at most 1"},
		{"within: 15s", "within: 15", ":12: queues[0].service_level.within: must be a duration with its unit"},
		{"ring: 20s", "ring: 1s", ":13: queues[0].ring: must be from 3s to 2m0s"},
		{"wrap_up: 30s", "wrap_up: -1s", ":14: queues[0].wrap_up: must be from 0s"},
		{"auto_pause: 3", "auto_pause: 30", ":18: queues[0].auto_pause: must be from 0 (never) to 20"},
		{"prefer_for: 5s", "prefer_for: 1m", ":19: queues[0].prefer_for: must be from 0s to 10s"},
		{"{after: 45s, most: 0}", "{after: 10s, most: 0}", ":23: queues[0].relax[1]: must come later"},
		{"key: meal,", "key: unanswered,", ":26: pauses[0].key: must be a key of its own"},
		{"key: rest,", "key: meal,", ":27: pauses[1].key: must be a key of its own"},
		{"zh: 打错电话, ", "", ":39: dispositions[6]: needs its words in zh and en"},
		{`"dialect:local"`, "Dialect", ":45: skills[0].key: must be a key of its own"},
		{"    zh: 救助热线\n", "", ":6: queues[0]: needs its name in zh and en"},
		{"    ring: 20s", "    rings: 20s", ":13: queues[0].rings: unknown key"},
	} {
		text := string(builtInQueues)
		if !strings.Contains(text, c.old) {
			t.Fatalf("queues.yaml does not hold %q", c.old)
		}
		_, err := parseQueues("queues.yaml", []byte(strings.Replace(text, c.old, c.fresh, 1)))
		if err == nil || !strings.Contains(err.Error(), "queues.yaml"+c.want) {
			t.Errorf("%q: %v\nwant %s", c.fresh, err, c.want)
		}
	}
	if _, err := parseQueues("queues.yaml", []byte("pauses: []\n")); err == nil || !strings.Contains(err.Error(), "needs at least one queue") {
		t.Errorf("no queue at all: %v", err)
	}
	if _, err := LoadQueues("nowhere.yaml"); err == nil {
		t.Error("a file that is not there was read")
	}
}
