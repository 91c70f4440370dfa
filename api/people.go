package api

import (
	"context"
	"errors"
	"net/http"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// PeopleRows is the register of households and persons.
type PeopleRows interface {
	people.MergeTx
	people.AlertTx
	people.DenyTx
	people.PlanTx
	// CaseCard shows whom a case is about, or perhaps is.
	CaseCard(ctx context.Context, id ticket.ID, months int) (people.CaseCard, people.Household, error)
	// HouseholdPage shows all that there is of a household.
	HouseholdPage(ctx context.Context, h people.Household, months int) (people.HouseholdPage, error)
	// FoundViews shows what a look-up came upon, masked.
	FoundViews(ctx context.Context, found []people.Found) ([]people.FoundView, error)
	// HouseholdsOf lists households of a place, masked.
	HouseholdsOf(ctx context.Context, f people.HouseholdFilter) ([]people.HouseholdBrief, error)
	// OpenMatches lists the suggestions that two records are one person.
	OpenMatches(ctx context.Context, under area.Code, limit int) ([]people.MatchView, error)
}

var (
	peopleKeepers = people.Keepers()
	watchers      = people.Watchers()
	joiners       = people.Joiners()
	// numberOpeners see numbers in full, each time with a purpose that is kept.
	numberOpeners = watchers
)

// peopleTable is the part of the table about whom the city helps.
func peopleTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	return []*route{
		{method: get, path: "/tickets/{id}/household", who: peopleKeepers, summary: "Whom a case of yours is about, or perhaps is; leaves a record", bind: read((*Server).getCaseCard)},
		{method: post, path: "/tickets/{id}/household", who: peopleKeepers, act: "keep_household", when: mayKeepHousehold,
			summary: "Register the household that the case is about", bind: do((*Server).registerHousehold)},
		{method: post, path: "/tickets/{id}/household/lookups", who: peopleKeepers, summary: "Look people up by number or telephone for an open case; leaves a record", bind: each((*Server).lookUp)},
		{method: post, path: "/tickets/{id}/household/link", who: peopleKeepers, summary: "Say which household of the register the case is about", bind: do((*Server).linkHousehold)},
		{method: post, path: "/tickets/{id}/household/unlink", who: peopleKeepers, summary: "Say that the case is not about that household", bind: do((*Server).unlinkHousehold)},
		{method: post, path: "/tickets/{id}/household/denials", who: peopleKeepers, summary: "Turn a suggestion down", bind: do((*Server).denyHousehold)},
		{method: post, path: "/tickets/{id}/household/members", who: peopleKeepers, summary: "Take somebody into the household who is not in the register", bind: do((*Server).addMember)},
		{method: post, path: "/tickets/{id}/household/arrivals", who: peopleKeepers, summary: "Move somebody of the register into the household", bind: do((*Server).moveMember)},
		{method: post, path: "/tickets/{id}/household/departures", who: peopleKeepers, summary: "Say that somebody belongs to it no longer", bind: do((*Server).leaveHousehold)},
		{method: post, path: "/tickets/{id}/household/address", who: peopleKeepers, summary: "Say where the household lives now", bind: do((*Server).relocateHousehold)},
		{method: post, path: "/tickets/{id}/household/persons", who: peopleKeepers, summary: "Correct what is written of somebody", bind: do((*Server).editPerson)},
		{method: post, path: "/tickets/{id}/household/openings", who: numberOpeners, act: "open_number", when: mayKeepHousehold,
			summary: "See a number in full; leaves a record with the purpose", bind: each((*Server).openNumber)},
		{method: post, path: "/tickets/{id}/household/lookers", who: peopleKeepers, summary: "Who looked a citizen up, for them; leaves a record", bind: each((*Server).whoLooked)},

		{method: get, path: "/people/households", who: watchers, summary: "The households of a place, masked", bind: read((*Server).listRegistered)},
		{method: get, path: "/people/households/{id}", who: peopleKeepers, summary: "A household's page; leaves a record", bind: read((*Server).getHousehold)},
		{method: post, path: "/people/households/{id}/merges", who: joiners, summary: "Join another household to this one", bind: do((*Server).mergeHousehold)},
		{method: post, path: "/people/households/{id}/splits", who: joiners, summary: "Let some of its people form a household of their own", bind: do((*Server).splitHousehold)},
		{method: post, path: "/people/acts/{id}/undoing", who: joiners, summary: "Take a joining of records back", bind: do((*Server).undoJoining)},
		{method: post, path: "/people/households/{id}/checks", who: watchers, summary: "Say what was seen at a look by plan", bind: do((*Server).checkHousehold)},
		{method: post, path: "/people/households/{id}/alerts", who: watchers, summary: "Tell of a change in a household", bind: do((*Server).alertHousehold)},
		{method: post, path: "/people/alerts/{id}/settlement", who: watchers, summary: "Say what came of a change", bind: do((*Server).settleAlert)},
		{method: get, path: "/people/matches", who: joiners, summary: "Records that may be one person, side by side", bind: read((*Server).listMatches)},
		{method: post, path: "/people/matches/{id}/answer", who: joiners, summary: "Say whether two records are one person", bind: do((*Server).answerMatch)},
	}
}

