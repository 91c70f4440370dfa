package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail/gateway"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// BankRows is what routes about a bank's batches ask of the store.
type BankRows interface {
	// TicketAccounts lists the accounts that were entered on a ticket, newest first.
	TicketAccounts(ctx context.Context, id ticket.ID) ([]relief.AccountView, error)
	// Batches lists batches: those with something unknown first, then the newest.
	Batches(ctx context.Context, limit int) ([]relief.BatchView, error)
	// BatchView shows one batch; act.ErrNotFound outside the scope.
	BatchView(ctx context.Context, publicID string) (relief.BatchView, error)
	// BatchItemViews lists the payouts of a batch, what nobody knows first.
	BatchItemViews(ctx context.Context, publicID string) ([]relief.BatchItemView, error)
	// BatchFiles lists the files of a batch.
	BatchFiles(ctx context.Context, publicID string) ([]relief.BankFileView, error)
	// BankFileBody opens a file that was kept.
	BankFileBody(ctx context.Context, publicID string) (relief.BankFile, error)
	// WaitingForBank lists what is reserved for the bank and in no batch.
	WaitingForBank(ctx context.Context, limit int) ([]relief.WaitingPayout, error)
	// Claims lists what is to be given back.
	Claims(ctx context.Context, limit int) ([]relief.ClaimView, error)
	// ClaimForUpdate locks and loads a claim by its public id.
	ClaimForUpdate(ctx context.Context, publicID string) (ledger.Claim, error)
}

// bankTable is the part of the table about payouts by bank.
func bankTable() []*route {
	get, post := http.MethodGet, http.MethodPost
	finance := []area.Role{area.RoleCountyFinance}
	verifiers := []area.Role{area.RoleTownshipHead, area.RoleCountyDuty, area.RoleCountyFinance}
	enterers := append([]area.Role{area.RoleCountyFinance}, owners...)
	fixers := append([]area.Role{area.RoleCountyFinance}, makers...)
	lookers := append([]area.Role{area.RoleCountyFinance, area.RoleAuditor}, owners...)
	batches := []area.Role{area.RoleCountyFinance, area.RoleAuditor}
	return []*route{
		{method: post, path: "/tickets/{id}/payee-accounts", who: enterers, act: "enter_account", when: mayEnterAccount, written: failpoint.FinanceBeforeCommit, committed: failpoint.FinanceAfterCommit,
			summary: "Enter the account to which the payee's money goes; a newer one takes the older one's place", bind: do((*Server).enterAccount)},
		{method: post, path: "/payee-accounts/{id}/verification", fresh: true, who: verifiers, act: "verify_account", when: mayVerifyAccount, written: failpoint.FinanceBeforeCommit, committed: failpoint.FinanceAfterCommit,
			summary: "Verify an account that another person has entered: type its number once more, off the card", bind: do((*Server).verifyAccount)},
		{method: post, path: "/payee-accounts/{id}/views", who: lookers, summary: "See an account's holder and last four digits; leaves a record", bind: each((*Server).viewAccount)},
		{method: post, path: "/disbursements/{id}/fix", who: fixers, act: "fix_disbursement", when: payoutsAllow("fix"), committed: failpoint.PayoutAfterCommit,
			summary: "Name the account on which a payout that the bank has failed is tried next", bind: do((*Server).fixPayout)},
		{method: post, path: "/disbursements/{id}/reissue", fresh: true, who: verifiers, act: "reissue_disbursement", when: payoutsAllow("reissue"), committed: failpoint.PayoutAfterCommit,
			summary: "Have a repaired payout tried again, under a new end-to-end id", bind: do((*Server).reissuePayout)},

		{method: get, path: "/ledger/batches", who: batches, summary: "Batches for the bank, and what waits for one", bind: read((*Server).listBatches)},
		{method: get, path: "/ledger/batches/{id}", who: batches, summary: "One batch with its payouts and files", bind: read((*Server).getBatch)},
		{method: post, path: "/ledger/batches", who: finance, written: failpoint.FinanceBeforeCommit, committed: failpoint.FinanceAfterCommit, summary: "Make a batch of what is reserved for the bank; another person releases it", bind: do((*Server).makeBatch)},
		{method: post, path: "/ledger/batches/{id}/release", fresh: true, who: finance, committed: failpoint.PayoutAfterCommit,
			summary: "Let a batch that another person has made go to the bank", bind: do((*Server).releaseBatch)},
		{method: post, path: "/ledger/batches/{id}/discard", who: finance, written: failpoint.FinanceBeforeCommit, committed: failpoint.FinanceAfterCommit, summary: "Throw a draft away; its payouts wait for another batch", bind: do((*Server).discardBatch)},
		{method: post, path: "/ledger/batches/{id}/returns", who: finance, committed: failpoint.PayoutAfterCommit,
			summary: "Load what the bank says of a batch: all of the file or nothing; the same file again changes nothing", bind: do((*Server).loadReturn)},
		{method: post, path: "/ledger/batches/{id}/closure", who: finance, written: failpoint.FinanceBeforeCommit, committed: failpoint.FinanceAfterCommit, summary: "Close a batch of which nothing is unknown", bind: do((*Server).closeBatch)},
		{method: get, path: "/ledger/bank-files/{id}/content", who: finance, summary: "A file that went to the bank or came from it; each look leaves a record", bind: bindBankFile},

		{method: get, path: "/ledger/claims", who: batches, summary: "What payees are to give back", bind: read((*Server).listClaims)},
		{method: post, path: "/ledger/claims/{id}/repayments", fresh: true, who: finance, written: failpoint.FinanceBeforeCommit, committed: failpoint.FinanceAfterCommit, summary: "Book what a payee has given back", bind: do((*Server).repayClaim)},
	}
}

