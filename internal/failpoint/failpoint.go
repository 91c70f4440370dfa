// Package failpoint names the steps between which a process may die, so that
// the fault tests can kill it at each of them. A normal build compiles Hit to
// nothing; only a build with the tag "failpoint" (the acceptance tests') obeys
// the environment variable HOTLINE_FAILPOINT.
package failpoint

// Name is one step at which a process may be killed.
type Name string

// Every named step, in the order a call travels. The fault test walks All.
const (
	InviteBeforeOpen        Name = "invite.before_open"        // INVITE parsed, nothing on disk
	IntakeBeforeCommit      Name = "intake.before_commit"      // rows written, not committed
	IntakeAfterCommit       Name = "intake.after_commit"       // committed, caller not answered
	JournalAfterSync        Name = "journal.after_sync"        // on the local disk only
	ReplayAfterCommit       Name = "replay.after_commit"       // in the database, journal not yet trimmed
	CallAfterAnswer         Name = "call.after_answer"         // 200 sent
	HappenedBeforeCommit    Name = "happened.before_commit"    // a step of the call written, not committed
	CallBeforeEnd           Name = "call.before_end"           // BYE seen, end not recorded
	RecordingBeforeRegister Name = "recording.before_register" // ended on the disk, the database not told how
	RecordingAfterRegister  Name = "recording.after_register"  // in the database, the mark still on the disk
	CallbackBeforeDial      Name = "callback.before_dial"      // an agent has claimed a call-back, nobody is rung yet
	RelayAfterPublish       Name = "relay.after_publish"       // events numbered and told, the relay not yet back for more
	TimerAfterClaim         Name = "timer.after_claim"         // claimed in Redis, no transaction yet
	TimerBeforeCommit       Name = "timer.before_commit"       // effect written, not committed
	TimerAfterCommit        Name = "timer.after_commit"        // committed, Redis not acknowledged
	NoticeBeforeSend        Name = "notice.before_send"        // marked sending, provider not called
	NoticeAfterSend         Name = "notice.after_send"         // provider called, result not recorded
	AcceptBeforeCommit      Name = "accept.before_commit"      // acceptance written, not committed
	PayoutBeforeCommit      Name = "payout.before_commit"      // postings written, not committed
	PayoutAfterCommit       Name = "payout.after_commit"       // committed, client not answered
	BankBeforeSend          Name = "bank.before_send"          // a batch marked as being sent, the bank not called
	BankAfterSend           Name = "bank.after_send"           // the bank called, its answer not recorded
	BankAfterAsk            Name = "bank.after_ask"            // the bank asked what became of a batch, its answer not recorded
	BankAfterFetch          Name = "bank.after_fetch"          // a return fetched, not loaded
	BankBeforeCommit        Name = "bank.before_commit"        // what a bank said written, not committed
	ReceiptBeforeCommit     Name = "receipt.before_commit"     // receipt written, not committed
	ReceiptAfterCommit      Name = "receipt.after_commit"      // committed, client not answered
	AdvanceBeforeCommit     Name = "advance.before_commit"     // an act with a standing advance written, not committed
	AdvanceAfterCommit      Name = "advance.after_commit"      // committed, client not answered
	FinanceBeforeCommit     Name = "finance.before_commit"     // an account, a batch or a closing written, not committed
	FinanceAfterCommit      Name = "finance.after_commit"      // committed, client not answered
	RunBeforeCommit         Name = "run.before_commit"         // a part of a payment run written, not committed
	RunAfterCommit          Name = "run.after_commit"          // a part of a payment run committed, the next not begun
)

// All lists every Name.
func All() []Name {
	return []Name{InviteBeforeOpen, IntakeBeforeCommit, IntakeAfterCommit, JournalAfterSync, ReplayAfterCommit,
		CallAfterAnswer, HappenedBeforeCommit, CallBeforeEnd, RecordingBeforeRegister, RecordingAfterRegister,
		CallbackBeforeDial, RelayAfterPublish, TimerAfterClaim, TimerBeforeCommit, TimerAfterCommit,
		NoticeBeforeSend, NoticeAfterSend, AcceptBeforeCommit, PayoutBeforeCommit, PayoutAfterCommit,
		BankBeforeSend, BankAfterSend, BankAfterAsk, BankAfterFetch, BankBeforeCommit,
		ReceiptBeforeCommit, ReceiptAfterCommit, AdvanceBeforeCommit, AdvanceAfterCommit, FinanceBeforeCommit, FinanceAfterCommit, RunBeforeCommit, RunAfterCommit}
}
