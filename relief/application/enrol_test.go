package application

import (
	"slices"
	"testing"

	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
)

// The rules name registers by the codes that the register of people has.
func TestTheRulesKnowTheRegisters(t *testing.T) {
	var kinds []string
	for _, k := range people.RegisterKinds() {
		kinds = append(kinds, string(k))
	}
	if !slices.Equal(kinds, rule.Registers()) {
		t.Errorf("people have %v, rules %v", kinds, rule.Registers())
	}
}
