package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// mostSuggested bounds what one look shows: a telephone of an office may be everybody's.
const mostSuggested = 20

// CaseSuggestions looks the register up by what a case knows.
func (tx *Tx) CaseSuggestions(ctx context.Context, id ticket.ID) (list []people.Suggestion, err error) {
	var rows []struct {
		HouseholdID, PersonID  int64
		Ground, Source, Number string
	}
	err = tx.everywhere(ctx, func() error {
		return tx.find(ctx, "find whom a case may be about", &rows, `WITH me AS (SELECT id, caller_index FROM tickets WHERE id = ?), s AS (
			SELECT m.household_id, p.id AS person_id, 'identity' AS ground, 'findings' AS source, '' AS number FROM findings f JOIN persons p ON p.identity_index = f.payee_index AND p.merged_into IS NULL
			  JOIN memberships m ON m.person_id = p.id AND m.until IS NULL WHERE f.ticket_id = (SELECT id FROM me)
			UNION SELECT m.household_id, p.id, 'identity', 'data_alert', '' FROM data_alerts x JOIN persons p ON p.identity_index = x.identity_index AND p.merged_into IS NULL
			  JOIN memberships m ON m.person_id = p.id AND m.until IS NULL WHERE x.ticket_id = (SELECT id FROM me)
			UNION SELECT m.household_id, p.id, 'phone', 'caller', '' FROM me JOIN persons p ON p.phone_index = me.caller_index AND p.merged_into IS NULL JOIN memberships m ON m.person_id = p.id AND m.until IS NULL
			UNION SELECT c.household_id, 0, 'phone', 'earlier_case', t.number FROM me JOIN tickets t ON t.caller_index = me.caller_index AND t.id <> me.id AND NOT t.confidential
			  JOIN case_households c ON c.ticket_id = t.id AND c.unlinked_at IS NULL)
			SELECT s.* FROM s WHERE NOT EXISTS (SELECT 1 FROM case_denials n WHERE n.ticket_id = (SELECT id FROM me) AND n.household_id = s.household_id)
			ORDER BY s.ground, s.household_id, s.source, s.person_id LIMIT ?`, int64(id), mostSuggested)
	})
	for _, r := range rows {
		list = append(list, people.Suggestion{Household: people.HouseholdID(r.HouseholdID), Person: people.PersonID(r.PersonID), Ground: people.Ground(r.Ground),
			Source: people.Source(r.Source), Number: ticket.Number(r.Number)})
	}
	return list, err
}

// LookedUp reports whether a household was looked up for a case, or is suggested for it.
func (tx *Tx) LookedUp(ctx context.Context, id ticket.ID, h people.HouseholdID) (looked bool, err error) {
	err = tx.scan(ctx, "look for a look-up", `SELECT EXISTS (SELECT 1 FROM lookups WHERE ticket_id = ? AND household_id = ? AND staff_id = ?)`,
		[]any{int64(id), int64(h), int64(tx.actor.StaffID)}, &looked)
	if err != nil || looked {
		return looked, err
	}
	suggested, err := tx.CaseSuggestions(ctx, id)
	for _, s := range suggested {
		looked = looked || s.Household == h
	}
	return looked, err
}

// Namesakes are the records that share a telephone, or name and birth, with one. A
// telephone that a household shares says nothing of its members.
func (tx *Tx) Namesakes(ctx context.Context, p people.Person) (list []people.Match, err error) {
	_, phone, nameBirth := tx.personIndexes(p)
	if p.Born == "" {
		nameBirth = nil // a name alone says nothing
	}
	var rows []struct {
		ID               int64
		AreaCode         string
		Phone, NameBirth bool
	}
	err = tx.everywhere(ctx, func() error {
		return tx.find(ctx, "find namesakes", &rows, `SELECT * FROM (SELECT p.id, p.area_code, coalesce(p.phone_index = ?, false) AND NOT EXISTS (SELECT 1 FROM memberships a JOIN memberships b ON b.household_id = a.household_id
				WHERE a.person_id = p.id AND b.person_id = ? AND a.until IS NULL AND b.until IS NULL) AS phone, coalesce(p.name_birth_index = ?, false) AS name_birth
			FROM persons p WHERE p.id <> ? AND p.merged_into IS NULL AND (p.phone_index = ? OR p.name_birth_index = ?)) x WHERE phone OR name_birth ORDER BY id LIMIT ?`,
			phone, int64(p.ID), nameBirth, int64(p.ID), phone, nameBirth, mostSuggested)
	})
	for _, r := range rows {
		m := people.Match{A: p.ID, AArea: string(p.Area), B: people.PersonID(r.ID), BArea: r.AreaCode, State: people.MatchOpen}
		if m.B < m.A {
			m.A, m.B, m.AArea, m.BArea = m.B, m.A, m.BArea, m.AArea
		}
		if r.Phone {
			m.Grounds = append(m.Grounds, people.GroundPhone)
		}
		if r.NameBirth {
			m.Grounds = append(m.Grounds, people.GroundNameBirth)
		}
		list = append(list, m)
	}
	return list, err
}

