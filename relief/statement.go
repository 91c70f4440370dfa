package relief

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"maps"
	"slices"
	"strings"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ticket"
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
	ledger.ReconcileTx
	// StatementsAround is what a bank's statements say of the days around some, and of those days themselves. It keeps others from
	// loading one meanwhile.
	StatementsAround(ctx context.Context, bank string, from, to area.Date) (StatementsAround, error)
	// NamedAfter are those of some end-to-end ids that a bank's statements of later days name.
	NamedAfter(ctx context.Context, bank string, day area.Date, references []string) ([]string, error)
	// StatementLoaded reports whether a statement with this content was loaded before.
	StatementLoaded(ctx context.Context, bank string, sha256 []byte) (bool, error)
	// BatchesOfReferences locks a bank's batches in which tries with these end-to-end ids were sent, by ascending id.
	BatchesOfReferences(ctx context.Context, bank string, references []string) ([]ledger.BatchID, error)
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
	slices.SortFunc(all, func(a, b rail.Statement) int { return strings.Compare(string(a.From), string(b.From)) })
	if err := tx.Wherever(ctx, func() error { return out.take(ctx, tx, bank, sum[:], all, r) }); err != nil {
		return out, err
	}
	if out.Matched, err = tx.MatchStatementLines(ctx, bank.County()); err != nil {
		return out, err
	}
	if _, err := tx.ReconcilePayouts(ctx, bank.County()); err != nil {
		return out, err
	}
	failpoint.Hit(failpoint.PayoutBeforeCommit)
	return out, tx.Audit(ctx, act.Record{Action: "bank.statement_loaded", Subject: act.Subject{Kind: "ledger"}, Area: bank.County(), Data: map[string]any{"bank": bank.ID(), "lines": out.Lines}})
}

// take hears the statements of a file one after the other, writes them down, and books at once what they say.
func (l *StatementLoaded) take(ctx context.Context, tx StatementTx, bank StatementBank, sum []byte, all []rail.Statement, r Rules) error {
	of, err := speaksOf(ctx, tx, bank.ID(), all)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.To > area.DateOf(tx.Now()) {
			return &act.Fault{Kind: act.ErrRefused, Code: "statement_ahead", Detail: "The statement tells of days that have not come; nothing was loaded. Ask the bank for one up to today.",
				Args: map[string]any{"to": string(s.To)}}
		}
		around, err := tx.StatementsAround(ctx, bank.ID(), s.From, s.To)
		if err != nil {
			return err
		}
		if err := around.fits(s); err != nil {
			return err
		}
		if err := l.hear(ctx, tx, of, bank.ID(), s, r); err != nil {
			return err
		}
		if err := tx.AddBankStatement(ctx, BankStatement{County: bank.County(), Bank: bank.ID(), SHA256: sum, Statement: s}); err != nil {
			return err
		}
		l.Lines += len(s.Lines)
	}
	return of.words.Book(ctx, tx)
}

// StatementsAround is what was loaded around some days. A balance counts only where its day is given.
type StatementsAround struct {
	Overlaps area.Date // a day of them that was loaded already
	Before   area.Date // the last day before them that was loaded
	Closing  int64     // the balance with which it ended
	After    area.Date // the first day after them that was loaded
	Opening  int64     // the balance with which it began
}

// fits refuses a statement of days that were loaded, and one that does not begin and end with the balances of those
// around it: between them something is missing, or one of them is wrong.
func (a StatementsAround) fits(s rail.Statement) error {
	switch {
	case a.Overlaps != "":
		return &act.Fault{Kind: act.ErrRefused, Code: "statement_overlaps", Detail: "These days were loaded already, in whole or in part; nothing was loaded. Ask the bank for the days that are missing.",
			Args: map[string]any{"through": string(a.Overlaps)}}
	case a.Before != "" && s.Opening != a.Closing:
		return &act.Fault{Kind: act.ErrRefused, Code: "statement_gap", Detail: "The statement does not begin with the balance with which the one before ended; nothing was loaded. Load the days between first.",
			Args: map[string]any{"through": string(a.Before), "closing_fen": a.Closing}}
	case a.After != "" && s.Closing != a.Opening:
		return &act.Fault{Kind: act.ErrRefused, Code: "statement_gap_after", Detail: "The statement does not end with the balance with which the one after it begins; nothing was loaded. Ask the bank for all the days that are missing in between.",
			Args: map[string]any{"from": string(a.After), "opening_fen": a.Opening}}
	default:
		return nil
	}
}

// spoken are the payouts of which the statements of a file tell, with their tickets, locked all at once: a file that
// speaks of many batches must not hold the accounts of one while it waits for the payouts of the next.
type spoken struct {
	tickets map[ledger.CaseID]*ticket.Ticket
	sent    []ledger.Line
	words   *ledger.Hearing
}

