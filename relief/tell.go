package relief

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

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

// message is a notice before it is known to whom.
type message struct {
	template string
	ref      string // with the template it makes the notice one and the same
	fields   map[string]string
}

func (m message) to(t ticket.Ticket, post area.PostID, urgent bool) ticket.Notice {
	fields := map[string]string{"number": string(t.Number)}
	maps.Copy(fields, m.fields)
	return ticket.Notice{Key: fmt.Sprintf("%s:%s:%d", m.template, m.ref, post), Ticket: t.ID, Post: post, Template: m.template, Fields: fields, Urgent: urgent}
}

// tellOwner sends a notice to the ticket's owner.
func tellOwner(ctx context.Context, tx Tx, t ticket.Ticket, m message) error {
	return tx.Notify(ctx, m.to(t, t.Owner, t.Priority.Urgent()))
}

// tellSigner sends a notice to the desk whose word is asked: the township
// head's, or the county's where the sum or the time says so, or where the
// township has no such desk.
func tellSigner(ctx context.Context, tx Tx, t ticket.Ticket, place area.Code, level ledger.Level, m message) error {
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
		return tx.Notify(ctx, m.to(t, post.ID, true))
	}
	return nil
}

// shown writes a moment for a message.
func shown(t time.Time) string { return t.In(ticket.Shanghai).Format("1月2日 15:04") }

// askApproval tells whose word a decision waits for.
func askApproval(ctx context.Context, tx Tx, t ticket.Ticket, d Decision) error {
	return tellSigner(ctx, tx, t, t.Area, d.Level, message{"check_wanted", d.PublicID, map[string]string{"amount": ledger.Yuan(d.Fen)}})
}
