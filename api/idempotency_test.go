package api_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/store"
)

func withKey(key string) http.Header { return http.Header{"Idempotency-Key": {key}} }

func TestSameKeySameAnswer(t *testing.T) {
	h := newHouse(t)
	id := h.call("12349001", "")
	agent := h.signIn("agent")
	version := decode[api.Ticket](t, agent.get("/tickets/"+id)).Version
	body := fmt.Sprintf(`{"version":%d,"area":"%s","priority":"P1","kind":"aid"}`, version, township)
	reordered := fmt.Sprintf(` { "kind":"aid", "priority":"P1", "area":"%s", "version":%d } `, township, version)
	key := uuid.NewString()
	first := agent.send(http.MethodPost, "/tickets/"+id+"/triage", body, withKey(key))
	again := agent.send(http.MethodPost, "/tickets/"+id+"/triage", reordered, withKey(key))
	if first.status != 200 || again.status != 200 || string(first.body) != string(again.body) {
		t.Errorf("first %d %s\nagain %d %s", first.status, first.body, again.status, again.body)
	}
	if first.header.Get("Idempotent-Replayed") != "" || again.header.Get("Idempotent-Replayed") != "true" {
		t.Error("only the second answer is a replay")
	}
	other := agent.send(http.MethodPost, "/tickets/"+id+"/triage", fmt.Sprintf(`{"version":%d,"area":"%s","priority":"P2","kind":"aid"}`, version, township), withKey(key))
	if other.status != http.StatusConflict || other.code() != "key_reused" {
		t.Errorf("another body: %d %s", other.status, other.body)
	}
	elsewhere := agent.send(http.MethodPost, "/tickets/"+h.call("12349001", "")+"/triage", body, withKey(key))
	if elsewhere.status != http.StatusConflict || elsewhere.code() != "key_reused" {
		t.Errorf("another ticket: %d %s", elsewhere.status, elsewhere.body)
	}
	someoneElse := h.signIn("supervisor").send(http.MethodPost, "/tickets/"+id+"/triage", body, withKey(key))
	if someoneElse.code() != "stale_version" {
		t.Errorf("somebody else's key of the same name: %d %s", someoneElse.status, someoneElse.body)
	}
}

// A refusal is not kept: once the reason for it has gone, the same key acts.
func TestRefusalIsNotKept(t *testing.T) {
	h := newHouse(t)
	id := h.call("12349001", "")
	worker, key := h.signIn("worker"), uuid.NewString()
	if a := worker.send(http.MethodPost, "/tickets/"+id+"/acceptance", "{}", withKey(key)); a.code() != "not_offered" {
		t.Fatalf("before the offer: %d %s", a.status, a.body)
	}
	h.offer(id, "worker")
	if a := worker.send(http.MethodPost, "/tickets/"+id+"/acceptance", "{}", withKey(key)); a.status != http.StatusOK {
		t.Errorf("after the offer: %d %s", a.status, a.body)
	}
}

// One key sent a thousand times at once acts once, and leaves the database's
// connections to others.
func TestOneKeyAThousandTimesAtOnce(t *testing.T) {
	h := newHouse(t)
	id := h.call("12349001", "")
	h.offer(id, "worker")
	worker, key := h.signIn("worker"), uuid.NewString()
	worker.post("/tickets/"+id+"/acceptance", map[string]any{})
	body := map[string]any{"to_login": "worker.b", "reason": "end of shift"}
	got := inParallel(1000, func(int) string {
		a := worker.send(http.MethodPost, "/tickets/"+id+"/handovers", body, withKey(key))
		return fmt.Sprint(a.status, a.code(), a.header.Get("Idempotent-Replayed"))
	})
	if got["200"] != 1 || got["200true"]+got["409in_flight"] != 999 {
		t.Errorf("%v", got)
	}
	h.as("dispatch", func(tx *store.Tx) error {
		ref, err := tx.TicketByRef(t.Context(), id)
		if err != nil {
			return err
		}
		offers, err := tx.OpenOffers(t.Context(), ref)
		if len(offers) != 1 {
			t.Errorf("%d offers, want 1", len(offers))
		}
		return err
	})
}

func TestKeyIsRequired(t *testing.T) {
	h := newHouse(t)
	id := h.call("12349001", "")
	worker := h.signIn("worker")
	for key, want := range map[string]string{"": "idempotency_key_required", "short": "idempotency_key_malformed", "with blank 123": "idempotency_key_malformed"} {
		header := http.Header{}
		if key != "" {
			header = withKey(key)
		}
		if a := worker.send(http.MethodPost, "/tickets/"+id+"/acceptance", "{}", header); a.status != http.StatusUnprocessableEntity || a.code() != want {
			t.Errorf("key %q: %d %s, want %s", key, a.status, a.body, want)
		}
	}
}
