package api

import (
	"cmp"
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// Bounds of what one calendar shows.
const (
	calendarDays    = 28
	mostCalendar    = 100 * 24 * time.Hour
	mostChangesRead = 500
	mineBehind      = 7 * 24 * time.Hour // hand-overs are signed for some days later, too
)

type dutyCalendarInput struct {
	Area string    `query:"area" pattern:"^[0-9]{12}$" doc:"Default: your own"`
	Role string    `query:"role" maxLength:"40" doc:"Default: yours, where it has a duty there, else the first that has one"`
	From time.Time `query:"from" doc:"Default: the beginning of today"`
	To   time.Time `query:"to" doc:"Default: 28 days after from; at most 100"`
}

// CalendarSpan is somebody on duty without a break.
type CalendarSpan struct {
	duty.Span
	Login string `json:"login,omitempty"`
}

// DutyDay is a day of the calendar.
type DutyDay struct {
	Date  ticket.Date   `json:"date"`
	Class duty.DayClass `json:"class" enum:"workday,rest_day,holiday"`
	Name  string        `json:"name,omitempty" doc:"Of the holiday, in Chinese"`
}

// DutyCalendar is one roster from From until To.
type DutyCalendar struct {
	Area     area.Code      `json:"area"`
	AreaName string         `json:"area_name"`
	Role     area.Role      `json:"role"`
	Roles    []area.Role    `json:"roles" doc:"That have a duty in this area"`
	From     time.Time      `json:"from"`
	To       time.Time      `json:"to"`
	Version  int            `json:"version" doc:"Of the newest plan; zero: there is none yet"`
	MayKeep  bool           `json:"may_keep" doc:"You may change this roster"`
	Days     []DutyDay      `json:"days"`
	Items    []CalendarSpan `json:"items"`
	Holes    []duty.Hole    `json:"holes"`
	Changes  []DutyChange   `json:"changes" doc:"Overrides and temporary rosters that end after from"`
}

func (s *Server) dutyCalendar(ctx context.Context, tx Tx, in *dutyCalendarInput) (DutyCalendar, error) {
	k, err := dutyKey(tx, in.Area, in.Role)
	if err != nil {
		return DutyCalendar{}, err
	}
	from, to := in.From.UTC(), in.To.UTC()
	if in.From.IsZero() {
		from = ticket.DateOf(tx.Now()).At(0)
	}
	if in.To.IsZero() {
		to = from.AddDate(0, 0, calendarDays)
	}
	if !from.Before(to) || to.Sub(from) > mostCalendar {
		return DutyCalendar{}, act.Invalid("to", "bad_span", "Ask for a time of at most 100 days, its end after its beginning.")
	}
	roster, err := tx.Roster(ctx, k, from, to)
	if err != nil {
		return DutyCalendar{}, err
	}
	schedule, err := duty.New(roster, s.deps.Rules.Calendar.Day)
	if err != nil {
		return DutyCalendar{}, err
	}
	version, err := tx.LastVersion(ctx, k)
	if err != nil {
		return DutyCalendar{}, err
	}
	c := DutyCalendar{Area: k.Area, AreaName: s.placeName(k.Area), Role: k.Role, Roles: dispatch.DutyRoles(k.Area.Level()), From: from, To: to,
		Version: version, MayKeep: dispatch.KeepsRoster(tx.Actor(), k), Days: s.dutyDays(from, to), Holes: slices.Concat([]duty.Hole{}, schedule.Holes(from, to))}
	if c.Items, err = calendarSpans(ctx, tx, schedule, from, to); err != nil {
		return DutyCalendar{}, err
	}
	c.Changes, err = dutyChanges(ctx, tx, k, from)
	return c, err
}

// dutyKey is the roster that is asked for, which the actor may look at.
func dutyKey(tx Tx, where, role string) (duty.Key, error) {
	k := duty.Key{Area: area.Code(where), Role: area.Role(role)}
	if k.Area == "" {
		k.Area = tx.Actor().Area
	}
	if err := inReach(tx, k.Area); err != nil {
		return k, err
	}
	roles := dispatch.DutyRoles(k.Area.Level())
	switch {
	case k.Role == "" && slices.Contains(roles, tx.Actor().Role):
		k.Role = tx.Actor().Role
	case k.Role == "" && k.Area.Level() == area.LevelTownship:
		k.Role = area.RoleWorker
	case k.Role == "" && len(roles) > 0:
		k.Role = roles[0]
	}
	if !slices.Contains(roles, k.Role) {
		return k, act.Invalid("role", "no_duty_here", "This role has no duty at this level. Choose a township, a county or the city, and one of its roles.")
	}
	return k, nil
}

// calendarSpans lays a roster out, with the logins of its people.
func calendarSpans(ctx context.Context, tx Tx, schedule *duty.Schedule, from, to time.Time) ([]CalendarSpan, error) {
	spans := schedule.Shifts(from, to)
	ids := make([]area.PostID, 0, len(spans))
	for _, span := range spans {
		ids = append(ids, span.Post)
	}
	members, err := tx.RosterMembers(ctx, ids)
	if err != nil {
		return nil, err
	}
	items := make([]CalendarSpan, 0, len(spans))
	for _, span := range spans {
		items = append(items, CalendarSpan{Span: span, Login: members[span.Post].Login})
	}
	return items, nil
}

// dutyDays tells what the days are that a time touches.
func (s *Server) dutyDays(from, to time.Time) []DutyDay {
	var days []DutyDay
	for date := ticket.DateOf(from); date.At(0).Before(to); date = date.Next() {
		d := s.deps.Rules.Calendar.Day(date)
		days = append(days, DutyDay{Date: date, Class: duty.ClassOf(d), Name: d.Name})
	}
	return days
}

type dutyHolesInput struct {
	Area string `query:"area" pattern:"^[0-9]{12}$" doc:"That division and those below it; default: your own"`
	Days int    `query:"days" minimum:"1" maximum:"90" default:"90"`
}

// HoleRow is a time in which a position that must have somebody has nobody.
type HoleRow struct {
	duty.HoleOf
	AreaName string `json:"area_name"`
}

// HoleList is the holes of all rosters in reach, the nearest first.
type HoleList struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	Items []HoleRow `json:"items"`
	More  int       `json:"more,omitempty" doc:"So many further ones are not shown"`
}

