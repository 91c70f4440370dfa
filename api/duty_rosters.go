package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
)

// PlanBody is a plan with its people by login.
type PlanBody struct {
	Zone      string         `json:"zone" maxLength:"60" doc:"IANA name, such as Asia/Shanghai"`
	Required  []int          `json:"required,omitempty" maxItems:"9" doc:"Positions that must have somebody; none given: anybody will do"`
	Rules     []RuleBody     `json:"rules" maxItems:"100"`
	Rotations []RotationBody `json:"rotations,omitempty" maxItems:"50"`
}

// RuleBody puts somebody on duty on certain days between two times of the local clock.
type RuleBody struct {
	Name     string `json:"name" maxLength:"60" doc:"Of its own within the plan"`
	Position int    `json:"position" doc:"1 is asked first"`
	Days     string `json:"days,omitempty" maxLength:"40" doc:"mon,tue,…; default: every day. The day is the one on which the hours begin"`
	Class    string `json:"class,omitempty" enum:"any,workday,rest_day,holiday" doc:"Kind of day; swapped working days follow it, not days"`
	Start    string `json:"start" maxLength:"5" doc:"HH:MM"`
	End      string `json:"end" maxLength:"5" doc:"HH:MM; not after start: on the next day; the same: 24 hours"`
	Login    string `json:"login,omitempty" maxLength:"60" doc:"This person, or"`
	Rotation string `json:"rotation,omitempty" maxLength:"60" doc:"whose turn it is in this rotation"`
	Ahead    int    `json:"ahead,omitempty" doc:"With rotation: that many members further on"`
}

// RotationBody lets members take turns.
type RotationBody struct {
	Name    string   `json:"name" maxLength:"60"`
	Unit    string   `json:"unit" enum:"hourly,daily,weekly,monthly"`
	Length  int      `json:"length" doc:"Of a turn, in units"`
	Anchor  string   `json:"anchor" maxLength:"16" doc:"When the first member's turn begins: 2026-10-01T08:00 of the local clock"`
	Members []string `json:"members" maxItems:"100" doc:"Logins, in the order of their turns"`
}

// plan reads a plan. What is wrong with it is told with the field, as the
// command tells what it finds.
func (b PlanBody) plan(posts map[string]area.PostID) (duty.Plan, error) {
	p := duty.Plan{Zone: b.Zone, Required: b.Required, Rules: []duty.Rule{}}
	who := func(at, login string) (area.PostID, error) {
		post, known := posts[login]
		if login != "" && !known {
			return 0, act.Invalid(at, "unknown_person", "There is no such person. Choose somebody from the list.")
		}
		return post, nil
	}
	for i, r := range b.Rules {
		at := fmt.Sprintf("plan.rules[%d]", i)
		rule := duty.Rule{Name: r.Name, Position: r.Position, Class: duty.DayClass(r.Class), Rotation: r.Rotation, Ahead: r.Ahead}
		var err error
		if rule.Post, err = who(at+".login", r.Login); err != nil {
			return p, err
		}
		for field, parse := range map[string]func() error{
			"days":  func() error { return rule.Days.UnmarshalText([]byte(r.Days)) },
			"start": func() error { return rule.Start.UnmarshalText([]byte(r.Start)) },
			"end":   func() error { return rule.End.UnmarshalText([]byte(r.End)) },
		} {
			if err := parse(); err != nil {
				return p, act.Invalid(at+"."+field, "bad_plan", err.Error())
			}
		}
		p.Rules = append(p.Rules, rule)
	}
	for i, r := range b.Rotations {
		at := fmt.Sprintf("plan.rotations[%d]", i)
		rotation := duty.Rotation{Name: r.Name, Unit: duty.Unit(r.Unit), Length: r.Length}
		if err := rotation.Anchor.UnmarshalText([]byte(r.Anchor)); err != nil {
			return p, act.Invalid(at+".anchor", "bad_plan", err.Error())
		}
		for j, login := range r.Members {
			post, err := who(fmt.Sprintf("%s.members[%d]", at, j), login)
			if err != nil {
				return p, err
			}
			rotation.Members = append(rotation.Members, post)
		}
		p.Rotations = append(p.Rotations, rotation)
	}
	return p, nil
}

func (b PlanBody) logins() []string {
	var logins []string
	for _, r := range b.Rules {
		if r.Login != "" {
			logins = append(logins, r.Login)
		}
	}
	for _, r := range b.Rotations {
		logins = append(logins, r.Members...)
	}
	return logins
}

// planBody writes a plan with its people by login; who has no login any more is
// named by nothing, and the plan must then be corrected before it is saved.
func planBody(p duty.Plan, members map[area.PostID]duty.Member) PlanBody {
	b := PlanBody{Zone: p.Zone, Required: p.Required, Rules: []RuleBody{}}
	for _, r := range p.Rules {
		days, _ := r.Days.MarshalText() // never fails
		b.Rules = append(b.Rules, RuleBody{Name: r.Name, Position: r.Position, Days: string(days), Class: string(r.Class), Start: r.Start.String(), End: r.End.String(),
			Login: members[r.Post].Login, Rotation: r.Rotation, Ahead: r.Ahead})
	}
	for _, r := range p.Rotations {
		logins := make([]string, 0, len(r.Members))
		for _, m := range r.Members {
			logins = append(logins, members[m].Login)
		}
		b.Rotations = append(b.Rotations, RotationBody{Name: r.Name, Unit: string(r.Unit), Length: r.Length, Anchor: r.Anchor.String(), Members: logins})
	}
	return b
}

