package relief

import (
	"context"
	"fmt"
	"strconv"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

func itoa(n int) string { return strconv.Itoa(n) }

// heardAll does what follows of many words, in their order. What it needs of decisions and papers is read at once and what
// it writes is written at the end: a return of a bank has hundreds of lines, and a line alone some twenty statements.
func heardAll(ctx context.Context, tx Tx, tickets map[ledger.CaseID]*ticket.Ticket, all []ledger.Said, turns []ledger.Turn, r Rules) error {
	return tx.Together(ctx, func() error {
		var decisions []ledger.DecisionID
		var cases []ticket.ID
		for i, s := range all {
			if movesDecision(turns[i]) && s.Payout.Decision != 0 {
				decisions, cases = append(decisions, s.Payout.Decision), append(cases, ticket.ID(s.Payout.Case))
			}
		}
		if len(decisions) > 0 {
			if err := tx.LoadAhead(ctx, decisions, cases); err != nil {
				return err
			}
		}
		for i, s := range all {
			if err := heard(ctx, tx, tickets[s.Payout.Case], s, turns[i], r); err != nil {
				return err
			}
		}
		return nil
	})
}

// movesDecision reports whether a turn pays a decision, or takes it back.
func movesDecision(t ledger.Turn) bool {
	return t == ledger.TurnSucceeded || t == ledger.TurnLate || t == ledger.TurnNetted || t == ledger.TurnReturned
}

// heard does on a ticket what follows of a bank's word about one of its payouts:
// money that arrived stops the clock, money that came back is said, and money that
// was paid twice raises the alarm.
func heard(ctx context.Context, tx Tx, t *ticket.Ticket, said ledger.Said, turn ledger.Turn, r Rules) error {
	d := *said.Payout
	data := map[string]any{"try": said.Attempt.Number}
	if said.Word == ledger.WordFailed {
		data["bank_reason"] = said.Reason
	}
	switch turn {
	case ledger.TurnSucceeded, ledger.TurnLate:
		return arrived(ctx, tx, t, said.Payout, said.Attempt.Reference, data, r)
	case ledger.TurnFailed:
		return cameBack(ctx, tx, *t, d, "disbursement.bank_failed", said, data)
	case ledger.TurnReturned:
		if err := unpay(ctx, tx, d); err != nil {
			return err
		}
		if err := tellReturned(ctx, tx, *t, d); err != nil {
			return err
		}
		return cameBack(ctx, tx, *t, d, "disbursement.bank_returned", said, data)
	case ledger.TurnReplaced:
		return told(ctx, tx, *t, d, "disbursement.netted", "", data)
	case ledger.TurnNetted:
		return arrivedBefore(ctx, tx, t, said.Payout, "disbursement.netted", "", r)
	case ledger.TurnPaidTwice:
		return paidTwice(ctx, tx, *t, d, said, data)
	case ledger.TurnRecovered:
		return told(ctx, tx, *t, d, "disbursement.recovered", "", data)
	default:
		return nil
	}
}

// arrived records that the bank has credited the payee: what the clock waits for.
func arrived(ctx context.Context, tx Tx, t *ticket.Ticket, d *ledger.Disbursement, reference string, data map[string]any, r Rules) error {
	if err := ledger.DrawArrived(ctx, tx, d, r.AfterReview(tx.Now())); err != nil {
		return err
	}
	if err := told(ctx, tx, *t, *d, "disbursement.succeeded", "", data); err != nil {
		return err
	}
	if err := aidConfirmed(ctx, tx, t, ticket.StoppedBy{Proof: ticket.ProofBank, Ref: reference}); err != nil {
		return err
	}
	return paid(ctx, tx, *t, *d, r)
}

// arrivedBefore does what follows of a second try's end where the first had arrived: that
// one is the payment, and nothing is claimed back.
func arrivedBefore(ctx context.Context, tx Tx, t *ticket.Ticket, d *ledger.Disbursement, kind, reason string, r Rules) error {
	try, err := ledger.ArrivedTry(ctx, tx, *d)
	if err != nil {
		return err
	}
	if err := told(ctx, tx, *t, *d, kind, reason, map[string]any{"try": try.Number}); err != nil {
		return err
	}
	return arrived(ctx, tx, t, d, try.Reference, map[string]any{"try": try.Number}, r)
}

// aidConfirmed stops the clocks on proof, whatever the ticket's status is: help
// that has arrived is recorded.
func aidConfirmed(ctx context.Context, tx Tx, t *ticket.Ticket, by ticket.StoppedBy) error {
	if _, err := t.Status.Next(ticket.EventConfirmAid); err != nil {
		return ticket.StopClocks(ctx, tx, t, by)
	}
	return ticket.ConfirmAid(ctx, tx, t, by)
}

// cameBack tells the owner and county finance that a try has failed.
func cameBack(ctx context.Context, tx Tx, t ticket.Ticket, d ledger.Disbursement, kind string, said ledger.Said, data map[string]any) error {
	if err := told(ctx, tx, t, d, kind, "", data); err != nil {
		return err
	}
	m := message{"bank_failed", d.PublicID + ":" + itoa(said.Attempt.Number) + ":" + strconv.FormatInt(said.Attempt.Version, 10), map[string]string{"amount": ledger.Yuan(d.Fen)}}
	if err := tellOwner(ctx, tx, t, m); err != nil {
		return err
	}
	_, err := tellRole(ctx, tx, t, d.Area.At(area.LevelCounty), area.RoleCountyFinance, m)
	return err
}

// tellReturned tells the citizen, who was told of the payment, that it came back and is being repaired.
func tellReturned(ctx context.Context, tx Tx, t ticket.Ticket, d ledger.Disbursement) error {
	return tx.Notify(ctx, ticket.Notice{Key: fmt.Sprintf("disbursement:%s:returned:%d", d.PublicID, d.Version), Ticket: t.ID, Citizen: true, Template: "returned_citizen",
		Fields: map[string]string{"number": string(t.Number), "amount": ledger.Yuan(d.Fen)}, Urgent: true})
}

// paidTwice raises the alarm: county finance and the supervisors must get it back.
func paidTwice(ctx context.Context, tx Tx, t ticket.Ticket, d ledger.Disbursement, said ledger.Said, data map[string]any) error {
	if err := told(ctx, tx, t, d, "disbursement.paid_twice", "", data); err != nil {
		return err
	}
	m := message{"bank_paid_twice", d.PublicID + ":" + itoa(said.Attempt.Number), map[string]string{"amount": ledger.Yuan(d.Fen)}}
	for _, to := range []struct {
		level area.Level
		role  area.Role
	}{{area.LevelCounty, area.RoleCountyFinance}, {area.LevelCounty, area.RoleSupervisor}, {area.LevelCity, area.RoleSupervisor}} {
		if _, err := tellRole(ctx, tx, t, d.Area.At(to.level), to.role, m); err != nil {
			return err
		}
	}
	return nil
}

// unpay opens a decision again whose money came back. One that owes no payment any
// more stays as it is.
func unpay(ctx context.Context, tx Tx, d ledger.Disbursement) error {
	if d.Decision == 0 {
		return nil // a month of an entitlement, which stays due
	}
	dec, err := tx.DecisionForUpdate(ctx, d.Decision)
	if err != nil {
		return err
	}
	if dec.State, err = dec.State.Next(DecisionUnpay); err != nil {
		return err
	}
	return tx.SaveDecision(ctx, &dec)
}
