package api

import (
	"context"
	"net/http"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/loop"
	"example.org/hotline/relief/referral"
	"example.org/hotline/ticket"
)

// ReferralRows are the referrals and the tasks that follow from them.
type ReferralRows interface {
	referral.SheetTx
	// TicketReferralViews lists the referrals of a ticket with their history, oldest first.
	TicketReferralViews(ctx context.Context, id ticket.ID) ([]referral.View, error)
	// ReferralViews lists the referrals of the actor's area, the newest first.
	ReferralViews(ctx context.Context, f referral.Filter) ([]referral.View, error)
	// TicketTasks lists the tasks of a ticket, what is open first.
	TicketTasks(ctx context.Context, id ticket.ID) ([]loop.TaskView, error)
}

// referralTable is the part of the table about what other departments decide.
func referralTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	creators, recorders := referral.Creators(), referral.Recorders()
	return []*route{
		{method: get, path: "/referral-catalogue", who: readers, summary: "Departments and items that cases are referred to, with their times and what leaves", bind: read((*Server).getCatalogue)},
		{method: get, path: "/referrals", who: readers, summary: "Referrals of your area, the newest first", bind: read((*Server).listReferrals)},
		{method: get, path: "/tickets/{id}/referrals", who: readers, background: true, summary: "Referrals of a ticket and the tasks that follow from them", bind: read((*Server).ticketReferrals)},
		{method: post, path: "/tickets/{id}/referrals", who: creators, act: "refer", when: ownsOpen,
			summary: "Write down what another department is asked for; with sending, it leaves at once", bind: do((*Server).refer)},
		{method: post, path: "/referrals/{id}/sending", who: creators, summary: "Let a referral go: only what its item names leaves", bind: do((*Server).sendReferral)},
		{method: post, path: "/referrals/{id}/answers", who: recorders, summary: "Write down what the department has said", bind: do((*Server).answerReferral)},
		{method: post, path: "/referrals/{id}/confirmation", who: referral.Confirmers(), summary: "Write down what the citizen says of the result", bind: do((*Server).confirmReferral)},
		{method: post, path: "/referrals/{id}/withdrawal", who: creators, summary: "Call a referral back, with the reason", bind: do((*Server).withdrawReferral)},
		{method: get, path: "/referrals/{id}/sheet", who: creators, summary: "What left, to be printed; each look leaves a record", bind: read((*Server).referralSheet)},
		{method: post, path: "/case-tasks/{id}/completion", who: loop.TaskDoers(), summary: "Say what came of a task", bind: do((*Server).finishTask)},
	}
}

func (s *Server) referralRules() referral.Rules {
	return referral.Rules{Catalogues: s.deps.Rules.Referrals, Calendar: s.deps.Rules.Calendar}
}

func (s *Server) getCatalogue(_ context.Context, tx Tx, _ *struct{}) (referral.Catalogue, error) {
	c := *s.deps.Rules.Referrals.On(ticket.DateOf(tx.Now()))
	items := make([]referral.Item, 0, len(c.Items))
	for _, i := range c.Items {
		full, _ := c.Item(i.Code)
		items = append(items, full)
	}
	c.Items = items
	return c, nil
}

// CaseReferrals are the referrals of a case and what follows from them.
type CaseReferrals struct {
	Items []referral.View `json:"items"`
	Tasks []loop.TaskView `json:"tasks"`
}

// caseReferrals is what every act on a referral answers with.
func (s *Server) caseReferrals(ctx context.Context, tx Tx, id ticket.ID) (c CaseReferrals, err error) {
	if c.Items, err = tx.TicketReferralViews(ctx, id); err != nil {
		return c, err
	}
	s.wordReferrals(c.Items)
	c.Tasks, err = tx.TicketTasks(ctx, id)
	return c, err
}

// wordReferrals names departments and items, and what would leave with those not yet sent.
func (s *Server) wordReferrals(list []referral.View) {
	all := s.deps.Rules.Referrals
	for i, r := range list {
		list[i].DeptName, list[i].ItemName = all.Words(r.Catalogue, r.Department, r.Item)
		if item, ok := all.Named(r.Catalogue).Item(r.Item); ok && r.State == referral.StateCreated {
			list[i].Fields = item.Fields
		}
	}
}

