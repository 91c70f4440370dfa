package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.org/hotline/api"
	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

var _ api.RelativeRows = (*store.Tx)(nil)

// relativeColumns are those of a file of declarations.
var relativeColumns = []area.Column{
	{Name: "login", Also: []string{"账号", "登录名"}, Required: true},
	{Name: "relation", Also: []string{"关系"}, Required: true},
	{Name: "name", Also: []string{"姓名"}, Required: true},
	{Name: "id_number", Also: []string{"身份证号"}, Required: true},
	{Name: "phone", Also: []string{"电话", "手机"}},
}

// relativesFile is what a file of declarations would do, or has done.
type relativesFile struct {
	Lines    int              `json:"lines"`
	Declared int              `json:"declared"` // by this file; zero until it is applied
	Same     int              `json:"same"`     // that were declared already
	Faults   []area.LineFault `json:"faults"`
	applied  bool
	list     []declaredBy
}

// declaredBy is a line of it.
type declaredBy struct {
	login string
	area.Relative
}

func importRelativesCommand(config *string) *cobra.Command {
	var file relativesFile
	return importFileCommand(config, fileImport[relativesFile]{
		use:   "relatives FILE",
		short: "Look at a CSV file of declared relatives (login, relation, name, id_number, phone), or apply it",
		long: "Tells every fault of the file by line. With --apply it is carried out, in one transaction, if it has no fault. The relation is one of\n" +
			"self (the person's own number), spouse, child, parent, sibling, grandparent, grandchild, in_law, other. What is declared already stays as\n" +
			"it is, and nothing is ever ended by a file. Numbers are kept sealed; the file itself is not kept. UTF-8 or GB18030; - reads the standard input.",
		look: func(ctx context.Context, tx *store.Tx, _ string, raw []byte) (relativesFile, string, int, error) {
			var err error
			file, err = lookAtRelatives(ctx, tx, raw)
			return file, "", len(file.Faults), err
		},
		apply: func(ctx context.Context, tx *store.Tx, _ string) (relativesFile, error) {
			return declareRelatives(ctx, tx, file)
		},
		tell: func(w io.Writer, f relativesFile) error {
			what := fmt.Sprintf("%d lines: %d declared, %d as they were", f.Lines, f.Declared, f.Same)
			return tellImport(w, f.Faults, what, len(f.Faults), f.applied, "Applied. What is declared counts at once.")
		},
	})
}

// lookAtRelatives reads a file and finds every fault in it.
func lookAtRelatives(ctx context.Context, tx *store.Tx, raw []byte) (relativesFile, error) {
	sheet := area.ReadSheet(raw, relativeColumns)
	f := relativesFile{Lines: len(sheet.Lines), Faults: sheet.Faults}
	for _, line := range sheet.Lines {
		fault := func(column, code, what, remedy string) {
			f.Faults = append(f.Faults, area.NewLineFault(line.Number, column, code, what, remedy, nil))
		}
		d := declaredBy{login: strings.ToLower(line.Cell("login")), Relative: area.Relative{Relation: area.Relation(line.Cell("relation")), Name: line.Cell("name")}}
		if _, err := tx.RelativesOf(ctx, d.login); errors.Is(err, act.ErrNotFound) {
			fault("login", "login_unknown", "Nobody has this login.", "Write the login as the list of staff has it.")
		} else if err != nil {
			return f, err
		}
		if !slices.Contains(area.Relations(), d.Relation) {
			fault("relation", "relation_unknown", "There is no such relation.", "Use one of self, spouse, child, parent, sibling, grandparent, grandchild, in_law, other.")
		}
		if d.Name == "" {
			fault("name", "name_missing", "The name is missing.", "Write it.")
		}
		identity, _, err := people.ParseIdentity(people.IdentityInput{Type: people.IdentityResident, Number: line.Cell("id_number")}, tx.Now())
		if known, is := errors.AsType[*act.Fault](err); is {
			fault("id_number", known.Code, "It is no identity number.", known.Detail)
		} else if err != nil {
			return f, err
		}
		d.Identity = string(identity.Number)
		if text := line.Cell("phone"); text != "" {
			if d.Phone = ticket.ParsePhone(text).E164; d.Phone == "" {
				fault("phone", "phone_form", "It is no telephone number.", "Write a mobile number of 11 digits, or a landline with its area code.")
			}
		}
		f.list = append(f.list, d)
	}
	return f, nil
}

// declareRelatives declares what a file without faults holds.
func declareRelatives(ctx context.Context, tx *store.Tx, f relativesFile) (relativesFile, error) {
	for _, d := range f.list {
		err := tx.DeclareRelativeOf(ctx, d.login, d.Relative)
		if known, is := errors.AsType[*act.Fault](err); is && known.Code == "relative_declared" {
			f.Same++
			continue
		}
		if err != nil {
			return f, err
		}
		f.Declared++
	}
	f.applied = true
	return f, nil
}
