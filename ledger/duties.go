package ledger

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// The roles by duty. Auditors and administrators have none.
var (
	makers  = []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleAgent, area.RoleSupervisor}
	payers  = []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty}
	signers = []area.Role{area.RoleTownshipHead, area.RoleCountyDuty}
)

// notYours hides from those without the duty whether the payout exists.
func notYours() error { return act.NotFound("payout") }

// mayCheck says whether this person may sign the payout as its checker
// (promise 7). It is judged at the time of the act, and again by the database.
func (d Disbursement) mayCheck(who act.Actor, now time.Time) error {
	switch {
	case !who.May(signers...):
		return notYours()
	case d.State != StateSubmitted || d.Solo():
		_, err := d.State.Next(StepCheck)
		if err == nil {
			err = act.Refused("no_check_needed", "A payout up to the solo limit is signed by a second person after it was made.")
		}
		return err
	case who.StaffID == d.Maker:
		return act.Refused("maker_is_checker", "Who made the payout cannot check it; another person must.")
	case who.StaffID == d.CallTaker:
		return act.Refused("call_taker_checks", "Who took the call cannot check its payout.")
	case d.Level == LevelCounty && who.Role != area.RoleCountyDuty:
		return act.Refused("county_must_check", "The sum is above the township's limit; the county's duty officer must check it.")
	case d.Level == LevelTownship && who.Role == area.RoleCountyDuty && now.Before(d.CountyMayCheckAt) && d.MakerRole != area.RoleTownshipHead:
		return &act.Fault{Kind: act.ErrRefused, Code: "head_first", Detail: "The township head is asked first; the county may check from the time given.",
			Args: map[string]any{"from": d.CountyMayCheckAt}}
	default:
		return nil
	}
}

// mayPay says whether this person may take the cash out and hand it over.
func (d Disbursement) mayPay(who act.Actor) error {
	switch {
	case !who.May(payers...):
		return notYours()
	case d.Channel == ChannelBank:
		return act.Refused("paid_by_bank", "This payout goes through the bank; no cash is handed out for it.")
	case who.StaffID == d.CallTaker:
		return act.Refused("call_taker_pays", "Who took the call cannot pay it out.")
	case who.StaffID == d.Checker:
		return act.Refused("checker_is_payer", "Who checked the payout cannot pay it out.")
	case who.StaffID == d.Second:
		return act.Refused("signer_is_payer", "Who gave the second signature cannot pay it out.")
	case !d.Solo() && who.StaffID == d.Maker:
		return act.Refused("maker_is_payer", "Above the solo limit maker, checker and payer are three people; another must pay it out.")
	default:
		_, err := d.State.Next(StepIssueCash)
		return err
	}
}

// mayLetGo says whether these people may let the payout go to the bank: they pay it, and
// whatever post they hold today, maker, checker and payer are three people.
func (d Disbursement) mayLetGo(people ...area.StaffID) error {
	for _, who := range people {
		if slices.Contains([]area.StaffID{d.CallTaker, d.Maker, d.Checker, d.Second}, who) {
			return &act.Fault{Kind: act.ErrRefused, Code: "own_payout_in_batch", Detail: "Somebody who made, checked or signed a payout of this batch, or took its call, cannot let it go to the bank as well; make the batch without it and leave it to a colleague.",
				Args: map[string]any{"payout": d.PublicID}}
		}
	}
	return nil
}

// mayHold says whether this person carries the payout's cash.
func (d Disbursement) mayHold(who act.Actor, step Step) error {
	if !who.May(payers...) {
		return notYours()
	}
	if _, err := d.State.Next(step); err != nil {
		return err
	}
	if who.StaffID != d.Payer {
		return act.Refused("not_payer", "Only the person who took the cash can hand it over or bring it back.")
	}
	return nil
}

// maySecondSign says whether this person may give a solo payout its second signature.
func (d Disbursement) maySecondSign(who act.Actor) error {
	switch {
	case !who.May(signers...):
		return notYours()
	case !d.Solo() || !d.State.Live():
		return act.Refused("no_signature_needed", "This payout needs no second signature.")
	case !d.SecondSignedAt.IsZero():
		return act.Refused("already_signed", "This payout already has its second signature.")
	case who.StaffID == d.Maker || who.StaffID == d.Payer:
		return act.Refused("own_payout", "Who made or paid the payout cannot be its second signature.")
	case who.StaffID == d.CallTaker:
		return act.Refused("call_taker_checks", "Who took the call cannot sign its payout.")
	case who.StaffID == d.AfterReview.Reviewer:
		return act.Refused("reviewer_signs", "Who reviewed the payout cannot sign it any more; another person must.")
	default:
		return nil
	}
}

