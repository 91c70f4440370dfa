package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.org/hotline/configs"
	"example.org/hotline/ledger"
	"example.org/hotline/relief/rule"
)

// policyCommand is `hotline policy`: what a city does with its rules of aid before the line
// runs on them, and with a decision that somebody asks about.
func policyCommand(config *string) *cobra.Command {
	cmd := &cobra.Command{Use: "policy", Short: "Check and compare the rules of aid, and explain what follows from them"}
	cmd.AddCommand(policyCheckCommand(config), policyDiffCommand(config), policyExplainCommand(config))
	return cmd
}

// policyFolder is where the rules lie: the settings say so where there are any. These
// commands also run where no line is set up.
func policyFolder(config string) string {
	if cfg, err := loadConfig(config); err == nil {
		return cfg.Policy.Dir
	}
	return ""
}

func policyCheckCommand(config *string) *cobra.Command {
	return &cobra.Command{
		Use:   "check [FOLDER | FILE]",
		Short: "Report every fault of every rule that is data, with its file, line and remedy",
		Long: "Report every fault of every rule that is data, with its file, line and remedy. FOLDER is one\n" +
			"like policy.dir (default: that of the settings, else the built-in rules); FILE is one version of\n" +
			"the rules of aid, aid-*.yaml. It ends with status 1 where anything is wrong.",
		Example: "  hotline policy check\n  hotline policy check /etc/hotline/rules\n  hotline policy check aid-city-2027.yaml",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return checkPolicies(cmd.OutOrStdout(), cmp.Or(strings.Join(args, ""), policyFolder(*config)))
		},
	}
}

// checkPolicies says what is wrong, or which version is in force from which day.
func checkPolicies(out io.Writer, where string) error {
	var aids rule.Versions
	var err error
	if strings.HasSuffix(where, ".yaml") {
		var one *rule.Version
		one, err = readAid(where)
		aids = rule.Versions{one}
	} else {
		var all *configs.Policies
		if all, err = configs.LoadPolicies(where); err == nil {
			aids = all.Aids
		}
	}
	t := &table{out: out}
	if err != nil {
		faults := allErrors(err)
		for _, fault := range faults {
			t.line("%s", fault)
		}
		return cmp.Or(t.err, error(&exitError{fmt.Sprintf("%d faults", len(faults))}))
	}
	for _, v := range aids {
		t.line("%s in force from %s: %s, %s, %s, %s of approval", v.Version, v.ValidFrom,
			count(len(v.Standards), "standard"), count(len(v.Catalogue), "aid"), count(len(v.PaperKinds), "paper"), count(len(v.AuthorityTable), "line"))
	}
	return t.err
}

// readAid reads one version from a file.
func readAid(file string) (*rule.Version, error) {
	data, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	return configs.LoadAid(filepath.Base(file), data)
}

// findAid is a version by its name, or by its file.
func findAid(config, name string) (*rule.Version, error) {
	if strings.HasSuffix(name, ".yaml") {
		return readAid(name)
	}
	all, err := configs.LoadPolicies(policyFolder(config))
	if err != nil {
		return nil, err
	}
	v, err := all.Aids.Named(name)
	if err != nil {
		known := make([]string, len(all.Aids))
		for i, one := range all.Aids {
			known[i] = one.Version
		}
		return nil, fmt.Errorf("no version %s is loaded; there are %s, or name a file ending in .yaml", name, strings.Join(known, ", "))
	}
	return v, nil
}

func policyDiffCommand(config *string) *cobra.Command {
	var inputs string
	cmd := &cobra.Command{
		Use:   "diff WAS IS",
		Short: "What changes from one version of the rules of aid to another, by path, and for a sample family",
		Long: "What changes from one version of the rules of aid to another, by path, and for a sample family.\n" +
			"WAS and IS are names of versions, or files ending in .yaml.",
		Example: "  hotline policy diff aid-seed-2021 aid-law-2026\n  hotline policy diff aid-law-2026 aid-city-2027.yaml --inputs family.json",
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			was, err := findAid(*config, args[0])
			if err != nil {
				return err
			}
			is, err := findAid(*config, args[1])
			if err != nil {
				return err
			}
			sample, err := sampleInputs(inputs)
			if err != nil {
				return err
			}
			if inputs == "" { // invented, so it may live on whatever day both are in force
				sample.On = max(was.ValidFrom, is.ValidFrom)
			}
			return tellDiff(cmd.OutOrStdout(), was, is, sample)
		},
	}
	cmd.Flags().StringVar(&inputs, "inputs", "", "a household as JSON, instead of the sample family; see `hotline policy explain`")
	return cmd
}

// sampleInputs reads a household from a file, the sample family if it is empty.
func sampleInputs(file string) (rule.Inputs, error) {
	if file == "" {
		return configs.SampleFamily()
	}
	return readInputs(file)
}

func tellDiff(out io.Writer, was, is *rule.Version, sample rule.Inputs) error {
	changes := rule.Diff(was, is)
	t := &table{out: out}
	t.line("%s from %s, %s from %s: %s", was.Version, was.ValidFrom, is.Version, is.ValidFrom, count(len(changes), "change"))
	for _, c := range changes {
		t.line("  %s: %s -> %s", c.Path, shown(c.Path, c.Was), shown(c.Path, c.Is))
	}
	sides := make([]rule.Assessment, 2)
	for i, v := range []*rule.Version{was, is} {
		a, err := v.Assess(sample)
		if err != nil {
			return fmt.Errorf("%s on %s: %w", v.Version, sample.On, err)
		}
		sides[i] = a
	}
	a, b := sides[0], sides[1]
	t.line("\nA family of %s on %s", count(len(sample.Members), "person"), sample.On)
	t.line("  %-28s %20s %20s", "", was.Version, is.Version)
	row := func(what, x, y string) { t.line("  %-28s %20s %20s", what, x, y) }
	row("standard", ledger.Yuan(a.StandardFen), ledger.Yuan(b.StandardFen))
	row("on the edge below", ledger.Yuan(a.EdgeFen), ledger.Yuan(b.EdgeFen))
	row("income per head", ledger.Yuan(a.PerCapitaFen), ledger.Yuan(b.PerCapitaFen))
	row("property", within(a.PropertyOK), within(b.PropertyOK))
	row("tier", fmt.Sprint(a.Tier), fmt.Sprint(b.Tier))
	row("a month", ledger.Yuan(a.MonthlyFen), ledger.Yuan(b.MonthlyFen))
	first := func(v *rule.Version) (month string, notice string) {
		n, needed := v.Notice(rule.AidDibao)
		if !needed {
			return string(v.FirstPayMonth(sample.On)), "none"
		}
		from, last := n.Span(sample.On)
		return string(v.FirstPayMonth(last.Next())), fmt.Sprintf("%s to %s", from[5:], last[5:])
	}
	monthA, noticeA := first(was)
	monthB, noticeB := first(is)
	row("notice put up on that day", noticeA, noticeB)
	row("then first paid for", monthA, monthB)
	return t.err
}

// shown writes an amount in yuan beside its fen, and what is not there as a dash.
func shown(path, value string) string {
	var fen int64
	if value == "" {
		return "-"
	}
	if n, err := fmt.Sscan(value, &fen); n == 1 && err == nil && strings.HasSuffix(path, "fen") {
		return fmt.Sprintf("%s (%s)", value, ledger.Yuan(fen))
	}
	return value
}

func within(ok bool) string {
	if ok {
		return "within the lines"
	}
	return "above a line"
}
