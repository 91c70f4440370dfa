package application

import (
	"context"
	"errors"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// NoticeState is where a public notice stands.
type NoticeState string

// The states.
const (
	NoticePosted    NoticeState = "posted"
	NoticeObjected  NoticeState = "objected" // somebody objects: it is taken down, and another one follows
	NoticeClean     NoticeState = "clean"    // read to its end
	NoticeWithdrawn NoticeState = "withdrawn"
)

// NoticeStates lists them.
func NoticeStates() []NoticeState {
	return []NoticeState{NoticePosted, NoticeObjected, NoticeClean, NoticeWithdrawn}
}

// PublicNotice is what a village reads of an application (公示). It holds what may be
// shown and nothing else: no number, telephone, account, illness, disability, no
// child's name, and no address below the village (DOMAIN 1, 70).
type PublicNotice struct {
	ID          int64
	PublicID    string
	Ticket      ticket.ID
	Application ID
	Ruling      int64
	State       NoticeState
	Village     area.Code
	Head        relief.Private // of the household; empty where only children live there
	People      int            // for whom the aid is
	Aid         string
	Fen         int64 // a month
	Phone       string
	PostedAt    time.Time
	StartsOn    ticket.Date
	EndsOn      ticket.Date // its last day
	ClosesAt    time.Time   // when that is over
	Photo       string      // of the board; an upload
	Rules       string
	By          area.StaffID
	EndedAt     time.Time
	Beyond      int       // objections without a name that came beyond the limit: counted, not taken
	BeyondAt    time.Time // the last of them
	Version     int64
}

// Public reports whether anybody may read it.
func (n PublicNotice) Public(now time.Time) bool {
	return n.State == NoticePosted && now.Before(n.ClosesAt)
}

// PostInput puts a notice up.
type PostInput struct {
	PublicID string
	Phone    string // whom to ring with an objection
	Photo    string // upload: the board it hangs on
}

// adult is the age from which a name may stand on a notice (民法典 Art 17).
const adult = 18

// Post puts up the notice of a proposed grant, for as many days as the rules say from
// the day they say.
func Post(ctx context.Context, tx Tx, publicID string, in PostInput, r Rules) (PublicNotice, error) {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return PublicNotice{}, err
	}
	if digits := strings.Trim(in.Phone, "0123456789-+ "); in.Phone == "" || digits != "" || len(in.Phone) > 20 {
		return PublicNotice{}, act.Invalid("phone", "phone_required", "Give the office's telephone number for objections.")
	}
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return PublicNotice{}, err
	}
	v, err := r.version(a, tx.Now())
	if err != nil {
		return PublicNotice{}, err
	}
	terms, needs := v.Notice(a.Aid)
	if !needs {
		return PublicNotice{}, act.Refused("no_notice", "The rules ask for no public notice of this aid.")
	}
	ruling, err := tx.OpenRuling(ctx, a.ID)
	if err != nil {
		return PublicNotice{}, err
	}
	if err := relief.Finished(ctx, tx, t.ID, "photo", in.Photo); err != nil {
		return PublicNotice{}, err
	}
	h, err := tx.HouseholdForUpdate(ctx, a.Household)
	if err != nil {
		return PublicNotice{}, err
	}
	done, err := freshAssessment(ctx, tx, a, h, r)
	if err != nil {
		return PublicNotice{}, err
	}
	n := notice(a, ruling, h, done, terms, tx.Now())
	n.PublicID, n.Phone, n.Photo, n.Rules, n.By = in.PublicID, in.Phone, in.Photo, v.Version, tx.Actor().StaffID
	if err := tx.AddPublicNotice(ctx, &n); err != nil {
		return PublicNotice{}, err
	}
	err = advance(ctx, tx, &t, &a, step{event: EventPost, kind: "application.notice_posted", data: map[string]any{"notice": n.PublicID, "starts_on": string(n.StartsOn),
		"ends_on": string(n.EndsOn), "village": string(n.Village), "rules": n.Rules}})
	if err != nil {
		return PublicNotice{}, err
	}
	return n, tx.Arm(ctx, act.Timer{Subject: a.Subject(), Kind: TimerNotice, Epoch: n.ID, DueAt: n.ClosesAt})
}

// notice is what of a household and its proposal is shown.
func notice(a Application, r Ruling, h people.Household, done Assessment, terms rule.Notice, now time.Time) PublicNotice {
	n := PublicNotice{Ticket: a.Ticket, Application: a.ID, Ruling: r.ID, State: NoticePosted, Village: a.Village, People: len(done.Due.Persons), Aid: a.Aid, Fen: r.Fen,
		PostedAt: now, Version: 1}
	if n.People == 0 { // aid that is given once is the household's
		n.People = len(h.Members)
	}
	n.StartsOn, n.EndsOn = terms.Span(ticket.DateOf(now))
	n.ClosesAt = n.EndsOn.Next().At(0)
	if head := h.Head(); head != nil && head.Person.Age(ticket.DateOf(now)) >= adult {
		n.Head = head.Person.Name
		return n
	}
	for _, m := range h.Members { // a child is head, or nobody: the name of a grown-up, where one lives there
		if m.Person.Age(ticket.DateOf(now)) >= adult {
			n.Head = m.Person.Name
			break
		}
	}
	return n
}

// NoticeOver is the handler of TimerNotice: the term is over. Without an objection the
// grant may be confirmed, and whoever does that is told.
func NoticeOver(ctx context.Context, tx Tx, timer act.Timer) error {
	t, a, err := ofTimer(ctx, tx, timer)
	if err != nil || a.State != StateNotice {
		return err
	}
	n, err := tx.NewestPublicNotice(ctx, a.ID)
	if err != nil || n.ID != timer.Epoch || n.State != NoticePosted {
		return err
	}
	if err := closeNotice(ctx, tx, &n); err != nil {
		return err
	}
	if err := tell(ctx, tx, &t, a, step{kind: "application.notice_over", data: map[string]any{"notice": n.PublicID}}); err != nil {
		return err
	}
	ruling, err := tx.OpenRuling(ctx, a.ID)
	if err != nil {
		return err
	}
	return askConfirmation(ctx, tx, t, ruling)
}

// closeNotice ends a notice whose term is over.
func closeNotice(ctx context.Context, tx Tx, n *PublicNotice) error {
	if n.State == NoticeClean {
		return nil
	}
	n.State, n.EndedAt = NoticeClean, tx.Now()
	return tx.SavePublicNotice(ctx, n)
}

// takeNoticeDown ends a notice before its time, where one hangs.
func takeNoticeDown(ctx context.Context, tx Tx, a Application, to NoticeState) error {
	n, err := tx.NewestPublicNotice(ctx, a.ID)
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	if err != nil || n.State != NoticePosted {
		return err
	}
	n.State, n.EndedAt = to, tx.Now()
	return tx.SavePublicNotice(ctx, &n)
}
