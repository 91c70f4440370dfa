package acd

import (
	"cmp"
	"slices"

	"example.org/hotline/area"
)

// pick chooses the agent whom a caller is offered to. Whoever has let this
// caller ring in vain comes after those who have not, so that a reject without a
// delay never sends the caller back to the same telephone.
func (q Queue) pick(c Caller, fitting []*Agent, last area.StaffID) *Agent {
	return slices.MinFunc(fitting, func(a, b *Agent) int {
		if by := preferred(c, a, b); by != 0 {
			return by
		}
		if by := cmp.Compare(c.Tried[a.ID], c.Tried[b.ID]); by != 0 {
			return by
		}
		return cmp.Or(q.compare(a, b, last), a.IdleSince.Compare(b.IdleSince), cmp.Compare(a.ID, b.ID))
	})
}

func preferred(c Caller, a, b *Agent) int {
	switch c.Prefer {
	case 0:
		return 0
	case a.ID:
		return -1
	case b.ID:
		return 1
	default:
		return 0
	}
}

func (q Queue) compare(a, b *Agent, last area.StaffID) int {
	switch q.Strategy {
	case RoundRobin:
		return cmp.Compare(turnsUntil(a.ID, last), turnsUntil(b.ID, last))
	case FewestCalls:
		return cmp.Compare(a.Calls, b.Calls)
	case Linear:
		return cmp.Compare(a.Priority, b.Priority)
	case LongestIdle, RingAll:
		return a.IdleSince.Compare(b.IdleSince)
	default:
		return 0
	}
}

// turnsUntil orders ids as they follow last in a circle, which the wrapping of
// unsigned numbers makes.
func turnsUntil(id, last area.StaffID) uint64 { return uint64(id-last) - 1 }
