package relief

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
	"example.org/hotline/ledger/rail"
	"example.org/hotline/ticket"
)

// Bank is the bank through which a county's payouts go, in whatever form its files have.
type Bank interface {
	// ID stays with every batch.
	ID() string
	// County is whose fund pays.
	County() area.Code
	// AbsentMeansAccepted is what was agreed of payouts that a return does not name.
	AbsentMeansAccepted() bool
	// AnswerLimit is how long the bank may be without an answer.
	AnswerLimit() time.Duration
	// Wired reports whether the program speaks to the bank itself; else people carry its files.
	Wired() bool
	// TakesFiles reports whether people may load its returns from files.
	TakesFiles() bool
	// Debit fills in who pays a batch.
	Debit(rail.Batch) rail.Batch
	// File is the file of a batch, the same each time.
	File(rail.Batch) (rail.File, error)
	// ReadReturn reads what the bank says of a batch; rail.Refused with every fault by line.
	ReadReturn(io.Reader) (rail.Return, error)
}

// BatchState is where a batch stands.
type BatchState string

// The states.
const (
	BatchDraft     BatchState = "draft"     // made, and waits for another person
	BatchSent      BatchState = "sent"      // released: the bank may have it
	BatchAcked     BatchState = "acked"     // the bank has said that it has it
	BatchAnswered  BatchState = "answered"  // a return was loaded
	BatchClosed    BatchState = "closed"    // the bank has said of every payout what became of it
	BatchDiscarded BatchState = "discarded" // thrown away as a draft: nothing left
)

// BatchStates lists every BatchState.
func BatchStates() []BatchState {
	return []BatchState{BatchDraft, BatchSent, BatchAcked, BatchAnswered, BatchClosed, BatchDiscarded}
}

// Batch is one list of payouts for a bank.
type Batch struct {
	ID         ledger.BatchID
	PublicID   string // 32 characters: what the bank knows it by
	County     area.Code
	Bank       string
	State      BatchState
	Payouts    int
	Fen        int64 // control sum
	Execute    area.Date
	FileName   string // of a batch that was released
	FileSHA256 []byte
	MadeBy     area.StaffID
	MadeAt     time.Time
	ReleasedBy area.StaffID
	ReleasedAt time.Time
	AnswerDue  time.Time
	ClosedBy   area.StaffID
	ClosedAt   time.Time
	Version    int64
}

// Subject names the batch in timers and the audit chain.
func (b Batch) Subject() act.Subject { return act.Subject{Kind: "bank_batch", ID: int64(b.ID)} }

// out reports whether the bank may have the batch.
func (b Batch) out() bool {
	return b.State == BatchSent || b.State == BatchAcked || b.State == BatchAnswered || b.State == BatchClosed
}

// most is how many payouts one batch holds here: they are booked in one act.
const mostOfBatch = 500

// TimerBankUnanswered fires when a bank has been without an answer for too long, on the subject "bank_batch".
const TimerBankUnanswered = "bank_unanswered"

// BatchInput asks for a batch.
type BatchInput struct {
	PublicID string    // UUID, made by the client and kept for the retry
	Execute  area.Date // on which the bank is to pay
	Payouts  []string  // public ids; empty: all that are reserved for the bank
}

// mayBatch lets county finance act for its own county's bank.
func mayBatch(who act.Actor, bank Bank) error {
	if !who.May(area.RoleCountyFinance) || who.Area != bank.County() {
		return act.NotFound("batch")
	}
	return nil
}

