package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/configs"
	"example.org/hotline/internal/act"
	"example.org/hotline/ledger/rail/bankhttp"
	"example.org/hotline/relief/people"
	"example.org/hotline/relief/source"
	"example.org/hotline/relief/source/asking"
	sourceconnect "example.org/hotline/relief/source/connect"
	"example.org/hotline/relief/source/sourcesim"
	"example.org/hotline/ticket"
)

// checkHouse is a house with a simulator of all sources, and what asks them.
type checkHouse struct {
	*till
	catalogue *source.Catalogue
	sim       *sourcesim.Sim
	asker     *asking.Asker
	desk      SourceDesk
}

func newCheckHouse(t *testing.T) *checkHouse {
	t.Helper()
	p, err := configs.LoadPolicies("")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := bankhttp.NewHMAC(strings.Repeat("s", 32))
	if err != nil {
		t.Fatal(err)
	}
	c := &checkHouse{till: newTill(t, 5_000_000), catalogue: p.Sources}
	c.catalogue.Limit = 3 * time.Second
	for i := range c.catalogue.Sources {
		c.catalogue.Sources[i].Timeout = 2 * time.Second
	}
	c.sim = sourcesim.New(sourcesim.Options{Catalogue: c.catalogue, Signer: signer, Now: time.Now, Slow: 100 * time.Millisecond})
	server := httptest.NewUnstartedServer(c.sim)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	t.Cleanup(server.Close)
	sources := map[string]asking.Source{}
	for _, one := range c.catalogue.Sources {
		sources[one.Code] = sourceconnect.New(one, *c.catalogue, sourceconnect.Way{URL: server.URL + "/" + one.Department, KeyID: "k1", Signer: signer, SignedAnswers: true, Now: time.Now})
	}
	c.desk = SourceDesk{DB: c.db, Catalogue: c.catalogue}
	c.asker = asking.New(c.desk, asking.Options{Node: "node-a", Sources: sources, Parallel: 4, Logger: slog.New(slog.DiscardHandler)})
	return c
}

// case_ is an open case about a household of these numbers, whose urgent help has come.
func (c *checkHouse) case_(t *testing.T, numbers ...int) (ticket.Ticket, people.Household) {
	t.Helper()
	tk, _ := c.decided(t, numbers[0], 70_000)
	h := c.registered(t, tk, family(numbers...))
	c.stopClocks(t, tk)
	return tk, h
}

// stopClocks marks the urgent help of a ticket as received.
func (c *checkHouse) stopClocks(t *testing.T, tk ticket.Ticket) {
	t.Helper()
	c.must(t, "worker1", func(tx *Tx) error {
		full, err := tx.TicketForUpdate(t.Context(), tk.ID)
		if err != nil {
			return err
		}
		return ticket.StopClocks(t.Context(), tx, &full, ticket.StoppedBy{Proof: ticket.ProofReceipt, Ref: uuid.NewString()})
	})
}

func (c *checkHouse) consented(t *testing.T, tk ticket.Ticket, h people.Household, by ...source.Giver) source.Consent {
	t.Helper()
	in := source.ConsentInput{PublicID: uuid.NewString(), Form: source.OnSite, GivenAt: c.now(t)}
	for i, m := range h.Members {
		p := source.ConsentedInput{Person: m.Person.PublicID, By: source.Self}
		if i < len(by) {
			p.By = by[i]
		}
		if p.By == source.Guardian {
			p.Guardian = "丙某"
		}
		in.Persons = append(in.Persons, p)
	}
	var consent source.Consent
	c.must(t, "worker1", func(tx *Tx) (err error) {
		consent, err = source.RecordConsent(t.Context(), tx, tk.ID, in, c.catalogue)
		return err
	})
	return consent
}

func (c *checkHouse) now(t *testing.T) (now time.Time) {
	t.Helper()
	c.must(t, "worker1", func(tx *Tx) error { now = tx.Now(); return nil })
	return now
}

func (c *checkHouse) start(t *testing.T, tk ticket.Ticket, consent string) (check source.Check, err error) {
	t.Helper()
	err = c.db.InTx(t.Context(), c.actor(t, "worker1"), func(tx *Tx) (err error) {
		check, err = source.Start(t.Context(), tx, tk.ID, uuid.NewString(), consent, c.catalogue)
		return err
	})
	return check, err
}

// ask asks what was started, as a node does.
func (c *checkHouse) ask(t *testing.T) {
	t.Helper()
	claim, due, err := c.desk.ClaimCheck(t.Context(), "node-a")
	if err != nil || !due {
		t.Fatalf("nothing to ask: %v", err)
	}
	c.asker.Check(t.Context(), claim)
}

