package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/relief"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// batchRow is a row of bank_batches.
type batchRow struct {
	ID, Fen, MadeBy, Version        int64
	PublicID, AreaCode, Bank, State string
	Payouts                         int
	ExecuteOn                       time.Time
	FileName                        *string
	FileSha256                      []byte
	ReleasedBy, ClosedBy            *int64
	MadeAt                          time.Time
	ReleasedAt, AnswerDue, ClosedAt *time.Time
}

const batchColumns = `b.id, b.public_id, b.area_code, b.bank, b.state, b.payouts, b.fen, b.execute_on, b.file_name, b.file_sha256, b.made_by, b.made_at,
	b.released_by, b.released_at, b.answer_due, b.closed_by, b.closed_at, b.version`

func (r batchRow) batch() relief.Batch {
	return relief.Batch{ID: ledger.BatchID(r.ID), PublicID: r.PublicID, County: area.Code(r.AreaCode), Bank: r.Bank, State: relief.BatchState(r.State), Payouts: r.Payouts,
		Fen: r.Fen, Execute: area.Date(r.ExecuteOn.Format(time.DateOnly)), FileName: deref(r.FileName), FileSHA256: r.FileSha256, MadeBy: area.StaffID(r.MadeBy), MadeAt: r.MadeAt.UTC(),
		ReleasedBy: area.StaffID(deref(r.ReleasedBy)), ReleasedAt: orZero(r.ReleasedAt), AnswerDue: orZero(r.AnswerDue), ClosedBy: area.StaffID(deref(r.ClosedBy)),
		ClosedAt: orZero(r.ClosedAt), Version: r.Version}
}

// lineRow is a payout with one of its tries.
type lineRow struct {
	Row                                     disbursementRow `gorm:"embedded"`
	Number                                  int
	Reference, TryState, TryReason, TryCode string
	TryAccount, TryVersion                  int64
	BatchID                                 *int64
	Seq                                     *int
	Twice                                   bool
	AnsweredAt                              *time.Time
}

const lineSQL = `SELECT d.*, a.number, a.reference, a.state AS try_state, a.reason AS try_reason, a.code AS try_code, a.account_id AS try_account, a.version AS try_version,
	a.batch_id, a.seq, a.twice, a.answered_at, ` + reviewColumns + ` FROM disbursements d LEFT JOIN after_reviews r ON r.disbursement_id = d.id JOIN disbursement_attempts a ON a.disbursement_id = d.id `

// lines are the tries that were read; those of one payout share it.
func lines(rows []lineRow) []ledger.Line {
	list, payouts := make([]ledger.Line, 0, len(rows)), map[int64]*ledger.Disbursement{}
	for _, r := range rows {
		d, known := payouts[r.Row.ID]
		if !known {
			one := r.Row.disbursement()
			d = &one
			payouts[r.Row.ID] = d
		}
		a := attemptRow{DisbursementID: r.Row.ID, AccountID: r.TryAccount, Version: r.TryVersion, Number: r.Number, BatchID: r.BatchID, Seq: r.Seq,
			Reference: r.Reference, State: r.TryState, Reason: r.TryReason, Code: r.TryCode, Twice: r.Twice, AnsweredAt: r.AnsweredAt}.attempt()
		list = append(list, ledger.Line{Payout: d, Attempt: &a})
	}
	return list
}

// ReservedForBank locks what waits for a batch.
func (tx *Tx) ReservedForBank(ctx context.Context, county area.Code, payouts []string, most int) ([]ledger.Line, error) {
	only, args := ``, []any{county.Prefix() + "%"}
	if len(payouts) > 0 {
		for _, p := range payouts {
			if uuid.Validate(p) != nil {
				return nil, act.NotFound("payout")
			}
		}
		only, args = `AND d.public_id::text IN ? `, append(args, payouts)
	}
	var rows []lineRow
	err := tx.find(ctx, "lock what is reserved for the bank", &rows, lineSQL+`AND a.number = d.attempt
		WHERE d.channel = 'bank' AND d.state = 'reserved' AND d.area_code LIKE ?
		  AND NOT EXISTS (SELECT 1 FROM disbursement_attempts o WHERE o.disbursement_id = d.id AND o.state = 'succeeded') `+only+`ORDER BY d.id LIMIT ? FOR UPDATE OF d, a`, append(args, most)...)
	return lines(rows), err
}

