package api

import (
	"context"
	"net/http"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/care"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/referral"
	"example.org/hotline/ticket"
)

// CareRows is what is done for households beside money.
type CareRows interface {
	care.Tx
	// CareOf is all of it that a case has.
	CareOf(ctx context.Context, id ticket.ID) (care.Case, error)
	// FollowViews lists the plans of the actor's area to look again, the next first.
	FollowViews(ctx context.Context, f care.FollowFilter) ([]care.FollowView, error)
	// StationOrders lists the orders of the stations that the actor leads.
	StationOrders(ctx context.Context) ([]care.OrderView, error)
}

// careTable is the part of the table about what is done for a household beside money.
func careTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	carers, station := care.Carers(), care.StationPeople()
	everybody := slices.Concat(readers, []area.Role{area.RoleVillageAssistant, area.RoleVolunteer, area.RoleAgency})
	return []*route{
		{method: get, path: "/care-catalogue", who: everybody, summary: "Reasons to look again, services of the station, needs, measures and results", bind: read((*Server).careCatalogue)},
		{method: get, path: "/tickets/{id}/care", who: readers, background: true, summary: "Follow-up, services, plan and trips of a case", bind: read((*Server).caseCare)},
		{method: get, path: "/follow-ups", who: readers, summary: "Plans of your area to look at households again, the next first", bind: read((*Server).listFollowUps)},
		{method: post, path: "/tickets/{id}/follow-ups", who: carers, summary: "Plan to look at the household again", bind: do((*Server).planFollow)},
		{method: post, path: "/follow-ups/{id}/looks", who: carers, summary: "Write down what was found, and the next day", bind: do((*Server).recordLook)},
		{method: post, path: "/follow-ups/{id}/end", who: carers, summary: "End a plan that is not needed any more, with the reason", bind: do((*Server).endFollow)},
		{method: post, path: "/tickets/{id}/service-orders", who: carers, summary: "Ask the township's social-work station for a service", bind: do((*Server).orderService)},
		{method: post, path: "/service-orders/{id}/changes", who: carers, summary: "Send a returned order again, or call one off", bind: do((*Server).changeOrder)},
		{method: get, path: "/station-orders", who: station, background: true, summary: "Orders of the station that you lead", bind: read((*Server).stationOrders)},
		{method: post, path: "/station-orders/{id}/answers", who: station, summary: "Accept an order, return it with the reason, or say what came of it", bind: do((*Server).answerOrder)},
		{method: post, path: "/tickets/{id}/plan-items", who: carers, summary: "Add a need and a measure to the household's plan", bind: do((*Server).addToPlan)},
		{method: post, path: "/plan-items/{id}/completion", who: carers, summary: "Say what came of a measure, or drop it with the reason", bind: do((*Server).finishPlan)},
		{method: post, path: "/tickets/{id}/trips", who: carers, summary: "Write down a way to an office: the citizen's, or ours for them", bind: do((*Server).recordTrip)},
		{method: post, path: "/tickets/{id}/mandates", who: carers, summary: "Write down that the citizen lets us go for them", bind: do((*Server).recordMandate)},
		{method: post, path: "/mandates/{id}/end", who: carers, summary: "Write down that the citizen took it back", bind: do((*Server).endMandate)},
	}
}

func (s *Server) careRules() care.Rules {
	return care.Rules{Catalogues: s.deps.Rules.Care, Calendar: s.deps.Rules.Calendar}
}

func (s *Server) careCatalogue(_ context.Context, tx Tx, _ *struct{}) (care.Catalogue, error) {
	return *s.deps.Rules.Care.On(ticket.DateOf(tx.Now())), nil
}

func (s *Server) caseCare(ctx context.Context, tx Tx, in *TicketRef) (care.Case, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return care.Case{}, err
	}
	return s.careOf(ctx, tx, id)
}

// careOf is what every act of these answers with.
func (s *Server) careOf(ctx context.Context, tx Tx, id ticket.ID) (care.Case, error) {
	c, err := tx.CareOf(ctx, id)
	c.MostTrips = s.deps.Rules.Care.On(ticket.DateOf(tx.Now())).Trips
	return c, err
}

// onTicketCare does an act on a ticket named in the path and answers with what it has.
func (s *Server) onTicketCare(ctx context.Context, tx Tx, ref string, fn func(ticket.ID) error) (care.Case, error) {
	return onCase(ctx, tx, s.careOf, func() (ticket.ID, error) {
		id, err := tx.TicketByRef(ctx, ref)
		if err != nil {
			return 0, err
		}
		return id, fn(id)
	})
}

type listFollowUpsInput struct {
	View  string `query:"view" enum:"due,late,open" default:"due"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"100"`
}

// FollowUpList are plans of an area.
type FollowUpList struct {
	Items []care.FollowView `json:"items"`
}

