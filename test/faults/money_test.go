package faults

import (
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
	h.dieInAct(step, worker, "/tickets/"+number+"/acceptance", map[string]any{})
	if n := h.Count(`SELECT count(*) FROM offers o JOIN tickets t ON t.id = o.ticket_id WHERE t.number = $1 AND o.outcome = 'accepted'`, number); n != 1 {
		h.T.Errorf("%d acceptances", n)
	}
	if owner := worker.Ticket(number)["owner"]; owner == nil {
		h.T.Error("nobody owns the ticket")
	}
}

// dieInAct sends an act that dies with the program, starts it, and sends the same again.
func (h *house) dieInAct(step failpoint.Name, who *city.Client, path string, body map[string]any) city.Answer {
	h.T.Helper()
	key := uuid.NewString()
	h.killAt(step, "", func() {
		if a, err := who.Try(http.MethodPost, path, key, body); err == nil {
			h.T.Errorf("%s was answered: %d %s", path, a.Status, a.Raw)
		}
	})
	h.Serve()
	a, err := who.Try(http.MethodPost, path, key, body)
	if err != nil || a.Status >= 300 {
		h.T.Fatalf("%s sent again: %v %d %s", path, err, a.Status, a.Raw)
	}
	return a
}

// payment is urgent aid on its way, and the step at which the program dies.
type payment struct {
	h      *house
	dies   failpoint.Name
	dieAt  string // start, check, cash or receipt
	ticket string // public id
	id     string // of the payout, made by the client
}

// soloAt pays what one worker may pay alone, and dies at one act of it.
func soloAt(act string) func(*house, failpoint.Name) {
	return func(h *house, step failpoint.Name) {
		p, worker, decision := begin(h, step, act, 10_000, 1)
		p.do("start", worker, "/tickets/"+p.ticket+"/disbursements", p.order(decision, 10_000, "cash"))
		p.do("cash", worker, "/disbursements/"+p.id+"/cash", map[string]any{})
		p.do("receipt", worker, "/disbursements/"+p.id+"/receipt", p.proof(worker, ""))
		p.paidOnce("float", 10_000)
	}
}

// sharedAt pays above the solo limit, with three people, and dies at one act of it.
func sharedAt(act string) func(*house, failpoint.Name) {
	return func(h *house, step failpoint.Name) {
		p, worker, decision := begin(h, step, act, 110_000, 3)
		head := h.As("town2-head")
		head.Post("/decisions/"+decision+"/approval", map[string]any{"approve": true})
		p.do("start", worker, "/tickets/"+p.ticket+"/disbursements", p.order(decision, 110_000, "cash"))
		var hash string
		h.Query(`SELECT encode(content_hash, 'hex') FROM disbursements WHERE public_id = $1`, []any{p.id}, &hash)
		p.do("check", head, "/disbursements/"+p.id+"/check", map[string]any{"content_hash": hash})
		payer := "town2-worker1"
		if worker.Name == payer {
			payer = "town2-worker2"
		}
		paying := h.As(payer)
		p.do("cash", paying, "/disbursements/"+p.id+"/cash", map[string]any{})
		p.do("receipt", paying, "/disbursements/"+p.id+"/receipt", p.proof(paying, worker.Name))
		p.paidOnce("float", 110_000)
	}
}

