package dispatch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
)

// Bounds of what people write about rosters.
const (
	HolesAhead     = 90 * 24 * time.Hour  // how far holes are looked for
	longestChange  = 366 * 24 * time.Hour // of an override or a temporary roster
	mostPlaces     = 500                  // of a temporary roster
	longestNote    = 2000                 // characters of a hand-over's note
	largestAdvance = 1_000_000_00         // fen that anybody carries at the very most
)

// SaveRoster writes a new version of a roster's plan, in force from now or later.
// A version that was planned for later stays, and holds from its own time on.
func (r *Rosters) SaveRoster(ctx context.Context, tx RosterTx, n NewVersion) (Result, error) {
	e, err := r.edited(ctx, tx, n)
	if err != nil {
		return Result{}, err
	}
	v := e.version
	id, err := tx.AddVersion(ctx, n.Key, v, n.Reason)
	if err != nil {
		return Result{}, err
	}
	e.roster.Versions = append(e.roster.Versions, v)
	return r.done(ctx, tx, e.roster, e.people, change{what: "roster_saved", subject: "duty_version", reason: n.Reason,
		data: map[string]any{"version": v.Number}, Result: Result{ID: id, From: v.From, To: v.From.Add(HolesAhead)}})
}

// AddOverride writes leave, a swap or a cover.
func (r *Rosters) AddOverride(ctx context.Context, tx RosterTx, n NewOverride) (Result, error) {
	if err := mayKeep(tx.Actor(), n.Key); err != nil {
		return Result{}, err
	}
	if err := n.check(); err != nil {
		return Result{}, err
	}
	from, err := span(tx, n.From, n.To)
	if err != nil {
		return Result{}, err
	}
	o := duty.Override{Kind: n.Kind, Remove: n.Remove, Add: n.Add, Position: n.Position, Starts: from, Ends: n.To.UTC(), Reason: n.Reason}
	return r.override(ctx, tx, n.Key, o, nil)
}

func (n NewOverride) check() error {
	switch {
	case n.Kind != duty.Leave && n.Kind != duty.Swap && n.Kind != duty.Cover:
		return act.Invalid("kind", "unknown_kind", "An override is leave, swap or cover; a hand-over is made by the one who is on duty.")
	case n.Kind != duty.Cover && n.Remove == 0:
		return act.Invalid("remove", "person_missing", "Say who does not serve.")
	case n.Kind != duty.Leave && n.Add == 0:
		return act.Invalid("add", "person_missing", "Say who serves instead.")
	case n.Kind == duty.Leave && n.Add != 0:
		return act.Invalid("add", "not_of_this_kind", "Leave only takes somebody out; to put somebody in their place, make it a swap.")
	case n.Kind == duty.Cover && n.Remove != 0:
		return act.Invalid("remove", "not_of_this_kind", "A cover only adds somebody; to take somebody out as well, make it a swap.")
	case n.Kind == duty.Swap && n.Add == n.Remove:
		return act.Invalid("add", "same_person", "The two people of a swap must be different.")
	case n.Kind == duty.Cover && (n.Position < 1 || n.Position > 9):
		return act.Invalid("position", "bad_position", "A cover needs a position from 1 (asked first) to 9.")
	case n.Kind != duty.Cover && n.Position != 0:
		return act.Invalid("position", "not_of_this_kind", "Only a cover has a position of its own; leave it out.")
	}
	return nil
}

