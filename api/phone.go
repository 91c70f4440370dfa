package api

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// CallRef names a call in a path.
type CallRef struct {
	ID string `path:"id" minLength:"1" maxLength:"36" doc:"Id of the call"`
}

// PopAnswer is what an agent sees of a call.
type PopAnswer struct {
	State string      `json:"state" enum:"known,pending" doc:"pending: no call of this id was put to you, or that is not written down yet; while it rings, ask again in a moment"`
	Pop   *ticket.Pop `json:"pop,omitempty" doc:"Absent while pending"`
}

// getPop is what an agent sees of a call that rings. Each look leaves a record.
// The queue rings an agent at the moment at which that is written down, so that
// the first look may come too early: it is no error, and the answer is the same
// for a call that is somebody else's.
func (s *Server) getPop(ctx context.Context, tx Tx, in *CallRef) (PopAnswer, error) {
	pop, err := tx.CallPop(ctx, ticket.CallID(in.ID))
	switch {
	case errors.Is(err, act.ErrNotFound):
		return PopAnswer{State: "pending"}, nil
	case err != nil:
		return PopAnswer{}, err
	}
	return PopAnswer{State: "known", Pop: &pop}, nil
}

type dispositionInput struct {
	CallRef
	Body struct {
		Code string `json:"code" pattern:"^[a-z][a-z0-9_]{1,39}$" doc:"One of the codes of the policy"`
		Note string `json:"note,omitempty" maxLength:"500"`
	}
}

// Disposition is what a call was.
type Disposition struct {
	Code string `json:"code"`
	Note string `json:"note,omitempty"`
}

func (s *Server) dispose(ctx context.Context, tx Tx, in *dispositionInput) (Disposition, error) {
	codes := make([]string, 0, len(s.deps.Rules.Dispositions))
	for _, term := range s.deps.Rules.Dispositions {
		codes = append(codes, term.Key)
	}
	call := ticket.CallID(in.ID)
	err := ticket.Dispose(ctx, tx, call, in.Body.Code, in.Body.Note, codes)
	if err == nil {
		err = ticket.RingBackCutOff(ctx, tx, call, slices.Contains(s.deps.Rules.RingBack, in.Body.Code), s.deps.Rules.Callback)
	}
	return Disposition{Code: in.Body.Code, Note: in.Body.Note}, err
}

// DispositionList is how a conversation may end.
type DispositionList struct {
	Items []acd.Term `json:"items"`
}

func (s *Server) listDispositions(context.Context, Tx, *struct{}) (DispositionList, error) {
	return DispositionList{Items: append([]acd.Term{}, s.deps.Rules.Dispositions...)}, nil
}

type listCallbacksInput struct {
	View  string `query:"view" enum:"open,due,mine,visits" doc:"All that are not over, those to ring now, yours, or those to visit. Without it: open, and visits for who does not ring"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"100"`
}

// CallbackItems is who is to be rung back or visited: urgent ones first, then by
// their place in the queue, visits by when their result is late.
type CallbackItems struct {
	Items []ticket.CallbackView `json:"items"`
}

func (s *Server) listCallbacks(ctx context.Context, tx Tx, in *listCallbacksInput) (CallbackItems, error) {
	view, rings := ticket.CallbackList(in.View), tx.Actor().May(ringers...)
	switch {
	case view == "" && rings:
		view = ticket.CallbacksOpen
	case view == "":
		view = ticket.CallbacksVisits
	case view != ticket.CallbacksVisits && !rings:
		return CallbackItems{}, act.NotFound("list")
	}
	items, err := tx.Callbacks(ctx, view, in.Limit)
	return CallbackItems{Items: items}, err
}

// CallbackRef names a call-back in a path.
type CallbackRef struct {
	ID string `path:"id" minLength:"1" maxLength:"36" doc:"Id of the call-back"`
}

// onCallback resolves the call-back of a path, does something to it, and
// answers with how it stands.
func (s *Server) onCallback(ctx context.Context, tx Tx, ref string, do func(ticket.CallbackID, ticket.CallbackRules) error) (ticket.CallbackView, error) {
	id, err := tx.CallbackByRef(ctx, ref)
	if err != nil {
		return ticket.CallbackView{}, err
	}
	if err := do(id, s.deps.Rules.Callback); err != nil {
		return ticket.CallbackView{}, err
	}
	return tx.CallbackView(ctx, id)
}

type claimInput struct {
	CallbackRef
	Body *nothing
}

