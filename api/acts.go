package api

import (
	"slices"

	"example.org/hotline/internal/act"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// The conditions under which a ticket's page offers an act. They repeat, for
// the eye, what the commands decide for real; a test compares the two.

func owns(t Ticket, me act.Actor) bool { return t.OwnerPost == me.PostID }

func ownsOpen(t Ticket, me act.Actor) bool {
	return owns(t, me) && t.Status.Open() && !t.Status.Waiting()
}

func can(t Ticket, ev ticket.Event) bool {
	_, err := t.Status.Next(ev)
	return err == nil
}

func mayTriage(t Ticket, _ act.Actor) bool { return can(t, ticket.EventTriage) }

func mayAccept(t Ticket, _ act.Actor) bool { return t.OfferedToMe && can(t, ticket.EventAccept) }

func mayApproveLowering(t Ticket, me act.Actor) bool {
	return t.PendingChange != "" && !owns(t, me) && t.PendingBy != me.StaffID
}

func mayDecideRepeat(t Ticket, _ act.Actor) bool {
	return t.Repeat != nil && (t.Repeat.State == ticket.RepeatSuggested || t.Repeat.State == ticket.RepeatLapsed) && can(t, ticket.EventMerge)
}

func mayAnswer(t Ticket, me act.Actor) bool {
	return owns(t, me) && t.Priority == ticket.PInfo && (t.Status.Waiting() || t.Status == ticket.StatusAccepted || t.Status == ticket.StatusOnSite)
}

func mayClose(t Ticket, me act.Actor) bool {
	if !can(t, ticket.EventClose) && t.Status != ticket.StatusRejected || owns(t, me) || slices.ContainsFunc(t.Disbursements, func(d ledger.View) bool { return slices.Contains(d.HandedOver, me.StaffID) }) {
		return false
	}
	for _, c := range t.Clocks {
		if c.StoppedAt == nil {
			return false
		}
	}
	return true
}

func mayReopen(t Ticket, _ act.Actor) bool { return can(t, ticket.EventReopen) }

// mayViewCaller is the duty that opens a caller's number: who owns an open
// ticket, is asked to, took the call, or leads the line.
func mayViewCaller(t Ticket, me act.Actor) bool {
	return t.Status.Open() && t.CallerMasked != "" &&
		(owns(t, me) || t.OfferedToMe || t.CallTakerID == me.StaffID || me.May("supervisor"))
}

func mayVisit(t Ticket, me act.Actor) bool { return owns(t, me) && can(t, ticket.EventArrive) }

func mayFind(t Ticket, me act.Actor) bool { return owns(t, me) && can(t, ticket.EventFind) }

func mayDecide(t Ticket, me act.Actor) bool {
	return owns(t, me) && can(t, ticket.EventDecide) && len(t.Findings) > 0
}

func mayRefuse(t Ticket, me act.Actor) bool {
	alive := slices.ContainsFunc(t.Disbursements, func(d ledger.View) bool { return d.State.Live() })
	return owns(t, me) && can(t, ticket.EventReject) && len(t.Findings) > 0 && !alive
}

func mayAddPaper(t Ticket, me act.Actor) bool {
	return owns(t, me) && t.Status.Open() && !t.Status.Waiting()
}

// decisionsAllow reads off the decisions what this actor may do next; the
// domain has worked it out for each.
func decisionsAllow(acts ...string) func(Ticket, act.Actor) bool {
	return func(t Ticket, _ act.Actor) bool {
		return slices.ContainsFunc(t.Decisions, func(d relief.DecisionView) bool { return overlap(d.NextActs, acts) })
	}
}

func payoutsAllow(acts ...string) func(Ticket, act.Actor) bool {
	return func(t Ticket, _ act.Actor) bool {
		return slices.ContainsFunc(t.Disbursements, func(d ledger.View) bool { return overlap(d.NextActs, acts) })
	}
}

func papersAllow(acts ...string) func(Ticket, act.Actor) bool {
	return func(t Ticket, _ act.Actor) bool {
		return slices.ContainsFunc(t.Papers, func(p relief.PaperView) bool { return overlap(p.NextActs, acts) })
	}
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}