type listRostersInput struct {
	Area string `query:"area" pattern:"^[0-9]{12}$" doc:"Default: your own"`
	Role string `query:"role" maxLength:"40" doc:"As in the calendar"`
}

// RosterVersion is one version of a plan with its history.
type RosterVersion struct {
	Number    int       `json:"number"`
	From      time.Time `json:"from" doc:"In force from then until the next version's"`
	Plan      PlanBody  `json:"plan"`
	By        string    `json:"by"`
	Reason    string    `json:"reason,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}

// RosterVersions are the versions of a plan, newest first.
type RosterVersions struct {
	Area    area.Code       `json:"area"`
	Role    area.Role       `json:"role"`
	MayKeep bool            `json:"may_keep"`
	Items   []RosterVersion `json:"items"`
	People  []duty.Member   `json:"people" doc:"Whom the plans name"`
}

const mostVersions = 50

func (s *Server) listRosters(ctx context.Context, tx Tx, in *listRostersInput) (RosterVersions, error) {
	k, err := dutyKey(tx, in.Area, in.Role)
	if err != nil {
		return RosterVersions{}, err
	}
	views, err := tx.RosterVersions(ctx, k, mostVersions)
	if err != nil {
		return RosterVersions{}, err
	}
	var ids []area.PostID
	for _, v := range views {
		ids = append(ids, v.Plan.People()...)
	}
	slices.Sort(ids)
	members, err := tx.RosterMembers(ctx, slices.Compact(ids))
	if err != nil {
		return RosterVersions{}, err
	}
	list := RosterVersions{Area: k.Area, Role: k.Role, MayKeep: dispatch.KeepsRoster(tx.Actor(), k), Items: []RosterVersion{}, People: []duty.Member{}}
	for _, v := range views {
		list.Items = append(list.Items, RosterVersion{Number: v.Number, From: v.From, Plan: planBody(v.Plan, members), By: v.By, Reason: v.Reason, CreatedAt: v.CreatedAt})
	}
	for _, id := range slices.Compact(ids) {
		if m, known := members[id]; known {
			list.People = append(list.People, m)
		}
	}
	return list, nil
}

type rosterInput struct {
	Body struct {
		RosterKey
		Expected int       `json:"expected" minimum:"0" doc:"Number of the version you saw last; zero for the first"`
		From     time.Time `json:"from,omitzero" required:"false" doc:"Default: now. Never before now"`
		Plan     PlanBody  `json:"plan"`
		Reason   string    `json:"reason,omitempty" maxLength:"200"`
	}
}

// version reads what an editor sends.
func (in *rosterInput) version(ctx context.Context, tx Tx) (dispatch.NewVersion, error) {
	posts, err := tx.PostsOf(ctx, in.Body.Plan.logins())
	if err != nil {
		return dispatch.NewVersion{}, err
	}
	plan, err := in.Body.Plan.plan(posts)
	return dispatch.NewVersion{Key: in.Body.key(), From: in.Body.From, Plan: plan, Reason: in.Body.Reason, Expected: in.Body.Expected}, err
}

func (s *Server) saveRoster(ctx context.Context, tx Tx, in *rosterInput) (DutyResult, error) {
	n, err := in.version(ctx, tx)
	if err != nil {
		return DutyResult{}, err
	}
	return dutyResult(s.rosters().SaveRoster(ctx, tx, n))
}

// RosterPreview is what a new version would change.
type RosterPreview struct {
	From   time.Time     `json:"from" doc:"When the version would begin to hold"`
	Shifts time.Time     `json:"shifts_until" doc:"How far shifts are laid out"`
	To     time.Time     `json:"to" doc:"How far holes are looked for"`
	Days   []DutyDay     `json:"days"`
	Before RosterPicture `json:"before"`
	After  RosterPicture `json:"after"`
}

// RosterPicture is a roster as a calendar shows it.
type RosterPicture struct {
	Items []duty.Span `json:"items"`
	Holes []duty.Hole `json:"holes"`
}

func (s *Server) previewRoster(ctx context.Context, tx Tx, in *rosterInput) (RosterPreview, error) {
	n, err := in.version(ctx, tx)
	if err != nil {
		return RosterPreview{}, err
	}
	p, err := s.rosters().PreviewRoster(ctx, tx, n)
	if err != nil {
		return RosterPreview{}, err
	}
	return RosterPreview{From: p.From, Shifts: p.Shifts, To: p.To, Days: s.dutyDays(p.From, p.Shifts), Before: picture(p.Before), After: picture(p.After)}, nil
}

func picture(p dispatch.Picture) RosterPicture {
	return RosterPicture{Items: slices.Concat([]duty.Span{}, p.Spans), Holes: slices.Concat([]duty.Hole{}, p.Holes)}
}
