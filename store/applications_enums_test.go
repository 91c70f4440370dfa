package store

import (
	"testing"

	"example.org/hotline/relief/application"
	"example.org/hotline/ticket"
)

// The CHECKs of the applications' tables list exactly what the program knows.
func TestApplicationEnumsAgree(t *testing.T) {
	h := newHouse(t)
	for _, tt := range []enumColumn{
		{"applications", "state", texts(application.States())},
		{"home_visits", "signature", texts(application.Signatures())},
		{"statements", "role", texts(application.StatementRoles())},
		{"rulings", "kind", texts(application.RulingKinds())},
		{"rulings", "state", texts(application.RulingStates())},
		{"rulings", "letter_way", texts(application.LetterWays())},
		{"public_notices", "state", texts(application.NoticeStates())},
		{"objections", "outcome", texts([]application.ObjectionOutcome{application.ObjectionUpheld, application.ObjectionUnfounded})},
		{"hearings", "kind", texts(application.HearingKinds())},
		{"hearings", "attendance", texts(application.Attendances())},
		{"appeals", "kind", texts(application.AppealKinds())},
		{"appeals", "outcome", texts(application.AppealOutcomes())},
		{"entitlements", "why", texts(application.EntitledWhys())},
		{"entitlements", "end_why", texts(application.EndWhys())},
		{"clocks", "kind", texts([]ticket.ClockKind{ticket.ClockTwoHour, ticket.ClockDay, ticket.ClockAnswer, ticket.ClockAccepted, ticket.ClockDecide})},
	} {
		h.agrees(t, tt)
	}
}
