package api

import (
	"context"
	"time"

	"example.org/hotline/relief/application"
)

type proposeInput struct {
	ThingRef
	Body struct {
		ID         string `json:"id,omitempty" format:"uuid"`
		Kind       string `json:"kind" enum:"grant,refuse,adjust,suspend,resume,exit"`
		ReasonCode string `json:"reason_code" minLength:"1" maxLength:"40" doc:"Of a grant and a return: due; of a refusal, a change and an end: why, as reports count it"`
		Reason     string `json:"reason" minLength:"1" maxLength:"1000" doc:"The person gets it in writing where it is a no or a cut"`
		AmountFen  int64  `json:"amount_fen,omitempty" minimum:"0" doc:"Of a grant of aid that is given once; a monthly sum follows from the assessment"`
		Override   string `json:"override,omitempty" maxLength:"1000" doc:"Why this aid goes first, where the cascade would look at others before"`
	}
}

func (s *Server) propose(ctx context.Context, tx Tx, in *proposeInput) (application.View, error) {
	b := in.Body
	_, err := application.Propose(ctx, tx, in.ID, application.ProposeInput{PublicID: newID(ctx, b.ID), Kind: application.RulingKind(b.Kind), ReasonCode: b.ReasonCode, Reason: b.Reason,
		Override: b.Override, Fen: b.AmountFen}, s.aidRules())
	return s.shown(ctx, tx, application.Application{PublicID: in.ID}, err)
}

type rulingAnswerInput struct {
	ThingRef
	Body struct {
		Approve bool   `json:"approve"`
		Reason  string `json:"reason,omitempty" maxLength:"1000" doc:"Required for a no"`
		Keep    string `json:"keep,omitempty" maxLength:"1000" doc:"Of a yes: why what was computed stands although the household has changed since"`
	}
}

func (s *Server) answerRuling(ctx context.Context, tx Tx, in *rulingAnswerInput) (application.View, error) {
	var a application.Application
	var err error
	if in.Body.Approve {
		a, err = application.Confirm(ctx, tx, in.ID, in.Body.Keep, s.aidRules())
	} else {
		a, err = application.Decline(ctx, tx, in.ID, in.Body.Reason, s.aidRules())
	}
	return s.shown(ctx, tx, a, err)
}

type letterInput struct {
	ThingRef
	Body struct {
		Way string    `json:"way" enum:"handed,posted,left,digital,guardian"`
		At  time.Time `json:"at" doc:"When the person had it"`
	}
}

func (s *Server) deliverLetter(ctx context.Context, tx Tx, in *letterInput) (application.View, error) {
	a, err := application.Deliver(ctx, tx, in.ID, application.LetterWay(in.Body.Way), in.Body.At)
	return s.shown(ctx, tx, a, err)
}

type appealInput struct {
	ThingRef
	Body struct {
		ID      string `json:"id,omitempty" format:"uuid"`
		Kind    string `json:"kind" enum:"review,lawsuit"`
		Office  string `json:"office" minLength:"1" maxLength:"100" doc:"Which decides it"`
		FiledOn string `json:"filed_on" pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"`
		Text    string `json:"text" minLength:"1" maxLength:"4000"`
	}
}

func (s *Server) appeal(ctx context.Context, tx Tx, in *appealInput) (application.View, error) {
	b := in.Body
	a, err := application.Appealed(ctx, tx, in.ID, application.AppealInput{PublicID: newID(ctx, b.ID), Kind: application.AppealKind(b.Kind), Office: b.Office, FiledOn: b.FiledOn,
		Text: b.Text}, s.aidRules())
	return s.shown(ctx, tx, a, err)
}

type endAppealInput struct {
	ThingRef
	Body struct {
		Outcome string `json:"outcome" enum:"upheld,overturned,changed,withdrawn" doc:"What became of the ruling"`
		Answer  string `json:"answer" minLength:"1" maxLength:"4000"`
	}
}

func (s *Server) endAppeal(ctx context.Context, tx Tx, in *endAppealInput) (application.View, error) {
	a, err := application.AnswerAppeal(ctx, tx, in.ID, application.AppealOutcome(in.Body.Outcome), in.Body.Answer, s.aidRules())
	return s.shown(ctx, tx, a, err)
}

type postNoticeInput struct {
	ThingRef
	Body struct {
		ID    string `json:"id,omitempty" format:"uuid"`
		Phone string `json:"phone" minLength:"3" maxLength:"20" doc:"Of the office, for objections"`
		Photo string `json:"photo" doc:"Completed upload: the board that it hangs on"`
	}
}

func (s *Server) postNotice(ctx context.Context, tx Tx, in *postNoticeInput) (application.View, error) {
	b := in.Body
	_, err := application.Post(ctx, tx, in.ID, application.PostInput{PublicID: newID(ctx, b.ID), Phone: b.Phone, Photo: b.Photo}, s.aidRules())
	return s.shown(ctx, tx, application.Application{PublicID: in.ID}, err)
}

type objectionInput struct {
	ThingRef
	Body struct {
		ID      string `json:"id,omitempty" format:"uuid"`
		Text    string `json:"text" minLength:"2" maxLength:"2000"`
		Contact string `json:"contact,omitempty" maxLength:"100" doc:"Absent: they do not say who they are"`
	}
}

func (s *Server) takeObjection(ctx context.Context, tx Tx, in *objectionInput) (Done, error) {
	_, taken, err := application.Object(ctx, tx, in.ID, application.ObjectInput{PublicID: newID(ctx, in.Body.ID), Text: in.Body.Text, Contact: in.Body.Contact}, s.aidRules())
	return Done{Done: taken}, err
}

type objectionAnswerInput struct {
	ThingRef
	Body struct {
		Outcome string `json:"outcome" enum:"upheld,unfounded"`
		Answer  string `json:"answer" minLength:"1" maxLength:"2000"`
	}
}

func (s *Server) answerObjection(ctx context.Context, tx Tx, in *objectionAnswerInput) (application.View, error) {
	a, err := application.AnswerObjection(ctx, tx, in.ID, application.ObjectionOutcome(in.Body.Outcome), in.Body.Answer)
	return s.shown(ctx, tx, a, err)
}
