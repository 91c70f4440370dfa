package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/relief/source"
	"example.org/hotline/ticket"
)

// SourceRows are the checks of households at other departments' data sources.
type SourceRows interface {
	source.Tx
	// TicketConsents lists the consents of a ticket, the newest first.
	TicketConsents(ctx context.Context, id ticket.ID) ([]source.Consent, error)
	// SourceHealth tells how the sources have answered since a moment, within the actor's area, and how breakers stand.
	SourceHealth(ctx context.Context, since time.Time) ([]source.Health, error)
	// CoverablePapers lists the papers that are owed, of some kinds, on tickets that were checked.
	CoverablePapers(ctx context.Context, kinds []string, most int) ([]source.Owed, error)
}

var (
	checkers       = source.Checkers()
	sourceWatchers = []area.Role{area.RoleSupervisor, area.RoleCountyDuty, area.RoleSystemAdmin}
)

// checkTable is the part of the table where other departments are asked. Nothing of
// it is among a ticket's acts: the card of data checks says itself what one may do.
func checkTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	return []*route{
		{method: get, path: "/tickets/{id}/checks", who: checkers, background: true, summary: "Consents and data checks of a case, how each source stands; nothing of what was said", bind: read((*Server).listChecks)},
		{method: post, path: "/tickets/{id}/consents", who: checkers, summary: "Write down that the household consents to a data check", bind: do((*Server).recordConsent)},
		{method: post, path: "/consents/{id}/withdrawal", who: checkers, summary: "Take a consent back: nothing more leaves by it, and an application that was not checked rests", bind: do((*Server).withdrawConsent)},
		{method: post, path: "/tickets/{id}/checks", who: checkers, summary: "Ask every data source about everybody whom a consent covers", bind: do((*Server).startCheck)},
		{method: get, path: "/checks/{id}", who: checkers, summary: "What the sources have said so far, and what differs; each look leaves a record", bind: read((*Server).lookAtCheck)},
		{method: get, path: "/sources", who: sourceWatchers, background: true, summary: "How the data sources have answered in the last 24 hours", bind: read((*Server).listSources)},
		{method: get, path: "/paper-violations", who: []area.Role{area.RoleSupervisor, area.RoleCountyDuty, area.RoleTownshipHead}, summary: "Papers that are owed although a data source covers them", bind: read((*Server).listViolations)},
	}
}

// SourceName is what a source is called.
type SourceName struct {
	Code         string `json:"code"`
	Number       int    `json:"number"`
	Zh           string `json:"zh"`
	En           string `json:"en"`
	DepartmentZh string `json:"department_zh"`
	DepartmentEn string `json:"department_en"`
}

func (s *Server) sourceNames() []SourceName {
	c := s.deps.Rules.Sources
	names := make([]SourceName, 0, len(c.Sources))
	for _, one := range c.Sources {
		n := SourceName{Code: one.Code, Number: one.Number, Zh: one.Zh, En: one.En}
		for _, d := range c.Departments {
			if d.Code == one.Department {
				n.DepartmentZh, n.DepartmentEn = d.Zh, d.En
			}
		}
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b SourceName) int { return a.Number - b.Number })
	return names
}

// CheckMember is a member of the case's household.
type CheckMember struct {
	source.PersonName
	GuardianNeeded bool `json:"guardian_needed" doc:"A guardian consents for them"`
	Askable        bool `json:"askable" doc:"Has an identity number to ask by"`
}

// Checks are the data checks of a case.
type Checks struct {
	Sources  []SourceName         `json:"sources"`
	Members  []CheckMember        `json:"members" doc:"Empty: the case has no household yet"`
	Consents []source.ConsentView `json:"consents" doc:"The newest first"`
	Checks   []source.CheckView   `json:"checks" doc:"The newest first"`
	Open     bool                 `json:"open" doc:"The case is open and yours to work on"`
}

func (s *Server) listChecks(ctx context.Context, tx Tx, in *TicketRef) (Checks, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return Checks{}, err
	}
	return s.checksOf(ctx, tx, id)
}

