package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/relief/source"
	"example.org/hotline/ticket"
)

// InRealTime is the moment of the line's clock after a length of real time.
func (tx *Tx) InRealTime(ctx context.Context, d time.Duration) (time.Time, error) {
	scale, err := tx.AppClock(ctx)
	return tx.now.Add(time.Duration(float64(d) * scale)), err
}

// AddSourceCheck writes a check with every answer that it waits for.
func (tx *Tx) AddSourceCheck(ctx context.Context, c *source.Check) error {
	err := tx.insert(ctx, "check", &c.ID, `INSERT INTO source_checks (public_id, ticket_id, household_id, consent_id, catalogue, why, staff_id, asked_at, limit_ms)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (public_id) DO NOTHING RETURNING id`,
		c.PublicID, int64(c.Ticket), int64(c.Household), c.Consent, c.Catalogue, c.Why, int64(c.By), c.AskedAt, c.Limit.Milliseconds())
	if err != nil {
		return err
	}
	type waiting struct {
		Source string `json:"source"`
		Person int64  `json:"person"`
	}
	rows := make([]waiting, 0, len(c.Answers))
	for _, a := range c.Answers {
		rows = append(rows, waiting{a.Source, int64(a.Person)})
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("write questions: %w", err)
	}
	_, err = tx.exec(ctx, "add questions", `INSERT INTO source_answers (check_id, ticket_id, source, person_id, status, asked_at)
		SELECT ?, ?, w.source, w.person, 'asking', ? FROM jsonb_to_recordset(?::jsonb) AS w (source text, person bigint)`, c.ID, int64(c.Ticket), c.AskedAt, string(list))
	return err
}

// CheckByRef finds a check, in scope, without a lock.
func (tx *Tx) CheckByRef(ctx context.Context, publicID string) (id int64, of ticket.ID, err error) {
	if uuid.Validate(publicID) != nil {
		return 0, 0, act.NotFound("check")
	}
	err = tx.scan(ctx, "find a check", `SELECT id, ticket_id FROM source_checks WHERE public_id = ?`, []any{publicID}, &id, (*int64)(&of))
	return id, of, named(err, "check")
}

// named gives a missing row its noun.
func named(err error, noun string) error {
	if errors.Is(err, act.ErrNotFound) {
		return act.NotFound(noun)
	}
	return err
}

// CheckTicket is the ticket of a check.
func (tx *Tx) CheckTicket(ctx context.Context, id int64) (of ticket.ID, err error) {
	err = tx.scan(ctx, "find a check", `SELECT ticket_id FROM source_checks WHERE id = ?`, []any{id}, (*int64)(&of))
	return of, named(err, "check")
}

type checkRow struct {
	ID, TicketID, HouseholdID, ConsentID, StaffID, LimitMs int64
	PublicID, Catalogue, Why, ConsentRef, StaffName        string
	AskedAt                                                time.Time
	FinishedAt                                             *time.Time
	TookMs                                                 *int64
	FlagsSealed                                            []byte
}

const checkSQL = `SELECT c.id, c.public_id, c.ticket_id, c.household_id, c.consent_id, k.public_id AS consent_ref, c.catalogue, c.why, c.staff_id, s.name AS staff_name, c.asked_at,
	c.limit_ms, c.finished_at, c.took_ms, c.flags_sealed FROM source_checks c JOIN source_consents k ON k.id = c.consent_id JOIN staff s ON s.id = c.staff_id WHERE `

func (tx *Tx) check(ctx context.Context, r checkRow) (c source.Check, err error) {
	c = source.Check{ID: r.ID, PublicID: r.PublicID, Ticket: ticket.ID(r.TicketID), Household: people.HouseholdID(r.HouseholdID), Consent: r.ConsentID, ConsentRef: r.ConsentRef,
		Catalogue: r.Catalogue, Why: source.Why(r.Why), By: area.StaffID(r.StaffID), ByName: r.StaffName, AskedAt: r.AskedAt.UTC(), Limit: time.Duration(r.LimitMs) * time.Millisecond,
		Finished: orZero(r.FinishedAt), Took: time.Duration(deref(r.TookMs)) * time.Millisecond}
	if len(r.FlagsSealed) > 0 {
		plain, err := tx.openText("source_checks.flags", r.PublicID, r.FlagsSealed)
		if err != nil {
			return c, err
		}
		if err := json.Unmarshal([]byte(plain), &c.Flags); err != nil {
			return c, fmt.Errorf("read the differences of check %s: %w", r.PublicID, err)
		}
	}
	c.Answers, err = tx.sourceAnswers(ctx, r.ID, r.PublicID)
	return c, err
}