// mayCancel says whether this person may call the payout off before money moved.
func (d Disbursement) mayCancel(who act.Actor) error {
	if !who.May(makers...) || (who.StaffID != d.Maker && !who.May(signers...)) {
		return notYours()
	}
	if d.State == StateCashIssued {
		return act.Refused("cash_is_out", "The cash is in the payer's hands; it must be brought back before the payout is cancelled.")
	}
	if d.State == StateBatched {
		return act.Refused("in_batch", "The payout is in a bank's batch; county finance must take the batch apart before it is called off.")
	}
	_, err := d.State.Next(StepCancel)
	return err
}

// fixers name the account of the next try at a failed payout.
var fixers = append(slices.Clone(makers), area.RoleCountyFinance)

// mayFix says whether this person may repair a payout that a bank has failed.
func (d Disbursement) mayFix(who act.Actor) error {
	if !who.May(fixers...) {
		return notYours()
	}
	_, err := d.State.Next(StepFix)
	return err
}

// mayReissue says whether this person may have a repaired payout tried again.
func (d Disbursement) mayReissue(who act.Actor) error {
	switch {
	case !who.May(accountVerifiers...):
		return notYours()
	case who.StaffID == d.CallTaker:
		return act.Refused("call_taker_pays", "Who took the call cannot pay it out.")
	case d.State != StateFixed:
		return act.NotInState("payout", d.State, StepReserve)
	default:
		return nil
	}
}

// mayReverse says whether this person may take a settled payout back.
func (d Disbursement) mayReverse(who act.Actor) error {
	switch {
	case !who.May(area.RoleCountyFinance):
		return notYours()
	case who.StaffID == d.Maker || who.StaffID == d.Payer || who.StaffID == d.Checker:
		return act.Refused("own_payout", "Who made, checked or paid the payout cannot reverse it.")
	default:
		_, err := d.State.Next(StepReverse)
		return err
	}
}

// mayReview says whether this person may look at the drawn payout: county finance,
// and nobody who had a hand in it.
func (d Disbursement) mayReview(who act.Actor) error {
	switch {
	case !who.May(area.RoleCountyFinance):
		return notYours()
	case d.AfterReview.DrawnAt.IsZero():
		return act.Refused("not_drawn", "This payout was not drawn for a review.")
	case !d.AfterReview.Open():
		return AlreadyReviewed()
	case d.involved(who.StaffID):
		return act.Refused("own_payout", "Who had a hand in the payout cannot review it; a colleague must.")
	default:
		return nil
	}
}

// AlreadyReviewed refuses a second review of one payout.
func AlreadyReviewed() error {
	return act.Refused("already_reviewed", "Somebody has reviewed this payout already; reload to see what came of it.")
}

// NextActs lists what this person could do with the payout now, by the names
// the API uses. Kinship is not looked at: it is asked in the act itself.
func (d Disbursement) NextActs(who act.Actor, now time.Time) []string {
	acts := []string{}
	for _, a := range []struct {
		name    string
		refusal error
	}{
		{"check", d.mayCheck(who, now)}, {"issue_cash", d.mayPay(who)}, {"receipt", d.mayHold(who, StepReceipt)},
		{"return_cash", d.mayHold(who, StepReturn)}, {"second_signature", d.maySecondSign(who)},
		{"cancel", d.mayCancel(who)}, {"reverse", d.mayReverse(who)},
		{"after_review", d.mayReview(who)},
		{"fix", d.mayFix(who)}, {"reissue", d.mayReissue(who)},
	} {
		if a.refusal == nil {
			acts = append(acts, a.name)
		}
	}
	return acts
}

// noKin refuses whoever stands in the relatives register beside the payee.
func noKin(ctx context.Context, tx Tx, d Disbursement, people ...area.StaffID) error {
	people = slices.DeleteFunc(people, func(s area.StaffID) bool { return s == 0 })
	related, err := tx.Related(ctx, d.Payee, people)
	if err != nil {
		return err
	}
	if related {
		return isRelative()
	}
	return nil
}

func isRelative() error {
	return act.Refused("relative", "The payee is a registered relative of one of the people who act; a colleague must do this.")
}
