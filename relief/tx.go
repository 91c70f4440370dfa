package relief

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// Tx is what the commands of this package need of a transaction. Rows are
// locked in one order: ticket, decision or paper, payout, limits, accounts.
type Tx interface {
	ticket.Tx
	ledger.Tx
	people.Finder

	// IdentityIndex is the blind index of a normalised identity number.
	IdentityIndex(number string) []byte
	// StaffByLogin finds an active member of staff; act.ErrNotFound where there is none.
	StaffByLogin(ctx context.Context, login string) (area.Staff, error)
	// EverStaff finds somebody by their sign-in name, whether or not they still serve; act.ErrNotFound where nobody ever had it.
	EverStaff(ctx context.Context, login string) (area.StaffID, error)
	// StaffPosts lists the own posts of the active staff who hold a role in exactly this area.
	StaffPosts(ctx context.Context, place area.Code, role area.Role) ([]area.PostID, error)
	// StaffName is the name of a member of staff, active or not.
	StaffName(ctx context.Context, id area.StaffID) (string, error)
	// CountyFloatHolds reports whether the float of the actor's county, which they need not see, can give a sum.
	CountyFloatHolds(ctx context.Context, county area.Code, fen int64) (bool, error)
	// FundLeft is what the fund of a county that the actor lies in, which they need not see, can still give, in fen.
	FundLeft(ctx context.Context, county area.Code) (int64, error)
	// Float is a township's float; act.ErrNotFound where it was never funded.
	Float(ctx context.Context, township area.Code, fullFen int64, lowPercent int) (ledger.FloatView, error)

	// AnswersFor reports whether a place lies in the actor's area, or was merged into one that does.
	AnswersFor(ctx context.Context, place area.Code) (bool, error)

	// AddVisit writes a visit.
	AddVisit(ctx context.Context, v *Visit) error
	// AddFindings writes findings; earlier ones stay.
	AddFindings(ctx context.Context, f *Findings) error
	// NewestFindings are those a decision rests on; act.ErrNotFound before the first.
	NewestFindings(ctx context.Context, id ticket.ID) (Findings, error)

	// AddDecision writes a decision. created is false where its public id exists already.
	AddDecision(ctx context.Context, d *Decision) (created bool, err error)
	// DecisionByRef resolves a public id, in scope, without a lock.
	DecisionByRef(ctx context.Context, publicID string) (ledger.DecisionID, ticket.ID, error)
	// DecisionForUpdate locks and loads a decision.
	DecisionForUpdate(ctx context.Context, id ledger.DecisionID) (Decision, error)
	// PendingDecisions locks the decisions of a ticket that wait for a second person.
	PendingDecisions(ctx context.Context, id ticket.ID) ([]Decision, error)
	// SaveDecision writes the row guarded by d.Version and raises it. act.ErrConflict where it moved.
	SaveDecision(ctx context.Context, d *Decision) error

	// AidsUnderWay lists what a case's household has by the month, has applied for, or was granted and not paid, wherever; and what was
	// granted on this case. A household that is not registered is its payee.
	AidsUnderWay(ctx context.Context, id ticket.ID, payee []byte) ([]UnderWay, error)

	// AddPaper writes a paper that is owed. An open one of the same kind on the ticket is act.ErrRefused.
	AddPaper(ctx context.Context, p *Paper) error
	// PaperByRef resolves a public id, in scope, without a lock.
	PaperByRef(ctx context.Context, publicID string) (PaperID, ticket.ID, error)
	// PaperTicket is the ticket of a paper.
	PaperTicket(ctx context.Context, id PaperID) (ticket.ID, error)
	// PaperForUpdate locks and loads a paper.
	PaperForUpdate(ctx context.Context, id PaperID) (Paper, error)
	// SavePaper writes the row guarded by p.Version and raises it. act.ErrConflict where it moved.
	SavePaper(ctx context.Context, p *Paper) error
	// TicketPapers lists all papers of a ticket, oldest first.
	TicketPapers(ctx context.Context, id ticket.ID) ([]Paper, error)

	// AccountIndex is the blind index of a bank account's number.
	AccountIndex(number string) []byte
	// AddPayeeAccount writes a version of a payee's account and sets its ID.
	AddPayeeAccount(ctx context.Context, a *PayeeAccount) error
	// PayeeAccountByRef loads an account by its public id, in scope.
	PayeeAccountByRef(ctx context.Context, publicID string) (PayeeAccount, error)
	// PayeeAccount loads an account by its number.
	PayeeAccount(ctx context.Context, id ledger.PayeeAccountID) (PayeeAccount, error)
	// SaveVerified writes who verified an account; act.ErrRefused where somebody was first.
	SaveVerified(ctx context.Context, a PayeeAccount) error

	// ReservedForBank locks the payouts that are reserved for a county's bank with their tries, in the order of ids: those named, or the oldest.
	ReservedForBank(ctx context.Context, county area.Code, payouts []string, most int) ([]ledger.Line, error)
	// AddBatch writes a batch and sets its ID. Its public id named before is act.ErrKeyReused.
	AddBatch(ctx context.Context, b *Batch) error
	// BatchForUpdate locks and loads a batch by its public id, in scope. It is locked before its tickets.
	BatchForUpdate(ctx context.Context, publicID string) (Batch, error)
	// BatchByID is BatchForUpdate by the internal number.
	BatchByID(ctx context.Context, id ledger.BatchID) (Batch, error)
	// SaveBatch writes the row guarded by b.Version and raises it. act.ErrConflict where it moved.
	SaveBatch(ctx context.Context, b *Batch) error
	// Wherever runs fn with every ticket in sight: a payout stays its county's when its ticket has moved to another. Who acts on what was judged before.
	Wherever(ctx context.Context, fn func() error) error
	// BatchTickets lists the tickets of batches by ascending id.
	BatchTickets(ctx context.Context, batches ...ledger.BatchID) ([]ticket.ID, error)
	// BatchLines locks and loads the payouts of batches with their tries in them, in the order of ids. Tries of one payout share it.
	BatchLines(ctx context.Context, batches ...ledger.BatchID) ([]ledger.Line, error)
	// BatchItems are the payouts of a batch as a bank is told them, accounts and names opened, in the batch's order.
	BatchItems(ctx context.Context, b Batch) ([]rail.Item, error)
	// Together runs fn, and writes at its end in one statement for each table what it tells, saves, arms and cancels.
	Together(ctx context.Context, fn func() error) error
	// LoadAhead locks decisions in the order of their ids, and reads the papers of tickets, at once; within Together, DecisionForUpdate and
	// TicketPapers then give each once.
	LoadAhead(ctx context.Context, decisions []ledger.DecisionID, tickets []ticket.ID) error
	// LockTickets locks tickets in the order of their ids and loads them at once; TicketForUpdate then gives each.
	LockTickets(ctx context.Context, ids []ticket.ID) error
	// AddErrand lets the program carry a released batch to its bank.
	AddErrand(ctx context.Context, b Batch) error
	// AddBankFile keeps a file, sealed. A name or content that was there before is act.ErrRefused.
	AddBankFile(ctx context.Context, b Batch, f BankFile) error
	// BankFileLoaded reports whether a file with this content came from a bank before.
	BankFileLoaded(ctx context.Context, sha256 []byte) (bool, error)

	// AddReceipt writes a receipt; a second one for a payout is act.ErrRefused (already_receipted).
	AddReceipt(ctx context.Context, r *Receipt) error

	// AddUpload writes an upload that has no parts yet. created is false where its public id exists already.
	AddUpload(ctx context.Context, u *Upload) (created bool, err error)
	// UploadByRef loads an upload of a ticket in scope.
	UploadByRef(ctx context.Context, publicID string) (Upload, error)
	// UploadForUpdate is UploadByRef under a lock.
	UploadForUpdate(ctx context.Context, publicID string) (Upload, error)
	// PutUploadPart keeps a part, sealed; the same number again replaces it.
	PutUploadPart(ctx context.Context, u Upload, number int, data []byte) error
	// UploadParts tells which parts are there.
	UploadParts(ctx context.Context, u Upload) ([]int, error)
	// UploadContent opens and joins all parts.
	UploadContent(ctx context.Context, u Upload) ([]byte, error)
	// PhotoProves reports whether a receipt in scope rests on a photo with this content already.
	PhotoProves(ctx context.Context, contentSHA256 []byte) (bool, error)
	// FinishUpload marks an upload complete.
	FinishUpload(ctx context.Context, u Upload) error
}
