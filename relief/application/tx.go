package application

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/loop"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/source"
	"example.org/hotline/ticket"
)

// Tx is what the commands of this package need of a transaction. Rows are locked in
// one order: ticket, application, what hangs on it, household, payouts, limits.
type Tx interface {
	relief.Tx
	people.RegisterTx
	loop.TaskTx
	// TicketChecks loads the data checks of a ticket with their answers, opened, the newest first.
	TicketChecks(ctx context.Context, id ticket.ID) ([]source.Check, error)
	// TicketConsents lists the consents of a ticket to data checks, the newest first.
	TicketConsents(ctx context.Context, id ticket.ID) ([]source.Consent, error)
	// Declared is what the household of a case has said of itself.
	Declared(ctx context.Context, id ticket.ID) (source.Declared, error)
	// AddSourceLook keeps that the actor looked at what was answered about people.
	AddSourceLook(ctx context.Context, c source.Check) error
	// AddSourceWaiver writes that a source which did not speak was let go.
	AddSourceWaiver(ctx context.Context, w Waiver) error
	// SourceWaivers lists those of an application, the newest first.
	SourceWaivers(ctx context.Context, id ID) ([]Waiver, error)
	// AddFlagAnswer writes what the household says of a difference.
	AddFlagAnswer(ctx context.Context, a *FlagAnswer) error
	// FlagAnswers lists those of an application, the newest first.
	FlagAnswers(ctx context.Context, id ID) ([]FlagAnswer, error)

	// CommitmentWritten tells what was written down of a commitment on a case: given, declined, or missing.
	CommitmentWritten(ctx context.Context, id ticket.ID) (Commitment, error)

	// AddApplication writes an application and sets its ID. One of the household for the same aid that is under way is
	// act.ErrRefused (applied_already).
	AddApplication(ctx context.Context, a *Application) error
	// ApplicationByRef resolves a public id, in scope, without a lock.
	ApplicationByRef(ctx context.Context, publicID string) (ID, ticket.ID, error)
	// ApplicationForUpdate locks and loads an application.
	ApplicationForUpdate(ctx context.Context, id ID) (Application, error)
	// SaveApplication writes the row guarded by a.Version and raises it. act.ErrConflict where it moved.
	SaveApplication(ctx context.Context, a *Application) error
	// ApplicationTicket is the ticket of an application.
	ApplicationTicket(ctx context.Context, id ID) (ticket.ID, error)
	// TicketApplications lists the applications of a case, oldest first.
	TicketApplications(ctx context.Context, id ticket.ID) ([]Application, error)

	// AddDeclaration writes what a household declares.
	AddDeclaration(ctx context.Context, d *Declaration) error
	// NewestDeclaration is the one that counts; act.ErrNotFound before the first.
	NewestDeclaration(ctx context.Context, id ID) (Declaration, error)
	// AddHomeVisit writes what the visit of an application has beside any other.
	AddHomeVisit(ctx context.Context, v HomeVisit) error
	// AddStatement writes what somebody said.
	AddStatement(ctx context.Context, s *Statement) error
	// StatementCounts tells how many statements of each role there are.
	StatementCounts(ctx context.Context, id ID) (map[StatementRole]int, error)
	// AddAssessment writes an assessment with its inputs, for ever.
	AddAssessment(ctx context.Context, a *Assessment) error
	// NewestAssessment is the one that counts; act.ErrNotFound before the first.
	NewestAssessment(ctx context.Context, id ID) (Assessment, error)

	// AddRuling writes what is proposed.
	AddRuling(ctx context.Context, r *Ruling) error
	// RulingByRef resolves a public id, in scope, without a lock.
	RulingByRef(ctx context.Context, publicID string) (id int64, of ID, err error)
	// RulingTicket is the ticket of a ruling.
	RulingTicket(ctx context.Context, id int64) (ticket.ID, error)
	// RulingForUpdate locks and loads a ruling.
	RulingForUpdate(ctx context.Context, id int64) (Ruling, error)
	// OpenRuling locks what waits for a second person; act.ErrNotFound where nothing does.
	OpenRuling(ctx context.Context, of ID) (Ruling, error)
	// SaveRuling writes the row guarded by r.Version and raises it.
	SaveRuling(ctx context.Context, r *Ruling) error

	// AddPublicNotice writes a notice and sets its ID.
	AddPublicNotice(ctx context.Context, n *PublicNotice) error
	// NewestPublicNotice locks the notice that counts; act.ErrNotFound where none was posted.
	NewestPublicNotice(ctx context.Context, of ID) (PublicNotice, error)
	// PublicNoticeByRef loads a notice by its public id, in scope, without a lock.
	PublicNoticeByRef(ctx context.Context, publicID string) (PublicNotice, error)
	// SavePublicNotice writes the row guarded by n.Version and raises it.
	SavePublicNotice(ctx context.Context, n *PublicNotice) error
	// AddObjection writes an objection.
	AddObjection(ctx context.Context, o *Objection) error
	// ObjectionForUpdate locks and loads an objection by its public id, in scope.
	ObjectionForUpdate(ctx context.Context, publicID string) (Objection, error)
	// OpenObjections tells how many objections of an application were not answered.
	OpenObjections(ctx context.Context, of ID) (int, error)
	// NamelessObjections tells how many objections without a name a notice has had from its page: in all, and since a moment.
	NamelessObjections(ctx context.Context, notice int64, since time.Time) (all, lately int, err error)
	// CountBeyond counts one that came beyond the limit.
	CountBeyond(ctx context.Context, n PublicNotice) error
	// SaveAnsweredObjection writes the answer.
	SaveAnsweredObjection(ctx context.Context, o Objection) error

	// AddHearing writes a hearing.
	AddHearing(ctx context.Context, h *Hearing) error
	// UnusedHearing is the newest hearing of a kind that no ruling has used; act.ErrNotFound where there is none.
	UnusedHearing(ctx context.Context, of ID, kind HearingKind) (Hearing, error)
	// UseHearing notes that a ruling rests on a hearing.
	UseHearing(ctx context.Context, h Hearing, ruling int64) error
	// AddAppeal writes an appeal.
	AddAppeal(ctx context.Context, a *Appeal) error
	// AppealForUpdate locks and loads an appeal by its public id, in scope.
	AppealForUpdate(ctx context.Context, publicID string) (Appeal, error)
	// SaveAnsweredAppeal writes what became of it.
	SaveAnsweredAppeal(ctx context.Context, a Appeal) error

	// AddEntitlement writes what a household gets each month. A second one of the same aid for one month is act.ErrRefused (entitled_already).
	AddEntitlement(ctx context.Context, e *Entitlement) error
	// OpenEntitlement locks the one that has no end yet; act.ErrNotFound where there is none.
	OpenEntitlement(ctx context.Context, of ID) (Entitlement, error)
	// EndEntitlement writes its last month, guarded by e.Version.
	EndEntitlement(ctx context.Context, e *Entitlement) error
	// VerifiedAccount is the newest verified account of a payee on a case; zero for none.
	VerifiedAccount(ctx context.Context, id ticket.ID, payee []byte) (ledger.PayeeAccountID, error)
	// GrantedAids are the aids of the decisions of a household since a day, with their sums.
	GrantedAids(ctx context.Context, index []byte, since time.Time) (map[string]int64, error)
}

