package ticket

// Priority decides the clocks and the ladder of a ticket.
type Priority string

// UrgentKey is what a caller presses to say that it is urgent.
const UrgentKey = '1'

// The priorities (DOMAIN: 特别紧急 2 h, 急难 24 h, ordinary applications, consultation).
const (
	P1    Priority = "P1"   // help within 2 hours of the INVITE
	P2    Priority = "P2"   // help within 24 hours of the INVITE
	P3    Priority = "P3"   // ordinary application, working-day clocks
	PInfo Priority = "INFO" // consultation, progress, complaint: 5 working days
)

// Priorities lists every Priority, most urgent first.
func Priorities() []Priority { return []Priority{P1, P2, P3, PInfo} }

// Valid reports whether p is one of Priorities.
func (p Priority) Valid() bool { return p.rank() > 0 }

// Urgent reports whether both wall clocks, 2 h and 24 h, run.
func (p Priority) Urgent() bool { return p == P1 || p == P2 }

// Above reports whether p is more urgent than q.
func (p Priority) Above(q Priority) bool { return p.rank() < q.rank() }

func (p Priority) rank() int {
	for i, known := range Priorities() {
		if p == known {
			return i + 1
		}
	}
	return 0
}

// Kind is what the call is about (社会救助法 Art 60).
type Kind string

// The kinds of call.
const (
	KindAid          Kind = "aid"          // an application for help: the default, until someone has spoken to the caller
	KindConsultation Kind = "consultation" // asks about the rules
	KindProgress     Kind = "progress"     // asks how a case stands
	KindComplaint    Kind = "complaint"    // reports a person or an office
)

// Valid reports whether k is a known kind.
func (k Kind) Valid() bool {
	switch k {
	case KindAid, KindConsultation, KindProgress, KindComplaint:
		return true
	default:
		return false
	}
}

// Cause is why help is needed.
type Cause string

// The causes of sudden need.
const (
	CauseUnknown  Cause = "unknown"
	CauseAccident Cause = "accident"
	CauseIllness  Cause = "illness"
	CauseFire     Cause = "fire"
	CauseTraffic  Cause = "traffic"
	CauseDisaster Cause = "disaster"
	CauseOther    Cause = "other"
)

// Valid reports whether c is a known cause.
func (c Cause) Valid() bool {
	switch c {
	case CauseUnknown, CauseAccident, CauseIllness, CauseFire, CauseTraffic, CauseDisaster, CauseOther:
		return true
	default:
		return false
	}
}
