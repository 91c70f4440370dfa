package api

import (
	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// The conditions under which a ticket's page offers an act. They repeat, for
// the eye, what the commands decide for real; a test compares the two.

func owns(p page, me act.Actor) bool { return p.OwnerPost == me.PostID }

func ownsOpen(p page, me act.Actor) bool {
	return owns(p, me) && p.Status.Open() && !p.Status.Waiting()
}

func can(p page, ev ticket.Event) bool {
	_, err := p.Status.Next(ev)
	return err == nil
}

func mayTriage(p page, _ act.Actor) bool { return can(p, ticket.EventTriage) }

func mayAccept(p page, _ act.Actor) bool { return p.OfferedToMe && can(p, ticket.EventAccept) }

func mayApproveLowering(p page, me act.Actor) bool {
	return p.PendingChange != "" && !owns(p, me) && p.PendingBy != me.StaffID
}

func mayDecideRepeat(p page, _ act.Actor) bool {
	return p.Repeat != nil && (p.Repeat.State == ticket.RepeatSuggested || p.Repeat.State == ticket.RepeatLapsed) && can(p, ticket.EventMerge)
}

func mayAnswer(p page, me act.Actor) bool {
	return owns(p, me) && p.Priority == ticket.PInfo && (p.Status.Waiting() || p.Status == ticket.StatusAccepted || p.Status == ticket.StatusOnSite)
}

func mayClose(p page, me act.Actor) bool {
	if !can(p, ticket.EventClose) || owns(p, me) {
		return false
	}
	for _, c := range p.Clocks {
		if c.StoppedAt == nil {
			return false
		}
	}
	return true
}

func mayReopen(p page, _ act.Actor) bool { return can(p, ticket.EventReopen) }

// mayViewCaller is the duty that opens a caller's number: who owns an open
// ticket, is asked to, took the call, or leads the line.
func mayViewCaller(p page, me act.Actor) bool {
	return p.Status.Open() && p.CallerMasked != "" &&
		(owns(p, me) || p.OfferedToMe || p.CallTakerID == me.StaffID || me.May("supervisor"))
}
