package care

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// PlanState is where a line of a household's plan stands.
type PlanState string

// The states. Zero is never valid.
const (
	PlanOpen    PlanState = "open"
	PlanDone    PlanState = "done"    // with a result
	PlanDropped PlanState = "dropped" // with the reason
)

// PlanStates lists every PlanState.
func PlanStates() []PlanState { return []PlanState{PlanOpen, PlanDone, PlanDropped} }

// PlanEvent moves a line of a plan.
type PlanEvent string

// The events.
const (
	PlanFinish PlanEvent = "finish"
	PlanDrop   PlanEvent = "drop"
)

// PlanEvents lists every PlanEvent.
func PlanEvents() []PlanEvent { return []PlanEvent{PlanFinish, PlanDrop} }

// planTransitions is the whole life of a line of a plan. A pair not listed is refused.
//
//	open ─finish▶ done
//	  └──drop──▶ dropped
var planTransitions = map[PlanState]map[PlanEvent]PlanState{
	PlanOpen:    {PlanFinish: PlanDone, PlanDrop: PlanDropped},
	PlanDone:    {},
	PlanDropped: {},
}

// Next is the pure transition. A refused pair is an act.ErrRefused that names both.
func (s PlanState) Next(ev PlanEvent) (PlanState, error) {
	if next, ok := planTransitions[s][ev]; ok {
		return next, nil
	}
	return "", act.NotInState("plan", s, ev)
}

// PlanItem is one line of a household's plan: who needs what, what is done about it, and
// what came of it (DOMAIN 1, 25 and 52).
type PlanItem struct {
	ID        int64
	PublicID  string
	Ticket    ticket.ID
	Catalogue string // the version its codes are of
	Person    string // public id of a member; empty: the whole household
	Need      string
	Measure   string
	Work      bool // it is to bring an income of their own
	Goal      act.Private
	DueOn     ticket.Date
	State     PlanState
	Result    string // once it is done
	Came      act.Private
	By        area.StaffID
	At        time.Time
	DoneBy    area.StaffID
	DoneAt    time.Time
	Version   int64
}

// PlanInput is a line as somebody writes it down.
type PlanInput struct {
	PublicID string
	Person   string
	Need     string
	Measure  string
	Goal     string
	DueOn    ticket.Date
}

// AddToPlan writes a line of the household's plan.
func AddToPlan(ctx context.Context, tx Tx, id ticket.ID, in PlanInput, rules Rules) (PlanItem, error) {
	in.Goal = strings.TrimSpace(in.Goal)
	catalogue, today := rules.now(tx), ticket.DateOf(tx.Now())
	measure, known := catalogue.Measure(in.Measure)
	if _, ok := catalogue.Need(in.Need); !ok {
		return PlanItem{}, act.Invalid("need", "unknown_need", "Use one of the codes of the catalogue.")
	}
	if !known {
		return PlanItem{}, act.Invalid("measure", "unknown_measure", "Use one of the codes of the catalogue.")
	}
	if in.DueOn < today || in.DueOn > later(today, 3660) {
		return PlanItem{}, act.Invalid("due_on", "bad_date", "Choose a day from today on.")
	}
	for _, err := range []error{ledger.CheckID("id", in.PublicID), written("goal", in.Goal, false)} {
		if err != nil {
			return PlanItem{}, err
		}
	}
	if _, err := cared(ctx, tx, id); err != nil {
		return PlanItem{}, err
	}
	if in.Person != "" {
		h, err := tx.TicketHousehold(ctx, id)
		if err != nil && !errors.Is(err, act.ErrNotFound) {
			return PlanItem{}, err
		}
		if !slices.ContainsFunc(h.Members, func(m people.Member) bool { return m.Person.PublicID == in.Person }) {
			return PlanItem{}, act.Invalid("person", "not_a_member", "Name a member of the household that the case is about, or nobody for all of it.")
		}
	}
	p := PlanItem{PublicID: in.PublicID, Ticket: id, Catalogue: catalogue.Version, Person: in.Person, Need: in.Need, Measure: in.Measure, Work: measure.Work, Goal: act.Private(in.Goal),
		DueOn: in.DueOn, State: PlanOpen, By: tx.Actor().StaffID, At: tx.Now(), Version: 1}
	if err := tx.AddPlanItem(ctx, &p); err != nil {
		return PlanItem{}, err
	}
	return p, tellPlan(ctx, tx, p, "plan.added", nil)
}

func tellPlan(ctx context.Context, tx Tx, p PlanItem, kind string, more map[string]any) error {
	t, err := tx.TicketForUpdate(ctx, p.Ticket)
	if err != nil {
		return err
	}
	data := said(tx, map[string]any{"plan": p.PublicID, "need": p.Need, "measure": p.Measure})
	for k, v := range more {
		data[k] = v
	}
	return ticket.Tell(ctx, tx, &t, kind, "", data)
}

// PlanDoneInput is what came of a line.
type PlanDoneInput struct {
	Result string // empty: it is dropped
	Came   string
}

// FinishPlan writes down what came of a line, or that it is dropped, and why. A measure of
// work ends with a result of work.
func FinishPlan(ctx context.Context, tx Tx, publicID string, in PlanDoneInput, rules Rules) (ticket.ID, error) {
	in.Came = strings.TrimSpace(in.Came)
	if err := written("came", in.Came, true); err != nil {
		return 0, err
	}
	id, of, err := tx.PlanItemByRef(ctx, publicID)
	if err != nil {
		return 0, err
	}
	if _, err := cared(ctx, tx, of); err != nil {
		return 0, err
	}
	p, err := tx.PlanItemForUpdate(ctx, id)
	if err != nil {
		return 0, err
	}
	event, kind, more := PlanDrop, "plan.dropped", map[string]any(nil)
	if in.Result != "" {
		result, ok := rules.Catalogues.Named(p.Catalogue).Result(in.Result)
		if !ok || result.Work != p.Work {
			return 0, act.Invalid("result", "unknown_result", "Use one of the results of the catalogue; of work for a measure of work.")
		}
		event, kind, more = PlanFinish, "plan.done", map[string]any{"result": in.Result}
	}
	if p.State, err = p.State.Next(event); err != nil {
		return 0, err
	}
	p.Result, p.Came, p.DoneBy, p.DoneAt = in.Result, act.Private(in.Came), tx.Actor().StaffID, tx.Now()
	if err := tx.SavePlanItem(ctx, &p); err != nil {
		return 0, err
	}
	return of, tellPlan(ctx, tx, p, kind, more)
}
