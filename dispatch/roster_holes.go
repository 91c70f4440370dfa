package dispatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

const (
	// holeWarning is how long before a hole begins people are told of it.
	holeWarning = 24 * time.Hour
	// holeLength is how far the end of a hole is looked for. One that goes on longer is told again when that is over.
	holeLength = 9 * 24 * time.Hour
	// holesEvery is how often, in real time, the rosters are looked through.
	holesEvery = time.Minute
)

// HoleTx is what the watch over holes needs of a transaction.
type HoleTx interface {
	act.Tx
	// OnlyWatch reports whether no other node is looking for holes; it holds until commit.
	OnlyWatch(ctx context.Context) (bool, error)
	// Rosters loads those of all areas at or below one.
	Rosters(ctx context.Context, under area.Code, from, to time.Time) ([]duty.Roster, error)
	// ToldHoles lists the holes that people were told of and that end after a time.
	ToldHoles(ctx context.Context, after time.Time) ([]duty.HoleOf, error)
	// AddHole keeps that people are told of a hole and gives it an id.
	AddHole(ctx context.Context, h duty.HoleOf) (id int64, err error)
	// Division loads one node of the tree as it stands now; act.ErrNotFound for an unknown code.
	Division(ctx context.Context, c area.Code) (area.Division, error)
	// Desk is the shared desk of an area for a role; act.ErrNotFound where the area has none.
	Desk(ctx context.Context, a area.Code, role area.Role) (area.Post, error)
	// StaffPosts lists the own posts of the active staff who hold a role in an area.
	StaffPosts(ctx context.Context, place area.Code, role area.Role) ([]area.PostID, error)
	// Notify queues a notice. The same key twice is a no-op.
	Notify(ctx context.Context, n ticket.Notice) error
}

