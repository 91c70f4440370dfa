package acceptance

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/test/city"
)

// clock is a moment of the city's story, on a holiday night in Shanghai.
func clock(day int, hhmmss string) time.Time {
	t, err := time.Parse(time.RFC3339, fmt.Sprintf("2026-10-%02dT%s+08:00", day, hhmmss))
	if err != nil {
		panic(err)
	}
	return t
}

// urgentCall dials a township at 23:40 on a holiday and presses 1 in the greeting.
func urgentCall(t *testing.T, c *city.City) (ref string) {
	t.Helper()
	c.SetClock(clock(1, "23:40:00"))
	if r := c.Call(city.Township, "+8619900000077", map[rune]time.Duration{'1': time.Second}); !r.Answered() || r.HeardLevel < -40 {
		t.Fatalf("the call: %+v", r)
	}
	c.Query(`SELECT number FROM tickets WHERE priority = 'P1'`, nil, &ref)
	c.Until("the worker on duty is offered the ticket", func() bool { return len(c.OfferedTo(ref)) == 1 })
	return ref
}

// helped takes a ticket from acceptance to cash in the worker's hands.
func helped(t *testing.T, worker *city.Client, ref string, fen int) (payout string) {
	t.Helper()
	id := worker.Ticket(ref)["id"].(string)
	worker.Post("/tickets/"+id+"/acceptance", map[string]any{})
	photo := worker.Upload(id, jpeg(1))
	worker.Post("/tickets/"+id+"/visits", map[string]any{"mode": "on_site", "arrived_at": clock(2, "00:20:00"), "place": "东坡村", "facts": "厨房烧毁，无人受伤",
		"photos": []string{photo}})
	worker.Post("/tickets/"+id+"/findings", map[string]any{"cause": "fire", "household_size": 4, "affected": 4, "needs": []string{"food", "shelter"},
		"applicant": "测试人", "id_type": "resident_id", "id_number": "99010119700101001X"})
	decided := worker.Post("/tickets/"+id+"/decisions", map[string]any{"amount_fen": fen, "reason": "火灾后无处做饭", "missing_papers": []string{"id_copy"}})
	decision := last(decided.Body["decisions"])["id"].(string)
	key := uuid.NewString()
	paid := worker.Post("/tickets/"+id+"/disbursements", map[string]any{"id": key, "decision_id": decision, "amount_fen": fen, "channel": "cash"})
	if got := last(paid.Body["disbursements"])["id"]; got != key {
		t.Fatalf("the payout is %v, not the client's own %s", got, key)
	}
	worker.Post("/disbursements/"+key+"/cash", map[string]any{})
	return key
}

func receipt(worker *city.Client, id string) map[string]any {
	return map[string]any{"photo": worker.Upload(id, jpeg(2)), "signature": "screen", "signature_upload": worker.Upload(id, jpeg(3))}
}

// The story: a call at 23:40 on a holiday, key 1, accepted in 4 minutes, visit,
// 800.00 yuan in cash, receipt at 01:05: on time, 85 minutes.
func TestHelpedInTime(t *testing.T) {
	t.Parallel()
	c := city.Start(t, city.At(clock(1, "23:30:00")))
	ref := urgentCall(t, c)
	c.SetClock(clock(1, "23:44:00"))
	worker := c.As(c.OfferedTo(ref)[0])
	payout := helped(t, worker, ref, 800_00)
	id := worker.Ticket(ref)["id"].(string)
	c.SetClock(clock(2, "01:05:00"))
	proof := receipt(worker, id)
	worker.Post("/disbursements/"+payout+"/receipt", proof)
	worker.Refused("/disbursements/"+payout+"/receipt", proof, http.StatusConflict, "already_receipted")

	page := worker.Ticket(ref)
	if page["status"] != "follow_up" {
		t.Errorf("the ticket is %v", page["status"])
	}
	var minutes int
	var onTime bool
	c.Query(`SELECT (data->>'minutes')::int, (data->>'on_time')::bool FROM timeline WHERE kind = 'ticket.clock_stopped'`, nil, &minutes, &onTime)
	if minutes != 85 || !onTime {
		t.Errorf("%d minutes, on time %v; want 85, true", minutes, onTime)
	}
	if n := c.Count(`SELECT count(*) FROM clocks WHERE stopped_at IS NULL OR proof <> 'receipt' OR breached_at IS NOT NULL`); n != 0 {
		t.Errorf("%d clocks still run or have breached", n)
	}
	c.SetClock(clock(2, "01:50:00")) // past the deadline: a stopped clock stays silent
	c.Until("the citizen is told of the payment", func() bool { return len(c.Gateway.Sent("救助金800.00元")) == 1 })
	if n := len(c.Gateway.Sent("您的来电已登记，工单号" + ref)); n != 1 {
		t.Errorf("the caller was sent the ticket's number %d times", n)
	}
	checkMoney(t, c, 1)
	if n := c.Count(`SELECT count(*) FROM timeline WHERE kind = 'ticket.breached'`); n != 0 {
		t.Errorf("%d breaches of a ticket that was helped in time", n)
	}
	if n := c.Count(`SELECT count(*) FROM timers WHERE kind = 'paper'`); n == 0 {
		t.Error("the missing paper has no timer")
	}
}

