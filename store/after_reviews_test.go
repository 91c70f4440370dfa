package store

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/seal"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// allReviewed are rules under which every payout is drawn.
func allReviewed() relief.Rules {
	r := moneyRules()
	r.Policy.Limits.AfterReviewPercent, r.Policy.Limits.AfterReviewDays = 100, 10
	return r
}

// Five in a hundred are drawn: by the house's key, and the same ones each time.
func TestDrawShare(t *testing.T) {
	house := func(fill byte) *Tx {
		ring, err := seal.NewKeyring(map[int][]byte{1: []byte(strings.Repeat(string(rune(fill)), 32))})
		if err != nil {
			t.Fatal(err)
		}
		return &Tx{db: &DB{sealer: ring}}
	}
	ours, theirs := house('a'), house('b')
	rule := ledger.ReviewRule{Percent: 5}
	const many = 20_000
	drawn, alike := 0, 0
	for range many {
		id := uuid.NewString()
		first := rule.Draws(ours.Draw(id))
		if first != rule.Draws(ours.Draw(id)) {
			t.Fatalf("%s is drawn once and once not", id)
		}
		if first {
			drawn++
			if rule.Draws(theirs.Draw(id)) {
				alike++
			}
		}
	}
	// 1000 are expected, and 50 that another key draws as well; six standard deviations either way.
	if drawn < 815 || drawn > 1185 {
		t.Errorf("%d of %d drawn", drawn, many)
	}
	if alike > 92 {
		t.Errorf("another key draws %d of %d the same: the key does not decide", alike, drawn)
	}
}

// A drawn payout is looked at by county finance, once, and by nobody who had a hand in it.
func TestAfterReview(t *testing.T) {
	m := tillAtNoon(t)
	tk, d := m.decided(t, 1, 80_000)
	p := m.started(t, "worker1", d)
	review := func(outcome ledger.ReviewOutcome, note string) func(*Tx) error {
		return func(tx *Tx) error {
			_, err := relief.ReviewPayout(t.Context(), tx, p.PublicID, outcome, note)
			return err
		}
	}
	m.refuse(t, "finance", "not_drawn", review(ledger.ReviewOK, ""))
	m.must(t, "worker1", issuing(t, p))
	m.must(t, "worker1", m.receivingUnder(t, allReviewed(), "worker1", tk, p, ""))
	if n := m.count(t, `SELECT count(*) FROM after_reviews r JOIN disbursements d ON d.id = r.disbursement_id AND r.drawn_at = d.receipted_at`); n != 1 {
		t.Fatalf("%d draws with the receipt, want one", n)
	}
	view := func(login string) (v ledger.View) {
		m.must(t, login, func(tx *Tx) (err error) { v, err = tx.DisbursementView(t.Context(), p.PublicID); return err })
		return v
	}
	for login, sees := range map[string]bool{"worker1": false, "head": false, "auditor": true, "finance": true} {
		if got := view(login).AfterReview != nil; got != sees {
			t.Errorf("%s sees that it is drawn: %v", login, got)
		}
	}
	m.must(t, "finance", func(tx *Tx) error {
		inbox, err := tx.Approvals(t.Context())
		if len(inbox) != 1 || inbox[0].Act != "after_review" || inbox[0].ID != p.PublicID || inbox[0].DueAt == nil || inbox[0].DueAt.Sub(inbox[0].Since) < 13*24*time.Hour {
			t.Errorf("the inbox: %+v", inbox)
		}
		return err
	})
	m.refuse(t, "worker1", "not_found", review(ledger.ReviewOK, ""))
	m.refuse(t, "finance", "note_required", review(ledger.ReviewFinding, ""))
	m.refuse(t, "finance", "unknown_outcome", review("fine", ""))

	// The finance officer once worked in the township, and signed this very payout.
	super := connect(t, m.urls.SuperURL)
	finance := m.actor(t, "finance").StaffID
	put := func(column string, who any) {
		t.Helper()
		if _, err := super.Exec(t.Context(), `UPDATE disbursements SET `+column+` = $1, version = version + 1 WHERE public_id = $2`, who, p.PublicID); err != nil {
			t.Fatal(err)
		}
	}
	put("companion_id", int64(finance))
	m.refuse(t, "finance", "own_payout", review(ledger.ReviewOK, ""))
	put("companion_id", nil)
	m.declared(t, finance, identity(1))
	m.refuse(t, "finance", "relative", review(ledger.ReviewOK, ""))
	if _, err := super.Exec(t.Context(), `DELETE FROM staff_relatives`); err != nil {
		t.Fatal(err)
	}

	late := func() (kinds []string) {
		m.must(t, "auditor", func(tx *Tx) error {
			list, err := tx.Signals(t.Context(), tx.Now().AddDate(0, 0, -30), 100_000)
			for _, s := range list {
				if s.Kind == ledger.SignalFinding || s.Kind == ledger.SignalReviewLate {
					kinds = append(kinds, string(s.Kind)+" "+s.Who)
				}
			}
			return err
		})
		return kinds
	}
	if got := late(); len(got) != 0 {
		t.Errorf("on the first day: %v", got)
	}
	m.moveClock(t, 40*24*time.Hour) // further back than the list looks
	if got := late(); len(got) != 1 || !strings.HasPrefix(got[0], "review_late ") {
		t.Errorf("after forty days: %v", got)
	}

	const found = "the photo shows another house"
	errs := m.together(t, "finance", []func(*Tx) error{review(ledger.ReviewFinding, found), review(ledger.ReviewOK, "")})
	if codes := []string{codeOf(errs[0]), codeOf(errs[1])}; !slices.Contains(codes, "") || !slices.Contains(codes, "already_reviewed") {
		t.Errorf("two at once: %v", errs)
	}
	m.refuse(t, "finance", "already_reviewed", review(ledger.ReviewOK, ""))
	v := view("auditor").AfterReview
	if v == nil || v.Reviewer != "finance" || v.Outcome == "" {
		t.Errorf("the auditor reads %+v", v)
	}
	if got, finding := late(), v.Outcome == ledger.ReviewFinding; slices.Contains(got, "review_finding worker1") != finding || len(got) > 1 {
		t.Errorf("after the review: %v", got)
	}
	if w := view("worker1").AfterReview; w == nil || w.Note != "" {
		t.Errorf("the worker reads what was found: %+v", w)
	}
	for what, sql := range map[string]string{
		"lines of the timeline": `SELECT count(*) FROM timeline WHERE kind = 'disbursement.reviewed'`,
		"audit records":         `SELECT count(*) FROM audit_records WHERE action = 'disbursement.reviewed'`,
	} {
		if n := m.count(t, sql); n != 1 {
			t.Errorf("%d %s, want one", n, what)
		}
	}
	if n := m.count(t, `SELECT count(*) FROM timeline l WHERE to_jsonb(l)::text LIKE '%photo shows%'`); n != 0 {
		t.Error("what was found stands in the timeline")
	}
	m.sound(t)
}
