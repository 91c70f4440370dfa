package banksim_test

import (
	"os"
	"strings"
	"testing"

	"example.org/hotline/ledger/rail/banksim"
)

// The runbook names every misbehaviour that people can ask for.
func TestTheRunbookKnowsEveryMisbehaviour(t *testing.T) {
	text, err := os.ReadFile("../../../docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range banksim.Endings() {
		if e.Digits > "9001" && e.Digits < "9008" {
			continue // one row
		}
		if !strings.Contains(string(text), e.Digits) {
			t.Errorf("docs/runbook.md does not say what %s brings about", e.Digits)
		}
	}
	for _, q := range banksim.BatchQuirks() {
		if !strings.Contains(string(text), "`"+string(q)+"`") {
			t.Errorf("docs/runbook.md does not name %s", q)
		}
	}
}