// The same with the receipt at 01:41: exactly one breach, at 01:40, and the city desk is told.
func TestHelpedTooLate(t *testing.T) {
	t.Parallel()
	c := city.Start(t, city.At(clock(1, "23:30:00")))
	ref := urgentCall(t, c)
	c.SetClock(clock(1, "23:44:00"))
	worker := c.As(c.OfferedTo(ref)[0])
	payout := helped(t, worker, ref, 800_00)
	c.SetClock(clock(2, "01:39:58"))
	c.Until("the breach fires", func() bool { return c.Count(`SELECT count(*) FROM timeline WHERE kind = 'ticket.breached'`) == 1 })
	var at time.Time
	c.Query(`SELECT breached_at FROM clocks WHERE kind = 'two_hour'`, nil, &at)
	if d := at.Sub(clock(2, "01:40:00")); d < 0 || d > time.Minute {
		t.Errorf("breached at %s, %s after 01:40", at, d)
	}
	c.SetClock(clock(2, "01:41:00"))
	id := worker.Ticket(ref)["id"].(string)
	worker.Post("/disbursements/"+payout+"/receipt", receipt(worker, id))
	c.Until("the city desk is told", func() bool {
		return c.Count(`SELECT count(*) FROM deliveries d JOIN notices n ON n.id = d.notice_id JOIN staff s ON s.id = d.staff_id
			WHERE n.template LIKE '%breach%' AND s.login = 'city-duty' AND d.channel = 'sms' AND d.state = 'sent'`) == 1
	})
	if n := c.Count(`SELECT count(*) FROM timeline WHERE kind = 'ticket.breached'`); n != 1 {
		t.Errorf("%d breaches, want exactly one", n)
	}
	var onTime bool
	c.Query(`SELECT (data->>'on_time')::bool FROM timeline WHERE kind = 'ticket.clock_stopped'`, nil, &onTime)
	if onTime {
		t.Error("a breach that fired is never taken back")
	}
	checkMoney(t, c, 1)
}

// Nobody accepts: second worker, county (the head is away and skipped at once, the county takes his minute), city.
func TestNobodyAccepts(t *testing.T) {
	t.Parallel()
	c := city.Start(t, city.At(clock(1, "23:30:00")))
	c.Exec(`INSERT INTO absences (post_id, reason, starts_at, ends_at) SELECT post_id, 'training', $1, $2 FROM staff WHERE login = 'town2-head'`,
		clock(1, "08:00:00"), clock(3, "08:00:00"))
	ref := urgentCall(t, c)
	var invited time.Time
	c.Query(`SELECT invited_at FROM tickets WHERE number = $1`, []any{ref}, &invited)
	steps := []struct {
		after time.Duration
		role  string
	}{{3 * time.Minute, "worker"}, {6 * time.Minute, "county_duty"}, {15 * time.Minute, "city_duty"}}
	for i, step := range steps {
		c.SetClock(invited.Add(step.after - time.Second))
		c.Until(fmt.Sprintf("step %d reaches %s", i+1, step.role), func() bool { return len(c.OfferedTo(ref)) >= i+2 })
		var role string
		var at time.Time
		c.Query(`SELECT o.role, o.offered_at FROM offers o JOIN tickets t ON t.id = o.ticket_id AND o.epoch = t.epoch WHERE t.number = $1 ORDER BY o.id DESC LIMIT 1`,
			[]any{ref}, &role, &at)
		if late := at.Sub(invited.Add(step.after)); role != step.role || late < 0 || late > time.Minute {
			t.Errorf("step %d went to %s, %s after its minute; want %s", i+1, role, late, step.role)
		}
	}
	if n := c.Count(`SELECT count(*) FROM offers o JOIN staff s ON s.post_id = o.post_id WHERE s.login = 'town2-head'`); n != 0 {
		t.Error("the absent head was offered the ticket")
	}
	// Every offer stays acceptable: the first worker answers after a quarter of an hour.
	c.As(c.OfferedTo(ref)[0]).Post("/tickets/"+ref+"/acceptance", map[string]any{})
}

