package care

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief/loop"
	"example.org/hotline/relief/people"
	"example.org/hotline/ticket"
)

// Tx is what the commands of this package need of a transaction. Rows are locked in one
// order: ticket, what is kept here, households.
type Tx interface {
	loop.TaskTx
	people.Tx

	// AddFollow writes a plan and sets its ID; a running one for the same reason on the ticket is act.ErrRefused.
	AddFollow(ctx context.Context, f *Follow) error
	// FollowByRef resolves a plan's public id, in scope, without a lock.
	FollowByRef(ctx context.Context, publicID string) (FollowID, ticket.ID, error)
	// FollowTicket is the ticket of a plan.
	FollowTicket(ctx context.Context, id FollowID) (ticket.ID, error)
	// FollowForUpdate locks and loads a plan.
	FollowForUpdate(ctx context.Context, id FollowID) (Follow, error)
	// SaveFollow writes the row guarded by f.Version and raises it. act.ErrConflict where it moved.
	SaveFollow(ctx context.Context, f *Follow) error
	// AddFollowLook writes what was found; the same public id again is act.ErrRefused.
	AddFollowLook(ctx context.Context, f Follow, l Look) error

	// StationOf is the running social-work station of a township, with who leads it; act.ErrNotFound where it has none.
	StationOf(ctx context.Context, township area.Code) (Station, error)
	// LeadsStation reports whether the actor leads a running station.
	LeadsStation(ctx context.Context, township area.Code) (bool, error)
	// AddOrder writes an order and sets its ID; a running one of the same service on the ticket is act.ErrRefused.
	AddOrder(ctx context.Context, o *Order) error
	// OrderByRef resolves an order's public id, in the scope of its ticket or of its station, without a lock.
	OrderByRef(ctx context.Context, publicID string) (OrderRef, error)
	// OrderTicket is the ticket of an order.
	OrderTicket(ctx context.Context, id OrderID) (ticket.ID, error)
	// OrderForUpdate locks and loads an order.
	OrderForUpdate(ctx context.Context, id OrderID) (Order, error)
	// SaveOrder writes the row guarded by o.Version and raises it. act.ErrConflict where it moved.
	SaveOrder(ctx context.Context, o *Order) error
	// AddOrderStep appends to an order's history.
	AddOrderStep(ctx context.Context, o Order, s OrderStep) error

	// AddPlanItem writes a line of the household's plan and sets its ID.
	AddPlanItem(ctx context.Context, p *PlanItem) error
	// PlanItemByRef resolves a line's public id, in scope, without a lock.
	PlanItemByRef(ctx context.Context, publicID string) (int64, ticket.ID, error)
	// PlanItemForUpdate locks and loads a line.
	PlanItemForUpdate(ctx context.Context, id int64) (PlanItem, error)
	// SavePlanItem writes the row guarded by p.Version and raises it. act.ErrConflict where it moved.
	SavePlanItem(ctx context.Context, p *PlanItem) error

	// AddTrip writes a way to an office down.
	AddTrip(ctx context.Context, t Trip) error
	// AddMandate writes down that the citizen lets us go for them.
	AddMandate(ctx context.Context, m Mandate) error
	// MandateByRef loads a mandate by its public id, in scope. Its ticket's lock keeps it as it is.
	MandateByRef(ctx context.Context, publicID string) (Mandate, error)
	// EndMandate writes down that it was taken back.
	EndMandate(ctx context.Context, m Mandate) error
}

// Rules are what the commands are judged by.
type Rules struct {
	Catalogues Catalogues
	Calendar   ticket.Calendar
}

func (r Rules) now(tx act.Tx) *Catalogue { return r.Catalogues.On(ticket.DateOf(tx.Now())) }

// Carers are the roles that plan for a household, by owning the ticket or leading its township.
func Carers() []area.Role {
	return []area.Role{area.RoleWorker, area.RoleTownshipHead, area.RoleCountyDuty, area.RoleAgent, area.RoleSupervisor}
}

// leads are those of them who need not own the ticket.
var leads = []area.Role{area.RoleTownshipHead, area.RoleCountyDuty, area.RoleSupervisor}

// cared locks a ticket that is open and in somebody's hands, and that the actor owns or leads.
func cared(ctx context.Context, tx ticket.Tx, id ticket.ID) (ticket.Ticket, error) {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return t, err
	}
	if t.Owner != tx.Actor().PostID && !tx.Actor().May(leads...) {
		return t, act.Refused("not_owner", "Only the owner may do this; accept the ticket or ask for a hand-over first.")
	}
	if t.Status.Waiting() || !t.Status.Open() {
		return t, act.NotInState("ticket", t.Status, "plan")
	}
	return t, nil
}

// said is what timeline, audit and events tell: codes and public ids.
func said(tx act.Tx, data map[string]any) map[string]any {
	if tx.Actor().System == "" {
		data["by"] = tx.Actor().Name
	}
	return data
}

// written checks a text that people write.
func written(field, text string, required bool) error {
	switch {
	case required && text == "":
		return act.Invalid(field, "reason_required", "Give the reason; it is kept.")
	case len([]rune(text)) > 2000:
		return act.Invalid(field, "too_long", "Shorten this text.")
	default:
		return ticket.PlainText(field, text)
	}
}
