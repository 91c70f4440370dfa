package people

import (
	"context"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// SplitInput parts a household: some of its people live on their own from now on.
type SplitInput struct {
	PublicID string // of the new household; made by the client
	Area     area.Code
	Register area.Code // empty: where they live
	Address  string
	Members  []SplitMember
	Reason   string
}

// SplitMember is somebody who goes, and what they are to the new head.
type SplitMember struct {
	Person   string // public id
	Relation Relation
}

// SplitHousehold lets some of a household's people form one of their own. All that the
// household received counts for both (ADR 28); the new one keeps its tier until it is
// assessed anew. Its cases stay where they are.
func SplitHousehold(ctx context.Context, tx MergeTx, actID, ref string, in SplitInput, plan MonitoringRules) (Household, error) {
	if err := beginAct(actID, in.Reason); err != nil {
		return Household{}, err
	}
	if err := ledger.CheckID("household", in.PublicID); err != nil {
		return Household{}, err
	}
	h, err := inSight(ctx, tx, ref)
	if err != nil {
		return Household{}, err
	}
	next := HouseholdInput{PublicID: in.PublicID, Area: in.Area, Register: in.Register, Address: in.Address}
	if err := next.place(); err != nil {
		return Household{}, err
	}
	if _, err := tx.Division(ctx, in.Area); err != nil {
		return Household{}, unknownPlace(err)
	}
	var parted Household
	err = tx.Wherever(ctx, func() error {
		if h, err = tx.HouseholdForUpdate(ctx, h.ID); err != nil {
			return err
		}
		if h.MergedInto != 0 {
			return goneElsewhere()
		}
		leaving, err := whoGoes(h, in.Members)
		if err != nil {
			return err
		}
		parted, err = split(ctx, tx, h, leaving, actID, in, plan)
		return err
	})
	return parted, err
}

// whoGoes are the members who leave, each as what they are to the new head. The old head stays.
func whoGoes(h Household, named []SplitMember) (leaving []Member, err error) {
	heads := 0
	for _, n := range named {
		i := slices.IndexFunc(h.Members, func(m Member) bool { return m.Person.PublicID == n.Person })
		switch {
		case i < 0:
			return nil, act.NotFound("person")
		case h.Members[i].Relation == RelationHead:
			return nil, act.Refused("head_stays", "The head stays; let another be the head first, or let the others go.")
		case !slices.Contains(Relations(), n.Relation):
			return nil, act.Invalid("relation", "unknown_relation", "Say what they are to the head.")
		case slices.ContainsFunc(leaving, func(m Member) bool { return m.ID == h.Members[i].ID }):
			return nil, act.Invalid("members", "listed_twice", "One person is listed twice; leave one of the lines out.")
		}
		m := h.Members[i]
		if m.Relation = n.Relation; n.Relation == RelationHead {
			heads++
		}
		leaving = append(leaving, m)
	}
	if heads != 1 {
		return nil, act.Invalid("members", "one_head", "Exactly one of them is the head; the others are something to the head.")
	}
	return leaving, nil
}

func split(ctx context.Context, tx MergeTx, h Household, leaving []Member, actID string, in SplitInput, plan MonitoringRules) (Household, error) {
	next := Household{PublicID: in.PublicID, Area: in.Area, Register: in.Register, Address: act.Private(in.Address), Version: 1}
	if next.Register == "" {
		next.Register = h.Register
	}
	if err := enrol(ctx, tx, &next, 0, Tier{Tier: h.Tier.Tier, Version: h.Tier.Version, Because: TierSplit, Ref: actID, Reason: in.Reason}, plan); err != nil {
		return next, err
	}
	a := RecordAct{PublicID: actID, Kind: ActSplitHousehold, Kept: int64(h.ID), Other: int64(next.ID), Reason: in.Reason}
	for _, m := range leaving {
		a.Moved.Persons = append(a.Moved.Persons, m.Person.ID)
	}
	if err := tx.AddAct(ctx, &a, h); err != nil {
		return next, err
	}
	if err := ledger.CountAlso(ctx, tx, next.Index, ledger.Past{Household: h.Index}); err != nil {
		return next, err
	}
	today := ticket.DateOf(tx.Now())
	for _, m := range leaving {
		if err := change(ctx, tx, m, next, today, EndedSplit, a.ID); err != nil {
			return next, err
		}
	}
	if err := record(ctx, tx, h, "household.split", in.Reason, map[string]any{"other": next.PublicID, "act": actID, "persons": len(leaving)}); err != nil {
		return next, err
	}
	return tx.HouseholdForUpdate(ctx, next.ID)
}
