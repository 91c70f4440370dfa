package store

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// lateRow is how something came that was written without a network.
type lateRow struct {
	WrittenAt *time.Time
	CarriedBy string // a name
}

func (r lateRow) view() ticket.Late {
	v := ticket.Late{CarriedBy: r.CarriedBy}
	if r.WrittenAt != nil {
		at := r.WrittenAt.UTC()
		v.WrittenAt = &at
	}
	return v
}

// KeptReport loads a report as it was written, and holds its id.
func (tx *Tx) KeptReport(ctx context.Context, publicID string) (kept ticket.KeptReport, err error) {
	if uuid.Validate(publicID) != nil {
		return kept, act.Invalid("id", "id_form", "Send a UUID as the id.")
	}
	if err := tx.lockText(ctx, "report|"+publicID); err != nil {
		return kept, err
	}
	err = tx.everywhere(ctx, func() error {
		kept, err = tx.keptReport(ctx, publicID)
		if errors.Is(err, act.ErrNotFound) {
			return nil // the scope must be narrowed again
		}
		return err
	})
	if err == nil && kept.Ticket == 0 {
		err = act.NotFound("report")
	}
	return kept, err
}

func (tx *Tx) keptReport(ctx context.Context, publicID string) (ticket.KeptReport, error) {
	r, err := one[struct {
		TicketID, StaffID                   int64
		Number, AreaCode, Priority          string
		PhoneSealed, SeenSealed, HomeSealed []byte
	}](ctx, tx, "report", `SELECT r.ticket_id, r.staff_id, t.number, r.area_code, r.priority, r.phone_sealed, r.seen_sealed, r.home_sealed
		FROM reports r JOIN tickets t ON t.id = r.ticket_id WHERE r.id = ?`, publicID)
	if err != nil {
		return ticket.KeptReport{}, err
	}
	kept := ticket.KeptReport{Ticket: ticket.ID(r.TicketID), Author: area.StaffID(r.StaffID), Number: ticket.Number(r.Number),
		Report: ticket.Report{PublicID: publicID, Area: area.Code(r.AreaCode), Priority: ticket.Priority(r.Priority)}}
	call := ticket.Call{ID: ticket.CallID(publicID)}
	if err := tx.db.openCaller(&call, r.PhoneSealed); err != nil {
		return kept, err
	}
	kept.Phone = call.FromE164
	if kept.Seen, err = tx.seen(reportRow{ID: publicID, SeenSealed: r.SeenSealed}); err != nil {
		return kept, err
	}
	home, err := tx.home(publicID, r.HomeSealed)
	kept.Name, kept.Door = home.Name, home.Door
	return kept, err
}

// pieceContext names the place of a piece's words or picture.
func pieceContext(id string) string { return "report_pieces.body|" + id }

// AddPiece writes a piece of the actor.
func (tx *Tx) AddPiece(ctx context.Context, p *ticket.Piece) (fresh bool, err error) {
	body := p.Photo.Content
	if p.Kind != ticket.PiecePhoto {
		body = []byte(p.Text)
	}
	digest := tx.db.sealer.MAC("report piece", []byte(p.About), []byte(p.Kind), body)
	if p.Kind == ticket.PieceConflict {
		p.PublicID = uuid.NewString()
	}
	sealed, err := tx.db.sealer.Seal(pieceContext(p.PublicID), body)
	if err != nil {
		return false, err
	}
	var joined *time.Time
	if p.Ticket != 0 {
		joined = &tx.now
	}
	var sum any
	if p.Kind == ticket.PiecePhoto {
		sum = p.Photo.SHA256
	}
	var id int64
	fresh, err = tx.insertNew(ctx, "piece of a report", &id, `INSERT INTO report_pieces (public_id, about, kind, staff_id, carried_by, area_code, body_sealed, media_type, sha256, digest,
			written_at, arrived_at, ticket_id, joined_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`,
		p.PublicID, p.About, p.Kind, int64(tx.actor.StaffID), nonZero(int64(p.Carrier.ID)), string(tx.actor.Area), sealed, p.Photo.MediaType, sum, digest,
		null(p.WrittenAt), tx.now, nonZero(int64(p.Ticket)), joined)
	if err != nil || fresh || p.Kind == ticket.PieceConflict {
		return fresh, err
	}
	var there []byte
	err = tx.scan(ctx, "find a piece", `SELECT digest FROM report_pieces WHERE public_id = ? AND staff_id = ?`, []any{p.PublicID, int64(tx.actor.StaffID)}, &there)
	if errors.Is(err, act.ErrNotFound) || err == nil && subtle.ConstantTimeCompare(there, digest) != 1 {
		err = &act.Fault{Kind: act.ErrKeyReused, Code: "id_reused", Field: "id", Detail: "This id already names another piece; send it under a new id."}
	}
	return false, err
}

