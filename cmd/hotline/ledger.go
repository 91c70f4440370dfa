package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// ledgerCommand reads the books where they lie. It changes nothing.
func ledgerCommand(config *string) *cobra.Command {
	cmd := &cobra.Command{Use: "ledger", Short: "Read and check the books"}
	cmd.AddCommand(ledgerVerifyCommand(config), trialBalanceCommand(config), statementCommand(config), reconcileCommand(config), reportCommand(config), ledgerExportCommand(config))
	return cmd
}

func ledgerVerifyCommand(config *string) *cobra.Command {
	var asJSON bool
	var export, keys string
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Sum the books up anew from their postings, and name everything that does not hold",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if export != "" {
				return verifyExport(cmd, export, keys, asJSON)
			}
			return withBooks(config, func(ctx context.Context, db *store.DB, out io.Writer, _ []string) error {
				v, err := db.VerifyLedger(ctx)
				if err != nil {
					return err
				}
				return told(out, v, asJSON)
			})(cmd, args)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	cmd.Flags().StringVar(&export, "export", "", "check the folder of an export instead, its audit chain too; needs neither settings nor database")
	cmd.Flags().StringVar(&keys, "keys", "", "with --export: the house's file of keys, to hash every link of the audit chain anew")
	return cmd
}

// told says what came of a check, and fails where something does not hold.
func told(out io.Writer, v ledger.Verification, asJSON bool) (err error) {
	if asJSON {
		err = json.NewEncoder(out).Encode(v)
	} else {
		err = tellVerification(out, v)
	}
	if err == nil && len(v.Faults) > 0 {
		err = &exitError{"the books do not hold"}
	}
	return err
}

func tellVerification(out io.Writer, v ledger.Verification) error {
	for _, f := range v.Faults {
		if _, err := fmt.Fprintf(out, "%-10s %s\n", f.Check, f.What); err != nil {
			return err
		}
	}
	what := "hold"
	if len(v.Faults) > 0 {
		what = fmt.Sprintf("DO NOT HOLD: %d faults. Pay nothing more until county finance and the auditor have looked at them", len(v.Faults))
	}
	_, err := fmt.Fprintf(out, "%d entries with %d postings on %d accounts for %d payouts %s (%d checks)\n", v.Entries, v.Postings, v.Accounts, v.Payouts, what, len(v.Checks))
	return err
}

func trialBalanceCommand(config *string) *cobra.Command {
	var at, under string
	cmd := &cobra.Command{
		Use:   "trial-balance",
		Short: "Every account with its balance, now or just before a past moment",
		Args:  cobra.NoArgs,
		RunE: withBooks(config, func(ctx context.Context, db *store.DB, out io.Writer, _ []string) error {
			before, err := momentOf("at", at)
			if err != nil {
				return err
			}
			var where area.Code
			if under != "" {
				if where, err = area.ParseCode(under); err != nil {
					return fmt.Errorf("--area: %w", err)
				}
			}
			var b ledger.TrialBalance
			err = db.InTx(ctx, act.SystemConsole, func(tx *store.Tx) (err error) {
				b, err = tx.TrialBalance(ctx, before)
				return err
			})
			if err != nil {
				return err
			}
			if where != "" {
				b = b.Under(where)
			}
			return tellBalance(out, b)
		}),
	}
	cmd.Flags().StringVar(&at, "at", "", "just before this moment: 2026-10-01 (its first instant in China) or 2026-10-01T08:00:00+08:00")
	cmd.Flags().StringVar(&under, "area", "", "only this division and all below it, by its code of 12 digits")
	return cmd
}

