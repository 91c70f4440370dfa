package ticket

import "time"

// ClockKind names a deadline the city has promised or the law has set.
type ClockKind string

// The clocks. Two-hour and day run on the wall clock from the INVITE; the
// others count working days.
const (
	ClockTwoHour  ClockKind = "two_hour" // 特别紧急: received within 2 h
	ClockDay      ClockKind = "day"      // 急难: received within 24 h
	ClockAnswer   ClockKind = "answer"   // INFO: answered within 5 working days
	ClockAccepted ClockKind = "accepted" // P3: application accepted within 5 working days
	ClockDecide   ClockKind = "decide"   // from the acceptance of an application until it is confirmed or refused, whatever the ticket's priority
)

// ordinal is the step under which a clock's timer is armed. Never renumber: rows hold it.
var ordinal = map[ClockKind]int{ClockTwoHour: 1, ClockDay: 2, ClockAnswer: 3, ClockAccepted: 4, ClockDecide: 5}

// Ordinal is the clock's step in act.Timer.
func (k ClockKind) Ordinal() int { return ordinal[k] }

// ClockByOrdinal is the inverse of Ordinal; empty where there is none.
func ClockByOrdinal(n int) ClockKind {
	for k, o := range ordinal {
		if o == n {
			return k
		}
	}
	return ""
}

// Terms are the lengths of the clocks: data of the policy version that a
// ticket was born under.
type Terms struct {
	TwoHour     time.Duration // wall clock
	Day         time.Duration // wall clock
	WorkingDays int           // for the answer to a question and for accepting an application
}

// Clock is one running or stopped deadline of a ticket.
type Clock struct {
	Kind       ClockKind
	StartedAt  time.Time
	DueAt      time.Time
	FirstDueAt time.Time // the deadline before any re-triage; both are shown
	Revision   int64     // rises with every change of DueAt; the epoch of its timer
	Counted    []Day     // the days that were walked, for a working-day clock: the arithmetic is shown
	StoppedAt  time.Time // server time of the proof
	ReportedAt time.Time // the device's earlier time, kept beside it
	Proof      Proof
	ProofRef   string    // public id of the receipt or decision
	BreachedAt time.Time // when the breach fired, which is never taken back
	RoseAt     time.Time // P2: when it went up to the county at 2 h
	PausedAt   time.Time // ClockDecide: since when its days rest; DueAt means nothing meanwhile
}

// Running reports whether the clock still has to be stopped. One that rests has.
func (c Clock) Running() bool { return c.StoppedAt.IsZero() }

// Ticking reports whether its deadline is coming nearer.
func (c Clock) Ticking() bool { return c.Running() && c.PausedAt.IsZero() }

// Span is what the clock counted from its start: time on the wall clock, or
// working days.
func (c Clock) Span() Span {
	days := 0
	for _, day := range c.Counted {
		if day.Counted {
			days++
		}
	}
	if days > 0 {
		return Span{WorkingDays: days}
	}
	return Span{Wall: c.FirstDueAt.Sub(c.StartedAt)}
}

// ClockRevision rises with every change of the ticket's clocks. It is the epoch
// of timers that hang on all of them.
func (t *Ticket) ClockRevision() (revision int64) {
	for _, c := range t.Clocks {
		revision = max(revision, c.Revision)
	}
	return revision
}

// Proof is what stopped a clock. Dispatch, acceptance and approval never do.
type Proof string

// The proofs (promise 5: relieved means received).
const (
	ProofReceipt   Proof = "receipt"    // signed receipt with photo
	ProofBank      Proof = "bank"       // the bank's success for this very payout
	ProofGoods     Proof = "goods"      // goods handed over, with receipt
	ProofNoAid     Proof = "no_aid_due" // a recorded decision with reason that no aid is due
	ProofReferral  Proof = "referral"   // another department granted it, and the citizen confirms
	ProofAnswered  Proof = "answered"   // consultation, progress, complaint: the answer was given
	ProofRetriaged Proof = "retriaged"  // the priority was lowered and a supervisor approved
	ProofMerged    Proof = "merged"     // the other ticket's clock runs
	ProofAccepted  Proof = "accepted"   // an application was taken in
	ProofDecided   Proof = "decided"    // an application was confirmed, refused or withdrawn
)

// StoppedBy is a proof that aid arrived, with its times.
type StoppedBy struct {
	Proof      Proof
	Ref        string
	ReportedAt time.Time // zero where no device said so
}

// NewClocks starts the clocks of a ticket: both wall clocks for an urgent one,
// the working-day clock for the rest.
func NewClocks(p Priority, invited time.Time, terms Terms, cal Calendar) []Clock {
	start := func(kind ClockKind, due time.Time, counted []Day) Clock {
		return Clock{Kind: kind, StartedAt: invited, DueAt: due, FirstDueAt: due, Counted: counted}
	}
	switch p {
	case P1, P2:
		return []Clock{start(ClockTwoHour, invited.Add(terms.TwoHour), nil), start(ClockDay, invited.Add(terms.Day), nil)}
	case P3:
		count := cal.Count(invited, terms.WorkingDays)
		return []Clock{start(ClockAccepted, count.Due, count.Days)}
	default:
		count := cal.Count(invited, terms.WorkingDays)
		return []Clock{start(ClockAnswer, count.Due, count.Days)}
	}
}

// RaisedDue is the 2 h deadline of a ticket raised to P1 after its call:
// two hours from the act, but never after the 24 h deadline.
func RaisedDue(actAt, dayDue time.Time, terms Terms) time.Time {
	if due := actAt.Add(terms.TwoHour); due.Before(dayDue) {
		return due
	}
	return dayDue
}
