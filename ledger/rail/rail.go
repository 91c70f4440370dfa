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

import "example.org/hotline/internal/act"

// Private names a person or an account; what a bank must read is written with
// string(p). fmt finds no method in an unexported field, so whatever holds one
// holds it in an exported field.
type Private = act.Private

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
