package store

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/ledger"
)

// What an auditor looks at first is found; what is ordinary is not.
func TestSignals(t *testing.T) {
	m := tillAtNoon(t)
	signals := func() (kinds []string) {
		m.must(t, "auditor", func(tx *Tx) error {
			list, err := tx.Signals(t.Context(), tx.Now().AddDate(0, 0, -30), 100_000)
			for _, s := range list {
				kinds = append(kinds, string(s.Kind)+" "+s.Who)
				if s.Count == 0 || s.Count != len(s.Payouts) || s.Fen == 0 || len(s.Tickets) == 0 || s.Tickets[0].ID == "" || len(s.Tickets[0].Number) < 12 {
					t.Errorf("%+v", s)
				}
			}
			return err
		})
		return kinds
	}
	pay := func(person int, fen int64) ledger.Disbursement {
		_, d := m.decided(t, person, fen) // of a call that came yesterday
		var p ledger.Disbursement
		m.must(t, "worker1", starting(t, d, uuid.NewString(), &p))
		m.signed(t, p)
		return p
	}
	for i := range 4 {
		pay(10+i, 60_000)
	}
	if got := signals(); len(got) != 0 {
		t.Errorf("ordinary payouts: %v", got)
	}

	super := connect(t, m.urls.SuperURL)
	young, d := m.decided(t, 20, 40_000)
	if _, err := super.Exec(t.Context(), `UPDATE tickets SET invited_at = app_now() WHERE id = $1`, int64(young.ID)); err != nil {
		t.Fatal(err)
	}
	m.must(t, "worker1", starting(t, d, uuid.NewString(), nil))
	if got := signals(); !slices.Equal(got, []string{"young_ticket worker1"}) {
		t.Errorf("money within minutes: %v", got)
	}
	for i := range 3 {
		pay(30+i, 97_000)
	}
	if got := signals(); !slices.Contains(got, "just_below worker1") {
		t.Errorf("three just below: %v", got)
	}
	// There is one head in the township, so that nobody could have signed in their place.
	if got := signals(); slices.Contains(got, "same_pair worker1 → head") {
		t.Errorf("the only head: %v", got)
	}
	if _, err := super.Exec(t.Context(), `WITH p AS (INSERT INTO posts (kind, area_code, role, name) SELECT 'person', area_code, role, 'head2' FROM staff WHERE login = 'head' RETURNING id, area_code, role)
		INSERT INTO staff (post_id, login, name, role, area_code) SELECT id, 'head2', 'head2', role, area_code FROM p`); err != nil {
		t.Fatal(err)
	}
	if got := signals(); !slices.Contains(got, "same_pair worker1 → head") {
		t.Errorf("two who sign for one another alone: %v", got)
	}
	if got := signals(); slices.Contains(got, "two_households ") {
		t.Errorf("one household each: %v", got)
	}
	_, again := m.decided(t, 20, 30_000)
	m.must(t, "worker1", starting(t, again, uuid.NewString(), nil))
	if _, err := super.Exec(t.Context(), `UPDATE disbursements SET household_index = 'another', version = version + 1 WHERE id = (SELECT max(id) FROM disbursements)`); err != nil {
		t.Fatal(err)
	}
	if got := signals(); !slices.Contains(got, "two_households ") {
		t.Errorf("one person in two households: %v", got)
	}
	m.moveClock(t, 11*time.Hour) // into the night
	for i := range 3 {
		pay(40+i, 50_000)
	}
	if got := signals(); !slices.Contains(got, "off_hours head") {
		t.Errorf("signed at night: %v", got)
	}
}