// CheckForUpdate locks and loads a check with its answers.
func (tx *Tx) CheckForUpdate(ctx context.Context, id int64) (source.Check, error) {
	r, err := one[checkRow](ctx, tx, "check", checkSQL+`c.id = ? FOR UPDATE OF c`, id)
	if err != nil {
		return source.Check{}, err
	}
	return tx.check(ctx, r)
}

// TicketChecks loads the checks of a ticket, the newest first.
func (tx *Tx) TicketChecks(ctx context.Context, id ticket.ID) ([]source.Check, error) {
	var rows []checkRow
	if err := tx.find(ctx, "list checks", &rows, checkSQL+`c.ticket_id = ? ORDER BY c.id DESC LIMIT 50`, int64(id)); err != nil {
		return nil, err
	}
	list := make([]source.Check, 0, len(rows))
	for _, r := range rows {
		c, err := tx.check(ctx, r)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

type sourceAnswerRow struct {
	Source, Ref, Status, Code string
	PersonID, TookMs          int64
	Tries                     int
	AskedAt                   time.Time
	AnsweredAt, ValidUntil    *time.Time
	AsOf                      *time.Time
	PayloadSealed             []byte
}

// payloadPlace names the place of what a source said, so that no answer can stand for another.
func payloadPlace(check, of, person string) string { return check + "|" + of + "|" + person }

func (tx *Tx) sourceAnswers(ctx context.Context, id int64, ref string) ([]source.Answer, error) {
	var rows []sourceAnswerRow
	err := tx.everywhere(ctx, func() error { // a member may live elsewhere by now; the check itself was in sight
		return tx.find(ctx, "list answers", &rows, `SELECT a.source, p.public_id AS ref, a.person_id, a.status, a.code, a.asked_at, a.answered_at, a.took_ms, a.tries, a.as_of, a.valid_until, a.payload_sealed
			FROM source_answers a JOIN persons p ON p.id = a.person_id WHERE a.check_id = ? ORDER BY a.id`, id)
	})
	if err != nil {
		return nil, err
	}
	list := make([]source.Answer, 0, len(rows))
	for _, r := range rows {
		a := source.Answer{Source: r.Source, Person: people.PersonID(r.PersonID), PersonRef: r.Ref, Status: source.Status(r.Status), Code: r.Code, AskedAt: r.AskedAt.UTC(),
			Answered: orZero(r.AnsweredAt), Took: time.Duration(r.TookMs) * time.Millisecond, Tries: r.Tries, AsOf: dayOf(r.AsOf), Until: orZero(r.ValidUntil)}
		if len(r.PayloadSealed) > 0 {
			plain, err := tx.openText("source_answers.payload", payloadPlace(ref, r.Source, r.Ref), r.PayloadSealed)
			if err != nil {
				return nil, err
			}
			var d source.Data
			if err := json.Unmarshal([]byte(plain), &d); err != nil {
				return nil, fmt.Errorf("read an answer of check %s: %w", ref, err)
			}
			a = a.WithData(d)
		}
		list = append(list, a)
	}
	return list, nil
}

// CheckLeft is how much real time a check still has.
func (tx *Tx) CheckLeft(ctx context.Context, id int64) (time.Duration, error) {
	var ms float64
	err := tx.scan(ctx, "ask how long a check has", `SELECT limit_ms - extract(epoch FROM clock_timestamp() - real_at) * 1000 FROM source_checks WHERE id = ?`, []any{id}, &ms)
	return time.Duration(ms * float64(time.Millisecond)), named(err, "check")
}

// EndUnanswered writes that what is still waited for did not come in time.
func (tx *Tx) EndUnanswered(ctx context.Context, id int64) error {
	_, err := tx.exec(ctx, "end what was not answered", `UPDATE source_answers a SET status = ?, code = ?, answered_at = ?, took_ms = c.limit_ms FROM source_checks c
		WHERE c.id = a.check_id AND a.check_id = ? AND a.status = 'asking'`, source.Timeout, source.WhyLate, tx.now, id)
	return err
}

// ChecksUnderWay lists the checks that rest on a consent and have not ended.
func (tx *Tx) ChecksUnderWay(ctx context.Context, consent int64) (ids []int64, err error) {
	err = tx.find(ctx, "list checks under way", &ids, `SELECT id FROM source_checks WHERE consent_id = ? AND finished_at IS NULL ORDER BY id`, consent)
	return ids, err
}

// EndWithdrawn writes that the consent was taken back before what is still waited for had come.
func (tx *Tx) EndWithdrawn(ctx context.Context, id int64) error {
	_, err := tx.exec(ctx, "end what a consent no longer covers", `UPDATE source_answers SET status = ?, code = ?, answered_at = ? WHERE check_id = ? AND status = 'asking'`,
		source.Error, source.WhyWithdrawn, tx.now, id)
	return err
}

// FinishCheck writes the end of a check.
func (tx *Tx) FinishCheck(ctx context.Context, c *source.Check) error {
	if c.Flags == nil {
		c.Flags = []source.Flag{}
	}
	plain, err := json.Marshal(c.Flags)
	if err != nil {
		return fmt.Errorf("write differences: %w", err)
	}
	flags, err := tx.sealText("source_checks.flags", c.PublicID, act.Private(plain))
	if err != nil {
		return err
	}
	var ms int64
	err = tx.scan(ctx, "end a check", `UPDATE source_checks SET finished_at = ?, took_ms = extract(epoch FROM clock_timestamp() - real_at) * 1000, flags_sealed = ?
		WHERE id = ? AND finished_at IS NULL RETURNING took_ms`, []any{tx.now, flags, c.ID}, &ms)
	if errors.Is(err, act.ErrNotFound) {
		return act.Conflict("check_over", "The check had ended before.")
	}
	c.Finished, c.Took = tx.now, time.Duration(ms)*time.Millisecond
	return err
}

// Declared is what the household of a case has said of itself: in the newest
// declaration of its application, else in the newest findings.
func (tx *Tx) Declared(ctx context.Context, id ticket.ID) (said source.Declared, err error) {
	f, err := tx.NewestFindings(ctx, id)
	if err == nil {
		size := int64(f.HouseholdSize)
		said.HouseholdSize, said.HouseholdIncome, said.MedicalFen = &size, f.Declared.IncomeNowFen, f.Declared.MedicalFen
	} else if !errors.Is(err, act.ErrNotFound) {
		return said, err
	}
	r, err := one[struct {
		PublicID   string
		SaidSealed []byte
	}](ctx, tx, "declaration", `SELECT public_id, said_sealed FROM declarations WHERE ticket_id = ? ORDER BY id DESC LIMIT 1`, int64(id))
	if errors.Is(err, act.ErrNotFound) {
		return said, nil
	}
	if err != nil {
		return said, err
	}
	plain, err := tx.openText("declarations.said", r.PublicID, r.SaidSealed)
	if err != nil {
		return said, err
	}
	var declared struct {
		Months   int            `json:"months"`
		Members  []rule.Member  `json:"members"`
		Property []rule.Holding `json:"property"`
	}
	if err := json.Unmarshal([]byte(plain), &declared); err != nil {
		return said, fmt.Errorf("read declaration %s: %w", r.PublicID, err)
	}
	said.Say(declared.Members, declared.Property, declared.Months)
	return said, nil
}

// AddSourceLook keeps that the actor looked at what was answered about a household;
// to open it again and again on a day for a case is one look.
func (tx *Tx) AddSourceLook(ctx context.Context, c source.Check) error {
	_, err := tx.exec(ctx, "keep a look", `INSERT INTO lookups (at, day, staff_id, role, office, kind, purpose, ticket_id, household_id) VALUES (?, ?::date, ?, ?, ?, 'household', 'case', ?, ?)
		ON CONFLICT DO NOTHING`, tx.now, string(ticket.DateOf(tx.now)), int64(tx.actor.StaffID), string(tx.actor.Role), string(tx.actor.Area), int64(c.Ticket), int64(c.Household))
	return err
}
