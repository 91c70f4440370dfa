package ledger

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// The runs' part of the histories: whoever may puts lists together, of people who came or of
// those that a colluder thinks of; another signs, and the program carries them out some lines
// at a time, with everything else going on between.

// payRuns makes a list, signs one, or carries one on.
func (h *collusion) payRuns() {
	open := slices.DeleteFunc(slices.Clone(h.runs), func(r filedRun) bool { return r.State != RunDraft && r.State != RunSigned })
	if len(open) == 0 || h.dice.IntN(3) == 0 {
		h.makeRun()
		return
	}
	r := pick(h, open)
	if r.State == RunSigned {
		h.carryRun(r.Run)
		return
	}
	who := pick(h, h.people)
	for range 4 { // seldom somebody who may not
		if !slices.Contains(r.NextActs(who), "sign") {
			who = pick(h, h.people)
		}
	}
	if h.colludes(r.MadeBy) && !h.colludes(who.StaffID) {
		return
	}
	run := r.Run
	h.tries(who, func(ctx context.Context) error {
		if h.dice.IntN(10) == 0 {
			return DiscardRun(ctx, h, &run)
		}
		return SignRun(ctx, h, &run, hex.EncodeToString(run.Content))
	})
}

func (h *collusion) makeRun() {
	who := pick(h, h.people)
	for range 4 {
		if MayMakeRun(who) != nil {
			who = pick(h, h.people)
		}
	}
	by := who
	if !h.colludes(who.StaffID) {
		by = pick(h, h.people) // who typed the card
	}
	var lines []RunLine
	for range 1 + h.dice.IntN(5) {
		lines = append(lines, h.runLine(who, by))
	}
	h.offers++
	h.tries(who, func(ctx context.Context) error {
		_, err := MakeRun(ctx, h, RunInput{PublicID: fmt.Sprintf("%08d-0000-4000-8000-000000000003", h.offers), Source: RunDecisions, Lines: lines})
		return err
	})
}

// runLine is somebody to be paid: a citizen, a relative, or nobody at all.
func (h *collusion) runLine(who, by act.Actor) RunLine {
	h.cases++
	n := h.dice.IntN(6)
	l := RunLine{Payout: fmt.Sprintf("%08d-0000-4000-8000-000000000000", h.cases), Case: CaseID(h.dice.IntN(h.cases) + 1), Decision: DecisionID(h.cases), AidKind: pick(h, []string{"urgent", "urgent", "heating"}),
		Area: pick(h, []area.Code{town, neighbours}), Fen: pick(h, []int64{20_000, 100_000, 300_000, 600_000}), Payee: fmt.Appendf(nil, "citizen-%d", n), Household: fmt.Appendf(nil, "household-%d", n/2)}
	if h.colludes(who.StaffID) {
		switch invented := h.dice.IntN(3); {
		case invented == 1 || h.mule:
			l.Payee = fmt.Appendf(nil, "nobody-%d", h.cases)
			l.Household = l.Payee
		case invented == 0:
			l.Payee = []byte(h.relatives[pick(h, h.bad)])
			l.Household = l.Payee
		}
	}
	if len(h.payouts) > 0 && h.dice.IntN(6) == 0 { // what is paid, or under way
		d := pick(h, h.payouts)
		l.Case, l.Decision, l.AidKind, l.Area, l.Fen, l.Payee, l.Household = d.Case, d.Decision, d.AidKind, d.Area, d.Fen, d.Payee, d.Household
	}
	a := h.card(l.Case, l.Payee, by)
	l.Account, l.Index = a.ID, a.Index
	return l
}

// carryRun takes a run some lines further.
func (h *collusion) carryRun(r Run) {
	most := 1 + h.dice.IntN(3)
	before := len(h.payouts)
	h.tries(act.SystemRuns, func(ctx context.Context) error {
		_, _, err := PayLines(ctx, h, &r, h.dueLines(r, most), townLimits)
		return err
	})
	for _, d := range h.payouts[before:] {
		if most, set := h.budgets[budgetOf(d.AidKind, d.year())]; set && h.spent(d.AidKind, d.year()) > most {
			h.over = fmt.Sprintf("a run passes the budget of %d for %s: %d of %d", d.year(), d.AidKind, h.spent(d.AidKind, d.year()), most)
		}
		to := h.accountOf(d)
		if r.SignedBy == r.MadeBy || to.VerifiedBy == 0 || slices.Contains([]area.StaffID{r.MadeBy, r.SignedBy}, to.EnteredBy) || to.VerifiedBy == r.SignedBy {
			h.over = fmt.Sprintf("a run pays on too few people's word: %+v", d)
		}
		if who := []area.StaffID{to.EnteredBy, to.VerifiedBy}; slices.ContainsFunc(who, func(s area.StaffID) bool { return h.relatives[s] == string(d.Payee) }) && !h.blind.relatives {
			h.over = fmt.Sprintf("a run pays to an account that a relative has named: %+v", d)
		}
	}
}

// dueLines are the next lines of a run as the books stand.
func (h *collusion) dueLines(r Run, most int) (due []DueLine) {
	for _, l := range h.runs[r.ID-1].lines[r.Worked:min(r.Lines, r.Worked+most)] {
		d := DueLine{RunLine: l, Granted: l.Fen, CallTaker: h.taker, To: h.cards[l.Account-1]}
		for _, p := range h.payouts {
			if p.Decision == l.Decision && p.State.Live() {
				d.Live += p.Fen
			}
		}
		due = append(due, d)
	}
	return due
}
