package relief

import "time"

// ErrandStep is how far the program has come in carrying a batch to a bank that
// it speaks to itself.
//
//	send ──▶ sending ──▶ fetch ──▶ watch ──▶ done
//	  ▲  not sent │  │             ▲
//	  └───────────┘  └──▶ ask ─────┘
//
// What may have left is asked for. It is sent again only where the bank has signed
// that it knows nothing of it, and has agreed that the same batch counts once.
type ErrandStep string

// The steps.
const (
	ErrandSend    ErrandStep = "send"    // released; nothing has left
	ErrandSending ErrandStep = "sending" // on its way: it may have left
	ErrandAsk     ErrandStep = "ask"     // it may have left, and the bank has not said that it has it
	ErrandFetch   ErrandStep = "fetch"   // the bank has it; its return is fetched
	ErrandWatch   ErrandStep = "watch"   // the bank has said of every payout what became of it; it may yet change its mind
	ErrandDone    ErrandStep = "done"
)

// ErrandSteps lists every ErrandStep.
func ErrandSteps() []ErrandStep {
	return []ErrandStep{ErrandSend, ErrandSending, ErrandAsk, ErrandFetch, ErrandWatch, ErrandDone}
}

// Errand is a batch on its way, claimed by one node for a while.
type Errand struct {
	Batch string        // its public id
	Step  ErrandStep    // never ErrandSend: what is claimed to be sent is being sent
	Tries int           // of this step in a row, this one included
	Since time.Duration // real time since the batch was released
	Claim int64         // whoever claims it next gets another one
}

// ErrandNext is how an errand goes on.
type ErrandNext struct {
	Step  ErrandStep
	Again bool          // the same once more: its tries go on being counted
	Wait  time.Duration // in real time: a bank's clock does not move with the line's
	Said  string        // what came of the last request: its outcome and code
}
