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
	"example.org/hotline/relief/source"
	"example.org/hotline/ticket"
)

// SourceDesk is what asking data sources needs of the database.
type SourceDesk struct {
	DB        *DB
	Catalogue *source.Catalogue
}

// ClaimCheck takes the oldest check that nobody has taken, with its questions opened.
func (d SourceDesk) ClaimCheck(ctx context.Context, node string) (claim source.Claim, due bool, err error) {
	err = d.DB.InTx(ctx, act.SystemSource, func(tx *Tx) error {
		err := tx.scan(ctx, "claim a check", `UPDATE source_checks SET claimed_by = ? WHERE id = (SELECT id FROM source_checks WHERE claimed_by IS NULL AND finished_at IS NULL
			ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, public_id`, []any{node}, &claim.Check, &claim.PublicID)
		if errors.Is(err, act.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		due = true
		if claim.Left, err = tx.CheckLeft(ctx, claim.Check); err != nil {
			return err
		}
		claim.Questions, err = tx.questions(ctx, claim.Check)
		return err
	})
	return claim, due && err == nil, err
}

type questionRow struct {
	AnswerID int64
	Source   string
	Person   personRow `gorm:"embedded"`
}

func (tx *Tx) questions(ctx context.Context, check int64) ([]source.Asked, error) {
	var rows []questionRow
	err := tx.find(ctx, "open questions", &rows, `SELECT a.id AS answer_id, a.source, `+personColumns+` FROM source_answers a JOIN persons p ON p.id = a.person_id
		WHERE a.check_id = ? AND a.status = 'asking' ORDER BY a.id`, check)
	if err != nil {
		return nil, err
	}
	list := make([]source.Asked, 0, len(rows))
	for _, r := range rows {
		p, err := tx.person(r.Person)
		if err != nil {
			return nil, err
		}
		list = append(list, source.Asked{Answer: r.AnswerID, Question: source.Question{Source: r.Source, Request: uuid.NewString(), Number: p.Identity.Number, Name: p.Name}})
	}
	return list, nil
}

// StillAsked reports whether an answer is waited for still.
func (d SourceDesk) StillAsked(ctx context.Context, answer int64) (asked bool, err error) {
	err = d.DB.InTx(ctx, act.SystemSource, func(tx *Tx) error {
		return tx.scan(ctx, "ask whether an answer is waited for", `SELECT status = 'asking' FROM source_answers WHERE id = ?`, []any{answer}, &asked)
	})
	return asked, err
}

// CheckEnded reports whether a check has ended, before its time or at its end.
func (d SourceDesk) CheckEnded(ctx context.Context, check int64) (ended bool, err error) {
	err = d.DB.InTx(ctx, act.SystemSource, func(tx *Tx) error {
		return tx.scan(ctx, "ask whether a check has ended", `SELECT finished_at IS NOT NULL FROM source_checks WHERE id = ?`, []any{check}, &ended)
	})
	return ended, err
}

// SaveAnswer writes what a source said, if it is waited for still, and tells open pages.
func (d SourceDesk) SaveAnswer(ctx context.Context, c source.Claim, a source.Asked, r source.Reading) error {
	return d.DB.InTx(ctx, act.SystemSource, func(tx *Tx) error {
		var person, ticketRef, place string
		var ticketID int64
		err := tx.scan(ctx, "find an answer's place", `SELECT p.public_id, t.public_id, t.area_code, t.id FROM source_answers a JOIN persons p ON p.id = a.person_id JOIN tickets t ON t.id = a.ticket_id WHERE a.id = ?`,
			[]any{a.Answer}, &person, &ticketRef, &place, &ticketID)
		if err != nil {
			return err
		}
		var payload []byte
		if r.Status == source.OK || r.Status == source.Stale {
			plain, err := json.Marshal(r.Data)
			if err != nil {
				return fmt.Errorf("write an answer: %w", err)
			}
			if payload, err = tx.sealText("source_answers.payload", payloadPlace(c.PublicID, a.Question.Source, person), act.Private(plain)); err != nil {
				return err
			}
		}
		var until *time.Time
		if r.Status.Known() {
			at := tx.now.Add(r.Counts)
			until = &at
		}
		n, err := tx.exec(ctx, "save an answer", `UPDATE source_answers SET status = ?, code = ?, answered_at = ?, took_ms = ?, tries = ?, as_of = ?::date, valid_until = ?, payload_sealed = ?
			WHERE id = ? AND status = 'asking'`, r.Status, r.Code, tx.now, r.Took.Milliseconds(), r.Tries, nonZero(string(r.AsOf)), until, payload, a.Answer)
		if err != nil {
			return err
		}
		if n == 0 {
			return act.Conflict("answer_late", "The answer is waited for no longer.")
		}
		return tx.Emit(ctx, act.Event{Kind: "check.answered", Subject: act.Subject{Kind: "ticket", ID: ticketID}, Ticket: ticketRef, Area: area.Code(place),
			Data: map[string]any{"check": c.PublicID, "source": a.Question.Source, "status": string(r.Status)}})
	})
}

// EndCheck ends a check.
func (d SourceDesk) EndCheck(ctx context.Context, check int64) error {
	return d.DB.InTx(ctx, act.SystemSource, func(tx *Tx) error { return source.Finish(ctx, tx, check, d.Catalogue) })
}

// SaveBreakers writes how a node's breakers stand.
func (d SourceDesk) SaveBreakers(ctx context.Context, node string, states map[string]string) error {
	rows := make([]map[string]any, 0, len(states))
	for code, state := range states {
		rows = append(rows, map[string]any{"source": code, "state": state})
	}
	return d.DB.InTx(ctx, act.SystemSource, func(tx *Tx) error {
		_, err := tx.exec(ctx, "save breakers", `INSERT INTO source_breakers AS b (node, source, state, since, seen) SELECT ?, r.source, r.state, ?, ? FROM jsonb_to_recordset(?::jsonb) AS r (source text, state text)
			ON CONFLICT (node, source) DO UPDATE SET state = excluded.state, seen = excluded.seen, since = CASE WHEN b.state = excluded.state THEN b.since ELSE excluded.since END`,
			node, tx.now, tx.now, jsonOf(rows))
		return err
	})
}

// sourceFigures is how many answers of which status a source gave lately.
type sourceFigures struct {
	Source, Status string
	N              int
	TookMs         float64
	Last           *time.Time
}

// SourceHealth tells how the sources have answered since a moment, within the actor's area, and how breakers stand.
func (tx *Tx) SourceHealth(ctx context.Context, since time.Time) ([]source.Health, error) {
	var figures []sourceFigures
	err := tx.find(ctx, "count answers", &figures, `SELECT source, status, count(*) AS n, avg(took_ms)::float8 AS took_ms, max(answered_at) AS last FROM source_answers WHERE answered_at >= ?
		GROUP BY source, status`, since)
	if err != nil {
		return nil, err
	}
	var breakers []struct {
		Source, State, Node string
		Since               time.Time
	}
	if err := tx.find(ctx, "list breakers", &breakers, `SELECT source, state, node, since FROM source_breakers ORDER BY node`); err != nil {
		return nil, err
	}
	at := map[string]*source.Health{}
	var list []*source.Health
	of := func(code string) *source.Health {
		if at[code] == nil {
			at[code] = &source.Health{Source: code, Counts: map[source.Status]int{}}
			list = append(list, at[code])
		}
		return at[code]
	}
	for _, f := range figures {
		of(f.Source).Add(source.Status(f.Status), f.N, f.TookMs, orZero(f.Last))
	}
	for _, b := range breakers {
		h := of(b.Source)
		h.Breakers = append(h.Breakers, source.Breaker{Node: b.Node, State: b.State, Since: b.Since.UTC()})
	}
	all := make([]source.Health, 0, len(list))
	for _, h := range list {
		all = append(all, *h)
	}
	return all, nil
}

// CoverablePapers lists the papers within the actor's area that are owed, of some kinds, on tickets that were checked.
func (tx *Tx) CoverablePapers(ctx context.Context, kinds []string, most int) ([]source.Owed, error) {
	if len(kinds) == 0 {
		return nil, nil
	}
	var rows []struct {
		TicketID         int64
		PublicID, Number string
		Kind             string
		AddedAt          time.Time
		By               *string
	}
	err := tx.find(ctx, "list papers that a source may cover", &rows, `SELECT t.id AS ticket_id, t.public_id, t.number, p.kind, p.added_at, s.name AS by
		FROM papers p JOIN tickets t ON t.id = p.ticket_id LEFT JOIN staff s ON s.id = p.added_by
		WHERE p.state NOT IN ('verified','waived') AND p.kind IN ? AND EXISTS (SELECT 1 FROM source_checks c WHERE c.ticket_id = p.ticket_id) ORDER BY p.added_at LIMIT ?`, kinds, most)
	if err != nil {
		return nil, err
	}
	list := make([]source.Owed, 0, len(rows))
	for _, r := range rows {
		list = append(list, source.Owed{Of: ticket.ID(r.TicketID), Violation: source.Violation{Ticket: r.PublicID, Number: r.Number, Paper: r.Kind, AskedAt: r.AddedAt.UTC(), AskedBy: deref(r.By)}})
	}
	return list, nil
}
