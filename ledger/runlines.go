package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// DueLine is a line with what stands beside it at the moment when it is taken up. The
// caller holds the locks of its case.
type DueLine struct {
	RunLine
	Granted   int64        // what its decision or month allows in all; zero where it is open no more
	Live      int64        // of that, what payouts carry already
	CallTaker area.StaffID // who took the case's call
	To        PayeeAccount
	Moved     bool // the case lies in another township now
}

// PayLines carries out the next lines of a signed run, in their order: each that may be
// paid is approved and held in the county's fund as its own payout, with the run's maker
// and checker. One that a rule or a limit refuses is left out with the reason, and the
// others go on. It tells what each came to.
func PayLines(ctx context.Context, tx RunTx, r *Run, due []DueLine, l Limits) ([]RunLine, []*Disbursement, error) {
	if r.State != RunSigned || len(due) == 0 || due[0].Seq != r.Worked+1 {
		return nil, nil, act.Conflict("run_moved", "The run has been carried on by somebody else.")
	}
	c := chunk{run: r, due: due, limits: l}
	if err := c.judge(ctx, tx); err != nil {
		return nil, nil, err
	}
	if err := c.measure(ctx, tx); err != nil {
		return nil, nil, err
	}
	if err := c.write(ctx, tx); err != nil {
		return nil, nil, err
	}
	lines := c.lines()
	return lines, c.paid, r.workedOff(ctx, tx, lines, c.paid)
}

// chunk is a part of a run that is carried out in one transaction.
type chunk struct {
	run    *Run
	due    []DueLine
	limits Limits

	payouts []*Disbursement // beside due; nil where a line is left out
	held    books           // the accounts of those that were not, locked
	paid    []*Disbursement // those that are written
}

// leaveOut takes a line off the run with the reason of a refusal; what is no refusal stays an error.
func (c *chunk) leaveOut(i int, because error) error {
	var fault *act.Fault
	if !errors.As(because, &fault) || !errors.Is(because, act.ErrRefused) && !errors.Is(because, act.ErrInvalid) {
		return because
	}
	c.due[i].State, c.due[i].Why = LineLeftOut, fault.Code
	if left, has := fault.Args["left_fen"].(int64); has {
		c.due[i].LeftFen = &left
	}
	c.payouts[i] = nil
	return nil
}

// judge makes the payouts and holds each to the rules that need no limit: it pays what was
// granted, once, to an account of the payee's own that two people have seen, and nobody
// who acts is related to the payee.
func (c *chunk) judge(ctx context.Context, tx RunTx) error {
	c.payouts = make([]*Disbursement, len(c.due))
	kin := make([]Kinship, len(c.due))
	for i, l := range c.due {
		d, err := c.run.payout(l, c.limits)
		if err != nil {
			return err
		}
		d.SubmittedAt, d.CheckedAt, d.ReservedAt = tx.Now(), tx.Now(), tx.Now()
		c.payouts[i], kin[i] = d, Kinship{l.Payee, []area.StaffID{c.run.MadeBy, c.run.SignedBy, l.To.EnteredBy, l.To.VerifiedBy}}
	}
	related, err := tx.RelatedOf(ctx, kin)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, l := range c.due {
		refusal := c.run.mayPay(l)
		switch {
		case refusal != nil:
		case related[i]:
			refusal = isRelative()
		case seen[c.payouts[i].purpose()]:
			refusal = payoutExists()
		default:
			seen[c.payouts[i].purpose()] = true
			continue
		}
		if err := c.leaveOut(i, refusal); err != nil {
			return err
		}
	}
	return nil
}

// purpose is what a payout is made for, once: the case, its decision or month, the kind of aid and the payee.
func (d Disbursement) purpose() string {
	return fmt.Sprintf("%d:%d:%s:%s:%x", d.Case, d.Decision, d.Period, d.AidKind, d.Payee)
}

// payout is the payout that a line becomes: both signatures are given, and the sum is held.
func (r Run) payout(l DueLine, limits Limits) (d *Disbursement, err error) {
	d = &Disbursement{PublicID: l.Payout, Case: l.Case, Decision: l.Decision, AidKind: l.AidKind, Channel: ChannelBank, Area: l.Area, Source: l.Area, Fen: l.Fen,
		Payee: l.Payee, Household: l.Household, Account: l.Account, AccountIndex: l.Index, Policy: limits.Policy, Level: LevelCounty, LevelWhy: WhyRun,
		CallTaker: l.CallTaker, Maker: r.MadeBy, MakerRole: r.MadeRole, Checker: r.SignedBy, Attempt: 1, State: StateDraft, Version: 1}
	if l.Entitlement != 0 {
		d.Period = r.Period
	}
	for _, step := range []Step{StepSubmit, StepCheck, StepReserve} {
		if d.State, err = d.State.Next(step); err != nil {
			return nil, err
		}
	}
	d.Content, err = d.contentHash()
	return d, err
}

// mayPay says whether the people of the run may pay this line, and whether it is due.
func (r Run) mayPay(l DueLine) error {
	switch {
	case l.Moved:
		return act.Refused("other_township", "The case lies in another township now; its people must pay it.")
	case l.Granted == 0:
		return act.Refused("not_approved", "The decision is not open for payment: it waits for approval, was declined, or has been paid.")
	case l.Live >= l.Granted, l.Entitlement != 0 && l.Live > 0:
		return payoutExists()
	case l.Fen != l.Granted-l.Live:
		return act.Refused("amount_differs", "A payout pays exactly what was decided; decide again where another sum is due.")
	case r.SignedBy == l.CallTaker:
		return act.Refused("call_taker_checks", "Who took the call cannot check its payout.")
	case slices.Contains([]area.StaffID{r.MadeBy, r.SignedBy}, l.To.EnteredBy), r.SignedBy == l.To.VerifiedBy:
		return act.Refused("own_account", "Who entered or verified the account cannot send the money there; a colleague must.")
	default:
		return l.To.payable(l.Case, l.Payee)
	}
}

