package source

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// Why a check is made.
type Why string

// The reasons.
const (
	Assessment Why = "assessment" // an application rests on it
	Sample     Why = "sample"     // help was paid without a check, as urgent help is; this one comes after the fact
)

// Whys lists them.
func Whys() []Why { return []Why{Assessment, Sample} }

// Check is one time of asking every source about a household.
type Check struct {
	ID         int64
	PublicID   string
	Ticket     ticket.ID
	Household  people.HouseholdID
	Consent    int64
	ConsentRef string
	Catalogue  string // version of the catalogue that it was asked by
	Why        Why
	By         area.StaffID
	ByName     string
	AskedAt    time.Time
	Limit      time.Duration // real time, for all sources together
	Finished   time.Time     // zero while something is waited for
	Took       time.Duration // real time from the question to the end
	Answers    []Answer
	Flags      []Flag // of a finished check: as it stood then
}

// Subject names the check in timers.
func (c Check) Subject() act.Subject { return act.Subject{Kind: "source_check", ID: c.ID} }

// TimerCheckOver ends a check that nobody ended: the node that asked has died.
const TimerCheckOver = "source_check_over"

// grace is how much later than its limit a check is ended by its timer.
const grace = 5 * time.Second

// Start writes down that every source is to be asked about everybody whom a consent
// covers. Asking itself is done outside of any transaction, by what waits for checks.
func Start(ctx context.Context, tx Tx, id ticket.ID, publicID, consentRef string, c *Catalogue) (Check, error) {
	if err := ledger.CheckID("id", publicID); err != nil {
		return Check{}, err
	}
	if !tx.Actor().May(Checkers()...) {
		return Check{}, act.NotFound("ticket")
	}
	t, h, err := household(ctx, tx, id)
	if err != nil {
		return Check{}, err
	}
	if helpFirst(t) {
		return Check{}, act.Refused("help_first", "Urgent help asks no source before it is paid. Help first; a check after that is possible.")
	}
	consent, err := counting(ctx, tx, id, h, consentRef, c)
	if err != nil {
		return Check{}, err
	}
	check := Check{PublicID: publicID, Ticket: id, Household: h.ID, Consent: consent.ID, ConsentRef: consent.PublicID, Catalogue: c.Version, Why: Assessment,
		By: tx.Actor().StaffID, ByName: tx.Actor().Name, AskedAt: tx.Now(), Limit: c.Limit, Answers: c.questions(h, consent, ticket.DateOf(tx.Now()))}
	if t.Priority.Urgent() {
		check.Why = Sample
	}
	if len(check.Answers) == 0 {
		return Check{}, act.Refused("nobody_to_ask_about", "No source is asked about anybody whom this consent covers: they are too young.")
	}
	if err := tx.AddSourceCheck(ctx, &check); err != nil {
		return Check{}, err
	}
	over, err := tx.InRealTime(ctx, c.Limit+grace)
	if err != nil {
		return Check{}, err
	}
	if err := tx.Arm(ctx, act.Timer{Subject: check.Subject(), Kind: TimerCheckOver, Step: 1, Epoch: 1, DueAt: over}); err != nil {
		return Check{}, err
	}
	return check, ticket.Tell(ctx, tx, &t, "check.started", "", map[string]any{"by": check.ByName, "check": publicID, "consent": consent.PublicID,
		"sources": len(c.Sources), "persons": len(consent.Persons), "why": string(check.Why)})
}

// helpFirst reports whether urgent help is still on its way.
func helpFirst(t ticket.Ticket) bool {
	if !t.Priority.Urgent() {
		return false
	}
	for _, clock := range t.Clocks {
		if (clock.Kind == ticket.ClockTwoHour || clock.Kind == ticket.ClockDay) && clock.Running() {
			return true
		}
	}
	return false
}

