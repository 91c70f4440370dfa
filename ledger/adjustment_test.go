package ledger

import (
	"errors"
	"testing"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Whoever the shortage was found with ends it neither as the first person nor as the second, in whatever post.
func TestNobodyEndsTheirOwnShortage(t *testing.T) {
	finance := func(id area.StaffID) act.Actor {
		return act.Actor{StaffID: id, Role: area.RoleCountyFinance, Area: "990101000000"}
	}
	a := Adjustment{Kind: AdjustWriteOff, County: "990101000000", By: 3, Suspense: AccountRef{Kind: Suspense, Area: "990101101000", Holder: "advance:7"}}
	if err := a.mayAnswer(finance(4), AdvanceSigned); err != nil {
		t.Errorf("a colleague: %v", err)
	}
	for what, err := range map[string]error{"signs": a.mayAnswer(finance(7), AdvanceSigned), "proposes": a.notTheirs(finance(7))} {
		var fault *act.Fault
		if !errors.As(err, &fault) || fault.Code != "own_shortage" {
			t.Errorf("who was short %s: %v", what, err)
		}
	}
}

// Cash that came out of the county's float is signed for by who keeps that float.
func TestTheCountysCashComesBackToTheCounty(t *testing.T) {
	a := AdvanceAct{Kind: AdvanceGiveBack, Area: "990101101000", Source: "990101000000", By: 7, Payout: 1}
	head := act.Actor{StaffID: 5, Role: area.RoleTownshipHead, Area: a.Area}
	duty := act.Actor{StaffID: 6, Role: area.RoleCountyDuty, Area: a.Source}
	if err := a.mayAnswer(duty, AdvanceSigned); err != nil {
		t.Errorf("the county's duty officer: %v", err)
	}
	if err := a.mayAnswer(head, AdvanceSigned); err == nil {
		t.Error("a township's head signs for the county's float")
	}
	a.Source = a.Area
	if err := a.mayAnswer(head, AdvanceSigned); err != nil {
		t.Errorf("the head, for the township's own: %v", err)
	}
}
