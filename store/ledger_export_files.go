package store

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// ExportManifest lists what an export holds; whoever keeps it can tell later that no file of it was changed.
type ExportManifest struct {
	At    time.Time      `json:"at"` // the books' own moment
	Files []ExportedFile `json:"files"`
}

// ExportedFile is one file of an export: first the names of the columns as a JSON
// array, then a JSON object on each line.
type ExportedFile struct {
	Name   string `json:"name"`
	Rows   int    `json:"rows"` // without the line of names
	SHA256 string `json:"sha256"`
}

// manifestFile is the manifest's name in the folder.
const manifestFile = "manifest.json"

// write makes one file, the names of its columns first, and lists it.
func (m *ExportManifest) write(folder, name string, columns []string, fill func(line func([]byte) error) error) (err error) {
	to, err := os.OpenFile(filepath.Join(folder, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // G304: the folder that was asked for
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	sum := sha256.New()
	buf := bufio.NewWriter(io.MultiWriter(to, sum))
	names, err := json.Marshal(columns)
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	rows := -1
	line := func(text []byte) error {
		rows++
		if _, err := buf.Write(text); err != nil {
			return fmt.Errorf("write: %w", err)
		}
		return buf.WriteByte('\n')
	}
	if err := line(names); err != nil {
		return err
	}
	if err := fill(line); err != nil {
		return err
	}
	if err := buf.Flush(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	m.Files = append(m.Files, ExportedFile{Name: name, Rows: rows, SHA256: hex.EncodeToString(sum.Sum(nil))})
	return nil
}

// save writes the manifest.
func (m *ExportManifest) save(folder string) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	return os.WriteFile(filepath.Join(folder, manifestFile), append(b, '\n'), 0o600)
}
