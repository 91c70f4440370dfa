package relief

import (
	"bytes"
	"context"
	"errors"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// Ruled is aid that is given once and was ruled on an application: proposed by one
// person, confirmed by another (DOMAIN 1, 27).
type Ruled struct {
	PublicID string // the ruling's
	Ruling   int64
	Aid      string
	Fen      int64
	Level    area.Level // whose word the rules ask for
	Reason   string
	Payee    Payee
	By       area.StaffID
	ByRole   area.Role
	At       time.Time
}

// Grant writes the decision that a confirmed ruling is, for the ledger to pay as any
// other. The actor is the second person. It moves no ticket: the application does.
func Grant(ctx context.Context, tx Tx, t ticket.Ticket, in Ruled, p Policy) (Decision, error) {
	f, err := PaidBy(ctx, tx, t.ID, in.Payee)
	if err != nil {
		return Decision{}, err
	}
	d := Decision{PublicID: in.PublicID, Ticket: t.ID, Findings: f.ID, Ruling: in.Ruling, Track: TrackRuled, AidKind: in.Aid, Fen: in.Fen, Level: ledgerLevel(in.Level),
		Reason: in.Reason, Payee: f.Payee, Missing: []string{}, Policy: p.Version, By: in.By, ByRole: in.ByRole, At: in.At, ApprovedBy: tx.Actor().StaffID, ApprovedAt: tx.Now(), Version: 1}
	if d.State, err = DecisionRegistered.Next(DecisionApprove); err != nil {
		return Decision{}, err
	}
	if d.Household, err = tx.LimitIndex(ctx, t.ID, f.Payee); err != nil {
		return Decision{}, err
	}
	if err := withinHousehold(ctx, tx, d, p); err != nil {
		return Decision{}, err
	}
	return d, addDecision(ctx, tx, &d)
}

// Payee is who has applied and is paid.
type Payee struct {
	Index      []byte // blind, of their identity number
	Name       Private
	Numberless bool // they have no number, so that their name is all there is
}

// found reports whether findings are about the payee. Two people without a number are not one
// by that: their names must agree.
func (p Payee) found(f Findings) bool {
	if f.Identity.Type == people.IdentityNone {
		return p.Numberless && f.Applicant == p.Name
	}
	return bytes.Equal(f.Payee, p.Index)
}

// PaidBy are the newest findings of a case, which say who is paid and why: they must be
// about who has applied.
func PaidBy(ctx context.Context, tx Tx, id ticket.ID, payee Payee) (Findings, error) {
	f, err := tx.NewestFindings(ctx, id)
	if errors.Is(err, act.ErrNotFound) {
		return f, act.Refused("findings_first", "Write down what was found before deciding.")
	}
	if err != nil {
		return f, err
	}
	if !payee.found(f) {
		return f, act.Refused("findings_of_another", "The findings name another person than the applicant; write down what was found of the applicant first.")
	}
	return f, nil
}

func ledgerLevel(l area.Level) ledger.Level {
	if l == area.LevelTownship {
		return ledger.LevelTownship
	}
	return ledger.LevelCounty
}

// withinHousehold refuses what a household would have above its cap.
func withinHousehold(ctx context.Context, tx Tx, d Decision, p Policy) error {
	left, err := ledger.HouseholdLeft(ctx, tx, d.Household, p.Limits.Ledger(p.Version))
	if err == nil && d.Fen > left {
		err = ledger.HouseholdCap(left)
	}
	return err
}

// UnderWay is aid that a household has, or that was decided or applied for.
type UnderWay struct {
	Ref      string        // public id of the application or the decision
	Aid      string        // code of the catalogue
	Number   ticket.Number // of its case
	SameCase bool
}

// NoDouble refuses an aid for a purpose that other aid of the household serves at the
// same time: a monthly sum, an application, or a decision that is not paid yet, wherever;
// and whatever was paid on this very case (DOMAIN 1, 24). Aid that is given once may come
// again on its case, within its caps.
func NoDouble(v *rule.Version, want string, running []UnderWay) error {
	for _, u := range running {
		other, purpose, doubled := v.Double(want, []string{u.Aid})
		if !doubled && !u.SameCase && u.Aid == want {
			other, doubled = u.Aid, true
			if aid, err := v.Aid(want); err == nil && len(aid.Purposes) > 0 {
				purpose = aid.Purposes[0]
			}
		}
		if doubled {
			return &act.Fault{Kind: act.ErrRefused, Code: "double_aid", Field: "aid", Args: map[string]any{"aid": other, "purpose": purpose, "number": string(u.Number)},
				Detail: "The household has, or has applied for, aid that serves the same purpose; end that first, or choose another aid."}
		}
	}
	return nil
}
