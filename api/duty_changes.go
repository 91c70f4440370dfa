package api

import (
	"context"
	"slices"
	"strconv"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch"
	"example.org/hotline/dispatch/duty"
)

// DutyResult is what a change of a roster did.
type DutyResult struct {
	ID    string      `json:"id"`
	From  time.Time   `json:"from" doc:"When it begins to hold"`
	To    time.Time   `json:"to" doc:"When it ends; of a plan, how far holes were looked for"`
	Holes []duty.Hole `json:"holes" doc:"That are there now in that time: nobody was stopped, but the county answers"`
}

func dutyResult(r dispatch.Result, err error) (DutyResult, error) {
	return DutyResult{ID: strconv.FormatInt(r.ID, 10), From: r.From.UTC(), To: r.To.UTC(), Holes: slices.Concat([]duty.Hole{}, r.Holes)}, err
}

// Named is somebody on a roster.
type Named struct {
	Login string `json:"login"`
	Name  string `json:"name"`
}

// DutyChange is an override or a temporary roster with its history.
type DutyChange struct {
	ID        string      `json:"id"`
	Kind      string      `json:"kind" enum:"leave,swap,cover,hand_over,temporary"`
	Remove    *Named      `json:"remove,omitempty" doc:"Who does not serve"`
	Add       *Named      `json:"add,omitempty" doc:"Who serves instead, or as well"`
	Position  int         `json:"position,omitempty"`
	Name      string      `json:"name,omitempty" doc:"Of a temporary roster"`
	From      time.Time   `json:"from"`
	To        time.Time   `json:"to"`
	EndedAt   *time.Time  `json:"ended_at,omitempty" doc:"Ended early"`
	Reason    string      `json:"reason,omitempty"`
	By        string      `json:"by"`
	CreatedAt time.Time   `json:"created_at"`
	EndedBy   string      `json:"ended_by,omitempty"`
	EndReason string      `json:"end_reason,omitempty"`
	Note      *duty.Note  `json:"hand_over,omitempty" doc:"Of a hand-over, for those whose area it is"`
	ToConfirm bool        `json:"to_confirm" doc:"It waits for your signature"`
	MayEnd    bool        `json:"may_end"`
	Places    []DutyPlace `json:"places,omitempty" doc:"Of a temporary roster"`
}

// DutyPlace is one post on a temporary roster.
type DutyPlace struct {
	Login    string    `json:"login" minLength:"1" maxLength:"60"`
	Name     string    `json:"name,omitempty" readOnly:"true"`
	Position int       `json:"position" minimum:"1" maximum:"9"`
	From     time.Time `json:"from,omitzero" required:"false" doc:"Default: as the whole"`
	To       time.Time `json:"to,omitzero" required:"false" doc:"Default: as the whole"`
}

// dutyChanges lists what changes a roster after a time.
func dutyChanges(ctx context.Context, tx Tx, k duty.Key, from time.Time) ([]DutyChange, error) {
	views, err := tx.RosterChanges(ctx, k, from, mostChangesRead)
	if err != nil {
		return nil, err
	}
	var ids []area.PostID
	for _, v := range views {
		ids = append(ids, v.People()...)
	}
	members, err := tx.RosterMembers(ctx, ids)
	if err != nil {
		return nil, err
	}
	keeps := dispatch.KeepsRoster(tx.Actor(), k)
	changes := make([]DutyChange, 0, len(views))
	for _, v := range views {
		c := dutyChange(v, members)
		c.MayEnd = keeps && !v.EndedEarly() && v.Until().After(tx.Now())
		c.ToConfirm = v.HandOver != nil && v.HandOver.CountedFen == nil && v.Override.Add == tx.Actor().PostID
		changes = append(changes, c)
	}
	return changes, nil
}

func dutyChange(v duty.ChangeView, members map[area.PostID]duty.Member) DutyChange {
	c := DutyChange{By: v.By, CreatedAt: v.CreatedAt, EndedBy: v.EndedBy, EndReason: v.EndReason, Note: v.HandOver}
	if t := v.Temporary; t != nil {
		c.ID, c.Kind, c.Name, c.From, c.To = strconv.FormatInt(t.ID, 10), "temporary", t.Name, t.Starts, t.Ends
		c.EndedAt = given(t.EndedAt)
		c.Places = dutyPlaces(t.Places, members)
		return c
	}
	o := v.Override
	c.ID, c.Kind, c.Position, c.From, c.To, c.Reason = strconv.FormatInt(o.ID, 10), string(o.Kind), o.Position, o.Starts, o.Ends, o.Reason
	c.EndedAt = given(o.EndedAt)
	c.Remove, c.Add = named(o.Remove, members), named(o.Add, members)
	return c
}

func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func named(post area.PostID, members map[area.PostID]duty.Member) *Named {
	if post == 0 {
		return nil
	}
	return &Named{Login: members[post].Login, Name: members[post].Name}
}

func dutyPlaces(places []duty.Place, members map[area.PostID]duty.Member) []DutyPlace {
	shown := make([]DutyPlace, 0, len(places))
	for _, p := range places {
		shown = append(shown, DutyPlace{Login: members[p.Post].Login, Name: members[p.Post].Name, Position: p.Position, From: p.Starts.UTC(), To: p.Ends.UTC()})
	}
	return shown
}

