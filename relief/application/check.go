package application

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/source"
	"example.org/hotline/ticket"
)

// Waiver is one source that did not speak of everybody and was let go by the head, with
// the reason: unknown stays unknown, but the application goes on without it (ADR 39). It
// is of one check: where it is asked again and the source is silent again, the word is
// asked for again.
type Waiver struct {
	Ticket      ticket.ID
	Application ID
	Check       int64 // the newest that had ended; zero where none was made
	Source      string
	Reason      string
	By          area.StaffID
	ByName      string
	At          time.Time
}

// FlagAnswer is what the household says of a difference that the sources have found.
type FlagAnswer struct {
	ID          int64
	PublicID    string
	Ticket      ticket.ID
	Application ID
	Flag        source.Flag // as it was; another sum is another difference
	Text        relief.Private
	By          area.StaffID
	ByName      string
	At          time.Time
}

// checking is how far the data check carries an application.
type checking struct {
	source.Rest
	flags   []source.Flag
	answers []FlagAnswer // the newest first
	waivers []Waiver     // the newest first
	since   time.Time    // of the acceptance: earlier waivers were of another time of looking
}

// checkingOf gathers it. What was looked at when the application was decided on counts as
// it stood then; of what is paid already only what is fresh counts.
func checkingOf(ctx context.Context, tx Tx, a Application, h people.Household, r Rules) (c checking, err error) {
	at := tx.Now()
	if a.State.Undecided() && !a.CheckedAt.IsZero() {
		at = a.CheckedAt
	}
	checks, err := tx.TicketChecks(ctx, a.Ticket)
	if err != nil {
		return c, err
	}
	said, err := tx.Declared(ctx, a.Ticket)
	if err != nil {
		return c, err
	}
	c.Rest, c.since = source.RestOn(checks, h, r.Sources, at), a.AcceptedAt
	c.flags = source.Compare(h, said, c.Answers, at, r.Sources.Differs)
	if c.waivers, err = tx.SourceWaivers(ctx, a.ID); err != nil {
		return c, err
	}
	c.answers, err = tx.FlagAnswers(ctx, a.ID)
	return c, err
}

// waived is the head's word on a silent source; nil where there is none that counts.
func (c checking) waived(code string) *Waiver {
	i := slices.IndexFunc(c.waivers, func(w Waiver) bool { return w.Source == code && w.Check == c.Newest.ID && !w.At.Before(c.since) })
	if i < 0 {
		return nil
	}
	return &c.waivers[i]
}

// answered is what was said of a difference; nil where nothing was.
func (c checking) answered(f source.Flag) *FlagAnswer {
	i := slices.IndexFunc(c.answers, func(a FlagAnswer) bool { return a.Flag.Same(f) })
	if i < 0 {
		return nil
	}
	return &c.answers[i]
}

// silent are the sources that have not spoken of everybody and that nobody has let go.
func (c checking) silent() []string {
	return slices.DeleteFunc(slices.Clone(c.Unknown), func(code string) bool { return c.waived(code) != nil })
}

// open are the differences that nobody has explained. What was declared or registered
// anew since is no difference any more.
func (c checking) open() []source.Flag {
	return slices.DeleteFunc(slices.Clone(c.flags), func(f source.Flag) bool { return c.answered(f) != nil })
}

// flagsAnswered refuses to go on over a difference that nobody has explained.
func (c checking) flagsAnswered() error {
	if n := len(c.open()); n > 0 {
		return &act.Fault{Kind: act.ErrRefused, Code: "flags_open", Args: map[string]any{"count": n},
			Detail: "The data sources say otherwise than what was declared; ask the household, then write their explanation down or correct what was declared."}
	}
	return nil
}

// silentFault names the sources that have not spoken.
func silentFault(codes []string) error {
	return &act.Fault{Kind: act.ErrRefused, Code: "sources_unknown", Args: map[string]any{"sources": codes, "count": len(codes)},
		Detail: "These data sources have not spoken of everybody, which is not 'has nothing': ask again, or have the head let them go with a reason."}
}

// Checked notes that what the data sources say of the household was looked at. It rests
// on the newest check that has ended; every source that has not spoken of everybody is
// asked again first, or was let go by the head. Who gives no consent goes on with papers
// alone: every source was let go, and it rests on no check.
func Checked(ctx context.Context, tx Tx, publicID, note string, r Rules) (Application, error) {
	if err := reasonGiven(note); err != nil {
		return Application{}, err
	}
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Application{}, err
	}
	if _, err := a.State.Next(EventInvestigate); err != nil {
		return Application{}, err
	}
	h, err := tx.HouseholdForUpdate(ctx, a.Household)
	if err != nil {
		return Application{}, err
	}
	a.CheckedAt = time.Time{} // looked at now: what has lapsed since does not count
	c, err := checkingOf(ctx, tx, a, h, r)
	if err != nil {
		return Application{}, err
	}
	silent := c.silent()
	switch {
	case c.Running:
		return Application{}, act.Refused("check_running", "A data check of this household runs; wait for its end.")
	case c.Newest.ID == 0 && len(silent) > 0:
		return Application{}, act.Refused("no_check", "Have the data sources asked about the household first. Who does not consent goes on with papers, once the head has let the sources go.")
	case len(silent) > 0:
		return Application{}, silentFault(silent)
	}
	a.CheckedAt, a.Check = tx.Now(), c.Newest.ID
	return a, advance(ctx, tx, &t, &a, step{event: EventInvestigate, kind: "application.checked", reason: note, data: map[string]any{"check": c.Newest.PublicID,
		"waived": c.Unknown, "differences": len(c.flags)}})
}

