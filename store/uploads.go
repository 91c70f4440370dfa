package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// uploadRow is a row of uploads.
type uploadRow struct {
	ID, TicketID, Size, PartSize, StaffID int64
	PublicID, MediaType                   string
	SHA256                                []byte `gorm:"column:sha256"`
	CreatedAt                             time.Time
	CompletedAt                           *time.Time
	Staff                                 string // of pages only
}

const uploadColumns = `u.id, u.public_id, u.ticket_id, u.media_type, u.size, u.sha256, u.part_size, u.staff_id, u.created_at, u.completed_at`

func (r uploadRow) upload() relief.Upload {
	u := relief.Upload{ID: r.ID, PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), MediaType: r.MediaType, Size: r.Size, SHA256: r.SHA256,
		PartSize: r.PartSize, State: relief.UploadOpen, By: area.StaffID(r.StaffID), At: r.CreatedAt.UTC()}
	if r.CompletedAt != nil {
		u.State = relief.UploadComplete
	}
	return u
}

// AddUpload writes an upload that has no parts yet.
func (tx *Tx) AddUpload(ctx context.Context, u *relief.Upload) (created bool, err error) {
	return tx.insertNew(ctx, "upload", &u.ID, `INSERT INTO uploads (public_id, ticket_id, media_type, size, sha256, part_size, staff_id, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		u.PublicID, int64(u.Ticket), u.MediaType, u.Size, u.SHA256, u.PartSize, int64(u.By), u.At)
}

// UploadByRef loads an upload in scope.
func (tx *Tx) UploadByRef(ctx context.Context, publicID string) (relief.Upload, error) {
	return tx.loadUpload(ctx, publicID, "")
}

// UploadForUpdate is UploadByRef under a lock, so that no part changes while
// the whole is checked.
func (tx *Tx) UploadForUpdate(ctx context.Context, publicID string) (relief.Upload, error) {
	return tx.loadUpload(ctx, publicID, " FOR UPDATE")
}

func (tx *Tx) loadUpload(ctx context.Context, publicID, lock string) (relief.Upload, error) {
	if uuid.Validate(publicID) != nil {
		return relief.Upload{}, act.NotFound("upload")
	}
	r, err := one[uploadRow](ctx, tx, "upload", `SELECT `+uploadColumns+` FROM uploads u WHERE u.public_id = ?`+lock, publicID)
	if err != nil {
		return relief.Upload{}, err
	}
	return r.upload(), nil
}

// partContext names the place of a sealed part, so that parts cannot change places.
func partContext(u relief.Upload, number int) string {
	return fmt.Sprintf("upload_parts|%s|%d", u.PublicID, number)
}

// PutUploadPart seals and keeps a part; the same number again replaces it.
func (tx *Tx) PutUploadPart(ctx context.Context, u relief.Upload, number int, data []byte) error {
	sealed, err := tx.db.sealer.Seal(partContext(u, number), data)
	if err != nil {
		return fmt.Errorf("seal a part: %w", err)
	}
	_, err = tx.exec(ctx, "put part", `INSERT INTO upload_parts (upload_id, number, sealed) VALUES (?, ?, ?)
		ON CONFLICT (upload_id, number) DO UPDATE SET sealed = excluded.sealed`, u.ID, number, sealed)
	return err
}

// UploadParts tells which parts are there, ascending.
func (tx *Tx) UploadParts(ctx context.Context, u relief.Upload) (numbers []int, err error) {
	err = tx.find(ctx, "list parts", &numbers, `SELECT number FROM upload_parts WHERE upload_id = ? ORDER BY number`, u.ID)
	return numbers, err
}

// UploadContent opens all parts and joins them.
func (tx *Tx) UploadContent(ctx context.Context, u relief.Upload) ([]byte, error) {
	var rows []struct {
		Number int
		Sealed []byte
	}
	if err := tx.find(ctx, "load parts", &rows, `SELECT number, sealed FROM upload_parts WHERE upload_id = ? ORDER BY number`, u.ID); err != nil {
		return nil, err
	}
	content := make([]byte, 0, u.Size)
	for _, r := range rows {
		part, err := tx.db.sealer.Open(partContext(u, r.Number), r.Sealed)
		if err != nil {
			return nil, fmt.Errorf("open part %d of upload %s: %w", r.Number, u.PublicID, err)
		}
		content = append(content, part...)
	}
	return content, nil
}

// PhotoProves reports whether a receipt in scope rests on a photo with this content already.
func (tx *Tx) PhotoProves(ctx context.Context, contentSHA256 []byte) (used bool, err error) {
	err = tx.scan(ctx, "look for the photo", `SELECT EXISTS (SELECT 1 FROM receipts r JOIN uploads u ON u.id = r.photo_id WHERE u.sha256 = ?)`, []any{contentSHA256}, &used)
	return used, err
}

// FinishUpload marks an upload complete.
func (tx *Tx) FinishUpload(ctx context.Context, u relief.Upload) error {
	_, err := tx.exec(ctx, "finish upload", `UPDATE uploads SET completed_at = ? WHERE id = ? AND completed_at IS NULL`, tx.now, u.ID)
	return err
}

// UploadView tells a client what is still to be sent.
func (tx *Tx) UploadView(ctx context.Context, publicID string) (relief.UploadView, error) {
	u, err := tx.UploadByRef(ctx, publicID)
	if err != nil {
		return relief.UploadView{}, err
	}
	there, err := tx.UploadParts(ctx, u)
	if err != nil {
		return relief.UploadView{}, err
	}
	by, err := tx.StaffName(ctx, u.By)
	return u.View(there, by), err
}
