package api

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/discovery"
	"example.org/hotline/ticket"
)

// VillageRows are the visits of villages, within the actor's scope.
type VillageRows interface {
	discovery.VisitTx
	discovery.CoverTx
	discovery.FigureTx
	// MyVisits lists the households that the actor is asked to visit, or covers, the most pressing first.
	MyVisits(ctx context.Context, limit int) ([]discovery.SlotRow, error)
	// PlanSlots lists the visits of a place: overdue, open, done or missed.
	PlanSlots(ctx context.Context, under area.Code, view string, limit int) ([]discovery.PlanSlot, error)
	// VisitProgress counts the visits of a place by village, in the periods that run today.
	VisitProgress(ctx context.Context, under area.Code) ([]discovery.Progress, error)
	// VillageCovers lists who covers which village.
	VillageCovers(ctx context.Context, under area.Code) ([]discovery.CoverView, error)
	// StaffByLogin finds an active member of staff.
	StaffByLogin(ctx context.Context, login string) (area.Staff, error)
}

var (
	planVisitors = discovery.Visitors()
	planHeads    = discovery.Heads()
	planReaders  = []area.Role{area.RoleSupervisor, area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCityDuty, area.RoleCityHead, area.RoleAuditor}
)

// villageTable is the part of the table about what villages visit.
func villageTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	return []*route{
		{method: get, path: "/planned-visits", who: planVisitors, background: true, summary: "The households that you are asked to visit, the most pressing first", bind: read((*Server).myVisits)},
		{method: post, path: "/planned-visits/{id}/visit", who: planVisitors, summary: "Write down a visit of the plan, with its proof", bind: do((*Server).visitHousehold)},
		{method: post, path: "/planned-visits/{id}/visitor", who: planHeads, summary: "Give the visit of a household to another assistant of the township", bind: do((*Server).nameVisitor)},
		{method: get, path: "/visit-plans", who: planReaders, summary: "The visits of a place by village, and those that are overdue, open, done or missed", bind: read((*Server).visitPlans)},
		{method: post, path: "/visit-plans", who: planHeads, summary: "Plan the visits of your villages now; what is planned stays", bind: do((*Server).makePlans)},
		{method: get, path: "/village-covers", who: planReaders, summary: "Who stands in for which village", bind: read((*Server).listCovers)},
		{method: post, path: "/village-covers", who: planHeads, summary: "Let an assistant stand in for a village for some days", bind: do((*Server).setCover)},
		{method: post, path: "/village-covers/{id}/ending", who: planHeads, summary: "End a cover early", bind: do((*Server).endCover)},
		{method: post, path: "/village-figures", who: planHeads, summary: "Say how many households villages have", bind: do((*Server).setFigures)},
	}
}

// PlannedVisitList are households to be visited.
type PlannedVisitList struct {
	Items []discovery.SlotRow `json:"items"`
}

type listVisitsInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"100"`
}

func (s *Server) myVisits(ctx context.Context, tx Tx, in *listVisitsInput) (PlannedVisitList, error) {
	list, err := tx.MyVisits(ctx, in.Limit)
	return PlannedVisitList{Items: list}, err
}

// VisitPhoto is the photo that proves a visit.
type VisitPhoto struct {
	ID        string `json:"id,omitempty" format:"uuid"`
	MediaType string `json:"media_type" enum:"image/jpeg,image/png"`
	SHA256    string `json:"sha256" pattern:"^[0-9a-f]{64}$"`
	Content   []byte `json:"content" maxLength:"245000" doc:"At most 180,000 octets, in base64"`
}

type visitHouseholdInput struct {
	ThingRef
	Body struct {
		ID        string      `json:"id,omitempty" format:"uuid" doc:"Made by the device: the same id is the same visit"`
		VisitedAt time.Time   `json:"visited_at" doc:"By the device's clock"`
		Place     string      `json:"place" maxLength:"200" doc:"Where, in words or as the device says"`
		Met       string      `json:"met" enum:"head,member,neighbour,nobody"`
		Result    string      `json:"result" enum:"nothing,change,needs_help,not_met" doc:"needs_help: it becomes a ticket"`
		Found     string      `json:"found" maxLength:"2000" doc:"No identity or telephone numbers"`
		Priority  string      `json:"priority,omitempty" enum:"P1,P2,P3" doc:"How urgent it looks, where help is needed"`
		Photo     *VisitPhoto `json:"photo,omitempty" doc:"Without it a visit is refused"`
	}
}

// Visited is a visit that was written down.
type Visited struct {
	ID     string        `json:"id" format:"uuid"`
	Number ticket.Number `json:"number,omitempty" doc:"Of the ticket that it became"`
}

func (s *Server) visitHousehold(ctx context.Context, tx Tx, in *visitHouseholdInput) (Visited, error) {
	b := in.Body
	visit := discovery.VisitInput{PublicID: newID(ctx, b.ID), VisitedAt: b.VisitedAt, Place: b.Place, Met: discovery.Met(b.Met), Result: discovery.Result(b.Result), Found: b.Found,
		Priority: ticket.Priority(b.Priority)}
	visit.PhotoID = visit.PublicID // where the device made none: one visit has one photo
	if p := b.Photo; p != nil {
		sum, err := hex.DecodeString(p.SHA256)
		if err != nil {
			return Visited{}, act.Invalid("photo", "photo_changed", "Write the photo's SHA-256 as 64 digits of hex.")
		}
		visit.Photo = ticket.Photo{MediaType: p.MediaType, SHA256: sum, Content: p.Content}
		if p.ID != "" {
			visit.PhotoID = p.ID
		}
	}
	v, err := discovery.RecordVisit(ctx, tx, in.ID, visit, s.deps.Rules.Report)
	if err != nil || v.Ticket == 0 {
		return Visited{ID: v.PublicID}, err
	}
	kept, err := tx.KeptReport(ctx, v.PublicID)
	return Visited{ID: v.PublicID, Number: kept.Number}, err
}

type nameVisitorInput struct {
	ThingRef
	Body struct {
		Login  string `json:"login" minLength:"1" maxLength:"40"`
		Reason string `json:"reason,omitempty" maxLength:"500"`
	}
}

func (s *Server) nameVisitor(ctx context.Context, tx Tx, in *nameVisitorInput) (PlannedVisitList, error) {
	if err := ticket.PlainText("reason", in.Body.Reason); err != nil {
		return PlannedVisitList{}, err
	}
	if _, err := tx.SlotByRef(ctx, in.ID); err != nil {
		return PlannedVisitList{}, err
	}
	visitor, err := assistantOf(ctx, tx, in.Body.Login)
	if err != nil {
		return PlannedVisitList{}, err
	}
	return PlannedVisitList{Items: []discovery.SlotRow{}}, discovery.NameVisitor(ctx, tx, in.ID, visitor, in.Body.Reason)
}

// assistantOf finds who is to visit. Nobody learns by it who works elsewhere.
func assistantOf(ctx context.Context, tx Tx, login string) (area.Staff, error) {
	staff, err := tx.StaffByLogin(ctx, login)
	if errors.Is(err, act.ErrNotFound) {
		return staff, act.Invalid("login", "no_assistant", "Name a village assistant of this township.")
	}
	return staff, err
}

type visitPlansInput struct {
	Area  string `query:"area" pattern:"^[0-9]{12}$" doc:"At or below it. Default: your own area"`
	View  string `query:"view" enum:"overdue,open,done,missed" default:"overdue"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// VisitPlans is how a place's visits stand.
type VisitPlans struct {
	Progress []discovery.Progress `json:"progress" doc:"By village and line, in the periods that run"`
	Items    []discovery.PlanSlot `json:"items"`
}

