package faults

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Each of these lists what breaks a promise, in the database alone; an empty
// list is well. What is in broken must never be there, not for a moment.
var broken = map[string]string{
	"a call without its ticket": `SELECT c.id::text FROM calls c LEFT JOIN tickets t ON t.id = c.ticket_id AND t.call_id = c.id WHERE t.id IS NULL`,
	"a ticket without its call": `SELECT t.number FROM tickets t LEFT JOIN calls c ON c.ticket_id = t.id AND c.id = t.call_id WHERE c.id IS NULL`,
	"two rows for one call":     `SELECT sip_call_id FROM calls GROUP BY 1 HAVING count(*) > 1`,
	"a ticket of another time":  `SELECT t.number FROM calls c JOIN tickets t ON t.id = c.ticket_id WHERE c.invited_at <> t.invited_at`,
	"an end before the INVITE":  `SELECT id::text FROM calls WHERE ended_at < invited_at OR answered_at < invited_at`,
	"a ticket without an owner": `SELECT t.number FROM tickets t LEFT JOIN posts p ON p.id = t.owner_id WHERE p.id IS NULL`,
	"a ticket without clocks":   `SELECT number FROM tickets t WHERE NOT EXISTS (SELECT 1 FROM clocks c WHERE c.ticket_id = t.id)`,
	"a clock that counts from elsewhere": `SELECT t.number FROM clocks c JOIN tickets t ON t.id = c.ticket_id
		WHERE c.kind IN ('two_hour', 'day') AND c.started_at <> t.invited_at`,
	"a clock stopped without proof": `SELECT t.number || ' ' || c.kind FROM clocks c JOIN tickets t ON t.id = c.ticket_id
		WHERE c.proof = 'receipt' AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.ticket_id = t.id)`,
	"a clock that runs though help was received": `SELECT t.number || ' ' || c.kind FROM clocks c JOIN tickets t ON t.id = c.ticket_id
		WHERE c.stopped_at IS NULL AND EXISTS (SELECT 1 FROM receipts r WHERE r.ticket_id = t.id)`,
	"a waiting ticket that nothing will wake": `SELECT number FROM tickets t WHERE status IN ('new', 'triaged', 'offered', 'reopened')
		AND NOT EXISTS (SELECT 1 FROM timers m WHERE m.subject_kind = 'ticket' AND m.subject_id = t.id AND m.kind IN ('route', 'offer', 'repeat', 'agent'))`,
	"a running clock without its deadline": `SELECT t.number || ' ' || c.kind FROM clocks c JOIN tickets t ON t.id = c.ticket_id
		WHERE c.stopped_at IS NULL AND c.breached_at IS NULL AND c.rose_at IS NULL AND NOT EXISTS (SELECT 1 FROM timers m
		WHERE m.subject_kind = 'ticket' AND m.subject_id = t.id AND m.kind = 'deadline' AND m.due_at = c.due_at)`,
	"a timer that had to be mended": `SELECT subject_id::text FROM audit_records WHERE action = 'ticket.timers_mended'`,
	"a timer that ended twice": `SELECT subject_kind || subject_id || kind || step || '/' || epoch FROM timer_log
		GROUP BY subject_kind, subject_id, kind, step, epoch HAVING count(*) > 1`,
	"a timer that ended and is pending": `SELECT m.subject_kind || m.subject_id || m.kind FROM timers m
		JOIN timer_log l USING (subject_kind, subject_id, kind, step, epoch)`,
	"a timer given up":         `SELECT subject_kind || subject_id || kind FROM timer_log WHERE outcome = 'dead'`,
	"a timer that failed":      `SELECT kind || ': ' || last_error FROM timers WHERE attempts > 0`,
	"a timer fired early":      `SELECT subject_kind || subject_id || kind FROM timer_log WHERE outcome = 'fired' AND ended_at < due_at`,
	"a deadline told twice":    `SELECT ticket_id::text || (data->>'clock') FROM timeline WHERE kind IN ('ticket.breached', 'ticket.rose') GROUP BY ticket_id, kind, data->>'clock' HAVING count(*) > 1`,
	"a breach before its time": `SELECT ticket_id::text || kind FROM clocks WHERE breached_at < due_at OR rose_at < due_at`,
	"a breach that nobody was told of": `SELECT c.ticket_id::text || c.kind FROM clocks c WHERE (c.breached_at IS NOT NULL OR c.rose_at IS NOT NULL)
		AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.ticket_id = c.ticket_id AND n.template IN ('breach', 'due_rise'))`,
	"an offer without its notice": `SELECT o.id::text FROM offers o WHERE NOT EXISTS (SELECT 1 FROM notices n
		WHERE n.key = format('ticket:%s:offer:%s:%s:%s:post:%s', o.ticket_id, o.epoch, o.loop, o.step, o.post_id))`,
	"offers that differ from the timeline": `SELECT t.number FROM tickets t WHERE (SELECT count(*) FROM offers o WHERE o.ticket_id = t.id) <>
		(SELECT count(*) FROM timeline l WHERE l.ticket_id = t.id AND l.kind = 'ticket.offered')`,
	"two owners by acceptance":      `SELECT ticket_id::text FROM timeline WHERE kind = 'ticket.accepted' GROUP BY 1 HAVING count(*) > 1`,
	"a notice that reached nobody":  `SELECT id::text || ': ' || coalesce(error, '') FROM deliveries WHERE state IN ('failed', 'dead')`,
	"events with a gap":             `SELECT 'from ' || min(seq) || ' to ' || max(seq) || ', ' || count(*) FROM events HAVING count(*) <> max(seq)`,
	"an entry that is not zero":     `SELECT entry_id::text FROM postings GROUP BY entry_id, layer HAVING sum(fen) <> 0`,
	"a balance unlike its postings": `SELECT a.kind FROM accounts a LEFT JOIN postings p ON p.account_id = a.id AND p.layer = 'posted' GROUP BY a.id HAVING a.posted_fen <> coalesce(sum(p.fen), 0)`,
	"money that moved twice": `SELECT e.disbursement_id || e.event FROM ledger_entries e JOIN disbursements d ON d.id = e.disbursement_id
		WHERE e.event IN ('cash_issued', 'receipted') OR e.event = 'reserved' AND d.channel <> 'bank' GROUP BY e.disbursement_id, e.event HAVING count(*) > 1`,
	"a try by bank that moved money twice": `SELECT e.disbursement_id || e.event FROM ledger_entries e WHERE e.event IN ('bank_sent', 'bank_succeeded', 'bank_failed', 'bank_returned')
		GROUP BY e.disbursement_id, e.event HAVING count(*) > (SELECT count(*) FROM disbursement_attempts a WHERE a.disbursement_id = e.disbursement_id)`,
	"more than one try that is not dead": `SELECT disbursement_id::text FROM disbursement_attempts WHERE state <> 'failed' GROUP BY 1 HAVING count(*) > 1`,
	"a decision paid twice":              `SELECT decision_id::text FROM disbursements WHERE state NOT IN ('cancelled', 'reversed') GROUP BY 1 HAVING count(*) > 1`,
	"a receipt without its posting":      `SELECT r.id::text FROM receipts r WHERE NOT EXISTS (SELECT 1 FROM ledger_entries e WHERE e.disbursement_id = r.disbursement_id AND e.event IN ('receipted', 'goods_given'))`,
	"a posting without its receipt":      `SELECT e.id::text FROM ledger_entries e WHERE e.event IN ('receipted', 'goods_given') AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.disbursement_id = e.disbursement_id)`,
	"more paid than was decided":         `SELECT d.id::text FROM disbursements d JOIN decisions c ON c.id = d.decision_id WHERE d.fen <> c.fen`,
	"a receipt that stopped nothing":     `SELECT r.id::text FROM receipts r WHERE NOT EXISTS (SELECT 1 FROM timeline l WHERE l.ticket_id = r.ticket_id AND l.kind = 'ticket.clock_stopped')`,
}

