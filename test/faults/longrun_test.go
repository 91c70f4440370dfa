package faults

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/failpoint"
	"example.org/hotline/test/city"
)

// A long run: four parts of the paymaster's 250 lines, and two batches of the most that one holds.
const (
	linesOfLongRun = 1000
	fenOfLongRun   = linesOfLongRun*100 + linesOfLongRun*(linesOfLongRun+1)/2 // each line is a fen more than the one before
	batchesOfIt    = 2
)

// kill -9 in the middle of a long run, again and again, and while the bank is sent what it came to:
// every line becomes one payout, and the bank pays each once.
func TestKilledInALongRun(t *testing.T) {
	t.Parallel()
	bank := newBank(t)
	h := newHouse(t, city.Section(bank.settings()))
	h.bank = bank
	h.Serve()
	b, worker, decision := aided(h, sound)
	account := uuid.NewString()
	worker.Post("/tickets/"+b.ticket+"/payee-accounts", map[string]any{"id": account, "account": b.account, "holder": payee})
	h.As("town2-head").Post("/payee-accounts/"+account+"/verification", map[string]any{"account": b.account})
	// A thousand decisions of one yuan and more, no two alike, take the place of the one that was made: by hand that would take the day.
	h.Exec(`INSERT INTO decisions (public_id, ticket_id, findings_id, track, state, aid_kind, fen, level, reason, payee_index, household_index, missing_papers, policy, decided_by, decided_role, decided_at,
			approved_by, approved_at, version)
		SELECT gen_random_uuid(), ticket_id, findings_id, track, state, aid_kind, 100 + n, level, reason, payee_index, household_index, missing_papers, policy, decided_by, decided_role, decided_at,
			approved_by, approved_at, version FROM decisions, generate_series(1, $2::int) n WHERE public_id = $1`, decision, linesOfLongRun)
	h.Exec(`UPDATE decisions SET state = 'refused' WHERE public_id = $1`, decision)

	run := uuid.NewString()
	made := h.As("county1-duty").Post("/ledger/runs", map[string]any{"id": run})
	hash, _ := made.Body["content_hash"].(string)
	worked := func() int { return h.Count(`SELECT worked FROM payment_runs WHERE public_id = $1`, run) }
	sign := func() {
		_, _ = h.As("county1-duty2").Try(http.MethodPost, "/ledger/runs/"+run+"/signature", uuid.NewString(), map[string]any{"content_hash": hash}) // what came of it the database says
	}
	h.killAt(failpoint.RunBeforeCommit, ":2", sign) // the second part is lost
	h.stoppedAt(worked(), 250)
	h.unbroken()
	h.killAtStart(failpoint.RunAfterCommit) // the second part stays
	h.stoppedAt(worked(), 500)
	h.unbroken()
	h.Serve()
	h.Until("the third part is under way or over", func() bool { return worked() >= 750 })
	h.kill() // wherever it is
	h.unbroken()
	h.Serve()
	h.Until("the run is carried out", func() bool {
		return h.Count(`SELECT count(*) FROM payment_runs WHERE public_id = $1 AND state = 'done' AND reserved = $2 AND reserved_fen = $3`, run, linesOfLongRun, fenOfLongRun) == 1
	})
	if n := h.Count(`SELECT count(*) FROM disbursements d JOIN run_lines l ON l.disbursement_id = d.id AND l.payout_id = d.public_id WHERE d.state = 'reserved'`); n != linesOfLongRun {
		t.Errorf("%d payouts came of %d lines", n, linesOfLongRun)
	}
	if n := h.Count(`SELECT pending_out_fen FROM accounts WHERE kind = 'fund' AND area_code = '990101000000'`); n != fenOfLongRun {
		t.Errorf("the fund holds %d fen back", n)
	}

	h.toTheBank()
	if got := bank.Received()[b.account]; got != fenOfLongRun || bank.Batches() != batchesOfIt {
		t.Errorf("the payee has got %d fen in %d batches", got, bank.Batches())
	}
	if n := h.Count(`SELECT count(*) FROM disbursements WHERE state = 'succeeded'`); n != linesOfLongRun {
		t.Errorf("%d payouts have arrived", n)
	}
	h.promises()
}

// toTheBank has all that waits sent in batches; the program dies once with a batch on its way and
// once with the answer to one.
func (h *house) toTheBank() {
	h.T.Helper()
	for _, step := range []failpoint.Name{failpoint.BankAfterSend, failpoint.BankAfterFetch} {
		made := h.As("county1-finance").Post("/ledger/batches", map[string]any{"execute_on": h.day("0 days")})
		batch, _ := made.Body["id"].(string)
		h.killAt(step, "", func() {
			_, _ = h.As("county1-finance2").Try(http.MethodPost, "/ledger/batches/"+batch+"/release", uuid.NewString(), map[string]any{})
		})
		h.unbroken()
		h.Serve()
		if h.Count(`SELECT count(*) FROM bank_batches WHERE public_id = $1 AND state = 'draft'`, batch) == 1 { // it died of another batch's errand before this one was let go
			h.As("county1-finance2").Post("/ledger/batches/"+batch+"/release", map[string]any{})
		}
		h.UntilWithin(5*time.Minute, "the batch is answered", func() bool { // five hundred payouts, ticket by ticket
			h.Exec(`UPDATE bank_errands SET due_at = clock_timestamp() WHERE due_at > clock_timestamp() + interval '30 seconds'`) // the next question; no claim lasts as long
			return h.Count(`SELECT count(*) FROM bank_batches WHERE public_id = $1 AND state = 'answered'`, batch) == 1
		})
	}
}

// killAtStart starts the program and has it die at a step of what it finds to do.
func (h *house) killAtStart(step failpoint.Name) {
	h.T.Helper()
	h.Arm(string(step))
	p, err := h.Launch()
	if p == nil {
		h.T.Fatal(err)
	}
	select {
	case <-p.Died():
	case <-time.After(patience):
		h.T.Fatalf("the step %s was never passed\n%s", step, h.Log())
	}
	h.Disarm()
}

// stoppedAt tells how far the run had come when the program died.
func (h *house) stoppedAt(worked, want int) {
	h.T.Helper()
	if worked != want {
		h.T.Errorf("the run has come to line %d, want %d", worked, want)
	}
}