// counting is a consent that counts now, for this case and this household.
func counting(ctx context.Context, tx Tx, id ticket.ID, h people.Household, ref string, c *Catalogue) (Consent, error) {
	found, err := tx.ConsentByRef(ctx, ref)
	if err != nil || found.Ticket != id {
		return Consent{}, act.Invalid("consent", "check_consent_required", "Write down first who consents, and how: nothing leaves without it.")
	}
	consent, err := tx.ConsentForUpdate(ctx, found.ID)
	switch {
	case err != nil:
		return Consent{}, err
	case !consent.WithdrawnAt.IsZero():
		return Consent{}, act.Refused("consent_withdrawn", "This consent was taken back; ask for a new one.")
	case consent.Household != h.ID:
		return Consent{}, act.Refused("consent_other_household", "This consent was given for another household; ask for a new one.")
	case tx.Now().After(consent.GivenAt.AddDate(0, 0, c.ConsentDays)):
		return Consent{}, act.Refused("consent_lapsed", "This consent is too old to count; ask for a new one.")
	default:
		return consent, nil
	}
}

// questions are the answers to wait for: every source, everybody who consented and is old enough for it.
func (c *Catalogue) questions(h people.Household, consent Consent, today ticket.Date) []Answer {
	var all []Answer
	for _, s := range c.Sources {
		for _, p := range consent.Persons {
			m := h.Member(p.Person)
			if m == nil { // has left the household since
				continue
			}
			if age := m.Person.Age(today); age >= 0 && age < s.FromAge {
				continue
			}
			all = append(all, Answer{Source: s.Code, Person: p.Person, PersonRef: p.Ref, Status: Asking})
		}
	}
	return all
}

// CheckOver is the handler of TimerCheckOver. The line's clock may run faster than
// the sources' do: a check that still has time is left for as long.
func CheckOver(c *Catalogue) func(ctx context.Context, tx Tx, timer act.Timer) error {
	return func(ctx context.Context, tx Tx, timer act.Timer) error {
		left, err := tx.CheckLeft(ctx, timer.Subject.ID)
		if err != nil {
			return err
		}
		if left+grace > 0 {
			again, err := tx.InRealTime(ctx, left+grace+time.Millisecond)
			if err != nil {
				return err
			}
			return tx.Arm(ctx, act.Timer{Subject: timer.Subject, Kind: TimerCheckOver, Step: timer.Step + 1, Epoch: timer.Epoch, DueAt: again})
		}
		return Finish(ctx, tx, timer.Subject.ID, c)
	}
}

// Finish ends a check whose answers are all in, or whose time is over: what is still
// waited for did not come in time, and stays unknown. A check that has ended stays as it is.
func Finish(ctx context.Context, tx Tx, id int64, c *Catalogue) error {
	of, err := tx.CheckTicket(ctx, id)
	if err != nil {
		return err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return err
	}
	check, err := tx.CheckForUpdate(ctx, id)
	if err != nil || !check.Finished.IsZero() {
		return err
	}
	if err := tx.EndUnanswered(ctx, id); err != nil {
		return err
	}
	if check, err = tx.CheckForUpdate(ctx, id); err != nil {
		return err
	}
	if check.Flags, err = flagsOf(ctx, tx, check, c); err != nil {
		return err
	}
	if err := tx.FinishCheck(ctx, &check); err != nil {
		return err
	}
	if err := tx.Cancel(ctx, check.Subject(), TimerCheckOver); err != nil {
		return err
	}
	counts := map[string]any{"check": check.PublicID, "differences": len(check.Flags)}
	for _, a := range check.Answers {
		n, _ := counts[string(a.Status)].(int)
		counts[string(a.Status)] = n + 1
	}
	return ticket.Tell(ctx, tx, &t, "check.finished", "", counts)
}

// flagsOf is what differs between what was answered and what was declared, as both stand.
func flagsOf(ctx context.Context, tx Tx, check Check, c *Catalogue) (flags []Flag, err error) {
	err = tx.Wherever(ctx, func() error {
		h, err := tx.TicketHousehold(ctx, check.Ticket)
		if isMissing(err) || err == nil && h.ID != check.Household {
			return nil // the case is about somebody else by now: nothing of theirs is compared
		}
		if err != nil {
			return err
		}
		said, err := tx.Declared(ctx, check.Ticket)
		if err != nil {
			return err
		}
		flags = Compare(h, said, check.Answers, tx.Now(), c.Differs)
		return nil
	})
	return flags, err
}

func isMissing(err error) bool { return errors.Is(err, act.ErrNotFound) }
