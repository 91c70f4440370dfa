package relief

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/internal/failpoint"
	"example.org/hotline/ledger"
	"example.org/hotline/ticket"
)

// SignatureKind says how the payee confirmed.
type SignatureKind string

// The kinds of signature (DOMAIN 0a.10).
const (
	SignatureScreen  SignatureKind = "screen"      // drawn on the worker's phone
	SignaturePaper   SignatureKind = "thumb_paper" // photo of the thumb-printed paper receipt
	SignatureWitness SignatureKind = "witness"     // the payee cannot sign; a witness did, on screen or paper
)

// Receipt is the proof that a payee has the money.
type Receipt struct {
	ID           int64
	PublicID     string
	Disbursement ledger.DisbursementID
	Ticket       ticket.ID
	At           time.Time // server's: what stops the clock
	DeviceAt     time.Time // the device's, kept beside it; zero where it said none
	Photo        string    // public id of the upload
	Signature    SignatureKind
	SignedImage  string // public id of the upload
	Witness      Private
	By           area.StaffID
}

// ReceiptInput is what the payer sends from the citizen's door.
type ReceiptInput struct {
	PublicID    string
	Photo       string
	Signature   SignatureKind
	SignedImage string
	Witness     string
	Companion   string // login of the colleague who was there: required above the solo limit
	DeviceAt    time.Time
}

func (in ReceiptInput) validate() error {
	if err := ledger.CheckID("id", in.PublicID); err != nil {
		return err
	}
	switch {
	case in.Photo == "":
		return act.Invalid("photo", "photo_required", "Take the photo of the hand-over and upload it first.")
	case in.Signature != SignatureScreen && in.Signature != SignaturePaper && in.Signature != SignatureWitness:
		return act.Invalid("signature", "unknown_signature", "Say screen, thumb_paper or witness.")
	case in.SignedImage == "":
		return act.Invalid("signature_upload", "signature_required", "Upload the signature, or the photo of the paper receipt.")
	case in.Signature == SignatureWitness && in.Witness == "":
		return act.Invalid("witness", "witness_required", "Name the witness who signed for the payee.")
	case !in.DeviceAt.IsZero() && !believable(in.DeviceAt):
		return badTime("device_at")
	case strings.EqualFold(in.SignedImage, in.Photo):
		return act.Invalid("signature_upload", "one_photo_twice", "The hand-over and the signature are two pictures; take the second one.")
	default:
		return lengths([]text{{"witness", in.Witness, 80}}, "", nil, 0)
	}
}

// Receive is the end of the fast track, in one commit: the payout is receipted,
// the ledger settled, the clocks stopped, the papers' time begins and the
// citizen is told. A second receipt is refused as already_receipted.
func Receive(ctx context.Context, tx Tx, publicID string, in ReceiptInput, r Rules) (ledger.Disbursement, error) {
	if err := in.validate(); err != nil {
		return ledger.Disbursement{}, err
	}
	t, d, err := payoutOf(ctx, tx, publicID)
	if err != nil {
		return ledger.Disbursement{}, err
	}
	companion, err := companionOf(ctx, tx, t, in.Companion)
	if err != nil {
		return ledger.Disbursement{}, err
	}
	if err := ledger.Settle(ctx, tx, &d, companion.ID, r.AfterReview(tx.Now())); err != nil {
		return ledger.Disbursement{}, err
	}
	if err := finished(ctx, tx, t.ID, "photo", in.Photo); err != nil {
		return ledger.Disbursement{}, err
	}
	if err := finished(ctx, tx, t.ID, "signature_upload", in.SignedImage); err != nil {
		return ledger.Disbursement{}, err
	}
	if err := firstUse(ctx, tx, in.Photo); err != nil {
		return ledger.Disbursement{}, err
	}
	rec := Receipt{PublicID: in.PublicID, Disbursement: d.ID, Ticket: t.ID, At: tx.Now(), DeviceAt: in.DeviceAt, Photo: in.Photo,
		Signature: in.Signature, SignedImage: in.SignedImage, Witness: Private(in.Witness), By: tx.Actor().StaffID}
	if err := tx.AddReceipt(ctx, &rec); err != nil {
		return ledger.Disbursement{}, err
	}
	if err := confirm(ctx, tx, &t, d, rec, companion.Name); err != nil {
		return ledger.Disbursement{}, err
	}
	if err := paid(ctx, tx, t, d, r); err != nil {
		return ledger.Disbursement{}, err
	}
	failpoint.Hit(failpoint.ReceiptBeforeCommit)
	return d, nil
}