// JoinPieces gives the actor's pieces that wait for a report to its ticket.
func (tx *Tx) JoinPieces(ctx context.Context, about string, to ticket.ID) ([]ticket.Piece, error) {
	var rows []struct{ PublicID, Kind string }
	err := tx.find(ctx, "join pieces", &rows, `UPDATE report_pieces SET ticket_id = ?, joined_at = ? WHERE about = ? AND staff_id = ? AND ticket_id IS NULL RETURNING public_id, kind`,
		int64(to), tx.now, about, int64(tx.actor.StaffID))
	list := make([]ticket.Piece, 0, len(rows))
	for _, r := range rows {
		list = append(list, ticket.Piece{PublicID: r.PublicID, About: about, Kind: ticket.PieceKind(r.Kind), Author: tx.actor.StaffID, Ticket: to})
	}
	return list, err
}

// pieceViews are the pieces of some reports or visits, by what they are about. Pictures are not opened.
func (tx *Tx) pieceViews(ctx context.Context, about []string) (map[string][]ticket.PieceView, error) {
	views := make(map[string][]ticket.PieceView, len(about))
	for _, id := range about {
		views[id] = []ticket.PieceView{}
	}
	if len(about) == 0 {
		return views, nil
	}
	var rows []struct {
		PublicID, About, Kind, By string
		ArrivedAt                 time.Time
		BodySealed                []byte
		SHA256                    []byte  `gorm:"column:sha256"`
		Late                      lateRow `gorm:"embedded"`
	}
	err := tx.find(ctx, "list pieces", &rows, `SELECT p.public_id, p.about, p.kind, s.name AS by, p.arrived_at, CASE WHEN p.kind <> 'photo' THEN p.body_sealed END AS body_sealed, p.sha256,
			p.written_at, coalesce(c.name, '') AS carried_by
		FROM report_pieces p JOIN staff s ON s.id = p.staff_id LEFT JOIN staff c ON c.id = p.carried_by WHERE p.about IN ? ORDER BY p.id`, about)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		v := ticket.PieceView{ID: r.PublicID, Kind: ticket.PieceKind(r.Kind), By: r.By, ArrivedAt: r.ArrivedAt.UTC(), SHA256: hex.EncodeToString(r.SHA256), Late: r.Late.view()}
		if v.Kind != ticket.PiecePhoto {
			plain, err := tx.db.sealer.Open(pieceContext(r.PublicID), r.BodySealed)
			if err != nil {
				return nil, err
			}
			if v.Text = string(plain); v.Kind == ticket.PieceConflict {
				v.Text = ticket.ShownWords(v.Text)
			}
		}
		views[r.About] = append(views[r.About], v)
	}
	return views, nil
}

// PiecePhoto opens a photo that was sent with a report or a visit; reporters find their own only.
func (tx *Tx) PiecePhoto(ctx context.Context, id string, own bool) (ticket.Photo, error) {
	if uuid.Validate(id) != nil {
		return ticket.Photo{}, act.NotFound("photo")
	}
	r, err := one[struct {
		MediaType  string
		BodySealed []byte
	}](ctx, tx, "photo", `SELECT media_type, body_sealed FROM report_pieces WHERE public_id = ? AND kind = 'photo' AND (NOT ? OR staff_id = ?)`, id, own, int64(tx.actor.StaffID))
	if err != nil {
		return ticket.Photo{}, err
	}
	content, err := tx.db.sealer.Open(pieceContext(id), r.BodySealed)
	return ticket.Photo{MediaType: r.MediaType, Content: content}, err
}
