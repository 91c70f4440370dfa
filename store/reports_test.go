package store

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pressly/goose/v3"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// reported makes a report of their own village as somebody and gives its ticket.
func (h house) reported(t *testing.T, who act.Actor, phone string) (made ticket.Ticket) {
	t.Helper()
	rules := testRules()
	h.acting(t, who, func(tx *Tx) (err error) {
		made, err = ticket.DoReport(t.Context(), tx, ticket.Report{PublicID: uuid.NewString(), Area: who.Area, Priority: ticket.P2, Seen: "no food in the house", Phone: phone},
			ticket.ReportRules{Policy: rules.Policy, Terms: rules.Terms, Holds: rules.Holds})
		return err
	})
	return made
}

// A report is seen where its ticket is, and by whoever made it for ever; what asks
// for the call of a ticket finds the telephone that was reported.
func TestAReportGoesWithItsTicket(t *testing.T) {
	h, in := newPhoneHouse(t)
	h.village(t)
	helper := h.actor(t, "helper")
	made := h.reported(t, helper, "+8619900000088")
	sees := func(login string) (n int) {
		h.acting(t, h.actor(t, login), func(tx *Tx) error {
			return tx.scan(t.Context(), "count reports", `SELECT count(*) FROM reports`, nil, &n)
		})
		return n
	}
	if near, far := sees("worker1"), sees("stranger"); near != 1 || far != 0 {
		t.Errorf("its township sees %d, another %d", near, far)
	}
	h.mustAs(t, "worker1", func(tx *Tx) error {
		call, err := tx.Call(t.Context(), made.CallID)
		if call.FromE164 != "+8619900000088" || call.Number != made.Number {
			t.Errorf("%+v", call)
		}
		return err
	})
	if c := newCall("12349001", "19900000088", time.Now(), 7); h.repeatOf(t, in, c) != made.ID {
		t.Error("a call from the telephone that was reported is not linked to the report")
	}
	h.count(t, `WITH moved AS (UPDATE tickets SET area_code = '990102101000' WHERE id = ? RETURNING 1) SELECT count(*) FROM moved`, int64(made.ID))
	h.acting(t, helper, func(tx *Tx) error {
		list, err := tx.OwnReports(t.Context(), 10)
		if len(list) != 1 || list[0].Number != made.Number || list[0].Seen != "no food in the house" {
			t.Errorf("after its ticket has moved: %+v", list)
		}
		return err
	})
}

// repeatOf registers a call and tells which ticket it is linked to.
func (h house) repeatOf(t *testing.T, in *Intake, c ticket.Call) (of ticket.ID) {
	t.Helper()
	if _, err := in.Register(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	h.acting(t, act.SystemDispatch, func(tx *Tx) error {
		var id *int64
		err := tx.scan(t.Context(), "look for the link", `SELECT repeat_of FROM tickets WHERE call_id = ?`, []any{string(c.ID)}, &id)
		of = ticket.ID(deref(id))
		return err
	})
	return of
}

// The version before shows no ticket without a call: on the way back a reported one
// gets an empty call.
func TestTheWayBackKeepsReportedTickets(t *testing.T) {
	h := newHouse(t)
	h.village(t)
	made := h.reported(t, h.actor(t, "helper"), "")
	for _, move := range []func(*goose.Provider) error{
		func(p *goose.Provider) error { _, err := p.DownTo(t.Context(), 19); return err },
		func(p *goose.Provider) error { _, err := p.Up(t.Context()); return err },
	} {
		if err := withGoose(h.urls.OwnerURL, move); err != nil {
			t.Fatal(err)
		}
		if n := h.count(t, `SELECT count(*) FROM tickets t JOIN calls c ON c.id = t.call_id AND c.ticket_id = t.id WHERE t.number = ? AND c.ended_at IS NOT NULL`, string(made.Number)); n != 1 {
			t.Fatalf("%d calls of the reported ticket, want one", n)
		}
	}
}
