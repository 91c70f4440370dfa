package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/statistics"
)

// StatisticsRows are the figures of help, within the actor's scope.
type StatisticsRows interface {
	// Statistics counts what happened in a place between two days and holds it against the ledger.
	Statistics(ctx context.Context, f statistics.Filter) (statistics.Report, error)
}

// counters read figures: whoever answers for a place, and those who check it.
var counters = slices.Concat(books, []area.Role{area.RoleSupervisor})

// statisticsTable is the part of the table about what was done for whom, in figures.
func statisticsTable() []*route {
	get := http.MethodGet
	return []*route{
		{method: get, path: "/statistics", who: counters, summary: "Who was helped, by how much and how soon, between two days", bind: read((*Server).statistics)},
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

// sheetType is what a spreadsheet says of itself (ECMA-376).
const sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// bindStatisticsSheet sends the figures as a spreadsheet.
func bindStatisticsSheet(s *Server, r *route) {
	s.app.Add(r.method, fiberPath(r.path), func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		in := statisticsInput{Area: c.Query("area"), From: c.Query("from"), To: c.Query("to")}
		var report statistics.Report
		err := s.deps.Run(ctx, requestOf(ctx).actor, func(tx Tx) (err error) {
			report, err = s.statistics(ctx, tx, &in)
			return err
		})
		if err != nil {
			return err
		}
		body, err := writeSheet(report, c.Query("lang") == "en")
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, sheetType)
		c.Set(fiber.HeaderContentDisposition, "attachment; filename="+strconv.Quote("statistics-"+string(report.Area)+"-"+string(report.From)+"-"+string(report.To)+".xlsx"))
		return c.Send(body)
	})
	op := r.operation()
	for name, doc := range map[string]string{"area": "A place of yours", "from": "First day", "to": "Last day", "lang": "zh or en"} {
		op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: huma.TypeString}})
	}
	slices.SortFunc(op.Parameters, func(a, b *huma.Param) int { return strings.Compare(a.Name, b.Name) })
	op.Responses = map[string]*huma.Response{
		"200":     {Description: "The spreadsheet", Content: map[string]*huma.MediaType{sheetType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}},
		"default": {Description: "Error", Content: map[string]*huma.MediaType{problemType: {Schema: s.schemaOf(Problem{})}}},
	}
	s.api.OpenAPI().AddOperation(&op)
}
