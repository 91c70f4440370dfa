package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/statistics"
)

// StatisticsRows are the figures of help, within the actor's scope.
type StatisticsRows interface {
	// Statistics counts what happened in a place between two days and holds it against the ledger.
	Statistics(ctx context.Context, f statistics.Filter) (statistics.Report, error)
	StuckRows
}

// counters read figures: whoever answers for a place, and those who check it.
var counters = slices.Concat(books, []area.Role{area.RoleSupervisor})

// statisticsTable is the part of the table about what was done for whom, in figures.
func statisticsTable() []*route {
	get := http.MethodGet
	return []*route{
		{method: get, path: "/statistics", who: counters, summary: "Who was helped, by how much and how soon, between two days", bind: read((*Server).statistics)},
		{method: get, path: "/statistics/stuck", who: counters, summary: "What waits where in the loop, for how long, and how much for longer than usual", bind: read((*Server).stuck)},
		{method: get, path: "/statistics/stuck/cases", who: counters, summary: "What stands in one state, the longest first", bind: read((*Server).stuckCases)},
		{method: get, path: "/statistics/stuck/sheet", who: counters, summary: "What waits, as a spreadsheet (XLSX); it names owners and no citizen", bind: bindStuckSheet},
		{method: get, path: "/statistics/sheet", who: counters, summary: "The same as a spreadsheet (XLSX); it names nobody", bind: bindStatisticsSheet},
	}
}

type statisticsInput struct {
	Area string `query:"area" pattern:"^[0-9]{12}$" doc:"A place of yours; default: the whole of it"`
	From string `query:"from" doc:"First day, as 2026-10-01; default: the first of this month"`
	To   string `query:"to" doc:"Last day; default: today"`
}

// longestCount is how many years one report counts.
const longestCount = 5

func (in statisticsInput) filter(me area.Code, now time.Time) (statistics.Filter, error) {
	f := statistics.Filter{Area: area.Code(in.Area), To: area.DateOf(now)}
	f.From = f.To[:len("2026-10-")] + "01"
	if in.Area == "" {
		f.Area = me
	}
	for _, d := range []struct {
		field, text string
		to          *area.Date
	}{{"from", in.From, &f.From}, {"to", in.To, &f.To}} {
		if d.text == "" {
			continue
		}
		day, err := area.ParseDate(d.text)
		if err != nil {
			return f, act.Invalid(d.field, "bad_date", "Write the day as 2026-10-31.")
		}
		*d.to = day
	}
	switch {
	case f.From > f.To:
		return f, act.Invalid("to", "before_from", "The last day lies before the first.")
	case yearOf(f.To)-yearOf(f.From) > longestCount:
		return f, act.Invalid("from", "span_too_long", "Take at most five years at once.")
	case !me.Contains(f.Area):
		return f, act.NotFound("area")
	}
	return f, nil
}

func yearOf(d area.Date) int {
	year, _ := strconv.Atoi(string(d[:4])) // a Date that was read has four digits there
	return year
}

func (s *Server) statistics(ctx context.Context, tx Tx, in *statisticsInput) (statistics.Report, error) {
	f, err := in.filter(tx.Actor().Area, tx.Now())
	if err != nil {
		return statistics.Report{}, err
	}
	return tx.Statistics(ctx, f)
}

// bindStatisticsSheet sends the figures as a spreadsheet.
func bindStatisticsSheet(s *Server, r *route) {
	bindSheet(s, r, map[string]string{"area": "A place of yours", "from": "First day", "to": "Last day"}, func(ctx context.Context, tx Tx, query func(string) string) (string, []sheet, error) {
		report, err := s.statistics(ctx, tx, &statisticsInput{Area: query("area"), From: query("from"), To: query("to")})
		return "statistics-" + string(report.Area) + "-" + string(report.From) + "-" + string(report.To), sheetsOf(report), err
	})
}