// override checks an override against the roster and writes it.
func (r *Rosters) override(ctx context.Context, tx RosterTx, k duty.Key, o duty.Override, note *duty.Note) (Result, error) {
	roster, err := tx.RosterForUpdate(ctx, k, o.Starts, o.Ends)
	if err != nil {
		return Result{}, err
	}
	people, err := r.people(ctx, tx, k, slices.DeleteFunc([]area.PostID{o.Remove, o.Add}, func(p area.PostID) bool { return p == 0 }))
	if err != nil {
		return Result{}, err
	}
	if err := r.fits(roster, o); err != nil {
		return Result{}, err
	}
	id, err := tx.AddChange(ctx, duty.Change{Key: k, Override: &o, HandOver: note})
	if err != nil {
		return Result{}, err
	}
	o.ID = id
	roster.Overrides = append(roster.Overrides, o)
	return r.done(ctx, tx, roster, people, change{what: string(o.Kind), subject: "duty_change", reason: o.Reason,
		data: map[string]any{"from": o.Starts.Format(time.RFC3339), "to": o.Ends.Format(time.RFC3339)}, Result: Result{ID: id, From: o.Starts, To: o.Ends}})
}

// fits refuses what contradicts the roster: another override of the same person,
// somebody taken out who is not on it, somebody put in who is away.
func (r *Rosters) fits(roster duty.Roster, o duty.Override) error {
	for _, other := range roster.Overrides {
		if !overlap(o.Starts, o.Ends, other.Starts, ended(other.Ends, other.EndedAt)) {
			continue
		}
		args := map[string]any{"override": other.ID, "from": other.Starts.Format(time.RFC3339), "to": other.Ends.Format(time.RFC3339)}
		switch {
		case o.Remove != 0 && o.Remove == other.Remove, o.Kind == duty.Cover && other.Kind == duty.Cover && o.Add == other.Add:
			return withArgs(act.Conflict("override_overlaps", "There is an override of this person for part of that time. End it first, or choose another time."), args)
		case o.Add != 0 && other.Kind == duty.Leave && o.Add == other.Remove:
			return withArgs(act.Refused("person_away", "The person who is to serve is on leave for part of that time. End the leave, or choose somebody else."), args)
		}
	}
	for _, a := range roster.Absences {
		if o.Add == a.Post && overlap(o.Starts, o.Ends, a.Starts, a.Ends) {
			return act.Refused("person_away", "The person who is to serve is absent for part of that time. Choose somebody else, or a time in which they are there.")
		}
	}
	if o.Remove == 0 {
		return nil
	}
	schedule, err := duty.New(roster, r.days)
	if err != nil {
		return err
	}
	serves := slices.ContainsFunc(schedule.Shifts(o.Starts, o.Ends), func(s duty.Span) bool { return s.Post == o.Remove })
	if !serves {
		return act.Refused("not_on_duty_then", "The person is not on duty at any time of that span: there is nothing to change. Look at the calendar for their times.")
	}
	return nil
}

// EndOverride ends an override or a temporary roster now; one that has not begun
// then never does.
func (r *Rosters) EndOverride(ctx context.Context, tx RosterTx, id int64, reason string) (Result, error) {
	c, err := tx.ChangeByID(ctx, id)
	if err != nil {
		return Result{}, err
	}
	if err := mayKeep(tx.Actor(), c.Key); err != nil {
		return Result{}, err
	}
	roster, err := tx.RosterForUpdate(ctx, c.Key, tx.Now(), c.Until())
	if err != nil {
		return Result{}, err
	}
	if c, err = tx.ChangeByID(ctx, id); err != nil { // again, now that nobody else may end it
		return Result{}, err
	}
	if !c.Until().After(tx.Now()) || c.EndedEarly() {
		return Result{}, act.Refused("already_over", "It is over already; what was is not changed any more.")
	}
	if err := tx.EndChange(ctx, id, tx.Now(), reason); err != nil {
		return Result{}, err
	}
	roster.Overrides = slices.DeleteFunc(roster.Overrides, func(o duty.Override) bool { return o.ID == id })
	roster.Temporaries = slices.DeleteFunc(roster.Temporaries, func(t duty.Temporary) bool { return t.ID == id })
	return r.done(ctx, tx, roster, nil, change{what: "ended", subject: "duty_change", reason: reason, Result: Result{ID: id, From: tx.Now(), To: c.Until()}})
}

