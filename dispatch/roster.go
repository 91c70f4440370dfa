package dispatch

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/dispatch/duty"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// RosterTx is what the commands about rosters need of a transaction.
type RosterTx interface {
	act.Tx
	// RosterForUpdate loads what touches a span of time, and lets nobody else change that roster until commit.
	RosterForUpdate(ctx context.Context, k duty.Key, from, to time.Time) (duty.Roster, error)
	// LastVersion is the number of the newest version of a roster's plan; zero for none.
	LastVersion(ctx context.Context, k duty.Key) (int, error)
	// AddVersion writes the next version of a plan and tells its row's id.
	AddVersion(ctx context.Context, k duty.Key, v duty.Version, reason string) (id int64, err error)
	// AddChange writes an override or a temporary roster, with the note of a hand-over, and tells its id.
	AddChange(ctx context.Context, c duty.Change) (id int64, err error)
	// ChangeByID finds the override or temporary roster of an id; act.ErrNotFound outside the actor's scope.
	ChangeByID(ctx context.Context, id int64) (duty.Change, error)
	// EndChange ends it early, at at; one that has not begun never does.
	EndChange(ctx context.Context, id int64, at time.Time, reason string) error
	// ConfirmHandOver writes what the one who took over has counted.
	ConfirmHandOver(ctx context.Context, id, countedFen int64) error
	// RosterPosts loads posts with the areas they belong to, and whether their holders still work here. Unknown ids are missing.
	RosterPosts(ctx context.Context, ids []area.PostID) (map[area.PostID]duty.Candidate, error)
}

// NewVersion is an edit of a roster's plan.
type NewVersion struct {
	duty.Key
	From     time.Time // zero: now. Never before now
	Plan     duty.Plan
	Reason   string
	Expected int // number of the version the editor saw last; zero for the first
}

// NewOverride is leave, a swap or a cover. Hand-overs are NewHandOver.
type NewOverride struct {
	duty.Key
	Kind     duty.Kind
	Remove   area.PostID
	Add      area.PostID
	Position int
	From, To time.Time // From zero: now
	Reason   string
}

// NewTemporary is a fixed roster for a time.
type NewTemporary struct {
	duty.Key
	Name     string
	From, To time.Time // From zero: now
	Places   []duty.Place
}

// NewHandOver gives the rest of a duty to somebody else, now or at From.
type NewHandOver struct {
	duty.Key
	By, To  area.PostID
	From    time.Time // zero: now
	Until   time.Time // zero: the end of By's duty
	Note    string
	CashFen int64
}

// RosterReads are the read models of rosters, within the actor's scope; rosters
// of the areas that the actor's own lies in may be read too, but for the notes
// of hand-overs.
type RosterReads interface {
	// Roster loads what touches a span of time; all of it empty where there is none.
	Roster(ctx context.Context, k duty.Key, from, to time.Time) (duty.Roster, error)
	// Rosters loads those of all areas at or below one.
	Rosters(ctx context.Context, under area.Code, from, to time.Time) ([]duty.Roster, error)
	// RosterVersions lists the versions of a plan, newest first, with who wrote them and why.
	RosterVersions(ctx context.Context, k duty.Key, limit int) ([]duty.VersionView, error)
	// RosterChanges lists overrides and temporary rosters that end after from, in the order of writing.
	RosterChanges(ctx context.Context, k duty.Key, from time.Time, limit int) ([]duty.ChangeView, error)
}

// Rosters are the commands about rosters, and the watch over their holes.
type Rosters struct {
	days  duty.Days
	board *duty.Board // of the whole city, as the watch over holes saw it last
}

// NewRosters takes the calendar that says which days are worked.
func NewRosters(calendar ticket.Calendar) *Rosters {
	return &Rosters{days: calendar.Day, board: duty.NewBoard()}
}

// Result is what a command about a roster did.
type Result struct {
	ID    int64       // of the version's row, the override or the temporary roster
	From  time.Time   // when it begins to hold
	To    time.Time   // when it ends; of a version, how far Holes looks
	Holes []duty.Hole // that are there now in that time: a warning, never a refusal
}
