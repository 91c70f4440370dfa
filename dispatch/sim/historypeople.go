package sim

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// historyCity is one county with two townships; in the second nobody is on duty by day.
func historyCity(o Options) (*City, error) {
	c := NewCity()
	g := generator{City: c, random: newRandom(o.Seed, "leave"), from: o.From.AddDate(0, 0, -1), days: 0}
	const county, first, second area.Code = "990101000000", "990101101000", "990101102000"
	for _, place := range []area.Division{{Code: cityCode, Name: "市"}, {Code: county, Name: "县"}, {Code: first, Name: "甲镇"}, {Code: second, Name: "乙镇"}} {
		c.AddPlace(place) // in one order: the same seed is the same history
	}
	c.AddPost(area.Post{Kind: area.PostDesk, Area: cityCode, Role: area.RoleCityDuty, Name: "city desk"})
	desk := c.AddPost(area.Post{Kind: area.PostDesk, Area: county, Role: area.RoleCountyDuty, Name: "county desk"})
	c.Lines = append(c.Lines, ticket.Line{Number: "12349", Area: county, Owner: desk})
	for _, role := range []area.Role{area.RoleCityDuty, area.RoleCityHead, area.RoleSupervisor} {
		g.shifts(cityCode, role, 1)
	}
	g.people(cityCode, area.RoleAgent, 2)
	g.shifts(county, area.RoleCountyDuty, 1)
	for n, code := range []area.Code{first, second} {
		own := c.AddPost(area.Post{Kind: area.PostDesk, Area: code, Role: area.RoleWorker, Name: "township desk"})
		c.Lines = append(c.Lines, ticket.Line{Number: fmt.Sprintf("1234900%d", n+1), Area: code, Owner: own})
		workers := g.people(code, area.RoleWorker, 3)
		rules := []duty.Rule{{Name: "night", Position: 1, Start: 20 * 60, End: 8 * 60, Post: workers[0]}}
		if n == 0 {
			rules = append(rules, duty.Rule{Name: "day", Position: 1, Start: 8 * 60, End: 20 * 60, Post: workers[1]},
				duty.Rule{Name: "second", Position: 2, Start: 0, End: 0, Post: workers[1]}, duty.Rule{Name: "also second", Position: 2, Start: 0, End: 0, Post: workers[2]})
		}
		g.roster(code, area.RoleWorker, duty.Plan{Zone: "Asia/Shanghai", Rules: rules}, workers)
		g.shifts(code, area.RoleTownshipHead, 1)
	}
	return c, c.Ready(o.Calendar)
}

