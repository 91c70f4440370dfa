package relief

import (
	"context"
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// AgencyTx is what a report of an agency needs of a transaction.
type AgencyTx interface {
	Tx
	// OwnAccess is an access of the actor's, also one that is over; act.ErrNotFound for anybody else's.
	OwnAccess(ctx context.Context, id string) (area.AgencyAccess, error)
}

// ReportBackInput is what somebody of an agency tells of their work on a ticket.
type ReportBackInput struct {
	PublicID string // made by the server or the client
	Text     string
	Photo    string // public id of a finished upload of theirs; empty for none
}

// LongestReportBack is how long its text may be, in characters.
const LongestReportBack = 1000

// ReportBack writes what an agency has done on a ticket that is open to it into
// the ticket's timeline and tells the ticket's owner. It is all that an agency
// does to a ticket, and is refused once the access is over.
func ReportBack(ctx context.Context, tx AgencyTx, access string, in ReportBackInput) error {
	in.Text = strings.TrimSpace(in.Text)
	switch {
	case in.Text == "":
		return act.Invalid("text", "report_required", "Write what was done and what was found.")
	case len([]rune(in.Text)) > LongestReportBack:
		return act.Invalid("text", "too_long", "Shorten this text.")
	}
	for _, err := range []error{ledger.CheckID("id", in.PublicID), ticket.PlainText("text", in.Text)} {
		if err != nil {
			return err
		}
	}
	t, a, err := openedTicket(ctx, tx, access)
	if err != nil {
		return err
	}
	data := map[string]any{"by": tx.Actor().Name, "agency": a.Agency}
	if in.Photo != "" {
		if err := finished(ctx, tx, t.ID, "photo", in.Photo); err != nil {
			return err
		}
		if _, err := mine(ctx, tx, in.Photo); err != nil {
			return err
		}
		data["photo"] = in.Photo
	}
	if err := ticket.Tell(ctx, tx, &t, "agency.reported", in.Text, data); err != nil {
		return err
	}
	return tx.Notify(ctx, ticket.Notice{Key: "agency_report:" + in.PublicID, Ticket: t.ID, Post: t.Owner, Template: "agency_reported",
		Fields: map[string]string{"number": string(t.Number)}})
}

// openedTicket locks the ticket of an access that is running. Whoever ends an
// access holds the ticket too: after the lock it is known which came first.
func openedTicket(ctx context.Context, tx AgencyTx, access string) (t ticket.Ticket, a area.AgencyAccess, err error) {
	over := act.Refused("access_over", "The ticket is not open to you any more; nothing was written. Ask the county's duty desk.")
	if a, err = tx.OwnAccess(ctx, access); err != nil {
		return t, a, err
	}
	if a.Ticket == "" { // row security hides it
		return t, a, over
	}
	id, err := tx.TicketByRef(ctx, a.Ticket)
	if err != nil {
		return t, a, err
	}
	if t, err = tx.TicketForUpdate(ctx, id); err != nil {
		return t, a, err
	}
	if a, err = tx.OwnAccess(ctx, access); err != nil {
		return t, a, err
	}
	switch {
	case a.EndedAt != nil || !tx.Now().Before(a.Until):
		return t, a, over
	case !t.Status.Open():
		return t, a, act.Refused("ticket_closed", "The ticket is closed; nothing was done.")
	}
	return t, a, nil
}
