package ticket

import (
	"slices"
	"testing"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Who may do what about a visit: only with the head's word awaited is there one to give, and nobody calls it off meanwhile.
func TestActsOnAVisit(t *testing.T) {
	asked := Callback{State: CallbackVisit, Visit: FieldVisit{Asked: 1}}
	unmet := asked
	unmet.Visit.Result = VisitMoved
	over := Callback{State: CallbackDone, Visit: FieldVisit{Asked: 1, Result: VisitReached}}
	for _, want := range []struct {
		role               area.Role
		asked, unmet, over []string
	}{
		{area.RoleVillageAssistant, []string{"visit_result"}, []string{"visit_result"}, nil},
		{area.RoleWorker, []string{"visit_result"}, []string{"visit_result"}, nil},
		{area.RoleTownshipHead, []string{"visit_result"}, []string{"visit_result", "visit_decision"}, nil},
		{area.RoleAgent, []string{"cancel", "visit_result"}, []string{"visit_result"}, nil},
		{area.RoleCountyDuty, []string{"cancel", "visit_result"}, []string{"visit_result", "visit_decision"}, nil},
		{area.RoleAuditor, nil, nil, nil},
	} {
		me := act.Actor{Role: want.role, PostID: 1, StaffID: 1}
		for n, c := range []Callback{asked, unmet, over} {
			if got := CallbackActs(c, me, time.Time{}); !slices.Equal(got, [][]string{want.asked, want.unmet, want.over}[n]) {
				t.Errorf("%s on %s %s may %v", want.role, c.State, c.Visit.Result, got)
			}
		}
	}
}

func TestVisitIsDueByItsUrgency(t *testing.T) {
	r := CallbackRules{VisitUrgent: 2 * time.Hour, VisitOrdinary: 24 * time.Hour}
	if r.visitWithin(true) != 2*time.Hour || r.visitWithin(false) != 24*time.Hour {
		t.Errorf("%s, %s", r.visitWithin(true), r.visitWithin(false))
	}
	if VisitResult("").Valid() || VisitResult("visited").Valid() {
		t.Error("no result is one")
	}
}
