package relief

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// The bounds of a photo. Parts are small so that a weak signal loses little.
const (
	MaxUpload   = 10 << 20 // bytes of a photo
	MaxPart     = 200_000  // bytes of a part
	MinPart     = 16_000   // bytes of a part but the last, so that a photo has no thousand parts
	DefaultPart = MaxPart
)

// UploadState says whether a photo can be used.
type UploadState string

// The states of an upload.
const (
	UploadOpen     UploadState = "open"
	UploadComplete UploadState = "complete"
)

// Upload is a photo that arrives in parts and belongs to a ticket.
type Upload struct {
	ID        int64
	PublicID  string // made by the client, so that a retry finds it
	Ticket    ticket.ID
	MediaType string
	Size      int64
	SHA256    []byte
	PartSize  int64
	State     UploadState
	By        area.StaffID
	At        time.Time
}

// Parts is how many parts the photo has.
func (u Upload) Parts() int { return int((u.Size + u.PartSize - 1) / u.PartSize) }

// partLen is the exact length of a part; only the last is shorter.
func (u Upload) partLen(number int) int64 {
	if number == u.Parts() {
		return u.Size - int64(number-1)*u.PartSize
	}
	return u.PartSize
}

// UploadInput announces a photo.
type UploadInput struct {
	PublicID  string
	MediaType string // image/jpeg, image/png or image/webp
	Size      int64
	SHA256    string // hex, of the whole photo
	PartSize  int64  // zero: DefaultPart
}

func (in UploadInput) validate() ([]byte, error) {
	hash, err := hex.DecodeString(in.SHA256)
	switch {
	case in.MediaType != "image/jpeg" && in.MediaType != "image/png" && in.MediaType != "image/webp":
		return nil, act.Invalid("media_type", "unknown_media_type", "Photos are image/jpeg, image/png or image/webp.")
	case in.Size < 1 || in.Size > MaxUpload:
		return nil, act.Invalid("size", "out_of_range", "A photo has between 1 byte and 10 MiB; take it smaller.")
	case err != nil || len(hash) != sha256.Size:
		return nil, act.Invalid("sha256", "bad_hash", "Give the SHA-256 of the whole photo as 64 hex digits.")
	case in.PartSize != 0 && (in.PartSize < MinPart || in.PartSize > MaxPart):
		return nil, act.Invalid("part_size", "out_of_range", "Parts have between 16000 and 200000 bytes.")
	default:
		return hash, nil
	}
}

// helps names the roles that may add photos to a ticket in their scope.
func helps(a act.Actor) bool { return a.May(receivers...) || a.May(area.RoleAgency) }

// BeginUpload announces a photo of a ticket. The same id with the same content
// is a retry; with another it is act.ErrKeyReused.
func BeginUpload(ctx context.Context, tx Tx, id ticket.ID, in UploadInput) (Upload, error) {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return Upload{}, err
	}
	hash, err := in.validate()
	if err != nil {
		return Upload{}, err
	}
	if !helps(tx.Actor()) {
		return Upload{}, act.NotFound("ticket")
	}
	if _, err := tx.TicketForUpdate(ctx, id); err != nil {
		return Upload{}, err
	}
	u := Upload{PublicID: in.PublicID, Ticket: id, MediaType: in.MediaType, Size: in.Size, SHA256: hash, PartSize: in.PartSize,
		State: UploadOpen, By: tx.Actor().StaffID, At: tx.Now()}
	if u.PartSize == 0 {
		u.PartSize = DefaultPart
	}
	created, err := tx.AddUpload(ctx, &u)
	if err != nil || created {
		return u, err
	}
	old, err := tx.UploadByRef(ctx, in.PublicID)
	if err != nil || old.Ticket != id || !bytes.Equal(old.SHA256, hash) || old.Size != u.Size || old.MediaType != u.MediaType {
		return Upload{}, &act.Fault{Kind: act.ErrKeyReused, Code: "id_reused", Field: "id", Detail: "This id already names another photo; make a new one."}
	}
	return old, nil
}

