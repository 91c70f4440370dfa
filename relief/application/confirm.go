package application

import (
	"context"
	"errors"
	"slices"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// mayAnswer says whether this person may be a ruling's second person: of its level or
// above it, neither its maker nor who took the call, and no relative.
func mayAnswer(ctx context.Context, tx Tx, t ticket.Ticket, a Application, r Ruling) error {
	me := tx.Actor()
	if !slices.Contains(leaders(r.Level), me.Role) {
		return &act.Fault{Kind: act.ErrRefused, Code: "other_level_confirms", Args: map[string]any{"level": levelName(r.Level)},
			Detail: "By the rules another level confirms this aid of this sum; it has been told."}
	}
	switch me.StaffID {
	case r.By:
		return act.Refused("maker_is_checker", "Who proposed the decision cannot approve it; another person must.")
	case t.CallTaker:
		return act.Refused("call_taker_checks", "Who took the call cannot approve its aid.")
	}
	h, err := tx.HouseholdForUpdate(ctx, a.Household)
	if err != nil {
		return err
	}
	return unrelated(ctx, tx, a, h)
}

// answering is a second person's act on a ruling.
type answering struct {
	t ticket.Ticket
	a Application
	r Ruling
	v *rule.Version
}

// heldRuling holds a ruling's ticket, as hold does, then its application and the ruling itself.
func heldRuling(ctx context.Context, tx Tx, publicID string, hold func(ticket.ID) (ticket.Ticket, error)) (t ticket.Ticket, a Application, r Ruling, err error) {
	id, of, err := tx.RulingByRef(ctx, publicID)
	if err != nil {
		return t, a, r, err
	}
	at, err := tx.ApplicationTicket(ctx, of)
	if err != nil {
		return t, a, r, err
	}
	if t, err = hold(at); err != nil {
		return t, a, r, err
	}
	if a, err = tx.ApplicationForUpdate(ctx, of); err != nil {
		return t, a, r, err
	}
	r, err = tx.RulingForUpdate(ctx, id)
	return t, a, r, err
}

func answer(ctx context.Context, tx Tx, publicID string, rules Rules) (x answering, err error) {
	hold := func(id ticket.ID) (ticket.Ticket, error) { return tx.TicketForUpdate(ctx, id) }
	if x.t, x.a, x.r, err = heldRuling(ctx, tx, publicID, hold); err != nil {
		return x, err
	}
	if x.r.State != RulingProposed {
		return x, act.NotInState("ruling", x.r.State, "answer")
	}
	if err := mayAnswer(ctx, tx, x.t, x.a, x.r); err != nil {
		return x, err
	}
	x.v, err = rules.version(x.a, tx.Now())
	x.r.AnsweredBy, x.r.AnsweredAt = tx.Actor().StaffID, tx.Now()
	return x, err
}

// Confirm is the second person's word for a ruling: the household is entitled, refused,
// or gets what changes. Where the household has changed since it was computed that is
// refused, unless keep says why what was computed stands all the same.
func Confirm(ctx context.Context, tx Tx, publicID, keep string, rules Rules) (Application, error) {
	if keep != "" {
		if err := reasonGiven(keep); err != nil {
			return Application{}, err
		}
	}
	x, err := answer(ctx, tx, publicID, rules)
	if err != nil {
		return Application{}, err
	}
	x.r.State, x.r.Kept = RulingConfirmed, keep
	if x.r.Negative() {
		x.r.LetterDue = rules.Calendar.Count(tx.Now(), x.v.Clocks.RefusalDays).Due
	}
	if err := tx.SaveRuling(ctx, &x.r); err != nil {
		return Application{}, err
	}
	switch x.r.Kind {
	case RuleGrant:
		err = x.granted(ctx, tx, rules)
	case RuleRefuse:
		err = x.refused(ctx, tx, rules)
	default:
		err = x.changed(ctx, tx, rules)
	}
	if err != nil {
		return Application{}, err
	}
	return x.a, x.oweLetter(ctx, tx)
}

// assessment is the one that a ruling rests on: of the household as it stands, or as it
// stood where the second person keeps it.
func (x *answering) assessment(ctx context.Context, tx Tx, h people.Household, rules Rules) (Assessment, error) {
	if x.r.Kept != "" {
		return newestAssessment(ctx, tx, x.a)
	}
	return freshAssessment(ctx, tx, x.a, h, rules)
}

// Decline is the second person's no. The owner may look again and propose anew.
func Decline(ctx context.Context, tx Tx, publicID, reason string, rules Rules) (Application, error) {
	if err := reasonGiven(reason); err != nil {
		return Application{}, err
	}
	x, err := answer(ctx, tx, publicID, rules)
	if err != nil {
		return Application{}, err
	}
	x.r.State, x.r.Answer = RulingDeclined, reason
	if err := tx.SaveRuling(ctx, &x.r); err != nil {
		return Application{}, err
	}
	s := step{kind: "application.declined", reason: reason, data: map[string]any{"ruling": x.r.PublicID, "kind": string(x.r.Kind)}}
	if x.r.Kind == RuleGrant {
		s.event = EventDecline
		if err := takeNoticeDown(ctx, tx, x.a, NoticeWithdrawn); err != nil {
			return Application{}, err
		}
	}
	if err := advance(ctx, tx, &x.t, &x.a, s); err != nil {
		return Application{}, err
	}
	return x.a, tellOwner(ctx, tx, x.t, "ruling_declined", x.r.PublicID)
}

// granted entitles the household, once its notice was read to the end and nobody
// objects any more.
func (x *answering) granted(ctx context.Context, tx Tx, rules Rules) error {
	if err := x.noticeRead(ctx, tx); err != nil {
		return err
	}
	h, err := tx.HouseholdForUpdate(ctx, x.a.Household)
	if err != nil {
		return err
	}
	if err := x.committed(ctx, tx, h); err != nil {
		return err
	}
	done, err := x.assessment(ctx, tx, h, rules)
	if err != nil {
		return err
	}
	if done.ID != x.r.Assessment {
		return act.Refused("assessed_anew", "It was computed anew since this was proposed; the owner must propose it again.")
	}
	if err := noDouble(ctx, tx, x.v, x.a); err != nil {
		return err
	}
	x.a.DecidedAt, x.a.PauseReason = tx.Now(), PauseNone
	carry, template := x.grantedMonthly, "application_granted_citizen"
	if !x.monthly() {
		carry, template = x.grantedOnce, "temporary_granted_citizen"
	}
	if err := carry(ctx, tx, h, done, rules); err != nil {
		return err
	}
	if err := decided(ctx, tx, &x.t, x.a); err != nil {
		return err
	}
	if err := follow(ctx, tx, &x.t, x.a, ticket.EventDecide); err != nil {
		return err
	}
	if err := tellOwner(ctx, tx, x.t, "ruling_confirmed", x.r.PublicID); err != nil {
		return err
	}
	return tx.Notify(ctx, ticket.Notice{Key: "ruling:" + x.r.PublicID + ":granted", Ticket: x.t.ID, Citizen: true, Template: template,
		Fields: map[string]string{"number": string(x.t.Number)}})
}

// grantedMonthly entitles the household from the month that the rules say.
func (x *answering) grantedMonthly(ctx context.Context, tx Tx, h people.Household, done Assessment, rules Rules) error {
	x.a.FirstMonth = x.v.FirstPayMonth(ticket.DateOf(tx.Now()))
	if err := entitle(ctx, tx, x.t, x.a, x.r, done.Due, Entitlement{From: x.a.FirstMonth, Why: WhyEntered}); err != nil {
		return err
	}
	if err := x.enrolled(ctx, tx, &h, done, x.a.FirstMonth, nil, rules); err != nil {
		return err
	}
	err := advance(ctx, tx, &x.t, &x.a, step{event: EventConfirm, kind: "application.confirmed", data: map[string]any{"ruling": x.r.PublicID,
		"amount_fen": x.r.Fen, "first_month": string(x.a.FirstMonth), "persons": len(done.Due.Persons), "rules": x.v.Version}})
	if err != nil {
		return err
	}
	return tx.Arm(ctx, act.Timer{Subject: x.a.Subject(), Kind: TimerFirstMonth, Epoch: x.a.Version, DueAt: x.a.FirstMonth.First().At(0)})
}

// noticeRead refuses a confirmation before the notice's term is over, or while an
// objection waits for its answer.
func (x *answering) noticeRead(ctx context.Context, tx Tx) error {
	if _, needs := x.v.Notice(x.a.Aid); !needs {
		return nil
	}
	if x.a.State != StateNotice {
		return act.Refused("notice_first", "The village must have read the notice to the end before this is confirmed.")
	}
	n, err := tx.NewestPublicNotice(ctx, x.a.ID)
	if err != nil {
		return err
	}
	if n.Ruling != x.r.ID || n.State != NoticePosted && n.State != NoticeClean {
		return act.Refused("notice_first", "The village must have read the notice to the end before this is confirmed.")
	}
	if tx.Now().Before(n.ClosesAt) {
		return &act.Fault{Kind: act.ErrRefused, Code: "notice_runs", Args: map[string]any{"until": n.ClosesAt},
			Detail: "The term of the notice is not over; confirm it from the time given."}
	}
	open, err := tx.OpenObjections(ctx, x.a.ID)
	if err != nil {
		return err
	}
	if open > 0 {
		return act.Refused("objection_open", "Somebody has objected and was not answered; look into it and answer first.")
	}
	return closeNotice(ctx, tx, &n)
}

// refused answers the applicant with a no.
func (x *answering) refused(ctx context.Context, tx Tx, rules Rules) error {
	x.a.DecidedAt, x.a.PauseReason = tx.Now(), PauseNone
	err := advance(ctx, tx, &x.t, &x.a, step{event: EventRefuse, kind: "application.refused", reason: x.r.Reason, data: map[string]any{"ruling": x.r.PublicID,
		"reason_code": x.r.ReasonCode, "letter_due_at": x.r.LetterDue.Format(time.RFC3339)}})
	if err != nil {
		return err
	}
	h, err := tx.HouseholdForUpdate(ctx, x.a.Household)
	if err != nil {
		return err
	}
	if done, err := x.assessment(ctx, tx, h, rules); err == nil && x.monthly() {
		if err := setTier(ctx, tx, &h, x.a, done, x.r.Reason, rules); err != nil {
			return err
		}
	} else if err != nil && !errors.Is(err, act.ErrRefused) {
		return err
	}
	if err := decided(ctx, tx, &x.t, x.a); err != nil {
		return err
	}
	if err := x.rejected(ctx, tx); err != nil {
		return err
	}
	if err := tellOwner(ctx, tx, x.t, "ruling_confirmed", x.r.PublicID); err != nil {
		return err
	}
	return tx.Notify(ctx, ticket.Notice{Key: "ruling:" + x.r.PublicID + ":refused", Ticket: x.t.ID, Citizen: true, Template: "application_refused_citizen",
		Fields: map[string]string{"number": string(x.t.Number), "due": ticket.InWords(x.r.LetterDue)}})
}

// monthly reports whether what is asked for is paid by the month: what temporary aid
// finds of a household moves no tier.
func (x *answering) monthly() bool {
	aid, err := x.v.Aid(x.a.Aid)
	return err == nil && aid.Monthly
}

// rejected moves the case, too, where nothing but the application was asked for; other
// aid of it goes on as it stands.
func (x *answering) rejected(ctx context.Context, tx Tx) error {
	if slices.Contains([]ticket.Status{ticket.StatusAccepted, ticket.StatusOnSite, ticket.StatusFindings}, x.t.Status) {
		return follow(ctx, tx, &x.t, x.a, ticket.EventFind, ticket.EventReject)
	}
	return nil
}

// setTier gives the household the tier that an assessment says; the third where it says none.
func setTier(ctx context.Context, tx Tx, h *people.Household, a Application, done Assessment, reason string, rules Rules) error {
	tier := done.Result.Tier
	if tier == 0 {
		tier = people.TierEmergency
	}
	v, err := rules.Versions.Named(done.Result.Version)
	if err != nil {
		return err
	}
	return people.SetTier(ctx, tx, h, people.Tier{Tier: tier, Version: v.Version, Because: people.TierAssessment, Ticket: a.Ticket, Ref: done.PublicID,
		Reason: reason}, people.MonitoringRules{EveryDays: lookAgain(v, tier, tx.Now())})
}

// lookAgain is after how many days a household of a tier is looked at again.
func lookAgain(v *rule.Version, tier int, now time.Time) int {
	return int(now.AddDate(0, v.ReviewMonths(tier), 0).Sub(now) / (24 * time.Hour))
}

// FirstMonthBegun is the handler of TimerFirstMonth: from now on the household is paid.
func FirstMonthBegun(ctx context.Context, tx Tx, timer act.Timer) error {
	t, a, err := ofTimer(ctx, tx, timer)
	if err != nil || a.State != StateConfirmed {
		return err
	}
	return advance(ctx, tx, &t, &a, step{event: EventPay, kind: "application.paying", data: map[string]any{"first_month": string(a.FirstMonth)}})
}

func ofTimer(ctx context.Context, tx Tx, timer act.Timer) (ticket.Ticket, Application, error) {
	of, err := tx.ApplicationTicket(ctx, ID(timer.Subject.ID))
	if err != nil {
		return ticket.Ticket{}, Application{}, err
	}
	t, err := tx.TicketForUpdate(ctx, of)
	if err != nil {
		return ticket.Ticket{}, Application{}, err
	}
	a, err := tx.ApplicationForUpdate(ctx, ID(timer.Subject.ID))
	return t, a, err
}
