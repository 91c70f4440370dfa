package source

import (
	"context"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// ConsentView is a consent as the ticket's page shows it.
type ConsentView struct {
	ID        string          `json:"id"`
	Form      Form            `json:"form" enum:"written,voice,on_site"`
	GivenAt   time.Time       `json:"given_at"`
	By        string          `json:"by" doc:"Who wrote it down"`
	Until     time.Time       `json:"until" doc:"To when it counts"`
	Photo     string          `json:"photo,omitempty" doc:"Upload of the signed paper"`
	Persons   []ConsentPerson `json:"persons"`
	Withdrawn *time.Time      `json:"withdrawn_at,omitempty"`
	Why       string          `json:"withdrawn_why,omitempty"`
	Counts    bool            `json:"counts" doc:"A check may rest on it now"`
}

// ConsentPerson is one person of it.
type ConsentPerson struct {
	Person string `json:"person" doc:"Public id"`
	By     Giver  `json:"by" enum:"self,guardian"`
}

// View is the consent at a moment.
func (c Consent) View(now time.Time, days int) ConsentView {
	v := ConsentView{ID: c.PublicID, Form: c.Form, GivenAt: c.GivenAt, By: c.ByName, Until: c.GivenAt.AddDate(0, 0, days), Photo: c.Photo, Why: c.WithdrawnWhy, Persons: []ConsentPerson{}}
	for _, p := range c.Persons {
		v.Persons = append(v.Persons, ConsentPerson{Person: p.Ref, By: p.By})
	}
	if !c.WithdrawnAt.IsZero() {
		v.Withdrawn = &c.WithdrawnAt
	}
	v.Counts = c.WithdrawnAt.IsZero() && !now.After(v.Until)
	return v
}

// CheckView is a check with how each source stands, and nothing of what was said.
type CheckView struct {
	ID        string       `json:"id"`
	Consent   string       `json:"consent" doc:"Public id"`
	Why       Why          `json:"why" enum:"assessment,sample"`
	By        string       `json:"by"`
	AskedAt   time.Time    `json:"asked_at"`
	Finished  *time.Time   `json:"finished_at,omitempty" doc:"Absent while something is waited for"`
	TookMs    int64        `json:"took_ms,omitempty" doc:"From the question to the end, real time"`
	LimitMs   int64        `json:"limit_ms"`
	Catalogue string       `json:"catalogue" doc:"Version that it was asked by"`
	Answers   []AnswerView `json:"answers"`
}

// AnswerView is how one source stands to one person.
type AnswerView struct {
	Source   string      `json:"source"`
	Person   string      `json:"person" doc:"Public id"`
	Status   Status      `json:"status" enum:"asking,ok,empty,timeout,error,stale"`
	Code     string      `json:"code,omitempty" doc:"Why nothing is known"`
	AskedAt  time.Time   `json:"asked_at"`
	Answered *time.Time  `json:"answered_at,omitempty"`
	TookMs   int64       `json:"took_ms,omitempty"`
	Tries    int         `json:"tries,omitempty"`
	AsOf     ticket.Date `json:"as_of,omitempty" doc:"The day that the data is of"`
	Until    *time.Time  `json:"until,omitempty" doc:"To when it counts; absent where nothing is known"`
	Known    bool        `json:"known" doc:"It is known and counts now; false is never 'has nothing'"`
}

// View is the check at a moment.
func (c Check) View(now time.Time) CheckView {
	v := CheckView{ID: c.PublicID, Consent: c.ConsentRef, Why: c.Why, By: c.ByName, AskedAt: c.AskedAt, TookMs: c.Took.Milliseconds(), LimitMs: c.Limit.Milliseconds(), Catalogue: c.Catalogue,
		Finished: moment(c.Finished), Answers: []AnswerView{}}
	for _, a := range c.Answers {
		_, known := a.Look(now)
		v.Answers = append(v.Answers, AnswerView{Source: a.Source, Person: a.PersonRef, Status: a.Status, Code: a.Code, AskedAt: a.AskedAt, Answered: moment(a.Answered), TookMs: a.Took.Milliseconds(),
			Tries: a.Tries, AsOf: a.AsOf, Until: moment(a.Until), Known: known})
	}
	return v
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// Results are what a check has brought so far, for whoever works on the case.
type Results struct {
	Check CheckView    `json:"check"`
	Flags []Flag       `json:"flags" doc:"What differs from what was declared; of a finished check as it stood then"`
	Said  []SaidView   `json:"said" doc:"Where a source has said something"`
	Names []PersonName `json:"names"`
}

// SaidView is what one source said of one person.
type SaidView struct {
	Source string `json:"source"`
	Person string `json:"person" doc:"Public id"`
	Status Status `json:"status" enum:"ok,stale"`
	Data   Data   `json:"data"`
}

// PersonName says who a person of a check is.
type PersonName struct {
	Person string `json:"person" doc:"Public id"`
	Name   string `json:"name"`
}

// Look opens what a check has brought. The case must be open and the actor's to work
// on; that they looked is kept (社会救助法 Art 70(6)).
func Look(ctx context.Context, tx Tx, ref string, c *Catalogue) (Results, error) {
	id, of, err := tx.CheckByRef(ctx, ref)
	if err != nil {
		return Results{}, err
	}
	if !tx.Actor().May(Checkers()...) {
		return Results{}, act.NotFound("check")
	}
	t, err := people.OpenCase(ctx, tx, of)
	if err != nil {
		return Results{}, err
	}
	check, err := tx.CheckForUpdate(ctx, id)
	if err != nil {
		return Results{}, err
	}
	r := Results{Check: check.View(tx.Now()), Flags: check.Flags, Said: []SaidView{}, Names: []PersonName{}}
	if check.Finished.IsZero() {
		if r.Flags, err = flagsOf(ctx, tx, check, c); err != nil {
			return Results{}, err
		}
	}
	if r.Flags == nil {
		r.Flags = []Flag{}
	}
	for _, a := range check.Answers {
		if d := a.Shown(); d != nil {
			r.Said = append(r.Said, SaidView{Source: a.Source, Person: a.PersonRef, Status: a.Status, Data: *d})
		}
	}
	if r.Names, err = Names(ctx, tx, of); err != nil {
		return Results{}, err
	}
	if err := tx.AddSourceLook(ctx, check); err != nil {
		return Results{}, err
	}
	return r, tx.Audit(ctx, act.Record{Action: "check.viewed", Subject: t.Subject(), Area: t.Area, Data: map[string]any{"ticket": t.PublicID, "check": check.PublicID}})
}

// Names are the members of the household of a case, the head first.
func Names(ctx context.Context, tx Tx, of ticket.ID) ([]PersonName, error) {
	list := []PersonName{}
	err := tx.Wherever(ctx, func() error {
		h, err := tx.TicketHousehold(ctx, of)
		if isMissing(err) {
			return nil
		}
		for _, m := range h.Members {
			list = append(list, PersonName{Person: m.Person.PublicID, Name: string(m.Person.Name)})
		}
		return err
	})
	return list, err
}
