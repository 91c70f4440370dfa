package api

import (
	"context"
	"net/http"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/ticket"
)

// QueueRows are the read models of the queue's record, within the actor's scope.
type QueueRows interface {
	// QueueTallies sums the queue's record up by queue and interval of a length from a start on.
	QueueTallies(ctx context.Context, from, to time.Time, step time.Duration, queues []string) (map[acd.Slot]acd.Tally, error)
	// AgentSpans lists what agents were from when till when, newest first; the zero Cursor ends the list.
	AgentSpans(ctx context.Context, f acd.SpanFilter) ([]acd.SpanRow, ticket.Cursor, error)
	// AbandonedCalls lists who left the queue without an agent, newest first; the zero Cursor ends the list.
	AbandonedCalls(ctx context.Context, f acd.AbandonedFilter) ([]acd.AbandonedRow, ticket.Cursor, error)
}

// queueTable is the part of the table that tells how the queue did its work.
func queueTable() []*route {
	get := http.MethodGet
	return []*route{
		{method: get, path: "/queues", who: leaders, background: true, summary: "The queues and their rules", bind: read((*Server).listQueues)},
		{method: get, path: "/queues/figures", who: leaders, background: true, summary: "Figures of the queues by interval", bind: read((*Server).listFigures)},
		{method: get, path: "/queues/abandoned", who: leaders, background: true, summary: "Calls that left a queue without an agent, newest first", bind: read((*Server).listAbandoned)},
		{method: get, path: "/agents/spans", who: leaders, summary: "What agents were from when till when, newest first", bind: read((*Server).listSpans)},
	}
}

// QueueList are the queues and their rules.
type QueueList struct {
	Items []acd.Queue `json:"items"`
}

func (s *Server) listQueues(context.Context, Tx, *struct{}) (QueueList, error) {
	return QueueList{Items: append([]acd.Queue{}, s.deps.Rules.Queues...)}, nil
}

// TimeSpan is the time that a list is asked for.
type TimeSpan struct {
	From time.Time `query:"from" doc:"Default: the last midnight in Shanghai"`
	To   time.Time `query:"to" doc:"Default: a day after from"`
}

// within fills in what was not asked, and refuses more than a year at once.
func (s TimeSpan) within(now time.Time) (from, to time.Time, err error) {
	from, to = s.From, s.To
	if from.IsZero() {
		y, m, d := now.In(ticket.Shanghai).Date()
		from = time.Date(y, m, d, 0, 0, 0, 0, ticket.Shanghai)
	}
	if to.IsZero() {
		to = from.AddDate(0, 0, 1)
	}
	if !from.Before(to) || to.Sub(from) > 366*24*time.Hour {
		return from, to, act.Invalid("to", "bad_span", "Let to be after from, and at most a year.")
	}
	return from.UTC(), to.UTC(), nil
}

type figuresInput struct {
	TimeSpan
	Interval string `query:"interval" enum:"15m,30m,60m,1d" default:"60m" doc:"Length of an interval; days begin when from does"`
	Queue    string `query:"queue" maxLength:"32" doc:"Default: all"`
}

// mostIntervals is as many as one answer shows.
const mostIntervals = 1000

// FiguresList are figures by time and then by queue. Intervals in which nothing
// happened are left out.
type FiguresList struct {
	Items []acd.Figures `json:"items"`
}

func (s *Server) listFigures(ctx context.Context, tx Tx, in *figuresInput) (FiguresList, error) {
	step := map[string]time.Duration{"15m": 15 * time.Minute, "30m": 30 * time.Minute, "60m": time.Hour, "1d": 24 * time.Hour}[in.Interval]
	from, to, err := in.within(tx.Now())
	if err != nil {
		return FiguresList{}, err
	}
	if to.Sub(from) > mostIntervals*step {
		return FiguresList{}, act.Invalid("interval", "too_many_intervals", "Take longer intervals, or a shorter time.")
	}
	queues := make([]string, 0, len(s.deps.Rules.Queues))
	for _, q := range s.deps.Rules.Queues {
		queues = append(queues, q.Key)
	}
	sums, err := tx.QueueTallies(ctx, from, to, step, queues)
	if err != nil {
		return FiguresList{}, err
	}
	for slot := range sums {
		if in.Queue != "" && slot.Queue != in.Queue {
			delete(sums, slot)
		}
	}
	return FiguresList{Items: acd.FiguresOf(sums, step)}, nil
}

type abandonedInput struct {
	TimeSpan
	Paging
	Queue string `query:"queue" maxLength:"32" doc:"Default: any"`
	Short bool   `query:"short" doc:"Also those who hung up within five seconds"`
}

// AbandonedPage is one page of abandoned calls.
type AbandonedPage struct {
	Items []acd.AbandonedRow `json:"items"`
	Next  string             `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
}

func (s *Server) listAbandoned(ctx context.Context, tx Tx, in *abandonedInput) (AbandonedPage, error) {
	from, to, err := in.within(tx.Now())
	if err != nil {
		return AbandonedPage{}, err
	}
	before, err := parseCursor(in.Cursor)
	if err != nil {
		return AbandonedPage{}, err
	}
	rows, next, err := tx.AbandonedCalls(ctx, acd.AbandonedFilter{From: from, To: to, Queue: in.Queue, Short: in.Short, Before: before, Limit: in.Limit})
	return AbandonedPage{Items: rows, Next: cursorText(next)}, err
}

type spansInput struct {
	TimeSpan
	Paging
	Login string `query:"login" maxLength:"40" doc:"Of one agent"`
}

// SpanPage is one page of agents' spans.
type SpanPage struct {
	Items []acd.SpanRow `json:"items"`
	Next  string        `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
}

func (s *Server) listSpans(ctx context.Context, tx Tx, in *spansInput) (SpanPage, error) {
	from, to, err := in.within(tx.Now())
	if err != nil {
		return SpanPage{}, err
	}
	before, err := parseCursor(in.Cursor)
	if err != nil {
		return SpanPage{}, err
	}
	rows, next, err := tx.AgentSpans(ctx, acd.SpanFilter{From: from, To: to, Login: in.Login, Before: before, Limit: in.Limit})
	return SpanPage{Items: rows, Next: cursorText(next)}, err
}
