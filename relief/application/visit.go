package application

import (
	"context"
	"slices"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// Signature is what became of the visit's record at the door.
type Signature string

// The answers.
const (
	SignatureSigned  Signature = "signed"
	SignatureRefused Signature = "refused" // with the reason
	SignatureUnable  Signature = "unable"  // with who stood by
)

// Signatures lists them.
func Signatures() []Signature {
	return []Signature{SignatureSigned, SignatureRefused, SignatureUnable}
}

// HomeVisit is what the visit of an application has beside any other (DOMAIN 2.5).
type HomeVisit struct {
	Visit       int64
	PublicID    string // of the visit
	Ticket      ticket.ID
	Application ID
	LeftAt      time.Time
	GPS         relief.Private // "35.40000,116.50000"
	Signature   Signature
	Note        string // why it was refused, or who stood by
	SignedImage string // upload id
}

// HomeVisitInput is what two people report of a home.
type HomeVisitInput struct {
	relief.VisitInput
	LeftAt      time.Time
	GPS         string
	Signature   Signature
	Note        string
	SignedImage string
}

func (in HomeVisitInput) validate(least int) error {
	switch {
	case in.Mode != relief.VisitOnSite:
		return act.Invalid("mode", "home_needed", "An application asks for a visit in the home; a call does not stand in for it.")
	case len(in.Visitors) < least || slices.Contains(in.Visitors[1:], in.Visitors[0]):
		return act.Invalid("visitors", "two_visitors", "Name everybody who went; nobody visits a home alone.")
	case len(in.Photos) == 0:
		return act.Invalid("photos", "photo_required", "Photograph the home and upload it first.")
	case in.LeftAt.IsZero() || in.LeftAt.Before(in.ArrivedAt) || in.LeftAt.Sub(in.ArrivedAt) > 24*time.Hour:
		return act.Invalid("left_at", "left_before", "Give the time of leaving, after the arrival and on its day.")
	case !slices.Contains(Signatures(), in.Signature):
		return act.Invalid("signature", "unknown_signature", "Say signed, refused or unable.")
	case in.Signature == SignatureSigned && in.SignedImage == "":
		return act.Invalid("signed_image", "photo_required", "Upload the signed page.")
	case in.Signature != SignatureSigned && (in.Note == "" || in.SignedImage != ""):
		return act.Invalid("signature_note", "reason_required", "Say why nobody signed, and who stood by.")
	case len([]rune(in.Note)) > 500 || len(in.GPS) > 60:
		return act.Invalid("signature_note", "too_long", "Shorten this text.")
	default:
		return ticket.PlainText("signature_note", in.Note)
	}
}

// RecordHomeVisit writes down that two people have been in the home, with the times by
// their device, the place, photos, and the signature or why there is none.
func RecordHomeVisit(ctx context.Context, tx Tx, publicID string, in HomeVisitInput, r Rules) (Application, error) {
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Application{}, err
	}
	v, err := r.version(a, tx.Now())
	if err != nil {
		return Application{}, err
	}
	if err := in.validate(v.Visit.Visitors); err != nil {
		return Application{}, err
	}
	if _, err := a.State.Next(EventInvestigate); err != nil {
		return Application{}, err
	}
	if in.SignedImage != "" {
		if err := relief.Finished(ctx, tx, t.ID, "signed_image", in.SignedImage); err != nil {
			return Application{}, err
		}
	}
	visit, err := relief.RecordVisit(ctx, tx, t.ID, in.VisitInput)
	if err != nil {
		return Application{}, err
	}
	home := HomeVisit{Visit: visit.ID, PublicID: visit.PublicID, Ticket: t.ID, Application: a.ID, LeftAt: in.LeftAt, GPS: relief.Private(in.GPS),
		Signature: in.Signature, Note: in.Note, SignedImage: in.SignedImage}
	if err := tx.AddHomeVisit(ctx, home); err != nil {
		return Application{}, err
	}
	if t, err = tx.TicketForUpdate(ctx, t.ID); err != nil { // the visit has moved it
		return Application{}, err
	}
	if a.VisitedAt.IsZero() {
		a.VisitedAt = tx.Now()
	}
	return a, advance(ctx, tx, &t, &a, step{event: EventInvestigate, kind: "application.home_visited", data: map[string]any{"visit": visit.PublicID,
		"visitors": len(visit.Visitors), "photos": len(visit.Photos), "signature": string(in.Signature), "in_time": a.visitInTime()}})
}

// visitInTime reports whether the home was visited by the day that is aimed at.
func (a Application) visitInTime() bool {
	return !a.VisitedAt.IsZero() && ticket.DateOf(a.VisitedAt) <= a.VisitDueOn
}

// StatementRole is who has said something of the household.
type StatementRole string

// The roles.
const (
	StatementNeighbour StatementRole = "neighbour"
	StatementCommittee StatementRole = "committee" // the village's
	StatementEmployer  StatementRole = "employer"
	StatementSchool    StatementRole = "school"
	StatementOther     StatementRole = "other"
)

// StatementRoles lists them.
func StatementRoles() []StatementRole {
	return []StatementRole{StatementNeighbour, StatementCommittee, StatementEmployer, StatementSchool, StatementOther}
}

// Statement is what one person said, as a record of its own (DOMAIN 1, 13).
type Statement struct {
	ID          int64
	PublicID    string
	Ticket      ticket.ID
	Application ID
	Role        StatementRole
	Name        relief.Private
	Text        relief.Private
	SaidAt      time.Time // by the device
	Photos      []string
	By          area.StaffID
	At          time.Time
}

// StatementInput is a statement as it is reported.
type StatementInput struct {
	PublicID string
	Role     StatementRole
	Name     string
	Text     string
	SaidAt   time.Time
	Photos   []string
}

func (in StatementInput) validate() error {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return err
	}
	switch {
	case !slices.Contains(StatementRoles(), in.Role):
		return act.Invalid("role", "unknown_role", "Say neighbour, committee, employer, school or other.")
	case in.Name == "" || len([]rune(in.Name)) > 80:
		return act.Invalid("name", "name_required", "Give the name of who said it, with at most 80 characters.")
	case in.Text == "" || len([]rune(in.Text)) > 4000:
		return act.Invalid("text", "text_required", "Write what was said, with at most 4000 characters.")
	case in.SaidAt.IsZero() || in.SaidAt.Year() < 1970 || in.SaidAt.Year() > 2199:
		return act.Invalid("said_at", "bad_time", "Give the time as the device shows it, in a year from 1970 to 2199.")
	default:
		return nil
	}
}

// RecordStatement writes down what a neighbour, the village's committee or another said.
func RecordStatement(ctx context.Context, tx Tx, publicID string, in StatementInput) (Application, error) {
	if err := in.validate(); err != nil {
		return Application{}, err
	}
	t, a, err := owned(ctx, tx, publicID)
	if err != nil {
		return Application{}, err
	}
	if err := relief.Finished(ctx, tx, t.ID, "photos", in.Photos...); err != nil {
		return Application{}, err
	}
	s := Statement{PublicID: in.PublicID, Ticket: t.ID, Application: a.ID, Role: in.Role, Name: relief.Private(in.Name), Text: relief.Private(in.Text),
		SaidAt: in.SaidAt, Photos: in.Photos, By: tx.Actor().StaffID, At: tx.Now()}
	if err := tx.AddStatement(ctx, &s); err != nil {
		return Application{}, err
	}
	return a, advance(ctx, tx, &t, &a, step{event: EventInvestigate, kind: "application.statement", data: map[string]any{"statement": s.PublicID, "role": string(s.Role)}})
}
