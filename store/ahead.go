package store

import (
	"context"
	"fmt"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// ahead answers what the handlers of a round ask about one ticket after another:
// whoever asks first has it read for all tickets of the round, in as many statements
// as one ticket would take. A round is short and nothing in it changes rosters,
// people or places, so that an answer holds until its end.
type ahead struct {
	round     []ticket.Ticket // as they were when they were locked
	schedules map[roleAt]map[area.Code]*duty.Schedule
	last      dutyQuestion // the newest about who is on duty: whose load is weighed next
	loads     map[handOf]ticket.Workload
	posts     map[area.PostID]area.Post
	divisions map[area.Code]area.Division
	offers    map[ticket.ID][]ticket.Offer // open ones; of tickets whose offers have not changed since
}

// roleAt is a role at the level where its rosters stand.
type roleAt struct {
	role  area.Role
	level area.Level
}

type dutyQuestion struct {
	roleAt
	position int
}

// handOf is one ticket weighed against what one post has in hand.
type handOf struct {
	ticket ticket.ID
	post   area.PostID
}

func newAhead(round []ticket.Ticket) *ahead {
	return &ahead{round: round, schedules: map[roleAt]map[area.Code]*duty.Schedule{}, loads: map[handOf]ticket.Workload{}, posts: map[area.PostID]area.Post{}}
}

// areasAt are the places of the round's tickets at a level, each once.
func (a *ahead) areasAt(level area.Level) []area.Code {
	var areas []area.Code
	for _, t := range a.round {
		if where := t.AskedIn().At(level); where.Level() == level {
			areas = append(areas, where)
		}
	}
	slices.Sort(areas)
	return slices.Compact(areas)
}

// schedule is the roster of a role in an area at the transaction's time; nil for
// one that cannot be read.
func (a *ahead) schedule(ctx context.Context, tx *Tx, where area.Code, role area.Role, position int) (*duty.Schedule, error) {
	of := roleAt{role, where.Level()}
	a.last = dutyQuestion{of, position}
	known, asked := a.schedules[of]
	if s, ok := known[where]; ok {
		return s, nil
	}
	areas := []area.Code{where}
	if !asked {
		areas = append(areas, a.areasAt(of.level)...)
		known = map[area.Code]*duty.Schedule{}
		a.schedules[of] = known
	}
	rosters, err := tx.rosters(ctx, tx.now, tx.now, `x.role = ? AND x.area_code = ANY (?::text[])`, string(role), codes(areas))
	if err != nil {
		return nil, err
	}
	for _, code := range areas { // those without a roster have an empty one
		roster := duty.Roster{Key: duty.Key{Area: code, Role: role}}
		if i := slices.IndexFunc(rosters, func(r duty.Roster) bool { return r.Area == code }); i >= 0 {
			roster = rosters[i]
		}
		known[code] = tx.schedule(roster)
	}
	return known[where], nil
}

// workloads weighs a ticket against posts, and every other ticket of the round
// against those who are on duty for it by the same question.
func (a *ahead) workloads(ctx context.Context, tx *Tx, id ticket.ID, posts []area.PostID) (map[area.PostID]ticket.Workload, error) {
	var pairs []handOf
	for _, p := range posts {
		if _, known := a.loads[handOf{id, p}]; !known {
			pairs = append(pairs, handOf{id, p})
		}
	}
	if len(pairs) > 0 {
		for _, t := range a.round {
			if s := a.schedules[a.last.roleAt][t.AskedIn().At(a.last.level)]; s != nil && t.ID != id {
				for _, d := range s.Who(tx.now, a.last.position).OnDuty {
					pairs = append(pairs, handOf{t.ID, d.Post})
				}
			}
		}
		loads, err := tx.weigh(ctx, pairs)
		if err != nil {
			return nil, err
		}
		for of, load := range loads {
			a.loads[of] = load
		}
	}
	loads := make(map[area.PostID]ticket.Workload, len(posts))
	for _, p := range posts {
		if load, known := a.loads[handOf{id, p}]; known {
			loads[p] = load
		}
	}
	return loads, nil
}

// post is one post; with the first, those of all whose load was weighed.
func (a *ahead) post(ctx context.Context, tx *Tx, id area.PostID) (area.Post, error) {
	if p, known := a.posts[id]; known {
		return p, nil
	}
	ids := []area.PostID{id}
	for of := range a.loads {
		if _, known := a.posts[of.post]; !known {
			ids = append(ids, of.post)
		}
	}
	posts, err := tx.postsWhere(ctx, `p.id = ANY (?::bigint[])`, bigints(ids))
	if err != nil {
		return area.Post{}, err
	}
	for _, p := range posts {
		a.posts[p.ID] = p
	}
	p, known := a.posts[id]
	if !known {
		return area.Post{}, act.NotFound("post")
	}
	return p, nil
}

// division is one place; with the first, those of all tickets.
func (a *ahead) division(ctx context.Context, tx *Tx, code area.Code) (area.Division, error) {
	if a.divisions == nil {
		wanted := []area.Code{code}
		for _, t := range a.round {
			wanted = append(wanted, t.Area)
		}
		slices.Sort(wanted)
		found, err := tx.divisionsNow(ctx, slices.Compact(wanted))
		if err != nil {
			return area.Division{}, err
		}
		a.divisions = found
	}
	d, known := a.divisions[code]
	if known {
		return d, nil
	}
	found, err := tx.divisionsNow(ctx, []area.Code{code})
	if err != nil {
		return area.Division{}, err
	}
	if d, known = found[code]; !known {
		return area.Division{}, act.NotFound("area")
	}
	a.divisions[code] = d
	return d, nil
}

// openOffers are those of one ticket; with the first, those of all.
func (a *ahead) openOffers(ctx context.Context, tx *Tx, id ticket.ID) ([]ticket.Offer, error) {
	if a.offers == nil {
		ids := make([]ticket.ID, len(a.round))
		for i, t := range a.round {
			ids[i] = t.ID
		}
		found, err := tx.openOffersOf(ctx, ids)
		if err != nil {
			return nil, err
		}
		a.offers = found
	}
	if open, known := a.offers[id]; known {
		return open, nil
	}
	found, err := tx.openOffersOf(ctx, []ticket.ID{id})
	return found[id], err
}

// codes writes an array parameter; gorm would spread a slice. A code has digits only.
func codes(areas []area.Code) string {
	b := []byte("{")
	for i, c := range areas {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, "%q", string(c))
	}
	return string(append(b, '}'))
}
