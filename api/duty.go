package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
)

// RosterRows are rosters, their people and their feeds.
type RosterRows interface {
	dispatch.RosterTx
	dispatch.RosterReads
	// RosterStaff lists who may be put on a roster: those of some roles at or below an area, the own area's first.
	RosterStaff(ctx context.Context, own, under area.Code, roles []area.Role) ([]duty.Member, error)
	// RosterMembers names posts of people. Unknown ids are missing.
	RosterMembers(ctx context.Context, ids []area.PostID) (map[area.PostID]duty.Member, error)
	// PostsOf finds the posts of people by their logins. Unknown ones are missing.
	PostsOf(ctx context.Context, logins []string) (map[string]area.PostID, error)
	// RostersOf lists the rosters that name somebody for a time.
	RostersOf(ctx context.Context, post area.PostID, from, to time.Time) ([]duty.Key, error)
	// OpenFeed gives the actor's own calendar a new address and ends the one before.
	OpenFeed(ctx context.Context, tokenHash []byte) error
	// CloseFeed ends the actor's address; without one it does nothing.
	CloseFeed(ctx context.Context) error
	// Feed tells of the actor's address; false where there is none.
	Feed(ctx context.Context) (duty.FeedState, bool, error)
	// FeedReader finds whose address a token is; act.ErrNotFound for one that is no longer.
	FeedReader(ctx context.Context, tokenHash []byte) (area.Staff, error)
}

// Who keeps rosters and who stands on them; the commands decide in which areas.
var (
	keepers = []area.Role{area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCityDuty, area.RoleCityHead, area.RoleSupervisor}
	serving = dispatch.ServesDuty()
)

// dutyTable is the part of the table about rosters.
func dutyTable() []*route {
	get, post, del := http.MethodGet, http.MethodPost, http.MethodDelete
	return []*route{
		{method: get, path: "/duty", who: readers, summary: "Who is on duty, and why", bind: read((*Server).listDuty)},
		{method: get, path: "/duty/calendar", who: readers, background: true, summary: "One roster as a calendar: shifts with the why, holes, what changes them", bind: read((*Server).dutyCalendar)},
		{method: get, path: "/duty/holes", who: readers, background: true, summary: "Times without anybody in the next days, of all areas you see", bind: read((*Server).dutyHoles)},
		{method: get, path: "/duty/people", who: keepers, summary: "Who may be put on a roster", bind: read((*Server).dutyPeople)},
		{method: get, path: "/duty/mine", who: serving, background: true, summary: "Your own shifts, what waits for your signature, and your calendar's address", bind: read((*Server).myDuty)},
		{method: get, path: "/duty/rosters", who: readers, summary: "The versions of a roster's plan, newest first", bind: read((*Server).listRosters)},
		{method: post, path: "/duty/rosters", who: keepers, summary: "Save a new version of a plan", bind: do((*Server).saveRoster)},
		{method: post, path: "/duty/rosters/previews", who: keepers, keyless: true, summary: "What a new version would change; nothing is written", bind: read((*Server).previewRoster)},
		{method: post, path: "/duty/rosters/imports", who: keepers, summary: "Bring a table of standing rotations in: a new version of the plan of each roster it names, all of it or nothing", bind: do((*Server).importPlans)},
		{method: post, path: "/duty/rosters/imports/previews", who: keepers, keyless: true, summary: "What a table of standing rotations would bring, and its faults by line; nothing is written", bind: dry((*Server).importPlans)},
		{method: post, path: "/duty/overrides", who: keepers, summary: "Leave, a swap or a cover", bind: do((*Server).addOverride)},
		{method: del, path: "/duty/overrides/{id}", who: keepers, summary: "End an override or a temporary roster now", bind: do((*Server).endOverride)},
		{method: post, path: "/duty/temporaries", who: keepers, summary: "A fixed roster that replaces the usual one for a time", bind: do((*Server).addTemporary)},
		{method: post, path: "/duty/handovers", who: serving, summary: "Give the rest of a duty to somebody else, with a note and the cash counted", bind: do((*Server).handOverDuty)},
		{method: post, path: "/duty/handovers/{id}/confirmation", who: serving, summary: "Sign for a duty that was handed over to you", bind: do((*Server).confirmHandOver)},
		{method: post, path: "/duty/imports", who: keepers, summary: "Bring a table or a calendar of shifts in as a temporary roster, all of it or nothing", bind: do((*Server).importDuty)},
		{method: post, path: "/duty/imports/previews", who: keepers, keyless: true, summary: "What a table or a calendar of shifts would bring, and its faults by line; nothing is written", bind: dry((*Server).importDuty)},
		{method: post, path: "/duty/feeds", who: serving, summary: "Make an address for your own calendar; the one before ends", bind: do((*Server).openFeed)},
		{method: del, path: "/duty/feeds", who: serving, summary: "End the address of your own calendar", bind: do((*Server).closeFeed)},
		{method: get, path: "/duty/feeds/{token}.ics", open: true, background: true, summary: "Somebody's duty as iCalendar, for who has the address", bind: bindFeed},
	}
}

func (s *Server) rosters() *dispatch.Rosters { return dispatch.NewRosters(s.deps.Rules.Calendar) }