func (c *checkHouse) checks(t *testing.T, tk ticket.Ticket) (list []source.Check) {
	t.Helper()
	c.must(t, "worker1", func(tx *Tx) (err error) { list, err = tx.TicketChecks(t.Context(), tk.ID); return err })
	return list
}

func code(err error) string {
	if f, ok := errors.AsType[*act.Fault](err); ok {
		return f.Code
	}
	return ""
}

// Nothing leaves without an open case, its household, and a consent of this case that
// counts; and urgent help asks nobody before it has come.
func TestNothingLeavesWithoutConsent(t *testing.T) {
	c := newCheckHouse(t)
	tk, _ := c.decided(t, 1, 70_000)
	if _, err := c.start(t, tk, uuid.NewString()); code(err) != "household_required" {
		t.Errorf("without a household: %v", err)
	}
	h := c.registered(t, tk, family(1, 2))
	consent := c.consented(t, tk, h)
	if _, err := c.start(t, tk, consent.PublicID); code(err) != "help_first" {
		t.Errorf("before the help: %v", err)
	}
	c.stopClocks(t, tk)
	if _, err := c.start(t, tk, uuid.NewString()); code(err) != "check_consent_required" {
		t.Errorf("without a consent: %v", err)
	}
	other, _ := c.case_(t, 3)
	if _, err := c.start(t, other, consent.PublicID); code(err) != "check_consent_required" {
		t.Errorf("by another case's consent: %v", err)
	}
	err := c.db.InTx(t.Context(), c.actor(t, "stranger"), func(tx *Tx) error {
		_, err := source.Start(t.Context(), tx, tk.ID, uuid.NewString(), consent.PublicID, c.catalogue)
		return err
	})
	if !errors.Is(err, act.ErrNotFound) {
		t.Errorf("from elsewhere: %v", err)
	}
	c.must(t, "worker1", func(tx *Tx) error {
		_, err := source.WithdrawConsent(t.Context(), tx, consent.PublicID, "taken back", c.catalogue)
		return err
	})
	if _, err := c.start(t, tk, consent.PublicID); code(err) != "consent_withdrawn" {
		t.Errorf("by one that was taken back: %v", err)
	}
	for _, one := range c.catalogue.Sources {
		if n := c.sim.Asked(one.Code); n > 0 {
			t.Errorf("%s was asked %d times", one.Code, n)
		}
	}
	if n := c.count(t, `SELECT count(*) FROM source_checks`); n > 0 {
		t.Errorf("%d checks", n)
	}
}

// A child, and whoever cannot act, has a guardian who consents.
func TestAGuardianConsentsForAChild(t *testing.T) {
	c := newCheckHouse(t)
	tk, _ := c.decided(t, 1, 70_000)
	in := family(1, 2)
	in.Members[1].Person.Identity = people.IdentityInput{Type: people.IdentityNone, Reason: "newborn"}
	in.Members[1].Person.Born = string(ticket.DateOf(c.now(t).AddDate(-1, 0, 0)))
	h := c.registered(t, tk, in)
	try := func(by source.Giver, guardian string) error {
		return c.db.InTx(t.Context(), c.actor(t, "worker1"), func(tx *Tx) error {
			_, err := source.RecordConsent(t.Context(), tx, tk.ID, source.ConsentInput{PublicID: uuid.NewString(), Form: source.Voice, GivenAt: tx.Now(),
				Persons: []source.ConsentedInput{{Person: h.Members[1].Person.PublicID, By: by, Guardian: guardian}}}, c.catalogue)
			return err
		})
	}
	if err := try(source.Self, ""); code(err) != "guardian_required" {
		t.Errorf("a child consented: %v", err)
	}
	if err := try(source.Guardian, ""); code(err) != "guardian_name_required" {
		t.Errorf("nobody consented: %v", err)
	}
	c.stopClocks(t, tk)
	consent := c.consented(t, tk, h, source.Self, source.Guardian)
	if _, err := c.start(t, tk, consent.PublicID); err != nil {
		t.Fatal(err)
	}
	c.ask(t)
	for _, a := range c.checks(t, tk)[0].Answers { // who has no number is not asked about by name: nothing is known
		if a.Person == h.Members[1].Person.ID && (a.Status != source.Error || a.Code != source.WhyNoIdentity) {
			t.Errorf("%s: %s %s", a.Source, a.Status, a.Code)
		}
	}
}

