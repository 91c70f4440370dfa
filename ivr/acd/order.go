package acd

import (
	"cmp"
	"slices"
	"strings"

	"example.org/hotline/ticket"
)

// Before compares two waiting callers by who is to be served first, below zero
// for a: who lost their agent in mid-call, then the more urgent by ticket clock
// (P1 before all), then the nearer deadline, then who entered earlier.
func Before(a, b Caller) int {
	if a.Front != b.Front {
		if a.Front {
			return -1
		}
		return 1
	}
	if pa, pb := rank(a.Priority), rank(b.Priority); pa != pb {
		return cmp.Compare(pa, pb)
	}
	if !a.DueAt.Equal(b.DueAt) {
		switch {
		case a.DueAt.IsZero():
			return 1
		case b.DueAt.IsZero():
			return -1
		}
		return a.DueAt.Compare(b.DueAt)
	}
	if !a.EnteredAt.Equal(b.EnteredAt) {
		return a.EnteredAt.Compare(b.EnteredAt)
	}
	return strings.Compare(string(a.Call), string(b.Call)) // so that all nodes see one order
}

// rank puts a priority nobody has set yet beside P2: it may be an emergency.
func rank(p ticket.Priority) int {
	if i := slices.Index(ticket.Priorities(), p); i >= 0 {
		return i
	}
	return 1
}
