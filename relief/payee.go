package relief

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ticket"
)

// PayeeAccount is one version of a payee's bank account, with what names it.
type PayeeAccount struct {
	ledger.PayeeAccount
	Number     Private
	Holder     Private // as the bank knows them
	Bank       string  // 12-digit number of the payee's bank; empty: the agent bank itself
	EnteredAt  time.Time
	VerifiedAt time.Time
}

// LastFour are the digits by which people tell accounts apart.
func (a PayeeAccount) LastFour() string {
	n := string(a.Number)
	return n[max(0, len(n)-4):]
}

// AccountInput is an account as typed off a card.
type AccountInput struct {
	PublicID string
	Number   string
	Holder   string
	Bank     string
}

// digits drops the blanks in which cards group their numbers.
func digits(number string) string { return strings.ReplaceAll(strings.TrimSpace(number), " ", "") }

// EnterAccount writes down where the payee's money is to go. The ticket's owner may,
// and county finance after a failure. A newer one takes the older one's place.
func EnterAccount(ctx context.Context, tx Tx, id ticket.ID, in AccountInput) (PayeeAccount, error) {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return PayeeAccount{}, err
	}
	a := PayeeAccount{Number: Private(digits(in.Number)), Holder: Private(strings.TrimSpace(in.Holder)), Bank: in.Bank, EnteredAt: tx.Now()}
	if err := rail.CheckPayee(a.Number, a.Holder, a.Bank); err != nil {
		return PayeeAccount{}, err
	}
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return PayeeAccount{}, err
	}
	if me := tx.Actor(); me.PostID != t.Owner && !me.May(area.RoleCountyFinance) {
		return PayeeAccount{}, act.Refused("not_owner", "Only the ticket's owner, or county finance, may enter the payee's account.")
	}
	f, err := tx.NewestFindings(ctx, id)
	if errors.Is(err, act.ErrNotFound) {
		return PayeeAccount{}, act.Refused("findings_first", "Write down what was found before saying where money goes.")
	}
	if err != nil {
		return PayeeAccount{}, err
	}
	a.PayeeAccount = ledger.PayeeAccount{PublicID: in.PublicID, Case: ledger.CaseID(id), Payee: f.Payee, Index: tx.AccountIndex(string(a.Number)), EnteredBy: tx.Actor().StaffID}
	if err := tx.AddPayeeAccount(ctx, &a); err != nil {
		return PayeeAccount{}, err
	}
	return a, ticket.Tell(ctx, tx, &t, "account.entered", "", map[string]any{"by": tx.Actor().Name, "account": a.PublicID})
}

// VerifyAccount is another person's word that the number is the one on the card:
// they type it once more, and it must be the same.
func VerifyAccount(ctx context.Context, tx Tx, publicID, number string) (PayeeAccount, error) {
	t, a, err := accountOf(ctx, tx, publicID)
	if err != nil {
		return PayeeAccount{}, err
	}
	if err := a.CheckVerifier(tx.Actor()); err != nil {
		return PayeeAccount{}, err
	}
	related, err := tx.Related(ctx, a.Payee, staffIDs(tx.Actor().StaffID, a.EnteredBy))
	if err != nil {
		return PayeeAccount{}, err
	}
	if related {
		return PayeeAccount{}, act.Refused("relative", "The payee is a registered relative of one of the people who act; a colleague must do this.")
	}
	if !bytes.Equal(tx.AccountIndex(digits(number)), a.Index) {
		return PayeeAccount{}, act.Invalid("account", "account_differs", "This is not the number that was entered. Read the card again; if it is right, the account must be entered anew.")
	}
	a.VerifiedBy, a.VerifiedAt = tx.Actor().StaffID, tx.Now()
	if err := tx.SaveVerified(ctx, a); err != nil {
		return PayeeAccount{}, err
	}
	return a, ticket.Tell(ctx, tx, &t, "account.verified", "", map[string]any{"by": tx.Actor().Name, "account": a.PublicID})
}

// ViewAccount shows the holder's name and the last four digits to somebody with a
// duty; each look leaves a record.
func ViewAccount(ctx context.Context, tx Tx, publicID string) (PayeeAccount, error) {
	t, a, err := accountOf(ctx, tx, publicID)
	if err != nil {
		return PayeeAccount{}, err
	}
	if me := tx.Actor(); me.PostID != t.Owner && !me.May(area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCountyFinance, area.RoleAuditor) {
		return PayeeAccount{}, act.Refused("no_duty", "The account is opened to those with a duty on this ticket; ask its owner.")
	}
	return a, tx.Audit(ctx, act.Record{Action: "account.view", Subject: t.Subject(), Area: t.Area, Data: map[string]any{"account": a.PublicID}})
}

// accountOf locks the account's ticket and loads the account.
func accountOf(ctx context.Context, tx Tx, publicID string) (ticket.Ticket, PayeeAccount, error) {
	a, err := tx.PayeeAccountByRef(ctx, publicID)
	if err != nil {
		return ticket.Ticket{}, PayeeAccount{}, err
	}
	t, err := tx.TicketForUpdate(ctx, ticket.ID(a.Case))
	if err != nil {
		return ticket.Ticket{}, PayeeAccount{}, err
	}
	a, err = tx.PayeeAccountByRef(ctx, publicID) // as it is under the lock
	return t, a, err
}

// AccountView is a payee's account as pages show it: never more than four digits.
type AccountView struct {
	ID         string     `json:"id"`
	LastFour   string     `json:"last_four"`
	Bank       string     `json:"bank,omitempty" doc:"Number of the payee's bank; absent: the agent bank"`
	EnteredBy  string     `json:"entered_by"`
	EnteredAt  time.Time  `json:"entered_at"`
	VerifiedBy string     `json:"verified_by,omitempty"`
	VerifiedAt *time.Time `json:"verified_at,omitempty"`
	Replaced   bool       `json:"replaced" doc:"A newer one is there"`
	NextActs   []string   `json:"next_acts"` // what this reader may do now: verify
}
