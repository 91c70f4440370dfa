package flow

import "testing"

func TestWhoAsksOfTheCaller(t *testing.T) {
	yes := true
	for name, test := range map[string]struct {
		when condition
		asks bool
	}{
		"withheld":    {condition{Withheld: &yes}, false},
		"agents":      {condition{AgentsOn: "aid"}, false},
		"known":       {condition{Known: &yes}, true},
		"open ticket": {condition{OpenTicket: &yes}, true},
		"call-back":   {condition{CallbackDue: &yes}, true},
		"calls":       {condition{CallsToday: 3}, true},
	} {
		f := &Flow{src: Source{Nodes: map[string]*NodeSource{"a": {Branch: &branchNode{Cases: []branchCase{{When: test.when, Then: "b"}}}}, "b": nil}}}
		if f.AsksOfCaller() != test.asks {
			t.Errorf("%s: asks %v, want %v", name, !test.asks, test.asks)
		}
	}
}
