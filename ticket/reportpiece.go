package ticket

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// PieceKind is what comes to a report beside itself.
type PieceKind string

// The kinds.
const (
	PieceAddition   PieceKind = "addition"   // something more
	PieceCorrection PieceKind = "correction" // something was written wrongly
	PieceConflict   PieceKind = "conflict"   // other words under an id that was taken
	PiecePhoto      PieceKind = "photo"
)

// PieceKinds lists them.
func PieceKinds() []PieceKind {
	return []PieceKind{PieceAddition, PieceCorrection, PieceConflict, PiecePhoto}
}

// LargestPhoto is how many octets a photo of the village may have: it must fit into one request
// of a slow network.
const LargestPhoto = 180_000

// Piece is what came to a report, or to a visit, beside itself. It may come before what it is
// about, and then waits for that.
type Piece struct {
	PublicID string // made by the client; of a conflict by the store
	About    string // public id of the report or the visit
	Kind     PieceKind
	Text     act.Private // empty for a photo
	Photo    Photo
	Author   area.StaffID
	Carrier  Carrier

	WrittenAt time.Time // by the device's clock; zero: as it came
	Ticket    ID        // zero while what it is about is not there
}

// Photo is one that came whole.
type Photo struct {
	MediaType string // image/jpeg or image/png
	SHA256    []byte
	Content   []byte
}

// PieceTx keeps what comes to a report.
type PieceTx interface {
	// Wherever runs fn with everything in sight. Who acts on what was judged before.
	Wherever(ctx context.Context, fn func() error) error
	// KeptReport loads a report and holds its id until the transaction ends, whether or not it is there: act.ErrNotFound where it is not.
	KeptReport(ctx context.Context, publicID string) (KeptReport, error)
	// AddPiece writes a piece of the actor; fresh is false where it was there, word for word. act.ErrKeyReused where its id is another's.
	AddPiece(ctx context.Context, p *Piece) (fresh bool, err error)
	// JoinPieces gives the actor's pieces that wait for a report to its ticket, and lists them.
	JoinPieces(ctx context.Context, about string, to ID) ([]Piece, error)
}

// AddToReport keeps what somebody adds to a report of their own, also where the report has not
// come yet. joined says whether it has.
func AddToReport(ctx context.Context, tx ReportTx, p Piece) (joined bool, err error) {
	if !tx.Actor().May(Reporters()...) {
		return false, act.NotFound("report")
	}
	p.Text = act.Private(strings.TrimSpace(string(p.Text)))
	if err := p.validate(); err != nil {
		return false, err
	}
	kept, err := tx.KeptReport(ctx, p.About)
	switch {
	case errors.Is(err, act.ErrNotFound): // it waits
	case err != nil:
		return false, err
	case kept.Author != tx.Actor().StaffID:
		return false, act.NotFound("report")
	default:
		p.Ticket = kept.Ticket
	}
	return p.Ticket != 0, keepPiece(ctx, tx, &p)
}

func (p Piece) validate() error {
	if p.Kind == PiecePhoto {
		return p.Photo.Validate()
	}
	switch {
	case p.Kind != PieceAddition && p.Kind != PieceCorrection:
		return act.Invalid("kind", "piece_kind", "Say addition or correction.")
	case len([]rune(string(p.Text))) < 2:
		return act.Invalid("text", "seen_required", "Write what you have seen.")
	case len([]rune(string(p.Text))) > LongestSeen:
		return act.Invalid("text", "too_long", "Shorten this text.")
	}
	return PlainText("text", string(p.Text))
}

// Validate refuses what is no picture, too large, or not what its hash says.
func (p Photo) Validate() error {
	begins := map[string]string{"image/jpeg": "\xff\xd8\xff", "image/png": "\x89PNG\r\n\x1a\n"}[p.MediaType]
	sum := sha256.Sum256(p.Content)
	switch {
	case len(p.Content) > LargestPhoto:
		return act.Invalid("content", "photo_too_large", "Make the photo smaller: at most 180,000 octets.")
	case begins == "" || !strings.HasPrefix(string(p.Content), begins):
		return act.Invalid("content", "photo_form", "Send a JPEG or PNG picture, and say which.")
	case string(sum[:]) != string(p.SHA256):
		return act.Invalid("sha256", "photo_changed", "The photo is not what its hash says: it was changed on its way. Send it again.")
	}
	return nil
}

// keepPiece writes a piece and tells whoever has the ticket, once.
func keepPiece(ctx context.Context, tx ReportTx, p *Piece) error {
	p.Author = tx.Actor().StaffID
	fresh, err := tx.AddPiece(ctx, p)
	if err != nil || !fresh || p.Ticket == 0 {
		return err
	}
	return tx.Wherever(ctx, func() error { return reach(ctx, tx, p.Ticket, *p) })
}

// reach tells a ticket of a piece, and the one that goes on for it: what is added to a report must
// reach whoever is at work on it, closed or joined as that may be.
func reach(ctx context.Context, tx ReportTx, id ID, p Piece) error {
	for range 8 { // tickets are joined once; a longer chain would be a fault elsewhere
		t, err := tx.TicketForUpdate(ctx, id)
		if err != nil {
			return err
		}
		if err := tellPiece(ctx, tx, &t, p); err != nil {
			return err
		}
		if id = t.MergedInto; id == 0 {
			return tx.Notify(ctx, Notice{Key: "report_piece:" + p.PublicID, Ticket: t.ID, Post: t.Owner, Template: "report_added", Fields: map[string]string{"number": string(t.Number)}})
		}
	}
	return nil
}

func tellPiece(ctx context.Context, tx Tx, t *Ticket, p Piece) error {
	return tell(ctx, tx, t, change{kind: "ticket.report_added", data: p.Carrier.named(map[string]any{"by": tx.Actor().Name, "piece": string(p.Kind)})})
}

// joinPieces gives a report that has just come what came before it.
func joinPieces(ctx context.Context, tx ReportTx, t *Ticket, r Report) error {
	pieces, err := tx.JoinPieces(ctx, r.PublicID, t.ID)
	for _, p := range pieces {
		if err := tellPiece(ctx, tx, t, p); err != nil {
			return err
		}
	}
	return err
}