// mayKeepHousehold is what people.OpenCase asks, for the list of acts.
func mayKeepHousehold(t Ticket, me act.Actor) bool {
	return t.Status.Open() && (owns(t, me) || t.CallTakerID != 0 && t.CallTakerID == me.StaffID || me.May(area.RoleTownshipHead, area.RoleCountyDuty, area.RoleSupervisor))
}

// registerRules are what a new household starts with at the act's moment.
func (s *Server) registerRules(tx Tx) people.RegisterRules {
	p := s.policy(tx)
	return people.RegisterRules{Version: p.Version, Monitoring: p.Monitoring}
}

// caseCard is the card after an act on the case's household.
func (s *Server) caseCard(ctx context.Context, tx Tx, ref string, do func(id ticket.ID) error) (people.CaseCard, error) {
	id, err := tx.TicketByRef(ctx, ref)
	if err != nil {
		return people.CaseCard{}, err
	}
	if err := do(id); err != nil {
		return people.CaseCard{}, err
	}
	card, _, err := tx.CaseCard(ctx, id, s.policy(tx).Limits.HouseholdMonths)
	return card, err
}

func (s *Server) getCaseCard(ctx context.Context, tx Tx, in *TicketRef) (people.CaseCard, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return people.CaseCard{}, err
	}
	if _, err := people.OpenCase(ctx, tx, id); errors.Is(err, act.ErrRefused) { // a call was taken over while the page came up: that is no fault of who reads it
		var fault *act.Fault
		errors.As(err, &fault)
		return people.CaseCard{WhyNot: fault.Code, Suggestions: []people.SuggestionView{}}, nil
	} else if err != nil {
		return people.CaseCard{}, err
	}
	card, h, err := tx.CaseCard(ctx, id, s.policy(tx).Limits.HouseholdMonths)
	if err != nil || card.Household == nil {
		return card, err
	}
	return card, people.LookAt(ctx, tx, h, id)
}

type lookUpInput struct {
	TicketRef
	Body struct {
		Number string `json:"id_number,omitempty" maxLength:"24" doc:"An identity number, or"`
		Phone  string `json:"phone,omitempty" maxLength:"40" doc:"a telephone"`
	}
}

// FoundList is what a look-up came upon.
type FoundList struct {
	Items []people.FoundView `json:"items"`
}

func (s *Server) lookUp(ctx context.Context, tx Tx, in *lookUpInput) (FoundList, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return FoundList{}, err
	}
	var found []people.Found
	if in.Body.Number != "" {
		found, err = people.FindByIdentity(ctx, tx, id, in.Body.Number)
	} else {
		found, err = people.FindByPhone(ctx, tx, id, in.Body.Phone)
	}
	if err != nil {
		return FoundList{}, err
	}
	views, err := tx.FoundViews(ctx, found)
	return FoundList{Items: views}, err
}