// One act asks all sixteen sources about everybody, over HTTP, all at once; each
// answer stands by itself, and those that fail leave the others known.
func TestEverySourceIsAskedAtOnce(t *testing.T) {
	c := newCheckHouse(t)
	tk, h := c.case_(t, 1, 2)
	car := string(h.Members[1].Person.Identity.Number)
	c.sim.Know(car, source.Data{Vehicles: []source.Vehicle{{Plate: "测A·D0001", Type: "car", ValueFen: 68_000_00}}, Death: []source.Death{{On: "2026-01-02"}}})
	for code, as := range map[string]sourcesim.Behaviour{"tax": sourcesim.Silent, "companies": sourcesim.Down, "deposits": sourcesim.Old, "pension": sourcesim.Forged, "disability": sourcesim.Wrong, "real_estate": sourcesim.Slow} {
		if err := c.sim.Behave(code, as); err != nil {
			t.Fatal(err)
		}
	}
	check, err := c.start(t, tk, c.consented(t, tk, h).PublicID)
	if err != nil {
		t.Fatal(err)
	}
	if check.Why != source.Sample {
		t.Errorf("after urgent help a check is a sample, not %s", check.Why)
	}
	c.ask(t)
	got := c.checks(t, tk)[0]
	if got.Finished.IsZero() || got.Took > 6*time.Second || len(got.Answers) != 32 {
		t.Fatalf("%d answers, finished %v, took %s", len(got.Answers), got.Finished, got.Took)
	}
	want := map[string]source.Status{"tax": source.Timeout, "companies": source.Error, "deposits": source.Stale, "pension": source.Error, "disability": source.Error}
	now := c.now(t)
	for _, a := range got.Answers {
		d, known := a.Look(now)
		bad, is := want[a.Source]
		if is && (a.Status != bad || known) {
			t.Errorf("%s: %s %s, known %v", a.Source, a.Status, a.Code, known)
		}
		if !is && !known {
			t.Errorf("%s: %s %s is not known", a.Source, a.Status, a.Code)
		}
		if a.Source == "vehicles" && a.Person == h.Members[1].Person.ID && (len(d.Vehicles) != 1 || d.Vehicles[0].ValueFen != 68_000_00) {
			t.Errorf("vehicles: %s", a.Status)
		}
	}
	codes := map[source.FlagCode]bool{}
	for _, f := range got.Flags {
		codes[f.Code] = true
	}
	if !codes[source.FlagVehicles] || !codes[source.FlagDied] {
		t.Errorf("differs: %+v", got.Flags)
	}
	for _, text := range []string{"测A·D0001", car} {
		if n := c.count(t, `SELECT (SELECT count(*) FROM source_answers WHERE position(convert_to(?, 'UTF8') IN payload_sealed) > 0) + (SELECT count(*) FROM outbox WHERE data::text LIKE '%' || ? || '%')
			+ (SELECT count(*) FROM audit_records WHERE data::text LIKE '%' || ? || '%')`, text, text, text); n > 0 {
			t.Errorf("%d rows say %s", n, text)
		}
	}
	if n := c.count(t, `SELECT count(*) FROM timers WHERE kind = ?`, source.TimerCheckOver); n > 0 {
		t.Error("its timer goes on")
	}
}

// A node that dies in the middle leaves what was answered, and the rest ends as
// unanswered by the check's timer; a late answer changes nothing.
func TestANodeThatDiesWhileItAsks(t *testing.T) {
	c := newCheckHouse(t)
	c.catalogue.Limit = time.Second
	tk, h := c.case_(t, 1)
	check, err := c.start(t, tk, c.consented(t, tk, h).PublicID)
	if err != nil {
		t.Fatal(err)
	}
	claim, _, err := c.desk.ClaimCheck(t.Context(), "node-a")
	if err != nil {
		t.Fatal(err)
	}
	if _, due, _ := c.desk.ClaimCheck(t.Context(), "node-b"); due {
		t.Error("two nodes ask the same")
	}
	if err := c.desk.SaveAnswer(t.Context(), claim, claim.Questions[0], source.Reading{Status: source.Empty, Counts: time.Hour}); err != nil {
		t.Fatal(err)
	}
	over := func() error {
		return c.db.InTx(t.Context(), act.SystemDispatch, func(tx *Tx) error {
			return source.CheckOver(c.catalogue)(t.Context(), tx, act.Timer{Subject: check.Subject(), Kind: source.TimerCheckOver, Step: 1, Epoch: 1})
		})
	}
	if err := over(); err != nil { // the line's clock ran faster than the sources'
		t.Fatal(err)
	}
	if got := c.checks(t, tk)[0]; !got.Finished.IsZero() {
		t.Error("it ended before its time")
	}
	if n := c.count(t, `SELECT count(*) FROM timers WHERE kind = ? AND step = 2`, source.TimerCheckOver); n != 1 {
		t.Errorf("%d timers look again", n)
	}
	c.age(t, check.ID, time.Minute)
	for range 2 { // once and again
		if err := over(); err != nil {
			t.Fatal(err)
		}
	}
	got := c.checks(t, tk)[0]
	if got.Finished.IsZero() {
		t.Fatal("it never ends")
	}
	for i, a := range got.Answers {
		if want := map[bool]source.Status{true: source.Empty, false: source.Timeout}[i == 0]; a.Status != want {
			t.Errorf("%s: %s, want %s", a.Source, a.Status, want)
		}
	}
	if err := c.desk.SaveAnswer(t.Context(), claim, claim.Questions[1], source.Reading{Status: source.Empty, Counts: time.Hour}); !errors.Is(err, act.ErrConflict) {
		t.Errorf("a late answer: %v", err)
	}
}

