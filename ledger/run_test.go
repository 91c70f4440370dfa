package ledger

import (
	"errors"
	"slices"
	"testing"

	"example.org/hotline/internal/act"
)

// Every state of a run beside every step: only what the picture shows is possible.
func TestRunStates(t *testing.T) {
	want := map[RunState]map[RunStep]RunState{
		RunDraft:  {RunStepSign: RunSigned, RunStepDiscard: RunDiscarded},
		RunSigned: {RunStepFinish: RunDone},
	}
	for _, s := range append(RunStates(), "") {
		for _, step := range RunSteps() {
			next, err := s.Next(step)
			if expected, possible := want[s][step]; possible && (err != nil || next != expected) || !possible && (next != "" || !errors.Is(err, act.ErrRefused)) {
				t.Errorf("%q ─%s▶ %q (%v)", s, step, next, err)
			}
			if next != "" && !slices.Contains(RunStates(), next) {
				t.Errorf("%q ─%s▶ %q is no state", s, step, next)
			}
		}
	}
}

// The hash changes with everything that a signer reads.
func TestRunHash(t *testing.T) {
	run := Run{PublicID: "a", County: county, Source: RunDecisions}
	line := RunLine{Seq: 1, Payout: "p", Case: 1, Decision: 2, AidKind: "urgent", Area: town, Fen: 100, Payee: []byte{1}, Household: []byte{2}, Account: 3, Index: []byte{4}}
	seen := map[string]bool{}
	add := func(what string, r Run, lines ...RunLine) {
		t.Helper()
		hash, err := r.contentHash(lines)
		if err != nil || seen[string(hash)] {
			t.Errorf("%s does not change the hash (%v)", what, err)
		}
		seen[string(hash)] = true
	}
	add("nothing", run, line)
	add("one more line", run, line, line)
	for what, change := range map[string]func(*Run, *RunLine){
		"the id": func(r *Run, _ *RunLine) { r.PublicID = "b" }, "the county": func(r *Run, _ *RunLine) { r.County = "990102000000" },
		"the source": func(r *Run, _ *RunLine) { r.Source = RunEntitlements }, "the month": func(r *Run, _ *RunLine) { r.Period = "2026-12" },
		"the place": func(_ *Run, l *RunLine) { l.Seq = 2 }, "the payout": func(_ *Run, l *RunLine) { l.Payout = "q" }, "the case": func(_ *Run, l *RunLine) { l.Case = 2 },
		"the decision": func(_ *Run, l *RunLine) { l.Decision = 3 }, "the entitlement": func(_ *Run, l *RunLine) { l.Entitlement = 3 }, "the aid": func(_ *Run, l *RunLine) { l.AidKind = "heating" },
		"the township": func(_ *Run, l *RunLine) { l.Area = neighbours }, "the sum": func(_ *Run, l *RunLine) { l.Fen++ }, "the payee": func(_ *Run, l *RunLine) { l.Payee = []byte{2} },
		"the household": func(_ *Run, l *RunLine) { l.Household = []byte{1} }, "the account's version": func(_ *Run, l *RunLine) { l.Account = 4 }, "the account": func(_ *Run, l *RunLine) { l.Index = []byte{5} },
	} {
		r, l := run, line
		change(&r, &l)
		add(what, r, l)
	}
}
