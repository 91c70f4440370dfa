package banksim

import (
	"slices"
	"strings"

	"example.org/hotline/ledger/rail"
)

// Quirk is one way in which a bank misbehaves.
type Quirk string

// What may happen to one payout.
const (
	Sound          Quirk = "" // it is paid at once
	NameMismatch   Quirk = "name_mismatch"
	AccountUnknown Quirk = "account_unknown"
	AccountBlocked Quirk = "account_blocked"
	AccountClosed  Quirk = "account_closed"
	IDMismatch     Quirk = "id_mismatch"
	NoFunds        Quirk = "no_funds"
	Duplicate      Quirk = "duplicate"
	OtherReason    Quirk = "other"
	Undecided      Quirk = "pending"      // not decided at first, paid later
	LateSuccess    Quirk = "late_success" // told as failed, and paid all the same
	ComesBack      Quirk = "comes_back"   // paid, and returned afterwards
	Silent         Quirk = "silent"       // paid, and never named in a return
	BookedTwice    Quirk = "booked_twice" // paid, and taken from the account twice
)

// What may happen to a whole batch.
const (
	BatchRefused   Quirk = "batch_refused"   // the bank signs that it does not take it
	NotTaken       Quirk = "not_taken"       // the bank's server fails before it has read it
	AnswerLost     Quirk = "answer_lost"     // taken; the sender hears nothing, and nothing of the first question either
	Lost           Quirk = "lost"            // taken, and never heard of again; nobody is paid
	ConnectionCut  Quirk = "connection_cut"  // taken; the connection ends in the middle of the answer
	WrongSignature Quirk = "wrong_signature" // taken; the answers to it and to the first question are signed with another key
	Slow           Quirk = "slow"            // taken; the return comes at the third time of asking
)

// Ending is a payee's account by whose last four digits a misbehaviour is chosen.
type Ending struct {
	Digits string `json:"digits"`
	Quirk  Quirk  `json:"quirk"`
}

var endings = []Ending{
	{"9001", NameMismatch}, {"9002", AccountUnknown}, {"9003", AccountBlocked}, {"9004", AccountClosed}, {"9005", IDMismatch}, {"9006", NoFunds}, {"9007", Duplicate}, {"9008", OtherReason},
	{"9011", Undecided}, {"9012", LateSuccess}, {"9013", ComesBack}, {"9014", Silent}, {"9015", BookedTwice},
	{"9021", BatchRefused}, {"9022", NotTaken}, {"9023", AnswerLost}, {"9024", Lost}, {"9025", ConnectionCut}, {"9026", WrongSignature}, {"9027", Slow},
}

// Endings lists them all.
func Endings() []Ending { return slices.Clone(endings) }

// BatchQuirks lists what may happen to a whole batch.
func BatchQuirks() []Quirk {
	return []Quirk{BatchRefused, NotTaken, AnswerLost, Lost, ConnectionCut, WrongSignature, Slow}
}

func (q Quirk) ofBatch() bool { return slices.Contains(BatchQuirks(), q) }

func byEnding(account rail.Private) (Quirk, bool) {
	for _, e := range endings {
		if strings.HasSuffix(string(account), e.Digits) {
			return e.Quirk, true
		}
	}
	return Sound, false
}

// first is what the bank says of a payout at first.
func (q Quirk) first() word {
	switch {
	case q == Undecided:
		return word{rail.Pending, rail.ReasonNone}
	case q == LateSuccess:
		return word{rail.Failed, rail.ReasonOther}
	case slices.Contains(rail.Reasons(), rail.Reason(q)):
		return word{rail.Failed, rail.Reason(q)}
	default:
		return word{rail.Succeeded, rail.ReasonNone}
	}
}

// last is what it says in the end.
func (q Quirk) last() word {
	switch q {
	case Undecided, LateSuccess:
		return word{rail.Succeeded, rail.ReasonNone}
	case ComesBack:
		return word{rail.Failed, rail.ReasonAccountClosed}
	default:
		return q.first()
	}
}
