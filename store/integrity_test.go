package store

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/act"
	"example.org/hotline/relief/application"
	"example.org/hotline/relief/integrity"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

var filing = integrity.Versions{{Version: "integrity-test", AnswerDays: 7, AppealDays: 60, KeptMonths: 12, Months: integrity.Months{Light: 6, Serious: 24}, RepairMonths: 3,
	Kept: []integrity.Behaviour{{Code: "worked"}}, Broken: []integrity.Behaviour{{Code: "hid_income"}}}}

// filed is a household with a case, and how acts on one entry of it are made.
type filed struct {
	*till
	tk     ticket.Ticket
	person string
	entry  string
}

func newFiled(t *testing.T) *filed {
	m := newTill(t, 5_000_000)
	tk := m.found(t, 1)
	h := m.registered(t, tk, family(1, 2))
	return &filed{till: m, tk: tk, person: h.Members[0].Person.PublicID}
}

func (f *filed) reporting(t *testing.T, kind integrity.Kind, behaviour string) func(*Tx) error {
	return func(tx *Tx) error {
		e, err := integrity.Report(t.Context(), tx, f.tk.ID, integrity.ReportInput{PublicID: uuid.NewString(), Person: f.person, Kind: kind, Behaviour: behaviour, Note: "乙某在矿上做工"}, filing[0])
		f.entry = e.PublicID
		return err
	}
}

func (f *filed) proving(t *testing.T, photo string) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := integrity.Prove(t.Context(), tx, f.entry, "a pay slip", []string{photo})
		return err
	}
}

func (f *filed) deciding(t *testing.T, outcome integrity.Outcome) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := integrity.Decide(t.Context(), tx, f.entry, outcome, "proved", filing)
		return err
	}
}

func (f *filed) acting(do func(*Tx) (integrity.Entry, error)) func(*Tx) error {
	return func(tx *Tx) error { _, err := do(tx); return err }
}

func (f *filed) state(t *testing.T) (e integrity.Entry) {
	t.Helper()
	f.must(t, "worker1", func(tx *Tx) (err error) {
		e, err = tx.IntegrityEntryForUpdate(t.Context(), f.entry)
		return err
	})
	return e
}

// A broken promise: proved, told, heard or waited for, decided by another, appealed, and ended by its day.
func TestABrokenPromiseIsHeardBeforeItIsDecided(t *testing.T) {
	f := newFiled(t)
	f.refuse(t, "worker1", "unknown_behaviour", f.reporting(t, integrity.Broken, "worked"))
	f.must(t, "head", f.reporting(t, integrity.Broken, "hid_income"))
	f.refuse(t, "worker1", "photo_missing", f.proving(t, uuid.NewString()))
	f.must(t, "worker1", f.proving(t, f.photo(t, "worker1", f.tk, png(50))))
	f.refuse(t, "county", "not_in_this_state", f.deciding(t, integrity.OutcomeLight))
	f.must(t, "worker1", f.acting(func(tx *Tx) (integrity.Entry, error) {
		return integrity.Notify(t.Context(), tx, f.entry, "by letter", filing)
	}))
	f.refuse(t, "county", "not_heard_yet", f.deciding(t, integrity.OutcomeLight))
	f.moveClock(t, 7*24*time.Hour+time.Minute)
	f.refuse(t, "worker1", "not_found", f.deciding(t, integrity.OutcomeLight))
	f.refuse(t, "head", "reported_it", f.deciding(t, integrity.OutcomeLight))
	f.refuse(t, "county", "unknown_outcome", f.deciding(t, "grave"))
	f.must(t, "county", f.deciding(t, integrity.OutcomeSerious))
	if e := f.state(t); e.State != integrity.StateActive || e.Outcome != integrity.OutcomeSerious || !e.Until.Equal(e.DecidedAt.AddDate(0, 24, 0)) {
		t.Errorf("%+v", e)
	}
	f.refuse(t, "head", "too_early_to_repair", f.acting(func(tx *Tx) (integrity.Entry, error) {
		return integrity.Repair(t.Context(), tx, f.entry, "paid back", filing)
	}))
	f.must(t, "worker1", f.acting(func(tx *Tx) (integrity.Entry, error) {
		return integrity.Appeal(t.Context(), tx, f.entry, "does not agree", filing)
	}))
	f.refuse(t, "county", "was_involved", f.acting(func(tx *Tx) (integrity.Entry, error) {
		return integrity.Judge(t.Context(), tx, f.entry, true, "stands")
	}))
	lapse := act.Timer{Subject: f.state(t).Subject(), Kind: integrity.TimerEntry}
	if err := f.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error { return integrity.Lapse(t.Context(), tx, lapse) }); err != nil {
		t.Fatal(err)
	}
	if e := f.state(t); e.State != integrity.StateExpired {
		t.Errorf("after its day %s", e.State)
	}
	if n := f.count(t, `SELECT count(*) FROM integrity_steps WHERE position(convert_to('矿', 'UTF8') IN note_sealed) > 0`); n != 0 {
		t.Error("a note lies open")
	}
	if n := f.count(t, `SELECT count(*) FROM integrity_steps`); n != 6 {
		t.Errorf("%d lines of history, want 6", n)
	}
	if n := f.count(t, `SELECT count(*) FROM timers WHERE kind = 'integrity_entry'`); n != 1 {
		t.Errorf("%d timers", n)
	}
}

