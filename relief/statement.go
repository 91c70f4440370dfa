package relief

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
)

// StatementBank is a bank that tells what happened on the account that pays.
type StatementBank interface {
	Bank
	// ReadStatements reads a statement; rail.Refused with every fault by line.
	ReadStatements(io.Reader) ([]rail.Statement, error)
}

// BankStatement is what a bank says happened on a county's account in a stretch of days.
type BankStatement struct {
	County area.Code
	Bank   string
	SHA256 []byte // of its file
	rail.Statement
}

// StatementTx is what statements need beside the rest.
type StatementTx interface {
	Tx
	// StatementLoaded reports whether a statement with this content was loaded before.
	StatementLoaded(ctx context.Context, bank string, sha256 []byte) (bool, error)
	// BatchesOfReferences are the public ids of the batches in which tries with these end-to-end ids were sent, by ascending id.
	BatchesOfReferences(ctx context.Context, references []string) ([]string, error)
	// AddBankStatement writes a statement with its lines. act.ErrRefused where its days were loaded from another file.
	AddBankStatement(ctx context.Context, s BankStatement) error
	// MatchStatementLines matches what waits with entries by their references, and tells how many lines it matched.
	MatchStatementLines(ctx context.Context, county area.Code) (int, error)
	// SettleLine matches a line with an entry, or writes down why none belongs to it. act.ErrNotFound, act.ErrConflict where it is settled.
	SettleLine(ctx context.Context, line, entry, explained string) error
}

// StatementLoaded is what a statement came to.
type StatementLoaded struct {
	Repeated  bool `json:"repeated" doc:"This very file was loaded before; nothing changed"`
	Lines     int  `json:"lines"`
	Matched   int  `json:"matched" doc:"Of all that waited, these agree with an entry now"`
	Succeeded int  `json:"succeeded" doc:"Payouts of which the statement alone said that they arrived"`
	Failed    int  `json:"failed" doc:"Payouts that came back"`
	PaidTwice int  `json:"paid_twice" doc:"Arrived after they were paid anew or called off: to be claimed back"`
}

// LoadStatement takes a statement of the account that pays. What it says of a payout
// by its end-to-end id counts as the bank's word: it has left the account, or has come
// back. Then each line is held against the entries. All of it or nothing; the same file
// again changes nothing.
func LoadStatement(ctx context.Context, tx StatementTx, bank StatementBank, file BankFile, r Rules) (out StatementLoaded, err error) {
	if err := mayBatch(tx.Actor(), bank); err != nil {
		return out, err
	}
	sum := sha256.Sum256(file.Body)
	if out.Repeated, err = tx.StatementLoaded(ctx, bank.ID(), sum[:]); err != nil || out.Repeated {
		return out, err
	}
	all, err := bank.ReadStatements(bytes.NewReader(file.Body))
	if err != nil {
		return out, err
	}
	for _, s := range all {
		// What came back had left before, so that both may stand in one statement.
		for _, came := range []bool{false, true} {
			if err := out.hear(ctx, tx, s, came, r); err != nil {
				return out, err
			}
		}
		if err := tx.AddBankStatement(ctx, BankStatement{County: bank.County(), Bank: bank.ID(), SHA256: sum[:], Statement: s}); err != nil {
			return out, err
		}
		out.Lines += len(s.Lines)
	}
	if out.Matched, err = tx.MatchStatementLines(ctx, bank.County()); err != nil {
		return out, err
	}
	failpoint.Hit(failpoint.PayoutBeforeCommit)
	return out, tx.Audit(ctx, act.Record{Action: "bank.statement_loaded", Subject: act.Subject{Kind: "ledger"}, Area: bank.County(), Data: map[string]any{"bank": bank.ID(), "lines": out.Lines}})
}

// hear books what the lines of one direction say of payouts.
func (l *StatementLoaded) hear(ctx context.Context, tx StatementTx, s rail.Statement, cameBack bool, r Rules) error {
	lines, references := map[string]rail.StatementLine{}, []string{}
	for _, line := range s.Lines {
		if line.Reference != "" && (line.Direction == rail.Credit) == cameBack && (!cameBack || line.Returned || line.Reversal) {
			lines[line.Reference], references = line, append(references, line.Reference)
		}
	}
	if len(references) == 0 {
		return nil
	}
	batches, err := tx.BatchesOfReferences(ctx, references)
	if err != nil {
		return err
	}
	for _, id := range batches {
		_, tickets, sent, err := batchOf(ctx, tx, id)
		if err != nil {
			return err
		}
		said, err := saidBy(lines, sent, cameBack)
		if err != nil {
			return err
		}
		var heard Loaded
		if err := heard.hear(ctx, tx, tickets, said, r); err != nil {
			return err
		}
		l.Succeeded, l.Failed, l.PaidTwice = l.Succeeded+heard.Succeeded, l.Failed+heard.Failed, l.PaidTwice+heard.PaidTwice
	}
	return nil
}

// saidBy is what lines say of the payouts of one batch. Another amount than was sent refuses the file.
func saidBy(lines map[string]rail.StatementLine, sent []ledger.Line, cameBack bool) (said []ledger.Said, err error) {
	var faults rail.Faults
	for _, of := range sent {
		line, told := lines[of.Attempt.Reference]
		switch {
		case !told:
			continue
		case line.Fen != of.Payout.Fen:
			faults.Add(line.Line, "amount", "amount_differs", nil)
		case cameBack:
			said = append(said, ledger.Said{Line: of, Word: ledger.WordFailed, Reason: string(line.Reason), Code: line.Code})
		default:
			said = append(said, ledger.Said{Line: of, Word: ledger.WordSucceeded, Code: line.Code})
		}
	}
	return said, faults.Err()
}

// SettleStatementLine matches a line with an entry by hand, or says why none belongs to it.
func SettleStatementLine(ctx context.Context, tx StatementTx, line, entry, explained string) error {
	switch {
	case !tx.Actor().May(area.RoleCountyFinance):
		return act.NotFound("line")
	case (entry == "") == (explained == ""):
		return act.Invalid("explained", "entry_or_words", "Name the entry that tells the same, or say why none does.")
	}
	if err := tx.SettleLine(ctx, line, entry, explained); err != nil {
		return err
	}
	return tx.Audit(ctx, act.Record{Action: "bank.line_settled", Subject: act.Subject{Kind: "ledger"}, Area: tx.Actor().Area, Reason: explained, Data: map[string]any{"line": line, "entry": entry}})
}