// MakeBatch takes what is reserved for the bank into a draft. Another person
// releases it; until then it can be thrown away.
func MakeBatch(ctx context.Context, tx Tx, bank Bank, in BatchInput) (Batch, error) {
	if err := mayBatch(tx.Actor(), bank); err != nil {
		return Batch{}, err
	}
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return Batch{}, err
	}
	if day, err := area.ParseDate(string(in.Execute)); err != nil || day < area.DateOf(tx.Now()) || day > area.DateOf(tx.Now().AddDate(0, 0, 31)) {
		return Batch{}, act.Invalid("execute_on", "batch_date", "Give the day of payment as 2026-10-01: today, or within a month.")
	}
	b := Batch{PublicID: strings.ReplaceAll(in.PublicID, "-", ""), County: bank.County(), Bank: bank.ID(), State: BatchDraft, Execute: in.Execute,
		MadeBy: tx.Actor().StaffID, MadeAt: tx.Now(), Version: 1}
	lines, err := tx.ReservedForBank(ctx, b.County, in.Payouts, mostOfBatch)
	if err != nil {
		return Batch{}, err
	}
	err = tx.Wherever(ctx, func() error {
		lines, err = notReplaced(ctx, tx, lines, len(in.Payouts) > 0)
		return err
	})
	if err != nil {
		return Batch{}, err
	}
	if len(lines) == 0 || (len(in.Payouts) > 0 && len(lines) != len(in.Payouts)) {
		return Batch{}, act.Refused("nothing_reserved", "Not all of these payouts are reserved for the bank now; reload the list.")
	}
	b.Payouts = len(lines)
	for _, l := range lines {
		b.Fen += l.Payout.Fen
	}
	if err := tx.AddBatch(ctx, &b); err != nil {
		return Batch{}, err
	}
	if err := ledger.PutInBatch(ctx, tx, b.ID, lines); err != nil {
		return Batch{}, err
	}
	err = tx.Wherever(ctx, func() error { _, err := fileOf(ctx, tx, bank, b); return err }) // what the bank's form cannot hold is said now
	if err != nil {
		return Batch{}, err
	}
	return b, audited(ctx, tx, b, "bank.batch_made")
}

// notReplaced leaves out, or refuses, payouts whose account was replaced since they were
// started: their money would go where the payee no longer wants it. They are called off
// and started anew.
func notReplaced(ctx context.Context, tx Tx, lines []ledger.Line, refuse bool) (sound []ledger.Line, err error) {
	for _, l := range lines {
		to, err := tx.PayeeAccount(ctx, l.Attempt.Account)
		if err != nil {
			return nil, err
		}
		if !to.Replaced {
			sound = append(sound, l)
		} else if refuse {
			return nil, &act.Fault{Kind: act.ErrRefused, Code: "replaced_in_batch", Detail: "The payee's account was replaced after this payout was started. Discard the batch where there is one, call the payout off and start it anew on the newest account.",
				Args: map[string]any{"payout": l.Payout.PublicID}}
		}
	}
	return sound, nil
}

// fileOf is the file of a batch.
func fileOf(ctx context.Context, tx Tx, bank Bank, b Batch) (rail.File, error) {
	sent, err := railBatch(ctx, tx, bank, b)
	if err != nil {
		return rail.File{}, err
	}
	return bank.File(sent)
}

// railBatch is a batch as it is sent: made anew from the books each time, and the same each time.
func railBatch(ctx context.Context, tx Tx, bank Bank, b Batch) (rail.Batch, error) {
	items, err := tx.BatchItems(ctx, b)
	if err != nil {
		return rail.Batch{}, err
	}
	return bank.Debit(rail.Batch{ID: b.PublicID, Execute: b.Execute, Created: b.MadeAt, Items: items}), nil
}

func audited(ctx context.Context, tx Tx, b Batch, action string) error {
	return tx.Audit(ctx, act.Record{Action: action, Subject: b.Subject(), Area: b.County,
		Data: map[string]any{"batch": b.PublicID, "bank": b.Bank, "payouts": b.Payouts, "amount_fen": b.Fen}})
}

