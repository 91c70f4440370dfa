package store

import (
	"testing"

	"example.org/hotline/relief/care"
	"example.org/hotline/relief/loop"
	"example.org/hotline/relief/referral"
)

// The CHECKs of what is done beside money list exactly what the program knows.
func TestCareEnumsAgree(t *testing.T) {
	h := newHouse(t)
	for _, tt := range []enumColumn{
		{"follow_ups", "state", texts(care.FollowStates())},
		{"follow_looks", "way", texts(care.LookWays())},
		{"follow_looks", "outcome", texts(care.LookOutcomes())},
		{"plan_items", "state", texts(care.PlanStates())},
		{"mandates", "consent", texts(referral.ConsentKinds())},
		{"trips", "place", texts(care.TripPlaces())},
		{"trips", "errand", texts(care.Errands())},
		{"service_orders", "state", texts(care.OrderStates())},
		{"service_orders", "outcome", texts(care.OrderOutcomes())},
		{"service_orders", "consent", texts(referral.ConsentKinds())},
		{"service_order_steps", "event", texts(care.OrderEvents())},
		{"loop_waivers", "code", texts(loop.Waivable())},
	} {
		h.agrees(t, tt)
	}
}
