package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// AgencyRows are what an agency's person sees of their own.
type AgencyRows interface {
	relief.AgencyTx
	// OwnAccesses lists what is open to the actor, what ends first before the rest.
	OwnAccesses(ctx context.Context) ([]area.AgencyAccess, error)
}

// agencySeats are the people of outside agencies. They have pages of their own,
// which name all that they see: no money, no decision, no name, no number.
var agencySeats = []area.Role{area.RoleAgency}

// agencyTable is the part of the table for people of outside agencies. {id} of a
// ticket of theirs is the access: what is open to one of them is not to another.
func agencyTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	return []*route{
		{method: get, path: "/agency-tickets", who: agencySeats, background: true, summary: "Tickets that are open to you, and until when", bind: read((*Server).listAgencyTickets)},
		{method: get, path: "/agency-tickets/{id}", who: agencySeats, background: true, summary: "One of them, and what you have reported", bind: read((*Server).getAgencyTicket)},
		{method: post, path: "/agency-tickets/{id}/reports", who: agencySeats, summary: "Report back what was done", bind: do((*Server).reportBack)},
	}
}

// AgencyTicket is a ticket as the agency's person sees it to whom it is open.
type AgencyTicket struct {
	ID         string          `json:"id" format:"uuid" doc:"The access's"`
	Ticket     string          `json:"ticket" format:"uuid" doc:"For photos"`
	Number     ticket.Number   `json:"number"`
	Priority   ticket.Priority `json:"priority"`
	Kind       ticket.Kind     `json:"kind"`
	Cause      ticket.Cause    `json:"cause"`
	Status     ticket.Status   `json:"status"`
	Area       area.Code       `json:"area"`
	AreaName   string          `json:"area_name"`
	LifeDanger bool            `json:"life_danger"`
	From       time.Time       `json:"from"`
	Until      time.Time       `json:"until" doc:"When it closes to you"`
	Task       string          `json:"task" doc:"What you are to do"`
	OpenedBy   string          `json:"opened_by"`
	Place      string          `json:"place,omitempty" doc:"Where somebody was visited last"`
	Needs      []string        `json:"needs,omitempty" doc:"As they were found"`
	Reports    []AgencyReport  `json:"reports,omitempty" doc:"What you have reported, the newest first"`
}

// AgencyReport is one report back.
type AgencyReport struct {
	At    time.Time `json:"at"`
	Text  string    `json:"text"`
	Photo bool      `json:"photo" doc:"With a photo"`
}

// AgencyTickets are the tickets that are open to one person.
type AgencyTickets struct {
	Items []AgencyTicket `json:"items"`
}

func agencyTicket(a area.AgencyAccess, r ticket.Row) AgencyTicket {
	return AgencyTicket{ID: a.ID, Ticket: r.ID, Number: r.Number, Priority: r.Priority, Kind: r.Kind, Cause: r.Cause, Status: r.Status, Area: r.Area, AreaName: r.AreaName,
		LifeDanger: r.LifeDanger, From: a.From, Until: a.Until, Task: a.Reason, OpenedBy: a.GrantedBy}
}

func (s *Server) listAgencyTickets(ctx context.Context, tx Tx, _ *struct{}) (AgencyTickets, error) {
	list := AgencyTickets{Items: []AgencyTicket{}}
	accesses, err := tx.OwnAccesses(ctx)
	if err != nil || len(accesses) == 0 {
		return list, err
	}
	for _, a := range accesses {
		id, err := tx.TicketByRef(ctx, a.Ticket)
		if err != nil {
			return list, err
		}
		v, err := tx.TicketView(ctx, id)
		if err != nil {
			return list, err
		}
		list.Items = append(list.Items, agencyTicket(a, v.Row))
	}
	return list, nil
}

func (s *Server) getAgencyTicket(ctx context.Context, tx Tx, in *ThingRef) (AgencyTicket, error) {
	a, err := tx.OwnAccess(ctx, in.ID)
	if err != nil {
		return AgencyTicket{}, err
	}
	return agencyPage(ctx, tx, a)
}

// agencyPage shows the ticket of an access that is running.
func agencyPage(ctx context.Context, tx Tx, a area.AgencyAccess) (AgencyTicket, error) {
	if a.EndedAt != nil || a.Ticket == "" || !tx.Now().Before(a.Until) {
		return AgencyTicket{}, act.NotFound("access")
	}
	id, err := tx.TicketByRef(ctx, a.Ticket)
	if err != nil {
		return AgencyTicket{}, err
	}
	v, err := tx.TicketView(ctx, id)
	if err != nil {
		return AgencyTicket{}, err
	}
	page := agencyTicket(a, v.Row)
	visits, err := tx.TicketVisits(ctx, id)
	if err != nil {
		return AgencyTicket{}, err
	}
	if i := slices.IndexFunc(visits, func(v relief.VisitView) bool { return v.Place != "" }); i >= 0 {
		page.Place = visits[i].Place
	}
	findings, err := tx.TicketFindings(ctx, id)
	if err != nil {
		return AgencyTicket{}, err
	}
	if len(findings) > 0 {
		page.Needs = findings[0].Needs
	}
	entries, err := tx.Timeline(ctx, id, 0, 1000)
	for _, e := range slices.Backward(entries) {
		if e.Kind == "agency.reported" && e.Actor == tx.Actor().Name {
			text, _ := e.Data["reason"].(string)
			_, photo := e.Data["photo"]
			page.Reports = append(page.Reports, AgencyReport{At: e.At, Text: text, Photo: photo})
		}
	}
	return page, err
}

type reportBackInput struct {
	ThingRef
	Body struct {
		ID    string `json:"id,omitempty" format:"uuid"`
		Text  string `json:"text" minLength:"1" maxLength:"1000" doc:"What was done and found; no identity or telephone numbers"`
		Photo string `json:"photo,omitempty" format:"uuid" doc:"A photo of yours that was sent"`
	}
}

func (s *Server) reportBack(ctx context.Context, tx Tx, in *reportBackInput) (AgencyTicket, error) {
	if err := relief.ReportBack(ctx, tx, in.ID, relief.ReportBackInput{PublicID: newID(ctx, in.Body.ID), Text: in.Body.Text, Photo: in.Body.Photo}); err != nil {
		return AgencyTicket{}, err
	}
	a, err := tx.OwnAccess(ctx, in.ID)
	if err != nil {
		return AgencyTicket{}, err
	}
	return agencyPage(ctx, tx, a)
}