// batchOf locks a batch that is in sight, then its tickets and its payouts, in the order of
// ids, and does something with them. The tickets may have moved to another county since.
func batchOf(ctx context.Context, tx Tx, publicID string, do func(*Batch, map[ledger.CaseID]*ticket.Ticket, []ledger.Line) error) (Batch, error) {
	b, err := tx.BatchForUpdate(ctx, publicID)
	if err != nil {
		return Batch{}, err
	}
	err = tx.Wherever(ctx, func() error {
		tickets, lines, err := linesOf(ctx, tx, b.ID)
		if err != nil {
			return err
		}
		return do(&b, tickets, lines)
	})
	return b, err
}

func linesOf(ctx context.Context, tx Tx, batches ...ledger.BatchID) (map[ledger.CaseID]*ticket.Ticket, []ledger.Line, error) {
	ids, err := tx.BatchTickets(ctx, batches...)
	if err != nil {
		return nil, nil, err
	}
	if err := tx.LockTickets(ctx, ids); err != nil {
		return nil, nil, err
	}
	tickets := map[ledger.CaseID]*ticket.Ticket{}
	for _, id := range ids {
		t, err := tx.TicketForUpdate(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		tickets[ledger.CaseID(id)] = &t
	}
	lines, err := tx.BatchLines(ctx, batches...)
	return tickets, lines, err
}

// ReleaseBatch lets a batch go to the bank, on another person's word. From here on
// the bank may have it, whatever becomes of the file.
func ReleaseBatch(ctx context.Context, tx Tx, bank Bank, publicID string) (Batch, error) {
	me := tx.Actor()
	if err := mayBatch(me, bank); err != nil {
		return Batch{}, err
	}
	b, err := batchOf(ctx, tx, publicID, func(b *Batch, tickets map[ledger.CaseID]*ticket.Ticket, lines []ledger.Line) error {
		switch {
		case b.State != BatchDraft:
			return act.NotInState("batch", b.State, "release")
		case b.MadeBy == me.StaffID:
			return act.Refused("own_batch", "Who made the batch cannot release it; another person must.")
		}
		if _, err := notReplaced(ctx, tx, lines, true); err != nil {
			return err
		}
		return letGo(ctx, tx, bank, b, tickets, lines)
	})
	if err != nil {
		return Batch{}, err
	}
	failpoint.Hit(failpoint.PayoutBeforeCommit)
	return b, audited(ctx, tx, b, "bank.batch_released")
}

// letGo makes the batch one that the bank may have.
func letGo(ctx context.Context, tx Tx, bank Bank, b *Batch, tickets map[ledger.CaseID]*ticket.Ticket, lines []ledger.Line) error {
	me := tx.Actor().StaffID
	for _, l := range lines {
		l.Payout.CallTaker = tickets[l.Payout.Case].CallTaker // may have become known since the payout was made
	}
	file, err := fileOf(ctx, tx, bank, *b)
	if err != nil {
		return err
	}
	if err := ledger.SendToBank(ctx, tx, lines, b.MadeBy, me); err != nil {
		return err
	}
	sum := sha256.Sum256(file.Body)
	b.State, b.FileName, b.FileSHA256, b.ReleasedBy, b.ReleasedAt = BatchSent, file.Name, sum[:], me, tx.Now()
	b.AnswerDue = tx.Now().Add(bank.AnswerLimit())
	if err := tx.SaveBatch(ctx, b); err != nil {
		return err
	}
	if err := tx.AddBankFile(ctx, *b, BankFile{Direction: FileOut, Name: file.Name, Type: file.Type, Body: file.Body}); err != nil {
		return err
	}
	if bank.Wired() {
		if err := tx.AddErrand(ctx, *b); err != nil {
			return err
		}
	}
	if err := tx.Arm(ctx, act.Timer{Subject: b.Subject(), Kind: TimerBankUnanswered, Epoch: 1, DueAt: b.AnswerDue}); err != nil {
		return err
	}
	return tx.Together(ctx, func() error {
		for _, l := range lines {
			if err := told(ctx, tx, *tickets[l.Payout.Case], *l.Payout, "disbursement.sent", "", map[string]any{"try": l.Attempt.Number}); err != nil {
				return err
			}
		}
		return nil
	})
}

// DiscardBatch throws a draft away: nothing has left, and its payouts wait for another batch.
func DiscardBatch(ctx context.Context, tx Tx, bank Bank, publicID string) (Batch, error) {
	if err := mayBatch(tx.Actor(), bank); err != nil {
		return Batch{}, err
	}
	b, err := batchOf(ctx, tx, publicID, func(b *Batch, _ map[ledger.CaseID]*ticket.Ticket, lines []ledger.Line) error {
		if b.State != BatchDraft {
			return act.NotInState("batch", b.State, "discard")
		}
		b.State = BatchDiscarded
		return ledger.TakeOutOfBatch(ctx, tx, lines)
	})
	if err != nil {
		return Batch{}, err
	}
	if err := tx.SaveBatch(ctx, &b); err != nil {
		return Batch{}, err
	}
	return b, audited(ctx, tx, b, "bank.batch_discarded")
}

// CloseBatch ends a batch of which nothing is open: what nobody knows keeps it open.
func CloseBatch(ctx context.Context, tx Tx, bank Bank, publicID string) (Batch, error) {
	if err := mayBatch(tx.Actor(), bank); err != nil {
		return Batch{}, err
	}
	b, err := batchOf(ctx, tx, publicID, func(b *Batch, _ map[ledger.CaseID]*ticket.Ticket, lines []ledger.Line) error {
		return b.close(lines, tx.Actor().StaffID, tx.Now())
	})
	if err != nil {
		return Batch{}, err
	}
	if err := tx.SaveBatch(ctx, &b); err != nil {
		return Batch{}, err
	}
	if err := tx.Cancel(ctx, b.Subject(), TimerBankUnanswered); err != nil {
		return Batch{}, err
	}
	return b, audited(ctx, tx, b, "bank.batch_closed")
}

func (b *Batch) close(lines []ledger.Line, by area.StaffID, at time.Time) error {
	if !b.out() || b.State == BatchClosed {
		return act.NotInState("batch", b.State, "close")
	}
	open := 0
	for _, l := range lines {
		if slices.Contains([]ledger.State{ledger.StateSent, ledger.StateAcked, ledger.StateUnknown}, l.Attempt.State) {
			open++
		}
	}
	if open > 0 {
		return &act.Fault{Kind: act.ErrRefused, Code: "batch_open", Detail: "The bank has not said of every payout what became of it; a batch is closed when nothing is unknown.",
			Args: map[string]any{"open": open}}
	}
	b.State, b.ClosedBy, b.ClosedAt = BatchClosed, by, at
	return nil
}

// BankUnanswered is the handler of TimerBankUnanswered: what the bank has not
// answered is unknown from now on, and county finance is told. Nothing is paid anew.
func BankUnanswered(ctx context.Context, tx Tx, timer act.Timer) error {
	b, err := tx.BatchByID(ctx, ledger.BatchID(timer.Subject.ID))
	if err != nil {
		return err
	}
	tickets, lines, err := linesOf(ctx, tx, b.ID)
	if err != nil {
		return err
	}
	lost, err := ledger.LoseAnswer(ctx, tx, lines)
	if err != nil || len(lost) == 0 {
		return err
	}
	for _, l := range lost {
		if err := told(ctx, tx, *tickets[l.Payout.Case], *l.Payout, "disbursement.unknown", "", map[string]any{"try": l.Attempt.Number}); err != nil {
			return err
		}
	}
	_, err = tellRole(ctx, tx, *tickets[lost[0].Payout.Case], b.County, area.RoleCountyFinance,
		message{"bank_unanswered", b.PublicID, map[string]string{"count": fmt.Sprint(len(lost))}})
	return err
}