// Two people accept at the same instant: one owner, the other is told who has it.
func TestTwoAcceptAtOnce(t *testing.T) {
	t.Parallel()
	c := city.Start(t, city.At(clock(1, "23:30:00")))
	ref := urgentCall(t, c)
	c.SetClock(clock(1, "23:43:30"))
	c.Until("the second worker is asked too", func() bool { return len(c.OfferedTo(ref)) == 2 })
	answers := make(chan city.Answer, 2)
	for _, login := range c.OfferedTo(ref) {
		worker := c.As(login)
		go func() {
			a, err := worker.Try(http.MethodPost, "/tickets/"+ref+"/acceptance", uuid.NewString(), map[string]any{})
			if err != nil {
				a.Raw = err.Error()
			}
			answers <- a
		}()
	}
	won, lost := <-answers, <-answers
	if won.Status != http.StatusOK {
		won, lost = lost, won
	}
	if won.Status != http.StatusOK || lost.Status != http.StatusConflict || lost.Code() != "already_taken" || lost.Body["args"] == nil {
		t.Errorf("won %d, lost %d %s", won.Status, lost.Status, lost.Raw)
	}
	if n := c.Count(`SELECT count(*) FROM offers WHERE outcome = 'accepted'`); n != 1 {
		t.Errorf("%d accepted offers", n)
	}
}

// A call to the number without an area: the county desk is asked, an agent
// triages, and the township's ladder starts; above the solo limit three people pay.
func TestTriageAndThreePeople(t *testing.T) {
	t.Parallel()
	c := city.Start(t, city.At(clock(1, "23:30:00")))
	c.SetClock(clock(1, "23:40:00"))
	c.Call(city.Line, "anonymous", nil)
	var ref string
	c.Query(`SELECT number FROM tickets`, nil, &ref)
	agent := c.As("agent1")
	agent.Refused("/tickets/"+ref+"/triage", map[string]any{"version": 99, "area": "990101101000", "priority": "P1", "kind": "aid"}, http.StatusConflict, "stale_version")
	var page map[string]any
	c.Until("the agent triages what they see", func() bool { // dispatch may change the ticket under them
		page = agent.Ticket(ref)
		a := agent.Send("POST", "/tickets/"+ref+"/triage", map[string]any{"version": page["version"], "area": "990101101000", "priority": "P1", "kind": "aid", "cause": "fire"})
		if a.Status >= 300 && a.Code() != "stale_version" {
			t.Fatalf("triage: %d %s", a.Status, a.Raw)
		}
		return a.Status < 300
	})
	c.Until("the township's worker is asked", func() bool { return len(c.OfferedTo(ref)) == 1 })
	worker := c.As(c.OfferedTo(ref)[0])
	id := page["id"].(string)
	worker.Post("/tickets/"+id+"/acceptance", map[string]any{})
	worker.Post("/tickets/"+id+"/visits", map[string]any{"mode": "on_site", "arrived_at": clock(1, "23:40:00"), "facts": "房屋烧毁"})
	worker.Post("/tickets/"+id+"/findings", map[string]any{"cause": "fire", "household_size": 4, "affected": 4, "needs": []string{"food"},
		"applicant": "测试人", "id_type": "none", "id_reason": "证件烧毁"})
	decided := worker.Post("/tickets/"+id+"/decisions", map[string]any{"amount_fen": 3000_00, "reason": "房屋烧毁"})
	decision := last(decided.Body["decisions"])["id"].(string)
	head := c.As("town2-head")
	head.Post("/decisions/"+decision+"/approval", map[string]any{"approve": true})
	payout := uuid.NewString()
	start := map[string]any{"id": payout, "decision_id": decision, "amount_fen": 3000_00}
	agent.Post("/tickets/"+id+"/disbursements", start) // the agent who took the call may be the maker
	agent.Refused("/disbursements/"+payout+"/cash", map[string]any{}, http.StatusNotFound, "not_found")
	worker.Refused("/disbursements/"+payout+"/cash", map[string]any{}, http.StatusConflict, "not_in_this_state")
	hash := last(head.Ticket(id)["disbursements"])["content_hash"]
	head.Post("/disbursements/"+payout+"/check", map[string]any{"content_hash": hash})
	worker.Post("/disbursements/"+payout+"/cash", map[string]any{})
	proof := receipt(worker, id)
	worker.Refused("/disbursements/"+payout+"/receipt", proof, http.StatusUnprocessableEntity, "two_people_required")
	proof["companion"] = "town2-worker1"
	if worker.Name == "town2-worker1" {
		proof["companion"] = "town2-worker2"
	}
	worker.Post("/disbursements/"+payout+"/receipt", proof)
	c.As("town1-head").Refused("/disbursements/"+payout+"/check", map[string]any{"content_hash": hash}, http.StatusNotFound, "not_found")
	checkMoney(t, c, 1)
}