func (s *Server) checksOf(ctx context.Context, tx Tx, id ticket.ID) (Checks, error) {
	t, err := tx.Ticket(ctx, id)
	if err != nil {
		return Checks{}, err
	}
	me, c := tx.Actor(), s.deps.Rules.Sources
	list := Checks{Sources: s.sourceNames(), Members: []CheckMember{}, Consents: []source.ConsentView{}, Checks: []source.CheckView{},
		Open: t.Status.Open() && (t.Owner == me.PostID || me.May(area.RoleTownshipHead, area.RoleCountyDuty))}
	consents, err := tx.TicketConsents(ctx, id)
	if err != nil {
		return Checks{}, err
	}
	for _, one := range consents {
		list.Consents = append(list.Consents, one.View(tx.Now(), c.ConsentDays))
	}
	checks, err := tx.TicketChecks(ctx, id)
	if err != nil {
		return Checks{}, err
	}
	for _, one := range checks {
		list.Checks = append(list.Checks, one.View(tx.Now()))
	}
	if !list.Open {
		return list, nil // who lives there is shown to those who work on it
	}
	list.Members, err = s.checkMembers(ctx, tx, id)
	return list, err
}

// caseHousehold is whom a case is about, wherever they live; an empty household where nobody has said.
func caseHousehold(ctx context.Context, tx Tx, id ticket.ID) (h people.Household, err error) {
	err = tx.Wherever(ctx, func() error { h, err = tx.TicketHousehold(ctx, id); return err })
	if errors.Is(err, act.ErrNotFound) {
		return people.Household{}, nil
	}
	return h, err
}

func (s *Server) checkMembers(ctx context.Context, tx Tx, id ticket.ID) ([]CheckMember, error) {
	h, err := caseHousehold(ctx, tx, id)
	today, list := ticket.DateOf(tx.Now()), make([]CheckMember, 0, len(h.Members))
	for _, m := range h.Members {
		age := m.Person.Age(today)
		list = append(list, CheckMember{PersonName: source.PersonName{Person: m.Person.PublicID, Name: string(m.Person.Name)},
			GuardianNeeded: age >= 0 && age < s.deps.Rules.Sources.GuardianUnder || m.Person.Capacity == people.CapacityNone, Askable: m.Person.Identity.Type == people.IdentityResident})
	}
	return list, err
}

// consentPersonBody is one person whom a consent covers.
type consentPersonBody struct {
	Person   string `json:"person" format:"uuid" doc:"Public id of a member of the case's household"`
	By       string `json:"by" enum:"self,guardian"`
	Guardian string `json:"guardian,omitempty" maxLength:"80" doc:"Name of the guardian who consents"`
}

type consentInput struct {
	TicketRef
	Body struct {
		ID      string              `json:"id,omitempty" format:"uuid"`
		Form    string              `json:"form" enum:"written,voice,on_site"`
		GivenAt time.Time           `json:"given_at" doc:"When they consented"`
		Photo   string              `json:"photo,omitempty" maxLength:"36" doc:"Completed upload of the signed paper"`
		Persons []consentPersonBody `json:"persons" minItems:"1" maxItems:"30"`
	}
}

func (s *Server) recordConsent(ctx context.Context, tx Tx, in *consentInput) (Checks, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return Checks{}, err
	}
	b := in.Body
	c := source.ConsentInput{PublicID: newID(ctx, b.ID), Form: source.Form(b.Form), GivenAt: b.GivenAt, Photo: b.Photo}
	for _, p := range b.Persons {
		c.Persons = append(c.Persons, source.ConsentedInput{Person: p.Person, By: source.Giver(p.By), Guardian: p.Guardian})
	}
	if _, err := source.RecordConsent(ctx, tx, id, c, s.deps.Rules.Sources); err != nil {
		return Checks{}, err
	}
	return s.checksOf(ctx, tx, id)
}

func (s *Server) withdrawConsent(ctx context.Context, tx Tx, in *reasonInput) (Checks, error) {
	of, err := source.WithdrawConsent(ctx, tx, in.ID, in.Body.Reason, s.deps.Rules.Sources)
	if err != nil {
		return Checks{}, err
	}
	if err := application.ConsentWithdrawn(ctx, tx, of, s.aidRules()); err != nil {
		return Checks{}, err
	}
	return s.checksOf(ctx, tx, of)
}

type checkStartInput struct {
	TicketRef
	Body struct {
		ID      string `json:"id,omitempty" format:"uuid"`
		Consent string `json:"consent" format:"uuid" doc:"Public id of a consent of this case"`
	}
}

func (s *Server) startCheck(ctx context.Context, tx Tx, in *checkStartInput) (Checks, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return Checks{}, err
	}
	if _, err := source.Start(ctx, tx, id, newID(ctx, in.Body.ID), in.Body.Consent, s.deps.Rules.Sources); err != nil {
		return Checks{}, err
	}
	return s.checksOf(ctx, tx, id)
}

func (s *Server) lookAtCheck(ctx context.Context, tx Tx, in *ThingRef) (source.Results, error) {
	return source.Look(ctx, tx, in.ID, s.deps.Rules.Sources)
}

