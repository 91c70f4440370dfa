package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.org/hotline/configs"
	"example.org/hotline/ivr/flow"
	"example.org/hotline/ivr/media"
)

// flowCommand is `hotline flow`: what an operator does with call flows before
// the line runs on them.
func flowCommand(config *string) *cobra.Command {
	var prompts string
	cmd := &cobra.Command{
		Use:   "flow",
		Short: "Check, draw or walk through the call flow: what a caller hears, may press, and whom they reach",
	}
	cmd.PersistentFlags().StringVar(&prompts, "prompts", "", "folder with the spoken prompts (default: sip.prompts_dir, else the built-in ones)")
	settings := func() configs.Config { return flowSettings(*config, prompts) }
	cmd.AddCommand(flowCheckCommand(settings), flowGraphCommand(settings), flowSimulateCommand(settings))
	return cmd
}

// flowSettings takes the folders from this node's settings where there are any:
// these commands also run where no line is set up.
func flowSettings(config, prompts string) configs.Config {
	var folders configs.Config
	if cfg, err := loadConfig(config); err == nil {
		folders.SIP.FlowDir, folders.SIP.PromptsDir, folders.Queue = cfg.SIP.FlowDir, cfg.SIP.PromptsDir, cfg.Queue
	}
	folders.SIP.PromptsDir = cmp.Or(prompts, folders.SIP.PromptsDir)
	return folders
}

func flowCheckCommand(settings func() configs.Config) *cobra.Command {
	return &cobra.Command{
		Use:   "check [FOLDER]",
		Short: "Report every fault of every flow and prompt, and prove that every caller reaches a person or a voicemail",
		Long: "Report every fault of every flow and prompt with its file, line and remedy, and prove that\n" +
			"every caller reaches a person or a recorded voicemail, whatever they press, having been\n" +
			"asked again at most three times. It ends with status 1 where anything is wrong.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg := settings()
			cfg.SIP.FlowDir = cmp.Or(strings.Join(args, ""), cfg.SIP.FlowDir)
			return checkFlows(cmd.OutOrStdout(), cfg)
		},
	}
}

// checkFlows says what is wrong, or that nothing is.
func checkFlows(out io.Writer, cfg configs.Config) error {
	queues, err := configs.LoadQueues(cfg.Queue.File)
	if err != nil {
		return err
	}
	script, err := readScript(cfg.SIP, queues)
	if err == nil {
		err = script.flows.Prove()
	}
	if err != nil {
		faults := allErrors(err)
		for _, fault := range faults {
			if _, err := fmt.Fprintln(out, fault); err != nil {
				return err
			}
		}
		return &exitError{fmt.Sprintf("%d faults", len(faults))}
	}
	for _, f := range script.flows.All() {
		if _, err := fmt.Fprintf(out, "%s %s, for %s: %d nodes, every caller reaches a person or a voicemail\n",
			f.Version(), f.Title(), strings.Join(f.Numbers(), ", "), len(f.Nodes())); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "%d prompts, all of them fit to be heard\n", len(script.prompts))
	return err
}

func flowGraphCommand(settings func() configs.Config) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "graph [FILE]",
		Short:   "Draw a flow as SVG on standard output",
		Example: "  hotline flow graph > flow.svg\n  hotline flow graph configs/flow/12349.yaml --format dot",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, _, err := openFlow(strings.Join(args, ""), settings())
			if err != nil {
				return err
			}
			switch format {
			case "svg":
				_, err = io.WriteString(cmd.OutOrStdout(), f.SVG())
			case "dot":
				_, err = io.WriteString(cmd.OutOrStdout(), f.DOT())
			default:
				err = errors.New("--format must be svg or dot")
			}
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", "svg", "svg or dot (Graphviz)")
	return cmd
}

// openFlow reads one flow, the first of the settings if file is empty, and what
// the prompts say.
func openFlow(file string, cfg configs.Config) (*flow.Flow, configs.Prompts, error) {
	queues, err := configs.LoadQueues(cfg.Queue.File)
	if err != nil {
		return nil, configs.Prompts{}, err
	}
	texts, err := configs.LoadPrompts(cfg.SIP.PromptsDir)
	if err != nil {
		return nil, texts, err
	}
	prompts, err := media.LoadPrompts(texts.Files)
	if err != nil {
		return nil, texts, err
	}
	if file == "" {
		flows, err := configs.LoadFlows(cfg.SIP.FlowDir, environment(prompts, queues))
		if err != nil {
			return nil, texts, err
		}
		return flows.All()[0], texts, nil
	}
	data, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return nil, texts, err
	}
	f, err := configs.LoadFlow(file, data, environment(prompts, queues))
	return f, texts, err
}
