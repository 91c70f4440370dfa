package store

import (
	"database/sql"
	"testing"
	"time"
)

// Promise 9: whoever edits history, even as the owner of the database, is found.
func TestAuditTampering(t *testing.T) {
	for name, statement := range map[string]string{
		"changed":         `UPDATE audit_records SET reason = 'other' WHERE lane = 3 AND seq = 2`,
		"time moved":      `UPDATE audit_records SET at = at + interval '1 second' WHERE lane = 3 AND seq = 2`,
		"deleted":         `DELETE FROM audit_records WHERE lane = 3 AND seq = 2`,
		"cut off":         `DELETE FROM audit_records WHERE lane = 3 AND seq = (SELECT max(seq) FROM audit_records WHERE lane = 3)`,
		"swapped":         `UPDATE audit_records SET seq = CASE seq WHEN 1 THEN -2 ELSE -1 END WHERE lane = 3 AND seq <= 2; UPDATE audit_records SET seq = -seq WHERE seq < 0`,
		"cut off, hidden": `DELETE FROM audit_records WHERE lane = 3 AND seq = 3; UPDATE audit_heads h SET seq = 2, hash = (SELECT hash FROM audit_records WHERE lane = 3 AND seq = 2) WHERE lane = 3`,
		"rewritten anew":  `DELETE FROM audit_records WHERE lane = 3; UPDATE audit_heads SET seq = 0, hash = '\x' WHERE lane = 3`,
		"invented at end": `INSERT INTO audit_records SELECT lane, seq + 1, at, actor, actor_id, role, action, subject_kind, subject_id, area_code, reason, data, hash, hash FROM audit_records WHERE lane = 3 AND seq = 3`,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			in := h.runIntake(t)
			for i := range 48 { // ids count up, so every lane gets three
				if _, err := in.Register(t.Context(), newCall("12349001", "", time.Now(), i)); err != nil {
					t.Fatal(err)
				}
			}
			heads, err := h.db.AuditHeads(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if faults, _, err := h.db.VerifyAudit(t.Context(), heads); err != nil || len(faults) > 0 {
				t.Fatalf("untouched chain: %v, %v", faults, err)
			}
			super, err := sql.Open("pgx", h.urls.SuperURL)
			if err != nil {
				t.Fatal(err)
			}
			defer super.Close()
			if _, err := super.ExecContext(t.Context(), `ALTER TABLE audit_records DROP CONSTRAINT audit_records_seq_check`); err != nil {
				t.Fatal(err)
			}
			if _, err := super.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
			faults, _, err := h.db.VerifyAudit(t.Context(), heads)
			if err != nil || len(faults) == 0 {
				t.Fatalf("%s was not found: %v", name, err)
			}
			t.Log(faults[0])
		})
	}
}

// History is insert-only for the application.
func TestHistoryIsInsertOnly(t *testing.T) {
	h := newHouse(t)
	for _, statement := range []string{`UPDATE audit_records SET reason = ''`, `DELETE FROM audit_records`, `UPDATE timeline SET actor = ''`,
		`DELETE FROM timeline`, `DELETE FROM tickets`, `DELETE FROM calls`, `UPDATE events SET kind = ''`} {
		if _, err := h.db.pool.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("the application may run %q", statement)
		}
	}
}
