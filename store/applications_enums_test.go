package store

import (
	"regexp"
	"slices"
	"testing"

	"example.org/hotline/relief/application"
	"example.org/hotline/ticket"
)

// The CHECKs of the applications' tables list exactly what the program knows.
func TestApplicationEnumsAgree(t *testing.T) {
	h := newHouse(t)
	for _, tt := range []struct {
		table, column string
		known         []string
	}{
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
		var def string
		err := connect(t, h.urls.OwnerURL).QueryRow(t.Context(), `SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::regclass AND conname = $2`,
			tt.table, tt.table+"_"+tt.column+"_check").Scan(&def)
		if err != nil {
			t.Fatalf("%s.%s: %v", tt.table, tt.column, err)
		}
		var listed []string
		for _, m := range regexp.MustCompile(`'([a-z_]+)'::text`).FindAllStringSubmatch(def, -1) {
			listed = append(listed, m[1])
		}
		slices.Sort(listed)
		slices.Sort(tt.known)
		if !slices.Equal(listed, tt.known) {
			t.Errorf("%s.%s takes %v, the program knows %v", tt.table, tt.column, listed, tt.known)
		}
	}
}
