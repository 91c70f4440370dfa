package relief

import (
	"bytes"
	"context"
	"crypto/sha256"

	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ticket"
)

// FileDirection is whether a file went to a bank or came from one.
type FileDirection string

// The directions.
const (
	FileOut FileDirection = "out"
	FileIn  FileDirection = "in"
)

// FileDirections lists both.
func FileDirections() []FileDirection { return []FileDirection{FileOut, FileIn} }

// BankFile is a file that went to a bank or came from one. Its body names accounts
// and people, and is kept sealed.
type BankFile struct {
	Direction FileDirection
	Name      string
	Type      string // media type
	Body      []byte
}

// Loaded is what a return came to.
type Loaded struct {
	Repeated  bool `json:"repeated" doc:"This very file was loaded before; nothing changed"`
	Accepted  int  `json:"accepted"`
	Succeeded int  `json:"succeeded"`
	Failed    int  `json:"failed"`
	PaidTwice int  `json:"paid_twice" doc:"Arrived after they were paid anew or called off: to be claimed back"`
	Unchanged int  `json:"unchanged" doc:"Said before, or not said at all"`
}

// LoadReturn books what a bank's return says of a batch, all of it or nothing. The
// same file again changes nothing. Any difference to what was sent refuses the
// whole file: rail.Refused names every fault by its line.
func LoadReturn(ctx context.Context, tx Tx, bank Bank, publicID string, file BankFile, r Rules) (Loaded, error) {
	if err := mayLoad(tx.Actor(), bank); err != nil {
		return Loaded{}, err
	}
	b, err := tx.BatchForUpdate(ctx, publicID)
	if err != nil {
		return Loaded{}, err
	}
	if !b.out() {
		return Loaded{}, act.NotInState("batch", b.State, "load a return")
	}
	if file.Name == "" {
		return Loaded{}, act.Invalid("file", "file_name_required", "Give the file's name; it counts once.")
	}
	sum := sha256.Sum256(file.Body)
	before, err := tx.BankFileLoaded(ctx, sum[:])
	if err != nil {
		return Loaded{}, err
	}
	if before {
		return Loaded{Repeated: true, Unchanged: b.Payouts}, nil
	}
	told, err := bank.ReadReturn(bytes.NewReader(file.Body))
	if err != nil {
		return Loaded{}, err
	}
	var loaded Loaded
	err = tx.Wherever(ctx, func() error { // a ticket may have moved to another county since
		sent, err := railBatch(ctx, tx, bank, b)
		if err != nil {
			return err
		}
		results, err := told.Results(sent, bank.AbsentMeansAccepted())
		if err != nil {
			return err
		}
		loaded, err = hearResults(ctx, tx, b, results, r)
		return err
	})
	if err != nil {
		return Loaded{}, err
	}
	file.Direction = FileIn
	if err := tx.AddBankFile(ctx, b, file); err != nil {
		return Loaded{}, err
	}
	if b.State != BatchClosed {
		b.State = BatchAnswered
	}
	if err := tx.SaveBatch(ctx, &b); err != nil {
		return Loaded{}, err
	}
	failpoint.Hit(failpoint.PayoutBeforeCommit)
	return loaded, audited(ctx, tx, b, "bank.return_loaded")
}

// mayLoad lets county finance act, and the program where it fetches returns itself.
func mayLoad(who act.Actor, bank Bank) error {
	if who.System != "" {
		return nil
	}
	if err := mayBatch(who, bank); err != nil {
		return err
	}
	if !bank.TakesFiles() {
		return act.Refused("bank_answers_itself", "This bank answers the program itself, under its signature; a file that somebody brings is not taken. Where its interface is away, the line's operator can let files in with returns_by_hand.")
	}
	return nil
}

// words are what a bank's status makes of a payout; what is pending stays as it is.
var words = map[rail.Status]ledger.Word{rail.Accepted: ledger.WordAccepted, rail.Succeeded: ledger.WordSucceeded, rail.Failed: ledger.WordFailed}