type linkInput struct {
	TicketRef
	Body struct {
		Household string `json:"household" format:"uuid"`
		Basis     string `json:"basis" enum:"identity,phone,suggested"`
		Reason    string `json:"reason,omitempty" maxLength:"500" doc:"Where the case is linked to another one so far"`
	}
}

func (s *Server) linkHousehold(ctx context.Context, tx Tx, in *linkInput) (people.CaseCard, error) {
	return s.caseCard(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := people.Link(ctx, tx, id, in.Body.Household, people.Basis(in.Body.Basis), in.Body.Reason)
		return err
	})
}

type unlinkInput struct {
	TicketRef
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) unlinkHousehold(ctx context.Context, tx Tx, in *unlinkInput) (people.CaseCard, error) {
	return s.caseCard(ctx, tx, in.ID, func(id ticket.ID) error { return people.Unlink(ctx, tx, id, in.Body.Reason) })
}

type denyInput struct {
	TicketRef
	Body struct {
		Household string `json:"household" format:"uuid"`
		Reason    string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) denyHousehold(ctx context.Context, tx Tx, in *denyInput) (people.CaseCard, error) {
	return s.caseCard(ctx, tx, in.ID, func(id ticket.ID) error { return people.Deny(ctx, tx, id, in.Body.Household, in.Body.Reason) })
}

type openNumberInput struct {
	TicketRef
	Body struct {
		Person  string `json:"person" format:"uuid"`
		What    string `json:"what" enum:"identity_number,phone_number"`
		Purpose string `json:"purpose" minLength:"2" maxLength:"200" doc:"Kept with the look"`
	}
}

// FullNumber is a number in full.
type FullNumber struct {
	Value string `json:"value"`
}

func (s *Server) openNumber(ctx context.Context, tx Tx, in *openNumberInput) (FullNumber, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return FullNumber{}, err
	}
	full, err := people.InFull(ctx, tx, in.Body.Person, id, people.LookKind(in.Body.What), in.Body.Purpose)
	return FullNumber{Value: string(full)}, err
}

type whoLookedInput struct {
	TicketRef
	Body struct {
		Person string `json:"person" format:"uuid"`
		Number string `json:"id_number,omitempty" maxLength:"24" doc:"As the citizen says it"`
		Note   string `json:"note,omitempty" maxLength:"500" doc:"Of somebody without a number: how they are known"`
	}
}

// LookList is who looked a citizen up, as it is given to them.
type LookList struct {
	Name  string           `json:"name"`
	Items []people.LookRow `json:"items"`
}

func (s *Server) whoLooked(ctx context.Context, tx Tx, in *whoLookedInput) (LookList, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return LookList{}, err
	}
	p, rows, err := people.WhoLooked(ctx, tx, id, in.Body.Person, in.Body.Number, in.Body.Note)
	return LookList{Name: string(p.Name), Items: rows}, err
}

type householdInput struct {
	ID     string `path:"id" maxLength:"36"`
	Ticket string `query:"ticket" maxLength:"36" doc:"The open case that it is needed for"`
}

func (s *Server) getHousehold(ctx context.Context, tx Tx, in *householdInput) (people.HouseholdPage, error) {
	h, err := tx.HouseholdByRef(ctx, in.ID)
	if err != nil {
		return people.HouseholdPage{}, err
	}
	var of ticket.ID
	if in.Ticket != "" {
		if of, err = tx.TicketByRef(ctx, in.Ticket); err != nil {
			return people.HouseholdPage{}, err
		}
	}
	if err := people.LookAt(ctx, tx, h, of); err != nil {
		return people.HouseholdPage{}, err
	}
	return tx.HouseholdPage(ctx, h, s.policy(tx).Limits.HouseholdMonths)
}

