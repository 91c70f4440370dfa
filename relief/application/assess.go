package application

import (
	"context"
	"errors"
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
func freshAssessment(ctx context.Context, tx Tx, a Application, h people.Household) (Assessment, error) {
	first := act.Refused("assess_first", "Compute what is due first, of what was declared last and of the household as it stands now.")
	done, err := tx.NewestAssessment(ctx, a.ID)
	if errors.Is(err, act.ErrNotFound) {
		return Assessment{}, first
	}
	if err != nil {
		return Assessment{}, err
	}
	d, err := tx.NewestDeclaration(ctx, a.ID)
	if err != nil {
		return Assessment{}, err
	}
	if d.At.After(done.At) || len(h.Members) != len(done.Inputs.Members) {
		return Assessment{}, first
	}
	for _, m := range done.Inputs.Members {
		if !isMember(h, m.Ref) {
			return Assessment{}, first
		}
	}
	return done, nil
}

func isMember(h people.Household, ref string) bool {
	for _, m := range h.Members {
		if m.Person.PublicID == ref {
			return true
		}
	}
	return false
}
