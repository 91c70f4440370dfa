package faults

import (
	"net/http"

	"github.com/google/uuid"

	"example.org/hotline/internal/failpoint"
)

// runCarriedOut signs a list and lets the program die while it carries it out; the next start
// goes on where the rows say that it stopped, and each line is a payout once.
func runCarriedOut(h *house, step failpoint.Name) {
	b, worker, decision := aided(h, sound)
	account, run := uuid.NewString(), uuid.NewString()
	worker.Post("/tickets/"+b.ticket+"/payee-accounts", map[string]any{"id": account, "account": b.account, "holder": payee})
	h.As("town2-head").Post("/payee-accounts/"+account+"/verification", map[string]any{"account": b.account})
	h.As("county1-finance").Post("/ledger/runs", map[string]any{"id": run, "decisions": []any{map[string]any{"decision_id": decision, "amount_fen": 10_000}}})
	var hash string
	h.Query(`SELECT encode(content_hash, 'hex') FROM payment_runs WHERE public_id = $1`, []any{run}, &hash)
	h.killAt(step, "", func() {
		_, _ = h.As("county1-duty").Try(http.MethodPost, "/ledger/runs/"+run+"/signature", uuid.NewString(), map[string]any{"content_hash": hash}) // what came of it the database says
	})
	h.unbroken()
	h.Serve()
	h.Until("the run is carried out", func() bool {
		return h.Count(`SELECT count(*) FROM payment_runs WHERE public_id = $1 AND state = 'done' AND reserved = 1`, run) == 1
	})
	if n := h.Count(`SELECT count(*) FROM disbursements d JOIN run_lines l ON l.payout_id = d.public_id JOIN payment_runs r ON r.id = l.run_id WHERE r.public_id = $1 AND d.state = 'reserved'`, run); n != 1 {
		h.T.Errorf("%d payouts came of one line", n)
	}
	h.unbroken()
}
