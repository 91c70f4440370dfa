package ledger

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Limits are the sums of one policy version, in fen.
type Limits struct {
	Policy          string           // version they came from
	SoloFen         int64            // up to this one person may make and pay
	TownshipFen     int64            // up to this the township checks; above it the county
	HouseholdFen    int64            // most a household may receive within HouseholdMonths
	HouseholdMonths int              // counted back from the act
	AccountFen      int64            // most that may go to one bank account within HouseholdMonths, whoever's it is; 0: as HouseholdFen
	EntitledFen     int64            // of monthly aid, most that a household, and an account, may receive within HouseholdMonths, counted by itself; 0: what is granted is the bound
	AidKindFen      map[string]int64 // most of one kind of aid within HouseholdMonths; a kind that is missing has no cap of its own
	WorkerDayFen    int64            // what one person may make or pay alone in a day; above it another checks; 0: no limit
	TownshipDayFen  int64            // what a township may start in a day; above it the county checks; 0: no limit
	SecondSignature time.Duration    // a solo payout is signed by another within this
	CountyMayCheck  time.Duration    // after this the county may check in the township head's place
}

// LimitKey is one thing sums are counted for. A key with a day or a year in it is
// counted for that stretch alone.
type LimitKey struct {
	Kind string // one of the kinds below
	Key  string
}

// LimitSum asks what counts under a key since a moment; without one, at all.
type LimitSum struct {
	LimitKey
	Since time.Time
}

// The kinds of limit.
const (
	limitHousehold = "household"    // rolling months, in every area
	limitEntitled  = "entitled"     // a household's months of what it is entitled to, rolling months
	limitCase      = "case"         // one ticket
	limitAccount   = "account"      // one bank account, rolling months
	limitAidKind   = "aid_kind"     // a household's sums of one kind of aid, rolling months
	limitWorkerDay = "worker_day"   // what one person made, or paid alone, in a day
	limitTownDay   = "township_day" // what a township started in a day, lists of the county apart
	limitBudget    = "budget"       // a county's year for a kind of aid

	limitEntitledAccount = "entitled_account" // one bank account's months of what people are entitled to
)

// LevelWhy is why a payout needs more people than its own sum would ask for.
type LevelWhy string

// The reasons. Where several apply, the one that decides the level is told.
const (
	WhySplit       LevelWhy = "split"        // with other payouts of the case or household it passes the line
	WhyWorkerDay   LevelWhy = "worker_day"   // the maker's sums of the day do
	WhyTownshipDay LevelWhy = "township_day" // the township's sums of the day do
	WhyFrozen      LevelWhy = "frozen"       // the maker owes a second signature
	WhyRun         LevelWhy = "run"          // it is a line of a list, which the county signs whole
)

// limitKeys are all that a payout is counted under, in the order in which they are locked.
func (d Disbursement) limitKeys() []LimitKey {
	keys := []LimitKey{d.caseKey(), d.householdKey(), d.aidKindKey(), d.workerKey(d.Maker, d.SubmittedAt), d.townKey(), d.budgetKey()}
	if d.Channel == ChannelBank {
		keys = append(keys, d.accountKey())
	}
	slices.SortFunc(keys, func(a, b LimitKey) int { return strings.Compare(a.Kind+a.Key, b.Kind+b.Key) })
	return keys
}

// countedUnder are the keys that the payout stays counted under: a worker's day holds what they
// did alone, a township's day what the township started. A line of a list is neither: the county
// signs lists whole, and a pay day that filled the township's day would send every emergency of
// that day up to the county.
func (d Disbursement) countedUnder() []LimitKey {
	return slices.DeleteFunc(d.limitKeys(), func(k LimitKey) bool {
		return k.Kind == limitWorkerDay && !d.Solo() || k.Kind == limitTownDay && d.LevelWhy == WhyRun
	})
}

func (d Disbursement) caseKey() LimitKey {
	return LimitKey{Kind: limitCase, Key: strings.TrimPrefix(d.payable().Holder, "ticket:")}
}

// HouseholdKey is what a household's sums are counted under, in every area.
func HouseholdKey(household []byte) LimitKey {
	return LimitKey{Kind: limitHousehold, Key: hex.EncodeToString(household)}
}

// householdKey is what the payout counts under for its household: monthly aid by itself, since it
// is granted for as long as the need lasts, and would soon fill what is left for an emergency.
func (d Disbursement) householdKey() LimitKey {
	k := HouseholdKey(d.Household)
	if d.Period != "" {
		k.Kind = limitEntitled
	}
	return k
}

