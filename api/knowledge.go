package api

import (
	"cmp"
	"context"
	"net/http"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/knowledge"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// knowledgeTable is the part of the table where people look things up: no row of it is about
// anybody.
func knowledgeTable() []*route {
	get := http.MethodGet
	return []*route{
		{method: get, path: "/knowledge", who: everyone, summary: "What callers ask about aid, and the answers of a day and place", bind: read((*Server).searchKnowledge)},
		{method: get, path: "/knowledge/versions", who: everyone, summary: "Every version of an article, the newest first", bind: read((*Server).listVersions)},
		{method: get, path: "/aid-rules", who: everyone, summary: "The rules of aid of a day and place: standards, the catalogue, who approves, terms, papers", bind: read((*Server).getAidRules)},
	}
}

// Asked says for which place and day the rules are asked.
type Asked struct {
	Area string `query:"area" pattern:"^[0-9]{12}$" doc:"Whose standards hold. Default: your own area"`
	On   string `query:"on" format:"date" doc:"Default: today"`
}

// of is the place and day, with what was left out.
func (a Asked) of(tx Tx) (area.Code, ticket.Date, error) {
	on := ticket.DateOf(tx.Now())
	if a.On != "" {
		var err error
		if on, err = ticket.ParseDate(a.On); err != nil {
			return "", "", act.Invalid("on", "bad_date", "Write the day as 2026-10-01.")
		}
	}
	return area.Code(cmp.Or(a.Area, string(tx.Actor().Area))), on, nil
}

func (s *Server) facts(tx Tx, a Asked) (knowledge.Facts, error) {
	place, on, err := a.of(tx)
	return knowledge.Facts{Rules: s.deps.Rules.Aids, Place: place, On: on}, err
}

type searchKnowledgeInput struct {
	Asked
	Text  string `query:"q" maxLength:"100" doc:"Characters, pinyin or first letters; every word must agree. Empty: all articles by topic"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// Articles are articles that were found.
type Articles struct {
	Items []knowledge.Found `json:"items"`
}

func (s *Server) searchKnowledge(_ context.Context, tx Tx, in *searchKnowledgeInput) (Articles, error) {
	f, err := s.facts(tx, in.Asked)
	if err != nil {
		return Articles{}, err
	}
	return Articles{s.deps.Rules.Knowledge.Search(in.Text, in.Limit, f)}, nil
}

type listVersionsInput struct {
	Asked
	Code string `query:"code" pattern:"^[a-z0-9_]{0,60}$" doc:"Of the article"`
}

func (s *Server) listVersions(_ context.Context, tx Tx, in *listVersionsInput) (Articles, error) {
	f, err := s.facts(tx, in.Asked)
	if err != nil {
		return Articles{}, err
	}
	return Articles{s.deps.Rules.Knowledge.History(in.Code, f)}, nil
}

// AidRules are the rules of aid as pages need them.
type AidRules struct {
	Version    string           `json:"version"`
	ValidFrom  ticket.Date      `json:"valid_from"`
	Basis      rule.Basis       `json:"basis"`
	Area       area.Code        `json:"area"`
	On         ticket.Date      `json:"on"`
	Standards  []AidStandard    `json:"standards" doc:"Those that hold in the place"`
	Edge       int64            `json:"edge_percent" doc:"Below this share of the dibao standard a household is on its edge; 0: the rules name none for the place"`
	Classes    []rule.Class     `json:"classes" doc:"What a person can be declared to be; those by age follow from the birth date"`
	Incomes    []rule.IncomeUse `json:"incomes"`
	Spending   []rule.Named     `json:"spending"`
	Exempt     []rule.Exempt    `json:"exempt" doc:"Goods that do not count as property"`
	SelfCare   []rule.Named     `json:"self_care" doc:"The items of the test of self-care"`
	Lookback   int              `json:"lookback_months"`
	Catalogue  []rule.Aid       `json:"catalogue"`
	Purposes   []rule.Purpose   `json:"purposes"`
	Steps      []rule.Step      `json:"steps" doc:"What is looked at after aid of a kind"`
	Authority  []rule.Grant     `json:"authority"`
	Clocks     rule.Clocks      `json:"clocks"`
	Visit      rule.VisitRules  `json:"visit"`
	Notice     rule.Notice      `json:"notice"`
	FirstPay   rule.FirstPay    `json:"first_pay" enum:"same,next" doc:"Of the decision, the month that is paid first"`
	PaperKinds []rule.Paper     `json:"papers"`
}

// AidStandard is one standard in a place.
type AidStandard struct {
	Kind rule.StandardKind `json:"kind"`
	Fen  int64             `json:"fen"`
	From ticket.Date       `json:"from"`
}

func (s *Server) getAidRules(_ context.Context, tx Tx, in *Asked) (AidRules, error) {
	place, on, err := in.of(tx)
	if err != nil {
		return AidRules{}, err
	}
	v := s.deps.Rules.Aids.On(on)
	r := AidRules{Version: v.Version, ValidFrom: v.ValidFrom, Basis: v.Basis, Area: place, On: on, Standards: []AidStandard{}, Edge: v.EdgePercent(place),
		Classes: v.Classes, Incomes: v.Income.Uses(), Spending: v.SpendingNames(), Exempt: v.Property.Exempt, SelfCare: v.Tekun.Items, Lookback: v.Income.LookbackMonths,
		Catalogue: v.Catalogue, Purposes: v.Purposes, Steps: v.Cascade.Steps, Authority: v.AuthorityTable, Clocks: v.Clocks, Visit: v.Visit, Notice: v.NoticeRules,
		FirstPay: v.FirstPay, PaperKinds: v.PaperKinds}
	for _, kind := range rule.StandardKinds() {
		if standard, err := v.Standard(kind, place, on); err == nil {
			r.Standards = append(r.Standards, AidStandard{kind, standard.Fen, standard.From})
		}
	}
	return r, nil
}
