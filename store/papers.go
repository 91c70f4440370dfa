package store

import (
	"context"
	"encoding/json"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// paperRow is a row of papers.
type paperRow struct {
	ID, TicketID, Version         int64
	PublicID, Kind, State, Reason string
	Counted                       bool
	DueAt, ClosedAt               *time.Time
	Reminders                     int
	Photos                        []byte
	AddedBy, ClosedBy             *int64
	AddedAt                       time.Time
	Adder, Closer                 *string // of pages only
}

const paperColumns = `p.id, p.public_id, p.ticket_id, p.kind, p.state, p.counted, p.due_at, p.reminders, p.photos, p.added_by, p.added_at, p.closed_by,
	p.closed_at, p.reason, p.version`

func (r paperRow) paper() (relief.Paper, error) {
	photos, err := readList(r.Photos)
	return relief.Paper{ID: relief.PaperID(r.ID), PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Kind: r.Kind, State: relief.PaperState(r.State),
		Counted: r.Counted, DueAt: orZero(r.DueAt), Reminders: r.Reminders, Photos: photos, AddedBy: area.StaffID(deref(r.AddedBy)), AddedAt: r.AddedAt.UTC(),
		ClosedBy: area.StaffID(deref(r.ClosedBy)), ClosedAt: orZero(r.ClosedAt), Reason: r.Reason, Version: r.Version}, err
}

// AddPaper writes a paper that is owed.
func (tx *Tx) AddPaper(ctx context.Context, p *relief.Paper) error {
	var id int64
	created, err := tx.insertNew(ctx, "paper", &id, `INSERT INTO papers (public_id, ticket_id, kind, state, counted, due_at, added_by, added_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id`,
		p.PublicID, int64(p.Ticket), p.Kind, p.State, p.Counted, null(p.DueAt), nonZero(int64(p.AddedBy)), p.AddedAt, p.Version)
	if err == nil && !created {
		return act.Refused("paper_owed_already", "This paper is on the list already.")
	}
	p.ID = relief.PaperID(id)
	return err
}

// PaperByRef resolves a paper's public id.
func (tx *Tx) PaperByRef(ctx context.Context, publicID string) (relief.PaperID, ticket.ID, error) {
	id, of, err := tx.byRef(ctx, "papers", "paper", publicID)
	return relief.PaperID(id), ticket.ID(of), err
}

// PaperTicket is the ticket of a paper.
func (tx *Tx) PaperTicket(ctx context.Context, id relief.PaperID) (ticket.ID, error) {
	var of int64
	err := tx.scan(ctx, "find paper", `SELECT ticket_id FROM papers WHERE id = ?`, []any{int64(id)}, &of)
	return ticket.ID(of), err
}

// PaperForUpdate locks and loads a paper.
func (tx *Tx) PaperForUpdate(ctx context.Context, id relief.PaperID) (relief.Paper, error) {
	r, err := one[paperRow](ctx, tx, "paper", `SELECT `+paperColumns+` FROM papers p WHERE p.id = ? FOR UPDATE`, int64(id))
	if err != nil {
		return relief.Paper{}, err
	}
	return r.paper()
}

// TicketPapers lists the papers of a ticket, oldest first. The ticket's lock keeps them as they are.
func (tx *Tx) TicketPapers(ctx context.Context, id ticket.ID) ([]relief.Paper, error) {
	if papers, known := tx.loaded.papers[id]; known {
		delete(tx.loaded.papers, id) // whoever asks again wants what has changed
		return papers, nil
	}
	var rows []paperRow
	if err := tx.find(ctx, "list papers", &rows, `SELECT `+paperColumns+` FROM papers p WHERE p.ticket_id = ? ORDER BY p.id`, int64(id)); err != nil {
		return nil, err
	}
	papers := make([]relief.Paper, 0, len(rows))
	for _, r := range rows {
		p, err := r.paper()
		if err != nil {
			return nil, err
		}
		papers = append(papers, p)
	}
	return papers, nil
}

// SavePaper writes what may change of a paper, guarded by its version.
func (tx *Tx) SavePaper(ctx context.Context, p *relief.Paper) error {
	photos, err := listJSON(p.Photos)
	if err != nil {
		return err
	}
	if tx.later != nil && tx.later.whole {
		tx.later.papers.save(int64(p.ID), p.Version, map[string]any{"state": p.State, "counted": p.Counted, "due_at": null(p.DueAt), "reminders": p.Reminders, "photos": json.RawMessage(photos),
			"closed_by": nonZero(int64(p.ClosedBy)), "closed_at": null(p.ClosedAt), "reason": p.Reason})
		p.Version++
		return nil
	}
	n, err := tx.exec(ctx, "save paper", `UPDATE papers SET state = ?, counted = ?, due_at = ?, reminders = ?, photos = ?::jsonb, closed_by = ?, closed_at = ?, reason = ?,
		version = version + 1 WHERE id = ? AND version = ?`, p.State, p.Counted, null(p.DueAt), p.Reminders, photos, nonZero(int64(p.ClosedBy)), null(p.ClosedAt),
		p.Reason, int64(p.ID), p.Version)
	if err == nil && n == 0 {
		return act.Conflict("stale_version", stalePaper)
	}
	p.Version++
	return err
}

// AddReceipt writes a receipt; the payout can have one only.
func (tx *Tx) AddReceipt(ctx context.Context, r *relief.Receipt) error {
	witness, err := tx.sealText("receipts.witness", r.PublicID, r.Witness)
	if err != nil {
		return err
	}
	err = tx.insert(ctx, "receipt", &r.ID, `INSERT INTO receipts (public_id, disbursement_id, ticket_id, at, device_at, photo_id, signature, signed_image_id, witness_sealed, staff_id)
		SELECT ?, ?, ?, ?, ?, p.id, ?, s.id, ?, ? FROM uploads p, uploads s WHERE p.public_id = ? AND s.public_id = ?
		ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		r.PublicID, int64(r.Disbursement), int64(r.Ticket), r.At, null(r.DeviceAt), r.Signature, witness, int64(r.By), r.Photo, r.SignedImage)
	if violates(err, "receipts_disbursement_id_key") {
		return act.Refused("already_receipted", "This payout already has its receipt; nothing was paid twice. Reload to see it.")
	}
	return err
}
