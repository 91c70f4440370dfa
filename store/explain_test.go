package store

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/rule"
	"example.org/hotline/ticket"
)

// assessed writes an assessment of a ticket as an application does, and a decision where somebody made one on it.
func assessed(t *testing.T, tx *Tx, tk ticket.Ticket, of people.Household, in rule.Inputs, decided bool) {
	t.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	id, me := uuid.NewString(), int64(tx.Actor().StaffID)
	sealed, err := tx.sealText("assessments.inputs", id, relief.Private(text))
	if err != nil {
		t.Fatal(err)
	}
	var application, assessment int64
	err = tx.scan(t.Context(), "apply", `INSERT INTO applications (public_id, ticket_id, aid, state, household_id, household_index, payee_index, payee, village, made_by, made_at, version)
		VALUES (?, ?, 'dibao', 'draft', ?, '\x01', '\x02', ?, ?, ?, ?, 1) RETURNING id`, []any{uuid.NewString(), int64(tk.ID), int64(of.ID), uuid.NewString(), string(testTownship), me, tx.now}, &application)
	if err == nil {
		err = tx.scan(t.Context(), "assess", `INSERT INTO assessments (public_id, ticket_id, application_id, rules, inputs_sealed, result_sealed, tier, monthly_fen, staff_id, at)
			VALUES (?, ?, ?, 'aid-seed-2021', ?, '\x01', '1', 0, ?, ?) RETURNING id`, []any{id, int64(tk.ID), application, sealed, me, tx.now}, &assessment)
	}
	if err == nil && decided {
		_, err = tx.exec(t.Context(), "decide", `INSERT INTO rulings (public_id, ticket_id, application_id, assessment_id, kind, state, fen, level, reason_code, reason, proposed_by, proposed_role, proposed_at, answered_by, answered_at, version)
			VALUES (?, ?, ?, ?, 'grant', 'confirmed', 1, 'township', 'x', 'x', ?, 'worker', ?, (SELECT min(id) FROM staff WHERE id <> ?), ?, 1)`,
			uuid.NewString(), int64(tk.ID), application, assessment, me, tx.now, me, tx.now)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// What a decision rested on is found again by the ticket's number, before any newer
// assessment, and whoever looks leaves a record.
func TestFrozenInputsOfACase(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk := m.found(t, 1)
	first := rule.Inputs{Area: testTownship, On: "2026-10-01", Members: []rule.Member{{Ref: "a", Incomes: []rule.Received{{Code: "salary", Fen: 12_345}}}}}
	newer := first
	newer.Members = append(slices.Clone(first.Members), rule.Member{Ref: "b"})
	one, other := m.registered(t, tk, family(1)), m.registered(t, m.found(t, 2), family(2))
	m.must(t, "worker1", func(tx *Tx) error {
		assessed(t, tx, tk, one, first, true)
		assessed(t, tx, tk, other, newer, false)
		return nil
	})
	m.must(t, "worker1", func(tx *Tx) error {
		f, err := tx.FrozenInputs(t.Context(), tk.Number)
		if err == nil && (!f.Decided || f.Rules != "aid-seed-2021" || len(f.Inputs.Members) != 1 || f.Inputs.Members[0].Incomes[0].Fen != 12_345) {
			t.Errorf("%+v", f)
		}
		return err
	})
	if n := m.count(t, `SELECT count(*) FROM audit_records WHERE action = 'assessment.explain' AND subject_id = ?`, int64(tk.ID)); n != 1 {
		t.Errorf("%d records of the look", n)
	}
	if n := m.count(t, `SELECT count(*) FROM assessments WHERE position('12345' IN encode(inputs_sealed, 'escape')) > 0`); n != 0 {
		t.Error("an income lies open")
	}
	if err := m.as(t, "worker1", func(tx *Tx) error {
		_, err := tx.FrozenInputs(t.Context(), "2601010000000")
		return err
	}); !errors.Is(err, act.ErrNotFound) {
		t.Errorf("of no such ticket: %v", err)
	}
}
