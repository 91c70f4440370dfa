package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.org/hotline/configs"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/source"
	"example.org/hotline/relief/source/connect"
	"example.org/hotline/relief/source/sourcesim"
)

// sourceCommand is `hotline source`: what a city does with its catalogue of data sources
// before a household is asked about.
func sourceCommand(config *string) *cobra.Command {
	cmd := &cobra.Command{Use: "source", Short: "Check the catalogue of data sources, and try one with an invented person"}
	cmd.AddCommand(sourceCheckCommand(config), sourceTryCommand(config))
	return cmd
}

func sourceCheckCommand(config *string) *cobra.Command {
	return &cobra.Command{
		Use:   "check [FILE]",
		Short: "Report every fault of the catalogue of data sources, with its line and remedy",
		Long: "Report every fault of the catalogue of data sources, with its line and remedy, and which sources\n" +
			"hotline.yaml says a way to. FILE is one like catalogue/sources.yaml (default: that of policy.dir,\n" +
			"else the built-in one). Nobody is asked anything. It ends with status 1 where anything is wrong.",
		Example: "  hotline source check\n  hotline source check sources-2027.yaml",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			policies, ways, err := readSources(*config, strings.Join(args, ""))
			if err != nil {
				return tellFaults(cmd.OutOrStdout(), err)
			}
			t := &table{out: cmd.OutOrStdout()}
			for _, s := range policies.Sources.Sources {
				way := "no way to it in hotline.yaml"
				if ways[s.Code] != nil {
					way = "reached by hotline.yaml"
				}
				t.line("%2d %-22s %-22s %s, %s within %s, counts for %s: %s", s.Number, s.Code, s.Department, count(len(s.Answer.Fields), "field"), s.Request.Method, s.Timeout, count(s.FreshDays, "day"), way)
			}
			t.line("%s of %s, version %s: no fault. %d of them are reached.", count(len(policies.Sources.Sources), "source"),
				count(len(policies.Sources.Departments), "department"), policies.Sources.Version, len(ways))
			return t.err
		},
	}
}

// readSources is a city's catalogue and the ways to its sources. A file in place of the
// catalogue is checked alone, against the same ways.
func readSources(config, file string) (*configs.Policies, map[string]*connect.Connector, error) {
	settings, known := []configs.SourceConfig(nil), false
	dir := ""
	if cfg, err := loadConfig(config); err == nil {
		settings, dir, known = cfg.Sources, cfg.Policy.Dir, true
	} else if config != "" && !errors.Is(err, os.ErrNotExist) {
		return nil, nil, err
	}
	policies := &configs.Policies{}
	var err error
	if file == "" {
		policies, err = configs.LoadPolicies(dir)
	} else {
		var data []byte
		if data, err = os.ReadFile(filepath.Clean(file)); err == nil {
			policies.Sources, err = configs.ParseSources(filepath.Base(file), data)
		}
	}
	if err != nil || !known {
		return policies, nil, err
	}
	ways, err := policies.OpenSources(settings, time.Now)
	return policies, ways, err
}

// tellFaults says each fault on a line of its own.
func tellFaults(out io.Writer, err error) error {
	t := &table{out: out}
	faults := allErrors(err)
	for _, fault := range faults {
		t.line("%s", fault)
	}
	return cmp.Or(t.err, error(&exitError{count(len(faults), "fault")}))
}

func sourceTryCommand(config *string) *cobra.Command {
	var simulator bool
	var serial string
	cmd := &cobra.Command{
		Use:   "try CODE",
		Short: "Ask one data source about a person who does not exist, and tell how it answered",
		Long: "Ask one data source about a person who does not exist: the place in their identity number is none.\n" +
			"It tells the state, the time, the tries, and which fields of the catalogue were found in the answer.\n" +
			"What stands in them is never shown. With --simulator the source is played here; the last digit of\n" +
			"--serial says what it knows of the person. It ends with status 1 where the source did not answer.",
		Example: "  hotline source try vehicles\n  hotline source try vehicles --simulator --serial 001",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q, err := inventedPerson(serial)
			if err != nil {
				return err
			}
			policies, ways, err := readSources(*config, "")
			if err != nil {
				return tellFaults(cmd.OutOrStdout(), err)
			}
			one, known := policies.Sources.Source(args[0])
			if !known {
				codes := make([]string, 0, len(policies.Sources.Sources))
				for _, s := range policies.Sources.Sources {
					codes = append(codes, s.Code)
				}
				return fmt.Errorf("there is no such source; name one of %s", strings.Join(codes, ", "))
			}
			ask := ways[one.Code]
			if simulator {
				sim, stop, err := playSource(cmd.Context(), policies.Sources, one)
				if err != nil {
					return err
				}
				defer stop()
				ask = sim
			}
			if ask == nil {
				return fmt.Errorf("hotline.yaml says no way to this source: add the department %s under sources, or use --simulator", one.Department)
			}
			q.Source = one.Code
			return tellReading(cmd.OutOrStdout(), one, ask.Ask(cmd.Context(), q))
		},
	}
	cmd.Flags().BoolVar(&simulator, "simulator", false, "play the source here instead of asking the department")
	cmd.Flags().StringVar(&serial, "serial", "001", "the last three digits of the invented number before its check character")
	return cmd
}

