package care

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/loop"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// LookOutcome is what somebody found who looked at a household again.
type LookOutcome string

// The outcomes.
const (
	LookFine      LookOutcome = "fine"
	LookNotEnough LookOutcome = "not_enough" // more aid may be due, on this very case (DOMAIN 1, 27)
	LookNotMet    LookOutcome = "not_met"
)

// LookOutcomes lists every LookOutcome.
func LookOutcomes() []LookOutcome { return []LookOutcome{LookFine, LookNotEnough, LookNotMet} }

// LookWays lists how one looks: a look at data alone meets nobody.
func LookWays() []people.Way { return []people.Way{people.WayVisit, people.WayCall} }

// LookInput is a look as whoever made it writes it down.
type LookInput struct {
	PublicID string
	Way      people.Way
	Outcome  LookOutcome
	Found    string
	NextOn   ticket.Date // empty: as the catalogue says
	End      bool        // it was the last; only where all is well
}

// Look is one look at a household.
type Look struct {
	PublicID string
	Way      people.Way
	Outcome  LookOutcome
	Found    act.Private
	DueOn    ticket.Date // the day that it was planned for
	NextOn   ticket.Date // empty where it was the last
	By       area.StaffID
	At       time.Time
}

func (in LookInput) validate() error {
	switch {
	case !slices.Contains(LookWays(), in.Way):
		return act.Invalid("way", "unknown_way", "Say visit or call.")
	case !slices.Contains(LookOutcomes(), in.Outcome):
		return act.Invalid("outcome", "unknown_outcome", "Say fine, not_enough or not_met.")
	case in.End && in.Outcome != LookFine:
		return act.Invalid("end", "not_the_last", "Looking ends where all is well. Name the next day.")
	case in.End && in.NextOn != "":
		return act.Invalid("next_on", "not_the_last", "Either it was the last look, or there is a next day.")
	}
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return err
	}
	return written("found", in.Found, true)
}

// next is the day of the next look; empty where this was the last.
func (in LookInput) next(kind FollowUp, today ticket.Date) (ticket.Date, error) {
	switch {
	case in.End || in.NextOn == "" && in.Outcome == LookFine && kind.Every == 0:
		return "", nil
	case in.NextOn != "" && (in.NextOn <= today || in.NextOn > later(today, 730)):
		return "", act.Invalid("next_on", "bad_date", "Choose a day after today, within two years.")
	case in.NextOn != "":
		return in.NextOn, nil
	case in.Outcome == LookFine:
		return later(today, kind.Every), nil
	default:
		return later(today, max(kind.Again, 1)), nil
	}
}

// RecordLook writes down what somebody found, and plans the next look or ends the plan.
// Where it is not enough, the owner has to see whether more aid is due: on this very
// case, which comes back for it where it was closed. A household of tier 2 was looked at
// with it (DOMAIN 1, 48).
func RecordLook(ctx context.Context, tx Tx, publicID string, in LookInput, rules Rules) (ticket.ID, error) {
	in.Found = strings.TrimSpace(in.Found)
	if err := in.validate(); err != nil {
		return 0, err
	}
	t, f, err := lockedFollow(ctx, tx, publicID)
	if err != nil {
		return 0, err
	}
	kind, _ := rules.Catalogues.Named(f.Catalogue).FollowUp(f.Kind)
	next, err := in.next(kind, ticket.DateOf(tx.Now()))
	if err != nil {
		return 0, err
	}
	if err := tx.AddFollowLook(ctx, f, Look{PublicID: in.PublicID, Way: in.Way, Outcome: in.Outcome, Found: act.Private(in.Found), DueOn: f.NextOn, NextOn: next, By: tx.Actor().StaffID, At: tx.Now()}); err != nil {
		return 0, err
	}
	if next == "" {
		err = endFollow(ctx, tx, &f, "")
	} else {
		err = replan(ctx, tx, &f, next)
	}
	if err != nil {
		return 0, err
	}
	data := said(tx, map[string]any{"follow_up": f.PublicID, "kind": f.Kind, "way": string(in.Way), "outcome": string(in.Outcome)})
	if next != "" {
		data["next_on"] = string(next)
	}
	if err := ticket.Tell(ctx, tx, &t, "follow.looked", "", data); err != nil {
		return 0, err
	}
	if in.Outcome == LookNotEnough {
		if err := proposeMore(ctx, tx, &t, f, rules); err != nil {
			return 0, err
		}
	}
	return t.ID, monitored(ctx, tx, t, in)
}

// replan takes a plan to its next day.
func replan(ctx context.Context, tx Tx, f *Follow, next ticket.Date) (err error) {
	if f.State, err = f.State.Next(FollowLook); err != nil {
		return err
	}
	f.NextOn = next
	if err := tx.Cancel(ctx, f.Subject(), TimerFollow); err != nil {
		return err
	}
	if err := tx.SaveFollow(ctx, f); err != nil {
		return err
	}
	return tx.Arm(ctx, f.timer())
}

// proposeMore gives the owner the question whether more aid is due, once.
func proposeMore(ctx context.Context, tx Tx, t *ticket.Ticket, f Follow, rules Rules) error {
	if !t.Status.Open() {
		if err := ticket.BringBack(ctx, tx, t, "follow_up"); err != nil {
			return err
		}
	}
	asked, err := tx.OpenTasksOf(ctx, t.ID, loop.TaskFollowUp, f.PublicID)
	if err != nil || len(asked) > 0 {
		return err
	}
	due := rules.Calendar.Count(tx.Now(), rules.Catalogues.Named(f.Catalogue).TaskDays).Due
	return loop.OpenTask(ctx, tx, *t, loop.TaskFollowUp, f.PublicID, t.Owner, due)
}

// monitored counts a look as one by the monitoring of tier 2, where the household is of it.
func monitored(ctx context.Context, tx Tx, t ticket.Ticket, in LookInput) error {
	h, err := tx.TicketHousehold(ctx, t.ID)
	if errors.Is(err, act.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, has, err := tx.PlanForUpdate(ctx, h.ID); err != nil || !has {
		return err
	}
	result := map[LookOutcome]people.Result{LookFine: people.ResultUnchanged, LookNotEnough: people.ResultChanged, LookNotMet: people.ResultNotMet}[in.Outcome]
	_, err = people.RecordCheck(ctx, tx, h.PublicID, people.CheckInput{PublicID: uuid.NewSHA1(uuid.MustParse(in.PublicID), []byte("monitoring")).String(), Way: in.Way, Result: result})
	return err
}
