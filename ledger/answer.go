package ledger

// Word is what a bank says of one try at a payout.
type Word string

// The words. What a bank does not say has no word: it stays unknown.
const (
	WordAccepted  Word = "accepted"  // it has it, and has not decided
	WordSucceeded Word = "succeeded" // the money is on the payee's account
	WordFailed    Word = "failed"    // it did not arrive, or came back
)

// Said is a word about one try.
type Said struct {
	Line
	Word   Word
	Reason string // of a failure (rail.Reason)
	Code   string // the bank's own
}

// Turn is what a word changed.
type Turn string

// The turns.
const (
	TurnNone      Turn = ""
	TurnAcked     Turn = "acked"
	TurnSucceeded Turn = "succeeded"
	TurnFailed    Turn = "failed"
	TurnReturned  Turn = "returned"   // it had arrived and came back
	TurnLate      Turn = "late"       // it had failed and arrived after all; nothing had been paid anew
	TurnPaidTwice Turn = "paid_twice" // it had failed and arrived after all, when the payout was paid anew or called off
	TurnNetted    Turn = "netted"     // it has failed, and an earlier try had arrived: that one is the payment, and nothing is claimed back
	TurnReplaced  Turn = "replaced"   // it had arrived and came back, and another try had arrived as well: that one is the payment now
	TurnRecovered Turn = "recovered"  // what was to be claimed back came back through the bank
)

// turn is what a word changes for a try at a payout, and how the payout goes on;
// an empty state: it stays as it is.
type turn struct {
	is  Turn
	now State
}

// hear judges a word by what the bank has said of this very try before. The same
// word again changes nothing.
func (s Said) hear() turn {
	open := s.Attempt.State == StateSent || s.Attempt.State == StateAcked || s.Attempt.State == StateUnknown
	switch {
	case s.Word == WordAccepted && s.Attempt.State == StateSent:
		return turn{TurnAcked, StateAcked}
	case s.Word == WordSucceeded && open:
		return turn{TurnSucceeded, StateSucceeded}
	case s.Word == WordFailed && open:
		return turn{TurnFailed, StateFailed}
	case s.Word == WordSucceeded && s.Attempt.State == StateFailed && (s.Payout.State == StateFailed || s.Payout.State == StateFixed):
		return turn{TurnLate, StateSucceeded} // whichever try it is: none of them is alive, and none has arrived
	case s.Word == WordSucceeded && s.Attempt.State == StateFailed:
		return turn{TurnPaidTwice, ""}
	case s.Word == WordFailed && s.Attempt.State == StateSucceeded && !s.Attempt.Twice && (s.Payout.State == StateSucceeded || s.Payout.State == StateReconciled):
		return turn{TurnReturned, StateFailed}
	case s.Word == WordFailed && s.Attempt.State == StateSucceeded:
		return turn{TurnRecovered, ""}
	default:
		return turn{}
	}
}
