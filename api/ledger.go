package api

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
)

// Inbox is what waits for the reader's word, oldest first.
type Inbox struct {
	Items []ledger.InboxItem `json:"items"`
}

func (s *Server) listApprovals(ctx context.Context, tx Tx, _ *struct{}) (Inbox, error) {
	items, err := tx.Approvals(ctx)
	return Inbox{Items: items}, err
}

type trialBalanceInput struct {
	Area string `query:"area" pattern:"^[0-9]{12}$" doc:"That division and all below it; default: all you see"`
}

// TrialBalance is every account in scope, and the floats among them.
type TrialBalance struct {
	ledger.TrialBalance
	Floats []ledger.FloatView `json:"floats"`
}

// mostFloats is how many floats one answer shows in full.
const mostFloats = 200

func (s *Server) trialBalance(ctx context.Context, tx Tx, in *trialBalanceInput) (TrialBalance, error) {
	all, err := tx.TrialBalance(ctx)
	if err != nil {
		return TrialBalance{}, err
	}
	out := TrialBalance{TrialBalance: all, Floats: []ledger.FloatView{}}
	if in.Area != "" {
		out.TrialBalance = within(all, area.Code(in.Area))
	}
	limits := s.deps.Rules.Relief.Limits
	for _, a := range out.Accounts {
		if a.Kind != ledger.Float || len(out.Floats) == mostFloats {
			continue
		}
		float, err := tx.Float(ctx, area.Code(a.Area), limits.FloatFen, limits.FloatLowPercent)
		if err != nil {
			return TrialBalance{}, err
		}
		out.Floats = append(out.Floats, float)
	}
	return out, nil
}

// within keeps the accounts of a division and adds them up anew.
func within(b ledger.TrialBalance, where area.Code) ledger.TrialBalance {
	b.Accounts = slices.DeleteFunc(slices.Clone(b.Accounts), func(a ledger.AccountView) bool { return !where.Contains(area.Code(a.Area)) })
	b.DebitFen, b.CreditFen = 0, 0
	for _, a := range b.Accounts {
		b.DebitFen, b.CreditFen = b.DebitFen+max(a.PostedFen, 0), b.CreditFen-min(a.PostedFen, 0)
	}
	b.Balanced = b.DebitFen == b.CreditFen
	b.Whole = b.Whole && where.Level() <= area.LevelCounty // floats are filled out of the county's fund
	return b
}

type statementInput struct {
	ThingRef
	Paging
}

func (s *Server) statement(ctx context.Context, tx Tx, in *statementInput) (ledger.Statement, error) {
	return tx.AccountStatement(ctx, in.ID, in.Cursor, in.Limit)
}

type dutyInput struct {
	Area string    `query:"area" pattern:"^[0-9]{12}$" doc:"That division and those below it; default: your own"`
	At   time.Time `query:"at" doc:"Default: now"`
}

// DutyRow is one post on the roster at an instant.
type DutyRow struct {
	Area     area.Code  `json:"area"`
	AreaName string     `json:"area_name"`
	Role     area.Role  `json:"role"`
	Position int        `json:"position" doc:"1 is asked first"`
	Name     string     `json:"name"`
	From     *time.Time `json:"from,omitempty"`
	To       *time.Time `json:"to,omitempty"`
	Why      string     `json:"why" doc:"shift, absent or left"`
	Absent   bool       `json:"absent" doc:"On the roster, and not there: the ladder passes them over"`
	Detail   string     `json:"detail,omitempty" doc:"The absence's own reason"`
	Until    *time.Time `json:"until,omitempty" doc:"End of the absence"`
}

// DutyList is who is on duty, and who would be.
type DutyList struct {
	At    time.Time `json:"at"`
	Items []DutyRow `json:"items"`
}

// mostRosters is how many rosters one answer looks at.
const mostRosters = 200

func (s *Server) listDuty(ctx context.Context, tx Tx, in *dutyInput) (DutyList, error) {
	where, at, mine := area.Code(in.Area), in.At, tx.Actor().Area
	if where == "" {
		where = mine
	}
	if at.IsZero() {
		at = tx.Now()
	}
	if !mine.Contains(where) && !where.Contains(mine) {
		return DutyList{}, act.NotFound("area")
	}
	rosters, err := tx.RostersAt(ctx, where, at, mostRosters)
	if err != nil {
		return DutyList{}, err
	}
	list := DutyList{At: at.UTC(), Items: []DutyRow{}}
	for _, r := range rosters {
		if !mine.Contains(r.Area) && !r.Area.Contains(mine) {
			continue
		}
		rows, err := dutyRows(ctx, tx, r.Area, r.Role, at)
		if err != nil {
			return DutyList{}, err
		}
		list.Items = append(list.Items, rows...)
	}
	return list, nil
}

// dutyRows shows one roster as the ladder reads it.
func dutyRows(ctx context.Context, tx Tx, where area.Code, role area.Role, at time.Time) ([]DutyRow, error) {
	place, err := tx.Division(ctx, where)
	if err != nil {
		return nil, err
	}
	answer, err := tx.DutyAt(ctx, where, role, 0, at)
	if err != nil {
		return nil, err
	}
	rows := []DutyRow{}
	for _, d := range answer.OnDuty {
		rows = append(rows, DutyRow{Area: where, AreaName: place.Name, Role: role, Position: d.Position, Name: d.Name, From: &d.Starts, To: &d.Ends, Why: "shift"})
	}
	for _, skipped := range answer.Skipped {
		row := DutyRow{Area: where, AreaName: place.Name, Role: role, Position: skipped.Position, Name: skipped.Name, Why: string(skipped.Reason), Absent: true, Detail: skipped.Detail}
		if !skipped.Until.IsZero() {
			row.Until = &skipped.Until
		}
		rows = append(rows, row)
	}
	return rows, nil
}
