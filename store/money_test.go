package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// moneyRules are the demo city's numbers.
func moneyRules() relief.Rules {
	return relief.Rules{
		Policy: relief.Policy{Version: "relief-test",
			Limits: relief.Limits{SoloFen: 100_000, TownshipFen: 500_000, FloatFen: 5_000_000, FloatLowPercent: 30, AdvanceFen: 200_000, HouseholdFen: 1_000_000, HouseholdMonths: 12,
				SecondSignature: 24 * time.Hour, CountyMayCheck: 10 * time.Minute, LargeCashTwoPeople: true},
			Fast:   relief.FastTrack{DibaoMonthFen: 90_000, CapMonths: 1, CapPer: relief.CapPerPerson},
			Papers: relief.Papers{DueWorkingDays: 10, RemindBefore: []int{5, 2, 1}, Kinds: []relief.PaperKind{{Code: "id_copy"}, {Code: "application_form"}}}},
		Calendar: ticket.Calendar{Version: "test", Opens: 9 * time.Hour, Closes: 17 * time.Hour, Years: map[int]bool{}},
	}
}

func policyOf() *relief.Policy {
	p := moneyRules().Policy
	return &p
}

// till is a house whose county has money, with a running intake.
type till struct {
	house
	in *Intake
	n  atomic.Int64
}

func newTill(t *testing.T, floatFen int64) *till {
	t.Helper()
	h := newHouse(t)
	dir := area.Directory{Staff: []area.NewStaff{{Login: "finance", Name: "finance", Role: area.RoleCountyFinance, Area: testCounty, Phone: "+8619900000001"}}}
	if err := h.db.ImportDirectory(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	m := &till{house: h, in: h.runIntake(t)}
	m.must(t, "finance", func(tx *Tx) error { return ledger.AllocateFund(t.Context(), tx, testCounty, 100_000_000, "v1") })
	m.must(t, "finance", func(tx *Tx) error { return ledger.FundFloat(t.Context(), tx, testTownship, floatFen, "v1") })
	return m
}

func (m *till) as(t *testing.T, login string, fn func(*Tx) error) error {
	t.Helper()
	return m.db.InTx(t.Context(), m.actor(t, login), fn)
}

// declared registers the bearer of an identity number as a relative of somebody.
func (m *till) declared(t *testing.T, staff area.StaffID, number string) {
	t.Helper()
	if err := m.db.InTx(t.Context(), act.SystemConsole, func(tx *Tx) error {
		return tx.DeclareRelative(t.Context(), staff, area.Relative{Relation: area.RelationSibling, Name: "甲某", Identity: number})
	}); err != nil {
		t.Fatal(err)
	}
}

func (m *till) must(t *testing.T, login string, fn func(*Tx) error) {
	t.Helper()
	if err := m.as(t, login, fn); err != nil {
		t.Fatalf("as %s: %v", login, err)
	}
}

// refuse expects a fault with a code.
func (m *till) refuse(t *testing.T, login, code string, fn func(*Tx) error) {
	t.Helper()
	if err := m.as(t, login, fn); codeOf(err) != code {
		t.Errorf("as %s: %v, want %s", login, err, code)
	}
}

func codeOf(err error) string {
	var fault *act.Fault
	if errors.As(err, &fault) {
		return fault.Code
	}
	return ""
}

// identity makes a valid number with a prefix no division has.
func identity(n int) string {
	digits := fmt.Sprintf("99010119800101%03d", n%1000)
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(digits[i]-'0')
	}
	return digits + string("10X98765432"[sum%11])
}

// found is a ticket of worker1's with a visit and findings about a person.
func (m *till) found(t *testing.T, person int) ticket.Ticket {
	t.Helper()
	tk := m.taken(t, m.in, "12349001", int(m.n.Add(1)))
	m.must(t, "worker1", func(tx *Tx) error {
		if _, err := relief.RecordVisit(t.Context(), tx, tk.ID, relief.VisitInput{PublicID: uuid.NewString(), Mode: relief.VisitOnSite, ArrivedAt: time.Now(),
			Place: "甲镇一村", Facts: "The roof burnt."}); err != nil {
			return err
		}
		_, err := relief.RecordFindings(t.Context(), tx, tk.ID, relief.FindingsInput{PublicID: uuid.NewString(), Cause: ticket.CauseFire, HouseholdSize: 3, Affected: 1,
			Needs: []string{"shelter"}, Applicant: "甲某", Identity: people.IdentityInput{Type: people.IdentityResident, Number: identity(person)}})
		return err
	})
	return tk
}

// decided is an approved decision of a sum.
func (m *till) decided(t *testing.T, person int, fen int64) (ticket.Ticket, relief.Decision) {
	t.Helper()
	tk := m.found(t, person)
	return tk, m.decide(t, tk, fen)
}

