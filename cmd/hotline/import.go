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
	cmd.AddCommand(importAreasCommand(config))
	return cmd
}

func importAreasCommand(config *string) *cobra.Command {
	var apply, asJSON bool
	cmd := &cobra.Command{
		Use:   "areas FILE",
		Short: "Look at a CSV file of places (code, name, valid_from, valid_to, merged_into), or apply it",
		Long: "Tells what the file would change and every fault in it, by line, with what to do. With --apply it is carried out, in one transaction,\n" +
			"if it has no fault. Places that the file does not name stay as they are. UTF-8 or GB18030; - reads the standard input.",
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
			p, err := importAreas(cmd.Context(), db, name, raw, apply)
			if err != nil {
				return err
			}
			if asJSON {
				err = json.NewEncoder(cmd.OutOrStdout()).Encode(p)
			} else {
				err = tellImport(cmd.OutOrStdout(), p)
			}
			if err == nil && p.Counts.Faults > 0 {
				err = &exitError{why: "the file has faults"}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&apply, "apply", false, "carry it out; without it nothing is changed")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the preview as JSON")
	return cmd
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

// importAreas looks at a file of places and applies it where that is wanted and it has no fault.
func importAreas(ctx context.Context, db *store.DB, name string, raw []byte, apply bool) (p area.ImportPreview, err error) {
	err = db.InTx(ctx, importer, func(tx *store.Tx) error {
		if p, err = tx.PreviewDivisions(ctx, name, raw); err != nil || !apply || p.Counts.Faults > 0 {
			return err
		}
		p, err = tx.ApplyDivisions(ctx, p.ID)
		return err
	})
	return p, err
}

// tellImport says what a file would change, or has.
func tellImport(w io.Writer, p area.ImportPreview) error {
	for _, f := range p.Faults {
		if _, err := fmt.Fprintln(w, f.Error()); err != nil {
			return err
		}
	}
	c := p.Counts
	_, err := fmt.Fprintf(w, "%d lines: %d new, %d changed, %d closed, %d merged, %d back again, %d as they are\n", c.Lines, c.New, c.Changed, c.Closed, c.Merged, c.Reopened, c.Same)
	if err != nil {
		return err
	}
	switch {
	case c.Faults > 0:
		_, err = fmt.Fprintf(w, "Faults: %d. Nothing was changed: correct them and bring the file again.\n", c.Faults)
	case p.Applied != nil:
		_, err = fmt.Fprintln(w, "Applied. Every running node takes it over within seconds.")
	default:
		_, err = fmt.Fprintln(w, "No fault. Nothing was changed; --apply carries it out.")
	}
	return err
}
