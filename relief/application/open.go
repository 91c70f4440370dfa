package application

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/relief/source"
	"example.org/hotline/ticket"
)

// OpenInput begins an application.
type OpenInput struct {
	PublicID string // made by the client
	Aid      string // of the catalogue: a monthly one, or temporary aid that is not urgent
	Person   string // public id of who applies and is paid, a member of the case's household
}

// Open begins an application of the household that the case is about. Aid for one
// purpose is not applied for twice (DOMAIN 1, 24).
func Open(ctx context.Context, tx Tx, id ticket.ID, in OpenInput, r Rules) (Application, error) {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return Application{}, err
	}
	t, err := ticket.Owned(ctx, tx, id)
	if err != nil {
		return Application{}, err
	}
	if !t.Status.Open() {
		return Application{}, act.Refused("ticket_closed", "The ticket is closed; reopen it first.")
	}
	h, member, err := applicant(ctx, tx, id, in.Person)
	if err != nil {
		return Application{}, err
	}
	v := r.Versions.At(tx.Now())
	if aid, err := v.Aid(in.Aid); err != nil {
		return Application{}, err
	} else if !applied(aid) {
		return Application{}, act.Invalid("aid", "not_applied_for", "This aid is not applied for here: decide urgent aid on the case, refer special aid, order a service.")
	}
	a := Application{PublicID: in.PublicID, Ticket: id, Aid: in.Aid, State: StateDraft, Household: h.ID, Index: h.Index, Person: member.PublicID,
		Payee: tx.IdentityIndex(member.Identity.Indexed("person " + member.PublicID)), Village: h.Area, By: tx.Actor().StaffID, At: tx.Now(), Version: 1}
	if err := noDouble(ctx, tx, v, a); err != nil {
		return Application{}, err
	}
	if err := tx.AddApplication(ctx, &a); err != nil {
		return Application{}, err
	}
	return a, tell(ctx, tx, &t, a, step{kind: "application.opened", data: map[string]any{"household": h.PublicID, "members": len(h.Members)}})
}

// applicant is the case's household with the member who applies for it.
func applicant(ctx context.Context, tx Tx, id ticket.ID, person string) (people.Household, people.Person, error) {
	h, err := tx.TicketHousehold(ctx, id)
	if errors.Is(err, act.ErrNotFound) {
		return h, people.Person{}, act.Refused("household_first", "Say which household the case is about before applying for it.")
	}
	if err != nil {
		return h, people.Person{}, err
	}
	for _, m := range h.Members {
		if m.Person.PublicID == person {
			return h, m.Person, nil
		}
	}
	return h, people.Person{}, act.Invalid("person", "not_a_member", "Choose a member of the household that the case is about.")
}

// applied reports whether an aid is asked for by an application: the monthly ones, and
// temporary aid that needs no haste.
func applied(aid rule.Aid) bool {
	return aid.Monthly || aid.Kind == rule.ClassTemporary && !aid.FastTrack
}

// noDouble refuses an aid whose purpose another one of the household serves already.
func noDouble(ctx context.Context, tx Tx, v *rule.Version, a Application) error {
	running, err := tx.AidsUnderWay(ctx, a.Ticket, a.Payee)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(running, func(u relief.UnderWay) bool { return u.Ref == a.PublicID })
	return relief.NoDouble(v, a.Aid, others)
}

// Submit hands an application in, with what the household declares (see Declare) and
// its consent to the data check.
func Submit(ctx context.Context, tx Tx, publicID string) (Application, error) {
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Application{}, err
	}
	if _, err := tx.NewestDeclaration(ctx, a.ID); errors.Is(err, act.ErrNotFound) {
		return Application{}, act.Refused("declare_first", "Write down what the household declares of income and property first.")
	} else if err != nil {
		return Application{}, err
	}
	a.SubmittedAt = tx.Now()
	return a, advance(ctx, tx, &t, &a, step{event: EventSubmit, kind: "application.submitted"})
}

