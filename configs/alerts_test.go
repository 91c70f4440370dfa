package configs

import (
	"strings"
	"testing"
	"testing/fstest"

	"example.org/hotline/ticket"
)

// What a rule of alerts says wrong is told with file and line.
func TestAFaultOfTheRulesOfAlertsHasItsLine(t *testing.T) {
	const sound = "version: discovery-x\nvalid_from: 2021-01-01\nreports: {claim_days: 30}\nvisits: {lines: [{line: tier1, every: quarter}]}\nalerts:\n  window_days: 14\n  kinds:\n    - {kind: medical_bill, priority: P3, urgent_from_fen: 100}\n"
	load := func(text string) (*Policies, error) {
		p, all := new(Policies), faultList{}
		p.loadDiscoveries(fstest.MapFS{"policy/discovery-x.yaml": {Data: []byte(text)}}, &all)
		return p, all.err()
	}
	p, err := load(sound)
	if err != nil {
		t.Fatal(err)
	}
	rule, ok := p.Discovery.On("2026-01-01").Alerts.Of(ticket.AlertMedicalBill)
	if !ok || rule.For(99) != ticket.P3 || rule.For(100) != ticket.P2 {
		t.Errorf("the rule: %+v", rule)
	}
	for _, tt := range []struct{ old, broken, at string }{
		{"kind: medical_bill", "kind: lottery", "policy/discovery-x.yaml:8"},
		{"priority: P3", "priority: P1", "policy/discovery-x.yaml:8"},
		{"window_days: 14", "window_days: 0", "policy/discovery-x.yaml:6"},
		{"window_days: 14", "windowdays: 14", "policy/discovery-x.yaml:6"},
		{"urgent_from_fen: 100", "urgent_from_fen: -1", "policy/discovery-x.yaml:8"},
	} {
		if _, err := load(strings.Replace(sound, tt.old, tt.broken, 1)); err == nil || !strings.Contains(err.Error(), tt.at) {
			t.Errorf("%s: %v, want %s", tt.broken, err, tt.at)
		}
	}
}
