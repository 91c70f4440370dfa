package configs

import (
	"testing"
	"time"

	"example.org/hotline/ivr/flow"
)

func TestTheShippedFlowIsSound(t *testing.T) {
	flows, err := LoadFlows("", flow.Environment{Prompt: func(string) (time.Duration, bool) { return time.Second, true }})
	if err != nil {
		t.Fatal(err)
	}
	if err := flows.Prove(); err != nil {
		t.Fatal(err)
	}
	if f := flows.For("12349"); f == nil || f.Version() != "12349-2026.1" {
		t.Errorf("12349 is served by %v", f)
	}
}