// firstUse refuses a photo that has proved another hand-over already, under
// whatever name it was uploaded again.
func firstUse(ctx context.Context, tx Tx, photo string) error {
	u, err := tx.UploadByRef(ctx, photo)
	if err != nil {
		return err
	}
	used, err := tx.PhotoProves(ctx, u.SHA256)
	if err == nil && used {
		return act.Invalid("photo", "photo_used", "This very photo is the proof of an earlier hand-over; take one of this hand-over.")
	}
	return err
}

// companions are the roles that may hand cash over together with the payer.
var companions = []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleVillageAssistant}

// companionOf finds the colleague who was there.
func companionOf(ctx context.Context, tx Tx, t ticket.Ticket, login string) (area.Staff, error) {
	if login == "" {
		return area.Staff{}, nil
	}
	s, err := tx.StaffByLogin(ctx, login)
	switch {
	case errors.Is(err, act.ErrNotFound),
		err == nil && (!slices.Contains(companions, s.Role) || (!s.Area.Contains(t.Area) && !t.Area.At(area.LevelTownship).Contains(s.Area))):
		return area.Staff{}, act.Invalid("companion", "unknown_staff", "Name a colleague of this area by their sign-in name.")
	default:
		return s, err
	}
}

// confirm tells of the receipt and stops the clocks on it. Money in a citizen's
// hands is recorded whatever the ticket's status is.
func confirm(ctx context.Context, tx Tx, t *ticket.Ticket, d ledger.Disbursement, rec Receipt, companion string) error {
	data := map[string]any{"receipt": rec.PublicID, "signature": string(rec.Signature)}
	if companion != "" {
		data["companion"] = companion
	}
	by := ticket.StoppedBy{Proof: ticket.ProofReceipt, Ref: rec.PublicID}
	if !rec.DeviceAt.IsZero() {
		data["device_at"] = rec.DeviceAt.UTC().Format(time.RFC3339)
		if rec.DeviceAt.Before(rec.At) && rec.DeviceAt.After(t.InvitedAt) {
			by.ReportedAt = rec.DeviceAt
		}
	}
	if err := told(ctx, tx, *t, d, "disbursement.receipted", "", data); err != nil {
		return err
	}
	return aidConfirmed(ctx, tx, t, by)
}

// paid moves the decision on where there is one, starts the papers' time and tells the citizen.
func paid(ctx context.Context, tx Tx, t ticket.Ticket, d ledger.Disbursement, r Rules) error {
	if d.Decision != 0 {
		if err := decisionPaid(ctx, tx, t, d, r); err != nil {
			return err
		}
	}
	// What came back and was paid anew is told anew: each arrival is another version of the row.
	return tx.Notify(ctx, ticket.Notice{Key: fmt.Sprintf("disbursement:%s:paid:%d", d.PublicID, d.Version), Ticket: t.ID, Citizen: true, Template: "payment_citizen",
		Fields: map[string]string{"number": string(t.Number), "amount": ledger.Yuan(d.Fen)}, Urgent: true})
}

func decisionPaid(ctx context.Context, tx Tx, t ticket.Ticket, d ledger.Disbursement, r Rules) error {
	dec, err := tx.DecisionForUpdate(ctx, d.Decision)
	if err != nil {
		return err
	}
	if dec.State, err = dec.State.Next(DecisionPay); err != nil {
		return err
	}
	owed, err := startPapers(ctx, tx, t, r)
	if err != nil {
		return err
	}
	if owed {
		if dec.State, err = dec.State.Next(DecisionOwePapers); err != nil {
			return err
		}
	}
	return tx.SaveDecision(ctx, &dec)
}
