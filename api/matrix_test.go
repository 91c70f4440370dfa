package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/api"
	"example.org/hotline/area"
)

// bodies has one valid body for every route that takes one. A new route
// without a row fails the matrix.
var bodies = map[string]any{
	"DELETE /session": nil,

	"POST /tickets/{id}/triage":       map[string]any{"version": 1, "area": string(township), "priority": "P1", "kind": "aid"},
	"POST /tickets/{id}/acceptance":   map[string]any{},
	"POST /tickets/{id}/lowering":     map[string]any{"version": 1, "approve": true, "reason": "checked"},
	"POST /tickets/{id}/repeat":       map[string]any{"same": false},
	"POST /tickets/{id}/handovers":    map[string]any{"to_login": "worker.b", "reason": "end of shift"},
	"POST /tickets/{id}/answer":       map[string]any{"answer": "told"},
	"POST /tickets/{id}/closure":      map[string]any{"version": 1, "reached": true, "satisfied": true},
	"POST /tickets/{id}/reopening":    map[string]any{"reason": "again"},
	"POST /tickets/{id}/declines":     map[string]any{},
	"POST /tickets/{id}/returns":      map[string]any{"reason": "the next township's"},
	"POST /tickets/{id}/pulls":        map[string]any{"reason": "I see to it"},
	"POST /tickets/{id}/pushes":       map[string]any{"to_login": "worker.b", "reason": "knows the family"},
	"POST /tickets/{id}/pauses":       map[string]any{"minutes": 5, "reason": "the worker is at the door"},
	"POST /tickets/{id}/resumptions":  map[string]any{},
	"POST /tickets/{id}/merges":       map[string]any{"into": someID, "reason": "one fire"},
	"POST /tickets/{id}/splits":       map[string]any{"reason": "two families"},
	"POST /tickets/{id}/caller-views": map[string]any{"purpose": "call back"},

	"POST /tickets/{id}/visits":        map[string]any{"mode": "on_site", "arrived_at": "2026-10-01T00:10:00+08:00", "facts": "a burnt kitchen"},
	"POST /tickets/{id}/findings":      findingsBody(),
	"POST /tickets/{id}/decisions":     map[string]any{"amount_fen": 80_000, "reason": "food and shelter"},
	"POST /tickets/{id}/refusals":      map[string]any{"reason": "helped by relatives"},
	"POST /tickets/{id}/papers":        map[string]any{"kind": "id_copy"},
	"POST /tickets/{id}/disbursements": map[string]any{"decision_id": someID, "amount_fen": 80_000},

	"POST /decisions/{id}/short-check": map[string]any{"identity_seen": true, "phone_reached": true, "witness": "a neighbour"},
	"POST /decisions/{id}/approval":    map[string]any{"approve": true},

	"POST /session/proof":                          map[string]any{"password": password},
	"POST /ledger/budgets":                         map[string]any{"aid_kind": "urgent", "year": time.Now().Year(), "amount_fen": 900_000_00, "voucher": "budget 1"},
	"POST /ledger/funds":                           map[string]any{"amount_fen": 100, "voucher": "fund 9"},
	"POST /ledger/floats":                          map[string]any{"area": string(township), "amount_fen": 100, "voucher": "float 9"},
	"POST /ledger/floats/moves":                    map[string]any{"area": string(township), "amount_fen": 100, "voucher": "move 9"},
	"POST /ledger/goods":                           map[string]any{"area": string(township), "name": "大米", "unit": "袋", "cost_fen": 5_000},
	"POST /ledger/goods/{id}/purchases":            map[string]any{"pieces": 1, "voucher": "goods 9"},
	"POST /ledger/goods/{id}/transfers":            map[string]any{"to": string(township), "pieces": 1},
	"POST /ledger/goods/counts":                    map[string]any{"area": string(township), "lines": []any{map[string]any{"goods_id": someID, "pieces": 0}}},
	"POST /ledger/goods/acts/{id}/signature":       map[string]any{},
	"POST /ledger/goods/acts/{id}/refusal":         map[string]any{"reason": "not what I count"},
	"POST /ledger/goods/acts/{id}/withdrawal":      map[string]any{},
	"POST /ledger/advances":                        map[string]any{"area": string(township), "to": "worker", "amount_fen": 100},
	"POST /ledger/advances/handovers":              map[string]any{"area": string(township), "to": "worker.b", "amount_fen": 100},
	"POST /ledger/advances/returns":                map[string]any{"area": string(township), "amount_fen": 100},
	"POST /ledger/advances/counts":                 map[string]any{"area": string(township), "counted_fen": 0},
	"POST /disbursements/{id}/give-back":           map[string]any{"receipt": "receipt 9"},
	"POST /ledger/runs":                            map[string]any{},
	"POST /ledger/runs/{id}/signature":             map[string]any{"content_hash": someHash},
	"POST /ledger/runs/{id}/discard":               map[string]any{},
	"POST /ledger/adjustments":                     map[string]any{"kind": "fee", "account_id": someID, "voucher": "adjustment 9"},
	"POST /ledger/adjustments/{id}/signature":      map[string]any{},
	"POST /ledger/adjustments/{id}/refusal":        map[string]any{"reason": "no such voucher"},
	"POST /ledger/adjustments/{id}/withdrawal":     map[string]any{},
	"POST /ledger/advances/settlements":            map[string]any{"area": string(township), "holder": "worker", "returned_fen": 100, "note": "has died"},
	"POST /ledger/advances/repayments":             map[string]any{"area": string(township), "holder": "worker", "amount_fen": 100, "note": "receipt 7"},
	"POST /ledger/advances/{id}/signature":         map[string]any{},
	"POST /ledger/advances/{id}/refusal":           map[string]any{"reason": "not what I count"},
	"POST /ledger/advances/{id}/withdrawal":        map[string]any{},
	"POST /ledger/reimbursements":                  map[string]any{"area": string(township), "voucher": "claim 9"},
	"POST /ledger/closings":                        map[string]any{"kind": "day", "through": "2026-01-31"},
	"POST /disbursements/{id}/check":               map[string]any{"content_hash": someHash},
	"POST /disbursements/{id}/cash":                map[string]any{},
	"POST /disbursements/{id}/receipt":             map[string]any{"photo": someID, "signature": "screen", "signature_upload": someID},
	"POST /disbursements/{id}/return":              map[string]any{"reason": "nobody at home"},
	"POST /disbursements/{id}/second-signature":    map[string]any{"content_hash": someHash},
	"POST /disbursements/{id}/cancellation":        map[string]any{"reason": "wrong sum"},
	"POST /disbursements/{id}/reversal":            map[string]any{"reason": "wrong receipt"},
	"POST /disbursements/{id}/after-review":        map[string]any{"outcome": "ok"},
	"POST /ledger/statements":                      "no statement",
	"POST /ledger/statement-lines/{id}/settlement": map[string]any{"explained": "interest"},

	"POST /tickets/{id}/payee-accounts":      map[string]any{"account": "6200000000000000017", "holder": "甲某"},
	"POST /payee-accounts/{id}/verification": map[string]any{"account": "6200000000000000017"},
	"POST /payee-accounts/{id}/views":        map[string]any{},
	"POST /disbursements/{id}/fix":           map[string]any{"account_id": someID},
	"POST /disbursements/{id}/reissue":       map[string]any{},
	"POST /ledger/batches":                   map[string]any{"execute_on": "2026-10-12"},
	"POST /ledger/batches/{id}/release":      map[string]any{},
	"POST /ledger/batches/{id}/discard":      map[string]any{},
	"POST /ledger/batches/{id}/returns":      "a return",
	"POST /ledger/batches/{id}/closure":      map[string]any{},
	"POST /ledger/claims/{id}/repayments":    map[string]any{"amount_fen": 100, "voucher": "r 1"},

	"POST /tickets/{id}/referrals":      map[string]any{"item": "legal_aid", "request": "advice on a debt"},
	"POST /tickets/{id}/loop-waivers":   map[string]any{"code": "referral", "ref": someID, "reason": "helped elsewhere"},
	"POST /tickets/{id}/follow-ups":     map[string]any{"kind": "after_aid", "reason": "is the roof mended"},
	"POST /follow-ups/{id}/looks":       map[string]any{"way": "visit", "outcome": "fine", "found": "it is", "end": true},
	"POST /follow-ups/{id}/end":         map[string]any{"reason": "moved away"},
	"POST /tickets/{id}/service-orders": map[string]any{"service": "comfort", "request": "she lives alone", "consent": "spoken"},
	"POST /service-orders/{id}/changes": map[string]any{"event": "cancel", "note": "she has moved"},
	"POST /station-orders/{id}/answers": map[string]any{"event": "accept"},
	"POST /tickets/{id}/plan-items":     map[string]any{"need": "work", "measure": "training", "due_on": "2027-01-31"},
	"POST /plan-items/{id}/completion":  map[string]any{"result": "trained", "came": "she has the certificate"},
	"POST /tickets/{id}/trips":          map[string]any{"on": time.Now().Format(time.DateOnly), "place": "township", "for": "apply"},
	"POST /tickets/{id}/mandates":       map[string]any{"for": []string{"papers"}, "consent": "written"},
	"POST /mandates/{id}/end":           map[string]any{},
	"POST /referrals/{id}/sending":      map[string]any{"via": "letter", "to": "乙某"},
	"POST /referrals/{id}/answers":      map[string]any{"event": "accept", "via": "phone", "said_by": "乙某"},
	"POST /referrals/{id}/confirmation": map[string]any{"so": true},
	"POST /referrals/{id}/withdrawal":   map[string]any{"reason": "helped elsewhere"},
	"POST /case-tasks/{id}/completion":  map[string]any{"outcome": "handled", "reason": "sent elsewhere"},
	"POST /tickets/{id}/consents":       map[string]any{"form": "voice", "given_at": time.Now().Format(time.RFC3339), "persons": []any{map[string]any{"person": someID, "by": "self"}}},
	"POST /consents/{id}/withdrawal":    map[string]any{"reason": "taken back"},
	"POST /tickets/{id}/checks":         map[string]any{"consent": someID},

	"POST /papers/{id}/receipt":      map[string]any{"photos": []string{someID}},
	"POST /papers/{id}/verification": map[string]any{},
	"POST /papers/{id}/return":       map[string]any{"reason": "another paper"},
	"POST /papers/{id}/waiver":       map[string]any{"reason": "burnt"},

	"POST /calls/{id}/disposition":        map[string]any{"code": "registered"},
	"POST /callbacks/{id}/claims":         map[string]any{},
	"POST /callbacks/{id}/attempts":       map[string]any{"result": "no_answer"},
	"POST /callbacks/{id}/visit-result":   map[string]any{"result": "not_found", "note": "the door is locked"},
	"POST /callbacks/{id}/visit-decision": map[string]any{"again": true},
	"POST /callbacks/{id}/cancellation":   map[string]any{"reason": "rang again"},

	"POST /areas/imports":                  "code,name\n990101101000,甲镇\n",
	"POST /areas/imports/{id}/application": map[string]any{},

	"POST /duty/rosters":                     rosterBody(),
	"POST /duty/rosters/previews":            rosterBody(),
	"POST /duty/rosters/imports":             map[string]any{"content": "YXJlYQo="},
	"POST /duty/rosters/imports/previews":    map[string]any{"content": "YXJlYQo="},
	"POST /duty/overrides":                   map[string]any{"area": string(township), "role": "worker", "kind": "cover", "add": "worker", "position": 1, "to": "2100-01-01T00:00:00Z"},
	"DELETE /duty/overrides/{id}":            nil,
	"POST /duty/temporaries":                 map[string]any{"area": string(township), "role": "worker", "name": "flood", "to": "2100-01-01T00:00:00Z", "places": []any{map[string]any{"login": "worker", "position": 1}}},
	"POST /duty/handovers":                   map[string]any{"area": string(township), "role": "worker", "to": "worker.b", "note": "nothing is open", "cash_fen": 0},
	"POST /duty/handovers/{id}/confirmation": map[string]any{"counted_fen": 0},
	"POST /duty/imports":                     map[string]any{"area": string(township), "role": "worker", "name": "October", "format": "csv", "content": "cGVyc29uLGZyb20sdG8K"},
	"POST /duty/imports/previews":            map[string]any{"area": string(township), "role": "worker", "name": "October", "format": "csv", "content": "cGVyc29uLGZyb20sdG8K"},
	"POST /duty/feeds":                       map[string]any{},
	"DELETE /duty/feeds":                     nil,

	"POST /contacts":                    map[string]any{"channel": "sms", "address": "19900000009"},
	"POST /contacts/language":           map[string]any{"language": "en"},
	"POST /contacts/push":               map[string]any{"endpoint": "https://push.example/x", "auth": strings.Repeat("A", 22), "p256dh": strings.Repeat("A", 87)},
	"POST /contacts/{id}/changes":       map[string]any{"enabled": true},
	"DELETE /contacts/{id}":             nil,
	"POST /contacts/{id}/tests":         map[string]any{},
	"POST /contacts/{id}/verification":  map[string]any{"code": "123456"},
	"POST /notices/{id}/reading":        map[string]any{},
	"POST /dead-letters/{id}/resending": map[string]any{},
	"POST /dead-letters/resending":      map[string]any{"channel": "sms", "reason": "away"},

	"POST /staff":                          map[string]any{"login": "new.worker", "name": "新人", "role": "worker", "area": string(township)},
	"POST /staff/imports":                  "login,name,role,area\nnew.two,新人,worker,990101101000\n",
	"POST /staff/imports/{id}/application": map[string]any{},
	"POST /staff/{id}/changes":             map[string]any{"name": "新名"},
	"POST /staff/{id}/departure":           map[string]any{"reason": "retired"},
	"POST /staff/{id}/deputies":            map[string]any{"deputies": []string{"worker.b"}},
	"POST /staff/{id}/invitations":         map[string]any{},
	"POST /relatives":                      map[string]any{"relation": "spouse", "name": "李测试", "id_number": withCheckCharacter("99010119850101003")},
	"POST /relatives/{id}/ending":          map[string]any{"reason": "entered by mistake"},
	"POST /staff/{id}/households":          map[string]any{"village": string(village), "reference": "3"},
	"POST /assistants":                     map[string]any{"login": "new.helper", "name": "新人", "role": "village_assistant", "area": string(village)},
	"POST /households/{id}/release":        map[string]any{"reason": "moved away"},
	"POST /stations":                       map[string]any{"area": string(township), "name": "甲镇社工站", "opened_on": "2026-01-01"},
	"POST /agencies":                       map[string]any{"name": "一家机构", "area": string(county), "contract_from": "2026-01-01", "contract_until": "2099-01-01"},
	"POST /agencies/{id}/changes":          map[string]any{"contact": "the office"},
	"POST /agency-tickets/{id}/reports":    map[string]any{"text": "visited"},
	"POST /reports":                        map[string]any{"area": string(township), "priority": "P2", "seen": "an old man without food"},
	"POST /intakes":                        map[string]any{"source": "counter", "area": string(township), "priority": "P3", "said": "no money for school meals", "relation": "self"},
	"POST /report-pieces":                  map[string]any{"about": someID, "kind": "addition", "text": "his roof leaks, too"},
	"POST /report-photos":                  photoBody(),
	"POST /planned-visits/{id}/visit":      visitBody("nothing"),
	"POST /planned-visits/{id}/visitor":    map[string]any{"login": "village_assistant"},
	"POST /visit-plans":                    map[string]any{},
	"POST /village-covers":                 map[string]any{"village": string(village), "login": "village_assistant", "from": time.Now().Format(time.DateOnly), "until": time.Now().AddDate(0, 0, 3).Format(time.DateOnly), "reason": "ill"},
	"POST /village-covers/{id}/ending":     map[string]any{"reason": "back again"},
	"POST /village-figures":                map[string]any{"villages": []any{map[string]any{"area": string(village), "households": 120}}},
	"POST /agencies/{id}/contract":         map[string]any{"until": "2098-01-01", "reason": "a new contract"},
	"POST /agencies/{id}/people":           map[string]any{"login": "new.visitor", "name": "新人"},
	"POST /tickets/{id}/agency-accesses":   map[string]any{"login": "agency", "until": time.Now().AddDate(0, 0, 3), "reason": "visit the household"},
	"POST /agency-accesses/{id}/ending":    map[string]any{"reason": "done"},

	"POST /tickets/{id}/applications":        map[string]any{"aid": "dibao", "person": someID},
	"POST /applications/{id}/declarations":   map[string]any{"members": []any{map[string]any{"ref": someID}}},
	"POST /applications/{id}/submission":     map[string]any{},
	"POST /applications/{id}/papers":         map[string]any{"papers": []string{"student_proof"}},
	"POST /applications/{id}/supply":         map[string]any{},
	"POST /applications/{id}/acceptance":     map[string]any{},
	"POST /applications/{id}/checks":         map[string]any{"reason": "as declared"},
	"POST /applications/{id}/waivers":        map[string]any{"sources": []string{"tax"}, "reason": "the office has seen the papers"},
	"POST /applications/{id}/explanations":   map[string]any{"code": "vehicles", "source": "vehicles", "text": "it was sold"},
	"POST /applications/{id}/home-visits":    homeVisitBody(),
	"POST /applications/{id}/statements":     map[string]any{"role": "neighbour", "name": "钱邻居", "text": "they are poor", "said_at": "2026-10-01T10:00:00+08:00"},
	"POST /applications/{id}/dispute":        map[string]any{"reason": "the neighbours say otherwise"},
	"POST /applications/{id}/hearings":       map[string]any{"kind": "committee", "held_at": "2026-10-01T10:00:00+08:00", "present": 9, "in_favour": 7, "attendance": "heard", "said": "they are poor"},
	"POST /applications/{id}/assessments":    map[string]any{},
	"POST /applications/{id}/rulings":        map[string]any{"kind": "grant", "reason_code": "due", "reason": "they are poor"},
	"POST /applications/{id}/notices":        map[string]any{"phone": "0537-12349", "photo": someID},
	"POST /applications/{id}/pauses":         map[string]any{"why": "away", "reason": "nobody at home"},
	"POST /applications/{id}/resumption":     map[string]any{},
	"POST /applications/{id}/withdrawal":     map[string]any{"reason": "found work"},
	"POST /rulings/{id}/approval":            map[string]any{"approve": true},
	"POST /rulings/{id}/letter":              map[string]any{"way": "handed", "at": "2026-10-01T10:00:00+08:00"},
	"POST /rulings/{id}/appeals":             map[string]any{"kind": "review", "office": "甲县人民政府", "filed_on": "2026-10-01", "text": "we are poor"},
	"POST /appeals/{id}/outcome":             map[string]any{"outcome": "upheld", "answer": "it stands"},
	"POST /public-notices/{id}/objections":   map[string]any{"text": "they have a car"},
	"POST /objections/{id}/answer":           map[string]any{"outcome": "unfounded", "answer": "it was sold"},
	"POST /tickets/{id}/integrity-papers":    map[string]any{"person": someID, "kind": "commitment", "form": "c-1", "signed": "voice"},
	"POST /tickets/{id}/integrity-entries":   map[string]any{"person": someID, "kind": "broken", "behaviour": "hid_income", "note": "another job"},
	"POST /integrity-entries/{id}/evidence":  map[string]any{"note": "a photo", "uploads": []string{someID}},
	"POST /integrity-entries/{id}/notice":    map[string]any{"note": "handed over"},
	"POST /integrity-entries/{id}/answer":    map[string]any{"note": "it is not so"},
	"POST /integrity-entries/{id}/decision":  map[string]any{"outcome": "light", "note": "proved"},
	"POST /integrity-entries/{id}/repair":    map[string]any{"note": "paid back"},
	"POST /integrity-entries/{id}/appeal":    map[string]any{"note": "does not agree"},
	"POST /integrity-entries/{id}/judgement": map[string]any{"upheld": true, "note": "looked at again"},

	"POST /uploads":                  map[string]any{"ticket": someID, "media_type": "image/jpeg", "size": 10, "sha256": someHash},
	"PUT /uploads/{id}/parts/{part}": "0123456789",
}

