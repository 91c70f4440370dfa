package ticket

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// MoveRules is what the moves of a ticket are judged by: data of the ladder policy.
type MoveRules struct {
	Terms      Terms
	Calendar   Calendar
	ReturnDays int                        // working days from when the owner took it, within which a township may return a ticket
	PauseMost  map[Priority]time.Duration // the longest that a ladder may be paused, all pauses of a ticket together; absent: not at all
}

// MoveTx is what the moves of a ticket need of a transaction.
type MoveTx interface {
	CallbackTx

	// OwnedSince is when the present owner took the ticket; zero where nobody has.
	OwnedSince(ctx context.Context, id ID) (time.Time, error)

	// AddPause writes a pause.
	AddPause(ctx context.Context, p Pause) error
	// PauseAt is the pause that began under an epoch of the ticket and has not ended; act.ErrNotFound where there is none.
	PauseAt(ctx context.Context, id ID, epoch int64) (Pause, error)
	// EndPause writes when the ladder went on.
	EndPause(ctx context.Context, p Pause, at time.Time) error
	// PausedFor is how long a ticket was paused before, planned ends included.
	PausedFor(ctx context.Context, id ID) (time.Duration, error)

	// AddMerge keeps what a ticket was before it was joined to another.
	AddMerge(ctx context.Context, m Merge) error
	// MergeOf is what a joined ticket was before; act.ErrNotFound for one that is not joined.
	MergeOf(ctx context.Context, id ID) (Merge, error)
	// EndMerge writes that a ticket was split from the other again.
	EndMerge(ctx context.Context, m Merge) error
	// Joined lists the tickets that are joined to one now.
	Joined(ctx context.Context, into ID) ([]ID, error)
	// AliveCallbacks locks and loads the call-backs of a ticket that are not over.
	AliveCallbacks(ctx context.Context, id ID) ([]Callback, error)
	// GiveCallback puts a call-back to another ticket.
	GiveCallback(ctx context.Context, id CallbackID, to ID) error

	// AddSplitOff writes a new ticket of another's call, with its clocks, and gives it its ids and its number.
	AddSplitOff(ctx context.Context, t *Ticket) error
}

// Workload is what speaks for and against giving a ticket to a person.
type Workload struct {
	Open    int         // tickets that are theirs and not yet through, counted up to some hundreds
	Skills  area.Skills // of whose post it is
	Related bool        // whom the ticket is about is in the register of their relatives
}

// movers are those who may take a ticket from its owner, give it to another and
// let its ladder rest, wherever it lies in their area.
var movers = []area.Role{area.RoleSupervisor, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCityDuty, area.RoleCityHead}

// Movers lists the roles that may pull, push and pause.
func Movers() []area.Role { return slices.Clone(movers) }

// Joiners lists the roles that may join tickets and split them again.
func Joiners() []area.Role {
	return []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleCountyDuty, area.RoleCityDuty}
}

// Returners lists the roles whose owner may return a ticket to the county.
func Returners() []area.Role { return []area.Role{area.RoleWorker, area.RoleTownshipHead} }

// reasoned refuses an act without a reason, or with one that does not fit on a line.
func reasoned(reason, detail string) error {
	if reason == "" {
		return act.Invalid("reason", "reason_required", detail)
	}
	return PlainText("reason", reason)
}

// nextOwner loads the post that is to own the ticket next. It must be one that
// owns tickets and serves where the ladder may ask: a complaint goes to nobody
// in the township that it is about (DOMAIN 0a.5). Nobody gets the matter of
// their own family; the relative is not named.
func nextOwner(ctx context.Context, tx MoveTx, t Ticket, to area.PostID) (area.Post, error) {
	post, err := tx.Post(ctx, to)
	if err != nil {
		return area.Post{}, err
	}
	if to == t.Owner || !slices.Contains(owners, post.Role) || !post.Area.Contains(t.AskedIn()) {
		return area.Post{}, act.Invalid("to", "cannot_own", "This post cannot take the ticket over: name another than its owner, who may own tickets and serves the place where it happened.")
	}
	if post.StaffID == 0 {
		return post, nil
	}
	related, err := tx.Conflicted(ctx, t.ID, []area.StaffID{post.StaffID})
	if err == nil && related[post.StaffID] {
		err = act.Refused("conflict_of_interest", "This person may not have this ticket: the register of relatives speaks against it. Name somebody else.")
	}
	return post, err
}