// AddBatch writes a batch.
func (tx *Tx) AddBatch(ctx context.Context, b *relief.Batch) error {
	return tx.insert(ctx, "batch", (*int64)(&b.ID), `INSERT INTO bank_batches (public_id, area_code, bank, state, payouts, fen, execute_on, made_by, made_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?::date, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		b.PublicID, b.County, b.Bank, b.State, b.Payouts, b.Fen, string(b.Execute), int64(b.MadeBy), b.MadeAt, b.Version)
}

var batchRef = regexp.MustCompile(`^[0-9a-f]{32}$`)

// BatchForUpdate locks and loads a batch.
func (tx *Tx) BatchForUpdate(ctx context.Context, publicID string) (relief.Batch, error) {
	if !batchRef.MatchString(publicID) {
		return relief.Batch{}, act.NotFound("batch")
	}
	r, err := one[batchRow](ctx, tx, "batch", `SELECT `+batchColumns+` FROM bank_batches b WHERE b.public_id = ? FOR UPDATE`, publicID)
	return r.batch(), err
}

// BatchByID locks and loads a batch by its number.
func (tx *Tx) BatchByID(ctx context.Context, id ledger.BatchID) (relief.Batch, error) {
	r, err := one[batchRow](ctx, tx, "batch", `SELECT `+batchColumns+` FROM bank_batches b WHERE b.id = ? FOR UPDATE`, int64(id))
	return r.batch(), err
}

// SaveBatch writes what may change of a batch.
func (tx *Tx) SaveBatch(ctx context.Context, b *relief.Batch) error {
	n, err := tx.exec(ctx, "save a batch", `UPDATE bank_batches SET state = ?, file_name = ?, file_sha256 = ?, released_by = ?, released_at = ?, answer_due = ?, closed_by = ?, closed_at = ?,
		version = version + 1 WHERE id = ? AND version = ?`,
		b.State, nonZero(b.FileName), b.FileSHA256, nonZero(int64(b.ReleasedBy)), null(b.ReleasedAt), null(b.AnswerDue), nonZero(int64(b.ClosedBy)), null(b.ClosedAt), int64(b.ID), b.Version)
	if violates(err, "bank_batches_file_name") || violates(err, "bank_batches_file_sha256") {
		return fileUsed()
	}
	return moved(n, err, &b.Version, "The batch changed while you were looking at it; reload and decide again.")
}

func fileUsed() error {
	return act.Refused("file_used", "A file of this name or with this very content was there before; nothing was written. Look into the list of files, and ask the bank for a new one.")
}

// BatchTickets lists the tickets of batches.
func (tx *Tx) BatchTickets(ctx context.Context, batches ...ledger.BatchID) (ids []ticket.ID, err error) {
	err = tx.find(ctx, "list the tickets of batches", &ids, `SELECT DISTINCT d.ticket_id FROM disbursement_attempts a JOIN disbursements d ON d.id = a.disbursement_id
		WHERE a.batch_id IN ? ORDER BY 1`, batches)
	return ids, err
}

// BatchLines locks and loads the payouts of batches.
func (tx *Tx) BatchLines(ctx context.Context, batches ...ledger.BatchID) ([]ledger.Line, error) {
	var rows []lineRow
	err := tx.find(ctx, "lock the payouts of batches", &rows, lineSQL+`WHERE a.batch_id IN ? ORDER BY d.id, a.number FOR UPDATE OF d, a`, batches)
	return lines(rows), err
}

// Wherever runs fn with every row in sight.
func (tx *Tx) Wherever(ctx context.Context, fn func() error) error { return tx.everywhere(ctx, fn) }

// BatchItems are the payouts of a batch as the bank is told them.
func (tx *Tx) BatchItems(ctx context.Context, b relief.Batch) ([]rail.Item, error) {
	var rows []struct {
		Account                    payeeAccountRow `gorm:"embedded"`
		Seq                        int
		Reference, AidKind, Period string
		FindingsID, IDType         *string // of a payout that carries out a decision
		Fen                        int64
		IDSealed                   []byte
	}
	err := tx.find(ctx, "list a batch's payouts for the bank", &rows, `SELECT `+payeeAccountColumns+`, a.seq, a.reference, d.aid_kind, d.period, d.fen, f.public_id AS findings_id, f.id_type, f.id_sealed
		FROM disbursement_attempts a JOIN disbursements d ON d.id = a.disbursement_id JOIN payee_accounts p ON p.id = a.account_id
		LEFT JOIN decisions e ON e.id = d.decision_id LEFT JOIN findings f ON f.id = e.findings_id WHERE a.batch_id = ? ORDER BY a.seq`, int64(b.ID))
	if err != nil {
		return nil, err
	}
	items := make([]rail.Item, 0, len(rows))
	for _, r := range rows {
		account, err := tx.payeeAccount(r.Account)
		if err != nil {
			return nil, err
		}
		month := b.MadeAt.In(area.Shanghai)
		if r.Period != "" {
			if month, err = time.Parse("2006-01", r.Period); err != nil {
				return nil, fmt.Errorf("read the month of a payout: %w", err)
			}
		}
		item := rail.Item{Seq: r.Seq, Reference: r.Reference, Account: account.Number, Holder: account.Holder, Bank: account.Bank, Fen: r.Fen,
			Memo: rail.NewMemo(r.AidKind, month)}
		if deref(r.IDType) == string(people.IdentityResident) {
			item.IDType = rail.IDResident
			if item.IDNumber, err = tx.openText("findings.id", deref(r.FindingsID), r.IDSealed); err != nil {
				return nil, err
			}
		}
		items = append(items, item)
	}
	return items, nil
}

// fileContext binds a kept file to its row.
func fileContext(publicID string) string { return "bank_files.body|" + publicID }

// AddBankFile keeps a file.
func (tx *Tx) AddBankFile(ctx context.Context, b relief.Batch, f relief.BankFile) error {
	id := uuid.NewString()
	sealed, err := tx.db.sealer.Seal(fileContext(id), f.Body)
	if err != nil {
		return fmt.Errorf("seal a bank's file: %w", err)
	}
	sum := sha256.Sum256(f.Body)
	_, err = tx.exec(ctx, "keep a bank's file", `INSERT INTO bank_files (public_id, batch_id, area_code, bank, direction, name, media_type, size, sha256, body_sealed, loaded_by, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, int64(b.ID), b.County, b.Bank, f.Direction, f.Name, f.Type, len(f.Body), sum[:], sealed, nonZero(int64(tx.actor.StaffID)), tx.now)
	if violates(err, "bank_files_name") || violates(err, "bank_files_sha256") {
		return fileUsed()
	}
	return err
}

// BankFileLoaded looks for a file that came from a bank, wherever it was loaded.
func (tx *Tx) BankFileLoaded(ctx context.Context, sha256 []byte) (loaded bool, err error) {
	err = tx.scan(ctx, "look for a bank's file", `SELECT EXISTS (SELECT 1 FROM bank_files WHERE direction = 'in' AND sha256 = ?)`, []any{sha256}, &loaded)
	return loaded, err
}

// BankFileBody opens a file that was kept.
func (tx *Tx) BankFileBody(ctx context.Context, publicID string) (relief.BankFile, error) {
	if uuid.Validate(publicID) != nil {
		return relief.BankFile{}, act.NotFound("file")
	}
	var f relief.BankFile
	var sealed []byte
	err := tx.scan(ctx, "load a bank's file", `SELECT direction, name, media_type, body_sealed FROM bank_files WHERE public_id = ?`, []any{publicID}, &f.Direction, &f.Name, &f.Type, &sealed)
	if errors.Is(err, act.ErrNotFound) {
		return relief.BankFile{}, act.NotFound("file")
	}
	if err != nil {
		return relief.BankFile{}, err
	}
	if f.Body, err = tx.db.sealer.Open(fileContext(publicID), sealed); err != nil {
		return relief.BankFile{}, fmt.Errorf("open a bank's file: %w", err)
	}
	return f, nil
}