// accountKey is what the payout counts under for its account.
func (d Disbursement) accountKey() LimitKey {
	k := accountKey(d.AccountIndex)
	if d.Period != "" {
		k.Kind = limitEntitledAccount
	}
	return k
}

func (d Disbursement) aidKindKey() LimitKey {
	return aidKindOf(d.AidKind, d.Household)
}

func (d Disbursement) workerKey(who area.StaffID, at time.Time) LimitKey {
	return LimitKey{Kind: limitWorkerDay, Key: fmt.Sprintf("%d:%s", who, area.DateOf(at))}
}

func (d Disbursement) townKey() LimitKey {
	return LimitKey{Kind: limitTownDay, Key: string(d.Area) + ":" + string(area.DateOf(d.SubmittedAt))}
}

// budgetKey is the county's year in which the payout was started.
func (d Disbursement) budgetKey() LimitKey {
	return LimitKey{Kind: limitBudget, Key: fmt.Sprintf("%s:%s:%d", d.Area.At(area.LevelCounty), d.AidKind, d.year())}
}

// year is the budget's year in which the payout was started.
func (d Disbursement) year() int { return d.SubmittedAt.In(area.Shanghai).Year() }

// HouseholdLeft is what a household may still receive, in fen, without a lock:
// a hint for the person who decides. Start asks again under the lock.
func HouseholdLeft(ctx context.Context, tx Tx, household []byte, l Limits) (int64, error) {
	used, err := tx.LimitSums(ctx, []LimitSum{{HouseholdKey(household), tx.Now().AddDate(0, -l.HouseholdMonths, 0)}})
	if err != nil {
		return 0, err
	}
	return l.HouseholdFen - used[0], nil
}

// counted is what counts beside a payout under the keys of all, in fen.
type counted struct{ household, recent, aidKind, ofCase, budget, townDay, account int64 }

func count(ctx context.Context, tx Tx, d Disbursement, l Limits) (c counted, err error) {
	period := tx.Now().AddDate(0, -l.HouseholdMonths, 0)
	of := []LimitSum{{d.householdKey(), period}, {d.householdKey(), tx.Now().Add(-l.SecondSignature)}, {d.aidKindKey(), period},
		{LimitKey: d.caseKey()}, {LimitKey: d.budgetKey()}, {LimitKey: d.townKey()}}
	if d.Channel == ChannelBank {
		of = append(of, LimitSum{d.accountKey(), period})
	}
	sums, err := tx.LimitSums(ctx, of)
	if err != nil {
		return c, err
	}
	for i, to := range []*int64{&c.household, &c.recent, &c.aidKind, &c.ofCase, &c.budget, &c.townDay, &c.account}[:len(of)] {
		*to = sums[i]
	}
	return c, nil
}

// measure holds a payout to its limits under their lock, and decides its level: sums
// that were split over several payouts of the case, of the household within the time
// that a second signature takes, of the maker's or of the township's day, count as one.
func measure(ctx context.Context, tx Tx, d *Disbursement, l Limits) error {
	if err := tx.LockLimits(ctx, d.limitKeys()); err != nil {
		return err
	}
	used, err := count(ctx, tx, *d, l)
	if err != nil {
		return err
	}
	budget, err := yearBudget(ctx, tx, *d)
	if err != nil {
		return err
	}
	if err := capped(*d, l, used, budget); err != nil {
		return err
	}
	d.Level = l.LevelOf(max(used.ofCase, used.recent) + d.Fen)
	if d.Level != l.LevelOf(d.Fen) {
		d.LevelWhy = WhySplit
	}
	return raise(ctx, tx, d, l, used)
}

// yearly is a county's budget of a year for a kind of aid; nobody need have set one.
type yearly struct {
	fen int64
	set bool
}

func yearBudget(ctx context.Context, tx Tx, d Disbursement) (b yearly, err error) {
	b.fen, b.set, err = tx.Budget(ctx, d.Area.At(area.LevelCounty), d.AidKind, d.year())
	return b, err
}