func (s *Server) listFollowUps(ctx context.Context, tx Tx, in *listFollowUpsInput) (FollowUpList, error) {
	list, err := tx.FollowViews(ctx, care.FollowFilter{View: in.View, Limit: in.Limit})
	return FollowUpList{Items: list}, err
}

// dayGiven reads an optional day of a body.
func dayGiven(field, text string) (ticket.Date, error) {
	if text == "" {
		return "", nil
	}
	day, err := ticket.ParseDate(text)
	if err != nil {
		return "", act.Invalid(field, "bad_date", "Write the day as 2026-10-31.")
	}
	return day, nil
}

type planFollowInput struct {
	TicketRef
	Body struct {
		ID      string `json:"id,omitempty" format:"uuid"`
		Kind    string `json:"kind" maxLength:"40" doc:"A code of the catalogue"`
		Reason  string `json:"reason" minLength:"1" maxLength:"2000" doc:"What to look at; no identity or telephone numbers"`
		FirstOn string `json:"first_on,omitempty" maxLength:"10" doc:"Absent: as the catalogue says"`
		Login   string `json:"login,omitempty" maxLength:"40" doc:"Who looks; absent: whoever owns the ticket"`
	}
}

func (s *Server) planFollow(ctx context.Context, tx Tx, in *planFollowInput) (care.Case, error) {
	b := in.Body
	return s.onTicketCare(ctx, tx, in.ID, func(id ticket.ID) error {
		first, err := dayGiven("first_on", b.FirstOn)
		if err != nil {
			return err
		}
		_, err = care.PlanFollow(ctx, tx, id, care.FollowInput{PublicID: newID(ctx, b.ID), Kind: b.Kind, Reason: b.Reason, FirstOn: first, Login: b.Login}, s.careRules())
		return err
	})
}

type recordLookInput struct {
	CaseRef
	Body struct {
		ID      string `json:"id,omitempty" format:"uuid"`
		Way     string `json:"way" enum:"visit,call"`
		Outcome string `json:"outcome" enum:"fine,not_enough,not_met" doc:"not_enough asks the owner whether more aid is due"`
		Found   string `json:"found" minLength:"1" maxLength:"2000" doc:"What was found; no identity or telephone numbers"`
		NextOn  string `json:"next_on,omitempty" maxLength:"10" doc:"Absent: as the catalogue says"`
		End     bool   `json:"end,omitempty" doc:"It was the last look: all is well"`
	}
}

func (s *Server) recordLook(ctx context.Context, tx Tx, in *recordLookInput) (care.Case, error) {
	b := in.Body
	return onCase(ctx, tx, s.careOf, func() (ticket.ID, error) {
		next, err := dayGiven("next_on", b.NextOn)
		if err != nil {
			return 0, err
		}
		return care.RecordLook(ctx, tx, in.ID, care.LookInput{PublicID: newID(ctx, b.ID), Way: people.Way(b.Way), Outcome: care.LookOutcome(b.Outcome), Found: b.Found, NextOn: next, End: b.End}, s.careRules())
	})
}