func speaksOf(ctx context.Context, tx StatementTx, bank string, all []rail.Statement) (s spoken, err error) {
	var references []string
	for _, statement := range all {
		references = append(references, named(moved(statement))...)
	}
	s.words = ledger.NewHearing(nil)
	if len(references) == 0 {
		return s, nil
	}
	batches, err := tx.BatchesOfReferences(ctx, bank, references)
	if err != nil || len(batches) == 0 {
		return s, err
	}
	s.tickets, s.sent, err = linesOf(ctx, tx, batches...)
	s.words = ledger.NewHearing(s.sent)
	return s, err
}

// moved are the lines of a statement that name a payout, by its end-to-end id: what left, and what came back.
func moved(s rail.Statement) (left, back map[string]rail.StatementLine) {
	left, back = map[string]rail.StatementLine{}, map[string]rail.StatementLine{}
	for _, line := range s.Lines {
		switch {
		case line.Reference == "":
		case line.Direction == rail.Debit:
			left[line.Reference] = line
		case line.Returned || line.Reversal:
			back[line.Reference] = line
		}
	}
	return left, back
}

// named are the end-to-end ids of lines.
func named(left, back map[string]rail.StatementLine) []string {
	return slices.AppendSeq(slices.Collect(maps.Keys(left)), maps.Keys(back))
}

// hear takes down what a statement says of payouts: first what left, then what came back. What left and came back
// within it has not arrived: nobody is told in between that it had. Of what statements of later days name, the later
// word stands.
func (l *StatementLoaded) hear(ctx context.Context, tx StatementTx, of spoken, bank string, s rail.Statement, r Rules) error {
	left, back := moved(s)
	later, err := tx.NamedAfter(ctx, bank, s.To, named(left, back))
	if err != nil {
		return err
	}
	for _, reference := range later {
		delete(left, reference)
		delete(back, reference)
	}
	first := map[string]ledger.Turn{}
	for _, pass := range []struct {
		lines map[string]rail.StatementLine
		word  ledger.Word
	}{{left, ledger.WordSucceeded}, {back, ledger.WordFailed}} {
		said, err := saidBy(pass.lines, back, of.sent, pass.word)
		if err != nil {
			return err
		}
		turns, err := of.words.Say(ctx, tx, said)
		if err != nil {
			return err
		}
		var follow []ledger.Said
		var what []ledger.Turn
		for i, turn := range turns {
			reference := said[i].Attempt.Reference
			_, bounces := back[reference]
			if pass.word == ledger.WordSucceeded && bounces {
				first[reference] = turn
				continue
			}
			if turn == ledger.TurnReplaced && first[reference] == ledger.TurnSucceeded {
				turn = ledger.TurnNetted // by this alone does anybody hear that the payout has arrived
			}
			if turn == ledger.TurnReturned {
				switch first[reference] {
				case ledger.TurnSucceeded:
					turn = ledger.TurnFailed // nobody has heard of its arrival
				case ledger.TurnLate:
					continue // nor of that, and its failure is known
				default:
				}
			}
			l.count(turn)
			follow, what = append(follow, said[i]), append(what, turn)
		}
		if err := heardAll(ctx, tx, of.tickets, follow, what, r); err != nil {
			return err
		}
	}
	return nil
}

func (l *StatementLoaded) count(turn ledger.Turn) {
	switch turn {
	case ledger.TurnSucceeded, ledger.TurnLate:
		l.Succeeded++
	case ledger.TurnFailed, ledger.TurnReturned, ledger.TurnRecovered, ledger.TurnNetted, ledger.TurnReplaced:
		l.Failed++
	case ledger.TurnPaidTwice:
		l.PaidTwice++
	default:
	}
}

// saidBy is what lines say of the payouts that were sent. Another amount than was sent refuses the file. What left no
// later than the day on which the bank called the try failed does not make it arrive: the bank knew of it then.
func saidBy(lines, back map[string]rail.StatementLine, sent []ledger.Line, word ledger.Word) (said []ledger.Said, err error) {
	var faults rail.Faults
	for _, of := range sent {
		line, told := lines[of.Attempt.Reference]
		_, bounces := back[of.Attempt.Reference]
		switch {
		case !told:
			continue
		case line.Fen != of.Payout.Fen:
			faults.Add(line.Line, "amount", "amount_differs", nil)
		case word == ledger.WordSucceeded && !bounces && of.Attempt.State == ledger.StateFailed && line.Date <= area.DateOf(of.Attempt.AnsweredAt):
			continue // the line waits for the one that takes it back
		default:
			said = append(said, ledger.Said{Line: of, Word: word, Reason: string(line.Reason), Code: line.Code})
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
	if _, err := tx.ReconcilePayouts(ctx, tx.Actor().Area); err != nil {
		return err
	}
	return tx.Audit(ctx, act.Record{Action: "bank.line_settled", Subject: act.Subject{Kind: "ledger"}, Area: tx.Actor().Area, Reason: explained, Data: map[string]any{"line": line, "entry": entry}})
}
