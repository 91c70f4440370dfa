package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/store"
)

var _ api.StaffRows = (*store.Tx)(nil)

func importStaffCommand(config *string) *cobra.Command {
	return importFileCommand(config, fileImport[area.StaffPreview]{
		use:   "staff FILE",
		short: "Look at a CSV file of people (login, name, role, area, phone, deputies), or apply it",
		long: "Tells what the file would change and every fault in it, by line, with what to do. With --apply it is carried out, in one transaction,\n" +
			"if it has no fault. Whoever the file does not name stays as they are. Passwords are not in files: each person gets a code for a\n" +
			"first one from the security administrator. UTF-8 or GB18030; - reads the standard input.",
		look: func(ctx context.Context, tx *store.Tx, name string, raw []byte) (p area.StaffPreview, id string, faults int, err error) {
			p, err = tx.PreviewStaff(ctx, name, raw)
			return p, p.ID, p.Counts.Faults, err
		},
		apply: func(ctx context.Context, tx *store.Tx, id string) (area.StaffPreview, error) {
			return tx.ApplyStaff(ctx, id)
		},
		tell: func(w io.Writer, p area.StaffPreview) error {
			c := p.Counts
			what := fmt.Sprintf("%d lines: %d new, %d changed, %d as they are; %d village assistants", c.Lines, c.New, c.Changed, c.Same, c.Assistants)
			return tellImport(w, p.Faults, what, c.Faults, p.Applied != nil, "Applied. New people sign in once the security administrator has handed them a code.")
		},
	})
}
