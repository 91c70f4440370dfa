package api

import (
	"context"
	"net/http"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// ReportRows are the reports of households in need, each its reporter's own.
type ReportRows interface {
	ticket.ReportTx
	// OwnReports lists what the actor has reported, the newest first.
	OwnReports(ctx context.Context, limit int) ([]ticket.ReportRow, error)
}

var reporters = ticket.Reporters()

// reportTable is the part of the table about households that nobody called for.
func reportTable() []*route {
	return []*route{
		{method: http.MethodGet, path: "/reports", who: reporters, summary: "What you have reported, the newest first, and what became of it", bind: read((*Server).listReports)},
		{method: http.MethodPost, path: "/reports", who: reporters, summary: "Report a household in need: it becomes a ticket", bind: do((*Server).report)},
	}
}

type listReportsInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// ReportList are the reports of one reporter.
type ReportList struct {
	Items []ticket.ReportRow `json:"items"`
}

func (s *Server) listReports(ctx context.Context, tx Tx, in *listReportsInput) (ReportList, error) {
	list, err := tx.OwnReports(ctx, in.Limit)
	return ReportList{Items: list}, err
}

type reportInput struct {
	Body struct {
		ID       string `json:"id,omitempty" format:"uuid"`
		Area     string `json:"area" pattern:"^[0-9]{12}$" doc:"A township or village of yours"`
		Priority string `json:"priority" enum:"P1,P2,P3" doc:"How urgent it looks; whoever triages decides"`
		Seen     string `json:"seen" minLength:"1" maxLength:"2000" doc:"No identity or telephone numbers"`
		Phone    string `json:"phone,omitempty" maxLength:"40" doc:"Of whoever is in need, or is with them"`
	}
}

// Reported is a report that has become a ticket.
type Reported struct {
	ID     string        `json:"id" format:"uuid"`
	Number ticket.Number `json:"number" doc:"The ticket's"`
}

func (s *Server) report(ctx context.Context, tx Tx, in *reportInput) (Reported, error) {
	phone, err := phoneOf(in.Body.Phone)
	if err != nil {
		return Reported{}, err
	}
	id := newID(ctx, in.Body.ID)
	t, err := ticket.DoReport(ctx, tx, ticket.Report{PublicID: id, Area: area.Code(in.Body.Area), Priority: ticket.Priority(in.Body.Priority),
		Seen: in.Body.Seen, Phone: phone}, s.deps.Rules.Report)
	return Reported{ID: id, Number: t.Number}, err
}