func (m *till) decide(t *testing.T, tk ticket.Ticket, fen int64) (d relief.Decision) {
	t.Helper()
	in := relief.DecideInput{PublicID: uuid.NewString(), Fen: fen, Reason: "nothing left to live on", MissingPapers: []string{"id_copy"},
		ShortCheck: &relief.ShortCheck{IdentitySeen: true, PhoneReached: true, Witness: "neighbour"}}
	m.must(t, "worker1", func(tx *Tx) (err error) {
		d, err = relief.Decide(t.Context(), tx, tk.ID, in, moneyRules())
		return err
	})
	if d.State == relief.DecisionApproved {
		return d
	}
	who := "head"
	if d.Level == ledger.LevelCounty {
		who = "county"
	}
	m.must(t, who, func(tx *Tx) (err error) {
		d, err = relief.Approve(t.Context(), tx, d.PublicID)
		return err
	})
	return d
}

// starting is the act of asking for a payout.
func starting(t *testing.T, d relief.Decision, id string, out *ledger.Disbursement) func(*Tx) error {
	return startingUnder(t, moneyRules(), d, id, out)
}

func startingUnder(t *testing.T, r relief.Rules, d relief.Decision, id string, out *ledger.Disbursement) func(*Tx) error {
	return func(tx *Tx) (err error) {
		got, err := relief.StartPayout(t.Context(), tx, relief.PayoutInput{PublicID: id, Decision: d.PublicID, Fen: d.Fen, Channel: ledger.ChannelCash}, r)
		if err == nil && out != nil {
			*out = got
		}
		return err
	}
}

func (m *till) started(t *testing.T, login string, d relief.Decision) (p ledger.Disbursement) {
	t.Helper()
	m.must(t, login, starting(t, d, uuid.NewString(), &p))
	return p
}

func issuing(t *testing.T, p ledger.Disbursement) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := relief.IssueCash(t.Context(), tx, p.PublicID, policyOf())
		return err
	}
}

func checking(t *testing.T, p ledger.Disbursement, hash []byte) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := relief.CheckPayout(t.Context(), tx, p.PublicID, hex.EncodeToString(hash))
		return err
	}
}

// png is the smallest thing that is recognised as a picture, padded to a length.
func png(size int) []byte {
	b := make([]byte, size)
	copy(b, "\x89PNG\r\n\x1a\n")
	for i := 8; i < size; i++ {
		b[i] = byte(i * 7)
	}
	return b
}

// photo uploads a picture for a ticket.
func (m *till) photo(t *testing.T, login string, tk ticket.Ticket, content []byte) string {
	t.Helper()
	sum := sha256.Sum256(content)
	id := uuid.NewString()
	m.must(t, login, func(tx *Tx) error {
		u, err := relief.BeginUpload(t.Context(), tx, tk.ID, relief.UploadInput{PublicID: id, MediaType: "image/png", Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])})
		if err != nil {
			return err
		}
		for n := 1; n <= u.Parts(); n++ {
			end := min(n*int(u.PartSize), len(content))
			if _, err := relief.PutPart(t.Context(), tx, id, n, content[(n-1)*int(u.PartSize):end]); err != nil {
				return err
			}
		}
		_, err = relief.CompleteUpload(t.Context(), tx, id)
		return err
	})
	return id
}

// receiving is the act of the receipt, with its photos taken before.
func (m *till) receiving(t *testing.T, login string, tk ticket.Ticket, p ledger.Disbursement, companion string) func(*Tx) error {
	return m.receivingUnder(t, moneyRules(), login, tk, p, companion)
}

func (m *till) receivingUnder(t *testing.T, r relief.Rules, login string, tk ticket.Ticket, p ledger.Disbursement, companion string) func(*Tx) error {
	photo, signed := m.photo(t, login, tk, png(100+int(p.ID))), m.photo(t, login, tk, png(99))
	device := time.Now()
	return func(tx *Tx) error {
		_, err := relief.Receive(t.Context(), tx, p.PublicID, relief.ReceiptInput{PublicID: uuid.NewString(), Photo: photo, Signature: relief.SignatureScreen,
			SignedImage: signed, Companion: companion, DeviceAt: device}, r)
		return err
	}
}

// balance is the posted balance of all accounts of a kind.
func (m *till) balance(t *testing.T, kind ledger.Kind) int {
	t.Helper()
	return m.count(t, `SELECT coalesce(sum(posted_fen), 0) FROM accounts WHERE kind = ?`, string(kind))
}

