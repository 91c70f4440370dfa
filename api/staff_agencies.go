package api

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

// AgencyList are agencies under contract.
type AgencyList struct {
	Items []area.Agency `json:"items"`
}

func (s *Server) listAgencies(ctx context.Context, tx Tx, _ *struct{}) (AgencyList, error) {
	list, err := tx.Agencies(ctx)
	return AgencyList{Items: list}, err
}

type agencyInput struct {
	Body struct {
		Name          string `json:"name" minLength:"1" maxLength:"60"`
		Area          string `json:"area" pattern:"^[0-9]{12}$" doc:"Whose contract it is"`
		Contact       string `json:"contact,omitempty" maxLength:"100" doc:"Whom to ask there"`
		ContractFrom  string `json:"contract_from" format:"date"`
		ContractUntil string `json:"contract_until" format:"date" doc:"Last day"`
	}
}

func (s *Server) addAgency(ctx context.Context, tx Tx, in *agencyInput) (area.Agency, error) {
	for field, text := range map[string]string{"name": in.Body.Name, "contact": in.Body.Contact} {
		if err := ticket.PlainText(field, text); err != nil {
			return area.Agency{}, err
		}
	}
	return tx.AddAgency(ctx, area.Agency{Name: in.Body.Name, Area: area.Code(in.Body.Area), Contact: in.Body.Contact,
		ContractFrom: area.Date(in.Body.ContractFrom), ContractUntil: area.Date(in.Body.ContractUntil)})
}

type changeAgencyInput struct {
	ThingRef
	Body struct {
		Name    *string `json:"name,omitempty" minLength:"1" maxLength:"60"`
		Contact *string `json:"contact,omitempty" maxLength:"100" doc:"Whom to ask there; empty: nobody"`
	}
}

func (s *Server) changeAgency(ctx context.Context, tx Tx, in *changeAgencyInput) (area.Agency, error) {
	for field, text := range map[string]*string{"name": in.Body.Name, "contact": in.Body.Contact} {
		if text == nil {
			continue
		}
		if err := ticket.PlainText(field, *text); err != nil {
			return area.Agency{}, err
		}
	}
	return tx.ChangeAgency(ctx, in.ID, func(g *area.Agency) {
		if in.Body.Name != nil {
			g.Name = *in.Body.Name
		}
		if in.Body.Contact != nil {
			g.Contact = *in.Body.Contact
		}
	})
}

type contractInput struct {
	ThingRef
	Body struct {
		Until  string `json:"until" format:"date" doc:"Last day. What is open to its people beyond it closes now; where it is past, its people leave"`
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) endContract(ctx context.Context, tx Tx, in *contractInput) (area.Agency, error) {
	if err := ticket.PlainText("reason", in.Body.Reason); err != nil {
		return area.Agency{}, err
	}
	return tx.EndContract(ctx, in.ID, area.Date(in.Body.Until), in.Body.Reason)
}

type agencySeatInput struct {
	ThingRef
	Body struct {
		Login string `json:"login" pattern:"^[a-z0-9._-]{2,40}$"`
		Name  string `json:"name" minLength:"1" maxLength:"60"`
		Phone string `json:"phone,omitempty" maxLength:"40"`
	}
}

func (s *Server) addAgencySeat(ctx context.Context, tx Tx, in *agencySeatInput) (area.Agency, error) {
	phone, err := phoneOf(in.Body.Phone)
	if err != nil {
		return area.Agency{}, err
	}
	if err := ticket.PlainText("name", in.Body.Name); err != nil {
		return area.Agency{}, err
	}
	return tx.AddAgencySeat(ctx, s.deps.Places.Index().Tree, in.ID, area.Person{Login: in.Body.Login, Name: in.Body.Name, Phone: phone})
}

type listAccessesInput struct {
	Over  bool `query:"over" doc:"With those that are over"`
	Limit int  `query:"limit" minimum:"1" maximum:"500" default:"200"`
}

// AccessList are tickets that are open to people of agencies.
type AccessList struct {
	Items []area.AgencyAccess `json:"items"`
}

func (s *Server) listAccesses(ctx context.Context, tx Tx, in *listAccessesInput) (AccessList, error) {
	list, err := tx.Accesses(ctx, in.Over, in.Limit)
	return AccessList{Items: list}, err
}

type accessInput struct {
	TicketRef
	Body struct {
		Login  string    `json:"login" maxLength:"40" doc:"Of somebody of an agency"`
		Until  time.Time `json:"until" doc:"At most 30 days from now"`
		Reason string    `json:"reason" minLength:"1" maxLength:"500" doc:"What they are to do"`
	}
}

func (s *Server) grantAccess(ctx context.Context, tx Tx, in *accessInput) (area.AgencyAccess, error) {
	id, err := tx.TicketByRef(ctx, in.ID)
	if err != nil {
		return area.AgencyAccess{}, err
	}
	return tx.GrantAccess(ctx, id, in.Body.Login, in.Body.Until, in.Body.Reason)
}

func (s *Server) endAccess(ctx context.Context, tx Tx, in *releaseInput) (area.AgencyAccess, error) {
	return tx.EndAccess(ctx, in.ID, in.Body.Reason)
}
