package act

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Private is a text that must not reach a log or an answer by accident: what names
// a person or an account. It shows as "***" wherever it might be printed, logged or
// encoded; string(p) is the one deliberate way out. No map may be keyed by one:
// encoding/json writes keys of a string type as they are.
type Private string

const hidden = "***"

// String hides the text.
func (Private) String() string { return hidden }

// Format hides the text from every verb of fmt.
func (Private) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, hidden) }

// LogValue hides the text from slog.
func (Private) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the text from other encoders.
func (Private) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalJSON hides the text from encoding/json.
func (Private) MarshalJSON() ([]byte, error) { return json.Marshal(hidden) }
