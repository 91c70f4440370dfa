package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"example.org/hotline/configs"
	"example.org/hotline/internal/seal"
)

// verdict is how a check ended.
type verdict string

const (
	verdictOK      verdict = "ok"
	verdictWarning verdict = "warning" // the line runs, but somebody should look
	verdictFault   verdict = "fault"   // the line does not run, or breaks a promise
)

// finding is one thing that was looked at.
type finding struct {
	Check   string  `json:"check"`
	Verdict verdict `json:"verdict"`
	Detail  string  `json:"detail"`
	Do      string  `json:"do,omitempty"` // what to do about it
}

// examination is one run of the doctor: the checks in order, and what they found.
type examination struct {
	cfg      configs.Config
	keys     *seal.Keyring // nil if the key file is at fault
	running  int           // process of the hotline that runs with this data folder; 0 none
	now      time.Time     // app_now(), or the node's clock while the database is away
	findings []finding
	show     func(finding) // told of each finding as it comes; may be nil
}

// report is what --json prints.
type report struct {
	Findings []finding `json:"findings"`
	Warnings int       `json:"warnings"`
	Faults   int       `json:"faults"`
}

func doctorCommand(config *string) *cobra.Command {
	var asJSON, defaults bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check this node and all it needs, and say what to do about each fault",
		Long: "Check this node and all it needs, and say what to do about each fault.\n" +
			"It changes nothing and may run beside the line. It ends with status 1 if there is a fault.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if defaults {
				_, err := cmd.OutOrStdout().Write(configs.DefaultYAML())
				return err
			}
			return runDoctor(cmd.Context(), cmd.OutOrStdout(), *config, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object instead of lines")
	cmd.Flags().BoolVar(&defaults, "defaults", false, "print the built-in configuration, every key with unit and default, and check nothing")
	return cmd
}

// runDoctor examines the node and prints what it finds. An *exitError says that there are faults.
func runDoctor(ctx context.Context, out io.Writer, config string, asJSON bool) error {
	var writing error
	e := &examination{now: time.Now()}
	if !asJSON {
		e.show = func(f finding) {
			if _, err := io.WriteString(out, f.line()); err != nil {
				writing = err
			}
		}
	}
	e.run(ctx, config)
	r := e.report()
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		writing = enc.Encode(r)
	} else if writing == nil {
		_, writing = fmt.Fprintln(out, r.summary())
	}
	if writing != nil {
		return writing
	}
	if r.Faults > 0 {
		return &exitError{r.summary()}
	}
	return nil
}

// run goes through every check. With a faulty configuration it stops there:
// whatever followed would be about settings that nobody meant.
func (e *examination) run(ctx context.Context, config string) {
	cfg, err := loadConfig(config)
	if err != nil {
		for _, fault := range allErrors(err) {
			e.fault("configuration", fault.Error(), "correct it; `hotline doctor --defaults` prints every key with its meaning. The other checks wait for this one")
		}
		return
	}
	e.cfg = cfg
	e.ok("configuration", "node %s with the roles %v", cfg.Node.ID, cfg.Roles)
	for _, check := range []func(context.Context){
		e.checkDataFolder, e.checkKeys, e.checkJournal,
		e.checkPostgres, e.checkRedis, e.checkSMS, e.checkWeCom, e.checkEmail, e.checkWebPush, e.checkBanks, e.checkForms,
		e.checkPolicies, e.checkPrompts, e.checkFlows, e.checkRTP, e.checkPorts,
	} {
		if ctx.Err() != nil {
			e.fault("doctor", "broken off", "run it again")
			return
		}
		check(ctx)
	}
}

func (e *examination) add(f finding) {
	e.findings = append(e.findings, f)
	if e.show != nil {
		e.show(f)
	}
}

func (e *examination) ok(check, format string, args ...any) {
	e.add(finding{Check: check, Verdict: verdictOK, Detail: fmt.Sprintf(format, args...)})
}

func (e *examination) warn(check, detail, do string) {
	e.add(finding{Check: check, Verdict: verdictWarning, Detail: detail, Do: do})
}

func (e *examination) fault(check, detail, do string) {
	e.add(finding{Check: check, Verdict: verdictFault, Detail: detail, Do: do})
}

func (e *examination) report() report {
	r := report{Findings: e.findings}
	for _, f := range e.findings {
		switch f.Verdict {
		case verdictWarning:
			r.Warnings++
		case verdictFault:
			r.Faults++
		case verdictOK:
		}
	}
	return r
}

func (r report) summary() string {
	if r.Faults+r.Warnings == 0 {
		return fmt.Sprintf("all %d checks passed", len(r.Findings))
	}
	return fmt.Sprintf("%s, %s, in %s", count(r.Faults, "fault"), count(r.Warnings, "warning"), count(len(r.Findings), "check"))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// line is a finding for a person to read, with its line end.
func (f finding) line() string {
	s := fmt.Sprintf("%-8s %-14s %s\n", f.Verdict, f.Check, f.Detail)
	if f.Do != "" {
		s += fmt.Sprintf("%-23s → %s\n", "", f.Do)
	}
	return s
}

// allErrors takes a joined error apart.
func allErrors(err error) []error {
	var many interface{ Unwrap() []error }
	if !errors.As(err, &many) {
		return []error{err}
	}
	var all []error
	for _, one := range many.Unwrap() {
		all = append(all, allErrors(one)...)
	}
	return all
}