// hearResults books what a return says, and does what follows of it on each ticket.
func hearResults(ctx context.Context, tx Tx, b Batch, results []rail.Result, r Rules) (Loaded, error) {
	tickets, lines, err := linesOf(ctx, tx, b.ID)
	if err != nil {
		return Loaded{}, err
	}
	byReference := map[string]ledger.Line{}
	for _, l := range lines {
		byReference[l.Attempt.Reference] = l
	}
	var all []ledger.Said
	for _, result := range results {
		// "Seen before" says nothing of the one that was seen: it stays on its way, and the bank is asked.
		if result.Status == rail.Failed && result.Reason == rail.ReasonDuplicate {
			continue
		}
		if word, said := words[result.Status]; said {
			all = append(all, ledger.Said{Line: byReference[result.Item.Reference], Word: word, Reason: string(result.Reason), Code: result.Code})
		}
	}
	loaded := Loaded{Unchanged: len(results) - len(all)}
	return loaded, loaded.hear(ctx, tx, tickets, all, r)
}

// hear books what was said and counts what came of it.
func (l *Loaded) hear(ctx context.Context, tx Tx, tickets map[ledger.CaseID]*ticket.Ticket, all []ledger.Said, r Rules) error {
	turns, err := ledger.BankSays(ctx, tx, all)
	if err != nil {
		return err
	}
	for _, turn := range turns {
		l.count(turn)
	}
	return heardAll(ctx, tx, tickets, all, turns, r)
}

func (l *Loaded) count(turn ledger.Turn) {
	switch turn {
	case ledger.TurnAcked:
		l.Accepted++
	case ledger.TurnSucceeded, ledger.TurnLate:
		l.Succeeded++
	case ledger.TurnFailed, ledger.TurnReturned, ledger.TurnRecovered, ledger.TurnNetted, ledger.TurnReplaced:
		l.Failed++
	case ledger.TurnPaidTwice:
		l.PaidTwice++
	default:
		l.Unchanged++
	}
}

// AckBatch records that the bank's interface has taken a batch. That is not success.
func AckBatch(ctx context.Context, tx Tx, publicID string) error {
	return wholeBatch(ctx, tx, publicID, BatchAcked, ledger.Said{Word: ledger.WordAccepted}, Rules{})
}

// RefuseBatch records that the bank's interface, under its signature, does not take
// a batch: every payout of it has failed, and none was paid.
func RefuseBatch(ctx context.Context, tx Tx, publicID, code string, r Rules) error {
	return wholeBatch(ctx, tx, publicID, BatchAnswered, ledger.Said{Word: ledger.WordFailed, Reason: string(rail.ReasonOther), Code: code}, r)
}

// wholeBatch books one word of the bank's about every payout of a batch of which
// nothing is known yet. Where one has arrived by another word, a refusal of the whole
// is not believed: the batch stays as it is, what is not answered in time is unknown,
// and a person asks the bank.
func wholeBatch(ctx context.Context, tx Tx, publicID string, next BatchState, word ledger.Said, r Rules) error {
	_, err := batchOf(ctx, tx, publicID, func(b *Batch, tickets map[ledger.CaseID]*ticket.Ticket, lines []ledger.Line) error {
		if b.State != BatchSent {
			return nil
		}
		all := make([]ledger.Said, 0, len(lines))
		for _, l := range lines {
			switch l.Attempt.State {
			case ledger.StateSent, ledger.StateAcked, ledger.StateUnknown:
				word.Line = l
				all = append(all, word)
			case ledger.StateSucceeded:
				if word.Word == ledger.WordFailed {
					return nil
				}
			default:
			}
		}
		if err := new(Loaded).hear(ctx, tx, tickets, all, r); err != nil {
			return err
		}
		b.State = next
		return tx.SaveBatch(ctx, b)
	})
	return err
}
