package application

import (
	"context"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/loop"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// once weighs a sum that is given once, which the owner names: within the aid's cap for
// the household, and on findings that say who is paid.
func (p *proposal) once(ctx context.Context, tx Tx) error {
	if err := ledger.CheckAmount("amount_fen", p.in.Fen); err != nil {
		return err
	}
	if _, err := relief.PaidBy(ctx, tx, p.t.ID, p.a.paid(p.h)); err != nil {
		return err
	}
	p.ruling.Fen = p.in.Fen
	return withinCap(ctx, tx, p.v, *p.a, p.h, p.in.Fen)
}

// paid is who is paid, as findings must name them.
func (a Application) paid(h people.Household) relief.Payee {
	who := relief.Payee{Index: a.Payee}
	if i := slices.IndexFunc(h.Members, func(m people.Member) bool { return m.Person.PublicID == a.Person }); i >= 0 {
		p := h.Members[i].Person
		who.Name, who.Numberless = p.Name, p.Identity.Type == people.IdentityNone
	}
	return who
}

// withinCap refuses a sum that would take the household above the aid's cap, counted
// back over the cap's window from now.
func withinCap(ctx context.Context, tx Tx, v *rule.Version, a Application, h people.Household, fen int64) error {
	aid, err := v.Aid(a.Aid)
	if err != nil {
		return err
	}
	most, capped, err := v.CapFen(a.Aid, h.Area, len(h.Members), ticket.DateOf(tx.Now()))
	if err != nil || !capped {
		return err
	}
	given, err := tx.GrantedAids(ctx, a.Index, tx.Now().AddDate(0, -aid.Cap.WindowMonths, 0))
	if err != nil {
		return err
	}
	if left := max(most-given[a.Aid], 0); fen > left {
		return &act.Fault{Kind: act.ErrRefused, Code: "aid_cap", Field: "amount_fen", Args: map[string]any{"cap_fen": most, "left_fen": left, "months": aid.Cap.WindowMonths,
			"basis_zh": aid.Cap.Basis.Zh, "basis_en": aid.Cap.Basis.En}, Detail: "The sum is above what the rules let a household have of this aid; propose what is left of it."}
	}
	return nil
}

// spared reports whether the household was looked into before and the rules ask of this
// aid for no new data check and no new statements: a visit, and what it spends, will do.
func (p *proposal) spared() (bool, error) {
	aid, err := p.v.Aid(p.a.Aid)
	if err != nil || len(aid.SparedTiers) == 0 {
		return false, err
	}
	return slices.Contains(aid.SparedTiers, p.h.Tier.Tier), nil
}

// grantedOnce carries out a confirmed grant of a sum that is given once: a decision that
// the ledger pays, on the same case.
func (x *answering) grantedOnce(ctx context.Context, tx Tx, h people.Household, _ Assessment, rules Rules) error {
	if err := withinCap(ctx, tx, x.v, x.a, h, x.r.Fen); err != nil {
		return err
	}
	d, err := relief.Grant(ctx, tx, x.t, relief.Ruled{PublicID: x.r.PublicID, Ruling: x.r.ID, Aid: x.a.Aid, Fen: x.r.Fen, Level: x.r.Level, Reason: x.r.Reason, Payee: x.a.paid(h),
		By: x.r.By, ByRole: x.r.ByRole, At: x.r.At}, *rules.Relief.At(tx.Now()))
	if err != nil {
		return err
	}
	if err := advance(ctx, tx, &x.t, &x.a, step{event: EventGrant, kind: "application.granted", data: map[string]any{"ruling": x.r.PublicID, "decision": d.PublicID,
		"amount_fen": x.r.Fen, "rules": x.v.Version}}); err != nil {
		return err
	}
	return x.lookFurther(ctx, tx, h, rules)
}

// lookFurther opens the owner's task to see whether aid of the next kind is due, where
// the rules say so and the household has no monthly aid yet (DOMAIN 1, 22).
func (x *answering) lookFurther(ctx context.Context, tx Tx, h people.Household, rules Rules) error {
	aid, err := x.v.Aid(x.a.Aid)
	if err != nil {
		return err
	}
	next, looks := x.v.After(aid.Kind)
	if !looks || next.Days == 0 {
		return nil
	}
	running, err := tx.AidsRunning(ctx, h.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(running, func(code string) bool { other, err := x.v.Aid(code); return err == nil && other.Monthly }) {
		return nil
	}
	return loop.OpenTask(ctx, tx, x.t, loop.TaskScreen, x.a.PublicID, x.t.Owner, rules.Calendar.Count(tx.Now(), next.Days).Due)
}
