package application

import (
	"context"
	"errors"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

var changeEvents = map[RulingKind]Event{RuleAdjust: EventAdjust, RuleSuspend: EventSuspend, RuleResume: EventResume, RuleExit: EventExit}

// change weighs an adjustment, a suspension, a return or an end of what is paid. A sum
// comes out of a new assessment; less, or nothing, asks that the person was heard.
func (p *proposal) change(ctx context.Context, tx Tx) error {
	if _, err := p.a.State.Next(changeEvents[p.in.Kind]); err != nil {
		return err
	}
	current, err := tx.OpenEntitlement(ctx, p.a.ID)
	if err != nil && !errors.Is(err, act.ErrNotFound) {
		return err
	}
	down := p.in.Kind == RuleSuspend || p.in.Kind == RuleExit
	p.ruling.Fen = current.Fen // whose word it needs goes by what is at stake
	if p.in.Kind == RuleAdjust || p.in.Kind == RuleResume {
		done, err := freshAssessment(ctx, tx, *p.a, p.h, p.rules)
		if err != nil {
			return err
		}
		switch {
		case done.Due.Fen <= 0:
			return act.Refused("not_due", "By the rules this aid is not due any more; propose its end.")
		case p.in.Kind == RuleAdjust && done.Due.Fen == current.Fen && slices.Equal(done.Due.Persons, current.Members):
			return act.Refused("nothing_changes", "By the rules the household gets what it gets already.")
		}
		p.ruling.Assessment, p.ruling.Fen = done.ID, done.Due.Fen
		down = p.in.Kind == RuleAdjust && done.Due.Fen < current.Fen
	}
	if down && !needsNoHearing(p.in) {
		return p.heardBefore(ctx, tx)
	}
	return nil
}

// needsNoHearing is true where nobody is left to be heard, or the person has asked for
// the end themselves.
func needsNoHearing(in ProposeInput) bool {
	return in.Kind == RuleExit && (in.ReasonCode == ReasonDied || in.ReasonCode == ReasonVoluntary)
}

// heardBefore refuses a cut of which the person was not heard (社会救助法 Art 48).
func (p *proposal) heardBefore(ctx context.Context, tx Tx) error {
	_, err := tx.UnusedHearing(ctx, p.a.ID, HearingBeforeCut)
	if errors.Is(err, act.ErrNotFound) {
		return act.Refused("hearing_first", "Hear the person first, or invite them in time: before aid is cut, suspended or ended they have their say.")
	}
	return err
}

// changed carries out what was confirmed. What was due for a month that has begun stays.
func (x *answering) changed(ctx context.Context, tx Tx, rules Rules) error {
	today := ticket.DateOf(tx.Now())
	this := rule.MonthOf(today)
	hearing, err := tx.UnusedHearing(ctx, x.a.ID, HearingBeforeCut)
	if err == nil {
		err = tx.UseHearing(ctx, hearing, x.r.ID)
	}
	if err != nil && !errors.Is(err, act.ErrNotFound) {
		return err
	}
	from := this.Add(1)
	switch x.r.Kind {
	case RuleAdjust:
		err = x.adjusted(ctx, tx, rules, this)
	case RuleSuspend:
		_, _, err = endCurrent(ctx, tx, x.a, this, EndSuspended, x.r.ReasonCode)
	case RuleResume:
		from = x.v.FirstPayMonth(today)
		err = x.entitledAnew(ctx, tx, rules, Entitlement{From: from, Why: WhyResumed}, nil)
	default:
		err = x.exited(ctx, tx, this, today)
	}
	if err != nil {
		return err
	}
	err = advance(ctx, tx, &x.t, &x.a, step{event: changeEvents[x.r.Kind], kind: "application." + string(x.r.Kind), reason: x.r.Reason, data: map[string]any{
		"ruling": x.r.PublicID, "reason_code": x.r.ReasonCode, "amount_fen": x.r.Fen, "from_month": string(from)}})
	if err != nil {
		return err
	}
	if err := tellOwner(ctx, tx, x.t, "ruling_confirmed", x.r.PublicID); err != nil {
		return err
	}
	return tx.Notify(ctx, ticket.Notice{Key: "ruling:" + x.r.PublicID + ":changed", Ticket: x.t.ID, Citizen: true, Template: "application_changed_citizen",
		Fields: map[string]string{"number": string(x.t.Number)}})
}

// adjusted ends the old sum with this month, or before it began, and begins the new one.
func (x *answering) adjusted(ctx context.Context, tx Tx, rules Rules, this rule.Month) error {
	was, _, err := endCurrent(ctx, tx, x.a, this, EndAdjusted, x.r.ReasonCode)
	if err != nil {
		return err
	}
	from := this.Add(1)
	if x.a.FirstMonth > from {
		from = x.a.FirstMonth
	}
	return x.entitledAnew(ctx, tx, rules, Entitlement{From: from, Why: WhyAdjusted}, was.Members)
}

// entitledAnew entitles to a new sum; before are the people whom the old one counted.
func (x *answering) entitledAnew(ctx context.Context, tx Tx, rules Rules, e Entitlement, before []string) error {
	h, err := tx.HouseholdForUpdate(ctx, x.a.Household)
	if err != nil {
		return err
	}
	done, err := x.assessment(ctx, tx, h, rules)
	if err != nil {
		return err
	}
	if done.ID != x.r.Assessment {
		return act.Refused("assessed_anew", "It was computed anew since this was proposed; the owner must propose it again.")
	}
	if err := entitle(ctx, tx, x.t, x.a, x.r, done.Due, e); err != nil {
		return err
	}
	return x.enrolled(ctx, tx, &h, done, e.From, before, rules)
}

// exited ends what is paid with this month, and pays a while longer where the income
// has risen and the rules say so (渐退期).
func (x *answering) exited(ctx context.Context, tx Tx, this rule.Month, today ticket.Date) error {
	e, had, err := endCurrent(ctx, tx, x.a, this, EndExited, x.r.ReasonCode)
	if err != nil || !had {
		return err
	}
	last, fen := this, int64(0)
	if x.r.ReasonCode == ReasonIncomeRose {
		last, fen = x.v.Fading(today, e.Fen)
	}
	if last <= this || fen <= 0 {
		return x.disenrolled(ctx, tx, e.Members, this)
	}
	if err := x.disenrolled(ctx, tx, e.Members, last); err != nil {
		return err
	}
	return entitle(ctx, tx, x.t, x.a, x.r, rule.Monthly{}, Entitlement{From: this.Add(1), Until: last, Fen: fen, Members: e.Members, Why: WhyEasingOut,
		EndWhy: EndExited, EndReason: x.r.ReasonCode, EndedBy: tx.Actor().StaffID, EndedAt: tx.Now()})
}