const mostHoles = 300

func (s *Server) dutyHoles(ctx context.Context, tx Tx, in *dutyHolesInput) (HoleList, error) {
	where, mine := area.Code(in.Area), tx.Actor().Area
	if where == "" {
		where = mine
	}
	if !mine.Contains(where) {
		return HoleList{}, act.NotFound("area")
	}
	list := HoleList{From: tx.Now().UTC(), To: tx.Now().UTC().AddDate(0, 0, in.Days), Items: []HoleRow{}}
	rosters, err := tx.Rosters(ctx, where, list.From, list.To)
	if err != nil {
		return HoleList{}, err
	}
	for _, r := range rosters {
		schedule, err := duty.New(r, s.deps.Rules.Calendar.Day)
		if err != nil {
			return HoleList{}, err
		}
		for _, hole := range schedule.Holes(list.From, list.To) {
			list.Items = append(list.Items, HoleRow{HoleOf: duty.HoleOf{Key: r.Key, Hole: hole}, AreaName: s.placeName(r.Area)})
		}
	}
	slices.SortStableFunc(list.Items, func(a, b HoleRow) int { return cmp.Or(a.Starts.Compare(b.Starts), cmp.Compare(a.Area, b.Area)) })
	if most := min(len(list.Items), mostHoles); most < len(list.Items) {
		list.Items, list.More = list.Items[:most], len(list.Items)-most
	}
	return list, nil
}

// MyShift is a time in which you are on duty.
type MyShift struct {
	duty.Key
	duty.Span
	AreaName string `json:"area_name"`
}

// MyRelief is a time in which you have a place and do not serve.
type MyRelief struct {
	duty.Key
	duty.Relief
	AreaName string `json:"area_name"`
}

