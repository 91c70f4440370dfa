package relief

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// Ledger gives the ledger its limits.
func (l Limits) Ledger(version string) ledger.Limits {
	return ledger.Limits{Policy: version, SoloFen: l.SoloFen, TownshipFen: l.TownshipFen, HouseholdFen: l.HouseholdFen,
		HouseholdMonths: l.HouseholdMonths, AccountFen: l.AccountFen, EntitledFen: l.EntitledFen, AidKindFen: l.AidKindFen, WorkerDayFen: l.WorkerDayFen, TownshipDayFen: l.TownshipDayFen, SecondSignature: l.SecondSignature, CountyMayCheck: l.CountyMayCheck}
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

// tellSigner asks those whose word is needed: the township's heads, or the
// county's duty officers where the sum or the time says so, or where the
// township has no head.
func tellSigner(ctx context.Context, tx Tx, t ticket.Ticket, place area.Code, level ledger.Level, m message) error {
	if level != ledger.LevelCounty {
		told, err := tellRole(ctx, tx, t, place.At(area.LevelTownship), area.RoleTownshipHead, m)
		if told || err != nil {
			return err
		}
	}
	_, err := tellRole(ctx, tx, t, place.At(area.LevelCounty), area.RoleCountyDuty, m)
	return err
}

// tellRole sends a notice to the desk of a role, or to everyone who holds the
// role where it has no desk; told is false where nobody does.
func tellRole(ctx context.Context, tx Tx, t ticket.Ticket, place area.Code, role area.Role, m message) (told bool, err error) {
	desk, err := tx.Desk(ctx, place, role)
	if err == nil {
		return true, tx.Notify(ctx, m.to(t, desk.ID, true))
	}
	if !errors.Is(err, act.ErrNotFound) {
		return false, err
	}
	posts, err := tx.StaffPosts(ctx, place, role)
	if err != nil {
		return false, err
	}
	for _, post := range posts {
		if err := tx.Notify(ctx, m.to(t, post, true)); err != nil {
			return false, err
		}
	}
	return len(posts) > 0, nil
}

// tellSupervisor tells the supervisor of a county, or the city's where it has none.
func tellSupervisor(ctx context.Context, tx Tx, county area.Code, m message) error {
	told, err := tellRole(ctx, tx, ticket.Ticket{}, county, area.RoleSupervisor, m)
	if told || err != nil {
		return err
	}
	_, err = tellRole(ctx, tx, ticket.Ticket{}, county.At(area.LevelCity), area.RoleSupervisor, m)
	return err
}

// askApproval tells whose word a decision waits for.
func askApproval(ctx context.Context, tx Tx, t ticket.Ticket, d Decision) error {
	return tellSigner(ctx, tx, t, t.Area, d.Level, message{"check_wanted", d.PublicID, map[string]string{"amount": ledger.Yuan(d.Fen)}})
}

// TellPost sends a notice of a room of relief about a ticket to a post; ref and the
// template make it one and the same.
func TellPost(ctx context.Context, tx Tx, t ticket.Ticket, post area.PostID, template, ref string, fields map[string]string) error {
	return tx.Notify(ctx, message{template, ref, fields}.to(t, post, t.Priority.Urgent()))
}

// TellHead sends such a notice to the head of the ticket's township, or to the county's
// duty where it has none.
func TellHead(ctx context.Context, tx Tx, t ticket.Ticket, template, ref string, fields map[string]string) error {
	return tellSigner(ctx, tx, t, t.Area, ledger.LevelTownship, message{template, ref, fields})
}

// TellLevel sends such a notice to those who answer for a level: the township's heads,
// the county's duty, the city's heads.
func TellLevel(ctx context.Context, tx Tx, t ticket.Ticket, level area.Level, template, ref string, fields map[string]string) error {
	m := message{template, ref, fields}
	switch level {
	case area.LevelTownship:
		return tellSigner(ctx, tx, t, t.Area, ledger.LevelTownship, m)
	case area.LevelCounty:
		return tellSigner(ctx, tx, t, t.Area, ledger.LevelCounty, m)
	default:
		_, err := tellRole(ctx, tx, t, t.Area.At(area.LevelCity), area.RoleCityHead, m)
		return err
	}
}