// What is in pending may be there while things come to rest, and then must not.
var pending = map[string]string{
	"a call without an end": `SELECT id::text FROM calls WHERE ended_at IS NULL`,
	"a ticket that was not offered": `SELECT number FROM tickets t WHERE status IN ('new', 'triaged') AND repeat_state = 'none'
		AND NOT EXISTS (SELECT 1 FROM timers m WHERE m.subject_kind = 'ticket' AND m.subject_id = t.id AND m.kind = 'agent')`, // it rests with an agent
	"a timer overdue":       `SELECT kind || ' of ' || subject_id FROM timers WHERE due_at <= app_now()`,
	"an event not told":     `SELECT kind FROM outbox`,
	"a notice not taken up": `SELECT key FROM notices WHERE done_at IS NULL`,
	// A telephone that nobody answered is rung again minutes later, as the ladder of contact says: that is a plan, and
	// things are at rest with it. Everything else has to have come to its end.
	"a delivery not at its end": `SELECT channel || ' ' || state || ' ' || id FROM deliveries WHERE state IN ('sending', 'unknown')
		OR state = 'queued' AND NOT (channel = 'voice' AND not_before BETWEEN clock_timestamp() AND clock_timestamp() + interval '5 minutes')`,
}

// faultsOf is one statement that runs all of a map's.
func faultsOf(checks map[string]string) string {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(checks)) {
		parts = append(parts, fmt.Sprintf("(SELECT '%s: ' || x.x FROM (%s) x(x) LIMIT 5)", what, checks[what]))
	}
	return "SELECT coalesce(array_agg(f), '{}') FROM (" + strings.Join(parts, "\nUNION ALL ") + ") all_of(f)"
}

