package api

import (
	"context"
	"slices"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// RailList are the rails on which a decision's sum can travel, the best first.
type RailList struct {
	Items     []ledger.RailOption `json:"items" doc:"The first is the one to take where it fits"`
	AccountID string              `json:"account_id,omitempty" doc:"The payee's verified account, for a payout by bank"`
}

func (s *Server) listRails(ctx context.Context, tx Tx, in *ThingRef) (RailList, error) {
	_, of, err := tx.DecisionByRef(ctx, in.ID)
	if err != nil {
		return RailList{}, err
	}
	t, err := tx.Ticket(ctx, of)
	if err != nil {
		return RailList{}, err
	}
	decisions, err := tx.TicketDecisions(ctx, of)
	if err != nil {
		return RailList{}, err
	}
	at := slices.IndexFunc(decisions, func(d relief.DecisionView) bool { return d.ID == in.ID })
	if at < 0 {
		return RailList{}, act.NotFound("decision")
	}
	bank, account, err := s.bankFor(ctx, tx, t)
	if err != nil {
		return RailList{}, err
	}
	options, err := relief.Rails(ctx, tx, t, decisions[at].AmountFen, bank, s.policy(tx).Limits)
	return RailList{Items: options, AccountID: account}, err
}

// bankFor is what the county's bank means for a ticket's payee, and the account that
// was verified.
func (s *Server) bankFor(ctx context.Context, tx Tx, t ticket.Ticket) (standing relief.BankStanding, account string, err error) {
	bank, there := s.deps.Banks.Of(t.Area)
	if !there {
		return relief.BankStanding{}, "", nil
	}
	standing.There = true
	standing.Credits, _ = bank.NextRun(tx.Now(), func(d area.Date) bool {
		kind := s.deps.Rules.Calendar.Day(ticket.Date(d)).Kind
		return kind == ticket.DayWorking || kind == ticket.DayMakeUp
	})
	accounts, err := tx.TicketAccounts(ctx, t.ID)
	if err != nil {
		return relief.BankStanding{}, "", err
	}
	for _, a := range accounts {
		switch {
		case a.Replaced:
		case a.VerifiedBy != "":
			standing.Account, account = ledger.AccountVerified, a.ID
		case standing.Account == ledger.AccountUnknown:
			standing.Account = ledger.AccountUnverified
		}
	}
	return standing, account, nil
}