// SourceState is how a source has answered lately.
type SourceState struct {
	SourceName
	Known         int              `json:"known" doc:"Answers with data, and that there is nothing"`
	Stale         int              `json:"stale"`
	Failed        int              `json:"failed"`
	Late          int              `json:"late"`
	FailedPercent *int             `json:"failed_percent,omitempty" doc:"Of a hundred questions; absent where nothing was asked"`
	TookMs        int64            `json:"took_ms" doc:"On average, of those that answered"`
	LastAnswer    *time.Time       `json:"last_answer,omitempty"`
	LastFailure   *time.Time       `json:"last_failure,omitempty"`
	Breakers      []source.Breaker `json:"breakers" doc:"Of each node that asks; none: the source is not connected"`
}

// SourceStates are how all sources have answered.
type SourceStates struct {
	Items []SourceState `json:"items"`
}

// sourcesLately is how far back answers are counted.
const sourcesLately = 24 * time.Hour

func (s *Server) listSources(ctx context.Context, tx Tx, _ *struct{}) (SourceStates, error) {
	all, err := tx.SourceHealth(ctx, tx.Now().Add(-sourcesLately))
	if err != nil {
		return SourceStates{}, err
	}
	list := SourceStates{Items: []SourceState{}}
	for _, name := range s.sourceNames() {
		one := SourceState{SourceName: name, Breakers: []source.Breaker{}}
		if i := slices.IndexFunc(all, func(h source.Health) bool { return h.Source == name.Code }); i >= 0 {
			h := all[i]
			one.Known, one.Stale, one.Failed, one.Late = h.Counts[source.OK]+h.Counts[source.Empty], h.Counts[source.Stale], h.Counts[source.Error], h.Counts[source.Timeout]
			one.TookMs, one.LastAnswer, one.LastFailure = int64(h.TookMs), at(h.LastKnown), at(h.LastFail)
			if percent := h.FailedPercent(); percent >= 0 {
				one.FailedPercent = &percent
			}
			one.Breakers = append(one.Breakers, h.Breakers...)
		}
		list.Items = append(list.Items, one)
	}
	return list, nil
}

// at is a time that may not have been.
func at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// ViolationList are papers that are owed although a source covers them.
type ViolationList struct {
	Items []source.Violation `json:"items"`
}

// mostViolations bounds one report.
const mostViolations = 500

func (s *Server) listViolations(ctx context.Context, tx Tx, _ *struct{}) (ViolationList, error) {
	papers := s.coverable(tx)
	kinds := make([]string, 0, len(papers))
	for _, p := range papers {
		kinds = append(kinds, p.Code)
	}
	owed, err := tx.CoverablePapers(ctx, kinds, mostViolations)
	if err != nil {
		return ViolationList{}, err
	}
	list, err := source.Violations(owed, papers, tx.Now(), func(id ticket.ID) (people.Household, []source.Check, error) { return householdChecks(ctx, tx, id) })
	return ViolationList{Items: list}, err
}

func householdChecks(ctx context.Context, tx Tx, id ticket.ID) (people.Household, []source.Check, error) {
	h, err := caseHousehold(ctx, tx, id)
	if err != nil || h.ID == 0 {
		return h, nil, err
	}
	checks, err := tx.TicketChecks(ctx, id)
	return h, checks, err
}

// coverable are the papers of the rules in force that a data source can make unnecessary.
func (s *Server) coverable(tx Tx) []rule.Paper {
	if len(s.deps.Rules.Aids) == 0 {
		return nil
	}
	var list []rule.Paper
	for _, p := range s.deps.Rules.Aids.At(tx.Now()).PaperKinds {
		if len(p.Sources) > 0 {
			list = append(list, p)
		}
	}
	return list
}

// mayAskFor refuses to ask a household for papers that a data source covers
// (DOMAIN 46, 社会救助法 Art 62).
func (s *Server) mayAskFor(ctx context.Context, tx Tx, id ticket.ID, field string, kinds ...string) error {
	papers := s.coverable(tx)
	if !slices.ContainsFunc(papers, func(p rule.Paper) bool { return slices.Contains(kinds, p.Code) }) {
		return nil
	}
	h, checks, err := householdChecks(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, p := range papers {
		if !slices.Contains(kinds, p.Code) {
			continue
		}
		if covered, by := source.Covered(p, h, checks, tx.Now()); covered {
			return &act.Fault{Kind: act.ErrRefused, Code: "paper_covered", Field: field, Args: map[string]any{"paper": p.Code, "source": by},
				Detail: "A data source has said what this paper would prove; the household may not be asked for it. Leave it out."}
		}
	}
	return nil
}