// Who is heard is decided on at once; what is repaired, or weighs nothing, has ended.
func TestAnAnswerARepairAndAClearing(t *testing.T) {
	f := newFiled(t)
	begin := func() {
		f.must(t, "worker1", f.reporting(t, integrity.Broken, "hid_income"))
		f.must(t, "worker1", f.proving(t, f.photo(t, "worker1", f.tk, png(52))))
		f.must(t, "worker1", f.acting(func(tx *Tx) (integrity.Entry, error) {
			return integrity.Notify(t.Context(), tx, f.entry, "told", filing)
		}))
		f.must(t, "worker1", f.acting(func(tx *Tx) (integrity.Entry, error) {
			return integrity.Answer(t.Context(), tx, f.entry, "it is not so")
		}))
	}
	begin()
	f.must(t, "head", f.deciding(t, integrity.OutcomeNone))
	if e := f.state(t); e.State != integrity.StateCleared || !e.Until.IsZero() {
		t.Errorf("%+v", e)
	}
	begin()
	f.must(t, "head", f.deciding(t, integrity.OutcomeLight))
	f.must(t, "worker1", f.acting(func(tx *Tx) (integrity.Entry, error) { return integrity.Appeal(t.Context(), tx, f.entry, "no", filing) }))
	f.must(t, "county", f.acting(func(tx *Tx) (integrity.Entry, error) {
		return integrity.Judge(t.Context(), tx, f.entry, false, "a mistake")
	}))
	if e := f.state(t); e.State != integrity.StateCleared || e.Outcome != integrity.OutcomeNone || !e.Until.IsZero() {
		t.Errorf("overturned: %+v", e)
	}
	begin()
	f.must(t, "head", f.deciding(t, integrity.OutcomeLight))
	f.moveClock(t, 100*24*time.Hour)
	f.refuse(t, "worker1", "too_late_to_appeal", f.acting(func(tx *Tx) (integrity.Entry, error) { return integrity.Appeal(t.Context(), tx, f.entry, "no", filing) }))
	f.must(t, "head", f.acting(func(tx *Tx) (integrity.Entry, error) {
		return integrity.Repair(t.Context(), tx, f.entry, "paid back", filing)
	}))
	if e := f.state(t); e.State != integrity.StateRepaired {
		t.Errorf("repaired: %s", e.State)
	}
}