// RosterKey names a roster in a body.
type RosterKey struct {
	Area string `json:"area" pattern:"^[0-9]{12}$"`
	Role string `json:"role" minLength:"1" maxLength:"40"`
}

func (k RosterKey) key() duty.Key { return duty.Key{Area: area.Code(k.Area), Role: area.Role(k.Role)} }

type overrideInput struct {
	Body struct {
		RosterKey
		Kind     string    `json:"kind" enum:"leave,swap,cover"`
		Remove   string    `json:"remove,omitempty" maxLength:"60" doc:"Login of who does not serve; of leave and swap"`
		Add      string    `json:"add,omitempty" maxLength:"60" doc:"Login of who serves instead, or as well; of swap and cover"`
		Position int       `json:"position,omitempty" minimum:"0" maximum:"9" doc:"Of a cover: 1 is asked first"`
		From     time.Time `json:"from,omitzero" required:"false" doc:"Default: now"`
		To       time.Time `json:"to"`
		Reason   string    `json:"reason,omitempty" maxLength:"200"`
	}
}

func (s *Server) addOverride(ctx context.Context, tx Tx, in *overrideInput) (DutyResult, error) {
	b := in.Body
	n := dispatch.NewOverride{Key: b.key(), Kind: duty.Kind(b.Kind), Position: b.Position, From: b.From, To: b.To, Reason: b.Reason}
	var err error
	if n.Remove, err = postOf(ctx, tx, "remove", b.Remove); err != nil {
		return DutyResult{}, err
	}
	if n.Add, err = postOf(ctx, tx, "add", b.Add); err != nil {
		return DutyResult{}, err
	}
	return dutyResult(s.rosters().AddOverride(ctx, tx, n))
}

// ChangeRef names an override, a temporary roster or a hand-over in a path.
type ChangeRef struct {
	ID string `path:"id" minLength:"1" maxLength:"36"`
}

type endOverrideInput struct {
	ChangeRef
	Reason string `query:"reason" maxLength:"200"`
}

func (s *Server) endOverride(ctx context.Context, tx Tx, in *endOverrideInput) (DutyResult, error) {
	id, err := changeID(in.ID)
	if err != nil {
		return DutyResult{}, err
	}
	return dutyResult(s.rosters().EndOverride(ctx, tx, id, in.Reason))
}

type temporaryInput struct {
	Body struct {
		RosterKey
		Name   string      `json:"name" minLength:"1" maxLength:"60"`
		From   time.Time   `json:"from,omitzero" required:"false" doc:"Default: now"`
		To     time.Time   `json:"to"`
		Places []DutyPlace `json:"places" minItems:"1" maxItems:"500"`
	}
}

func (s *Server) addTemporary(ctx context.Context, tx Tx, in *temporaryInput) (DutyResult, error) {
	b := in.Body
	logins := make([]string, 0, len(b.Places))
	for _, p := range b.Places {
		logins = append(logins, p.Login)
	}
	posts, err := tx.PostsOf(ctx, logins)
	if err != nil {
		return DutyResult{}, err
	}
	n := dispatch.NewTemporary{Key: b.key(), Name: b.Name, From: b.From, To: b.To}
	for _, p := range b.Places { // who is not known is post zero, which the command refuses at its place
		n.Places = append(n.Places, duty.Place{Position: p.Position, Post: posts[p.Login], Starts: p.From, Ends: p.To})
	}
	return dutyResult(s.rosters().AddTemporary(ctx, tx, n))
}

type dutyHandOverInput struct {
	Body struct {
		RosterKey
		By      string    `json:"by,omitempty" maxLength:"60" doc:"Login of who hands over; default: you"`
		To      string    `json:"to" minLength:"1" maxLength:"60" doc:"Login of who takes over"`
		From    time.Time `json:"from,omitzero" required:"false" doc:"Default: now"`
		Until   time.Time `json:"until,omitzero" required:"false" doc:"Default: the end of the duty"`
		Note    string    `json:"note" minLength:"1" maxLength:"2000" doc:"What the next must know"`
		CashFen int64     `json:"cash_fen" minimum:"0" doc:"The cash advance, as you have counted it"`
	}
}

func (s *Server) handOverDuty(ctx context.Context, tx Tx, in *dutyHandOverInput) (DutyResult, error) {
	b := in.Body
	n := dispatch.NewHandOver{Key: b.key(), By: tx.Actor().PostID, From: b.From, Until: b.Until, Note: b.Note, CashFen: b.CashFen}
	var err error
	if b.By != "" {
		if n.By, err = postOf(ctx, tx, "by", b.By); err != nil {
			return DutyResult{}, err
		}
	}
	if n.To, err = postOf(ctx, tx, "to", b.To); err != nil {
		return DutyResult{}, err
	}
	return dutyResult(s.rosters().HandOver(ctx, tx, n))
}

type confirmHandOverInput struct {
	ChangeRef
	Body struct {
		CountedFen int64 `json:"counted_fen" minimum:"0" doc:"The cash advance, as you have counted it"`
	}
}

func (s *Server) confirmHandOver(ctx context.Context, tx Tx, in *confirmHandOverInput) (Done, error) {
	id, err := changeID(in.ID)
	if err != nil {
		return Done{}, err
	}
	return Done{Done: true}, s.rosters().ConfirmHandOver(ctx, tx, id, in.Body.CountedFen)
}
