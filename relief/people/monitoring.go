package people

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// MonitoringRules say how often a household of tier 2 is looked at again.
type MonitoringRules struct {
	EveryDays int `yaml:"every_days"` // within so many days: 1 to 3660
}

// Plan is the plan by which a household is looked at again.
type Plan struct {
	ID        int64
	PublicID  string
	Household HouseholdID
	EveryDays int
	NextOn    ticket.Date
	Version   int64 // and the epoch of its timer
}

// Subject names the plan in timers.
func (p Plan) Subject() act.Subject { return act.Subject{Kind: "monitoring", ID: p.ID} }

// TimerMonitoring fires in the morning of the day on which a household is to be looked at again.
const TimerMonitoring = "monitoring"

// morning is when on its day a plan's timer fires.
const morning = 8 * time.Hour

// after is the day that lies so many days after another.
func after(d ticket.Date, days int) ticket.Date { return ticket.DateOf(d.At(0).AddDate(0, 0, days)) }

func (p Plan) timer() act.Timer {
	return act.Timer{Subject: p.Subject(), Kind: TimerMonitoring, Epoch: p.Version, DueAt: p.NextOn.At(morning).UTC()}
}

// keepPlan gives a household of tier 2 its plan, and ends that of any other.
func keepPlan(ctx context.Context, tx Tx, h Household, r MonitoringRules) error {
	plan, has, err := tx.PlanForUpdate(ctx, h.ID)
	if err != nil {
		return err
	}
	if h.Tier.Tier == TierEdge == has {
		return nil
	}
	if has {
		if err := tx.Cancel(ctx, plan.Subject(), TimerMonitoring); err != nil {
			return err
		}
		return tx.EndPlan(ctx, plan, "tier")
	}
	if r.EveryDays < 1 || r.EveryDays > 3660 {
		return act.Invalid("every_days", "out_of_range", "Look again within 1 to 3660 days.")
	}
	plan = Plan{Household: h.ID, EveryDays: r.EveryDays, NextOn: after(ticket.DateOf(tx.Now()), r.EveryDays), Version: 1}
	if err := tx.AddPlan(ctx, &plan); err != nil {
		return err
	}
	return tx.Arm(ctx, plan.timer())
}

// Way is how a household was looked at again.
type Way string

// The ways.
const (
	WayVisit Way = "visit"
	WayCall  Way = "call"
	WayData  Way = "data" // by comparing data
)

// Ways lists them.
func Ways() []Way { return []Way{WayVisit, WayCall, WayData} }

// Result is what was seen.
type Result string

// The results.
const (
	ResultUnchanged Result = "unchanged"
	ResultChanged   Result = "changed" // an alert says what
	ResultNotMet    Result = "not_met" // nobody was there; the next date stays near
)

// Results lists them.
func Results() []Result { return []Result{ResultUnchanged, ResultChanged, ResultNotMet} }

// CheckInput is what somebody saw who looked at a household again.
type CheckInput struct {
	PublicID string // made by the client
	Way      Way
	Result   Result
	Note     string
	NextOn   string // empty: as the plan says
}

// Check is one look at a household.
type Check struct {
	PublicID string
	Way      Way
	Result   Result
	Note     act.Private
	DueOn    ticket.Date
	By       area.StaffID
	At       time.Time
}

