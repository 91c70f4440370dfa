package discovery

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// Plan is what a village visits of one line in one period.
type Plan struct {
	ID      int64
	Area    area.Code
	Line    Line
	FirstOn ticket.Date
	LastOn  ticket.Date
	Version string // of the rules that made it
}

// SlotState is how it stands with one visit of a plan.
//
//	open ──visit or look──▶ done
//	  ├──the period ends──▶ missed
//	  └──moved, joined, another tier──▶ dropped
type SlotState string

// The states.
const (
	SlotOpen    SlotState = "open"
	SlotDone    SlotState = "done"
	SlotMissed  SlotState = "missed"  // nobody came in the whole period; it stays counted
	SlotDropped SlotState = "dropped" // the household no longer belongs to the plan
)

// SlotStates lists them.
func SlotStates() []SlotState { return []SlotState{SlotOpen, SlotDone, SlotMissed, SlotDropped} }

// Slot is one household that is to be visited in one period.
type Slot struct {
	ID        int64
	PublicID  string
	Plan      int64
	Area      area.Code
	Household people.HouseholdID // zero for one that the register does not know
	Entrusted int64              // the village's own entry of it then
	FirstOn   ticket.Date        // of the plan
	LastOn    ticket.Date
	DueOn     ticket.Date
	Visitor   area.StaffID // who is asked; zero: nobody is there
	Named     bool         // by the township's head, who may name an assistant of another village
	State     SlotState
	Version   int64
}

// Subject names the slot in the audit chain.
func (s Slot) Subject() act.Subject { return act.Subject{Kind: "visit_slot", ID: s.ID} }

// Home is a household that a village knows.
type Home struct {
	Area      area.Code
	Household people.HouseholdID
	Entrusted int64 // of one that the register does not know
	Line      Line
	Keeper    area.StaffID // whom it is entrusted to; zero for nobody
	VisitedOn ticket.Date  // the last time, by whomever; empty for never
}

func (h Home) key() [2]int64 { return [2]int64{int64(h.Household), h.Entrusted} }

// Planned is a slot as planning sees it.
type Planned struct {
	Slot
	Line Line
}

func (p Planned) key() [2]int64 { return [2]int64{int64(p.Household), p.Entrusted} }

// PlanTx is what planning needs of a transaction.
type PlanTx interface {
	act.Tx
	// LockVisits lets one at a time plan the visits of a township.
	LockVisits(ctx context.Context, township area.Code) error
	// Homes lists the households that a township's villages know, by place and then by when they were last visited, the longest ago first.
	Homes(ctx context.Context, township area.Code) ([]Home, error)
	// Visitors lists who visits in each village on a day: whoever covers it, else its assistants that are not away. Under the township's code: those who serve all of it.
	Visitors(ctx context.Context, township area.Code, on ticket.Date) (map[area.Code][]area.StaffID, error)
	// PlannedVisits lists the slots of the township whose period has a day in common with the span, or that are still open.
	PlannedVisits(ctx context.Context, township area.Code, on ticket.Date) ([]Planned, error)
	// KeepPlan finds the plan of a village, a line and a period, or writes it; made is true where it is new.
	KeepPlan(ctx context.Context, p *Plan) (made bool, err error)
	// AddSlot writes a slot.
	AddSlot(ctx context.Context, s *Slot) error
	// SaveSlot writes visitor and state, guarded by the version.
	SaveSlot(ctx context.Context, s *Slot) error
}

// Made counts what planning did.
type Made struct {
	Plans   int `json:"plans" doc:"Begun"`
	Added   int `json:"added" doc:"Households that are to be visited now"`
	Dropped int `json:"dropped" doc:"That no longer belong to a plan"`
	Missed  int `json:"missed" doc:"That nobody visited while their period ran"`
	Moved   int `json:"moved" doc:"Given to another visitor, because who was asked is away or gone"`
}

// MakePlans plans the visits of a township's villages for the periods that run today, and brings
// those that are there up to date: who has come belongs to them, who has gone does not, and what
// nobody visited while its period ran is missed. Done twice it changes nothing.
func MakePlans(ctx context.Context, tx PlanTx, township area.Code, rules *Rules) (Made, error) {
	if err := tx.LockVisits(ctx, township); err != nil {
		return Made{}, err
	}
	today := ticket.DateOf(tx.Now())
	homes, err := tx.Homes(ctx, township)
	if err != nil {
		return Made{}, err
	}
	visitors, err := tx.Visitors(ctx, township, today)
	if err != nil {
		return Made{}, err
	}
	slots, err := tx.PlannedVisits(ctx, township, today)
	if err != nil {
		return Made{}, err
	}
	p := planning{tx: tx, rules: rules, today: today, visitors: visitors, load: map[area.StaffID]int{}}
	if err := p.tidy(ctx, homes, slots); err != nil {
		return p.made, err
	}
	for _, l := range rules.Visits.Lines {
		for village, of := range byVillage(homes, l.Line) {
			if err := p.line(ctx, l, village, of, slots); err != nil {
				return p.made, err
			}
		}
	}
	if p.made == (Made{}) {
		return p.made, nil
	}
	return p.made, tx.Audit(ctx, act.Record{Action: "visits.planned", Subject: act.Subject{Kind: "area"}, Area: township,
		Data: map[string]any{"plans": p.made.Plans, "added": p.made.Added, "dropped": p.made.Dropped, "missed": p.made.Missed, "moved": p.made.Moved}})
}

// byVillage picks the homes of a line, by village; within one they keep their order.
func byVillage(homes []Home, line Line) map[area.Code][]Home {
	of := map[area.Code][]Home{}
	for _, h := range homes {
		if h.Line == line {
			of[h.Area] = append(of[h.Area], h)
		}
	}
	return of
}

