package integrity

import (
	"context"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// TimerEntry fires on the day on which an entry ends.
const TimerEntry = "integrity_entry"

// The roles by what they may do: whoever works on cases reports and proves, the head decides,
// and the county hears who does not agree.
var (
	reporters = []area.Role{area.RoleAgent, area.RoleSupervisor, area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty}
	deciders  = []area.Role{area.RoleTownshipHead, area.RoleCountyDuty}
	judges    = []area.Role{area.RoleCountyDuty}
)

// Reporters are those who report a promise kept or broken.
func Reporters() []area.Role { return reporters }

// Deciders are those who decide on an entry.
func Deciders() []area.Role { return deciders }

// Judges are those who decide on an appeal.
func Judges() []area.Role { return judges }

// ReportInput is a promise kept or broken, as it is reported.
type ReportInput struct {
	PublicID  string // made by the client
	Person    string // public id, of the case's household
	Kind      Kind
	Behaviour string
	Note      act.Private
}

// Report writes an entry that is not decided yet. A broken promise is nobody's who has no
// full capacity for civil acts (DOMAIN 2.3).
func Report(ctx context.Context, tx Tx, id ticket.ID, in ReportInput, rules *Rules) (Entry, error) {
	if !tx.Actor().May(reporters...) {
		return Entry{}, act.NotFound("ticket")
	}
	if in.Kind != Kept && in.Kind != Broken || in.Note == "" {
		return Entry{}, act.Invalid("note", "required", "Say whether a promise was kept or broken, and what happened.")
	}
	known := false
	for _, b := range rules.behaviours(in.Kind) {
		known = known || b.Code == in.Behaviour
	}
	if !known {
		return Entry{}, act.Invalid("behaviour", "unknown_behaviour", "Choose one of the list.")
	}
	t, person, err := ofCase(ctx, tx, id, in.Person)
	if err != nil {
		return Entry{}, err
	}
	if in.Kind == Broken && !able(person, ticket.DateOf(tx.Now())) {
		return Entry{}, act.Refused("no_full_capacity", "A minor, or somebody without full capacity for civil acts, has no entries of broken promises.")
	}
	e := Entry{PublicID: in.PublicID, Person: person.ID, Ticket: t.ID, Area: person.Area, Kind: in.Kind, Behaviour: in.Behaviour, Rules: rules.Version,
		State: StateReported, ReportedBy: tx.Actor().StaffID, ReportedAt: tx.Now(), Version: 1}
	created, err := tx.AddIntegrityEntry(ctx, &e)
	if err != nil || !created {
		return e, err
	}
	return e, tell(ctx, tx, t, e, "", in.Note, nil)
}

// ofCase locks a ticket and finds one of its household's members by their public id.
func ofCase(ctx context.Context, tx Tx, id ticket.ID, ref string) (ticket.Ticket, people.Person, error) {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return t, people.Person{}, err
	}
	h, err := tx.TicketHousehold(ctx, id)
	if err != nil {
		return t, people.Person{}, err
	}
	for _, m := range h.Members {
		if m.Person.PublicID == ref {
			return t, m.Person, nil
		}
	}
	return t, people.Person{}, act.NotFound("person")
}

// Prove adds evidence.
func Prove(ctx context.Context, tx Tx, ref string, note act.Private, uploads []string) (Entry, error) {
	if len(uploads) == 0 {
		return Entry{}, act.Invalid("uploads", "photo_required", "Photograph the evidence and upload it first.")
	}
	return move(ctx, tx, ref, EventProve, note, uploads, reporters, nil)
}

// Notify says that the person was told of a broken promise, and how; their days begin.
func Notify(ctx context.Context, tx Tx, ref string, note act.Private, rules Versions) (Entry, error) {
	return move(ctx, tx, ref, EventNotify, note, nil, reporters, func(e *Entry, r *Rules) error {
		if e.Kind != Broken {
			return act.Refused("kept_needs_no_notice", "A kept promise is confirmed at once; only of a broken one the person is heard.")
		}
		e.AnswerDue = tx.Now().AddDate(0, 0, r.AnswerDays)
		return nil
	}, rules...)
}

// Answer writes down what the person says.
func Answer(ctx context.Context, tx Tx, ref string, note act.Private) (Entry, error) {
	return move(ctx, tx, ref, EventAnswer, note, nil, reporters, func(e *Entry, _ *Rules) error {
		e.Answered = true
		return nil
	})
}