// AddTemporary writes a fixed roster that replaces the usual one for a time.
func (r *Rosters) AddTemporary(ctx context.Context, tx RosterTx, n NewTemporary) (Result, error) {
	if err := mayKeep(tx.Actor(), n.Key); err != nil {
		return Result{}, err
	}
	from, err := span(tx, n.From, n.To)
	if err != nil {
		return Result{}, err
	}
	t := duty.Temporary{Name: strings.TrimSpace(n.Name), Starts: from, Ends: n.To.UTC(), Places: slices.Clone(n.Places)}
	ids, err := checkPlaces(&t)
	if err != nil {
		return Result{}, err
	}
	roster, err := tx.RosterForUpdate(ctx, n.Key, t.Starts, t.Ends)
	if err != nil {
		return Result{}, err
	}
	for _, other := range roster.Temporaries {
		if overlap(t.Starts, t.Ends, other.Starts, ended(other.Ends, other.EndedAt)) {
			return Result{}, withArgs(act.Conflict("temporary_overlaps", "There is a temporary roster for part of that time. End it first, or choose another time."),
				map[string]any{"override": other.ID, "name": other.Name})
		}
	}
	people, err := r.people(ctx, tx, n.Key, ids)
	if err != nil {
		return Result{}, err
	}
	if t.ID, err = tx.AddChange(ctx, duty.Change{Key: n.Key, Temporary: &t}); err != nil {
		return Result{}, err
	}
	roster.Temporaries = append(roster.Temporaries, t)
	return r.done(ctx, tx, roster, people, change{what: "temporary", subject: "duty_change", data: map[string]any{"name": t.Name}, Result: Result{ID: t.ID, From: t.Starts, To: t.Ends}})
}

// checkPlaces looks through a temporary roster and lists its people. What is
// not given of a place's time is the roster's.
func checkPlaces(t *duty.Temporary) ([]area.PostID, error) {
	if t.Name == "" || utf8.RuneCountInString(t.Name) > 60 {
		return nil, act.Invalid("name", "name_missing", "Give the temporary roster a name of at most 60 characters, such as flood or spring festival.")
	}
	if len(t.Places) == 0 || len(t.Places) > mostPlaces {
		return nil, act.Invalid("places", "nobody", fmt.Sprintf("A temporary roster needs 1 to %d places: without anybody it would leave the area alone.", mostPlaces))
	}
	var ids []area.PostID
	for i := range t.Places {
		p, at := &t.Places[i], fmt.Sprintf("places[%d]", i)
		if p.Starts.IsZero() || overlapStart(*p, *t) {
			p.Starts = t.Starts
		}
		if p.Ends.IsZero() {
			p.Ends = t.Ends
		}
		p.Starts, p.Ends = p.Starts.UTC(), p.Ends.UTC()
		switch {
		case p.Post == 0:
			return nil, act.Invalid(at+".person", "person_missing", "Say who serves.")
		case p.Position < 1 || p.Position > 9:
			return nil, act.Invalid(at+".position", "bad_position", "A position is from 1 (asked first) to 9.")
		case !p.Starts.Before(p.Ends) || p.Starts.Before(t.Starts) || p.Ends.After(t.Ends):
			return nil, act.Invalid(at, "outside", "Its time must lie within the time of the temporary roster, from before to.")
		}
		for _, q := range t.Places[:i] {
			if q.Post == p.Post && overlap(p.Starts, p.Ends, q.Starts, q.Ends) {
				return nil, act.Invalid(at, "twice", "The person has another place at the same time; one of the two must go.")
			}
		}
		ids = append(ids, p.Post)
	}
	return ids, nil
}

// overlapStart holds of a place that begins a moment before a roster that begins now.
func overlapStart(p duty.Place, t duty.Temporary) bool {
	return p.Starts.Before(t.Starts) && t.Starts.Sub(p.Starts) <= grace
}

