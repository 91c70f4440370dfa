package relief

import (
	"context"
	"strconv"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// RunTx is what payment runs need beside the rest. A run is locked before its tickets.
type RunTx interface {
	Tx
	ledger.RunTx

	// DecisionsDue lists, as lines of a run, the decisions of a county that are approved and not yet paid, whose payee has a verified
	// account, and which stand on no other open run: those named by their public ids, or all up to most, the oldest first.
	DecisionsDue(ctx context.Context, county area.Code, decisions []string, most int) ([]DueDecision, error)
	// MonthDue lists, as lines of a run, what is due of a month in a county and not yet paid, whose payee has a verified account, and
	// which stands on no other open run: up to most, the oldest first. bare is how many more are due to payees without such an account, or who have died.
	MonthDue(ctx context.Context, county area.Code, month string, most int) (lines []ledger.RunLine, bare int, err error)
	// RunTickets lists the tickets of the lines of a run that are next, by ascending id.
	RunTickets(ctx context.Context, r ledger.Run, most int) ([]ticket.ID, error)
	// DueLines loads the lines of a run that are next, with what stands beside them. Their tickets are locked.
	DueLines(ctx context.Context, r ledger.Run, most int) ([]ledger.DueLine, error)
	// CountUnder sets what each line counts under now: its household may have been registered, or joined to another, since the list was made.
	CountUnder(ctx context.Context, lines []ledger.DueLine) error
}

// DueDecision is a decision that a run could pay.
type DueDecision struct {
	PublicID string
	ledger.RunLine
}

// RunInput asks for a run: of named decisions with their sums, or without any of all that are due.
type RunInput struct {
	PublicID  string // UUID made by the client, kept for the retry
	Decisions []RunDecision
}

// RunDecision is one decision and what is to be paid for it, as the maker has read it.
type RunDecision struct {
	Decision string // public id
	Fen      int64
}

// MakeRun puts a list of approved decisions together, frozen, for another person to sign.
// The county's duty officers are told.
func MakeRun(ctx context.Context, tx RunTx, in RunInput) (ledger.Run, error) {
	list := ledger.RunInput{PublicID: in.PublicID, Source: ledger.RunDecisions}
	return makeRun(ctx, tx, list, func() ([]ledger.RunLine, error) {
		due, err := tx.DecisionsDue(ctx, tx.Actor().Area, decisionIDs(in.Decisions), ledger.MostOfRun)
		if err != nil {
			return nil, err
		}
		return asked(in.Decisions, due)
	})
}

// MakeMonthRun puts together all that is due of a month and not yet paid, frozen, for another
// person to sign. What has been stopped or changed by the time when it is carried out is left out.
func MakeMonthRun(ctx context.Context, tx RunTx, publicID, month string) (ledger.Run, error) {
	first, err := time.Parse("2006-01", month)
	now := tx.Now().In(area.Shanghai)
	if err != nil || first.Before(time.Date(now.Year(), now.Month()-monthsBack, 1, 0, 0, 0, 0, time.UTC)) || first.After(time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC)) {
		return ledger.Run{}, act.Invalid("period", "run_period", "Give the month as 2026-12: within the last twelve, or the next one.")
	}
	list := ledger.RunInput{PublicID: publicID, Source: ledger.RunEntitlements, Period: month}
	return makeRun(ctx, tx, list, func() ([]ledger.RunLine, error) {
		lines, _, err := tx.MonthDue(ctx, tx.Actor().Area, month, ledger.MostOfRun)
		return lines, err
	})
}

// monthsBack is how long ago a month may lie that is still paid by a run.
const monthsBack = 12

func decisionIDs(list []RunDecision) (ids []string) {
	for _, d := range list {
		ids = append(ids, d.Decision)
	}
	return ids
}

// asked brings what is due into the order asked for, and refuses what is not due, or not in that sum.
func asked(wanted []RunDecision, due []DueDecision) (lines []ledger.RunLine, err error) {
	if len(wanted) == 0 {
		for _, d := range due {
			lines = append(lines, d.RunLine)
		}
		return lines, nil
	}
	byRef := map[string]DueDecision{}
	for _, d := range due {
		byRef[d.PublicID] = d
	}
	for i, w := range wanted {
		field := "decisions[" + strconv.Itoa(i) + "]"
		d, is := byRef[w.Decision]
		if !is {
			return nil, &act.Fault{Kind: act.ErrRefused, Code: "line_not_due", Field: field,
				Detail: "This decision cannot stand on a run now: it is not approved, is paid or on another run, or its payee has no verified account.", Args: map[string]any{"line": i + 1}}
		}
		if w.Fen != d.Fen {
			return nil, &act.Fault{Kind: act.ErrInvalid, Code: "amount_differs", Field: field, Detail: "A payout pays exactly what was decided; decide again where another sum is due.",
				Args: map[string]any{"decided_fen": d.Fen}}
		}
		delete(byRef, w.Decision) // once
		lines = append(lines, d.RunLine)
	}
	return lines, nil
}

// makeRun finds the run that a retry has made, or gathers the lines and freezes them.
func makeRun(ctx context.Context, tx RunTx, in ledger.RunInput, gather func() ([]ledger.RunLine, error)) (ledger.Run, error) {
	run, there, err := ledger.EarlierRun(ctx, tx, in)
	if err != nil || there {
		return run, err
	}
	if in.Lines, err = gather(); err != nil {
		return ledger.Run{}, err
	}
	if run, err = ledger.MakeRun(ctx, tx, in); err != nil {
		return ledger.Run{}, err
	}
	if err := tellRun(ctx, tx, run, area.RoleCountyDuty, "run_to_sign", run.Lines, run.Fen); err != nil {
		return ledger.Run{}, err
	}
	return run, auditRun(ctx, tx, run, "run.made")
}

