// Package relief is what help is given: the visit, what was found, the urgent
// decision, the payout with its receipt, and the papers that follow. It is pure
// domain over a transaction that store provides, and composes the rules of
// ticket and ledger: a receipt moves payout, ledger and clock in one commit.
//
// The story of an aid reads RecordVisit, RecordFindings, Decide, StartPayout,
// IssueCash, Receive; DESIGN.md promise 5 is Receive.
package relief

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"

	"example.org/hotline/ticket"
)

// Rules are what a command judges by: amounts and papers of one policy
// version, and the calendar that working days are counted on.
type Rules struct {
	Policy   Policy
	Calendar ticket.Calendar
}

// AidUrgent is the kind of aid of the fast track and the urgent path (急难型临时救助).
const AidUrgent = "urgent"

// Private is a text about a citizen that must not reach a log or an answer by
// accident: a name, an identity number, an address. string(p) is the one
// deliberate way out. store seals it.
type Private string

const hidden = "***"

// String hides the text.
func (Private) String() string { return hidden }

// Format hides the text from every verb of fmt.
func (Private) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, hidden) }

// LogValue hides the text from slog.
func (Private) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalJSON hides the text from encoding/json.
func (Private) MarshalJSON() ([]byte, error) { return json.Marshal(hidden) }