// HandOver gives the rest of a duty to somebody else, with a note and the cash
// advance as it was counted. Whoever is on duty may do so, and who keeps the roster.
func (r *Rosters) HandOver(ctx context.Context, tx RosterTx, n NewHandOver) (Result, error) {
	if err := dutyPlace(n.Key); err != nil {
		return Result{}, err
	}
	actor := tx.Actor()
	if actor.System != "" || actor.PostID != n.By {
		if err := mayKeep(actor, n.Key); err != nil {
			return Result{}, err
		}
	}
	note := strings.TrimSpace(n.Note)
	switch {
	case n.By == 0 || n.To == 0 || n.By == n.To:
		return Result{}, act.Invalid("to", "person_missing", "Say who hands over and to whom; the two must be different.")
	case note == "" || utf8.RuneCountInString(note) > longestNote:
		return Result{}, act.Invalid("note", "note_missing", fmt.Sprintf("Write what is open in at most %d characters; where nothing is, write that.", longestNote))
	case n.CashFen < 0 || n.CashFen > largestAdvance:
		return Result{}, act.Invalid("cash_fen", "bad_amount", "Count the cash advance again: it is an amount in fen, zero where there is none.")
	}
	from, err := begin(tx, n.From)
	if err != nil {
		return Result{}, err
	}
	until := n.Until.UTC()
	if n.Until.IsZero() {
		if until, err = r.endOfDuty(ctx, tx, n.Key, n.By, from); err != nil {
			return Result{}, err
		}
	}
	if _, err := span(tx, from, until); err != nil {
		return Result{}, err
	}
	o := duty.Override{Kind: duty.HandOver, Remove: n.By, Add: n.To, Starts: from, Ends: until}
	return r.override(ctx, tx, n.Key, o, &duty.Note{Text: note, CashFen: n.CashFen, HandedOverBy: actor.Name})
}

// endOfDuty is when the duty of somebody who is on it at an instant ends.
func (r *Rosters) endOfDuty(ctx context.Context, tx RosterTx, k duty.Key, post area.PostID, at time.Time) (time.Time, error) {
	roster, err := tx.RosterForUpdate(ctx, k, at, at)
	if err != nil {
		return time.Time{}, err
	}
	schedule, err := duty.New(roster, r.days)
	if err != nil {
		return time.Time{}, err
	}
	for _, d := range schedule.Who(at, 0).OnDuty {
		if d.Post == post {
			return d.Ends, nil
		}
	}
	return time.Time{}, act.Refused("not_on_duty", "Only a duty that runs can be handed over: the person is not on duty at that time. For another time, make it a swap.")
}

// ConfirmHandOver is the signature of the one who takes over, with the cash as
// they counted it. A difference is kept as it is, and told.
func (r *Rosters) ConfirmHandOver(ctx context.Context, tx RosterTx, id, countedFen int64) error {
	c, err := tx.ChangeByID(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case c.HandOver == nil || c.Override.Add != tx.Actor().PostID:
		return act.NotFound("hand-over")
	case c.HandOver.CountedFen != nil:
		return act.Refused("already_confirmed", "You have signed for it already.")
	case countedFen < 0 || countedFen > largestAdvance:
		return act.Invalid("counted_fen", "bad_amount", "Count the cash advance again: it is an amount in fen, zero where there is none.")
	}
	if err := tx.ConfirmHandOver(ctx, id, countedFen); err != nil {
		return err
	}
	differs := countedFen != c.HandOver.CashFen
	subject := act.Subject{Kind: "duty_change", ID: id}
	if err := tx.Audit(ctx, act.Record{Action: "duty.hand_over_confirmed", Subject: subject, Area: c.Area,
		Data: map[string]any{"cash_fen": c.HandOver.CashFen, "counted_fen": countedFen}}); err != nil {
		return err
	}
	return tx.Emit(ctx, act.Event{Kind: "duty.hand_over_confirmed", Subject: subject, Area: c.Area, Data: map[string]any{"role": string(c.Role), "differs": differs}})
}
