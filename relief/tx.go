package relief

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// Tx is what the commands of this package need of a transaction. Rows are
// locked in one order: ticket, decision or paper, payout, limits, accounts.
type Tx interface {
	ticket.Tx
	ledger.Tx

	// IdentityIndex is the blind index of a normalised identity number.
	IdentityIndex(number string) []byte
	// StaffByLogin finds an active member of staff; act.ErrNotFound where there is none.
	StaffByLogin(ctx context.Context, login string) (area.Staff, error)
	// StaffPosts lists the own posts of the active staff who hold a role in exactly this area.
	StaffPosts(ctx context.Context, place area.Code, role area.Role) ([]area.PostID, error)
	// StaffName is the name of a member of staff, active or not.
	StaffName(ctx context.Context, id area.StaffID) (string, error)
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