// stateful are acts that a roster, an advance or a merger must first be there for, or that another role's
// act before has made impossible: who may is let in, and told so.
var stateful = []string{"POST /ledger/statements", "POST /ledger/reimbursements", "POST /ledger/closings", "POST /ledger/batches", "POST /duty/rosters", "POST /duty/rosters/previews", "POST /duty/overrides", "POST /duty/temporaries", "POST /duty/handovers",
	"POST /ledger/floats/moves", "POST /ledger/advances", "POST /ledger/advances/handovers", "POST /ledger/advances/returns", "POST /ledger/advances/counts", "POST /ledger/advances/settlements", "POST /ledger/advances/repayments", "POST /ledger/goods/counts", "POST /ledger/adjustments", "POST /ledger/runs"}

func rosterBody() map[string]any {
	rule := map[string]any{"name": "day and night", "position": 1, "start": "08:00", "end": "08:00", "login": "worker"}
	return map[string]any{"area": string(township), "role": "worker", "expected": 0, "plan": map[string]any{"zone": "Asia/Shanghai", "rules": []any{rule}}}
}

func homeVisitBody() map[string]any {
	return map[string]any{"arrived_at": "2026-10-01T10:00:00+08:00", "left_at": "2026-10-01T10:40:00+08:00", "facts": "two rooms", "visitors": []string{"worker", "worker.b"},
		"photos": []string{someID}, "signature": "unable", "signature_note": "cannot write; a neighbour stood by"}
}

