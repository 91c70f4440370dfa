package ticket

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
)

// Holds are how long a ladder waits for those who have the call: data of the
// ladder policy. Zero means that nobody is waited for.
type Holds struct {
	Repeat    time.Duration // for a person's word on a suggested repeat, from the INVITE
	Answer    time.Duration // for an agent to answer, from the INVITE
	Untriaged time.Duration // for the agent's triage, from the end of the call
	Longest   time.Duration // for the agent's triage, from their answer, however long the call lasts
}

// CallRules is what the steps of a call are judged by.
type CallRules struct {
	Terms    Terms
	Holds    Holds
	Callback CallbackRules
}

// Connect is an agent's answer: from then on the agent owns the ticket (DOMAIN
// 0a.3) and counts as who took the call. As long as nobody has said where it is
// the ladder rests: offers are withdrawn and nobody else is called. A ladder
// that a triage has started goes on, and whoever has accepted stays the owner.
// An agent to whom the call is handed on is the next owner. at is the answer's time.
func Connect(ctx context.Context, tx Tx, id ID, agent area.Post, at time.Time, h Holds) error {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return err
	}
	took := t.CallTaker == 0
	if took {
		t.CallTaker = agent.StaffID
	}
	if !t.Status.Waiting() {
		if took {
			return tx.SaveTicket(ctx, &t)
		}
		return nil
	}
	t.Owner = agent.ID
	if t.TriagedAt.IsZero() {
		if err := rest(ctx, tx, &t, at, h); err != nil {
			return err
		}
	}
	return record(ctx, tx, &t, change{kind: "ticket.with_agent", data: map[string]any{"by": agent.Name}})
}

// rest stops the ladder of a ticket that an agent has. The warnings before the
// deadlines are planned here, since the ladder, which plans them, may never begin.
func rest(ctx context.Context, tx Tx, t *Ticket, at time.Time, h Holds) error {
	next, err := t.Status.Next(EventConnect)
	if err != nil {
		return err
	}
	t.Status, t.WithAgent, t.Epoch, t.Step, t.Loop = next, true, t.Epoch+1, 0, 0
	if err := tx.CloseOffers(ctx, t.ID, 0); err != nil {
		return err
	}
	if err := tx.Cancel(ctx, t.Subject(), TimerRoute, TimerOffer, TimerRepeat, TimerAgent); err != nil {
		return err
	}
	for _, timer := range []act.Timer{
		{Subject: t.Subject(), Kind: TimerAgent, Epoch: t.Epoch, DueAt: at.Add(h.Longest)},
		{Subject: t.Subject(), Kind: TimerWarnings, Epoch: t.ClockRevision(), DueAt: tx.Now()},
	} {
		if err := tx.Arm(ctx, timer); err != nil {
			return err
		}
	}
	return nil
}

// EndCall is what the end of a call does to its ticket: an agent who has it has
// a little time left to triage; one that no agent has is put to the ladder at
// once. A suggested repeat keeps its minutes.
func EndCall(ctx context.Context, tx Tx, t *Ticket, at time.Time, h Holds) error {
	switch {
	case !t.Status.Waiting():
		return nil
	case t.WithAgent:
		return tx.Arm(ctx, act.Timer{Subject: t.Subject(), Kind: TimerAgent, Step: 1, Epoch: t.Epoch, DueAt: at.Add(h.Untriaged)})
	default:
		return tx.Hasten(ctx, t.Subject(), TimerRoute)
	}
}

// LapseAgent takes a ticket from an agent who has not said in time what and
// where it is: it goes up the ladder as a call that nobody answered, its steps
// counted from the INVITE. The agent stays the owner until somebody accepts.
func LapseAgent(ctx context.Context, tx Tx, t *Ticket) error {
	if !t.WithAgent || !t.Status.Waiting() {
		return nil
	}
	if err := restartLadder(ctx, tx, t); err != nil {
		return err
	}
	return record(ctx, tx, t, change{kind: "ticket.agent_lapsed"})
}

// Mark takes over what the flow has made of a call: a higher priority, as key 1
// would, and the kind of call where no person has said it yet. A flow lowers nothing.
func Mark(ctx context.Context, tx Tx, id ID, p Priority, k Kind, terms Terms) error {
	t, err := tx.TicketForUpdate(ctx, id)
	if err != nil {
		return err
	}
	marked := change{kind: "ticket.marked", data: map[string]any{"priority": string(p), "kind": string(k)}}
	if k.Valid() && k != t.Kind && t.TriagedAt.IsZero() && t.Status.Waiting() {
		t.Kind = k
		if !p.Above(t.Priority) {
			return record(ctx, tx, &t, marked)
		}
	}
	if !p.Valid() {
		return nil
	}
	return raiseInCall(ctx, tx, &t, p, terms, marked)
}