// age makes a check as old as if it had been asked for earlier.
func (c *checkHouse) age(t *testing.T, id int64, by time.Duration) {
	t.Helper()
	if _, err := connect(t, c.urls.OwnerURL).Exec(t.Context(), fmt.Sprintf(`BEGIN; SELECT set_config('app.scope', '*', true); UPDATE source_checks SET real_at = real_at - interval '%d seconds' WHERE id = %d; COMMIT`,
		int(by.Seconds()), id)); err != nil {
		t.Fatal(err)
	}
}

// The database keeps what was answered, whoever asks it to change.
func TestAnAnswerStays(t *testing.T) {
	c := newCheckHouse(t)
	tk, h := c.case_(t, 1)
	if _, err := c.start(t, tk, c.consented(t, tk, h).PublicID); err != nil {
		t.Fatal(err)
	}
	c.ask(t)
	for _, sql := range []string{`UPDATE source_answers SET status = 'empty', code = '', valid_until = now() WHERE status = 'ok'`, `DELETE FROM source_answers`, `DELETE FROM source_consents`,
		`UPDATE source_checks SET consent_id = 0`} {
		if err := c.db.InTx(context.WithoutCancel(t.Context()), act.SystemSource, func(tx *Tx) error { _, err := tx.exec(t.Context(), "rewrite", sql); return err }); err == nil {
			t.Errorf("took %s", sql)
		}
	}
}

// A consent that is taken back while a check runs stops it: what has not left stays here,
// what is asked already is waited for no longer, and what a source says from then on is
// not kept (社会救助法 Art 40).
func TestAConsentTakenBackWhileItIsAsked(t *testing.T) {
	c := newCheckHouse(t)
	tk, h := c.case_(t, 1)
	for _, one := range c.catalogue.Sources {
		if err := c.sim.Behave(one.Code, sourcesim.Silent); err != nil {
			t.Fatal(err)
		}
	}
	withdraw := func(consent source.Consent) {
		c.must(t, "worker1", func(tx *Tx) error {
			_, err := source.WithdrawConsent(t.Context(), tx, consent.PublicID, "taken back", c.catalogue)
			return err
		})
	}
	consent := c.consented(t, tk, h)
	if _, err := c.start(t, tk, consent.PublicID); err != nil {
		t.Fatal(err)
	}
	claim, due, err := c.desk.ClaimCheck(t.Context(), "node-a")
	if err != nil || !due {
		t.Fatalf("nothing to ask: %v", err)
	}
	withdraw(consent)
	c.asker.Check(t.Context(), claim) // the node had it in hand
	for _, one := range c.catalogue.Sources {
		if n := c.sim.Asked(one.Code); n > 0 {
			t.Errorf("%s was asked %d times", one.Code, n)
		}
	}

	consent = c.consented(t, tk, h)
	if _, err := c.start(t, tk, consent.PublicID); err != nil {
		t.Fatal(err)
	}
	if claim, due, err = c.desk.ClaimCheck(t.Context(), "node-a"); err != nil || !due {
		t.Fatalf("nothing to ask: %v", err)
	}
	ended := make(chan time.Duration)
	began := time.Now()
	go func() {
		c.asker.Check(t.Context(), claim)
		ended <- time.Since(began)
	}()
	waitFor(t, func() bool { return c.sim.Asked("tax") > 0 })
	withdraw(consent)
	if took := <-ended; took > 1900*time.Millisecond { // a silent source is given up after 2 s
		t.Errorf("it went on for %s", took)
	}
	if err := c.desk.SaveAnswer(t.Context(), claim, claim.Questions[0], source.Reading{Status: source.OK, Data: source.Data{Vehicles: []source.Vehicle{{Plate: "测A·D0001", Type: "car"}}}, Counts: time.Hour}); !errors.Is(err, act.ErrConflict) {
		t.Errorf("an answer that comes later: %v", err)
	}
	for _, check := range c.checks(t, tk) {
		for _, a := range check.Answers {
			if a.Status != source.Error || a.Code != source.WhyWithdrawn || a.Shown() != nil {
				t.Errorf("%s: %s %s", a.Source, a.Status, a.Code)
			}
		}
	}
}
