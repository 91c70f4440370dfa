package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"example.org/hotline/api"
	"example.org/hotline/configs"
	"example.org/hotline/internal/seal"
	"example.org/hotline/ivr"
	"example.org/hotline/ivr/record"
	"example.org/hotline/store"
	"example.org/hotline/ticket"
)

var (
	_ ivr.Recorder   = (*record.Store)(nil)
	_ api.Recordings = recordings{}
)

// recordings joins what a node records with the database that knows of it and
// with the pages that play it.
type recordings struct{ *record.Library }

// OpenRecording opens a recording on the node that holds it.
func (r recordings) OpenRecording(ctx context.Context, node, id string) (api.RecordedAudio, error) {
	return r.Open(ctx, node, id)
}

// recordingsDir is where a node keeps its recordings.
func recordingsDir(cfg configs.Config) string { return filepath.Join(cfg.Node.DataDir, "recordings") }

// openRecordings opens this node's recordings: Local is the phone's Recorder,
// whose Run belongs to the stage that writes; Local.Peer() answers the other nodes.
func openRecordings(cfg configs.Config, keys seal.Sealer, db *store.DB, metrics prometheus.Registerer, log *slog.Logger) (recordings, error) {
	keep := map[ticket.RecordingKind]time.Duration{ticket.RecordingLeg: cfg.Recording.Keep, ticket.RecordingVoicemail: cfg.Recording.VoicemailKeep}
	local, err := record.Open(record.Options{
		Dir: recordingsDir(cfg), Node: cfg.Node.ID, Sealer: keys, Logger: log, Metrics: metrics, SyncEvery: cfg.Recording.Sync,
		Reserve:  int64(cfg.Recording.ReserveMB) << 20,
		Register: func(ctx context.Context, r ticket.Recording) error { return db.RegisterRecording(ctx, r, keep[r.Kind]) },
		Sweep: func(ctx context.Context, destroy func(id string) error) (int, error) {
			return db.ShredRecordings(ctx, cfg.Node.ID, destroy)
		},
	})
	if err != nil {
		return recordings{}, err
	}
	peers := map[string]string{}
	for _, n := range cfg.Nodes {
		if n.ID != cfg.Node.ID {
			peers[n.ID] = n.URL
		}
	}
	return recordings{&record.Library{Local: local, Peers: peers}}, nil
}

func recordingsCommand(config *string) *cobra.Command {
	cmd := &cobra.Command{Use: "recordings", Short: "Look after the recordings of this node"}
	var id string
	verify := &cobra.Command{
		Use:   "verify",
		Short: "Authenticate every chunk of every recording, or of one",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, local, err := localRecordings(*config)
			if err != nil {
				return err
			}
			return verifyRecordings(cmd.OutOrStdout(), local, recordingsDir(cfg), id)
		},
	}
	verify.Flags().StringVar(&id, "id", "", "only this one")
	rewrap := &cobra.Command{
		Use:   "rewrap",
		Short: "Wrap the keys of recordings with the newest master key, after a rotation",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, local, err := localRecordings(*config)
			if err != nil {
				return err
			}
			n, err := local.Rewrap()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d keys wrapped anew\n", n)
			return err
		},
	}
	cmd.AddCommand(verify, rewrap)
	return cmd
}

// localRecordings opens the recordings beside a running node: it only reads them.
func localRecordings(config string) (configs.Config, *record.Store, error) {
	cfg, err := loadConfig(config)
	if err != nil {
		return cfg, nil, err
	}
	keys, err := seal.Load(cfg.Keys.File)
	if err != nil {
		return cfg, nil, fmt.Errorf("load the keys: %w", err)
	}
	local, err := record.Open(record.Options{Dir: recordingsDir(cfg), Node: cfg.Node.ID, Sealer: keys, Logger: newLogger(cfg.Log)})
	return cfg, local, err
}

// verifyRecordings authenticates one recording, or all that the folder holds.
func verifyRecordings(out io.Writer, local *record.Store, dir, only string) error {
	whole, running, bad := 0, 0, 0
	check := func(id string) {
		err := verifyOne(local, id)
		switch {
		case err == nil:
			whole++
		case errors.Is(err, record.ErrRunning):
			running++
		default:
			bad++
			fmt.Fprintf(out, "%s: %v\n", id, err) //nolint:errcheck // a terminal
		}
	}
	if only != "" {
		check(only)
	} else if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if id, ok := strings.CutSuffix(filepath.Base(path), ".rec"); ok && err == nil && !d.IsDir() {
			check(id)
		}
		return err
	}); err != nil {
		return fmt.Errorf("list the recordings: %w", err)
	}
	fmt.Fprintf(out, "%d recordings are whole, %d are not finished, %d do not authenticate\n", whole, running, bad) //nolint:errcheck // a terminal
	if bad > 0 {
		return &exitError{"recordings do not authenticate"}
	}
	return nil
}

func verifyOne(local *record.Store, id string) error {
	file, err := local.Open(id)
	if err != nil {
		return err
	}
	return errors.Join(file.Verify(), file.Close())
}
