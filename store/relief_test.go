package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
)

// Above the fast track's cap: a short check and a second person before the payment.
func TestUrgentPath(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk := m.found(t, 1)
	var d relief.Decision
	m.must(t, "worker1", func(tx *Tx) (err error) {
		d, err = relief.Decide(t.Context(), tx, tk.ID, relief.DecideInput{PublicID: uuid.NewString(), Fen: 95_000, Reason: "the whole house"}, moneyRules())
		return err
	})
	if d.Track != relief.TrackUrgent || d.State != relief.DecisionRegistered {
		t.Fatalf("decision %+v", d)
	}
	approve := func(tx *Tx) error { _, err := relief.Approve(t.Context(), tx, d.PublicID); return err }
	m.refuse(t, "worker1", "not_approved", starting(t, d, uuid.NewString(), nil))
	m.refuse(t, "head", "short_check_first", approve)
	check := relief.ShortCheck{IdentitySeen: true, PhoneReached: true}
	checking := func(tx *Tx) error { _, err := relief.RecordShortCheck(t.Context(), tx, d.PublicID, check); return err }
	m.refuse(t, "worker1", "incomplete", checking)
	check.Witness = "neighbour"
	m.refuse(t, "worker2", "not_owner", checking)
	m.must(t, "worker1", checking)
	m.refuse(t, "worker1", "not_found", approve)
	m.refuse(t, "county", "head_first", approve)
	m.must(t, "head", func(tx *Tx) error {
		inbox, err := tx.Approvals(t.Context())
		if err == nil && (len(inbox) != 1 || inbox[0].Act != "approve" || inbox[0].ID != d.PublicID) {
			t.Errorf("inbox %+v", inbox)
		}
		return err
	})
	m.must(t, "head", approve)
	m.refuse(t, "head", "not_in_this_state", approve)
	p := m.started(t, "worker1", d)
	if p.Level != ledger.LevelSolo || p.State != ledger.StateReserved {
		t.Errorf("payout %+v", p)
	}
}

// A proposal declined leaves the ticket to its owner, who may refuse aid, which stops the clocks and tells the citizen.
func TestDeclineAndRefuse(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk := m.taken(t, m.in, "12349001", 900)
	refuse := func(reason string) func(*Tx) error {
		return func(tx *Tx) error {
			_, err := relief.Refuse(t.Context(), tx, tk.ID, uuid.NewString(), reason, moneyRules().Policy)
			return err
		}
	}
	m.refuse(t, "worker1", "findings_first", refuse("not in need"))
	tk = m.found(t, 1)
	var d relief.Decision
	m.must(t, "worker1", func(tx *Tx) (err error) {
		d, err = relief.Decide(t.Context(), tx, tk.ID, relief.DecideInput{PublicID: uuid.NewString(), Fen: 300_000, Reason: "r",
			ShortCheck: &relief.ShortCheck{IdentitySeen: true, PhoneReached: true, Witness: "w"}}, moneyRules())
		return err
	})
	decline := func(reason string) func(*Tx) error {
		return func(tx *Tx) error { _, err := relief.Decline(t.Context(), tx, d.PublicID, reason); return err }
	}
	m.refuse(t, "head", "reason_required", decline(""))
	m.must(t, "head", decline("half would do"))
	m.refuse(t, "worker1", "not_approved", starting(t, d, uuid.NewString(), nil))
	// A new proposal ends the one that waits.
	var first, second relief.Decision
	for _, p := range []*relief.Decision{&first, &second} {
		m.must(t, "worker1", func(tx *Tx) (err error) {
			*p, err = relief.Decide(t.Context(), tx, tk.ID, relief.DecideInput{PublicID: uuid.NewString(), Fen: 200_000, Reason: "r"}, moneyRules())
			return err
		})
	}
	m.refuse(t, "head", "not_in_this_state", func(tx *Tx) error { _, err := relief.Approve(t.Context(), tx, first.PublicID); return err })
	m.refuse(t, "worker1", "reason_required", refuse(""))
	m.refuse(t, "worker2", "not_owner", refuse("not in need"))
	m.must(t, "worker1", refuse("not in need"))
	m.refuse(t, "head", "not_in_this_state", func(tx *Tx) error { _, err := relief.Approve(t.Context(), tx, second.PublicID); return err })
	if n := m.count(t, `SELECT count(*) FROM notices WHERE template = 'refused_citizen'`); n != 1 {
		t.Errorf("the citizen was told %d times", n)
	}
	if n := m.count(t, `SELECT count(*) FROM clocks WHERE ticket_id = ? AND stopped_at IS NULL`, int64(tk.ID)); n != 0 {
		t.Errorf("%d clocks run after the refusal", n)
	}
	tk, d = m.decided(t, 2, 80_000)
	m.started(t, "worker1", d)
	m.refuse(t, "worker1", "payout_alive", refuse("not in need after all"))
}