func (s *Server) claimCallback(ctx context.Context, tx Tx, in *claimInput) (ticket.CallbackView, error) {
	return s.onCallback(ctx, tx, in.ID, func(id ticket.CallbackID, rules ticket.CallbackRules) error {
		_, err := ticket.ClaimCallback(ctx, tx, id, rules)
		return err
	})
}

type attemptInput struct {
	CallbackRef
	Body struct {
		Result string `json:"result" enum:"reached,no_answer,busy,wrong_number"`
		Note   string `json:"note,omitempty" maxLength:"500"`
	}
}

func (s *Server) tryCallback(ctx context.Context, tx Tx, in *attemptInput) (ticket.CallbackView, error) {
	return s.onCallback(ctx, tx, in.ID, func(id ticket.CallbackID, rules ticket.CallbackRules) error {
		_, err := ticket.TryCallback(ctx, tx, id, ticket.TryResult(in.Body.Result), in.Body.Note, rules)
		return err
	})
}

type visitResultInput struct {
	CallbackRef
	Body struct {
		Result string `json:"result" enum:"reached,not_found,moved,refused"`
		Note   string `json:"note" minLength:"2" maxLength:"500" doc:"What the citizen needs, which becomes a note of the ticket; or what was found at the door"`
	}
}

func (s *Server) reportVisit(ctx context.Context, tx Tx, in *visitResultInput) (ticket.CallbackView, error) {
	visit := func() (v ticket.CallbackView, err error) {
		return s.onCallback(ctx, tx, in.ID, func(id ticket.CallbackID, rules ticket.CallbackRules) error {
			_, err := ticket.ReportVisit(ctx, tx, id, ticket.VisitResult(in.Body.Result), in.Body.Note, rules)
			return err
		})
	}
	if tx.Actor().Role != area.RoleVillageAssistant {
		return visit()
	}
	var v ticket.CallbackView
	err := tx.Wherever(ctx, func() (err error) { v, err = visit(); return err }) // a village that they cover lies outside of their own; ReportVisit refuses every other
	return v, err
}

type visitDecisionInput struct {
	CallbackRef
	Body struct {
		Again  bool   `json:"again" doc:"Somebody goes there once more; else the call-back ends"`
		Reason string `json:"reason,omitempty" maxLength:"500" doc:"Required where it ends"`
	}
}

func (s *Server) decideVisit(ctx context.Context, tx Tx, in *visitDecisionInput) (ticket.CallbackView, error) {
	return s.onCallback(ctx, tx, in.ID, func(id ticket.CallbackID, rules ticket.CallbackRules) error {
		_, err := ticket.DecideVisit(ctx, tx, id, in.Body.Again, in.Body.Reason, rules)
		return err
	})
}

type callOffInput struct {
	CallbackRef
	Body struct {
		Reason string `json:"reason" minLength:"2" maxLength:"500"`
	}
}

func (s *Server) cancelCallback(ctx context.Context, tx Tx, in *callOffInput) (ticket.CallbackView, error) {
	return s.onCallback(ctx, tx, in.ID, func(id ticket.CallbackID, _ ticket.CallbackRules) error {
		_, err := ticket.CancelCallback(ctx, tx, id, in.Body.Reason)
		return err
	})
}

// phoneTable is the part of the table about calls and call-backs.
func phoneTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	return []*route{
		{method: get, path: "/calls/{id}/pop", who: agents, summary: "What an agent sees of a call that rings; each look leaves a record", bind: read((*Server).getPop)},
		{method: post, path: "/calls/{id}/disposition", who: agents, summary: "Say what a call was", bind: do((*Server).dispose)},
		{method: get, path: "/dispositions", who: callers, summary: "How a conversation may end", bind: read((*Server).listDispositions)},
		{method: get, path: "/callbacks", who: visitors, background: true, summary: "Who is to be rung back or visited", bind: read((*Server).listCallbacks)},
		{method: post, path: "/callbacks/{id}/claims", who: ringers, act: "claim_callback", summary: "Take a call-back", bind: do((*Server).claimCallback)},
		{method: post, path: "/callbacks/{id}/attempts", who: ringers, act: "try_callback", summary: "Say how a try to ring back went", bind: do((*Server).tryCallback)},
		{method: post, path: "/callbacks/{id}/visit-result", who: visitors, act: "report_visit", summary: "Say what came of a visit", bind: do((*Server).reportVisit)},
		{method: post, path: "/callbacks/{id}/visit-decision", who: deciders, act: "decide_visit", summary: "Decide what follows a visit in vain", bind: do((*Server).decideVisit)},
		{method: post, path: "/callbacks/{id}/cancellation", who: ringers, act: "cancel_callback", summary: "Call a call-back off, with the reason", bind: do((*Server).cancelCallback)},
	}
}
