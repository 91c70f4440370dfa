package referral

import (
	"context"
	"time"

	"example.org/hotline/internal/act"
	"example.org/hotline/ticket"
)

// View is a referral as the ticket's page and the list show it.
type View struct {
	ID         string        `json:"id" format:"uuid"`
	TicketID   string        `json:"ticket_id" format:"uuid"`
	Number     ticket.Number `json:"number" doc:"The ticket's"`
	AreaName   string        `json:"area_name"`
	Catalogue  string        `json:"catalogue" doc:"Version of the catalogue"`
	Item       string        `json:"item"`
	Department string        `json:"department"`
	ItemName   Words         `json:"item_name"`
	DeptName   Words         `json:"department_name"`
	State      State         `json:"state" enum:"created,sent,accepted,returned,in_progress,resulted,confirmed,withdrawn"`
	Result     Result        `json:"result,omitempty" enum:"granted,refused,not_needed"`
	Request    string        `json:"request,omitempty" doc:"Empty for those who do not help"`
	Consent    ConsentKind   `json:"consent,omitempty" enum:"written,spoken,recorded,guardian"`
	Fields     []Field       `json:"fields" doc:"What left with it; before it was sent: what will"`
	FirstOwner string        `json:"first_owner" doc:"To whom it comes back"`
	By         string        `json:"by"`
	At         time.Time     `json:"at"`
	DueAt      *time.Time    `json:"due_at,omitempty" doc:"When its state should have ended"`
	Extended   bool          `json:"extended"`
	Late       bool          `json:"late" doc:"The day has passed"`
	Steps      []StepView    `json:"steps" doc:"Its history, the oldest first"`
	NextActs   []string      `json:"next_acts" doc:"send, accept, return, start, extend, result, confirm, withdraw"`
}

// Words is a name in both languages.
type Words struct {
	Zh string `json:"zh"`
	En string `json:"en"`
}

// StepView is one line of a referral's history.
type StepView struct {
	Event  Event       `json:"event"`
	Result Result      `json:"result,omitempty"`
	At     time.Time   `json:"at"`
	By     string      `json:"by"`
	Via    Via         `json:"via,omitempty" enum:"letter,phone,in_person,wired"`
	SaidBy string      `json:"said_by,omitempty"`
	SaidOn ticket.Date `json:"said_on,omitempty"`
	Reason string      `json:"reason,omitempty"`
}

// Sheet is the paper that goes to a department: all that leaves, and nothing else.
type Sheet struct {
	ID         string        `json:"id" format:"uuid"`
	Number     ticket.Number `json:"number"`
	Department Words         `json:"department"`
	Item       Words         `json:"item"`
	Request    string        `json:"request"`
	Consent    ConsentKind   `json:"consent,omitempty"`
	Letter     Letter        `json:"letter"`
	From       string        `json:"from" doc:"Who refers"`
	Office     string        `json:"office" doc:"The post it comes back to"`
	SentAt     *time.Time    `json:"sent_at,omitempty"`
	AnswerBy   *time.Time    `json:"answer_by,omitempty"`
	Times      Times         `json:"times"`
}

// Filter narrows the list of referrals.
type Filter struct {
	View  string // open, late or all
	Skip  int
	Limit int
}

// NextActs lists what this person could do with the referral now; owns tells whether the
// ticket or the referral is theirs.
func (r Referral) NextActs(who act.Actor, owns bool) []string {
	acts := []string{}
	add := func(name string, ev Event, may bool) {
		if _, err := r.State.Next(ev); err == nil && may {
			acts = append(acts, name)
		}
	}
	records := who.May(Recorders()...)
	add("send", EventSend, owns && who.May(Creators()...))
	add("accept", EventAccept, records)
	add("return", EventReturn, records)
	add("start", EventStart, records)
	add("extend", EventExtend, records && !r.Extended)
	add("result", EventResult, records)
	add("confirm", EventConfirm, who.May(Confirmers()...))
	add("withdraw", EventWithdraw, owns && who.May(Creators()...) || who.May("township_head", "county_duty"))
	return acts
}

// Words puts the catalogue's words to a referral.
func (all Catalogues) Words(version, department, item string) (dept, name Words) {
	c := all.Named(version)
	for _, d := range c.Departments {
		if d.Code == department {
			dept = Words{d.Zh, d.En}
		}
	}
	if i, ok := c.Item(item); ok {
		name = Words{i.Zh, i.En}
	}
	return dept, name
}

// SheetTx is what looking at a sheet needs of a transaction.
type SheetTx interface {
	Tx
	// ReferralSheet is a referral as its department reads it, but for the catalogue's words.
	ReferralSheet(ctx context.Context, publicID string) (Referral, Sheet, error)
}

// Look prints a referral that was sent. The sheet shows what left in full, so each look leaves a record.
func Look(ctx context.Context, tx SheetTx, publicID string, rules Rules) (Sheet, error) {
	r, sheet, err := tx.ReferralSheet(ctx, publicID)
	if err != nil {
		return Sheet{}, err
	}
	if sheet.SentAt == nil {
		return Sheet{}, act.Refused("not_sent", "The sheet is printed once the referral was sent: what leaves is written down then.")
	}
	t, err := tx.TicketForUpdate(ctx, r.Ticket)
	if err != nil {
		return Sheet{}, err
	}
	sheet.Department, sheet.Item = rules.Catalogues.Words(r.Catalogue, r.Department, r.Item)
	item, _ := rules.Catalogues.Named(r.Catalogue).Item(r.Item)
	sheet.Times = item.Times
	by := rules.Calendar.Count(*sheet.SentAt, item.Times.Answer).Due
	sheet.AnswerBy = &by
	return sheet, tx.Audit(ctx, act.Record{Action: "referral.sheet_viewed", Subject: ticket.SubjectOf(r.Ticket), Area: t.Area, Data: map[string]any{"referral": r.PublicID}})
}
