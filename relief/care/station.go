package care

import (
	"context"
	"slices"
	"strings"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
)

// StationPeople are the roles of which somebody may lead a station. What they see there
// are its orders alone.
func StationPeople() []area.Role {
	return []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleVillageAssistant, area.RoleVolunteer, area.RoleAgency}
}

// StationAnswer is what a station says to an order.
type StationAnswer struct {
	Event   OrderEvent // accept, return or done
	Outcome OrderOutcome
	Note    string
}

func (a StationAnswer) validate() error {
	switch {
	case !slices.Contains([]OrderEvent{OrderAccept, OrderReturn, OrderDone}, a.Event):
		return act.Invalid("event", "unknown_event", "Say accept, return or done.")
	case a.Event == OrderDone && !slices.Contains(OrderOutcomes(), a.Outcome):
		return act.Invalid("outcome", "unknown_outcome", "Say helped, partly, not_helped or declined.")
	case a.Event != OrderDone && a.Outcome != "":
		return act.Invalid("outcome", "outcome_without_done", "An outcome belongs to an order that is done.")
	}
	return written("note", a.Note, a.Event != OrderAccept)
}

// due is until when the next has to happen: the service, or the owner's answer to a return.
func (a StationAnswer) due(now time.Time, o Order, rules Rules) time.Time {
	catalogue := rules.Catalogues.Named(o.Catalogue)
	service, _ := catalogue.Service(o.Service)
	switch a.Event {
	case OrderAccept:
		return rules.Calendar.Count(now, max(service.DoneDays, 1)).Due
	case OrderReturn:
		return rules.Calendar.Count(now, catalogue.TaskDays).Due
	default:
		return time.Time{}
	}
}

// AnswerOrder writes down what the station says to one of its orders, by who leads it.
// They see no ticket: what follows on it follows of itself.
func AnswerOrder(ctx context.Context, tx Tx, publicID string, a StationAnswer, rules Rules) error {
	a.Note = strings.TrimSpace(a.Note)
	if err := a.validate(); err != nil {
		return err
	}
	ref, err := tx.OrderByRef(ctx, publicID)
	if err != nil {
		return err
	}
	if leads, err := tx.LeadsStation(ctx, ref.Station); err != nil || !leads {
		if err == nil {
			err = act.NotFound("order")
		}
		return err
	}
	return tx.Wherever(ctx, func() error {
		t, err := tx.TicketForUpdate(ctx, ref.Ticket)
		if err != nil {
			return err
		}
		o, err := tx.OrderForUpdate(ctx, ref.ID)
		if err != nil {
			return err
		}
		if !t.Status.Open() {
			return act.Refused("ticket_closed", "The ticket is closed; nothing was done.")
		}
		due := a.due(tx.Now(), o, rules)
		if err := moveOrder(ctx, tx, &t, &o, OrderStep{Event: a.Event, Outcome: a.Outcome, Note: act.Private(a.Note)}, due); err != nil {
			return err
		}
		template := map[OrderEvent]string{OrderAccept: "service_accepted", OrderReturn: "service_returned", OrderDone: "service_done"}[a.Event]
		return relief.TellPost(ctx, tx, t, t.Owner, template, o.PublicID+":"+itoa(o.Version), nil)
	})
}
