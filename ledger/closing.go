package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// CloseKind is the stretch that is closed.
type CloseKind string

// The stretches.
const (
	CloseDay   CloseKind = "day"   // every day up to one: nothing is dated into them any more
	CloseMonth CloseKind = "month" // with its report, and only where nothing is open
	CloseYear  CloseKind = "year"  // what it spent is taken off what it was given
)

// CloseKinds lists every CloseKind.
func CloseKinds() []CloseKind { return []CloseKind{CloseDay, CloseMonth, CloseYear} }

// Closing is a stretch of a county's books that is closed.
type Closing struct {
	PublicID string
	County   area.Code
	Kind     CloseKind
	Through  area.Date // its last day
	Note     string
	Banked   bool // the county pays through a bank: each day of a month has to be on a statement
	Report   json.RawMessage
	Hash     []byte // SHA-256 of Report
}

// CloseTx is what closing needs beside the rest.
type CloseTx interface {
	Tx
	ReconcileTx
	// LockClosing makes closings of one county wait for each other.
	LockClosing(ctx context.Context, county area.Code) error
	// LastClosed is the last day that a county has closed of a kind; empty where none.
	LastClosed(ctx context.Context, county area.Code, kind CloseKind) (area.Date, error)
	// AddClosing writes a closing down. act.ErrConflict where the stretch is closed already.
	AddClosing(ctx context.Context, c Closing) error
	// OpenItems lists what does not agree in a county's books as of the end of a day, oldest first.
	OpenItems(ctx context.Context, county area.Code, through area.Date) ([]OpenItem, error)
	// MissingStatements lists the days from one to another, both included, of which no statement of the county's bank tells, from the
	// first on which its fund moved. A county without a bank whose statements were never loaded misses none.
	MissingStatements(ctx context.Context, county area.Code, from, through area.Date, banked bool) ([]Days, error)
	// BankBalance holds the bank's balance against the books as of the last day up to one of which a statement tells; nil where none was ever loaded.
	BankBalance(ctx context.Context, county area.Code, through area.Date) (*BankBalance, error)
	// MonthReport is what happened in a county's books from one day to another, both included.
	MonthReport(ctx context.Context, county area.Code, from, to area.Date) (MonthReport, error)
	// YearExpenses are the expense accounts of a county with what they have spent and not yet been closed of.
	YearExpenses(ctx context.Context, county area.Code, through area.Date) ([]Account, error)
}

// Close closes a county's books up to a day that is over. A day's closing covers
// every day since the one before; a month needs all its days closed, each on a
// statement of the bank that the county pays through, with the balance of the books at
// its end, and nothing open; a year all its months, and takes what was spent off what
// was given. A county that has no bank and never loaded a statement names in the note of
// its month the paper against which the fund's balance was held.
func Close(ctx context.Context, tx CloseTx, kind CloseKind, through area.Date, note string, banked bool) (Closing, error) {
	c := Closing{PublicID: uuid.NewString(), County: tx.Actor().Area, Kind: kind, Through: through, Note: note, Banked: banked}
	if err := mayClose(tx.Actor(), c, tx.Now()); err != nil {
		return c, err
	}
	if err := tx.LockClosing(ctx, c.County); err != nil {
		return c, err
	}
	last, err := tx.LastClosed(ctx, c.County, kind)
	if err != nil {
		return c, err
	}
	if last >= through {
		return c, act.Conflict("closed_already", "That stretch is closed already; reload to see it.")
	}
	if err := c.nextAfter(last); err != nil {
		return c, err
	}
	report, err := closingReport(ctx, tx, c, last)
	if err != nil {
		return c, err
	}
	if c.Report, err = json.Marshal(report); err != nil {
		return c, fmt.Errorf("write the closing's report: %w", err)
	}
	sum := sha256.Sum256(c.Report)
	c.Hash = sum[:]
	if err := tx.AddClosing(ctx, c); err != nil {
		return c, err
	}
	if _, err := tx.ReconcilePayouts(ctx, c.County); err != nil {
		return c, err
	}
	return c, tx.Audit(ctx, act.Record{Action: "ledger.closed", Subject: act.Subject{Kind: "ledger"}, Area: c.County, Reason: note,
		Data: map[string]any{"kind": string(kind), "through": string(through), "hash": fmt.Sprintf("%x", c.Hash)}})
}

// nextAfter refuses to leave a month or a year out: its report would never be kept. Days are closed all at once.
func (c Closing) nextAfter(last area.Date) error {
	if last == "" || c.Kind == CloseDay {
		return nil
	}
	next := monthEnd(last.Next())
	if c.Kind == CloseYear {
		next = last.Next()[:4] + "-12-31"
	}
	if c.Through != next {
		return &act.Fault{Kind: act.ErrRefused, Code: "close_in_order", Detail: "Close the stretches one after the other: none may be left out.", Args: map[string]any{"next": string(next)}}
	}
	return nil
}

