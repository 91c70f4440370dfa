package store

import (
	"context"
	"time"

	"example.org/hotline/relief/application"
	"example.org/hotline/ticket"
)

// Whether a ruling of an application waits for the reader: of their level, not their own
// proposal, not of a call that they took, and not while its notice hangs.
const applicationWaits = `EXISTS (SELECT 1 FROM rulings r WHERE r.application_id = a.id AND r.state = 'proposed' AND r.level = ? AND r.proposed_by <> ? AND t.call_taker_id IS DISTINCT FROM ?
	AND (r.kind <> 'grant' OR a.state <> 'notice' OR EXISTS (SELECT 1 FROM public_notices n WHERE n.ruling_id = r.id AND n.state IN ('posted','clean') AND n.closes_at <= (SELECT app_now()))))`

// ApplicationRows lists applications of the actor's area: the undecided by their clock, then
// the others, the newest first.
func (tx *Tx) ApplicationRows(ctx context.Context, f application.Filter) ([]application.Row, error) {
	var rows []struct {
		PublicID, TicketPublicID, Number, Aid, State, VillageName, Owner, PauseReason string
		AcceptedAt, DueAt                                                             *time.Time
		Waits                                                                         bool
	}
	level := ""
	if of, may := application.Answers(tx.actor.Role); may {
		level = levelText(of)
	}
	states := []string{}
	for _, s := range f.States() {
		states = append(states, string(s))
	}
	err := tx.find(ctx, "list applications", &rows, `SELECT * FROM (SELECT a.id, a.public_id, t.public_id AS ticket_public_id, t.number, a.aid, a.state, d.name AS village_name, p.name AS owner, a.pause_reason,
		a.accepted_at, CASE WHEN a.decided_at IS NULL AND a.accepted_at IS NOT NULL THEN c.due_at END AS due_at, `+applicationWaits+` AS waits
		FROM applications a JOIN tickets t ON t.id = a.ticket_id JOIN divisions d ON d.code = a.village JOIN posts p ON p.id = t.owner_id LEFT JOIN clocks c ON c.ticket_id = t.id AND c.kind = 'decide'
		WHERE a.state IN ? AND a.village LIKE ?) l WHERE ? <> 'waiting' OR l.waits ORDER BY l.due_at NULLS LAST, l.id DESC LIMIT ? OFFSET ?`,
		level, int64(tx.actor.StaffID), int64(tx.actor.StaffID), states, f.Under.Prefix()+"%", f.View, f.Limit, f.Skip)
	if err != nil {
		return nil, err
	}
	list := make([]application.Row, 0, len(rows))
	for _, r := range rows {
		list = append(list, application.Row{ID: r.PublicID, TicketID: r.TicketPublicID, Number: ticket.Number(r.Number), Aid: r.Aid, State: application.State(r.State), VillageName: r.VillageName,
			By: r.Owner, AcceptedAt: utc(r.AcceptedAt), DueAt: utc(r.DueAt), Late: r.DueAt != nil && r.PauseReason == "" && !tx.now.Before(*r.DueAt), Pause: application.Pause(r.PauseReason), Waits: r.Waits})
	}
	return list, nil
}