// inReach checks that an actor may look at the roster of an area: their own, one
// within it, or one that it lies in.
func inReach(tx Tx, where area.Code) error {
	mine := tx.Actor().Area
	if !mine.Contains(where) && !where.Contains(mine) {
		return act.NotFound("area")
	}
	return nil
}

// placeName is what a place is called; its code where the tree of this node does not know it.
func (s *Server) placeName(code area.Code) string {
	if d, found := s.deps.Places.Index().Get(code); found {
		return d.Name
	}
	return string(code)
}

type dutyInput struct {
	Area string    `query:"area" pattern:"^[0-9]{12}$" doc:"That division and those below it; default: your own"`
	Role string    `query:"role" maxLength:"40" doc:"Only this role; default: all"`
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
	Why      string     `json:"why" doc:"On duty by a rule, shift, temporary roster or cover; or passed over: absent, left, leave, swapped, handed_over, replaced"`
	Because  *duty.Why  `json:"because,omitempty" doc:"What put them on duty, in full"`
	Absent   bool       `json:"absent" doc:"On the roster, and not there: the ladder passes them over"`
	Relieved bool       `json:"relieved" doc:"On the roster, and somebody else does it"`
	By       string     `json:"by,omitempty" doc:"Who does it instead"`
	Detail   string     `json:"detail,omitempty" doc:"The absence's own reason, or the temporary roster's name"`
	Until    *time.Time `json:"until,omitempty" doc:"End of the absence or of the change"`
}

// DutyList is who is on duty, and who would be.
type DutyList struct {
	At    time.Time `json:"at"`
	Items []DutyRow `json:"items"`
}

// mostRosters is how many rosters one answer looks at.
const mostRosters = 200

func (s *Server) listDuty(ctx context.Context, tx Tx, in *dutyInput) (DutyList, error) {
	where, at := area.Code(in.Area), in.At
	if where == "" {
		where = tx.Actor().Area
	}
	if at.IsZero() {
		at = tx.Now()
	}
	if err := inReach(tx, where); err != nil {
		return DutyList{}, err
	}
	rosters, err := tx.RostersAt(ctx, where, at, mostRosters)
	if err != nil {
		return DutyList{}, err
	}
	list := DutyList{At: at.UTC(), Items: []DutyRow{}}
	for _, r := range rosters {
		if inReach(tx, r.Area) != nil || in.Role != "" && r.Role != area.Role(in.Role) {
			continue
		}
		answer, err := tx.DutyAt(ctx, r.Area, r.Role, 0, at)
		if err != nil {
			return DutyList{}, err
		}
		list.Items = append(list.Items, s.dutyRows(r, answer)...)
	}
	return list, nil
}

// dutyRows shows one roster as the ladder reads it.
func (s *Server) dutyRows(q duty.Question, answer duty.Answer) []DutyRow {
	rows := make([]DutyRow, 0, len(answer.OnDuty)+len(answer.Skipped))
	name := s.placeName(q.Area)
	for _, d := range answer.OnDuty {
		rows = append(rows, DutyRow{Area: q.Area, AreaName: name, Role: q.Role, Position: d.Position, Name: d.Name, From: &d.Starts, To: &d.Ends,
			Why: string(d.Why.Source), Because: &d.Why})
	}
	for _, skipped := range answer.Skipped {
		row := DutyRow{Area: q.Area, AreaName: name, Role: q.Role, Position: skipped.Position, Name: skipped.Name, Why: string(skipped.Reason),
			Absent: skipped.Reason.Away(), Relieved: !skipped.Reason.Away(), By: skipped.By, Detail: skipped.Detail}
		if !skipped.Until.IsZero() {
			row.Until = &skipped.Until
		}
		rows = append(rows, row)
	}
	return rows
}

type dutyPeopleInput struct {
	Area string `query:"area" pattern:"^[0-9]{12}$" doc:"Whose roster it is; default: your own area"`
}

// MemberList is who may be put on a roster, those of its own area first.
type MemberList struct {
	Items []duty.Member `json:"items"`
}

// dutyPeople lists a township's own people; who keeps the rosters of its county
// may lend those of the other townships too.
func (s *Server) dutyPeople(ctx context.Context, tx Tx, in *dutyPeopleInput) (MemberList, error) {
	mine := tx.Actor().Area
	own := area.Code(in.Area)
	if own == "" {
		own = mine
	}
	if !mine.Contains(own) {
		return MemberList{}, act.NotFound("area")
	}
	under := own
	if county := own.At(area.LevelCounty); own.Level() > area.LevelCounty && mine.Contains(county) {
		under = county
	}
	members, err := tx.RosterStaff(ctx, own, under, serving)
	return MemberList{Items: slices.Concat([]duty.Member{}, members)}, err
}

// postOf finds somebody by login; zero where none is given.
func postOf(ctx context.Context, tx Tx, field, login string) (area.PostID, error) {
	if login == "" {
		return 0, nil
	}
	posts, err := tx.PostsOf(ctx, []string{login})
	if err != nil {
		return 0, err
	}
	post, known := posts[login]
	if !known {
		return 0, act.Invalid(field, "unknown_person", "There is no such person. Choose somebody from the list.")
	}
	return post, nil
}

// changeID reads the id of an override or a hand-over; what cannot be one is not there.
func changeID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id <= 0 {
		return 0, act.NotFound("override")
	}
	return id, nil
}
