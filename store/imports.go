package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
)

// keepImports is how long a file that nobody applied is kept.
const keepImports = 24 * time.Hour

// importRow is a file that was looked at.
type importRow struct {
	ID            int64
	PublicID      string
	Kind          string
	FileName      string
	SHA256        []byte `gorm:"column:sha256"`
	ContentSealed []byte
	SeenVersion   int64
	AppliedAt     *time.Time
}

// keepImport keeps a file for whoever applies it, sealed.
func (tx *Tx) keepImport(ctx context.Context, kind, name string, content []byte, version int64) (id string, err error) {
	if _, err := tx.exec(ctx, "forget old imports", `UPDATE imports SET content_sealed = NULL WHERE content_sealed IS NOT NULL AND created_at < ?`, tx.now.Add(-keepImports)); err != nil {
		return "", err
	}
	id = uuid.NewString()
	sealed, err := tx.db.sealer.Seal(importContext(id), content)
	if err != nil {
		return "", fmt.Errorf("seal an import: %w", err)
	}
	sum := sha256.Sum256(content)
	_, err = tx.exec(ctx, "keep import", `INSERT INTO imports (public_id, kind, file_name, sha256, content_sealed, seen_version, area_code, created_by, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, kind, name, sum[:], sealed, version, string(tx.actor.Area), nonZero(int64(tx.actor.StaffID)), tx.now)
	return id, err
}

func importContext(id string) string { return "import|" + id }

// openImport finds a file that is still to be applied, and lets nobody else
// apply it meanwhile.
func (tx *Tx) openImport(ctx context.Context, kind, id string) (importRow, []byte, error) {
	if uuid.Validate(id) != nil {
		return importRow{}, nil, act.NotFound("import")
	}
	r, err := one[importRow](ctx, tx, "import", `SELECT id, public_id, kind, file_name, sha256, content_sealed, seen_version, applied_at
		FROM imports WHERE public_id = ? AND kind = ? FOR UPDATE`, id, kind)
	switch {
	case err != nil:
		return r, nil, err
	case r.AppliedAt != nil:
		return r, nil, act.Refused("import_applied", "This file was applied already; nothing was done.")
	case r.ContentSealed == nil:
		return r, nil, act.Refused("import_expired", "The file was looked at more than a day ago and is not kept any more; bring it again.")
	}
	content, err := tx.db.sealer.Open(importContext(id), r.ContentSealed)
	if err != nil {
		return r, nil, fmt.Errorf("open an import: %w", err)
	}
	return r, content, nil
}

// importApplied notes who applied a file and when; what is in it is not needed any more.
func (tx *Tx) importApplied(ctx context.Context, r importRow) error {
	_, err := tx.exec(ctx, "note an applied import", `UPDATE imports SET content_sealed = NULL, applied_at = ?, applied_by = ? WHERE id = ?`,
		tx.now, nonZero(int64(tx.actor.StaffID)), r.ID)
	return err
}
