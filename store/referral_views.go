package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"example.org/hotline/area"
	"example.org/hotline/internal/act"
	"example.org/hotline/relief"
	"example.org/hotline/relief/referral"
	"example.org/hotline/ticket"
)

const referralPages = `SELECT ` + referralColumns + `, s.name AS creator, p.name AS first_owner, t.number, t.public_id AS ticket_public_id, t.status, t.owner_id, d.name AS area_name
	FROM referrals r JOIN tickets t ON t.id = r.ticket_id JOIN divisions d ON d.code = t.area_code JOIN staff s ON s.id = r.created_by JOIN posts p ON p.id = r.first_owner_id WHERE `

// TicketReferralViews lists the referrals of a ticket with their history, oldest first.
func (tx *Tx) TicketReferralViews(ctx context.Context, id ticket.ID) ([]referral.View, error) {
	return tx.referralViews(ctx, referralPages+`r.ticket_id = ? ORDER BY r.id`, int64(id))
}

// ReferralViews lists the referrals of the actor's area, the newest first.
func (tx *Tx) ReferralViews(ctx context.Context, f referral.Filter) ([]referral.View, error) {
	where := map[string]string{"all": `true`, "open": `r.state NOT IN ('confirmed','withdrawn')`,
		"late": `r.state NOT IN ('confirmed','withdrawn') AND r.due_at <= (SELECT app_now())`}[f.View]
	return tx.referralViews(ctx, referralPages+where+` ORDER BY r.id DESC LIMIT ? OFFSET ?`, f.Limit, f.Skip)
}

func (tx *Tx) referralViews(ctx context.Context, sql string, args ...any) ([]referral.View, error) {
	var rows []struct {
		Row                                                           referralRow `gorm:"embedded"`
		Creator, FirstOwner, Number, AreaName, TicketPublicID, Status string
		OwnerID                                                       int64
	}
	if err := tx.find(ctx, "list referrals", &rows, sql, args...); err != nil {
		return nil, err
	}
	ids := make([]int64, 0, len(rows))
	for _, row := range rows {
		ids = append(ids, row.Row.ID)
	}
	steps, err := tx.referralSteps(ctx, ids)
	if err != nil {
		return nil, err
	}
	views := make([]referral.View, 0, len(rows))
	for _, row := range rows {
		r, err := tx.referral(row.Row)
		if err != nil {
			return nil, err
		}
		v := referral.View{ID: r.PublicID, TicketID: row.TicketPublicID, Number: ticket.Number(row.Number), AreaName: row.AreaName, Catalogue: r.Catalogue,
			Item: r.Item, Department: r.Department, State: r.State, Result: r.Result, Request: relief.TextFor(tx.actor, r.Request), Consent: r.Consent, Fields: r.Fields,
			FirstOwner: row.FirstOwner, By: row.Creator, At: r.At, DueAt: null(r.DueAt), Extended: r.Extended,
			Late: !r.State.Over() && !r.DueAt.IsZero() && !tx.now.Before(r.DueAt), Steps: []referral.StepView{}, NextActs: []string{}}
		if ticket.Status(row.Status).Open() {
			v.NextActs = r.NextActs(tx.actor, area.PostID(row.OwnerID) == tx.actor.PostID || r.FirstOwner == tx.actor.PostID)
		}
		if of, ok := steps[r.ID]; ok {
			v.Steps = of
		}
		views = append(views, v)
	}
	return views, nil
}

// referralSteps are the histories of some referrals.
func (tx *Tx) referralSteps(ctx context.Context, ids []int64) (map[referral.ID][]referral.StepView, error) {
	var rows []struct {
		ReferralID                 int64
		Event, Name, PublicID      string
		Result, Via, SaidOn        *string
		At                         time.Time
		SaidBySealed, ReasonSealed []byte
	}
	if len(ids) == 0 {
		return nil, nil
	}
	err := tx.find(ctx, "list the steps of referrals", &rows, `SELECT x.referral_id, r.public_id, x.event, x.result, x.via, x.said_on::text AS said_on, x.at, x.said_by_sealed,
		x.reason_sealed, s.name FROM referral_steps x JOIN referrals r ON r.id = x.referral_id JOIN staff s ON s.id = x.staff_id WHERE x.referral_id IN ? ORDER BY x.id`, ids)
	if err != nil {
		return nil, err
	}
	steps := map[referral.ID][]referral.StepView{}
	for _, row := range rows {
		said, err := tx.openText("referral_steps.said_by", row.PublicID, row.SaidBySealed)
		if err != nil {
			return nil, err
		}
		reason, err := tx.openText("referral_steps.reason", row.PublicID, row.ReasonSealed)
		if err != nil {
			return nil, err
		}
		of := referral.ID(row.ReferralID)
		steps[of] = append(steps[of], referral.StepView{Event: referral.Event(row.Event), Result: referral.Result(deref(row.Result)), At: row.At.UTC(), By: row.Name,
			Via: referral.Via(deref(row.Via)), SaidBy: relief.TextFor(tx.actor, said), SaidOn: ticket.Date(deref(row.SaidOn)), Reason: relief.TextFor(tx.actor, reason)})
	}
	return steps, nil
}

// sheetRow is a referral with what is printed of it.
type sheetRow struct {
	Row                         referralRow `gorm:"embedded"`
	Creator, FirstOwner, Number string
	SentAt                      *time.Time
}

// ReferralSheet is a referral as its department reads it, but for the catalogue's words.
func (tx *Tx) ReferralSheet(ctx context.Context, publicID string) (referral.Referral, referral.Sheet, error) {
	if uuid.Validate(publicID) != nil {
		return referral.Referral{}, referral.Sheet{}, act.NotFound("referral")
	}
	of, err := one[sheetRow](ctx, tx, "referral", `SELECT `+referralColumns+`, s.name AS creator, p.name AS first_owner, t.number,
		(SELECT max(x.at) FROM referral_steps x WHERE x.referral_id = r.id AND x.event = 'send') AS sent_at
		FROM referrals r JOIN tickets t ON t.id = r.ticket_id JOIN staff s ON s.id = r.created_by JOIN posts p ON p.id = r.first_owner_id WHERE r.public_id = ?`, publicID)
	if err != nil {
		return referral.Referral{}, referral.Sheet{}, err
	}
	r, err := tx.referral(of.Row)
	return r, referral.Sheet{ID: r.PublicID, Number: ticket.Number(of.Number), Request: string(r.Request), Consent: r.Consent, Letter: r.Letter,
		From: of.Creator, Office: of.FirstOwner, SentAt: null(orZero(of.SentAt))}, err
}