type endFollowInput struct {
	CaseRef
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"2000"`
	}
}

func (s *Server) endFollow(ctx context.Context, tx Tx, in *endFollowInput) (care.Case, error) {
	return onCase(ctx, tx, s.careOf, func() (ticket.ID, error) { return care.EndFollow(ctx, tx, in.ID, in.Body.Reason) })
}

type orderServiceInput struct {
	TicketRef
	Body struct {
		ID      string `json:"id,omitempty" format:"uuid"`
		Service string `json:"service" maxLength:"40" doc:"A code of the catalogue"`
		Request string `json:"request" minLength:"1" maxLength:"2000" doc:"What the station is asked for; no identity or telephone numbers"`
		Consent string `json:"consent,omitempty" enum:"written,spoken,recorded,guardian" doc:"How the citizen agreed"`
	}
}

func (s *Server) orderService(ctx context.Context, tx Tx, in *orderServiceInput) (care.Case, error) {
	b := in.Body
	return s.onTicketCare(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := care.OrderService(ctx, tx, id, care.OrderInput{PublicID: newID(ctx, b.ID), Service: b.Service, Request: b.Request, Consent: referral.ConsentKind(b.Consent)}, s.careRules())
		return err
	})
}

type changeOrderInput struct {
	CaseRef
	Body struct {
		Event string `json:"event" enum:"send,cancel"`
		Note  string `json:"note" minLength:"1" maxLength:"2000" doc:"What is new, or why it is called off"`
	}
}

func (s *Server) changeOrder(ctx context.Context, tx Tx, in *changeOrderInput) (care.Case, error) {
	return onCase(ctx, tx, s.careOf, func() (ticket.ID, error) {
		return care.ChangeOrder(ctx, tx, in.ID, care.OrderAnswer{Event: care.OrderEvent(in.Body.Event), Note: in.Body.Note}, s.careRules())
	})
}

// StationOrderList are the orders of a station.
type StationOrderList struct {
	Items []care.OrderView `json:"items"`
}

func (s *Server) stationOrders(ctx context.Context, tx Tx, _ *struct{}) (StationOrderList, error) {
	list, err := tx.StationOrders(ctx)
	return StationOrderList{Items: list}, err
}

type answerOrderInput struct {
	CaseRef
	Body struct {
		Event   string `json:"event" enum:"accept,return,done"`
		Outcome string `json:"outcome,omitempty" enum:"helped,partly,not_helped,declined" doc:"Of an order that is done"`
		Note    string `json:"note,omitempty" maxLength:"2000" doc:"What was done, or why not; no identity or telephone numbers"`
	}
}

func (s *Server) answerOrder(ctx context.Context, tx Tx, in *answerOrderInput) (StationOrderList, error) {
	b := in.Body
	if err := care.AnswerOrder(ctx, tx, in.ID, care.StationAnswer{Event: care.OrderEvent(b.Event), Outcome: care.OrderOutcome(b.Outcome), Note: b.Note}, s.careRules()); err != nil {
		return StationOrderList{}, err
	}
	return s.stationOrders(ctx, tx, nil)
}

type planItemInput struct {
	TicketRef
	Body struct {
		ID      string `json:"id,omitempty" format:"uuid"`
		Person  string `json:"person,omitempty" format:"uuid" doc:"A member of the case's household; absent: all of it"`
		Need    string `json:"need" maxLength:"40" doc:"A code of the catalogue"`
		Measure string `json:"measure" maxLength:"40" doc:"A code of the catalogue"`
		Goal    string `json:"goal,omitempty" maxLength:"2000"`
		DueOn   string `json:"due_on" maxLength:"10"`
	}
}

func (s *Server) addToPlan(ctx context.Context, tx Tx, in *planItemInput) (care.Case, error) {
	b := in.Body
	return s.onTicketCare(ctx, tx, in.ID, func(id ticket.ID) error {
		due, err := dayGiven("due_on", b.DueOn)
		if err != nil {
			return err
		}
		_, err = care.AddToPlan(ctx, tx, id, care.PlanInput{PublicID: newID(ctx, b.ID), Person: b.Person, Need: b.Need, Measure: b.Measure, Goal: b.Goal, DueOn: due}, s.careRules())
		return err
	})
}

type finishPlanInput struct {
	CaseRef
	Body struct {
		Result string `json:"result,omitempty" maxLength:"40" doc:"A code of the catalogue; absent: it is dropped"`
		Came   string `json:"came" minLength:"1" maxLength:"2000" doc:"What came of it, or why it is dropped"`
	}
}

func (s *Server) finishPlan(ctx context.Context, tx Tx, in *finishPlanInput) (care.Case, error) {
	return onCase(ctx, tx, s.careOf, func() (ticket.ID, error) {
		return care.FinishPlan(ctx, tx, in.ID, care.PlanDoneInput{Result: in.Body.Result, Came: in.Body.Came}, s.careRules())
	})
}

type tripInput struct {
	TicketRef
	Body struct {
		ID      string `json:"id,omitempty" format:"uuid"`
		On      string `json:"on" maxLength:"10"`
		Place   string `json:"place" enum:"township,county,department,hospital,bank,village"`
		For     string `json:"for" enum:"apply,papers,sign,collect,ask"`
		Mandate string `json:"mandate,omitempty" format:"uuid" doc:"By which one of ours went; absent: the citizen did"`
	}
}

func (s *Server) recordTrip(ctx context.Context, tx Tx, in *tripInput) (care.Case, error) {
	b := in.Body
	return s.onTicketCare(ctx, tx, in.ID, func(id ticket.ID) error {
		on, err := dayGiven("on", b.On)
		if err != nil {
			return err
		}
		return care.RecordTrip(ctx, tx, id, care.Trip{PublicID: newID(ctx, b.ID), On: on, Place: care.TripPlace(b.Place), For: care.Errand(b.For), Mandate: b.Mandate})
	})
}

type mandateInput struct {
	TicketRef
	Body struct {
		ID      string        `json:"id,omitempty" format:"uuid"`
		For     []care.Errand `json:"for" minItems:"1" maxItems:"5" doc:"apply, papers, sign, collect, ask"`
		Consent string        `json:"consent" enum:"written,spoken,recorded,guardian"`
	}
}

func (s *Server) recordMandate(ctx context.Context, tx Tx, in *mandateInput) (care.Case, error) {
	b := in.Body
	return s.onTicketCare(ctx, tx, in.ID, func(id ticket.ID) error {
		return care.RecordMandate(ctx, tx, id, care.Mandate{PublicID: newID(ctx, b.ID), For: b.For, Consent: referral.ConsentKind(b.Consent)})
	})
}

func (s *Server) endMandate(ctx context.Context, tx Tx, in *CaseRef) (care.Case, error) {
	return onCase(ctx, tx, s.careOf, func() (ticket.ID, error) { return care.EndMandate(ctx, tx, in.ID) })
}