func (s *Server) visitPlans(ctx context.Context, tx Tx, in *visitPlansInput) (VisitPlans, error) {
	under, err := ownArea(tx, in.Area)
	if err != nil {
		return VisitPlans{}, err
	}
	var v VisitPlans
	if v.Progress, err = tx.VisitProgress(ctx, under); err != nil {
		return v, err
	}
	v.Items, err = tx.PlanSlots(ctx, under, in.View, in.Limit)
	if err == nil && !slices.Contains(planSecrets, tx.Actor().Role) {
		for i := range v.Items {
			v.Items[i].Name, v.Items[i].Door = ticket.MaskName(v.Items[i].Name), ""
		}
	}
	return v, err
}

// planSecrets are those who read who is visited in full: they name visitors, and know the households by their duty.
var planSecrets = []area.Role{area.RoleWorker, area.RoleTownshipHead}

func (s *Server) makePlans(ctx context.Context, tx Tx, _ *struct{ Body struct{} }) (discovery.Made, error) {
	return discovery.MakePlans(ctx, tx, tx.Actor().Area, s.visitRules(tx))
}

func (s *Server) visitRules(tx Tx) *discovery.Rules {
	return s.deps.Rules.Discovery.On(ticket.DateOf(tx.Now()))
}

type coversInput struct {
	Area string `query:"area" pattern:"^[0-9]{12}$" doc:"At or below it. Default: your own area"`
}

// CoverList is who stands in for which village.
type CoverList struct {
	Items []discovery.CoverView `json:"items"`
}

func (s *Server) listCovers(ctx context.Context, tx Tx, in *coversInput) (CoverList, error) {
	under, err := ownArea(tx, in.Area)
	if err != nil {
		return CoverList{}, err
	}
	list, err := tx.VillageCovers(ctx, under)
	return CoverList{Items: list}, err
}

type setCoverInput struct {
	Body struct {
		ID      string `json:"id,omitempty" format:"uuid"`
		Village string `json:"village" pattern:"^[0-9]{12}$"`
		Login   string `json:"login" minLength:"1" maxLength:"40" doc:"An assistant of the township"`
		From    string `json:"from" format:"date"`
		Until   string `json:"until" format:"date" doc:"Last day; at most 92 days in all"`
		Reason  string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) setCover(ctx context.Context, tx Tx, in *setCoverInput) (CoverList, error) {
	b := in.Body
	visitor, err := assistantOf(ctx, tx, b.Login)
	if err != nil {
		return CoverList{}, err
	}
	err = discovery.SetCover(ctx, tx, discovery.Cover{PublicID: newID(ctx, b.ID), Area: area.Code(b.Village), Visitor: visitor, From: ticket.Date(b.From), Until: ticket.Date(b.Until), Reason: b.Reason}, s.visitRules(tx))
	if err != nil {
		return CoverList{}, err
	}
	return s.listCovers(ctx, tx, &coversInput{})
}

type endCoverInput struct {
	ThingRef
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
}

func (s *Server) endCover(ctx context.Context, tx Tx, in *endCoverInput) (CoverList, error) {
	if err := discovery.EndCover(ctx, tx, in.ID, in.Body.Reason, s.visitRules(tx)); err != nil {
		return CoverList{}, err
	}
	return s.listCovers(ctx, tx, &coversInput{})
}

type setFiguresInput struct {
	Body struct {
		AsOf     string        `json:"as_of,omitempty" format:"date" doc:"Default: today"`
		Villages []VillageSize `json:"villages" minItems:"1" maxItems:"500"`
	}
}

// VillageSize is how many households a village has.
type VillageSize struct {
	Area       string `json:"area" pattern:"^[0-9]{12}$"`
	Households int    `json:"households" minimum:"0" maximum:"100000"`
}

// FigureList is what was written.
type FigureList struct {
	Items []discovery.Figure `json:"items"`
}

func (s *Server) setFigures(ctx context.Context, tx Tx, in *setFiguresInput) (FigureList, error) {
	list := make([]discovery.Figure, 0, len(in.Body.Villages))
	for _, v := range in.Body.Villages {
		list = append(list, discovery.Figure{Area: area.Code(v.Area), Households: v.Households})
	}
	err := discovery.SetFigures(ctx, tx, list, ticket.Date(in.Body.AsOf))
	return FigureList{Items: list}, err
}