// RecordCheck writes down what was seen, and plans the next look.
func RecordCheck(ctx context.Context, tx Tx, ref string, in CheckInput) (Plan, error) {
	switch {
	case !slices.Contains(Ways(), in.Way):
		return Plan{}, act.Invalid("way", "unknown_way", "Say visit, call or data.")
	case !slices.Contains(Results(), in.Result):
		return Plan{}, act.Invalid("result", "unknown_result", "Say unchanged, changed or not_met.")
	case len([]rune(in.Note)) > 2000:
		return Plan{}, act.Invalid("note", "too_long", "Shorten this text.")
	}
	h, err := lockedByRef(ctx, tx, ref)
	if err != nil {
		return Plan{}, err
	}
	plan, has, err := tx.PlanForUpdate(ctx, h.ID)
	if err != nil {
		return Plan{}, err
	}
	if !has {
		return Plan{}, act.Refused("no_plan", "This household is not of tier 2 and is not looked at by a plan.")
	}
	today := ticket.DateOf(tx.Now())
	next, err := nextLook(in, plan, today)
	if err != nil {
		return Plan{}, err
	}
	if err := tx.AddCheck(ctx, plan, Check{PublicID: in.PublicID, Way: in.Way, Result: in.Result, Note: act.Private(in.Note), DueOn: plan.NextOn,
		By: tx.Actor().StaffID, At: tx.Now()}); err != nil {
		return Plan{}, err
	}
	if in.Way == WayVisit && in.Result != ResultNotMet {
		if err := tx.LookCounts(ctx, h.ID, in.PublicID); err != nil {
			return Plan{}, err
		}
	}
	plan.NextOn = next
	if err := tx.Cancel(ctx, plan.Subject(), TimerMonitoring); err != nil {
		return Plan{}, err
	}
	if err := tx.SavePlan(ctx, &plan); err != nil {
		return Plan{}, err
	}
	if err := tx.Arm(ctx, plan.timer()); err != nil {
		return Plan{}, err
	}
	return plan, record(ctx, tx, h, "household.checked", "", map[string]any{"way": string(in.Way), "result": string(in.Result), "next_on": string(next)})
}

func nextLook(in CheckInput, plan Plan, today ticket.Date) (ticket.Date, error) {
	latest := after(today, plan.EveryDays)
	if in.NextOn == "" && in.Result == ResultNotMet {
		return after(today, min(7, plan.EveryDays)), nil
	}
	if in.NextOn == "" {
		return latest, nil
	}
	next, err := ticket.ParseDate(in.NextOn)
	if err != nil || next <= today || next > latest {
		return "", act.Invalid("next_on", "bad_date", "Choose a day after today, and no later than the plan allows.")
	}
	return next, nil
}

// Due is the handler of TimerMonitoring: the township is told that a household is to be
// looked at again, and is told anew every week until somebody has.
func Due(ctx context.Context, tx PlanTx, t act.Timer) error {
	plan, err := tx.PlanByID(ctx, t.Subject.ID)
	if errors.Is(err, act.ErrNotFound) || err == nil && plan.Version != t.Epoch {
		return nil
	}
	if err != nil {
		return err
	}
	h, err := tx.HouseholdForUpdate(ctx, plan.Household)
	if err != nil {
		return err
	}
	if err := tellTownship(ctx, tx, h, "household_due", plan.PublicID+":"+string(ticket.DateOf(tx.Now()))); err != nil {
		return err
	}
	again := plan.timer()
	again.Step, again.DueAt = t.Step+1, tx.Now().AddDate(0, 0, 7)
	return tx.Arm(ctx, again)
}

// PlanTx is what the timer needs beside the rest.
type PlanTx interface {
	Tx
	// PlanByID locks a running plan; act.ErrNotFound where it has ended.
	PlanByID(ctx context.Context, id int64) (Plan, error)
}

// watchersOf are the posts that are told of a township's households.
func watchersOf(ctx context.Context, tx Tx, township area.Code) ([]area.PostID, error) {
	for _, role := range []area.Role{area.RoleWorker, area.RoleTownshipHead} {
		desk, err := tx.Desk(ctx, township, role)
		if err == nil {
			return []area.PostID{desk.ID}, nil
		}
		if !errors.Is(err, act.ErrNotFound) {
			return nil, err
		}
		posts, err := tx.StaffPosts(ctx, township, role)
		if err != nil || len(posts) > 0 {
			return posts, err
		}
	}
	return nil, nil
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
