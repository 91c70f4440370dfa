// Package rail is what goes to a bank and what comes back, in no bank's form:
// a Batch of payouts, the Return that says what became of them, the Statement of
// an account. It is pure: ledger/rail/layout and ledger/rail/iso20022 write and
// read the files, ledger/rail/bankhttp speaks to a bank's interface, and none of
// them knows a database.
//
// Three rules hold everywhere below. A file with one fault is refused whole, and
// every fault is told by its line. A payout has succeeded only where the bank
// says so of that payout by name. Whatever names a person or an account is
// Private, and no fault repeats what stands in a file.
package rail

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Private is a text that names a person or an account. It shows as "***"
// wherever it might be printed, logged or encoded by mistake; what a bank must
// read is written with Reveal. fmt finds no method in an unexported field, so
// whatever holds one holds it in an exported field.
type Private string

const hidden = "***"

// Reveal is the text: the deliberate way out.
func (p Private) Reveal() string { return string(p) }

// String hides the text.
func (Private) String() string { return hidden }

// Format hides the text from every verb of fmt.
func (Private) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, hidden) }

// LogValue hides the text from slog.
func (Private) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the text from encoders.
func (Private) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalJSON hides the text from encoding/json.
func (Private) MarshalJSON() ([]byte, error) { return json.Marshal(hidden) }

// IDType is what kind of document a payee is known by.
type IDType string

// The types.
const (
	IDNone     IDType = ""            // the bank pays by name and account alone
	IDResident IDType = "resident_id" // 居民身份证, GB 11643
	IDPassport IDType = "passport"
	IDOther    IDType = "other"
)

// IDTypes lists every type that has a number.
func IDTypes() []IDType { return []IDType{IDResident, IDPassport, IDOther} }

// Status is what a bank says of one payout.
type Status string

// The statuses. There is none for "unknown": what a bank does not say, it has
// not said.
const (
	Accepted  Status = "accepted"  // the bank has it and found nothing wrong
	Pending   Status = "pending"   // the bank has not decided
	Succeeded Status = "succeeded" // the money is on the payee's account
	Failed    Status = "failed"    // the money did not arrive and will not
)

// Statuses lists every Status.
func Statuses() []Status { return []Status{Accepted, Pending, Succeeded, Failed} }

// Reason is why a payout failed, so far as it decides what to repair.
type Reason string

// The reasons.
const (
	ReasonNone           Reason = ""
	ReasonNameMismatch   Reason = "name_mismatch"   // 户名不符
	ReasonAccountUnknown Reason = "account_unknown" // 账号不存在
	ReasonAccountBlocked Reason = "account_blocked" // 账户状态异常: frozen, lost, dormant
	ReasonAccountClosed  Reason = "account_closed"
	ReasonIDMismatch     Reason = "id_mismatch" // 证件不符
	ReasonNoFunds        Reason = "no_funds"    // on the paying account
	ReasonDuplicate      Reason = "duplicate"   // the bank has seen it before
	ReasonOther          Reason = "other"       // in the bank's own words only
)

// Reasons lists every Reason a failure can have.
func Reasons() []Reason {
	return []Reason{ReasonNameMismatch, ReasonAccountUnknown, ReasonAccountBlocked, ReasonAccountClosed, ReasonIDMismatch,
		ReasonNoFunds, ReasonDuplicate, ReasonOther}
}