// people is one act of somebody outside the machinery, be it wise or not.
func (h *history) people() {
	if !h.databaseUp && h.random.chance(0.7) {
		return
	}
	if len(h.m.tickets) == 0 || h.random.chance(0.15) {
		h.call()
		return
	}
	if len(h.journal) > 0 && h.random.chance(0.5) {
		h.replay()
		return
	}
	ids := make([]ticket.ID, 0, len(h.m.tickets))
	for id := range h.m.tickets {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	h.onTicket(h.m.tickets[ids[h.random.intn(len(ids))]])
}

// call is an INVITE. Its commit may fail before or after it was done; the line
// keeps it in the journal until it knows.
func (h *history) call() {
	n := len(h.taken) + 1
	from := ""
	if !h.random.chance(0.2) {
		from = fmt.Sprintf("+8619900000%03d", h.random.intn(6))
	}
	line := h.m.city.Lines[h.random.intn(len(h.m.city.Lines))]
	c := ticket.Call{ID: ticket.CallID(fmt.Sprintf("call-%d", n)), FromE164: from, To: line.Number, Number: ticket.NewNumber(h.m.now, n), InvitedAt: h.m.now}
	h.taken = append(h.taken, c.ID)
	switch {
	case !h.databaseUp, h.fault("intake died before commit", 0.1):
		h.journal = append(h.journal, c)
	case h.fault("intake died after commit", 0.1):
		h.birth(c)
		h.journal = append(h.journal, c)
	default:
		h.birth(c)
	}
}

func (h *history) birth(c ticket.Call) {
	i := slices.IndexFunc(h.m.city.Lines, func(l ticket.Line) bool { return l.Number == c.To })
	if h.broken == noUnique {
		delete(h.m.byCall, c.ID)
	}
	h.m.Birth(c, h.m.city.Lines[i], h.rules)
}

// replay brings journaled calls into the database, some of them again.
func (h *history) replay() {
	if !h.databaseUp {
		return
	}
	for _, c := range h.journal {
		h.birth(c)
	}
	h.journal = nil
}

// onTicket is somebody's act on a ticket. The process that serves it may die
// before the commit; what the program refuses is fine.
func (h *history) onTicket(r *row) {
	if !h.databaseUp {
		return
	}
	id, who := r.t.ID, h.somebody(r)
	err := h.m.InTx(h.ctx, who, func(tx *Tx) error {
		if err := h.oneAct(tx, r); err != nil {
			return err
		}
		if h.fault("killed before an act's commit", 0.05) {
			return errKilled
		}
		return nil
	})
	if err == nil && h.fault("killed after an act's commit", 0.05) {
		h.hints = nil
	}
	if err != nil && !errors.Is(err, errKilled) && !errors.Is(err, act.ErrRefused) && !errors.Is(err, act.ErrConflict) && !errors.Is(err, act.ErrNotFound) && !errors.Is(err, act.ErrInvalid) {
		h.fail("an act on ticket %d failed: %v", id, err)
	}
}

// somebody is mostly one of those who were asked or the owner, sometimes anybody.
func (h *history) somebody(r *row) act.Actor {
	var likely []area.PostID
	for _, o := range r.offers {
		if o.outcome == "" {
			likely = append(likely, o.Post)
		}
	}
	likely = append(likely, r.t.Owner)
	post := likely[h.random.intn(len(likely))]
	if h.random.chance(0.3) {
		post = area.PostID(1 + h.random.intn(len(h.m.city.Posts)))
	}
	p := h.m.city.Posts[post]
	if p.Kind == area.PostDesk {
		if id, ok := h.m.city.at(p, h.m.now); ok {
			post = id
		}
	}
	return h.m.city.Actor(post)
}

func (h *history) oneAct(tx *Tx, r *row) error {
	id, terms := r.t.ID, h.rules.Ladder.Terms()
	advance := func(ev ticket.Event) error {
		t, err := ticket.Owned(h.ctx, tx, id)
		if err != nil {
			return err
		}
		return ticket.Advance(h.ctx, tx, &t, ev, "ticket."+string(ev), "", nil)
	}
	var err error
	switch h.random.intn(14) {
	case 0, 1:
		_, err = ticket.Accept(h.ctx, tx, id)
	case 2, 3, 4:
		err = ticket.Decline(h.ctx, tx, id)
	case 5:
		err = ticket.RaiseByKey(h.ctx, tx, id, tx.Now(), terms)
	case 6:
		err = tx.endCall(h.ctx, id, h.rules)
	case 7:
		where := h.m.city.townships[h.random.intn(len(h.m.city.townships))]
		priority := ticket.Priorities()[h.random.intn(4)]
		kind := ticket.KindAid
		if priority == ticket.PInfo {
			kind = ticket.KindComplaint
		}
		_, err = ticket.DoTriage(h.ctx, tx, id, ticket.Triage{Version: r.t.Version, Area: where, Priority: priority, Kind: kind, Reason: "so it is",
			Terms: terms, Calendar: h.rules.Calendar})
	case 8:
		_, err = ticket.ApproveLowering(h.ctx, tx, id, r.t.Version, h.random.chance(0.8), "", terms, h.rules.Calendar)
	case 9:
		err = tx.connect(h.ctx, id, h.m.city.Posts[tx.actor.PostID], h.rules)
	case 10:
		err = advance(ticket.EventArrive)
	case 11:
		err = advance(ticket.EventFind)
	case 12:
		_, err = ticket.DoPause(h.ctx, tx, id, time.Duration(1+h.random.intn(10))*time.Minute, "wait", h.rules.Ladder.MoveRules(h.rules.Calendar))
	default:
		if err = advance(ticket.EventDecide); err == nil {
			var t ticket.Ticket
			if t, err = ticket.Owned(h.ctx, tx, id); err == nil {
				err = ticket.ConfirmAid(h.ctx, tx, &t, ticket.StoppedBy{Proof: ticket.ProofReceipt, Ref: "receipt"})
			}
		}
	}
	return err
}
