package api

import (
	"context"
	"net/http"

	"example.org/hotline/area"
	"example.org/hotline/relief/loop"
	"example.org/hotline/ticket"
)

// takeInTable is the part of the table about what comes over a counter or from another office.
func takeInTable() []*route {
	return []*route{
		{method: http.MethodPost, path: "/intakes", who: ticket.Takers(), summary: "Take a matter in at a counter, or from another office: it becomes a ticket that you own", bind: do((*Server).takeIn)},
	}
}

type takeInInput struct {
	Body struct {
		ID       string `json:"id,omitempty" format:"uuid"`
		Source   string `json:"source" enum:"counter,department,province"`
		Area     string `json:"area" pattern:"^[0-9]{12}$" doc:"Where the need is: a township or village of yours"`
		Priority string `json:"priority" enum:"P1,P2,P3"`
		Said     string `json:"said" minLength:"1" maxLength:"2000" doc:"No identity or telephone numbers"`
		Phone    string `json:"phone,omitempty" maxLength:"40" doc:"Of whoever is to be rung back"`
		Speaker  string `json:"speaker,omitempty" maxLength:"60" doc:"Who came, where it is not for themselves"`
		Relation string `json:"relation" enum:"self,spouse,child,parent,relative,neighbour,official,other" doc:"What who speaks is to who is in need"`
		Office   string `json:"office,omitempty" maxLength:"100" doc:"The department or office that sent it; asked for unless it came over the counter"`
		Number   string `json:"their_number,omitempty" maxLength:"60" doc:"What it is called there"`
		Refused  string `json:"refused_service,omitempty" maxLength:"100" doc:"A service that was refused elsewhere: you look whether another aid is due"`
	}
}

// TakenIn is what was taken in and has become a ticket.
type TakenIn struct {
	ID     string        `json:"id" format:"uuid" doc:"The ticket's"`
	Number ticket.Number `json:"number"`
}

func (s *Server) takeIn(ctx context.Context, tx Tx, in *takeInInput) (TakenIn, error) {
	b := in.Body
	phone, err := phoneOf(b.Phone)
	if err != nil {
		return TakenIn{}, err
	}
	due := s.deps.Rules.Calendar.Count(tx.Now(), s.deps.Rules.Aids.At(tx.Now()).Clocks.AcceptDays).Due
	t, err := loop.TakeIn(ctx, tx, ticket.TakeIn{PublicID: newID(ctx, b.ID), Source: ticket.Source(b.Source), Area: area.Code(b.Area), Priority: ticket.Priority(b.Priority), Said: b.Said, Phone: phone,
		Speaker: b.Speaker, Relation: ticket.Relation(b.Relation), Office: b.Office, TheirNumber: b.Number, Refused: b.Refused}, s.deps.Rules.Report, due)
	return TakenIn{ID: t.PublicID, Number: t.Number}, err
}
