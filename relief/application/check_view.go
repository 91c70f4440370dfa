package application

import (
	"context"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/source"
)

// CheckingView is how far the data check carries an application, for whoever works on it.
type CheckingView struct {
	Check   string       `json:"check,omitempty" doc:"The newest that has ended, by public id"`
	Running bool         `json:"running" doc:"One is still waited for"`
	Silent  []SilentView `json:"silent" doc:"Sources that have not spoken of everybody: never 'has nothing'"`
	Flags   []FlagView   `json:"flags" doc:"What differs from what was declared"`
	Names   []NameOfRef  `json:"names"`
	Rests   bool         `json:"rests" doc:"It was noted that the check was looked at"`
	Waivers []WaiverView `json:"waivers" doc:"Every source that was ever let go, the newest first"`
}

// SilentView is a source that has not spoken.
type SilentView struct {
	Source string `json:"source"`
	Zh     string `json:"zh"`
	En     string `json:"en"`
	Waived bool   `json:"waived" doc:"The head has let it go"`
}

// WaiverView is the head's word on a source.
type WaiverView struct {
	Source string    `json:"source"`
	Zh     string    `json:"zh"`
	En     string    `json:"en"`
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// FlagView is a difference with what the household says of it.
type FlagView struct {
	source.Flag
	SourceZh string     `json:"source_zh"`
	SourceEn string     `json:"source_en"`
	Answer   string     `json:"answer,omitempty" doc:"How the household explains it; absent: nobody has asked them"`
	By       string     `json:"by,omitempty"`
	At       *time.Time `json:"at,omitempty"`
}

// NameOfRef says who somebody of the household is.
type NameOfRef struct {
	Person string `json:"person" doc:"Public id"`
	Name   string `json:"name"`
}

// LookAtChecking opens it. As with the check itself, the case is open and the actor's to
// work on, and that they looked is kept (社会救助法 Art 70(6)).
func LookAtChecking(ctx context.Context, tx Tx, publicID string, r Rules) (v CheckingView, err error) {
	if !tx.Actor().May(source.Checkers()...) {
		return v, act.NotFound("application")
	}
	id, of, err := tx.ApplicationByRef(ctx, publicID)
	if err != nil {
		return v, err
	}
	t, err := people.OpenCase(ctx, tx, of)
	if err != nil {
		return v, err
	}
	a, err := tx.ApplicationForUpdate(ctx, id)
	if err != nil {
		return v, err
	}
	h, err := tx.HouseholdForUpdate(ctx, a.Household)
	if err != nil {
		return v, err
	}
	c, err := checkingOf(ctx, tx, a, h, r)
	if err != nil {
		return v, err
	}
	v = c.view(r.Sources)
	v.Rests = !a.CheckedAt.IsZero()
	for _, m := range h.Members {
		v.Names = append(v.Names, NameOfRef{Person: m.Person.PublicID, Name: string(m.Person.Name)})
	}
	if c.Newest.ID == 0 {
		return v, nil // nothing of anybody was shown
	}
	if err := tx.AddSourceLook(ctx, c.Newest); err != nil {
		return v, err
	}
	return v, tx.Audit(ctx, act.Record{Action: "check.viewed", Subject: t.Subject(), Area: t.Area, Data: map[string]any{"ticket": t.PublicID, "check": c.Newest.PublicID, "application": a.PublicID}})
}

func (c checking) view(sources *source.Catalogue) CheckingView {
	v := CheckingView{Check: c.Newest.PublicID, Running: c.Running, Silent: []SilentView{}, Flags: []FlagView{}, Names: []NameOfRef{}, Waivers: []WaiverView{}}
	for _, code := range c.Unknown {
		s, _ := sources.Source(code)
		v.Silent = append(v.Silent, SilentView{Source: code, Zh: s.Zh, En: s.En, Waived: c.waived(code) != nil})
	}
	for _, w := range c.waivers {
		s, _ := sources.Source(w.Source)
		v.Waivers = append(v.Waivers, WaiverView{Source: w.Source, Zh: s.Zh, En: s.En, Reason: w.Reason, By: w.ByName, At: w.At})
	}
	for _, f := range c.flags {
		s, _ := sources.Source(f.Source)
		one := FlagView{Flag: f, SourceZh: s.Zh, SourceEn: s.En}
		if said := c.answered(f); said != nil {
			one.Answer, one.By, one.At = string(said.Text), said.ByName, &said.At
		}
		v.Flags = append(v.Flags, one)
	}
	return v
}

// StillOpen counts what of the data check waits for somebody: sources that are silent and
// not let go, and differences that nobody has explained.
func StillOpen(ctx context.Context, tx Tx, a Application, h people.Household, r Rules) (silent, flags int, err error) {
	c, err := checkingOf(ctx, tx, a, h, r)
	return len(c.silent()), len(c.open()), err
}
