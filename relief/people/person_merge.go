package people

import (
	"context"
	"errors"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// AnswerMatch says whether two records are one person. If they are, the other record
// is joined to the one that is kept; if not, they are not shown again.
func AnswerMatch(ctx context.Context, tx MergeTx, matchRef, actID, keep string, same bool, reason string) (Match, error) {
	if err := beginAct(actID, reason); err != nil {
		return Match{}, err
	}
	m, err := tx.MatchByRef(ctx, matchRef)
	switch {
	case err != nil:
		return Match{}, err
	case !tx.Actor().May(Joiners()...):
		return Match{}, act.NotFound("suggestion")
	case m.State != MatchOpen:
		return Match{}, act.Refused("answered_already", "Somebody has answered this before; reload to see what they said.")
	}
	err = tx.Wherever(ctx, func() error {
		if same {
			m.State = MatchSame
			return mergePair(ctx, tx, m, actID, keep, reason)
		}
		m.State = MatchDifferent
		if err := tx.Audit(ctx, act.Record{Action: "person.different", Subject: act.Subject{Kind: "person", ID: int64(m.A)}, Area: area.Code(m.AArea), Reason: reason,
			Data: map[string]any{"match": m.PublicID}}); err != nil {
			return err
		}
		return tx.AnswerMatch(ctx, m.A, m.B, MatchDifferent, reason)
	})
	return m, err
}

// mergePair joins the two of a suggestion; both must live in the actor's area.
func mergePair(ctx context.Context, tx MergeTx, m Match, actID, keep, reason string) error {
	a, err := tx.PersonByID(ctx, m.A)
	if err != nil {
		return err
	}
	b, err := tx.PersonByID(ctx, m.B)
	if err != nil {
		return err
	}
	me := tx.Actor().Area
	if !me.Contains(a.Area) || !me.Contains(b.Area) {
		return act.Refused("county_joins", "One of the two lives elsewhere; whoever answers for both places, the county or the city, joins them.")
	}
	switch keep {
	case a.PublicID:
		return mergePersons(ctx, tx, a, b, actID, reason)
	case b.PublicID:
		return mergePersons(ctx, tx, b, a, actID, reason)
	default:
		return act.Invalid("keep", "unknown_record", "Say which of the two records stays.")
	}
}

// mergePersons joins a record to another. Two records that each have a number of their
// own are never one person: they are two, or a number is wrong and is corrected first.
func mergePersons(ctx context.Context, tx MergeTx, kept, other Person, actID, reason string) error {
	if err := lockPayees(ctx, tx, []Member{{Person: kept}, {Person: other}}); err != nil {
		return err
	}
	k, o, err := homes(ctx, tx, kept.ID, other.ID)
	if err != nil {
		return err
	}
	if kept, err = tx.PersonForUpdate(ctx, kept.ID); err != nil {
		return err
	}
	if other, err = tx.PersonForUpdate(ctx, other.ID); err != nil {
		return err
	}
	if kept.MergedInto != 0 || other.MergedInto != 0 {
		return goneElsewhere()
	}
	if kept.Identity.Type == IdentityResident && other.Identity.Type == IdentityResident {
		return act.Refused("two_numbers", "Both have an identity number of their own: they are two people, or one number is wrong. Correct that first.")
	}
	a := RecordAct{PublicID: actID, Kind: ActMergePersons, Kept: int64(kept.ID), Other: int64(other.ID), Reason: reason,
		Moved: Moved{Number: kept.Identity.Type == IdentityNone && other.Identity.Type == IdentityResident, Version: kept.Version, Home: o.ID, Took: k.ID == 0 && o.ID != 0}}
	if err := tx.AddAct(ctx, &a, Household{Area: kept.Area}); err != nil {
		return err
	}
	if err := leaveTo(ctx, tx, k, o, kept, other, a); err != nil {
		return err
	}
	if err := tx.PointPerson(ctx, &other, kept.ID); err != nil {
		return err
	}
	if a.Moved.Number {
		kept.Identity, kept.Born, kept.Sex = other.Identity, other.Born, other.Sex
		if err := tx.SavePerson(ctx, &kept, 0); err != nil {
			return err
		}
	}
	if err := carryBoth(ctx, tx, k, o, kept); err != nil {
		return err
	}
	if err := tx.AnswerMatch(ctx, kept.ID, other.ID, MatchSame, reason); err != nil {
		return err
	}
	return tx.Audit(ctx, act.Record{Action: "person.merged", Subject: kept.Subject(), Area: kept.Area, Reason: reason, Data: map[string]any{"person": kept.PublicID, "other": other.PublicID, "act": actID}})
}

// homes locks the households of two people; a zero household for who belongs to none.
func homes(ctx context.Context, tx MergeTx, kept, other PersonID) (k, o Household, err error) {
	kID, err := tx.BelongsTo(ctx, kept)
	if err != nil && !errors.Is(err, act.ErrNotFound) {
		return k, o, err
	}
	oID, err := tx.BelongsTo(ctx, other)
	if err != nil && !errors.Is(err, act.ErrNotFound) {
		return k, o, err
	}
	for _, id := range []HouseholdID{min(kID, oID), max(kID, oID)} {
		if id == 0 {
			continue
		}
		h, err := tx.HouseholdForUpdate(ctx, id)
		if err != nil {
			return k, o, err
		}
		if id == kID {
			k = h
		}
		if id == oID {
			o = h
		}
	}
	return k, o, nil
}

// leaveTo ends the membership of the record that goes; the one that stays takes its
// place where it belongs nowhere, and where both stood in one household for its head.
func leaveTo(ctx context.Context, tx MergeTx, k, o Household, kept, other Person, a RecordAct) error {
	m := o.Member(other.ID)
	if m == nil {
		return nil
	}
	today := ticket.DateOf(tx.Now())
	mine := k.Member(kept.ID)
	if m.Relation == RelationHead && len(o.Members) > 1 && mine != nil && k.ID != o.ID {
		return act.Refused("head_leaves", "The record that goes is the head of another household. Join the households first, or keep the other record.")
	}
	if err := tx.EndMember(ctx, m.ID, max(today, m.From), EndedMerged); err != nil {
		return err
	}
	if mine != nil && (k.ID != o.ID || m.Relation != RelationHead) {
		return nil
	}
	if mine != nil {
		if err := tx.EndMember(ctx, mine.ID, max(today, mine.From), EndedRelation); err != nil {
			return err
		}
	}
	next := Member{Person: kept, Relation: m.Relation, From: max(today, m.From)}
	if mine != nil {
		next.From = max(next.From, mine.From)
	}
	return tx.AddMember(ctx, o.ID, &next, a.ID)
}

// carryBoth lets the household of who stays count what the household of the other record received.
func carryBoth(ctx context.Context, tx MergeTx, k, o Household, kept Person) error {
	home := k
	if k.ID == 0 {
		home = o
	}
	if home.ID == 0 {
		return nil
	}
	if o.ID != 0 && o.ID != home.ID {
		if err := ledger.CountAlso(ctx, tx, home.Index, ledger.Past{Household: o.Index}); err != nil {
			return err
		}
	}
	return carryPerson(ctx, tx, home, kept)
}

// SplitPersons takes a joining of two records back. The record that went stands for
// somebody again, with its number where that was its own, in the household that it was in.
func SplitPersons(ctx context.Context, tx MergeTx, publicID, actRef, reason string) (Person, error) {
	if err := beginAct(publicID, reason); err != nil {
		return Person{}, err
	}
	joined, err := undoable(ctx, tx, actRef, ActMergePersons)
	if err != nil {
		return Person{}, err
	}
	var other Person
	err = tx.Wherever(ctx, func() error { other, err = splitPersons(ctx, tx, joined, publicID, reason); return err })
	return other, err
}

func splitPersons(ctx context.Context, tx MergeTx, joined RecordAct, publicID, reason string) (other Person, err error) {
	k, home, err := homes(ctx, tx, PersonID(joined.Kept), PersonID(joined.Other))
	if err != nil {
		return other, err
	}
	if joined.Moved.Home != 0 && home.ID == 0 {
		if home, err = tx.HouseholdForUpdate(ctx, joined.Moved.Home); err != nil {
			return other, err
		}
	}
	kept, err := tx.PersonForUpdate(ctx, PersonID(joined.Kept))
	if err != nil {
		return other, err
	}
	if other, err = tx.PersonForUpdate(ctx, PersonID(joined.Other)); err != nil {
		return other, err
	}
	if kept.MergedInto != 0 || other.MergedInto != kept.ID || home.MergedInto != 0 {
		return other, act.Refused("moved_on", "Since then the records were joined otherwise; take that back first.")
	}
	a := RecordAct{PublicID: publicID, Kind: ActSplitPersons, Kept: joined.Kept, Other: joined.Other, Undoes: joined.ID, Reason: reason}
	if err := tx.AddAct(ctx, &a, Household{Area: kept.Area}); err != nil {
		return other, err
	}
	if joined.Moved.Number {
		was, err := tx.PersonAt(ctx, kept.ID, joined.Moved.Version)
		if err != nil {
			return other, err
		}
		kept.Identity, kept.Born, kept.Sex = was.Identity, was.Born, was.Sex
		if err := tx.SavePerson(ctx, &kept, 0); err != nil {
			return other, err
		}
	}
	if err := tx.PointPerson(ctx, &other, 0); err != nil {
		return other, err
	}
	if home.ID != 0 {
		if err := goHome(ctx, tx, k, home, kept, other, joined, a.ID); err != nil {
			return other, err
		}
	}
	if err := tx.AnswerMatch(ctx, kept.ID, other.ID, MatchDifferent, reason); err != nil {
		return other, err
	}
	return other, tx.Audit(ctx, act.Record{Action: "person.split", Subject: other.Subject(), Area: other.Area, Reason: reason,
		Data: map[string]any{"person": other.PublicID, "kept": kept.PublicID, "act": publicID, "undoes": joined.PublicID}})
}

// goHome gives the record its place in the household back; who had taken it there leaves it.
func goHome(ctx context.Context, tx MergeTx, k, home Household, kept, other Person, joined RecordAct, byAct int64) error {
	today := ticket.DateOf(tx.Now())
	next := Member{Person: other, Relation: RelationOther, From: today}
	was, err := tx.RelationBefore(ctx, other.ID, home.ID)
	if err != nil && !errors.Is(err, act.ErrNotFound) {
		return err
	}
	if err == nil {
		next.Relation = was
	}
	if m := home.Member(kept.ID); m != nil && joined.Moved.Took && k.ID == home.ID {
		if err := tx.EndMember(ctx, m.ID, max(today, m.From), EndedSplit); err != nil {
			return err
		}
	} else if next.Relation == RelationHead && home.Head() != nil {
		next.Relation = RelationOther
	}
	return tx.AddMember(ctx, home.ID, &next, byAct)
}
