package api

import (
	"context"
	"slices"
	"strconv"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/statistics"
	"example.org/hotline/ticket"
)

// StuckRows are what waits somewhere, within the actor's scope.
type StuckRows interface {
	// Stuck counts what waits in a place by where it stands, and for how long.
	Stuck(ctx context.Context, place area.Code, rules *statistics.StageRules) (statistics.StuckReport, error)
	// StuckCases lists what stands in one state, the longest first, and where the next page begins.
	StuckCases(ctx context.Context, f statistics.StuckFilter, rules *statistics.StageRules) ([]statistics.StuckCase, ticket.Cursor, error)
}

type placeInput struct {
	Area string `query:"area" pattern:"^[0-9]{12}$" doc:"A place of yours; default: the whole of it"`
}

// within is the place that was asked for, which lies in the asker's own.
func (in placeInput) within(me area.Code) (area.Code, error) {
	switch place := area.Code(in.Area); {
	case place == "":
		return me, nil
	case !me.Contains(place):
		return "", act.NotFound("area")
	default:
		return place, nil
	}
}

// usualDays are the rules in force today of how long something stays where it stands.
func (s *Server) usualDays(tx Tx) *statistics.StageRules {
	return s.deps.Rules.Stages.On(ticket.DateOf(tx.Now()))
}

func (s *Server) stuck(ctx context.Context, tx Tx, in *placeInput) (statistics.StuckReport, error) {
	place, err := in.within(tx.Actor().Area)
	if err != nil {
		return statistics.StuckReport{}, err
	}
	return tx.Stuck(ctx, place, s.usualDays(tx))
}

type stuckCasesInput struct {
	Area   string `query:"area" pattern:"^[0-9]{12}$" doc:"A place of yours; default: the whole of it"`
	Part   string `query:"part" enum:"ticket,application,decision,payout,referral,follow_up" default:"ticket"`
	State  string `query:"state" maxLength:"40" default:"respond" doc:"As in the figures"`
	Owner  int64  `query:"owner" minimum:"0" doc:"Of this post's tickets alone"`
	Beyond bool   `query:"beyond" doc:"Only what stands there longer than usual"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" maxLength:"200" doc:"next of the page before"`
}

// StuckPage is one page of what stands in a state.
type StuckPage struct {
	Items []statistics.StuckCase `json:"items"`
	Next  string                 `json:"next,omitempty" doc:"cursor of the next page; absent on the last"`
}

func (s *Server) stuckCases(ctx context.Context, tx Tx, in *stuckCasesInput) (StuckPage, error) {
	place, err := placeInput{Area: in.Area}.within(tx.Actor().Area)
	if err != nil {
		return StuckPage{}, err
	}
	after, err := parseCursor(in.Cursor)
	if err != nil {
		return StuckPage{}, err
	}
	f := statistics.StuckFilter{Area: place, Part: statistics.Part(in.Part), State: in.State, Owner: in.Owner, Beyond: in.Beyond, After: after, Limit: in.Limit}
	cases, next, err := tx.StuckCases(ctx, f, s.usualDays(tx))
	return StuckPage{Items: cases, Next: cursorText(next)}, err
}

// bindStuckSheet sends what waits as a spreadsheet.
func bindStuckSheet(s *Server, r *route) {
	bindSheet(s, r, map[string]string{"area": "A place of yours"}, func(ctx context.Context, tx Tx, query func(string) string) (string, []sheet, error) {
		report, err := s.stuck(ctx, tx, &placeInput{Area: query("area")})
		return "stuck-" + string(report.Area) + "-" + string(area.DateOf(tx.Now())), stuckSheets(report), err
	})
}

var stuckHeads = [][2]string{{"环节", "Part"}, {"状态", "State"}, {"件数", "Count"}, {"停留天数（中位）", "Days (median)"}, {"最长天数", "Days (oldest)"}, {"通常天数", "Usual days"}, {"超过通常天数", "Beyond"}}

// stuckSheets lays what waits out as tables.
func stuckSheets(r statistics.StuckReport) []sheet {
	cells := func(l statistics.StuckLine) []any {
		return []any{"part." + string(l.Part), string(l.Part) + "." + l.State, l.Count, tenths(l.MedianDays), tenths(l.OldestDays), l.UsualDays, l.Beyond}
	}
	states := sheet{zh: "环节与状态", en: "Stages and states", heads: stuckHeads}
	for _, l := range r.Lines {
		states.rows = append(states.rows, cells(l))
	}
	places := sheet{zh: "按乡镇", en: "By township", heads: slices.Concat([][2]string{{"区划代码", "Code"}, {"地区", "Place"}}, stuckHeads)}
	for _, l := range r.Places {
		places.rows = append(places.rows, append([]any{string(l.Area), l.AreaName}, cells(l)...))
	}
	owners := sheet{zh: "按责任人", en: "By owner", heads: slices.Concat([][2]string{{"责任人", "Owner"}}, stuckHeads)}
	for _, l := range r.Owners {
		owners.rows = append(owners.rows, append([]any{l.OwnerName}, cells(l)...))
	}
	return []sheet{states, places, owners}
}

// tenths are days as a cell shows them: to a tenth.
func tenths(days float64) float64 {
	shown, err := strconv.ParseFloat(strconv.FormatFloat(days, 'f', 1, 64), 64)
	if err != nil {
		return days // what was just written is read again
	}
	return shown
}
