package faults

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/internal/failpoint"
	"example.org/hotline/test/city"
)

// accepted dies with an acceptance written and not committed; the worker's phone sends it again.
func accepted(h *house, step failpoint.Name) {
	h.running()
	p := h.phone()
	p.complete()
	number := h.ticketOf(p.callID)
	worker := h.As(h.offered(number, 1)[0])
	h.dying([]failpoint.Name{step}, worker, "/tickets/"+number+"/acceptance", map[string]any{})
	if n := h.Count(`SELECT count(*) FROM offers o JOIN tickets t ON t.id = o.ticket_id WHERE t.number = $1 AND o.outcome = 'accepted'`, number); n != 1 {
		h.T.Errorf("%d acceptances", n)
	}
	if owner := worker.Ticket(number)["owner"]; owner == nil {
		h.T.Error("nobody owns the ticket")
	}
}

// dying sends an act in which the program dies at each of the steps in turn, and is
// started again; then the same act is answered, and nothing is broken.
func (h *house) dying(steps []failpoint.Name, who *city.Client, path string, body map[string]any) city.Answer {
	h.T.Helper()
	octets, err := json.Marshal(body)
	if err != nil {
		h.T.Fatal(err)
	}
	return h.dyingWith(steps, who, path, "application/json", octets)
}

// dyingWith is dying for an act that sends octets.
func (h *house) dyingWith(steps []failpoint.Name, who *city.Client, path, kind string, octets []byte) city.Answer {
	h.T.Helper()
	key := uuid.NewString()
	for _, step := range steps {
		h.killAt(step, "", func() {
			if a, err := who.TryRaw(http.MethodPost, path, key, kind, octets); err == nil {
				h.T.Errorf("%s was answered: %d %s", path, a.Status, a.Raw)
			}
		})
		h.unbroken()
		h.Serve()
	}
	a, err := who.TryRaw(http.MethodPost, path, key, kind, octets)
	if err != nil || a.Status >= 300 {
		h.T.Fatalf("%s sent again: %v %d %s", path, err, a.Status, a.Raw)
	}
	h.unbroken()
	return a
}

// payment is urgent aid on its way.
type payment struct {
	h      *house
	ticket string // public id
	id     string // of the payout, made by the client
}

// aloneInCash pays what one worker may pay alone.
func aloneInCash(h *house) {
	p, worker, decision := begin(h, 10_000, 1)
	h.dying(dyingPayout, worker, "/tickets/"+p.ticket+"/disbursements", p.order(decision, 10_000, "cash"))
	h.dying(dyingPayout, worker, "/disbursements/"+p.id+"/cash", map[string]any{})
	h.dying(dyingReceipt, worker, "/disbursements/"+p.id+"/receipt", p.proof(worker, ""))
	p.paidOnce("float", 10_000)
}

// sharedInCash pays above the solo limit, with three people.
func sharedInCash(h *house) {
	p, worker, decision := begin(h, 110_000, 3)
	head := h.As("town2-head")
	head.Post("/decisions/"+decision+"/approval", map[string]any{"approve": true})
	h.dying(dyingPayout, worker, "/tickets/"+p.ticket+"/disbursements", p.order(decision, 110_000, "cash"))
	var hash string
	h.Query(`SELECT encode(content_hash, 'hex') FROM disbursements WHERE public_id = $1`, []any{p.id}, &hash)
	h.dying(dyingPayout, head, "/disbursements/"+p.id+"/check", map[string]any{"content_hash": hash})
	paying := h.As(colleague(worker))
	h.dying(dyingPayout, paying, "/disbursements/"+p.id+"/cash", map[string]any{})
	h.dying(dyingReceipt, paying, "/disbursements/"+p.id+"/receipt", p.proof(paying, worker.Name))
	p.paidOnce("float", 110_000)
}

// colleague is the other worker of the township.
func colleague(of *city.Client) string {
	if of.Name == "town2-worker1" {
		return "town2-worker2"
	}
	return "town2-worker1"
}

// outOfAnAdvance gives a worker a standing advance, has them pay out of it, give half
// of the rest to a colleague and the other half back.
func outOfAnAdvance(h *house) {
	p, worker, decision := begin(h, 10_000, 1)
	head := h.As("town2-head")
	had := p.carries(worker.Name)
	p.answered(head, "/ledger/advances", map[string]any{"to": worker.Name, "amount_fen": 30_000}, worker)
	h.dying(dyingPayout, worker, "/tickets/"+p.ticket+"/disbursements", p.order(decision, 10_000, "advance"))
	h.dying(dyingPayout, worker, "/disbursements/"+p.id+"/cash", map[string]any{})
	h.dying(dyingReceipt, worker, "/disbursements/"+p.id+"/receipt", p.proof(worker, ""))
	p.paidOnce("cash", 10_000)
	other := h.As(colleague(worker))
	p.answered(worker, "/ledger/advances/handovers", map[string]any{"to": other.Name, "amount_fen": 10_000}, other)
	p.answered(other, "/ledger/advances/returns", map[string]any{"amount_fen": 10_000}, head)
	p.answered(worker, "/ledger/advances/returns", map[string]any{"amount_fen": 10_000}, head)
	if has := p.carries(worker.Name); has != had {
		h.T.Errorf("%s carries %d fen after it, before it were %d", worker.Name, has, had)
	}
}