type listReferralsInput struct {
	View  string `query:"view" enum:"open,late,all" default:"open"`
	Skip  int    `query:"skip" minimum:"0" doc:"How many of the newest are passed over"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// ReferralList are referrals of an area.
type ReferralList struct {
	Items []referral.View `json:"items"`
}

func (s *Server) listReferrals(ctx context.Context, tx Tx, in *listReferralsInput) (ReferralList, error) {
	list, err := tx.ReferralViews(ctx, referral.Filter{View: in.View, Skip: in.Skip, Limit: in.Limit})
	s.wordReferrals(list)
	return ReferralList{Items: list}, err
}

func (s *Server) ticketReferrals(ctx context.Context, tx Tx, in *TicketRef) (CaseReferrals, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return CaseReferrals{}, err
	}
	return s.caseReferrals(ctx, tx, id)
}

// sendingBody is how a referral goes.
type sendingBody struct {
	Via string `json:"via" enum:"letter,phone,in_person,wired"`
	To  string `json:"to,omitempty" maxLength:"80" doc:"Who of the department took it"`
}

type referInput struct {
	TicketRef
	Body struct {
		ID      string       `json:"id,omitempty" format:"uuid"`
		Item    string       `json:"item" maxLength:"60" doc:"A code of the catalogue"`
		Request string       `json:"request" minLength:"1" maxLength:"2000" doc:"What is asked for; no identity or telephone numbers"`
		Consent string       `json:"consent,omitempty" enum:"written,spoken,recorded,guardian" doc:"How the citizen agreed; where the item needs it"`
		Sending *sendingBody `json:"sending,omitempty" doc:"Let it leave at once"`
	}
}

func (s *Server) refer(ctx context.Context, tx Tx, in *referInput) (CaseReferrals, error) {
	b := in.Body
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return CaseReferrals{}, err
	}
	r, err := referral.Create(ctx, tx, id, referral.Input{PublicID: newID(ctx, b.ID), Item: b.Item, Request: b.Request, Consent: referral.ConsentKind(b.Consent)}, s.referralRules())
	if err != nil {
		return CaseReferrals{}, err
	}
	if b.Sending != nil {
		if _, err := referral.Send(ctx, tx, r.PublicID, referral.Sending{Via: referral.Via(b.Sending.Via), To: b.Sending.To}, s.referralRules()); err != nil {
			return CaseReferrals{}, err
		}
	}
	return s.caseReferrals(ctx, tx, id)
}

// CaseRef names a child of a case in a path.
type CaseRef struct {
	ID string `path:"id" format:"uuid"`
}

// onCase does an act on a child of a case and answers with what the case has of its kind.
func onCase[O any](ctx context.Context, tx Tx, show func(context.Context, Tx, ticket.ID) (O, error), fn func() (ticket.ID, error)) (O, error) {
	id, err := fn()
	if err != nil {
		var none O
		return none, err
	}
	return show(ctx, tx, id)
}

type sendReferralInput struct {
	CaseRef
	Body sendingBody
}

func (s *Server) sendReferral(ctx context.Context, tx Tx, in *sendReferralInput) (CaseReferrals, error) {
	return onCase(ctx, tx, s.caseReferrals, func() (ticket.ID, error) {
		return referral.Send(ctx, tx, in.ID, referral.Sending{Via: referral.Via(in.Body.Via), To: in.Body.To}, s.referralRules())
	})
}

type answerReferralInput struct {
	CaseRef
	Body struct {
		Event  string `json:"event" enum:"accept,return,start,extend,result"`
		Result string `json:"result,omitempty" enum:"granted,refused,not_needed"`
		Via    string `json:"via" enum:"letter,phone,in_person,wired"`
		SaidBy string `json:"said_by" minLength:"1" maxLength:"80" doc:"Who of the department said so"`
		SaidOn string `json:"said_on,omitempty" pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}$" doc:"The day they said it; absent: today"`
		Reason string `json:"reason,omitempty" maxLength:"2000"`
	}
}

func (s *Server) answerReferral(ctx context.Context, tx Tx, in *answerReferralInput) (CaseReferrals, error) {
	b := in.Body
	if b.SaidOn != "" {
		if _, err := ticket.ParseDate(b.SaidOn); err != nil {
			return CaseReferrals{}, act.Invalid("said_on", "bad_date", "Write the day as 2026-10-31.")
		}
	}
	return onCase(ctx, tx, s.caseReferrals, func() (ticket.ID, error) {
		return referral.Record(ctx, tx, in.ID, referral.Answer{Event: referral.Event(b.Event), Result: referral.Result(b.Result), Via: referral.Via(b.Via), SaidBy: b.SaidBy,
			SaidOn: ticket.Date(b.SaidOn), Reason: b.Reason}, s.referralRules())
	})
}

type confirmReferralInput struct {
	CaseRef
	Body struct {
		So     bool   `json:"so" doc:"It is as the department says"`
		Reason string `json:"reason,omitempty" maxLength:"2000" doc:"What the citizen says instead"`
	}
}

func (s *Server) confirmReferral(ctx context.Context, tx Tx, in *confirmReferralInput) (CaseReferrals, error) {
	return onCase(ctx, tx, s.caseReferrals, func() (ticket.ID, error) {
		return referral.Confirm(ctx, tx, in.ID, referral.Heard{So: in.Body.So, Reason: in.Body.Reason}, s.referralRules())
	})
}

type withdrawReferralInput struct {
	CaseRef
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"2000"`
	}
}

func (s *Server) withdrawReferral(ctx context.Context, tx Tx, in *withdrawReferralInput) (CaseReferrals, error) {
	return onCase(ctx, tx, s.caseReferrals, func() (ticket.ID, error) { return referral.Withdraw(ctx, tx, in.ID, in.Body.Reason) })
}

func (s *Server) referralSheet(ctx context.Context, tx Tx, in *CaseRef) (referral.Sheet, error) {
	return referral.Look(ctx, tx, in.ID, s.referralRules())
}

type finishTaskInput struct {
	CaseRef
	Body struct {
		Outcome string      `json:"outcome" enum:"due,not_due,handled"`
		Tests   *loop.Tests `json:"tests,omitempty" doc:"Of a reassessment: both answers"`
		Reason  string      `json:"reason" minLength:"1" maxLength:"1000"`
	}
}

func (s *Server) finishTask(ctx context.Context, tx Tx, in *finishTaskInput) (CaseReferrals, error) {
	return onCase(ctx, tx, s.caseReferrals, func() (ticket.ID, error) {
		return loop.FinishTask(ctx, tx, in.ID, loop.Done{Outcome: loop.TaskOutcome(in.Body.Outcome), Tests: in.Body.Tests, Reason: in.Body.Reason})
	})
}
