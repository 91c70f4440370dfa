package api

import (
	"context"
	"net/http"
	"strconv"

	"example.org/hotline/area"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// RunRows is what routes about payment runs ask of the store.
type RunRows interface {
	relief.RunTx
	// Runs lists runs: those that wait for a signature first, then the newest.
	Runs(ctx context.Context, limit int) ([]relief.RunView, error)
	// RunView shows one run; act.ErrNotFound outside the scope.
	RunView(ctx context.Context, publicID string) (relief.RunView, error)
	// RunLineViews lists lines of a run in their order, on from one; those in one state, or all.
	RunLineViews(ctx context.Context, publicID string, only ledger.LineState, after, limit int) ([]relief.RunLineView, error)
}

// runTable is the part of the table about paying many at once.
func runTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	makers := []area.Role{area.RoleCountyDuty, area.RoleCountyFinance}
	readers := append([]area.Role{area.RoleAuditor}, makers...)
	return []*route{
		{method: get, path: "/ledger/runs", who: readers, summary: "Payment runs, and what a new one would hold", bind: read((*Server).listRuns)},
		{method: get, path: "/ledger/runs/{id}", who: readers, summary: "One run with its lines, and why some were left out", bind: read((*Server).getRun)},
		{method: post, path: "/ledger/runs", who: makers, written: failpoint.FinanceBeforeCommit, committed: failpoint.FinanceAfterCommit,
			summary: "Make a run of what is due: decisions, or a month; it is frozen, and another person signs it", bind: do((*Server).makeRun)},
		{method: post, path: "/ledger/runs/{id}/signature", fresh: true, who: []area.Role{area.RoleCountyDuty}, written: failpoint.FinanceBeforeCommit, committed: failpoint.FinanceAfterCommit,
			summary: "Sign a run that another person has made, by the hash of its list; the program then carries it out", bind: do((*Server).signRun)},
		{method: post, path: "/ledger/runs/{id}/discard", who: makers, written: failpoint.FinanceBeforeCommit, committed: failpoint.FinanceAfterCommit, summary: "Throw a run away that nobody has signed", bind: do((*Server).discardRun)},
	}
}

// mostRuns and mostRunLines are how many a page holds.
const mostRuns, mostRunLines = 50, 200

// RunList is what was and what could be paid by list.
type RunList struct {
	Items []relief.RunView `json:"items" doc:"Those that wait for a signature first"`
	Due   []relief.RunDue  `json:"due,omitempty" doc:"What a new run would hold, for who may make one"`
}

type runListInput struct {
	Period string `query:"period" doc:"Month whose dues are counted, 2026-12; absent: the present one" pattern:"^[0-9]{4}-(0[1-9]|1[0-2])$"`
}

func (s *Server) listRuns(ctx context.Context, tx Tx, in *runListInput) (list RunList, err error) {
	if list.Items, err = tx.Runs(ctx, mostRuns); err != nil || ledger.MayMakeRun(tx.Actor()) != nil {
		return list, err
	}
	decisions, err := tx.DecisionsDue(ctx, tx.Actor().Area, nil, ledger.MostOfRun)
	if err != nil {
		return list, err
	}
	due := relief.RunDue{Source: ledger.RunDecisions, Lines: len(decisions)}
	for _, d := range decisions {
		due.AmountFen += d.Fen
	}
	period := in.Period
	if period == "" {
		period = tx.Now().In(area.Shanghai).Format("2006-01")
	}
	lines, bare, err := tx.MonthDue(ctx, tx.Actor().Area, period, ledger.MostOfRun)
	month := relief.RunDue{Source: ledger.RunEntitlements, Period: period, Lines: len(lines), Bare: bare}
	for _, l := range lines {
		month.AmountFen += l.Fen
	}
	list.Due = []relief.RunDue{due, month}
	return list, err
}

type runInput struct {
	ThingRef
	State string `query:"state" enum:"waits,reserved,left_out" doc:"Absent: all lines"`
	After string `query:"cursor" maxLength:"9" pattern:"^[0-9]*$" doc:"The next of the page before"`
}

// RunPage is one run with some of its lines.
type RunPage struct {
	relief.RunView
	Items []relief.RunLineView `json:"items"`
	Next  string               `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
}

func (s *Server) getRun(ctx context.Context, tx Tx, in *runInput) (RunPage, error) {
	after := 0
	if in.After != "" {
		after, _ = strconv.Atoi(in.After) // digits alone: see the pattern
	}
	return runPage(ctx, tx, in.ID, ledger.LineState(in.State), after)
}

func runPage(ctx context.Context, tx Tx, id string, only ledger.LineState, after int) (p RunPage, err error) {
	if p.RunView, err = tx.RunView(ctx, id); err != nil {
		return p, err
	}
	if p.Items, err = tx.RunLineViews(ctx, id, only, after, mostRunLines+1); err != nil || len(p.Items) <= mostRunLines {
		return p, err
	}
	p.Items = p.Items[:mostRunLines]
	p.Next = strconv.Itoa(p.Items[mostRunLines-1].Seq)
	return p, nil
}

// DecisionOfRun is one decision that a run is to pay.
type DecisionOfRun struct {
	DecisionID string `json:"decision_id" format:"uuid"`
	AmountFen  int64  `json:"amount_fen" minimum:"1" doc:"As you have read it"`
}

type makeRunInput struct {
	Body struct {
		ID        string          `json:"id,omitempty" format:"uuid" doc:"Made by you before you send, kept for the retry"`
		Period    string          `json:"period,omitempty" maxLength:"7" doc:"Of a run of a month: 2026-12; absent: a run of decisions"`
		Decisions []DecisionOfRun `json:"decisions,omitempty" maxItems:"2000" doc:"Which of those that are due, in this order; absent: all"`
	}
}

func (s *Server) makeRun(ctx context.Context, tx Tx, in *makeRunInput) (RunPage, error) {
	var run ledger.Run
	var err error
	if in.Body.Period != "" {
		run, err = relief.MakeMonthRun(ctx, tx, newID(ctx, in.Body.ID), in.Body.Period)
	} else {
		list := relief.RunInput{PublicID: newID(ctx, in.Body.ID)}
		for _, d := range in.Body.Decisions {
			list.Decisions = append(list.Decisions, relief.RunDecision{Decision: d.DecisionID, Fen: d.AmountFen})
		}
		run, err = relief.MakeRun(ctx, tx, list)
	}
	if err != nil {
		return RunPage{}, err
	}
	return runPage(ctx, tx, run.PublicID, "", 0)
}

type signRunInput struct {
	ThingRef
	Body struct {
		ContentHash string `json:"content_hash" pattern:"^[0-9a-f]{64}$" doc:"Of the list that you have read, as the page shows it"`
	}
}

func (s *Server) signRun(ctx context.Context, tx Tx, in *signRunInput) (RunPage, error) {
	if _, err := relief.SignRun(ctx, tx, in.ID, in.Body.ContentHash); err != nil {
		return RunPage{}, err
	}
	return runPage(ctx, tx, in.ID, "", 0)
}

func (s *Server) discardRun(ctx context.Context, tx Tx, in *plainInput) (RunPage, error) {
	if _, err := relief.DiscardRun(ctx, tx, in.ID); err != nil {
		return RunPage{}, err
	}
	return runPage(ctx, tx, in.ID, "", 0)
}