// Decide says what a broken promise weighs. It is another than who reported it, and not
// before the person has answered or had their days.
func Decide(ctx context.Context, tx Tx, ref string, outcome Outcome, note act.Private, rules Versions) (Entry, error) {
	ev := EventSanction
	switch outcome {
	case OutcomeNone:
		ev = EventClear
	case OutcomeLight, OutcomeSerious:
	default:
		return Entry{}, act.Invalid("outcome", "unknown_outcome", "Use none, light or serious.")
	}
	return move(ctx, tx, ref, ev, note, nil, deciders, func(e *Entry, r *Rules) error {
		if err := another(tx, e.ReportedBy, "reported_it", "Who reported it cannot decide on it; let somebody else."); err != nil {
			return err
		}
		if !e.Answered && tx.Now().Before(e.AnswerDue) {
			return act.Refused("not_heard_yet", "The person has not answered and their days are not over.")
		}
		months := map[Outcome]int{OutcomeLight: r.Months.Light, OutcomeSerious: r.Months.Serious}[outcome]
		return decided(ctx, tx, e, outcome, months)
	}, rules...)
}

// Praise confirms a kept promise; another than who reported it.
func Praise(ctx context.Context, tx Tx, ref string, note act.Private, rules Versions) (Entry, error) {
	return move(ctx, tx, ref, EventPraise, note, nil, deciders, func(e *Entry, r *Rules) error {
		if e.Kind != Kept {
			return act.Refused("broken_needs_hearing", "Of a broken promise the person is told and heard before it is decided.")
		}
		if err := another(tx, e.ReportedBy, "reported_it", "Who reported it cannot decide on it; let somebody else."); err != nil {
			return err
		}
		return decided(ctx, tx, e, OutcomeNone, r.KeptMonths)
	}, rules...)
}

// decided writes who decided and until when it stands; nothing stands for no months.
func decided(ctx context.Context, tx Tx, e *Entry, outcome Outcome, months int) error {
	e.Outcome, e.DecidedBy, e.DecidedAt = outcome, tx.Actor().StaffID, tx.Now()
	if months == 0 {
		return nil
	}
	e.Until = tx.Now().AddDate(0, months, 0)
	return tx.Arm(ctx, act.Timer{Subject: e.Subject(), Kind: TimerEntry, Step: 1, Epoch: 1, DueAt: e.Until})
}

// Repair ends a broken promise before its day, because the person made it good.
func Repair(ctx context.Context, tx Tx, ref string, note act.Private, rules Versions) (Entry, error) {
	return move(ctx, tx, ref, EventRepair, note, nil, deciders, func(e *Entry, r *Rules) error {
		if e.Kind != Broken {
			return act.Refused("nothing_to_repair", "A kept promise needs no repair.")
		}
		if tx.Now().Before(e.DecidedAt.AddDate(0, r.RepairMonths, 0)) {
			return act.Refused("too_early_to_repair", "It can be repaired only after the months that the rules name.")
		}
		return tx.Cancel(ctx, e.Subject(), TimerEntry)
	}, rules...)
}

// Appeal writes down that the person does not agree.
func Appeal(ctx context.Context, tx Tx, ref string, note act.Private, rules Versions) (Entry, error) {
	return move(ctx, tx, ref, EventAppeal, note, nil, reporters, func(e *Entry, r *Rules) error {
		if e.Kind != Broken {
			return act.Refused("nothing_to_appeal", "A kept promise is to nobody's disadvantage.")
		}
		if tx.Now().After(e.DecidedAt.AddDate(0, 0, r.AppealDays)) {
			return act.Refused("too_late_to_appeal", "The days to appeal are over; it can be repaired.")
		}
		return nil
	}, rules...)
}

// Judge decides on an appeal: neither who reported nor who decided.
func Judge(ctx context.Context, tx Tx, ref string, upheld bool, note act.Private) (Entry, error) {
	ev := EventOverturn
	if upheld {
		ev = EventUphold
	}
	return move(ctx, tx, ref, ev, note, nil, judges, func(e *Entry, _ *Rules) error {
		for _, involved := range []area.StaffID{e.ReportedBy, e.DecidedBy} {
			if err := another(tx, involved, "was_involved", "Who reported or decided cannot judge the appeal; let somebody else."); err != nil {
				return err
			}
		}
		if upheld {
			return nil
		}
		e.Outcome, e.Until = OutcomeNone, time.Time{}
		return tx.Cancel(ctx, e.Subject(), TimerEntry)
	})
}

// Lapse is the handler of TimerEntry.
func Lapse(ctx context.Context, tx Tx, timer act.Timer) error {
	ref, err := tx.IntegrityEntryRef(ctx, EntryID(timer.Subject.ID))
	if err != nil {
		return err
	}
	_, err = move(ctx, tx, ref, EventLapse, "", nil, nil, nil)
	return err
}

func another(tx Tx, than area.StaffID, code, detail string) error {
	if tx.Actor().StaffID == than {
		return act.Refused(code, detail)
	}
	return nil
}

