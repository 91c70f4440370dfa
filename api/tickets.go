package api

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// Ticket is a ticket's page, with what this actor may do on it now.
type Ticket struct {
	ticket.View
	Visits        []relief.VisitView    `json:"visits"`
	Findings      []relief.FindingsView `json:"findings"`
	Decisions     []relief.DecisionView `json:"decisions"`
	Accounts      []relief.AccountView  `json:"payee_accounts" doc:"Where the payee's money goes, the newest first"`
	Disbursements []ledger.View         `json:"disbursements"`
	Receipts      []relief.ReceiptView  `json:"receipts"`
	Papers        []relief.PaperView    `json:"papers"`
	Ladder        *dispatch.LadderView  `json:"ladder,omitempty" doc:"Who is asked when; absent for one that is joined or closed"`
	ReturnBy      *time.Time            `json:"return_by,omitempty" doc:"Until when its township may return it to the county; absent where it may not"`
	PauseLeft     *int                  `json:"pause_left_minutes,omitempty" doc:"How long it may still be paused; absent where you may not pause it"`
	Acts          []string              `json:"acts" doc:"What you may do on it now"`
}

// TicketRef names a ticket in a path.
type TicketRef struct {
	ID string `path:"id" minLength:"1" maxLength:"36" doc:"Public id or 13-digit number"`
}

// Paging is how lists are walked.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"100" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type listTicketsInput struct {
	Paging
	View     string `query:"view" enum:"open,mine,offered,unanswered,all" default:"open" doc:"offered: to you or your desk; unanswered: a whole ladder was asked and nobody has accepted"`
	Area     string `query:"area" pattern:"^[0-9]{12}$" doc:"That division and all below it"`
	Priority string `query:"priority" enum:"P1,P2,P3,INFO"`
}

// TicketPage is one page of a list of tickets.
type TicketPage struct {
	Items []ticket.Row `json:"items"`
	Next  string       `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
}

func (s *Server) listTickets(ctx context.Context, tx Tx, in *listTicketsInput) (TicketPage, error) {
	before, err := parseCursor(in.Cursor)
	if err != nil {
		return TicketPage{}, err
	}
	rows, next, err := tx.TicketRows(ctx, ticket.Filter{View: ticket.ListView(in.View), Area: area.Code(in.Area),
		Priority: ticket.Priority(in.Priority), Before: before, Limit: in.Limit})
	return TicketPage{Items: rows, Next: cursorText(next)}, err
}

func (s *Server) getTicket(ctx context.Context, tx Tx, in *TicketRef) (Ticket, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return Ticket{}, err
	}
	return s.ticketPage(ctx, tx, id)
}

// ticketPage is what every act on a ticket answers with.
func (s *Server) ticketPage(ctx context.Context, tx Tx, id ticket.ID) (Ticket, error) {
	var t Ticket
	var err error
	for _, load := range []func() error{
		func() error { t.View, err = tx.TicketView(ctx, id); return err },
		func() error { t.Visits, err = tx.TicketVisits(ctx, id); return err },
		func() error { t.Findings, err = tx.TicketFindings(ctx, id); return err },
		func() error { t.Decisions, err = tx.TicketDecisions(ctx, id); return err },
		func() error { t.Accounts, err = tx.TicketAccounts(ctx, id); return err },
		func() error { t.Disbursements, err = tx.TicketDisbursements(ctx, id); return err },
		func() error { t.Receipts, err = tx.TicketReceipts(ctx, id); return err },
		func() error { t.Papers, err = tx.TicketPaperViews(ctx, id); return err },
	} {
		if err := load(); err != nil {
			return Ticket{}, err
		}
	}
	if err := s.showLadder(ctx, tx, &t); err != nil {
		return Ticket{}, err
	}
	t.Acts = s.actsOn(t, tx.Actor())
	if slices.Contains(t.Acts, "pause") {
		paused, err := tx.PausedFor(ctx, id)
		if err != nil {
			return Ticket{}, err
		}
		left := s.deps.Rules.Moves.PauseLeft(t.Priority, paused)
		t.PauseLeft = &left
	}
	return t, nil
}

// showLadder adds how far the ladder is, and until when a return is possible.
func (s *Server) showLadder(ctx context.Context, tx Tx, t *Ticket) error {
	if rules := s.deps.Rules.Moves; can(*t, ticket.EventReturn) && !t.OwnedSince.IsZero() {
		if by := rules.Calendar.Count(t.OwnedSince, rules.ReturnDays).Due; !tx.Now().After(by) {
			t.ReturnBy = &by
		}
	}
	if s.deps.Ladder == nil || !t.Status.Open() {
		return nil
	}
	plain, err := tx.Ticket(ctx, t.TicketID)
	if err != nil {
		return err
	}
	ladder := s.deps.Ladder(plain, tx.Now())
	if t.Pause != nil && ladder.Next != nil { // when it comes is known once the ladder goes on
		if n := ladder.Next.Step; n < len(ladder.Steps) {
			ladder.Steps[n].State = "later"
		}
		ladder.Next = nil
	}
	t.Ladder = &ladder
	return nil
}

type timelineInput struct {
	TicketRef
	After string `query:"after" pattern:"^[0-9]{1,18}$" doc:"id of the last entry you have"`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"500"`
}

// Timeline is what happened to a ticket, in the order of writing.
type Timeline struct {
	Items []ticket.EntryView `json:"items"`
}

func (s *Server) getTimeline(ctx context.Context, tx Tx, in *timelineInput) (Timeline, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return Timeline{}, err
	}
	after, _ := strconv.ParseInt(in.After, 10, 64) // empty is zero; the pattern has seen to the rest
	entries, err := tx.Timeline(ctx, id, after, in.Limit)
	return Timeline{Items: entries}, err
}

type listCallsInput struct {
	Paging
	Mine string `query:"mine" enum:"today" doc:"Only calls that you have spoken in since midnight"`
}

// CallPage is one page of the list of calls.
type CallPage struct {
	Items []ticket.CallRow `json:"items"`
	Next  string           `json:"next,omitempty"`
}

func (s *Server) listCalls(ctx context.Context, tx Tx, in *listCallsInput) (CallPage, error) {
	before, err := parseCursor(in.Cursor)
	if err != nil {
		return CallPage{}, err
	}
	var since time.Time
	if in.Mine != "" {
		y, m, d := tx.Now().In(ticket.Shanghai).Date()
		since = time.Date(y, m, d, 0, 0, 0, 0, ticket.Shanghai)
	}
	rows, next, err := tx.CallRows(ctx, since, before, in.Limit)
	return CallPage{Items: rows, Next: cursorText(next)}, err
}

// cursorText hides a place in a list from those who would count on its form.
func cursorText(c ticket.Cursor) string {
	if c.ID == 0 {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString([]byte(c.At.UTC().Format(time.RFC3339Nano) + "|" + strconv.FormatInt(c.ID, 10)))
}

func parseCursor(s string) (ticket.Cursor, error) {
	if s == "" {
		return ticket.Cursor{}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	at, id, _ := strings.Cut(string(raw), "|")
	when, timeErr := time.Parse(time.RFC3339Nano, at)
	n, idErr := strconv.ParseInt(id, 10, 64)
	if err != nil || timeErr != nil || idErr != nil {
		return ticket.Cursor{}, act.Invalid("cursor", "bad_cursor", "Send the cursor as the page before gave it, or none.")
	}
	return ticket.Cursor{At: when, ID: n}, nil
}
