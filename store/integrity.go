package store

import (
	"context"
	"errors"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/integrity"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

var _ integrity.Tx = (*Tx)(nil)

// integrityRow is a row of integrity_entries.
type integrityRow struct {
	ID, PersonID, TicketID, ReportedBy, DecidedBy, Version     int64
	PublicID, AreaCode, Kind, Behaviour, Rules, State, Outcome string
	ReportedAt                                                 time.Time
	AnswerDue, DecidedAt, Until                                *time.Time
	Answered                                                   bool
}

const integrityColumns = `id, public_id, person_id, ticket_id, area_code, kind, behaviour, rules, state, coalesce(outcome, '') AS outcome, reported_by, reported_at,
	answer_due, answered, coalesce(decided_by, 0) AS decided_by, decided_at, until, version`

func (r integrityRow) entry() integrity.Entry {
	return integrity.Entry{ID: integrity.EntryID(r.ID), PublicID: r.PublicID, Person: people.PersonID(r.PersonID), Ticket: ticket.ID(r.TicketID), Area: area.Code(r.AreaCode),
		Kind: integrity.Kind(r.Kind), Behaviour: r.Behaviour, Rules: r.Rules, State: integrity.State(r.State), Outcome: integrity.Outcome(r.Outcome),
		ReportedBy: area.StaffID(r.ReportedBy), ReportedAt: r.ReportedAt.UTC(), AnswerDue: instant(r.AnswerDue), Answered: r.Answered,
		DecidedBy: area.StaffID(r.DecidedBy), DecidedAt: instant(r.DecidedAt), Until: instant(r.Until), Version: r.Version}
}

// instant reads a moment that may be missing.
func instant(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// AddIntegrityEntry writes an entry.
func (tx *Tx) AddIntegrityEntry(ctx context.Context, e *integrity.Entry) (bool, error) {
	var id int64
	created, err := tx.insertNew(ctx, "integrity entry", &id, `INSERT INTO integrity_entries (public_id, person_id, ticket_id, area_code, kind, behaviour, rules, state, reported_by, reported_at, version)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		e.PublicID, int64(e.Person), int64(e.Ticket), string(e.Area), e.Kind, e.Behaviour, e.Rules, e.State, int64(e.ReportedBy), e.ReportedAt, e.Version)
	e.ID = integrity.EntryID(id)
	return created, err
}

// IntegrityEntryTicket is the case of an entry.
func (tx *Tx) IntegrityEntryTicket(ctx context.Context, publicID string) (ticket.ID, error) {
	_, of, err := tx.byRef(ctx, "integrity_entries", "integrity entry", publicID)
	return ticket.ID(of), err
}

// IntegrityEntryRef is the public id of an entry.
func (tx *Tx) IntegrityEntryRef(ctx context.Context, id integrity.EntryID) (ref string, err error) {
	err = tx.scan(ctx, "find an integrity entry", `SELECT public_id FROM integrity_entries WHERE id = ?`, []any{int64(id)}, &ref)
	return ref, err
}

// IntegrityEntryForUpdate locks and loads an entry.
func (tx *Tx) IntegrityEntryForUpdate(ctx context.Context, publicID string) (integrity.Entry, error) {
	r, err := one[integrityRow](ctx, tx, "integrity entry", `SELECT `+integrityColumns+` FROM integrity_entries WHERE public_id = ? FOR UPDATE`, publicID)
	if err != nil {
		return integrity.Entry{}, err
	}
	return r.entry(), nil
}

// SaveIntegrityEntry writes the row guarded by its version.
func (tx *Tx) SaveIntegrityEntry(ctx context.Context, e *integrity.Entry) error {
	n, err := tx.exec(ctx, "save integrity entry", `UPDATE integrity_entries SET state = ?, outcome = ?, answer_due = ?, answered = ?, decided_by = ?, decided_at = ?, until = ?, version = version + 1
		WHERE id = ? AND version = ?`, e.State, nonZero(string(e.Outcome)), null(e.AnswerDue), e.Answered, nonZero(int64(e.DecidedBy)), null(e.DecidedAt), null(e.Until), int64(e.ID), e.Version)
	if err == nil && n == 0 {
		return act.Conflict("stale_version", "The entry changed while you were looking at it; reload and decide again.")
	}
	e.Version++
	return err
}

// AddIntegrityStep writes one line of an entry's history, its note sealed.
func (tx *Tx) AddIntegrityStep(ctx context.Context, s integrity.Step) error {
	note, err := tx.sealText("integrity_steps.note", s.PublicID, s.Note)
	if err != nil {
		return err
	}
	uploads, err := listJSON(s.Uploads)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, "add integrity step", `INSERT INTO integrity_steps (public_id, entry_id, event, note_sealed, uploads, staff_id, at) VALUES (?, ?, ?, ?, ?::jsonb, ?, ?)`,
		s.PublicID, int64(s.Entry), s.Event, note, uploads, nonZero(int64(s.By)), s.At)
	return err
}

// AddIntegrityPaper writes a commitment or a notice.
func (tx *Tx) AddIntegrityPaper(ctx context.Context, p integrity.Paper) (bool, error) {
	reason, err := tx.sealText("integrity_papers.reason", p.PublicID, p.Reason)
	if err != nil {
		return false, err
	}
	var id int64
	return tx.insertNew(ctx, "integrity paper", &id, `INSERT INTO integrity_papers (public_id, person_id, ticket_id, area_code, kind, form, signed, upload, reason_sealed, staff_id, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		p.PublicID, int64(p.Person), int64(p.Ticket), string(p.Area), p.Kind, p.Form, p.Signed, nonZero(p.Upload), reason, int64(p.By), p.At)
}

// ofPersons matches what hangs on persons, also on records that went into theirs.
const ofPersons = ` person_id IN (SELECT id FROM persons WHERE id IN ? OR merged_into IN ?) `

// IntegrityFiles are the files of the people whom a case is about, with notes in the clear.
// Whoever looks leaves a record.
func (tx *Tx) IntegrityFiles(ctx context.Context, id ticket.ID) ([]integrity.File, error) {
	h, err := tx.TicketHousehold(ctx, id)
	if err != nil {
		return nil, err
	}
	files, of, ids := make([]integrity.File, len(h.Members)), map[int64]int{}, []int64{}
	for i, m := range h.Members {
		files[i] = integrity.File{Person: m.Person.PublicID, Name: ticket.MaskName(string(m.Person.Name)), Papers: []integrity.PaperView{}, Entries: []integrity.EntryView{}}
		of[int64(m.Person.ID)] = i
		ids = append(ids, int64(m.Person.ID))
	}
	if len(ids) == 0 {
		return files, nil
	}
	if err := tx.integrityPapers(ctx, files, of, ids); err != nil {
		return nil, err
	}
	if err := tx.integrityEntries(ctx, files, of, ids); err != nil {
		return nil, err
	}
	return files, tx.Audit(ctx, act.Record{Action: "integrity.view", Subject: act.Subject{Kind: "ticket", ID: int64(id)}, Area: h.Area})
}

func (tx *Tx) integrityPapers(ctx context.Context, files []integrity.File, of map[int64]int, ids []int64) error {
	var rows []struct {
		Person                           int64
		PublicID, Kind, Form, Signed, By string
		ReasonSealed                     []byte
		At                               time.Time
	}
	err := tx.find(ctx, "list integrity papers", &rows, `SELECT coalesce(x.merged_into, x.id) AS person, p.public_id, p.kind, p.form, p.signed, p.reason_sealed, s.name AS by, p.at
		FROM integrity_papers p JOIN persons x ON x.id = p.person_id JOIN staff s ON s.id = p.staff_id WHERE`+ofPersons+`ORDER BY p.id DESC`, ids, ids)
	for _, r := range rows {
		reason, openErr := tx.openText("integrity_papers.reason", r.PublicID, r.ReasonSealed)
		err = errors.Join(err, openErr)
		f := &files[of[r.Person]]
		f.Papers = append(f.Papers, integrity.PaperView{Kind: integrity.PaperKind(r.Kind), Form: r.Form, Signed: integrity.Signed(r.Signed), Reason: string(reason), By: r.By, At: r.At.UTC()})
	}
	return err
}

// CommitmentWritten tells what was written down of a commitment on a case; one that was given counts before one that was not.
func (tx *Tx) CommitmentWritten(ctx context.Context, id ticket.ID) (application.Commitment, error) {
	var given, declined bool
	err := tx.scan(ctx, "look for a commitment", `SELECT coalesce(bool_or(signed <> 'refused'), false), coalesce(bool_or(signed = 'refused'), false)
		FROM integrity_papers WHERE ticket_id = ? AND kind = 'commitment'`, []any{int64(id)}, &given, &declined)
	switch {
	case given:
		return application.CommitmentGiven, err
	case declined:
		return application.CommitmentDeclined, err
	default:
		return application.CommitmentMissing, err
	}
}

func (tx *Tx) integrityEntries(ctx context.Context, files []integrity.File, of map[int64]int, ids []int64) error {
	var rows []struct {
		E      integrityRow `gorm:"embedded"`
		Person int64
	}
	err := tx.find(ctx, "list integrity entries", &rows, `SELECT e.*, coalesce(x.merged_into, x.id) AS person FROM (SELECT `+integrityColumns+` FROM integrity_entries WHERE`+ofPersons+`) e
		JOIN persons x ON x.id = e.person_id ORDER BY e.id DESC`, ids, ids)
	if err != nil {
		return err
	}
	for _, r := range rows {
		e := r.E.entry()
		steps, err := tx.integritySteps(ctx, e.ID)
		if err != nil {
			return err
		}
		f := &files[of[r.Person]]
		f.Entries = append(f.Entries, integrity.EntryView{ID: e.PublicID, Kind: e.Kind, Behaviour: integrity.Behaviour{Code: e.Behaviour}, State: e.State, Outcome: e.Outcome,
			AnswerDue: r.E.AnswerDue, Answered: e.Answered, Until: r.E.Until, Steps: steps, ReportedBy: e.ReportedBy, DecidedBy: e.DecidedBy})
	}
	return nil
}

func (tx *Tx) integritySteps(ctx context.Context, id integrity.EntryID) ([]integrity.StepView, error) {
	var rows []struct {
		PublicID, Event, By string
		NoteSealed, Uploads []byte
		At                  time.Time
	}
	if err := tx.find(ctx, "list integrity steps", &rows, `SELECT s.public_id, s.event, s.note_sealed, s.uploads, coalesce(w.name, '') AS by, s.at
		FROM integrity_steps s LEFT JOIN staff w ON w.id = s.staff_id WHERE s.entry_id = ? ORDER BY s.id`, int64(id)); err != nil {
		return nil, err
	}
	steps := make([]integrity.StepView, 0, len(rows))
	for _, r := range rows {
		note, err := tx.openText("integrity_steps.note", r.PublicID, r.NoteSealed)
		if err != nil {
			return nil, err
		}
		uploads, err := readList(r.Uploads)
		if err != nil {
			return nil, err
		}
		steps = append(steps, integrity.StepView{Event: integrity.Event(r.Event), Note: string(note), Uploads: uploads, By: r.By, At: r.At.UTC()})
	}
	return steps, nil
}