func mayClose(who act.Actor, c Closing, now time.Time) error {
	if !who.May(area.RoleCountyFinance) {
		return act.NotFound("account")
	}
	end, err := area.ParseDate(string(c.Through))
	if err != nil || end != c.Through {
		return act.Invalid("through", "bad_date", "Write the day as 2026-10-31.")
	}
	if c.Through >= area.DateOf(now) {
		return act.Refused("day_not_over", "Only what is over can be closed: give yesterday or earlier.")
	}
	switch c.Kind {
	case CloseDay:
		return nil
	case CloseMonth:
		if monthEnd(c.Through) != c.Through {
			return act.Invalid("through", "not_month_end", "A month is closed by its last day.")
		}
	case CloseYear:
		if c.Through[4:] != "-12-31" {
			return act.Invalid("through", "not_year_end", "A year is closed by its last day, the 31st of December.")
		}
	default:
		return act.Invalid("kind", "unknown_kind", "Close a day, a month or a year.")
	}
	return nil
}

// closingReport asks what must be so and gathers what is kept with the closing.
func closingReport(ctx context.Context, tx CloseTx, c Closing, last area.Date) (any, error) {
	items, err := tx.OpenItems(ctx, c.County, c.Through)
	if err != nil {
		return nil, err
	}
	switch c.Kind {
	case CloseDay:
		from := c.Through
		if last != "" {
			from = last.Next()
		}
		r, err := tx.MonthReport(ctx, c.County, from, c.Through)
		if err != nil {
			return nil, err
		}
		r.Open = items
		r.Bank, err = tx.BankBalance(ctx, c.County, c.Through)
		return r, err
	case CloseMonth:
		if err := closedBefore(ctx, tx, c, CloseDay, c.Through); err != nil {
			return nil, err
		}
		if open := slices.DeleteFunc(slices.Clone(items), func(i OpenItem) bool { return !i.hinders() }); len(open) > 0 {
			return nil, &act.Fault{Kind: act.ErrRefused, Code: "month_open", Detail: "Something of the month does not agree yet; the reconciliation lists it. Settle it, then close.",
				Args: map[string]any{"kind": string(open[0].Kind), "count": len(open)}}
		}
		if err := onStatements(ctx, tx, c); err != nil {
			return nil, err
		}
		bank, err := likeTheBank(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		r, err := tx.MonthReport(ctx, c.County, c.Through[:8]+"01", c.Through)
		r.Open, r.Bank = items, bank
		return r, err
	default:
		if err := closedBefore(ctx, tx, c, CloseMonth, c.Through); err != nil {
			return nil, err
		}
		r, err := tx.MonthReport(ctx, c.County, c.Through[:4]+"-01-01", c.Through)
		if err != nil {
			return nil, err
		}
		r.Open = items
		return r, carryYear(ctx, tx, c)
	}
}

// onStatements refuses a month with days of which the bank has not told.
func onStatements(ctx context.Context, tx CloseTx, c Closing) error {
	missing, err := tx.MissingStatements(ctx, c.County, c.Through[:8]+"01", c.Through, c.Banked)
	if err == nil && len(missing) > 0 {
		err = &act.Fault{Kind: act.ErrRefused, Code: "statements_missing", Detail: "The bank's statements do not cover every day of the month; load those of the days that are missing, then close.",
			Args: map[string]any{"days": InWords(missing)}}
	}
	return err
}

// likeTheBank refuses a month at whose end the bank has another balance than the books. Where no bank tells of the fund, somebody
// has to say which paper does.
func likeTheBank(ctx context.Context, tx CloseTx, c Closing) (*BankBalance, error) {
	bank, err := tx.BankBalance(ctx, c.County, c.Through)
	switch {
	case err != nil:
		return nil, err
	case bank != nil:
		return bank, bank.agrees()
	case c.Banked: // the fund has not moved yet, or statements would be missing
		return nil, nil
	case strings.TrimSpace(c.Note) == "":
		return nil, act.Invalid("note", "paper_required", "No statement of a bank tells of the fund. Name the paper against which its balance was held: the passbook's page, or the treasury's letter.")
	default:
		return nil, nil
	}
}

func closedBefore(ctx context.Context, tx CloseTx, c Closing, kind CloseKind, through area.Date) error {
	last, err := tx.LastClosed(ctx, c.County, kind)
	if err == nil && last < through {
		err = &act.Fault{Kind: act.ErrRefused, Code: "close_first", Detail: "Close what it is made of first: the days of a month, the months of a year.",
			Args: map[string]any{"kind": string(kind), "last": string(last)}}
	}
	return err
}

// carryYear takes what the year has spent off what it was given. What is left of the
// fund, of floats and of what is owed goes on into the next year by itself. The
// entries are dated now: the year's own days are closed.
func carryYear(ctx context.Context, tx CloseTx, c Closing) error {
	spent, err := tx.YearExpenses(ctx, c.County, c.Through)
	if err != nil {
		return err
	}
	var entries []Entry
	for _, a := range spent {
		if a.Posted == 0 {
			continue
		}
		e := Entry{Key: fmt.Sprintf("year:%s:%s:%s", c.Through[:4], a.Area, a.Holder), Event: EventYearClosed, Area: c.County, Postings: []Posting{
			{Ref: AccountRef{Kind: Appropriation, Area: c.County}, Fen: a.Posted, Layer: Posted}, {Ref: a.AccountRef, Fen: -a.Posted, Layer: Posted}}}
		entries = append(entries, e)
	}
	if len(entries) == 0 {
		return nil
	}
	return post(ctx, tx, entries...)
}

// monthEnd is the last day of a day's month.
func monthEnd(day area.Date) area.Date {
	at, _ := time.Parse(time.DateOnly, string(day)) // it was read before
	return area.DateOf(time.Date(at.Year(), at.Month()+1, 0, 12, 0, 0, 0, area.Shanghai))
}