// WatchHoles looks each minute for holes in the rosters of the next day until ctx
// ends. Every node may run it; one of them looks at a time.
func (r *Rosters) WatchHoles(ctx context.Context, run act.Run[HoleTx], log *slog.Logger) error {
	tick := time.NewTicker(holesEvery)
	defer tick.Stop()
	for {
		err := run(ctx, act.SystemDispatch, func(tx HoleTx) error {
			told, err := r.TellHoles(ctx, tx)
			for _, h := range told {
				log.WarnContext(ctx, "a roster has a hole", "area", h.Area, "role", h.Role, "position", h.Position, "from", h.Starts, "to", h.Ends)
			}
			return err
		})
		if err != nil && ctx.Err() == nil && !errors.Is(err, act.ErrUnavailable) {
			log.ErrorContext(ctx, "the rosters were not looked through for holes", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// TellHoles looks through all rosters and tells of each hole that begins within
// a day, or is there already, once: on the wallboard, and those who can mend it.
// It tells which they were. Until it is mended the ladder passes by the empty
// place at once, and the county answers.
func (r *Rosters) TellHoles(ctx context.Context, tx HoleTx) (told []duty.HoleOf, err error) {
	if mine, err := tx.OnlyWatch(ctx); err != nil || !mine {
		return nil, err
	}
	now := tx.Now()
	holes, err := r.load(ctx, tx, now, now.Add(holeLength))
	if err != nil {
		return nil, err
	}
	known, err := tx.ToldHoles(ctx, now)
	if err != nil {
		return nil, err
	}
	for _, h := range r.board.Holes(now, now.Add(holeWarning)) {
		h.Ends = r.endOfHole(h, now)
		holes = append(holes, h)
	}
	for _, h := range holes {
		if toldBefore(known, h) {
			continue
		}
		if err := r.tellHole(ctx, tx, h); err != nil {
			return nil, err
		}
		told = append(told, h)
	}
	return told, nil
}

// load brings the board to what the database holds. A roster that cannot be
// read has nobody on duty as far as anyone can tell: it is one hole from now on.
func (r *Rosters) load(ctx context.Context, tx HoleTx, from, to time.Time) (damaged []duty.HoleOf, err error) {
	rosters, err := tx.Rosters(ctx, "", from, to)
	if err != nil {
		return nil, err
	}
	schedules := make([]*duty.Schedule, 0, len(rosters))
	for _, roster := range rosters {
		s, err := duty.New(roster, r.days)
		if err != nil {
			damaged = append(damaged, duty.HoleOf{Key: roster.Key, Hole: duty.Hole{Starts: from, Ends: to}})
			continue
		}
		schedules = append(schedules, s)
	}
	r.board.Replace(schedules)
	return damaged, nil
}

// endOfHole is the end of a hole that was cut at the end of the day looked at.
func (r *Rosters) endOfHole(h duty.HoleOf, now time.Time) time.Time {
	s, ok := r.board.Schedule(h.Key)
	if !ok || h.Ends.Before(now.Add(holeWarning)) {
		return h.Ends
	}
	for _, whole := range s.Holes(h.Starts, now.Add(holeLength)) {
		if whole.Position == h.Position {
			return whole.Ends
		}
	}
	return h.Ends
}

// toldBefore reports whether a hole is one that people know of. It may have
// grown or shrunk since, so that it need only touch it.
func toldBefore(known []duty.HoleOf, h duty.HoleOf) bool {
	for _, k := range known {
		if k.Key == h.Key && k.Position == h.Position && overlap(k.Starts, k.Ends, h.Starts, h.Ends) {
			return true
		}
	}
	return false
}

func (r *Rosters) tellHole(ctx context.Context, tx HoleTx, h duty.HoleOf) error {
	id, err := tx.AddHole(ctx, h)
	if err != nil {
		return err
	}
	place, err := tx.Division(ctx, h.Area)
	if errors.Is(err, act.ErrNotFound) {
		place = area.Division{Code: h.Area, Name: string(h.Area)} // merged away, and its roster left behind: somebody must look
	} else if err != nil {
		return err
	}
	posts, err := menders(ctx, tx, h.Area)
	if err != nil {
		return err
	}
	fields := map[string]string{"area": place.Name, "at": ticket.InWords(h.Starts), "due": ticket.InWords(h.Ends)}
	for _, post := range posts {
		if err := tx.Notify(ctx, ticket.Notice{Key: fmt.Sprintf("duty_hole:%d:post:%d", id, post), Post: post, Template: "duty_hole", Fields: fields}); err != nil {
			return err
		}
	}
	return tx.Emit(ctx, act.Event{Kind: "duty.hole", Subject: act.Subject{Kind: "duty_hole", ID: id}, Area: h.Area,
		Data: map[string]any{"role": string(h.Role), "position": h.Position, "from": h.Starts.Format(time.RFC3339), "to": h.Ends.Format(time.RFC3339)}})
}

// menders are those who are told of a hole in an area's roster: its own head or
// desk, and the desk above, which answers meanwhile.
func menders(ctx context.Context, tx HoleTx, where area.Code) (posts []area.PostID, err error) {
	type seat struct {
		where area.Code
		role  area.Role
	}
	city, county := seat{where.At(area.LevelCity), area.RoleCityDuty}, seat{where.At(area.LevelCounty), area.RoleCountyDuty}
	var heads []seat
	desks := []seat{city}
	switch where.Level() { //nolint:exhaustive // no desk looks after another level's roster
	case area.LevelTownship:
		heads, desks = []seat{{where, area.RoleTownshipHead}}, []seat{county}
	case area.LevelCounty:
		desks = []seat{county, city}
	case area.LevelCity:
		heads = []seat{{where, area.RoleSupervisor}}
	}
	for _, s := range heads {
		own, err := tx.StaffPosts(ctx, s.where, s.role)
		if err != nil {
			return nil, err
		}
		posts = append(posts, own...)
	}
	for _, s := range desks {
		desk, err := tx.Desk(ctx, s.where, s.role)
		if errors.Is(err, act.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		posts = append(posts, desk.ID)
	}
	return posts, nil
}
