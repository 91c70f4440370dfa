package store

import (
	"context"
	"time"

	"example.org/hotline/area"
	"example.org/hotline/ledger"
	"example.org/hotline/relief"
	"example.org/hotline/ticket"
)

// TicketVisits lists the visits of a ticket, newest first.
func (tx *Tx) TicketVisits(ctx context.Context, id ticket.ID) ([]relief.VisitView, error) {
	var rows []struct {
		PublicID, Mode, Staff                      string
		ArrivedAt, RecordedAt                      time.Time
		PlaceSealed, FactsSealed, Visitors, Photos []byte
	}
	err := tx.find(ctx, "list visits", &rows, `SELECT v.public_id, v.mode, v.arrived_at, v.recorded_at, v.place_sealed, v.facts_sealed, v.visitors, v.photos,
		s.name AS staff FROM visits v JOIN staff s ON s.id = v.staff_id WHERE v.ticket_id = ? ORDER BY v.id DESC`, int64(id))
	if err != nil {
		return nil, err
	}
	views := make([]relief.VisitView, 0, len(rows))
	for _, r := range rows {
		place, err := tx.openText("visits.place", r.PublicID, r.PlaceSealed)
		if err != nil {
			return nil, err
		}
		facts, err := tx.openText("visits.facts", r.PublicID, r.FactsSealed)
		if err != nil {
			return nil, err
		}
		v := relief.VisitView{ID: r.PublicID, Mode: relief.VisitMode(r.Mode), ArrivedAt: r.ArrivedAt.UTC(), RecordedAt: r.RecordedAt.UTC(), By: r.Staff,
			Place: relief.TextFor(tx.actor, place), Facts: relief.TextFor(tx.actor, facts)}
		if v.Visitors, err = readList(r.Visitors); err != nil {
			return nil, err
		}
		if v.Photos, err = readList(r.Photos); err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return views, nil
}

// TicketFindings lists the findings of a ticket, newest first, identities masked.
func (tx *Tx) TicketFindings(ctx context.Context, id ticket.ID) ([]relief.FindingsView, error) {
	var rows []findingsRow
	err := tx.find(ctx, "list findings", &rows, `SELECT `+findingsColumns+`, s.name AS staff FROM findings f JOIN staff s ON s.id = f.staff_id
		WHERE f.ticket_id = ? ORDER BY f.id DESC`, int64(id))
	if err != nil {
		return nil, err
	}
	views := make([]relief.FindingsView, 0, len(rows))
	for _, r := range rows {
		f, err := tx.findings(r)
		if err != nil {
			return nil, err
		}
		v := relief.FindingsView{ID: f.PublicID, At: f.At, By: r.Staff, Cause: string(f.Cause), HouseholdSize: f.HouseholdSize, Affected: f.Affected,
			Needs: f.Needs, Applicant: relief.NameFor(tx.actor, f.Applicant), IdentityType: f.Identity.Type, IdentityMasked: f.Identity.Masked(),
			NoIdentityReason: f.Identity.Reason, Note: relief.TextFor(tx.actor, f.Note), Warnings: f.Warnings}
		if relief.TextFor(tx.actor, "declared") != "" {
			v.Declared = f.Declared
		}
		views = append(views, v)
	}
	return views, nil
}

// TicketDecisions lists the decisions of a ticket, newest first, with what the actor may do.
func (tx *Tx) TicketDecisions(ctx context.Context, id ticket.ID) ([]relief.DecisionView, error) {
	t, err := tx.Ticket(ctx, id)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Row         decisionRow `gorm:"embedded"`
		PaidFen     int64
		Decider     string
		Approver    *string
		LivePayouts int
	}
	err = tx.find(ctx, "list decisions", &rows, `SELECT `+decisionColumns+`, s.name AS decider, a.name AS approver,
		(SELECT coalesce(sum(fen), 0)::bigint FROM disbursements x WHERE x.decision_id = d.id AND x.receipted_at IS NOT NULL AND x.state <> 'reversed') AS paid_fen,
		(SELECT count(*) FROM disbursements x WHERE x.decision_id = d.id AND x.state NOT IN ('cancelled','reversed')) AS live_payouts
		FROM decisions d JOIN staff s ON s.id = d.decided_by LEFT JOIN staff a ON a.id = d.approved_by WHERE d.ticket_id = ? ORDER BY d.id DESC`, int64(id))
	if err != nil {
		return nil, err
	}
	views := make([]relief.DecisionView, 0, len(rows))
	for _, r := range rows {
		d, err := tx.decision(r.Row)
		if err != nil {
			return nil, err
		}
		v := relief.DecisionView{ID: d.PublicID, Track: d.Track, State: d.State, AidKind: d.AidKind, AmountFen: d.Fen, PaidFen: r.PaidFen, Level: d.Level,
			Reason: d.Reason, DecidedBy: r.Decider, DecidedAt: d.At, ApprovedBy: deref(r.Approver), ApprovedAt: utc(r.Row.ApprovedAt), Policy: d.Policy,
			NextActs: d.NextActs(tx.actor, t.Owner == tx.actor.PostID, t.CallTaker, r.LivePayouts == 0, tx.now), Version: d.Version}
		if d.State == relief.DecisionRegistered || d.State == relief.DecisionShortChecked {
			v.CountyFrom = utc(r.Row.CountyFrom)
		}
		views = append(views, v)
	}
	return views, nil
}