// planning is one township's planning while it goes on.
type planning struct {
	tx       PlanTx
	rules    *Rules
	today    ticket.Date
	visitors map[area.Code][]area.StaffID
	load     map[area.StaffID]int // open visits of each
	made     Made
}

// tidy brings the open slots up to date.
func (p *planning) tidy(ctx context.Context, homes []Home, slots []Planned) error {
	belongs := map[[2]int64]Home{}
	for _, h := range homes {
		belongs[h.key()] = h
	}
	for i := range slots {
		s := &slots[i]
		if s.State != SlotOpen {
			continue
		}
		h, known := belongs[s.key()]
		switch {
		case s.LastOn < p.today:
			s.State = SlotMissed
			p.made.Missed++
		case !known || h.Area != s.Area || h.Line != s.Line:
			s.State = SlotDropped
			p.made.Dropped++
		case p.stays(s.Slot, h):
			p.load[s.Visitor]++
			continue
		default:
			was := s.Visitor
			if s.Visitor, s.Named = p.choose(h), false; s.Visitor == was {
				continue
			}
			p.made.Moved++
		}
		if err := p.tx.SaveSlot(ctx, &s.Slot); err != nil {
			return err
		}
	}
	return nil
}

// stays reports whether whoever is asked to visit a home still is: the one that the head named while
// they serve anywhere, the keeper, or else somebody who serves the village today.
func (p *planning) stays(s Slot, h Home) bool {
	if s.Named {
		return p.there(s.Visitor)
	}
	if p.there(h.Keeper) {
		return s.Visitor == h.Keeper
	}
	return s.Visitor != 0 && slices.Contains(p.of(h.Area), s.Visitor)
}

// there reports whether somebody serves in any village of the township today.
func (p *planning) there(who area.StaffID) bool {
	for _, list := range p.visitors {
		if who != 0 && slices.Contains(list, who) {
			return true
		}
	}
	return false
}

// of lists who visits in a village: its own, else the township's.
func (p *planning) of(village area.Code) []area.StaffID {
	if list := p.visitors[village]; len(list) > 0 {
		return list
	}
	return p.visitors[village.At(area.LevelTownship)]
}

// choose says who visits a home: whoever it is entrusted to, else the one of the village with the
// least to do; zero where nobody is there.
func (p *planning) choose(h Home) area.StaffID {
	who := h.Keeper
	if !p.there(who) {
		list := p.of(h.Area)
		if len(list) == 0 {
			return 0
		}
		who = slices.MinFunc(list, func(a, b area.StaffID) int { return cmp.Or(cmp.Compare(p.load[a], p.load[b]), cmp.Compare(a, b)) })
	}
	p.load[who]++
	return who
}

// line plans one line of a village.
func (p *planning) line(ctx context.Context, l VisitLine, village area.Code, homes []Home, slots []Planned) error {
	first, last := l.Every.Period(p.today)
	planned, live := map[[2]int64]bool{}, 0
	for _, s := range slots {
		if s.Area == village && s.Line == l.Line && s.FirstOn == first && s.LastOn == last {
			planned[s.key()] = true
			if s.State != SlotDropped {
				live++
			}
		}
	}
	var fresh []Home
	for _, h := range homes {
		if l.Most > 0 && live+len(fresh) >= l.Most {
			break
		}
		if !planned[h.key()] {
			fresh = append(fresh, h)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	plan := Plan{Area: village, Line: l.Line, FirstOn: first, LastOn: last, Version: p.rules.Version}
	made, err := p.tx.KeepPlan(ctx, &plan)
	if err != nil {
		return err
	}
	if made {
		p.made.Plans++
	}
	for i, h := range fresh {
		s := Slot{Plan: plan.ID, Area: village, Household: h.Household, Entrusted: h.Entrusted, DueOn: dueOn(p.today, first, last, i, len(fresh)), Visitor: p.choose(h), State: SlotOpen, Version: 1}
		if err := p.tx.AddSlot(ctx, &s); err != nil {
			return err
		}
		p.made.Added++
	}
	return nil
}

// lookEvery is how often, in real time, it is asked whether a day of the line has begun.
const lookEvery = 30 * time.Second

// WatchTx is what the watch needs beside planning.
type WatchTx interface {
	PlanTx
	// VisitTownships lists the townships in which a household is known.
	VisitTownships(ctx context.Context) ([]area.Code, error)
}

// Watch plans once on each day of the line, until ctx ends. Every node may run it: what is planned
// is not planned again.
func Watch(ctx context.Context, run act.Run[WatchTx], rules Versions, log *slog.Logger) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	var looked ticket.Date
	for {
		day, err := planDay(ctx, run, rules, looked)
		if err != nil && ctx.Err() == nil && !errors.Is(err, act.ErrUnavailable) {
			log.ErrorContext(ctx, "visits of villages were not planned", "error", err)
		}
		if err == nil {
			looked = day
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// planDay plans where another day than the one last looked at has begun, each township in a
// transaction of its own, and tells which day it is.
func planDay(ctx context.Context, run act.Run[WatchTx], rules Versions, looked ticket.Date) (day ticket.Date, err error) {
	var townships []area.Code
	err = run(ctx, act.SystemDispatch, func(tx WatchTx) (err error) {
		if day = ticket.DateOf(tx.Now()); day == looked {
			return nil
		}
		townships, err = tx.VisitTownships(ctx)
		return err
	})
	for _, township := range townships {
		err = errors.Join(err, run(ctx, act.SystemDispatch, func(tx WatchTx) error {
			_, err := MakePlans(ctx, tx, township, rules.On(day))
			return err
		}))
	}
	return day, err
}
