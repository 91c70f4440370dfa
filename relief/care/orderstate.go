package care

import (
	"strconv"

	"example.org/hotline/internal/act"
)

// OrderState is where a service order stands.
type OrderState string

// The states. Zero is never valid.
const (
	OrderOrdered   OrderState = "ordered"   // the station has it and has not answered
	OrderAccepted  OrderState = "accepted"  // it works on it
	OrderReturned  OrderState = "returned"  // it says, with the reason, that it cannot
	OrderFinished  OrderState = "done"      // with an outcome
	OrderCancelled OrderState = "cancelled" // by the case's owner, with the reason
)

// OrderStates lists every OrderState.
func OrderStates() []OrderState {
	return []OrderState{OrderOrdered, OrderAccepted, OrderReturned, OrderFinished, OrderCancelled}
}

// Over reports whether nothing more comes of the order.
func (s OrderState) Over() bool { return s == OrderFinished || s == OrderCancelled }

// OrderEvent moves a service order.
type OrderEvent string

// The events.
const (
	OrderSend   OrderEvent = "send"
	OrderAccept OrderEvent = "accept"
	OrderReturn OrderEvent = "return"
	OrderDone   OrderEvent = "done"
	OrderCancel OrderEvent = "cancel"
)

// OrderEvents lists every OrderEvent.
func OrderEvents() []OrderEvent {
	return []OrderEvent{OrderSend, OrderAccept, OrderReturn, OrderDone, OrderCancel}
}

// orderTransitions is the whole life of a service order. A pair not listed is refused.
//
//	ordered ─accept▶ accepted ─done▶ done
//	  │  └──return──▶ returned ◀─return─ accepted
//	  ▲──────send──────┘
//	ordered, accepted, returned ─cancel▶ cancelled
var orderTransitions = map[OrderState]map[OrderEvent]OrderState{
	OrderOrdered:   {OrderAccept: OrderAccepted, OrderReturn: OrderReturned, OrderCancel: OrderCancelled},
	OrderAccepted:  {OrderReturn: OrderReturned, OrderDone: OrderFinished, OrderCancel: OrderCancelled},
	OrderReturned:  {OrderSend: OrderOrdered, OrderCancel: OrderCancelled},
	OrderFinished:  {},
	OrderCancelled: {},
}

// Next is the pure transition. A refused pair is an act.ErrRefused that names both.
func (s OrderState) Next(ev OrderEvent) (OrderState, error) {
	if next, ok := orderTransitions[s][ev]; ok {
		return next, nil
	}
	return "", act.NotInState("service order", s, ev)
}

// OrderOutcome is what came of a service.
type OrderOutcome string

// The outcomes.
const (
	OutcomeHelped    OrderOutcome = "helped"
	OutcomePartly    OrderOutcome = "partly"
	OutcomeNotHelped OrderOutcome = "not_helped"
	OutcomeDeclined  OrderOutcome = "declined" // the citizen did not want it any more
)

// OrderOutcomes lists every OrderOutcome.
func OrderOutcomes() []OrderOutcome {
	return []OrderOutcome{OutcomeHelped, OutcomePartly, OutcomeNotHelped, OutcomeDeclined}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// NextActs lists what somebody may do with an order, as a page offers it: the owner of
// the case or who leads them, and who leads the station.
func (o Order) NextActs(owner, station bool) []string {
	acts := []string{}
	for _, ev := range OrderEvents() {
		if _, err := o.State.Next(ev); err != nil {
			continue
		}
		ours := ev == OrderSend || ev == OrderCancel
		if ours && owner || !ours && station {
			acts = append(acts, string(ev))
		}
	}
	return acts
}