// checkMoney is promise 6: the ledger sums to zero, receipts equal what left
// the float, and the audit chain holds.
func checkMoney(t *testing.T, c *city.City, receipts int) {
	t.Helper()
	if n := c.Count(`SELECT count(*) FROM receipts`); n != receipts {
		t.Errorf("%d receipts, want %d", n, receipts)
	}
	if n := c.Count(`SELECT coalesce(sum(fen), 0)::bigint FROM postings`); n != 0 {
		t.Errorf("the ledger sums to %d fen", n)
	}
	if out, err := c.Command("audit", "verify"); err != nil {
		t.Errorf("audit verify: %v\n%s", err, out)
	}
	readTheBooks(t, c)
}

// readTheBooks reads them where they lie, as the city's IT people and its auditor do.
func readTheBooks(t *testing.T, c *city.City) {
	t.Helper()
	if out, err := c.Command("ledger", "verify"); err != nil || !strings.Contains(out, "hold (") {
		t.Errorf("ledger verify: %v\n%s", err, out)
	}
	now, err := c.Command("ledger", "trial-balance", "--area", "990101101000")
	if err != nil || !strings.Contains(now, "payable") {
		t.Errorf("trial balance: %v\n%s", err, now)
	}
	for line := range strings.Lines(now) {
		if fields := strings.Fields(line); len(fields) > 2 && fields[0] == "float" {
			out, err := c.Command("ledger", "statement", fields[len(fields)-1])
			if err != nil || !strings.Contains(out, "cash_issued") || !strings.Contains(out, "float_funded") {
				t.Errorf("statement of the float: %v\n%s", err, out)
			}
		}
	}
	if out, err := c.Command("ledger", "reconcile", "990101000000"); err != nil || !strings.Contains(out, "books and cash agree; no bank statement was loaded") {
		t.Errorf("reconcile: %v\n%s", err, out)
	}
	if out, err := c.Command("ledger", "report", "990101000000", "--from", "2026-01-01", "--to", "2026-12-31"); err != nil || !strings.Contains(out, `"agrees": true`) {
		t.Errorf("report: %v\n%s", err, out)
	}
	exported(t, c)
	if then, err := c.Command("ledger", "trial-balance", "--at", "2020-01-01"); err != nil || strings.Contains(then, "float") {
		t.Errorf("before anything was booked: %v\n%s", err, then)
	}
	if out, err := c.Command("ledger", "statement", "nothing", "--from", "yesterday"); err == nil || !strings.Contains(out, "--from: write a day") {
		t.Errorf("a day that is none: %v %s", err, out)
	}
}

// exported takes the books out as the auditor does: every file is what the manifest says, the entries' lines are there,
// and nothing names the citizen.
func exported(t *testing.T, c *city.City) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "books")
	if out, err := c.Command("ledger", "export", folder); err != nil {
		t.Errorf("export: %v\n%s", err, out)
		return
	}
	var manifest struct {
		Files []struct {
			Name, SHA256 string
			Rows         int
		}
	}
	text, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err := errors.Join(err, json.Unmarshal(text, &manifest)); err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, f := range manifest.Files {
		b, err := os.ReadFile(filepath.Join(folder, f.Name))
		if err != nil || fmt.Sprintf("%x", sha256.Sum256(b)) != f.SHA256 || bytes.Count(b, []byte("\n")) != 1+f.Rows { // the names of the columns come first
			t.Errorf("%s is not what the manifest says (%v)", f.Name, err)
		}
		if bytes.Contains(b, []byte("测试人")) || bytes.Contains(b, []byte("99010119700101001X")) {
			t.Errorf("%s names the citizen", f.Name)
		}
		rows[f.Name] = f.Rows
	}
	if rows["entries.jsonl"] != c.Count(`SELECT count(*) FROM ledger_entries`) || rows["postings.jsonl"] != c.Count(`SELECT count(*) FROM postings`) || rows["audit.jsonl"] == 0 {
		t.Errorf("exported %v", rows)
	}
	if _, err := c.Command("ledger", "export", folder); err == nil {
		t.Error("an export was written over another")
	}
}

// last is the last object of a list in an answer.
func last(list any) map[string]any {
	items, _ := list.([]any)
	if len(items) == 0 {
		return map[string]any{}
	}
	object, _ := items[len(items)-1].(map[string]any)
	return object
}

// jpeg is a small file that begins and ends like a photo, and differs by n.
func jpeg(n byte) []byte {
	return append(append([]byte{0xFF, 0xD8, 0xFF, 0xE0, n}, bytes.Repeat([]byte{n}, 250_000)...), 0xFF, 0xD9)
}
