package configs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
)

// Secret is a value that holds a password. "file:/path" takes it from a file,
// which others must not be able to read; anything else is the value itself. It
// shows as *** wherever it is printed.
type Secret struct {
	ref   string
	value string
}

// NewSecret is a Secret made in code.
func NewSecret(value string) Secret { return Secret{ref: value, value: value} }

// Reveal is the value: the deliberate way out.
func (s Secret) Reveal() string { return s.value }

// UnmarshalText keeps the reference; Load resolves it.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

// String hides the value.
func (Secret) String() string { return "***" }

// Format hides the value from every verb of fmt.
func (Secret) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, "***") }

// LogValue hides the value from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue("***") }

// MarshalText hides the value from encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

// resolve reads a file reference. Its errors name the file, never the value.
func (s *Secret) resolve() error {
	path, isFile := strings.CutPrefix(s.ref, "file:")
	if !isFile {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		reason, _ := errors.AsType[*fs.PathError](err)
		return fmt.Errorf("cannot read the file %s: %w", path, reason.Err)
	}
	if mode := info.Mode(); !mode.IsRegular() || mode.Perm()&0o077 != 0 {
		return fmt.Errorf("the file %s must be readable by its owner alone (chmod 0400)", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("cannot read the file %s as this user", path)
	}
	if s.value = strings.TrimSpace(string(data)); s.value == "" {
		return fmt.Errorf("the file %s is empty", path)
	}
	return nil
}
