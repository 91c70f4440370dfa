package act

import (
	"errors"
	"testing"

	"example.org/hotline/area"
)

// Promise 8 begins here: nobody sees no rows, the system sees all, a person their area.
func TestScopeOfAnActor(t *testing.T) {
	tests := map[string]struct {
		actor Actor
		scope string
	}{
		"nobody":              {Actor{}, ""},
		"somebody without id": {Actor{Area: "990101000000", Role: area.RoleCountyDuty}, ""},
		"somebody nowhere":    {Actor{StaffID: 1}, ""},
		"a county's duty":     {Actor{StaffID: 1, Area: "990101000000"}, "990101"},
		"a township's worker": {Actor{StaffID: 1, Area: "990101101000"}, "990101101"},
		"an agency's visitor": {Actor{StaffID: 1, Area: "990101000000", Role: area.RoleAgency}, NoArea},
		"the phone side":      {SystemIVR, "*"},
	}
	for name, tt := range tests {
		if got := tt.actor.Scope(); got != tt.scope {
			t.Errorf("%s sees %q, want %q", name, got, tt.scope)
		}
	}
	if SystemDispatch.May(area.RoleWorker) || !(Actor{Role: area.RoleWorker}).May(area.RoleAgent, area.RoleWorker) || (Actor{Role: area.RoleWorker}).May() {
		t.Error("a role is held by people alone, and by being named")
	}
}

func TestAFaultIsItsKind(t *testing.T) {
	for _, f := range []*Fault{Invalid("amount_fen", "x", "y"), Refused("x", "y"), Conflict("x", "y"), NotFound("ticket")} {
		kinds := 0
		for _, kind := range []error{ErrInvalid, ErrNotFound, ErrConflict, ErrRefused} {
			if errors.Is(f, kind) {
				kinds++
			}
		}
		if kinds != 1 || f.Error() == "" {
			t.Errorf("%v is of %d kinds", f, kinds)
		}
	}
}
