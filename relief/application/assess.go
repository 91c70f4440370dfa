package application

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// Assessment is an answer of the rules with the inputs it was computed from, as they
// were, for ever.
type Assessment struct {
	ID          int64
	PublicID    string
	Ticket      ticket.ID
	Application ID
	Inputs      rule.Inputs
	Result      rule.Assessment
	Due         rule.Monthly // what the application's aid comes to in a month
	By          area.StaffID
	At          time.Time
}

// Assess computes what the rules say of what was declared last. Nothing is decided by it.
func Assess(ctx context.Context, tx Tx, publicID, id string, r Rules) (Assessment, error) {
	if err := ledger.CheckID("id", id); err != nil {
		return Assessment{}, err
	}
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Assessment{}, err
	}
	if a.AcceptedAt.IsZero() {
		return Assessment{}, act.Refused("accept_first", "Take the application in before computing what is due.")
	}
	d, err := tx.NewestDeclaration(ctx, a.ID)
	if err != nil {
		return Assessment{}, err
	}
	h, err := tx.HouseholdForUpdate(ctx, a.Household)
	if err != nil {
		return Assessment{}, err
	}
	c, err := checkingOf(ctx, tx, a, h, r)
	if err != nil {
		return Assessment{}, err
	}
	if err := c.flagsAnswered(); err != nil {
		return Assessment{}, err
	}
	v, err := r.version(a, tx.Now())
	if err != nil {
		return Assessment{}, err
	}
	in, err := inputs(tx, v, h, d.Said)
	if err != nil {
		return Assessment{}, err
	}
	result, err := v.Assess(in)
	if err != nil {
		return Assessment{}, err
	}
	done := Assessment{PublicID: id, Ticket: t.ID, Application: a.ID, Inputs: in, Result: result, Due: result.Due(a.Aid), By: tx.Actor().StaffID, At: tx.Now()}
	if err := tx.AddAssessment(ctx, &done); err != nil {
		return Assessment{}, err
	}
	return done, tell(ctx, tx, &t, a, step{kind: "application.assessed", data: map[string]any{"assessment": id, "rules": result.Version}})
}

// freshAssessment is the newest one, made of what was declared last and of the
// household as it stands.
func freshAssessment(ctx context.Context, tx Tx, a Application, h people.Household, r Rules) (Assessment, error) {
	done, err := newestAssessment(ctx, tx, a)
	if err != nil {
		return Assessment{}, err
	}
	d, err := tx.NewestDeclaration(ctx, a.ID)
	if err != nil {
		return Assessment{}, err
	}
	v, err := r.version(a, tx.Now())
	if err != nil {
		return Assessment{}, err
	}
	if diff := differs(v, h, d, done); diff.any() {
		return Assessment{}, diff.fault()
	}
	return done, nil
}

func newestAssessment(ctx context.Context, tx Tx, a Application) (Assessment, error) {
	done, err := tx.NewestAssessment(ctx, a.ID)
	if errors.Is(err, act.ErrNotFound) {
		return Assessment{}, act.Refused("assess_first", "Compute what is due first, of what was declared last and of the household as it stands now.")
	}
	return done, err
}

// difference is what has become otherwise since an assessment froze its inputs.
type difference struct {
	joined, left, changed []string // public ids
	moved, declared       bool
}

func (d difference) any() bool {
	return len(d.joined)+len(d.left)+len(d.changed) > 0 || d.moved || d.declared
}

// fault names what differs; of people by their ids alone.
func (d difference) fault() error {
	return &act.Fault{Kind: act.ErrRefused, Code: "household_changed", Args: map[string]any{"joined": d.joined, "left": d.left, "changed": d.changed, "moved": d.moved, "declared": d.declared},
		Detail: "The household is not what was computed any more, as the answer names it: compute anew and propose again, or let the head keep it with a reason."}
}

// differs compares what an assessment froze with the register and with what was declared
// last: who was born, joined, died or left, who is otherwise by age, illness, disability
// or school, where the household lives, and what it says it earns.
func differs(v *rule.Version, h people.Household, d Declaration, done Assessment) (diff difference) {
	diff.declared = d.At.After(done.At)
	diff.moved = place(v, h, done.Inputs.On) != done.Inputs.Area
	frozen := map[string]rule.Member{}
	for _, m := range done.Inputs.Members {
		frozen[m.Ref] = m
	}
	said := map[string]rule.Member{}
	for _, m := range d.Said.Members {
		said[m.Ref] = m
	}
	for _, m := range h.Members {
		was, counted := frozen[m.Person.PublicID]
		switch {
		case !counted:
			diff.joined = append(diff.joined, m.Person.PublicID)
		case m.Person.Died != "":
			diff.left = append(diff.left, m.Person.PublicID)
		case was.Born != m.Person.Born || !diff.declared && !slices.Equal(was.Classes, classes(v, m.Person, said[m.Person.PublicID].Classes)):
			diff.changed = append(diff.changed, m.Person.PublicID)
		}
		delete(frozen, m.Person.PublicID)
	}
	diff.left = append(diff.left, slices.Sorted(maps.Keys(frozen))...)
	return diff
}
