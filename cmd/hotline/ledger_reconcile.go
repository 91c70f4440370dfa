package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

func reconcileCommand(config *string) *cobra.Command {
	var through string
	cmd := &cobra.Command{
		Use:   "reconcile COUNTY",
		Short: "What does not agree in a county's books with the bank and the cash; COUNTY is its code of 12 digits",
		Args:  cobra.ExactArgs(1),
		RunE: withBooks(config, func(ctx context.Context, db *store.DB, out io.Writer, args []string) error {
			county, err := countyArgument(args[0])
			if err != nil {
				return err
			}
			var items []ledger.OpenItem
			var floats []ledger.ImprestView
			var missing []ledger.Days
			var bank *ledger.BankBalance
			err = db.InTx(ctx, act.SystemConsole, func(tx *store.Tx) (err error) {
				day := area.DateOf(tx.Now())
				if through != "" {
					if day, err = area.ParseDate(through); err != nil {
						return fmt.Errorf("--through: %w", err)
					}
				}
				if items, err = tx.OpenItems(ctx, county, day); err != nil {
					return err
				}
				if floats, err = tx.Imprest(ctx); err != nil {
					return err
				}
				if bank, err = tx.BankBalance(ctx, county, day); err != nil {
					return err
				}
				missing, err = tx.MissingStatements(ctx, county, area.Founding, min(day, area.DateOf(tx.Now().AddDate(0, 0, -1))), false)
				return err
			})
			if err == nil {
				err = tellReconciliation(out, county, items, floats, bank)
			}
			if err == nil && bank != nil {
				err = tellBank(out, *bank)
			}
			if err == nil && len(missing) > 0 {
				_, err = fmt.Fprintf(out, "no statement tells of %s\n", ledger.InWords(missing))
			}
			if err == nil && len(items) > 0 {
				err = &exitError{fmt.Sprintf("%d things do not agree", len(items))}
			}
			if err == nil && bank != nil && bank.DifferenceFen != 0 {
				err = &exitError{"the bank's balance is not the books'"}
			}
			return err
		}),
	}
	cmd.Flags().StringVar(&through, "through", "", "up to the end of this day: 2026-10-31 (default: today)")
	return cmd
}

func tellReconciliation(out io.Writer, county area.Code, items []ledger.OpenItem, floats []ledger.ImprestView, bank *ledger.BankBalance) error {
	t := &table{out: out}
	t.line("%-12s %14s %14s %14s %14s %14s %14s", "float", "filled with", "in it", "in hands", "vouchers", "counts", "missing")
	for _, f := range floats {
		if county.Contains(area.Code(f.Area)) {
			t.line("%-12s %14s %14s %14s %14s %14s %14s", f.Area, ledger.Yuan(f.FilledFen), ledger.Yuan(f.FloatFen), ledger.Yuan(f.CashFen), ledger.Yuan(f.VouchersFen), ledger.Yuan(f.SuspenseFen), ledger.Yuan(f.MissingFen))
		}
	}
	for _, i := range items {
		t.line("%-16s %-12s %14s  since %s (%d days)  %s", i.Kind, i.Area, ledger.Yuan(i.Fen), i.Since.In(ticket.Shanghai).Format("2006-01-02 15:04"), i.AgeDays, i.What)
	}
	switch {
	case len(items) > 0:
	case bank != nil && bank.DifferenceFen == 0:
		t.line("books, bank and cash agree")
	case bank == nil:
		t.line("books and cash agree; no bank statement was loaded")
	}
	return t.err
}

// tellBank holds the bank's balance of the fund against the books'.
func tellBank(out io.Writer, b ledger.BankBalance) error {
	t := &table{out: out}
	t.line("%-12s %14s %14s %14s %14s %14s %14s", "fund on", "bank", "books", "bank first", "books first", "explained", "difference")
	t.line("%-12s %14s %14s %14s %14s %14s %14s", b.Day, ledger.Yuan(b.BankFen), ledger.Yuan(b.BooksFen), ledger.Yuan(b.BankFirstFen), ledger.Yuan(b.BooksFirstFen), ledger.Yuan(b.ExplainedFen), ledger.Yuan(b.DifferenceFen))
	for _, s := range b.Since {
		t.line("account %s differs from %s on by %s", b.AccountID, s.Day, ledger.Yuan(s.Fen))
	}
	return t.err
}

func reportCommand(config *string) *cobra.Command {
	var from, to string
	cmd := &cobra.Command{
		Use:   "report COUNTY",
		Short: "What happened in a county's books between two days, as JSON, to the fen",
		Args:  cobra.ExactArgs(1),
		RunE: withBooks(config, func(ctx context.Context, db *store.DB, out io.Writer, args []string) error {
			county, err := countyArgument(args[0])
			if err != nil {
				return err
			}
			var days [2]area.Date
			for i, text := range []string{from, to} {
				if days[i], err = area.ParseDate(text); err != nil {
					return fmt.Errorf("--%s: %w", []string{"from", "to"}[i], err)
				}
			}
			var r ledger.MonthReport
			err = db.InTx(ctx, act.SystemConsole, func(tx *store.Tx) (err error) {
				if r, err = tx.MonthReport(ctx, county, days[0], days[1]); err != nil {
					return err
				}
				if r.Open, err = tx.OpenItems(ctx, county, days[1]); err != nil {
					return err
				}
				r.Bank, err = tx.BankBalance(ctx, county, days[1])
				return err
			})
			if err != nil {
				return err
			}
			lines := json.NewEncoder(out)
			lines.SetIndent("", "  ")
			if err := lines.Encode(r); err != nil {
				return err
			}
			if !r.Agrees {
				return &exitError{"the report does not equal the ledger: run `hotline ledger verify`"}
			}
			return nil
		}),
	}
	cmd.Flags().StringVar(&from, "from", "", "first day: 2026-10-01")
	cmd.Flags().StringVar(&to, "to", "", "last day: 2026-10-31")
	_, _ = cmd.MarkFlagRequired("from"), cmd.MarkFlagRequired("to")
	return cmd
}

func countyArgument(text string) (area.Code, error) {
	code, err := area.ParseCode(text)
	if err == nil && code.Level() != area.LevelCounty {
		err = fmt.Errorf("%s is no county", text)
	}
	return code, err
}