// AddMatch writes a suggestion.
func (tx *Tx) AddMatch(ctx context.Context, m people.Match) error {
	grounds, err := json.Marshal(m.Grounds)
	if err != nil {
		return fmt.Errorf("write grounds: %w", err)
	}
	_, err = tx.exec(ctx, "suggest that two are one", `INSERT INTO person_matches (a_id, b_id, a_area, b_area, grounds, state, found_at) VALUES (?, ?, ?, ?, ?::jsonb, 'open', ?)
		ON CONFLICT (a_id, b_id) DO UPDATE SET grounds = (SELECT jsonb_agg(DISTINCT g) FROM jsonb_array_elements(person_matches.grounds || EXCLUDED.grounds) g) WHERE person_matches.state = 'open'`,
		int64(m.A), int64(m.B), m.AArea, m.BArea, string(grounds), tx.now)
	return err
}

// matchRow is a row of person_matches.
type matchRow struct {
	ID, AID, BID           int64
	PublicID, AArea, BArea string
	Grounds                []byte
	State                  string
	FoundAt                time.Time
}

const matchColumns = `id, public_id, a_id, b_id, a_area, b_area, grounds, state, found_at`

func (r matchRow) match() (people.Match, error) {
	m := people.Match{ID: r.ID, PublicID: r.PublicID, A: people.PersonID(r.AID), B: people.PersonID(r.BID), AArea: r.AArea, BArea: r.BArea, State: people.MatchState(r.State)}
	if err := json.Unmarshal(r.Grounds, &m.Grounds); err != nil {
		return m, fmt.Errorf("read grounds: %w", err)
	}
	return m, nil
}

// MatchByRef locks a suggestion.
func (tx *Tx) MatchByRef(ctx context.Context, publicID string) (people.Match, error) {
	if uuid.Validate(publicID) != nil {
		return people.Match{}, act.NotFound("suggestion")
	}
	r, err := one[matchRow](ctx, tx, "suggestion", `SELECT `+matchColumns+` FROM person_matches WHERE public_id = ? FOR UPDATE`, publicID)
	if err != nil {
		return people.Match{}, err
	}
	return r.match()
}

// AnswerMatch closes the suggestion of two records.
func (tx *Tx) AnswerMatch(ctx context.Context, a, b people.PersonID, state people.MatchState, reason string) error {
	_, err := tx.exec(ctx, "answer a suggestion", `UPDATE person_matches SET state = ?, answered_by = ?, answered_at = ?, reason = ? WHERE a_id = ? AND b_id = ?`,
		state, int64(tx.actor.StaffID), tx.now, reason, int64(min(a, b)), int64(max(a, b)))
	return err
}

// AddDenial keeps that a case is not about a household.
func (tx *Tx) AddDenial(ctx context.Context, id ticket.ID, h people.HouseholdID, on []people.Ground, reason string) error {
	grounds, err := json.Marshal(on)
	if err != nil {
		return fmt.Errorf("write grounds: %w", err)
	}
	_, err = tx.exec(ctx, "turn a suggestion down", `INSERT INTO case_denials (ticket_id, household_id, grounds, reason, staff_id, at) VALUES (?, ?, ?::jsonb, ?, ?, ?) ON CONFLICT DO NOTHING`,
		int64(id), int64(h), string(grounds), reason, int64(tx.actor.StaffID), tx.now)
	return err
}
