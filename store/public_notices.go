package store

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/application"
	"example.org/hotline/ticket"
)

// publicNoticeRow is a row of public_notices.
type publicNoticeRow struct {
	ID, TicketID, ApplicationID, RulingID, Fen, StaffID, Version int64
	PublicID, State, Village, Aid, Phone, Photo, Rules           string
	HeadSealed                                                   []byte
	People                                                       int
	PostedAt, StartsOn, EndsOn, ClosesAt                         time.Time
	EndedAt, OverAt                                              *time.Time
	OverCount                                                    int
	VillageName                                                  string // of pages only
}

const publicNoticeColumns = `n.id, n.public_id, n.ticket_id, n.application_id, n.ruling_id, n.state, n.village, n.head_sealed, n.people, n.aid, n.fen, n.phone, n.posted_at, n.starts_on, n.ends_on,
	n.closes_at, n.photo, n.rules, n.staff_id, n.ended_at, n.over_count, n.over_at, n.version`

func (tx *Tx) publicNotice(r publicNoticeRow) (application.PublicNotice, error) {
	head, err := tx.openText("public_notices.head", r.PublicID, r.HeadSealed)
	return application.PublicNotice{ID: r.ID, PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Application: application.ID(r.ApplicationID), Ruling: r.RulingID,
		State: application.NoticeState(r.State), Village: area.Code(r.Village), Head: head, People: r.People, Aid: r.Aid, Fen: r.Fen, Phone: r.Phone, PostedAt: r.PostedAt.UTC(),
		StartsOn: dayOf(&r.StartsOn), EndsOn: dayOf(&r.EndsOn), ClosesAt: r.ClosesAt.UTC(), Photo: r.Photo, Rules: r.Rules, By: area.StaffID(r.StaffID), EndedAt: orZero(r.EndedAt),
		Beyond: r.OverCount, BeyondAt: orZero(r.OverAt), Version: r.Version}, err
}

