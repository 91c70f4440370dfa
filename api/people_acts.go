package api

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// PersonBody is what is written of a person.
type PersonBody struct {
	ID              string `json:"id,omitempty" format:"uuid" doc:"Made by the client, for somebody new"`
	Name            string `json:"name" minLength:"1" maxLength:"80"`
	IDType          string `json:"id_type" enum:"resident_id,none"`
	IDNumber        string `json:"id_number,omitempty" maxLength:"24"`
	IDReason        string `json:"id_reason,omitempty" maxLength:"200" doc:"Why there is no number"`
	Born            string `json:"born,omitempty" maxLength:"10" doc:"Only without a number"`
	Sex             string `json:"sex,omitempty" enum:"female,male,unknown" doc:"Only without a number"`
	Phone           string `json:"phone,omitempty" maxLength:"40"`
	HukouArea       string `json:"hukou_area,omitempty" pattern:"^([0-9]{12})?$" doc:"Empty: where they live"`
	Capacity        string `json:"capacity" enum:"full,limited,none" default:"full"`
	DisabilityGrade int    `json:"disability_grade,omitempty" minimum:"0" maximum:"4"`
	DisabilityKind  string `json:"disability_kind,omitempty" enum:",visual,hearing,speech,physical,intellectual,mental,multiple"`
	SevereIllness   bool   `json:"severe_illness,omitempty"`
	Illness         string `json:"illness,omitempty" maxLength:"200"`
	Student         bool   `json:"student,omitempty"`
	School          string `json:"school,omitempty" maxLength:"200"`
	WorkAbility     string `json:"work_ability" enum:"full,partial,none" default:"full"`
	Guardian        string `json:"guardian,omitempty" maxLength:"200"`
	Died            string `json:"died,omitempty" maxLength:"10"`
}

func (b PersonBody) input(id string) people.PersonInput {
	return people.PersonInput{PublicID: id, Name: b.Name, Identity: people.IdentityInput{Type: people.IdentityType(b.IDType), Number: b.IDNumber, Reason: b.IDReason}, Born: b.Born,
		Sex: people.Sex(b.Sex), Phone: b.Phone, Hukou: area.Code(b.HukouArea), Capacity: people.Capacity(b.Capacity), DisabilityGrade: b.DisabilityGrade,
		DisabilityKind: people.DisabilityKind(b.DisabilityKind), SevereIllness: b.SevereIllness, Illness: b.Illness, Student: b.Student, School: b.School,
		WorkAbility: people.WorkAbility(b.WorkAbility), Guardian: b.Guardian, Died: b.Died}
}

// MemberBody is one person of a household.
type MemberBody struct {
	Relation string     `json:"relation" enum:"head,spouse,child,parent,grandchild,grandparent,sibling,child_in_law,parent_in_law,ward,other"`
	From     string     `json:"from,omitempty" maxLength:"10" doc:"Since when; empty: today"`
	Person   PersonBody `json:"person"`
}

func (b MemberBody) input(ctx context.Context, place string) people.MemberInput {
	id := b.Person.ID
	if id == "" {
		id = derived(newID(ctx, ""), place)
	}
	return people.MemberInput{Relation: people.Relation(b.Relation), From: b.From, Person: b.Person.input(id)}
}

// derived is the id of a part of what an act makes, where the client made none.
func derived(id, part string) string {
	return uuid.NewSHA1(keySpace, []byte(id+"|"+part)).String()
}

type registerHouseholdInput struct {
	TicketRef
	Body struct {
		ID           string       `json:"id,omitempty" format:"uuid"`
		Area         string       `json:"area" pattern:"^[0-9]{12}$" doc:"The village, or at least the township, where they live"`
		RegisterArea string       `json:"register_area,omitempty" pattern:"^([0-9]{12})?$" doc:"Of their household register; empty: where they live"`
		Address      string       `json:"address,omitempty" maxLength:"200"`
		Members      []MemberBody `json:"members" minItems:"1" maxItems:"30"`
	}
}

func (s *Server) registerHousehold(ctx context.Context, tx Tx, in *registerHouseholdInput) (people.CaseCard, error) {
	b := in.Body
	h := people.HouseholdInput{PublicID: newID(ctx, b.ID), Area: area.Code(b.Area), Register: area.Code(b.RegisterArea), Address: b.Address}
	for i, m := range b.Members {
		h.Members = append(h.Members, m.input(ctx, strconv.Itoa(i)))
	}
	return s.caseCard(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := people.Register(ctx, tx, id, h, s.registerRules(tx))
		return err
	})
}

