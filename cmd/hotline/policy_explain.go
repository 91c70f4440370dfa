package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.org/hotline/configs"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/rule"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

// explained is what `hotline policy explain` was asked for.
type explained struct {
	inputs, version, lang string
}

func policyExplainCommand(config *string) *cobra.Command {
	var e explained
	cmd := &cobra.Command{
		Use:   "explain [CASE]",
		Short: "The arithmetic of a decision, line by line, as the citizen could read it",
		Long: "The arithmetic of a decision, line by line, as the citizen could read it. CASE is the number of a\n" +
			"ticket: what its decision rested on is computed anew by the version that decided it, and looking at\n" +
			"it leaves a record. Without CASE a household from a file is computed, or the sample family.",
		Example: "  hotline policy explain 2611300000018\n" +
			"  hotline policy explain --inputs family.json --version aid-law-2026 --lang en",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if e.lang != string(rule.LangZh) && e.lang != string(rule.LangEn) {
				return fmt.Errorf("--lang: write zh or en")
			}
			if len(args) == 1 {
				return e.explainCase(cmd.Context(), cmd.OutOrStdout(), *config, ticket.Number(args[0]))
			}
			in, err := sampleInputs(e.inputs)
			if err != nil {
				return err
			}
			v, err := e.rules(*config, in)
			if err != nil {
				return err
			}
			return tellAssessment(cmd.OutOrStdout(), v, in, rule.Lang(e.lang), nil)
		},
	}
	cmd.Flags().StringVar(&e.inputs, "inputs", "", "a household as JSON (default: the sample family)")
	cmd.Flags().StringVar(&e.version, "version", "", "name or file of the version (default: the one in force on the day of the inputs)")
	cmd.Flags().StringVar(&e.lang, "lang", "zh", "zh or en")
	return cmd
}

// explainCase computes anew what a case was decided by.
func (e explained) explainCase(ctx context.Context, out io.Writer, config string, number ticket.Number) error {
	if e.inputs != "" || e.version != "" {
		return fmt.Errorf("a case has its own inputs and version: leave --inputs and --version out")
	}
	db, err := openConfiguredStore(config)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // nothing was written that closing could lose
	var frozen store.Frozen
	err = db.InTx(ctx, act.SystemConsole, func(tx *store.Tx) (err error) {
		frozen, err = tx.FrozenInputs(ctx, number)
		return err
	})
	if errors.Is(err, act.ErrNotFound) {
		return fmt.Errorf("no assessment was made on a ticket %s", number)
	}
	if err != nil {
		return err
	}
	v, err := findAid(config, frozen.Rules)
	if err != nil {
		return err
	}
	members := map[string]int{}
	for i, m := range frozen.Inputs.Members {
		members[m.Ref] = i + 1
	}
	return tellAssessment(out, v, frozen.Inputs, rule.Lang(e.lang), func(ref string) string {
		if e.lang == string(rule.LangEn) {
			return fmt.Sprintf("person %d", members[ref])
		}
		return fmt.Sprintf("成员%d", members[ref])
	})
}

// rules is the version that was asked for, or the one in force on the day.
func (e explained) rules(config string, in rule.Inputs) (*rule.Version, error) {
	if e.version != "" {
		return findAid(config, e.version)
	}
	all, err := configs.LoadPolicies(policyFolder(config))
	if err != nil {
		return nil, err
	}
	return all.Aids.On(in.On), nil
}

// readInputs reads a household from a file; a key that the inputs do not have is a fault.
func readInputs(file string) (rule.Inputs, error) {
	data, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return rule.Inputs{}, err
	}
	var in rule.Inputs
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return in, fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	return in, nil
}

// tellAssessment prints the amounts right-aligned before what they are.
func tellAssessment(out io.Writer, v *rule.Version, in rule.Inputs, lang rule.Lang, who func(string) string) error {
	a, err := v.Assess(in)
	if err != nil {
		return err
	}
	basis := v.Basis.Zh
	if lang == rule.LangEn {
		basis = v.Basis.En
	}
	t := &table{out: out}
	t.line("%s  %s  %s", v.Version, in.On, basis)
	for _, told := range v.Explain(a, lang, who) {
		t.line("%14s  %s", told.Amount, told.Text)
	}
	return t.err
}