// householdPage is the page after an act on a household of the actor's area.
func (s *Server) householdPage(ctx context.Context, tx Tx, ref string) (people.HouseholdPage, error) {
	h, err := tx.HouseholdByRef(ctx, ref)
	if err != nil {
		return people.HouseholdPage{}, err
	}
	return tx.HouseholdPage(ctx, h, s.policy(tx).Limits.HouseholdMonths)
}

// watched refuses what lies outside of the actor's own area, though a case may show it.
func watched(ctx context.Context, tx Tx, ref string) error {
	h, err := tx.HouseholdByRef(ctx, ref)
	if err == nil && !tx.Actor().Area.Contains(h.Area) {
		err = act.NotFound("household")
	}
	return err
}

type listRegisteredInput struct {
	Area   string `query:"area" pattern:"^([0-9]{12})?$" doc:"At or below this place; yours where it is empty"`
	Tier   int    `query:"tier" minimum:"0" maximum:"3"`
	DueBy  string `query:"due_by" pattern:"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$" doc:"To be looked at again by this day"`
	Alerts bool   `query:"alerts" doc:"Only those with a change that nobody has settled"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// RegisteredList are households, masked.
type RegisteredList struct {
	Items []people.HouseholdBrief `json:"items"`
}

func (s *Server) listRegistered(ctx context.Context, tx Tx, in *listRegisteredInput) (RegisteredList, error) {
	f := people.HouseholdFilter{Under: area.Code(in.Area), Tier: in.Tier, DueBy: ticket.Date(in.DueBy), Alerts: in.Alerts, Limit: in.Limit}
	if f.Under == "" {
		f.Under = tx.Actor().Area
	}
	if in.DueBy != "" {
		if _, err := ticket.ParseDate(in.DueBy); err != nil {
			return RegisteredList{}, act.Invalid("due_by", "bad_date", "Give a real day, written 2026-10-01.")
		}
	}
	list, err := tx.HouseholdsOf(ctx, f)
	return RegisteredList{Items: list}, err
}

type listMatchesInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

// MatchList are suggestions that two records are one person.
type MatchList struct {
	Items []people.MatchView `json:"items"`
}

func (s *Server) listMatches(ctx context.Context, tx Tx, in *listMatchesInput) (MatchList, error) {
	list, err := tx.OpenMatches(ctx, tx.Actor().Area, in.Limit)
	return MatchList{Items: list}, err
}

type answerMatchInput struct {
	ID   string `path:"id" maxLength:"36"`
	Body struct {
		ID     string `json:"id,omitempty" format:"uuid"`
		Same   bool   `json:"same"`
		Keep   string `json:"keep,omitempty" maxLength:"36" doc:"The record that stays, where they are one"`
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) answerMatch(ctx context.Context, tx Tx, in *answerMatchInput) (MatchList, error) {
	_, err := people.AnswerMatch(ctx, tx, in.ID, newID(ctx, in.Body.ID), in.Body.Keep, in.Body.Same, in.Body.Reason)
	if err != nil {
		return MatchList{}, err
	}
	return s.listMatches(ctx, tx, &listMatchesInput{Limit: 50})
}

type undoInput struct {
	ID   string `path:"id" maxLength:"36"`
	Body struct {
		ID     string `json:"id,omitempty" format:"uuid"`
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

// Undone is a joining that was taken back.
type Undone struct {
	ID string `json:"id" format:"uuid" doc:"The household or person that stands for itself again"`
}

func (s *Server) undoJoining(ctx context.Context, tx Tx, in *undoInput) (Undone, error) {
	a, err := tx.ActByRef(ctx, in.ID)
	if err != nil {
		return Undone{}, err
	}
	id := newID(ctx, in.Body.ID)
	if a.Kind == people.ActMergePersons {
		p, err := people.SplitPersons(ctx, tx, id, in.ID, in.Body.Reason)
		return Undone{ID: p.PublicID}, err
	}
	h, err := people.UnmergeHouseholds(ctx, tx, id, in.ID, in.Body.Reason, s.policy(tx).Monitoring)
	return Undone{ID: h.PublicID}, err
}