var brokenSQL, pendingSQL = faultsOf(broken), faultsOf(pending)

// promises waits until everything has come to rest and checks that every promise holds.
func (h *house) promises() {
	h.T.Helper()
	var open []string
	defer func() {
		if h.T.Failed() && len(open) > 0 {
			h.T.Logf("not at rest:\n\t%s", strings.Join(open, "\n\t"))
		}
	}()
	h.Until("everything comes to rest", func() bool {
		h.unbroken()
		h.Query(pendingSQL, nil, &open)
		open = append(open, h.missing()...)
		return len(open) == 0
	})
	h.onlyOurCalls()
	h.messages()
	for _, chain := range []string{"audit", "ledger"} {
		if out, err := h.Command(chain, "verify"); err != nil {
			h.T.Errorf("%s verify: %v\n%s", chain, err, out)
		}
	}
}

// unbroken checks what holds at every moment, whatever is still on its way.
func (h *house) unbroken() {
	h.T.Helper()
	var faults []string
	h.Query(brokenSQL, nil, &faults)
	if len(faults) > 0 {
		h.T.Fatalf("promises broken:\n\t%s", strings.Join(faults, "\n\t"))
	}
}

// known is every call in the database by its Call-ID.
func (h *house) known() map[string]bool {
	h.T.Helper()
	var ids []string
	h.Query(`SELECT coalesce(array_agg(sip_call_id), '{}') FROM calls`, nil, &ids)
	known := map[string]bool{}
	for _, id := range ids {
		known[id] = true
	}
	return known
}

// missing are calls whose callers heard from the line and that have no row.
func (h *house) missing() (missing []string) {
	h.T.Helper()
	known := h.known()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.phones {
		if p.told() && !known[p.callID] {
			missing = append(missing, "call "+p.callID+" was told something and has no ticket")
		}
	}
	for _, r := range h.heard {
		if (r.Status != 0 || !r.RangAt.IsZero()) && !known[r.CallID] {
			missing = append(missing, "call "+r.CallID+" was told something and has no ticket")
		}
	}
	return missing
}

// onlyOurCalls checks that nobody called but us.
func (h *house) onlyOurCalls() {
	h.T.Helper()
	known := h.known()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.phones {
		delete(known, p.callID)
	}
	for _, r := range h.heard {
		delete(known, r.CallID)
	}
	if len(known) > 0 {
		h.T.Errorf("%d calls that nobody placed", len(known))
	}
}

// once are the templates whose text comes to the same person one time at most;
// a turn of the ladder or a reminder may rightly say the same again. Whoever is
// offered a ticket is told of it as often as they are: an agent who leaves a
// ticket untriaged puts it on the ladder anew (ADR 11), and who is first on the
// night's shift may be second on the day's, between the minutes of two steps.
var once = []string{"offer", "rise", "breach", "due_rise", "ticket_registered", "accepted_citizen", "payment_citizen"}

// messages checks what reached people by SMS: nothing twice, nothing that is
// not ours, and whatever counts as sent.
func (h *house) messages() {
	h.T.Helper()
	var raw []byte
	h.Query(`SELECT coalesce(json_object_agg(d.ref, json_build_object('template', n.template, 'state', d.state, 'resent', d.resent,
			'offered', (SELECT count(*) FROM offers o WHERE o.ticket_id = n.ticket_id AND o.post_id = n.post_id))), '{}') FROM deliveries d
		JOIN notices n ON n.id = d.notice_id WHERE d.channel = 'sms'`, nil, &raw)
	var deliveries map[string]struct {
		Template, State string
		Resent          bool
		Offered         int // how often the ticket was offered to the one who is told
	}
	if err := json.Unmarshal(raw, &deliveries); err != nil {
		h.T.Fatal(err)
	}
	reached, texts := map[string]bool{}, map[string]int{}
	for _, m := range h.Gateway.Sent("") {
		d, ours := deliveries[m.ID]
		if !ours {
			h.T.Errorf("a message that no delivery knows: %s", m.Text)
			continue
		}
		reached[m.ID] = true
		// Handed in again only where the gateway was asked and did not have it yet; it takes an id once.
		if n := h.Gateway.Asked(m.ID); n > 2 || n > 1 && !d.Resent {
			h.T.Errorf("handed in %d times: %s", n, m.Text)
		}
		times := 1
		if d.Template == "offer" || d.Template == "rise" {
			times = max(times, d.Offered)
		}
		if texts[m.To+m.Text]++; texts[m.To+m.Text] > times && slices.Contains(once, d.Template) {
			h.T.Errorf("%s was told the same twice: %s", m.To, m.Text)
		}
	}
	for ref, d := range deliveries {
		if d.State == "sent" && !reached[ref] {
			h.T.Errorf("a %s counts as sent and never was", d.Template)
		}
	}
}
