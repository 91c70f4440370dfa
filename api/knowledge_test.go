package api_test

import (
	"net/http"
	"strings"
	"testing"

	"example.org/hotline/api"
	"example.org/hotline/relief/rule"
)

// Agents find what callers ask about by characters and pinyin, with the sums and terms of a
// place and day; a volunteer does as well, who sees no ticket.
func TestAgentsLookUpHowAidWorks(t *testing.T) {
	h := newHouse(t)
	agent := h.signIn("agent")
	for _, q := range []string{"低保", "dibao", "db"} {
		list := decode[api.Articles](t, agent.get("/knowledge?on=2026-11-30&area=990101101000&q="+q)).Items
		if len(list) == 0 || list[0].Code != "dibao_who" || !strings.Contains(list[0].Zh.Answer, "900.00") || list[0].ValidFrom != "2026-07-01" {
			t.Errorf("%s finds %+v", q, list)
		}
	}
	before := decode[api.Articles](t, agent.get("/knowledge?on=2026-06-30&q=%E4%BD%8E%E4%BF%9D&limit=1")).Items
	if len(before) != 1 || before[0].ValidUntil != "2026-06-30" {
		t.Errorf("before the law: %+v", before)
	}
	if list := decode[api.Articles](t, agent.get("/knowledge/versions?code=dibao_who")).Items; len(list) != 2 {
		t.Errorf("%d versions of an article", len(list))
	}
	if all := decode[api.Articles](t, h.signIn("volunteer").get("/knowledge")).Items; len(all) < 20 {
		t.Errorf("a volunteer is shown %d articles", len(all))
	}
	for _, wrong := range []string{"/knowledge?on=yesterday", "/knowledge?area=99", "/aid-rules?on=2026-02-30", "/knowledge?limit=0"} {
		if got := agent.get(wrong); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", wrong, got.status, got.body)
		}
	}
}

// The rules of a day and place are told as they are in force.
func TestTheRulesOfAidAreTold(t *testing.T) {
	h := newHouse(t)
	worker := h.signIn("worker")
	r := decode[api.AidRules](t, worker.get("/aid-rules?on=2026-11-30"))
	if r.Version != "aid-law-2026" || r.Edge != 150 || len(r.Standards) != 6 || r.Standards[0].Fen != 90_000 || r.FirstPay != rule.PayNext || r.Notice.Days != 7 || len(r.Catalogue) != 20 || r.Clocks.DecideDays != 20 {
		t.Errorf("%+v", r)
	}
	if r := decode[api.AidRules](t, worker.get("/aid-rules?on=2026-06-30&area=110101001000")); r.Version != "aid-seed-2021" || len(r.Standards) != 0 || r.FirstPay != rule.PaySame {
		t.Errorf("before the law, elsewhere: %+v", r)
	}
}