func mayEnterAccount(t Ticket, me act.Actor) bool {
	return len(t.Findings) > 0 && (owns(t, me) || me.May(area.RoleCountyFinance))
}

func mayVerifyAccount(t Ticket, _ act.Actor) bool {
	for _, a := range t.Accounts {
		if len(a.NextActs) > 0 {
			return true
		}
	}
	return false
}

type enterAccountInput struct {
	TicketRef
	Body struct {
		ID      string `json:"id,omitempty" format:"uuid" doc:"Made by you before you send, kept for the retry"`
		Account string `json:"account" minLength:"8" maxLength:"48" doc:"Its number; blanks are dropped"`
		Holder  string `json:"holder" minLength:"1" maxLength:"80" doc:"As the card shows it"`
		Bank    string `json:"bank,omitempty" maxLength:"12" doc:"12-digit number of the payee's bank; absent: the bank that pays"`
	}
}

func (s *Server) enterAccount(ctx context.Context, tx Tx, in *enterAccountInput) (Ticket, error) {
	b := in.Body
	return s.onTicket(ctx, tx, in.ID, func(id ticket.ID) error {
		_, err := relief.EnterAccount(ctx, tx, id, relief.AccountInput{PublicID: newID(ctx, b.ID), Number: b.Account, Holder: b.Holder, Bank: b.Bank})
		return err
	})
}

type verifyAccountInput struct {
	ThingRef
	Body struct {
		Account string `json:"account" minLength:"8" maxLength:"48" doc:"Its number, off the card"`
	}
}

func (s *Server) verifyAccount(ctx context.Context, tx Tx, in *verifyAccountInput) (Ticket, error) {
	a, err := relief.VerifyAccount(ctx, tx, in.ID, in.Body.Account)
	if err != nil {
		return Ticket{}, err
	}
	return s.ticketPage(ctx, tx, ticket.ID(a.Case))
}

// AccountOpened is what a look at an account shows.
type AccountOpened struct {
	Holder   string `json:"holder"`
	LastFour string `json:"last_four"`
	Bank     string `json:"bank,omitempty"`
}

func (s *Server) viewAccount(ctx context.Context, tx Tx, in *plainInput) (AccountOpened, error) {
	a, err := relief.ViewAccount(ctx, tx, in.ID)
	return AccountOpened{Holder: string(a.Holder), LastFour: a.LastFour(), Bank: a.Bank}, err
}

type fixInput struct {
	ThingRef
	Body struct {
		AccountID string `json:"account_id" format:"uuid" doc:"A verified account of the payee's; another version where the bank found fault with the account"`
	}
}

func (s *Server) fixPayout(ctx context.Context, tx Tx, in *fixInput) (Ticket, error) {
	return s.onPayout(ctx, tx, in.ID, func() error {
		_, err := relief.FixPayout(ctx, tx, in.ID, in.Body.AccountID, s.policy(tx))
		return err
	})
}