type addMemberInput struct {
	TicketRef
	Body MemberBody
}

func (s *Server) addMember(ctx context.Context, tx Tx, in *addMemberInput) (people.CaseCard, error) {
	return s.caseCard(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := people.AddMember(ctx, tx, id, in.Body.input(ctx, "0"))
		return err
	})
}

type moveMemberInput struct {
	TicketRef
	Body struct {
		Person   string `json:"person" format:"uuid" doc:"Somebody that was looked up for the case"`
		Relation string `json:"relation" enum:"head,spouse,child,parent,grandchild,grandparent,sibling,child_in_law,parent_in_law,ward,other"`
		On       string `json:"on,omitempty" maxLength:"10"`
		Why      string `json:"why" enum:"moved,married,corrected"`
		Head     string `json:"head,omitempty" maxLength:"36" doc:"Who is the head from then on of the household that they leave, where they were"`
	}
}

func (s *Server) moveMember(ctx context.Context, tx Tx, in *moveMemberInput) (people.CaseCard, error) {
	b := in.Body
	return s.caseCard(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := people.MoveIn(ctx, tx, id, people.MoveInput{Person: b.Person, Relation: people.Relation(b.Relation), On: b.On, Why: people.EndedWhy(b.Why), Head: b.Head})
		return err
	})
}

type departureInput struct {
	TicketRef
	Body struct {
		Person string `json:"person" format:"uuid"`
		On     string `json:"on,omitempty" maxLength:"10" doc:"First day on which they no longer belong to it; empty: today"`
		Why    string `json:"why" enum:"moved,married,died,corrected"`
		Head   string `json:"head,omitempty" maxLength:"36" doc:"Who is the head from then on, where the head goes"`
	}
}

func (s *Server) leaveHousehold(ctx context.Context, tx Tx, in *departureInput) (people.CaseCard, error) {
	b := in.Body
	return s.caseCard(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := people.Leave(ctx, tx, id, people.LeaveInput{Person: b.Person, On: b.On, Why: people.EndedWhy(b.Why), Head: b.Head})
		return err
	})
}

type relocateInput struct {
	TicketRef
	Body struct {
		Area         string `json:"area" pattern:"^[0-9]{12}$"`
		RegisterArea string `json:"register_area,omitempty" pattern:"^([0-9]{12})?$"`
		Address      string `json:"address,omitempty" maxLength:"200"`
	}
}

func (s *Server) relocateHousehold(ctx context.Context, tx Tx, in *relocateInput) (people.CaseCard, error) {
	b := in.Body
	return s.caseCard(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := people.Relocate(ctx, tx, id, area.Code(b.Area), area.Code(b.RegisterArea), b.Address)
		return err
	})
}

type editPersonInput struct {
	TicketRef
	Body struct {
		Person  string     `json:"person" format:"uuid"`
		Version int64      `json:"version"`
		Facts   PersonBody `json:"facts" doc:"All of it: what is left out is gone. An empty number or telephone keeps the one that is known; - as the telephone removes it."`
	}
}

func (s *Server) editPerson(ctx context.Context, tx Tx, in *editPersonInput) (people.CaseCard, error) {
	b := in.Body
	return s.caseCard(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := people.EditPerson(ctx, tx, id, b.Person, b.Version, b.Facts.input(b.Person))
		return err
	})
}