// advanceAt gives a worker a standing advance, has them pay out of it, give half of the
// rest to a colleague and the other half back, and dies at one act of it.
func advanceAt(act string) func(*house, failpoint.Name) {
	return func(h *house, step failpoint.Name) {
		p, worker, decision := begin(h, step, act, 10_000, 1)
		head := h.As("town2-head")
		had := p.carries(worker.Name)
		p.answered(head, "issue", "/ledger/advances", map[string]any{"to": worker.Name, "amount_fen": 30_000}, worker)
		p.do("start", worker, "/tickets/"+p.ticket+"/disbursements", p.order(decision, 10_000, "advance"))
		p.do("cash", worker, "/disbursements/"+p.id+"/cash", map[string]any{})
		p.do("receipt", worker, "/disbursements/"+p.id+"/receipt", p.proof(worker, ""))
		p.paidOnce("cash", 10_000)
		other := h.As(map[bool]string{true: "town2-worker2", false: "town2-worker1"}[worker.Name == "town2-worker1"])
		p.answered(worker, "hand_over", "/ledger/advances/handovers", map[string]any{"to": other.Name, "amount_fen": 10_000}, other)
		p.answered(other, "return", "/ledger/advances/returns", map[string]any{"amount_fen": 10_000}, head)
		p.answered(worker, "return", "/ledger/advances/returns", map[string]any{"amount_fen": 10_000}, head)
		if has := p.carries(worker.Name); has != had {
			h.T.Errorf("%s carries %d fen after it, before it were %d", worker.Name, has, had)
		}
	}
}

// inGoodsAt has goods bought for the store, gives them to the citizen, and dies at one act of it.
func inGoodsAt(act string) func(*house, failpoint.Name) {
	return func(h *house, step failpoint.Name) {
		p, worker, decision := begin(h, step, act, 10_000, 1)
		finance := h.As("county1-finance")
		var town string
		h.Query(`SELECT area_code FROM staff WHERE login = $1`, []any{worker.Name}, &town)
		goods, voucher := uuid.NewString(), uuid.NewString()
		finance.Post("/ledger/goods", map[string]any{"id": goods, "area": town, "name": "大米 " + goods, "unit": "袋", "cost_fen": 5_000})
		p.do("buy", finance, "/ledger/goods/"+goods+"/purchases", map[string]any{"pieces": 3, "voucher": voucher})
		order := p.order(decision, 10_000, "goods")
		order["basket"] = []any{map[string]any{"goods_id": goods, "pieces": 2}}
		p.do("start", worker, "/tickets/"+p.ticket+"/disbursements", order)
		p.do("cash", worker, "/disbursements/"+p.id+"/cash", map[string]any{})
		p.do("receipt", worker, "/disbursements/"+p.id+"/receipt", p.proof(worker, ""))
		p.paidOnce("stock", 10_000)
		if n := h.Count(`SELECT pieces - held FROM goods WHERE public_id = $1`, goods); n != 1 {
			h.T.Errorf("%d pieces are left, of three two were given", n)
		}
	}
}

// answered has somebody offer money of an advance and another sign for it; the program
// dies in the offer, or in the signature, where it is to.
func (p *payment) answered(by *city.Client, kind, path string, body map[string]any, signer *city.Client) {
	p.h.T.Helper()
	id := uuid.NewString()
	body["id"] = id
	p.do(kind, by, path, body)
	p.do("sign_"+kind, signer, "/ledger/advances/"+id+"/signature", map[string]any{})
	if p.dieAt == kind || p.dieAt == "sign_"+kind {
		p.dieAt = "" // once
	}
}

// carries is what the books say that somebody has as a standing advance, in fen.
func (p *payment) carries(login string) int {
	p.h.T.Helper()
	return p.h.Count(`SELECT coalesce(sum(a.posted_fen), 0)::bigint FROM accounts a JOIN staff s ON a.holder = 'advance:' || s.id WHERE s.login = $1`, login)
}

// begin takes a fresh call to its decision.
func begin(h *house, dies failpoint.Name, dieAt string, fen, affected int) (p *payment, worker *city.Client, decision string) {
	h.T.Helper()
	h.running()
	call := h.phone()
	call.complete()
	number := h.ticketOf(call.callID)
	worker = h.As(h.offered(number, 1)[0])
	worker.Post("/tickets/"+number+"/acceptance", map[string]any{})
	p = &payment{h: h, dies: dies, dieAt: dieAt, id: uuid.NewString()}
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

// do is one act of the payout; the program dies in it where it is to.
func (p *payment) do(act string, who *city.Client, path string, body map[string]any) {
	p.h.T.Helper()
	if act == p.dieAt {
		p.h.dieInAct(p.dies, who, path, body)
		return
	}
	who.Post(path, body)
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
