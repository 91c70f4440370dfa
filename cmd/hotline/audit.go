package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"example.org/hotline/store"
)

func auditCommand(config *string) *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Work with the audit chain"}
	cmd.AddCommand(&cobra.Command{
		Use:   "verify",
		Short: "Prove that nothing in the audit chain was changed, deleted, swapped or cut off",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := loadConfig(*config)
			if err != nil {
				return err
			}
			db, err := openStore(cfg, newLogger(cfg.Log))
			if err != nil {
				return err
			}
			defer db.Close() //nolint:errcheck // the process ends here
			anchors, err := readAnchors(anchorFile(cfg.Node.DataDir))
			if err != nil {
				return err
			}
			faults, records, err := db.VerifyAudit(cmd.Context(), anchors)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			for _, f := range faults {
				fmt.Fprintf(out, "lane %d, record %d: %s\n", f.Lane, f.Seq, f.What) //nolint:errcheck // a terminal
			}
			if len(faults) > 0 {
				fmt.Fprintf(out, "%d faults in %d records: do not trust this history, keep the disk as it is and call the audit administrator\n", len(faults), records) //nolint:errcheck // a terminal
				return &exitError{"the audit chain does not hold"}
			}
			_, err = fmt.Fprintf(out, "%d records in 16 lanes hold, and pass through %d anchors kept outside the database\n", records, len(anchors))
			return err
		},
	})
	return cmd
}

// anchorEvery is how often the ends of the chain are written down outside the database.
const anchorEvery = time.Minute

// anchorFile holds the heads, a line each time they moved.
func anchorFile(dataDir string) string { return filepath.Join(dataDir, "audit-anchors.jsonl") }

// anchorLine is one writing down of all heads.
type anchorLine struct {
	At    time.Time         `json:"at"`
	Heads []store.AuditHead `json:"heads"`
}

// keepAnchors writes the heads down whenever they have moved, until ctx ends
// and once more then. Whoever rewrites the database cannot rewrite this file;
// copy it to another machine as well.
func keepAnchors(ctx context.Context, db *store.DB, dataDir string, log *slog.Logger) error {
	tick := time.NewTicker(anchorEvery)
	defer tick.Stop()
	var last []byte
	for {
		var done bool
		select {
		case <-ctx.Done():
			done = true
		case <-tick.C:
		}
		write, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		heads, err := db.AuditHeads(write)
		cancel()
		if err == nil {
			last, err = appendAnchor(anchorFile(dataDir), heads, last)
		}
		if err != nil {
			log.Warn("audit heads not anchored", "error", err)
		}
		if done {
			return nil
		}
	}
}

// appendAnchor adds a line if the heads differ from those of the last one.
func appendAnchor(path string, heads []store.AuditHead, last []byte) ([]byte, error) {
	now, err := json.Marshal(heads)
	if err != nil || bytes.Equal(now, last) {
		return last, err
	}
	line, err := json.Marshal(anchorLine{At: time.Now().UTC(), Heads: heads})
	if err != nil {
		return last, err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return last, err
	}
	_, err = f.Write(append(line, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return last, err
	}
	return now, nil
}

// readAnchors reads every head that was ever written down; none where there is no file yet.
func readAnchors(path string) ([]store.AuditHead, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read audit anchors: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	var heads []store.AuditHead
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line anchorLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return nil, fmt.Errorf("read audit anchors: %w", err)
		}
		heads = append(heads, line.Heads...)
	}
	return heads, lines.Err()
}