// move takes an entry one event further: ticket, entry, rule, row, history, timeline. The
// rules are those of the day on which the entry was reported.
func move(ctx context.Context, tx Tx, ref string, ev Event, note act.Private, uploads []string, roles []area.Role, change func(*Entry, *Rules) error, rules ...*Rules) (Entry, error) {
	if roles != nil && !tx.Actor().May(roles...) {
		return Entry{}, act.NotFound("integrity entry")
	}
	if roles != nil && note == "" {
		return Entry{}, act.Invalid("note", "required", "Say what happened, or why.")
	}
	of, err := tx.IntegrityEntryTicket(ctx, ref)
	if err != nil {
		return Entry{}, err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return Entry{}, err
	}
	e, err := tx.IntegrityEntryForUpdate(ctx, ref)
	if err != nil {
		return Entry{}, err
	}
	if e.State, err = e.State.Next(ev); err != nil {
		return Entry{}, err
	}
	for _, id := range uploads {
		if err := complete(ctx, tx, t.ID, id); err != nil {
			return Entry{}, err
		}
	}
	if change != nil {
		var in *Rules
		if len(rules) > 0 {
			in = Versions(rules).On(ticket.DateOf(e.ReportedAt))
		}
		if err := change(&e, in); err != nil {
			return Entry{}, err
		}
	}
	if err := tx.SaveIntegrityEntry(ctx, &e); err != nil {
		return Entry{}, err
	}
	return e, tell(ctx, tx, t, e, ev, note, uploads)
}

// complete asks that a photo is whole and belongs to the case.
func complete(ctx context.Context, tx Tx, of ticket.ID, id string) error {
	u, err := tx.UploadByRef(ctx, id)
	if err != nil || u.Ticket != of || u.State != relief.UploadComplete {
		return act.Invalid("uploads", "photo_missing", "Upload the whole photo to this ticket first.")
	}
	return nil
}

// tell writes the history of the entry, and the case's.
func tell(ctx context.Context, tx Tx, t ticket.Ticket, e Entry, ev Event, note act.Private, uploads []string) error {
	step := Step{PublicID: uuid.NewString(), Entry: e.ID, Ticket: t.ID, Event: ev, Note: note, Uploads: uploads, By: tx.Actor().StaffID, At: tx.Now()}
	if err := tx.AddIntegrityStep(ctx, step); err != nil {
		return err
	}
	return ticket.Tell(ctx, tx, &t, "integrity.changed", "", map[string]any{"entry": e.PublicID, "state": string(e.State), "by": tx.Actor().Name})
}

// PaperInput is a commitment or a notice.
type PaperInput struct {
	PublicID string // made by the client
	Person   string // public id, of the case's household
	Kind     PaperKind
	Form     string
	Signed   Signed
	Upload   string
	Reason   act.Private // of who does not agree
}

// Sign writes down that a person gave a commitment or was given a notice.
func Sign(ctx context.Context, tx Tx, id ticket.ID, in PaperInput) error {
	if !tx.Actor().May(reporters...) {
		return act.NotFound("ticket")
	}
	if in.Form == "" || in.Kind != PaperCommitment && in.Kind != PaperNotice {
		return act.Invalid("form", "required", "Name the form, and whether it is a commitment or a notice.")
	}
	if err := in.agreed(); err != nil {
		return err
	}
	t, person, err := ofCase(ctx, tx, id, in.Person)
	if err != nil {
		return err
	}
	if in.Kind == PaperCommitment && !able(person, ticket.DateOf(tx.Now())) {
		return act.Refused("no_full_capacity", "A minor, or somebody without full capacity for civil acts, promises nothing here; let a grown-up of the household.")
	}
	if in.Upload != "" {
		if err := complete(ctx, tx, t.ID, in.Upload); err != nil {
			return err
		}
	}
	created, err := tx.AddIntegrityPaper(ctx, Paper{PublicID: in.PublicID, Person: person.ID, Ticket: t.ID, Area: person.Area, Kind: in.Kind, Form: in.Form, Signed: in.Signed,
		Upload: in.Upload, Reason: in.Reason, By: tx.Actor().StaffID, At: tx.Now()})
	if err != nil || !created {
		return err
	}
	return ticket.Tell(ctx, tx, &t, "integrity.paper", "", map[string]any{"kind": string(in.Kind), "form": in.Form, "signed": string(in.Signed), "by": tx.Actor().Name})
}

// agreed checks how it was agreed to: with a signature, by voice, or not and why.
func (in PaperInput) agreed() error {
	switch in.Signed {
	case SignedScreen, SignedPaper:
		if in.Upload == "" {
			return act.Invalid("signed", "signature_missing", "Upload the signature or the signed paper; by voice there is none, the call is recorded.")
		}
	case SignedVoice, Refused:
		if in.Upload != "" {
			return act.Invalid("signed", "signature_missing", "By voice, or where it was refused, there is no signature to upload.")
		}
	default:
		return act.Invalid("signed", "unknown_signature", "Say screen, paper, voice or refused.")
	}
	if (in.Signed == Refused) != (in.Reason != "") {
		return act.Invalid("reason", "reason_required", "Say why it was refused, and only then.")
	}
	return nil
}

// able reports whether somebody can bind themself by a promise.
func able(p people.Person, on ticket.Date) bool {
	age := p.Age(on)
	return p.Capacity == people.CapacityFull && (age < 0 || age >= 18)
}
