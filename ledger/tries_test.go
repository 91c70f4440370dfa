package ledger

import (
	"errors"
	"testing"

	"example.org/hotline/internal/act"
)

// A payout is tried anew only where every try before is dead: whatever the newest is, each state of an older
// one but the two ends without money forbids it.
func TestATryIsMadeOnlyAfterAllAreDead(t *testing.T) {
	for state, want := range map[State]string{StateReserved: "earlier_alive", StateBatched: "earlier_alive", StateSent: "earlier_alive", StateAcked: "earlier_alive",
		StateUnknown: "earlier_alive", StateSucceeded: "arrived_already", StateFailed: "", StateCancelled: ""} {
		err := Disbursement{}.dead([]Attempt{{Number: 1, State: state}, {Number: 2, State: StateFailed}})
		code := ""
		if fault := (*act.Fault)(nil); errors.As(err, &fault) {
			code = fault.Code
		}
		if code != want {
			t.Errorf("after a try that is %s: %v, want %q", state, err, want)
		}
	}
}
