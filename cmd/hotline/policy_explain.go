package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.org/hotline/configs"
	"example.org/hotline/relief/rule"
)

// explained is what `hotline policy explain` was asked for.
type explained struct {
	inputs, version, lang string
}

func policyExplainCommand(config *string) *cobra.Command {
	var e explained
	cmd := &cobra.Command{
		Use:   "explain --inputs FILE",
		Short: "The arithmetic of a decision, line by line, as the citizen could read it",
		Example: "  hotline policy explain --inputs family.json\n" +
			"  hotline policy explain --inputs family.json --version aid-law-2026 --lang en",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if e.lang != string(rule.LangZh) && e.lang != string(rule.LangEn) {
				return fmt.Errorf("--lang: write zh or en")
			}
			in, err := sampleInputs(e.inputs)
			if err != nil {
				return err
			}
			v, err := e.rules(*config, in)
			if err != nil {
				return err
			}
			return tellAssessment(cmd.OutOrStdout(), v, in, rule.Lang(e.lang))
		},
	}
	cmd.Flags().StringVar(&e.inputs, "inputs", "", "a household as JSON (default: the sample family)")
	cmd.Flags().StringVar(&e.version, "version", "", "name or file of the version (default: the one in force on the day of the inputs)")
	cmd.Flags().StringVar(&e.lang, "lang", "zh", "zh or en")
	return cmd
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
func tellAssessment(out io.Writer, v *rule.Version, in rule.Inputs, lang rule.Lang) error {
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
	for _, told := range v.Explain(a, lang, nil) {
		t.line("%14s  %s", told.Amount, told.Text)
	}
	return t.err
}