// PutPart keeps part number (from 1) of a photo. Sending it again is harmless.
func PutPart(ctx context.Context, tx Tx, publicID string, number int, data []byte) (Upload, error) {
	u, err := mine(ctx, tx, publicID)
	if err != nil {
		return Upload{}, err
	}
	switch {
	case number < 1 || number > u.Parts():
		return Upload{}, act.Invalid("number", "no_such_part", "The photo has no part of this number; see parts.")
	case int64(len(data)) != u.partLen(number):
		return Upload{}, act.Invalid("body", "part_length", "The part has another length than announced; see part_size and size.")
	case u.State == UploadComplete:
		return u, nil // a late repetition
	}
	return u, tx.PutUploadPart(ctx, u, number, data)
}

// CompleteUpload checks that all parts are there, that together they are the
// announced photo, and that it is a picture of the announced kind.
func CompleteUpload(ctx context.Context, tx Tx, publicID string) (Upload, error) {
	u, err := mine(ctx, tx, publicID)
	if err != nil || u.State == UploadComplete {
		return u, err
	}
	there, err := tx.UploadParts(ctx, u)
	if err != nil {
		return Upload{}, err
	}
	if missing := u.Missing(there); len(missing) > 0 {
		return Upload{}, &act.Fault{Kind: act.ErrRefused, Code: "parts_missing", Detail: "Some parts have not arrived; send them, then complete again.",
			Args: map[string]any{"missing": missing}}
	}
	content, err := tx.UploadContent(ctx, u)
	if err != nil {
		return Upload{}, err
	}
	if sum := sha256.Sum256(content); !bytes.Equal(sum[:], u.SHA256) {
		return Upload{}, act.Refused("hash_differs", "The parts together are not the announced photo; send them again, then complete.")
	}
	if kindOf(content) != u.MediaType {
		return Upload{}, act.Invalid("media_type", "not_this_kind", "The content is no picture of the announced kind.")
	}
	u.State = UploadComplete
	return u, tx.FinishUpload(ctx, u)
}

// kindOf tells a picture by its first bytes (mimesniff.spec.whatwg.org section
// 6.1), empty for anything else.
func kindOf(content []byte) string {
	head := string(content[:min(len(content), 12)])
	switch {
	case strings.HasPrefix(head, "\xFF\xD8\xFF"):
		return "image/jpeg"
	case strings.HasPrefix(head, "\x89PNG\r\n\x1A\n"):
		return "image/png"
	case strings.HasPrefix(head, "RIFF") && strings.HasSuffix(head, "WEBP"):
		return "image/webp"
	default:
		return ""
	}
}

// Missing lists the parts that have not arrived.
func (u Upload) Missing(there []int) []int {
	missing := []int{}
	has := map[int]bool{}
	for _, n := range there {
		has[n] = true
	}
	for n := 1; n <= u.Parts(); n++ {
		if !has[n] {
			missing = append(missing, n)
		}
	}
	return missing
}

// mine locks an upload that the actor began.
func mine(ctx context.Context, tx Tx, publicID string) (Upload, error) {
	u, err := tx.UploadForUpdate(ctx, publicID)
	if err != nil {
		return Upload{}, err
	}
	if u.By != tx.Actor().StaffID {
		return Upload{}, act.NotFound("upload")
	}
	return u, nil
}

// finished makes sure that each named upload is a complete photo of the ticket.
func finished(ctx context.Context, tx Tx, id ticket.ID, field string, publicIDs ...string) error {
	if len(publicIDs) > 20 {
		return act.Invalid(field, "too_many", "Name at most 20 photos.")
	}
	for _, ref := range publicIDs {
		u, err := tx.UploadByRef(ctx, ref)
		if err != nil && !errors.Is(err, act.ErrNotFound) {
			return err
		}
		if err != nil || u.Ticket != id || u.State != UploadComplete {
			return act.Invalid(field, "photo_not_ready", "A named photo is not a completed upload of this ticket; complete it first.")
		}
	}
	return nil
}

// View is the upload as its client sees it.
func (u Upload) View(there []int, by string) UploadView {
	return UploadView{ID: u.PublicID, MediaType: u.MediaType, Size: u.Size, SHA256: hex.EncodeToString(u.SHA256), PartSize: u.PartSize, Parts: u.Parts(),
		Missing: u.Missing(there), State: u.State, By: by, At: u.At}
}

// Finished refuses photos that are no completed uploads of a ticket, under the field
// that names them; other rooms of relief keep photos, too.
func Finished(ctx context.Context, tx Tx, id ticket.ID, field string, publicIDs ...string) error {
	return finished(ctx, tx, id, field, publicIDs...)
}
