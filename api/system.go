package api

import (
	"context"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ivr/acd"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// System is what the program says of itself.
type System struct {
	Version   string    `json:"version"`
	Dev       bool      `json:"dev"`
	AppNow    time.Time `json:"app_now" doc:"The application's clock, by which deadlines fall"`
	TimeScale float64   `json:"time_scale" doc:"How fast it runs; 1 in production"`
}

func (s *Server) getSystem(ctx context.Context, tx Tx, _ *struct{}) (System, error) {
	scale, err := tx.AppClock(ctx)
	return System{Version: s.cfg.Version, Dev: s.cfg.Dev, AppNow: tx.Now(), TimeScale: scale}, err
}

type listAreasInput struct {
	Under string `query:"under" pattern:"^[0-9]{12}$" doc:"Default: your own area"`
}

// PlaceList is a part of the area tree, in the order of the codes.
type PlaceList struct {
	Items []area.Place `json:"items"`
}

func (s *Server) listAreas(ctx context.Context, tx Tx, in *listAreasInput) (PlaceList, error) {
	under := area.Code(in.Under)
	if under == "" {
		under = tx.Actor().Area
	}
	places, err := tx.Places(ctx, under)
	return PlaceList{Items: places}, err
}

// PolicyView is the part of the rules that pages explain. Sums are in fen.
type PolicyView struct {
	Version             string             `json:"version"`
	Causes              []ticket.Cause     `json:"causes"`
	Papers              []relief.PaperKind `json:"papers" doc:"What may be handed in afterwards"`
	Limits              PolicyLimits       `json:"limits"`
	Words               []acd.Term         `json:"words" doc:"The city's names of its queues and of how a conversation may end"`
	FastCapFenPerPerson int64              `json:"fast_cap_fen_per_person,omitempty" doc:"Most the fast track pays for each person; absent where the cap is the household's, or there is none"`
	FastCapFen          int64              `json:"fast_cap_fen,omitempty" doc:"Most the fast track pays for a household, where the cap is the household's"`
}

// PolicyLimits are the sums above which somebody else must agree.
type PolicyLimits struct {
	SoloFen      int64 `json:"solo_fen"`
	TownshipFen  int64 `json:"township_fen"`
	HouseholdFen int64 `json:"household_fen"`
}

func (s *Server) getPolicy(_ context.Context, tx Tx, _ *struct{}) (PolicyView, error) {
	p := s.policy(tx)
	v := PolicyView{Version: p.Version, Causes: ticket.Causes(), Papers: p.Papers.Kinds,
		Limits: PolicyLimits{SoloFen: p.Limits.SoloFen, TownshipFen: p.Limits.TownshipFen, HouseholdFen: p.Limits.HouseholdFen},
		Words:  slices.Clone(s.deps.Rules.Dispositions)}
	for _, q := range s.deps.Rules.Queues {
		v.Words = append(v.Words, acd.Term{Key: q.Key, Zh: q.Zh, En: q.En})
	}
	if most, capped := p.Fast.CapFen(1); capped && p.Fast.CapPer == relief.CapPerPerson {
		v.FastCapFenPerPerson = most
	} else if capped {
		v.FastCapFen = most
	}
	return v, nil
}

// SMSList is what the development sink has kept, newest first.
type SMSList struct {
	Items []SMS `json:"items"`
}

func (s *Server) listSMS(ctx context.Context, _ Tx, _ *struct{}) (SMSList, error) {
	if s.deps.SMS == nil {
		return SMSList{}, fiber.ErrNotFound
	}
	messages, err := s.deps.SMS(ctx)
	if messages == nil {
		messages = []SMS{}
	}
	return SMSList{Items: messages}, err
}

type listAuditInput struct{ Paging }

// AuditPage is one page of the audit chain.
type AuditPage struct {
	Items []act.AuditRow `json:"items"`
	Next  string         `json:"next,omitempty"`
}

func (s *Server) listAudit(ctx context.Context, tx Tx, in *listAuditInput) (AuditPage, error) {
	before, err := parseCursor(in.Cursor)
	if err != nil {
		return AuditPage{}, err
	}
	rows, err := tx.AuditRows(ctx, before.At, int16(before.ID&0xff), before.ID>>8, in.Limit+1)
	if err != nil || len(rows) <= in.Limit {
		return AuditPage{Items: rows}, err
	}
	rows = rows[:in.Limit]
	last := rows[in.Limit-1]
	return AuditPage{Items: rows, Next: cursorText(ticket.Cursor{At: last.At, ID: last.Seq<<8 | int64(last.Lane)})}, nil
}