// tellRun tells a role of the county about a run: so many payouts, and what they come to.
func tellRun(ctx context.Context, tx Tx, run ledger.Run, role area.Role, template string, count int, fen int64) error {
	_, err := tellRole(ctx, tx, ticket.Ticket{}, run.County, role, message{template, run.PublicID, map[string]string{"count": strconv.Itoa(count), "amount": ledger.Yuan(fen)}})
	return err
}

func auditRun(ctx context.Context, tx Tx, run ledger.Run, action string) error {
	return tx.Audit(ctx, act.Record{Action: action, Subject: run.Subject(), Area: run.County, Data: map[string]any{"run": run.PublicID, "lines": run.Lines, "amount_fen": run.Fen,
		"worked": run.Worked, "reserved": run.Reserved, "reserved_fen": run.ReservedFen}})
}

// SignRun is another person's word on a run, by its hash.
func SignRun(ctx context.Context, tx RunTx, publicID, contentHash string) (ledger.Run, error) {
	run, err := tx.RunForUpdate(ctx, publicID)
	if err != nil {
		return ledger.Run{}, err
	}
	if err := ledger.SignRun(ctx, tx, &run, contentHash); err != nil {
		return ledger.Run{}, err
	}
	return run, auditRun(ctx, tx, run, "run.signed")
}

// DiscardRun throws a run away that nobody has signed.
func DiscardRun(ctx context.Context, tx RunTx, publicID string) (ledger.Run, error) {
	run, err := tx.RunForUpdate(ctx, publicID)
	if err != nil {
		return ledger.Run{}, err
	}
	if err := ledger.DiscardRun(ctx, tx, &run); err != nil {
		return ledger.Run{}, err
	}
	return run, auditRun(ctx, tx, run, "run.discarded")
}

// CarryRun carries out the next lines of a signed run, which is locked, so many at most. County
// finance is told when the last one is through.
func CarryRun(ctx context.Context, tx RunTx, run *ledger.Run, most int, p *Policy) error {
	err := tx.Wherever(ctx, func() error { // a ticket may have moved to another county since
		tickets, err := tx.RunTickets(ctx, *run, most)
		if err != nil {
			return err
		}
		if err := tx.LockTickets(ctx, tickets); err != nil {
			return err
		}
		due, err := tx.DueLines(ctx, *run, most)
		if err != nil {
			return err
		}
		if err := tx.CountUnder(ctx, due); err != nil {
			return err
		}
		lines, paid, err := ledger.PayLines(ctx, tx, run, due, p.Limits.Ledger(p.Version))
		if err != nil {
			return err
		}
		return tx.Together(ctx, func() error { return tellLines(ctx, tx, *run, lines, paid) })
	})
	if err != nil {
		return err
	}
	if run.State == ledger.RunDone {
		if err := tellRun(ctx, tx, *run, area.RoleCountyFinance, "run_done", run.Reserved, run.ReservedFen); err != nil {
			return err
		}
	}
	if err := auditRun(ctx, tx, *run, "run.carried"); err != nil {
		return err
	}
	failpoint.Hit(failpoint.RunBeforeCommit)
	return nil
}

// PutOffRun has a run wait whose next part failed. The county is told where that does not end.
func PutOffRun(ctx context.Context, tx RunTx, run *ledger.Run, because error) error {
	if err := ledger.PutOffRun(ctx, tx, run, because); err != nil {
		return err
	}
	if run.Tries == ledger.TriesOfAlarm {
		for _, role := range []area.Role{area.RoleCountyDuty, area.RoleCountyFinance} {
			if err := tellRun(ctx, tx, *run, role, "run_stuck", run.Lines-run.Worked, run.Fen); err != nil {
				return err
			}
		}
	}
	return tx.Audit(ctx, act.Record{Action: "run.put_off", Subject: run.Subject(), Area: run.County, Data: map[string]any{"run": run.PublicID, "worked": run.Worked, "tries": run.Tries, "why": run.Trouble}})
}

// tellLines writes on each ticket what became of its line, as it is written of a single payout.
func tellLines(ctx context.Context, tx RunTx, run ledger.Run, lines []ledger.RunLine, paid []*ledger.Disbursement) error {
	maker, err := tx.StaffName(ctx, run.MadeBy)
	if err != nil {
		return err
	}
	signer, err := tx.StaffName(ctx, run.SignedBy)
	if err != nil {
		return err
	}
	byRef := make(map[string]*ledger.Disbursement, len(paid))
	for _, d := range paid {
		byRef[d.PublicID] = d
	}
	for _, l := range lines {
		t, err := tx.TicketForUpdate(ctx, ticket.ID(l.Case))
		if err != nil {
			return err
		}
		d, is := byRef[l.Payout]
		if !is {
			if err := ticket.Tell(ctx, tx, &t, "run.left_out", "", map[string]any{"by": signer, "run": run.PublicID, "amount_fen": l.Fen, "why": l.Why}); err != nil {
				return err
			}
			continue
		}
		for _, step := range []struct{ kind, by string }{{"disbursement.submitted", maker}, {"disbursement.checked", signer}, {"disbursement.reserved", signer}} {
			if err := told(ctx, tx, t, *d, step.kind, "", map[string]any{"by": step.by, "run": run.PublicID}); err != nil {
				return err
			}
		}
	}
	return nil
}