func (s *Server) reissuePayout(ctx context.Context, tx Tx, in *plainInput) (Ticket, error) {
	return s.onPayout(ctx, tx, in.ID, func() error {
		_, err := relief.ReissuePayout(ctx, tx, in.ID)
		return err
	})
}

// mostBatches is how much one answer lists.
const mostBatches = 200

// BatchList is a county's batches and what waits for one.
type BatchList struct {
	Bank    string                 `json:"bank,omitempty" doc:"The bank of your county; absent where none is set up"`
	Items   []relief.BatchView     `json:"items" doc:"Those with something unknown first, then the newest"`
	Waiting []relief.WaitingPayout `json:"waiting" doc:"Reserved for the bank and in no batch, the oldest first"`
}

func (s *Server) listBatches(ctx context.Context, tx Tx, _ *struct{}) (list BatchList, err error) {
	if bank, is := s.deps.Banks.Of(tx.Actor().Area); is {
		list.Bank = bank.ID()
	}
	if list.Items, err = tx.Batches(ctx, mostBatches); err != nil {
		return list, err
	}
	list.Waiting, err = tx.WaitingForBank(ctx, mostBatches)
	return list, err
}

// BatchPage is one batch with all that is in it.
type BatchPage struct {
	relief.BatchView
	Items []relief.BatchItemView `json:"items" doc:"What nobody knows first"`
	Files []relief.BankFileView  `json:"files"`
}

func (s *Server) getBatch(ctx context.Context, tx Tx, in *ThingRef) (BatchPage, error) {
	return batchPage(ctx, tx, in.ID)
}

func batchPage(ctx context.Context, tx Tx, id string) (p BatchPage, err error) {
	if p.BatchView, err = tx.BatchView(ctx, id); err != nil {
		return p, err
	}
	if p.Items, err = tx.BatchItemViews(ctx, id); err != nil {
		return p, err
	}
	p.Files, err = tx.BatchFiles(ctx, id)
	return p, err
}

func noBank() error {
	return act.Refused("no_bank", "No bank is set up for this county; add it under banks in the settings. Nothing was done.")
}

type makeBatchInput struct {
	Body struct {
		ID        string   `json:"id,omitempty" format:"uuid" doc:"Made by you before you send, kept for the retry"`
		ExecuteOn string   `json:"execute_on" format:"date" doc:"The day on which the bank is to pay"`
		Payouts   []string `json:"payouts,omitempty" maxItems:"500" doc:"Which of those that wait; absent: all, at most 500"`
	}
}

func (s *Server) makeBatch(ctx context.Context, tx Tx, in *makeBatchInput) (BatchPage, error) {
	bank, is := s.deps.Banks.Of(tx.Actor().Area)
	if !is {
		return BatchPage{}, noBank()
	}
	b, err := relief.MakeBatch(ctx, tx, bank, relief.BatchInput{PublicID: newID(ctx, in.Body.ID), Execute: area.Date(in.Body.ExecuteOn), Payouts: in.Body.Payouts})
	if err != nil {
		return BatchPage{}, err
	}
	return batchPage(ctx, tx, b.PublicID)
}

// onBatch does something to a batch through its own bank and answers with its page.
func (s *Server) onBatch(ctx context.Context, tx Tx, id string, do func(*gateway.Bank) error) (BatchPage, error) {
	v, err := tx.BatchView(ctx, id)
	if err != nil {
		return BatchPage{}, err
	}
	bank, is := s.deps.Banks.ByID(v.Bank)
	if !is {
		return BatchPage{}, noBank()
	}
	if err := do(bank); err != nil {
		return BatchPage{}, err
	}
	return batchPage(ctx, tx, id)
}

func (s *Server) releaseBatch(ctx context.Context, tx Tx, in *plainInput) (BatchPage, error) {
	return s.onBatch(ctx, tx, in.ID, func(bank *gateway.Bank) error {
		_, err := relief.ReleaseBatch(ctx, tx, bank, in.ID)
		return err
	})
}

func (s *Server) discardBatch(ctx context.Context, tx Tx, in *plainInput) (BatchPage, error) {
	return s.onBatch(ctx, tx, in.ID, func(bank *gateway.Bank) error {
		_, err := relief.DiscardBatch(ctx, tx, bank, in.ID)
		return err
	})
}

