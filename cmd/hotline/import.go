package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/store"
)

// importer is who the command line acts for: whoever may read the keys and the
// database's password may import everything.
var importer = act.Actor{System: "import", Name: "hotline import"}

// mostImport is as many bytes as an imported file may have.
const mostImport = 32 << 20

func importCommand(config *string) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Bring a city's own files in: every fault is told by line, and nothing is half done",
	}
	cmd.AddCommand(importAreasCommand(config), importStaffCommand(config), importRelativesCommand(config))
	return cmd
}

// fileImport is one kind of file that a city brings; P is what a look at it gives.
type fileImport[P any] struct {
	use, short, long string
	look             func(ctx context.Context, tx *store.Tx, name string, raw []byte) (p P, id string, faults int, err error)
	apply            func(ctx context.Context, tx *store.Tx, id string) (P, error)
	tell             func(w io.Writer, p P) error
}

// importFileCommand looks at a file and, where that is wanted and it has no
// fault, applies it in the same transaction.
func importFileCommand[P any](config *string, kind fileImport[P]) *cobra.Command {
	var apply, asJSON bool
	cmd := &cobra.Command{
		Use: kind.use, Short: kind.short, Long: kind.long,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, name, err := readImport(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			db, err := openConfiguredStore(*config)
			if err != nil {
				return err
			}
			defer db.Close() //nolint:errcheck // the process ends here
			var p P
			var faults int
			err = db.InTx(cmd.Context(), importer, func(tx *store.Tx) (err error) {
				var id string
				if p, id, faults, err = kind.look(cmd.Context(), tx, name, raw); err != nil || !apply || faults > 0 {
					return err
				}
				p, err = kind.apply(cmd.Context(), tx, id)
				return err
			})
			if err != nil {
				return err
			}
			if asJSON {
				err = json.NewEncoder(cmd.OutOrStdout()).Encode(p)
			} else {
				err = kind.tell(cmd.OutOrStdout(), p)
			}
			if err == nil && faults > 0 {
				err = &exitError{why: "the file has faults"}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&apply, "apply", false, "carry it out; without it nothing is changed")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the preview as JSON")
	return cmd
}

func importAreasCommand(config *string) *cobra.Command {
	return importFileCommand(config, fileImport[area.ImportPreview]{
		use:   "areas FILE",
		short: "Look at a CSV file of places (code, name, valid_from, valid_to, merged_into), or apply it",
		long: "Tells what the file would change and every fault in it, by line, with what to do. With --apply it is carried out, in one transaction,\n" +
			"if it has no fault. Places that the file does not name stay as they are. UTF-8 or GB18030; - reads the standard input.",
		look: func(ctx context.Context, tx *store.Tx, name string, raw []byte) (p area.ImportPreview, id string, faults int, err error) {
			p, err = tx.PreviewDivisions(ctx, name, raw)
			return p, p.ID, p.Counts.Faults, err
		},
		apply: func(ctx context.Context, tx *store.Tx, id string) (area.ImportPreview, error) {
			return tx.ApplyDivisions(ctx, id)
		},
		tell: func(w io.Writer, p area.ImportPreview) error {
			c := p.Counts
			what := fmt.Sprintf("%d lines: %d new, %d changed, %d closed, %d merged, %d back again, %d as they are", c.Lines, c.New, c.Changed, c.Closed, c.Merged, c.Reopened, c.Same)
			return tellImport(w, p.Faults, what, c.Faults, p.Applied != nil, "Applied. Every running node takes it over within seconds.")
		},
	})
}

// openConfiguredStore opens the database that is configured, for one command.
func openConfiguredStore(config string) (*store.DB, error) {
	cfg, err := loadConfig(config)
	if err != nil {
		return nil, err
	}
	return openStore(cfg, newLogger(cfg.Log))
}

// readImport reads a file, or the standard input.
func readImport(in io.Reader, path string) (raw []byte, name string, err error) {
	name = filepath.Base(path)
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, "", fmt.Errorf("read the file: %w", err)
		}
		defer f.Close() //nolint:errcheck // it was only read
		in = f
	}
	raw, err = io.ReadAll(io.LimitReader(in, mostImport+1))
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("read the file: %w", err)
	case len(raw) > mostImport:
		return nil, "", fmt.Errorf("the file has more than %d MiB: split it, each part with its own header line", mostImport>>20)
	}
	return raw, name, nil
}

// tellImport says what a file would change, or has.
func tellImport(w io.Writer, shown []area.LineFault, what string, faults int, applied bool, done string) error {
	for _, f := range shown {
		if _, err := fmt.Fprintln(w, f.Error()); err != nil {
			return err
		}
	}
	end := "No fault. Nothing was changed; --apply carries it out."
	switch {
	case faults > 0:
		end = fmt.Sprintf("Faults: %d. Nothing was changed: correct them and bring the file again.", faults)
	case applied:
		end = done
	}
	_, err := fmt.Fprintf(w, "%s\n%s\n", what, end)
	return err
}
