package application

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// enrolled gives a household the tier that its assessment says, and writes whom the aid
// counts into its register of tier 1 from a day on; who was counted before and is no
// longer leaves it with the day before (DOMAIN 1, 16 and 47).
func (x *answering) enrolled(ctx context.Context, tx Tx, h *people.Household, done Assessment, from rule.Month, before []string, rules Rules) error {
	if err := setTier(ctx, tx, h, x.a, done, x.r.Reason, rules); err != nil {
		return err
	}
	aid, err := x.v.Aid(x.a.Aid)
	if err != nil || aid.Register == "" {
		return err
	}
	kind := people.RegisterKind(aid.Register)
	in, err := tx.InRegister(ctx, h.ID, kind)
	if err != nil {
		return err
	}
	var come []people.PersonID
	for _, m := range h.Members {
		if slices.Contains(done.Due.Persons, m.Person.PublicID) && !slices.Contains(in, m.Person.ID) {
			come = append(come, m.Person.ID)
		}
	}
	if len(come) > 0 {
		entry := people.RegisterEntry{Kind: kind, From: from.First(), Version: x.v.Version, Ticket: x.t.ID, Reason: x.why()}
		if err := people.Enter(ctx, tx, h, entry, come, people.MonitoringRules{EveryDays: lookAgain(x.v, people.TierRegister, tx.Now())}); err != nil {
			return err
		}
	}
	gone := slices.DeleteFunc(slices.Clone(before), func(ref string) bool { return slices.Contains(done.Due.Persons, ref) })
	return x.struckOff(ctx, tx, h, kind, gone, from.Add(-1).Last())
}

// disenrolled takes whom an aid counted out of its register with the last month that is
// paid, and gives the household the tier that it has without.
func (x *answering) disenrolled(ctx context.Context, tx Tx, members []string, last rule.Month) error {
	aid, err := x.v.Aid(x.a.Aid)
	if err != nil || aid.Register == "" {
		return err
	}
	h, err := tx.HouseholdForUpdate(ctx, x.a.Household)
	if err != nil {
		return err
	}
	running, err := tx.AidsRunning(ctx, h.ID)
	if err != nil {
		return err
	}
	for _, code := range running { // another aid of the same register goes on
		if other, err := x.v.Aid(code); err == nil && code != x.a.Aid && other.Register == aid.Register {
			return nil
		}
	}
	return x.struckOff(ctx, tx, &h, people.RegisterKind(aid.Register), members, last.Last())
}

// struckOff ends the time in a register of those of a household's people who are in it.
func (x *answering) struckOff(ctx context.Context, tx Tx, h *people.Household, kind people.RegisterKind, members []string, last ticket.Date) error {
	in, err := tx.InRegister(ctx, h.ID, kind)
	if err != nil {
		return err
	}
	var gone []people.PersonID
	for _, m := range h.Members {
		if slices.Contains(members, m.Person.PublicID) && slices.Contains(in, m.Person.ID) {
			gone = append(gone, m.Person.ID)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	tier, err := x.tierWithout(ctx, tx)
	if err != nil {
		return err
	}
	exit := people.RegisterExit{Last: last, Version: x.v.Version, Ticket: x.t.ID, Reason: x.why(), Tier: tier}
	return people.Exit(ctx, tx, h, kind, exit, gone, people.MonitoringRules{EveryDays: lookAgain(x.v, tier, tx.Now())})
}

// tierWithout is the tier of a household that is in no register any more: who was poor
// enough for one by the newest assessment is watched as those at the edge are.
func (x *answering) tierWithout(ctx context.Context, tx Tx) (int, error) {
	done, err := tx.NewestAssessment(ctx, x.a.ID)
	switch {
	case errors.Is(err, act.ErrNotFound):
		return people.TierEmergency, nil
	case err != nil:
		return 0, err
	case done.Result.Tier == people.TierRegister || done.Result.Tier == people.TierEdge:
		return people.TierEdge, nil
	default:
		return people.TierEmergency, nil
	}
}

// why is the reason of an entry or exit: the ruling's code, else what the ruling did.
func (x *answering) why() string { return cmp.Or(x.r.ReasonCode, string(x.r.Kind)) }