// Waiving are the roles that may let a silent source go: whoever answers for the place.
func Waiving() []area.Role { return []area.Role{area.RoleTownshipHead, area.RoleCountyDuty} }

// Waive lets sources go that have not spoken of everybody. The head does it, never who
// has the case.
func Waive(ctx context.Context, tx Tx, publicID string, sources []string, reason string, r Rules) (Application, error) {
	if err := reasonGiven(reason); err != nil {
		return Application{}, err
	}
	t, a, err := held(ctx, tx, publicID)
	if err != nil {
		return Application{}, err
	}
	switch {
	case !tx.Actor().May(Waiving()...):
		return Application{}, act.NotFound("application")
	case t.Owner == tx.Actor().PostID:
		return Application{}, act.Refused("owner_waives", "Who has the case cannot let a source go; another head must.")
	}
	if _, err := a.State.Next(EventInvestigate); err != nil {
		return Application{}, err
	}
	h, err := tx.HouseholdForUpdate(ctx, a.Household)
	if err != nil {
		return Application{}, err
	}
	if err := unrelated(ctx, tx, a, h); err != nil {
		return Application{}, err
	}
	c, err := checkingOf(ctx, tx, a, h, r)
	if err != nil {
		return Application{}, err
	}
	if c.Running {
		return Application{}, act.Refused("check_running", "A data check of this household runs; wait for its end.")
	}
	sources = slices.Compact(slices.Sorted(slices.Values(sources)))
	for _, code := range sources {
		if !slices.Contains(c.Unknown, code) {
			return Application{}, act.Invalid("sources", "source_not_silent", "Choose among the sources that have not spoken of everybody.")
		}
		w := Waiver{Ticket: t.ID, Application: a.ID, Check: c.Newest.ID, Source: code, Reason: reason, By: tx.Actor().StaffID, At: tx.Now()}
		if err := tx.AddSourceWaiver(ctx, w); err != nil {
			return Application{}, err
		}
	}
	if len(sources) == 0 {
		return Application{}, act.Invalid("sources", "sources_required", "Name every source that is let go.")
	}
	if err := tell(ctx, tx, &t, a, step{kind: "application.sources_waived", reason: reason, data: map[string]any{"sources": sources, "count": len(sources), "check": c.Newest.PublicID}}); err != nil {
		return Application{}, err
	}
	return a, tellOwner(ctx, tx, t, "sources_waived", a.PublicID+":"+tx.Now().Format(time.RFC3339))
}

// ExplainInput is what the household says of a difference.
type ExplainInput struct {
	PublicID string
	Code     source.FlagCode
	Person   string // public id; empty where the difference is the household's
	Source   string
	Text     string
}

// Explain writes down what the household says of a difference between the sources and
// what was declared. It holds for as long as neither changes.
func Explain(ctx context.Context, tx Tx, publicID string, in ExplainInput, r Rules) (Application, error) {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return Application{}, err
	}
	if in.Text == "" || len([]rune(in.Text)) > 2000 {
		return Application{}, act.Invalid("text", "text_required", "Write how the household explains it, with at most 2000 characters.")
	}
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Application{}, err
	}
	if !a.State.Undecided() && !a.State.Running() {
		return Application{}, act.Refused("application_over", "This application is over; open another one.")
	}
	h, err := tx.HouseholdForUpdate(ctx, a.Household)
	if err != nil {
		return Application{}, err
	}
	c, err := checkingOf(ctx, tx, a, h, r)
	if err != nil {
		return Application{}, err
	}
	i := slices.IndexFunc(c.flags, func(f source.Flag) bool { return f.Code == in.Code && f.Person == in.Person && f.Source == in.Source })
	if i < 0 {
		return Application{}, act.Refused("no_such_flag", "The sources and what was declared do not differ in this any more.")
	}
	answer := FlagAnswer{PublicID: in.PublicID, Ticket: t.ID, Application: a.ID, Flag: c.flags[i], Text: relief.Private(in.Text), By: tx.Actor().StaffID, At: tx.Now()}
	if err := tx.AddFlagAnswer(ctx, &answer); err != nil {
		return Application{}, err
	}
	return a, tell(ctx, tx, &t, a, step{kind: "application.flag_explained", data: map[string]any{"answer": answer.PublicID}})
}
