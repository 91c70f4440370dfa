package ledger

import (
	"example.org/hotline/internal/act"
)

// State is where a payout stands.
type State string

// The states (DOMAIN 4.4). Zero is never valid.
const (
	StateDraft      State = "draft"       // only within the act that submits it
	StateSubmitted  State = "submitted"   // waits for its checker
	StateChecked    State = "checked"     // signed by a second person; nothing held yet
	StateReserved   State = "reserved"    // held in the float
	StateCashIssued State = "cash_issued" // in the payer's hands
	StateReceipted  State = "receipted"   // in the citizen's hands, with proof
	StateBatched    State = "batched"     // in a bank file that has not left
	StateSent       State = "sent"        // with the bank
	StateAcked      State = "acked"       // the bank has it
	StateSucceeded  State = "succeeded"   // the bank says it arrived
	StateFailed     State = "failed"      // the bank says it did not
	StateUnknown    State = "unknown"     // nobody knows: never paid again by itself
	StateFixed      State = "fixed"       // what was wrong has been repaired and verified
	StateReconciled State = "reconciled"  // seen on the bank's statement, repaid against its voucher, or in a day that is closed
	StateCancelled  State = "cancelled"   // before anything was sent: the end
	StateReversed   State = "reversed"    // taken back by mirror entries: the end
)

// States lists every State.
func States() []State {
	return []State{StateDraft, StateSubmitted, StateChecked, StateReserved, StateCashIssued, StateReceipted, StateBatched, StateSent,
		StateAcked, StateSucceeded, StateFailed, StateUnknown, StateFixed, StateReconciled, StateCancelled, StateReversed}
}

// Live reports whether the payout counts: money is owed, held, on its way or
// arrived.
func (s State) Live() bool { return s != StateCancelled && s != StateReversed }

// Step is what moves a payout from one State to the next.
type Step string

// The steps.
const (
	StepSubmit    Step = "submit"
	StepCheck     Step = "check"
	StepReserve   Step = "reserve"
	StepIssueCash Step = "issue_cash"
	StepReceipt   Step = "receipt"
	StepReturn    Step = "return_cash"
	StepBatch     Step = "batch"
	StepUnbatch   Step = "unbatch" // the draft of the file was thrown away
	StepSend      Step = "send"
	StepAck       Step = "ack"
	StepSucceed   Step = "succeed"
	StepFail      Step = "fail"
	StepLose      Step = "lose" // no answer in time
	StepFix       Step = "fix"
	StepReconcile Step = "reconcile"
	StepCancel    Step = "cancel"
	StepReverse   Step = "reverse"
)

// Steps lists every Step.
func Steps() []Step {
	return []Step{StepSubmit, StepCheck, StepReserve, StepIssueCash, StepReceipt, StepReturn, StepBatch, StepUnbatch, StepSend, StepAck,
		StepSucceed, StepFail, StepLose, StepFix, StepReconcile, StepCancel, StepReverse}
}

// transitions is the whole life of a payout. A pair not listed is refused.
//
//	draft ─submit▶ submitted ─check▶ checked ─reserve▶ reserved ─issue_cash▶ cash_issued ─receipt▶ receipted ─reconcile▶ reconciled
//	                   └──────reserve (solo)─────────────▲ │ ▲───return_cash──────┘                  └─reverse▶ reversed
//	                                                       └─batch▶ batched ─send▶ sent ─ack▶ acked ─succeed▶ succeeded ─reconcile▶ reconciled
//	                                                       ◀unbatch┘              └──────────┴─fail▶ failed ─fix▶ fixed ─reserve▶ reserved
//	 draft … reserved, failed, fixed ─cancel▶ cancelled                                             └─lose▶ unknown ─succeed, fail▶ …
//	 reconciled ─fail▶ failed: a bank may take back what stood on its statement; ─reverse▶ reversed
//	 reserved ─succeed▶ succeeded: an earlier try has arrived after all, and this one is called off
//
// What was mended wrongly is mended again: fixed ─fix▶ fixed.
//
// The bank's half is walked by the bank rails only.
var transitions = map[State]map[Step]State{
	StateDraft:      {StepSubmit: StateSubmitted, StepCancel: StateCancelled},
	StateSubmitted:  {StepCheck: StateChecked, StepReserve: StateReserved, StepCancel: StateCancelled},
	StateChecked:    {StepReserve: StateReserved, StepCancel: StateCancelled},
	StateReserved:   {StepIssueCash: StateCashIssued, StepBatch: StateBatched, StepCancel: StateCancelled, StepSucceed: StateSucceeded},
	StateCashIssued: {StepReceipt: StateReceipted, StepReturn: StateReserved},
	StateReceipted:  {StepReconcile: StateReconciled, StepReverse: StateReversed},
	StateBatched:    {StepSend: StateSent, StepUnbatch: StateReserved},
	StateSent:       {StepAck: StateAcked, StepSucceed: StateSucceeded, StepFail: StateFailed, StepLose: StateUnknown},
	StateAcked:      {StepSucceed: StateSucceeded, StepFail: StateFailed, StepLose: StateUnknown},
	StateUnknown:    {StepSucceed: StateSucceeded, StepFail: StateFailed},
	StateSucceeded:  {StepReconcile: StateReconciled, StepFail: StateFailed, StepReverse: StateReversed},
	StateFailed:     {StepFix: StateFixed, StepSucceed: StateSucceeded, StepCancel: StateCancelled},
	StateFixed:      {StepFix: StateFixed, StepReserve: StateReserved, StepSucceed: StateSucceeded, StepCancel: StateCancelled},
	StateReconciled: {StepFail: StateFailed, StepReverse: StateReversed},
	StateCancelled:  {},
	StateReversed:   {},
}

// Next is the pure transition. A second receipt is refused as already_receipted,
// any other refused pair names both.
func (s State) Next(step Step) (State, error) {
	if next, ok := transitions[s][step]; ok {
		return next, nil
	}
	if step == StepReceipt && (s == StateReceipted || s == StateReconciled) {
		return "", act.Refused("already_receipted", "This payout already has its receipt; nothing was paid twice. Reload to see it.")
	}
	return "", act.NotInState("payout", s, step)
}