// AddPublicNotice writes a notice.
func (tx *Tx) AddPublicNotice(ctx context.Context, n *application.PublicNotice) error {
	head, err := tx.sealText("public_notices.head", n.PublicID, n.Head)
	if err != nil {
		return err
	}
	return tx.insert(ctx, "notice", &n.ID, `INSERT INTO public_notices (public_id, ticket_id, application_id, ruling_id, state, village, head_sealed, people, aid, fen, phone, posted_at, starts_on,
		ends_on, closes_at, photo, rules, staff_id, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::date, ?::date, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		n.PublicID, int64(n.Ticket), int64(n.Application), n.Ruling, n.State, string(n.Village), head, n.People, n.Aid, n.Fen, n.Phone, n.PostedAt, string(n.StartsOn), string(n.EndsOn),
		n.ClosesAt, n.Photo, n.Rules, int64(n.By), n.Version)
}

// NewestPublicNotice locks the notice that counts.
func (tx *Tx) NewestPublicNotice(ctx context.Context, of application.ID) (application.PublicNotice, error) {
	r, err := one[publicNoticeRow](ctx, tx, "notice", `SELECT `+publicNoticeColumns+` FROM public_notices n WHERE n.application_id = ? ORDER BY n.id DESC LIMIT 1 FOR UPDATE`, int64(of))
	if err != nil {
		return application.PublicNotice{}, err
	}
	return tx.publicNotice(r)
}

// PublicNoticeByRef loads a notice by its public id.
func (tx *Tx) PublicNoticeByRef(ctx context.Context, publicID string) (application.PublicNotice, error) {
	if uuid.Validate(publicID) != nil {
		return application.PublicNotice{}, act.NotFound("notice")
	}
	r, err := one[publicNoticeRow](ctx, tx, "notice", `SELECT `+publicNoticeColumns+` FROM public_notices n WHERE n.public_id = ?`, publicID)
	if err != nil {
		return application.PublicNotice{}, err
	}
	return tx.publicNotice(r)
}

// SavePublicNotice writes what may change of a notice, guarded by its version.
func (tx *Tx) SavePublicNotice(ctx context.Context, n *application.PublicNotice) error {
	changed, err := tx.exec(ctx, "save notice", `UPDATE public_notices SET state = ?, ended_at = ?, version = version + 1 WHERE id = ? AND version = ?`, n.State, null(n.EndedAt), n.ID, n.Version)
	if err == nil && changed == 0 {
		return act.Conflict("stale_version", "The notice changed while you were looking at it; reload and decide again.")
	}
	n.Version++
	return err
}

// AddObjection writes an objection.
func (tx *Tx) AddObjection(ctx context.Context, o *application.Objection) error {
	text, err := tx.sealText("objections.text", o.PublicID, o.Text)
	if err != nil {
		return err
	}
	contact, err := tx.sealText("objections.contact", o.PublicID, o.Contact)
	if err != nil {
		return err
	}
	return tx.insert(ctx, "objection", &o.ID, `INSERT INTO objections (public_id, ticket_id, application_id, notice_id, text_sealed, contact_sealed, staff_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (public_id) DO NOTHING RETURNING id`, o.PublicID, int64(o.Ticket), int64(o.Application), o.Notice, text, contact, nonZero(int64(o.By)), o.At)
}

// answeredRow is a row of objections or appeals, as far as both have it.
type answeredRow struct {
	ID, TicketID, ApplicationID             int64
	PublicID, Kind, Office                  string
	NoticeID, RulingID, StaffID, AnsweredBy *int64
	TextSealed, ContactSealed, AnswerSealed []byte
	At                                      time.Time
	FiledOn, AnsweredAt                     *time.Time
	InTerm                                  bool
	Outcome                                 *string
}

const objectionColumns = `o.id, o.public_id, o.ticket_id, o.application_id, o.notice_id, o.text_sealed, o.contact_sealed, o.staff_id, o.at, o.outcome, o.answer_sealed, o.answered_by, o.answered_at`

func (tx *Tx) objection(r answeredRow) (o application.Objection, err error) {
	o = application.Objection{ID: r.ID, PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Application: application.ID(r.ApplicationID), Notice: deref(r.NoticeID),
		By: area.StaffID(deref(r.StaffID)), At: r.At.UTC(), Outcome: application.ObjectionOutcome(deref(r.Outcome)), AnsweredBy: area.StaffID(deref(r.AnsweredBy)), AnsweredAt: orZero(r.AnsweredAt)}
	var errs [3]error
	o.Text, errs[0] = tx.openText("objections.text", r.PublicID, r.TextSealed)
	o.Contact, errs[1] = tx.openText("objections.contact", r.PublicID, r.ContactSealed)
	o.Answer, errs[2] = tx.openText("objections.answer", r.PublicID, r.AnswerSealed)
	return o, errors.Join(errs[:]...)
}

// ObjectionForUpdate locks and loads an objection, its ticket and application first.
func (tx *Tx) ObjectionForUpdate(ctx context.Context, publicID string) (application.Objection, error) {
	if err := tx.lockAbove(ctx, "objections", "objection", publicID); err != nil {
		return application.Objection{}, err
	}
	r, err := one[answeredRow](ctx, tx, "objection", `SELECT `+objectionColumns+` FROM objections o WHERE o.public_id = ? FOR UPDATE`, publicID)
	if err != nil {
		return application.Objection{}, err
	}
	return tx.objection(r)
}

// lockAbove locks what a thing of an application hangs on, in the order in which everybody locks.
func (tx *Tx) lockAbove(ctx context.Context, table, noun, publicID string) error {
	id, of, err := tx.byRef(ctx, table, noun, publicID)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "lock the case of a "+noun, `SELECT 1 FROM tickets WHERE id = ? FOR UPDATE`, of)
	if err == nil {
		_, err = tx.exec(ctx, "lock the application of a "+noun, `SELECT 1 FROM applications WHERE id = (SELECT application_id FROM `+table+` WHERE id = ?) FOR UPDATE`, id)
	}
	return err
}

// OpenObjections tells how many objections of an application were not answered.
func (tx *Tx) OpenObjections(ctx context.Context, of application.ID) (n int, err error) {
	err = tx.scan(ctx, "count objections", `SELECT count(*) FROM objections WHERE application_id = ? AND outcome IS NULL`, []any{int64(of)}, &n)
	return n, err
}

// NamelessObjections tells how many objections without a name a notice has had from its page: in all, and since a moment.
func (tx *Tx) NamelessObjections(ctx context.Context, notice int64, since time.Time) (all, lately int, err error) {
	err = tx.scan(ctx, "count objections without a name", `SELECT count(*), count(*) FILTER (WHERE at >= ?) FROM objections WHERE notice_id = ? AND contact_sealed IS NULL AND staff_id IS NULL`,
		[]any{since, notice}, &all, &lately)
	return all, lately, err
}

// CountBeyond counts one that came beyond the limit of its notice.
func (tx *Tx) CountBeyond(ctx context.Context, n application.PublicNotice) error {
	_, err := tx.exec(ctx, "count an objection beyond the limit", `UPDATE public_notices SET over_count = over_count + 1, over_at = ? WHERE id = ?`, tx.now, n.ID)
	return err
}

// SaveAnsweredObjection writes the answer.
func (tx *Tx) SaveAnsweredObjection(ctx context.Context, o application.Objection) error {
	answer, err := tx.sealText("objections.answer", o.PublicID, o.Answer)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "answer an objection", `UPDATE objections SET outcome = ?, answer_sealed = ?, answered_by = ?, answered_at = ? WHERE id = ?`,
		o.Outcome, answer, int64(o.AnsweredBy), o.AnsweredAt, o.ID)
	return err
}

// AddHearing writes a hearing.
func (tx *Tx) AddHearing(ctx context.Context, h *application.Hearing) error {
	said, err := tx.sealText("hearings.said", h.PublicID, h.Said)
	if err != nil {
		return err
	}
	photos, err := listJSON(h.Photos)
	if err != nil {
		return err
	}
	var favour *int
	if h.Kind == application.HearingCommittee {
		favour = &h.InFavour
	}
	return tx.insert(ctx, "hearing", &h.ID, `INSERT INTO hearings (public_id, ticket_id, application_id, kind, held_at, present, in_favour, attendance, said_sealed, photos, staff_id, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		h.PublicID, int64(h.Ticket), int64(h.Application), h.Kind, h.HeldAt, h.Present, favour, h.Attendance, said, photos, int64(h.By), h.At)
}

// UnusedHearing is the newest hearing of a kind that no ruling has used.
func (tx *Tx) UnusedHearing(ctx context.Context, of application.ID, kind application.HearingKind) (h application.Hearing, err error) {
	var attendance string
	err = tx.scan(ctx, "find a hearing", `SELECT id, public_id, held_at, attendance FROM hearings WHERE application_id = ? AND kind = ? AND used_by IS NULL ORDER BY id DESC LIMIT 1 FOR UPDATE`,
		[]any{int64(of), string(kind)}, &h.ID, &h.PublicID, &h.HeldAt, &attendance)
	h.Application, h.Kind, h.Attendance = of, kind, application.Attendance(attendance)
	return h, err
}

// UseHearing notes that a ruling rests on a hearing.
func (tx *Tx) UseHearing(ctx context.Context, h application.Hearing, ruling int64) error {
	_, err := tx.exec(ctx, "use a hearing", `UPDATE hearings SET used_by = ? WHERE id = ?`, ruling, h.ID)
	return err
}

// AddAppeal writes an appeal.
func (tx *Tx) AddAppeal(ctx context.Context, a *application.Appeal) error {
	text, err := tx.sealText("appeals.text", a.PublicID, a.Text)
	if err != nil {
		return err
	}
	return tx.insert(ctx, "appeal", &a.ID, `INSERT INTO appeals (public_id, ticket_id, application_id, ruling_id, kind, office, filed_on, in_term, text_sealed, staff_id, at)
		VALUES (?, ?, ?, ?, ?, ?, ?::date, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		a.PublicID, int64(a.Ticket), int64(a.Application), a.Ruling, a.Kind, a.Office, string(a.FiledOn), a.InTerm, text, int64(a.By), a.At)
}

const appealColumns = `o.id, o.public_id, o.ticket_id, o.application_id, o.ruling_id, o.kind, o.office, o.filed_on, o.in_term, o.text_sealed, o.staff_id, o.at, o.outcome, o.answer_sealed, o.answered_by, o.answered_at`

func (tx *Tx) appeal(r answeredRow) (a application.Appeal, err error) {
	a = application.Appeal{ID: r.ID, PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Application: application.ID(r.ApplicationID), Ruling: deref(r.RulingID),
		Kind: application.AppealKind(r.Kind), Office: r.Office, FiledOn: dayOf(r.FiledOn), InTerm: r.InTerm, By: area.StaffID(deref(r.StaffID)), At: r.At.UTC(),
		Outcome: application.AppealOutcome(deref(r.Outcome)), AnsweredBy: area.StaffID(deref(r.AnsweredBy)), AnsweredAt: orZero(r.AnsweredAt)}
	var errs [2]error
	a.Text, errs[0] = tx.openText("appeals.text", r.PublicID, r.TextSealed)
	a.Answer, errs[1] = tx.openText("appeals.answer", r.PublicID, r.AnswerSealed)
	return a, errors.Join(errs[:]...)
}

// AppealForUpdate locks and loads an appeal, its ticket and application first.
func (tx *Tx) AppealForUpdate(ctx context.Context, publicID string) (application.Appeal, error) {
	if err := tx.lockAbove(ctx, "appeals", "appeal", publicID); err != nil {
		return application.Appeal{}, err
	}
	r, err := one[answeredRow](ctx, tx, "appeal", `SELECT `+appealColumns+` FROM appeals o WHERE o.public_id = ? FOR UPDATE`, publicID)
	if err != nil {
		return application.Appeal{}, err
	}
	return tx.appeal(r)
}

// SaveAnsweredAppeal writes what became of an appeal.
func (tx *Tx) SaveAnsweredAppeal(ctx context.Context, a application.Appeal) error {
	answer, err := tx.sealText("appeals.answer", a.PublicID, a.Answer)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "answer an appeal", `UPDATE appeals SET outcome = ?, answer_sealed = ?, answered_by = ?, answered_at = ? WHERE id = ?`,
		a.Outcome, answer, int64(a.AnsweredBy), a.AnsweredAt, a.ID)
	return err
}