// MyCover is a time in which you serve in somebody's place, or beside the plan.
type MyCover struct {
	duty.Key
	AreaName string    `json:"area_name"`
	Position int       `json:"position"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Kind     duty.Kind `json:"kind" enum:"swap,hand_over,cover,deputy"`
	Instead  string    `json:"instead,omitempty" doc:"Name of whose place it was; absent for a cover, which has nobody's"`
}

// MyDuty is what your own page shows.
type MyDuty struct {
	Items    []MyShift       `json:"items" doc:"The next 28 days, the nearest first"`
	Lent     []MyRelief      `json:"lent" doc:"Shifts of yours in the next 28 days that somebody else does, or nobody: leave, swapped, handed over, replaced"`
	Taken    []MyCover       `json:"taken" doc:"Those of the items in which you do somebody else's"`
	HandOver []DutyChange    `json:"hand_overs" doc:"That wait for your signature"`
	Feed     *duty.FeedState `json:"feed,omitempty" doc:"Your calendar's address, where you have made one"`
}

func (s *Server) myDuty(ctx context.Context, tx Tx, _ *struct{}) (MyDuty, error) {
	now, me := tx.Now().UTC(), tx.Actor().PostID
	until := now.AddDate(0, 0, calendarDays)
	mine := MyDuty{HandOver: []DutyChange{}, Lent: []MyRelief{}}
	keys, err := tx.RostersOf(ctx, me, now.Add(-mineBehind), until)
	if err != nil {
		return MyDuty{}, err
	}
	schedules, err := s.schedules(ctx, tx, keys, now, until)
	if err != nil {
		return MyDuty{}, err
	}
	mine.Items = s.shiftsOf(me, schedules, now, until)
	mine.Taken = covers(mine.Items)
	for _, schedule := range schedules {
		for _, r := range schedule.Relieved(me, now, until) {
			mine.Lent = append(mine.Lent, MyRelief{Key: schedule.Key(), Relief: r, AreaName: s.placeName(schedule.Key().Area)})
		}
	}
	slices.SortStableFunc(mine.Lent, func(a, b MyRelief) int { return a.Starts.Compare(b.Starts) })
	for _, k := range keys {
		changes, err := dutyChanges(ctx, tx, k, now.Add(-mineBehind))
		if err != nil {
			return MyDuty{}, err
		}
		for _, c := range changes {
			if c.ToConfirm {
				mine.HandOver = append(mine.HandOver, c)
			}
		}
	}
	if state, open, err := tx.Feed(ctx); err != nil {
		return MyDuty{}, err
	} else if open {
		mine.Feed = &state
	}
	return mine, nil
}

// schedules are those of some rosters for a time.
func (s *Server) schedules(ctx context.Context, tx Tx, keys []duty.Key, from, to time.Time) ([]*duty.Schedule, error) {
	schedules := make([]*duty.Schedule, 0, len(keys))
	for _, k := range keys {
		roster, err := tx.Roster(ctx, k, from, to)
		if err != nil {
			return nil, err
		}
		schedule, err := duty.New(roster, s.deps.Rules.Calendar.Day)
		if err != nil {
			return nil, err
		}
		schedules = append(schedules, schedule)
	}
	return schedules, nil
}

// shiftsOf lists when somebody is on duty by some rosters.
func (s *Server) shiftsOf(post area.PostID, schedules []*duty.Schedule, from, to time.Time) []MyShift {
	shifts := []MyShift{}
	for _, schedule := range schedules {
		for _, span := range schedule.Shifts(from, to) {
			if span.Post == post {
				shifts = append(shifts, MyShift{Key: schedule.Key(), Span: span, AreaName: s.placeName(schedule.Key().Area)})
			}
		}
	}
	slices.SortStableFunc(shifts, func(a, b MyShift) int { return a.Starts.Compare(b.Starts) })
	return shifts
}

// covers picks out of somebody's shifts the times in which they do another's.
func covers(shifts []MyShift) []MyCover {
	taken := []MyCover{}
	for _, shift := range shifts {
		for _, r := range shift.Reasons {
			if len(r.Why.Overrides) == 0 {
				continue
			}
			last := r.Why.Overrides[len(r.Why.Overrides)-1]
			c := MyCover{Key: shift.Key, AreaName: shift.AreaName, Position: shift.Position, From: r.Starts, To: r.Ends, Kind: last.Kind, Instead: last.Instead}
			if n := len(taken); n > 0 && taken[n-1].To.Equal(c.From) && taken[n-1].sameAs(c) {
				taken[n-1].To = c.To
				continue
			}
			taken = append(taken, c)
		}
	}
	return taken
}

func (c MyCover) sameAs(d MyCover) bool {
	return c.Key == d.Key && c.Position == d.Position && c.Kind == d.Kind && c.Instead == d.Instead
}