// sound checks what must hold after anything: the books balance, and hold when they
// are summed up anew.
func (m *till) sound(t *testing.T) {
	t.Helper()
	err := m.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
		b, err := tx.TrialBalance(t.Context(), time.Time{})
		if err == nil && !b.Balanced {
			t.Errorf("debits %d, credits %d", b.DebitFen, b.CreditFen)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	v, err := m.db.VerifyLedger(t.Context())
	if err != nil || len(v.Faults) > 0 {
		t.Errorf("the books, summed up anew: %+v (%v)", v.Faults, err)
	}
}

// TestStory is the cash story of the fast track: from the visit to the receipt, on time.
func TestStory(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk, d := m.decided(t, 1, 80_000)
	if d.State != relief.DecisionApproved || d.Track != relief.TrackFast {
		t.Fatalf("decision %+v", d)
	}
	p := m.started(t, "worker1", d)
	if p.State != ledger.StateReserved || p.Level != ledger.LevelSolo {
		t.Fatalf("payout %+v", p)
	}
	m.must(t, "worker1", issuing(t, p))
	if got := m.balance(t, ledger.Cash); got != 80_000 {
		t.Errorf("cash in hands %d", got)
	}
	receive := m.receiving(t, "worker1", tk, p, "")
	m.must(t, "worker1", receive)
	m.refuse(t, "worker1", "already_receipted", receive)
	m.sound(t)
	for kind, want := range map[ledger.Kind]int{ledger.Float: 4_920_000, ledger.Cash: 0, ledger.Payable: 0, ledger.Expense: 80_000} {
		if got := m.balance(t, kind); got != want {
			t.Errorf("%s stands at %d, want %d", kind, got, want)
		}
	}
	m.must(t, "worker1", func(tx *Tx) error {
		got, err := tx.Ticket(t.Context(), tk.ID)
		if err != nil {
			return err
		}
		if c := got.Clock(ticket.ClockTwoHour); got.Status != ticket.StatusFollowUp || c.Proof != ticket.ProofReceipt || c.ReportedAt.IsZero() || !ticket.OnTime(got) {
			t.Errorf("ticket %s, clock %+v", got.Status, c)
		}
		return nil
	})
	for what, sql := range map[string]string{
		"deadlines still armed": `SELECT count(*) FROM timers WHERE kind = 'deadline'`,
		"papers without a day":  `SELECT count(*) FROM papers WHERE due_at IS NULL`,
		"decisions not owing":   `SELECT count(*) FROM decisions WHERE state <> 'papers_due'`,
	} {
		if n := m.count(t, sql); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	if n := m.count(t, `SELECT count(*) FROM notices WHERE template = 'payment_citizen' AND fields->>'amount' = '800.00'`); n != 1 {
		t.Errorf("the citizen was told %d times", n)
	}
	if n := m.count(t, `SELECT count(*) FROM timers WHERE subject_kind = 'paper'`); n != 4 {
		t.Errorf("%d timers of the paper, want three reminders and the day", n)
	}
	if n := m.count(t, `SELECT count(*) FROM notices n JOIN staff s ON s.post_id = n.post_id WHERE n.template = 'second_signature' AND s.login = 'head'`); n != 1 {
		t.Errorf("the head was asked for the signature %d times", n)
	}
	m.signed(t, p)
}

// signed gives the second signature out of the head's inbox.
func (m *till) signed(t *testing.T, p ledger.Disbursement) {
	t.Helper()
	m.must(t, "head", func(tx *Tx) error {
		inbox, err := tx.Approvals(t.Context())
		if err != nil {
			return err
		}
		for _, item := range inbox {
			if item.ID == p.PublicID && item.Act == "second_signature" {
				_, err := relief.SecondSign(t.Context(), tx, item.ID, item.ContentHash)
				return err
			}
		}
		t.Errorf("the inbox %+v lacks the signature", inbox)
		return nil
	})
	m.refuse(t, "head", "already_signed", func(tx *Tx) error {
		_, err := relief.SecondSign(t.Context(), tx, p.PublicID, hex.EncodeToString(p.Content))
		return err
	})
}

// Two receipts at the same instant: one payment, the other is told so.
func TestReceiptsAtOnce(t *testing.T) {
	m := newTill(t, 5_000_000)
	tk, d := m.decided(t, 1, 80_000)
	p := m.started(t, "worker1", d)
	m.must(t, "worker1", issuing(t, p))
	const many = 6
	acts := make([]func(*Tx) error, many)
	for i := range acts {
		acts[i] = m.receiving(t, "worker1", tk, p, "")
	}
	errs := m.together(t, "worker1", acts)
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case codeOf(err) != "already_receipted":
			t.Errorf("a loser was told %v", err)
		}
	}
	if n := m.count(t, `SELECT count(*) FROM receipts`); won != 1 || n != 1 {
		t.Errorf("%d acts won, %d receipts", won, n)
	}
	m.sound(t)
}

// together runs acts at the same time, as one person.
func (m *till) together(t *testing.T, login string, acts []func(*Tx) error) []error {
	t.Helper()
	who := m.actor(t, login)
	errs := make([]error, len(acts))
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i, fn := range acts {
		wg.Go(func() {
			<-start
			errs[i] = m.db.InTx(t.Context(), who, fn)
		})
	}
	close(start)
	wg.Wait()
	return errs
}