func tellBalance(out io.Writer, b ledger.TrialBalance) error {
	t := &table{out: out}
	t.line("%-14s %-12s %-24s %16s %16s %14s  %s", "account", "area", "holder", "debit", "credit", "held", "id")
	for _, a := range b.Accounts {
		holder := a.Holder
		if a.ID == "" {
			holder = fmt.Sprintf("%d cases", a.Cases)
		}
		t.line("%-14s %-12s %-24s %16s %16s %14s  %s", a.Kind, a.Area, holder, yuanOr(max(a.PostedFen, 0)), yuanOr(max(-a.PostedFen, 0)), yuanOr(a.PendingInFen+a.PendingOutFen), a.ID)
	}
	t.line("%-14s %-12s %-24s %16s %16s", "sum", "", "", ledger.Yuan(b.DebitFen), ledger.Yuan(b.CreditFen))
	if b.Whole && !b.Balanced {
		t.line("the two sums differ: run `hotline ledger verify`")
	}
	return t.err
}

func statementCommand(config *string) *cobra.Command {
	var from, until string
	cmd := &cobra.Command{
		Use:   "statement ACCOUNT",
		Short: "One account's postings, newest first; ACCOUNT is an id of the trial balance",
		Args:  cobra.ExactArgs(1),
		RunE: withBooks(config, func(ctx context.Context, db *store.DB, out io.Writer, args []string) (err error) {
			f := ledger.StatementFilter{Limit: 1000}
			if f.From, err = momentOf("from", from); err != nil {
				return err
			}
			if f.Until, err = momentOf("until", until); err != nil {
				return err
			}
			return tellStatement(out, func(cursor string) (s ledger.Statement, err error) {
				f.Cursor = cursor
				err = db.InTx(ctx, act.SystemConsole, func(tx *store.Tx) (err error) {
					s, err = tx.AccountStatement(ctx, args[0], f)
					return err
				})
				return s, err
			})
		}),
	}
	cmd.Flags().StringVar(&from, "from", "", "from this moment on: 2026-10-01, or with a time and its offset (default: the first line)")
	cmd.Flags().StringVar(&until, "until", "", "before this moment (default: now)")
	return cmd
}

func tellStatement(out io.Writer, page func(cursor string) (ledger.Statement, error)) error {
	s, err := page("")
	if err != nil {
		return err
	}
	t := &table{out: out}
	t.line("%s %s %s: %s before, + %s, - %s, %s after", s.Account.Kind, s.Account.Area, s.Account.Holder, ledger.Yuan(s.OpeningFen), ledger.Yuan(s.DebitFen), ledger.Yuan(s.CreditFen), ledger.Yuan(s.ClosingFen))
	for {
		for _, l := range s.Lines {
			t.line("%s  %-16s %-9s %16s %16s  %s %s", l.At.In(ticket.Shanghai).Format("2006-01-02 15:04:05"), l.Event, l.Layer, ledger.Yuan(l.AmountFen), ledger.Yuan(l.BalanceFen), l.By, l.Reason)
		}
		if s.Next == "" || t.err != nil {
			return t.err
		}
		if s, err = page(s.Next); err != nil {
			return err
		}
	}
}

// table writes lines and keeps the first fault.
type table struct {
	out io.Writer
	err error
}

func (t *table) line(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.out, format+"\n", args...)
	}
}

// yuanOr leaves a zero out.
func yuanOr(fen int64) string {
	if fen == 0 {
		return ""
	}
	return ledger.Yuan(fen)
}

// momentOf reads a day, which begins in China, or a time with its offset.
func momentOf(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, err := time.ParseInLocation(time.DateOnly, text, ticket.Shanghai); err == nil {
		return at, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("--%s: write a day (2026-10-01), or a time with its offset (2026-10-01T08:00:00+08:00)", flag)
	}
	return at, nil
}

// withBooks opens the configured database for a command.
func withBooks(config *string, run func(context.Context, *store.DB, io.Writer, []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		db, err := openConfiguredStore(*config)
		if err != nil {
			return err
		}
		defer db.Close() //nolint:errcheck // the process ends here
		return run(cmd.Context(), db, cmd.OutOrStdout(), args)
	}
}