// AskPapers tells the applicant what is missing, once and everything (一次性告知). A
// paper that a data source covers may not be asked for (社会救助法 Art 62).
func AskPapers(ctx context.Context, tx Tx, publicID string, papers []string, r Rules) (Application, error) {
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Application{}, err
	}
	if !a.GapsNoticedAt.IsZero() {
		return Application{}, act.Refused("asked_already", "The applicant was told once what is missing, which is all that may be asked; accept the application, or propose a refusal.")
	}
	v := r.Versions.At(tx.Now())
	known, err := knownOf(ctx, tx, a, r)
	if err != nil {
		return Application{}, err
	}
	if len(papers) == 0 || len(papers) > 20 {
		return Application{}, act.Invalid("papers", "papers_required", "Name every paper that is missing, by its code.")
	}
	for _, code := range papers {
		if need, may := v.MayAsk(a.Aid, code, known); !may {
			return Application{}, &act.Fault{Kind: act.ErrRefused, Code: "may_not_ask", Field: "papers", Args: map[string]any{"paper": code, "because": need.Because, "source": need.Source},
				Detail: "This paper may not be asked for: a data source or a form covers it, or the aid does not rest on it."}
		}
	}
	a.Gaps, a.GapsNoticedAt = slices.Compact(slices.Sorted(slices.Values(papers))), tx.Now()
	due := r.Calendar.Count(tx.Now(), v.Clocks.GapsDays).Due
	if err := advance(ctx, tx, &t, &a, step{event: EventAskPapers, kind: "application.papers_asked", data: map[string]any{"papers": a.Gaps, "due_at": due.Format(time.RFC3339)}}); err != nil {
		return Application{}, err
	}
	return a, tx.Notify(ctx, ticket.Notice{Key: "application:" + a.PublicID + ":papers", Ticket: t.ID, Citizen: true, Template: "application_papers_citizen",
		Fields: map[string]string{"number": string(t.Number), "due": ticket.InWords(due)}})
}

// knownOf is what is known of a household when papers are asked for.
func knownOf(ctx context.Context, tx Tx, a Application, r Rules) (rule.Known, error) {
	d, err := tx.NewestDeclaration(ctx, a.ID)
	if err != nil && !errors.Is(err, act.ErrNotFound) {
		return rule.Known{}, err
	}
	known := rule.Known{}
	checks, err := tx.TicketChecks(ctx, a.Ticket)
	if err != nil {
		return known, err
	}
	stand := source.Stand(checks, tx.Now())
	known.Failed = stand.Failed // a source that gave no answer covers no paper
	consents, err := tx.TicketConsents(ctx, a.Ticket)
	if err != nil {
		return known, err
	}
	for _, s := range r.Sources.Sources {
		if withoutConsent(consents) && !slices.Contains(stand.Covering, s.Code) && !slices.Contains(known.Failed, s.Code) {
			known.Failed = append(known.Failed, s.Code) // nobody may be asked: the household proves it with papers
		}
	}
	for _, m := range d.Said.Members {
		known.Classes = append(known.Classes, m.Classes...)
	}
	return known, nil
}

// Supply notes that the papers have come. What is still missing is refused or let go
// by whoever decides; it is not asked for again.
func Supply(ctx context.Context, tx Tx, publicID string, note string) (Application, error) {
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Application{}, err
	}
	return a, advance(ctx, tx, &t, &a, step{event: EventSupply, kind: "application.papers_supplied", reason: note})
}

// Accept takes an application in. From here on the version of the rules stays, and the
// working days run within which it is decided (DOMAIN 0a.1).
func Accept(ctx context.Context, tx Tx, publicID string, r Rules) (Application, error) {
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Application{}, err
	}
	v := r.Versions.At(tx.Now())
	a.Rules, a.AcceptedAt = v.Version, tx.Now()
	a.VisitDueOn = ticket.DateOf(ticket.DateOf(tx.Now()).At(0).AddDate(0, 0, v.Visit.TargetDays))
	if err := advance(ctx, tx, &t, &a, step{event: EventAccept, kind: "application.accepted", data: map[string]any{"rules": a.Rules, "visit_due_on": string(a.VisitDueOn)}}); err != nil {
		return Application{}, err
	}
	if err := ticket.ApplicationAccepted(ctx, tx, &t, a.PublicID, v.Clocks.DecideDays, r.Calendar); err != nil {
		return Application{}, err
	}
	return a, tx.Notify(ctx, ticket.Notice{Key: "application:" + a.PublicID + ":accepted", Ticket: t.ID, Citizen: true, Template: "application_accepted_citizen",
		Fields: map[string]string{"number": string(t.Number), "due": ticket.InWords(t.Clock(ticket.ClockDecide).DueAt)}})
}