// A kept promise needs another's word and no hearing; commitments and notices stand in the
// file; somebody without full capacity has no broken promises; another township sees nothing.
func TestTheFileOfAHousehold(t *testing.T) {
	f := newFiled(t)
	f.must(t, "worker1", f.reporting(t, integrity.Kept, "worked"))
	f.must(t, "worker1", f.proving(t, f.photo(t, "worker1", f.tk, png(51))))
	f.refuse(t, "worker1", "kept_needs_no_notice", f.acting(func(tx *Tx) (integrity.Entry, error) {
		return integrity.Notify(t.Context(), tx, f.entry, "told", filing)
	}))
	f.must(t, "head", f.acting(func(tx *Tx) (integrity.Entry, error) {
		return integrity.Praise(t.Context(), tx, f.entry, "well done", filing)
	}))
	sign := integrity.PaperInput{PublicID: uuid.NewString(), Person: f.person, Kind: integrity.PaperCommitment, Form: "c-1", Signed: integrity.SignedVoice}
	f.must(t, "worker1", func(tx *Tx) error { return integrity.Sign(t.Context(), tx, f.tk.ID, sign) })
	f.must(t, "worker1", func(tx *Tx) error { return integrity.Sign(t.Context(), tx, f.tk.ID, sign) }) // a retry
	unsigned := sign
	unsigned.Signed = integrity.SignedPaper
	f.refuse(t, "worker1", "signature_missing", func(tx *Tx) error { return integrity.Sign(t.Context(), tx, f.tk.ID, unsigned) })
	f.must(t, "worker1", func(tx *Tx) error {
		files, err := tx.IntegrityFiles(t.Context(), f.tk.ID)
		if err == nil && (len(files) != 2 || len(files[0].Papers) != 1 || len(files[0].Entries) != 1 || files[0].Entries[0].State != integrity.StateActive ||
			files[0].Entries[0].Steps[0].Note != "乙某在矿上做工" || len(files[1].Entries) != 0) {
			t.Errorf("%+v", files)
		}
		return err
	})
	if n := f.count(t, `SELECT count(*) FROM audit_records WHERE action = 'integrity.view'`); n != 1 {
		t.Errorf("%d records of the look", n)
	}
	if got := f.count(t, `SELECT count(*) FROM persons`); got != 2 {
		t.Fatalf("%d persons", got)
	}

	f.refuse(t, "stranger", "not_found", func(tx *Tx) error {
		_, err := tx.IntegrityEntryTicket(t.Context(), f.entry)
		return err
	})

	other := f.found(t, 5)
	child := family(5)
	child.Members[0].Person.Capacity = people.CapacityLimited
	h := f.registered(t, other, child)
	f.tk, f.person = other, h.Members[0].Person.PublicID
	f.refuse(t, "worker1", "no_full_capacity", f.reporting(t, integrity.Broken, "hid_income"))
	f.must(t, "worker1", f.reporting(t, integrity.Kept, "worked"))
	sign.PublicID, sign.Person = uuid.NewString(), f.person
	f.refuse(t, "worker1", "no_full_capacity", func(tx *Tx) error { return integrity.Sign(t.Context(), tx, f.tk.ID, sign) })
}

// Who does not promise says why; the reason is sealed, and what was given later counts.
func TestACommitmentIsRefusedWithAReason(t *testing.T) {
	f := newFiled(t)
	written := func(want application.Commitment) {
		t.Helper()
		f.must(t, "head", func(tx *Tx) error {
			got, err := tx.CommitmentWritten(t.Context(), f.tk.ID)
			if got != want {
				t.Errorf("the commitment is %s, want %s", got, want)
			}
			return err
		})
	}
	sign := func(in integrity.PaperInput) func(*Tx) error {
		in.PublicID, in.Person, in.Kind, in.Form = uuid.NewString(), f.person, integrity.PaperCommitment, "c-1"
		return func(tx *Tx) error { return integrity.Sign(t.Context(), tx, f.tk.ID, in) }
	}
	written(application.CommitmentMissing)
	f.refuse(t, "worker1", "reason_required", sign(integrity.PaperInput{Signed: integrity.Refused}))
	f.refuse(t, "worker1", "reason_required", sign(integrity.PaperInput{Signed: integrity.SignedVoice, Reason: "矿"}))
	f.refuse(t, "worker1", "unknown_signature", sign(integrity.PaperInput{Signed: "winked"}))
	f.refuse(t, "stranger", "not_found", sign(integrity.PaperInput{Signed: integrity.SignedVoice}))
	f.must(t, "worker1", sign(integrity.PaperInput{Signed: integrity.Refused, Reason: "要先问在矿上的儿子"}))
	written(application.CommitmentDeclined)
	f.must(t, "worker1", sign(integrity.PaperInput{Signed: integrity.SignedVoice}))
	written(application.CommitmentGiven)
	if n := f.count(t, `SELECT count(*) FROM integrity_papers WHERE position(convert_to('矿', 'UTF8') IN reason_sealed) > 0`); n != 0 {
		t.Error("a reason lies open")
	}
	f.must(t, "worker1", func(tx *Tx) error {
		files, err := tx.IntegrityFiles(t.Context(), f.tk.ID)
		if err == nil && (len(files[0].Papers) != 2 || files[0].Papers[1].Reason != "要先问在矿上的儿子") {
			t.Errorf("%+v", files[0].Papers)
		}
		return err
	})
}