// held locks an application's ticket, then the application.
func held(ctx context.Context, tx Tx, publicID string) (ticket.Ticket, Application, error) {
	id, of, err := tx.ApplicationByRef(ctx, publicID)
	if err != nil {
		return ticket.Ticket{}, Application{}, err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return ticket.Ticket{}, Application{}, err
	}
	a, err := tx.ApplicationForUpdate(ctx, id)
	return t, a, err
}

// owned is held for the owner of the case alone.
func owned(ctx context.Context, tx Tx, publicID string) (ticket.Ticket, Application, error) {
	t, a, err := held(ctx, tx, publicID)
	if err == nil && t.Owner != tx.Actor().PostID {
		err = act.Refused("not_owner", "Only the owner may do this; accept the ticket or ask for a hand-over first.")
	}
	return t, a, err
}

// step is one act on an application.
type step struct {
	event  Event  // what it does to the state; empty: nothing
	kind   string // the timeline's key
	reason string
	data   map[string]any
}

// advance moves an application by a step, saves it and tells of it.
func advance(ctx context.Context, tx Tx, t *ticket.Ticket, a *Application, s step) (err error) {
	if s.event != "" {
		if a.State, err = a.State.Next(s.event); err != nil {
			return err
		}
	}
	if err := tx.SaveApplication(ctx, a); err != nil {
		return err
	}
	return tell(ctx, tx, t, *a, s)
}

// tell writes a step into the case's timeline.
func tell(ctx context.Context, tx Tx, t *ticket.Ticket, a Application, s step) error {
	data := map[string]any{"by": tx.Actor().Name, "application": a.PublicID, "aid": a.Aid, "state": string(a.State)}
	for k, v := range s.data {
		data[k] = v
	}
	return ticket.Tell(ctx, tx, t, s.kind, s.reason, data)
}

// follow moves the case itself where its status takes the event, and leaves it where not:
// a case may have other aid under way.
func follow(ctx context.Context, tx Tx, t *ticket.Ticket, a Application, events ...ticket.Event) error {
	for _, ev := range events {
		if !slices.Contains(t.Status.Takes(), ev) {
			return nil
		}
		if err := ticket.Advance(ctx, tx, t, ev, "ticket.by_application", "", map[string]any{"application": a.PublicID, "event": string(ev)}); err != nil {
			return err
		}
	}
	return nil
}

// leaders answer for the money of a level.
func leaders(level area.Level) []area.Role {
	switch level {
	case area.LevelTownship:
		return []area.Role{area.RoleTownshipHead}
	case area.LevelCounty:
		return []area.Role{area.RoleCountyDuty}
	default:
		return []area.Role{area.RoleCityHead}
	}
}

// Answers is the level whose rulings somebody is the second person of; false for who is none.
func Answers(role area.Role) (area.Level, bool) {
	for _, level := range []area.Level{area.LevelTownship, area.LevelCounty, area.LevelCity} {
		if slices.Contains(leaders(level), role) {
			return level, true
		}
	}
	return area.LevelCity, false
}
