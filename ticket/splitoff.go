package ticket

import (
	"context"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Matter is a second matter that came up in a call.
type Matter struct {
	Area     area.Code
	Priority Priority
	Kind     Kind
	Cause    Cause
	Reason   string // what it is about
}

// SplitOff makes a ticket of its own of a second matter. It belongs to the same
// call: its clocks count from the INVITE, its ladder from now. The actor owns
// it until somebody accepts.
func SplitOff(ctx context.Context, tx MoveTx, id ID, m Matter, r MoveRules) (Ticket, error) {
	if err := reasoned(m.Reason, "Say what the second matter is."); err != nil {
		return Ticket{}, err
	}
	if err := (Triage{Area: m.Area, Priority: m.Priority, Kind: m.Kind, Cause: m.Cause}).validate(); err != nil {
		return Ticket{}, err
	}
	of, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return Ticket{}, err
	}
	if !of.Status.Open() {
		return Ticket{}, act.Refused("not_open", "This ticket is closed or joined to another; split the second matter off one that is open, or reopen it.")
	}
	if _, err := tx.Division(ctx, m.Area); err != nil {
		return Ticket{}, act.Invalid("area", "unknown_area", "There is no such place in the area tree.")
	}
	me := tx.Actor()
	t := Ticket{CallID: of.CallID, SplitFrom: of.ID, Kind: m.Kind, Priority: m.Priority, Cause: m.Cause, Status: StatusTriaged, Area: m.Area, Owner: me.PostID,
		CallTaker: of.CallTaker, InvitedAt: of.InvitedAt, CallEnded: of.CallEnded, TriagedAt: tx.Now(), RepeatState: RepeatNone, Policy: of.Policy,
		LadderFrom: tx.Now(), Epoch: 1, Version: 1, Clocks: NewClocks(m.Priority, of.InvitedAt, r.Terms, r.Calendar)}
	if t.Cause == "" {
		t.Cause = CauseUnknown
	}
	if err := tx.AddSplitOff(ctx, &t); err != nil {
		return Ticket{}, err
	}
	route := act.Timer{Subject: t.Subject(), Kind: TimerRoute, Epoch: t.Epoch, DueAt: tx.Now()}
	for _, timer := range append(deadlineTimers(t), route) {
		if err := tx.Arm(ctx, timer); err != nil {
			return Ticket{}, err
		}
	}
	call, err := tx.Call(ctx, of.CallID)
	if err != nil {
		return Ticket{}, err
	}
	if ParsePhone(call.FromE164).Mobile {
		if err := tx.Notify(ctx, Notice{Key: noticeKey(t, "split_off", 0), Ticket: t.ID, Citizen: true, Template: "ticket_registered",
			Fields: map[string]string{"number": string(t.Number)}}); err != nil {
			return Ticket{}, err
		}
	}
	data := map[string]any{"by": me.Name, "number": string(of.Number), "area": string(t.Area), "priority": string(t.Priority), "kind": string(t.Kind)}
	if err := tell(ctx, tx, &t, change{kind: "ticket.split_off", reason: m.Reason, data: data}); err != nil {
		return Ticket{}, err
	}
	return t, tell(ctx, tx, &of, change{kind: "ticket.second_matter", reason: m.Reason, data: map[string]any{"by": me.Name, "number": string(t.Number)}})
}
