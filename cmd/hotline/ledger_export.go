package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"example.org/hotline/configs"
	"example.org/hotline/internal/seal"
	"example.org/hotline/store"
)

func ledgerExportCommand(config *string) *cobra.Command {
	return &cobra.Command{
		Use:   "export FOLDER",
		Short: "Write the books and the audit chain, as of one moment, into a new folder for the auditor",
		Long: `Write the books and the audit chain, as of one moment, into a new folder for the auditor: a file for each table, the names
of its columns and then a line of JSON for each row, and manifest.json with each file's rows and SHA-256. Payees, identities
and bank accounts stand in none of it. "hotline ledger verify --export FOLDER" checks it anywhere, without the database.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := loadConfig(*config)
			if err != nil {
				return err
			}
			policies, err := policyLines(cfg.Policy.Dir)
			if err != nil {
				return err
			}
			db, err := openStore(cfg, newLogger(cfg.Log))
			if err != nil {
				return err
			}
			defer db.Close() //nolint:errcheck // the process ends here
			if err := os.Mkdir(args[0], 0o700); err != nil {
				return fmt.Errorf("make the folder (it must be new): %w", err)
			}
			m, err := db.ExportLedger(cmd.Context(), args[0], policies)
			if err != nil {
				return err
			}
			t := &table{out: cmd.OutOrStdout()}
			for _, f := range m.Files {
				t.line("%-22s %10d rows  %s", f.Name, f.Rows, f.SHA256)
			}
			return t.err
		},
	}
}

// policyLines are the versions of amounts and limits, each as a line of JSON.
func policyLines(dir string) (lines [][]byte, err error) {
	all, err := configs.LoadPolicies(dir)
	if err != nil {
		return nil, err
	}
	for _, version := range all.Reliefs {
		text, err := yaml.Marshal(version)
		if err != nil {
			return nil, fmt.Errorf("write policy %s: %w", version.Version, err)
		}
		text, err = yaml.YAMLToJSON(text)
		if err != nil {
			return nil, fmt.Errorf("write policy %s: %w", version.Version, err)
		}
		var line bytes.Buffer
		if err := json.Compact(&line, text); err != nil {
			return nil, fmt.Errorf("write policy %s: %w", version.Version, err)
		}
		lines = append(lines, line.Bytes())
	}
	return lines, nil
}

// verifyExport checks an export where it lies. keys is the file of the house's keys; empty: there is none.
func verifyExport(cmd *cobra.Command, folder, keys string, asJSON bool) error {
	var sealer seal.Sealer
	if keys != "" {
		ring, err := seal.Load(keys)
		if err != nil {
			return err
		}
		sealer = ring
	}
	v, err := store.VerifyExport(os.DirFS(folder), sealer)
	if err != nil {
		return err
	}
	return told(cmd.OutOrStdout(), v, asJSON)
}
