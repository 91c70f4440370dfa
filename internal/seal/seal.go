// Package seal keeps what must not be read by those who find the disk: it
// encrypts, authenticates and makes look-up values for identity numbers, phones
// and recordings. Everything goes through the interface Sealer, so that a
// hardware module or the national ciphers (SM4, SM3: GB/T 39786) can take over
// without a change elsewhere. It imports nothing of ours.
package seal

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// Sealer seals and opens values. Implementations are safe for concurrent use.
type Sealer interface {
	// Seal encrypts plaintext for one place. The context names that place
	// ("persons.id_number|42") and must be given again to Open, so that a value
	// moved to another row or column does not open.
	Seal(context string, plaintext []byte) ([]byte, error)
	// Open is the inverse of Seal: ErrTampered if the value or the context is
	// another, ErrUnknownKey if its key version is not on the ring.
	Open(context string, sealed []byte) ([]byte, error)
	// Index is a 16-byte keyed digest that finds a sealed value again. The key
	// depends on the column only and stays the same over all key versions, so
	// that equal values are equal; the caller normalises first.
	Index(column, normalised string) []byte
	// MAC authenticates parts, whose boundaries count, under a key of its own
	// for each purpose. 32 bytes.
	MAC(purpose string, parts ...[]byte) []byte
	// KeyVersion is what Seal uses now.
	KeyVersion() int
}

// The errors of this package. Their texts never hold a value or a key.
var (
	ErrTampered   = errors.New("sealed value does not open: it was changed, cut, or belongs elsewhere")
	ErrUnknownKey = errors.New("sealed value needs a key version that is not in the key file")
	ErrKeyFile    = errors.New("key file is not usable")
)

// Sensitive is a text that must never reach a log, an API answer or a format
// string by accident: an identity number, a keyed digit, a phone. Converting it
// with string(s) is the one deliberate way out.
type Sensitive string

// masked is what everybody sees of a Sensitive.
const masked = "***"

// String hides the text from fmt's %s and %v.
func (Sensitive) String() string { return masked }

// Format hides the text from every verb of fmt, the wrong ones too.
func (Sensitive) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, masked) }

// LogValue hides the text from slog.
func (Sensitive) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalJSON hides the text from encoding/json.
func (Sensitive) MarshalJSON() ([]byte, error) { return []byte(`"` + masked + `"`), nil }

// MarshalText hides the text from YAML and every other text encoder.
func (Sensitive) MarshalText() ([]byte, error) { return []byte(masked), nil }
