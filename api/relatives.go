package api

import (
	"context"
	"net/http"
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// RelativeRows are the declarations of relatives.
type RelativeRows interface {
	// DeclareRelative registers a relative of somebody, or their own number.
	DeclareRelative(ctx context.Context, staff area.StaffID, r area.Relative) error
	// OwnRelatives lists what the actor has declared.
	OwnRelatives(ctx context.Context) ([]area.RelativeRow, error)
	// RelativesOf lists what somebody of the actor's area has declared.
	RelativesOf(ctx context.Context, login string) ([]area.RelativeRow, error)
	// EndRelative ends a declaration of somebody else.
	EndRelative(ctx context.Context, id, reason string) error
}

// Who declares: everybody whose act a payout may need. Who ends a declaration leads the declarer, or keeps the accounts safe.
var (
	declarers     = []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCountyFinance}
	relativeEnder = []area.Role{area.RoleTownshipHead, area.RoleCountyDuty, area.RoleSecurityAdmin}
)

// relativeTable is the part of the table about declared relatives.
func relativeTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	return []*route{
		{method: get, path: "/relatives", who: declarers, summary: "What you have declared: your own number and your relatives", bind: read((*Server).listOwnRelatives)},
		{method: post, path: "/relatives", who: declarers, summary: "Declare a relative, or your own number: you take no part in what is paid to them", bind: do((*Server).declareRelative)},
		{method: get, path: "/staff/{id}/relatives", who: relativeEnder, summary: "What somebody of your area has declared, masked, with its history", bind: read((*Server).listRelatives)},
		{method: post, path: "/relatives/{id}/ending", who: relativeEnder, summary: "End a declaration of somebody else; it stays in the history", bind: do((*Server).endRelative)},
	}
}

// RelativeList is what somebody has declared.
type RelativeList struct {
	Items []area.RelativeRow `json:"items"`
}

func (s *Server) listOwnRelatives(ctx context.Context, tx Tx, _ *struct{}) (RelativeList, error) {
	list, err := tx.OwnRelatives(ctx)
	return RelativeList{Items: list}, err
}

func (s *Server) listRelatives(ctx context.Context, tx Tx, in *StaffRef) (RelativeList, error) {
	list, err := tx.RelativesOf(ctx, in.Login)
	return RelativeList{Items: list}, err
}

type relativeInput struct {
	Body struct {
		Relation string `json:"relation" enum:"self,spouse,child,parent,sibling,grandparent,grandchild,in_law,other" doc:"self: your own number"`
		Name     string `json:"name" minLength:"1" maxLength:"60"`
		Identity string `json:"id_number" minLength:"1" maxLength:"30" doc:"GB 11643, 18 characters"`
		Phone    string `json:"phone,omitempty" maxLength:"40"`
	}
}

func (s *Server) declareRelative(ctx context.Context, tx Tx, in *relativeInput) (RelativeList, error) {
	name := strings.TrimSpace(in.Body.Name)
	if err := ticket.PlainText("name", name); err != nil {
		return RelativeList{}, err
	}
	identity, _, err := people.ParseIdentity(people.IdentityInput{Type: people.IdentityResident, Number: in.Body.Identity}, tx.Now())
	if err != nil {
		return RelativeList{}, err
	}
	phone, err := phoneOf(in.Body.Phone)
	if err != nil {
		return RelativeList{}, err
	}
	err = tx.DeclareRelative(ctx, tx.Actor().StaffID, area.Relative{Relation: area.Relation(in.Body.Relation), Name: name, Identity: string(identity.Number), Phone: phone})
	if err != nil {
		return RelativeList{}, err
	}
	return s.listOwnRelatives(ctx, tx, nil)
}

type endRelativeInput struct {
	ThingRef
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

// RelativeEnded says that a declaration has ended.
type RelativeEnded struct {
	ID string `json:"id"`
}

func (s *Server) endRelative(ctx context.Context, tx Tx, in *endRelativeInput) (RelativeEnded, error) {
	reason := strings.TrimSpace(in.Body.Reason)
	if err := ticket.PlainText("reason", reason); err != nil {
		return RelativeEnded{}, err
	}
	return RelativeEnded{ID: in.ID}, tx.EndRelative(ctx, in.ID, reason)
}
