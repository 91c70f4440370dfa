package people

import (
	"context"
	"errors"
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// ActKind is how records were joined or parted.
type ActKind string

// The kinds.
const (
	ActMergePersons      ActKind = "merge_persons"
	ActSplitPersons      ActKind = "split_persons" // takes a joining back
	ActMergeHouseholds   ActKind = "merge_households"
	ActUnmergeHouseholds ActKind = "unmerge_households" // takes a joining back
	ActSplitHousehold    ActKind = "split_household"    // some of its people form one of their own
)

// ActKinds lists them.
func ActKinds() []ActKind {
	return []ActKind{ActMergePersons, ActSplitPersons, ActMergeHouseholds, ActUnmergeHouseholds, ActSplitHousehold}
}

// RecordAct is one joining or parting, with what it moved.
type RecordAct struct {
	ID       int64
	PublicID string // made by the client
	Kind     ActKind
	Kept     int64 // the record that stays
	Other    int64 // the one that went into it, or came out of it
	Undoes   int64 // the act that is taken back; zero for none
	Undone   bool  // it was taken back
	Moved    Moved
	Reason   string
}

// Moved is what a joining moved.
type Moved struct {
	Persons []PersonID  `json:"persons,omitempty"` // who changed their household by it
	Tickets []ticket.ID `json:"tickets,omitempty"` // whose cases point to the other household since
	Number  bool        `json:"number,omitempty"`  // the record that stays took the other's number
	Version int64       `json:"version,omitempty"` // of the record that stays, before it did
	Home    HouseholdID `json:"home,omitempty"`    // that the record which went belonged to
	Took    bool        `json:"took,omitempty"`    // and its place there was taken by the one that stays
}

// MergeTx is what joining and parting needs beside the rest.
type MergeTx interface {
	ChangeTx
	// PersonForUpdate locks and loads a person.
	PersonForUpdate(ctx context.Context, id PersonID) (Person, error)
	// PersonByID loads a person.
	PersonByID(ctx context.Context, id PersonID) (Person, error)
	// PersonAt is what was written of a person in a version of theirs.
	PersonAt(ctx context.Context, id PersonID, version int64) (Person, error)
	// RelationBefore is what somebody last was to the head of a household that they left.
	RelationBefore(ctx context.Context, p PersonID, h HouseholdID) (Relation, error)
	// AddAct writes a joining or parting and sets its ID; act.ErrKeyReused where its public id exists.
	AddAct(ctx context.Context, a *RecordAct, where Household) error
	// ActByRef loads an act by its public id, in scope.
	ActByRef(ctx context.Context, publicID string) (RecordAct, error)
	// PointHousehold writes which household stands for one; zero: it stands for itself again.
	PointHousehold(ctx context.Context, h *Household, into HouseholdID) error
	// PointPerson writes which record stands for one; zero: it stands for itself again.
	PointPerson(ctx context.Context, p *Person, into PersonID) error
	// RetireTier ends the tier of a household that was joined to another.
	RetireTier(ctx context.Context, h HouseholdID) error
	// OldTier is the last tier that a household had.
	OldTier(ctx context.Context, h HouseholdID) (Tier, error)
	// MoveLinks points the cases of one household to another and lists them; those named, or all.
	MoveLinks(ctx context.Context, from, to HouseholdID, basis Basis, only []ticket.ID) ([]ticket.ID, error)
	// AnswerMatch closes the suggestion of two records, where there is one.
	AnswerMatch(ctx context.Context, a, b PersonID, state MatchState, reason string) error
	// MatchByRef loads a suggestion by its public id, in scope, and locks it.
	MatchByRef(ctx context.Context, publicID string) (Match, error)
}

// inSight loads a household of the actor's own area.
func inSight(ctx context.Context, tx Tx, ref string) (Household, error) {
	h, err := tx.HouseholdByRef(ctx, ref)
	if err == nil && (!tx.Actor().May(Joiners()...) || !tx.Actor().Area.Contains(h.Area)) {
		err = act.NotFound("household")
	}
	return h, err
}

// MergeHouseholds joins a household to another of the actor's area: its people, its cases
// and what it received count there from now on. Its record stays, and points to the other.
// Where both get aid for one purpose it is refused: as one they would have it twice.
func MergeHouseholds(ctx context.Context, tx MergeTx, publicID, keptRef, otherRef, reason string, r MergeRules) (Household, error) {
	if err := beginAct(publicID, reason); err != nil {
		return Household{}, err
	}
	k, err := inSight(ctx, tx, keptRef)
	if err != nil {
		return Household{}, err
	}
	o, err := inSight(ctx, tx, otherRef)
	if err != nil {
		return Household{}, err
	}
	if k.ID == o.ID {
		return Household{}, act.Invalid("other", "same_record", "Name two records.")
	}
	err = tx.Wherever(ctx, func() error {
		kept, other, err := lockTwo(ctx, tx, k.ID, o.ID)
		if err != nil {
			return err
		}
		if len(kept.Members)+len(other.Members) > MostMembers {
			return householdFull()
		}
		if err := noneTwice(ctx, tx, kept, other, r.Double); err != nil {
			return err
		}
		k, err = mergeHouseholds(ctx, tx, kept, other, publicID, reason, r.Monitoring)
		return err
	})
	return k, err
}

// MergeRules are what joining two households goes by.
type MergeRules struct {
	Monitoring MonitoringRules
	// Double names that one of the aids had which serves the same purpose as another one.
	Double func(aid string, had []string) (other, purpose string, doubled bool)
}

// noneTwice refuses to make one of two households that both have aid for one purpose. Nobody applies for more meanwhile: both are locked.
func noneTwice(ctx context.Context, tx MergeTx, kept, other Household, double func(string, []string) (string, string, bool)) error {
	has, err := tx.AidsRunning(ctx, kept.ID)
	if err != nil {
		return err
	}
	comes, err := tx.AidsRunning(ctx, other.ID)
	if err != nil {
		return err
	}
	for _, aid := range comes {
		if _, purpose, twice := double(aid, has); twice {
			return &act.Fault{Kind: act.ErrRefused, Code: "aid_of_both", Args: map[string]any{"aid": aid, "purpose": purpose},
				Detail: "Both households get, or have applied for, aid that serves the same purpose; as one they would have it twice. End it for one of them first, or withdraw its application."}
		}
	}
	return nil
}

func beginAct(publicID, reason string) error {
	if err := ledger.CheckID("id", publicID); err != nil {
		return err
	}
	return reasonGiven(reason)
}

func mergeHouseholds(ctx context.Context, tx MergeTx, kept, other Household, publicID, reason string, plan MonitoringRules) (Household, error) {
	a := RecordAct{PublicID: publicID, Kind: ActMergeHouseholds, Kept: int64(kept.ID), Other: int64(other.ID), Reason: reason}
	for _, m := range other.Members {
		a.Moved.Persons = append(a.Moved.Persons, m.Person.ID)
	}
	var err error
	if a.Moved.Tickets, err = tx.MoveLinks(ctx, other.ID, kept.ID, BasisMerged, nil); err != nil {
		return kept, err
	}
	if err := tx.AddAct(ctx, &a, kept); err != nil {
		return kept, err
	}
	if err := ledger.CountAlso(ctx, tx, kept.Index, ledger.Past{Household: other.Index}); err != nil {
		return kept, err
	}
	today := ticket.DateOf(tx.Now())
	for _, m := range other.Members {
		if err := change(ctx, tx, m, kept, today, EndedMerged, a.ID); err != nil {
			return kept, err
		}
	}
	better := other.Tier.Tier < kept.Tier.Tier
	if err := tx.PointHousehold(ctx, &other, kept.ID); err != nil {
		return kept, err
	}
	if err := endTier(ctx, tx, &other); err != nil {
		return kept, err
	}
	if better { // the one that protects them more holds until they are assessed anew
		t := Tier{Tier: other.Tier.Tier, Version: other.Tier.Version, Because: TierMerge, Ref: publicID, Reason: reason}
		if err := SetTier(ctx, tx, &kept, t, plan); err != nil {
			return kept, err
		}
	}
	if err := record(ctx, tx, kept, "household.merged", reason, map[string]any{"other": other.PublicID, "act": publicID, "persons": len(a.Moved.Persons), "cases": len(a.Moved.Tickets)}); err != nil {
		return kept, err
	}
	return tx.HouseholdForUpdate(ctx, kept.ID)
}

// change moves a member to another household on a day. A second head is something else to the first.
func change(ctx context.Context, tx MergeTx, m Member, to Household, on ticket.Date, why EndedWhy, byAct int64) error {
	if err := tx.EndMember(ctx, m.ID, max(on, m.From), why); err != nil {
		return err
	}
	next := Member{Person: m.Person, Relation: m.Relation, From: max(on, m.From)}
	if next.Relation == RelationHead && to.Head() != nil {
		next.Relation = RelationOther
	}
	if err := tx.AddMember(ctx, to.ID, &next, byAct); err != nil {
		return err
	}
	if next.Person.Area == to.Area {
		return nil
	}
	next.Person.Area = to.Area
	return tx.SavePerson(ctx, &next.Person, 0)
}

// endTier ends the tier and the plan of a household that another stands for.
func endTier(ctx context.Context, tx MergeTx, h *Household) error {
	plan, has, err := tx.PlanForUpdate(ctx, h.ID)
	if err != nil {
		return err
	}
	if has {
		if err := tx.Cancel(ctx, plan.Subject(), TimerMonitoring); err != nil {
			return err
		}
		if err := tx.EndPlan(ctx, plan, "merged"); err != nil {
			return err
		}
	}
	return tx.RetireTier(ctx, h.ID)
}

// UnmergeHouseholds takes a joining back: who came by it and is still there, and the
// cases that came by it, go back. What was received while they were one counts for both.
func UnmergeHouseholds(ctx context.Context, tx MergeTx, publicID, actRef, reason string, plan MonitoringRules) (Household, error) {
	if err := beginAct(publicID, reason); err != nil {
		return Household{}, err
	}
	joined, err := undoable(ctx, tx, actRef, ActMergeHouseholds)
	if err != nil {
		return Household{}, err
	}
	var back Household
	err = tx.Wherever(ctx, func() error {
		first, second := min(joined.Kept, joined.Other), max(joined.Kept, joined.Other)
		one, err := tx.HouseholdForUpdate(ctx, HouseholdID(first))
		if err != nil {
			return err
		}
		two, err := tx.HouseholdForUpdate(ctx, HouseholdID(second))
		if err != nil {
			return err
		}
		kept, other := one, two
		if kept.ID != HouseholdID(joined.Kept) {
			kept, other = two, one
		}
		if kept.MergedInto != 0 || other.MergedInto != kept.ID {
			return act.Refused("moved_on", "Since then the records were joined otherwise; take that back first.")
		}
		back, err = unmerge(ctx, tx, kept, other, joined, publicID, reason, plan)
		return err
	})
	return back, err
}

// undoable is a joining that was not taken back yet.
func undoable(ctx context.Context, tx MergeTx, ref string, kind ActKind) (RecordAct, error) {
	a, err := tx.ActByRef(ctx, ref)
	switch {
	case err != nil:
		return a, err
	case !tx.Actor().May(Joiners()...):
		return a, act.NotFound("act")
	case a.Kind != kind:
		return a, act.Refused("not_a_joining", "Only a joining of records is taken back.")
	case a.Undone:
		return a, act.Refused("undone_already", "This was taken back before.")
	}
	return a, nil
}

func unmerge(ctx context.Context, tx MergeTx, kept, other Household, joined RecordAct, publicID, reason string, plan MonitoringRules) (Household, error) {
	a := RecordAct{PublicID: publicID, Kind: ActUnmergeHouseholds, Kept: joined.Kept, Other: joined.Other, Undoes: joined.ID, Reason: reason}
	var leaving []Member
	for _, m := range kept.Members {
		if slices.Contains(joined.Moved.Persons, m.Person.ID) {
			leaving = append(leaving, m)
			a.Moved.Persons = append(a.Moved.Persons, m.Person.ID)
		}
	}
	if len(leaving) == len(kept.Members) && len(kept.Members) > 0 {
		return kept, act.Refused("nobody_stays", "Nobody would stay in the household; the others have left it. Move them one by one.")
	}
	var err error
	if len(joined.Moved.Tickets) > 0 {
		if a.Moved.Tickets, err = tx.MoveLinks(ctx, kept.ID, other.ID, BasisUnmerged, joined.Moved.Tickets); err != nil {
			return kept, err
		}
	}
	if err := tx.AddAct(ctx, &a, kept); err != nil {
		return kept, err
	}
	if err := ledger.CountAlso(ctx, tx, other.Index, ledger.Past{Household: kept.Index}); err != nil {
		return kept, err
	}
	if err := tx.PointHousehold(ctx, &other, 0); err != nil {
		return kept, err
	}
	old, err := tx.OldTier(ctx, other.ID)
	if err != nil {
		return kept, err
	}
	other.Tier = Tier{}
	if err := SetTier(ctx, tx, &other, Tier{Tier: old.Tier, Version: old.Version, Because: TierSplit, Ref: publicID, Reason: reason}, plan); err != nil {
		return kept, err
	}
	if err := regroup(ctx, tx, leaving, other, a.ID); err != nil {
		return kept, err
	}
	return other, record(ctx, tx, other, "household.unmerged", reason, map[string]any{"other": kept.PublicID, "act": publicID, "undoes": joined.PublicID})
}

// regroup lets people go back, each as what they were to the head.
func regroup(ctx context.Context, tx MergeTx, leaving []Member, to Household, byAct int64) error {
	today := ticket.DateOf(tx.Now())
	for _, m := range leaving {
		was, err := tx.RelationBefore(ctx, m.Person.ID, to.ID)
		if err != nil && !errors.Is(err, act.ErrNotFound) {
			return err
		}
		if err == nil {
			if m.Relation == RelationHead && was != RelationHead {
				return act.Refused("head_leaves", "Who would leave is the head of the household that stays; let another be the head first.")
			}
			m.Relation = was
		}
		if err := change(ctx, tx, m, Household{ID: to.ID, Area: to.Area}, today, EndedSplit, byAct); err != nil {
			return err
		}
	}
	return nil
}
