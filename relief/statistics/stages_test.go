package statistics

import (
	"strings"
	"testing"

	"example.org/hotline/ticket"
)

func soundStages() *StageRules {
	r := &StageRules{Version: "stages-test", ValidFrom: "2026-01-01", UsualDays: map[Part]map[string]int{}}
	for _, part := range Parts() {
		r.UsualDays[part] = map[string]int{}
		for _, state := range StatesOf(part) {
			r.UsualDays[part][state] = 3
		}
	}
	return r
}

// Every state of every part has its usual days, and nothing else does.
func TestUsualDaysNameEachStateOnce(t *testing.T) {
	if err := soundStages().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		spoil func(r *StageRules)
		want  string
	}{
		"a state without days":   {func(r *StageRules) { delete(r.UsualDays[PartPayout], "unknown") }, "usual_days.payout.unknown"},
		"a stage for nothing":    {func(r *StageRules) { r.UsualDays[PartTicket]["forgotten"] = 1 }, "usual_days.ticket.forgotten"},
		"no such part":           {func(r *StageRules) { r.UsualDays["letter"] = map[string]int{} }, "usual_days.letter"},
		"a state that has ended": {func(r *StageRules) { r.UsualDays[PartReferral]["confirmed"] = 1 }, "usual_days.referral.confirmed"},
		"more than a year":       {func(r *StageRules) { r.UsualDays[PartTicket]["follow"] = 400 }, "usual_days.ticket.follow"},
		"nameless":               {func(r *StageRules) { r.Version = "" }, "version"},
		"days the wrong way":     {func(r *StageRules) { r.ValidUntil = "2025-01-01" }, "valid_until"},
	} {
		r := soundStages()
		tt.spoil(r)
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want a fault at %s", name, err, tt.want)
		}
	}
}

// Whatever is open stands in one stage; what is over stands in none.
func TestEveryOpenTicketHasAStage(t *testing.T) {
	for _, status := range ticket.Statuses() {
		for _, kind := range []ticket.Kind{ticket.KindAid, ticket.KindConsultation, ticket.KindProgress, ticket.KindComplaint} {
			if stage := StageOf(kind, status); (stage != "") != status.Open() {
				t.Errorf("%s %s stands in %q", kind, status, stage)
			}
		}
	}
}
