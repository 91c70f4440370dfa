package ledger

import (
	"bytes"
	"encoding/hex"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// PayeeAccountID is the internal number of one version of a payee's bank account.
type PayeeAccountID int64

// PayeeAccount is one version of where a payee's money goes. It is never edited:
// a newer version takes its place. Its number and its holder's name lie sealed
// with whoever keeps them; here it is known by a blind index.
type PayeeAccount struct {
	ID         PayeeAccountID
	PublicID   string
	Case       CaseID
	Payee      []byte // blind index of the identity whose money goes there
	Index      []byte // blind index of the account's number
	EnteredBy  area.StaffID
	VerifiedBy area.StaffID // zero until another person has compared it with the card
	Replaced   bool         // a newer version is there
}

// CheckVerifier says whether this person may verify the account: somebody with the
// duty, and never who entered it.
func (a PayeeAccount) CheckVerifier(who act.Actor) error {
	switch {
	case !who.May(accountVerifiers...):
		return act.NotFound("account")
	case who.StaffID == a.EnteredBy:
		return act.Refused("own_account", "Who entered the account cannot verify it; another person compares it with the card.")
	case a.VerifiedBy != 0:
		return act.Refused("account_verified", "This account is verified already.")
	case a.Replaced:
		return act.Refused("account_replaced", "A newer version of this account was entered; verify that one.")
	default:
		return nil
	}
}

var accountVerifiers = []area.Role{area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCountyFinance}

// payable refuses an account that no money may go to for this payee and case.
func (a PayeeAccount) payable(of CaseID, payee []byte) error {
	switch {
	case a.ID == 0 || a.Case != of || !bytes.Equal(a.Payee, payee):
		return act.Invalid("account_id", "unknown_account", "Name an account of this payee that was entered on this ticket.")
	case a.VerifiedBy == 0:
		return act.Refused("account_unverified", "Another person must verify the account before money goes there.")
	case a.Replaced:
		return act.Refused("account_replaced", "A newer version of this account was entered; use that one.")
	default:
		return nil
	}
}

// accountKey is what sums to one bank account are counted under, whoever's name they are in.
func accountKey(index []byte) LimitKey {
	return LimitKey{Kind: limitAccount, Key: hex.EncodeToString(index)}
}