// Withdraw ends an application because the applicant says so.
func Withdraw(ctx context.Context, tx Tx, publicID, reason string) (Application, error) {
	if err := reasonGiven(reason); err != nil {
		return Application{}, err
	}
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Application{}, err
	}
	if err := dropOpenRuling(ctx, tx, a); err != nil {
		return Application{}, err
	}
	if err := takeNoticeDown(ctx, tx, a, NoticeWithdrawn); err != nil {
		return Application{}, err
	}
	a.DecidedAt, a.PauseReason = tx.Now(), PauseNone
	if err := advance(ctx, tx, &t, &a, step{event: EventWithdraw, kind: "application.withdrawn", reason: reason}); err != nil {
		return Application{}, err
	}
	return a, decided(ctx, tx, &t, a)
}

// decided stops the case's working days, unless another application of it is undecided.
func decided(ctx context.Context, tx Tx, t *ticket.Ticket, a Application) error {
	all, err := tx.TicketApplications(ctx, t.ID)
	if err != nil {
		return err
	}
	others := slices.ContainsFunc(all, func(o Application) bool { return o.ID != a.ID && o.State.Undecided() && !o.AcceptedAt.IsZero() })
	return ticket.ApplicationDecided(ctx, tx, t, a.PublicID, others)
}

// Halt lets the working days of an application rest, for a reason that may.
func Halt(ctx context.Context, tx Tx, publicID string, why Pause, reason string) (Application, error) {
	if !slices.Contains(Pauses(), why) {
		return Application{}, act.Invalid("why", "unknown_pause", "Say away, illness, source, elsewhere or disaster.")
	}
	if err := reasonGiven(reason); err != nil {
		return Application{}, err
	}
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Application{}, err
	}
	if !a.State.Undecided() || a.AcceptedAt.IsZero() {
		return Application{}, act.Refused("clock_stopped", "The working days of this application do not run; there is nothing to pause.")
	}
	if err := ticket.PauseApplication(ctx, tx, &t, reason); err != nil {
		return Application{}, err
	}
	a.PauseReason = why
	if err := advance(ctx, tx, &t, &a, step{kind: "application.paused", reason: reason, data: map[string]any{"why": string(why)}}); err != nil {
		return Application{}, err
	}
	return a, relief.TellHead(ctx, tx, t, "application_paused", a.PublicID, nil)
}

// GoOn lets them run again with what was left.
func GoOn(ctx context.Context, tx Tx, publicID string, r Rules) (Application, error) {
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Application{}, err
	}
	if err := ticket.ResumeApplication(ctx, tx, &t, r.Calendar); err != nil {
		return Application{}, err
	}
	a.PauseReason = PauseNone
	return a, advance(ctx, tx, &t, &a, step{kind: "application.resumed"})
}

func reasonGiven(reason string) error {
	switch {
	case reason == "":
		return act.Invalid("reason", "reason_required", "Give the reason; it is kept.")
	case len([]rune(reason)) > 1000:
		return act.Invalid("reason", "too_long", "Shorten this text.")
	default:
		return ticket.PlainText("reason", reason)
	}
}

// unrelated refuses an act on a household that one of the actor's relatives belongs to.
func unrelated(ctx context.Context, tx Tx, a Application, h people.Household) error {
	indexes := [][]byte{a.Payee}
	for _, m := range h.Members {
		if index := tx.IdentityIndex(m.Person.Identity.Indexed("person " + m.Person.PublicID)); !bytes.Equal(index, a.Payee) {
			indexes = append(indexes, index)
		}
	}
	for _, index := range indexes {
		related, err := tx.Related(ctx, index, []area.StaffID{tx.Actor().StaffID})
		if err != nil {
			return err
		}
		if related {
			return act.Refused("relative", "A member of the household is in your relatives register; a colleague must do this.")
		}
	}
	return nil
}
