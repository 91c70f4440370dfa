package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// ReportRows are the reports of households in need, each its reporter's own.
type ReportRows interface {
	ticket.ReportTx
	// OwnReports lists what the actor has reported, the newest first.
	OwnReports(ctx context.Context, limit int) ([]ticket.ReportRow, error)
	// PiecePhoto opens a photo that was sent with a report or a visit; own: only one of the actor's.
	PiecePhoto(ctx context.Context, id string, own bool) (ticket.Photo, error)
}

var reporters = ticket.Reporters()

// reportTable is the part of the table about households that nobody called for. What is sent
// here may have been written without a network, by another than who is signed in.
func reportTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	return []*route{
		{method: get, path: "/reports", who: reporters, summary: "What you have reported, the newest first, and what became of it", bind: read((*Server).listReports)},
		{method: get, path: "/reports/claim", who: reporters, background: true, summary: "Proof that you are signed in here, for what you write without a network", bind: read((*Server).reportClaim)},
		{method: post, path: "/reports", who: reporters, summary: "Report a household in need: it becomes a ticket, once, however often it comes", bind: doAs((*Server).report, (*Server).reportAuthor)},
		{method: post, path: "/report-pieces", who: reporters, summary: "Add something to a report, or correct it; the report may come later", bind: doAs((*Server).addPiece, (*Server).pieceAuthor)},
		{method: post, path: "/report-photos", who: reporters, summary: "Add a photo to a report; the report may come later", bind: doAs((*Server).addPhoto, (*Server).photoAuthor)},
		{method: get, path: "/report-photos/{id}/content", who: slices.Concat(readers, reporters), summary: "A photo of a report or of the village's visit; leaves a record", bind: bindPieceContent},
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

// ReportClaim is what a device keeps, to send what was written on it as its author's.
type ReportClaim struct {
	Claim string    `json:"claim"`
	Login string    `json:"login" doc:"Whose it is"`
	Until time.Time `json:"until" doc:"When it is worth nothing any more; by the real clock"`
}

func (s *Server) reportClaim(ctx context.Context, tx Tx, _ *struct{}) (ReportClaim, error) {
	staff, now := requestOf(ctx).staff, time.Now() //nolint:forbidigo // a claim ends by the real clock, as a session does
	return ReportClaim{s.deps.Sessions.Claim(staff, now), staff.Login, now.AddDate(0, 0, s.claimDays(ticket.DateOf(tx.Now()))).UTC()}, nil
}

func (s *Server) claimDays(on ticket.Date) int {
	return s.deps.Rules.Discovery.On(on).Reports.ClaimDays
}

// Written is when and by whom something was written.
type Written struct {
	Claim     string    `json:"claim,omitempty" maxLength:"400" doc:"Its author's, of when it was written. Default: who is signed in"`
	WrittenAt time.Time `json:"written_at,omitempty" doc:"By the device's clock"`
}

// author is who wrote it: whoever the claim was given to. Whoever is signed in only carries it.
func (s *Server) author(ctx context.Context, w Written) (act.Actor, error) {
	if w.Claim == "" {
		return requestOf(ctx).actor, nil
	}
	staff, issued, err := s.deps.Sessions.Claimed(ctx, w.Claim)
	if err != nil {
		return act.Actor{}, err
	}
	now := time.Now() //nolint:forbidigo // likewise
	if staff.ID != requestOf(ctx).staff.ID && issued.AddDate(0, 0, s.claimDays(ticket.DateOf(now))).Before(now) {
		fault := act.Refused("claim_expired", "This was written too long ago to be sent by another. Its author must sign in and send it; nothing was done.")
		fault.Args = map[string]any{"name": staff.Name}
		return act.Actor{}, fault
	}
	return actorOf(staff), nil
}

// carrier is who is signed in, where that is not the author.
func carrier(ctx context.Context, author act.Actor) ticket.Carrier {
	if me := requestOf(ctx).staff; me.ID != author.StaffID {
		return ticket.Carrier{ID: me.ID, Name: me.Name}
	}
	return ticket.Carrier{}
}

type reportInput struct {
	Body struct {
		ID       string `json:"id,omitempty" format:"uuid" doc:"Made by the device when it was written: the same id is the same report"`
		Area     string `json:"area" pattern:"^[0-9]{12}$" doc:"A township or village of yours"`
		Priority string `json:"priority" enum:"P1,P2,P3" doc:"How urgent it looks; whoever triages decides"`
		Seen     string `json:"seen" minLength:"1" maxLength:"2000" doc:"No identity or telephone numbers"`
		Phone    string `json:"phone,omitempty" maxLength:"40" doc:"Of whoever is in need, or is with them"`
		Name     string `json:"name,omitempty" maxLength:"60" doc:"What the village calls the household"`
		Door     string `json:"door,omitempty" maxLength:"100" doc:"Where in the village"`
		Written
	}
}

func (s *Server) reportAuthor(ctx context.Context, in *reportInput) (act.Actor, error) {
	return s.author(ctx, in.Body.Written)
}

// Reported is a report that has become a ticket.
type Reported struct {
	ID     string         `json:"id" format:"uuid"`
	Number ticket.Number  `json:"number" doc:"The ticket's"`
	State  ticket.Arrived `json:"state" enum:"new,again,conflict" doc:"conflict: the id was there with other words; yours are kept beside them"`
}

func (s *Server) report(ctx context.Context, tx Tx, in *reportInput) (Reported, error) {
	phone, err := phoneOf(in.Body.Phone)
	if err != nil {
		return Reported{}, err
	}
	b, id := in.Body, newID(ctx, in.Body.ID)
	number, state, err := ticket.TakeReport(ctx, tx, ticket.Report{PublicID: id, Area: area.Code(b.Area), Priority: ticket.Priority(b.Priority),
		Seen: b.Seen, Phone: phone, Name: b.Name, Door: b.Door, WrittenAt: b.WrittenAt, Carrier: carrier(ctx, tx.Actor())}, s.deps.Rules.Report)
	return Reported{ID: id, Number: number, State: state}, err
}