// answered has somebody offer money of an advance and another sign for it.
func (p *payment) answered(by *city.Client, path string, body map[string]any, signer *city.Client) {
	p.h.T.Helper()
	id := uuid.NewString()
	body["id"] = id
	p.h.dying(dyingAdvance, by, path, body)
	p.h.dying(dyingAdvance, signer, "/ledger/advances/"+id+"/signature", map[string]any{})
}

// inGoods has goods bought for the store and gives them to the citizen.
func inGoods(h *house) {
	p, worker, decision := begin(h, 10_000, 1)
	finance := h.As("county1-finance")
	var town string
	h.Query(`SELECT area_code FROM staff WHERE login = $1`, []any{worker.Name}, &town)
	goods := uuid.NewString()
	finance.Post("/ledger/goods", map[string]any{"id": goods, "area": town, "name": "大米 10 公斤", "unit": "袋", "cost_fen": 5_000})
	bought := uuid.NewString()
	h.dying(dyingPayout, finance, "/ledger/goods/"+goods+"/purchases", map[string]any{"id": bought, "pieces": 3, "voucher": uuid.NewString()})
	h.dying(dyingPayout, h.As("county1-finance2"), "/ledger/goods/acts/"+bought+"/signature", map[string]any{})
	order := p.order(decision, 10_000, "goods")
	order["basket"] = []any{map[string]any{"goods_id": goods, "pieces": 2}}
	h.dying(dyingPayout, worker, "/tickets/"+p.ticket+"/disbursements", order)
	h.dying(dyingPayout, worker, "/disbursements/"+p.id+"/cash", map[string]any{})
	h.dying(dyingReceipt, worker, "/disbursements/"+p.id+"/receipt", p.proof(worker, ""))
	p.paidOnce("stock", 10_000)
	if n := h.Count(`SELECT pieces - held FROM goods WHERE public_id = $1`, goods); n != 1 {
		h.T.Errorf("%d pieces are left, of three two were given", n)
	}
}

// carries is what the books say that somebody has as a standing advance, in fen.
func (p *payment) carries(login string) int {
	p.h.T.Helper()
	return p.h.Count(`SELECT coalesce(sum(a.posted_fen), 0)::bigint FROM accounts a JOIN staff s ON a.holder = 'advance:' || s.id WHERE s.login = $1`, login)
}

// begin takes a fresh call to its decision.
func begin(h *house, fen, affected int) (p *payment, worker *city.Client, decision string) {
	h.T.Helper()
	h.running()
	call := h.phone()
	call.complete()
	number := h.ticketOf(call.callID)
	worker = h.As(h.offered(number, 1)[0])
	worker.Post("/tickets/"+number+"/acceptance", map[string]any{})
	p = &payment{h: h, id: uuid.NewString()}
	p.ticket, _ = worker.Ticket(number)["id"].(string)
	var now time.Time
	h.Query(`SELECT app_now()`, nil, &now)
	path := "/tickets/" + p.ticket
	worker.Post(path+"/visits", map[string]any{"mode": "on_site", "arrived_at": now.UTC().Format(time.RFC3339), "place": "东坡村", "facts": "厨房烧毁"})
	worker.Post(path+"/findings", map[string]any{"cause": "fire", "household_size": 4, "affected": affected, "needs": []string{"food"},
		"applicant": "测试人", "id_type": "none", "id_reason": "证件烧毁"})
	decision = uuid.NewString()
	worker.Post(path+"/decisions", map[string]any{"id": decision, "amount_fen": fen, "reason": "火灾后无处做饭"})
	return p, worker, decision
}

func (p *payment) order(decision string, fen int, channel string) map[string]any {
	return map[string]any{"id": p.id, "decision_id": decision, "amount_fen": fen, "channel": channel}
}

// proof is a receipt with its photos; companion is empty below the solo limit.
func (p *payment) proof(payer *city.Client, companion string) map[string]any {
	photo := func(n byte) string {
		return payer.Upload(p.ticket, slices.Concat([]byte{0xFF, 0xD8, 0xFF, 0xE0, n}, []byte(p.id), make([]byte, 2000), []byte{0xFF, 0xD9}))
	}
	proof := map[string]any{"photo": photo(1), "signature": "screen", "signature_upload": photo(2)}
	if companion != "" {
		proof["companion"] = companion
	}
	return proof
}

// paidOnce checks that the float, or the cash of a standing advance, has paid the sum once,
// and that no client can make it pay again.
func (p *payment) paidOnce(kind string, fen int) {
	p.h.T.Helper()
	paid := p.h.Count(`SELECT coalesce(sum(-p.fen), 0)::bigint FROM postings p JOIN ledger_entries e ON e.id = p.entry_id JOIN accounts a ON a.id = p.account_id
		JOIN disbursements d ON d.id = e.disbursement_id WHERE d.public_id = $1 AND a.kind = $2 AND p.layer = 'posted'`, p.id, kind)
	if paid != fen {
		p.h.T.Errorf("the %s has paid %d fen, want %d", kind, paid, fen)
	}
	if n := p.h.Count(`SELECT count(*) FROM tickets t WHERE t.public_id = $1 AND t.status = 'follow_up'
		AND NOT EXISTS (SELECT 1 FROM clocks c WHERE c.ticket_id = t.id AND c.stopped_at IS NULL)`, p.ticket); n != 1 {
		p.h.T.Error("the receipt has not stopped the clocks")
	}
}