// TicketPaperViews lists the papers of a ticket, oldest first, with what the actor may do.
func (tx *Tx) TicketPaperViews(ctx context.Context, id ticket.ID) ([]relief.PaperView, error) {
	var rows []paperRow
	err := tx.find(ctx, "list papers", &rows, `SELECT `+paperColumns+`, a.name AS adder, c.name AS closer FROM papers p
		LEFT JOIN staff a ON a.id = p.added_by LEFT JOIN staff c ON c.id = p.closed_by WHERE p.ticket_id = ? ORDER BY p.id`, int64(id))
	if err != nil {
		return nil, err
	}
	views := make([]relief.PaperView, 0, len(rows))
	for _, r := range rows {
		p, err := r.paper()
		if err != nil {
			return nil, err
		}
		views = append(views, relief.PaperView{ID: p.PublicID, Kind: p.Kind, State: p.State, DueAt: utc(r.DueAt), Reminders: p.Reminders, Photos: p.Photos,
			AddedBy: deref(r.Adder), ClosedBy: deref(r.Closer), ClosedAt: utc(r.ClosedAt), Reason: p.Reason, NextActs: p.NextActs(tx.actor), Version: p.Version})
	}
	return views, nil
}

// TicketReceipts lists the receipts of a ticket, newest first.
func (tx *Tx) TicketReceipts(ctx context.Context, id ticket.ID) ([]relief.ReceiptView, error) {
	var rows []struct {
		PublicID, Disbursement, Signature, Photo, Image, Staff string
		Fen                                                    int64
		At                                                     time.Time
		DeviceAt                                               *time.Time
		WitnessSealed                                          []byte
		Companion                                              *string
	}
	err := tx.find(ctx, "list receipts", &rows, `SELECT r.public_id, d.public_id AS disbursement, d.fen, r.at, r.device_at, p.public_id AS photo, r.signature,
		i.public_id AS image, r.witness_sealed, s.name AS staff, c.name AS companion
		FROM receipts r JOIN disbursements d ON d.id = r.disbursement_id JOIN uploads p ON p.id = r.photo_id JOIN uploads i ON i.id = r.signed_image_id
		JOIN staff s ON s.id = r.staff_id LEFT JOIN staff c ON c.id = d.companion_id WHERE r.ticket_id = ? ORDER BY r.id DESC`, int64(id))
	if err != nil {
		return nil, err
	}
	views := make([]relief.ReceiptView, 0, len(rows))
	for _, r := range rows {
		witness, err := tx.openText("receipts.witness", r.PublicID, r.WitnessSealed)
		if err != nil {
			return nil, err
		}
		views = append(views, relief.ReceiptView{ID: r.PublicID, DisbursementID: r.Disbursement, AmountFen: r.Fen, At: r.At.UTC(), DeviceAt: utc(r.DeviceAt),
			Photo: r.Photo, Signature: relief.SignatureKind(r.Signature), SignatureImage: r.Image, Witness: relief.NameFor(tx.actor, witness), By: r.Staff,
			Companion: deref(r.Companion)})
	}
	return views, nil
}

// decisionsToApprove lists the decisions that wait for this actor's word.
func (tx *Tx) decisionsToApprove(ctx context.Context) ([]ledger.InboxItem, error) {
	var rows []struct {
		Row                  decisionRow `gorm:"embedded"`
		CallTakerID          *int64
		TicketPublic, Number string
		AreaCode, Decider    string
	}
	err := tx.find(ctx, "list decisions to approve", &rows, `SELECT `+decisionColumns+`, t.call_taker_id, t.public_id AS ticket_public, t.number, t.area_code,
		s.name AS decider FROM decisions d JOIN tickets t ON t.id = d.ticket_id JOIN staff s ON s.id = d.decided_by
		WHERE d.state IN ('registered','short_check') ORDER BY d.decided_at LIMIT 500`)
	if err != nil {
		return nil, err
	}
	var items []ledger.InboxItem
	for _, r := range rows {
		d, err := tx.decision(r.Row)
		if err != nil {
			return nil, err
		}
		for _, next := range d.NextActs(tx.actor, false, area.StaffID(deref(r.CallTakerID)), false, tx.now) {
			if next == "approve" {
				items = append(items, ledger.InboxItem{Act: next, ID: d.PublicID, TicketID: r.TicketPublic, TicketNumber: r.Number, Area: r.AreaCode,
					AmountFen: d.Fen, MadeBy: r.Decider, Since: d.At})
			}
		}
	}
	return items, nil
}