const someID = "00000000-0000-4000-8000-000000000001"

var someHash = strings.Repeat("0", 64)

func findingsBody() map[string]any {
	return map[string]any{"cause": "fire", "household_size": 3, "affected": 3, "needs": []string{"food"}, "applicant": "张测试",
		"id_type": "resident_id", "id_number": demoIdentity}
}

// Every route × every role × one's own and another's ticket: a role that has no
// business there, and a township that is not one's own, are told 404, never
// 403, and never anything that tells them apart.
func TestEveryRouteForEveryRole(t *testing.T) {
	h := newHouse(t)
	near, far := h.call("12349001", "13812345678"), h.call("12349002", "13912345678")
	nothing := uuid.NewString()
	for _, role := range area.Roles() {
		for _, r := range h.server.Routes() {
			key := r.Method + " " + r.Path
			body, known := bodies[key]
			if r.Method != http.MethodGet && !known && !r.Open {
				t.Errorf("%s has no row in the matrix", key)
				continue
			}
			if r.Open || r.Path == "/session" {
				continue
			}
			who := h.signInOnce(string(role))
			ask := func(id string) reply {
				path := strings.NewReplacer("{id}", id, "{part}", "1", "{code}", string(township)).Replace(r.Path)
				return who.send(r.Method, path, body, http.Header{"Idempotency-Key": {uuid.NewString()}})
			}
			if !slices.Contains(r.Who, role) {
				if got := ask(near); got.status != http.StatusNotFound || got.code() != "not_found" {
					t.Errorf("%s as %s, who may not: %d %s", key, role, got.status, got.body)
				}
				continue
			}
			if r.Path == "/events" {
				continue // it does not end; streams have tests of their own
			}
			if r.Path == "/softphone" { // a socket, with tests of its own
				if got := ask(""); got.status != http.StatusUpgradeRequired || got.code() != "upgrade_required" {
					t.Errorf("%s as %s, no WebSocket: %d %s", key, role, got.status, got.body)
				}
				continue
			}
			if slices.Contains(stateful, key) {
				if got := ask(""); got.status >= 400 && got.status != http.StatusConflict && got.status != http.StatusUnprocessableEntity {
					t.Errorf("%s as %s: %d %s", key, role, got.status, got.body)
				}
				continue
			}
			if !strings.Contains(r.Path, "{id}") {
				if got := ask(""); got.status >= 400 && r.Path != "/sms" && r.Path != "/uploads" {
					t.Errorf("%s as %s: %d %s", key, role, got.status, got.body)
				}
				continue
			}
			if strings.HasPrefix(r.Path, "/tickets/") {
				if got := ask(near); got.status == http.StatusForbidden || got.status == http.StatusUnauthorized || got.status >= 500 {
					t.Errorf("%s as %s on their own: %d %s", key, role, got.status, got.body)
				}
			}
			if role == area.RoleCityDuty || role == area.RoleCityHead {
				continue // the whole city is theirs
			}
			abroad, nowhere, want := ask(far), ask(nothing), http.StatusNotFound
			if r.Path == "/calls/{id}/pop" { // pending, as of any call that is not theirs
				want = http.StatusOK
			}
			if abroad.status != want || string(abroad.body) != string(nowhere.body) {
				t.Errorf("%s as %s in another township: %d %s; of no such thing: %s", key, role, abroad.status, abroad.body, nowhere.body)
			}
		}
	}
}

// A role's people of the other county see none of ours in lists either.
func TestListsKeepToTheScope(t *testing.T) {
	h := newHouse(t)
	near, far := h.call("12349001", "13812345678"), h.call("12349002", "13912345678")
	for login, want := range map[string][]string{"worker": {near}, "worker.far": {far}, "county_duty": {near}, "city_duty": {far, near}, "auditor.far": {far}} {
		page := decode[api.TicketPage](t, h.signIn(login).get("/tickets?view=all"))
		var got []string
		for _, row := range page.Items {
			got = append(got, row.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s lists %v, want %v", login, got, want)
		}
	}
	calls := decode[api.CallPage](t, h.signIn("agent").get("/calls"))
	if len(calls.Items) != 1 || calls.Items[0].TicketID != near || calls.Items[0].Caller != "138****5678" {
		t.Errorf("the agent's calls: %+v", calls.Items)
	}
	if audit := decode[api.AuditPage](t, h.signIn("auditor").get("/audit?limit=5")); len(audit.Items) == 0 {
		t.Error("the auditor sees no records")
	}
}
