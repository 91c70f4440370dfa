package sim

import (
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// How people who are asked behave. The numbers are the project's assumptions,
// for a city to replace with its own; docs/simulation.md lists them.
const (
	nightBegins, nightEnds = 22, 7

	hearsByDay   = 0.95 // an urgent offer, within the half hour
	hearsAtNight = 0.75
	afterByDay   = 2 * time.Minute // mean time until they say so
	afterAtNight = 5 * time.Minute

	cannotByDay   = 0.06
	cannotAtNight = 0.12
	cannotBusy    = 0.10 // more for each urgent case in hand
	cannotMost    = 0.60

	ordinaryAfter = 90 * time.Minute // mean time until an ordinary ticket is taken, from when the office is open

	setsOff      = 4 * time.Minute
	travels      = 22 * time.Minute // median, within the township
	travelsFar   = 2.0              // from the county or the city
	travelsNight = 1.3
	staysUrgent  = 12 * time.Minute
	decides      = 10 * time.Minute
	pays         = 8 * time.Minute // cash from the township's float; a bank's transfer counts when it has arrived

	beginsP2  = time.Hour // mean: a matter of the day is not run to
	staysP2   = 40 * time.Minute
	decidesP2 = 150 * time.Minute
	paysP2    = 100 * time.Minute

	worksOrdinary = 9 * time.Hour // median, of office and other hours
	refuses       = 0.1           // of decisions
	asksAfter     = 20 * time.Hour
	visitTakes    = 3 * time.Hour
	placesAfter   = 5 * time.Minute
)

func atNight(at time.Time) bool {
	h := at.In(ticket.Shanghai).Hour()
	return h >= nightBegins || h < nightEnds
}

// offered is somebody being asked: what they will do, and when.
func (w *world) offered(o ticket.Offer) {
	j := w.journeys[o.Ticket]
	j.asked++
	t := w.m.tickets[o.Ticket].t
	if !t.Priority.Urgent() {
		w.at(w.inOffice(w.m.now).Add(w.people.exp(ordinaryAfter)), func() { w.reply(o, false) })
		return
	}
	night := atNight(w.m.now)
	hears, after := hearsByDay, afterByDay
	if night {
		hears, after = hearsAtNight, afterAtNight
	}
	if !w.people.chance(hears) {
		j.unheard++
		return
	}
	w.after(w.people.exp(after), func() { w.reply(o, w.people.chance(w.cannot(o.Post, night))) })
}

// cannot is how likely somebody is to say that they cannot come.
func (w *world) cannot(post area.PostID, night bool) float64 {
	p := cannotByDay
	if night {
		p = cannotAtNight
	}
	return min(cannotMost, p+cannotBusy*float64(w.busy[post]))
}

// reply is the answer of somebody who was asked, where the offer still stands.
func (w *world) reply(o ticket.Offer, declines bool) {
	r := w.m.tickets[o.Ticket]
	if r == nil || !r.open(o) {
		return
	}
	who := w.standIn(o.Post)
	if declines {
		w.journeys[o.Ticket].declined++
		w.do(who, o.Ticket, func(tx *Tx) error { return ticket.Decline(w.ctx, tx, o.Ticket) })
		return
	}
	epoch := r.t.Epoch
	w.do(who, o.Ticket, func(tx *Tx) error { _, err := ticket.Accept(w.ctx, tx, o.Ticket); return err })
	if r.t.Epoch == epoch {
		return
	}
	w.accepted(who, o.Ticket)
}

// open reports whether an offer can still be accepted.
func (r *row) open(o ticket.Offer) bool {
	for _, one := range r.offers {
		if one.outcome == "" && one.Loop == o.Loop && one.Step == o.Step && one.Post == o.Post && one.OfferedAt.Equal(o.OfferedAt) {
			return true
		}
	}
	return false
}

// standIn is who acts for a post: its holder, or at a desk whoever is on duty there.
func (w *world) standIn(post area.PostID) act.Actor {
	p := w.city.Posts[post]
	if p.Kind == area.PostDesk {
		if id, ok := w.city.at(p, w.m.now); ok {
			return w.city.Actor(id)
		}
	}
	return w.city.Actor(post)
}

// onDuty is who is on duty for a role now.
func (w *world) onDuty(where area.Code, role area.Role) (act.Actor, bool) {
	on := w.city.Board.Who(duty.Question{Area: where, Role: role, At: w.m.now}).OnDuty
	if len(on) == 0 {
		return act.Actor{}, false
	}
	return w.city.Actor(on[0].Post), true
}

// accepted is what follows a yes: the way there, what is found, the decision and
// the help. A ticket whose township is unknown is first given its place.
func (w *world) accepted(who act.Actor, id ticket.ID) {
	j, r := w.journeys[id], w.m.tickets[id]
	if !r.t.TownshipKnown() {
		w.after(placesAfter, func() {
			w.triage(who, id, j.m)
			if r := w.m.tickets[id]; r != nil && r.t.Owner == who.PostID && r.t.Status == ticket.StatusAccepted {
				w.begin(who, id) // a complaint, which no township gets
			}
		})
		return
	}
	w.begin(who, id)
}

// begin is the owner's work on a ticket.
func (w *world) begin(who act.Actor, id ticket.ID) {
	j, r := w.journeys[id], w.m.tickets[id]
	j.acceptedAt = w.m.now
	w.tally.worker(w.prefix+who.Name, r.t.Priority)
	switch r.t.Priority {
	case ticket.P1, ticket.P2:
		w.goThere(who, id)
	case ticket.PInfo:
		w.after(w.people.lognormal(worksOrdinary/6, 0.8), func() { w.answer(who, id) })
	default:
		w.after(w.people.lognormal(worksOrdinary, 0.8), func() { w.arrive(who, id, decidesP2, paysP2) })
	}
}

// goThere sets off as soon as what is in hand is done.
func (w *world) goThere(who act.Actor, id ticket.ID) {
	j, p1 := w.journeys[id], w.m.tickets[id].t.Priority == ticket.P1
	far := 1.0
	if who.Area.Level() < area.LevelTownship {
		far = travelsFar
	}
	if atNight(w.m.now) {
		far *= travelsNight
	}
	begins, stays, decide, pay := w.people.exp(setsOff), staysUrgent, decides, pays
	if !p1 {
		begins, stays, decide, pay = w.people.exp(beginsP2), staysP2, decidesP2, paysP2
	}
	starts := w.m.now.Add(begins)
	if free := w.free[who.PostID]; free.After(starts) {
		j.queued, starts = free.Sub(starts), free
	}
	arrives := starts.Add(w.people.lognormal(time.Duration(far*float64(travels)), 0.45))
	stay := w.people.lognormal(stays, 0.4)
	w.free[who.PostID] = arrives.Add(stay)
	w.busy[who.PostID]++
	w.at(arrives, func() { w.arrive(who, id, decide, pay) })
	w.at(arrives.Add(stay), func() { w.busy[who.PostID]-- })
}

// arrive begins the work on the spot.
func (w *world) arrive(who act.Actor, id ticket.ID, decide, pay time.Duration) {
	if !w.step(who, id, ticket.EventArrive, "ticket.on_site") {
		return
	}
	w.journeys[id].arrivedAt = w.m.now
	w.after(w.people.lognormal(staysUrgent, 0.4), func() {
		if !w.step(who, id, ticket.EventFind, "ticket.found") {
			return
		}
		w.after(w.people.lognormal(decide, 0.6), func() { w.decide(who, id, pay) })
	})
}

// step moves a ticket on for its owner, as the relief side does.
func (w *world) step(who act.Actor, id ticket.ID, ev ticket.Event, kind string) bool {
	return w.do(who, id, func(tx *Tx) error {
		t, err := ticket.Owned(w.ctx, tx, id)
		if err != nil {
			return err
		}
		return ticket.Advance(w.ctx, tx, &t, ev, kind, "", nil)
	})
}

// decide grants or refuses; what was granted is received some time later.
func (w *world) decide(who act.Actor, id ticket.ID, pay time.Duration) {
	if w.people.chance(refuses) {
		if w.do(who, id, func(tx *Tx) error {
			t, err := ticket.Owned(w.ctx, tx, id)
			if err != nil {
				return err
			}
			if err := ticket.RefuseAid(w.ctx, tx, &t, "decision", "no need was found"); err != nil {
				return err
			}
			return ticket.Advance(w.ctx, tx, &t, ticket.EventFollowUp, "ticket.follow_up", "", nil)
		}) {
			w.relieved(id)
		}
		return
	}
	if !w.step(who, id, ticket.EventDecide, "ticket.aid_decided") {
		return
	}
	w.after(w.people.lognormal(pay, 0.6), func() {
		if w.do(who, id, func(tx *Tx) error {
			t, err := ticket.Owned(w.ctx, tx, id)
			if err != nil {
				return err
			}
			return ticket.ConfirmAid(w.ctx, tx, &t, ticket.StoppedBy{Proof: ticket.ProofReceipt, Ref: "receipt"})
		}) {
			w.relieved(id)
		}
	})
}

// answer answers a question.
func (w *world) answer(who act.Actor, id ticket.ID) {
	if w.do(who, id, func(tx *Tx) error { _, err := ticket.Answer(w.ctx, tx, id, "answered"); return err }) {
		if j := w.journeys[id]; j.acceptedAt.IsZero() {
			j.acceptedAt = w.m.now
		}
		w.relieved(id)
	}
}

// relieved notes the help, and has the citizen asked a day later.
func (w *world) relieved(id ticket.ID) {
	w.journeys[id].relievedAt = w.m.now
	w.after(w.people.lognormal(asksAfter, 0.3), func() { w.close(id) })
}

// close ends a ticket by the word of somebody else than who helped, counts it and forgets it.
func (w *world) close(id ticket.ID) {
	agent := w.nextAgent()
	if w.m.tickets[id].t.Owner == agent.PostID {
		agent = w.nextAgent()
	}
	if w.do(agent, id, func(tx *Tx) error {
		t, err := tx.Ticket(w.ctx, id)
		if err != nil {
			return err
		}
		_, err = ticket.Close(w.ctx, tx, id, t.Version, "satisfied", "")
		return err
	}) {
		w.count(id)
	}
}

// inOffice is the instant itself in office hours, else when the office opens next.
func (w *world) inOffice(at time.Time) time.Time {
	cal := w.rules.Calendar
	d := ticket.DateOf(at)
	if cal.Day(d).Kind.Working() && !at.Before(d.At(cal.Opens)) && at.Before(d.At(cal.Closes)) {
		return at
	}
	if cal.Day(d).Kind.Working() && at.Before(d.At(cal.Opens)) {
		return d.At(cal.Opens)
	}
	for d = d.Next(); !cal.Day(d).Kind.Working(); {
		d = d.Next()
	}
	return d.At(cal.Opens)
}
