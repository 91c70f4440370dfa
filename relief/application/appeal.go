package application

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// AppealKind is where somebody goes against a ruling.
type AppealKind string

// The kinds.
const (
	AppealReview  AppealKind = "review"  // 行政复议
	AppealLawsuit AppealKind = "lawsuit" // 行政诉讼
)

// AppealKinds lists them.
func AppealKinds() []AppealKind { return []AppealKind{AppealReview, AppealLawsuit} }

// AppealOutcome is what became of the ruling.
type AppealOutcome string

// The outcomes.
const (
	AppealUpheld     AppealOutcome = "upheld" // the ruling stands
	AppealOverturned AppealOutcome = "overturned"
	AppealChanged    AppealOutcome = "changed"
	AppealWithdrawn  AppealOutcome = "withdrawn"
)

// AppealOutcomes lists them.
func AppealOutcomes() []AppealOutcome {
	return []AppealOutcome{AppealUpheld, AppealOverturned, AppealChanged, AppealWithdrawn}
}

// Appeal is one against a ruling, with its result (DOMAIN 1, 68).
type Appeal struct {
	ID          int64
	PublicID    string
	Ticket      ticket.ID
	Application ID
	Ruling      int64
	Kind        AppealKind
	Office      string
	FiledOn     ticket.Date
	InTerm      bool
	Text        relief.Private
	By          area.StaffID
	At          time.Time
	Outcome     AppealOutcome
	Answer      relief.Private
	AnsweredBy  area.StaffID
	AnsweredAt  time.Time
}

// AppealInput is an appeal as it comes in.
type AppealInput struct {
	PublicID string
	Kind     AppealKind
	Office   string // which decides it
	FiledOn  string
	Text     string
}

// Appealed notes that somebody has appealed against a confirmed ruling. It is kept also
// where the term is over: the office decides that.
func Appealed(ctx context.Context, tx Tx, rulingID string, in AppealInput, rules Rules) (Application, error) {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return Application{}, err
	}
	filed, err := ticket.ParseDate(in.FiledOn)
	switch {
	case err != nil || filed > ticket.DateOf(tx.Now()):
		return Application{}, act.Invalid("filed_on", "bad_date", "Give the day on which it was filed, as 2026-10-01, not after today.")
	case !slices.Contains(AppealKinds(), in.Kind):
		return Application{}, act.Invalid("kind", "unknown_kind", "Say review or lawsuit.")
	case in.Office == "" || len([]rune(in.Office)) > 100:
		return Application{}, act.Invalid("office", "office_required", "Name the office that decides it.")
	case in.Text == "" || len([]rune(in.Text)) > 4000:
		return Application{}, act.Invalid("text", "text_required", "Write what is asked for, with at most 4000 characters.")
	}
	t, a, r, err := heldRuling(ctx, tx, rulingID, func(id ticket.ID) (ticket.Ticket, error) { return ticket.Owned(ctx, tx, id) })
	if err != nil {
		return Application{}, err
	}
	if r.State != RulingConfirmed {
		return Application{}, act.NotInState("ruling", r.State, "appeal")
	}
	v, err := rules.version(a, tx.Now())
	if err != nil {
		return Application{}, err
	}
	p := Appeal{PublicID: in.PublicID, Ticket: t.ID, Application: a.ID, Ruling: r.ID, Kind: in.Kind, Office: in.Office, FiledOn: filed, Text: relief.Private(in.Text),
		InTerm: r.LetterAt.IsZero() || filed <= reviewUntil(r, v.Clocks.ReviewMonths), By: tx.Actor().StaffID, At: tx.Now()}
	if err := tx.AddAppeal(ctx, &p); err != nil {
		return Application{}, err
	}
	if err := tell(ctx, tx, &t, a, step{kind: "application.appealed", data: map[string]any{"appeal": p.PublicID, "ruling": r.PublicID, "kind": string(in.Kind), "in_term": p.InTerm}}); err != nil {
		return Application{}, err
	}
	return a, relief.TellHead(ctx, tx, t, "appeal_made", p.PublicID, nil)
}

// reviewUntil is the last day on which a review may be asked for: the term counts from
// when the person has the letter.
func reviewUntil(r Ruling, months int) ticket.Date {
	return ticket.DateOf(ticket.DateOf(r.LetterAt).At(0).AddDate(0, months, 0))
}

// AnswerAppeal writes down how an appeal ended. A refusal that was set aside is looked
// into anew, with new working days.
func AnswerAppeal(ctx context.Context, tx Tx, publicID string, outcome AppealOutcome, text string, rules Rules) (Application, error) {
	if !slices.Contains(AppealOutcomes(), outcome) {
		return Application{}, act.Invalid("outcome", "unknown_outcome", "Say upheld, overturned, changed or withdrawn.")
	}
	if text == "" || len([]rune(text)) > 4000 {
		return Application{}, act.Invalid("answer", "answer_required", "Write how it ended, with at most 4000 characters.")
	}
	p, err := tx.AppealForUpdate(ctx, publicID)
	if err != nil {
		return Application{}, err
	}
	t, err := ticket.Owned(ctx, tx, p.Ticket)
	if err != nil {
		return Application{}, err
	}
	a, err := tx.ApplicationForUpdate(ctx, p.Application)
	if err != nil {
		return Application{}, err
	}
	if p.Outcome != "" {
		return Application{}, act.Refused("answered_already", "This was answered already.")
	}
	p.Outcome, p.Answer, p.AnsweredBy, p.AnsweredAt = outcome, relief.Private(text), tx.Actor().StaffID, tx.Now()
	if err := tx.SaveAnsweredAppeal(ctx, p); err != nil {
		return Application{}, err
	}
	s := step{kind: "application.appeal_ended", data: map[string]any{"appeal": p.PublicID, "outcome": string(outcome)}}
	anew := a.State == StateRefused && (outcome == AppealOverturned || outcome == AppealChanged)
	if !anew {
		return a, tell(ctx, tx, &t, a, s)
	}
	v, err := rules.version(a, tx.Now())
	if err != nil {
		return Application{}, err
	}
	if a.Rules == "" { // it was refused before it was taken in
		a.Rules, a.VisitDueOn = v.Version, ticket.DateOf(tx.Now()).Next()
	}
	s.event, a.AcceptedAt = EventOverturn, tx.Now()
	if err := advance(ctx, tx, &t, &a, s); err != nil {
		return Application{}, err
	}
	if err := follow(ctx, tx, &t, a, ticket.EventFind); err != nil {
		return Application{}, err
	}
	return a, ticket.ApplicationAccepted(ctx, tx, &t, a.PublicID, v.Clocks.DecideDays, rules.Calendar)
}
