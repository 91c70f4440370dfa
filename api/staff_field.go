package api

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/ticket"
)

type listHouseholdsInput struct {
	Area  string `query:"area" pattern:"^[0-9]{12}$" doc:"At or below it. Default: your own area"`
	Login string `query:"login" maxLength:"40" doc:"Only this person's"`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"200"`
}

// HouseholdList are households that are looked after.
type HouseholdList struct {
	Items []area.Household `json:"items"`
}

func (s *Server) listHouseholds(ctx context.Context, tx Tx, in *listHouseholdsInput) (HouseholdList, error) {
	under, err := ownArea(tx, in.Area)
	if err != nil {
		return HouseholdList{}, err
	}
	list, err := tx.Households(ctx, under, in.Login, in.Limit)
	return HouseholdList{Items: list}, err
}

type entrustInput struct {
	StaffRef
	Body struct {
		Village   string `json:"village" pattern:"^[0-9]{12}$"`
		Reference string `json:"reference" minLength:"1" maxLength:"60" doc:"Its door number, or its number in the village's register; no name, no identity number"`
	}
}

func (s *Server) entrust(ctx context.Context, tx Tx, in *entrustInput) (area.StaffRow, error) {
	if err := ticket.PlainText("reference", in.Body.Reference); err != nil {
		return area.StaffRow{}, err
	}
	return tx.Entrust(ctx, in.Login, area.Code(in.Body.Village), in.Body.Reference)
}

type releaseInput struct {
	ThingRef
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) release(ctx context.Context, tx Tx, in *releaseInput) (area.StaffRow, error) {
	if err := ticket.PlainText("reason", in.Body.Reason); err != nil {
		return area.StaffRow{}, err
	}
	return tx.Release(ctx, in.ID, in.Body.Reason)
}

// StationList are the stations of an area.
type StationList struct {
	Items []area.Station `json:"items"`
}

func (s *Server) listStations(ctx context.Context, tx Tx, _ *struct{}) (StationList, error) {
	list, err := tx.Stations(ctx)
	return StationList{Items: list}, err
}

type stationInput struct {
	Body struct {
		Area     string `json:"area" pattern:"^[0-9]{12}$" doc:"Its township"`
		Name     string `json:"name" minLength:"1" maxLength:"60"`
		Lead     string `json:"lead,omitempty" maxLength:"40" doc:"Login of who leads it"`
		OpenedOn string `json:"opened_on" format:"date" doc:"Kept from the first time"`
		ClosedOn string `json:"closed_on,omitempty" format:"date"`
	}
}

func (s *Server) setStation(ctx context.Context, tx Tx, in *stationInput) (area.Station, error) {
	if err := ticket.PlainText("name", in.Body.Name); err != nil {
		return area.Station{}, err
	}
	return tx.SetStation(ctx, area.Station{Area: area.Code(in.Body.Area), Name: in.Body.Name, Lead: in.Body.Lead, OpenedOn: area.Date(in.Body.OpenedOn), ClosedOn: area.Date(in.Body.ClosedOn)})
}

type coverageInput struct {
	Area string `query:"area" pattern:"^[0-9]{12}$" doc:"At or below it. Default: your own area"`
}

func (s *Server) coverage(ctx context.Context, tx Tx, in *coverageInput) (area.Coverage, error) {
	under, err := ownArea(tx, in.Area)
	if err != nil {
		return area.Coverage{}, err
	}
	return tx.Coverage(ctx, s.deps.Places.Index().Tree, under)
}