// capped refuses what passes a limit that no signature lifts: of one payout, and of each line of a run.
func capped(d Disbursement, l Limits, used counted, budget yearly) error {
	if most, has := l.householdMost(d); has && d.Fen > most-used.household {
		return HouseholdCap(most - used.household)
	}
	if most, has := l.AidKindFen[d.AidKind]; has && d.Fen > most-used.aidKind {
		return overLimit("aid_kind_cap", "The household would receive more of this kind of aid than the period allows; nothing was written. Pay at most what is left, or use another kind.", most-used.aidKind)
	}
	if d.Channel == ChannelBank {
		if err := accountCapped(d, l, used.account); err != nil {
			return err
		}
	}
	if budget.set && d.Fen > budget.fen-used.budget {
		return overLimit("budget_spent", "The county's budget of the year for this kind of aid does not hold enough; nothing was written. County finance can raise the budget with a voucher.", budget.fen-used.budget)
	}
	return nil
}

// accountCap refuses what would bring one bank account more than the period allows.
func accountCap(ctx context.Context, tx Tx, d Disbursement, l Limits) error {
	used, err := tx.LimitSums(ctx, []LimitSum{{d.accountKey(), tx.Now().AddDate(0, -l.HouseholdMonths, 0)}})
	if err != nil {
		return err
	}
	return accountCapped(d, l, used[0])
}

func accountCapped(d Disbursement, l Limits, used int64) error {
	most, has := l.householdMost(d)
	if d.Period == "" {
		most = cmp.Or(l.AccountFen, most)
	}
	if has && d.Fen > most-used {
		return overLimit("account_cap", "More would go to this bank account than the limit of the period allows; nothing was written. Pay at most what is left, or ask the payee for an account of their own.", most-used)
	}
	return nil
}

// householdMost is the most that the household of a payout may receive of its kind within the period;
// has is false where nothing but the grant bounds it.
func (l Limits) householdMost(d Disbursement) (most int64, has bool) {
	if d.Period != "" {
		return l.EntitledFen, l.EntitledFen > 0
	}
	return l.HouseholdFen, true
}

// raise asks for more people where a day's sums are large, or the maker owes a
// signature: the citizen gets the aid all the same.
func raise(ctx context.Context, tx Tx, d *Disbursement, l Limits, used counted) error {
	if l.TownshipDayFen > 0 && d.Level != LevelCounty && used.townDay+d.Fen > l.TownshipDayFen {
		d.Level, d.LevelWhy = LevelCounty, WhyTownshipDay
	}
	if d.Level != LevelSolo {
		return nil
	}
	over, err := overWorkerDay(ctx, tx, *d, d.Maker, l)
	if err != nil {
		return err
	}
	if over {
		d.Level, d.LevelWhy = LevelTownship, WhyWorkerDay
		return nil
	}
	frozen, err := tx.LimitFrozen(ctx, d.Maker)
	if frozen {
		d.Level, d.LevelWhy = LevelTownship, WhyFrozen
	}
	return err
}

// overWorkerDay reports whether a payout would take a person above what they may
// make, or pay for a colleague, alone in a day. Their key of the day is locked.
func overWorkerDay(ctx context.Context, tx Tx, d Disbursement, who area.StaffID, l Limits) (bool, error) {
	if l.WorkerDayFen == 0 {
		return false, nil
	}
	made, err := tx.LimitSums(ctx, []LimitSum{{LimitKey: d.workerKey(who, tx.Now())}})
	if err != nil {
		return false, err
	}
	paid, err := tx.PaidAlone(ctx, who, area.DateOf(tx.Now()))
	return made[0]+paid+d.Fen > l.WorkerDayFen, err
}

// LevelOf is whose word a sum needs.
func (l Limits) LevelOf(fen int64) Level {
	switch {
	case fen <= l.SoloFen:
		return LevelSolo
	case fen <= l.TownshipFen:
		return LevelTownship
	default:
		return LevelCounty
	}
}

// HouseholdCap is the refusal of a sum above what the household may still receive.
func HouseholdCap(left int64) error {
	return overLimit("household_cap", "The household would receive more than the limit of the period allows; nothing was written. Pay at most what is left, or refer the case to the county.", left)
}

func overLimit(code, detail string, left int64) error {
	return &act.Fault{Kind: act.ErrRefused, Code: code, Detail: detail, Args: map[string]any{"left_fen": max(left, 0)}}
}

// sameContent reports whether the checker signs exactly what is written.
func (d Disbursement) sameContent(signed string) bool {
	b, err := hex.DecodeString(signed)
	return err == nil && bytes.Equal(b, d.Content)
}
