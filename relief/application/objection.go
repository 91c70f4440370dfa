package application

import (
	"context"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// ObjectionOutcome is what became of an objection.
type ObjectionOutcome string

// The outcomes.
const (
	ObjectionUpheld    ObjectionOutcome = "upheld"    // it was so: what was proposed changes
	ObjectionUnfounded ObjectionOutcome = "unfounded" // it was looked into, and was not so
)

// Objection is what somebody says against a notice, with a name or without.
type Objection struct {
	ID          int64
	PublicID    string
	Ticket      ticket.ID
	Application ID
	Notice      int64
	Text        relief.Private
	Contact     relief.Private // empty: anonymous
	By          area.StaffID   // who took it down; zero from the page of the notice
	At          time.Time
	Outcome     ObjectionOutcome // empty: not answered
	Answer      relief.Private
	AnsweredBy  area.StaffID
	AnsweredAt  time.Time
}

// ObjectInput is an objection as it is given.
type ObjectInput struct {
	PublicID string
	Text     string
	Contact  string
}

func (in ObjectInput) validate() error {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return err
	}
	switch {
	case len([]rune(in.Text)) < 2 || len([]rune(in.Text)) > 2000:
		return act.Invalid("text", "text_required", "Write what speaks against it, with at most 2000 characters.")
	case len([]rune(in.Contact)) > 100:
		return act.Invalid("contact", "too_long", "Shorten this text.")
	default:
		return nil
	}
}

// Object takes an objection to a notice that hangs, also from somebody who does not
// say who they are. The notice is taken down, and the matter is looked into anew.
//
// The notice's page is open to anybody: of objections without a name it takes so many in
// all and on one day as the rules say. One beyond that is counted and the owner told, and
// taken is false; whoever gives a name, or rings 12349, is always heard.
func Object(ctx context.Context, tx Tx, noticeID string, in ObjectInput, r Rules) (o Objection, taken bool, err error) {
	if err := in.validate(); err != nil {
		return Objection{}, false, err
	}
	seen, err := tx.PublicNoticeByRef(ctx, noticeID)
	if err != nil {
		return Objection{}, false, err
	}
	t, err := tx.TicketForUpdate(ctx, seen.Ticket)
	if err != nil {
		return Objection{}, false, err
	}
	a, err := tx.ApplicationForUpdate(ctx, seen.Application)
	if err != nil {
		return Objection{}, false, err
	}
	n, err := tx.NewestPublicNotice(ctx, a.ID)
	if err != nil {
		return Objection{}, false, err
	}
	if n.ID != seen.ID || !tx.Now().Before(n.ClosesAt) || n.State != NoticePosted && n.State != NoticeObjected {
		return Objection{}, false, act.Refused("notice_over", "The term of this notice is over. Ring 12349 with what you have to say.")
	}
	o = Objection{PublicID: in.PublicID, Ticket: t.ID, Application: a.ID, Notice: n.ID, Text: relief.Private(in.Text), Contact: relief.Private(strings.TrimSpace(in.Contact)),
		By: tx.Actor().StaffID, At: tx.Now()}
	if full, err := full(ctx, tx, n, o, r); err != nil || full {
		if err == nil {
			err = beyond(ctx, tx, t, n)
		}
		return Objection{}, false, err
	}
	return o, true, object(ctx, tx, &t, &a, &o, n)
}

// full reports whether a notice takes no more of what comes without a name from its page.
func full(ctx context.Context, tx Tx, n PublicNotice, o Objection, r Rules) (bool, error) {
	if o.Contact != "" || o.By != 0 {
		return false, nil
	}
	v, err := r.Versions.Named(n.Rules)
	if err != nil {
		return false, err
	}
	all, today, err := tx.NamelessObjections(ctx, n.ID, ticket.DateOf(tx.Now()).At(0))
	return all >= v.NoticeRules.Nameless.Most || today >= v.NoticeRules.Nameless.PerDay, err
}

// beyond counts an objection that was not taken. The owner is told of it once a day: one
// in a flood may still be true.
func beyond(ctx context.Context, tx Tx, t ticket.Ticket, n PublicNotice) error {
	if err := tx.CountBeyond(ctx, n); err != nil {
		return err
	}
	return tellOwner(ctx, tx, t, "objections_beyond", n.PublicID+":"+string(ticket.DateOf(tx.Now())))
}

func object(ctx context.Context, tx Tx, t *ticket.Ticket, a *Application, o *Objection, n PublicNotice) error {
	if err := tx.AddObjection(ctx, o); err != nil {
		return err
	}
	if err := takeNoticeDown(ctx, tx, *a, NoticeObjected); err != nil {
		return err
	}
	err := advance(ctx, tx, t, a, step{event: EventObject, kind: "application.objection", data: map[string]any{"objection": o.PublicID, "notice": n.PublicID, "anonymous": o.Contact == ""}})
	if err != nil {
		return err
	}
	if err := tellOwner(ctx, tx, *t, "objection_made", o.PublicID); err != nil {
		return err
	}
	return relief.TellHead(ctx, tx, *t, "objection_made", o.PublicID, nil)
}

// AnswerObjection writes down what was found. Where it is upheld, what is due is
// computed and proposed anew; in either case another notice follows.
func AnswerObjection(ctx context.Context, tx Tx, publicID string, outcome ObjectionOutcome, text string) (Application, error) {
	if !slices.Contains([]ObjectionOutcome{ObjectionUpheld, ObjectionUnfounded}, outcome) {
		return Application{}, act.Invalid("outcome", "unknown_outcome", "Say upheld or unfounded.")
	}
	if text == "" || len([]rune(text)) > 2000 {
		return Application{}, act.Invalid("answer", "answer_required", "Write what was found, with at most 2000 characters.")
	}
	o, err := tx.ObjectionForUpdate(ctx, publicID)
	if err != nil {
		return Application{}, err
	}
	t, err := ticket.Owned(ctx, tx, o.Ticket)
	if err != nil {
		return Application{}, err
	}
	a, err := tx.ApplicationForUpdate(ctx, o.Application)
	if err != nil {
		return Application{}, err
	}
	if o.Outcome != "" {
		return Application{}, act.Refused("answered_already", "This was answered already.")
	}
	o.Outcome, o.Answer, o.AnsweredBy, o.AnsweredAt = outcome, relief.Private(text), tx.Actor().StaffID, tx.Now()
	if err := tx.SaveAnsweredObjection(ctx, o); err != nil {
		return Application{}, err
	}
	return a, tell(ctx, tx, &t, a, step{kind: "application.objection_answered", data: map[string]any{"objection": o.PublicID, "outcome": string(outcome)}})
}