// A paper is owed from the payment on, reminded of, overdue, received, returned, verified; the last one settles the decision.
func TestPapers(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk, d := m.decided(t, 1, 80_000)
	p := m.started(t, "worker1", d)
	m.must(t, "worker1", issuing(t, p))
	m.must(t, "worker1", m.receiving(t, "worker1", tk, p, ""))
	papers := func() (views []relief.PaperView) {
		m.must(t, "worker1", func(tx *Tx) (err error) { views, err = tx.TicketPaperViews(t.Context(), tk.ID); return err })
		return views
	}
	id := papers()[0].ID
	var internal relief.PaperID
	m.must(t, "worker1", func(tx *Tx) (err error) { internal, _, err = tx.PaperByRef(t.Context(), id); return err })
	fire := func(step int) {
		t.Helper()
		err := m.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
			return relief.PaperDue(t.Context(), tx, act.Timer{Subject: act.Subject{Kind: "paper", ID: int64(internal)}, Kind: relief.TimerPaper, Step: step, Epoch: 1})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	want := func(state relief.PaperState) {
		t.Helper()
		if got := papers()[0]; got.State != state {
			t.Errorf("the paper is %s, want %s", got.State, state)
		}
	}
	want(relief.PaperOpen)
	fire(1)
	fire(2)
	want(relief.PaperReminded)
	fire(100)
	want(relief.PaperOverdue)
	fire(100)
	fire(3) // late, and stale
	want(relief.PaperOverdue)
	photo := m.photo(t, "worker1", tk, png(300))
	receive := func(tx *Tx) error { _, err := relief.ReceivePaper(t.Context(), tx, id, []string{photo}); return err }
	m.must(t, "worker1", receive)
	m.must(t, "head", func(tx *Tx) error { _, err := relief.ReturnPaper(t.Context(), tx, id, "unreadable"); return err })
	want(relief.PaperOpen)
	m.must(t, "worker1", receive)
	m.must(t, "worker1", func(tx *Tx) error {
		_, err := relief.AddPaper(t.Context(), tx, tk.ID, "application_form", moneyRules())
		return err
	})
	m.refuse(t, "worker1", "paper_owed_already", func(tx *Tx) error {
		_, err := relief.AddPaper(t.Context(), tx, tk.ID, "application_form", moneyRules())
		return err
	})
	m.refuse(t, "worker1", "unknown_paper", func(tx *Tx) error {
		_, err := relief.AddPaper(t.Context(), tx, tk.ID, "passport", moneyRules())
		return err
	})
	m.must(t, "head", func(tx *Tx) error { _, err := relief.VerifyPaper(t.Context(), tx, id); return err })
	want(relief.PaperVerified)
	form := papers()[1]
	if form.DueAt == nil {
		t.Error("a paper added after the payment has no day")
	}
	waive := func(reason string) func(*Tx) error {
		return func(tx *Tx) error { _, err := relief.WaivePaper(t.Context(), tx, form.ID, reason); return err }
	}
	m.refuse(t, "worker1", "not_found", waive("not needed"))
	m.refuse(t, "head", "reason_required", waive(""))
	m.must(t, "head", waive("not needed"))
	if n := m.count(t, `SELECT count(*) FROM decisions WHERE state = 'papers_done'`); n != 1 {
		t.Error("the decision is not settled with its last paper")
	}
	if n := m.count(t, `SELECT count(*) FROM timers WHERE subject_kind = 'paper' AND subject_id <> ?`, int64(internal)); n != 0 {
		t.Errorf("%d timers of a waived paper", n)
	}
}

// A photo comes in parts, in any order and more than once; what is not the announced photo is refused.
func TestUploads(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk := m.taken(t, m.in, "12349001", 901)
	content := png(450_001)
	sum := sha256.Sum256(content)
	in := relief.UploadInput{PublicID: uuid.NewString(), MediaType: "image/png", Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}
	begin := func(tx *Tx) error { _, err := relief.BeginUpload(t.Context(), tx, tk.ID, in); return err }
	m.must(t, "worker1", begin)
	m.must(t, "worker1", begin)
	other := in
	other.Size++
	if err := m.as(t, "worker1", func(tx *Tx) error { _, err := relief.BeginUpload(t.Context(), tx, tk.ID, other); return err }); !errors.Is(err, act.ErrKeyReused) {
		t.Errorf("the same id for another photo: %v", err)
	}
	put := func(n int, data []byte) func(*Tx) error {
		return func(tx *Tx) error { _, err := relief.PutPart(t.Context(), tx, in.PublicID, n, data); return err }
	}
	complete := func(tx *Tx) error { _, err := relief.CompleteUpload(t.Context(), tx, in.PublicID); return err }
	m.must(t, "worker1", put(3, content[400_000:]))
	m.must(t, "worker1", put(1, content[:200_000]))
	m.refuse(t, "worker1", "parts_missing", complete)
	m.refuse(t, "worker1", "part_length", put(2, content[:100]))
	m.refuse(t, "worker1", "no_such_part", put(4, content[:100]))
	m.refuse(t, "worker2", "not_found", put(2, content[200_000:400_000]))
	m.refuse(t, "stranger", "not_found", put(2, content[200_000:400_000]))
	m.must(t, "worker1", put(2, content[:200_000])) // another content
	m.refuse(t, "worker1", "hash_differs", complete)
	m.must(t, "worker1", put(2, content[200_000:400_000]))
	m.must(t, "worker1", func(tx *Tx) error {
		v, err := tx.UploadView(t.Context(), in.PublicID)
		if err == nil && (len(v.Missing) != 0 || v.Parts != 3 || v.State != relief.UploadOpen) {
			t.Errorf("view %+v", v)
		}
		return err
	})
	m.must(t, "worker1", complete)
	m.must(t, "worker1", complete)
	m.must(t, "worker1", put(2, content[:200_000])) // late: changes nothing
	m.must(t, "head", func(tx *Tx) error {
		u, err := tx.UploadByRef(t.Context(), in.PublicID)
		if err != nil {
			return err
		}
		got, err := tx.UploadContent(t.Context(), u)
		if !bytes.Equal(got, content) {
			t.Error("the photo came back changed")
		}
		return err
	})
	if n := m.count(t, `SELECT count(*) FROM upload_parts WHERE position('\x89504e47'::bytea IN sealed) > 0`); n != 0 {
		t.Error("a part lies on the disk unsealed")
	}
	gif := []byte("GIF89a" + strings.Repeat("x", 50))
	gifSum := sha256.Sum256(gif)
	in = relief.UploadInput{PublicID: uuid.NewString(), MediaType: "image/png", Size: int64(len(gif)), SHA256: hex.EncodeToString(gifSum[:])}
	m.must(t, "worker1", begin)
	m.must(t, "worker1", put(1, gif))
	m.refuse(t, "worker1", "not_this_kind", complete)
	// An open photo, or another ticket's, is no proof.
	m.refuse(t, "worker1", "photo_not_ready", func(tx *Tx) error {
		_, err := relief.RecordVisit(t.Context(), tx, tk.ID, relief.VisitInput{PublicID: uuid.NewString(), Mode: relief.VisitOnSite, ArrivedAt: time.Now(), Facts: "f", Photos: []string{in.PublicID}})
		return err
	})
}

// What is written about a citizen is sealed at rest, and its identity is found again by index only.
func TestSealedFacts(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk := m.found(t, 7)
	if n := m.count(t, `SELECT count(*) FROM findings WHERE position(convert_to(?, 'UTF8') IN applicant_sealed || id_sealed || declared_sealed) > 0`, identity(7)); n != 0 {
		t.Error("an identity number lies on the disk")
	}
	if n := m.count(t, `SELECT count(*) FROM timeline WHERE data::text LIKE ?`, "%"+identity(7)+"%"); n != 0 {
		t.Error("an identity number stands in the timeline")
	}
	m.must(t, "worker1", func(tx *Tx) error {
		views, err := tx.TicketFindings(t.Context(), tk.ID)
		if err != nil || len(views) != 1 {
			t.Fatalf("findings %+v (%v)", views, err)
		}
		v := views[0]
		if v.IdentityMasked != "990***********"+identity(7)[14:] || v.Applicant != "甲某" || len(v.Warnings) != 0 {
			t.Errorf("findings %+v", v)
		}
		visits, err := tx.TicketVisits(t.Context(), tk.ID)
		if err == nil && (len(visits) != 1 || visits[0].Facts == "" || len(visits[0].Visitors) != 1) {
			t.Errorf("visits %+v", visits)
		}
		return err
	})
	m.refuse(t, "worker2", "not_owner", func(tx *Tx) error {
		_, err := relief.RecordVisit(t.Context(), tx, tk.ID, relief.VisitInput{PublicID: uuid.NewString(), Mode: relief.VisitVoice, ArrivedAt: time.Now(), Facts: "f"})
		return err
	})
}