func (s *Server) closeBatch(ctx context.Context, tx Tx, in *plainInput) (BatchPage, error) {
	return s.onBatch(ctx, tx, in.ID, func(bank *gateway.Bank) error {
		_, err := relief.CloseBatch(ctx, tx, bank, in.ID)
		return err
	})
}

type returnInput struct {
	ThingRef
	File    string `query:"file" minLength:"1" maxLength:"120" pattern:"^[0-9A-Za-z._ ()-]+$" doc:"Its name: letters, digits and . _ - ( )"`
	RawBody []byte `contentType:"application/octet-stream" doc:"The file as the bank gave it, or packed with gzip; at most 256 KiB as sent, 8 MiB unpacked"`
}

// ReturnLoaded is a batch after its bank's return.
type ReturnLoaded struct {
	Loaded relief.Loaded `json:"loaded"`
	Batch  BatchPage     `json:"batch"`
}

func (s *Server) loadReturn(ctx context.Context, tx Tx, in *returnInput) (out ReturnLoaded, err error) {
	raw, err := unpacked(in.RawBody)
	if err != nil {
		return out, err
	}
	if len(raw) == 0 {
		return out, act.Invalid("", "file_empty", "The file is empty; nothing was loaded.")
	}
	out.Batch, err = s.onBatch(ctx, tx, in.ID, func(bank *gateway.Bank) (err error) {
		out.Loaded, err = relief.LoadReturn(ctx, tx, bank, in.ID, relief.BankFile{Name: in.File, Type: "application/octet-stream", Body: raw}, s.rules(tx))
		return err
	})
	return out, err
}

// ClaimList is what payees are to give back.
type ClaimList struct {
	Items []relief.ClaimView `json:"items" doc:"What is open first"`
}

func (s *Server) listClaims(ctx context.Context, tx Tx, _ *struct{}) (ClaimList, error) {
	items, err := tx.Claims(ctx, mostBatches)
	return ClaimList{Items: items}, err
}

type repaymentInput struct {
	ThingRef
	Body struct {
		AmountFen int64  `json:"amount_fen" minimum:"1"`
		Voucher   string `json:"voucher" minLength:"1" maxLength:"60" doc:"Counts once for the claim"`
	}
}

func (s *Server) repayClaim(ctx context.Context, tx Tx, in *repaymentInput) (ClaimList, error) {
	if err := ticket.PlainText("voucher", in.Body.Voucher); err != nil {
		return ClaimList{}, err
	}
	c, err := tx.ClaimForUpdate(ctx, in.ID)
	if err != nil {
		return ClaimList{}, err
	}
	if err := ledger.Recover(ctx, tx, &c, in.Body.AmountFen, in.Body.Voucher); err != nil {
		return ClaimList{}, err
	}
	return s.listClaims(ctx, tx, nil)
}

// bindBankFile sends a file as it went to the bank or came from it.
func bindBankFile(s *Server, r *route) {
	s.app.Add(r.method, fiberPath(r.path), func(c *fiber.Ctx) error {
		ctx := c.UserContext()
		var f relief.BankFile
		err := s.deps.Run(ctx, requestOf(ctx).actor, func(tx Tx) (err error) {
			if f, err = tx.BankFileBody(ctx, c.Params("id")); err != nil {
				return err
			}
			return tx.Audit(ctx, act.Record{Action: "bank.file_view", Subject: act.Subject{Kind: "bank_file"}, Area: tx.Actor().Area, Data: map[string]any{"file": c.Params("id"), "name": f.Name}})
		})
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, "application/octet-stream")
		c.Set(fiber.HeaderContentDisposition, "attachment; filename="+strconv.Quote(f.Name))
		return c.Send(f.Body)
	})
	op := r.operation()
	op.Parameters = append(op.Parameters, &huma.Param{Name: "id", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
	file := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	op.Responses = map[string]*huma.Response{
		"200":     {Description: "The file", Content: map[string]*huma.MediaType{"application/octet-stream": file}},
		"default": {Description: "Error", Content: map[string]*huma.MediaType{problemType: {Schema: s.schemaOf(Problem{})}}},
	}
	s.api.OpenAPI().AddOperation(&op)
}
