package integrity

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// Kind says whether a promise was kept or broken.
type Kind string

// The kinds (守信, 失信).
const (
	Kept   Kind = "kept"
	Broken Kind = "broken"
)

// Outcome is what was decided on a broken promise.
type Outcome string

// The outcomes.
const (
	OutcomeNone    Outcome = "none"
	OutcomeLight   Outcome = "light"
	OutcomeSerious Outcome = "serious"
)

// EntryID is the internal number of an entry.
type EntryID int64

// Entry is one promise kept or broken.
type Entry struct {
	ID         EntryID
	PublicID   string
	Person     people.PersonID
	Ticket     ticket.ID // the case it came up in
	Area       area.Code // where the person lived then
	Kind       Kind
	Behaviour  string
	Rules      string // the version it is decided by
	State      State
	Outcome    Outcome // empty before the decision
	ReportedBy area.StaffID
	ReportedAt time.Time
	AnswerDue  time.Time // zero before the person was told
	Answered   bool
	DecidedBy  area.StaffID
	DecidedAt  time.Time
	Until      time.Time // it ends; zero before the decision
	Version    int64
}

// Subject names the entry in timers.
func (e Entry) Subject() act.Subject { return act.Subject{Kind: "integrity", ID: int64(e.ID)} }

// Step is one line of an entry's history. Its note is sealed.
type Step struct {
	PublicID string
	Entry    EntryID
	Ticket   ticket.ID
	Event    Event // empty for the report itself
	Note     act.Private
	Uploads  []string // photos, by public id
	By       area.StaffID
	At       time.Time
}

// PaperKind is one of the two papers that stand beside the entries.
type PaperKind string

// The papers (诚信承诺书, 告知书).
const (
	PaperCommitment PaperKind = "commitment"
	PaperNotice     PaperKind = "notice"
)

// Signed says how a paper was agreed to.
type Signed string

// The ways.
const (
	SignedScreen Signed = "screen"
	SignedPaper  Signed = "paper"   // the signed paper was photographed
	SignedVoice  Signed = "voice"   // on the recorded line
	Refused      Signed = "refused" // not agreed to; the reason is kept
)

// Paper is a commitment that a person gave, or a notice that they were given.
type Paper struct {
	PublicID string
	Person   people.PersonID
	Ticket   ticket.ID
	Area     area.Code
	Kind     PaperKind
	Form     string // version of the form
	Signed   Signed
	Upload   string      // signature or photo; empty by voice
	Reason   act.Private // why it was not agreed to; kept sealed
	By       area.StaffID
	At       time.Time
}

// Tx is what the commands of this package need of a transaction. Rows are locked in one
// order: ticket, entry.
type Tx interface {
	ticket.Tx
	people.Finder
	// UploadByRef loads a photo by its public id, in scope.
	UploadByRef(ctx context.Context, publicID string) (relief.Upload, error)
	// AddIntegrityEntry writes an entry and sets its ID; created is false where its public id exists already.
	AddIntegrityEntry(ctx context.Context, e *Entry) (created bool, err error)
	// IntegrityEntryTicket is the case of an entry by its public id, in scope.
	IntegrityEntryTicket(ctx context.Context, publicID string) (ticket.ID, error)
	// IntegrityEntryForUpdate locks and loads an entry by its public id, in scope.
	IntegrityEntryForUpdate(ctx context.Context, publicID string) (Entry, error)
	// IntegrityEntryRef is the public id of an entry.
	IntegrityEntryRef(ctx context.Context, id EntryID) (string, error)
	// SaveIntegrityEntry writes the row guarded by e.Version and raises it.
	SaveIntegrityEntry(ctx context.Context, e *Entry) error
	// AddIntegrityStep writes one line of history.
	AddIntegrityStep(ctx context.Context, s Step) error
	// AddIntegrityPaper writes a paper; created is false where its public id exists already.
	AddIntegrityPaper(ctx context.Context, p Paper) (created bool, err error)
}