type mergeHouseholdInput struct {
	ID   string `path:"id" maxLength:"36"`
	Body struct {
		ID     string `json:"id,omitempty" format:"uuid"`
		Other  string `json:"other" format:"uuid" doc:"The household that goes into this one"`
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) mergeHousehold(ctx context.Context, tx Tx, in *mergeHouseholdInput) (people.HouseholdPage, error) {
	if _, err := people.MergeHouseholds(ctx, tx, newID(ctx, in.Body.ID), in.ID, in.Body.Other, in.Body.Reason,
		people.MergeRules{Monitoring: s.policy(tx).Monitoring, Double: s.deps.Rules.Aids.At(tx.Now()).Double}); err != nil {
		return people.HouseholdPage{}, err
	}
	return s.householdPage(ctx, tx, in.ID)
}

// SplitMemberBody is somebody who goes, and what they are to the new head.
type SplitMemberBody struct {
	Person   string `json:"person" format:"uuid"`
	Relation string `json:"relation" enum:"head,spouse,child,parent,grandchild,grandparent,sibling,child_in_law,parent_in_law,ward,other"`
}

type splitHouseholdInput struct {
	ID   string `path:"id" maxLength:"36"`
	Body struct {
		ID           string            `json:"id,omitempty" format:"uuid"`
		Household    string            `json:"household,omitempty" format:"uuid" doc:"Of the new household; made by the client"`
		Area         string            `json:"area" pattern:"^[0-9]{12}$"`
		RegisterArea string            `json:"register_area,omitempty" pattern:"^([0-9]{12})?$"`
		Address      string            `json:"address,omitempty" maxLength:"200"`
		Members      []SplitMemberBody `json:"members" minItems:"1" maxItems:"29"`
		Reason       string            `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) splitHousehold(ctx context.Context, tx Tx, in *splitHouseholdInput) (people.HouseholdPage, error) {
	b, id := in.Body, newID(ctx, in.Body.ID)
	split := people.SplitInput{PublicID: b.Household, Area: area.Code(b.Area), Register: area.Code(b.RegisterArea), Address: b.Address, Reason: b.Reason}
	if split.PublicID == "" {
		split.PublicID = derived(id, "household")
	}
	for _, m := range b.Members {
		split.Members = append(split.Members, people.SplitMember{Person: m.Person, Relation: people.Relation(m.Relation)})
	}
	if _, err := people.SplitHousehold(ctx, tx, id, in.ID, split, s.policy(tx).Monitoring); err != nil {
		return people.HouseholdPage{}, err
	}
	return s.householdPage(ctx, tx, in.ID)
}

type checkHouseholdInput struct {
	ID   string `path:"id" maxLength:"36"`
	Body struct {
		ID     string `json:"id,omitempty" format:"uuid"`
		Way    string `json:"way" enum:"visit,call,data"`
		Result string `json:"result" enum:"unchanged,changed,not_met"`
		Note   string `json:"note,omitempty" maxLength:"2000"`
		NextOn string `json:"next_on,omitempty" maxLength:"10" doc:"Empty: as the plan says"`
	}
}

func (s *Server) checkHousehold(ctx context.Context, tx Tx, in *checkHouseholdInput) (people.HouseholdPage, error) {
	b := in.Body
	if err := watched(ctx, tx, in.ID); err != nil {
		return people.HouseholdPage{}, err
	}
	if _, err := people.RecordCheck(ctx, tx, in.ID, people.CheckInput{PublicID: newID(ctx, b.ID), Way: people.Way(b.Way), Result: people.Result(b.Result), Note: b.Note, NextOn: b.NextOn}); err != nil {
		return people.HouseholdPage{}, err
	}
	return s.householdPage(ctx, tx, in.ID)
}

type alertInput struct {
	ID   string `path:"id" maxLength:"36"`
	Body struct {
		ID         string `json:"id,omitempty" format:"uuid"`
		Kind       string `json:"kind" enum:"income,employment,illness,disability,death,birth,vehicle,property,company,membership,address,custody,other"`
		Source     string `json:"source" enum:"monitoring,data,village,citizen,department"`
		Person     string `json:"person,omitempty" maxLength:"36" doc:"Whom of the household it is about"`
		HappenedOn string `json:"happened_on,omitempty" maxLength:"10"`
		Note       string `json:"note,omitempty" maxLength:"2000"`
	}
}

func (s *Server) alertHousehold(ctx context.Context, tx Tx, in *alertInput) (people.HouseholdPage, error) {
	b := in.Body
	if err := watched(ctx, tx, in.ID); err != nil {
		return people.HouseholdPage{}, err
	}
	if _, err := people.Raise(ctx, tx, in.ID, people.AlertInput{PublicID: newID(ctx, b.ID), Kind: people.AlertKind(b.Kind), Source: people.AlertSource(b.Source), Person: b.Person,
		HappenedOn: b.HappenedOn, Note: b.Note}); err != nil {
		return people.HouseholdPage{}, err
	}
	return s.householdPage(ctx, tx, in.ID)
}

type settleAlertInput struct {
	ID   string `path:"id" maxLength:"36"`
	Body struct {
		Outcome string `json:"outcome" enum:"no_effect,assess_again,aid,entry_ended"`
		Ticket  string `json:"ticket,omitempty" maxLength:"36" doc:"The case that it became"`
		Reason  string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

// Settled tells that a change was settled.
type Settled struct {
	ID string `json:"id"`
}

func (s *Server) settleAlert(ctx context.Context, tx Tx, in *settleAlertInput) (Settled, error) {
	err := people.Settle(ctx, tx, in.ID, people.AlertOutcome(in.Body.Outcome), in.Body.Ticket, in.Body.Reason)
	return Settled{ID: in.ID}, err
}