// inventedPerson is somebody born on 1980-01-01 in a place that is none: no province has the
// code 99, so no register can hold them.
func inventedPerson(serial string) (source.Question, error) {
	if len(serial) != 3 || strings.Trim(serial, "0123456789") != "" {
		return source.Question{}, errors.New("--serial must be three digits")
	}
	return source.Question{Request: randomText(), Number: act.Private(people.WithCheckCharacter("99010119800101" + serial)), Name: "测试人员"}, nil
}

// playSource plays a catalogue's sources on this machine, until stop.
func playSource(ctx context.Context, c *source.Catalogue, one source.Source) (*connect.Connector, func(), error) {
	signer, err := bankhttp.NewHMAC(randomText() + randomText())
	if err != nil {
		return nil, nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("listen for the simulator: %w", err)
	}
	server := &http.Server{Handler: sourcesim.New(sourcesim.Options{Catalogue: c, Signer: signer, Now: time.Now}), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(l) }() // ends with stop
	stop := func() { _ = server.Close() }
	way := connect.Way{URL: "http://" + l.Addr().String() + "/" + one.Department, KeyID: "try", Signer: signer, SignedAnswers: true, Now: time.Now}
	if err := way.Check(); err != nil {
		stop()
		return nil, nil, err
	}
	return connect.New(one, *c, way), stop, nil
}

// whySource says what each code of a reading means and what to do.
var whySource = map[string]string{
	source.WhyBreaker:     "it failed so often that it is left alone; wait and try again",
	source.WhyConnection:  "nobody answers there: check url, the network and ca_file",
	source.WhyStatus:      "the server fails: tell the department, with the time",
	source.WhyRefused:     "it does not take the question: check key_id and secret, request.path, and answer.ok in the catalogue",
	source.WhySignature:   "the answer is not signed by the secret: check secret, or signed_answers",
	source.WhyTooLarge:    "the answer is larger than any answer about one person",
	source.WhyUnclear:     "the answer is not in the form of the catalogue: compare answer with the department's document",
	source.WhyOtherPerson: "the answer is about somebody else, or repeats no number where answer.echo says",
	source.WhyLate:        "no answer within timeout",
	source.WhyOld:         "it answered, as of a day that is more than fresh_days ago",
}

// tellReading tells how a source answered, and nothing of what it said.
func tellReading(out io.Writer, s source.Source, r source.Reading) error {
	t := &table{out: out}
	t.line("%s (%s, %s): %s in %s of %s, %s", s.Code, s.Zh, s.Department, strings.ToUpper(string(r.Status)), r.Took.Round(time.Millisecond), s.Timeout, count(r.Tries, "request"))
	if r.Code != "" {
		t.line("%s: %s", r.Code, whySource[r.Code])
	}
	if r.AsOf != "" {
		t.line("as of %s", r.AsOf)
	}
	found, records, err := r.Data.Found(s.Kind)
	if err != nil {
		return err
	}
	if r.Status == source.OK || r.Status == source.Stale {
		t.line("%s of %s", count(records, "record"), s.Kind)
		for _, name := range slices.Sorted(maps.Keys(s.Answer.Fields)) {
			t.line("  %-16s %-28s in %d", name, s.Answer.Fields[name].At, found[name])
		}
	}
	if t.err == nil && !r.Status.Known() {
		return &exitError{"the source gave no answer that counts"}
	}
	return t.err
}
