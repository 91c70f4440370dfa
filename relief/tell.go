package relief

import (
	"context"
	"errors"
	"fmt"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// Ledger gives the ledger its limits.
func (l Limits) Ledger(version string) ledger.Limits {
	return ledger.Limits{Policy: version, SoloFen: l.SoloFen, TownshipFen: l.TownshipFen, HouseholdFen: l.HouseholdFen,
		HouseholdMonths: l.HouseholdMonths, SecondSignature: l.SecondSignature, CountyMayCheck: l.CountyMayCheck}
}

func staffIDs(ids ...area.StaffID) []area.StaffID { return ids }

func reasonGiven(reason string) error {
	if reason == "" {
		return act.Invalid("reason", "reason_required", "Give the reason; it is kept.")
	}
	return lengths([]text{{"reason", reason, 1000}}, "", nil, 0)
}

// tellOwner sends a notice to the ticket's owner.
func tellOwner(ctx context.Context, tx Tx, t ticket.Ticket, template, ref string) error {
	return tx.Notify(ctx, ticket.Notice{Key: fmt.Sprintf("%s:%s", template, ref), Ticket: t.ID, Post: t.Owner, Template: template,
		Fields: map[string]string{"number": string(t.Number)}, Urgent: t.Priority.Urgent()})
}

// tellSigner sends a notice to the desk whose word is asked: the township
// head's, or the county's where the sum or the time says so, or where the
// township has no such desk.
func tellSigner(ctx context.Context, tx Tx, t ticket.Ticket, place area.Code, level ledger.Level, template, ref string) error {
	desks := []struct {
		at   area.Code
		role area.Role
	}{{place.At(area.LevelTownship), area.RoleTownshipHead}, {place.At(area.LevelCounty), area.RoleCountyDuty}}
	if level == ledger.LevelCounty {
		desks = desks[1:]
	}
	for _, d := range desks {
		post, err := tx.Desk(ctx, d.at, d.role)
		if errors.Is(err, act.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		return tx.Notify(ctx, ticket.Notice{Key: fmt.Sprintf("%s:%s:%d", template, ref, post.ID), Ticket: t.ID, Post: post.ID, Template: template,
			Fields: map[string]string{"number": string(t.Number)}, Urgent: true})
	}
	return nil
}

// askApproval tells whose word a decision waits for.
func askApproval(ctx context.Context, tx Tx, t ticket.Ticket, d Decision) error {
	return tellSigner(ctx, tx, t, t.Area, d.Level, "decision_to_approve", d.PublicID)
}