// measure holds the payouts to their limits and to what the fund has, one after the other,
// under the locks that single payouts take, in the same order.
func (c *chunk) measure(ctx context.Context, tx RunTx) error {
	t, err := c.lockAndCount(ctx, tx)
	if err != nil {
		return err
	}
	budgets := map[LimitKey]yearly{}
	for _, d := range c.payouts {
		if d == nil {
			continue
		}
		if _, asked := budgets[d.budgetKey()]; !asked {
			if budgets[d.budgetKey()], err = yearBudget(ctx, tx, *d); err != nil {
				return err
			}
		}
	}
	var wanted []Entry
	for _, d := range c.payouts {
		if d != nil {
			wanted = append(wanted, d.entry("approve", EventApproved, d.expense(), d.payable()), d.reservation())
		}
	}
	if c.held, err = lock(ctx, tx, refsOf(wanted)); err != nil {
		return err
	}
	fund := c.held[AccountRef{Kind: Fund, Area: c.run.County}].Available()
	for i, d := range c.payouts {
		if d == nil {
			continue
		}
		refusal := capped(*d, c.limits, t.beside(*d), budgets[d.budgetKey()])
		if refusal == nil && d.Fen > fund {
			refusal = insufficient(Fund)
		}
		if refusal != nil {
			if err := c.leaveOut(i, refusal); err != nil {
				return err
			}
			continue
		}
		fund -= d.Fen
		t.add(*d)
	}
	return nil
}

// tally is what counts under keys, those of the chunk's own lines included.
type tally map[LimitKey]int64

// lockAndCount locks the keys of all lines and reads what counts under those that bind.
func (c *chunk) lockAndCount(ctx context.Context, tx RunTx) (tally, error) {
	var keys []LimitKey
	var of []LimitSum
	since := tx.Now().AddDate(0, -c.limits.HouseholdMonths, 0)
	for _, d := range c.payouts {
		if d == nil {
			continue
		}
		keys = append(keys, d.countedUnder()...)
		of = append(of, LimitSum{d.householdKey(), since}, LimitSum{d.aidKindKey(), since}, LimitSum{d.accountKey(), since}, LimitSum{LimitKey: d.budgetKey()})
	}
	slices.SortFunc(keys, compareKeys)
	if keys = slices.Compact(keys); len(keys) == 0 {
		return tally{}, nil
	}
	if err := tx.LockLimits(ctx, keys); err != nil {
		return nil, err
	}
	slices.SortFunc(of, func(a, b LimitSum) int { return compareKeys(a.LimitKey, b.LimitKey) })
	of = slices.Compact(of)
	sums, err := tx.SumLimits(ctx, of)
	t := tally{}
	for i := range sums {
		t[of[i].LimitKey] = sums[i]
	}
	return t, err
}

func compareKeys(a, b LimitKey) int {
	return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Key, b.Key))
}

func (t tally) beside(d Disbursement) counted {
	return counted{household: t[d.householdKey()], aidKind: t[d.aidKindKey()], account: t[d.accountKey()], budget: t[d.budgetKey()]}
}

func (t tally) add(d Disbursement) {
	for _, k := range d.countedUnder() {
		t[k] += d.Fen
	}
}

// write makes the payouts, counts them, and books that their sums are owed and held.
func (c *chunk) write(ctx context.Context, tx RunTx) error {
	for _, d := range c.payouts {
		if d != nil {
			c.paid = append(c.paid, d)
		}
	}
	if len(c.paid) == 0 {
		return nil
	}
	if err := tx.AddDisbursements(ctx, c.paid); err != nil {
		return err
	}
	var uses []LimitUse
	var entries []Entry
	var tries []*Attempt
	for _, d := range c.paid {
		for _, k := range d.countedUnder() {
			uses = append(uses, LimitUse{d.ID, k, d.Fen})
		}
		entries = append(entries, d.entry("approve", EventApproved, d.expense(), d.payable()), d.reservation())
		tries = append(tries, d.newAttempt())
	}
	if err := tx.AddLimitUses(ctx, uses); err != nil {
		return err
	}
	if err := c.held.write(ctx, tx, entries...); err != nil {
		return err
	}
	return tx.AddAttempts(ctx, tries)
}

// lines are what the lines of the chunk came to.
func (c *chunk) lines() []RunLine {
	out := make([]RunLine, 0, len(c.due))
	for i, l := range c.due {
		if d := c.payouts[i]; d != nil {
			l.State, l.Disbursement = LineReserved, d.ID
		}
		out = append(out, l.RunLine)
	}
	return out
}

// workedOff writes how far the run has come, and ends it after its last line.
func (r *Run) workedOff(ctx context.Context, tx RunTx, lines []RunLine, paid []*Disbursement) (err error) {
	r.Worked += len(lines)
	r.Reserved += len(paid)
	r.NextAt, r.Tries, r.Trouble = tx.Now(), 0, "" // behind the runs that have waited longer
	for _, d := range paid {
		r.ReservedFen += d.Fen
	}
	if r.Worked == r.Lines {
		if r.State, err = r.State.Next(RunStepFinish); err != nil {
			return err
		}
		r.EndedAt, r.NextAt = tx.Now(), time.Time{}
	}
	if err := tx.SaveRunLines(ctx, r.ID, lines); err != nil {
		return err
	}
	return tx.SaveRun(ctx, r)
}
