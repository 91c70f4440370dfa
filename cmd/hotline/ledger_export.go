package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"example.org/hotline/store"
)

// exportManifest lists what an export holds; whoever keeps it can tell later that no file of it was changed.
type exportManifest struct {
	At    time.Time      `json:"at"`
	Files []exportedFile `json:"files"`
}

type exportedFile struct {
	Name   string `json:"name"`
	Lines  int    `json:"lines"`
	SHA256 string `json:"sha256"`
}

func ledgerExportCommand(config *string) *cobra.Command {
	return &cobra.Command{
		Use:   "export FOLDER",
		Short: "Write the books and the audit chain, as of one moment, into a new folder for the auditor",
		Long: `Write the books and the audit chain, as of one moment, into a new folder for the auditor: a line of JSON for each row, and
manifest.json with each file's SHA-256. Payees, identities and bank accounts stand in none of it.`,
		Args: cobra.ExactArgs(1),
		RunE: withBooks(config, func(ctx context.Context, db *store.DB, out io.Writer, args []string) error {
			if err := os.Mkdir(args[0], 0o700); err != nil {
				return fmt.Errorf("make the folder (it must be new): %w", err)
			}
			m, err := exportBooks(ctx, db, args[0])
			if err != nil {
				return err
			}
			t := &table{out: out}
			for _, f := range m.Files {
				t.line("%-22s %10d lines  %s", f.Name, f.Lines, f.SHA256)
			}
			return t.err
		}),
	}
}

func exportBooks(ctx context.Context, db *store.DB, folder string) (m exportManifest, err error) {
	m.At = time.Now().UTC()
	var open *exportWriter
	err = db.ExportLedger(ctx, func(file string, text []byte) (err error) {
		if open == nil || open.file.Name != file {
			if err := open.close(&m); err != nil {
				return err
			}
			if open, err = newExportWriter(folder, file); err != nil {
				return err
			}
		}
		return open.line(text)
	})
	if err = errors.Join(err, open.close(&m)); err != nil {
		return m, err
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, fmt.Errorf("write the manifest: %w", err)
	}
	return m, os.WriteFile(filepath.Join(folder, "manifest.json"), append(b, '\n'), 0o600)
}

// exportWriter writes one file and sums it up.
type exportWriter struct {
	file exportedFile
	to   *os.File
	buf  *bufio.Writer
	sum  hash.Hash
}

func newExportWriter(folder, name string) (*exportWriter, error) {
	to, err := os.OpenFile(filepath.Join(folder, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	sum := sha256.New()
	return &exportWriter{file: exportedFile{Name: name}, to: to, buf: bufio.NewWriter(io.MultiWriter(to, sum)), sum: sum}, nil
}

func (w *exportWriter) line(text []byte) error {
	w.file.Lines++
	if _, err := w.buf.Write(text); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return w.buf.WriteByte('\n')
}

// close ends the file and adds it to the manifest; of no file it does nothing.
func (w *exportWriter) close(m *exportManifest) error {
	if w == nil {
		return nil
	}
	if err := errors.Join(w.buf.Flush(), w.to.Close()); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	w.file.SHA256 = hex.EncodeToString(w.sum.Sum(nil))
	m.Files = append(m.Files, w.file)
	return nil
}
